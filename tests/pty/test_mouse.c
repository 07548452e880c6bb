/* The mouse in the views, as the bytes that a terminal sends: click selects, drag marks a range, the wheel scrolls and with Ctrl
 * zooms, headers sort; and the wall clock.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/ui.h"

enum { LEFT = 0, MOVED = 32, CTRL = 16, WHEEL_UP = 64, WHEEL_DOWN = 65 };

/* One report of SGR mode; x and y from 0. */
static void report(struct vt *vt, int button, int x, int y, char end)
{
    char bytes[32];
    int n = snprintf(bytes, sizeof bytes, "\033[<%d;%d;%d%c", button, x + 1, y + 1, end);
    vt_send(vt, bytes, (size_t)n);
}

static void seen(struct vt *vt, const char *after)
{
    CHECK(vt_sync(vt, UI_MS), "no frame after %s:\n%s", after, vt_text(vt));
}

static void click(struct vt *vt, int x, int y, const char *what)
{
    report(vt, LEFT, x, y, 'M');
    report(vt, LEFT, x, y, 'm');
    seen(vt, what);
}

/* The first row from y on that holds the text, -1. */
static int row_of(struct vt *vt, int y, const char *text)
{
    for (; y < 35; y++)
        if (strstr(vt_row(vt, y), text))
            return y;
    return -1;
}

/* Characters of a row before `at`, each one column wide. */
static int columns_before(const char *row, const char *at)
{
    int n = 0;
    for (; row < at; row++)
        n += (*row & 0xc0) != 0x80;
    return n;
}

static int selected_row(struct vt *vt)
{
    int group = row_of(vt, 5, "▸▸");
    return group >= 0 ? group : row_of(vt, 5, "▸G");
}

static void timeline(struct vt *vt)
{
    ui_press(vt, "2");
    int y = row_of(vt, 5, "api.(*Server).worker");
    CHECK(y > 0, "no such lane:\n%s", vt_text(vt));
    click(vt, 10, y, "a click on a label");
    CHECK(!strncmp(vt_row(vt, y), "▸▸", strlen("▸▸")), "a click does not select: '%s'", vt_row(vt, y));
    UI_HAS(vt, "── api.(*Server).worker ──");
    click(vt, 1, y, "a click on the fold");
    CHECK(!strncmp(vt_row(vt, y + 1), "   G", 4), "a click on its triangle does not open a group: '%s'", vt_row(vt, y + 1));
    ui_press(vt, "u");

    click(vt, 60, y, "a click on a lane");
    CHECK(strstr(vt_row(vt, 3), "↓"), "a click on a lane sets no cursor: '%s'", vt_row(vt, 3));
    report(vt, LEFT, 50, y, 'M');
    report(vt, LEFT + MOVED, 60, y, 'M');
    report(vt, LEFT + MOVED, 80, y + 1, 'M');
    report(vt, LEFT, 80, y + 1, 'm');
    seen(vt, "a drag");
    CHECK(strstr(vt_row(vt, 0), "  range "), "a drag marks no range: '%s'", vt_row(vt, 0));
    CHECK(strstr(vt_row(vt, 3), "├"), "the ruler shows no range: '%s'", vt_row(vt, 3));
    ui_press(vt, "u");
    CHECK(!strstr(vt_row(vt, 0), "  range "), "undo keeps the range: '%s'", vt_row(vt, 0));

    click(vt, 10, row_of(vt, 5, "run.func2"), "a click on the first group");
    int from = selected_row(vt);
    report(vt, WHEEL_DOWN, 60, 10, 'M');
    seen(vt, "the wheel");
    int to = selected_row(vt);
    CHECK(from > 0 && to == from + 3, "the wheel moves from row %d to %d:\n%s", from, to, vt_text(vt));
    report(vt, WHEEL_UP, 60, 10, 'M');
    seen(vt, "the wheel back");
    CHECK(selected_row(vt) == from, "the wheel does not go back");

    UI_HAS(vt, "whole trace");
    report(vt, WHEEL_UP + CTRL, 60, 10, 'M');
    seen(vt, "Ctrl and the wheel");
    UI_HAS(vt, "window ");
    report(vt, WHEEL_DOWN + CTRL, 60, 10, 'M');
    seen(vt, "Ctrl and the wheel back");
    UI_HAS(vt, "whole trace");
}

static void goroutines(struct vt *vt)
{
    ui_press(vt, "6");
    UI_HAS(vt, "↓running");
    const char *head = vt_row(vt, 1), *at = strstr(head, "runnable");
    CHECK(at, "no such column: '%s'", head);
    click(vt, columns_before(head, at), 1, "a click on a header");
    CHECK(strstr(vt_row(vt, 1), "↓runnable"), "a header does not sort: '%s'", vt_row(vt, 1));
    click(vt, 12, 5, "a click on a row");
    CHECK(!strncmp(vt_row(vt, 5), "▸", strlen("▸")), "a click does not select: '%s'", vt_row(vt, 5));
    report(vt, LEFT, 12, 4, 'M');
    report(vt, LEFT, 12, 4, 'm');
    report(vt, LEFT, 12, 4, 'M');
    report(vt, LEFT, 12, 4, 'm');
    seen(vt, "a double click");
    UI_HAS(vt, "goroutine start function");
    ui_press(vt, "Esc");
}

static void page(struct vt *vt)
{
    ui_press(vt, "Enter");
    ui_press(vt, "Enter");
    UI_HAS(vt, "── spans ──");
    int y = row_of(vt, row_of(vt, 5, "── spans ──") + 1, " running");
    CHECK(y > 0, "no span:\n%s", vt_text(vt));
    click(vt, 20, y, "a click on a span");
    CHECK(!strncmp(vt_row(vt, y), "▸", strlen("▸")), "a click does not select a span: '%s'", vt_row(vt, y));
    ui_press(vt, "2");
}

/* "from 06:30:18.53": two colons. */
static void wall_clock(struct vt *vt)
{
    ui_press(vt, "2");
    ui_press(vt, "T");
    const char *from = strstr(vt_row(vt, 3), "from ");
    CHECK(from && strlen(from) > 13 && isdigit((unsigned char)from[5]) && from[7] == ':' && from[10] == ':', "no wall clock: '%s'",
          vt_row(vt, 3));
    ui_press(vt, "T");
    CHECK(strstr(vt_row(vt, 3), "from 0 "), "the clock does not go back: '%s'", vt_row(vt, 3));
}

int main(void)
{
    struct vt *vt = ui_open(120, 35);
    timeline(vt);
    goroutines(vt);
    page(vt);
    wall_clock(vt);
    ui_quit(vt);
    return check_done();
}
