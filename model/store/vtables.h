/* All tables that may be queried, in the order of the documentation. */
#ifndef MODEL_STORE_VTABLES_H
#define MODEL_STORE_VTABLES_H

#include "model/store/vtab.h"

#define VTABLES(X)                                                                                                                         \
    X(span)                                                                                                                                \
    X(link)                                                                                                                                \
    X(event)                                                                                                                               \
    X(sample)                                                                                                                              \
    X(goroutine)                                                                                                                           \
    X(grp)                                                                                                                                 \
    X(proc)                                                                                                                                \
    X(thread)                                                                                                                              \
    X(task)                                                                                                                                \
    X(region)                                                                                                                              \
    X(range)                                                                                                                               \
    X(log)                                                                                                                                 \
    X(metric)                                                                                                                              \
    X(label)                                                                                                                               \
    X(wait)                                                                                                                                \
    X(cancel)                                                                                                                              \
    X(cancel_edge)                                                                                                                         \
    X(ctx)                                                                                                                                 \
    X(ctx_user)                                                                                                                            \
    X(stack)                                                                                                                               \
    X(stack_frame)                                                                                                                         \
    X(frame)                                                                                                                               \
    X(func)                                                                                                                                \
    X(string)                                                                                                                              \
    X(class)                                                                                                                               \
    X(source)                                                                                                                              \
    X(note)                                                                                                                                \
    X(wire)                                                                                                                                \
    X(segment)                                                                                                                             \
    X(chunk)
#define X(name) extern const struct vtable vtable_##name;
VTABLES(X)
#undef X

#endif
