/* The frontier: each thread's next event, least time first.
 *
 * Which of several events of equal time goes first is decided by how the heap is kept; Go's reader decides the same way,
 * and both must agree event for event. So insertion, repair and removal follow its heap exactly.
 */
#ifndef IMPORTERS_GO_TRACE_FRONTIER_H
#define IMPORTERS_GO_TRACE_FRONTIER_H

#include "importers/go_trace/generation.h"
#include "importers/go_trace/wire.h"

struct cursor {
    int64_t t; /* of the decoded event */
    uint64_t arg[WIRE_ARGS_MAX];
    uint8_t type;
    uint32_t mstate; /* the caller's index of the thread */
    uint64_t m;
    const uint8_t *p, *end; /* rest of the current batch */
    uint32_t batch;         /* index into generation.batches */
};

struct frontier {
    VEC(struct cursor) cursors; /* one per thread, fixed for a generation */
    VEC(struct cursor *) heap;
    uint64_t used;     /* bytes of the batches that are done */
    uint64_t *ordered; /* borrowed: where in the unpacked file that is; NULL */
    uint64_t at;       /* offset of what went wrong */
    bool unknown;      /* it was an event that this program does not know */
    char why[128];
};

/* Cursors on each thread's first event; -1 when one cannot be read (why, at). */
int frontier_init(struct frontier *f, const struct generation *g);
/* Cursor heap[i]'s event went: decodes its next one and repairs the heap, or removes it. -1: unreadable. */
int frontier_next(struct frontier *f, size_t i, const struct generation *g);
/* Sorts the heap by time (a sorted array is a heap); equal times keep their order. */
void frontier_sort(struct frontier *f);
void frontier_release(struct frontier *f);
/* Offset in the unpacked file near the cursor's event (behind it). */
uint64_t cursor_offset(const struct cursor *c, const struct generation *g);

#endif
