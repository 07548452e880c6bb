/* Wake chains with their names, for panes: from a wait, who woke it, what that one waited for before, back to the root cause.
 * What a link is, and which waits are passed over: model/chain.h.
 */
#ifndef TUI_WAKE_H
#define TUI_WAKE_H

#include "model/timeline/timeline.h"

enum { WAKE_LINKS = 24 };
enum wake_end {
    WAKE_GOES_ON, /* the next link tells */
    WAKE_NOBODY,  /* still waits at the end of the trace */
    WAKE_NETWORK, /* netpoll */
    WAKE_TIMER,   /* its timer fired, or the runtime did it */
    WAKE_SYSCALL, /* the system call came back */
    WAKE_AT_WORK, /* `by` was at work all that time */
    WAKE_CREATED, /* `by` was created meanwhile, by nobody known: a timer's function */
    WAKE_GC,      /* the garbage collector */
    WAKE_START,   /* what was before the trace is not known */
    WAKE_UNKNOWN,
    WAKE_FURTHER, /* more than WAKE_LINKS links */
    WAKE_ENDS
};
struct wake_link {
    gidx g;
    int64_t id;
    struct str name;
    ns_t t0, t1; /* of the wait */
    uint8_t share;
    struct str reason;
    struct str func, file; /* where it waited: the first frame that is the program's own */
    uint32_t line;
    /* what ended it */
    gidx by; /* IDX_NONE: no goroutine */
    int64_t by_id;
    struct str by_name, by_func, by_file;
    uint32_t by_line;
    uint8_t end;         /* enum wake_end */
    uint32_t edge;       /* the cancel edge that ended it, IDX_NONE */
    uint8_t mark, grade; /* how that edge is drawn; enum grade */
};

/* The frame where the program's author would look: the first that is not the standard library's, else the root. 0: none. */
frame_id frame_of_interest(const struct session *s, stack_id stack);
/* Links of the wait of g that holds at t, at most max; 0 when it does not wait there, -1 error. */
int wake_chain(struct session *s, gidx g, ns_t t, struct wake_link *out, int max, struct err *e);
/* Who set g going last, at or before t: the unblock or creation. 1 with *at and *by (IDX_NONE: no goroutine), 0 none, -1. */
int wake_before(struct session *s, gidx g, ns_t t, ns_t *at, gidx *by, struct err *e);

#endif
