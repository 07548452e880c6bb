/* Drawing the heat map: a grid of counts in one cold hue, what never reacted in the colour of errors, the chosen cell's edges. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/heat.h"

static const ns_t SLOW = 50000000; /* a reaction that a person would call slow: the dotted line */

/* The level 1..5 of a count: borders are max^(k/5), so that 1 and the fullest differ most. */
static int level_of(uint32_t n, uint32_t max)
{
    if (n == 0)
        return 0;
    for (int k = 1; k < HEAT_LEVELS; k++)
        if (n <= (uint32_t)lround(pow(max, (double)(k - 1) / (HEAT_LEVELS - 1))))
            return k;
    return HEAT_LEVELS;
}

static enum role heat_role(int level)
{
    return (enum role)(ROLE_HEAT1 + level - 1);
}

static enum glyph heat_glyph(int level)
{
    return (enum glyph)(GLYPH_HEAT1 + level - 1);
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

static void draw_label(const struct heat_data *d, const struct heat_label *l, struct grid *g, int x, int y, int room, enum role role)
{
    if (d->asked.rows == HEAT_BY_DEPTH) {
        grid_printf(g, x, y, room, role, "%u %s below", l->number, l->number == 1 ? "level" : "levels");
        return;
    }
    if (l->by) {
        grid_glyph(g, x, y, l->by == BY_DEADLINE ? ROLE_MARK_DEADLINE : ROLE_MARK_CANCEL,
                   l->by == BY_DEADLINE ? GLYPH_DEADLINE : GLYPH_CANCEL);
        x += 2;
        room -= 2;
    }
    if (l->t != NS_NONE) {
        char t[32];
        ruler_time(t, &d->clock, l->t, 100000);
        int used = grid_text(g, x, y, room, role, t);
        x += used + 1;
        room -= used + 1;
    }
    if (l->by == BY_DEADLINE && !l->func.n)
        grid_text(g, x, y, room, role, "deadline fired");
    else if (d->asked.rows == HEAT_BY_FUNCTION || d->asked.rows == HEAT_BY_SUBJECT || room < 18)
        part_name(g, x, y, room, role, l->func);
    else
        part_where(g, x, y, room, role, l->func, l->file, l->line, false);
}

static void draw_count(struct grid *g, int x, int y, int w, uint32_t n, int level, bool digits)
{
    char text[16];
    bool marked = g->glyphs == GLYPHS_ASCII || g->mono;
    enum role role = marked ? ROLE_TEXT : heat_role(level);
    snprintf(text, sizeof text, n > 999 ? "%uk" : "%u", n > 999 ? (n + 500) / 1000 : n);
    for (int i = 0; i < w; i++)
        grid_text(g, x + i, y, 1, role, " ");
    if (marked) {
        grid_glyph(g, x, y, level == HEAT_LEVELS ? ROLE_STRONG : ROLE_TEXT, heat_glyph(level));
        x++;
        w--;
    }
    if (digits)
        grid_right(g, x, y, w - (marked ? 0 : 1), role, text);
}

static void draw_cursor(struct grid *g, int x, int y, int w)
{
    if (g->glyphs == GLYPHS_ASCII || g->mono) { /* brackets would hide a digit */
        grid_flags(g, (struct rect){x, y, w, 1}, CELL_REVERSE);
        return;
    }
    grid_text(g, x - 1, y, 1, ROLE_STRONG, "[");
    grid_text(g, x + w - 1, y, 1, ROLE_STRONG, "]");
    grid_flags(g, (struct rect){x, y, w - 1, 1}, CELL_BOLD);
}

static void draw_right(const struct heat_data *d, const struct heat_row *row, struct grid *g, int x, int y)
{
    bool q = d->l.quantiles;
    int wc = q ? 6 : 5, wn = q ? 7 : 6, w = q ? 7 : 5;
    part_count(g, x, y, wc, row->cut ? ROLE_WARNING : ROLE_DIM, row->cut);
    x += wc;
    if (row->never) {
        char text[16];
        text_count(text, row->never);
        int used = grid_width(text, strlen(text)) + 2;
        grid_printf(g, x + wn - used, y, used, ROLE_ERROR, g->glyphs == GLYPHS_ASCII || g->mono ? "!%s " : " %s ", text);
        grid_flags(g, (struct rect){x + wn - used, y, used, 1}, CELL_REVERSE | CELL_BOLD);
    } else {
        part_count(g, x, y, wn - 1, ROLE_DIM, 0);
    }
    x += wn;
    part_count(g, x, y, w, ROLE_TEXT, row->n);
    x += w;
    if (!q)
        return;
    if (row->p50 == NS_NONE)
        return;
    part_duration(g, x, y, 9, ROLE_TEXT, row->p50);
    part_duration(g, x + 9, y, 9, row->p99 > SLOW ? ROLE_WARNING : ROLE_TEXT, row->p99);
}

static void draw_row(const struct heat_state *st, const struct heat_data *d, uint32_t row, int i, struct grid *g, int y)
{
    const struct heat *h = &d->heat;
    bool at = row == st->row;
    const struct heat_label *label = &d->labels[i];
    if (at) {
        grid_tint(g, (struct rect){d->r.x, y, d->l.label, 1}, TINT_SELECTION);
        grid_glyph(g, d->r.x, y, ROLE_STRONG, GLYPH_SELECTED);
    }
    draw_label(d, label, g, d->r.x + 1, y, d->l.label - 2, at ? ROLE_STRONG : label->std ? ROLE_DIM : ROLE_TEXT);
    for (uint32_t c = 0; c < h->ncols; c++) {
        uint32_t n = h->counts[(size_t)row * h->ncols + c];
        if (n)
            draw_count(g, d->r.x + d->l.label + (int)c * d->l.cell, y, d->l.cell, n, level_of(n, h->max), !st->bare);
    }
    draw_right(d, &h->rows[row], g, d->r.x + d->l.right, y);
    if (!at || st->pane == HEAT_PANE_EDGES)
        return;
    bool q = d->l.quantiles;
    if (st->col < h->ncols)
        draw_cursor(g, d->r.x + d->l.label + (int)st->col * d->l.cell, y, d->l.cell);
    else if (st->col == h->ncols) /* never */
        draw_cursor(g, d->r.x + d->l.right + (q ? 8 : 7), y, q ? 6 : 5);
    else
        draw_cursor(g, d->r.x + d->l.right + 2, y, q ? 5 : 4);
}

/* --- head and legend ------------------------------------------------------------------------------------------------- */

static void draw_title(const struct heat_state *st, const struct heat_data *d, struct grid *g, int y)
{
    static const char *const rows[HEAT_ROW_KINDS] = {
        [HEAT_BY_FUNCTION] = "waiting function", [HEAT_BY_SITE] = "who cancelled", [HEAT_BY_DEPTH] = "depth", [HEAT_BY_BURST] = "burst",
        [HEAT_BY_SUBJECT] = "goroutine",         [HEAT_BY_CONTEXT] = "context",
    };
    char arrow[8];
    int x = d->r.x + 1, end = d->r.x + d->r.w;
    x += grid_printf(g, x, y, end - x, ROLE_STRONG, "cancel %s %s", part_glyph_text(g, GLYPH_RIGHT, arrow), heat_to_words[st->to]);
    if (st->over_time)
        x += grid_text(g, x, y, end - x, ROLE_STRONG, " over time");
    else
        x += grid_printf(g, x, y, end - x, ROLE_TEXT, "  rows: %s", rows[st->rows]);
    char edges[16], bursts[16];
    text_count(edges, d->nedges);
    text_count(bursts, d->cancels);
    x += grid_printf(g, x, y, end - x, ROLE_DIM, "  %s edges in %s bursts", edges, bursts);
    if (!d->exact)
        x += grid_text(g, x, y, end - x, ROLE_DIM, ", ~ inferred from stacks");
    if (d->asked.t0 != NS_NONE)
        (void)grid_text(g, x, y, end - x, ROLE_HIT, " in the marked range");
}

static void draw_sums(const struct heat_data *d, struct grid *g, int y)
{
    const struct heat *h = &d->heat;
    uint32_t max = 1;
    grid_text(g, d->r.x + 1, y, 10, ROLE_DIM, "all");
    uint32_t *sum = mem_calloc(h->ncols + 1, sizeof *sum);
    for (uint32_t c = 0; c < h->ncols; c++) {
        for (uint32_t r = 0; r < h->nrows; r++)
            sum[c] += h->counts[(size_t)r * h->ncols + c];
        max = sum[c] > max ? sum[c] : max;
    }
    for (uint32_t c = 0; c < h->ncols; c++)
        for (int i = 0; sum[c] && i < d->l.cell - (d->l.cell > 2); i++)
            grid_level(g, d->r.x + d->l.label + (int)c * d->l.cell + i, y, ROLE_DIM, lane_level(sqrt(sum[c]), sqrt(max)));
    mem_free(sum);
}

static void draw_header(const struct heat_state *st, const struct heat_data *d, struct grid *g, int y)
{
    static const char *const heads[HEAT_ROW_KINDS] = {
        [HEAT_BY_FUNCTION] = "waiting in",  [HEAT_BY_SITE] = "cancelled by",    [HEAT_BY_DEPTH] = "below the cancelled",
        [HEAT_BY_BURST] = "call of cancel", [HEAT_BY_SUBJECT] = "goroutine of", [HEAT_BY_CONTEXT] = "context made at",
    };
    bool q = d->l.quantiles;
    grid_text(g, d->r.x + 1, y, d->l.label - 1, ROLE_DIM, heads[st->rows]);
    for (uint32_t c = 0; c < d->heat.ncols; c++) {
        char t[16];
        text_brief(t, d->heat.bounds[c]);
        if (d->l.cell > 2 || c % 2 == 0)
            grid_right(g, d->r.x + d->l.label + (int)c * d->l.cell - (d->l.cell == 2), y, d->l.cell - (d->l.cell > 2) + (d->l.cell == 2),
                       ROLE_DIM, t);
    }
    int x = d->r.x + d->l.right, wc = q ? 6 : 5, wn = q ? 7 : 6, w = q ? 7 : 5;
    grid_right(g, x, y, wc, ROLE_DIM, "cut");
    grid_right(g, x + wc, y, wn, ROLE_DIM, "never");
    grid_right(g, x + wc + wn, y, w, ROLE_DIM, "n");
    if (!q)
        return;
    grid_right(g, x + wc + wn + w, y, 9, ROLE_DIM, "p50");
    grid_right(g, x + wc + wn + w + 9, y, 9, ROLE_DIM, "p99");
}

static void draw_legend(const struct heat_data *d, struct grid *g, int y)
{
    int x = d->r.x + 1, end = d->r.x + d->r.w;
    bool marked = g->glyphs == GLYPHS_ASCII || g->mono;
    x += grid_text(g, x, y, end - x, ROLE_DIM, "edges in a cell ");
    uint32_t last = 0;
    for (int k = 1; k <= HEAT_LEVELS; k++) {
        uint32_t to = k == HEAT_LEVELS ? d->heat.max : (uint32_t)lround(pow(d->heat.max, (double)(k - 1) / (HEAT_LEVELS - 1)));
        if (to <= last)
            continue;
        last = to;
        char text[24];
        char n[16], upto[8];
        text_count(n, to);
        snprintf(text, sizeof text, " %s%s ", to > 1 ? part_glyph_text(g, GLYPH_ZERO, upto) : "", n);
        if (marked) {
            grid_glyph(g, x++, y, ROLE_TEXT, heat_glyph(k));
            x += grid_text(g, x, y, end - x, ROLE_DIM, text);
        } else {
            x += grid_text(g, x, y, end - x, heat_role(k), text);
        }
    }
    (void)grid_text(g, x, y, end - x, ROLE_DIM, "  cut: the trace ended first");
}

static void draw_empty(const struct heat_data *d, struct grid *g)
{
    static const char *const lines[] = {
        "no cancel in this trace woke anybody",
        "",
        "A cancel is seen by whom it wakes: a goroutine that waits on Done in a select or a receive.",
        "One that nobody waits for leaves no event in a plain trace.",
    };
    for (int i = 0; i < 4; i++)
        grid_text(g, d->r.x + 2, d->r.y + 1 + i, d->r.w - 4, i ? ROLE_DIM : ROLE_TEXT, lines[i]);
}

/* --- over time ------------------------------------------------------------------------------------------------------- */

static void draw_strip(const struct heat_data *d, struct grid *g, int y, const char *name, int mark, enum role role, const double *v)
{
    double max = 0;
    int x = d->r.x;
    if (mark >= 0) {
        grid_glyph(g, x, y, role, (enum glyph)mark);
        x += 2;
    }
    grid_text(g, x, y, d->l.label - (x - d->r.x) - 1, ROLE_DIM, name);
    for (uint32_t c = 0; c < d->heat.ncols; c++)
        max = v[c] > max ? v[c] : max;
    for (uint32_t c = 0; c < d->heat.ncols && max > 0; c++)
        if (v[c] > 0)
            grid_level(g, d->r.x + d->l.label + (int)c, y, role, lane_level(v[c], max));
}

static uint32_t band_count(const struct heat *h, uint32_t band, uint32_t col)
{
    return band < h->nrows ? h->counts[(size_t)band * h->ncols + col] : 0;
}

/* Two bands a row: the upper half is the slower one. */
static void draw_band_cell(const struct heat_data *d, struct grid *g, int x, int y, uint32_t upper, uint32_t lower)
{
    int up = level_of(upper, d->heat.max), low = level_of(lower, d->heat.max), more = up > low ? up : low;
    if (!more)
        return;
    if (g->glyphs == GLYPHS_ASCII || g->mono) {
        grid_glyph(g, x, y, ROLE_TEXT, heat_glyph(more));
        return;
    }
    enum glyph half = up && low ? GLYPH_RUNNING : up ? GLYPH_HIGH : GLYPH_RUNNABLE;
    grid_glyph(g, x, y, (enum role)(ROLE_HEAT1_INK + more - 1), half);
}

/* The threshold's line runs through the first row that lies below it. */
static bool is_slow_line(const struct heat *h, uint32_t upper, uint32_t lower)
{
    return (ns_t)h->rows[lower].key <= SLOW && (upper == 0 || (ns_t)h->rows[upper - 1].key > SLOW);
}

static bool is_decade(ns_t ns)
{
    for (; ns > 1000 && ns % 10 == 0; ns /= 10)
        ;
    return ns == 1000;
}

static void draw_band_row(const struct heat_data *d, struct grid *g, int y, uint32_t upper, uint32_t lower)
{
    const struct heat *h = &d->heat;
    bool slow = is_slow_line(h, upper, lower);
    if (is_decade((ns_t)h->rows[lower].key)) {
        char t[24];
        text_duration(t, (ns_t)h->rows[lower].key);
        grid_right(g, d->r.x, y, d->l.label - 1, ROLE_DIM, t);
    }
    for (uint32_t c = 0; c < h->ncols; c++) {
        int x = d->r.x + d->l.label + (int)c;
        if (slow)
            grid_glyph(g, x, y, ROLE_BORDER, GLYPH_SLEEP);
        draw_band_cell(d, g, x, y, band_count(h, upper, c), band_count(h, lower, c));
    }
}

static void draw_bands(const struct heat_state *st, const struct heat_data *d, struct grid *g, int y)
{
    uint32_t per = (uint32_t)d->l.per;
    for (uint32_t i = 0; i * per < d->heat.nrows; i++, y++) {
        draw_band_row(d, g, y, i * per, i * per + per - 1);
        if (st->row / per != i || st->col >= d->heat.ncols)
            continue;
        int x = d->r.x + d->l.label + (int)st->col;
        grid_text(g, x - 1, y, 1, ROLE_STRONG, "[");
        grid_text(g, x + 1, y, 1, ROLE_STRONG, "]");
    }
    if (st->col < d->heat.ncols)
        grid_tint(g, (struct rect){d->r.x + d->l.label + (int)st->col, d->r.y + 1, 1, 4}, TINT_CURSOR);
}

static void draw_never(const struct heat_data *d, struct grid *g, int y)
{
    grid_text(g, d->r.x, y, d->l.label - 1, ROLE_DIM, "never");
    for (uint32_t c = 0; c < d->heat.ncols; c++) {
        uint32_t n = d->heat.never_at[c];
        char digit[2] = {(char)('0' + (n > 9 ? 9 : n)), 0};
        if (n)
            grid_text(g, d->r.x + d->l.label + (int)c, y, 1, ROLE_ERROR, digit);
        else
            grid_glyph(g, d->r.x + d->l.label + (int)c, y, ROLE_BORDER, GLYPH_SLEEP);
    }
}

static void draw_over_time(const struct heat_state *st, const struct heat_data *d, struct grid *g, int *y)
{
    draw_strip(d, g, *y, "active", -1, ROLE_G_RUNNING, d->alive);
    draw_strip(d, g, *y + 1, "fired", GLYPH_DEADLINE, ROLE_MARK_DEADLINE, d->fired);
    draw_strip(d, g, *y + 2, "called", GLYPH_CANCEL, ROLE_MARK_CANCEL, d->called);
    *y += 3;
    draw_never(d, g, (*y)++);
    draw_bands(st, d, g, *y);
    *y += ((int)d->heat.nrows + d->l.per - 1) / d->l.per;
    struct ruler_tick ticks[RULER_TICKS];
    ns_t cell = (d->t1 - d->t0) / (d->heat.ncols ? d->heat.ncols : 1);
    int n = ruler_ticks(&d->clock, d->t0, cell > 0 ? cell : 1, (int)d->heat.ncols, 0, 0, ticks);
    ruler_draw(g, d->r.x + d->l.label, *y, (int)d->heat.ncols, ticks, n);
    ++*y;
}

static void cell_title(const struct heat_state *st, const struct heat_data *d, char out[160])
{
    char a[32], b[32], n[16];
    text_count(n, d->list.n);
    const char *what = d->list.n == 1 ? "edge" : "edges";
    if (st->col >= d->heat.ncols) {
        snprintf(out, 160, "%s %s %s", n, what, st->col == d->heat.ncols ? "that never reacted" : "cut: the trace ended first");
        return;
    }
    if (st->over_time) {
        ruler_time(a, &d->clock, d->heat.bounds[st->col], 1000000);
        text_duration(b, (ns_t)d->heat.rows[st->row].key);
        snprintf(out, 160, "%s %s at %s, from %s on", n, what, a, b);
        return;
    }
    text_duration(a, d->heat.bounds[st->col]);
    text_duration(b, d->heat.bounds[st->col + 1]);
    snprintf(out, 160, "%s %s, %s to %s", n, what, a, b);
}

static void draw_list(const struct heat_state *st, const struct heat_data *d, struct grid *g, struct rect r)
{
    char title[160];
    if (r.h < 1)
        return;
    bool focus = st->pane == HEAT_PANE_EDGES;
    cell_title(st, d, title);
    part_rule(g, r.x, r.y, r.w, title, ROLE_STRONG, focus ? "Enter timeline  Esc map" : "Enter edges");
    edge_list_draw(&d->list, &st->list, focus, &d->clock, g, (struct rect){r.x, r.y + 1, r.w, r.h - 1});
}

void heat_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct heat_state *st = state;
    const struct heat_data *d = data;
    (void)nav;
    if (!d->heat.nrows) {
        draw_empty(d, g);
        return;
    }
    int y = r.y;
    draw_title(st, d, g, y++);
    if (st->over_time) {
        draw_over_time(st, d, g, &y);
    } else {
        draw_sums(d, g, y++);
        draw_header(st, d, g, y++);
        for (int i = 0; i < d->nlabels; i++)
            draw_row(st, d, st->top + (uint32_t)i, i, g, y++);
    }
    draw_legend(d, g, y++);
    draw_list(st, d, g, (struct rect){r.x, y, r.w, r.y + r.h - y});
}
