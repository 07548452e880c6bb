/* What is drawn into a grid is clipped, safe and as wide as the terminal will draw it. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/lib/check.h"
#include "tui/grid.h"

/* The grid's picture equals `want`. */
static void is(const struct grid *g, bool roles, const char *want)
{
    struct buf b = {0};
    grid_save(g, &b, roles);
    CHECK(!strcmp(buf_str(&b), want), "picture is\n%swanted\n%s", buf_str(&b), want);
    buf_release(&b);
}

static struct grid fresh(int w, int h, enum glyph_set set)
{
    struct grid g;
    grid_init(&g, w, h, set);
    return g;
}

static void test_cut_text_ends_in_the_ellipsis(void)
{
    struct grid g = fresh(10, 3, GLYPHS_UTF8);
    CHECK(grid_text(&g, 0, 0, 6, ROLE_TEXT, "goroutine") == 6, "columns used");
    CHECK(grid_text(&g, 0, 1, 9, ROLE_TEXT, "goroutine") == 9, "it just fits");
    CHECK(grid_text(&g, 5, 2, 100, ROLE_TEXT, "goroutine") == 5, "the grid's edge cuts too");
    is(&g, false, "gorou…\ngoroutine\n     goro…\n");
    grid_release(&g);
}

static void test_nothing_is_drawn_outside(void)
{
    struct grid g = fresh(4, 2, GLYPHS_UTF8);
    grid_text(&g, -2, 0, 4, ROLE_TEXT, "abcd");
    grid_text(&g, 0, -1, 4, ROLE_TEXT, "x");
    grid_text(&g, 0, 2, 4, ROLE_TEXT, "x");
    grid_text(&g, 4, 0, 4, ROLE_TEXT, "x");
    grid_text(&g, 0, 1, 0, ROLE_TEXT, "x");
    grid_text(&g, 0, 1, -5, ROLE_TEXT, "x");
    grid_hline(&g, -5, 1, 7, ROLE_TEXT);
    grid_hline(&g, 0, 7, 2, ROLE_TEXT);
    grid_tint(&g, (struct rect){-3, -3, 100, 100}, TINT_BAR);
    grid_tint(&g, (struct rect){2, 0, 0x7fffffff, 0x7fffffff}, TINT_NONE);
    grid_glyph(&g, 9, 9, ROLE_TEXT, GLYPH_RUNNING);
    is(&g, true, "cd\n──\n~0: 0-1 ui.text+ui.bar\n~1: 0-1 ui.text+ui.bar\n");
    grid_release(&g);
}

static void test_hostile_text_is_made_visible(void)
{
    struct grid g = fresh(20, 4, GLYPHS_UTF8);
    grid_text(&g, 0, 0, 20, ROLE_TEXT, "a\033[31mb\007\r\n\t");
    grid_text(&g, 0, 1, 20, ROLE_TEXT, "x\u202ey\u200bz\xc2\x9b");
    grid_text(&g, 0, 2, 20, ROLE_TEXT, "bad \xff\xc0\xaf.");
    grid_textn(&g, 0, 3, 20, ROLE_TEXT, "n\0l", 3);
    is(&g, false, "a␛[31mb␇␍␊␉\nx\xef\xbf\xbdy\xef\xbf\xbdz\xef\xbf\xbd\nbad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.\nn␀l\n");
    for (int i = 0; i < g.w * g.h; i++)
        CHECK(g.cells[i].ch >= 0x20 && (g.cells[i].ch < 0x7f || g.cells[i].ch >= 0xa0), "control character in cell %d", i);
    grid_release(&g);
}

static void test_ascii_set_has_only_ascii(void)
{
    struct grid g = fresh(20, 3, GLYPHS_ASCII);
    grid_text(&g, 0, 0, 20, ROLE_TEXT, "12.4 µs → 漢 …");
    grid_text(&g, 0, 1, 6, ROLE_TEXT, "goroutine");
    for (int e = 0; e <= 8; e++)
        grid_level(&g, e, 2, ROLE_TEXT, e);
    is(&g, false, "12.4 us > ? ~\ngorou~\n 12345678\n");
    grid_release(&g);
}

static void test_wide_characters_keep_both_halves_or_none(void)
{
    struct grid g = fresh(6, 3, GLYPHS_UTF8);
    CHECK(grid_width("漢字", 6) == 4, "two columns each");
    CHECK(grid_text(&g, 0, 0, 6, ROLE_TEXT, "漢字ab") == 6, "they fit");
    CHECK(grid_text(&g, 0, 1, 4, ROLE_TEXT, "漢字ab") == 3, "half a character is never drawn");
    grid_text(&g, -1, 2, 6, ROLE_TEXT, "漢字a");
    is(&g, false, "漢字ab\n漢…\n 字a\n");
    grid_text(&g, 1, 0, 1, ROLE_TEXT, "x");
    is(&g, false, " x字ab\n漢…\n 字a\n");
    grid_text(&g, 2, 0, 1, ROLE_TEXT, "y");
    is(&g, false, " xy ab\n漢…\n 字a\n");
    grid_clear(&g, (struct rect){1, 1, 1, 1});
    is(&g, false, " xy ab\n  …\n 字a\n");
    CHECK(grid_text(&g, 0, 1, 6, ROLE_TEXT, "e\u0301!") == 2, "a combining mark has no column");
    grid_release(&g);
}

static void test_right_and_roles(void)
{
    struct grid g = fresh(12, 2, GLYPHS_UTF8);
    grid_right(&g, 0, 0, 8, ROLE_STRONG, "12.4 µs");
    grid_right(&g, 0, 1, 4, ROLE_DIM, "1234567");
    grid_tint(&g, (struct rect){0, 0, 12, 1}, TINT_SELECTION);
    grid_flags(&g, (struct rect){1, 0, 2, 1}, CELL_BOLD | CELL_WIDE);
    is(&g, true,
       " 12.4 µs\n123…\n~0: 0-0 ui.text+ui.selection 1-2 ui.strong+ui.selection+bold 3-4 ui.strong+ui.selection"
       " 5-5 ui.text+ui.selection 6-7 ui.strong+ui.selection 8-11 ui.text+ui.selection\n~1: 0-3 ui.dim\n");
    grid_release(&g);
}

static void test_random_drawing_stays_inside(void)
{
    for (int i = 0; i < 2000; i++) {
        struct grid g = fresh((int)below(9), (int)below(5), (enum glyph_set)below(3));
        for (int j = 0; j < 30; j++) {
            char s[8];
            for (size_t k = 0; k < sizeof s; k++)
                s[k] = (char)rnd();
            int x = (int)below(30) - 10, y = (int)below(12) - 4, w = (int)below(20) - 4;
            grid_textn(&g, x, y, w, ROLE_TEXT, j % 3 ? s : "漢字漢字", 8);
            grid_clear(&g, (struct rect){y, x, 2, 2});
        }
        for (int k = 0; k < g.w * g.h; k++) {
            if (g.cells[k].flags & CELL_WIDE)
                CHECK(k % g.w + 1 < g.w && g.cells[k + 1].flags & CELL_TAIL, "wide without tail");
            if (g.cells[k].flags & CELL_TAIL)
                CHECK(k % g.w > 0 && g.cells[k - 1].flags & CELL_WIDE, "tail without wide");
        }
        grid_release(&g);
    }
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return printf("FAIL no C.UTF-8 locale\n"), 1;
    test_cut_text_ends_in_the_ellipsis();
    test_nothing_is_drawn_outside();
    test_hostile_text_is_made_visible();
    test_ascii_set_has_only_ascii();
    test_wide_characters_keep_both_halves_or_none();
    test_right_and_roles();
    test_random_drawing_stays_inside();
    return check_done();
}
