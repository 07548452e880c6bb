/* ui [-s] PROGRAM ARGUMENTS…: opens it on a terminal of 200×50, presses keys and prints lines "NAME FIGURE": milliseconds from
 * start to the first frame, to the first rows, to the whole; key to frame and bytes of a frame while an import runs, for a walk
 * through zoom levels and places, for moves of the cursor; the program's peak memory in MiB.
 * With -s it presses Ctrl-C amid the import and prints how long the import went on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#include "tests/lib/vt.h"

enum { KEYS = 400, EARLY_KEYS = 20000, KEY_MS = 2000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *v, size_t n, double q)
{
    qsort(v, n, sizeof *v, by_value);
    return n ? v[(size_t)((double)(n - 1) * q)] : 0;
}

/* A walk through zoom levels and places; the same in each run. */
static const char *const walk[] = {"+", "l", "j", "+", "+", "L", "l", "l",    "w", "+", "j", "L",    "H", "+", "k", "+",
                                   "+", "l", "w", "-", "-", "-", "j", "PgDn", "L", "-", "-", "PgUp", "-", "-", "Z"};

struct sample {
    double ms[EARLY_KEYS], bytes[EARLY_KEYS];
    size_t n;
};

static void press(struct vt *vt, const char *key, struct sample *s)
{
    double at = now();
    vt_keys(vt, key);
    if (!vt_sync(vt, KEY_MS) || s->n == EARLY_KEYS)
        return;
    s->ms[s->n] = now() - at;
    s->bytes[s->n++] = (double)vt_bytes(vt);
}

static void report(const char *what, struct sample *s)
{
    printf("%s_frames %zu\n%s_median %.1f\n%s_p99 %.1f\n%s_bytes %.0f\n%s_bytes_most %.0f\n", what, s->n, what, quantile(s->ms, s->n, 0.5),
           what, quantile(s->ms, s->n, 0.99), what, quantile(s->bytes, s->n, 0.5), what, quantile(s->bytes, s->n, 1));
}

/* Keys while the import runs, until it is done. */
static void through_import(struct vt *vt, double start)
{
    static struct sample early;
    double frame = 0, rows = 0;
    while (vt_sync(vt, 30000)) {
        frame = frame ? frame : now() - start;
        if (vt_mark(vt).rows > 0 && !rows)
            rows = now() - start;
        if (vt_mark(vt).import >= 100)
            break;
        if (rows) /* before, a frame shows nothing and costs nothing */
            press(vt, early.n % 2 ? "l" : "h", &early);
        else
            vt_keys(vt, "l");
    }
    double whole = now() - start;
    printf("first_frame %.0f\nfirst_rows %.0f\nwhole %.0f\n", frame, rows ? rows : whole, whole);
    report("import", &early);
}

static void walk_about(struct vt *vt)
{
    static struct sample late, moves;
    vt_keys(vt, "2");
    vt_sync(vt, KEY_MS);
    for (size_t i = 0; i < KEYS - 50; i++)
        press(vt, walk[i % (sizeof walk / sizeof *walk)], &late);
    for (size_t i = 0; i < 40; i++)
        press(vt, i % 2 ? "h" : "l", &moves);
    report("frame", &late);
    report("cursor", &moves);
}

/* Ctrl-C when rows are there; nothing is printed when the import was over before. */
static void stop_import(struct vt *vt)
{
    while (vt_sync(vt, 30000) && vt_mark(vt).import < 20)
        vt_pump(vt, 5);
    if (vt_mark(vt).import >= 100)
        return;
    double at = now();
    vt_keys(vt, "C-c");
    while (vt_mark(vt).import < 100 && now() - at < 10000)
        vt_pump(vt, 1);
    printf("stop %.0f\nstop_rows %d\n", now() - at, vt_mark(vt).rows);
}

int main(int argc, char **argv)
{
    bool stop = argc > 1 && !strcmp(argv[1], "-s");
    if (argc < 2 + stop)
        return 2;
    double start = now();
    struct vt *vt = vt_start(&(struct vt_opts){.cols = 200, .rows = 50}, (const char *const *)(argv + 1 + stop));
    if (stop) {
        stop_import(vt);
    } else {
        through_import(vt, start);
        walk_about(vt);
    }
    vt_keys(vt, "q");
    int status = vt_end(vt, 10000);
    vt_free(vt);
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    printf("memory %.0f\n", (double)u.ru_maxrss / 1024);
    return status == 0 ? 0 : 1;
}
