/* shot COLSxROWS KEYS FILE… : opens $CTXSCOPE with FILE… on a terminal, presses KEYS, writes the screen as SVG to standard output.
 * `make picture` makes the pictures of the docs with it. Blocks and lines are drawn as shapes, so that they join whatever the font. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/ui.h"

enum { CELL_W = 9, CELL_H = 19, BASE = 14, MARGIN = 8, FONT = 15 };
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

static bool draw_shape(uint32_t ch, double x, double y, int colour)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct shape *s = &shapes[i];
        if (s->ch != ch)
            continue;
        rect(x + s->x * CELL_W / 100.0, y + s->y * CELL_H / 100.0, s->w * CELL_W / 100.0, s->h * CELL_H / 100.0, colour, s->opacity);
        if (s->w2)
            rect(x + s->x2 * CELL_W / 100.0, y + s->y2 * CELL_H / 100.0, s->w2 * CELL_W / 100.0, s->h2 * CELL_H / 100.0, colour,
                 s->opacity);
        return true;
    }
    return false;
}

static void draw_cell(const struct vt_cell *c, int col, int row)
{
    double x = MARGIN + col * CELL_W, y = MARGIN + row * CELL_H;
    int fg = rgb(c->fg, 0xd0d0d0), bg = rgb(c->bg, -1);
    if (c->reverse) {
        int was = fg;
        fg = bg < 0 ? 0x121418 : bg;
        bg = was;
    }
    if (bg >= 0)
        rect(x, y, CELL_W, CELL_H, bg, 1);
    if (c->ch <= ' ' || c->ch > 0x10ffff || draw_shape(c->ch, x, y, fg))
        return;
    printf("<text x=\"%g\" y=\"%g\" fill=\"#%06x\"%s>&#%u;</text>\n", x, y + BASE, (unsigned)fg, c->bold ? " font-weight=\"bold\"" : "",
           (unsigned)c->ch);
}

int main(int argc, char **argv)
{
    int cols, rows;
    if (argc < 4 || sscanf(argv[1], "%dx%d", &cols, &rows) != 2)
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
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++) {
            struct vt_cell c = vt_cell(vt, x, y);
            draw_cell(&c, x, y);
        }
    printf("</svg>\n");
    vt_free(vt);
    return check_done();
}
