/* Private to model/timeline: a row of half cells that spans are added to. */
#ifndef MODEL_TIMELINE_SUMS_H
#define MODEL_TIMELINE_SUMS_H

#include "model/timeline/rows.h"
#include "model/timeline/timeline.h"

/* The half cells of a window: [t0 + i * half, ...) for i < n. */
struct halves {
    ns_t t0, t1, half;
    uint32_t n;
};
/* A lane's sums while they are made: SHARE_COUNT numbers for each half cell, and behind them as many for n + 1 half cells that
 * say how many more are in that share all through this and the later ones: so a span costs the same however many cells it
 * covers. They wrap, never trap: a foreign store may claim anything. */
typedef uint64_t sum_t;

static inline struct halves halves_of(const struct tl_window *w)
{
    return (struct halves){.t0 = w->t0, .t1 = w->t0 + w->cell * (ns_t)w->n, .half = w->cell / 2, .n = 2 * w->n};
}

static inline size_t sums_size(const struct halves *h)
{
    return (2 * (size_t)h->n + 1) * SHARE_COUNT;
}

/* Adds `times` * the part of [a, b) within each half cell. *at: the half cell of the last call, to spare a division. */
static inline void sums_add(const struct halves *h, sum_t *row, unsigned share, ns_t a, ns_t b, uint64_t times, uint32_t *at)
{
    a = a < h->t0 ? h->t0 : a;
    b = b > h->t1 ? h->t1 : b;
    if (a >= b || share >= SHARE_COUNT)
        return;
    ns_t from = h->t0 + h->half * (ns_t)*at;
    if (a < from || a - from >= h->half) {
        *at = (uint32_t)((a - h->t0) / h->half);
        from = h->t0 + h->half * (ns_t)*at;
    }
    if (b - from <= h->half) {
        row[*at * SHARE_COUNT + share] += (uint64_t)(b - a) * times;
        return;
    }
    uint32_t first = *at + 1, last = (uint32_t)((b - h->t0) / h->half); /* whole ones: [first, last) */
    row[*at * SHARE_COUNT + share] += (uint64_t)(from + h->half - a) * times;
    sum_t *steps = row + (size_t)h->n * SHARE_COUNT + share;
    steps[first * SHARE_COUNT] += times;
    steps[last * SHARE_COUNT] -= times;
    if (last < h->n)
        row[last * SHARE_COUNT + share] += (uint64_t)(b - h->t0 - h->half * (ns_t)last) * times;
    *at = last < h->n ? last : h->n - 1;
}

/* The sums, steps counted in, as cells. */
void sums_resolve(const struct halves *h, const sum_t *row, struct tl_cell *out);

/* What a transition of each class begins: its share, or RESTATES when it begins nothing. */
enum { RESTATES = 0xff };
struct class_shares {
    uint8_t of[DICT_CLASSES];
};
void class_shares(const struct session *s, struct class_shares *out);

/* Reads runs in their order with as few pins as possible. */
struct reader {
    struct session *s;
    enum stream stream;
    uint32_t want;
    struct piece piece;
    struct err *e;
};
/* The piece of r that holds row i of it, valid until the next call. */
static inline int reader_piece(struct reader *rd, const struct run *r, uint32_t i, uint32_t *from, uint32_t *to)
{
    /* Mostly the run lies wholly in the chunk that is pinned already. */
    if (rd->piece.c && rd->piece.chunk == r->chunk && i == 0 && r->row + run_rows(r) <= rd->piece.c->rows) {
        *from = r->row;
        *to = r->row + run_rows(r);
        return 0;
    }
    piece_put(rd->s, &rd->piece);
    if (piece_get(rd->s, rd->stream, r, i, rd->want, &rd->piece, rd->e) < 0)
        return -1;
    *from = rd->piece.from;
    *to = rd->piece.to;
    return 0;
}

/* --- states between runs (states.c) ---------------------------------------------------------------------------------- */

/* The first break in [t0, t1), NS_NONE: none. */
ns_t break_in(const struct session *s, ns_t t0, ns_t t1);
/* The share of a goroutine at the beginning of its run's segment. */
unsigned share_before(const struct session *s, const struct run *r, uint32_t segment);
/* The share after its last run, told: not looking at breaks. *since: when that began. -1 on error. */
int share_final(struct session *s, gidx g, ns_t *since, unsigned *share, struct err *e);

/* Whether a window is one that can be summed. 0, or -1 with *e (ERR_INTERNAL). */
int tl_window_check(const struct tl_window *w, struct err *e);

/* --- one goroutine (lane_g.c) ------------------------------------------------------------------------------------------ */

/* Adds times * the goroutine's sums in segments [from, to) to row. */
int sum_goroutine(struct session *s, const struct class_shares *cs, const struct halves *h, gidx g, uint32_t from, uint32_t to,
                  uint64_t times, sum_t *row, struct err *e);

#endif
