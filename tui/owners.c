#include "tui/owners.h"

#include "base/mem.h"

/* Who runs on a lane since when. */
struct stretch {
    gidx g;
    ns_t since;
};
struct sweep {
    struct owners *o;
    const struct session *s;
    const struct tl_window *w;
    struct stretch *now; /* procs, then threads */
};

/* About how many events lie in the window, from the segments' totals. */
static double events_in(const struct session *s, const struct tl_window *w)
{
    ns_t w0 = w->t0, w1 = w->t0 + w->cell * w->n;
    double n = 0;
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *seg = &s->segments.v[i];
        if (seg->t1 <= w0 || seg->t0 >= w1 || seg->t1 <= seg->t0)
            continue;
        ns_t a = seg->t0 > w0 ? seg->t0 : w0, b = seg->t1 < w1 ? seg->t1 : w1;
        n += (double)seg->events * ((double)(b - a) / (double)(seg->t1 - seg->t0));
    }
    return n;
}

/* A stretch on a lane ended at t. */
static void close_stretch(struct sweep *sw, uint32_t lane, ns_t t)
{
    struct stretch *st = &sw->now[lane];
    const struct tl_window *w = sw->w;
    ns_t end = w->t0 + w->cell * w->n, a = st->since > w->t0 ? st->since : w->t0, b = t < end ? t : end;
    if (st->g == IDX_NONE || b <= a)
        return;
    for (ns_t c = (a - w->t0) / w->cell; c <= (b - 1 - w->t0) / w->cell; c++) {
        ns_t c0 = w->t0 + c * w->cell, c1 = c0 + w->cell;
        ns_t len = (b < c1 ? b : c1) - (a > c0 ? a : c0);
        size_t at = (size_t)lane * w->n + (size_t)c;
        if (len <= sw->o->best[at])
            continue;
        sw->o->best[at] = len;
        sw->o->g[at] = st->g;
    }
}

static void change(struct sweep *sw, uint32_t lane, uint32_t lanes, gidx g, ns_t t)
{
    if (lane >= lanes)
        return;
    close_stretch(sw, lane, t);
    sw->now[lane] = (struct stretch){g, t};
}

static int on_event(void *ctx, const struct event *ev, const struct event_ext *ext)
{
    struct sweep *sw = ctx;
    const struct owners *o = sw->o;
    const struct event_class *c = session_class(sw->s, ev->class);
    (void)ext;
    if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE || c->restates)
        return 0;
    if (c->to != G_RUNNING && c->from != G_RUNNING)
        return 0;
    gidx g = c->to == G_RUNNING ? ev->res : IDX_NONE;
    if (ev->p != EV_NO_MP)
        change(sw, ev->p, o->procs, g, ev->t);
    if (ev->m != EV_NO_MP && ev->m < o->threads)
        change(sw, o->procs + ev->m, o->procs + o->threads, g, ev->t);
    return 0;
}

static void make_room(struct owners *o, const struct session *s, uint32_t n)
{
    o->n = n;
    o->procs = (uint32_t)s->procs.n;
    o->threads = (uint32_t)s->threads.n;
    size_t want = (size_t)(o->procs + o->threads) * n;
    if (want > o->room) {
        o->room = want;
        o->g = mem_realloc(o->g, want, sizeof *o->g);
        o->best = mem_realloc(o->best, want, sizeof *o->best);
    }
    for (size_t i = 0; i < want; i++) {
        o->g[i] = IDX_NONE;
        o->best[i] = 0;
    }
}

int owners_read(struct owners *o, struct session *s, const struct tl_window *w, struct err *e)
{
    o->read = true;
    o->none = events_in(s, w) > OWNERS_EVENTS;
    if (o->none)
        return 0;
    make_room(o, s, w->n);
    uint32_t lanes = o->procs + o->threads;
    struct sweep sw = {o, s, w, mem_alloc(lanes + 1, sizeof *sw.now)};
    ns_t end = w->t0 + w->cell * w->n;
    for (uint32_t i = 0; i < lanes; i++) {
        struct lane lane = {i < o->procs ? LANE_P : LANE_M, i < o->procs ? i : i - o->procs};
        sw.now[i] = (struct stretch){w->t0 > s->t0 ? tl_running_on(s, lane, w->t0, e) : IDX_NONE, w->t0};
    }
    int rc = e->kind ? -1 : tl_events(s, w->t0, end - 1, on_event, &sw, e);
    for (uint32_t i = 0; i < lanes && rc == 0; i++)
        close_stretch(&sw, i, s->t1 < end ? s->t1 : end);
    mem_free(sw.now);
    return rc;
}

const gidx *owners_of(const struct owners *o, enum lane_kind kind, uint32_t id)
{
    uint32_t lane = kind == LANE_P ? id : o->procs + id, most = kind == LANE_P ? o->procs : o->procs + o->threads;
    return o->none || lane >= most ? NULL : o->g + (size_t)lane * o->n;
}

void owners_release(struct owners *o)
{
    mem_free(o->g);
    mem_free(o->best);
    *o = (struct owners){0};
}
