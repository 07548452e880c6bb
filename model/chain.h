/* Why something waited: wake chains backwards and forwards, and the critical path of an interval.
 * Read from spans; all functions under session_read. Nothing is kept.
 */
#ifndef MODEL_CHAIN_H
#define MODEL_CHAIN_H

#include "base/vec.h"
#include "model/timeline/timeline.h"

/* What ended a wait. X(id, word) */
#define CHAIN_ENDS(X)                                                                                                                      \
    X(WOKEN, "woken by a goroutine")                                                                                                       \
    X(TIMER, "timer")     /* sleep, or a timer's channel */                                                                                \
    X(NETWORK, "network") /* netpoll */                                                                                                    \
    X(SYSCALL, "syscall ended")                                                                                                            \
    X(GC, "garbage collector")                                                                                                             \
    X(CREATED, "created")          /* it began there: go statement of `by` */                                                              \
    X(RAN, "ran all the time")     /* the waker was busy itself: the root cause is its work */                                             \
    X(START, "start of the trace") /* what was before is not known */                                                                      \
    X(OPEN, "not woken")           /* still waits at the end of the trace */                                                               \
    X(UNKNOWN, "unknown")
enum chain_end {
#define X(id, word) CHAIN_##id,
    CHAIN_ENDS(X)
#undef X
        CHAIN_END_COUNT
};
extern const char *const chain_end_words[CHAIN_END_COUNT];

/* One link: goroutine g was in `wait` (a span in Waiting, Syscall or, for CREATED, none) and something ended it at t. */
struct chain_link {
    gidx g;
    struct span wait;
    ns_t woken;           /* when it ended; NS_OPEN */
    ns_t run;             /* when g ran after that; NS_NONE */
    gidx by;              /* who ended it; IDX_NONE none */
    stack_id by_stack;    /* with this stack */
    uint8_t end;          /* enum chain_end */
    uint32_t cancel_edge; /* it was a cancel: index into session.ctx.edges; IDX_NONE */
};
typedef VEC(struct chain_link) chain_links;

enum { CHAIN_MAX = 100000 };
/* From the wait of g at t (or the last one that ended before t) back to the root cause: link 0 is that wait; link i + 1 is what the
 * waker of link i last waited for before it woke, as long as that wait ended after link i's wait began. What it waited for shorter than
 * 1 / CHAIN_SHORT of link i's wait explains nothing and is passed over, over CHAIN_STEPS spans in all (then UNKNOWN). A waker that did not
 * wait ran on its own account: RAN, the last link, whose `wait` is that stretch in Running. A waker that was created meanwhile: CREATED,
 * whose `wait` is empty at its creation; its creator goes on. Each wait is met once. At most max links; none when g never waited. 0, -1
 * with *e. */
enum { CHAIN_SHORT = 16, CHAIN_STEPS = 1 << 15 };
int chain_back(struct session *s, gidx g, ns_t t, uint32_t max, chain_links *out, struct err *e);
/* Whom g woke or created in [t0, t1), and whom those did after that: in order of time, each goroutine's first wake only. A link's g was
 * woken by `by`, which is g itself or the g of a link before; its `wait` is what ended, empty of one that was created. */
int chain_forward(struct session *s, gidx g, ns_t t0, ns_t t1, uint32_t max, chain_links *out, struct err *e);

/* The critical path of [t0, t1) that ends in goroutine g at t1: pieces back to back, newest first in reckoning, returned oldest first,
 * which sum to t1 - t0 exactly. Each says who, in which state, and what for. A wait that a goroutine ended is told by what that one did
 * meanwhile; one that a timer, the network or the runtime ended is a piece of nobody (g IDX_NONE) with the wait's share and stack.
 * Where nothing is known, and before what max pieces hold: SHARE_UNKNOWN. */
struct path_piece {
    ns_t t0, t1;
    gidx g; /* IDX_NONE: nobody (timer, network) */
    uint8_t share;
    class_id class;
    stack_id stack;
};
typedef VEC(struct path_piece) path_pieces;
int critical_path(struct session *s, gidx g, ns_t t0, ns_t t1, uint32_t max, path_pieces *out, struct err *e);

#endif
