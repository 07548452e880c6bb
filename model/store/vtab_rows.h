/* Tables of event rows: event, link, sample, log, metric, label. */
#ifndef MODEL_STORE_VTAB_ROWS_H
#define MODEL_STORE_VTAB_ROWS_H

#include "model/store/rowscan.h"

/* What a column of such a table means. ROW(id, chunk columns that it is made of) */
#define ROW_COLUMNS(X)                                                                                                                     \
    X(T, COLBIT(T))                                                                                                                        \
    X(KIND, COLBIT(CLASS))                                                                                                                 \
    X(G, COLBIT(G))                                                                                                                        \
    X(M, COLBIT(M))                                                                                                                        \
    X(P, COLBIT(P))                                                                                                                        \
    X(RESOURCE, COLBIT(CLASS))                                                                                                             \
    X(ABOUT, COLBIT(CLASS) | COLBIT(RES))                                                                                                  \
    X(TRACK, COLBIT(RES))                                                                                                                  \
    X(FROM, COLBIT(CLASS))                                                                                                                 \
    X(TO, COLBIT(CLASS))                                                                                                                   \
    X(REASON, COLBIT(CLASS))                                                                                                               \
    X(LINK, COLBIT(CLASS))                                                                                                                 \
    X(NAME, COLBIT(CLASS) | COLBIT(S0))                                                                                                    \
    X(VALUE, COLBIT(CLASS) | COLBIT(V0))                                                                                                   \
    X(TASK, COLBIT(CLASS) | COLBIT(V0))                                                                                                    \
    X(TEXT, COLBIT(CLASS) | COLBIT(S1))                                                                                                    \
    X(STACK, COLBIT(STACK))                                                                                                                \
    X(FUNC, COLBIT(STACK))                                                                                                                 \
    X(FILE, COLBIT(STACK))                                                                                                                 \
    X(LINE, COLBIT(STACK))                                                                                                                 \
    X(STACK2, COLBIT(STACK2))
enum row_column {
#define X(id, cols) ROW_##id,
    ROW_COLUMNS(X)
#undef X
};
/* The chunk columns that a set of table columns needs. */
uint32_t row_cols(const struct vtable *t, uint64_t used);
/* The value of a column of the row where the scan stands. */
void row_result(const struct vcursor *c, const struct rowscan *r, sqlite3_context *ctx, unsigned what);

struct rows {
    uint32_t streams, kinds;
    bool (*accept)(const struct event_class *c);
    enum row_key by; /* what the table's key column means */
};
extern const struct vway way_rows;
bool class_is_link(const struct event_class *c);

#endif
