#include "model/timeline/lod_rows.h"

unsigned lod_granule(const struct halves *h)
{
    uint64_t both = (uint64_t)h->half | (uint64_t)h->t0;
    return both ? (unsigned)__builtin_ctzll(both) : 63;
}

bool lod_next(const struct session *s, struct lod_range r, enum stream stream, unsigned level, uint32_t track, uint32_t *at)
{
    for (; *at < r.to; ++*at) {
        const struct chunk_ref *ref = &s->chunks.v[*at];
        if (ref->stream == stream && ref->level == level && (track == IDX_NONE || (ref->lo <= track && track <= ref->hi)))
            return true;
    }
    return false;
}

int lod_level(const struct session *s, struct lod_range r, enum stream stream, uint32_t track, int most)
{
    int best = -1;
    for (uint32_t i = r.from; i < r.to; i++) {
        const struct chunk_ref *ref = &s->chunks.v[i];
        if (ref->stream == stream && (track == IDX_NONE || (ref->lo <= track && track <= ref->hi)) && ref->level <= most &&
            ref->level > best)
            best = ref->level;
    }
    return best;
}

static uint32_t first_of(const struct lod *lod, uint64_t track)
{
    uint32_t lo = 0, hi = lod->rows;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (lod->row[mid].track < track)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void lod_track(const struct lod *lod, uint32_t track, uint32_t *from, uint32_t *to)
{
    *from = first_of(lod, track);
    *to = first_of(lod, (uint64_t)track + 1);
}
