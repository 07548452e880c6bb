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

static void count(struct rule_run *r, struct growth *w)
{
    struct session *s = r->s;
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (g->system || g->first == NS_NONE)
            continue;
        int32_t *c = counts_of(w, function_of_g(r, i), i);
        c[g->created == NS_NONE ? 0 : slice_at(s, w->slices, g->created)]++;
        if (g->ended != NS_OPEN)
            c[slice_at(s, w->slices, g->ended)]--;
    }
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
