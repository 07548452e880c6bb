/* The session: one import of one or more sources, as everything that shows or prints reads it.
 *
 * While an import runs, the encoder (one thread) publishes finished segments under the write lock; readers hold the read
 * lock for a frame or a query. A reopened store fills the same struct, its bulk lazily. Readers use the functions here and
 * in model/timeline/timeline.h, never SQL.
 *
 * Segment: the events of one block (at most BLOCK_EVENTS). Inside it rows are ordered by track, then time.
 * Run: the rows of one track in one segment. Chunk: at most CHUNK_ROWS rows as zstd column frames.
 * Segment i covers [t0, t1): t0 is the last event's time of the segment before (or the first event's), t1 its own last
 * event's. So the segments tile [session.t0, session.t1) without gap, and a state still open runs to the last event.
 */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include <pthread.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/builder.h"
#include "model/ctx/ctx.h"
#include "model/dict.h"
#include "model/facts.h"
#include "model/types.h"

struct store; /* model/store/store.h */
struct cache; /* decoded chunks, model/chunk.h */

struct goroutine {
    int64_t id;            /* as Go numbers it */
    ns_t created;          /* NS_NONE: older than the trace */
    ns_t ended;            /* NS_OPEN: alive at the end */
    ns_t first, last;      /* first and last transition; NS_NONE: it was only seen as an event's goroutine */
    gidx creator;          /* IDX_NONE unknown */
    stack_id create_stack; /* creator's stack at the go statement */
    str_id name;           /* start function, 0 unknown */
    uint32_t group;        /* index into session.groups; by start function */
    uint32_t transitions;
    uint8_t last_state; /* enum gstate; G_UNDETERMINED when only seen */
    uint8_t last_share; /* enum share or SHARE_DEAD */
    uint8_t system;     /* the runtime's own (GC workers, sweepers, tracer) */
    uint8_t pad;
    /* Closed and open spans; SHARE_UNKNOWN: alive, state not told (older than the trace: from session.t0 to its first transition).
     * They add up to its life, which is [created or session.t0, ended or session.t1). While an import runs an open span may lag. */
    ns_t ns[SHARE_COUNT];
};

/* Log-linear histogram of durations: 8 steps an octave, 1 ns .. 2^62. */
enum { HIST_STEPS = 8, HIST_BUCKETS = 62 * HIST_STEPS };
struct hist {
    uint32_t n[HIST_BUCKETS];
    uint64_t count;
};
void hist_add(struct hist *h, ns_t d);
/* The duration below which a share q (0..1) of the entries lie (upper edge of the bucket); NS_NONE when empty. */
ns_t hist_quantile(const struct hist *h, double q);

struct group { /* goroutines of one start function; [0] is the unknown one */
    str_id name;
    frame_id frame; /* of the start function */
    uint8_t system;
    uint32_t n, alive; /* in all; at the end of the trace */
    ns_t first, last;
    ns_t ns[SHARE_COUNT];
    uint64_t peak;        /* largest mean of goroutines alive in one group LOD bucket, times 256 */
    struct hist *latency; /* runnable -> running; NULL: none seen, or too many groups */
};

struct proc {
    int64_t id;
    ns_t ns[P_STATES];
    ns_t busy, busy_system; /* a goroutine ran on it; of that the runtime's own */
    uint32_t transitions;
    uint8_t last_state;
    ns_t since;
};

struct thread {
    uint64_t id;
    uint64_t events;
    ns_t busy;
};

struct task {
    uint64_t id, parent;
    str_id name;
    gidx g;
    ns_t t0, t1; /* NS_NONE: began before the trace; NS_OPEN: no end seen */
    stack_id stack;
};

/* Global ranges that the timeline draws: GC mark phases and stops of the world. At most SESSION_RANGES, the longest are kept. */
enum { SESSION_RANGES = 1 << 16 };
struct range {
    ns_t t0, t1; /* t0 = session.t0 for one that was active at the start (active set) */
    str_id name;
    uint8_t stw, active;
};

/* Where goroutines of one blocking stack waited. */
struct wait_site {
    stack_id stack;
    class_id class; /* the transition into the wait */
    uint32_t group; /* of the first goroutine seen there */
    uint64_t count;
    ns_t ns;
};

enum stream {
    STREAM_G,       /* transitions of goroutines, by goroutine */
    STREAM_P,       /* transitions of procs, by proc */
    STREAM_MARK,    /* Sync Label Log Task* Region* Experimental, by time */
    STREAM_METRIC,  /* by time */
    STREAM_RANGE,   /* by time */
    STREAM_SAMPLE,  /* by time */
    STREAM_LOD_G,   /* sums per goroutine and bucket */
    STREAM_LOD_SET, /* sums per set (group, proc, thread, all) and bucket */
    STREAMS
};

enum { CHUNK_ROWS = 8192 };

/* A directory entry; kept in memory for all chunks (48 bytes). */
struct chunk_ref {
    ns_t t0, t1; /* first and last time of its rows */
    uint32_t id; /* of the blob in the store */
    uint32_t segment;
    uint32_t lo, hi; /* track range (STREAM_G, P, LOD_*); else 0 */
    uint32_t bytes;  /* of the blob */
    uint16_t rows;
    uint8_t stream; /* enum stream */
    uint8_t level;  /* LOD: log2 of the bucket in ns; else 0 */
    uint32_t span;  /* segments that it covers: 1, or more for LOD over several (model/lod.h) */
};

/* The rows of one track in one segment; sorted by (segment, track). A run of more than CHUNK_ROWS goes on in the next chunk. */
struct run {
    uint32_t track;
    uint32_t chunk;   /* index into session.chunks */
    uint16_t row;     /* first row in that chunk */
    uint16_t rows_hi; /* rows = rows_hi << 16 | rows_lo */
    uint16_t rows_lo;
    class_id class_in; /* class of the last non-restating row before this segment; CLASS_NONE: none */
    ns_t t_in;         /* when that began */
};
#define CLASS_NONE 0xffffu

struct segment {
    ns_t t0, t1;
    uint32_t events;
    uint32_t run0, nruns;   /* STREAM_G runs in session.runs */
    uint32_t prun0, npruns; /* STREAM_P runs */
    uint32_t chunk0, nchunks;
    uint8_t level; /* finest LOD level, see model/lod.h */
    uint8_t last_of_generation;
};

/* A goroutine that was in another group (or not known at all) when earlier segments were summed. */
struct regroup {
    gidx g;
    uint32_t from, to; /* groups; IDX_NONE in from: was counted nowhere; in to: should have been counted nowhere */
    uint32_t segment;  /* sums of segments before this one still count it in `from` */
};

/* Sums over several segments: session.chunks.v[chunk0 .. chunk0 + nchunks), LOD_G and LOD_SET, of all levels. */
struct lod_span {
    uint32_t segment, span; /* first segment, how many */
    uint32_t chunk0, nchunks;
};

struct session {
    pthread_rwlock_t lock;
    struct dict dict;
    VEC(struct source_info *) sources;
    struct progress progress;
    bool importing;        /* atomic: an import still runs */
    struct err import_err; /* set under lock when an import failed */

    ns_t t0, t1;  /* first and last event; equal when empty */
    ns_t wall_t0; /* wall clock of t0 in ns since 1970, NS_NONE unknown */
    uint64_t events;
    uint64_t by_kind[EV_KINDS];
    uint64_t by_class[DICT_CLASSES]; /* events of each class: transitions, range begins, metric samples */
    uint64_t distinct_stacks, events_with_stack, clock_snapshots, regions_open;
    ns_t total_ns[SHARE_COUNT];

    struct dict_sizes known;            /* of dict, as of the last segment: readers go no further while an import runs */
    PAGED(struct goroutine) goroutines; /* by gidx */
    VEC(struct group) groups;
    VEC(struct proc) procs;
    VEC(struct thread) threads;
    VEC(struct task) tasks;   /* in order of first appearance */
    VEC(struct range) ranges; /* by t0 */
    VEC(struct wait_site) waits;
    VEC(struct regroup) regroups;
    VEC(ns_t) breaks; /* last event of each source that another one follows: states before it are not known after it */

    VEC(struct segment) segments;
    VEC(struct chunk_ref) chunks;
    VEC(struct run) runs;  /* of STREAM_G */
    VEC(struct run) pruns; /* of STREAM_P */

    struct ctx_model ctx; /* contexts, cancels, reactions */
    struct facts facts;   /* what rules need of single spans */

    struct store *store;  /* blobs of the chunks */
    struct cache *cache;  /* decoded chunks */
    void (*wake)(void *); /* called (any thread) when something was published; may be NULL */
    void *wake_ctx;

    pthread_mutex_t index_lock; /* of what is built when first asked for: */
    struct map g_index;         /* goroutine id -> gidx */
    uint32_t g_indexed, chunk_indexed;
    VEC(struct lod_span) lod_spans; /* by span, then segment */
    struct traits *traits;          /* what names of functions say, model/ctx/traits.h */
    struct map subjects;            /* goroutine -> frame: whose work those do that a launcher started */
};

struct session *session_new(void);
void session_free(struct session *s);

/* Not to be nested: an encoder that waits for its turn holds back new readers. */
static inline void session_read(struct session *s)
{
    pthread_rwlock_rdlock(&s->lock);
}
static inline void session_done(struct session *s)
{
    pthread_rwlock_unlock(&s->lock);
}
static inline struct goroutine *session_g(const struct session *s, gidx g)
{
    return paged_at(&s->goroutines, g);
}
/* The index of goroutine `id`, or IDX_NONE. Linear in nothing: a map kept with the table. Under the read lock. */
gidx session_find_g(struct session *s, int64_t id);
/* The sums over exactly these segments (model/lod.h, "Spans"); false when there are none. Under the read lock. */
bool session_lod(struct session *s, uint32_t segment, uint32_t span, struct lod_span *out);
static inline const struct event_class *session_class(const struct session *s, class_id c)
{
    return &s->dict.classes[c];
}
/* Its reason, or 0: the state before the first transition is of no class (CLASS_NONE). */
static inline str_id session_class_name(const struct session *s, class_id c)
{
    return c < s->known.classes ? s->dict.classes[c].name : 0;
}
static inline struct str session_str(const struct session *s, str_id id)
{
    return dict_str(&s->dict, id);
}
static inline const struct frame *session_frame(const struct session *s, frame_id f)
{
    return paged_at(&s->dict.frames, f);
}
static inline const struct stack *session_stack(const struct session *s, stack_id id)
{
    return paged_at(&s->dict.stacks, id);
}

/* The sink that builds the session from blocks of events: see model/encode.c. Owned by the caller, freed by encoder_free. */
struct encoder;
struct encoder *encoder_new(struct session *s);
struct event_sink encoder_sink(struct encoder *enc);
/* Closes open spans at the last event, sums, sorts. After the last block. 0 or -1. */
int encoder_finish(struct encoder *enc, struct err *e);
void encoder_free(struct encoder *enc);

#endif
