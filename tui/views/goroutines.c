/* Goroutines as a table: by start function, or one by one. Drawing and commands. */
#include "tui/views/goroutines.h"

#include <stdio.h>
#include <string.h>

static const ns_t SLOW = 100000000; /* a p99 from here on is in the colour of warnings */

struct cells {
    const struct goroutines_data *d;
    const struct goroutines_state *st;
};

static void draw_id(struct grid *g, int x, int y, int w, const struct grow *row, bool selected)
{
    grid_printf(g, x, y, w, selected ? ROLE_STRONG : ROLE_TEXT, "G%lld", (long long)row->goid);
}

static void draw_p(struct grid *g, int x, int y, int w, ns_t p, enum role role)
{
    if (p == NS_NONE)
        part_duration(g, x, y, w, ROLE_DIM, 0);
    else
        part_duration(g, x, y, w, p > SLOW ? ROLE_WARNING : role, p);
}

static void draw_time(const struct goroutines_data *d, struct grid *g, int x, int y, int w, ns_t t)
{
    char text[32];
    if (t == NS_NONE) {
        grid_right(g, x, y, w, ROLE_DIM, "before");
        return;
    }
    ruler_time(text, &d->clock, t, d->all / 10000 + 1);
    grid_right(g, x, y, w, ROLE_TEXT, text);
}

/* Columns that are times in a state. */
static const uint8_t col_shares[GCOLS] = {
    [GCOL_RUNNING] = SHARE_RUNNING + 1, [GCOL_RUNNABLE] = SHARE_RUNNABLE + 1, [GCOL_CHAN] = SHARE_CHAN + 1,
    [GCOL_SYNC] = SHARE_SYNC + 1,       [GCOL_NETWORK] = SHARE_NETWORK + 1,   [GCOL_SLEEP] = SHARE_SLEEP + 1,
    [GCOL_SYSCALL] = SHARE_SYSCALL + 1,
};

/* Columns that say the same whatever range is marked. */
static const bool of_whole[GCOLS] = {[GCOL_ID] = true, [GCOL_NAME] = true, [GCOL_CREATED] = true, [GCOL_CREATOR] = true};

static void draw_cell(void *ctx, long i, int col, struct grid *g, int x, int y, int w, bool selected)
{
    const struct cells *c = ctx;
    const struct goroutines_data *d = c->d;
    const struct table_state *t = c->st->flat ? &c->st->single : &c->st->group;
    const struct grow *row = &d->shown[i - (long)t->top];
    enum role text = row->system ? ROLE_DIM : ROLE_TEXT;
    bool unsummed = d->range_state > RANGE_OPEN && !d->range;
    if (unsummed && !of_whole[col]) {
        grid_right(g, x, y, w, ROLE_DIM, "?");
        return;
    }
    if (col_shares[col]) {
        part_duration(g, x, y, w, text, row->sum.ns[col_shares[col] - 1]);
        return;
    }
    switch ((enum gcol)col) {
    case GCOL_ID: draw_id(g, x, y, w, row, selected); break;
    case GCOL_NAME:
        if (d->gp->of && !c->st->flat)
            grid_textn(g, x, y, w, selected ? ROLE_STRONG : text, row->name.p, row->name.n);
        else
            part_name(g, x, y, w, selected ? ROLE_STRONG : text, row->name);
        break;
    case GCOL_STATE:
        grid_text(g, x, y, w, ROLE_DIM, !row->seen ? "only seen" : row->share < SHARE_COUNT ? share_names[row->share] : "ended");
        break;
    case GCOL_N: part_count(g, x, y, w, text, row->sum.n); break;
    case GCOL_ALIVE: part_count(g, x, y, w, text, row->sum.alive); break;
    case GCOL_LIFE: part_duration(g, x, y, w, text, row->sum.life); break;
    case GCOL_STATES: part_share_bar(g, x, y, w, row->sum.ns); break;
    case GCOL_P50:
    case GCOL_P99:
        if (d->gp->of) /* kept by start function only */
            grid_right(g, x, y, w, ROLE_DIM, "?");
        else
            draw_p(g, x, y, w, col == GCOL_P50 ? row->p50 : row->p99, text);
        break;
    case GCOL_MEAN: part_duration(g, x, y, w, text, row->sum.n ? row->sum.life / (ns_t)row->sum.n : 0); break;
    case GCOL_CREATED: draw_time(d, g, x, y, w, row->created); break;
    case GCOL_TRANSITIONS: part_count(g, x, y, w, text, row->transitions); break;
    case GCOL_CREATOR:
        if (row->creator.n)
            part_name(g, x, y, w, ROLE_DIM, row->creator);
        break;
    default: break;
    }
}

/* How the rest of the rule reads: "24 rows, by running". */
static void rule_text(const struct goroutines_data *d, const struct goroutines_state *st, char out[160])
{
    char n[16], all[16];
    const struct table_state *t = st->flat ? &st->single : &st->group;
    text_count(n, d->nrows);
    text_count(all, d->total);
    if (d->filter.pass)
        snprintf(out, 160, "%s: %u of %s goroutines, %s rows, by %s", d->filter.filter ? "filter" : "lens", d->filter.npass, all, n,
                 d->cols[t->sort].title);
    else
        snprintf(out, 160, "%s rows, by %s", n, d->cols[t->sort].title);
    size_t used = strlen(out);
    if (*d->range_text)
        snprintf(out + used, 160 - used, ", %s", d->range_text);
}

static void draw_pane(const struct goroutines_data *d, const struct goroutines_state *st, struct grid *g, struct rect r)
{
    char right[160], head[NAME_MAX_BYTES + 32], name[NAME_MAX_BYTES], ell[8];
    rule_text(d, st, right);
    if (!d->any) {
        part_rule(g, r.x, r.y, r.w, "no goroutines", ROLE_DIM, right);
        return;
    }
    if (d->gp->of && !st->flat)
        snprintf(name, sizeof name, "%.*s", (int)(d->sel.name.n < 90 ? d->sel.name.n : 90), d->sel.name.p);
    else
        name_short(name, d->sel.name, r.w < 100 ? 34 : 90, part_ellipsis(g, ell));
    if (st->flat)
        snprintf(head, sizeof head, "G%lld %s", (long long)d->sel.goid, name);
    part_rule(g, r.x, r.y, r.w, st->flat ? head : name, ROLE_STRONG, right);
    int rows = r.h - 1, w = r.w < 110 ? r.w : r.w * 3 / 5;
    if (d->nstarts) {
        grid_text(g, r.x + 2, r.y + 1, 9, ROLE_DIM, "they run");
        site_draw_creators(g, r.x + 11, r.y + 1, w - 12, rows, d->starts, d->nstarts);
    } else if (d->nwaits) {
        grid_text(g, r.x + 2, r.y + 1, 9, ROLE_DIM, st->flat ? "all wait" : "waits at");
        site_draw_waits(g, r.x + 11, r.y + 1, w - 12, rows, d->waits, d->nwaits);
    } else {
        grid_text(g, r.x + 2, r.y + 1, r.w - 4, ROLE_DIM, "waits nowhere for long");
    }
    if (r.w < 110)
        return;
    grid_text(g, r.x + w, r.y + 1, 11, ROLE_DIM, "created by");
    if (d->ncreators)
        site_draw_creators(g, r.x + w + 11, r.y + 1, r.w - w - 12, rows, d->creators, d->ncreators);
    else
        grid_text(g, r.x + w + 11, r.y + 1, 30, ROLE_DIM, "nobody known: older than the trace");
}

void goroutines_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct goroutines_data *d = data;
    const struct goroutines_state *st = state;
    struct cells c = {d, st};
    struct rect table = {r.x, r.y, r.w, d->body + 1}, pane = {r.x, r.y + r.h - d->pane - 1, r.w, d->pane + 1};
    (void)nav;
    table_draw(st->flat ? &st->single : &st->group, d->cols, &d->layout, g, table, d->nrows, draw_cell, &c);
    for (int i = 0; i < d->nshown && d->find.se; i++)
        if (d->shown[i].hit)
            find_mark(&d->find, g, r.x + 2, r.y + 1 + i, d->layout.x[0] + d->layout.w[0] + (st->flat ? d->layout.w[1] + 1 : 0) - 2);
    draw_pane(d, st, g, pane);
}

/* What the selected row stands for becomes the selection of all views. */
static void select_row(struct nav *nav, const struct goroutines_state *st, const struct goroutines_data *d)
{
    const struct table_state *t = st->flat ? &st->single : &st->group;
    if (t->at >= d->nrows)
        return;
    nav->g = st->flat ? d->rows[t->at] : IDX_NONE;
    if (!st->flat)
        nav_set_group(nav, d->rows[t->at]);
}

static bool drill(struct app *app, struct nav *nav, struct goroutines_state *st, struct goroutines_data *d)
{
    const struct table_state *t = goroutines_table(st);
    if (t->at >= d->nrows)
        return true;
    select_row(nav, st, d);
    if (st->flat) {
        app_show(app, VIEW_ID_GOROUTINE, true);
        return true;
    }
    st->only = d->rows[t->at];
    st->flat = 1;
    st->single.at = st->single.top = 0;
    return true;
}

/* Single goroutines of a group lead back to the groups. */
static bool back(struct nav *nav, struct goroutines_state *st)
{
    if (!st->flat || st->only == IDX_NONE)
        return false;
    st->flat = 0;
    nav_set_group(nav, st->only);
    nav->g = IDX_NONE;
    st->only = IDX_NONE;
    return true;
}

/* The next row whose name or number hits, and round. */
static void next_hit(struct app *app, struct nav *nav, struct goroutines_state *st, struct goroutines_data *d, struct session *s, int dir,
                     bool here)
{
    struct table_state *t = goroutines_table(st);
    struct err e = ERR_INIT;
    long n = d->nrows, at = (long)t->at - (here ? dir : 0);
    session_read(s);
    find_update(&d->find, app, nav->search, s, &e);
    for (long i = 1; i <= n; i++) {
        long k = ((at + dir * i) % n + n) % n;
        if (!goroutines_hit(d, s, st->flat, d->rows[k]))
            continue;
        t->at = (uint32_t)k;
        session_done(s);
        select_row(nav, st, d);
        return;
    }
    session_done(s);
    app_message(app, e.kind ? ROLE_ERROR : ROLE_MESSAGE, "%s", e.kind ? e.what : "no start function or number hits");
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct goroutines_state *st = state;
    struct goroutines_data *d = data;
    struct table_state *t = goroutines_table(st);
    (void)arg;
    if (table_move(t, cmd, d->nrows, d->body)) {
        select_row(nav, st, d);
        return true;
    }
    switch (cmd) {
    case CMD_SORT: table_next_sort(t, d->cols, &d->layout); return true;
    case CMD_SORT_REVERSE: t->reverse = !t->reverse; return true;
    case CMD_GROUP:
        grouping_next(app, nav);
        st->flat = nav->by == GROUPING_NONE;
        st->only = IDX_NONE;
        return true;
    case CMD_SEARCH: next_hit(app, nav, st, d, s, 1, true); return true;
    case CMD_SEARCH_NEXT: next_hit(app, nav, st, d, s, 1, false); return true;
    case CMD_SEARCH_PREV: next_hit(app, nav, st, d, s, -1, false); return true;
    case CMD_DRILL: return drill(app, nav, st, d);
    case CMD_BACK: return back(nav, st);
    default: return false;
    }
}

static bool mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct goroutines_state *st = state;
    struct goroutines_data *d = data;
    struct table_state *t = goroutines_table(st);
    (void)s;
    y -= d->r.y;
    if (kind == MOUSE_DOUBLE)
        return drill(app, nav, st, d);
    if (kind != MOUSE_PRESS)
        return false;
    if (y == 0)
        return table_click_header(t, d->cols, &d->layout, x);
    if (y > d->body || t->top + (uint32_t)y - 1 >= d->nrows)
        return false;
    t->at = t->top + (uint32_t)y - 1;
    select_row(nav, st, d);
    return true;
}

static void init(struct nav *nav, void *state, struct session *s)
{
    struct goroutines_state *st = state;
    (void)nav;
    (void)s;
    st->only = IDX_NONE;
    st->group.sort = st->single.sort = GCOL_RUNNING;
}

static void release(void *data)
{
    struct goroutines_data *d = data;
    members_release(&d->members);
    member_filter_release(&d->filter);
    find_release(&d->find);
    vec_free(&d->sums);
    mem_free(d->keys);
    mem_free(d->rows);
    mem_free(d->shown);
}

static int rows(const void *data)
{
    return ((const struct goroutines_data *)data)->nshown;
}

static const struct hint hints[] = {
    {CMD_DRILL, "single ones, then the page"},
    {CMD_SORT, "sort"},
    {CMD_GROUP, "group by"},
    {CMD_FILTER, "filter"},
    {CMD_SEARCH, "search"},
    {CMD_VIEW_2, "timeline of it"},
    {CMD_NONE, NULL},
};

const struct view goroutines_view = {
    .name = "goroutines",
    .title = "Goroutines",
    .tab = "Gor",
    .state_size = sizeof(struct goroutines_state),
    .data_size = sizeof(struct goroutines_data),
    .data_release = release,
    .init = init,
    .load = goroutines_load,
    .draw = goroutines_draw,
    .command = command,
    .mouse = mouse,
    .hints = hints,
    .rows = rows,
    .looks_through = true,
};
