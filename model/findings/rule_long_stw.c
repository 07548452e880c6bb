/* long-stw: stops of the world that were long. */
#include "base/text.h"
#include "model/findings/engine.h"

enum { BAD_STOP = 50000000 }; /* ns: above it a warning */

int judge_long_stw(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    const struct range *worst = NULL;
    (void)e;
    for (size_t i = 0; i < s->ranges.n; i++) {
        const struct range *k = &s->ranges.v[i];
        ns_t end = k->t1 == NS_OPEN ? s->t1 : k->t1, took = end - k->t0;
        if (!k->stw || (double)took <= limit(r, KEY_OVER))
            continue;
        if (!worst || took > (worst->t1 == NS_OPEN ? s->t1 : worst->t1) - worst->t0)
            worst = k;
        struct sighting x = sighting_of(r, IDX_NONE, k->t0, end);
        x.severity = took > BAD_STOP ? SEV_WARNING : SEV_INFO;
        x.confidence = CONF_LIKELY;
        x.weight = x.numbers[NUM_STW] = (double)took;
        sighting_prove(&x, PROOF_RANGE, (int64_t)i, k->t0, end, IDX_NONE);
        rule_report(r, &x);
    }
    if (!worst)
        return 0;
    char name[80];
    size_t n;
    struct str what = session_str(s, worst->name);
    struct finding *f = rule_findings(r, &n);
    text_visible(name, sizeof name, what.p, what.n);
    finding_say(f, "the world was stopped for more than %s %s, for up to %s (%s); a busy host looks the same",
                duration_of(limit(r, KEY_OVER)).s, count_of(f->count, "time").s, duration_of(f->numbers[NUM_STW]).s, name);
    return 0;
}
