/* deadline-overrun: blocked in the network or a syscall across a deadline that woke nobody, and woken later.
 *
 * A plain trace does not say whose deadline fired. What ties one to a goroutine: timeouts are round numbers (200ms, 1.5s), and a context
 * is made shortly before the call that it should bound. So the goroutine must have been running a round time before the deadline fired,
 * not long before it blocked, and must not be one that waits by design.
 */
#include <math.h>

#include "model/findings/deadlines.h"

enum { LATE = 2000000, STEPS = 16, DEADLINES_MAX = 256 }; /* ns that a timer fires late; spans looked back; deadlines looked at */

/* Whether a duration that people write lies in [lo, hi]: one digit and noughts, or two of which the second is a 5, 12. */
static bool holds_round(double lo, double hi)
{
    static const double digits[] = {1, 1.2, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 7.5, 8, 9};
    for (double unit = 1e6; unit <= hi; unit *= 10)
        for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
            if (digits[i] * unit >= lo && digits[i] * unit <= hi)
                return true;
    return false;
}

/* Whether g ran a round time before t: in one of the last spans before the wait that began at `from`. 1, 0, -1. */
static int began_then(struct rule_run *r, gidx g, ns_t from, ns_t t, struct err *e)
{
    struct span sp;
    ns_t at = from;
    for (unsigned i = 0; i < STEPS; i++) {
        int rc = tl_span_step(r->s, g, at, -1, &sp, e);
        if (rc <= 0)
            return rc;
        if (sp.state == G_RUNNING && holds_round((double)(t - sp.t1 - LATE), (double)(t - sp.t0)))
            return 1;
        at = sp.t0;
    }
    return 0;
}

static int look(struct rule_run *r, gidx i, const struct deadline *d, struct err *e)
{
    struct session *s = r->s;
    struct span sp;
    int rc = tl_span_at(s, i, d->t, &sp, e);
    if (rc <= 0)
        return rc;
    bool outside = (sp.state == G_WAITING && sp.share == SHARE_NETWORK) || sp.state == G_SYSCALL;
    if (!outside || sp.t0 >= d->t || (double)(sp.t1 - d->t) <= limit(r, KEY_OVER) || waits_by_design(r, i, sp.stack))
        return 0;
    rc = began_then(r, i, sp.t0, d->t, e);
    if (rc <= 0)
        return rc;
    struct sighting x = sighting_of(r, i, d->t, sp.t1);
    x.function = function_of_stack(s, sp.stack);
    x.frame = stack_site(s, sp.stack);
    x.confidence = CONF_LIKELY;
    x.also = true;
    x.weight = x.numbers[NUM_OVERRUN] = (double)(sp.t1 - d->t);
    sighting_prove_span(&x, s, i, sp.t0, sp.t1);
    sighting_prove(&x, PROOF_GOROUTINE, session_g(s, d->g)->id, d->t, d->t, d->g);
    rule_report(r, &x);
    return 0;
}

/* Could have been blocked so for long enough. */
static bool may(const struct rule_run *r, const struct goroutine *g, ns_t t)
{
    double blocked = (double)(g->ns[SHARE_NETWORK] + g->ns[SHARE_SYSCALL]);
    return !g->system && blocked > limit(r, KEY_OVER) && (g->created == NS_NONE || g->created < t) && (g->ended == NS_OPEN || g->ended > t);
}

static int judge_deadline(struct rule_run *r, const struct deadline *d, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; i < r->s->goroutines.n && rc >= 0; i++) {
        rc = rule_pause(r, e);
        if (rc == 0 && may(r, session_g(r->s, i), d->t))
            rc = look(r, i, d, e);
    }
    return rc;
}

int judge_deadline_overrun(struct rule_run *r, struct err *e)
{
    deadlines list = {0};
    size_t n, looked = 0;
    int rc = 0;
    deadlines_make(r->s, &list);
    for (size_t i = 0; i < list.n && rc >= 0 && looked < DEADLINES_MAX; i++) {
        if (!list.v[i].unheard)
            continue;
        looked++;
        rc = judge_deadline(r, &list.v[i], e);
    }
    vec_free(&list);
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(
            f,
            "%s at %s stayed blocked for up to %s after a context's deadline, which its connection was not told of; that the deadline is "
            "its own is inferred from the time at which it began",
            count_of(f->count, "goroutine").s, place_of(r->s, f->function, f->frame).s, duration_of(f->numbers[NUM_OVERRUN]).s);
    return rc < 0 ? -1 : 0;
}
