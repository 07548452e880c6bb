/* cancel-storm: one burst wakes very many. Told by whom it woke most. */
#include <stdlib.h>

#include "model/findings/engine.h"

/* What the burst did to the scheduler. */
struct storm {
    VEC(ns_t) waits; /* from wake to run */
    VEC(ns_t) woken, ran;
    uint32_t queue; /* most at once that were ready */
};

static int by_time(const void *pa, const void *pb)
{
    ns_t a = *(const ns_t *)pa, b = *(const ns_t *)pb;
    return a != b ? (a < b ? -1 : 1) : 0;
}

static void measure(struct storm *w)
{
    qsort(w->woken.v, w->woken.n, sizeof *w->woken.v, by_time);
    if (w->ran.n) {
        qsort(w->ran.v, w->ran.n, sizeof *w->ran.v, by_time);
        qsort(w->waits.v, w->waits.n, sizeof *w->waits.v, by_time);
    }
    for (size_t i = 0, k = 0; i < w->woken.n; i++) {
        while (k < w->ran.n && w->ran.v[k] <= w->woken.v[i])
            k++;
        if (i + 1 - k > w->queue)
            w->queue = (uint32_t)(i + 1 - k);
    }
}

static void report(struct rule_run *r, uint32_t cancel, uint32_t worst)
{
    const struct session *s = r->s;
    const struct cancel *c = &s->ctx.cancels.v[cancel];
    struct storm w = {0};
    for (uint32_t i = c->first; i != IDX_NONE; i = s->ctx.edges.v[i].next) {
        const struct cancel_edge *x = &s->ctx.edges.v[i];
        *vec_push(&w.woken) = x->t;
        if (x->run == NS_NONE)
            continue;
        *vec_push(&w.ran) = x->run;
        *vec_push(&w.waits) = x->run - x->t;
    }
    measure(&w);
    const struct cancel_edge *x0 = &s->ctx.edges.v[worst];
    struct sighting x = sighting_of(r, c->g, c->t0, c->t1);
    x.function = function_of_stack(s, x0->wait_stack);
    if (!x.function)
        x.function = function_of_g(r, x0->g);
    x.frame = stack_site(s, x0->wait_stack);
    x.count = c->edges;
    x.weight = c->edges;
    x.numbers[NUM_WOKEN] = c->edges;
    x.numbers[NUM_DEPTH] = c->depth;
    x.numbers[NUM_RUNQUEUE_MAX] = w.queue;
    if (w.waits.n) {
        size_t at = (w.waits.n - 1) * 99 / 100;
        x.numbers[NUM_SCHED_P99] = (double)w.waits.v[at];
    }
    sighting_prove(&x, PROOF_CANCEL, cancel, c->t0, c->t1, c->g);
    rule_report(r, &x);
    vec_free(&w.waits);
    vec_free(&w.woken);
    vec_free(&w.ran);
}

/* An edge of the subject that occurs most often among those woken. */
static uint32_t usual_edge(const struct session *s, const struct cancel *c)
{
    struct map counts = {0};
    uint32_t best = c->first, most = 0;
    for (uint32_t i = c->first; i != IDX_NONE; i = s->ctx.edges.v[i].next) {
        uint64_t key = (uint64_t)stack_site(s, s->ctx.edges.v[i].wait_stack) + 1;
        uint32_t n = map_get(&counts, key);
        n = n == MAP_NONE ? 1 : n + 1;
        map_put(&counts, key, n);
        if (n > most) {
            most = n;
            best = i;
        }
    }
    map_release(&counts);
    return best;
}

int judge_cancel_storm(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    size_t n;
    for (uint32_t i = 0; i < s->ctx.cancels.n; i++) {
        const struct cancel *c = &s->ctx.cancels.v[i];
        if ((double)c->edges >= limit(r, KEY_MIN))
            report(r, i, usual_edge(s, c));
        if (rule_pause(r, e) < 0)
            return -1;
    }
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(
            f,
            "one cancel woke %.0f goroutines of %s; up to %.0f stood ready at once, one in a hundred waited more than %s for a processor",
            f->numbers[NUM_WOKEN], place_of(s, f->function, f->frame).s, f->numbers[NUM_RUNQUEUE_MAX],
            duration_of(f->numbers[NUM_SCHED_P99]).s);
    return 0;
}
