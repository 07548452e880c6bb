/* The goroutine page: its whole life in one lane, its spans, where it stood, who created it, why it waited. */
#include "tui/views/edges.h"
#include "tui/views/goroutine.h"

static void to_row(struct nav *nav, const struct page_data *d, long row)
{
    long n = (long)d->rows.n;
    if (!n)
        return;
    row = row < 0 ? 0 : row >= n ? n - 1 : row;
    ns_t t = d->rows.v[row].t0;
    nav->cursor = t > d->begin ? t : d->begin;
}

static bool step(struct app *app, struct nav *nav, struct page_data *d, struct session *s, enum cmd cmd)
{
    long page = d->nshown > 1 ? d->nshown - 1 : 1, at = d->at;
    /* the slice of a long life ends here: go on by spans */
    bool at_end = d->part && ((cmd == CMD_DOWN && at + 1 >= (long)d->rows.n) || (cmd == CMD_UP && at <= 0));
    if (at_end)
        return edge_span(app, nav, s, cmd == CMD_DOWN ? 1 : -1), true;
    switch (cmd) {
    case CMD_DOWN: to_row(nav, d, at + 1); return true;
    case CMD_UP: to_row(nav, d, at - 1); return true;
    case CMD_PAGE_DOWN: to_row(nav, d, at + page); return true;
    case CMD_PAGE_UP: to_row(nav, d, at - page); return true;
    case CMD_HALF_DOWN: to_row(nav, d, at + page / 2 + 1); return true;
    case CMD_HALF_UP: to_row(nav, d, at - page / 2 - 1); return true;
    case CMD_FIRST:
    case CMD_START: nav->cursor = d->begin; return true;
    case CMD_LAST:
    case CMD_END: nav->cursor = d->end - 1; return true;
    default: return false;
    }
}

/* One cell of the lane on. */
static void move_cursor(struct nav *nav, const struct page_data *d, int dir)
{
    ns_t t = (nav->cursor == NS_NONE ? d->begin : nav->cursor) + dir * d->w.cell;
    nav->cursor = t < d->begin ? d->begin : t >= d->end ? d->end - 1 : t;
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct page_state *st = state;
    struct page_data *d = data;
    (void)arg;
    if (!d->any)
        return false;
    session_read(s);
    bool done = step(app, nav, d, s, cmd);
    if (!done) {
        done = true;
        switch (cmd) {
        case CMD_LEFT: move_cursor(nav, d, -1); break;
        case CMD_RIGHT: move_cursor(nav, d, 1); break;
        case CMD_NEXT_SPAN: edge_span(app, nav, s, 1); break;
        case CMD_PREV_SPAN: edge_span(app, nav, s, -1); break;
        case CMD_EDGE_BACK: edge_follow(app, nav, s, -1); break;
        case CMD_EDGE_FORTH: edge_follow(app, nav, s, 1); break;
        case CMD_NEXT_PANE:
        case CMD_PREV_PANE: st->kin = !st->kin; break;
        case CMD_FOLD:
        case CMD_FOLD_ALL: st->unfolded = !st->unfolded; break;
        case CMD_DRILL: app_show(app, VIEW_ID_TIMELINE, true); break;
        default: done = false;
        }
    }
    session_done(s);
    return done;
}

static bool mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct page_data *d = data;
    const struct page_layout *l = &d->l;
    (void)app;
    (void)state;
    (void)s;
    if (!d->any || kind != MOUSE_PRESS)
        return false;
    int row = y - l->list_y - 1;
    if (row >= 0 && row < d->nshown && x < l->list_w) {
        to_row(nav, d, (long)d->top + row);
        return true;
    }
    if (y == d->lane_y && x >= 1 && x <= (int)d->w.n) {
        ns_t t = d->w.t0 + d->w.cell * (x - 1);
        nav->cursor = t < d->begin ? d->begin : t >= d->end ? d->end - 1 : t;
        return true;
    }
    return false;
}

static void release(void *data)
{
    struct page_data *d = data;
    arena_release(&d->arena);
    mem_free(d->spans);
    cancels_release(&d->cancels);
    vec_free(&d->woken);
    vec_free(&d->rows);
}

static int rows(const void *data)
{
    const struct page_data *d = data;
    return d->any ? d->nshown : 0;
}

static const struct hint hints[] = {
    {CMD_EDGE_BACK, "who woke me"},
    {CMD_EDGE_FORTH, "whom I woke"},
    {CMD_DRILL, "in the timeline"},
    {CMD_NEXT_PANE, "contexts, tasks"},
    {CMD_FOLD, "fold short ones"},
    {CMD_NEXT_SPAN, "next span"},
    {CMD_BACK, "back"},
    {CMD_NONE, NULL},
};

const struct view goroutine_view = {
    .name = "goroutine",
    .title = "Goroutine",
    .tab = "G",
    .state_size = sizeof(struct page_state),
    .data_size = sizeof(struct page_data),
    .data_release = release,
    .load = page_load,
    .draw = page_draw,
    .command = command,
    .mouse = mouse,
    .hints = hints,
    .rows = rows,
};
