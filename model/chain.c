/* Wake chains: from span to span, never over more than what is asked for. See model/chain.h. */
#include "model/chain.h"

const char *const chain_end_words[CHAIN_END_COUNT] = {
#define X(id, words) words,
    CHAIN_ENDS(X)
#undef X
};

static bool waits(const struct span *sp)
{
    return sp->state == G_WAITING || sp->state == G_SYSCALL;
}

/* --- how a wait ended ----------------------------------------------------------------------------------------------- */

/* Nobody's doing: what it waited for says what it must have been. */
static enum chain_end end_of(const struct span *wait)
{
    if (wait->state == G_SYSCALL)
        return CHAIN_SYSCALL;
    switch (wait->share) {
    case SHARE_SLEEP: return CHAIN_TIMER;
    case SHARE_CHAN: return CHAIN_TIMER; /* a channel that no goroutine sent to or closed: a timer's */
    case SHARE_NETWORK: return CHAIN_NETWORK;
    case SHARE_SYSTEM: return CHAIN_GC;
    default: return CHAIN_UNKNOWN;
    }
}

static uint32_t edge_at(const struct session *s, gidx g, ns_t t)
{
    size_t lo = 0, hi = s->ctx.edges.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->ctx.edges.v[mid].t < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < s->ctx.edges.n && s->ctx.edges.v[lo].t == t; lo++)
        if (s->ctx.edges.v[lo].g == g)
            return (uint32_t)lo;
    return IDX_NONE;
}

/* The link of a wait, with what ended it. */
static int link_of(struct session *s, const struct span *wait, struct chain_link *out, struct err *e)
{
    struct span next;
    *out = (struct chain_link){
        .g = wait->g, .wait = *wait, .woken = NS_OPEN, .run = NS_NONE, .by = IDX_NONE, .end = CHAIN_OPEN, .cancel_edge = IDX_NONE};
    if (wait->open)
        return 0;
    out->end = CHAIN_UNKNOWN;
    out->woken = wait->t1;
    int rc = tl_span_at(s, wait->g, wait->t1, &next, e);
    if (rc < 1 || next.t0 != wait->t1 || next.state == G_UNDETERMINED)
        return rc < 0 ? -1 : 0;
    bool other = wait->state == G_WAITING && next.by != IDX_NONE && next.by != wait->g;
    out->end = other ? CHAIN_WOKEN : (uint8_t)end_of(wait);
    out->by = other ? next.by : IDX_NONE;
    out->by_stack = other ? next.stack : 0;
    out->cancel_edge = edge_at(s, wait->g, wait->t1);
    if (next.state == G_RUNNING)
        out->run = next.t0;
    else if (next.state == G_RUNNABLE && !next.open)
        out->run = next.t1;
    return 0;
}

/* --- backwards ------------------------------------------------------------------------------------------------------ */

/* What goroutine g did before t that can explain [from, t): the last wait of some length, or its creation, or its own work. */
static int cause_of(struct session *s, gidx g, ns_t from, ns_t t, unsigned *steps, struct chain_link *out, struct err *e)
{
    struct span sp;
    ns_t least = (t - from) / CHAIN_SHORT, at = t;
    *out = (struct chain_link){.g = g, .woken = t, .run = NS_NONE, .by = IDX_NONE, .end = CHAIN_RAN, .cancel_edge = IDX_NONE};
    out->wait = (struct span){.t0 = from,
                              .t1 = t,
                              .g = g,
                              .state = G_RUNNING,
                              .share = SHARE_RUNNING,
                              .class = CLASS_NONE,
                              .by = IDX_NONE,
                              .m = IDX_NONE,
                              .p = IDX_NONE};
    for (; *steps < CHAIN_STEPS; ++*steps) {
        int rc = tl_span_step(s, g, at, -1, &sp, e);
        if (rc < 1)
            return rc;
        if (sp.state == G_UNDETERMINED) {
            out->end = sp.t1 > from ? CHAIN_START : CHAIN_RAN;
            return 0;
        }
        if (waits(&sp) && sp.t1 <= t && sp.t1 > from && sp.t1 - sp.t0 >= least && sp.t1 > sp.t0)
            return link_of(s, &sp, out, e);
        const struct event_class *c = sp.class == CLASS_NONE ? NULL : session_class(s, sp.class);
        if (c && c->from == G_NOTEXIST) {
            if (sp.t0 <= from)
                return 0;
            out->end = sp.by == IDX_NONE || sp.by == g ? CHAIN_TIMER : CHAIN_CREATED;
            out->woken = out->wait.t0 = out->wait.t1 = sp.t0;
            out->by = out->end == CHAIN_CREATED ? sp.by : IDX_NONE;
            out->by_stack = sp.stack;
            return 0;
        }
        if (sp.t0 <= from)
            return 0;
        at = sp.t0;
    }
    out->end = CHAIN_UNKNOWN;
    return 0;
}

/* The wait of g at t, or the last one before. 1, 0 none, -1. */
static int wait_at(struct session *s, gidx g, ns_t t, struct span *out, struct err *e)
{
    int rc = tl_span_at(s, g, t, out, e);
    if (rc < 0 || (rc == 1 && waits(out)))
        return rc;
    struct span call;
    ns_t before = t < INT64_MAX ? t + 1 : t;
    int a = tl_span_before(s, g, before, G_WAITING, out, e), b = tl_span_before(s, g, before, G_SYSCALL, &call, e);
    if (a < 0 || b < 0)
        return -1;
    if (b == 1 && (a == 0 || call.t0 > out->t0))
        *out = call;
    return a || b;
}

int chain_back(struct session *s, gidx g, ns_t t, uint32_t max, chain_links *out, struct err *e)
{
    struct span wait;
    struct chain_link l;
    out->n = 0;
    int rc = max ? wait_at(s, g, t, &wait, e) : 0;
    if (rc < 1)
        return rc;
    if (link_of(s, &wait, &l, e) < 0)
        return -1;
    *vec_push(out) = l;
    ns_t from = wait.t0, until = l.woken;
    unsigned steps = 0;
    while (out->n < max && (l.end == CHAIN_WOKEN || l.end == CHAIN_CREATED)) {
        if (cause_of(s, l.by, from, until, &steps, &l, e) < 0)
            return -1;
        if (l.woken > until || (l.woken == until && l.end == CHAIN_WOKEN))
            break; /* times that stand still: nothing is before itself */
        *vec_push(out) = l;
        until = l.woken;
        from = l.end == CHAIN_WOKEN ? l.wait.t0 : from;
    }
    return 0;
}

/* --- forwards ------------------------------------------------------------------------------------------------------- */

static int forward_link(struct session *s, const struct link *k, chain_links *out, struct err *e)
{
    struct chain_link l = {.g = k->to,
                           .woken = k->t,
                           .run = NS_NONE,
                           .by = k->from,
                           .by_stack = k->stack,
                           .end = k->create ? CHAIN_CREATED : CHAIN_WOKEN,
                           .cancel_edge = edge_at(s, k->to, k->t)};
    struct span next, wait;
    l.wait = (struct span){.t0 = k->t, .t1 = k->t, .g = k->to, .class = CLASS_NONE, .by = IDX_NONE, .m = IDX_NONE, .p = IDX_NONE};
    int a = k->create ? 0 : tl_span_step(s, k->to, k->t, -1, &wait, e), b = tl_span_at(s, k->to, k->t, &next, e);
    if (a < 0 || b < 0)
        return -1;
    if (a == 1)
        l.wait = wait;
    if (b == 1 && next.state == G_RUNNABLE && !next.open)
        l.run = next.t1;
    *vec_push(out) = l;
    return 0;
}

struct reach {
    uint8_t *g; /* by gidx */
    struct link *links;
    uint32_t max;
};

static int forward_segment(struct session *s, const struct reach *r, ns_t t0, ns_t t1, chain_links *out, struct err *e)
{
    long n = tl_links(s, IDX_NONE, t0, t1, r->links, BLOCK_EVENTS, e);
    for (long i = 0; i < n && out->n < r->max; i++) {
        const struct link *k = &r->links[i];
        if (k->from >= s->goroutines.n || k->to >= s->goroutines.n || !r->g[k->from] || r->g[k->to])
            continue;
        r->g[k->to] = 1;
        if (forward_link(s, k, out, e) < 0)
            return -1;
    }
    return n < 0 ? -1 : 0;
}

int chain_forward(struct session *s, gidx g, ns_t t0, ns_t t1, uint32_t max, chain_links *out, struct err *e)
{
    out->n = 0;
    if (g >= s->goroutines.n)
        return 0;
    struct reach r = {.g = mem_calloc(s->goroutines.n, 1), .links = mem_alloc(BLOCK_EVENTS, sizeof(struct link)), .max = max};
    r.g[g] = 1;
    int rc = 0;
    for (size_t i = 0; i < s->segments.n && rc == 0 && out->n < max; i++) {
        /* A segment holds (t0, t1] but for the first one. */
        ns_t from = i ? s->segments.v[i].t0 + 1 : s->segments.v[i].t0, to = s->segments.v[i].t1 + 1;
        from = from > t0 ? from : t0;
        to = to < t1 ? to : t1;
        if (from < to)
            rc = forward_segment(s, &r, from, to, out, e);
    }
    mem_free(r.links);
    mem_free(r.g);
    return rc;
}

/* --- the critical path ---------------------------------------------------------------------------------------------- */

struct walk {
    struct session *s;
    ns_t t0, t;     /* what is left: [t0, t) */
    gidx g;         /* who it ends in */
    unsigned stood; /* steps from goroutine to goroutine without a piece between */
    path_pieces *out;
};

static void piece(struct walk *w, ns_t from, gidx g, const struct span *sp)
{
    from = from > w->t0 ? from : w->t0;
    if (from >= w->t)
        return;
    *vec_push(w->out) = (struct path_piece){.t0 = from,
                                            .t1 = w->t,
                                            .g = g,
                                            .share = sp ? sp->share : (uint8_t)SHARE_UNKNOWN,
                                            .class = sp ? sp->class : CLASS_NONE,
                                            .stack = sp ? sp->stack : 0};
    w->t = from;
    w->stood = 0;
}

/* The span of g that holds the time right before t. 1, 0 it was not alive, -1. */
static int span_until(struct walk *w, struct span *out, struct err *e)
{
    int rc = tl_span_at(w->s, w->g, w->t - 1, out, e);
    return rc == 1 && (out->t0 >= w->t || out->t1 < w->t) ? 0 : rc;
}

/* It was not alive right before: up to its end nothing is known, if it lived at all. */
static int absent(struct walk *w, struct err *e)
{
    struct span sp;
    int rc = tl_span_step(w->s, w->g, w->t, -1, &sp, e);
    if (rc < 0)
        return -1;
    piece(w, rc == 1 && sp.t1 < w->t ? sp.t1 : w->t0, w->g, NULL);
    return 0;
}

/* Goes on in another goroutine at the same time; false when that goes round in circles. */
static bool jump(struct walk *w, gidx by)
{
    if (by == IDX_NONE || by == w->g || by >= w->s->goroutines.n || ++w->stood > 8)
        return false;
    w->g = by;
    return true;
}

static int step(struct walk *w, struct err *e)
{
    struct span sp, next;
    int rc = span_until(w, &sp, e);
    if (rc < 1)
        return rc < 0 ? -1 : absent(w, e);
    const struct event_class *c = sp.class == CLASS_NONE ? NULL : session_class(w->s, sp.class);
    if (sp.state != G_WAITING) {
        piece(w, sp.t0, w->g, &sp);
        if (c && c->from == G_NOTEXIST && w->t > w->t0)
            (void)jump(w, sp.by);
        return 0;
    }
    rc = sp.t1 == w->t && !sp.open ? tl_span_at(w->s, w->g, w->t, &next, e) : 0;
    if (rc < 0)
        return -1;
    bool ended = rc == 1 && next.t0 == w->t && next.state != G_UNDETERMINED;
    if (ended && jump(w, next.by))
        return 0;
    piece(w, sp.t0, ended && (next.by == IDX_NONE || next.by == w->g) ? IDX_NONE : w->g, &sp);
    return 0;
}

int critical_path(struct session *s, gidx g, ns_t t0, ns_t t1, uint32_t max, path_pieces *out, struct err *e)
{
    out->n = 0;
    if (g >= s->goroutines.n || t0 >= t1 || max == 0)
        return 0;
    struct walk w = {.s = s, .t0 = t0, .t = t1, .g = g, .out = out};
    if (t1 > s->t1)
        piece(&w, s->t1 > t0 ? s->t1 : t0, g, NULL);
    while (w.t > t0 && w.t > s->t0 && out->n + 1 < max)
        if (step(&w, e) < 0)
            return -1;
    piece(&w, t0, IDX_NONE, NULL);
    for (size_t i = 0, k = out->n; i + 1 < k; i++, k--) {
        struct path_piece p = out->v[i];
        out->v[i] = out->v[k - 1];
        out->v[k - 1] = p;
    }
    return 0;
}
