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

enum {
    LATE = 2000000,      /* ns that a timer may fire late */
    STEPS = 16,          /* spans looked back */
    LOOKUPS_MAX = 20000, /* spans looked for in all */
    DEADLINES_MAX = 8,   /* looked at in one wait: with more, a match is chance anyway */
    MATCHES_MAX = 4096
};

/* Whether a duration that people write lies in [lo, hi]: one digit and noughts, or two of which the second is a 5, 12. */
static bool holds_round(double lo, double hi)
{
    static const double digits[] = {1, 1.2, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 7.5, 8, 9};
    double unit = 1e6;
    while (unit <= hi) {
        for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
            if (digits[i] * unit >= lo && digits[i] * unit <= hi)
                return true;
        unit *= 10;
    }
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
typedef VEC(str_id) functions;

struct hunt {
    deadlines unheard;   /* by time */
    functions acceptors; /* the author's functions that accept connections */
    uint8_t *group;      /* by group: some wait for the network there that is not by design */
    matches found;
    unsigned lookups;
};

/* The first unheard deadline at or after t. */
static size_t first_at(const struct hunt *h, ns_t t)
{
    size_t lo = 0, hi = h->unheard.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (h->unheard.v[mid].t < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void prepare(struct rule_run *r, struct hunt *h)
{
    const struct session *s = r->s;
    deadlines all = {0};
    deadlines_make(s, &all);
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].unheard)
            *vec_push(&h->unheard) = all.v[i];
    vec_free(&all);
    h->group = mem_calloc(s->groups.n + 1, 1);
    for (size_t i = 0; i < s->waits.n && h->unheard.n; i++) {
        const struct wait_site *w = &s->waits.v[i];
        if (session_class(s, w->class)->share != SHARE_NETWORK)
            continue;
        if (stack_has(s, w->stack, "internal/poll.(*FD).Accept"))
            *vec_push(&h->acceptors) = frame_func(s, stack_site(s, w->stack));
        else if ((double)w->ns > limit(r, KEY_OVER) && !wait_is_idle(s, w->stack))
            h->group[w->group] = 1;
    }
}

static void hunt_release(struct hunt *h)
{
    vec_free(&h->unheard);
    vec_free(&h->acceptors);
    vec_free(&h->found);
    mem_free(h->group);
}

static bool serves_connection(const struct session *s, gidx g, const functions *acceptors)
{
    str_id by = frame_func(s, stack_site(s, session_g(s, g)->create_stack));
    for (size_t i = 0; by && i < acceptors->n; i++)
        if (acceptors->v[i] == by)
            return true;
    return false;
}

/* A wait across the deadlines from the k-th on: the first that fits the goroutine's times is taken for its own. */
static int look(struct rule_run *r, struct hunt *h, const struct span *sp, size_t k, struct err *e)
{
    struct session *s = r->s;
    frame_id place = statement_of(r, sp->stack);
    if (h->found.n >= MATCHES_MAX || frame_is_std(s, place) || waits_by_design(r, sp->g, sp->stack))
        return 0; /* the library's own, as a dial, is told of deadlines */
    for (size_t n = 0; n < DEADLINES_MAX && k < h->unheard.n; n++, k++) {
        const struct deadline *d = &h->unheard.v[k];
        if (sp->t0 >= d->t || (double)(sp->t1 - d->t) <= limit(r, KEY_OVER))
            break;
        h->lookups += STEPS;
        int rc = began_then(r, sp->g, sp->t0, d->t, e);
        if (rc < 0)
            return -1;
        if (rc == 0)
            continue;
        *vec_push(&h->found) = (struct match){*d, *sp, function_of_stack(s, sp->stack), place};
        break;
    }
    return 0;
}

/* One look for each wait that holds a deadline. */
static int hunt_waits(struct rule_run *r, struct hunt *h, gidx i, struct err *e)
{
    const struct goroutine *g = session_g(r->s, i);
    ns_t end = g->ended == NS_OPEN ? r->s->t1 : g->ended;
    if (g->system || !h->group[g->group] || (double)g->ns[SHARE_NETWORK] <= limit(r, KEY_OVER) || serves_connection(r->s, i, &h->acceptors))
        return 0;
    for (size_t k = first_at(h, g->created == NS_NONE ? r->s->t0 : g->created); k < h->unheard.n && h->unheard.v[k].t < end;) {
        struct span sp;
        const struct deadline *d = &h->unheard.v[k];
        int rc = ++h->lookups > LOOKUPS_MAX ? 0 : tl_span_at(r->s, i, d->t, &sp, e);
        if (rc <= 0)
            return rc;
        if (sp.state == G_WAITING && sp.share == SHARE_NETWORK && look(r, h, &sp, k, e) < 0)
            return -1;
        k = first_at(h, sp.t1 > d->t ? sp.t1 : d->t + 1);
    }
    return 0;
}

static int hunt_syscalls(struct rule_run *r, struct hunt *h, struct err *e)
{
    struct session *s = r->s;
    for (size_t i = 0; i < s->facts.syscalls.n; i++) {
        const struct long_syscall *c = &s->facts.syscalls.v[i];
        struct span sp = {.t0 = c->t0, .t1 = c->t1 == NS_OPEN ? s->t1 : c->t1, .g = c->g, .state = G_SYSCALL, .stack = c->stack};
        size_t k = first_at(h, c->t0 + 1);
        if (k < h->unheard.n && look(r, h, &sp, k, e) < 0)
            return -1;
    }
    return 0;
}

static int hunt_all(struct rule_run *r, struct hunt *h, struct err *e)
{
    int rc = hunt_syscalls(r, h, e);
    for (uint32_t i = 0; i < r->s->goroutines.n && rc == 0; i++) {
        rc = rule_pause(r, e);
        if (rc == 0)
            rc = hunt_waits(r, h, i, e);
    }
    return rc;
}

/* More deadlines in its wait than goroutines of its kind that wait for one. */
static bool is_chance(const struct hunt *h, const struct match *m)
{
    size_t fired = first_at(h, m->wait.t1) - first_at(h, m->wait.t0), alike = 0;
    for (size_t i = 0; i < h->found.n && alike < fired; i++) {
        const struct match *o = &h->found.v[i];
        alike += o->function == m->function && o->frame == m->frame && o->wait.t0 < m->wait.t1 && m->wait.t0 < o->wait.t1 &&
                 (i == 0 || h->found.v[i - 1].wait.g != o->wait.g);
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

int judge_deadline_overrun(struct rule_run *r, struct err *e)
{
    struct hunt h = {.lookups = 0};
    struct map seen = {0}; /* goroutines */
    size_t n;
    prepare(r, &h);
    int rc = h.unheard.n ? hunt_all(r, &h, e) : 0;
    for (size_t i = 0; rc == 0 && i < h.found.n; i++) {
        gidx g = h.found.v[i].wait.g;
        if (is_chance(&h, &h.found.v[i]))
            continue;
        report(r, &h.found.v[i], map_get(&seen, g) == MAP_NONE);
        map_put(&seen, g, 1);
    }
    map_release(&seen);
    hunt_release(&h);
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(
            f,
            "%s at %s stayed blocked for up to %s after a context's deadline, which its connection was not told of; that the deadline is "
            "its own is inferred from the time at which it began",
            count_of(f->count, "goroutine").s, place_of(r->s, f->function, f->frame).s, duration_of(f->numbers[NUM_OVERRUN]).s);
    return rc;
}
