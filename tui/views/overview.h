/* The Overview: what is wrong, and what the trace is about at a glance. overview.c (commands), overview_load.c, overview_draw.c,
 * overview_verdict.c (findings, cancels, deadlines, what could not be judged). */
#ifndef TUI_VIEWS_OVERVIEW_H
#define TUI_VIEWS_OVERVIEW_H

#include "base/arena.h"
#include "model/ctx/ctx.h"
#include "model/ctx/heat.h"
#include "tui/app.h"
#include "tui/range.h"
#include "tui/ruler.h"
#include "tui/sites.h"
#include "tui/views/findings.h"

enum { OV_ROWS = 24, OV_FINE = 2048, OV_NOTES = 4, OV_WRONG = 5, OV_LABEL = 15, OV_PEAK = 9 };
enum pane { PANE_WRONG, PANE_BLOCKED, PANE_CANCEL, PANE_RUNNING, PANE_LATENCY, PANES };

STATE_BEGIN
struct overview_state {
    uint8_t pane;
    uint8_t at[PANES];
};
STATE_END

/* States that are drawn together. Order is the order on screen; the last ones go first when rows are short. */
enum { SPARKS = 7, HEAP_KEEP = 4 };
struct spark_spec {
    const char *label;
    uint8_t share[3], n, role, keep; /* keep: smaller stays longer */
    double least;                    /* peaks below are not worth a row */
};
extern const struct spark_spec spark_specs[SPARKS];

struct run_item {
    uint32_t group;
    struct str name;
    ns_t ns, p50, p99;
    uint64_t count;
};

/* A finding's first line. */
struct ov_wrong {
    uint32_t finding;
    struct str function;
    struct site_frame at;
};
/* Reactions of one function; never: no end, though there was time. */
struct ov_cancel {
    struct site_frame at;
    uint32_t n, never;
    ns_t p99;
};
/* What became of contexts with a deadline of their own. */
struct ov_deadlines {
    bool exact; /* false: only expired is known */
    uint64_t met, expired, cancelled, lost, open;
};
struct ov_unjudged {
    unsigned n;
    const char *first;
};

struct overview_data {
    const struct findings *f; /* NULL: not judged yet */
    char failed[128];
    struct ov_wrong wrong[OV_WRONG]; /* without those that are ignored */
    int nwrong;
    uint32_t wrong_all;
    struct ov_cancel cancels[OV_ROWS];
    int ncancels;
    struct ov_deadlines deadlines;
    struct ov_unjudged unjudged[EVIDENCES]; /* by what they lack */
    bool any, importing;
    struct session_mark mark;
    enum range_state range_state;   /* with a range marked, the lists and counts are its; the sparklines show all of time */
    const struct range_sums *range; /* NULL: none, or not summed yet */
    uint64_t range_version;
    char range_text[64];
    ns_t range_t0, range_t1;
    int n; /* columns of the sparklines */
    bool read;
    struct tl_window w; /* n columns */
    struct ruler_clock clock;
    double *values[SPARKS], peak[SPARKS];
    double *heap, heap_peak;
    uint8_t *gc;
    size_t ngc, nstw;
    struct arena arena;
    struct site_wait waits[OV_ROWS];
    int nwaits;
    struct run_item running[OV_ROWS], latency[OV_ROWS];
    int nrunning, nlatency;
    ns_t all_running, p50, p99;
    uint64_t starts;
    struct overview_note {
        const char *name, *sentence;
        uint64_t count;
        uint8_t severity;
        char first[160];
    } notes[OV_NOTES];
    int nnotes;
    /* of the session */
    uint64_t events, goroutines, tasks, logs, samples, alive, lived;
    size_t procs, threads, sources;
    int64_t wall;
    char source[256], version[32];
    uint64_t bytes, generations, snapshots;
    bool complete;
    struct rect r;
    struct ov_layout {
        int left, side, spark_rows, nsparks;
        int wrong, proofs; /* findings shown; the first of them with their proof */
        bool heap;
    } l;
};

int overview_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
/* again: figures of cancels are made anew. */
void overview_read_verdict(struct overview_data *d, struct app *app, struct session *s, bool again);
/* Rows that "what is wrong" takes of so many. */
int overview_wrong_layout(struct overview_data *d, int rows);
/* The list that the cursor is in: the first that holds anything until another is chosen. */
enum pane overview_pane(const struct overview_data *d, const struct overview_state *st);
void overview_mark_row(struct grid *g, int x, int y, int w, bool selected);
/* Each returns the row behind, or draws within r. */
int overview_draw_wrong(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r);
void overview_draw_cancels(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r);
int overview_draw_deadlines(const struct overview_data *d, struct grid *g, struct rect r);
int overview_draw_clocks(const struct overview_data *d, struct grid *g, struct rect r);
int overview_unjudged_rows(const struct overview_data *d);
int overview_draw_unjudged(const struct overview_data *d, struct grid *g, struct rect r);
void overview_draw_unjudged_line(const struct overview_data *d, struct grid *g, struct rect r);
void overview_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);

#endif
