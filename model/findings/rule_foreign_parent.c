/* foreign-parent: goroutines that package context starts to watch a parent whose type is not its own. Counted where they are most at
 * once, by the statement that derived. */
#include <stdlib.h>

#include "model/findings/engine.h"

/* Their start function: 1.21 and later, up to 1.20. */
static const char *const watchers[] = {"context.(*cancelCtx).propagateCancel.func2", "context.propagateCancel.func1"};

struct life {
    frame_id site;
    ns_t t0, t1;
    gidx g;
};
typedef VEC(struct life) lives;

static bool is_watcher(const struct session *s, str_id name)
{
    for (size_t i = 0; i < sizeof watchers / sizeof *watchers; i++)
        if (str_is(s, name, watchers[i]))
            return true;
    return false;
}

static void gather(const struct session *s, lives *out)
{
    uint8_t *yes = mem_calloc(s->groups.n + 1, 1);
    for (uint32_t i = 0; i < s->groups.n; i++)
        yes[i] = is_watcher(s, s->groups.v[i].name);
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (!yes[g->group] || g->first == NS_NONE)
            continue;
        *vec_push(out) = (struct life){stack_site(s, g->create_stack), g->created == NS_NONE ? s->t0 : g->created,
                                       g->ended == NS_OPEN ? s->t1 : g->ended, i};
    }
    mem_free(yes);
}

static int by_site(const void *pa, const void *pb)
{
    const struct life *a = pa, *b = pb;
    if (a->site != b->site)
        return a->site < b->site ? -1 : 1;
    return a->t0 != b->t0 ? (a->t0 < b->t0 ? -1 : 1) : 0;
}

static int by_time(const void *pa, const void *pb)
{
    ns_t a = *(const ns_t *)pa, b = *(const ns_t *)pb;
    return a != b ? (a < b ? -1 : 1) : 0;
}

/* Most alive at once, and when. v is sorted by t0. */
static size_t most_at_once(const struct life *v, size_t n, ns_t *at)
{
    ns_t *ends = mem_alloc(n, sizeof *ends);
    size_t most = 0, over = 0;
    for (size_t i = 0; i < n; i++)
        ends[i] = v[i].t1;
    qsort(ends, n, sizeof *ends, by_time);
    for (size_t i = 0; i < n; i++) {
        while (ends[over] <= v[i].t0)
            over++;
        if (i + 1 - over > most) {
            most = i + 1 - over;
            *at = v[i].t0;
        }
    }
    mem_free(ends);
    return most;
}

static void judge_site(struct rule_run *r, const struct life *v, size_t n)
{
    ns_t at = 0;
    size_t most = most_at_once(v, n, &at), told;
    if ((double)most < limit(r, KEY_MIN))
        return;
    struct sighting x = sighting_of(r, v->g, v->t0, v[n - 1].t0);
    x.function = frame_func(r->s, v->site);
    x.frame = v->site;
    x.count = (uint32_t)most;
    for (size_t i = 0; i < n && x.nproofs < SIGHTING_PROOFS; i++)
        if (v[i].t0 <= at && v[i].t1 > at)
            sighting_prove(&x, PROOF_GOROUTINE, session_g(r->s, v[i].g)->id, v[i].t0, v[i].t1, v[i].g);
    rule_report(r, &x);
    struct finding *f = rule_findings(r, &told);
    finding_say(f + told - 1, "%s watched a parent context of a foreign type at once, one for each child derived at %s",
                count_of(most, "goroutine").s, place_of(r->s, x.function, x.frame).s);
}

int judge_foreign_parent(struct rule_run *r, struct err *e)
{
    lives list = {0};
    (void)e;
    gather(r->s, &list);
    if (list.n)
        qsort(list.v, list.n, sizeof *list.v, by_site);
    for (size_t i = 0, j; i < list.n; i = j) {
        for (j = i + 1; j < list.n && list.v[j].site == list.v[i].site;)
            j++;
        judge_site(r, list.v + i, j - i);
    }
    vec_free(&list);
    return 0;
}
