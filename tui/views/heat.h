/* The heat map's insides: reactions to cancels by row and latency, or over time; below it the edges of the chosen cell. */
#ifndef TUI_VIEWS_HEAT_H
#define TUI_VIEWS_HEAT_H

#include "model/ctx/heat.h"
#include "tui/app.h"
#include "tui/members.h"
#include "tui/parts.h"
#include "tui/ruler.h"
#include "tui/table.h"
#include "tui/views/edge_list.h"

enum { HEAT_LEVELS = 5 };
enum heat_pane { HEAT_PANE_CELLS, HEAT_PANE_EDGES };

STATE_BEGIN
struct heat_state {
    uint8_t rows; /* enum heat_rows */
    uint8_t to;   /* enum heat_to */
    uint8_t over_time;
    uint8_t bare;           /* without digits: finer steps */
    uint16_t pane;          /* enum heat_pane */
    uint16_t chosen;        /* the cursor was moved: else it stands on the worst cell */
    uint32_t row, col, top; /* cell cursor; first row shown */
    struct edge_list_state list;
};
STATE_END

/* What a row is called. */
struct heat_label {
    struct str func, file;
    uint32_t line, number; /* depth, or edges of a burst */
    ns_t t;                /* burst */
    uint8_t by;            /* enum cancel_by of a burst or a site; BY_UNKNOWN else */
    bool std;
};

struct heat_layout {
    int label, cell, ncols, right; /* columns of the screen; right: where cut begins */
    bool quantiles;
    int map, list; /* rows of the map's body, of the list */
    int per;       /* bands a row, over time */
};

struct heat_data {
    struct heat heat;
    struct heat_ask asked;
    struct session_mark mark;
    size_t edges;
    bool made;
    struct heat_layout l;
    struct rect r;
    struct heat_label *labels; /* of the rows shown */
    int nlabels;
    struct edge_list list; /* edges of the cell: */
    uint32_t list_row, list_col;
    uint32_t cancels, nedges;
    bool exact;
    struct ruler_clock clock;
    ns_t t0, t1, cell;
    /* over time */
    double *alive, *fired, *called; /* by column */
};

int heat_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
void heat_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);
/* Columns of the map that can be chosen: latencies, cut, never. */
static inline uint32_t heat_choices(const struct heat_data *d)
{
    return d->heat.ncols + 2;
}

#endif
