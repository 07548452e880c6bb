/* What both back ends send makes a terminal show the grid: random frames one after the other, judged by an emulator. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vterm.h>

#include "tests/lib/check.h"
#include "tests/lib/vt.h"
#include "tui/term.h"

static VTerm *vt;
static VTermScreen *vts;
static off_t seen;

/* Feeds what was written since; returns how much. */
static size_t feed(int fd)
{
    static char bytes[1 << 20];
    ssize_t n = pread(fd, bytes, sizeof bytes, seen);
    CHECK(n >= 0 && n < (ssize_t)sizeof bytes, "a frame of %zd bytes", n);
    if (n <= 0)
        return 0;
    seen += n;
    const char *bad = vt_unclean(bytes, (size_t)n);
    CHECK(!bad, "%s", bad);
    vterm_input_write(vt, bytes, (size_t)n);
    vterm_screen_flush_damage(vts);
    return (size_t)n;
}

static int32_t colour(const VTermColor *c, bool bg)
{
    if (bg ? VTERM_COLOR_IS_DEFAULT_BG(c) : VTERM_COLOR_IS_DEFAULT_FG(c))
        return COLOUR_DEFAULT;
    if (VTERM_COLOR_IS_INDEXED(c))
        return c->indexed.idx;
    return COLOUR_RGB | c->rgb.red << 16 | c->rgb.green << 8 | c->rgb.blue;
}

static void compare_cell(const struct scell *want, int x, int y, const char *who)
{
    VTermScreenCell c;
    vterm_screen_get_cell(vts, (VTermPos){.row = y, .col = x}, &c);
    uint32_t ch = c.chars[0] ? c.chars[0] : ' ';
    if (!want->ch) /* the emulator says so at the first half */
        return;
    CHECK(ch == want->ch, "%s at %d,%d: U+%04X, wanted U+%04X", who, x, y, ch, want->ch);
    CHECK(colour(&c.bg, true) == want->bg, "%s at %d,%d: background %d, wanted %d", who, x, y, colour(&c.bg, true), want->bg);
    CHECK(c.attrs.reverse == !!(want->attrs & PEN_REVERSE), "%s at %d,%d: reverse", who, x, y);
    if (want->ch == ' ' && !(want->attrs & PEN_REVERSE))
        return;
    CHECK(colour(&c.fg, false) == want->fg, "%s at %d,%d: colour %d, wanted %d", who, x, y, colour(&c.fg, false), want->fg);
    CHECK(c.attrs.bold == !!(want->attrs & PEN_BOLD), "%s at %d,%d: bold", who, x, y);
}

static void random_part(struct grid *g)
{
    static const char *const words[] = {"goroutine", "漢字", "µs", "x", "net/http.(*conn).serve", "é", "    ", "字"};
    int x = (int)below((uint32_t)g->w), y = (int)below((uint32_t)g->h);
    enum role role = (enum role)below(ROLE_COUNT);
    struct rect r = {x, y, 1 + (int)below(20), 1 + (int)below(3)};
    switch (below(6)) {
    case 0: grid_tint(g, r, (enum tint)below(TINT_COUNT)); break;
    case 1: grid_flags(g, r, (uint8_t)below(4)); break;
    case 2: grid_clear(g, r); break;
    case 3:
        for (int i = 0; i < r.w; i++)
            grid_glyph(g, x + i, y, role, below(3) ? GLYPH_RUNNING : (enum glyph)below(GLYPH_COUNT));
        break;
    default: grid_text(g, x, y, g->w, role, words[below(8)]);
    }
}

static void run(const struct term_ops *ops, const char *theme, enum depth depth, int w, int h)
{
    struct err e = ERR_INIT;
    struct theme t;
    struct palette p;
    struct grid g;
    int fd = memfd_create("screen", MFD_CLOEXEC);
    seen = 0;
    vt = vterm_new(h, w);
    vterm_set_utf8(vt, 1);
    vts = vterm_obtain_screen(vt);
    vterm_screen_enable_altscreen(vts, 1);
    vterm_screen_reset(vts, 1);
    CHECK(!theme_load(&t, theme, NULL, &e), "%s", e.what);
    palette_init(&p, &t, depth);
    struct terminal term = {.ops = ops, .in = fd, .out = fd, .name = "xterm-256color", .w = w, .h = h, .depth = depth, .dirty = true};
    if (ops != &term_direct) { /* which wants a real terminal's modes */
        CHECK(!ops->open(&term, &e), "%s", e.what);
        ops->resize(&term);
    }
    grid_init(&g, w, h, GLYPHS_UTF8);
    for (int frame = 0; frame < 60; frame++) {
        for (uint32_t i = frame ? below(6) : 60; i > 0; i--)
            random_part(&g);
        if (below(20) == 0)
            term.dirty = true;
        term_show(&term, &g, &p);
        feed(fd);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                compare_cell(&screen_row(&term.old, y)[x], x, y, ops->name);
        if (check_failures)
            break;
        term_show(&term, &g, &p);
        CHECK(feed(fd) == 0, "%s sends bytes where nothing changed", ops->name);
    }
    grid_release(&g);
    if (ops != &term_direct)
        ops->close(&term);
    screen_release(&term.old);
    screen_release(&term.new);
    buf_release(&term.buf);
    vterm_free(vt);
    close(fd);
}

/* Selection and cursor where there are no backgrounds: the label's first words, the crossing cell. */
static void test_label_and_crossing(void)
{
    struct err e = ERR_INIT;
    struct theme t;
    struct palette p;
    struct grid g;
    struct screen s = {0};
    grid_init(&g, 40, 2, GLYPHS_UTF8);
    CHECK(!theme_load(&t, "dark", NULL, &e), "%s", e.what);
    palette_init(&p, &t, DEPTH_8);
    grid_text(&g, 1, 0, 10, ROLE_TEXT, "G28 select");
    for (int x = 14; x < 40; x++)
        grid_glyph(&g, x, 0, ROLE_G_CHAN, GLYPH_CHAN);
    grid_tint(&g, (struct rect){0, 0, 40, 1}, TINT_SELECTION);
    grid_tint(&g, (struct rect){20, 0, 1, 2}, TINT_CURSOR);
    screen_resolve(&s, &g, &p);
    for (int x = 0; x < 40; x++)
        CHECK(!!(s.cells[x].attrs & PEN_REVERSE) == ((x >= 1 && x < 11) || x == 20), "column %d", x);
    CHECK(!(s.cells[60].attrs & PEN_REVERSE), "the cursor's column is not reversed elsewhere");
    palette_init(&p, &t, DEPTH_256);
    screen_resolve(&s, &g, &p);
    CHECK(s.cells[0].bg == 237 && s.cells[20].bg == 239 && s.cells[20].fg == 255 && s.cells[19].fg == 66, "tints");
    screen_release(&s);
    grid_release(&g);
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return printf("FAIL no C.UTF-8 locale\n"), 1;
    setenv("TERM", "xterm-256color", 1);
    test_label_and_crossing();
    run(&term_direct, "dark", DEPTH_256, 80, 24);
    run(&term_direct, "dark", DEPTH_TRUE, 60, 15);
    run(&term_direct, "light", DEPTH_16, 60, 15);
    run(&term_direct, "mono", DEPTH_MONO, 33, 7);
    run(&term_direct, "high-contrast", DEPTH_8, 2, 3);
    run(&term_ncurses, "dark", DEPTH_256, 80, 24);
    run(&term_ncurses, "colour-blind", DEPTH_8, 60, 15);
    run(&term_ncurses, "mono", DEPTH_MONO, 60, 15);
    return check_done();
}
