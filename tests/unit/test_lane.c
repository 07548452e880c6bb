/* The pure pieces of the screens: how a cell is chosen, how names are cut, where ticks and marks go. */
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "base/buf.h"
#include "tui/lane.h"
#include "tui/marks.h"
#include "tui/names.h"
#include "tui/parts.h"
#include "tui/ruler.h"

static int failures;
#define CHECK(cond, ...)                                                                                                                   \
    do {                                                                                                                                   \
        if (!(cond)) {                                                                                                                     \
            failures++;                                                                                                                    \
            printf("FAIL %s:%d: ", __FILE__, __LINE__);                                                                                    \
            printf(__VA_ARGS__);                                                                                                           \
            printf("\n");                                                                                                                  \
        }                                                                                                                                  \
    } while (0)

/* A cell of two halves of 100 ns: state and ns for the left one, then for the right one. */
static struct tl_cell cell(enum share l, ns_t ln, enum share r, ns_t rn)
{
    struct tl_cell c;
    memset(&c, 0, sizeof c);
    c.ns[0][l] += ln;
    c.ns[1][r] += rn;
    return c;
}

static void chosen(const char *rule, struct tl_cell c, int glyph, int role)
{
    struct lane_cell got = lane_choose(&c, 100);
    CHECK(got.glyph == glyph && got.role == role, "%s: glyph %d role %d, not %d %d", rule, got.glyph, got.role, glyph, role);
}

static void test_choose(void)
{
    struct tl_cell mixed = cell(SHARE_CHAN, 80, SHARE_CHAN, 100);
    mixed.ns[0][SHARE_RUNNING] = 20;
    chosen("not alive is blank", cell(SHARE_CHAN, 0, SHARE_CHAN, 0), LANE_BLANK, ROLE_TEXT);
    chosen("no activity: the longest wait", cell(SHARE_CHAN, 100, SHARE_SYNC, 99), GLYPH_CHAN, ROLE_G_CHAN);
    chosen("lock", cell(SHARE_SYNC, 100, SHARE_SYNC, 100), GLYPH_SYNC, ROLE_G_SYNC);
    chosen("the runtime's own wait is blank", cell(SHARE_SYSTEM, 100, SHARE_SYSTEM, 100), LANE_BLANK, ROLE_G_SYSTEM);
    chosen("active 90 %: full", cell(SHARE_RUNNING, 90, SHARE_RUNNING, 90), GLYPH_RUNNING, ROLE_G_RUNNING);
    chosen("runnable: half the height", cell(SHARE_RUNNABLE, 100, SHARE_RUNNABLE, 100), GLYPH_RUNNABLE, ROLE_G_RUNNABLE);
    chosen("longest active state", cell(SHARE_RUNNING, 100, SHARE_SYSCALL, 99), GLYPH_RUNNING, ROLE_G_RUNNING);
    chosen("first half", cell(SHARE_RUNNING, 95, SHARE_CHAN, 100), GLYPH_LEFT_HALF, ROLE_G_RUNNING);
    chosen("second half", cell(SHARE_SYNC, 100, SHARE_RUNNABLE, 90), GLYPH_RIGHT_LOW, ROLE_G_RUNNABLE);
    chosen("half and a bit is no half cell", cell(SHARE_RUNNING, 100, SHARE_RUNNING, 20), GLYPH_RUNNING, ROLE_G_RUNNING);
    chosen("below half: a thick piece of the wire", mixed, GLYPH_BRIEF, ROLE_G_RUNNING);
    chosen("however short", cell(SHARE_RUNNING, 1, SHARE_NETWORK, 100), GLYPH_BRIEF, ROLE_G_RUNNING);
    chosen("short syscall", cell(SHARE_SYSCALL, 1, SHARE_NETWORK, 100), GLYPH_BRIEF_SYSCALL, ROLE_G_SYSCALL);
}

static void test_group(void)
{
    struct tl_cell c = cell(SHARE_CHAN, 800, SHARE_RUNNING, 400);
    struct lane_cell got = lane_group(&c, 200, 12 * 256); /* 6 alive of 12: 4/8 */
    CHECK(got.glyph == GLYPH_LEVEL4 && got.role == ROLE_FILL_CHAN, "6 of 12 alive, most in chan: level %d role %d",
          got.glyph - GLYPH_LEVEL1 + 1, got.role);
    c = cell(SHARE_RUNNING, 1, SHARE_RUNNING, 0);
    got = lane_group(&c, 200, 1000 * 256);
    CHECK(got.glyph == GLYPH_LEVEL1 && got.role == ROLE_G_RUNNING, "any alive shows");
    c = cell(SHARE_SYSTEM, 100, SHARE_SYSTEM, 100);
    CHECK(lane_runtime(&c, 200, 256).glyph == LANE_BLANK, "the runtime's waits do not show");
    c = cell(SHARE_RUNNING, 100, SHARE_RUNNING, 85);
    CHECK(lane_busy(&c, 200, false).glyph == GLYPH_LEVEL8, "a proc busy 92 %% is full");
    c = cell(SHARE_SYSTEM, 100, SHARE_RUNNING, 20);
    got = lane_busy(&c, 200, false);
    CHECK(got.glyph == GLYPH_LEVEL5 && got.role == ROLE_GC_MARK, "the runtime's own in GC colour, 60 %%");
    c = cell(SHARE_SYSCALL, 100, SHARE_SYSCALL, 100);
    CHECK(lane_busy(&c, 200, false).glyph == GLYPH_LEVEL8, "a proc in a syscall is busy");
    CHECK(lane_busy(&c, 200, true).glyph == GLYPH_BRIEF_SYSCALL, "a thread in a syscall may wait there for good");
    CHECK(lane_level(0, 5) == 0 && lane_level(1e-9, 5) == 1 && lane_level(9, 5) == 8, "levels are clamped");
}

static void name_is(const char *name, int width, const char *want)
{
    char out[NAME_MAX_BYTES];
    name_short(out, (struct str){name, strlen(name)}, width, "…");
    CHECK(!strcmp(out, want), "%s in %d: \"%s\", not \"%s\"", name, width, out, want);
}

static void test_names(void)
{
    static const char gen[] = "github.com/evanw/esbuild/internal/linker.(*linkerContext).generateCodeForFileInChunkJS";
    static const char clone[] = "github.com/evanw/esbuild/internal/graph.CloneLinkerGraph.func1";
    name_is("main.askBackend", 20, "askBackend");
    name_is("main.main", 20, "main.main");
    name_is("runtime.main", 20, "main.main");
    name_is("net/http.(*conn).serve", 20, "http.(*conn).serve");
    name_is("net/http.(*conn).serve", 16, "http.conn.serve");
    name_is("net/http.(*persistConn).writeLoop", 12, "writeLoop");
    name_is(gen, 60, "linker.(*linkerContext).generateCodeForFileInChunkJS");
    name_is(gen, 43, "linkerContext.generateCodeForFileInChunkJS");
    name_is(gen, 28, "generateCodeForFileInChunkJS");
    name_is(gen, 16, "generateCod…nkJS");
    name_is(clone, 30, "graph.CloneLinkerGraph.func1");
    name_is(clone, 22, "CloneLinkerGraph.func1");
    name_is(clone, 16, "CloneLinke…func1");
    name_is("a.Frobnicate.func2.gowrap1", 18, "Frob…func2.gowrap1");
    name_is("", 20, "(unknown)");
    name_is("x/y.Map[go.shape.string/int].Do", 20, "y.Map[].Do");
    name_is("a\033[31m.b", 20, "a\xe2\x90\x9b[31m.b");
    name_is("main.\xff\xfe", 3, "\xef\xbf\xbd\xef\xbf\xbd");
    for (int w = 1; w < 60; w++) {
        char out[NAME_MAX_BYTES];
        name_short(out, (struct str){gen, strlen(gen)}, w, "…");
        CHECK(grid_width(out, strlen(out)) <= (w < 2 ? 2 : w), "width %d: %s", w, out);
    }
    CHECK(name_is_std((struct str){"net/http.(*conn).serve", 22}) && !name_is_std((struct str){"network.Do", 10}),
          "std by the first path element");
}

static void test_ruler(void)
{
    struct ruler_tick t[RULER_TICKS];
    struct ruler_clock c = {.base = 1000, .wall = NS_NONE};
    int n = ruler_ticks(&c, 1000, 1000000, 54, -1, -1, t);
    CHECK(n == 3 && t[0].x == 0 && t[1].x == 20 && !strcmp(t[0].label, "0") && !strcmp(t[1].label, "20 ms"), "20 ms steps: %d %s %s", n,
          t[0].label, t[1].label);
    n = ruler_ticks(&c, 1000, 1000000, 54, 18, 25, t);
    CHECK(n == 2 && t[1].x == 40, "a tick whose label would lie under the cursor's goes whole");
    n = ruler_ticks(&c, 1000 + 12345678000, 1000, 100, -1, -1, t);
    CHECK(n > 1 && t[1].label[0] == '+', "beyond 9 characters: offsets, %s", t[1].label);
    for (ns_t cell = 2; cell < (ns_t)1 << 40; cell = cell * 3 / 2 + 1) {
        n = ruler_ticks(&c, 1000 + 7 * cell, cell, 80, -1, -1, t);
        for (int i = 1; i < n; i++)
            CHECK(t[i].x - t[i - 1].x >= RULER_MIN_CELLS && t[i].x < 80, "ticks %d apart at %lld", t[i].x - t[i - 1].x, (long long)cell);
    }
    setenv("TZ", "UTC", 1);
    c.wall = 1700000000250000000;
    char out[32];
    ruler_time(out, &c, 1000, 10000000);
    CHECK(!strcmp(out, "22:13:20.25"), "wall clock: %s", out);
}

static const char *row(struct grid *g)
{
    static struct buf b;
    buf_clear(&b);
    grid_save(g, &b, false);
    const char *s = buf_str(&b);
    char *nl = strchr((char *)b.p, '\n');
    if (nl)
        *nl = 0;
    return s;
}

static void test_marks(void)
{
    struct grid g;
    grid_init(&g, 12, 1, GLYPHS_ASCII);
    struct mark_cell c[12] = {0};
    c[1].n[MARK_LOG] = 3;
    c[2].n[MARK_LOG] = 2; /* covered by the count, so counted in it */
    c[6].n[MARK_LOG] = 1;
    c[8].n[MARK_CANCEL] = 12;
    c[9].n[MARK_DEADLINE] = 1;
    marks_draw(&g, 0, 0, 12, c, false, true);
    CHECK(!strncmp(row(&g), " L5   L +D", 10), "marks: \"%s\"", row(&g));
    CHECK(grid_at(&g, 8, 0)->flags & CELL_REVERSE, "a count without room is one reversed character");
    grid_clear(&g, (struct rect){0, 0, 12, 1});
    for (int i = 0; i < 12; i++)
        grid_text(&g, i, 0, 1, ROLE_TEXT, "8");
    memset(c, 0, sizeof c);
    c[2].n[MARK_CANCEL] = 1000;
    marks_draw(&g, 0, 0, 12, c, true, true);
    CHECK(!strncmp(row(&g), "88C1000 8888", 12), "on a row of digits a blank ends the count: \"%s\"", row(&g));
    grid_release(&g);
}

static void test_crowded_logs_leave_the_lane(void)
{
    struct mark_cell c[12] = {0};
    for (int i = 0; i < 4; i++)
        c[i].n[MARK_LOG] = 2;
    CHECK(!marks_crowded(c, 12, 12), "a third of the cells is not crowded");
    CHECK(marks_thin(c, 12, 12) && c[0].n[MARK_LOG] == 2, "marks with room stay");
    CHECK(marks_crowded(c, 12, 5), "a short life is crowded by few");
    c[1].n[MARK_CANCEL] = 1;
    CHECK(marks_thin(c, 12, 5), "what is more important stays on a crowded lane");
    CHECK(!c[0].n[MARK_LOG] && !c[1].n[MARK_LOG] && c[1].n[MARK_CANCEL] == 1, "and only that");
    c[1].n[MARK_CANCEL] = 0;
    c[2].n[MARK_LOG] = 9;
    CHECK(!marks_thin(c, 12, 1), "nothing is left of logs alone");
}

static void test_a_storm_is_levels(void)
{
    struct grid g;
    grid_init(&g, 12, 1, GLYPHS_ASCII);
    struct mark_cell c[12] = {0};
    for (int i = 0; i < 4; i++)
        c[i].n[MARK_CANCEL] = 1;
    CHECK(!marks_storm(c, 12, 12), "a third is no storm");
    c[4].n[MARK_DEADLINE] = 64;
    c[4].n[MARK_CANCEL] = 1;
    c[6].n[MARK_LOG] = 9;
    CHECK(marks_storm(c, 12, 12), "more is");
    marks_storm_draw(&g, 0, 0, 12, c);
    CHECK(!strncmp(row(&g), "11118 1", 7), "levels: \"%s\"", row(&g));
    CHECK(grid_at(&g, 0, 0)->role == ROLE_MARK_CANCEL && grid_at(&g, 4, 0)->role == ROLE_MARK_DEADLINE, "the colour of most");
    grid_clear(&g, (struct rect){0, 0, 12, 1});
    grid_text(&g, 0, 0, 3, ROLE_TEXT, "8 3");
    marks_storm_tint(&g, 0, 0, 12, c);
    CHECK(!strncmp(row(&g), "8 3", 3) && grid_at(&g, 2, 0)->role == ROLE_MARK_CANCEL && grid_at(&g, 1, 0)->role == ROLE_TEXT,
          "heights stay, blanks stay blank");
    grid_release(&g);
}

static void test_parts(void)
{
    struct grid g;
    grid_init(&g, 20, 1, GLYPHS_ASCII);
    ns_t ns[SHARE_COUNT] = {[SHARE_RUNNING] = 25, [SHARE_CHAN] = 74, [SHARE_SYNC] = 1};
    part_share_bar(&g, 0, 0, 8, ns);
    CHECK(!strncmp(row(&g), "##------", 8), "share bar: \"%s\"", row(&g));
    grid_clear(&g, (struct rect){0, 0, 20, 1});
    part_rule(&g, 0, 0, 20, "life", ROLE_STRONG, "peak");
    CHECK(!strcmp(row(&g), "-- life ---- peak --"), "rule: \"%s\"", row(&g));
    double active[4] = {0, 1, 25, 100};
    uint8_t h[4];
    minimap_levels(active, 4, h);
    CHECK(h[0] == 0 && h[1] == 1 && h[2] == 4 && h[3] == 8, "square root: %d %d %d %d", h[0], h[1], h[2], h[3]);
    grid_release(&g);
}

int main(void)
{
    test_choose();
    test_group();
    test_names();
    test_ruler();
    test_marks();
    test_crowded_logs_leave_the_lane();
    test_a_storm_is_levels();
    test_parts();
    printf("%s lane\n", failures ? "FAIL" : "ok");
    return failures != 0;
}
