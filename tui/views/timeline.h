/* The Timeline's insides, shared by its files: rows (which), load (what), draw, detail, moves. */
#ifndef TUI_VIEWS_TIMELINE_H
#define TUI_VIEWS_TIMELINE_H

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "model/filter.h"
#include "tui/app.h"
#include "tui/cancels.h"
#include "tui/find.h"
#include "tui/grouping.h"
#include "tui/lens.h"
#include "tui/marks.h"
#include "tui/members.h"
#include "tui/owners.h"
#include "tui/parts.h"
#include "tui/range.h"
#include "tui/ruler.h"
#include "tui/sites.h"
#include "tui/wake.h"

enum row_kind {
    ROW_GAP, /* nothing; as a selection: none */
    ROW_PROC,
    ROW_THREAD,
    ROW_GROUP,     /* id: group */
    ROW_G,         /* a goroutine alone in its group, or any when not grouped */
    ROW_MEMBER,    /* a goroutine in an open group */
    ROW_ELSEWHERE, /* id: group; how many of its members live outside the window */
    ROW_RUNTIME,   /* all groups of the runtime's own */
};
struct row {
    uint32_t kind; /* enum row_kind */
    uint32_t id;
};

enum timeline_sort { TSORT_ACTIVE, TSORT_WAITING, TSORT_RUNNABLE, TSORT_COUNT, TSORT_ALIVE, TSORT_FIRST, TSORT_NAME, TSORTS };
enum timeline_lanes { TLANES_AUTO /* procs when rows are left over */, TLANES_P, TLANES_M, TLANES_G, TLANES };

/* Undo is a copy of this. Groups that differ from all_open are listed; the oldest leaves when there are more. */
enum { TIMELINE_FOLDS = 48 };
STATE_BEGIN
struct timeline_state {
    uint32_t top; /* first row shown */
    uint8_t lanes, sort, reverse, flat, all_open;
    uint8_t runtime_open;
    uint8_t by;         /* enum grouping_by that the folds are of */
    uint8_t on_runtime; /* the row of the runtime's own is selected */
    struct row lane;    /* selected proc or thread; kind ROW_GAP: none. A selected goroutine or group goes before */
    uint32_t folds[TIMELINE_FOLDS], nfolds;
    uint32_t edge; /* cancel edge that was brought into view, IDX_NONE */
};
STATE_END
bool timeline_is_open(const struct timeline_state *st, uint32_t group);
void timeline_set_open(struct timeline_state *st, uint32_t group, bool open);

/* Which rows there are; rebuilt when the session, the window, the folds, the sort or the filter change. */
struct timeline_rows {
    VEC(struct row) v;
    struct members members;
    const struct grouping *gp; /* of the load */
    VEC(uint32_t) order;       /* groups of the program, sorted */
    VEC(uint32_t) system;      /* groups of the runtime */
    uint32_t runtime_n;
    /* of the last build */
    struct timeline_state st;
    struct session_mark mark;
    struct tl_window w;
    int room;
    uint8_t by;
    gidx keep; /* selected goroutine: has a row even when it lives elsewhere */
    bool built;
    uint64_t version; /* rises with each build */
    struct member_filter filter;
};
void timeline_rows_release(struct timeline_rows *r);
/* True when the rows changed. room: rows on screen; filter: its text's number and text. */
bool timeline_rows_update(struct timeline_rows *r, const struct grouping *gp, struct session *s, const struct timeline_state *st,
                          const struct tl_window *w, int room, const struct member_choice *choice, gidx keep, struct err *e);
/* How many of a group's members pass the filter (all without one). */
uint32_t timeline_group_n(const struct timeline_rows *r, const struct session *s, uint32_t group);
/* Whether a row is a hit of the search. */
bool timeline_row_hit(const struct find *f, const struct timeline_rows *r, const struct session *s, const struct row *row);
bool timeline_row_selected(const struct row *row, const struct timeline_state *st, const struct nav *nav);
/* Index of the row that shows what is selected, or -1. */
long timeline_rows_find(const struct timeline_rows *r, const struct timeline_state *st, const struct nav *nav);

/* Sums of groups that the session has no lanes of, made by the worker: what a filter leaves of large groups, groups of other
 * groupings. */
enum { SUMS_WANTED = 64 };
struct timeline_sums {
    struct tl_window w;
    struct session_mark mark;
    uint32_t filter;
    uint64_t grouping; /* its version */
    uint64_t number;   /* of all this: another one when any of it changes */
    VEC(struct group_cells {
        uint32_t group;
        struct tl_cell *cells; /* owned */
    })
    v;
    uint32_t want[SUMS_WANTED];
    int nwant;
    uint64_t running;  /* number of what the worker sums; 0: nothing */
    bool tried, fresh; /* it was stopped; new sums came */
};
void timeline_sums_release(struct timeline_sums *a);
/* Forgets what another window, session state, filter or grouping left behind, and what was wanted. */
void timeline_sums_window(struct timeline_sums *a, const struct tl_window *w, const struct session_mark *mark, uint32_t filter,
                          uint64_t grouping);
/* A group's cells, NULL when they are not there (yet). */
const struct tl_cell *timeline_sums_get(const struct timeline_sums *a, uint32_t group);
void timeline_sums_want(struct timeline_sums *a, uint32_t group);
/* Has the worker sum what is wanted, unless it does already. */
void timeline_sums_start(struct timeline_sums *a, struct app *app, const struct timeline_rows *rows, struct session *s);

/* A lane's cells over the window, kept while the window and the session are the same. */
struct owner { /* who ran on a proc in cells [from, to] */
    uint16_t from, to;
    gidx g;
    int64_t id;
    struct str name;
    bool system;
};
struct lane_line {
    struct lane_cell *cells; /* in the lines' arena */
    ns_t running, waiting;   /* within the window, or the marked range; NS_NONE: not summed yet */
    uint64_t n;              /* goroutines: that pass the filter and lived in the range */
    double busy;             /* share of the window, procs and threads */
    struct owner *owners;
    int nowners;
    bool pending; /* its members are still being summed */
};
struct timeline_lines {
    struct arena arena;
    struct map at; /* row key -> index */
    VEC(struct lane_line) v;
    struct tl_window w;
    struct session_mark mark;
    uint32_t filter_text;
    uint64_t grouping;              /* version */
    const struct range_sums *range; /* of the load; NULL: totals are of the window */
    uint64_t range_version;
    bool range_unsummed; /* totals are not known yet */
    uint64_t *peaks;     /* by group, plus 1; 0: not counted yet */
    uint32_t npeaks;
    uint64_t peak_version;
    struct session_mark peak_mark;
    struct owners owners;
    struct timeline_sums sums;
    struct tl_cell *scratch; /* w.n cells */
    struct tl_cell *sum;
    uint32_t room;
    bool used;
};
void timeline_lines_release(struct timeline_lines *l);
/* Forgets what another window or session state left behind. */
void timeline_lines_window(struct timeline_lines *l, const struct session *s, const struct tl_window *w, uint32_t filter_text,
                           const struct grouping *gp, enum range_state range_state, const struct range_sums *range);
/* The lane of a row as an index into l->v, -1 with *e when a chunk cannot be read. Valid until the next
 * timeline_lines_window. */
int timeline_line(struct timeline_lines *l, const struct timeline_rows *rows, struct session *s, struct row row, struct err *e);

/* What a goroutine does at a moment, for labels. */
struct doing {
    bool alive, known, ended; /* not alive: ended before, or not yet created */
    uint8_t state, share;
    struct str reason;
    struct str file;
    uint32_t line;
};

struct shown_row {
    struct row row;
    struct str name;
    int64_t id; /* goroutine's, proc's, thread's number */
    uint64_t n; /* members; elsewhere: how many */
    bool open, selected, hit, system;
    struct doing doing;
    int line;                /* into lines.v; -1: none */
    struct mark_cell *marks; /* NULL: none */
};

/* The pane below. */
enum { DETAIL_FRAMES = 12, DETAIL_WAITS = 10 };
struct timeline_detail {
    enum { DETAIL_NONE, DETAIL_G, DETAIL_GROUP, DETAIL_LANE, DETAIL_RUNTIME } kind;
    int64_t id, creator;
    struct str name;
    bool has_creator;
    struct site_frame created_at; /* creator's go statement */
    /* a goroutine */
    ns_t at;
    bool alive; /* at the cursor */
    ns_t created, ended_at, last;
    ns_t life[SHARE_COUNT];
    bool ranged, unsummed; /* figures are of the marked range; they are not known yet */
    struct span span;
    struct str reason;
    bool stack_of_before; /* the frames are of the wait before: a running goroutine has none */
    struct str before_reason;
    struct site_frame frames[DETAIL_FRAMES];
    int nframes;
    struct wake_link links[WAKE_LINKS]; /* why it waited */
    int nlinks;
    ns_t totals[SHARE_COUNT];
    bool cancelled; /* woken by a cancel, which it reacts to, or which ends this wait */
    struct cancel_told told;
    int woken; /* 1: who set it going last, at or before the cursor */
    ns_t woken_at;
    gidx woken_by;
    int64_t woken_id;
    struct str woken_name;
    /* a group */
    struct group group;
    uint64_t n;
    struct site_wait waits[DETAIL_WAITS];
    int nwaits;
    struct site_creator starts[DETAIL_WAITS];
    int nstarts;
    bool is_text; /* its name is no function's */
    /* a proc or thread */
    struct row lane;
    double busy;
    int64_t on;
    struct str on_name;
    bool has_on;
};

/* The session's cancel edges as marks need them, in time: a storm has a million, each in a row of 120 bytes. */
struct edge_mark {
    ns_t t;
    gidx g; /* IDX_NONE: not known */
    uint32_t group;
    uint8_t kind; /* enum mark_kind */
};
struct edge_marks {
    VEC(struct edge_mark) v;
    struct session_mark mark;
    uint64_t version; /* of the grouping */
    uint8_t by;
    bool made;
};
void edge_marks_update(struct edge_marks *m, const struct session *s, const struct grouping *gp);
/* The first of them at t or later. */
size_t edge_marks_from(const struct edge_marks *m, ns_t t);

struct timeline_data {
    struct timeline_rows rows;
    struct timeline_lines lines;
    struct arena frame; /* of this load */
    struct tl_window w, whole;
    bool is_whole;
    struct ruler_clock clock;
    struct rect r;
    int H;                  /* of the terminal */
    int label, n, x0, pane; /* columns of the label, of the lanes, where they begin; rows of the pane */
    bool tall, columns;
    struct shown_row *shown;
    int nshown, room;
    long total;
    long selected;    /* row, or -1 */
    uint32_t top_row; /* as in the state, for draw */
    ns_t seen_cursor; /* at the last load: another view may move it out of the window */
    /* what was selected at the last load: only a change scrolls there and opens its group */
    gidx revealed;
    uint32_t revealed_group;
    struct row revealed_lane;
    bool empty;     /* nothing to show yet */
    ns_t drag_from; /* where the mouse went down; NS_NONE: not on lanes */
    /* above the lanes */
    uint8_t *gc, *heights;
    uint8_t *map_marks; /* by cell of the minimap: mark kind, MARK_KINDS: none */
    uint8_t *early;     /* before there are events: levels of bytes over time, in the frame's arena; NULL: not known */
    int nearly;
    struct session_mark map_mark;
    struct tl_window map_w;
    uint32_t map_n;
    VEC(struct mark) marks;
    bool marks_cut; /* more than are kept */
    struct tl_window marks_w;
    struct session_mark marks_mark;
    bool marks_read;
    uint64_t marks_version; /* of what was read last */
    struct cancels cancels;
    /* marks of the shown rows, kept while those are the same */
    struct edge_marks edges;
    struct arena row_arena;
    struct mark_cell **row_marks; /* [room] */
    uint64_t row_marks_version, row_rows_version;
    uint32_t row_top;
    int row_n;
    struct mark_cell *mark_cells, mark_sum; /* the sum is of the range when one is marked */
    ns_t sum_t0, sum_t1;
    enum range_state range_state;
    const struct range_sums *range;
    const struct kept_lens *lens; /* that the view looks through; NULL */
    /* import */
    bool importing;
    int edge; /* first column that is still to come, or n */
    int map_edge;
    uint64_t done, size, events, goroutines;
    double rate, left;
    struct timeline_detail detail;
    struct find find;
    long hits; /* rows that hit, of the last count */
    uint64_t hits_version;
    uint32_t hits_search;
};

static inline bool window_same(const struct tl_window *a, const struct tl_window *b)
{
    return a->t0 == b->t0 && a->cell == b->cell && a->n == b->n;
}
static inline ns_t window_end(const struct tl_window *w)
{
    return w->t0 + w->cell * w->n;
}
/* The narrowest window of n cells over [t0, t1). */
struct tl_window window_over(ns_t t0, ns_t t1, uint32_t n);
/* The window that shows all of it in n cells. */
struct tl_window timeline_whole(const struct session *s, uint32_t n);
/* Where things lie in r. */
void timeline_layout(struct timeline_data *d, struct rect r);
int timeline_detail_load(struct timeline_data *d, struct session *s, const struct nav *nav, const struct timeline_state *st, ns_t t,
                         struct err *e);
void timeline_detail_draw(const struct nav *nav, const struct timeline_data *d, struct grid *g, struct rect r);
int timeline_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
void timeline_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);
bool timeline_command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s);
bool timeline_mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s);
/* Moves the window so that t is in it. */
void timeline_show_time(struct timeline_data *d, struct nav *nav, const struct session *s, ns_t t);
void timeline_select(struct nav *nav, struct timeline_state *st, struct row row);

#endif
