/* deadline-unobserved: a context's timer fired and its cancel woke nobody. */
#include "model/findings/deadlines.h"

int judge_deadline_unobserved(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    deadlines list = {0};
    (void)e;
    deadlines_make(s, &list);
    size_t fired = list.n, n;
    for (size_t i = 0; i < list.n; i++) {
        if (!list.v[i].unheard)
            continue;
        struct sighting x = sighting_of(r, list.v[i].g, list.v[i].t, list.v[i].t);
        sighting_prove(&x, PROOF_GOROUTINE, session_g(s, x.g)->id, x.t0, x.t0, x.g);
        rule_report(r, &x);
    }
    vec_free(&list);
    struct finding *f = rule_findings(r, &n);
    if (n)
        finding_say(f, "%u of %zu deadlines of contexts that fired woke nobody", f->count, fired);
    return 0;
}
