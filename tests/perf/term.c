/* term: what a frame of 200×50 costs in each back end, into a file: microseconds of CPU and bytes, by scene. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tui/term.h"

enum { W = 200, H = 50, FRAMES = 200 };

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* A list of goroutines with numbers, one row selected. */
static void list(struct grid *g, int first, int selected)
{
    for (int y = 0; y < H; y++) {
        grid_printf(g, 2, y, 60, ROLE_TEXT, "net/http.(*conn).serve.func%d", first + y);
        grid_printf(g, 70, y, 12, ROLE_DIM, "%8d", (first + y) * 7919 % 100000);
        grid_printf(g, 90, y, 12, ROLE_G_RUNNING, "%3d ms", (first + y) * 31 % 1000);
    }
    grid_tint(g, (struct rect){0, selected, W, 1}, TINT_SELECTION);
    grid_glyph(g, 0, selected, ROLE_TEXT, GLYPH_SELECTED);
}

/* Lanes of spans, seven cells each, moved by dx. */
static void lanes(struct grid *g, int dx, bool cursor)
{
    static const struct {
        enum role role;
        enum glyph glyph;
    } looks[] = {{ROLE_G_RUNNING, GLYPH_RUNNING}, {ROLE_G_CHAN, GLYPH_CHAN}, {ROLE_G_RUNNABLE, GLYPH_RUNNABLE}, {ROLE_G_SYNC, GLYPH_SYNC}};
    for (int y = 0; y < H; y++) {
        grid_printf(g, 0, y, 40, ROLE_TEXT, "  G%d handler", y * 17);
        for (int x = 44; x < W; x++) {
            unsigned k = (unsigned)((x + dx + y * 3) / 7) * 2654435761u >> 28;
            grid_glyph(g, x, y, looks[k % 4].role, looks[k % 4].glyph);
        }
    }
    if (cursor)
        grid_tint(g, (struct rect){60 + dx, 0, 1, H}, TINT_CURSOR);
}

static void noise(struct grid *g, int seed)
{
    for (int i = 0; i < W * H; i++) {
        unsigned k = ((unsigned)i * 2246822519u + (unsigned)seed * 3266489917u) * 2654435761u;
        grid_glyph(g, i % W, i / W, (enum role)(ROLE_G_RUNNING + (k >> 24) % 10), (enum glyph)(GLYPH_LEVEL1 + (k >> 20) % 8));
    }
}

static void scene(struct grid *g, int which, int i)
{
    switch (which) {
    case 0: list(g, 0, 3); break;
    case 1: list(g, 0, i % H); break;
    case 2:
        lanes(g, 0, false);
        grid_tint(g, (struct rect){60 + i % 100, 0, 1, H}, TINT_CURSOR);
        break;
    case 3: list(g, i, 3); break;
    case 4: lanes(g, i, true); break;
    case 5: lanes(g, i, false); break;
    default: noise(g, i);
    }
}

static void run(const struct term_ops *ops, const struct palette *p)
{
    static const char *const names[] = {"nothing changes",
                                        "selection moves one row",
                                        "time cursor moves one cell",
                                        "list scrolls one line",
                                        "timeline pans, cursor moves",
                                        "timeline, whole repaint",
                                        "noise"};
    struct err e = ERR_INIT;
    int fd = memfd_create("screen", MFD_CLOEXEC);
    struct terminal t = {.ops = ops, .in = fd, .out = fd, .name = "xterm-256color", .w = W, .h = H, .depth = DEPTH_256, .dirty = true};
    if (ops != &term_direct) {
        if (ops->open(&t, &e) < 0)
            exit(1);
        ops->resize(&t);
    }
    struct grid g;
    grid_init(&g, W, H, GLYPHS_UTF8);
    for (int s = 0; s < 7; s++) {
        double time = 0;
        off_t from = 0;
        for (int i = -2; i < FRAMES; i++) {
            grid_clear(&g, (struct rect){0, 0, W, H});
            scene(&g, s, i + 2);
            if (i == 0)
                from = lseek(fd, 0, SEEK_CUR), time = 0;
            t.dirty = s == 5;
            double at = cpu();
            term_show(&t, &g, p);
            time += cpu() - at;
        }
        printf("%-8s %-28s %7.0f us %8.0f bytes\n", ops->name, names[s], time / FRAMES, (double)(lseek(fd, 0, SEEK_CUR) - from) / FRAMES);
    }
    if (ops != &term_direct)
        ops->close(&t);
    grid_release(&g);
    close(fd);
}

int main(void)
{
    struct err e = ERR_INIT;
    struct theme t;
    struct palette p;
    setlocale(LC_CTYPE, "C.UTF-8");
    setenv("TERM", "xterm-256color", 1);
    if (theme_load(&t, "dark", NULL, &e) < 0)
        return 1;
    palette_init(&p, &t, DEPTH_256);
    run(&term_direct, &p);
    run(&term_ncurses, &p);
    return 0;
}
