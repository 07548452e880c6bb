/* Lanes drawn with characters, one row each. */
#include <string.h>

#include "base/text.h"
#include "cli/lanes.h"
#include "tui/lane.h"

enum { TEXT_LANES = 40 };

/* Glyphs and choice are those of the terminal view. */
static void put_glyph(struct page *p, const struct grid *g, uint8_t glyph)
{
    char text[5];
    if (glyph == LANE_BLANK) {
        page_to(p, p->col + 1);
        return;
    }
    text[text_encode(text, grid_glyph_cp(g, (enum glyph)glyph))] = 0;
    page_raw(p, text, 1);
}

/* How much of cell i lies within the trace. */
static ns_t covered(const struct lanes *l, uint32_t i)
{
    ns_t from = l->w.t0 + (ns_t)i * l->w.cell, to = from + l->w.cell;
    from = from > l->s->t0 ? from : l->s->t0;
    to = to < l->s->t1 ? to : l->s->t1;
    return to > from ? to - from : 0;
}

static void text_states(struct page *p, const struct lanes *l, const struct tl_cell *cells)
{
    struct grid g;
    grid_init(&g, 1, 1, p->utf8 ? GLYPHS_UTF8 : GLYPHS_ASCII);
    for (uint32_t i = 0; i < l->w.n; i++) {
        const struct tl_cell *c = &cells[i];
        ns_t within = covered(l, i);
        struct lane_cell cell = l->by == BY_GOROUTINES ? lane_choose(c, within / 2) : lane_busy(c, within, l->by == BY_THREADS);
        put_glyph(p, &g, within ? cell.glyph : LANE_BLANK);
    }
    grid_release(&g);
}

/* A group: how many of its goroutines were active, that is not waiting. */
static double active(const struct tl_cell *c, ns_t cell)
{
    return (double)lane_active(c) / (double)cell;
}

static void text_group(struct page *p, const struct lanes *l, const struct tl_cell *cells)
{
    double most = 0;
    for (uint32_t i = 0; i < l->w.n; i++)
        most = active(&cells[i], l->w.cell) > most ? active(&cells[i], l->w.cell) : most;
    for (uint32_t i = 0; i < l->w.n; i++) {
        double a = active(&cells[i], l->w.cell);
        page_level(p, lane_level(a, most));
    }
}

static void text_row(struct page *p, const struct lanes *l, const struct lane_row *r, const struct tl_cell *cells)
{
    page_put(p, " ");
    page_name(p, l->by == BY_PROCS || l->by == BY_THREADS ? (struct str){r->id, strlen(r->id)} : r->name, LANES_LABEL - 11);
    page_right(p, l->by == BY_PROCS || l->by == BY_THREADS ? "" : r->id, 8);
    page_raw(p, p->utf8 ? " │" : " |", 2);
    if (l->by == BY_GROUPS)
        text_group(p, l, cells);
    else
        text_states(p, l, cells);
    page_end(p);
}

static void text_ruler(struct page *p, const struct lanes *l)
{
    uint32_t step = l->w.n >= 40 ? l->w.n / (l->w.n / 20) : l->w.n;
    for (uint32_t i = 0; i + 8 <= l->w.n || i == 0; i += step) {
        char text[32];
        ns_t t = l->w.t0 + (ns_t)i * l->w.cell - l->s->t0;
        text_time(text, t < 0 ? 0 : t, l->w.cell); /* the first cell may begin before the trace */
        page_to(p, LANES_LABEL + (int)i);
        page_printf(p, "%s%s", p->utf8 ? "╷" : "|", text);
    }
    page_end(p);
}

static void text_legend(struct page *p, const struct lanes *l)
{
    char cell[24];
    text_duration(cell, l->w.cell);
    page_printf(p, " a cell is %s", cell);
    if (l->by == BY_GROUPS)
        page_put(p, "; height: active goroutines, of the row's most");
    else if (l->by != BY_GOROUTINES)
        page_put(p, "; height: share of the time that a goroutine ran there");
    page_end(p);
    if (l->by != BY_GOROUTINES)
        return;
    struct grid g;
    grid_init(&g, 1, 1, p->utf8 ? GLYPHS_UTF8 : GLYPHS_ASCII);
    page_put(p, " ");
    for (unsigned k = 0; k < SHARE_COUNT; k++) {
        if (share_looks[k].full == LANE_BLANK)
            continue;
        if (p->col + 4 + (int)strlen(share_names[k]) > p->width) {
            page_end(p);
            page_put(p, " ");
        }
        put_glyph(p, &g, share_looks[k].full);
        page_printf(p, " %s  ", share_names[k]);
    }
    grid_release(&g);
    page_end(p);
}

int lanes_text(struct lanes *l, struct page *p, const struct opts *o, struct err *e)
{
    size_t most = (size_t)opt_number(o, OPT_LIMIT, TEXT_LANES);
    text_ruler(p, l);
    for (size_t i = 0; i < l->rows.n && i < most && !out_failed(p->out); i++) {
        const struct tl_cell *cells = lanes_cells(l, i, e);
        if (!cells)
            return -1;
        text_row(p, l, &l->rows.v[i], cells);
    }
    if (l->all > most) {
        page_printf(p, " %s %zu more: --limit, --where", page_ellipsis(p), l->all - most);
        page_end(p);
    }
    text_legend(p, l);
    return 0;
}
