/* The v2 wire format: numbers and limits. Source: Go's internal/trace/tracev2. */
#ifndef IMPORTERS_GO_TRACE_WIRE_H
#define IMPORTERS_GO_TRACE_WIRE_H

#include <stdint.h>

enum wire_event {
#define EVENT(n, name, nargs, stack, since, handler) WIRE_##name = n,
#define STRUCTURE(n, name, since) WIRE_##name = n,
#include "importers/go_trace/events.def"
    WIRE_EVENTS = 137
};

enum {
    WIRE_HEADER = 16,
    WIRE_BATCH_MAX = 64 << 10, /* data bytes of a batch */
    WIRE_STRING_MAX = 1024,    /* bytes of a string */
    WIRE_FRAMES_MAX = 128,     /* frames of a stack */
    WIRE_ARGS_MAX = 4,         /* arguments of an event after the time */
    WIRE_VERSION_MIN = 22,
    WIRE_VERSION_KNOWN = 26, /* newest header this reader was written for */
};
#define WIRE_NO_THREAD UINT64_MAX

enum wire_gstatus { WIRE_G_RUNNABLE = 1, WIRE_G_RUNNING, WIRE_G_SYSCALL, WIRE_G_WAITING, WIRE_GSTATUSES };
enum wire_pstatus { WIRE_P_RUNNING = 1, WIRE_P_IDLE, WIRE_P_SYSCALL, WIRE_P_ABANDONED, WIRE_PSTATUSES };

struct wire_spec {
    const char *name; /* NULL: no such event */
    uint8_t nargs;
    uint8_t stack; /* 1-based argument, 0 none */
    uint8_t since; /* Go minor version */
    uint8_t timed; /* occurs in event batches */
};
extern const struct wire_spec wire_specs[256];

#endif
