/* The Overview: what the trace is about at a glance. Goroutines by state over time, who blocks, who runs, who waits for a
 * processor, what was lost while reading.
 */
#include "tui/views/overview.h"
#include "tui/grouping.h"

static int pane_n(const struct overview_data *d, unsigned pane)
{
    return pane == PANE_BLOCKED ? d->nwaits : pane == PANE_RUNNING ? d->nrunning : d->nlatency;
}

/* Enter: the group that the line speaks of, on the timeline. */
static void drill(struct app *app, struct nav *nav, const struct overview_state *st, const struct overview_data *d)
{
    int at = st->at[st->pane];
    if (at >= pane_n(d, st->pane))
        return;
    nav->g = IDX_NONE;
    nav->by = GROUPING_START;
    nav->group = st->pane == PANE_BLOCKED ? d->waits[at].group : st->pane == PANE_RUNNING ? d->running[at].group : d->latency[at].group;
    app_show(app, VIEW_ID_TIMELINE, true);
}

static void move(struct overview_state *st, const struct overview_data *d, int by)
{
    int n = pane_n(d, st->pane), at = st->at[st->pane] + by;
    at = at >= n ? n - 1 : at;
    st->at[st->pane] = (uint8_t)(at < 0 ? 0 : at);
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
    case CMD_NEXT_PANE: st->pane = (uint8_t)((st->pane + 1) % PANES); return true;
    case CMD_PREV_PANE: st->pane = (uint8_t)((st->pane + PANES - 1) % PANES); return true;
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
    return d->any && d->read ? d->nwaits + d->nrunning + d->nlatency : 0;
}

static const struct hint hints[] = {
    {CMD_DRILL, "on the timeline"}, {CMD_DOWN, "choose"},       {CMD_NEXT_PANE, "next list"},
    {CMD_VIEW_2, "timeline"},       {CMD_VIEW_6, "goroutines"}, {CMD_NONE, NULL},
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
