/* A generation: the self-contained stretch of a v2 trace, read whole because its names come last.
 *
 * Life: container_init (after the header) -> container_next until it gives 0 -> container_release. A generation's bytes
 * are held once; batches are slices of them.
 */
#ifndef IMPORTERS_GO_TRACE_GENERATION_H
#define IMPORTERS_GO_TRACE_GENERATION_H

#include "base/map.h"
#include "base/vec.h"
#include "importers/source.h"
#include "model/builder.h"

struct batch {
    uint64_t m;    /* thread id, WIRE_NO_THREAD */
    uint64_t time; /* ticks */
    uint64_t at;   /* offset of its data in the unpacked file, for messages */
    size_t off;    /* of the data in generation.bytes */
    uint32_t n;
    uint32_t next; /* next batch of the same M, UINT32_MAX at the end */
};

/* One M's batches in file order. */
struct batch_list {
    uint64_t m;
    uint32_t first, last;
};

struct cpu_sample {
    int64_t t; /* ns */
    uint64_t m, p, g, stack;
};

/* Ids of one generation to ids of the session: an array where ids are dense, a map beyond. */
struct id_table {
    VEC(uint32_t) dense; /* id -> session id + 1; 0 unknown */
    struct map sparse;
};

struct generation {
    uint64_t gen;
    struct buf bytes;             /* batch data, with 64 zero bytes behind so that a decoder may look ahead */
    VEC(struct batch) batches;    /* event batches */
    VEC(struct batch_list) lists; /* by M in order of first appearance */
    struct map list_of_m;
    VEC(struct batch) tables;       /* strings, stacks, samples, sync: parsed when the generation is whole */
    VEC(struct cpu_sample) samples; /* by time */
    struct id_table strings, stacks;
    double ns_per_tick; /* 0: not told */
    uint64_t min_time;  /* ticks */
    bool has_snapshot;
    uint64_t snap_time, snap_mono, snap_sec, snap_nsec;
    uint64_t start; /* offset of its first batch in the unpacked file */
    uint64_t end;   /* offset behind its last whole batch */
    bool cut;       /* the file ended or was damaged inside it */
    char why[160];  /* what was wrong when cut */
};

struct container {
    struct source *src;    /* borrowed */
    int version;           /* minor: 22.. */
    struct generation gen; /* the current one */
    uint8_t *io;           /* read buffer */
    size_t io_pos, io_len;
    uint64_t io_off;  /* unpacked offset of io[0] */
    bool eof, ended;  /* no more bytes / no more generations */
    bool has_pending; /* the batch that began the next generation (before 1.26) */
    struct batch pending;
    uint64_t pending_gen;
    struct buf pending_data;
    double last_ns_per_tick; /* of the generation before, for a cut one that does not tell */
    VEC(frame_id) frames;    /* scratch */
};

/* version from the header; the source stands behind it. */
void container_init(struct container *c, struct source *src, int version);
void container_release(struct container *c);
/* Reads the next generation into c->gen with its names interned in b->dict. 1: there is one (perhaps cut); 0: the end;
 * -1: reading failed (I/O). */
int container_next(struct container *c, struct builder *b, struct err *e);

/* Session string of a generation's id: 0 for id 0; "?" with a note when it is missing. */
str_id generation_string(struct generation *g, struct builder *b, uint64_t id);
/* Session stack; 0 for none, and with a note when it is missing. */
stack_id generation_stack(struct generation *g, struct builder *b, uint64_t id);

static inline int64_t generation_ns(const struct generation *g, uint64_t ticks)
{
    double ns = (double)ticks * g->ns_per_tick;
    return ns < 9.2e18 ? (int64_t)ns : INT64_MAX / 2;
}

#endif
