/* goroutine-growth: the number of live goroutines of one kind rises over most of the trace. Counted at the ends of equal slices. */
#include "model/findings/engine.h"

struct kind {
    str_id function;
    gidx g;     /* the last one created */
    int32_t at; /* its counts in counts[] */
};

struct growth {
    uint32_t slices;
    struct map by_function; /* function -> index in kinds */
    VEC(struct kind) kinds;
    VEC(int32_t) counts; /* by kind: slices + 2 differences of the live at slice ends */
};

static int32_t *counts_of(struct growth *w, str_id function, gidx g)
{
    uint32_t i = map_get(&w->by_function, function);
    if (i == MAP_NONE) {
        i = (uint32_t)w->kinds.n;
        map_put(&w->by_function, function, i);
        *vec_push(&w->kinds) = (struct kind){function, g, (int32_t)w->counts.n};
        for (uint32_t k = 0; k < w->slices + 2; k++)
            *vec_push(&w->counts) = 0;
    }
    w->kinds.v[i].g = g;
    return w->counts.v + w->kinds.v[i].at;
}

/* The first slice end at or after t. */
static uint32_t slice_at(const struct session *s, uint32_t slices, ns_t t)
{
    double part = (double)(t - s->t0) / (double)(s->t1 - s->t0) * slices;
    uint32_t i = part <= 0 ? 0 : (uint32_t)part;
    return i < part ? i + 1 : i;
}

static void count_one(const struct session *s, struct growth *w, str_id kind, gidx i)
{
    const struct goroutine *g = session_g(s, i);
    int32_t *c = counts_of(w, kind, i);
    c[g->created == NS_NONE ? 0 : slice_at(s, w->slices, g->created)]++;
    if (g->ended != NS_OPEN)
        c[slice_at(s, w->slices, g->ended)]--;
}

/* Whether a group can have grown so, and whether its start function says whose work it is: else each goroutine has to be asked. */
enum kind_of_group { GROUP_SMALL, GROUP_KIND, GROUP_MIXED };

static enum kind_of_group kind_of(struct rule_run *r, const struct growth *w, gidx one)
{
    struct session *s = r->s;
    const struct group *group = &s->groups.v[session_g(s, one)->group];
    if (group->system || group->alive < w->slices / 2)
        return GROUP_SMALL;
    return function_of_g(r, one) == group->name ? GROUP_KIND : GROUP_MIXED;
}

static void count(struct rule_run *r, struct growth *w)
{
    struct session *s = r->s;
    uint8_t *kinds = mem_calloc(s->groups.n + 1, 1); /* 1 + enum kind_of_group; 0 not asked yet */
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (g->system || g->first == NS_NONE)
            continue;
        if (!kinds[g->group])
            kinds[g->group] = (uint8_t)(1 + kind_of(r, w, i));
        if (kinds[g->group] != 1 + GROUP_SMALL)
            count_one(s, w, kinds[g->group] == 1 + GROUP_KIND ? g->name : function_of_g(r, i), i);
    }
    mem_free(kinds);
}

static void judge_kind(struct rule_run *r, const struct growth *w, const struct kind *k)
{
    const int32_t *c = w->counts.v + k->at;
    int32_t live = c[0], first = live;
    uint32_t grown = 0;
    for (uint32_t i = 1; i <= w->slices; i++) {
        grown += c[i] > 0;
        live += c[i];
    }
    if (!k->function || (double)grown < limit(r, KEY_SHARE) * w->slices || live < 2 * first || live < (int32_t)w->slices / 2)
        return;
    const struct goroutine *g = session_g(r->s, k->g);
    struct sighting x = sighting_of(r, k->g, r->s->t0, r->s->t1);
    x.function = k->function;
    x.frame = stack_site(r->s, g->create_stack);
    x.count = (uint32_t)live;
    x.numbers[NUM_SHARE] = (double)grown / w->slices;
    sighting_prove(&x, PROOF_GOROUTINE, g->id, g->created == NS_NONE ? r->s->t0 : g->created, r->s->t1, k->g);
    rule_report(r, &x);
    size_t n;
    struct finding *f = rule_findings(r, &n);
    finding_say(f + n - 1, "live goroutines of %s grew from %d to %d, in %u of %u equal slices of the trace",
                place_of(r->s, k->function, 0).s, (int)first, (int)live, grown, w->slices);
}

int judge_goroutine_growth(struct rule_run *r, struct err *e)
{
    double slices = limit(r, KEY_MIN);
    struct growth w = {.slices = slices < 2 ? 2 : slices > 1000 ? 1000 : (uint32_t)slices};
    (void)e;
    if ((double)(r->s->t1 - r->s->t0) < limit(r, KEY_OVER))
        return 0;
    count(r, &w);
    for (size_t i = 0; i < w.kinds.n; i++)
        judge_kind(r, &w, &w.kinds.v[i]);
    map_release(&w.by_function);
    vec_free(&w.kinds);
    vec_free(&w.counts);
    return 0;
}
