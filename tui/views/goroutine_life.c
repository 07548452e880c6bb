#include "tui/views/goroutine_life.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* --- reading ---------------------------------------------------------------------------------------------------------------- */

static void load_contexts(struct page_life *l, const struct session *s)
{
    l->ncontexts = 0;
    for (size_t i = 0; i < s->ctx.users.n; i++) {
        const struct ctx_user *u = &s->ctx.users.v[i];
        if (u->g != l->g || u->ctx >= s->ctx.contexts.n)
            continue;
        if (l->ncontexts++ >= KIN_CONTEXTS)
            continue;
        const struct ctx *c = &s->ctx.contexts.v[u->ctx];
        const struct cancel_edge *edge = u->edge < s->ctx.edges.n ? &s->ctx.edges.v[u->edge] : NULL;
        l->contexts[l->ncontexts - 1] = (struct kin_context){.id = c->id,
                                                             .kind = c->kind < CTX_KIND_COUNT ? ctx_kind_words[c->kind] : NULL,
                                                             .grade = c->grade < GRADE_COUNT ? grade_signs[c->grade] : "",
                                                             .site = site_frame(s, c->site),
                                                             .first_done = u->first_done,
                                                             .cancelled = c->cancelled,
                                                             .woken = edge ? edge->t : NS_NONE,
                                                             .mark = edge ? cancels_mark(s, edge) : MARK_KINDS,
                                                             .owner = c->owner == l->g};
    }
}

static void load_tasks(struct page_life *l, const struct session *s)
{
    l->ntasks = 0;
    for (size_t i = 0; i < s->tasks.n; i++) {
        const struct task *t = &s->tasks.v[i];
        if (t->g == l->g && l->ntasks++ < KIN_TASKS)
            l->tasks[l->ntasks - 1] = (struct kin_task){t->id, session_str(s, t->name), t->t0, t->t1};
    }
}

static int by_count(const void *a, const void *b)
{
    const struct site_creator *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : (x->id > y->id) - (x->id < y->id);
}

static void load_children(struct page_life *l, const struct session *s)
{
    uint32_t *count = mem_calloc(s->groups.n + 1, sizeof *count);
    struct site_creator *all = mem_alloc(s->groups.n + 1, sizeof *all);
    size_t n = 0;
    l->nchildren = 0;
    for (gidx i = 0; i < s->goroutines.n; i++)
        if (session_g(s, i)->creator == l->g && session_g(s, i)->group < s->groups.n) {
            count[session_g(s, i)->group]++;
            l->nchildren++;
        }
    for (uint32_t i = 0; i < s->groups.n; i++)
        if (count[i])
            all[n++] = (struct site_creator){i, session_str(s, s->groups.v[i].name), site_frame(s, s->groups.v[i].frame), count[i]};
    if (n)
        qsort(all, n, sizeof *all, by_count);
    memset(l->children, 0, sizeof l->children);
    if (n)
        memcpy(l->children, all, (n < KIN_CHILDREN ? n : KIN_CHILDREN) * sizeof *all);
    mem_free(count);
    mem_free(all);
}

int page_life_load(struct page_life *l, struct session *s, gidx g, ns_t t0, ns_t t1, struct err *e)
{
    struct session_mark mark = session_mark(s);
    if (l->read && l->g == g && l->t0 == t0 && l->t1 == t1 && session_mark_same(&l->mark, &mark))
        return 0;
    l->read = false;
    if (life_graph(s, g, t0, t1, LIFE_SPANS, &l->graph, e) < 0)
        return -1;
    for (unsigned i = 0; i < l->graph.nwaits; i++)
        l->reasons[i] = session_str(s, session_class_name(s, l->graph.waits[i].class));
    l->g = g;
    l->t0 = t0;
    l->t1 = t1;
    l->mark = mark;
    load_contexts(l, s);
    load_tasks(l, s);
    load_children(l, s);
    l->read = true;
    return 0;
}

/* --- the graph: two boxes, runnable and running; stops are rungs below, left by a wake at their left ---------------------------- */

enum { GRAPH_W = 66, READY_X = 12, RUN_X = 41, BOX_W = 16, LEFT_X = READY_X + 2, RIGHT_X = RUN_X + 12, LEAST_ROWS = 5 };

int page_graph_rows(const struct page_life *l, int w, int max)
{
    int rungs = (int)l->graph.nwaits;
    if (w < GRAPH_W || max < LEAST_ROWS)
        return 0;
    return 4 + rungs < max ? 4 + rungs : max;
}

/* "── 43 ──" over [x, x + w). */
static void way(struct grid *g, int x, int y, int w, uint64_t n, const char *word)
{
    char text[32], count[16];
    text_count(count, n);
    snprintf(text, sizeof text, *word ? " %s %s " : " %s ", count, word);
    int used = grid_width(text, strlen(text)), at = x + (w - used) / 2;
    grid_hline(g, x, y, w, ROLE_BORDER);
    if (used <= w)
        grid_text(g, at, y, used, ROLE_DIM, text);
}

static void box(struct grid *g, int x, int y, enum share share, const struct life_graph *l)
{
    char count[16];
    text_count(count, l->visits[share]);
    grid_hline(g, x, y, BOX_W, ROLE_BORDER);
    grid_hline(g, x, y + 2, BOX_W, ROLE_BORDER);
    grid_glyph(g, x, y, ROLE_BORDER, GLYPH_BOX_TL);
    grid_glyph(g, x + BOX_W - 1, y, ROLE_BORDER, GLYPH_BOX_TR);
    grid_glyph(g, x, y + 1, ROLE_BORDER, GLYPH_VRULE);
    grid_glyph(g, x + BOX_W - 1, y + 1, ROLE_BORDER, GLYPH_VRULE);
    grid_glyph(g, x, y + 2, ROLE_BORDER, GLYPH_BOX_BL);
    grid_glyph(g, x + BOX_W - 1, y + 2, ROLE_BORDER, GLYPH_BOX_BR);
    grid_text(g, x + 2, y, 13, ROLE_TEXT, " ");
    part_share(g, x + 3, y, 2, share);
    grid_printf(g, x + 5, y, 10, ROLE_TEXT, " %s ", share_names[share]);
    int n = grid_text(g, x + 2, y + 1, 5, ROLE_TEXT, count);
    grid_glyph(g, x + 2 + n, y + 1, ROLE_DIM, GLYPH_TIMES);
    part_duration(g, x + 6, y + 1, 8, ROLE_TEXT, l->ns[share]);
}

/* How it came and how it went, beside the boxes. */
static void ends(struct grid *g, int x, int y, const struct life_graph *l)
{
    grid_text(g, x + 1, y, 8, ROLE_TEXT, l->older ? "before" : "created");
    grid_hline(g, x + 9, y, 2, ROLE_BORDER);
    grid_glyph(g, x + 11, y, ROLE_BORDER, GLYPH_GO_RIGHT);
    int at = x + RUN_X + BOX_W;
    if (l->alive || l->cut) {
        grid_text(g, at + 1, y, 8, ROLE_TEXT, l->cut ? "goes on" : "alive");
        return;
    }
    grid_hline(g, at, y, 2, ROLE_BORDER);
    grid_glyph(g, at + 2, y, ROLE_BORDER, GLYPH_GO_RIGHT);
    grid_text(g, at + 4, y, 6, ROLE_TEXT, "ended");
}

/* "├─3───  ── chan send     337 ms  ◂──3──┤   20 %". */
static void rung(const struct page_life *l, struct grid *g, int x, int y, unsigned i, bool last)
{
    const struct life_wait *w = &l->graph.waits[i];
    char reason[64], count[16];
    int left = x + LEFT_X, right = x + RIGHT_X;
    text_visible(reason, sizeof reason, l->reasons[i].p, l->reasons[i].n);
    const char *word = w->class == CLASS_NONE ? "other stops" : *reason ? reason : share_looks[w->share].word;
    bool never = w->open && !l->graph.cut && !w->ready;
    grid_glyph(g, left, y, ROLE_BORDER, w->ready || !last ? last ? GLYPH_BOX_BL : w->ready ? GLYPH_BRANCH : GLYPH_VRULE : GLYPH_BOX_BL);
    if (w->ready) {
        text_count(count, w->ready);
        grid_hline(g, left + 1, y, 6, ROLE_BORDER);
        grid_text(g, left + 2, y, 5, ROLE_DIM, count);
    }
    if (w->open && !l->graph.cut) /* still there at the end */
        grid_text(g, left + 2, y, 5, never ? ROLE_ERROR : ROLE_WARNING, never ? "never" : count);
    part_share(g, left + 8, y, 2, (enum share)w->share);
    grid_text(g, left + 11, y, 13, ROLE_TEXT, word);
    part_duration(g, left + 24, y, 8, ROLE_TEXT, w->ns);
    grid_hline(g, right - 5, y, 5, ROLE_BORDER);
    grid_glyph(g, right - 6, y, ROLE_BORDER, GLYPH_GO_LEFT);
    text_count(count, w->n);
    int n = (int)strlen(count);
    grid_text(g, right - 3 - n / 2, y, n, ROLE_DIM, count);
    if (w->straight > w->n / 2) /* it mostly comes back at once */
        grid_glyph(g, right - 1, y, ROLE_BORDER, GLYPH_GO_RIGHT);
    grid_glyph(g, right, y, ROLE_BORDER, last ? GLYPH_BOX_BR : GLYPH_RANGE_RIGHT);
    ns_t all = l->t1 - l->t0;
    part_percent(g, right + 2, y, 6, ROLE_DIM, (double)w->ns / (double)(all > 0 ? all : 1));
}

void page_graph_draw(const struct page_life *l, struct grid *g, struct rect r, const char *title)
{
    const struct life_graph *lg = &l->graph;
    int x = r.x, y = r.y + 1, edge = x + READY_X + BOX_W, w = RUN_X - READY_X - BOX_W;
    part_rule(g, r.x, r.y, r.w, title, ROLE_STRONG, lg->cut ? "its first part" : "");
    box(g, x + READY_X, y, SHARE_RUNNABLE, lg);
    box(g, x + RUN_X, y, SHARE_RUNNING, lg);
    ends(g, x, y + 1, lg);
    if (lg->moves[SHARE_RUNNING][SHARE_RUNNABLE]) {
        way(g, edge, y, w, lg->moves[SHARE_RUNNING][SHARE_RUNNABLE], "pre");
        grid_glyph(g, edge, y, ROLE_BORDER, GLYPH_GO_LEFT);
    }
    way(g, edge, y + 1, w, lg->moves[SHARE_RUNNABLE][SHARE_RUNNING], "");
    grid_glyph(g, edge + w - 1, y + 1, ROLE_BORDER, GLYPH_GO_RIGHT);
    int rungs = r.h - 4 < (int)lg->nwaits ? r.h - 4 : (int)lg->nwaits;
    if (rungs <= 0)
        return;
    grid_glyph(g, x + LEFT_X, y + 2, ROLE_BORDER, GLYPH_GO_UP);
    grid_glyph(g, x + RIGHT_X, y + 2, ROLE_BORDER, GLYPH_BOX_T);
    for (int i = 0; i < rungs; i++)
        rung(l, g, x, y + 3 + i, (unsigned)i, i + 1 == rungs);
}

/* --- contexts, tasks, children ---------------------------------------------------------------------------------------------------- */

static void draw_context(const struct kin_context *c, const struct ruler_clock *clock, ns_t step, struct grid *g, int x, int y, int w)
{
    char text[64];
    int at = x + 2;
    at += grid_printf(g, at, y, 14, c->owner ? ROLE_STRONG : ROLE_TEXT, "%s%" PRIu64, c->grade, c->id) + 1;
    at += grid_text(g, at, y, 12, ROLE_DIM, c->kind ? c->kind : "unknown") + 1;
    at += part_place(g, at, y, w / 3, ROLE_TEXT, c->site.file, c->site.line, false) + 1;
    if (c->first_done != NS_NONE) {
        ruler_time(text, clock, c->first_done, step);
        at += grid_printf(g, at, y, x + w - at, ROLE_DIM, "Done %s ", text);
    }
    if (c->woken != NS_NONE && at + 4 < x + w) {
        ruler_time(text, clock, c->woken, step);
        grid_glyph(g, at, y, (enum role)mark_looks[c->mark].role, (enum glyph)mark_looks[c->mark].glyph);
        grid_printf(g, at + 2, y, x + w - at - 2, (enum role)mark_looks[c->mark].text_role, "woken %s", text);
    } else if (c->cancelled != NS_NONE) {
        ruler_time(text, clock, c->cancelled, step);
        grid_printf(g, at, y, x + w - at, ROLE_DIM, "cancelled %s", text);
    }
}

static void draw_task(const struct kin_task *t, struct grid *g, int x, int y, int w)
{
    char name[200], len[24] = "open";
    text_visible(name, sizeof name, t->name.p, t->name.n);
    if (t->t0 != NS_NONE && t->t1 != NS_OPEN)
        text_duration(len, t->t1 - t->t0);
    grid_printf(g, x + 2, y, w - 3, ROLE_TEXT, "%s  %s", name, len);
}

static int section(struct grid *g, int x, int y, int w, const char *title, uint32_t n)
{
    char count[16];
    text_count(count, n);
    part_rule(g, x, y, w, title, ROLE_STRONG, count);
    return y + 1;
}

/* Each section that holds anything gets an equal part of the rows that are left. */
int page_kin_draw(const struct page_life *l, const struct ruler_clock *clock, struct grid *g, struct rect r)
{
    int end = r.y + r.h, y = r.y, sections = (l->ncontexts > 0) + (l->ntasks > 0) + (l->nchildren > 0);
    ns_t step = (l->t1 - l->t0) / 1000 + 1;
    if (l->ncontexts && y + 1 < end) {
        int rows = (end - y) / sections-- - 1, n = (int)(l->ncontexts < KIN_CONTEXTS ? l->ncontexts : KIN_CONTEXTS);
        y = section(g, r.x, y, r.w, "contexts", l->ncontexts);
        for (int i = 0; i < n && i < (rows > 1 ? rows : 1) && y < end; i++, y++)
            draw_context(&l->contexts[i], clock, step, g, r.x, y, r.w);
    }
    if (l->ntasks && y + 1 < end) {
        int rows = (end - y) / sections-- - 1, n = (int)(l->ntasks < KIN_TASKS ? l->ntasks : KIN_TASKS);
        y = section(g, r.x, y, r.w, "tasks begun", l->ntasks);
        for (int i = 0; i < n && i < (rows > 1 ? rows : 1) && y < end; i++, y++)
            draw_task(&l->tasks[i], g, r.x, y, r.w);
    }
    if (l->nchildren && y + 1 < end) {
        int n = 0;
        while (n < KIN_CHILDREN && l->children[n].count)
            n++;
        y = section(g, r.x, y, r.w, "goroutines it created", l->nchildren);
        site_draw_creators(g, r.x + 1, y, r.w - 2, end - y < n ? end - y : n, l->children, n);
        y += end - y < n ? end - y : n;
    }
    return y - r.y;
}
