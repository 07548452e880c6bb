/* Cells of all lanes at any zoom are what the spans of the events sum up to, to the nanosecond: in random sessions with and
 * sums, in real traces, in two traces one after the other. And all time is accounted for.
 *
 * test-timeout: 120
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/lod.h"
#include "tests/lib/check.h"
#include "tests/lib/oracle.h"

static struct lane any_lane(const struct session *s)
{
    switch (below(6)) {
    case 0: return (struct lane){LANE_GROUP, below((uint32_t)s->groups.n)};
    case 1: return (struct lane){LANE_P, s->procs.n ? below((uint32_t)s->procs.n) : 0};
    case 2: return (struct lane){LANE_M, s->threads.n ? below((uint32_t)s->threads.n) : 0};
    case 3: return (struct lane){LANE_ALL, 0};
    default: return (struct lane){LANE_G, below(s->goroutines.n)};
    }
}

static bool lane_ok(const struct session *s, struct lane l)
{
    return (l.kind != LANE_P || s->procs.n) && (l.kind != LANE_M || s->threads.n);
}

/* Widths from a few ns to twice the trace, places all over it and beyond. */
static struct tl_window any_window(const struct session *s)
{
    ns_t length = s->t1 - s->t0 + 1, cell = 2;
    for (ns_t most = length / (1 + below(60)); cell < most && below(25);)
        cell = tl_cell_width(cell + 1 + cell / 2);
    struct tl_window w = tl_window_at(s->t0 + (ns_t)(rnd() % (uint64_t)length), cell, 1 + below(60), 0);
    w.t0 -= w.cell * (ns_t)below(w.n + 1);
    return w;
}

static void same_cells(struct watched *w, struct lane lane, const struct tl_window *win, const struct tl_cell *ours, const char *what)
{
    struct tl_cell want[64];
    oracle_cells(&w->o, lane, win, want);
    for (uint32_t i = 0; i < win->n; i++)
        for (int half = 0; half < 2; half++)
            for (unsigned k = 0; k < SHARE_COUNT; k++)
                if (ours[i].ns[half][k] != want[i].ns[half][k]) {
                    CHECK(false, "%s: lane %d %u, window %" PRId64 " + %u * %" PRId64 ", cell %u.%d, %s: %" PRId64 ", not %" PRId64, what,
                          (int)lane.kind, lane.id, win->t0 - w->s->t0, win->n, win->cell, i, half, share_names[k], ours[i].ns[half][k],
                          want[i].ns[half][k]);
                    return;
                }
}

static void compare(struct watched *w, struct lane lane, const struct tl_window *win, const char *what)
{
    static uint32_t turn;
    struct tl_cell ours[64];
    struct err e = ERR_INIT;
    if (turn++ % CHECK_EVERY) /* here, so that the random numbers are the same ones */
        return;
    if (tl_cells(w->s, lane, win, ours, &e) < 0)
        CHECK(false, "%s: %s", what, e.what);
    else
        same_cells(w, lane, win, ours, what);
}

/* The same of some goroutines only: one in two, one in eight, or none. */
static void chosen(struct watched *w, uint32_t n, const char *what)
{
    enum { LANES = 4 };
    uint8_t *some = calloc(w->s->goroutines.n + 1, 1);
    struct tl_cell *ours = calloc((size_t)LANES * 64, sizeof *ours);
    struct err e = ERR_INIT;
    for (uint32_t i = 0; i < n && check_failures < 5; i++) {
        struct tl_window win = any_window(w->s);
        struct lane lanes[LANES];
        for (uint32_t g = 0; g < w->s->goroutines.n; g++)
            some[g] = i % 5 && !below(i % 2 ? 2 : 8);
        win.t0 += below(3) ? 0 : 2 * (ns_t)below(7) + 1;
        for (uint32_t k = 0; k < LANES; k++)
            lanes[k] = any_lane(w->s);
        w->o.chosen = some;
        CHECK(tl_lanes_of(w->s, lanes, LANES, some, &win, ours, &e) == 0, "%s: %s", what, e.what);
        for (uint32_t k = 0; k < LANES; k++) {
            bool again = false; /* a proc or thread has one row */
            for (uint32_t l = k + 1; l < LANES; l++)
                again |= lanes[l].kind == lanes[k].kind && lanes[l].id == lanes[k].id;
            if (lane_ok(w->s, lanes[k]) && !again)
                same_cells(w, lanes[k], &win, ours + (size_t)k * win.n, what);
        }
        w->o.chosen = NULL;
    }
    free(some);
    free(ours);
}

/* The whole trace in one lane is what the session's tables say; a goroutine's cells add up to its life. */
static void whole(struct watched *w, const char *what, bool real)
{
    struct session *s = w->s;
    struct tl_window win = tl_window_at(s->t0, tl_cell_width((s->t1 - s->t0) / 20 + 1), 30, 0);
    struct tl_cell cells[30];
    struct err e = ERR_INIT;
    for (uint32_t i = 0; i < 40; i++) {
        struct lane lane = {LANE_G, below(s->goroutines.n)};
        const struct goroutine *g = session_g(s, lane.id);
        ns_t sum[SHARE_COUNT] = {0}, all = 0,
             life = (g->ended == NS_OPEN ? s->t1 : g->ended) - (g->created == NS_NONE ? s->t0 : g->created);
        CHECK(tl_cells(s, lane, &win, cells, &e) == 0, "%s", e.what);
        for (uint32_t c = 0; c < win.n; c++)
            for (unsigned k = 0; k < SHARE_COUNT; k++)
                sum[k] += cells[c].ns[0][k] + cells[c].ns[1][k];
        for (unsigned k = 0; k < SHARE_COUNT; k++) {
            CHECK(sum[k] == g->ns[k], "%s: g%" PRId64 " %s: %" PRId64 ", not %" PRId64, what, g->id, share_names[k], sum[k], g->ns[k]);
            all += sum[k];
        }
        if (real) /* random ones come to life again */
            CHECK(all == life, "%s: g%" PRId64 ": %" PRId64 " of %" PRId64 " ns", what, g->id, all, life);
    }
}

static void windows(struct watched *w, uint32_t n, const char *what)
{
    for (uint32_t i = 0; i < n && check_failures < 5; i++) {
        struct tl_window win = any_window(w->s);
        for (uint32_t k = 0; k < 6; k++) {
            struct lane lane = any_lane(w->s);
            if (!lane_ok(w->s, lane))
                continue;
            compare(w, lane, &win, what);
            /* A neighbour, which shares what is kept of this one. */
            struct tl_window next = win;
            next.t0 += win.cell * (ns_t)below(5);
            compare(w, lane, &next, what);
            if (!below(8)) {
                next.t0 += 2 * (ns_t)below(7) + 1; /* not aligned */
                compare(w, lane, &next, what);
            }
        }
    }
}

static void judge(struct watched *w, bool ok, uint32_t n, const char *what, bool real, struct err *e)
{
    CHECK(ok, "%s: %s", what, e->what);
    if (ok) {
        session_read(w->s);
        windows(w, n, what);
        chosen(w, n / 6 + 1, what);
        if (!w->o.breaks.n)
            whole(w, what, real);
        session_done(w->s);
    }
    watched_free(w);
}

/* Sums over several segments, of sets and of goroutines: spans of this size there are. */
static void count_spans(struct session *s, uint32_t span, uint32_t want_sets, bool want_g, const char *what)
{
    uint32_t sets = 0, gs = 0, last_set = UINT32_MAX;
    for (size_t i = 0; i < s->chunks.n; i++) {
        const struct chunk_ref *c = &s->chunks.v[i];
        if (c->span != span)
            continue;
        CHECK(c->segment % span == 0 && c->t0 == s->segments.v[c->segment].t0 && c->t1 == s->segments.v[c->segment + span - 1].t1,
              "%s: chunk %zu covers segments %u + %u", what, i, c->segment, span);
        gs += c->stream == STREAM_LOD_G;
        if (c->stream == STREAM_LOD_SET && c->segment != last_set) {
            last_set = c->segment;
            sets++;
        }
    }
    CHECK(sets == want_sets, "%s: %u spans of %u segments, not %u", what, sets, span, want_sets);
    CHECK(gs > 0 || !want_g, "%s: %u chunks of goroutines over %u segments", what, gs, span);
}

static void random_session(uint32_t blocks, uint32_t n, uint32_t goroutines, bool odd)
{
    struct watched w;
    struct err e = ERR_INIT;
    char what[80];
    snprintf(what, sizeof what, "%u blocks, %u events, %u goroutines%s", blocks, n, goroutines, odd ? ", odd" : "");
    judge(&w, watched_random(&w, blocks, n, goroutines, odd, &e), 60, what, false, &e);
}

/* Many segments, so that wide windows are summed from spans: of 16, and of 256 of which the 16 may be too small to be kept. */
static void many_segments(uint32_t n, uint32_t split, uint32_t goroutines, bool odd)
{
    struct watched w;
    struct err e = ERR_INIT;
    char what[80];
    snprintf(what, sizeof what, "%u events, %u a segment, %u goroutines%s", n, split, goroutines, odd ? ", odd" : "");
    oracle_split = split;
    bool ok = watched_random(&w, 20, n, goroutines, odd, &e);
    oracle_split = 0;
    if (ok) {
        uint32_t segments = (uint32_t)w.s->segments.n;
        CHECK(segments >= 256, "%s: %u segments", what, segments);
        count_spans(w.s, 16, split * 16 >= LOD_EVENTS_MIN ? segments / 16 : 0, split * 16 >= LOD_EVENTS_MIN, what);
        count_spans(w.s, 256, segments / 256, split * 16 >= LOD_EVENTS_MIN, what);
    }
    judge(&w, ok, 40, what, false, &e);
}

static void files(const char *const *paths, size_t n, uint32_t windows_n)
{
    struct watched w;
    struct err e = ERR_INIT;
    judge(&w, watched_load(&w, paths, n, &e), windows_n, paths[0], true, &e);
}

int main(void)
{
    random_session(1, 40, 4, false);
    random_session(5, 300, 20, true);
    random_session(12, 4000, 300, true);
    random_session(4, 60000, 200, false);
    random_session(9, 130000, 4000, true);
    random_session(34, 340000, 100, false);
    many_segments(22000, 70, 12, false);
    many_segments(165000, 560, 200, true);
    static const char *const real[] = {"tests/data/corpus/go1.26/cancel-storm.fault.trace.zst", "tests/data/demo/payd.trace.zst",
                                       "tests/data/corpus/go1.22/cancel-storm.fault.trace.zst", "tests/data/real/staticcheck.trace.zst"};
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        files(&real[i], 1, 25);
    files(real, 2, 40);
    return check_done();
}
