/* preempted: goroutines that compute without a pause. Facts of the import keep the longest runs of preemptions without a block. */
#include "model/findings/engine.h"

int judge_preempted(struct rule_run *r, struct err *e)
{
    struct session *s = r->s;
    struct map seen = {0};
    size_t n;
    (void)e;
    for (size_t i = 0; i < s->facts.preempts.n; i++) {
        const struct preempt_run *p = &s->facts.preempts.v[i];
        if ((double)p->n < limit(r, KEY_MIN) || session_g(s, p->g)->system)
            continue;
        struct sighting x = sighting_of(r, p->g, p->t0, p->t1);
        x.function = function_of_stack(s, p->stack);
        if (!x.function)
            x.function = function_of_g(r, p->g);
        x.count = map_get(&seen, p->g) == MAP_NONE;
        map_put(&seen, p->g, 1);
        x.weight = x.numbers[NUM_CPU] = (double)p->running;
        sighting_prove_span(&x, s, p->g, p->t0, p->t1);
        rule_report(r, &x);
    }
    map_release(&seen);
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(f, "%s of %s ran for up to %s without blocking, taken off the processor again and again",
                    count_of(f->count, "goroutine").s, place_of(s, f->function, 0).s, duration_of(f->numbers[NUM_CPU]).s);
    return 0;
}
