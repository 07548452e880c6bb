/* Drawing the Contexts view: the tree with its numbers, and below it what the chosen row is about. */
#include <stdio.h>
#include <string.h>

#include "tui/views/contexts.h"

static const ns_t SLOW = 50000000;

struct cells {
    const struct contexts_data *d;
    const struct contexts_state *st;
};

/* --- the tree -------------------------------------------------------------------------------------------------------- */

/* Lines of the levels above, then the branch: two columns a level, three from 110. Deep ones keep their right part. */
static int draw_branch(const struct crow *row, uint32_t level, struct grid *g, int x, int y, int w)
{
    int step = w >= 40 ? 3 : 2, used = 0;
    uint32_t from = 1;
    while ((int)(level - from + 1) * step > w / 2 && from < level)
        from++;
    if (from > 1)
        used += grid_printf(g, x, y, 5, ROLE_BORDER, "+%u ", from - 1);
    for (uint32_t k = from; k <= level && level > 0; k++) {
        bool goes_on = k < 32 && (row->bars >> k & 1);
        if (k == level)
            grid_glyph(g, x + used, y, ROLE_BORDER, row->last ? GLYPH_BRANCH_LAST : GLYPH_BRANCH);
        else if (goes_on)
            grid_glyph(g, x + used, y, ROLE_BORDER, GLYPH_VRULE);
        if (k == level && step == 3)
            grid_glyph(g, x + used + 1, y, ROLE_BORDER, GLYPH_HRULE);
        used += step;
    }
    return used;
}

static int draw_mark(const struct tree_node *n, struct grid *g, int x, int y)
{
    if (n->kind != TREE_BURST)
        return 0;
    bool dl = !n->site;
    grid_glyph(g, x, y, dl ? ROLE_MARK_DEADLINE : ROLE_MARK_CANCEL, dl ? GLYPH_DEADLINE : GLYPH_CANCEL);
    return 2;
}

static void draw_tree_cell(const struct contexts_data *d, const struct crow *row, struct grid *g, int x, int y, int w, bool selected)
{
    const struct tree_node *n = &d->tree.nodes.v[row->node];
    enum role role = selected ? ROLE_STRONG : n->std ? ROLE_DIM : ROLE_TEXT;
    char extra[48] = "";
    int used = draw_branch(row, n->level, g, x, y, w);
    if (row->folded) {
        grid_glyph(g, x + used, y, ROLE_DIM, GLYPH_FOLDED);
        used += 2;
    }
    used += draw_mark(n, g, x + used, y);
    if (n->values)
        snprintf(extra, sizeof extra, " +%uv", n->values);
    if (n->ref & REF_WITHOUT)
        snprintf(extra + strlen(extra), sizeof extra - strlen(extra), " w");
    if (n->ref & REF_FOREIGN)
        snprintf(extra + strlen(extra), sizeof extra - strlen(extra), " x");
    int room = w - used - (int)strlen(extra);
    x += used;
    if (n->kind == TREE_ROOT)
        used = grid_text(g, x, y, room, ROLE_DIM, d->tree.exact ? "Background" : "contexts that were cancelled, user tasks");
    else if (n->kind == TREE_TASK)
        used = grid_printf(g, x, y, room, role, "task %.*s", (int)(row->name.n < 100 ? row->name.n : 100), row->name.p);
    else if (!n->site)
        used = grid_text(g, x, y, room, role, n->kind == TREE_BURST ? "deadline fired, ? maker" : "(before the trace)");
    else if (w >= 40)
        used = part_where(g, x, y, room, role, row->at.func, row->at.file, row->at.line, false);
    else {
        char line[16];
        int nl = snprintf(line, sizeof line, ":%u", row->at.line);
        used = part_name(g, x, y, room - nl, role, row->at.func);
        used += grid_text(g, x + used, y, nl, ROLE_DIM, line);
    }
    grid_text(g, x + used, y, (int)strlen(extra), ROLE_DIM, extra);
}

static void draw_number(struct grid *g, int x, int y, int w, uint32_t n, enum role role)
{
    if (n)
        part_count(g, x, y, w, role, n);
    else
        grid_right(g, x, y, w, ROLE_BORDER, g->glyphs == GLYPHS_ASCII ? "." : "·");
}

static void draw_duration(struct grid *g, int x, int y, int w, ns_t d, enum role role)
{
    if (d == NS_NONE)
        part_duration(g, x, y, w, ROLE_DIM, 0);
    else
        part_duration(g, x, y, w, role, d);
}

static void draw_cell(void *ctx, long i, int col, struct grid *g, int x, int y, int w, bool selected)
{
    const struct cells *c = ctx;
    const struct crow *row = &c->d->shown.v[i - (long)c->st->table.top];
    const struct tree_node *n = &c->d->tree.nodes.v[row->node];
    if (col == CCOL_TREE) {
        draw_tree_cell(c->d, row, g, x, y, w, selected);
        return;
    }
    if (n->kind == TREE_ROOT)
        return;
    enum role text = n->std ? ROLE_DIM : ROLE_TEXT;
    switch ((enum ccol)col) {
    case CCOL_N: draw_number(g, x, y, w, n->n, text); break;
    case CCOL_KIND: grid_right(g, x, y, w, ROLE_DIM, ctx_kind_words[n->ctx_kind] ? ctx_kind_words[n->ctx_kind] : "?"); break;
    case CCOL_ASKED:
        draw_duration(g, x, y, w - (n->capped ? 1 : 0), n->asked, n->capped ? ROLE_WARNING : text);
        if (n->capped)
            grid_text(g, x + w - 1, y, 1, ROLE_WARNING, "!");
        break;
    case CCOL_LEFT: draw_duration(g, x, y, w, n->left, text); break;
    case CCOL_OK: draw_number(g, x, y, w, n->ok, text); break;
    case CCOL_DL: draw_number(g, x, y, w, n->dl, ROLE_MARK_DEADLINE_TEXT); break;
    case CCOL_PAR: draw_number(g, x, y, w, n->par, text); break;
    case CCOL_NONE: draw_number(g, x, y, w, n->none, n->std ? ROLE_DIM : ROLE_WARNING); break;
    case CCOL_EDGES: draw_number(g, x, y, w, n->edges, text); break;
    case CCOL_P50: draw_duration(g, x, y, w, n->p50, text); break;
    case CCOL_P99: draw_duration(g, x, y, w, n->p99, n->p99 != NS_NONE && n->p99 > SLOW ? ROLE_WARNING : text); break;
    case CCOL_NEVER: draw_number(g, x, y, w, n->never, ROLE_ERROR); break;
    case CCOL_DEAF: draw_number(g, x, y, w, n->deaf, ROLE_ERROR); break;
    default: break;
    }
}

/* --- the pane -------------------------------------------------------------------------------------------------------- */

static void pane_title(const struct contexts_data *d, const struct contexts_state *st, const struct grid *g, char left[400], char right[64])
{
    const struct life *l = &d->life;
    char name[NAME_MAX_BYTES], ell[8], asked[24], made[32];
    name_short(name, l->site.func, d->r.w < 110 ? 22 : 48, part_ellipsis(g, ell));
    int n = snprintf(left, 400, "ctx #%llu  %s:%u  %s", (unsigned long long)l->ctx.id, l->site.func.n ? name : "(before the trace)",
                     l->site.line, ctx_kind_words[l->ctx.kind] ? ctx_kind_words[l->ctx.kind] : "?");
    if (l->ctx.deadline != NS_NONE && (l->ctx.kind == CTX_TIMEOUT || l->ctx.kind == CTX_DEADLINE)) {
        text_duration(asked, l->ctx.deadline - l->t0);
        n += snprintf(left + n, 400 - (size_t)n, " %s", asked);
    }
    if (d->r.w >= 110) {
        ruler_time(made, &d->clock, l->t0, 100000);
        n += snprintf(left + n, 400 - (size_t)n, "  %s at %s", l->ctx.created == NS_NONE ? "first seen" : "made", made);
        if (l->owner)
            n += snprintf(left + n, 400 - (size_t)n, " by G%lld", (long long)l->owner);
        if (l->parent && d->r.w >= 160)
            snprintf(left + n, 400 - (size_t)n, "  under #%llu", (unsigned long long)l->parent);
    }
    snprintf(right, 64, "%u of %zu, worst first", st->item + 1, d->items.n);
}

/* What no plain trace can say; printed beside every inferred tree. */
static const char *const cannot[][2] = {
    {"the tree", "parents, kinds, deadlines: a cancel's stack shows depth only"},
    {"silent cancels", "a cancel that wakes nobody leaves no event"},
    {"lost cancels", "a context that nobody cancels leaves no event"},
    {"who set a timer", "its goroutine has no creator"},
};
enum { CANNOT = sizeof cannot / sizeof *cannot };

static void draw_cannot(struct grid *g, struct rect r)
{
    part_rule(g, r.x, r.y, r.w, "what this trace cannot say", ROLE_DIM, NULL);
    for (int i = 0; i < CANNOT && i + 1 < r.h; i++) {
        grid_text(g, r.x + 1, r.y + 1 + i, 1, ROLE_WARNING, "?");
        grid_text(g, r.x + 3, r.y + 1 + i, 17, ROLE_TEXT, cannot[i][0]);
        grid_text(g, r.x + 20, r.y + 1 + i, r.w - 21, ROLE_DIM, cannot[i][1]);
    }
}

static void draw_pane(const struct contexts_data *d, const struct contexts_state *st, struct grid *g, struct rect r)
{
    char left[400], right[64];
    bool focus = st->pane == CONTEXTS_BELOW;
    if (d->life.any) {
        pane_title(d, st, g, left, right);
        part_rule(g, r.x, r.y, r.w, left, ROLE_STRONG, right);
        int rows = contexts_life_rows(d);
        struct edge_list_state top = {0, 0};
        life_draw(&d->life, st, &d->clock, g, (struct rect){r.x, r.y + 1, r.w, rows - 1}, contexts_label(r.w));
        if (rows == r.h)
            return;
        snprintf(left, sizeof left, "%u reactions to the ends of this place's contexts", d->list.n);
        part_rule(g, r.x, r.y + rows, r.w, left, ROLE_TEXT, "never first, then the slowest");
        edge_list_draw(&d->list, &top, false, &d->clock, g, (struct rect){r.x, r.y + rows + 1, r.w, r.h - rows - 1});
        return;
    }
    const struct tree_node *n = contexts_node(d);
    int below = d->tree.exact ? 0 : CANNOT + 1;
    bool edges = n && d->list.n;
    if (below && (!edges || r.h >= below + 8)) {
        draw_cannot(g, (struct rect){r.x, r.y + r.h - below, r.w, below});
        r.h -= below;
    }
    if (!edges) {
        if (r.h > 1)
            part_rule(g, r.x, r.y, r.w, n && n->kind == TREE_TASK ? "tasks: see ctxscope tasks, and their marks on the timeline" : "",
                      ROLE_DIM, NULL);
        return;
    }
    snprintf(left, sizeof left, "%u edges, never first, then the slowest", d->list.n);
    part_rule(g, r.x, r.y, r.w, left, ROLE_STRONG, focus ? "Enter timeline  Esc tree" : "Enter edges");
    edge_list_draw(&d->list, &st->list, focus, &d->clock, g, (struct rect){r.x, r.y + 1, r.w, r.h - 1});
}

static void draw_nothing(const struct contexts_data *d, struct grid *g, struct rect r)
{
    grid_text(g, r.x + 2, r.y + 1, r.w - 4, ROLE_TEXT,
              d->ranged      ? "no cancel and no task in the marked range"
              : d->importing ? "no cancel and no task so far"
                             : "this trace shows no cancel that woke anybody, and no task");
    draw_cannot(g, (struct rect){r.x, r.y + 3, r.w, r.h - 3});
}

static void title_text(const struct contexts_data *d, char out[96])
{
    char n[16];
    text_count(n, d->tree.exact ? d->ncontexts : d->ncancels);
    if (d->tree.exact)
        snprintf(out, 96, "%stree  = exact, %s", d->r.w < 100 ? "" : "context ", n);
    else
        snprintf(out, 96, "~ inferred from %s burst%s", n, d->ncancels == 1 ? "" : "s");
}

void contexts_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct contexts_data *d = data;
    const struct contexts_state *st = state;
    struct cells c = {d, st};
    char title[96];
    (void)nav;
    if (d->tree.nodes.n < 2) {
        draw_nothing(d, g, r);
        return;
    }
    struct table_col cols[CCOLS];
    memcpy(cols, d->cols, sizeof cols);
    title_text(d, title);
    cols[CCOL_TREE].title = title;
    struct table_state t = st->table;
    t.sort = 255;
    table_draw(&t, cols, &d->layout, g, (struct rect){r.x, r.y, r.w, d->body + 1}, (long)d->rows.n, draw_cell, &c);
    draw_pane(d, st, g, (struct rect){r.x, r.y + d->body + 1, r.w, d->pane});
}
