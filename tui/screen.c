#include "tui/screen.h"

#include <string.h>

#include "base/mem.h"

enum { FULL_BLOCK = 0x2588, RUN_OF_BLOCKS = 3, LABEL_GAP = 4 };

void screen_resize(struct screen *s, int w, int h)
{
    if (s->cells && s->w == w && s->h == h)
        return;
    s->w = w;
    s->h = h;
    size_t n = (size_t)w * (size_t)h;
    s->cells = mem_realloc(s->cells, n ? n : 1, sizeof *s->cells);
    memset(s->cells, 0, n * sizeof *s->cells);
}

void screen_release(struct screen *s)
{
    mem_free(s->cells);
    *s = (struct screen){0};
}

/* On the lanes glyphs must stay readable, so a row without a background colour reverses its first words only. */
static bool is_lane(uint8_t role)
{
    return (role >= ROLE_G_RUNNING && role <= ROLE_MARK_LOG) || role == ROLE_BORDER;
}

/* Columns [*x0, *x1) of the row's label: from its first to its last character before lanes or a wide gap. */
static void label_extent(const struct cell *c, int w, int *x0, int *x1)
{
    int first = -1, end = 0;
    for (int x = 0; x < w; x++) {
        if (!(c[x].tint == TINT_SELECTION) || (c[x].ch != ' ' && is_lane(c[x].role)) || (first >= 0 && x - end >= LABEL_GAP)) {
            if (first >= 0)
                break;
            continue;
        }
        if (c[x].ch != ' ') {
            first = first < 0 ? x : first;
            end = x + 1;
        }
    }
    *x0 = first < 0 ? 0 : first;
    *x1 = end;
}

/* The cell where the time cursor crosses the selected row. */
static bool is_crossing(const struct cell *c, int x, int w)
{
    return c[x].tint == TINT_CURSOR && ((x > 0 && c[x - 1].tint == TINT_SELECTION) || (x + 1 < w && c[x + 1].tint == TINT_SELECTION));
}

static struct scell resolve(const struct cell *c, const struct palette *p, bool label, bool crossing)
{
    struct pen pen = p->role[c->role], tint = p->tint[c->tint];
    bool colours = p->depth >= DEPTH_256;
    if (c->role == ROLE_DIM && c->tint == TINT_SELECTION && colours)
        pen = p->role[ROLE_TEXT]; /* grey on grey is too weak */
    if (crossing && colours)
        pen.fg = p->role[ROLE_STRONG].fg;
    struct scell s = {.ch = c->ch, .fg = pen.fg, .bg = pen.bg, .attrs = pen.attrs};
    if (s.bg == COLOUR_DEFAULT)
        s.bg = tint.bg;
    bool reverse = (c->flags & CELL_REVERSE) != 0;
    if (c->flags & CELL_BOLD)
        s.attrs |= PEN_BOLD;
    if (tint.attrs & PEN_LABEL)
        reverse ^= c->tint == TINT_CURSOR ? crossing : label;
    else if (tint.attrs & PEN_REVERSE)
        reverse = !reverse;
    if (reverse)
        s.attrs ^= PEN_REVERSE;
    if (s.ch == ' ' && !(s.attrs & PEN_REVERSE)) {
        s.fg = COLOUR_DEFAULT;
        s.attrs = 0;
    }
    return s;
}

/* Full blocks in a row are sent as blanks on a background: a third of the bytes. */
static void blocks_to_blanks(struct scell *c, int w, enum depth depth)
{
    if (depth == DEPTH_MONO)
        return;
    for (int x = 0, x1; x < w; x = x1) {
        for (x1 = x + 1; x1 < w && c[x].ch == FULL_BLOCK && scell_same(&c[x], &c[x1]); x1++)
            ;
        bool bright = depth < DEPTH_16 && c[x].attrs & PEN_BOLD; /* such a colour is no background there */
        if (c[x].ch != FULL_BLOCK || x1 - x < RUN_OF_BLOCKS || c[x].fg == COLOUR_DEFAULT || c[x].attrs & PEN_REVERSE || bright)
            continue;
        for (int i = x; i < x1; i++)
            c[i] = (struct scell){.ch = ' ', .fg = COLOUR_DEFAULT, .bg = c[i].fg};
    }
}

void screen_resolve(struct screen *s, const struct grid *g, const struct palette *p)
{
    screen_resize(s, g->w, g->h);
    bool labels = p->tint[TINT_SELECTION].attrs & PEN_LABEL;
    for (int y = 0; y < g->h; y++) {
        const struct cell *from = &g->cells[(size_t)y * (size_t)g->w];
        struct scell *to = screen_row(s, y);
        int l0 = 0, l1 = 0;
        if (labels)
            label_extent(from, g->w, &l0, &l1);
        for (int x = 0; x < g->w; x++)
            to[x] = resolve(&from[x], p, x >= l0 && x < l1, from[x].tint == TINT_CURSOR && is_crossing(from, x, g->w));
        blocks_to_blanks(to, g->w, p->depth);
    }
}
