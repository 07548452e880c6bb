/* One context's life: a linear part from its making to its end, a seam that says who ended it, and a logarithmic part of how those
 * that used it reacted, on the heat map's axis. With 200 ms of life and 30 µs of reaction one linear axis would show either nothing.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/views/contexts.h"

enum { DECADES = 7 /* 1 µs .. 10 s */, NEVER_W = 6, EXIT_W = 9 };

/* --- reading --------------------------------------------------------------------------------------------------------- */

static int load_cells(const struct life *l, struct session *s, struct life_user *u, struct err *e)
{
    struct tl_cell cells[LIFE_CELLS];
    ns_t cell = ((l->t1 - l->t0) / l->w + 2) / 2 * 2; /* even, and all cells reach to the end at least */
    struct tl_window w = {.t0 = l->t0, .cell = cell, .n = (uint32_t)l->w};
    if (tl_cells(s, (struct lane){LANE_G, u->g}, &w, cells, e) < 0)
        return -1;
    for (int c = 0; c < l->w; c++)
        u->cells[c] = lane_choose(&cells[c], cell / 2);
    return 0;
}

static int cell_at(const struct life *l, ns_t t)
{
    if (t == NS_NONE || t < l->t0 || t > l->t1 || l->t1 <= l->t0)
        return -1;
    int c = (int)((double)(t - l->t0) / (double)(l->t1 - l->t0) * l->w);
    return c < l->w ? c : l->w - 1;
}

static int load_user(struct life *l, struct session *s, const struct ctx_user *from, struct err *e)
{
    struct life_user *u = &l->users[l->nusers];
    const struct goroutine *g = session_g(s, from->g);
    memset(u, 0, sizeof *u);
    u->g = from->g;
    u->id = g->id;
    u->name = session_str(s, g->name);
    u->owner = from->g == l->ctx.owner;
    u->edge = from->edge;
    u->run = u->exit = NS_NONE;
    u->done = cell_at(l, from->first_done);
    if (from->edge < s->ctx.edges.n) {
        const struct cancel_edge *x = &s->ctx.edges.v[from->edge];
        u->woken = true;
        u->run = x->run == NS_NONE ? NS_NONE : x->run - l->ctx.cancelled;
        u->exit = x->exit == NS_NONE ? NS_NONE : x->exit - l->ctx.cancelled;
        u->blocked = x->blocked > x->running;
    }
    l->nusers++;
    return load_cells(l, s, u, e);
}

static int load_users(struct life *l, struct session *s, uint32_t ctx, struct err *e)
{
    uint32_t from, to;
    contexts_users(s, ctx, &from, &to);
    for (int owner = 1; owner >= 0; owner--)
        for (uint32_t i = from; i < to; i++) {
            const struct ctx_user *u = &s->ctx.users.v[i];
            if (u->ctx != ctx || (u->g == l->ctx.owner) != (bool)owner)
                continue;
            l->all++;
            if (l->nusers < LIFE_USERS && load_user(l, s, u, e) < 0)
                return -1;
        }
    return 0;
}

int life_load(struct life *l, struct session *s, uint32_t ctx, int w, int label, struct err *e)
{
    const struct ctx *c = &s->ctx.contexts.v[ctx];
    memset(l, 0, offsetof(struct life, users));
    l->any = true;
    l->ctx = *c;
    l->site = site_frame(s, c->site);
    l->cancel_site = site_frame(s, c->cancel_site);
    l->t0 = c->created != NS_NONE ? c->created : c->mentioned != NS_NONE ? c->mentioned : s->t0;
    l->t1 = c->cancelled != NS_NONE ? c->cancelled : s->t1;
    l->owner = c->owner == IDX_NONE ? 0 : session_g(s, c->owner)->id;
    l->parent = c->parent == IDX_NONE ? 0 : s->ctx.contexts.v[c->parent].id;
    l->root = c->root_of_cancel == IDX_NONE ? 0 : s->ctx.contexts.v[c->root_of_cancel].id;
    int room = w - label;
    l->log = room < 60 ? 24 : room < 110 ? 38 : 56;
    l->w = room - l->log - 2;
    l->w = l->w > LIFE_CELLS ? LIFE_CELLS : l->w < 4 ? 4 : l->w;
    return load_users(l, s, ctx, e);
}

/* --- drawing --------------------------------------------------------------------------------------------------------- */

/* The column of a duration on the logarithmic part. */
static int log_col(const struct life *l, ns_t d)
{
    int room = l->log - NEVER_W - EXIT_W;
    double decades = d > 1000 ? log10((double)d / 1000) : 0;
    int c = (int)(decades / DECADES * room + .5);
    return c < 0 ? 0 : c > room ? room : c;
}

static void draw_axis(const struct life *l, struct grid *g, int x, int y)
{
    static const struct {
        ns_t at;
        const char *text;
    } labels[] = {{1000, "1µs"}, {1000000, "1ms"}, {1000000000, "1s"}, {100000, ".1ms"}, {100000000, ".1s"}};
    char text[24];
    bool taken[256] = {false};
    grid_text(g, x, y, 2, ROLE_DIM, "0");
    text_duration(text, l->t1 - l->t0);
    grid_right(g, x + 2, y, l->w - 2, ROLE_DIM, text);
    for (unsigned i = 0; i < sizeof labels / sizeof *labels; i++) {
        int c = log_col(l, labels[i].at), n = grid_width(labels[i].text, strlen(labels[i].text));
        bool room = true;
        for (int k = c - 1; k <= c + n; k++)
            room = room && (k < 0 || !taken[k]);
        for (int k = c; room && k < c + n; k++)
            taken[k] = true;
        if (room)
            grid_text(g, x + l->w + 2 + c, y, n, ROLE_DIM, labels[i].text);
    }
    grid_right(g, x + l->w + 2, y, l->log - 1, ROLE_DIM, "never");
}

static void draw_seam(const struct life *l, struct grid *g, int x, int y)
{
    if (l->ctx.cancelled == NS_NONE)
        return;
    bool dl = l->ctx.by == BY_DEADLINE;
    grid_glyph(g, x + l->w, y, dl ? ROLE_MARK_DEADLINE : ROLE_MARK_CANCEL, dl ? GLYPH_DEADLINE : GLYPH_CANCEL);
}

static void draw_ending(const struct life *l, struct grid *g, int x, int y, int max)
{
    char name[NAME_MAX_BYTES], ell[8];
    if (l->ctx.cancelled == NS_NONE) {
        grid_text(g, x, y, max, ROLE_WARNING, "not cancelled");
        return;
    }
    switch (l->ctx.by) {
    case BY_DEADLINE: grid_text(g, x, y, max, ROLE_MARK_DEADLINE_TEXT, "by its deadline"); break;
    case BY_PARENT: grid_printf(g, x, y, max, ROLE_TEXT, l->root ? "by parent #%llu" : "by its parent", (unsigned long long)l->root); break;
    default:
        name_short(name, l->cancel_site.func, max - 10, part_ellipsis(g, ell));
        grid_printf(g, x, y, max, ROLE_MARK_CANCEL_TEXT, l->cancel_site.func.n ? "in %s:%u" : "explicitly", name, l->cancel_site.line);
    }
}

/* What is left of the deadline, falling; its last quarter in the deadline's colour. */
static void draw_budget(const struct life *l, struct grid *g, int x, int y)
{
    if (l->ctx.deadline == NS_NONE || l->ctx.deadline <= l->t0) {
        grid_text(g, x, y, l->w, ROLE_DIM, "no deadline above it");
    } else {
        double all = (double)(l->ctx.deadline - l->t0), cell = (double)(l->t1 - l->t0) / l->w;
        for (int c = 0; c < l->w; c++) {
            double left = 1 - (c + .5) * cell / all;
            if (left > 0)
                grid_level(g, x + c, y, left < .25 ? ROLE_MARK_DEADLINE_TEXT : ROLE_DIM, lane_level(left, 1));
        }
    }
    draw_seam(l, g, x, y);
    draw_ending(l, g, x + l->w + 2, y, l->log - 2);
}

static void draw_reaction(const struct life *l, const struct life_user *u, struct grid *g, int x, int y)
{
    char text[24];
    if (l->ctx.cancelled == NS_NONE)
        return;
    if (!u->woken) {
        grid_text(g, x, y, l->log - 1, ROLE_DIM, "not woken by it");
        return;
    }
    int end = l->log - 1 - NEVER_W, run = u->run == NS_NONE ? end - EXIT_W : log_col(l, u->run);
    for (int c = 0; c < run; c++)
        grid_glyph(g, x + c, y, ROLE_G_RUNNABLE, GLYPH_NETWORK);
    if (u->run == NS_NONE) {
        grid_right(g, x, y, l->log - 1, ROLE_ERROR, "never ran");
        return;
    }
    int exit = u->exit == NS_NONE ? l->log - 2 - NEVER_W : log_col(l, u->exit);
    for (int c = run; c < exit; c++)
        grid_glyph(g, x + c, y, u->blocked ? ROLE_G_CHAN : ROLE_G_RUNNING, u->blocked ? GLYPH_CHAN : GLYPH_BRIEF);
    if (u->exit == NS_NONE) {
        grid_text(g, x + run, y, 1, ROLE_STRONG, "r");
        grid_right(g, x, y, l->log - 1, ROLE_ERROR, "never");
        return;
    }
    if (exit > run)
        grid_text(g, x + run, y, 1, ROLE_STRONG, "r");
    text_duration(text, u->exit);
    grid_printf(g, x + exit, y, l->log - exit, u->exit > 50000000 ? ROLE_WARNING : ROLE_TEXT, "e %s", text);
}

static void draw_user(const struct life *l, const struct life_user *u, bool at, struct grid *g, struct rect r, int label)
{
    char id[32];
    if (at) {
        grid_tint(g, (struct rect){r.x, r.y, label - 1, 1}, TINT_SELECTION);
        grid_glyph(g, r.x, r.y, ROLE_STRONG, GLYPH_SELECTED);
    }
    snprintf(id, sizeof id, "G%lld", (long long)u->id);
    int used = grid_text(g, r.x + 1, r.y, 9, at ? ROLE_STRONG : ROLE_TEXT, id);
    part_name(g, r.x + 2 + used, r.y, label - used - 4, u->owner ? ROLE_TEXT : ROLE_DIM, u->name);
    for (int c = 0; c < l->w; c++)
        if (u->cells[c].glyph != LANE_BLANK)
            grid_glyph(g, r.x + label + c, r.y, (enum role)u->cells[c].role, (enum glyph)u->cells[c].glyph);
    if (u->done >= 0)
        grid_text(g, r.x + label + u->done, r.y, 1, ROLE_STRONG, "o");
    draw_seam(l, g, r.x + label, r.y);
    draw_reaction(l, u, g, r.x + label + l->w + 2, r.y);
}

void life_draw(const struct life *l, const struct contexts_state *st, const struct ruler_clock *clock, struct grid *g, struct rect r,
               int label)
{
    (void)clock;
    if (r.h < 1)
        return;
    grid_text(g, r.x + 1, r.y, label - 2, ROLE_DIM, "life, linear; then log");
    draw_axis(l, g, r.x + label, r.y);
    if (r.h < 2)
        return;
    grid_text(g, r.x + 1, r.y + 1, label - 2, ROLE_DIM, "budget left");
    draw_budget(l, g, r.x + label, r.y + 1);
    int rows = r.h - 2, shown = l->nusers < rows ? l->nusers : rows;
    if ((int)l->all > rows && rows > 0)
        shown = rows - 1;
    for (int i = 0; i < shown; i++)
        draw_user(l, &l->users[i], st->pane == CONTEXTS_BELOW && (uint32_t)i == st->list.at, g, (struct rect){r.x, r.y + 2 + i, r.w, 1},
                  label);
    if ((int)l->all > shown && rows > 0)
        grid_printf(g, r.x + 1, r.y + 2 + shown, r.w - 2, ROLE_DIM, "+ %u more users", l->all - (uint32_t)shown);
    if (!l->all && rows > 0)
        grid_text(g, r.x + 1, r.y + 2, r.w - 2, ROLE_DIM, "no goroutine is known to have used it");
}
