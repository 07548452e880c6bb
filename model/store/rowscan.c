#include "model/store/rowscan.h"

#include <stdlib.h>
#include <string.h>

/* A key: time since the segment's start, then which chunk, then which row. A segment of longer than 2^41 ns (37 minutes) keeps
 * the upper bits of its times only, and is put right by comparing. */
enum { ROW_BITS = 13, SLOT_BITS = 10, REF_BITS = ROW_BITS + SLOT_BITS, TIME_BITS = 64 - REF_BITS, DIGIT = 11 };
_Static_assert(1 << ROW_BITS == CHUNK_ROWS, "a row's number fits");

static const uint32_t track_cols =
    COLBIT(T) | COLBIT(CLASS) | COLBIT(G) | COLBIT(M) | COLBIT(P) | COLBIT(STACK) | COLBIT(STACK2) | COLBIT(RES);

static uint32_t cols_of(const struct rowscan *r, uint8_t stream)
{
    uint32_t cols = r->cols | COLBIT(T);
    if (r->accept || r->kinds != ~0u)
        cols |= COLBIT(CLASS);
    if (r->by == ROW_BY_ACTOR)
        cols |= COLBIT(G);
    if (r->by == ROW_BY_TRACK)
        cols |= COLBIT(RES);
    return stream == STREAM_G || stream == STREAM_P ? cols & track_cols : cols;
}

static bool counts_only(const struct rowscan *r)
{
    return !r->cols && !r->accept && r->kinds == ~0u && r->by == ROW_NO_KEY && r->lo == INT64_MIN && r->hi == INT64_MAX;
}

/* The first segment whose last event is not before t. */
static uint32_t first_segment(const struct sight *v, ns_t t)
{
    uint32_t lo = 0, hi = v->segments;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (v->s->segments.v[mid].t1 < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void rowscan_begin(struct rowscan *r)
{
    r->pass = mem_calloc(DICT_CLASSES, 1);
    r->seg = first_segment(r->v, r->lo);
    if (!counts_only(r))
        return;
    for (uint32_t i = 0; i < r->v->segments; i++) {
        const struct segment *seg = &r->v->s->segments.v[i];
        for (uint32_t k = seg->chunk0; k < seg->chunk0 + seg->nchunks; k++)
            if (r->streams >> r->v->s->chunks.v[k].stream & 1)
                r->uncollected += r->v->s->chunks.v[k].rows;
    }
    r->seg = r->v->segments;
}

static void unpin(struct rowscan *r)
{
    for (size_t i = 0; i < r->pinned.n; i++)
        chunk_put(r->v->s, r->pinned.v[i]);
    r->pinned.n = r->chunks.n = r->keys.n = r->at = 0;
}

void rowscan_end(struct rowscan *r)
{
    unpin(r);
    vec_free(&r->pinned);
    vec_free(&r->chunks);
    vec_free(&r->keys);
    vec_free(&r->spare);
    mem_free(r->pass);
    r->pass = NULL;
}

static bool passes(struct rowscan *r, class_id class)
{
    uint8_t *p = &r->pass[class];
    if (!*p) {
        const struct event_class *c = session_class(r->v->s, class);
        *p = (r->kinds >> c->kind & 1) && (!r->accept || r->accept(c)) ? 2 : 1;
    }
    return *p == 2;
}

static bool wanted_chunk(const struct rowscan *r, const struct chunk_ref *ref)
{
    if (!(r->streams >> ref->stream & 1) || ref->t1 < r->lo || ref->t0 > r->hi)
        return false;
    return r->by != ROW_BY_TRACK || (r->key >= ref->lo && r->key <= ref->hi);
}

static unsigned time_shift(const struct segment *seg)
{
    unsigned shift = 0;
    while (((uint64_t)seg->t1 - (uint64_t)seg->t0) >> shift >> TIME_BITS)
        shift++;
    return shift;
}

/* Keys of the chunk's rows that pass. */
static void collect(struct rowscan *r, const struct chunk *c, uint64_t slot, ns_t t0, unsigned shift)
{
    vec_reserve(&r->keys, r->keys.n + c->rows);
    uint64_t *to = r->keys.v + r->keys.n;
    bool judge = r->accept || r->kinds != ~0u;
    for (uint32_t i = 0; i < c->rows; i++) {
        if (c->t[i] < r->lo || c->t[i] > r->hi || (judge && !passes(r, c->class[i])))
            continue;
        if (r->by && (r->by == ROW_BY_ACTOR ? c->g[i] : c->res[i]) != r->key)
            continue;
        *to++ = (((uint64_t)c->t[i] - (uint64_t)t0) >> shift) << REF_BITS | slot << ROW_BITS | i;
    }
    r->keys.n = (size_t)(to - r->keys.v);
}

static void counting_pass(const uint64_t *from, uint64_t *to, size_t n, unsigned shift)
{
    uint32_t at[1 << DIGIT] = {0};
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        at[from[i] >> shift & ((1 << DIGIT) - 1)]++;
    for (unsigned k = 0; k < 1 << DIGIT; k++) {
        uint32_t count = at[k];
        at[k] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[at[from[i] >> shift & ((1 << DIGIT) - 1)]++] = from[i];
}

static void sort_keys(struct rowscan *r)
{
    uint64_t most = 0;
    for (size_t i = 0; i < r->keys.n; i++)
        most |= r->keys.v[i];
    vec_reserve(&r->spare, r->keys.n);
    for (unsigned shift = REF_BITS; shift < 64 && most >> shift; shift += DIGIT) {
        counting_pass(r->keys.v, r->spare.v, r->keys.n, shift);
        uint64_t *was = r->keys.v;
        size_t cap = r->keys.cap;
        r->keys.v = r->spare.v;
        r->keys.cap = r->spare.cap;
        r->spare.v = was;
        r->spare.cap = cap;
    }
}

static ns_t key_time(const struct rowscan *r, uint64_t key)
{
    return r->chunks.v[key >> ROW_BITS & ((1 << SLOT_BITS) - 1)]->t[key & (CHUNK_ROWS - 1)];
}

/* Keys without the low bits of their times are nearly sorted: the rest is put right by insertion. */
static void mend_order(struct rowscan *r)
{
    for (size_t i = 1; i < r->keys.n; i++) {
        uint64_t key = r->keys.v[i];
        ns_t t = key_time(r, key);
        size_t k = i;
        for (; k && key_time(r, r->keys.v[k - 1]) > t; k--)
            r->keys.v[k] = r->keys.v[k - 1];
        r->keys.v[k] = key;
    }
}

static int collect_segment(struct rowscan *r)
{
    struct session *s = r->v->s;
    const struct segment seg = s->segments.v[r->seg++];
    unsigned shift = time_shift(&seg);
    unpin(r);
    if (sight_poll(r->v) < 0)
        return -1;
    for (uint32_t k = seg.chunk0; k < seg.chunk0 + seg.nchunks; k++) {
        if (!wanted_chunk(r, &s->chunks.v[k]))
            continue;
        if (r->chunks.n == 1 << SLOT_BITS)
            return err_set(&r->v->err, ERR_INPUT, "the store is damaged: a segment has too many chunks");
        const struct chunk *c = chunk_get(s, k, cols_of(r, s->chunks.v[k].stream), &r->v->err);
        if (!c)
            return -1;
        *vec_push(&r->pinned) = k;
        *vec_push(&r->chunks) = c;
        collect(r, c, r->chunks.n - 1, seg.t0, shift);
    }
    sort_keys(r);
    if (shift)
        mend_order(r);
    return 0;
}

int rowscan_next(struct rowscan *r)
{
    if (r->uncollected) {
        r->uncollected--;
        r->row++;
        return 1;
    }
    while (r->at == r->keys.n) {
        if (r->seg >= r->v->segments || (r->seg && r->v->s->segments.v[r->seg].t0 > r->hi))
            return 0;
        if (collect_segment(r) < 0)
            return -1;
    }
    uint64_t key = r->keys.v[r->at++];
    size_t slot = key >> ROW_BITS & ((1 << SLOT_BITS) - 1);
    r->row = (uint32_t)(key & (CHUNK_ROWS - 1));
    r->c = r->chunks.v[slot];
    r->chunk = r->pinned.v[slot];
    return 1;
}
