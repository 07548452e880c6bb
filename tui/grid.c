#include "tui/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static const uint32_t glyph_cps[GLYPH_COUNT][GLYPH_SETS] = {
#define GLYPH(id, utf8, console, ascii, sentence) {utf8, console, ascii},
#include "tui/glyphs.def"
#undef GLYPH
};

static const char *const role_names[ROLE_COUNT] = {
#define ROLE(id, name, sentence) name,
#include "tui/roles.def"
#undef ROLE
};

static const char *const tint_names[TINT_COUNT] = {
#define TINT(id, name, sentence) name,
#include "tui/tints.def"
#undef TINT
};

const char *grid_role_name(enum role role)
{
    return role_names[role];
}

const char *grid_tint_name(enum tint tint)
{
    return tint_names[tint];
}

void grid_init(struct grid *g, int w, int h, enum glyph_set glyphs)
{
    *g = (struct grid){.glyphs = glyphs};
    grid_resize(g, w, h);
}

void grid_resize(struct grid *g, int w, int h)
{
    g->w = w > 0 ? w : 0;
    g->h = h > 0 ? h : 0;
    size_t n = (size_t)g->w * (size_t)g->h;
    g->cells = mem_realloc(g->cells, n ? n : 1, sizeof *g->cells);
    memset(g->cells, 0, n * sizeof *g->cells); /* grid_clear looks at what it clears */
    grid_clear(g, (struct rect){0, 0, g->w, g->h});
}

void grid_release(struct grid *g)
{
    mem_free(g->cells);
    *g = (struct grid){0};
}

/* The part of r that lies in the grid; w or h <= 0 when there is none. */
static struct rect clip(const struct grid *g, struct rect r)
{
    int x1 = r.w > g->w - r.x ? g->w : r.x + r.w, y1 = r.h > g->h - r.y ? g->h : r.y + r.h;
    r.x = r.x < 0 ? 0 : r.x;
    r.y = r.y < 0 ? 0 : r.y;
    return (struct rect){r.x, r.y, x1 - r.x, y1 - r.y};
}

/* A wide character that loses one half loses the other too. */
static void split_wide(struct grid *g, int x, int y)
{
    struct cell *c = grid_at(g, x, y);
    if (!c || !(c->flags & (CELL_WIDE | CELL_TAIL)))
        return;
    struct cell *other = grid_at(g, c->flags & CELL_WIDE ? x + 1 : x - 1, y);
    if (other && other->flags & (CELL_WIDE | CELL_TAIL)) {
        other->ch = ' ';
        other->flags &= (uint8_t) ~(CELL_WIDE | CELL_TAIL);
    }
}

static void put(struct grid *g, int x, int y, enum role role, uint32_t cp, uint8_t flags)
{
    struct cell *c = grid_at(g, x, y);
    if (!c)
        return;
    if (c->flags & (CELL_WIDE | CELL_TAIL))
        split_wide(g, x, y);
    c->ch = cp;
    c->role = (uint8_t)role;
    c->flags = flags;
}

void grid_clear(struct grid *g, struct rect r)
{
    r = clip(g, r);
    for (int y = r.y; y < r.y + r.h && r.w > 0; y++) {
        split_wide(g, r.x, y);
        split_wide(g, r.x + r.w - 1, y);
        struct cell *c = grid_at(g, r.x, y);
        for (int x = 0; x < r.w; x++)
            c[x] = (struct cell){.ch = ' '};
    }
}

/* What our own words use beyond ASCII, and hostile text too, on a terminal without UTF-8. */
static uint32_t to_ascii(uint32_t cp)
{
    static const struct {
        uint16_t cp;
        char ascii;
    } map[] = {{0x00b5, 'u'}, {0x03bc, 'u'}, {0x00b7, '.'}, {0x00d7, 'x'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''},
               {0x201c, '"'}, {0x201d, '"'}, {0x2022, '*'}, {0x2026, '~'}, {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'},  {0x2193, 'v'},
               {0x2500, '-'}, {0x2502, '|'}, {0x2264, '<'}, {0x2265, '>'}, {0x00ab, '<'}, {0x00bb, '>'}};
    if (cp < 0x7f)
        return cp;
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if (map[i].cp == cp)
            return (unsigned char)map[i].ascii;
    return '?';
}

/* The next character of s[0..n) as it may be shown, its columns (0: it only decorates the one before) and its bytes. */
static uint32_t next_char(const struct grid *g, const char *s, size_t n, int *width, size_t *len)
{
    unsigned char b = (unsigned char)*s;
    *width = 1;
    if (b >= 0x20 && b < 0x7f) {
        *len = 1;
        return b;
    }
    uint32_t cp = text_decode(s, n, len);
    if (cp < 0x20 || cp == 0x7f)
        return g->glyphs == GLYPHS_UTF8 ? (cp == 0x7f ? 0x2421 : 0x2400 + cp) : '?';
    if (text_is_unsafe(cp))
        cp = 0xFFFD;
    if (g->glyphs == GLYPHS_ASCII)
        return to_ascii(cp);
    *width = text_width_cp(cp);
    return cp;
}

static int width_in(const struct grid *g, const char *s, size_t n, int enough)
{
    int sum = 0, w;
    for (size_t i = 0, len; i < n && sum <= enough; i += len) {
        next_char(g, s + i, n - i, &w, &len);
        sum += w;
    }
    return sum;
}

int grid_width(const char *s, size_t n)
{
    static const struct grid utf8 = {.glyphs = GLYPHS_UTF8};
    return width_in(&utf8, s, n, INT32_MAX / 2);
}

int grid_textn(struct grid *g, int x, int y, int max, enum role role, const char *s, size_t n)
{
    if (y < 0 || y >= g->h || x >= g->w)
        return 0;
    if (max > g->w - x)
        max = g->w - x;
    if (max <= 0)
        return 0;
    bool cut = width_in(g, s, n, max) > max;
    int at = 0, room = cut ? max - 1 : max, w;
    for (size_t i = 0, len; i < n; i += len) {
        uint32_t cp = next_char(g, s + i, n - i, &w, &len);
        if (w == 0)
            continue;
        if (at + w > room)
            break;
        if (w == 2 && x + at == -1) { /* only its second half would be inside */
            put(g, 0, y, role, ' ', 0);
        } else {
            put(g, x + at, y, role, cp, w == 2 ? CELL_WIDE : 0);
            if (w == 2)
                put(g, x + at + 1, y, role, 0, CELL_TAIL);
        }
        at += w;
    }
    if (cut)
        put(g, x + at++, y, role, grid_glyph_cp(g, GLYPH_ELLIPSIS), 0);
    return at;
}

int grid_text(struct grid *g, int x, int y, int max, enum role role, const char *s)
{
    return grid_textn(g, x, y, max, role, s, strlen(s));
}

int grid_printf(struct grid *g, int x, int y, int max, enum role role, const char *fmt, ...)
{
    char line[1024]; /* wider than any terminal's row of our own sentences; longer ones are cut */
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    return n > 0 ? grid_text(g, x, y, max, role, line) : 0;
}

int grid_right(struct grid *g, int x, int y, int w, enum role role, const char *s)
{
    size_t n = strlen(s);
    int used = width_in(g, s, n, w);
    int pad = used < w ? w - used : 0;
    return grid_textn(g, x + pad, y, w - pad, role, s, n);
}

uint32_t grid_glyph_cp(const struct grid *g, enum glyph glyph)
{
    return glyph_cps[glyph][g->glyphs];
}

void grid_glyph(struct grid *g, int x, int y, enum role role, enum glyph glyph)
{
    put(g, x, y, role, grid_glyph_cp(g, glyph), 0);
}

void grid_level(struct grid *g, int x, int y, enum role role, int eighths)
{
    if (eighths <= 0)
        put(g, x, y, role, ' ', 0);
    else
        grid_glyph(g, x, y, role, (enum glyph)(GLYPH_LEVEL1 + (eighths > 8 ? 8 : eighths) - 1));
}

void grid_hline(struct grid *g, int x, int y, int w, enum role role)
{
    struct rect r = clip(g, (struct rect){x, y, w, 1});
    if (r.h == 1)
        for (int i = 0; i < r.w; i++)
            grid_glyph(g, r.x + i, y, role, GLYPH_HRULE);
}

void grid_tint(struct grid *g, struct rect r, enum tint tint)
{
    r = clip(g, r);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            grid_at(g, x, y)->tint = (uint8_t)tint;
}

void grid_flags(struct grid *g, struct rect r, uint8_t flags)
{
    flags &= CELL_REVERSE | CELL_BOLD;
    r = clip(g, r);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            grid_at(g, x, y)->flags |= flags;
}

/* What a cell looks like, apart from its character: a blank's role is seen by nobody, unless it is reversed. */
static uint32_t look(const struct cell *c)
{
    bool blank = (c->ch == ' ') && !(c->flags & CELL_REVERSE);
    uint32_t flags = blank ? 0 : c->flags & (CELL_REVERSE | CELL_BOLD);
    return (uint32_t)(blank ? (uint32_t)ROLE_TEXT : c->role) | (uint32_t)c->tint << 8 | flags << 16;
}

static void save_row(const struct cell *c, int w, struct buf *out)
{
    int end = w;
    while (end > 0 && c[end - 1].ch == ' ')
        end--;
    for (int x = 0; x < end; x++) {
        char enc[4];
        if (c[x].ch)
            buf_put(out, enc, text_encode(enc, c[x].ch));
    }
    buf_putc(out, '\n');
}

static void save_roles(const struct cell *c, int w, int y, struct buf *out)
{
    bool any = false;
    for (int x = 0, x1; x < w; x = x1) {
        uint32_t l = look(&c[x]);
        for (x1 = x + 1; x1 < w && (look(&c[x1]) == l || c[x1].flags & CELL_TAIL); x1++)
            ;
        if (!l)
            continue;
        if (!any)
            buf_printf(out, "~%d:", y);
        any = true;
        buf_printf(out, " %d-%d %s", x, x1 - 1, role_names[l & 0xff]);
        if (l >> 8 & 0xff)
            buf_printf(out, "+%s", tint_names[l >> 8 & 0xff]);
        if (l >> 16 & CELL_REVERSE)
            buf_puts(out, "+reverse");
        if (l >> 16 & CELL_BOLD)
            buf_puts(out, "+bold");
    }
    if (any)
        buf_putc(out, '\n');
}

void grid_save(const struct grid *g, struct buf *out, bool roles)
{
    for (int y = 0; y < g->h; y++)
        save_row(&g->cells[(size_t)y * (size_t)g->w], g->w, out);
    for (int y = 0; roles && y < g->h; y++)
        save_roles(&g->cells[(size_t)y * (size_t)g->w], g->w, y, out);
}
