/* Spans of one goroutine: its transitions two by two, and the untold time before the first. */
#include "model/timeline/sums.h"

static const uint32_t span_cols = COLBIT(G) | COLBIT(M) | COLBIT(P) | COLBIT(STACK) | COLBIT(STACK2);

static struct span unknown_span(gidx g, ns_t t0, ns_t t1, bool open)
{
    return (struct span){.t0 = t0,
                         .t1 = t1,
                         .g = g,
                         .class = CLASS_NONE,
                         .open = open,
                         .state = G_UNDETERMINED,
                         .share = SHARE_UNKNOWN,
                         .by = IDX_NONE,
                         .m = IDX_NONE,
                         .p = IDX_NONE};
}

/* The stretch before the first transition of a goroutine that is older than the trace, or was only seen. The cursor is moved.
 * 1, 0 there is none, -1 error. */
static int untold(struct cursor *c, struct span *out)
{
    const struct session *s = c->s;
    if (!s->events || !born_unknown(session_g(s, c->g)))
        return 0;
    int rc = cursor_after(c, INT64_MIN);
    if (rc < 0)
        return -1;
    *out = unknown_span(c->g, s->t0, rc ? cursor_t(c) : s->t1, rc == 0);
    return out->t0 < out->t1;
}

/* The span that begins at the cursor's transition, up to the next one, whatever breaks lie between; the cursor moves on.
 * 1 alive, 0 it is no span but an end, -1 error. *more: the cursor stands on the next transition. */
static int take(struct cursor *c, struct span *out, bool *more)
{
    const struct chunk *k = c->piece.c;
    uint32_t i = cursor_row(c);
    const struct event_class *class = session_class(c->s, k->class[i]);
    *out = (struct span){.t0 = k->t[i],
                         .g = c->g,
                         .class = k->class[i],
                         .state = class->to,
                         .share = class->share,
                         .by = k->g[i],
                         .m = k->m[i] == EV_NO_MP ? IDX_NONE : k->m[i],
                         .p = k->p[i] == EV_NO_MP ? IDX_NONE : k->p[i],
                         .stack = k->stack[i],
                         .stack2 = k->stack2[i]};
    int rc = cursor_next(c);
    *more = rc == 1;
    if (rc < 0)
        return -1;
    out->open = !*more;
    out->t1 = *more ? cursor_t(c) : c->s->t1;
    return out->share < SHARE_DEAD;
}

/* Parts a span at a break into what was told and what is not known; true when there is a second part. */
static bool part(const struct session *s, struct span *told, struct span *unknown)
{
    ns_t b = break_in(s, told->t0, told->t1);
    if (b == NS_NONE)
        return false;
    *unknown = unknown_span(told->g, b, told->t1, told->open);
    told->t1 = b;
    told->open = 0;
    return true;
}

struct list {
    struct span *out;
    size_t n, max;
    ns_t t0, t1;
};

static void put(struct list *l, const struct span *sp)
{
    if (l->n < l->max && sp->t0 < l->t1 && sp->t1 > l->t0 && sp->t0 < sp->t1)
        l->out[l->n++] = *sp;
}

long tl_spans(struct session *s, gidx g, ns_t t0, ns_t t1, struct span *out, size_t max, struct err *e)
{
    if (g >= s->goroutines.n || t0 >= t1)
        return 0;
    struct cursor c;
    struct list l = {.out = out, .max = max, .t0 = t0, .t1 = t1};
    cursor_init(&c, s, g, span_cols, e);
    int rc = cursor_seek(&c, t0);
    if (rc == 0) {
        struct span u;
        rc = untold(&c, &u);
        if (rc == 1)
            put(&l, &u);
        if (rc >= 0)
            rc = cursor_after(&c, t0);
    }
    for (bool more = rc == 1; more && l.n < max && cursor_t(&c) < t1;) {
        struct span sp, unknown;
        rc = take(&c, &sp, &more);
        if (rc < 1)
            continue;
        bool two = part(s, &sp, &unknown);
        put(&l, &sp);
        if (two)
            put(&l, &unknown);
    }
    cursor_release(&c);
    return rc < 0 ? -1 : (long)l.n;
}

int tl_span_at(struct session *s, gidx g, ns_t t, struct span *out, struct err *e)
{
    if (g >= s->goroutines.n || t < s->t0 || t > s->t1)
        return 0;
    struct cursor c;
    struct span unknown;
    bool more;
    cursor_init(&c, s, g, span_cols, e);
    int rc = cursor_seek(&c, t);
    if (rc == 1) {
        rc = take(&c, out, &more);
        if (rc == 1 && part(s, out, &unknown) && t >= unknown.t0)
            *out = unknown;
    } else if (rc == 0) {
        rc = untold(&c, out);
        if (rc == 1 && t > out->t1)
            rc = 0;
    }
    cursor_release(&c);
    return rc;
}

/* Forwards: the first span that begins after t. The one that holds t may have a second part that does. */
static int step_forward(struct cursor *c, ns_t t, struct span *out)
{
    struct span unknown;
    int rc = c->s->breaks.n ? cursor_seek(c, t) : 0;
    if (rc == 0)
        rc = cursor_after(c, t);
    for (bool more = rc == 1; more;) {
        rc = take(c, out, &more);
        if (rc < 0)
            return -1;
        bool two = rc && part(c->s, out, &unknown);
        if (rc && out->t0 > t)
            return 1;
        if (two && unknown.t0 > t) {
            *out = unknown;
            return 1;
        }
    }
    return rc < 0 ? -1 : 0;
}

/* The span at the cursor, or its second part when that begins before t and is what is asked for. 1, 0 not asked for, -1. */
static int take_before(struct cursor *c, ns_t t, enum gstate state, struct span *out)
{
    struct span unknown;
    bool more;
    int rc = take(c, out, &more);
    if (rc < 1)
        return rc;
    if (part(c->s, out, &unknown) && unknown.t0 < t && (state == G_STATES || state == G_UNDETERMINED)) {
        *out = unknown;
        return 1;
    }
    return state == G_STATES || out->state == state;
}

/* Backwards: the last span that begins before t and is in `state` (G_STATES: any). */
static int step_back(struct cursor *c, ns_t t, enum gstate state, struct span *out)
{
    bool breaks = c->s->breaks.n > 0;
    int rc = t == INT64_MIN ? 0 : cursor_seek(c, t - 1);
    while (rc == 1) {
        ns_t begins = cursor_t(c);
        const struct event_class *class = session_class(c->s, cursor_class(c));
        /* To take a span is to step forwards and back again: only where it may be the one. */
        if (class->share < SHARE_DEAD && (breaks || state == G_STATES || class->to == state)) {
            rc = take_before(c, t, state, out);
            if (rc != 0)
                return rc;
            rc = begins == INT64_MIN ? 0 : cursor_seek(c, begins - 1);
        } else {
            rc = cursor_prev(c);
        }
    }
    if (rc < 0 || (state != G_STATES && state != G_UNDETERMINED) || t <= c->s->t0)
        return rc < 0 ? -1 : 0;
    return untold(c, out);
}

int tl_span_step(struct session *s, gidx g, ns_t t, int dir, struct span *out, struct err *e)
{
    if (g >= s->goroutines.n)
        return 0;
    struct cursor c;
    cursor_init(&c, s, g, span_cols, e);
    int rc = dir > 0 && t < s->t0 ? untold(&c, out) : 0;
    if (rc == 0)
        rc = dir > 0 ? step_forward(&c, t, out) : step_back(&c, t, G_STATES, out);
    cursor_release(&c);
    return rc;
}

int tl_span_before(struct session *s, gidx g, ns_t t, enum gstate state, struct span *out, struct err *e)
{
    if (g >= s->goroutines.n)
        return 0;
    struct cursor c;
    cursor_init(&c, s, g, span_cols, e);
    int rc = step_back(&c, t, state, out);
    cursor_release(&c);
    return rc;
}
