/* All events in the trace's order: the rows of a segment's streams, gathered and sorted by time, which rises strictly.
 *
 * A segment has at most BLOCK_EVENTS events, so 8 MB hold it. Sorting is by radix on the distance from the segment's first
 * time: three passes for the usual second, 5 ns an event.
 */
#include "model/timeline/rows.h"
#include "model/timeline/timeline.h"

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, ROWS_MAX = 4 * BLOCK_EVENTS };

struct gathered {
    struct session *s;
    VEC(struct event) ev; /* res: an index into ext where has_ext says so */
    VEC(struct event_ext) ext;
    VEC(uint8_t) has_ext;
    size_t cap;
    uint32_t *order, *other;
};

static void gathered_release(struct gathered *a)
{
    vec_free(&a->ev);
    vec_free(&a->ext);
    vec_free(&a->has_ext);
    mem_free(a->order);
    mem_free(a->other);
}

static const uint32_t base_cols = COLBIT(T) | COLBIT(CLASS) | COLBIT(G) | COLBIT(M) | COLBIT(P) | COLBIT(STACK) | COLBIT(RES);
static const uint32_t side_cols = COLBIT(V0) | COLBIT(V1) | COLBIT(V2) | COLBIT(V3) | COLBIT(S0) | COLBIT(S1) | COLBIT(S2);

static bool row_has_ext(enum stream stream, const struct chunk *c, uint32_t i)
{
    return stream == STREAM_RANGE ? c->v[3][i] != 0 : c->res[i] != IDX_NONE;
}

static void gather_ext(struct gathered *a, enum stream stream, const struct chunk *c, uint32_t i, struct event *ev)
{
    struct event_ext *x = vec_push(&a->ext);
    *x = (struct event_ext){.v = {c->v[0][i], c->v[1][i], c->v[2][i], c->v[3][i]}, .s = {c->s[0][i], c->s[1][i], c->s[2][i]}};
    if (stream == STREAM_RANGE) {
        x->v[3] = 0;
        x->res = c->res[i];
        ev->pad = RANGE_HAS_EXT;
    }
    ev->res = (uint32_t)a->ext.n - 1;
}

static void gather_rows(struct gathered *a, enum stream stream, const struct chunk *c, ns_t t0, ns_t t1)
{
    bool track = stream == STREAM_G || stream == STREAM_P;
    for (uint32_t i = 0; i < c->rows; i++) {
        if (c->t[i] < t0 || c->t[i] > t1)
            continue;
        struct event *ev = vec_push(&a->ev);
        *ev = (struct event){
            .t = c->t[i], .g = c->g[i], .res = c->res[i], .stack = c->stack[i], .m = c->m[i], .p = c->p[i], .class = c->class[i]};
        bool ext = !track && row_has_ext(stream, c, i);
        *vec_push(&a->has_ext) = ext;
        if (track)
            ev->stack2 = c->stack2[i];
        if (ext)
            gather_ext(a, stream, c, i, ev);
    }
}

static int gather(struct gathered *a, const struct segment *seg, ns_t t0, ns_t t1, struct err *e)
{
    struct session *s = a->s;
    a->ev.n = a->ext.n = a->has_ext.n = 0;
    for (uint32_t k = seg->chunk0; k < seg->chunk0 + seg->nchunks && k < s->chunks.n; k++) {
        const struct chunk_ref *ref = &s->chunks.v[k];
        if (ref->stream >= STREAM_LOD_G || ref->t1 < t0 || ref->t0 > t1)
            continue;
        bool track = ref->stream == STREAM_G || ref->stream == STREAM_P;
        const struct chunk *c = chunk_get(s, k, base_cols | (track ? COLBIT(STACK2) : side_cols), e);
        if (!c)
            return -1;
        gather_rows(a, (enum stream)ref->stream, c, t0, t1);
        chunk_put(s, k);
        if (a->ev.n > ROWS_MAX)
            return rows_damaged(e);
    }
    return 0;
}

/* One pass: order by RADIX_BITS bits of the distance from `least`. */
static void radix_pass(struct gathered *a, ns_t least, unsigned shift)
{
    uint32_t at[RADIX + 1] = {0};
    size_t n = a->ev.n;
    const struct event *ev = a->ev.v;
    for (size_t i = 0; i < n; i++)
        at[(((uint64_t)ev[i].t - (uint64_t)least) >> shift & (RADIX - 1)) + 1]++;
    for (unsigned i = 1; i <= RADIX; i++)
        at[i] += at[i - 1];
    for (size_t i = 0; i < n; i++) {
        uint32_t k = a->order[i];
        a->other[at[((uint64_t)ev[k].t - (uint64_t)least) >> shift & (RADIX - 1)]++] = k;
    }
    uint32_t *done = a->other;
    a->other = a->order;
    a->order = done;
}

static void sort(struct gathered *a)
{
    size_t n = a->ev.n;
    ns_t least = INT64_MAX, most = INT64_MIN;
    if (n > a->cap) {
        a->cap = n;
        a->order = mem_realloc(a->order, n, sizeof *a->order);
        a->other = mem_realloc(a->other, n, sizeof *a->other);
    }
    for (size_t i = 0; i < n; i++) {
        a->order[i] = (uint32_t)i;
        least = a->ev.v[i].t < least ? a->ev.v[i].t : least;
        most = a->ev.v[i].t > most ? a->ev.v[i].t : most;
    }
    uint64_t range = n ? (uint64_t)most - (uint64_t)least : 0;
    for (unsigned shift = 0; shift < 64 && range >> shift; shift += RADIX_BITS)
        radix_pass(a, least, shift);
}

static int tell(struct gathered *a, int (*fn)(void *ctx, const struct event *ev, const struct event_ext *ext), void *ctx)
{
    for (size_t i = 0; i < a->ev.n; i++) {
        struct event *ev = &a->ev.v[a->order[i]];
        const struct event_ext *ext = NULL;
        if (a->has_ext.v[a->order[i]]) {
            ext = &a->ext.v[ev->res];
            ev->res = 0;
        }
        if (fn(ctx, ev, ext) != 0)
            return 1;
    }
    return 0;
}

int tl_events(struct session *s, ns_t t0, ns_t t1, int (*fn)(void *ctx, const struct event *ev, const struct event_ext *ext), void *ctx,
              struct err *e)
{
    struct gathered a = {.s = s};
    int rc = 0;
    for (uint32_t i = segment_at(s, t0); i < s->segments.n && rc == 0; i++) {
        const struct segment seg = s->segments.v[i];
        if (seg.t0 > t1)
            break;
        rc = gather(&a, &seg, t0, t1, e);
        if (rc < 0)
            break;
        sort(&a);
        rc = tell(&a, fn, ctx);
    }
    gathered_release(&a);
    return rc < 0 ? -1 : 0;
}
