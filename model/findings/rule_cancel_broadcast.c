/* cancel-broadcast: one cancel ends work of several unrelated jobs.
 *
 * Whose work a woken goroutine did: the outermost user task under which it ran; where there are no tasks, the goroutine below main from
 * which its creator stems, as a request's handler or a pool's worker. Goroutines started by main itself are all of one job, main's: a
 * group that stops together. Not meant: a stop by main without open tasks, a deadline (it was set for all), and the end of the program.
 */
#include <stdlib.h>

#include "model/findings/engine.h"
#include "model/findings/work.h"

enum { ANCESTORS_MAX = 1000 };

struct victim {
    uint64_t job;
    uint32_t edge;
    str_id function;
    frame_id frame;
    bool task; /* the job is a task */
};
typedef VEC(struct victim) victims;

static bool is_main(const struct session *s, gidx g)
{
    return g == IDX_NONE || session_g(s, g)->id == 1;
}

/* The goroutine below main from which g's creator stems; IDX_NONE: main's own, or not known. */
static gidx top_of_creator(const struct session *s, gidx g)
{
    gidx at = session_g(s, g)->creator, up;
    if (is_main(s, at))
        return IDX_NONE;
    for (unsigned n = 0; n < ANCESTORS_MAX && !is_main(s, up = session_g(s, at)->creator); n++)
        at = up;
    return at;
}

static uint64_t job_of(const struct session *s, const struct work *w, gidx g, ns_t t, bool *task)
{
    uint32_t at = w->by_id.n ? work_at(w, g, t) : IDX_NONE;
    *task = at != IDX_NONE && s->tasks.v[at].t1 > t;
    if (*task)
        return (uint64_t)1 << 32 | work_root(w, at);
    return top_of_creator(s, g);
}

static void gather(struct rule_run *r, const struct work *w, const struct cancel *c, victims *out)
{
    const struct session *s = r->s;
    out->n = 0;
    for (uint32_t i = c->first; i != IDX_NONE; i = s->ctx.edges.v[i].next) {
        const struct cancel_edge *x = &s->ctx.edges.v[i];
        struct victim v = {.edge = i};
        if (x->kind != EDGE_WAKE || x->how == EXIT_AGAIN)
            continue;
        v.job = job_of(s, w, x->g, x->t, &v.task);
        if (v.job == IDX_NONE) /* main's own, or not known */
            continue;
        v.function = function_of_stack(s, x->wait_stack);
        if (!v.function)
            v.function = function_of_g(r, x->g);
        v.frame = stack_site(s, x->wait_stack);
        *vec_push(out) = v;
    }
}

static int by_subject(const void *pa, const void *pb)
{
    const struct victim *a = pa, *b = pb;
    if (a->function != b->function)
        return a->function < b->function ? -1 : 1;
    return a->frame != b->frame ? (a->frame < b->frame ? -1 : 1) : 0;
}

static void drop_own(victims *list, uint64_t own)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].job != own)
            list->v[n++] = list->v[i];
    list->n = n;
}

static size_t count_jobs(const victims *list)
{
    struct map seen = {0};
    for (size_t i = 0; i < list->n; i++)
        map_put(&seen, list->v[i].job, 1);
    size_t n = seen.n;
    map_release(&seen);
    return n;
}

/* Victims of the subject that most of them share. */
static size_t most_alike(victims *list, size_t *first)
{
    size_t best = 0;
    qsort(list->v, list->n, sizeof *list->v, by_subject);
    for (size_t i = 0, j; i < list->n; i = j) {
        for (j = i + 1; j < list->n && by_subject(&list->v[i], &list->v[j]) == 0;)
            j++;
        if (j - i > best) {
            best = j - i;
            *first = i;
        }
    }
    return best;
}

static void report(struct rule_run *r, uint32_t cancel, victims *list, size_t jobs)
{
    const struct session *s = r->s;
    const struct cancel *c = &s->ctx.cancels.v[cancel];
    size_t first = 0, n = most_alike(list, &first), all = list->n, told;
    const struct victim *v = list->v + first;
    struct sighting x = sighting_of(r, c->g, c->t0, c->t1);
    x.function = v->function;
    x.frame = v->frame;
    x.confidence = v->task ? CONF_LIKELY : CONF_POSSIBLE;
    x.count = (uint32_t)n;
    x.weight = (double)n;
    x.numbers[NUM_WOKEN] = c->edges;
    sighting_prove(&x, PROOF_CANCEL, cancel, c->t0, c->t1, c->g);
    for (size_t i = 0; i < n && x.nproofs < SIGHTING_PROOFS; i++)
        sighting_prove(&x, PROOF_EDGE, v[i].edge, s->ctx.edges.v[v[i].edge].t, s->t1, s->ctx.edges.v[v[i].edge].g);
    rule_report(r, &x);
    struct finding *f = rule_findings(r, &told);
    finding_say(f + told - 1, "one cancel at %s ended work of %zu unrelated jobs: %zu goroutines, %zu of them of %s",
                place_of(s, frame_func(s, c->site), c->site).s, jobs, all, n, place_of(s, v->function, v->frame).s);
}

static bool any_task(const victims *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].task)
            return true;
    return false;
}

static void judge_burst(struct rule_run *r, const struct work *w, uint32_t i, victims *list)
{
    const struct session *s = r->s;
    const struct cancel *c = &s->ctx.cancels.v[i];
    bool task;
    if (c->by != BY_EXPLICIT || (double)c->edges < limit(r, KEY_MIN) || (double)(s->t1 - c->t1) < limit(r, KEY_GRACE))
        return;
    gather(r, w, c, list);
    if (is_main(s, c->g) && !any_task(list))
        return;
    drop_own(list, job_of(s, w, c->g, c->t0, &task));
    size_t jobs = count_jobs(list);
    if ((double)jobs >= limit(r, KEY_MIN))
        report(r, i, list, jobs);
}

int judge_cancel_broadcast(struct rule_run *r, struct err *e)
{
    victims list = {0};
    if (!r->s->ctx.cancels.n)
        return 0;
    const struct work *w = rule_work(r, e);
    int rc = w ? 0 : -1;
    for (uint32_t i = 0; rc == 0 && i < r->s->ctx.cancels.n; i++) {
        judge_burst(r, w, i, &list);
        rc = rule_pause(r, e);
    }
    vec_free(&list);
    return rc;
}
