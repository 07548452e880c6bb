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
    bool over_time;      /* columns are time, rows bands of latency */
    uint32_t cols;       /* at most */
    uint32_t steps;      /* of latency, a decade: 2 (1, 3, 10) or 3 (1, 2, 5, 10) */
    ns_t t0, t1;         /* edges in [t0, t1); NS_NONE, NS_NONE: all */
    const uint8_t *lens; /* by gidx: 1 = counts; NULL all */
};
/* Wakes of watchers (EDGE_WATCHER) count nowhere: what they go on to cancel does. */
struct heat_row {
    uint64_t key;   /* frame id (of functions: of the first frame seen in it), depth or index of the cancel; over time: the band's lower
                       bound, ns */
    uint32_t n;     /* edges, those that did not react included */
    uint32_t never; /* no reaction, though at least max(400 ms, 4 x p99) of trace came after */
    uint32_t cut;   /* no reaction, but less of the trace than that */
    ns_t p50, p99;  /* of those that reacted; NS_NONE none */
};
/* By rows: worst first (never, then p99), columns are latencies: bounds[0] may be above the fastest, which then count in column 0.
 * Over time: bands, slowest first; never and cut of a band are 0, never_at has them by column. */
struct heat {
    uint32_t nrows, ncols;
    struct heat_row *rows;
    ns_t *bounds;       /* [ncols + 1]: latencies, or times of the trace's clock */
    uint32_t *counts;   /* [nrows][ncols] */
    uint32_t *never_at; /* [ncols], over time only; NULL else */
    uint32_t max;       /* fullest cell */
    uint32_t edges;     /* counted in all rows */
};
/* Under the read lock. 100,000 edges take some milliseconds. Released by heat_release. */
void heat_make(struct session *s, const struct heat_ask *ask, struct heat *out);
void heat_release(struct heat *h);
/* Indexes of the edges of a cell (col = ncols: never, ncols + 1: cut, UINT32_MAX: all; row UINT32_MAX: all rows), by time; at most max;
 * returns how many there are. */
uint32_t heat_edges(struct session *s, const struct heat_ask *ask, const struct heat *h, uint32_t row, uint32_t col, uint32_t *out,
                    uint32_t max);

#endif
