/* A generation: the self-contained stretch of a v2 trace, read whole because its names come last. Its bytes are held once;
 * batches are slices of them.
 */
#ifndef IMPORTERS_GO_TRACE_GENERATION_H
#define IMPORTERS_GO_TRACE_GENERATION_H

#include "base/map.h"
#include "base/vec.h"
#include "importers/go_trace/id_table.h"
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

struct generation {
    uint64_t gen;
    struct buf bytes;             /* batch data, with 64 zero bytes behind so that a decoder may look ahead */
    VEC(struct batch) batches;    /* event batches */
    VEC(struct batch_list) lists; /* by M in order of first appearance */
    struct map list_of_m;
    VEC(struct batch) tables; /* strings, stacks, samples, sync: parsed when the generation is whole */
    uint64_t table_bytes;
    VEC(struct cpu_sample) samples; /* by time */
    struct id_table strings, stacks;
    VEC(frame_id) frames; /* scratch */
    double ns_per_tick;   /* 0: not told */
    uint64_t min_time;    /* ticks */
    bool has_snapshot;
    uint64_t snap_time, snap_mono, snap_sec, snap_nsec;
    uint64_t start; /* offset of its first batch in the unpacked file */
    uint64_t end;   /* offset behind its last whole batch */
    /* Cut: the file ended inside it. Damaged: something in it cannot be read. What there is of it may still be ordered. */
    enum generation_state { GENERATION_WHOLE, GENERATION_CUT, GENERATION_DAMAGED } state;
    uint64_t loss_at; /* offset of the first loss */
    char why[160];
};

void generation_clear(struct generation *g);
void generation_release(struct generation *g);
/* Notes a loss; the first one is the one that is told. */
void generation_lose(struct generation *g, enum generation_state state, uint64_t at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Parses the tables, interning names in b->dict. ns_per_tick: of the generation before, for one that does not tell its own. */
void generation_read_tables(struct generation *g, int version, double ns_per_tick, struct builder *b);

/* What a missing name counts as: "?" and no stack, with a note. */
str_id generation_missing_string(struct generation *g, struct builder *b, uint64_t id);
stack_id generation_missing_stack(struct generation *g, struct builder *b, uint64_t id);

/* Session string of a generation's id: 0 for id 0. */
static inline str_id generation_string(struct generation *g, struct builder *b, uint64_t id)
{
    uint32_t v = id ? id_table_get(&g->strings, id) : 1;
    return v ? v - 1 : generation_missing_string(g, b, id);
}

/* Session stack; 0 for none. */
static inline stack_id generation_stack(struct generation *g, struct builder *b, uint64_t id)
{
    uint32_t v = id ? id_table_get(&g->stacks, id) : 1;
    return v ? v - 1 : generation_missing_stack(g, b, id);
}

static inline int64_t generation_ns(const struct generation *g, uint64_t ticks)
{
    double ns = (double)ticks * g->ns_per_tick;
    return ns < 9.2e18 ? (int64_t)ns : INT64_MAX / 2;
}

#endif
