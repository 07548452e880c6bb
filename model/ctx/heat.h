/* The heat map: reactions to cancels, counted by row (function, site, depth, burst) and column (latency, or time). */
#ifndef MODEL_CTX_HEAT_H
#define MODEL_CTX_HEAT_H

#include "model/session.h"

/* X(id, word, sentence) */
#define HEAT_ROWS(X)                                                                                                                       \
    X(FUNCTION, "function", "function in which the goroutine waited")                                                                      \
    X(SITE, "site", "statement that called cancel, or the timer")                                                                          \
    X(DEPTH, "depth", "levels below the cancelled context")                                                                                \
    X(BURST, "burst", "one call of cancel")                                                                                                \
    X(SUBJECT, "goroutine", "start function of the goroutine")                                                                             \
    X(CONTEXT, "context", "statement that made the context (exact only)")
enum heat_rows {
#define X(id, word, sentence) HEAT_BY_##id,
    HEAT_ROWS(X)
#undef X
        HEAT_ROW_KINDS
};
#define HEAT_TOS(X)                                                                                                                        \
    X(EXIT, "exit")                                                                                                                        \
    X(RUN, "run")                                                                                                                          \
    X(WAKE, "wake") /* cancel called -> woken: within the burst */
enum heat_to {
#define X(id, word) HEAT_TO_##id,
    HEAT_TOS(X)
#undef X
        HEAT_TO_COUNT
};
extern const char *const heat_row_words[HEAT_ROW_KINDS], *const heat_to_words[HEAT_TO_COUNT];

struct heat_ask {
    enum heat_rows rows;
    enum heat_to to;
    bool over_time;      /* columns are time; rows are then latency steps */
    uint32_t cols;       /* at most; latency columns are steps of a factor `step` */
    uint32_t step;       /* 2 or 4; latency columns only */
    ns_t t0, t1;         /* edges in [t0, t1); NS_NONE, NS_NONE: all */
    const uint8_t *lens; /* by gidx: 1 = counts; NULL all */
};
struct heat_row {
    uint64_t key;           /* frame id, depth or index of the cancel, as `rows` says */
    uint32_t n, never, cut; /* edges; never: no exit though >= max(400 ms, 4 x p99) of trace came after it; cut: open, but less than that */
    uint32_t deaf;          /* exact: users alive at the cancel whom it did not wake */
    ns_t p50, p99;          /* NS_NONE */
};
struct heat {
    uint32_t nrows, ncols;
    struct heat_row *rows; /* worst first: never and deaf, then p99 */
    ns_t *bounds;          /* [ncols + 1], latency or time (trace clock) */
    uint32_t *counts;      /* [nrows][ncols] */
    uint32_t max;          /* fullest cell */
};
/* Under the read lock. At most 100,000 edges within a frame's time. Released by heat_release. */
void heat_make(struct session *s, const struct heat_ask *ask, struct heat *out);
void heat_release(struct heat *h);
/* Indexes of the edges of a cell (col = ncols: never, ncols + 1: cut; row = UINT32_MAX: all rows), by time; at most max; returns how
 * many there are. */
uint32_t heat_edges(struct session *s, const struct heat_ask *ask, const struct heat *h, uint32_t row, uint32_t col, uint32_t *out,
                    uint32_t max);

#endif
