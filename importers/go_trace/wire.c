#include "importers/go_trace/wire.h"

#include <stddef.h>

/* A structural entry has no handler; the name of the handler is all that is needed here. */
#define IS_TIMED(handler) (sizeof(#handler) != sizeof "NULL")

const struct wire_spec wire_specs[256] = {
#define EVENT(n, name, nargs, stack, since, handler) [n] = {#name, nargs, stack, since, IS_TIMED(handler)},
#include "importers/go_trace/events.def"
#undef EVENT
};
