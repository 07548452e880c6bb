#include "tui/wake.h"

#include "model/chain.h"
#include "tui/cancels.h"
#include "tui/names.h"

enum { WAKE_STEPS = 2000 };

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

static const uint8_t ends[CHAIN_END_COUNT] = {
    [CHAIN_WOKEN] = WAKE_GOES_ON, [CHAIN_TIMER] = WAKE_TIMER,     [CHAIN_NETWORK] = WAKE_NETWORK, [CHAIN_SYSCALL] = WAKE_SYSCALL,
    [CHAIN_GC] = WAKE_GC,         [CHAIN_RAN] = WAKE_AT_WORK,     [CHAIN_CREATED] = WAKE_GOES_ON, [CHAIN_START] = WAKE_START,
    [CHAIN_OPEN] = WAKE_NOBODY,   [CHAIN_UNKNOWN] = WAKE_UNKNOWN,
};

static void link_of(const struct session *s, const struct chain_link *c, struct wake_link *l)
{
    link_wait(s, &c->wait, l);
    link_cancel(s, l);
    l->end = ends[c->end];
    l->by = c->by;
    if (c->by == IDX_NONE)
        return;
    name_goroutine(s, c->by, &l->by_id, &l->by_name);
    place_of(s, frame_of_interest(s, c->by_stack), &l->by_func, &l->by_file, &l->by_line);
}

/* A waker that ran, or was created by a timer, is the end of the link before; one that a goroutine created leads on to that one. */
static int links_of(const struct session *s, const chain_links *c, struct wake_link *out, int max)
{
    int n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct chain_link *l = &c->v[i];
        bool created = l->wait.t1 <= l->wait.t0; /* a creation is no wait */
        if (l->end == CHAIN_RAN || created) {
            if (n && l->end == CHAIN_RAN)
                out[n - 1].end = WAKE_AT_WORK;
            else if (n && l->by == IDX_NONE)
                out[n - 1].end = WAKE_CREATED;
            continue;
        }
        if (n == max) {
            out[n - 1].end = WAKE_FURTHER;
            break;
        }
        link_of(s, l, &out[n++]);
    }
    return n;
}

int wake_chain(struct session *s, gidx g, ns_t t, struct wake_link *out, int max, struct err *e)
{
    struct span w;
    int n = tl_span_at(s, g, t, &w, e);
    if (n <= 0 || !is_wait(&w))
        return n < 0 ? n : 0;
    chain_links links = {0};
    n = chain_back(s, g, t, 2 * (uint32_t)max + 2, &links, e);
    if (n == 0)
        n = links_of(s, &links, out, max);
    vec_free(&links);
    return n;
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
