/* Private to model/timeline: where the rows of a track lie, and a cursor over one goroutine's transitions.
 *
 * Segments, runs and the directory may come from a foreign store: each index is checked where it is used, and odd times do
 * no more harm than odd pictures.
 */
#ifndef MODEL_TIMELINE_ROWS_H
#define MODEL_TIMELINE_ROWS_H

#include "model/chunk.h"
#include "model/session.h"

static inline uint32_t run_rows(const struct run *r)
{
    return (uint32_t)r->rows_hi << 16 | r->rows_lo;
}

/* The first segment whose last event is at t or later; segments.n when there is none. */
uint32_t segment_at(const struct session *s, ns_t t);
/* The run of a goroutine / proc in a segment, NULL when it has none there. */
const struct run *run_of_g(const struct session *s, uint32_t segment, gidx g);
const struct run *run_of_p(const struct session *s, uint32_t segment, pidx p);

/* A stretch of one run that lies in one chunk. */
struct piece {
    const struct chunk *c; /* pinned */
    uint32_t chunk;        /* index in session.chunks */
    uint32_t from, to;     /* rows */
    uint32_t skip;         /* rows of the piece before the one asked for */
};
/* The piece of run r that holds its row i; release with piece_put. -1 with *e. */
int piece_get(struct session *s, enum stream stream, const struct run *r, uint32_t i, uint32_t want, struct piece *out, struct err *e);
static inline void piece_put(struct session *s, struct piece *p)
{
    if (p->c)
        chunk_put(s, p->chunk);
    p->c = NULL;
}

/* A damaged directory (only a foreign store can have one). */
int rows_damaged(struct err *e);

/* Stands on one transition that begins a span (restating ones are passed over). */
struct cursor {
    struct session *s;
    gidx g;
    uint32_t want, segment;
    const struct run *run;       /* NULL: stands nowhere */
    uint32_t run_row, piece_row; /* row within the run; the run's row at which the piece begins */
    struct piece piece;
    struct err *e;
};
void cursor_init(struct cursor *c, struct session *s, gidx g, uint32_t want, struct err *e);
/* The last transition at or before t. 1 there is one, 0 none, -1 error. */
int cursor_seek(struct cursor *c, ns_t t);
/* The first transition after t. */
int cursor_after(struct cursor *c, ns_t t);
/* The next, the one before. After 0 or -1 it stands nowhere. */
int cursor_next(struct cursor *c);
int cursor_prev(struct cursor *c);
void cursor_release(struct cursor *c);

static inline uint32_t cursor_row(const struct cursor *c)
{
    return c->piece.from + (c->run_row - c->piece_row);
}
static inline ns_t cursor_t(const struct cursor *c)
{
    return c->piece.c->t[cursor_row(c)];
}
static inline class_id cursor_class(const struct cursor *c)
{
    return c->piece.c->class[cursor_row(c)];
}

/* First row in [from, to) of ascending t whose time is >= (at or after) t. */
static inline uint32_t row_at(const int64_t *times, uint32_t from, uint32_t to, ns_t t)
{
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        if (times[mid] < t)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

/* Whether the goroutine is alive, in an untold state, from the start of the trace to its first transition that tells one:
 * `created` is set only when that one is its creation. */
static inline bool born_unknown(const struct goroutine *g)
{
    return g->created == NS_NONE;
}

#endif
