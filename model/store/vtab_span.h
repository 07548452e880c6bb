/* The walk behind table span. A span is shown when its end is met, so one pass over the runs, in the order in which they lie,
 * needs no look ahead; what began in an earlier run is carried along by goroutine. Spans that are open at the end come last.
 */
#ifndef MODEL_STORE_VTAB_SPAN_H
#define MODEL_STORE_VTAB_SPAN_H

#include "model/store/vtab.h"

enum span_column {
    SPAN_G,
    SPAN_T0,
    SPAN_T1,
    SPAN_DUR,
    SPAN_STATE,
    SPAN_REASON,
    SPAN_SHARE,
    SPAN_OPEN,
    SPAN_NAME,
    SPAN_SYSTEM,
    SPAN_M,
    SPAN_P,
    SPAN_BY,
    SPAN_STACK,
    SPAN_FUNC,
    SPAN_FILE,
    SPAN_LINE,
    SPAN_STACK2
};

/* The transition that began a state. */
struct begin {
    ns_t t;
    class_id class; /* CLASS_NONE: nothing told yet */
    uint8_t met;    /* a run of the goroutine was walked: this is where it stands */
    uint8_t whole;  /* the fields below are filled */
    uint32_t by, stack, stack2;
    uint16_t m, p;
};

/* Rows of a run, chunk by chunk. */
struct run_rows {
    const struct chunk *c; /* pinned while not NULL */
    uint32_t chunk, row, end;
    uint64_t left; /* rows in further chunks */
};

struct span_cursor {
    struct vcursor base;
    ns_t t_lo, t_hi, end_lo, end_hi;
    uint32_t cols; /* chunk columns beyond time and class */
    gidx only;     /* IDX_NONE: all goroutines */
    uint32_t seg0, seg, run, runs_end;
    bool in_run;
    gidx g;
    struct run_rows rows;
    struct begin at;       /* of g */
    struct begin *carried; /* by goroutine, or one when `only` */
    uint32_t open_next;    /* open pass: next run (or goroutine without one) */
    uint32_t *last_run;    /* open pass of a window: by goroutine, IDX_NONE none */
    uint8_t phase;
    /* The span shown. */
    ns_t t0, t1;
    struct begin from;
    bool told, open;
    bool rest; /* after it the part behind a break comes, up to rest_t1 */
    ns_t rest_t1;
    bool rest_open;
    int64_t rowid;
    struct span_groups *groups; /* rows are given group by group; NULL: as they come */
    bool again;                 /* walks for a group that was not kept */
};

/* --- runs (model/store/span_runs.c) --- */
/* Stands before the first row of a run / moves to its next chunk. 1 there are rows, 0 none, -1 error. */
int run_rows_first(struct span_cursor *c, const struct run *r);
int run_rows_more(struct span_cursor *c);
void run_rows_end(struct span_cursor *c);
/* The last transition of a run that changes something; from the run's entry when none does. 0 or -1. */
int run_last(struct span_cursor *c, const struct run *r, struct begin *out);
/* The run of g in a segment, or IDX_NONE; the last one before segment `seg`. */
uint32_t run_in(const struct sight *v, uint32_t seg, gidx g);
uint32_t run_before(const struct sight *v, uint32_t seg, gidx g);
/* Fills what the run's entry does not tell of a transition before it. */
int begin_complete(struct span_cursor *c, uint32_t seg, gidx g, struct begin *b);
void begin_take(const struct span_cursor *c, const struct chunk *k, uint32_t row, struct begin *b);

#endif
