/* A table: columns that come and go with the width, one that takes the rest, sort marks in the header, a selection.
 *
 * The widget knows no data: the view says how many rows there are and draws a cell when asked. Its state is small and
 * copyable, so that undo works.
 */
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include <stdbool.h>

#include "tui/grid.h"
#include "tui/view.h"

struct table_col {
    const char *title;
    uint8_t w;    /* columns; 0: takes the rest (one a table) */
    uint8_t wide; /* columns from 160 on; 0: as w */
    uint8_t from; /* shown from this width of the screen on */
    bool right;   /* numbers are right-aligned */
    bool sorts;   /* can be sorted by */
    bool up;      /* sorts smallest first */
};
enum { TABLE_COLS = 24 };

/* Where the visible columns lie. */
struct table_layout {
    int n;
    uint8_t col[TABLE_COLS]; /* index into the columns */
    int x[TABLE_COLS], w[TABLE_COLS];
};
void table_layout(const struct table_col *cols, int ncols, int width, struct table_layout *out);

STATE_BEGIN
struct table_state {
    uint32_t top;  /* first row shown */
    uint32_t at;   /* selected row; the view keeps what it stands for */
    uint16_t sort; /* index into the columns */
    uint16_t reverse;
};
STATE_END
/* Clamps, and scrolls so that the selected row shows. rows: on screen, without the header. */
void table_clamp(struct table_state *t, long total, int rows);
/* How many rows a command moves in a list of `all` rows, shown `page` at a time: past the ends for the first and the last. 0: it is no
 * move by rows. */
long table_step(enum cmd cmd, long page, long all);
/* A move by rows; true when the command is one. */
bool table_move(struct table_state *t, enum cmd cmd, long total, int rows);
/* The next visible column to sort by. */
void table_next_sort(struct table_state *t, const struct table_col *cols, const struct table_layout *l);
/* A click on the header at x: sorts by that column, or turns the order. */
bool table_click_header(struct table_state *t, const struct table_col *cols, const struct table_layout *l, int x);
/* The header, and then fn for each cell of the rows [top, top + rows). */
void table_draw(const struct table_state *t, const struct table_col *cols, const struct table_layout *l, struct grid *g, struct rect r,
                long total, void (*cell)(void *ctx, long row, int col, struct grid *g, int x, int y, int w, bool selected), void *ctx);

/* Sorting: keys and what they stand for. Ties keep the order of id. */
struct table_key {
    double key;
    uint32_t id;
};
void table_sort(struct table_key *keys, size_t n, bool up);

#endif
