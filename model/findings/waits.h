/* What a blocked goroutine waits for, as its stack tells. */
#ifndef MODEL_FINDINGS_WAITS_H
#define MODEL_FINDINGS_WAITS_H

#include "model/session.h"

/* X(id, "waits ..." in a sentence) */
#define WAIT_KINDS(X)                                                                                                                      \
    X(NONE, "waits")                                                                                                                       \
    X(SEND, "waits to send on a channel")                                                                                                  \
    X(PIPE_WRITE, "waits to write to a pipe")                                                                                              \
    X(RECEIVE, "waits to receive from a channel")                                                                                          \
    X(SELECT, "waits in a select")                                                                                                         \
    X(NIL_CHAN, "waits on a nil channel")                                                                                                  \
    X(FOREVER, "waits in an empty select")                                                                                                 \
    X(LOCK, "waits for a lock")                                                                                                            \
    X(WAITGROUP, "waits for a WaitGroup")                                                                                                  \
    X(COND, "waits for a Cond")
enum wait_kind {
#define X(id, words) WAIT_##id,
    WAIT_KINDS(X)
#undef X
        WAIT_KIND_COUNT
};
extern const char *const wait_kind_words[WAIT_KIND_COUNT];

/* The wait that began by a transition of this class with this stack; class CLASS_NONE: not told. WAIT_NONE: network, sleep, the
 * runtime, or not known. */
enum wait_kind wait_kind_of(const struct session *s, class_id class, stack_id stack);

#endif
