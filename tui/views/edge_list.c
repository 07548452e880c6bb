/* A list of cancel edges: reading, order, drawing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/sites.h"
#include "tui/views/edge_list.h"

/* --- reading --------------------------------------------------------------------------------------------------------- */

static ns_t exit_ns(const struct cancel_edge *e)
{
    return e->exit == NS_NONE ? NS_NONE : e->exit - e->t;
}

static void item_of(struct session *s, uint32_t edge, struct edge_item *out)
{
    const struct cancel_edge *e = &s->ctx.edges.v[edge];
    const struct cancel *c = &s->ctx.cancels.v[e->cancel];
    uint32_t ctx = e->ctx != IDX_NONE ? e->ctx : c->ctx;
    *out = (struct edge_item){.edge = edge,
                              .t = e->t,
                              .run = e->run == NS_NONE ? NS_NONE : e->run - e->t,
                              .exit = exit_ns(e),
                              .sched = e->sched,
                              .running = e->running,
                              .blocked = e->blocked,
                              .g = session_g(s, e->g)->id,
                              .by = c->by,
                              .how = e->how,
                              .grade = e->grade,
                              .foreign = c->foreign};
    struct site_frame site = site_frame(s, c->by == BY_DEADLINE && c->ctx != IDX_NONE ? s->ctx.contexts.v[c->ctx].site : c->site);
    out->site = site.func;
    out->line = site.line;
    if (ctx != IDX_NONE)
        out->ctx = s->ctx.contexts.v[ctx].id;
    if (e->then)
        out->then = site_frame(s, stack_site(s, e->then)).func;
}

struct slow_edge {
    ns_t d;
    uint32_t edge;
};

/* Never and still open first, then the slowest. */
static int slowest_first(const void *a, const void *b)
{
    const struct slow_edge *x = a, *y = b;
    if (x->d != y->d)
        return x->d > y->d ? -1 : 1;
    return (x->edge > y->edge) - (x->edge < y->edge);
}

uint32_t *edge_list_room(struct edge_list *l, uint32_t n)
{
    if (n > l->room || !l->edges) {
        l->room = n > l->room ? n : l->room;
        l->edges = mem_realloc(l->edges, (size_t)l->room + 1, sizeof *l->edges);
    }
    return l->edges;
}

void edge_list_sort(struct edge_list *l, const struct session *s)
{
    struct slow_edge *v = mem_alloc(l->n + 1, sizeof *v);
    for (uint32_t i = 0; i < l->n; i++) {
        ns_t x = exit_ns(&s->ctx.edges.v[l->edges[i]]);
        v[i] = (struct slow_edge){x == NS_NONE ? INT64_MAX : x, l->edges[i]};
    }
    qsort(v, l->n, sizeof *v, slowest_first);
    for (uint32_t i = 0; i < l->n; i++)
        l->edges[i] = v[i].edge;
    mem_free(v);
}

void edge_list_load(struct edge_list *l, struct edge_list_state *st, struct session *s, int rows)
{
    l->rows = rows > 0 ? rows : 0;
    l->exact = s->ctx.exact;
    if (st->at >= l->n)
        st->at = l->n ? l->n - 1 : 0;
    if (st->at < st->top)
        st->top = st->at;
    if (l->rows && st->at >= st->top + (uint32_t)l->rows)
        st->top = st->at - (uint32_t)l->rows + 1;
    l->items = mem_realloc(l->items, (size_t)l->rows + 1, sizeof *l->items);
    l->nitems = 0;
    for (uint32_t i = st->top; i < l->n && l->nitems < l->rows; i++)
        item_of(s, l->edges[i], &l->items[l->nitems++]);
}

void edge_list_release(struct edge_list *l)
{
    mem_free(l->edges);
    mem_free(l->items);
}

void edge_list_move(struct edge_list_state *st, const struct edge_list *l, long by)
{
    long at = (long)st->at + by, n = l->n;
    st->at = (uint32_t)(at < 0 ? 0 : at >= n ? (n ? n - 1 : 0) : at);
}

void edge_list_show(struct app *app, struct nav *nav, const struct edge_list *l, const struct edge_list_state *st, struct session *s)
{
    if (st->at >= l->n)
        return;
    session_read(s);
    const struct cancel_edge *e = &s->ctx.edges.v[l->edges[st->at]];
    nav->g = e->g;
    nav->cursor = e->t;
    nav->edge = l->edges[st->at];
    session_done(s);
    app_show(app, VIEW_ID_TIMELINE, true);
}

/* --- drawing --------------------------------------------------------------------------------------------------------- */

struct columns {
    int at, site, ctx, g, run, exit, split, then; /* widths; 0: not shown */
};

static struct columns columns_for(const struct edge_list *l, int w)
{
    struct columns c = {.at = 11, .ctx = l->exact ? 8 : 0, .g = 8, .run = 8, .exit = 9};
    int left = w - c.at - 3 - c.ctx - c.g - c.run - c.exit;
    if (w >= 110) {
        c.split = 9;
        left -= 27;
        c.then = w >= 160 ? 40 : 20;
        left -= c.then + 1;
    }
    c.site = left;
    return c;
}

static void draw_head(const struct edge_list *l, struct grid *g, struct rect r)
{
    struct columns c = columns_for(l, r.w);
    char dead[8], cancel[8], text[64];
    int x = r.x;
    grid_right(g, x, r.y, c.at, ROLE_DIM, "at");
    x += c.at + 1;
    snprintf(text, sizeof text, "%s deadline%s  %s cancel in", part_glyph_text(g, GLYPH_DEADLINE, dead), l->exact ? " of" : "",
             part_glyph_text(g, GLYPH_CANCEL, cancel));
    grid_text(g, x, r.y, c.site + 2, ROLE_DIM, text);
    x += c.site + 2;
    if (c.ctx)
        grid_right(g, x, r.y, c.ctx, ROLE_DIM, "ctx");
    x += c.ctx;
    grid_right(g, x, r.y, c.g, ROLE_DIM, "woken");
    grid_right(g, x + c.g, r.y, c.run, ROLE_DIM, "run");
    x += c.g + c.run;
    grid_right(g, x, r.y, c.exit, ROLE_DIM, "exit");
    x += c.exit;
    if (!c.split)
        return;
    static const char *const names[] = {"sched", "running", "blocked"};
    for (int i = 0; i < 3; i++, x += c.split)
        grid_right(g, x, r.y, c.split, ROLE_DIM, names[i]);
    grid_text(g, x + 1, r.y, c.then, ROLE_DIM, "then waited in");
}

static void draw_site(const struct edge_list *l, const struct edge_item *it, struct grid *g, int x, int y, int w, enum role role)
{
    bool deadline = it->by == BY_DEADLINE;
    grid_glyph(g, x, y, deadline ? ROLE_MARK_DEADLINE : ROLE_MARK_CANCEL, deadline ? GLYPH_DEADLINE : GLYPH_CANCEL);
    if (!it->site.n) {
        grid_text(g, x + 2, y, w - 2, ROLE_DIM, deadline ? l->exact ? "?" : "a timer has no maker" : "?");
        return;
    }
    char line[16];
    int n = snprintf(line, sizeof line, ":%u", it->line);
    int used = part_name(g, x + 2, y, w - 2 - n, role, it->site);
    grid_text(g, x + 2 + used, y, n, ROLE_DIM, line);
}

/* The exit and how: "129 ms" for an end, "12 ms again", "left". */
static void draw_exit(const struct edge_item *it, struct grid *g, int x, int y, int w)
{
    if (it->exit == NS_NONE)
        grid_right(g, x, y, w, ROLE_ERROR, "open");
    else
        part_duration(g, x, y, w, ROLE_TEXT, it->exit);
}

static void draw_item(const struct edge_list *l, const struct edge_item *it, const struct ruler_clock *clock, struct grid *g, struct rect r,
                      bool at)
{
    struct columns c = columns_for(l, r.w);
    enum role role = at ? ROLE_STRONG : ROLE_TEXT;
    char t[32];
    int x = r.x;
    if (at) {
        grid_tint(g, (struct rect){r.x, r.y, r.w, 1}, TINT_SELECTION);
        grid_glyph(g, r.x, r.y, ROLE_STRONG, GLYPH_SELECTED);
    }
    ruler_time(t, clock, it->t, 100000);
    grid_right(g, x, r.y, c.at, role, t);
    x += c.at + 1;
    draw_site(l, it, g, x, r.y, c.site + 1, role);
    x += c.site + 2;
    if (c.ctx && it->ctx) {
        snprintf(t, sizeof t, "#%llu", (unsigned long long)it->ctx);
        grid_right(g, x, r.y, c.ctx, ROLE_DIM, t);
    }
    x += c.ctx;
    snprintf(t, sizeof t, "G%lld", (long long)it->g);
    grid_right(g, x, r.y, c.g, role, t);
    x += c.g;
    part_duration(g, x, r.y, c.run, ROLE_TEXT, it->run);
    draw_exit(it, g, x + c.run, r.y, c.exit);
    x += c.run + c.exit;
    if (!c.split)
        return;
    const ns_t split[] = {it->sched, it->running, it->blocked};
    for (int i = 0; i < 3; i++, x += c.split)
        part_duration(g, x, r.y, c.split, ROLE_DIM, split[i]);
    if (it->then.n)
        part_name(g, x + 1, r.y, c.then, ROLE_DIM, it->then);
}

void edge_list_draw(const struct edge_list *l, const struct edge_list_state *st, bool focus, const struct ruler_clock *clock,
                    struct grid *g, struct rect r)
{
    if (r.h < 1)
        return;
    draw_head(l, g, (struct rect){r.x, r.y, r.w, 1});
    for (int i = 0; i < l->nitems && i < r.h - 1; i++) {
        bool at = focus && st->top + (uint32_t)i == st->at;
        draw_item(l, &l->items[i], clock, g, (struct rect){r.x, r.y + 1 + i, r.w, 1}, at);
    }
}
