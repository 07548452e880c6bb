/* idle-procs: processors stood idle while goroutines were ready. The import summed the time in which one had been ready for more than
 * FACT_LATENCY_MIN: in all, and while a processor was idle. */
#include "model/findings/engine.h"

int judge_idle_procs(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    const struct facts *k = &s->facts;
    (void)e;
    double share = k->runnable_wait > 0 ? (double)k->idle_wait / (double)k->runnable_wait : 0;
    if ((double)k->idle_wait <= limit(r, KEY_OVER) || share <= limit(r, KEY_SHARE))
        return 0;
    struct sighting x = sighting_of(r, IDX_NONE, s->t0, s->t1);
    x.confidence = CONF_LIKELY;
    x.numbers[NUM_SHARE] = share;
    x.numbers[NUM_WAITED] = (double)k->idle_wait;
    x.g = most_ready(s, IDX_NONE);
    if (x.g != IDX_NONE)
        sighting_prove(&x, PROOF_GOROUTINE, session_g(s, x.g)->id, s->t0, s->t1, x.g);
    rule_report(r, &x);
    size_t n;
    finding_say(rule_findings(r, &n),
                "goroutines were ready for more than 1 ms while a processor was idle: %s, %.0f %% of the time in which "
                "any waited so long; a busy host looks the same",
                duration_of((double)k->idle_wait).s, 100 * share);
    return 0;
}
