/* Spans of one goroutine: its transitions two by two, and the untold time before the first. */
#include "model/timeline/rows.h"
#include "model/timeline/timeline.h"

static const uint32_t span_cols = COLBIT(G) | COLBIT(M) | COLBIT(P) | COLBIT(STACK) | COLBIT(STACK2);

/* The stretch before the first transition of a goroutine that is older than the trace (or was only seen). */
static struct span untold(const struct session *s, gidx g)
{
    const struct goroutine *go = session_g(s, g);
    bool seen_only = go->first == NS_NONE;
    return (struct span){.t0 = s->t0, .t1 = seen_only ? s->t1 : go->first, .g = g, .class = CLASS_NONE, .open = seen_only,
                         .state = G_UNDETERMINED, .share = SHARE_UNKNOWN, .by = IDX_NONE, .m = IDX_NONE, .p = IDX_NONE};
}

static bool has_untold(const struct session *s, gidx g)
{
    const struct goroutine *go = session_g(s, g);
    return s->events && (go->first == NS_NONE || (born_unknown(go) && go->first > s->t0));
}

/* The span that begins at the cursor's transition; the cursor moves on to the next one. 1 alive, 0 it is no span but an
 * end, -1 error. *more: the cursor stands on the next transition. */
static int take(struct cursor *c, struct span *out, bool *more)
{
    const struct chunk *k = c->piece.c;
    uint32_t i = cursor_row(c);
    const struct event_class *class = session_class(c->s, k->class[i]);
    *out = (struct span){.t0 = k->t[i], .g = c->g, .class = k->class[i], .state = class->to, .share = class->share, .by = k->g[i],
                         .m = k->m[i] == EV_NO_MP ? IDX_NONE : k->m[i], .p = k->p[i] == EV_NO_MP ? IDX_NONE : k->p[i],
                         .stack = k->stack[i], .stack2 = k->stack2[i]};
    int rc = cursor_next(c);
    if (rc < 0)
        return -1;
    *more = rc == 1;
    out->open = !*more;
    out->t1 = *more ? cursor_t(c) : c->s->t1;
    return out->share < SHARE_DEAD;
}

long tl_spans(struct session *s, gidx g, ns_t t0, ns_t t1, struct span *out, size_t max, struct err *e)
{
    if (g >= s->goroutines.n || t0 >= t1)
        return 0;
    struct cursor c;
    size_t n = 0;
    cursor_init(&c, s, g, span_cols, e);
    int rc = cursor_seek(&c, t0);
    if (rc == 0) {
        struct span u = untold(s, g);
        if (max && has_untold(s, g) && u.t0 < t1 && u.t1 > t0)
            out[n++] = u;
        rc = cursor_after(&c, t0);
    }
    bool more = rc == 1;
    while (more && n < max && cursor_t(&c) < t1 && (rc = take(&c, &out[n], &more)) >= 0)
        n += rc && out[n].t1 > t0 && out[n].t0 < out[n].t1;
    cursor_release(&c);
    return rc < 0 ? -1 : (long)n;
}

int tl_span_at(struct session *s, gidx g, ns_t t, struct span *out, struct err *e)
{
    if (g >= s->goroutines.n || t < s->t0 || t > s->t1)
        return 0;
    struct cursor c;
    bool more;
    cursor_init(&c, s, g, span_cols, e);
    int rc = cursor_seek(&c, t);
    if (rc == 1) {
        rc = take(&c, out, &more);
    } else if (rc == 0) {
        *out = untold(s, g);
        rc = has_untold(s, g) && t <= out->t1;
    }
    cursor_release(&c);
    return rc;
}

/* Forwards: the first transition after t that is no end. */
static int step_forward(struct cursor *c, ns_t t, struct span *out)
{
    int rc = cursor_after(c, t);
    bool more = rc == 1;
    while (more && (rc = take(c, out, &more)) == 0)
        ;
    return rc;
}

/* Backwards: the last span that begins before t and passes the test (state: G_STATES: any). */
static int step_back(struct cursor *c, ns_t t, enum gstate state, struct span *out)
{
    if (t == INT64_MIN)
        return 0;
    for (int rc = cursor_seek(c, t - 1); rc != 0; rc = cursor_prev(c)) {
        if (rc < 0)
            return -1;
        const struct event_class *class = session_class(c->s, cursor_class(c));
        bool more;
        if (class->share < SHARE_DEAD && (state == G_STATES || class->to == state))
            return take(c, out, &more);
    }
    *out = untold(c->s, c->g);
    return has_untold(c->s, c->g) && out->t0 < t && (state == G_STATES || state == G_UNDETERMINED);
}

int tl_span_step(struct session *s, gidx g, ns_t t, int dir, struct span *out, struct err *e)
{
    if (g >= s->goroutines.n)
        return 0;
    if (dir > 0 && t < s->t0 && has_untold(s, g)) {
        *out = untold(s, g);
        return 1;
    }
    struct cursor c;
    cursor_init(&c, s, g, span_cols, e);
    int rc = dir > 0 ? step_forward(&c, t, out) : step_back(&c, t, G_STATES, out);
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
