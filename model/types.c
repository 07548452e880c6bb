#include "model/types.h"

#include <string.h>

#include "model/event.h"

const char *const gstate_names[G_STATES] = {"Undetermined", "NotExist", "Runnable", "Running", "Waiting", "Syscall"};
const char *const pstate_names[P_STATES] = {"Undetermined", "NotExist", "Running", "Idle"};
const char *const share_names[SHARE_COUNT] = {
#define X(id, name, role) name,
    SHARES(X)
#undef X
};
const char *const event_kind_names[EV_KINDS] = {
#define X(id, name) name,
    EVENT_KINDS(X)
#undef X
};

/* The runtime's wait reasons by what a person would call them; the first prefix that fits wins.
 * Source: runtime2.go (waitReason strings) and traceruntime.go (traceBlockReason strings) of Go 1.22 to 1.26. */
static const struct {
    const char *prefix;
    enum share share;
} reasons[] = {
    {"chan", SHARE_CHAN},         {"select", SHARE_CHAN},      {"sync", SHARE_SYNC},      {"semacquire", SHARE_SYNC},
    {"network", SHARE_NETWORK},   {"IO wait", SHARE_NETWORK},  {"sleep", SHARE_SLEEP},    {"GC", SHARE_SYSTEM},
    {"forever", SHARE_CHAN},      {"preempted", SHARE_SYSTEM}, {"system", SHARE_SYSTEM},  {"wait for", SHARE_SYSTEM},
    {"wait until", SHARE_SYSTEM}, {"stopping", SHARE_SYSTEM},  {"coroutine", SHARE_SYNC}, {"synctest", SHARE_SYNC},
};

enum share share_of_reason(const char *reason, unsigned long n)
{
    for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        unsigned long len = strlen(reasons[i].prefix);
        if (n >= len && !memcmp(reason, reasons[i].prefix, len))
            return reasons[i].share;
    }
    return SHARE_OTHER;
}
