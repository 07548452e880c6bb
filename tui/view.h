/* Views: what a screen is made of. One file and one row in views.def each.
 *
 *   key -> command -> nav and the view's state (small, copyable: undo is a copy) -> load -> draw (pure) -> grid
 *
 * Life of a frame: load(nav, state, data, session, rect) under session_read, then draw(nav, state, data, grid, rect) without
 * any lock. draw does no I/O, reads no clock and no globals. load must be quick (a frame is 16 ms): it reads chunks through
 * the cache and keeps what it read in data while the window is the same.
 */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "base/err.h"
#include "model/session.h"
#include "tui/grid.h"

enum cmd {
    CMD_NONE,
#define CMD(id, name, keys, section, sentence) CMD_##id,
#include "tui/commands.def"
#undef CMD
    CMD_COUNT
};

enum view_id {
#define VIEW(id, symbol, key) VIEW_ID_##id,
#include "tui/views.def"
#undef VIEW
    VIEW_COUNT
};

/* What is selected, the same in all views. Times are of the trace's clock. places.c compares it field by field. */
struct nav {
    uint8_t view;        /* enum view_id */
    uint8_t wall;        /* show wall clock */
    uint8_t by;          /* enum grouping_by: what goroutines are grouped by */
    ns_t t0, cell;       /* window of the timeline: multiple of cell, cell width (model/timeline); cell 0: whole trace */
    ns_t cursor;         /* time cursor */
    gidx g;              /* selected goroutine, IDX_NONE */
    uint32_t group;      /* selected group of goroutines of one start function, IDX_NONE */
    uint32_t set;        /* selected group of another grouping, IDX_NONE; see tui/grouping.h */
    uint32_t ctx;        /* selected context, index into session.ctx.contexts; IDX_NONE */
    uint32_t edge;       /* selected cancel edge, index into session.ctx.edges; IDX_NONE */
    uint32_t finding;    /* selected finding, IDX_NONE */
    ns_t range0, range1; /* marked range; NS_NONE: none; range1 NS_NONE: being marked */
    uint32_t filter;     /* number of a kept filter text (app_text), 0 none */
    uint32_t search;     /* number of a kept search text, 0 none */
    uint32_t lens;       /* number of a request lens (tui/lens.h), 0 none */
};

/* Around the definition of a view's state: padding in it does not compile. */
#define STATE_BEGIN _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wpadded\"")
#define STATE_END _Pragma("GCC diagnostic pop")

enum mouse_kind { MOUSE_PRESS, MOUSE_DRAG, MOUSE_RELEASE, MOUSE_DOUBLE };

struct app; /* tui/app.h: what commands may ask for */

struct view {
    const char *name;  /* for --view and the sync mark: "timeline" */
    const char *title; /* "Timeline" */
    const char *tab;   /* short: "Time" */
    size_t state_size; /* copied by undo and compared byte by byte, so between STATE_BEGIN and STATE_END; zeroed at first */
    size_t data_size;  /* one per app, zeroed at first */
    void (*data_release)(void *data);
    /* First time shown: sets the state. May be NULL. */
    void (*init)(struct nav *nav, void *state, struct session *s);
    /* Reads what the screen needs and clamps nav and state to what exists. Under session_read. 0, or -1 with *e (shown). */
    int (*load)(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
    void (*draw)(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);
    /* Answers a command (arg: text after a ":" command's name, "" else). true: done; false: not mine (app then does what is
     * common, e.g. QUIT). Called without the lock; takes session_read itself. Navigation is undoable by itself.
     * SEARCH and FILTER come after the prompt, with nav->search or nav->filter set; GOTO comes after nav was changed by it:
     * bring nav->cursor and nav->g into view; next and previous hits are SEARCH_NEXT and SEARCH_PREV. COPY: app_copy. */
    bool (*command)(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s);
    /* A click (button 1), its drag and release, in the view's rect. May be NULL. */
    bool (*mouse)(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s);
    /* Commands that matter here, most wanted first, CMD_NONE at the end: the hint line. words: what the hint says. */
    const struct hint {
        enum cmd cmd;
        const char *words;
    } * hints;
    /* Rows on screen that come from the trace, for the sync mark. May be NULL. */
    int (*rows)(const void *data);
    /* It draws the import's progress itself; the app then does not. */
    bool shows_import;
    /* It shows only what nav.lens holds; where a view does not, the title says so. */
    bool looks_through;
};

#endif
