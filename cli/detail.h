/* What an event says beside its time and place, as named values: one description for TSV, CSV and JSON. */
#ifndef CLI_DETAIL_H
#define CLI_DETAIL_H

#include "model/dict.h"

/* Columns that kinds have; X(id, name in JSON and CSV). */
#define DETAIL_COLUMNS(X)                                                                                                                  \
    X(RESOURCE, "resource")                                                                                                                \
    X(FROM, "from")                                                                                                                        \
    X(TO, "to")                                                                                                                            \
    X(REASON, "reason")                                                                                                                    \
    X(NAME, "name")                                                                                                                        \
    X(VALUE, "value")                                                                                                                      \
    X(SWEPT, "swept_bytes")                                                                                                                \
    X(RECLAIMED, "reclaimed_bytes")                                                                                                        \
    X(TASK, "task")                                                                                                                        \
    X(PARENT, "parent")                                                                                                                    \
    X(CATEGORY, "category")                                                                                                                \
    X(MESSAGE, "message")                                                                                                                  \
    X(MONO, "mono_ns")                                                                                                                     \
    X(WALL, "wall_ns")                                                                                                                     \
    X(ARG0, "arg0")                                                                                                                        \
    X(ARG1, "arg1")                                                                                                                        \
    X(ARG2, "arg2")                                                                                                                        \
    X(ARG3, "arg3")
enum detail_column {
#define X(id, name) DETAIL_##id,
    DETAIL_COLUMNS(X)
#undef X
        DETAIL_COLUMN_COUNT
};
extern const char *const detail_column_names[DETAIL_COLUMN_COUNT];

enum detail_type { DETAIL_UINT, DETAIL_TEXT, DETAIL_NONE };
struct detail {
    uint8_t column, type;
    uint64_t u;
    struct str s; /* borrowed: the dict's, or `text` of the same details */
};
enum { DETAILS_MAX = 6 };
struct details {
    unsigned n;
    struct detail d[DETAILS_MAX];
    char text[24]; /* a resource as "g12" */
};

void details_of(const struct dict *d, const struct event *ev, const struct event_ext *ext, struct details *out);

#endif
