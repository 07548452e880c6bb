/* long-stw: stops of the world that were long.
 *
 * A stop waits until everybody has stopped. Who still ran in the middle of it, beside the one that stops the world, kept it waiting:
 * that is the program's doing, and worth a warning. When nobody did, the machine was most likely busy with something else. */
#include <stdlib.h>

#include "base/text.h"
#include "model/findings/engine.h"

enum { BAD_STOP = 50000000, LOOKED_AT = 64 }; /* ns: above it a warning; stops whose culprits are looked for */

struct stop {
    ns_t t0, t1;
    uint32_t range;
    gidx culprit; /* IDX_NONE: nobody seen */
};
typedef VEC(struct stop) stops;

static ns_t length(const struct stop *k)
{
    return k->t1 - k->t0;
}

static int by_length(const void *pa, const void *pb)
{
    const struct stop *a = pa, *b = pb;
    if (length(a) != length(b))
        return length(a) > length(b) ? -1 : 1;
    return a->range < b->range ? -1 : 1;
}

static void gather(const struct rule_run *r, stops *out)
{
    const struct session *s = r->s;
    for (uint32_t i = 0; i < s->ranges.n; i++) {
        const struct range *k = &s->ranges.v[i];
        struct stop one = {k->t0, k->t1 == NS_OPEN ? s->t1 : k->t1, i, IDX_NONE};
        if (k->stw && (double)length(&one) > limit(r, KEY_OVER))
            *vec_push(out) = one;
    }
    if (out->n)
        qsort(out->v, out->n, sizeof *out->v, by_length);
}

/* Of those that ran in the middle of the stop the one that had been longest at it; alone on the machine it is the stopper itself. */
static int find_culprit(struct rule_run *r, struct stop *k, struct err *e)
{
    struct session *s = r->s;
    ns_t middle = k->t0 + length(k) / 2, oldest = NS_OPEN;
    unsigned running = 0;
    for (uint32_t p = 0; p < s->procs.n; p++) {
        struct span sp;
        gidx g = tl_running_on(s, (struct lane){LANE_P, p}, middle, e);
        if (e->kind != ERR_NONE)
            return -1;
        int rc = g == IDX_NONE ? 0 : tl_span_at(s, g, middle, &sp, e);
        if (rc < 0)
            return -1;
        running += rc > 0;
        if (rc <= 0 || session_g(s, g)->system || sp.t1 > k->t1 || sp.t0 >= oldest)
            continue; /* the stopper itself runs on after the stop */
        oldest = sp.t0;
        k->culprit = g;
    }
    if (running < 2)
        k->culprit = IDX_NONE;
    return 0;
}

static const char ran_on[] = "somebody ran on", unseen[] = "nobody was seen to run on";

static void report(struct rule_run *r, const struct stop *k)
{
    bool seen = k->culprit != IDX_NONE;
    struct sighting x = sighting_of(r, k->culprit, k->t0, k->t1);
    x.function = seen ? function_of_g(r, k->culprit) : 0;
    x.cause = seen ? ran_on : unseen;
    x.severity = seen && length(k) > BAD_STOP ? SEV_WARNING : SEV_INFO;
    x.confidence = seen ? CONF_LIKELY : CONF_POSSIBLE;
    x.weight = x.numbers[NUM_STW] = (double)length(k);
    sighting_prove(&x, PROOF_RANGE, (int64_t)k->range, k->t0, k->t1, k->culprit);
    rule_report(r, &x);
}

static void say(struct rule_run *r)
{
    const struct session *s = r->s;
    size_t n;
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++) {
        char why[80], who[400] = "nobody was seen to run on, so it may be the host that was busy";
        struct str name = session_str(s, s->ranges.v[f->proof.v[0].id].name);
        text_visible(why, sizeof why, name.p, name.n);
        if (f->cause == ran_on)
            snprintf(who, sizeof who, "%s ran on meanwhile; a busy host can look the same", place_of(s, f->function, 0).s);
        finding_say(f, "the world was stopped for more than %s %s, for up to %s (%s): %s", duration_of(limit(r, KEY_OVER)).s,
                    count_of(f->count, "time").s, duration_of(f->numbers[NUM_STW]).s, why, who);
    }
}

int judge_long_stw(struct rule_run *r, struct err *e)
{
    stops list = {0};
    int rc = 0;
    gather(r, &list);
    for (size_t i = 0; i < list.n && i < LOOKED_AT && rc == 0; i++)
        rc = find_culprit(r, &list.v[i], e);
    for (size_t i = 0; i < list.n && rc == 0; i++)
        report(r, &list.v[i]);
    vec_free(&list);
    say(r);
    return rc;
}
