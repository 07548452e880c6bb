/* The Timeline: lanes of goroutines, procs and threads over time. The view's table row; its parts are beside. */
#include "tui/views/timeline.h"

static void init(struct nav *nav, void *state, struct session *s)
{
    struct timeline_state *st = state;
    (void)nav;
    (void)s;
    st->lane.kind = ROW_GAP;
    st->edge = IDX_NONE;
}

static void release(void *data)
{
    struct timeline_data *d = data;
    timeline_rows_release(&d->rows);
    timeline_lines_release(&d->lines);
    arena_release(&d->frame);
    find_release(&d->find);
    mem_free(d->shown);
    mem_free(d->gc);
    mem_free(d->heights);
    mem_free(d->map_marks);
    mem_free(d->row_marks);
    arena_release(&d->row_arena);
    vec_free(&d->edges.v);
    cancels_release(&d->cancels);
    mem_free(d->mark_cells);
    vec_free(&d->marks);
}

static int rows(const void *data)
{
    const struct timeline_data *d = data;
    int n = 0;
    for (int i = 0; i < d->nshown; i++)
        n += d->shown[i].row.kind != ROW_GAP;
    return n;
}

static const struct hint hints[] = {
    {CMD_EDGE_BACK, "who woke me"},
    {CMD_DRILL, "goroutine"},
    {CMD_NEXT_MARK, "next mark"},
    {CMD_NEXT_SPAN, "next span"},
    {CMD_ZOOM_IN, "zoom"},
    {CMD_RANGE, "range"},
    {CMD_GROUP, "group"},
    {CMD_FILTER, "filter"},
    {CMD_LANES, "lanes"},
    {CMD_SORT, "sort"},
    {CMD_NONE, NULL},
};

const struct view timeline_view = {
    .name = "timeline",
    .title = "Timeline",
    .tab = "Time",
    .state_size = sizeof(struct timeline_state),
    .data_size = sizeof(struct timeline_data),
    .data_release = release,
    .init = init,
    .load = timeline_load,
    .draw = timeline_draw,
    .command = timeline_command,
    .mouse = timeline_mouse,
    .hints = hints,
    .rows = rows,
    .shows_import = true,
    .looks_through = true,
};
