#include "importers/go_trace/wire.h"

const struct wire_spec wire_specs[256] = {
#define EVENT(n, name, nargs, stack, since, handler) [n] = {#name, nargs, stack, since, 1},
#define STRUCTURE(n, name, since) [n] = {#name, 0, 0, since, 0},
#include "importers/go_trace/events.def"
};
