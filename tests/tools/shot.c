/* shot COLSxROWS KEYS FILE… : opens $CTXSCOPE with FILE… on a terminal, presses KEYS, writes the screen as SVG to standard output.
 * `make picture` makes the pictures of the docs with it. Blocks and lines are drawn as shapes, so that they join whatever the font. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/ui.h"

enum { CELL_W = 9, CELL_H = 19, BASE = 14, MARGIN = 8, FONT = 15, COLS_MAX = 400 };
static const char ground[] = "#121418";

static int rgb(int c, int fallback)
{
    static const int first[16] = {0x000000, 0xcd3131, 0x0dbc79, 0xe5e510, 0x2472c8, 0xbc3fbc, 0x11a8cd, 0xcccccc,
                                  0x666666, 0xf14c4c, 0x23d18b, 0xf5f543, 0x3b8eea, 0xd670d6, 0x29b8db, 0xf5f5f5};
    static const int level[6] = {0, 95, 135, 175, 215, 255};
    if (c < 0)
        return fallback;
    if (c & 0x1000000)
        return c & 0xffffff;
    if (c < 16)
        return first[c];
    if (c >= 232)
        return (8 + 10 * (c - 232)) * 0x10101;
    c -= 16;
    return level[c / 36] << 16 | level[c / 6 % 6] << 8 | level[c % 6];
}

static void rect(double x, double y, double w, double h, int colour, double opacity)
{
    printf("<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"#%06x\"", x, y, w, h, (unsigned)colour);
    if (opacity < 1)
        printf(" fill-opacity=\"%g\"", opacity);
    printf("/>\n");
}

/* Cells as shapes: parts of the cell in hundredths. A second rectangle for double lines. */
static const struct shape {
    uint32_t ch;
    unsigned char x, y, w, h, x2, y2, w2, h2;
    double opacity;
} shapes[] = {
    {0x2588, 0, 0, 100, 100, 0, 0, 0, 0, 1},   {0x2580, 0, 0, 100, 50, 0, 0, 0, 0, 1},     {0x2581, 0, 88, 100, 12, 0, 0, 0, 0, 1},
    {0x2582, 0, 75, 100, 25, 0, 0, 0, 0, 1},   {0x2583, 0, 62, 100, 38, 0, 0, 0, 0, 1},    {0x2584, 0, 50, 100, 50, 0, 0, 0, 0, 1},
    {0x2585, 0, 38, 100, 62, 0, 0, 0, 0, 1},   {0x2586, 0, 25, 100, 75, 0, 0, 0, 0, 1},    {0x2587, 0, 12, 100, 88, 0, 0, 0, 0, 1},
    {0x258c, 0, 0, 50, 100, 0, 0, 0, 0, 1},    {0x2590, 50, 0, 50, 100, 0, 0, 0, 0, 1},    {0x258f, 0, 0, 13, 100, 0, 0, 0, 0, 1},
    {0x258e, 0, 0, 25, 100, 0, 0, 0, 0, 1},    {0x258d, 0, 0, 38, 100, 0, 0, 0, 0, 1},     {0x258b, 0, 0, 62, 100, 0, 0, 0, 0, 1},
    {0x258a, 0, 0, 75, 100, 0, 0, 0, 0, 1},    {0x2589, 0, 0, 88, 100, 0, 0, 0, 0, 1},     {0x2594, 0, 0, 100, 12, 0, 0, 0, 0, 1},
    {0x2596, 0, 50, 50, 50, 0, 0, 0, 0, 1},    {0x2597, 50, 50, 50, 50, 0, 0, 0, 0, 1},    {0x2593, 0, 0, 100, 100, 0, 0, 0, 0, 0.75},
    {0x2592, 0, 0, 100, 100, 0, 0, 0, 0, 0.5}, {0x2591, 0, 0, 100, 100, 0, 0, 0, 0, 0.25}, {0x2500, 0, 47, 100, 7, 0, 0, 0, 0, 1},
    {0x2501, 0, 42, 100, 16, 0, 0, 0, 0, 1},   {0x2550, 0, 38, 100, 6, 0, 56, 100, 6, 1},  {0x254c, 5, 47, 38, 7, 57, 47, 38, 7, 1},
    {0x2502, 45, 0, 11, 100, 0, 0, 0, 0, 1},   {0x251c, 45, 0, 11, 100, 50, 47, 50, 7, 1}, {0x2524, 45, 0, 11, 100, 0, 47, 50, 7, 1},
};

static const struct shape *shape_of(uint32_t ch)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i].ch == ch)
            return &shapes[i];
    return NULL;
}

/* What a cell looks like, colours resolved. */
struct look {
    uint32_t ch;
    int fg, bg;
    bool bold;
};

static struct look look_at(struct vt *vt, int x, int y)
{
    struct vt_cell c = vt_cell(vt, x, y);
    struct look l = {c.ch <= ' ' || c.ch > 0x10ffff ? ' ' : c.ch, rgb(c.fg, 0xd0d0d0), rgb(c.bg, -1), c.bold};
    if (c.reverse) {
        int was = l.fg;
        l.fg = l.bg < 0 ? 0x121418 : l.bg;
        l.bg = was;
    }
    return l;
}

static void draw_shape(const struct shape *s, double x, double y, int cells, int colour)
{
    rect(x + s->x * CELL_W / 100.0, y + s->y * CELL_H / 100.0, s->w * CELL_W / 100.0 + (cells - 1) * CELL_W, s->h * CELL_H / 100.0, colour,
         s->opacity);
    if (s->w2)
        rect(x + s->x2 * CELL_W / 100.0, y + s->y2 * CELL_H / 100.0, s->w2 * CELL_W / 100.0 + (s->w2 == 100 ? (cells - 1) * CELL_W : 0),
             s->h2 * CELL_H / 100.0, colour, s->opacity);
}

/* Text comes from files: whatever XML could take for its own is written as a number. */
static void put_char(uint32_t ch)
{
    if (ch < 0x7f && ch != '<' && ch != '>' && ch != '&')
        putchar((int)ch);
    else
        printf("&#%u;", (unsigned)ch);
}

static bool is_text(const struct look *l)
{
    return l->ch != ' ' && !shape_of(l->ch);
}

/* A word of one look: one element, spread over its cells whatever the font. Returns its cells. */
static int draw_text(const struct look *row, int col, int cols, double y)
{
    int n = 1;
    while (col + n < cols && row[col + n].fg == row[col].fg && row[col + n].bold == row[col].bold && is_text(&row[col + n]))
        n++;
    printf("<text x=\"%d\" y=\"%g\" fill=\"#%06x\"%s", MARGIN + col * CELL_W, y + BASE, (unsigned)row[col].fg,
           row[col].bold ? " font-weight=\"bold\"" : "");
    if (n > 1)
        printf(" textLength=\"%d\"", n * CELL_W);
    putchar('>');
    for (int i = 0; i < n; i++)
        put_char(row[col + i].ch);
    printf("</text>\n");
    return n;
}

/* Cells that join into one rectangle are drawn as one: grounds, then shapes. */
static void draw_row(const struct look *row, int cols, int line)
{
    double y = MARGIN + line * CELL_H;
    for (int x = 0, n; x < cols; x += n) {
        for (n = 1; x + n < cols && row[x + n].bg == row[x].bg; n++)
            ;
        if (row[x].bg >= 0)
            rect(MARGIN + x * CELL_W, y, n * CELL_W, CELL_H, row[x].bg, 1);
    }
    for (int x = 0, n; x < cols; x += n) {
        const struct shape *s = shape_of(row[x].ch);
        n = 1;
        if (s && s->w == 100)
            while (x + n < cols && row[x + n].ch == row[x].ch && row[x + n].fg == row[x].fg)
                n++;
        if (s)
            draw_shape(s, MARGIN + x * CELL_W, y, n, row[x].fg);
        else if (is_text(&row[x]))
            n = draw_text(row, x, cols, y);
    }
}

int main(int argc, char **argv)
{
    int cols, rows;
    if (argc < 4 || sscanf(argv[1], "%dx%d", &cols, &rows) != 2 || cols < 1 || cols > COLS_MAX)
        return 2;
    struct vt *vt = ui_start(&(struct vt_opts){.cols = cols, .rows = rows}, (const char *const *)argv + 3);
    if (!vt_settle(vt, UI_MS))
        return 1;
    for (char *key = strtok(argv[2], " "); key; key = strtok(NULL, " "))
        ui_press(vt, key);
    vt_pump(vt, 300);
    int w = cols * CELL_W + 2 * MARGIN, h = rows * CELL_H + 2 * MARGIN;
    printf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"DejaVu Sans Mono, "
           "Menlo, Consolas, monospace\" "
           "font-size=\"%d\" shape-rendering=\"crispEdges\">\n<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\"/>\n",
           w, h, w, h, FONT, w, h, ground);
    for (int y = 0; y < rows; y++) {
        struct look row[COLS_MAX];
        for (int x = 0; x < cols; x++)
            row[x] = look_at(vt, x, y);
        draw_row(row, cols, y);
    }
    printf("</svg>\n");
    vt_free(vt);
    return check_done();
}
