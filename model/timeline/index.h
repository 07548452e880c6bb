/* Private to model/timeline: who is in which state in segments in which he has no rows, so that sets can be summed from the
 * rows of a segment alone; and what sums written before a goroutine was known lack.
 *
 * Built from the runs when first asked for (40 ns a run), extended as an import publishes more; 9 bytes a goroutine, 12 bytes a change of
 * (segment, group, share). Hangs on the session's cache; one lock.
 */
#ifndef MODEL_TIMELINE_INDEX_H
#define MODEL_TIMELINE_INDEX_H

#include <pthread.h>

#include "model/timeline/sums.h"

/* From this segment on, `delta` more goroutines of the group are in that share without having a run. */
struct change {
    uint32_t group;
    int32_t delta;
    uint8_t share;
};

/* A goroutine that stays in RUNNING or SYSCALL through segments [from, to) in which it has no run; to: UINT32_MAX: open. */
struct busy {
    gidx g;
    uint32_t from, to;
};

/* Goroutines counted in no group in segments before this one (delta +1), or counted though they did not live (-1). */
struct late {
    uint32_t group, segment;
    int32_t delta;
};

/* A goroutine behind its last indexed run. */
struct idle {
    uint32_t group; /* that it is counted in */
    uint32_t since; /* first segment without a run */
    uint8_t share;  /* counted as this up to the end; RESTATES: not counted from `since` on */
};
enum { CHANGE_HINTS = 64 };
struct changes {
    VEC(struct change) v;
    uint32_t hint[CHANGE_HINTS]; /* where a group and share may be found in v */
};

struct tl_index {
    pthread_mutex_t lock;
    size_t segments, regrouped, breaks; /* as far as the idle ones are counted */
    uint32_t goroutines;
    VEC(struct idle) idle;       /* by gidx */
    VEC(gidx) pending;           /* those not counted from .since on */
    VEC(struct changes) changes; /* by segment, one more than there are segments */
    VEC(struct busy) busy;
    VEC(uint32_t) busy_open; /* indexes into busy */
    size_t regroups;         /* of the session's, taken into these: */
    VEC(struct late) late;
    VEC(struct regroup) moved; /* from one group to another */
    struct sheets *sheets;     /* cells.c */
    void (*sheets_free)(struct sheets *);
};

/* The session's index, locked; late and moved are up to date. */
struct tl_index *index_lock(struct session *s);
/* Brings the rest up to date: changes and busy, which only sums from event rows need. 0 or -1. */
int index_idle(struct tl_index *x, struct session *s, struct err *e);
void index_unlock(struct tl_index *x);
/* Forgets all cells that are kept, and all decoded chunks: the next frame is a cold one. For measurements. */
void tl_forget(struct session *s);

#endif
