/* How the Timeline is drawn from what was loaded. */
#include <stdio.h>
#include <string.h>

#include "tui/views/timeline.h"

static void draw_cells(struct grid *g, int x, int y, int n, const struct lane_cell *cells)
{
    for (int i = 0; i < n; i++)
        if (cells[i].glyph != LANE_BLANK)
            grid_glyph(g, x + i, y, (enum role)cells[i].role, (enum glyph)cells[i].glyph);
}

static bool all_full(const struct lane_cell *cells, int from, int to)
{
    for (int i = from; i <= to; i++)
        if (cells[i].glyph != GLYPH_LEVEL8)
            return false;
    return true;
}

/* Two greens from goroutine to goroutine, where their runs are long enough to tell apart; a name is written into a run of at least 5 full
 * cells, its function from 15. */
static void draw_owners(struct grid *g, int x, int y, const struct lane_line *line)
{
    for (int k = 0; k < line->nowners; k++) {
        const struct owner *o = &line->owners[k];
        int w = o->to - o->from + 1;
        enum role role = o->system ? ROLE_GC_MARK : w >= 3 && k % 2 ? ROLE_G_RUNNING_ALT : ROLE_G_RUNNING;
        for (int i = o->from; i <= o->to; i++)
            grid_at(g, x + i, y)->role = (uint8_t)role;
        if (w < 5 || !all_full(line->cells, o->from, o->to))
            continue;
        char text[NAME_MAX_BYTES + 32], name[NAME_MAX_BYTES], ell[8];
        int used = snprintf(text, sizeof text, o->system ? " GC" : " G%lld", (long long)o->id);
        if (w >= 15 && !o->system)
            snprintf(text + used, sizeof text - (size_t)used, " %s", name_short(name, o->name, w - used - 2, part_ellipsis(g, ell)));
        if (grid_width(text, strlen(text)) > w)
            continue;
        grid_clear(g, (struct rect){x + o->from, y, w, 1});
        grid_text(g, x + o->from, y, w, role, text);
        for (int i = o->from; i <= o->to; i++)
            grid_at(g, x + i, y)->role = (uint8_t)role;
        grid_flags(g, (struct rect){x + o->from, y, w, 1}, CELL_REVERSE);
    }
}

/* "chan send main.go:38": what a member does at the cursor; its name is known from the group above. */
static void draw_doing(struct grid *g, int x, int y, int max, const struct doing *doing, bool place)
{
    if (!doing->known)
        return;
    char reason[64];
    text_visible(reason, sizeof reason, doing->reason.p, doing->reason.n);
    const char *word = !doing->alive ? doing->ended ? "ended" : "not yet" : *reason ? reason : share_looks[doing->share].word;
    int used = grid_text(g, x, y, max, ROLE_DIM, word);
    if (place && used + 6 < max)
        part_place(g, x + used + 1, y, max - used - 1, ROLE_DIM, doing->file, doing->line, false);
}

static void draw_goroutine_label(const struct timeline_data *d, struct grid *g, int y, const struct shown_row *row, bool wide)
{
    int depth = row->row.kind == ROW_MEMBER, x = 1 + 2 * depth, idw = wide ? 7 : 6, end = d->label - 2;
    char id[24];
    snprintf(id, sizeof id, "G%lld", (long long)row->id);
    int used = grid_text(g, x, y, end - x, row->selected ? ROLE_STRONG : ROLE_TEXT, id);
    int at = x + (used + 1 > idw ? used + 1 : idw);
    if (!depth || row->system || d->rows.gp->of)
        part_name(g, at, y, end - at, row->system ? ROLE_DIM : ROLE_TEXT, row->name);
    else
        draw_doing(g, at, y, end - at, &row->doing, d->columns);
}

static void draw_group_name(const struct timeline_data *d, struct grid *g, int x, int y, int room, struct str name)
{
    if (d->rows.gp->of)
        grid_textn(g, x, y, room, ROLE_TEXT, name.p, name.n);
    else
        part_name(g, x, y, room, ROLE_TEXT, name);
}

static void draw_group_label(const struct timeline_data *d, struct grid *g, int y, const struct shown_row *row)
{
    char count[16];
    text_count(count, row->n);
    int cw = (int)strlen(count), end = d->label - 2;
    grid_glyph(g, 1, y, ROLE_DIM, row->open ? GLYPH_OPEN : GLYPH_FOLDED);
    int room = d->columns ? end - 3 : end - 3 - cw - 1;
    if (row->row.kind == ROW_RUNTIME)
        grid_text(g, 3, y, room, ROLE_DIM, "(runtime)");
    else
        draw_group_name(d, g, 3, y, room, row->name);
    if (!d->columns)
        grid_right(g, 3, y, end - 3, ROLE_DIM, count);
}

static void draw_label(const struct timeline_data *d, struct grid *g, int y, const struct shown_row *row, bool wide)
{
    char text[32], n[16];
    switch (row->row.kind) {
    case ROW_G:
    case ROW_MEMBER: draw_goroutine_label(d, g, y, row, wide); break;
    case ROW_GROUP:
    case ROW_RUNTIME: draw_group_label(d, g, y, row); break;
    case ROW_ELSEWHERE:
        text_count(n, row->n);
        snprintf(text, sizeof text, "%s elsewhere", n);
        grid_text(g, 3, y, d->label - 3, ROLE_DIM, text);
        break;
    case ROW_PROC:
    case ROW_THREAD:
        snprintf(text, sizeof text, "%c%lld", row->row.kind == ROW_PROC ? 'P' : 'M', (long long)row->id);
        grid_text(g, 1, y, 8, row->selected ? ROLE_STRONG : ROLE_TEXT, text);
        snprintf(text, sizeof text, "busy %3.0f %%", 100 * d->lines.v.v[row->line].busy);
        grid_text(g, row->row.kind == ROW_PROC ? 6 : 10, y, d->label - 11, ROLE_DIM, text);
        break;
    default: break;
    }
}

/* Count, running, waiting within the window, from 100 and 160 columns. */
static void draw_columns(const struct timeline_data *d, struct grid *g, int y, const struct shown_row *row, bool wide)
{
    if (!d->columns || row->line < 0 || row->row.kind == ROW_PROC || row->row.kind == ROW_THREAD)
        return;
    const struct lane_line *line = &d->lines.v.v[row->line];
    int x = d->label;
    if (row->row.kind == ROW_GROUP || row->row.kind == ROW_RUNTIME)
        part_count(g, x, y, wide ? 7 : 6, ROLE_TITLE, row->n);
    if (!wide)
        return;
    part_duration(g, x + 7, y, 9, ROLE_DIM, line->running);
    part_duration(g, x + 16, y, 9, ROLE_DIM, line->waiting);
}

static void draw_row(const struct timeline_data *d, struct grid *g, struct rect r, int y, const struct shown_row *row)
{
    bool wide = r.w >= 160;
    draw_label(d, g, y, row, wide);
    draw_columns(d, g, y, row, wide);
    if (row->hit)
        find_mark(&d->find, g, 1, y, d->label - 2);
    if (row->line < 0)
        return;
    const struct lane_line *line = &d->lines.v.v[row->line];
    if (line->pending) {
        grid_text(g, d->x0, y, d->n, ROLE_DIM,
                  d->importing          ? "summed when the import ends"
                  : d->lines.sums.tried ? "not summed: it was stopped"
                                        : "being summed");
        return;
    }
    int n = d->edge < d->n ? d->edge : d->n;
    draw_cells(g, d->x0, y, n, line->cells);
    if (line->owners)
        draw_owners(g, d->x0, y, line);
    if (d->find.se && d->hits && !row->hit) {
        find_grey(g, 1, y, r.w - 1);
        return;
    }
    bool group = row->row.kind == ROW_GROUP;
    if (row->marks && group && marks_storm(row->marks, n, n))
        marks_storm_tint(g, d->x0, y, n, row->marks);
    else if (row->marks)
        marks_draw(g, d->x0, y, n, row->marks, group, false);
}

static int cursor_cell(const struct nav *nav, const struct timeline_data *d)
{
    if (nav->cursor == NS_NONE || nav->cursor < d->w.t0 || nav->cursor >= window_end(&d->w))
        return -1;
    return (int)((nav->cursor - d->w.t0) / d->w.cell);
}

/* The marked range in cells [*a, *b], clipped; false when there is none in the window. */
static bool range_cells(const struct nav *nav, const struct timeline_data *d, int *a, int *b)
{
    if (nav->range0 == NS_NONE)
        return false;
    ns_t other = nav->range1 != NS_NONE ? nav->range1 : nav->cursor;
    if (other == NS_NONE)
        return false;
    ns_t lo = nav->range0 < other ? nav->range0 : other, hi = nav->range0 < other ? other : nav->range0;
    if (hi < d->w.t0 || lo >= window_end(&d->w))
        return false;
    *a = lo < d->w.t0 ? 0 : (int)((lo - d->w.t0) / d->w.cell);
    *b = hi >= window_end(&d->w) ? d->n - 1 : (int)((hi - d->w.t0) / d->w.cell);
    return true;
}

/* "├── 301 ms ──┤" in the ruler. */
static void draw_range(const struct nav *nav, const struct timeline_data *d, struct grid *g, int y, int cursor)
{
    int a, b;
    if (!range_cells(nav, d, &a, &b))
        return;
    ns_t other = nav->range1 != NS_NONE ? nav->range1 : nav->cursor;
    char text[32], len[24];
    text_duration(len, other > nav->range0 ? other - nav->range0 : nav->range0 - other);
    snprintf(text, sizeof text, " %s ", len);
    for (int i = a; i <= b; i++)
        grid_glyph(g, d->x0 + i, y, ROLE_STRONG, i == a ? GLYPH_RANGE_LEFT : i == b ? GLYPH_RANGE_RIGHT : GLYPH_HRULE);
    int w = grid_width(text, strlen(text)), at = a + 2;
    if (cursor >= at - 1 && cursor <= at + w)
        at = cursor + 1;
    if (at + w < b)
        grid_text(g, d->x0 + at, y, w, ROLE_STRONG, text);
}

static void draw_titles(const struct timeline_data *d, struct grid *g, struct rect r, int y)
{
    grid_right(g, d->label, y, r.w >= 160 ? 7 : 6, ROLE_DIM, "n");
    if (r.w < 160)
        return;
    grid_right(g, d->label + 7, y, 9, ROLE_DIM, "running");
    grid_right(g, d->label + 16, y, 9, ROLE_DIM, "waiting");
}

static void draw_ruler(const struct nav *nav, const struct timeline_data *d, struct grid *g, struct rect r, int y)
{
    char text[32], from[40];
    int cx = cursor_cell(nav, d), avoid0 = -1, avoid1 = -1, label_x = 0, a, b;
    bool range = range_cells(nav, d, &a, &b);
    if (cx >= 0) {
        ruler_time(text, &d->clock, nav->cursor, d->w.cell);
        int w = grid_width(text, strlen(text));
        label_x = cx + 2 + w < d->n ? cx + 2 : cx - 1 - w;
        avoid0 = (label_x < cx ? label_x : cx) - 1;
        avoid1 = (label_x + w > cx ? label_x + w : cx) + 1;
    }
    struct ruler_tick ticks[RULER_TICKS];
    int n = ruler_ticks(&d->clock, d->w.t0, d->w.cell, d->n, range ? a : avoid0, range ? b + 1 : avoid1, ticks);
    ruler_draw(g, d->x0, y, d->n, ticks, n);
    ruler_time(text, &d->clock, d->w.t0 > d->clock.base ? d->w.t0 : d->clock.base, d->w.cell * d->n / 100 + 1);
    snprintf(from, sizeof from, "from %s", text);
    grid_text(g, 1, y, d->label - 2, ROLE_DIM, from);
    draw_range(nav, d, g, y, cx);
    if (cx >= 0) {
        ruler_time(text, &d->clock, nav->cursor, d->w.cell);
        if (!range)
            grid_text(g, d->x0 + label_x, y, d->n, ROLE_STRONG, text);
        grid_glyph(g, d->x0 + cx, y, ROLE_STRONG, GLYPH_DOWN);
    }
    if (d->columns)
        draw_titles(d, g, r, y);
}

/* What is not read yet, from cell `edge` on. */
static void draw_to_come(const struct timeline_data *d, struct grid *g, int y, int edge)
{
    if (edge >= d->n)
        return;
    grid_clear(g, (struct rect){d->x0 + edge, y, d->n - edge, 1});
    grid_glyph(g, d->x0 + edge, y, ROLE_BORDER, GLYPH_EDGE);
    if (d->n - edge > 16)
        grid_text(g, d->x0 + edge + 2, y, 13, ROLE_DIM, "still to come");
}

static void draw_minimap(const struct timeline_data *d, struct grid *g, int y)
{
    char text[40], len[24];
    text_duration(len, d->w.cell * d->w.n);
    snprintf(text, sizeof text, "window %s", len);
    grid_text(g, 1, y, d->label - 6, ROLE_TITLE, d->is_whole ? "whole trace" : text);
    if (d->columns)
        grid_right(g, 1, y, d->label - 1, ROLE_DIM, "cpu");
    ns_t a = d->w.t0 - d->whole.t0, b = window_end(&d->w) - d->whole.t0;
    int w0 = a > 0 ? (int)(a / d->whole.cell) : 0, w1 = (int)((b + d->whole.cell - 1) / d->whole.cell);
    minimap_draw(g, d->x0, y, d->n, d->heights, d->is_whole ? 0 : w0, d->is_whole ? d->n : w1 < d->n ? w1 : d->n);
    for (int i = 0; i < d->n; i++)
        if (d->map_marks[i] < MARK_KINDS && d->heights[i])
            grid_at(g, d->x0 + i, y)->role = mark_looks[d->map_marks[i]].role;
    draw_to_come(d, g, y, d->map_edge);
}

static void draw_marks(const struct timeline_data *d, struct grid *g, int y)
{
    int n = d->edge < d->n ? d->edge : d->n;
    int x = 1 + grid_text(g, 1, y, d->label - 2, ROLE_DIM, d->tall ? "all marks " : "marks ");
    marks_counts(g, x, y, d->label - 1 - x, &d->mark_sum);
    if (d->marks_cut)
        grid_text(g, d->label - 1, y, 1, ROLE_DIM, "+");
    if (!d->tall) { /* on the same row: samples lie under it, all else over it */
        marks_samples(g, d->x0, y, n, d->mark_cells);
        gcband_draw(g, d->x0, y, n, d->gc);
    }
    if (marks_storm(d->mark_cells, n, n))
        marks_storm_draw(g, d->x0, y, n, d->mark_cells);
    else if (marks_crowded(d->mark_cells, n, n))
        marks_density(g, d->x0, y, n, d->mark_cells);
    else
        marks_draw(g, d->x0, y, n, d->mark_cells, false, d->tall);
}

static int draw_head(const struct nav *nav, const struct timeline_data *d, struct grid *g, struct rect r)
{
    int y = r.y;
    draw_minimap(d, g, y++);
    if (d->tall) {
        int x = 1 + grid_text(g, 1, y, 3, ROLE_DIM, "GC ");
        grid_glyph(g, x, y, ROLE_GC_MARK, GLYPH_GC_MARK);
        x = x + 1 + grid_text(g, x + 1, y, 6, ROLE_DIM, "  STW ");
        grid_glyph(g, x, y, ROLE_GC_STW, GLYPH_STW);
        gcband_draw(g, d->x0, y++, d->edge < d->n ? d->edge : d->n, d->gc);
    }
    draw_ruler(nav, d, g, r, y++);
    draw_marks(d, g, y++);
    return y;
}

/* Tints lie over what is drawn: range, then the time cursor, then the selected row, their crossing last. */
static void draw_tints(const struct nav *nav, const struct timeline_data *d, struct grid *g, struct rect r, int y0, int y1)
{
    int a, b, cx = cursor_cell(nav, d);
    if (range_cells(nav, d, &a, &b))
        grid_tint(g, (struct rect){d->x0 + a, y0 - 2, b - a + 1, y1 - y0 + 2}, TINT_RANGE);
    if (cx >= 0)
        grid_tint(g, (struct rect){d->x0 + cx, y0, 1, y1 - y0}, TINT_SELECTION);
    for (int i = 0; i < d->nshown; i++) {
        if (!d->shown[i].selected)
            continue;
        int y = y0 + i;
        grid_tint(g, (struct rect){r.x, y, r.w, 1}, TINT_SELECTION);
        grid_glyph(g, r.x, y, ROLE_STRONG, GLYPH_SELECTED);
        if (cx < 0)
            continue;
        struct cell *c = grid_at(g, d->x0 + cx, y);
        c->tint = TINT_CURSOR;
        if (c->role >= ROLE_G_RUNNING && c->role <= ROLE_FILL_SLEEP)
            c->role = ROLE_STRONG;
    }
}

static void draw_edge(const struct timeline_data *d, struct grid *g, int y0, int y1)
{
    for (int y = y0 - 1; y < y1 && d->edge < d->n; y++)
        grid_glyph(g, d->x0 + d->edge, y, ROLE_BORDER, GLYPH_EDGE);
}

/* Bytes over time, while there is nothing else to draw. */
static void draw_early(const struct timeline_data *d, struct grid *g, int y)
{
    if (!d->early)
        return;
    grid_text(g, 1, y, d->label - 2, ROLE_TITLE, "bytes over time");
    for (int i = 0; i < d->nearly; i++)
        grid_level(g, d->x0 + i, y, ROLE_DIM, d->early[i]);
    draw_to_come(d, g, y, d->nearly);
}

void timeline_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct timeline_data *d = data;
    (void)state;
    struct rect pane = {r.x, r.y + r.h - d->pane - 1, r.w, d->pane + 1};
    if (d->empty) {
        draw_early(d, g, r.y);
        grid_text(g, 1, r.y + 1, r.w - 2, ROLE_DIM,
                  d->importing ? "lanes come when the first stretch of the trace is read" : "the trace holds no events");
        timeline_detail_draw(nav, d, g, pane);
        return;
    }
    int y0 = draw_head(nav, d, g, r), y1 = y0 + d->nshown;
    for (int i = 0; i < d->nshown; i++)
        draw_row(d, g, r, y0 + i, &d->shown[i]);
    draw_edge(d, g, y0, y1);
    draw_tints(nav, d, g, r, y0, y1);
    timeline_detail_draw(nav, d, g, pane);
}
