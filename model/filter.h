/* The filter language over goroutines, one for the command line and the UI.
 *
 *     name ~ "http.*serve" and (waiting > 10ms or state = waiting) and not system
 *
 * Words: a field, an operator (= != < <= > >= ~ !~), a value. Times are written as Go writes durations. A word or "text"
 * alone is looked for in the name. `system`, `alive` alone ask yes or no. Fields: FILTER_FIELDS.
 */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include "base/err.h"
#include "model/session.h"

enum filter_type {
    FT_ID,    /* a goroutine's number; "none" for an unknown one */
    FT_COUNT, /* a whole number */
    FT_NS,    /* a duration, or a time since the session's start */
    FT_NAME,  /* text */
    FT_STATE, /* a state's name, case does not matter */
    FT_BOOL,  /* stands alone */
};

/* X(id, name, type, sentence) */
#define FILTER_FIELDS(X)                                                                                                                   \
    X(G, "g", FT_ID, "the goroutine's number")                                                                                             \
    X(NAME, "name", FT_NAME, "its start function")                                                                                         \
    X(CREATOR, "creator", FT_ID, "the number of the goroutine that created it")                                                            \
    X(STATE, "state", FT_STATE, "its last state: running, runnable, waiting, syscall, notexist")                                           \
    X(SYSTEM, "system", FT_BOOL, "it is one of the runtime's own")                                                                         \
    X(ALIVE, "alive", FT_BOOL, "it lives at the end of the trace")                                                                         \
    X(CREATED, "created", FT_NS, "when it was created; older ones match no comparison")                                                    \
    X(ENDED, "ended", FT_NS, "when it ended; living ones match no comparison")                                                             \
    X(LIFE, "life", FT_NS, "how long it lived within the trace")                                                                           \
    X(TRANSITIONS, "transitions", FT_COUNT, "how often its state changed")                                                                 \
    X(RUNNING, "running", FT_NS, "time on a processor")                                                                                    \
    X(RUNNABLE, "runnable", FT_NS, "time ready, but not running")                                                                          \
    X(SYSCALL, "syscall", FT_NS, "time in system calls")                                                                                   \
    X(WAITING, "waiting", FT_NS, "time waiting, whatever for")                                                                             \
    X(CHAN, "chan", FT_NS, "time waiting for channels and select")                                                                         \
    X(SYNC, "sync", FT_NS, "time waiting for locks, condition variables, wait groups")                                                     \
    X(NETWORK, "network", FT_NS, "time waiting for the network")                                                                           \
    X(SLEEP, "sleep", FT_NS, "time sleeping")                                                                                              \
    X(UNKNOWN, "unknown", FT_NS, "time in a state that the trace does not tell")
enum filter_field {
#define X(id, name, type, sentence) FF_##id,
    FILTER_FIELDS(X)
#undef X
        FF_COUNT
};
struct filter_field_spec {
    const char *name;
    enum filter_type type;
    const char *sentence;
};
extern const struct filter_field_spec filter_fields[FF_COUNT];

struct filter;

/* The filter for a text; NULL with *e (ERR_USAGE, where = the column) when it is none. Owned by the caller. */
struct filter *filter_parse(const char *text, struct err *e);
/* Whether goroutine g passes. Under the session's read lock; one thread at a time, for it remembers names already judged. */
bool filter_match(struct filter *f, const struct session *s, gidx g);
/* How many names the regular expressions gave up on (match limit); they count as not matching. */
uint64_t filter_gave_up(const struct filter *f);
void filter_free(struct filter *f);

/* Time goroutine g spent waiting, whatever for. */
ns_t goroutine_waiting(const struct goroutine *g);
/* Its life within the session: from creation (or the start) to its end (or the last event). */
ns_t goroutine_life(const struct session *s, const struct goroutine *g);

#endif
