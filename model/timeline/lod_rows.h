/* Private to model/timeline: LOD rows of a segment and how they fall into half cells. */
#ifndef MODEL_TIMELINE_LOD_ROWS_H
#define MODEL_TIMELINE_LOD_ROWS_H

#include "model/lod.h"
#include "model/timeline/sums.h"

/* The coarsest level of buckets that the half cells are whole numbers of. */
unsigned lod_granule(const struct halves *h);

/* Chunks [from, to) of session.chunks to look for sums in. */
struct lod_range {
    uint32_t from, to;
};
static inline struct lod_range lod_of_segment(const struct session *s, uint32_t segment)
{
    const struct segment *seg = &s->segments.v[segment];
    uint32_t n = (uint32_t)s->chunks.n, from = seg->chunk0 < n ? seg->chunk0 : n;
    return (struct lod_range){from, seg->nchunks < n - from ? from + seg->nchunks : n};
}

static inline struct lod_range lod_of_span(const struct session *s, const struct lod_span *l)
{
    uint32_t n = (uint32_t)s->chunks.n, from = l->chunk0 < n ? l->chunk0 : n;
    return (struct lod_range){from, l->nchunks < n - from ? from + l->nchunks : n};
}

/* The largest size of a span of segments that may begin with segment `from` and goes no further than `end`; 1: none. */
static inline uint32_t lod_span_most(uint32_t from, uint32_t end)
{
    uint32_t span = 1;
    while (span <= UINT32_MAX / LOD_SPAN && from % (span * LOD_SPAN) == 0 && end - from >= span * LOD_SPAN)
        span *= LOD_SPAN;
    return span;
}

/* The next chunk at or after *at of this stream and level that may hold the track (IDX_NONE: any); false when there is none. */
bool lod_next(const struct session *s, struct lod_range r, enum stream stream, unsigned level, uint32_t track, uint32_t *at);
/* The coarsest level not above `most` of which the range has chunks of the stream (that may hold the track); -1: none. */
int lod_level(const struct session *s, struct lod_range r, enum stream stream, uint32_t track, int most);
/* Rows of a track in a chunk: [*from, *to). */
void lod_track(const struct lod *lod, uint32_t track, uint32_t *from, uint32_t *to);

/* Begin of a bucket; what does not fit ends at the ends of time. */
static inline ns_t lod_time(int64_t bucket, unsigned level)
{
    int64_t most = INT64_MAX >> level;
    if (bucket > most)
        return INT64_MAX;
    return bucket < -most ? INT64_MIN : (ns_t)((uint64_t)bucket << level);
}

/* Adds times * the row's sums to the half cell that its bucket lies in. */
static inline void lod_add(const struct halves *h, const struct lod *lod, const struct lod_row *r, unsigned level, uint64_t times,
                           sum_t *row)
{
    ns_t t = lod_time(r->bucket, level);
    if (t < h->t0 || t >= h->t1)
        return;
    sum_t *to = row + (size_t)((t - h->t0) / h->half) * SHARE_COUNT;
    const ns_t *v = lod->values + r->value;
    for (uint32_t mask = r->mask & LOD_SHARES; mask; mask &= mask - 1)
        to[__builtin_ctz(mask)] += (uint64_t)*v++ * times;
}

#endif
