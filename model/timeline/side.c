#include "model/timeline/side.h"

void side_release(struct side *d)
{
    if (d->c)
        chunk_put(d->s, d->chunk);
    d->c = NULL;
}

/* Pins the next chunk of the stream from d->chunk on that reaches t0. */
static int open_chunk(struct side *d, ns_t t0)
{
    const struct session *s = d->s;
    for (; d->chunk < d->end; d->chunk++) {
        const struct chunk_ref *ref = &s->chunks.v[d->chunk];
        if (ref->stream != d->stream || ref->t1 < t0)
            continue;
        d->c = chunk_get(d->s, d->chunk, d->want, d->e);
        if (!d->c)
            return -1;
        d->row = row_at(d->c->t, 0, d->c->rows, t0);
        if (d->row < d->c->rows)
            return 1;
        side_release(d);
    }
    return 0;
}

int side_init(struct side *d, struct session *s, enum stream stream, uint32_t want, ns_t t0, ns_t t1, struct err *e)
{
    *d = (struct side){.s = s, .stream = stream, .want = want | COLBIT(T) | COLBIT(CLASS), .e = e};
    uint32_t from = segment_at(s, t0), to = segment_at(s, t1);
    if (from >= s->segments.n)
        return 0;
    const struct segment *last = &s->segments.v[to < s->segments.n ? to : s->segments.n - 1];
    d->chunk = s->segments.v[from].chunk0;
    d->end = last->chunk0 + last->nchunks;
    if (d->end > s->chunks.n)
        return rows_damaged(e);
    return open_chunk(d, t0);
}

int side_next(struct side *d)
{
    if (++d->row < d->c->rows)
        return 1;
    side_release(d);
    d->chunk++;
    return open_chunk(d, INT64_MIN);
}
