/* Frames of the timeline over a trace: 33 lanes of 200 cells at random zooms and places, cold (everything decoded anew) and
 * warm (the same window again, a pan by some cells, a zoom). Prints milliseconds of CPU; never fails by the clock.
 *
 *     bench_timeline TRACE [FRAMES [LANES]]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/timeline/index.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"

enum { LANES = 33, CELLS = 200, FRAMES_MAX = 20000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

struct series {
    const char *name;
    double ms[FRAMES_MAX];
    struct tl_window at[FRAMES_MAX];
    size_t n;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(struct series *s, const struct session *ses)
{
    double worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->ms[i] > worst) {
            worst = s->ms[i];
            at = i;
        }
    struct tl_window w = s->at[at];
    qsort(s->ms, s->n, sizeof *s->ms, by_value);
    if (s->n)
        printf("  %-34s median %7.2f  p90 %7.2f  p99 %7.2f  max %7.2f ms  (cell %" PRId64 " ns at %" PRId64 ")\n", s->name, s->ms[s->n / 2],
               s->ms[s->n * 9 / 10], s->ms[s->n * 99 / 100], worst, w.cell, w.t0 - ses->t0);
}

static struct tl_cell cells[LANES * CELLS];

static void frame(struct session *s, const struct lane *lanes, const struct tl_window *w, struct series *to)
{
    struct err e = ERR_INIT;
    double t = now();
    if (tl_lanes(s, lanes, LANES, w, cells, &e) < 0) {
        err_print(&e, stderr, 1);
        exit(2);
    }
    if (to->n == FRAMES_MAX)
        return;
    to->at[to->n] = *w;
    to->ms[to->n++] = now() - t;
}

static struct tl_window any_window(const struct session *s)
{
    ns_t length = s->t1 - s->t0, cell = 16;
    double octaves = 0;
    for (ns_t c = 16; c < length / CELLS; c *= 2)
        octaves++;
    for (double k = octaves * below(1000) / 1000; k > 0; k--)
        cell = (ns_t)((double)cell * (k >= 1 ? 2 : 1 + k));
    return tl_window_at(s->t0 + (ns_t)(rnd() % (uint64_t)length), cell, CELLS, below(CELLS));
}

static void groups_frame(const struct session *s, struct lane *lanes)
{
    for (uint32_t i = 0; i < LANES; i++)
        lanes[i] = (struct lane){LANE_GROUP, (uint32_t)(i % s->groups.n)};
    lanes[0] = (struct lane){LANE_ALL, 0};
}

static void procs_frame(const struct session *s, struct lane *lanes)
{
    for (uint32_t i = 0; i < LANES; i++)
        lanes[i] = i % 2 && s->procs.n ? (struct lane){LANE_P, (uint32_t)(i / 2 % s->procs.n)}
                                       : (struct lane){LANE_M, (uint32_t)(i / 2 % s->threads.n)};
}

/* Neighbours in a group. */
static void group_members(const struct session *s, struct lane *lanes)
{
    gidx from = below(s->goroutines.n);
    uint32_t group = session_g(s, from)->group, n = 0;
    for (gidx k = 0; k < s->goroutines.n && n < LANES; k++)
        if (session_g(s, (from + k) % s->goroutines.n)->group == group)
            lanes[n++] = (struct lane){LANE_G, (from + k) % s->goroutines.n};
    for (; n < LANES; n++)
        lanes[n] = (struct lane){LANE_G, below(s->goroutines.n)};
}

static const struct session *sorting;
static int busiest_first(const void *a, const void *b)
{
    uint32_t x = session_g(sorting, *(const gidx *)a)->transitions, y = session_g(sorting, *(const gidx *)b)->transitions;
    return (x < y) - (x > y);
}

/* Those with most transitions. */
static void busiest(const struct session *s, struct lane *lanes)
{
    static gidx *order;
    if (!order) {
        order = mem_alloc(s->goroutines.n, sizeof *order);
        for (gidx i = 0; i < s->goroutines.n; i++)
            order[i] = i;
        sorting = s;
        qsort(order, s->goroutines.n, sizeof *order, busiest_first);
    }
    for (uint32_t i = 0; i < LANES; i++)
        lanes[i] = (struct lane){LANE_G, order[i % s->goroutines.n]};
}

static void run(struct session *s, const char *name, void (*choose)(const struct session *, struct lane *), int frames)
{
    static struct series cold, same, pan, zoom;
    struct lane lanes[LANES];
    cold.n = same.n = pan.n = zoom.n = 0;
    cold.name = "cold";
    same.name = "warm, the same window";
    pan.name = "warm, a pan by 1 to 50 cells";
    zoom.name = "warm, in or out by 2";
    printf("%s\n", name);
    for (int i = 0; i < frames; i++) {
        struct tl_window w = any_window(s);
        choose(s, lanes);
        tl_forget(s);
        frame(s, lanes, &w, &cold);
        frame(s, lanes, &w, &same);
        w.t0 += w.cell * (ns_t)(1 + below(50)) * (below(2) ? 1 : -1);
        frame(s, lanes, &w, &pan);
        w = tl_window_at(w.t0 + w.cell * CELLS / 2, tl_zoom(w.cell, below(2) ? 1 : -1), CELLS, CELLS / 2);
        frame(s, lanes, &w, &zoom);
    }
    print(&cold, s);
    print(&same, s);
    print(&pan, s);
    print(&zoom, s);
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    const char *path = argc > 1 ? argv[1] : "tests/data/demo/payd.trace.zst";
    int frames = argc > 2 ? atoi(argv[2]) : 300;
    double t = now();
    struct session *s = load_session(&path, 1, 2, &e);
    if (!s) {
        err_print(&e, stderr, 1);
        return 2;
    }
    uint64_t bytes[STREAMS] = {0}, rows[STREAMS] = {0};
    for (size_t i = 0; i < s->chunks.n; i++) {
        bytes[s->chunks.v[i].stream] += s->chunks.v[i].bytes;
        rows[s->chunks.v[i].stream] += s->chunks.v[i].rows;
    }
    printf("%s: %" PRIu64 " events, %zu segments, %u goroutines, %zu groups, %zu procs, %zu threads, %.3f s long; loaded in %.2f s\n", path,
           s->events, s->segments.n, s->goroutines.n, s->groups.n, s->procs.n, s->threads.n, (double)(s->t1 - s->t0) * 1e-9,
           (now() - t) * 1e-3);
    printf("rows and kB: G %" PRIu64 " %" PRIu64 ", sums of goroutines %" PRIu64 " %" PRIu64 ", of sets %" PRIu64 " %" PRIu64 "\n",
           rows[STREAM_G], bytes[STREAM_G] / 1000, rows[STREAM_LOD_G], bytes[STREAM_LOD_G] / 1000, rows[STREAM_LOD_SET],
           bytes[STREAM_LOD_SET] / 1000);
    session_read(s);
    t = now();
    struct tl_index *x = index_lock(s);
    if (index_idle(x, s, &e) < 0)
        return 2;
    index_unlock(x);
    printf("index in %.2f ms\n", now() - t);
    static const struct {
        const char *name;
        void (*choose)(const struct session *, struct lane *);
    } kinds[] = {{"groups and all", groups_frame},
                 {"procs and threads", procs_frame},
                 {"members of a group", group_members},
                 {"busiest goroutines", busiest}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (argc < 4 || strstr(kinds[i].name, argv[3]))
            run(s, kinds[i].name, kinds[i].choose, frames);
    session_done(s);
    load_free(s);
    return 0;
}
