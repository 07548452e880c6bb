/* The timeline: "this lane, these cells" -> exact sums; spans, links and marks of a window.
 *
 * All functions are called under session_read. Times are of the trace's clock (session.t0 is its start on screen).
 * Cell widths are m * 2^j ns with m of 4, 5, 6, 7 and j >= 1 (and 2, 4, 6), windows begin at a multiple of the cell width: then
 * each half cell is a sum of whole LOD buckets (1, 5, 3 or 7 of them), exact by construction. Below the finest level cells come
 * from the rows themselves. Other windows are exact too, only slower.
 */
#ifndef MODEL_TIMELINE_TIMELINE_H
#define MODEL_TIMELINE_TIMELINE_H

#include "model/chunk.h"
#include "model/session.h"

enum lane_kind { LANE_G, LANE_GROUP, LANE_P, LANE_M, LANE_ALL };
struct lane {
    enum lane_kind kind;
    uint32_t id; /* gidx, group, pidx, midx; 0 for LANE_ALL */
};
/* LANE_P, LANE_M: RUNNING = a user goroutine ran there, SYSTEM = one of the runtime's own, SYSCALL = in a syscall (on a proc:
 * until it was taken away); the rest of the time is idle. */

struct tl_window {
    ns_t t0;    /* multiple of cell */
    ns_t cell;  /* ns, even, m * 2^j */
    uint32_t n; /* cells */
};
struct tl_cell {
    ns_t ns[2][SHARE_COUNT]; /* by half cell; goroutine-nanoseconds for sets */
};

/* The narrowest allowed cell width >= want ns (at least 2). */
ns_t tl_cell_width(ns_t want);
/* Next wider / narrower allowed width, about a factor of two. */
ns_t tl_zoom(ns_t cell, int steps);
/* Window of n cells of this width that holds t in cell `at`. */
struct tl_window tl_window_at(ns_t t, ns_t cell, uint32_t n, uint32_t at);

/* Fills out[w->n]. 0, or -1 with *e when a chunk cannot be read. A lane that does not exist is empty. */
int tl_cells(struct session *s, struct lane lane, const struct tl_window *w, struct tl_cell *out, struct err *e);
/* The same for all lanes of a frame, out[n][w->n]; with many groups it is much faster than one by one. */
int tl_lanes(struct session *s, const struct lane *lanes, size_t n, const struct tl_window *w, struct tl_cell *out, struct err *e);

/* The same as far as chosen goroutines (by gidx, 1 chosen) made it: of a group its chosen members; of procs and threads when one of
 * them ran there. No lane twice. Nothing is kept for the next call; memory goes with n * w->n. */
int tl_lanes_of(struct session *s, const struct lane *lanes, size_t n, const uint8_t *chosen, const struct tl_window *w,
                struct tl_cell *out, struct err *e);

/* A goroutine's stay in one state. Half open; t1 = session.t1 and open set when it outlives the trace. */
struct span {
    ns_t t0, t1;
    gidx g;
    class_id class; /* class of the transition that began it: state, reason */
    uint8_t open;
    uint8_t state; /* enum gstate */
    uint8_t share; /* enum share */
    gidx by;       /* goroutine the transition happened on: who woke or created; IDX_NONE */
    midx m;        /* IDX_NONE */
    pidx p;
    stack_id stack;  /* of the transition: where it blocked; the waker's for an unblock */
    stack_id stack2; /* of a creation: the new goroutine's */
};

/* Spans of g that overlap [t0, t1), in order, at most max; returns the count, -1 on error. */
long tl_spans(struct session *s, gidx g, ns_t t0, ns_t t1, struct span *out, size_t max, struct err *e);
/* The span of g at t. 1 found, 0 not alive then, -1 error. */
int tl_span_at(struct session *s, gidx g, ns_t t, struct span *out, struct err *e);
/* The span that begins next after t / that begins last before t (dir +1 / -1). 1, 0 none, -1. */
int tl_span_step(struct session *s, gidx g, ns_t t, int dir, struct span *out, struct err *e);
/* The last span before t in `state` of g, e.g. where it blocked; 1, 0, -1. */
int tl_span_before(struct session *s, gidx g, ns_t t, enum gstate state, struct span *out, struct err *e);

/* All goroutines' stays within [t0, t1) at once, for sums over a range: segment by segment, each row read once. Stays of one
 * goroutine come in the order of time, those of different ones do not. For a session that grows no more. */
struct tl_stay {
    ns_t t0, t1; /* the part within what was asked for; may be empty */
    ns_t since;  /* when it began, maybe before */
    gidx g;
    stack_id stack; /* of the transition that began it; 0: of none */
    class_id class; /* of that transition; CLASS_NONE: of none */
    uint8_t share;
    uint8_t next; /* share that follows; SHARE_DEAD: it ended; the same share when it lasts beyond t1 */
    bool open;    /* lasts beyond t1 */
};
struct tl_walk;
struct tl_walk *tl_walk_new(struct session *s, ns_t t0, ns_t t1);
/* Some milliseconds of it, under session_read. 1: there is more; 0: done; -1 with *e. */
int tl_walk_step(struct tl_walk *w, void (*fn)(void *ctx, const struct tl_stay *stay), void *ctx, struct err *e);
/* How far it is. */
void tl_walk_progress(const struct tl_walk *w, uint64_t *done, uint64_t *total);
void tl_walk_free(struct tl_walk *w);

/* Cells of sets that are no lanes of the session, all at once in one walk: set[g] is the set of goroutine g, IDX_NONE of none
 * (session.goroutines.n of them, the caller's, kept until the end). */
struct tl_sets;
struct tl_sets *tl_sets_new(struct session *s, const struct tl_window *w, const uint32_t *set, uint32_t nsets);
int tl_sets_step(struct tl_sets *x, struct err *e); /* as tl_walk_step */
void tl_sets_progress(const struct tl_sets *x, uint64_t *done, uint64_t *total);
/* out[w->n]: a set's cells, once all steps are done. */
void tl_sets_cells(const struct tl_sets *x, uint32_t set, struct tl_cell *out);
void tl_sets_free(struct tl_sets *x);

/* Who did what to whom: creations and unblocks with t in [t0, t1), by actor (IDX_NONE: any), in time order. */
struct link {
    ns_t t;
    gidx from, to; /* from: IDX_NONE when no goroutine did it (timer, network) */
    bool create;
    stack_id stack; /* of the actor */
};
long tl_links(struct session *s, gidx actor, ns_t t0, ns_t t1, struct link *out, size_t max, struct err *e);

/* Marks in time order: logs, task begins and ends, regions, CPU samples (STREAM_MARK, STREAM_SAMPLE). */
struct mark {
    ns_t t;
    uint8_t kind; /* enum event_kind */
    gidx g;
    stack_id stack;
    uint64_t task;
    str_id s[2]; /* log: category, message; task, region: name; label: label */
};
/* kinds: bit per enum event_kind. */
long tl_marks(struct session *s, uint32_t kinds, ns_t t0, ns_t t1, struct mark *out, size_t max, struct err *e);

/* Samples of a metric: largest value in each of w->n cells, NS_NONE where none; carried forward over empty cells. */
int tl_metric(struct session *s, const char *name, const struct tl_window *w, int64_t *out, struct err *e);

/* Goroutine running on a proc or thread at t, IDX_NONE. */
gidx tl_running_on(struct session *s, struct lane lane, ns_t t, struct err *e);

/* All events in the trace's total order with t in [t0, t1]: the callback returns 0 to go on. The event's res and ext index
 * are as importers write them; ext points to n/a or one record. */
int tl_events(struct session *s, ns_t t0, ns_t t1, int (*fn)(void *ctx, const struct event *ev, const struct event_ext *ext), void *ctx,
              struct err *e);

#endif
