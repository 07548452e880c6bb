/* What the overview says of a session, or of a part of it (--window, --where); worked out once, printed as text or JSON. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "base/vec.h"
#include "cli/options.h"
#include "model/session.h"

/* Where goroutines of one start function waited, at one place of their own code. */
struct wait_place {
    uint32_t group;
    frame_id frame; /* nearest to the leaf that is not the standard library's; 0 unknown */
    uint8_t share;  /* enum share */
    uint64_t count;
    ns_t ns;
};

struct pauses {
    uint64_t n;
    ns_t ns, longest, longest_at;
};

/* Goroutines of one start function. */
struct group_sum {
    uint32_t group; /* index into session.groups */
    uint64_t n;
    ns_t running;
    const struct hist *latency; /* runnable -> running; NULL: none */
};

struct summary {
    bool part;       /* of a window or of some goroutines only */
    struct window w; /* on the trace's clock */
    uint64_t goroutines, events, by_kind[EV_KINDS];
    ns_t all[SHARE_COUNT];   /* of all goroutines chosen */
    ns_t total[SHARE_COUNT]; /* of those that are not the runtime's own */
    ns_t system_running;     /* of the runtime's own */
    uint64_t system, alive;  /* goroutines: the runtime's own; others alive at the end */
    ns_t busy, capacity;     /* procs: time with a goroutine, time in all */
    struct pauses mark, stw;
    VEC(struct wait_place) waits;           /* most time first */
    VEC(struct group_sum) groups;           /* without the runtime's own and empty ones */
    VEC(struct group_sum) running, latency; /* the same by time running; by 99 % of the waits for a proc */
    struct hist **own_latency;              /* of a part: by group; owned */
    uint8_t *chosen;                        /* goroutines of --where, by gidx; NULL: all; owned */
};

/* Under the session's read lock. 0, or -1 with *e. */
int summary_make(struct summary *m, const struct opts *o, struct session *s, struct err *e);
void summary_release(struct summary *m, const struct session *s);

#endif
