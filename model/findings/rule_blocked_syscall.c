/* blocked-syscall: one syscall or cgo call that held its thread for long. Facts of the import keep the longest. Waiting for a child process
 * is left out: it takes as long as the child runs, and there is no other way to wait for it. */
#include "model/findings/engine.h"

int judge_blocked_syscall(struct rule_run *r, struct err *e)
{
    struct session *s = r->s;
    struct map seen = {0};
    size_t n;
    (void)e;
    for (size_t i = 0; i < s->facts.syscalls.n; i++) {
        const struct long_syscall *c = &s->facts.syscalls.v[i];
        ns_t end = c->t1 == NS_OPEN ? s->t1 : c->t1;
        if ((double)(end - c->t0) < limit(r, KEY_OVER) || waits_by_design(r, c->g, c->stack) ||
            stack_has(s, c->stack, "os.(*Process).wait"))
            continue;
        struct sighting x = sighting_of(r, c->g, c->t0, end);
        x.function = function_of_stack(s, c->stack);
        if (!x.function)
            x.function = function_of_g(r, c->g);
        x.frame = stack_site(s, c->stack);
        x.count = map_get(&seen, c->g) == MAP_NONE;
        map_put(&seen, c->g, 1);
        x.weight = x.numbers[NUM_BLOCKED] = (double)(end - c->t0);
        sighting_prove_span(&x, s, c->g, c->t0, end);
        rule_report(r, &x);
    }
    map_release(&seen);
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(f, "%s at %s held a thread in one system or cgo call, for up to %s", count_of(f->count, "goroutine").s,
                    place_of(s, f->function, f->frame).s, duration_of(f->numbers[NUM_BLOCKED]).s);
    return 0;
}
