/* Private to model/timeline: a cursor over a stream that is kept by time (marks, metrics, ranges, samples). */
#ifndef MODEL_TIMELINE_SIDE_H
#define MODEL_TIMELINE_SIDE_H

#include "model/timeline/rows.h"

struct side {
    struct session *s;
    enum stream stream;
    uint32_t want, chunk, end; /* the chunk it stands in; chunks before `end` are looked at */
    const struct chunk *c;     /* pinned; NULL at the end */
    uint32_t row;
    struct err *e;
};
/* To the first row at t0 or later; rows at t1 or later need not be seen. 1 stands on a row, 0 none, -1 error. */
int side_init(struct side *d, struct session *s, enum stream stream, uint32_t want, ns_t t0, ns_t t1, struct err *e);
int side_next(struct side *d);
void side_release(struct side *d);
static inline ns_t side_t(const struct side *d)
{
    return d->c->t[d->row];
}

#endif
