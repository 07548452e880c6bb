/* The heat map: how cancellation spreads, and who was late. Commands and mouse. */
#include "tui/views/heat.h"

static void move_cell(struct heat_state *st, const struct heat_data *d, int rows, int cols)
{
    long row = (long)st->row + rows, col = (long)st->col + cols, n = d->heat.nrows, m = heat_choices(d);
    st->row = (uint32_t)(row < 0 ? 0 : row >= n ? (n ? n - 1 : 0) : row);
    st->col = (uint32_t)(col < 0 ? 0 : col >= m ? m - 1 : col);
    st->list = (struct edge_list_state){0, 0};
    st->chosen = 1;
}

static bool move(struct heat_state *st, const struct heat_data *d, enum cmd cmd)
{
    bool edges = st->pane == HEAT_PANE_EDGES;
    long rows = table_step(cmd, edges ? d->l.list : d->l.map, edges ? d->list.n : d->heat.nrows);
    if (rows && edges)
        edge_list_move(&st->list, &d->list, rows);
    else if (rows)
        move_cell(st, d, (int)rows, 0);
    else if (cmd == CMD_LEFT || cmd == CMD_RIGHT)
        move_cell(st, d, 0, cmd == CMD_LEFT ? -1 : 1);
    else if (cmd == CMD_START || cmd == CMD_END)
        move_cell(st, d, 0, cmd == CMD_START ? -(1 << 20) : 1 << 20);
    else
        return false;
    return true;
}

static bool drill(struct app *app, struct nav *nav, struct heat_state *st, const struct heat_data *d, struct session *s)
{
    if (st->pane == HEAT_PANE_EDGES)
        edge_list_show(app, nav, &d->list, &st->list, s);
    else if (d->list.n)
        st->pane = HEAT_PANE_EDGES;
    return true;
}

static void anew(struct heat_state *st)
{
    st->row = st->col = st->top = 0;
    st->list = (struct edge_list_state){0, 0};
    st->chosen = 0;
    st->pane = HEAT_PANE_CELLS;
}

/* The next kind of rows; contexts only where the trace tells them. */
static void next_rows(struct heat_state *st, const struct heat_data *d)
{
    st->rows = (uint8_t)((st->rows + 1) % HEAT_ROW_KINDS);
    if (st->rows == HEAT_BY_CONTEXT && !d->exact)
        st->rows = 0;
    anew(st);
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct heat_state *st = state;
    struct heat_data *d = data;
    (void)arg;
    if (move(st, d, cmd))
        return true;
    switch (cmd) {
    case CMD_DRILL: return drill(app, nav, st, d, s);
    case CMD_BACK:
        if (st->pane != HEAT_PANE_EDGES)
            return false;
        st->pane = HEAT_PANE_CELLS;
        return true;
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE: st->pane = st->pane == HEAT_PANE_CELLS && d->list.n ? HEAT_PANE_EDGES : HEAT_PANE_CELLS; return true;
    case CMD_GROUP: next_rows(st, d); return true;
    case CMD_HEAT_TO:
        st->to = (uint8_t)((st->to + 1) % HEAT_TO_COUNT);
        anew(st);
        return true;
    case CMD_HEAT_TIME:
        st->over_time = !st->over_time;
        anew(st);
        return true;
    case CMD_HEAT_DIGITS:
        st->bare = !st->bare;
        anew(st);
        return true;
    default: return false;
    }
}

static bool mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct heat_state *st = state;
    struct heat_data *d = data;
    if (kind == MOUSE_DOUBLE)
        return drill(app, nav, st, d, s);
    if (kind != MOUSE_PRESS)
        return false;
    y -= d->r.y;
    x -= d->r.x + d->l.label;
    int head = st->over_time ? 5 : 3, list = d->r.h - d->l.list;
    if (y >= list && st->list.top + (uint32_t)(y - list) < d->list.n) {
        st->pane = HEAT_PANE_EDGES;
        st->list.at = st->list.top + (uint32_t)(y - list);
        return true;
    }
    uint32_t row = st->over_time ? (uint32_t)d->l.per * (uint32_t)(y - head) : st->top + (uint32_t)(y - head);
    if (y < head || row >= d->heat.nrows || x < 0)
        return false;
    st->pane = HEAT_PANE_CELLS;
    st->row = row;
    st->col = (uint32_t)(x / d->l.cell);
    move_cell(st, d, 0, 0);
    return true;
}

static void init(struct nav *nav, void *state, struct session *s)
{
    (void)nav;
    (void)s;
    struct heat_state *st = state;
    st->rows = HEAT_BY_FUNCTION;
    st->to = HEAT_TO_EXIT;
}

static void release(void *data)
{
    struct heat_data *d = data;
    if (d->made)
        heat_release(&d->heat);
    mem_free(d->labels);
    edge_list_release(&d->list);
    mem_free(d->alive);
    mem_free(d->fired);
    mem_free(d->called);
}

static int rows(const void *data)
{
    const struct heat_data *d = data;
    return d->nlabels + d->list.nitems;
}

static const struct hint hints[] = {
    {CMD_DRILL, "edges, then the timeline"},
    {CMD_GROUP, "rows"},
    {CMD_HEAT_TO, "wake/run/exit"},
    {CMD_HEAT_TIME, "over time"},
    {CMD_HEAT_DIGITS, "digits"},
    {CMD_NONE, NULL},
};

const struct view heat_view = {
    .name = "heatmap",
    .title = "Heat map",
    .tab = "Heat",
    .state_size = sizeof(struct heat_state),
    .data_size = sizeof(struct heat_data),
    .data_release = release,
    .init = init,
    .load = heat_load,
    .draw = heat_draw,
    .command = command,
    .mouse = mouse,
    .hints = hints,
    .rows = rows,
    .looks_through = true,
};
