/* Private to model/encode*.c: the encoder's state and its steps.
 *
 * A block of events becomes a segment in steps, each a file:
 *   scan     one pass in time order: counts, who was seen, which stream each event belongs to, names learnt   encode_scan.c
 *   group    goroutines named now go to the group of their start function                                     encode_group.c
 *   walk     goroutine by goroutine, in time: spans, shares, waits, sums                                      encode_walk.c
 *   lod      sums of sets and of goroutines by bucket of time                                                 encode_lod.c
 *   span     the same over several segments, made of theirs                                                   encode_span.c
 *   chunks   rows as column chunks into the store                                                             encode.c
 *   publish  under the session's write lock: what readers see                                                 encode_publish.c
 * What readers may read is written only by the last; all else is the encoder's own. Nothing is kept for an event; a goroutine
 * costs a struct hot and a struct goroutine.
 */
#ifndef MODEL_ENCODE_PRIVATE_H
#define MODEL_ENCODE_PRIVATE_H

#include <string.h>

#include "model/chunk.h"
#include "model/ctx/collect.h"
#include "model/lod.h"
#include "model/session.h"
#include "model/timeline/timeline.h" /* enum lane_kind */

enum hot_flags {
    HOT_COUNTED = 1,   /* part of its group's and the totals' sums */
    HOT_BORN = 2,      /* a transition said which state it is in */
    HOT_TOUCHED = 4,   /* in this block's list */
    HOT_PREEMPTED = 8, /* preempted, and has not blocked since */
};

/* What the walk needs of a goroutine from block to block. */
struct hot {
    ns_t since;     /* its state began */
    ns_t settled;   /* its nanoseconds are added up to here */
    uint32_t n, at; /* rows in this block; the end of them in enc.rows */
    uint32_t site;  /* where it waits: 1 + index into enc.waits; 0: does not, or without a stack */
    uint32_t unfed; /* 1 + the last segment in which it had rows that no sums of its own tell of; 0: none */
    uint16_t m, p;  /* where it runs or is in a syscall; EV_NO_MP: nowhere, or the proc was taken away */
    class_id class; /* of the transition into its state */
    uint8_t share;  /* SHARE_DEAD: not alive */
    uint8_t flags;  /* enum hot_flags */
    stack_id stack; /* of the transition into its state */
};

/* WATCHED: its transitions are told to model/ctx; SOURCE: its events are, while it calls cancel. */
enum seen_flags { SEEN = 1, NAMED = 2, WATCHED = 4, SOURCE = 8 };

/* A group with what only the encoder needs. */
struct egroup {
    struct group pub;
    uint32_t count[SHARE_COUNT]; /* members in each state that are not touched in this block; between blocks: all */
    uint32_t after[SHARE_COUNT]; /* touched ones at the block's end */
    bool touched, changed;       /* has touched members; has to be published */
    bool latency_changed;
    struct hist *latency;
};

struct eproc {
    struct proc pub;
    ns_t settled;        /* its nanoseconds are added up to here; NS_NONE: not met yet */
    class_id class;      /* of the transition into its state */
    bool born;           /* a transition said which state it is in */
    uint32_t n, at;      /* rows in this block; the end of them in enc.prows */
    uint32_t cut0, cuts; /* in enc.cuts: times at which it changed its state in this block */
};

/* Sums of one set over the buckets of a segment. */
struct lod_slot {
    uint32_t track;
    ns_t *ns;      /* [buckets][SHARE_COUNT] */
    int32_t *step; /* [buckets + 1][SHARE_COUNT]: how many more are in that state through this and the later whole buckets */
    size_t cap;
};

struct lod_rows {
    VEC(struct lod_row) row;
    VEC(ns_t) values;
    uint32_t limit; /* rows at which it is given up; 0: none */
    bool over;
};

enum { LOD_ROOM = LOD_BUCKETS + 2, LOD_SLOTS = LOD_GROUPS + 1 + LOD_PROCS + LOD_THREADS + 1 };

struct lod_sets {
    ns_t t0, t1;
    int64_t first; /* bucket of t0 */
    uint32_t n;    /* buckets */
    uint32_t room; /* buckets that a slot has place for */
    uint8_t level;
    bool steps;             /* slots have them */
    struct lod_slot *slots; /* LOD_SLOTS */
    uint32_t nslots;
    /* 1 + slot, 0: none in this segment; groups beyond LOD_GROUPS share the last one. */
    uint16_t group[LOD_GROUPS + 1], proc[LOD_PROCS], thread[LOD_THREADS], all;
};

/* A goroutine's rows while it is walked. */
struct lod_own {
    bool on;
    uint8_t start; /* share at the segment's start */
    uint32_t n;    /* rows; the last one is summed up to `from` */
    ns_t from;
    int64_t bucket[LOD_ROOM];
    uint8_t end[LOD_ROOM];
    ns_t ns[LOD_ROOM][SHARE_COUNT];
};

/* The sums of a span in the making. Its parts are segments, or spans of the next smaller size; each gives its sums at the finest
 * of its levels with at most SPAN_FEED buckets. */
enum { SPAN_SIZES = 4, SPAN_FEED = 2 * LOD_BUCKETS / LOD_SPAN, SPAN_ROWS_MAX = 1 << 18 };
struct span_part {
    ns_t t0, t1;
    uint8_t level; /* of its rows of goroutines */
};
struct span_run { /* a goroutine's rows of one part */
    gidx g;
    uint32_t row, n; /* in span_sums.rows */
    uint8_t part;
    uint8_t start; /* share at the part's start */
};
struct span_sums {
    struct lod_sets sets;
    struct span_part part[LOD_SPAN];
    uint32_t nparts;
    bool breaks; /* a further source begins with it */
    uint64_t events, transitions;
    VEC(struct span_run) runs;
    struct lod_rows rows; /* .over: it will have no rows of goroutines */
};

struct encoder {
    struct session *s;
    struct codec *codec;
    struct buf blob;
    struct ctx_collect *ctx;
    struct facts_work *facts;
    int64_t runqueue, runqueue_max; /* goroutines runnable after the last event scanned; most so far */

    VEC(struct hot) hot; /* by gidx */
    VEC(uint8_t) seen;   /* by gidx: enum seen_flags */
    VEC(uint64_t) touched_bits;
    VEC(struct egroup) groups;
    struct map group_of_name; /* function name -> group */
    VEC(struct eproc) procs;
    VEC(struct thread) threads;
    VEC(uint8_t) stack_used; /* by stack id */
    VEC(uint32_t) site_of;   /* by stack id: 1 + index into waits */
    VEC(uint8_t) site_changed;
    VEC(struct wait_site) waits;
    VEC(uint16_t) regions; /* open ones, by gidx; only as far as there are any */
    struct map task_of_id;
    VEC(struct range) open_ranges;
    ns_t total[SHARE_COUNT];
    uint64_t since_settled; /* events since all goroutines were settled */
    ns_t t0, t1;            /* of the session so far */
    bool begun;

    /* this block */
    const struct event_block *b;
    const struct event *ev;
    struct segment seg;
    uint32_t segment; /* its index */
    bool breaks;      /* a further source begins with it */
    ns_t break_t;
    uint32_t class_n[DICT_CLASSES];
    uint8_t route[DICT_CLASSES]; /* enum stream, ROUTE_*; valid for classes below nroutes */
    int8_t queues[DICT_CLASSES]; /* what an event of the class adds to runnable goroutines, or to idle procs */
    uint8_t preempts[DICT_CLASSES];
    uint32_t nroutes;
    VEC(uint32_t) list[STREAMS];   /* of each stream: indexes into ev, in time */
    VEC(struct event) rows, prows; /* of STREAM_G and P, sorted by track: one copy makes all later passes sequential */
    VEC(ns_t) cuts;
    VEC(uint32_t) named;         /* start functions learnt: pairs gidx, frame */
    VEC(struct goroutine) fresh; /* of the touched goroutines, sorted by gidx: as they are to be published */
    VEC(gidx) touched;
    VEC(gidx) placed; /* who runs or is in a syscall at the block's end: in the next block they are touched too */
    VEC(stack_id) new_stacks;
    VEC(struct chunk_ref) chunks;
    VEC(struct run) runs, pruns;
    VEC(struct regroup) regroups;
    VEC(uint32_t) site_list; /* changed wait sites */
    uint64_t with_stack;
    struct lod_sets sets;
    struct lod_own own;
    struct lod_rows set_rows, g_rows[LOD_LEVELS];
    unsigned feed; /* which of the segment's levels goes into the sums of spans */
    struct span_sums spans[SPAN_SIZES];
};

/* The encoder's vectors that are not part of something else: for its release. */
#define ENCODER_VECTORS(X)                                                                                                                 \
    X(hot)                                                                                                                                 \
    X(seen)                                                                                                                                \
    X(touched_bits)                                                                                                                        \
    X(groups)                                                                                                                              \
    X(procs)                                                                                                                               \
    X(threads)                                                                                                                             \
    X(stack_used)                                                                                                                          \
    X(site_of)                                                                                                                             \
    X(site_changed)                                                                                                                        \
    X(waits)                                                                                                                               \
    X(regions)                                                                                                                             \
    X(open_ranges)                                                                                                                         \
    X(rows)                                                                                                                                \
    X(prows)                                                                                                                               \
    X(cuts)                                                                                                                                \
    X(named)                                                                                                                               \
    X(fresh)                                                                                                                               \
    X(touched)                                                                                                                             \
    X(new_stacks)                                                                                                                          \
    X(chunks)                                                                                                                              \
    X(runs)                                                                                                                                \
    X(pruns)                                                                                                                               \
    X(regroups)                                                                                                                            \
    X(placed)                                                                                                                              \
    X(site_list)

/* Routes that are no stream. */
enum { ROUTE_NONE = STREAMS };

void encode_scan(struct encoder *enc);
/* A state of nobody is known any more at enc->break_t. */
void encode_break(struct encoder *enc);
void encode_groups(struct encoder *enc);
/* The group of a start function; 0 for none. */
uint32_t encode_group_of(struct encoder *enc, frame_id f);
void encode_touch(struct encoder *enc, gidx g);
void encode_procs(struct encoder *enc);
void encode_goroutines(struct encoder *enc);

void lod_begin(struct encoder *enc, uint32_t sets);
/* The set's slot, made when it has none; NULL for procs and threads without sums. Groups without sums share one. */
struct lod_slot *lod_slot_of(struct lod_sets *l, enum lane_kind kind, uint32_t id);
/* n members stay in a state all through the segment. */
void lod_steady(struct encoder *enc, uint32_t group, enum share share, uint32_t n);
void lod_own_begin(struct encoder *enc, uint8_t start, bool on);
void lod_own_end(struct encoder *enc, gidx g);
/* Makes the sums whole, writes them. */
int lod_write(struct encoder *enc, struct err *e);

/* What sums of segments and of spans have in common. */
uint8_t lod_level_for(ns_t t0, ns_t t1, uint64_t events, uint32_t sets);
/* 2^step buckets become one, in place; those behind the last are zero. */
void lod_coarsen(struct lod_sets *l, unsigned step);
struct lod_slot *lod_slot_all(struct lod_sets *l);
void lod_sets_clear(struct lod_sets *l);
void lod_sets_release(struct lod_sets *l);
void lod_add_row(struct lod_rows *rows, uint32_t track, int64_t bucket, const ns_t *ns, uint32_t mask);
int lod_put_rows(struct encoder *enc, const struct lod_rows *rows, struct chunk_ref ref, struct err *e);
/* Sums of the sets as they are at l->level. */
int lod_put_sets(struct encoder *enc, const struct lod_sets *l, struct chunk_ref ref, struct err *e);

/* The segment's sums of sets, coarsened to the level that spans are fed with; those of a goroutine. */
void span_take_sets(struct encoder *enc);
void span_take_own(struct encoder *enc, const struct lod_own *o, gidx g);
/* Writes the spans that end with this segment. */
int span_write(struct encoder *enc, struct err *e);
void span_release(struct encoder *enc);

/* Stores enc->blob as the chunk `ref`. */
int encode_put(struct encoder *enc, struct chunk_ref ref, struct err *e);

void encode_publish(struct encoder *enc);
void encode_publish_break(struct encoder *enc);
/* Adds what is open up to t1 to every goroutine; the caller holds the write lock. */
void encode_settle(struct encoder *enc);

/* Sums may wrap with hostile times, never trap. */
static inline void ns_add(ns_t *sum, ns_t d)
{
    *sum = (ns_t)((uint64_t)*sum + (uint64_t)d);
}

static inline ns_t ns_between(ns_t from, ns_t to)
{
    return (ns_t)((uint64_t)to - (uint64_t)from);
}

/* Where a bucket begins. */
static inline ns_t lod_edge(int64_t bucket, uint8_t level)
{
    return (ns_t)((uint64_t)bucket << level);
}

/* A span [a, b) of one member of the set in a state; both within the segment. */
static inline void lod_span_add(const struct lod_sets *l, struct lod_slot *slot, ns_t a, ns_t b, enum share share)
{
    int64_t ba = a >> l->level, bb = b >> l->level;
    ns_t *ns = slot->ns + (ba - l->first) * SHARE_COUNT + share;
    if (ba == bb) {
        *ns += b - a;
        return;
    }
    *ns += ns_between(a, lod_edge(ba + 1, l->level));
    slot->ns[(bb - l->first) * SHARE_COUNT + share] += ns_between(lod_edge(bb, l->level), b);
    if (bb - ba > 1) {
        slot->step[(ba + 1 - l->first) * SHARE_COUNT + share]++;
        slot->step[(bb - l->first) * SHARE_COUNT + share]--;
    }
}

/* A transition of the goroutine that is walked: from one share to another. */
static inline void lod_own_add(const struct lod_sets *l, struct lod_own *o, ns_t t, uint8_t was, uint8_t now)
{
    int64_t bucket = t >> l->level;
    if (o->n == 0 || o->bucket[o->n - 1] != bucket) {
        if (o->n && was < SHARE_COUNT)
            o->ns[o->n - 1][was] += ns_between(o->from, lod_edge(o->bucket[o->n - 1] + 1, l->level));
        memset(o->ns[o->n], 0, sizeof o->ns[o->n]);
        o->bucket[o->n++] = bucket;
        ns_t begin = lod_edge(bucket, l->level);
        o->from = begin > l->t0 ? begin : l->t0;
    }
    if (was < SHARE_COUNT)
        o->ns[o->n - 1][was] += t - o->from;
    o->end[o->n - 1] = now;
    o->from = t;
}

#endif
