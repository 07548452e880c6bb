#include "tui/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void part_rule(struct grid *g, int x, int y, int w, const char *label, enum role role, const char *right)
{
    grid_hline(g, x, y, w, ROLE_BORDER);
    int rw = right && *right ? grid_width(right, strlen(right)) + 2 : 0;
    if (rw && rw + 4 <= w) {
        int at = x + w - 2 - rw;
        grid_text(g, at, y, 1, ROLE_BORDER, " ");
        grid_text(g, at + 1, y, rw - 2, ROLE_DIM, right);
        grid_text(g, at + rw - 1, y, 1, ROLE_BORDER, " ");
    } else {
        rw = 0;
    }
    int room = w - rw - 6;
    if (!label || !*label || room < 3)
        return;
    grid_text(g, x + 2, y, 1, ROLE_BORDER, " ");
    int used = grid_text(g, x + 3, y, room, role, label);
    grid_text(g, x + 3 + used, y, 1, ROLE_BORDER, " ");
}

static void dash(struct grid *g, int x, int y)
{
    grid_glyph(g, x, y, ROLE_DIM, GLYPH_ZERO);
}

void part_duration(struct grid *g, int x, int y, int w, enum role role, ns_t ns)
{
    char text[16];
    if (ns == 0) {
        dash(g, x + w - 4, y); /* under the numbers, not under the units */
        return;
    }
    if (ns == NS_NONE) {
        grid_right(g, x, y, w - 3, ROLE_DIM, "?");
        return;
    }
    text_duration7(text, ns);
    grid_right(g, x, y, w, role, text);
}

void part_count(struct grid *g, int x, int y, int w, enum role role, uint64_t n)
{
    char text[16];
    if (!n) {
        dash(g, x + w - 1, y);
        return;
    }
    text_count(text, n);
    grid_right(g, x, y, w, role, text);
}

void part_percent(struct grid *g, int x, int y, int w, enum role role, double share)
{
    char text[16];
    snprintf(text, sizeof text, share > 0 && share < .005 ? "<1 %%" : "%.0f %%", 100 * share);
    grid_right(g, x, y, w, role, text);
}

int part_share(struct grid *g, int x, int y, int n, enum share s)
{
    for (int i = 0; i < n; i++)
        if (s < SHARE_COUNT && share_looks[s].full != LANE_BLANK)
            grid_glyph(g, x + i, y, share_looks[s].role, share_looks[s].full);
    return n;
}

void part_share_bar(struct grid *g, int x, int y, int w, const ns_t ns[SHARE_COUNT])
{
    double sum = 0, rest[SHARE_COUNT];
    int cells[SHARE_COUNT], left = w;
    for (unsigned s = 0; s < SHARE_COUNT; s++)
        sum += (double)ns[s];
    if (sum <= 0)
        return;
    for (unsigned s = 0; s < SHARE_COUNT; s++) {
        double want = (double)ns[s] / sum * w;
        cells[s] = (int)want;
        rest[s] = want - cells[s];
        left -= cells[s];
    }
    for (; left > 0; left--) {
        unsigned best = 0;
        for (unsigned s = 1; s < SHARE_COUNT; s++)
            if (rest[s] > rest[best])
                best = s;
        cells[best]++;
        rest[best] = -1;
    }
    for (unsigned s = 0; s < SHARE_COUNT; s++)
        x += part_share(g, x, y, cells[s], (enum share)s);
}

const char *part_glyph_text(const struct grid *g, enum glyph glyph, char out[8])
{
    out[text_encode(out, grid_glyph_cp(g, glyph))] = 0;
    return out;
}

const char *part_ellipsis(const struct grid *g, char out[8])
{
    return part_glyph_text(g, GLYPH_ELLIPSIS, out);
}

int part_name(struct grid *g, int x, int y, int max, enum role role, struct str name)
{
    char text[NAME_MAX_BYTES], ell[8];
    return max > 0 ? grid_text(g, x, y, max, role, name_short(text, name, max, part_ellipsis(g, ell))) : 0;
}

/* Columns of "main.go:38". */
static int place_width(struct str file, uint32_t line)
{
    struct str base = name_file(file);
    char number[16];
    return base.n ? grid_width(base.p, base.n) + 1 + snprintf(number, sizeof number, "%u", line) : 0;
}

int part_where(struct grid *g, int x, int y, int max, enum role role, struct str func, struct str file, uint32_t line, bool right)
{
    int pw = place_width(file, line), room = max - (pw ? pw + 1 : 0);
    room = room < max / 3 ? max / 3 : room;
    int used = part_name(g, x, y, room, role, func);
    if (pw && max - used > 3)
        used += 1 + part_place(g, x + used + 1, y, max - used - 1, ROLE_DIM, file, line, right);
    return used;
}

int part_place(struct grid *g, int x, int y, int max, enum role role, struct str file, uint32_t line, bool right)
{
    char name[256], text[300];
    struct str base = name_file(file);
    if (!base.n || max <= 0)
        return 0;
    text_visible(name, sizeof name, base.p, base.n);
    snprintf(text, sizeof text, "%s:%u", name, line);
    int w = grid_width(text, strlen(text));
    if (right && w < max)
        x += max - w;
    return grid_text(g, x, y, max, role, text);
}

/* A stop counts as long from 50 ms, or from a tenth of a cell: 83 short ones in light looked like a comb. */
static uint8_t stw_cell(ns_t len, ns_t cell)
{
    if (2 * len >= cell)
        return GC_STW_FULL;
    return len >= 50000000 || 10 * len >= cell ? GC_STW_LONG : GC_STW_SHORT;
}

void gcband_cells(const struct session *s, const struct tl_window *w, uint8_t *out)
{
    memset(out, GC_NONE, w->n);
    ns_t end = w->t0 + w->cell * w->n;
    for (size_t i = 0; i < s->ranges.n; i++) {
        const struct range *r = &s->ranges.v[i];
        if (r->t0 >= end || r->t1 < w->t0)
            continue;
        uint8_t v = r->stw ? stw_cell(r->t1 - r->t0, w->cell) : GC_MARKING;
        ns_t from = r->t0 > w->t0 ? r->t0 : w->t0, to = r->t1 < end ? r->t1 : end - 1;
        for (ns_t c = (from - w->t0) / w->cell; c <= (to - w->t0) / w->cell; c++)
            if (v > out[c])
                out[c] = v;
    }
}

void gcband_draw(struct grid *g, int x, int y, int n, const uint8_t *cells)
{
    static const struct lane_cell looks[] = {
        [GC_NONE] = {LANE_BLANK, ROLE_TEXT},      [GC_MARKING] = {GLYPH_GC_MARK, ROLE_GC_MARK}, [GC_STW_SHORT] = {GLYPH_STW, ROLE_GC_MARK},
        [GC_STW_LONG] = {GLYPH_STW, ROLE_GC_STW}, [GC_STW_FULL] = {GLYPH_RUNNING, ROLE_GC_STW},
    };
    for (int i = 0; i < n; i++)
        if (cells[i] != GC_NONE)
            grid_glyph(g, x + i, y, looks[cells[i]].role, looks[cells[i]].glyph);
}

void minimap_levels(const double *active, int n, uint8_t *heights)
{
    double max = 0;
    for (int i = 0; i < n; i++)
        max = active[i] > max ? active[i] : max;
    for (int i = 0; i < n; i++)
        heights[i] = (uint8_t)(active[i] > 0 ? lane_level(sqrt(active[i] / max), 1) : 0);
}

void minimap_draw(struct grid *g, int x, int y, int n, const uint8_t *heights, int w0, int w1)
{
    bool all = w0 <= 0 && w1 >= n;
    if (w1 <= w0)
        w1 = w0 + 1;
    for (int i = 0; i < n; i++) {
        bool in = i >= w0 && i < w1;
        grid_level(g, x + i, y, in ? ROLE_TITLE : ROLE_DIM, heights[i]);
    }
    if (all)
        return;
    grid_tint(g, (struct rect){x + w0, y, w1 - w0, 1}, TINT_SELECTION);
    if (w1 - w0 >= 3) {
        grid_glyph(g, x + w0, y, ROLE_STRONG, GLYPH_WIN_LEFT);
        grid_glyph(g, x + w1 - 1, y, ROLE_STRONG, GLYPH_WIN_RIGHT);
    } else {
        grid_glyph(g, x + w0, y, ROLE_STRONG, GLYPH_VRULE);
    }
}
