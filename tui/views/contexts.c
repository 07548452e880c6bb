/* Contexts: who made them, who ended them, who listened. Commands and mouse. */
#include "tui/views/contexts.h"

#include <string.h>

static void choose(struct contexts_state *st)
{
    st->item = 0;
    st->list = (struct edge_list_state){0, 0};
}

/* Below the tree: users of a context, or edges of a row. */
static bool move_below(struct contexts_state *st, const struct contexts_data *d, enum cmd cmd)
{
    long by = table_step(cmd, d->pane - 2, d->life.any ? d->life.nusers : (long)d->list.n), at = (long)st->list.at + by;
    if (!by)
        return false;
    if (!d->life.any) {
        edge_list_move(&st->list, &d->list, by);
        return true;
    }
    long n = d->life.nusers;
    st->list.at = (uint32_t)(at < 0 ? 0 : at >= n ? (n ? n - 1 : 0) : at);
    return true;
}

static void fold(struct contexts_state *st, const struct contexts_data *d)
{
    const struct tree_node *n = contexts_node(d);
    if (n && n->first != IDX_NONE && d->node < FOLD_NODES)
        st->folded[d->node / 32] ^= 1u << (d->node % 32);
}

/* All rows with rows below them, but the root; or none. */
static void fold_all(struct contexts_state *st, const struct contexts_data *d)
{
    bool any = false;
    for (unsigned i = 0; i < FOLD_NODES / 32; i++)
        any |= st->folded[i] != 0;
    memset(st->folded, 0, sizeof st->folded);
    for (uint32_t i = 1; !any && i < d->tree.nodes.n && i < FOLD_NODES; i++)
        if (d->tree.nodes.v[i].first != IDX_NONE)
            st->folded[i / 32] |= 1u << (i % 32);
    st->table.at = st->table.top = 0;
    choose(st);
}

/* The timeline: at the user's wake, or where the context was cancelled or made. */
static void show_timeline(struct app *app, struct nav *nav, const struct contexts_state *st, const struct contexts_data *d,
                          struct session *s)
{
    const struct life *l = &d->life;
    if (!l->any) {
        edge_list_show(app, nav, &d->list, &st->list, s);
        return;
    }
    const struct life_user *u = st->list.at < (uint32_t)l->nusers ? &l->users[st->list.at] : NULL;
    nav->cursor = l->ctx.cancelled != NS_NONE ? l->ctx.cancelled : l->t0;
    nav->g = u ? u->g : l->ctx.owner;
    nav->edge = u && u->woken ? u->edge : IDX_NONE;
    app_show(app, VIEW_ID_TIMELINE, true);
}

static bool drill(struct app *app, struct nav *nav, struct contexts_state *st, const struct contexts_data *d, struct session *s)
{
    if (st->pane == CONTEXTS_BELOW)
        show_timeline(app, nav, st, d, s);
    else if (d->life.any || d->list.n)
        st->pane = CONTEXTS_BELOW;
    else
        fold(st, d);
    return true;
}

static void next_item(struct contexts_state *st, const struct contexts_data *d, int dir)
{
    long n = (long)d->items.n, at = (long)st->item + dir;
    if (n)
        st->item = (uint32_t)(at < 0 ? 0 : at >= n ? n - 1 : at);
    st->list = (struct edge_list_state){0, 0};
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct contexts_state *st = state;
    struct contexts_data *d = data;
    (void)arg;
    if (st->pane == CONTEXTS_BELOW && move_below(st, d, cmd))
        return true;
    if (st->pane == CONTEXTS_TREE && table_move(&st->table, cmd, (long)d->rows.n, d->body)) {
        choose(st);
        return true;
    }
    switch (cmd) {
    case CMD_DRILL: return drill(app, nav, st, d, s);
    case CMD_BACK:
        if (st->pane == CONTEXTS_TREE)
            return false;
        st->pane = CONTEXTS_TREE;
        return true;
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE: st->pane = st->pane == CONTEXTS_TREE ? CONTEXTS_BELOW : CONTEXTS_TREE; return true;
    case CMD_FOLD: fold(st, d); return true;
    case CMD_FOLD_ALL: fold_all(st, d); return true;
    case CMD_ITEM_NEXT: next_item(st, d, 1); return true;
    case CMD_ITEM_PREV: next_item(st, d, -1); return true;
    default: return false;
    }
}

static bool mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct contexts_state *st = state;
    struct contexts_data *d = data;
    (void)x;
    y -= d->r.y;
    if (kind == MOUSE_DOUBLE)
        return drill(app, nav, st, d, s);
    if (kind != MOUSE_PRESS)
        return false;
    if (y >= 1 && y <= d->body && st->table.top + (uint32_t)y - 1 < d->rows.n) {
        st->pane = CONTEXTS_TREE;
        st->table.at = st->table.top + (uint32_t)y - 1;
        choose(st);
        return true;
    }
    int row = y - d->body - (d->life.any ? 4 : 3);
    if (row < 0 || row >= (d->life.any ? d->life.nusers : d->list.nitems))
        return false;
    st->pane = CONTEXTS_BELOW;
    st->list.at = (d->life.any ? 0 : st->list.top) + (uint32_t)row;
    return true;
}

static void init(struct nav *nav, void *state, struct session *s)
{
    (void)nav;
    (void)s;
    struct contexts_state *st = state;
    st->seen = IDX_NONE;
}

static void release(void *data)
{
    struct contexts_data *d = data;
    if (d->made)
        ctx_tree_release(&d->tree);
    vec_free(&d->rows);
    vec_free(&d->shown);
    vec_free(&d->items);
    edge_list_release(&d->list);
}

static int rows(const void *data)
{
    const struct contexts_data *d = data;
    return (int)d->shown.n;
}

static const struct hint hints[] = {
    {CMD_DRILL, "below, then the timeline"}, {CMD_FOLD, "fold"},        {CMD_ITEM_PREV, "previous"},
    {CMD_ITEM_NEXT, "next context"},         {CMD_HEATMAP, "heat map"}, {CMD_NONE, NULL},
};

const struct view contexts_view = {
    .name = "contexts",
    .title = "Contexts",
    .tab = "Ctx",
    .state_size = sizeof(struct contexts_state),
    .data_size = sizeof(struct contexts_data),
    .data_release = release,
    .init = init,
    .load = contexts_load,
    .draw = contexts_draw,
    .command = command,
    .mouse = mouse,
    .hints = hints,
    .rows = rows,
};
