/* The Overview: what is wrong, and what the trace is about at a glance. Findings, goroutines by state over time, who blocks, how
 * cancels and deadlines went, who runs, who waits for a processor, what was lost while reading.
 */
#include "tui/views/overview.h"
#include "tui/grouping.h"

static int pane_n(const struct overview_data *d, enum pane pane)
{
    switch (pane) {
    case PANE_WRONG: return d->l.wrong;
    case PANE_BLOCKED: return d->nwaits;
    case PANE_CANCEL: return d->ncancels;
    case PANE_RUNNING: return d->nrunning;
    default: return d->nlatency;
    }
}

enum pane overview_pane(const struct overview_data *d, const struct overview_state *st)
{
    return st->pane == PANE_WRONG && !pane_n(d, PANE_WRONG) ? PANE_BLOCKED : (enum pane)st->pane;
}

/* The next list that holds anything. */
static void next_pane(struct overview_state *st, const struct overview_data *d, unsigned by)
{
    unsigned pane = overview_pane(d, st);
    for (unsigned i = 0; i < PANES; i++) {
        pane = (pane + by) % PANES;
        if (pane_n(d, (enum pane)pane))
            break;
    }
    st->pane = (uint8_t)pane;
}

static void show_group(struct app *app, struct nav *nav, uint32_t group)
{
    nav->g = IDX_NONE;
    nav->by = GROUPING_START;
    nav->group = group;
    app_show(app, VIEW_ID_TIMELINE, true);
}

/* Enter: the finding, the group that the line speaks of on the timeline, how cancels spread. */
static void drill(struct app *app, struct nav *nav, const struct overview_state *st, const struct overview_data *d)
{
    enum pane pane = overview_pane(d, st);
    int at = st->at[pane];
    if (at >= pane_n(d, pane))
        return;
    switch (pane) {
    case PANE_WRONG:
        nav->finding = d->wrong[at].finding;
        app_show(app, VIEW_ID_FINDINGS, true);
        return;
    case PANE_CANCEL: app_show(app, VIEW_ID_HEAT, true); return;
    case PANE_BLOCKED: show_group(app, nav, d->waits[at].group); return;
    case PANE_RUNNING: show_group(app, nav, d->running[at].group); return;
    default: show_group(app, nav, d->latency[at].group); return;
    }
}

static void move(struct overview_state *st, const struct overview_data *d, int by)
{
    enum pane pane = overview_pane(d, st);
    int n = pane_n(d, pane), at = st->at[pane] + by;
    at = at >= n ? n - 1 : at;
    st->pane = (uint8_t)pane;
    st->at[pane] = (uint8_t)(at < 0 ? 0 : at);
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct overview_state *st = state;
    (void)arg;
    (void)s;
    switch (cmd) {
    case CMD_DOWN: move(st, data, 1); return true;
    case CMD_UP: move(st, data, -1); return true;
    case CMD_FIRST: move(st, data, -OV_ROWS); return true;
    case CMD_LAST: move(st, data, OV_ROWS); return true;
    case CMD_NEXT_PANE: next_pane(st, data, 1); return true;
    case CMD_PREV_PANE: next_pane(st, data, PANES - 1); return true;
    case CMD_DRILL: drill(app, nav, st, data); return true;
    default: return false;
    }
}

static void release(void *data)
{
    arena_release(&((struct overview_data *)data)->arena);
}

static int rows(const void *data)
{
    const struct overview_data *d = data;
    return d->any && d->read ? d->l.wrong + d->nwaits + d->ncancels + d->nrunning + d->nlatency : 0;
}

static const struct hint hints[] = {
    {CMD_DRILL, "go there"},  {CMD_DOWN, "choose"},     {CMD_UP, "choose"},     {CMD_NEXT_PANE, "next list"},
    {CMD_VIEW_2, "timeline"}, {CMD_VIEW_5, "findings"}, {CMD_EXPORT, "export"}, {CMD_NONE, NULL},
};

const struct view overview_view = {
    .name = "overview",
    .title = "Overview",
    .tab = "Over",
    .state_size = sizeof(struct overview_state),
    .data_size = sizeof(struct overview_data),
    .data_release = release,
    .load = overview_load,
    .draw = overview_draw,
    .command = command,
    .hints = hints,
    .rows = rows,
};
