/* Identities and units that every part speaks of. */
#ifndef MODEL_TYPES_H
#define MODEL_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds. In events and the store: the trace's own clock, as Go's reader gives it. On screen and in JSON
 * (unless said otherwise): since the session's start, that is minus session.t0. */
typedef int64_t ns_t;
#define NS_NONE INT64_MIN /* unknown time */
#define NS_OPEN INT64_MAX /* a span that outlives the trace */

/* Dense indexes, given in order of first appearance in the session; the Go id is in the table. IDX_NONE: none. */
typedef uint32_t gidx; /* goroutine */
typedef uint32_t midx; /* thread  */
typedef uint32_t pidx; /* proc */
#define IDX_NONE UINT32_MAX

typedef uint32_t str_id;   /* session string; 0 = empty */
typedef uint32_t stack_id; /* session stack; 0 = none */
typedef uint32_t frame_id; /* session frame; 0 = none */
typedef uint16_t class_id; /* event class, see event.h */

/* States of goroutines, as golang.org/x/exp/trace names them. */
enum gstate { G_UNDETERMINED, G_NOTEXIST, G_RUNNABLE, G_RUNNING, G_WAITING, G_SYSCALL, G_STATES };
/* States of procs. */
enum pstate { P_UNDETERMINED, P_NOTEXIST, P_RUNNING, P_IDLE, P_STATES };
extern const char *const gstate_names[G_STATES]; /* "Undetermined" … */
extern const char *const pstate_names[P_STATES];

/* What a moment of a goroutine's life counts as on screen and in sums: states, with waiting parted by reason.
 * A fact written once: name, key in JSON/SQL, role of the theme. */
#define SHARES(X)                                                                                                                          \
    X(RUNNING, "running", "g.running")                                                                                                     \
    X(RUNNABLE, "runnable", "g.runnable")                                                                                                  \
    X(SYSCALL, "syscall", "g.syscall")                                                                                                     \
    X(CHAN, "chan", "g.waiting.chan")                                                                                                      \
    X(SYNC, "sync", "g.waiting.sync")                                                                                                      \
    X(NETWORK, "network", "g.waiting.network")                                                                                             \
    X(SLEEP, "sleep", "g.waiting.sleep")                                                                                                   \
    X(SYSTEM, "system", "g.waiting.system")                                                                                                \
    X(OTHER, "other", "g.waiting.system")                                                                                                  \
    X(UNKNOWN, "unknown", "g.unknown")
enum share {
#define X(id, name, role) SHARE_##id,
    SHARES(X)
#undef X
        SHARE_COUNT,
    SHARE_DEAD = SHARE_COUNT /* not alive: counts nowhere */
};
extern const char *const share_names[SHARE_COUNT];
/* The share of a wait reason as the runtime words it ("chan receive", "sync", "network", "sleep", "GC …"). A wait whose
 * reason is not told (it began before the trace) or not known here is SHARE_OTHER: still waiting, so never SHARE_UNKNOWN. */
enum share share_of_reason(const char *reason, unsigned long n);

#endif
