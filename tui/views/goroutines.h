/* The Goroutines table's insides: by start function, or single. */
#ifndef TUI_VIEWS_GOROUTINES_H
#define TUI_VIEWS_GOROUTINES_H

#include "tui/app.h"
#include "tui/find.h"
#include "tui/grouping.h"
#include "tui/members.h"
#include "tui/parts.h"
#include "tui/range.h"
#include "tui/ruler.h"
#include "tui/sites.h"
#include "tui/table.h"

enum gcol {
#define GCOL(id, title, metric, w, wide, from, single, right, up) GCOL_##id,
#include "tui/views/goroutines.def"
#undef GCOL
    GCOLS
};
/* What columns are sorted by. */
enum metric {
    METRIC_NONE,
    METRIC_ID,
    METRIC_NAME,
    METRIC_STATE,
    METRIC_N,
    METRIC_ALIVE,
    METRIC_LIFE,
    METRIC_MEAN,
    METRIC_RUNNING,
    METRIC_RUNNABLE,
    METRIC_CHAN,
    METRIC_SYNC,
    METRIC_NETWORK,
    METRIC_SLEEP,
    METRIC_SYSCALL,
    METRIC_P50,
    METRIC_P99,
    METRIC_CREATED,
    METRIC_TRANSITIONS,
};

STATE_BEGIN
struct goroutines_state {
    struct table_state group, single;
    uint32_t flat; /* single goroutines: of one group, or all when nothing groups them */
    uint32_t only; /* of this group, IDX_NONE: of all */
    uint32_t by;   /* enum grouping_by that it is a group of */
    uint32_t pad;
};
STATE_END

/* Sums of a group's members that pass the filter. */
struct gsum {
    uint64_t n, alive;
    ns_t ns[SHARE_COUNT], life;
    uint32_t rank; /* of its name among all */
};

/* A row as it is drawn. */
struct grow {
    uint32_t id; /* group or gidx */
    int64_t goid;
    struct str name, creator;
    struct gsum sum;
    ns_t p50, p99, created, ended;
    uint32_t transitions;
    uint8_t share; /* last, SHARE_DEAD: ended */
    bool system, seen;
    bool hit;
};

enum { GDETAIL_WAITS = 10, GDETAIL_CREATORS = 10 };
struct goroutines_data {
    const struct grouping *gp; /* of the load */
    struct members members;
    struct member_filter filter;
    VEC(struct gsum) sums; /* by group */
    struct table_key *keys;
    uint32_t *rows; /* ids in order */
    uint32_t nrows, room;
    /* of the last build */
    struct session_mark mark;
    struct goroutines_state st;
    bool built;
    enum range_state range_state;
    const struct range_sums *range; /* NULL: figures are of the whole trace, or not known yet */
    uint64_t range_version;         /* of the last build */
    char range_text[64];
    struct table_col cols[GCOLS];
    struct table_layout layout;
    struct rect r;
    int pane, body; /* rows of the pane; of the table without its header */
    struct grow *shown;
    int nshown, shown_room;
    struct ruler_clock clock;
    ns_t all, t1; /* length of the trace, its end */
    /* what is selected */
    bool any;
    struct grow sel;
    uint32_t detail_group;
    struct session_mark detail_mark;
    uint64_t detail_range, detail_version;
    bool detail_read;
    struct site_wait waits[GDETAIL_WAITS];
    int nwaits;
    struct site_creator creators[GDETAIL_CREATORS];
    int ncreators;
    struct site_creator starts[GDETAIL_CREATORS]; /* of a group that is no start function's */
    int nstarts;
    uint64_t total;
    struct find find;
};

int goroutines_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
void goroutines_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);
/* Whether the row of a group or goroutine hits. */
bool goroutines_hit(const struct goroutines_data *d, const struct session *s, bool flat, uint32_t id);
static inline struct table_state *goroutines_table(struct goroutines_state *st)
{
    return st->flat ? &st->single : &st->group;
}

#endif
