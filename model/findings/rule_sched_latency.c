/* sched-latency: goroutines of a kind that were ready waited long for a processor, more than rarely. */
#include "model/findings/engine.h"

enum { BAD_LATENCY = 100000000 }; /* ns: above it a warning */

static void add_hist(struct hist *to, const struct hist *from)
{
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        to->n[i] += from->n[i];
    to->count += from->count;
}

int judge_sched_latency(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    struct hist all = {0};
    ns_t worst = -1;
    uint32_t group = IDX_NONE;
    (void)e;
    struct sighting x = sighting_of(r, IDX_NONE, s->t0, s->t1);
    for (uint32_t i = 0; i < s->groups.n; i++) {
        const struct group *g = &s->groups.v[i];
        if (g->system || !g->latency)
            continue;
        add_hist(&all, g->latency);
        ns_t p99 = hist_quantile(g->latency, 0.99);
        if (p99 > worst) {
            worst = p99;
            group = i;
            x.function = g->name;
        }
    }
    if ((double)all.count < limit(r, KEY_MIN))
        return 0;
    ns_t p99 = hist_quantile(&all, 0.99);
    if ((double)p99 <= limit(r, KEY_OVER))
        return 0;
    x.severity = p99 > BAD_LATENCY ? SEV_WARNING : SEV_INFO;
    x.confidence = CONF_LIKELY;
    x.numbers[NUM_SCHED_P99] = (double)p99;
    x.count = all.count > UINT32_MAX ? UINT32_MAX : (uint32_t)all.count;
    if (s->facts.runqueue_max)
        x.numbers[NUM_RUNQUEUE_MAX] = (double)s->facts.runqueue_max;
    x.g = most_ready(s, group);
    if (x.g != IDX_NONE)
        sighting_prove(&x, PROOF_GOROUTINE, session_g(s, x.g)->id, s->t0, s->t1, x.g);
    rule_report(r, &x);
    size_t n;
    finding_say(rule_findings(r, &n),
                "of %s one in a hundred waited more than %s for a processor, most of all %s; a busy host looks the same",
                count_of(all.count, "start").s, duration_of((double)p99).s, place_of(s, x.function, 0).s);
    return 0;
}
