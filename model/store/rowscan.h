/* A walk over event rows of chosen streams in order of time, segment by segment: the rows of a segment that pass are collected
 * from its chunks as 8-byte keys and sorted by counting. */
#ifndef MODEL_STORE_ROWSCAN_H
#define MODEL_STORE_ROWSCAN_H

#include "model/store/vtab.h"

enum row_key { ROW_NO_KEY, ROW_BY_ACTOR /* column g */, ROW_BY_TRACK /* whose transition it is */ };

struct rowscan {
    struct sight *v;
    /* What is asked. */
    uint32_t streams;                            /* bit per enum stream */
    uint32_t kinds;                              /* bit per enum event_kind */
    uint32_t cols;                               /* chunk columns that will be read */
    bool (*accept)(const struct event_class *c); /* NULL: all */
    ns_t lo, hi;                                 /* both included */
    enum row_key by;
    gidx key;
    /* Where it is. */
    uint32_t seg;         /* the next one to collect */
    uint64_t uncollected; /* rows left that nobody looks into */
    VEC(uint32_t) pinned; /* chunks of the segment, and what they hold */
    VEC(const struct chunk *) chunks;
    VEC(uint64_t) keys;
    VEC(uint64_t) spare;
    size_t at;
    uint8_t *pass; /* by class: 0 not judged, 1 no, 2 yes */
    /* The row. */
    const struct chunk *c;
    uint32_t row, chunk;
};

/* Begins; the fields of what is asked are set. The first rowscan_next gives the first row. */
void rowscan_begin(struct rowscan *r);
/* 1 a row, 0 the end, -1 with v->err set. */
int rowscan_next(struct rowscan *r);
void rowscan_end(struct rowscan *r);
static inline const struct event_class *rowscan_class(const struct rowscan *r)
{
    return session_class(r->v->s, r->c->class[r->row]);
}

#endif
