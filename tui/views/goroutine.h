/* The goroutine page's insides, shared by its files: what it holds, reading, drawing. */
#ifndef TUI_VIEWS_GOROUTINE_H
#define TUI_VIEWS_GOROUTINE_H

#include "base/arena.h"
#include "tui/app.h"
#include "tui/range.h"
#include "tui/ruler.h"
#include "tui/sites.h"
#include "tui/views/goroutine_life.h"
#include "tui/wake.h"

/* Spans read at once; a life of more shows those around the cursor. */
enum { PAGE_SPANS = 8192, PAGE_FOLD = 4, PAGE_SHORT = 2000, PAGE_CREATORS = 6, PAGE_FRAMES = 24 };

STATE_BEGIN
struct page_state {
    uint32_t top;      /* first row of the list */
    uint32_t unfolded; /* short runs one by one */
    uint32_t kin;      /* the pane shows contexts, tasks and children where there is room for one only */
};
STATE_END

struct page_row {
    ns_t t0, t1;
    uint32_t first, n; /* spans; n > 1: a folded run of short ones */
};

struct creator {
    int64_t id;
    struct str name;
    struct site_frame at;
};

struct page_data {
    bool any;
    /* whose, and which spans are kept */
    gidx g;
    ns_t session_t1;
    uint8_t unfolded;
    struct span *spans;
    long nspans;
    bool part; /* not all of them */
    VEC(struct page_row) rows;
    long at; /* row at the cursor, -1 none */
    uint32_t top;
    struct goroutine go;
    struct str name;
    ns_t begin, end;
    struct creator creators[PAGE_CREATORS];
    int ncreators;
    bool creators_go_on;
    struct tl_window w;
    struct lane_cell *cells;
    struct ruler_clock clock;
    /* sums: of its life, or of the part of it within the marked range */
    ns_t ns[SHARE_COUNT], sum_t0, sum_t1;
    uint32_t counts[SHARE_COUNT], transitions;
    enum range_state range_state;
    /* rows as shown: names of spans */
    struct page_shown {
        struct str reason;
        struct site_frame at;
        uint8_t mark; /* a cancel began it: enum mark_kind, MARK_KINDS none */
    } * shown;
    int nshown;
    /* at the cursor */
    bool has_span;
    struct span span;
    struct str reason;
    struct site_frame frames[PAGE_FRAMES];
    int nframes;
    struct wake_link links[WAKE_LINKS];
    int nlinks;
    struct page_life life;
    struct cancels cancels;
    VEC(ns_t) woken; /* when cancels woke it, ascending */
    uint8_t *marks;  /* by cell of the lane: enum mark_kind, MARK_KINDS none */
    struct arena arena;
    int lane_y;
    struct page_layout {
        int list_y, list_h, list_w, totals_y, totals_h, side_x, side_w, pane_y, pane_h, life_h, kin_y, kin_h;
        bool wide;
    } l;
    ns_t shown_from; /* cursor at the last load: the list follows only its change */
};

int page_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
void page_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);

#endif
