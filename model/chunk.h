/* Chunks: up to CHUNK_ROWS event rows (or LOD rows) as column frames, and the cache of decoded ones.
 *
 * One codec serves all event streams: a column that is wholly default costs a byte, so a span chunk pays only for time,
 * class, actor, thread/proc and stack, and a metric chunk for time, class and value. Encoded by the encoder thread, decoded
 * by whoever draws or queries. A chunk's blob is hostile input when it comes from a store: every size is checked.
 *
 * Blob: magic byte, format version, uleb rows, uleb nruns, with runs (track streams only) a column 0xff of their track deltas and
 * then of their rows, then the columns: u8 id, u8 coding (raw varints | zstd), uleb size plain, uleb size stored, bytes. Columns
 * are independent frames: a reader decodes those it wants.
 *
 * Columns are coded so that what a goroutine's loop repeats is a zero byte; all are read row by row, in order:
 *   t       uleb tick: most deltas are multiples of 2^tick ns (clocks tick coarser than ns); then per row 1 + delta / 2^tick, or
 *           0 and the delta itself. First row of a run: zigzag, from the first of the run before; else from the row before
 *   class   0: the class that last followed the class before it (in this chunk); else id + 1
 *   g       0: the track itself, 1: none, 2: the same other goroutine as last, else zigzag delta from that one, + 3
 *   m       thread and proc together: 0: as in the row before; else 1 + index of a pair; then uleb pairs {m + 1, p + 1}
 *   stack   0: the stack that last followed (class, stack before it); else id + 1
 *   others  only rows that are not 0: {uleb rows skipped, uleb value}; res is 1 + value, 0 = IDX_NONE
 *
 * Decoded rows of side streams: MARK, METRIC, SAMPLE: res is 0 with v and s as in the event's ext record, IDX_NONE without
 * one; RANGE: res is the scope, v[3] is 1 for an end that has an ext record (v[0], v[1]).
 */
#ifndef MODEL_CHUNK_H
#define MODEL_CHUNK_H

#include "base/buf.h"
#include "base/err.h"
#include "model/event.h"
#include "model/session.h"

/* COL(id, name, C type, sentence for docs) */
#define CHUNK_COLS(X)                                                                                                                      \
    X(T, "t", int64_t, "time, ns of the trace's clock")                                                                                    \
    X(CLASS, "class", uint16_t, "event class: kind, states, reason or name")                                                               \
    X(G, "g", uint32_t, "goroutine the event happened on (of an unblock: who woke)")                                                       \
    X(M, "m", uint16_t, "thread the event happened on")                                                                                    \
    X(P, "p", uint16_t, "proc the event happened on")                                                                                      \
    X(STACK, "stack", uint32_t, "stack of the event")                                                                                      \
    X(STACK2, "stack2", uint32_t, "stack of the resource, when it differs")                                                                \
    X(RES, "res", uint32_t, "track, or the range's scope")                                                                                 \
    X(V0, "v0", uint64_t, "first value")                                                                                                   \
    X(V1, "v1", uint64_t, "second value")                                                                                                  \
    X(V2, "v2", uint64_t, "third value")                                                                                                   \
    X(V3, "v3", uint64_t, "fourth value")                                                                                                  \
    X(S0, "s0", uint32_t, "first string")                                                                                                  \
    X(S1, "s1", uint32_t, "second string")                                                                                                 \
    X(S2, "s2", uint32_t, "third string")
enum chunk_col {
#define X(id, name, type, sentence) COL_##id,
    CHUNK_COLS(X)
#undef X
        COL_COUNT
};
#define COLBIT(c) (1u << COL_##c)

/* A decoded chunk. A column not asked for, or wholly default, may be NULL / is filled with its default when asked for. */
struct chunk {
    uint32_t rows;
    uint32_t have; /* bit per column decoded */
    int64_t *t;
    uint16_t *class;
    uint32_t *g;
    uint16_t *m, *p;
    uint32_t *stack, *stack2, *res;
    uint64_t *v[4];
    uint32_t *s[3];
};

/* Sums of one set or goroutine over one bucket of 2^level ns. */
struct lod_row {
    int64_t bucket; /* floor(t / 2^level) */
    uint32_t track;
    uint32_t mask;  /* bit per share that is not 0 */
    uint32_t value; /* index of the first of popcount(mask) sums in lod.values */
};
struct lod {
    uint32_t rows;
    struct lod_row *row; /* sorted by track, bucket */
    ns_t *values;
};
/* Which rows there are, and what they say: model/lod.h. A goroutine's row says in its mask's top bits which share it was in
 * at the bucket's end, and so in all buckets up to its next row. */
enum { LOD_END_SHIFT = 24, LOD_SHARES = (1 << SHARE_COUNT) - 1 };
/* Sets' tracks in STREAM_LOD_SET: enum lane_kind << 28 | id. */
enum { LOD_KIND_SHIFT = 28 };

/* What the encoder keeps from chunk to chunk: the zstd context, buffers, which columns were worth compressing. */
struct codec;
struct codec *codec_new(void);
void codec_free(struct codec *c);
void codec_chunk(struct codec *c, enum stream stream, const struct event *ev, const uint32_t *order, uint32_t n,
                 const struct event_ext *ext, struct buf *out);
void codec_lod(struct codec *c, const struct lod *l, struct buf *out);

/* Appends the encoded rows to out. Rows are ev[order[0..n)] (order NULL: ev[0..n)); track streams are sorted by (res, t).
 * ext: side records for STREAM_MARK, METRIC and RANGE rows. n <= CHUNK_ROWS. */
void chunk_encode(enum stream stream, const struct event *ev, const uint32_t *order, uint32_t n, const struct event_ext *ext,
                  struct buf *out);
void lod_encode(const struct lod *l, struct buf *out);

/* Decodes the wanted columns. Checks all sizes; -1 with *e on a damaged blob. */
int chunk_decode(const void *blob, size_t n, uint32_t want, struct chunk *out, struct err *e);
void chunk_release(struct chunk *c);
int lod_decode(const void *blob, size_t n, struct lod *out, struct err *e);
void lod_release(struct lod *l);

/* The cache: decoded chunks under a byte bound, least recently used go first. Thread safe. A pinned chunk stays until
 * chunk_put. Returns NULL with *e when the blob is damaged or unreadable. index: into session.chunks. */
struct cache *cache_new(size_t max_bytes);
void cache_free(struct cache *c);
const struct chunk *chunk_get(struct session *s, uint32_t index, uint32_t want, struct err *e);
void chunk_put(struct session *s, uint32_t index);
const struct lod *lod_get(struct session *s, uint32_t index, struct err *e);
void lod_put(struct session *s, uint32_t index);

#endif
