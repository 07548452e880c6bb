/* Findings: what is wrong, how sure that is, and the rows that prove it. Commands and mouse. */
#include "tui/views/findings.h"

static bool move_proof(struct findings_state *st, const struct findings_data *d, enum cmd cmd)
{
    long n = d->sel ? (long)d->sel->proof.n : 0, by = table_step(cmd, d->proof_rows, n), at = (long)st->proof + by;
    if (by)
        st->proof = (uint32_t)(at < 0 ? 0 : at >= n ? (n ? n - 1 : 0) : at);
    return by != 0;
}

static const struct proof *chosen_proof(const struct findings_state *st, const struct findings_data *d)
{
    return d->sel && st->proof < d->sel->proof.n ? &d->sel->proof.v[st->proof] : NULL;
}

/* The proof becomes the selection of all views: goroutine, moment, edge or context. */
static void select_proof(struct nav *nav, const struct proof *p)
{
    nav->g = p->g;
    nav->edge = p->table == PROOF_EDGE ? (uint32_t)p->id : IDX_NONE;
    if (p->table == PROOF_CTX)
        nav->ctx = (uint32_t)p->id;
    if (p->t0 != NS_NONE)
        nav->cursor = p->t0;
}

static bool drill(struct app *app, struct nav *nav, struct findings_state *st, const struct findings_data *d)
{
    const struct proof *p = chosen_proof(st, d);
    if (!p)
        return true;
    if (st->pane == FINDINGS_LIST) {
        st->pane = FINDINGS_PROOF;
        return true;
    }
    select_proof(nav, p);
    app_show(app, VIEW_ID_TIMELINE, true);
    return true;
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct findings_state *st = state;
    struct findings_data *d = data;
    (void)arg;
    (void)s;
    if (!d->f)
        return false;
    if (st->pane == FINDINGS_PROOF && move_proof(st, d, cmd))
        return true;
    if (st->pane == FINDINGS_LIST && table_move(&st->table, cmd, (long)d->f->list.n, d->body)) {
        st->proof = st->proof_top = 0;
        return true;
    }
    switch (cmd) {
    case CMD_DRILL: return drill(app, nav, st, d);
    case CMD_BACK:
        if (st->pane == FINDINGS_LIST)
            return false;
        st->pane = FINDINGS_LIST;
        return true;
    case CMD_NEXT_PANE:
    case CMD_PREV_PANE: st->pane = st->pane == FINDINGS_LIST && d->sel && d->sel->proof.n ? FINDINGS_PROOF : FINDINGS_LIST; return true;
    case CMD_CONTEXT:
    case CMD_HEATMAP:
        if (chosen_proof(st, d))
            select_proof(nav, chosen_proof(st, d));
        return false;
    default: return false;
    }
}

static bool mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct findings_state *st = state;
    struct findings_data *d = data;
    (void)x;
    (void)s;
    if (!d->f)
        return false;
    if (kind == MOUSE_DOUBLE)
        return drill(app, nav, st, d);
    y -= d->r.y;
    if (kind != MOUSE_PRESS || y < 1 || y > d->body || st->table.top + (uint32_t)y - 1 >= d->f->list.n)
        return false;
    st->pane = FINDINGS_LIST;
    st->table.at = st->table.top + (uint32_t)y - 1;
    st->proof = st->proof_top = 0;
    return true;
}

static void init(struct nav *nav, void *state, struct session *s)
{
    (void)nav;
    (void)s;
    ((struct findings_state *)state)->seen = IDX_NONE;
}

static void release(void *data)
{
    struct findings_data *d = data;
    vec_free(&d->shown);
    vec_free(&d->proof);
}

static int rows(const void *data)
{
    const struct findings_data *d = data;
    return (int)d->shown.n;
}

static const struct hint hints[] = {
    {CMD_DRILL, "proof, then the timeline"}, {CMD_CONTEXT, "context"}, {CMD_HEATMAP, "heat map"}, {CMD_IGNORE, "ignore"}, {CMD_NONE, NULL}};

const struct view findings_view = {
    .name = "findings",
    .title = "Findings",
    .tab = "Find",
    .state_size = sizeof(struct findings_state),
    .data_size = sizeof(struct findings_data),
    .data_release = release,
    .init = init,
    .load = findings_load,
    .draw = findings_draw,
    .command = command,
    .mouse = mouse,
    .hints = hints,
    .rows = rows,
};
