#include "tui/table.h"

#include <stdlib.h>
#include <string.h>

static int col_width(const struct table_col *c, int width)
{
    return width >= 160 && c->wide ? c->wide : c->w;
}

void table_layout(const struct table_col *cols, int ncols, int width, struct table_layout *out)
{
    *out = (struct table_layout){0};
    int used = 1, rest = -1; /* column 0 is the selection's mark */
    for (int i = 0; i < ncols && out->n < TABLE_COLS; i++) {
        if (cols[i].from > width && cols[i].from)
            continue;
        int k = out->n++;
        out->col[k] = (uint8_t)i;
        out->w[k] = col_width(&cols[i], width);
        used += out->w[k] + 1;
        if (!cols[i].w)
            rest = k;
    }
    if (rest >= 0)
        out->w[rest] = width - used - 1 > 8 ? width - used - 1 : 8;
    for (int k = 0, x = 2; k < out->n; k++) {
        out->x[k] = x;
        x += out->w[k] + 1;
    }
}

void table_clamp(struct table_state *t, long total, int rows)
{
    long at = t->at, top = t->top;
    at = at >= total ? total - 1 : at;
    at = at < 0 ? 0 : at;
    if (at < top)
        top = at;
    if (at >= top + rows)
        top = at - rows + 1;
    if (top > total - rows)
        top = total - rows;
    t->at = (uint32_t)at;
    t->top = (uint32_t)(top > 0 ? top : 0);
}

static void move_by(struct table_state *t, long by, long total, int rows)
{
    long at = (long)t->at + by;
    t->at = (uint32_t)(at < 0 ? 0 : at >= total ? (total ? total - 1 : 0) : at);
    table_clamp(t, total, rows);
}

long table_step(enum cmd cmd, long page, long all)
{
    switch (cmd) {
    case CMD_DOWN: return 1;
    case CMD_UP: return -1;
    case CMD_PAGE_DOWN: return page;
    case CMD_PAGE_UP: return -page;
    case CMD_HALF_DOWN: return page / 2 + 1;
    case CMD_HALF_UP: return -page / 2 - 1;
    case CMD_FIRST: return -all - 1;
    case CMD_LAST: return all + 1;
    default: return 0;
    }
}

bool table_move(struct table_state *t, enum cmd cmd, long total, int rows)
{
    long by = table_step(cmd, rows > 1 ? rows - 1 : 1, total);
    if (by)
        move_by(t, by, total, rows);
    return by != 0;
}

void table_next_sort(struct table_state *t, const struct table_col *cols, const struct table_layout *l)
{
    int k = 0;
    while (k < l->n && l->col[k] != t->sort)
        k++;
    for (int i = 1; i <= l->n; i++) {
        int c = l->col[(k + i) % l->n];
        if (!cols[c].sorts)
            continue;
        t->sort = (uint8_t)c;
        t->reverse = 0;
        return;
    }
}

bool table_click_header(struct table_state *t, const struct table_col *cols, const struct table_layout *l, int x)
{
    for (int k = 0; k < l->n; k++) {
        int c = l->col[k];
        if (x < l->x[k] - (cols[c].right ? 1 : 0) || x > l->x[k] + l->w[k] || !cols[c].sorts)
            continue;
        t->reverse = t->sort == c ? !t->reverse : 0;
        t->sort = (uint8_t)c;
        return true;
    }
    return false;
}

static void draw_header(const struct table_state *t, const struct table_col *cols, const struct table_layout *l, struct grid *g,
                        struct rect r)
{
    for (int k = 0; k < l->n; k++) {
        const struct table_col *c = &cols[l->col[k]];
        bool sorted = l->col[k] == t->sort;
        enum role role = sorted ? ROLE_STRONG : ROLE_DIM;
        int x = r.x + l->x[k], len = (int)strlen(c->title);
        if (c->right)
            grid_right(g, x, r.y, l->w[k], role, c->title);
        else
            grid_text(g, x, r.y, l->w[k], role, c->title);
        if (sorted)
            grid_glyph(g, c->right ? x + l->w[k] - len - 1 : x + len, r.y, ROLE_STRONG, t->reverse ? GLYPH_UP : GLYPH_DOWN);
    }
}

void table_draw(const struct table_state *t, const struct table_col *cols, const struct table_layout *l, struct grid *g, struct rect r,
                long total, void (*cell)(void *ctx, long row, int col, struct grid *g, int x, int y, int w, bool selected), void *ctx)
{
    draw_header(t, cols, l, g, r);
    for (int i = 0; i < r.h - 1 && (long)t->top + i < total; i++) {
        long row = (long)t->top + i;
        int y = r.y + 1 + i;
        bool selected = row == (long)t->at;
        if (selected) {
            grid_tint(g, (struct rect){r.x, y, r.w, 1}, TINT_SELECTION);
            grid_glyph(g, r.x, y, ROLE_STRONG, GLYPH_SELECTED);
        }
        for (int k = 0; k < l->n; k++)
            cell(ctx, row, l->col[k], g, r.x + l->x[k], y, l->w[k], selected);
    }
}

static int down_order(const void *a, const void *b)
{
    const struct table_key *x = a, *y = b;
    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int up_order(const void *a, const void *b)
{
    const struct table_key *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

void table_sort(struct table_key *keys, size_t n, bool up)
{
    qsort(keys, n, sizeof *keys, up ? up_order : down_order);
}
