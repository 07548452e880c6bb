/* What the overview says of a session beyond its plain counts; worked out once, printed as text. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "base/vec.h"
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

struct summary {
    ns_t total[SHARE_COUNT]; /* of goroutines that are not the runtime's own */
    ns_t system_running;     /* of the runtime's own */
    uint64_t system, alive;  /* goroutines: the runtime's own; alive at the end */
    ns_t busy, capacity;     /* procs: time with a goroutine, time in all */
    struct pauses mark, stw;
    VEC(struct wait_place) waits;   /* most time first */
    VEC(uint32_t) running, latency; /* groups, by time running; by 99 % of the waits for a proc */
};

/* Under the session's read lock. */
void summary_make(struct summary *m, const struct session *s);
void summary_release(struct summary *m);

#endif
