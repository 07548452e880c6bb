#include "tui/wake.h"

#include "tui/cancels.h"
#include "tui/names.h"

enum { WAKE_STEPS = 2000, WAKE_CREATORS = 8 };

frame_id frame_of_interest(const struct session *s, stack_id stack)
{
    const struct stack *st = stack ? session_stack(s, stack) : NULL;
    if (!st || !st->n)
        return 0;
    for (uint32_t i = 0; i < st->n; i++)
        if (!name_is_std(session_str(s, session_frame(s, st->frames[i])->func)))
            return st->frames[i];
    return st->frames[st->n - 1];
}

static bool is_wait(const struct span *sp)
{
    return sp->state == G_WAITING || sp->state == G_SYSCALL;
}

static void name_goroutine(const struct session *s, gidx g, int64_t *id, struct str *name)
{
    const struct goroutine *go = session_g(s, g);
    *id = go->id;
    *name = session_str(s, go->name);
}

/* Func, file and line of a frame; empty ones for 0. */
static void place_of(const struct session *s, frame_id f, struct str *func, struct str *file, uint32_t *line)
{
    const struct frame *fr = session_frame(s, f);
    *func = f ? session_str(s, fr->func) : (struct str){"", 0};
    *file = f ? session_str(s, fr->file) : (struct str){"", 0};
    *line = f ? fr->line : 0;
}

static void link_wait(const struct session *s, const struct span *w, struct wake_link *l)
{
    *l = (struct wake_link){.g = w->g, .t0 = w->t0, .t1 = w->t1, .share = w->share, .by = IDX_NONE};
    name_goroutine(s, w->g, &l->id, &l->name);
    l->reason = session_str(s, session_class_name(s, w->class));
    place_of(s, frame_of_interest(s, w->stack), &l->func, &l->file, &l->line);
}

/* What ended the wait without any goroutine. */
static enum wake_end ended_by_itself(const struct span *w)
{
    if (w->state == G_SYSCALL)
        return WAKE_SYSCALL;
    return w->share == SHARE_NETWORK ? WAKE_NETWORK : WAKE_TIMER;
}

/* Fills what ended the wait; 1 when a goroutine did, 0 when the chain ends here, -1 error. */
static int link_end(struct session *s, const struct span *w, struct wake_link *l, struct err *e)
{
    struct span next;
    l->end = WAKE_NOBODY;
    if (w->open)
        return 0;
    int got = tl_span_step(s, w->g, w->t0, 1, &next, e);
    if (got <= 0)
        return got;
    l->end = (uint8_t)ended_by_itself(w);
    if (next.by == IDX_NONE || next.by == w->g)
        return 0;
    l->by = next.by;
    l->end = WAKE_GOES_ON;
    name_goroutine(s, next.by, &l->by_id, &l->by_name);
    place_of(s, frame_of_interest(s, next.stack), &l->by_func, &l->by_file, &l->by_line);
    return 1;
}

/* The last wait of g that ended at or before t, was at least `least` long and ended after `since`. 1, 0, -1. */
static int wait_before(struct session *s, gidx g, ns_t t, ns_t least, ns_t since, struct span *out, struct err *e)
{
    for (int i = 0; i < WAKE_STEPS; i++) {
        int got = tl_span_step(s, g, t, -1, out, e);
        if (got <= 0)
            return got;
        if (out->t1 <= since)
            return 0;
        if (is_wait(out) && out->t1 - out->t0 >= least && !out->open)
            return 1;
        t = out->t0;
    }
    return 0;
}

/* The wait that held the waker up before it could wake: its own, or that of whoever created it meanwhile. */
static int cause_of(struct session *s, struct wake_link *l, ns_t least, struct span *out, struct err *e)
{
    gidx g = l->by;
    ns_t t = l->t1;
    for (int i = 0; i < WAKE_CREATORS; i++) {
        int got = wait_before(s, g, t, least, l->t0, out, e);
        if (got)
            return got;
        const struct goroutine *go = session_g(s, g);
        l->end = WAKE_AT_WORK;
        if (go->created == NS_NONE || go->created <= l->t0)
            return 0;
        l->end = WAKE_CREATED;
        if (go->creator == IDX_NONE)
            return 0;
        t = go->created;
        g = go->creator;
    }
    return 0;
}

/* Whether a cancel ended the wait. */
static void link_cancel(const struct session *s, struct wake_link *l)
{
    l->edge = IDX_NONE;
    for (uint32_t i = cancels_from(s, l->t1); i < s->ctx.edges.n && s->ctx.edges.v[i].t == l->t1; i++)
        if (s->ctx.edges.v[i].g == l->g) {
            l->edge = i;
            l->mark = (uint8_t)cancels_mark(s, &s->ctx.edges.v[i]);
            l->grade = s->ctx.edges.v[i].grade;
        }
}

int wake_chain(struct session *s, gidx g, ns_t t, struct wake_link *out, int max, struct err *e)
{
    struct span w;
    int got = tl_span_at(s, g, t, &w, e);
    if (got <= 0)
        return got;
    if (!is_wait(&w))
        return 0;
    ns_t least = (w.t1 - w.t0) / 50;
    for (int n = 0; n < max; n++) {
        link_wait(s, &w, &out[n]);
        got = link_end(s, &w, &out[n], e);
        link_cancel(s, &out[n]);
        if (got > 0)
            got = cause_of(s, &out[n], least, &w, e);
        if (got < 0)
            return -1;
        if (!got)
            return n + 1;
        out[n].end = WAKE_GOES_ON;
    }
    out[max - 1].end = WAKE_FURTHER;
    return max;
}

int wake_before(struct session *s, gidx g, ns_t t, ns_t *at, gidx *by, struct err *e)
{
    struct span sp;
    ns_t from = t + 1;
    for (int i = 0; i < WAKE_STEPS; i++) {
        int got = tl_span_before(s, g, from, G_RUNNABLE, &sp, e);
        if (got <= 0)
            return got;
        if (sp.by != g) {
            *at = sp.t0;
            *by = sp.by;
            return 1;
        }
        from = sp.t0;
    }
    return 0;
}
