/* deadline-overrun: blocked in the network or a syscall across a deadline that woke nobody, and woken later.
 *
 * A plain trace does not say whose deadline fired. What ties one to a goroutine: timeouts are round numbers (200ms, 1.5s), and a context
 * is made shortly before the call that it should bound. So the goroutine must have been running a round time before the deadline fired,
 * not long before it blocked, and must not be one that waits by design. Where more deadlines fired during its wait than there are
 * goroutines like it, a match is chance, and nothing is said. A server's goroutine for one connection waits for the next request as
 * long as that takes; in a program that talks to itself its times are those of the client, so it is left out.
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

struct match {
    struct deadline d;
    struct span wait;
    str_id function;
    frame_id frame;
};
typedef VEC(struct match) matches;

/* Functions of the author's that accept connections. */
typedef VEC(str_id) functions;

static void find_acceptors(struct rule_run *r, functions *out)
{
    const struct session *s = r->s;
    for (size_t i = 0; i < s->waits.n; i++)
        if (stack_has(s, s->waits.v[i].stack, "internal/poll.(*FD).Accept"))
            *vec_push(out) = frame_func(s, stack_site(s, s->waits.v[i].stack));
}

static bool serves_connection(const struct session *s, gidx g, const functions *acceptors)
{
    str_id by = frame_func(s, stack_site(s, session_g(s, g)->create_stack));
    for (size_t i = 0; by && i < acceptors->n; i++)
        if (acceptors->v[i] == by)
            return true;
    return false;
}

static int look(struct rule_run *r, gidx i, const struct deadline *d, matches *out, struct err *e)
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
    if (rc > 0)
        *vec_push(out) = (struct match){*d, sp, function_of_stack(s, sp.stack), statement_of(r, sp.stack)};
    return rc;
}

/* Could have been blocked so for long enough. */
static bool may(const struct rule_run *r, const struct goroutine *g, ns_t t)
{
    double blocked = (double)(g->ns[SHARE_NETWORK] + g->ns[SHARE_SYSCALL]);
    return !g->system && blocked > limit(r, KEY_OVER) && (g->created == NS_NONE || g->created < t) && (g->ended == NS_OPEN || g->ended > t);
}

static int match_deadline(struct rule_run *r, const struct deadline *d, matches *out, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; i < r->s->goroutines.n && rc >= 0; i++) {
        rc = rule_pause(r, e);
        if (rc == 0 && may(r, session_g(r->s, i), d->t))
            rc = look(r, i, d, out, e);
    }
    return rc;
}

/* More deadlines in its wait than goroutines of its kind that wait for one. */
static bool is_chance(const struct match *m, const matches *all, const deadlines *list)
{
    size_t fired = 0, alike = 0;
    for (size_t i = 0; i < list->n; i++)
        fired += list->v[i].unheard && list->v[i].t >= m->wait.t0 && list->v[i].t < m->wait.t1;
    for (size_t i = 0; i < all->n; i++) {
        const struct match *o = &all->v[i];
        alike += o->function == m->function && o->frame == m->frame && o->wait.t0 < m->wait.t1 && m->wait.t0 < o->wait.t1 &&
                 (i == 0 || all->v[i - 1].wait.g != o->wait.g);
    }
    return fired > alike;
}

static void report(struct rule_run *r, const struct match *m, bool first)
{
    gidx g = m->wait.g;
    struct sighting x = sighting_of(r, g, m->d.t, m->wait.t1);
    x.function = m->function;
    x.frame = m->frame;
    x.confidence = CONF_LIKELY;
    x.count = first;
    x.also = true;
    x.weight = x.numbers[NUM_OVERRUN] = (double)(m->wait.t1 - m->d.t);
    sighting_prove_span(&x, r->s, g, m->wait.t0, m->wait.t1);
    sighting_prove(&x, PROOF_GOROUTINE, session_g(r->s, m->d.g)->id, m->d.t, m->d.t, m->d.g);
    rule_report(r, &x);
}

static int match_all(struct rule_run *r, const deadlines *list, matches *out, struct err *e)
{
    size_t looked = 0;
    int rc = 0;
    for (size_t i = 0; i < list->n && rc >= 0 && looked < DEADLINES_MAX; i++) {
        if (!list->v[i].unheard)
            continue;
        looked++;
        rc = match_deadline(r, &list->v[i], out, e);
    }
    return rc;
}

int judge_deadline_overrun(struct rule_run *r, struct err *e)
{
    deadlines list = {0};
    matches found = {0};
    functions acceptors = {0};
    struct map told = {0}, seen = {0}; /* waits, each told once, by the first deadline that fits; goroutines */
    size_t n;
    deadlines_make(r->s, &list);
    find_acceptors(r, &acceptors);
    int rc = match_all(r, &list, &found, e);
    for (size_t i = 0; rc >= 0 && i < found.n; i++) {
        uint64_t key = (uint64_t)found.v[i].wait.t0; /* an event's time is its own */
        gidx g = found.v[i].wait.g;
        if (map_get(&told, key) != MAP_NONE || is_chance(&found.v[i], &found, &list) || serves_connection(r->s, g, &acceptors))
            continue;
        map_put(&told, key, 1);
        report(r, &found.v[i], map_get(&seen, g) == MAP_NONE);
        map_put(&seen, g, 1);
    }
    map_release(&told);
    map_release(&seen);
    vec_free(&acceptors);
    vec_free(&list);
    vec_free(&found);
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(
            f,
            "%s at %s stayed blocked for up to %s after a context's deadline, which its connection was not told of; that the deadline is "
            "its own is inferred from the time at which it began",
            count_of(f->count, "goroutine").s, place_of(r->s, f->function, f->frame).s, duration_of(f->numbers[NUM_OVERRUN]).s);
    return rc < 0 ? -1 : 0;
}
