/* All goroutines' stays within a stretch of time, in one pass: who is in which state where it begins, then the rows of each
 * segment, then what is still open where it ends.
 */
#include "model/timeline/sums.h"

enum { PORTION = 4096 /* goroutines a step */ };

/* The stay that a goroutine is in. */
struct held {
    ns_t since;
    stack_id stack;
    class_id class;
    uint8_t share; /* SHARE_DEAD: not alive */
};

struct tl_walk {
    struct session *s;
    ns_t t0, t1;
    struct held *held;
    uint32_t n;           /* goroutines */
    const uint32_t *only; /* those that are not IDX_NONE; NULL: all */
    enum { WALK_ENTER, WALK_ROWS, WALK_LEAVE, WALK_DONE } phase;
    uint32_t at;         /* next goroutine or segment */
    uint32_t first, end; /* segments of the stretch */
    struct class_shares shares;
    void (*fn)(void *ctx, const struct tl_stay *stay);
    void *ctx;
    struct err *e;
};

struct tl_walk *tl_walk_new(struct session *s, ns_t t0, ns_t t1)
{
    struct tl_walk *w = mem_calloc(1, sizeof *w);
    w->s = s;
    w->t0 = t0 < s->t0 ? s->t0 : t0;
    w->t1 = t1 > s->t1 ? s->t1 : t1;
    w->n = s->goroutines.n;
    w->held = mem_alloc((size_t)w->n + 1, sizeof *w->held);
    for (uint32_t i = 0; i < w->n; i++)
        w->held[i] = (struct held){.class = CLASS_NONE, .share = SHARE_DEAD};
    class_shares(s, &w->shares);
    w->first = w->end = segment_at(s, w->t0);
    while (w->end < s->segments.n && s->segments.v[w->end].t0 < w->t1)
        w->end++;
    if (w->t0 >= w->t1)
        w->phase = WALK_DONE;
    return w;
}

void tl_walk_free(struct tl_walk *w)
{
    if (w)
        mem_free(w->held);
    mem_free(w);
}

static void tell(const struct tl_walk *w, gidx g, const struct held *h, ns_t to, unsigned next, bool open)
{
    ns_t from = h->since > w->t0 ? h->since : w->t0;
    w->fn(w->ctx, &(struct tl_stay){.t0 = from < to ? from : to,
                                    .t1 = to,
                                    .since = h->since,
                                    .g = g,
                                    .stack = h->stack,
                                    .class = h->class,
                                    .share = h->share,
                                    .next = (uint8_t)next,
                                    .open = open});
}

/* Ends the stay at t: behind a break it is not known what it was. */
static void leave(const struct tl_walk *w, gidx g, ns_t t, unsigned next, bool open)
{
    struct held *h = &w->held[g];
    if (h->share >= SHARE_DEAD)
        return;
    ns_t b = w->s->breaks.n ? break_in(w->s, h->since, t) : NS_NONE;
    if (b != NS_NONE) {
        if (b > w->t0)
            tell(w, g, h, b, SHARE_UNKNOWN, false);
        *h = (struct held){.since = b, .class = CLASS_NONE, .share = SHARE_UNKNOWN};
    }
    tell(w, g, h, t, open ? h->share : next, open);
}

static bool skipped(const struct tl_walk *w, gidx g)
{
    return g >= w->n || (w->only && w->only[g] == IDX_NONE);
}

/* The state of goroutine g at the beginning. */
static int enter(const struct tl_walk *w, gidx g)
{
    const struct goroutine *go = session_g(w->s, g);
    struct span sp;
    if (skipped(w, g) || (go->created != NS_NONE && go->created > w->t0) || go->ended <= w->t0)
        return 0;
    int rc = tl_span_at(w->s, g, w->t0, &sp, w->e);
    if (rc == 1)
        w->held[g] = (struct held){.since = sp.t0, .stack = sp.stack, .class = sp.class, .share = sp.share};
    return rc < 0 ? -1 : 0;
}

static void row(struct tl_walk *w, gidx g, const struct chunk *c, uint32_t k)
{
    unsigned next = w->shares.of[c->class[k]];
    if (next == RESTATES)
        return;
    leave(w, g, c->t[k], next, false);
    w->held[g] = (struct held){.since = c->t[k], .stack = c->stack[k], .class = c->class[k], .share = (uint8_t)next};
}

static int rows(struct tl_walk *w, const struct segment *seg)
{
    struct session *s = w->s;
    struct reader rd = {.s = s, .stream = STREAM_G, .want = COLBIT(T) | COLBIT(CLASS) | COLBIT(STACK), .e = w->e};
    int rc = 0;
    for (uint32_t i = 0; i < seg->nruns && rc == 0; i++) {
        const struct run *r = &s->runs.v[seg->run0 + i];
        uint32_t n = run_rows(r), from = 0, to = 0;
        for (uint32_t at = 0; at < n && !skipped(w, r->track) && rc == 0; at += to - from) {
            rc = reader_piece(&rd, r, at, &from, &to);
            for (uint32_t k = from; rc == 0 && k < to && rd.piece.c->t[k] < w->t1; k++)
                if (rd.piece.c->t[k] > w->t0)
                    row(w, r->track, rd.piece.c, k);
        }
    }
    piece_put(s, &rd.piece);
    return rc;
}

static void next_phase(struct tl_walk *w)
{
    w->phase++;
    w->at = w->phase == WALK_ROWS ? w->first : 0;
}

int tl_walk_step(struct tl_walk *w, void (*fn)(void *ctx, const struct tl_stay *stay), void *ctx, struct err *e)
{
    w->fn = fn;
    w->ctx = ctx;
    w->e = e;
    if (w->phase == WALK_DONE)
        return 0;
    if (w->phase == WALK_ROWS) {
        if (w->at < w->end && w->at < w->s->segments.n && rows(w, &w->s->segments.v[w->at++]) < 0)
            return -1;
        if (w->at >= w->end)
            next_phase(w);
        return 1;
    }
    for (uint32_t i = 0; i < PORTION && w->at < w->n; i++, w->at++) {
        if (w->phase == WALK_ENTER && enter(w, w->at) < 0)
            return -1;
        if (w->phase == WALK_LEAVE)
            leave(w, w->at, w->t1, SHARE_DEAD, true);
    }
    if (w->at >= w->n)
        next_phase(w);
    return w->phase != WALK_DONE;
}

void tl_walk_progress(const struct tl_walk *w, uint64_t *done, uint64_t *total)
{
    /* A segment takes about as long as a portion of goroutines. */
    uint64_t portions = w->n / PORTION + 1, segments = w->end - w->first, at = w->at;
    *total = 2 * portions + segments;
    switch (w->phase) {
    case WALK_ENTER: *done = at / PORTION; break;
    case WALK_ROWS: *done = portions + (at - w->first); break;
    case WALK_LEAVE: *done = portions + segments + at / PORTION; break;
    default: *done = *total;
    }
}

/* --- cells of sets ------------------------------------------------------------------------------------------------------- */

struct tl_sets {
    struct tl_walk *walk;
    const uint32_t *set;
    uint32_t nsets;
    struct halves h;
    sum_t *rows;
};

struct tl_sets *tl_sets_new(struct session *s, const struct tl_window *w, const uint32_t *set, uint32_t nsets)
{
    struct tl_sets *x = mem_calloc(1, sizeof *x);
    x->h = halves_of(w);
    x->walk = tl_walk_new(s, x->h.t0, x->h.t1);
    x->walk->only = x->set = set;
    x->nsets = nsets;
    x->rows = mem_calloc((size_t)nsets * sums_size(&x->h), sizeof *x->rows);
    return x;
}

static void add_to_set(void *ctx, const struct tl_stay *st)
{
    struct tl_sets *x = ctx;
    uint32_t set = x->set[st->g], at = 0;
    if (set < x->nsets)
        sums_add(&x->h, x->rows + set * sums_size(&x->h), st->share, st->t0, st->t1, 1, &at);
}

int tl_sets_step(struct tl_sets *x, struct err *e)
{
    return tl_walk_step(x->walk, add_to_set, x, e);
}

void tl_sets_progress(const struct tl_sets *x, uint64_t *done, uint64_t *total)
{
    tl_walk_progress(x->walk, done, total);
}

void tl_sets_cells(const struct tl_sets *x, uint32_t set, struct tl_cell *out)
{
    sums_resolve(&x->h, x->rows + set * sums_size(&x->h), out);
}

void tl_sets_free(struct tl_sets *x)
{
    if (!x)
        return;
    tl_walk_free(x->walk);
    mem_free(x->rows);
    mem_free(x);
}
