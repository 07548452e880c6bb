/* The Overview: what the trace is about at a glance. overview.c (commands), overview_load.c, overview_draw.c. */
#ifndef TUI_VIEWS_OVERVIEW_H
#define TUI_VIEWS_OVERVIEW_H

#include "base/arena.h"
#include "tui/app.h"
#include "tui/range.h"
#include "tui/ruler.h"
#include "tui/sites.h"

enum { OV_ROWS = 24, OV_FINE = 2048, OV_NOTES = 4, OV_LABEL = 15, OV_PEAK = 9 };
enum pane { PANE_BLOCKED, PANE_RUNNING, PANE_LATENCY, PANES };

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

struct overview_data {
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
        int left, side, spark_rows, nsparks, lists_y, lists_h;
        bool heap;
    } l;
};

int overview_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
void overview_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);

#endif
