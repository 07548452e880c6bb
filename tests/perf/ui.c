/* ui PROGRAM ARGUMENTS…: opens it on a terminal of 200×50 and prints, in milliseconds: start to first frame, to first rows of the
 * trace, to the whole; then keys: median and p99 of key to frame, median and most bytes of a frame, and the program's peak memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "tests/lib/vt.h"

enum { KEYS = 400, KEY_MS = 2000 };

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
    double ms[KEYS], bytes[KEYS];
    size_t n;
};

static void press(struct vt *vt, const char *key, struct sample *s)
{
    double at = now();
    vt_keys(vt, key);
    if (!vt_sync(vt, KEY_MS) || s->n == KEYS)
        return;
    s->ms[s->n] = now() - at;
    s->bytes[s->n++] = (double)vt_bytes(vt);
}

static void report(const char *what, struct sample *s)
{
    printf("%s: %zu frames, key to frame %.1f ms median, %.1f p99; bytes %.0f median, %.0f most\n", what, s->n, quantile(s->ms, s->n, 0.5),
           quantile(s->ms, s->n, 0.99), quantile(s->bytes, s->n, 0.5), quantile(s->bytes, s->n, 1));
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    static struct sample early, late, moves;
    double start = now(), frame = 0, rows = 0;
    struct vt *vt = vt_start(&(struct vt_opts){.cols = 200, .rows = 50}, (const char *const *)(argv + 1));
    while (vt_sync(vt, 30000)) {
        frame = frame ? frame : now() - start;
        if (vt_mark(vt).rows > 0 && !rows)
            rows = now() - start;
        if (vt_mark(vt).import >= 100)
            break;
        press(vt, early.n % 2 ? "l" : "h", &early);
    }
    double whole = now() - start;
    printf("start: first frame %.0f ms, first rows %.0f ms, whole %.0f ms\n", frame, rows ? rows : whole, whole);
    report("while importing", &early);
    vt_keys(vt, "2");
    vt_sync(vt, KEY_MS);
    for (size_t i = 0; i < KEYS - 50; i++)
        press(vt, walk[i % (sizeof walk / sizeof *walk)], &late);
    report("zoom and pan", &late);
    for (size_t i = 0; i < 40; i++)
        press(vt, i % 2 ? "h" : "l", &moves);
    report("cursor moves", &moves);
    vt_free(vt);
    return 0;
}
