/* The heat map against counting by hand: random edges, each way of rows and each moment of a reaction. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "model/ctx/heat.h"
#include "tests/lib/check.h"

enum { GOROUTINES = 50, BURSTS = 40 };
static const ns_t SECOND = 1000000000;

static struct session *random_session(uint32_t edges)
{
    struct session *s = session_new();
    s->t0 = 1000;
    s->t1 = 1000 + 10 * SECOND;
    *vec_push(&s->groups) = (struct group){.name = 0};
    for (uint32_t i = 0; i < GOROUTINES; i++)
        *paged_push(&s->goroutines) = (struct goroutine){.id = i + 1, .creator = IDX_NONE, .ended = NS_OPEN};
    for (uint32_t i = 0; i < BURSTS; i++)
        *vec_push(&s->ctx.cancels) = (struct cancel){.t0 = s->t0 + (ns_t)(rnd() % (uint64_t)(9 * SECOND)), .site = i % 3, .ctx = IDX_NONE};
    for (uint32_t i = 0; i < edges; i++) {
        uint32_t burst = below(BURSTS);
        ns_t t = s->ctx.cancels.v[burst].t0 + (ns_t)below(2000000), run = t + (ns_t)(1 + below(3000000));
        ns_t exit = run + (ns_t)(rnd() >> (34 + below(25)));
        *vec_push(&s->ctx.edges) = (struct cancel_edge){.t = t,
                                                        .run = below(9) ? run : NS_NONE,
                                                        .exit = below(7) && exit < s->t1 ? exit : NS_NONE,
                                                        .cancel = burst,
                                                        .ctx = IDX_NONE,
                                                        .g = below(GOROUTINES),
                                                        .kind = below(20) ? EDGE_WAKE : EDGE_WATCHER,
                                                        .depth = (uint8_t)(1 + below(4))};
    }
    return s;
}

static uint64_t key_of(const struct heat_ask *a, const struct session *s, const struct cancel_edge *e)
{
    return a->rows == HEAT_BY_DEPTH ? e->depth : a->rows == HEAT_BY_BURST ? e->cancel : s->ctx.cancels.v[e->cancel].site;
}

static ns_t reaction(const struct heat_ask *a, const struct session *s, const struct cancel_edge *e)
{
    if (a->to == HEAT_TO_WAKE)
        return e->t - s->ctx.cancels.v[e->cancel].t0;
    ns_t until = a->to == HEAT_TO_RUN ? e->run : e->exit;
    return until == NS_NONE ? NS_NONE : until - e->t;
}

static bool asked(const struct heat_ask *a, const struct cancel_edge *e)
{
    return e->kind != EDGE_WATCHER && (a->t0 == NS_NONE || (e->t >= a->t0 && e->t < a->t1)) && (!a->lens || a->lens[e->g]);
}

/* Each edge lies in one cell of its row, or is never or cut; the list of a cell is what counting gives. */
static void check_cell(struct session *s, const struct heat_ask *a, const struct heat *h, uint32_t row, uint32_t col)
{
    uint32_t n = 0, *list = mem_alloc(s->ctx.edges.n + 1, sizeof *list);
    uint32_t got = heat_edges(s, a, h, row, col, list, (uint32_t)s->ctx.edges.n);
    ns_t p99 = h->rows[row].p99, least = 4 * p99 > 400000000 ? 4 * p99 : 400000000;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        ns_t d = reaction(a, s, e);
        if (!asked(a, e) || key_of(a, s, e) != h->rows[row].key)
            continue;
        bool in;
        if (d == NS_NONE)
            in = col == h->ncols + (s->t1 - e->t >= least ? 0 : 1);
        else
            in = col < h->ncols && (d >= h->bounds[col] || col == 0) && (d < h->bounds[col + 1]);
        if (!in)
            continue;
        CHECK(n < got && list[n] == i, "edge %u of cell %u %u", i, row, col);
        n++;
    }
    CHECK(n == got, "cell %u %u lists %u edges of %u", row, col, got, n);
    uint32_t count = col < h->ncols ? h->counts[(size_t)row * h->ncols + col] : col == h->ncols ? h->rows[row].never : h->rows[row].cut;
    CHECK(count == n, "cell %u %u counts %u of %u", row, col, count, n);
    mem_free(list);
}

static int ascending(const void *a, const void *b)
{
    const ns_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void check_quantiles(struct session *s, const struct heat_ask *a, const struct heat_row *row)
{
    ns_t *v = mem_alloc(s->ctx.edges.n + 1, sizeof *v);
    size_t n = 0;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        if (asked(a, e) && key_of(a, s, e) == row->key && reaction(a, s, e) != NS_NONE)
            v[n++] = reaction(a, s, e);
    }
    qsort(v, n, sizeof *v, ascending);
    CHECK(row->p50 == (n ? v[n / 2] : NS_NONE), "median");
    CHECK(row->p99 == (n ? v[(size_t)((double)n * .99)] : NS_NONE), "p99");
    mem_free(v);
}

static void check_rows(struct session *s, const struct heat_ask *a)
{
    struct heat h;
    heat_make(s, a, &h);
    uint32_t all = 0, expected = 0;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++)
        expected += asked(a, &s->ctx.edges.v[i]);
    CHECK(h.ncols <= a->cols, "%u columns", h.ncols);
    for (uint32_t r = 0; r < h.nrows; r++) {
        all += h.rows[r].n;
        CHECK(r == 0 || h.rows[r - 1].never >= h.rows[r].never, "worst first");
        check_quantiles(s, a, &h.rows[r]);
        for (uint32_t c = 0; c < h.ncols + 2; c++)
            check_cell(s, a, &h, r, c);
    }
    CHECK(all == expected && h.edges == expected, "%u edges of %u", all, expected);
    heat_release(&h);
}

static void check_over_time(struct session *s)
{
    struct heat_ask a = {.over_time = true, .cols = 70, .steps = 2, .t0 = NS_NONE, .t1 = NS_NONE};
    struct heat h;
    heat_make(s, &a, &h);
    uint64_t sum = 0, reacted = 0;
    for (uint32_t r = 0; r < h.nrows; r++) {
        for (uint32_t c = 0; c < h.ncols; c++) {
            uint32_t n = h.counts[(size_t)r * h.ncols + c];
            CHECK(n == heat_edges(s, &a, &h, r, c, NULL, 0), "band %u column %u", r, c);
            sum += n;
        }
    }
    for (uint32_t i = 0; i < s->ctx.edges.n; i++)
        reacted += s->ctx.edges.v[i].exit != NS_NONE && s->ctx.edges.v[i].kind != EDGE_WATCHER;
    CHECK(sum == reacted, "%llu in bands of %llu", (unsigned long long)sum, (unsigned long long)reacted);
    CHECK(h.bounds[0] == s->t0 && h.bounds[h.ncols] == s->t1, "the columns tile the trace");
    heat_release(&h);
}

/* Printed, not judged: a machine may be busy. */
static void time_it(void)
{
    struct session *s = random_session(100000);
    struct heat_ask a = {.rows = HEAT_BY_DEPTH, .cols = 20, .steps = 3, .t0 = NS_NONE, .t1 = NS_NONE};
    struct heat h;
    clock_t t = clock();
    heat_make(s, &a, &h);
    printf("heat map of 100,000 edges: %.1f ms\n", (double)(clock() - t) * 1000 / CLOCKS_PER_SEC);
    heat_release(&h);
    session_free(s);
}

int main(void)
{
    static const enum heat_rows rows[] = {HEAT_BY_SITE, HEAT_BY_DEPTH, HEAT_BY_BURST};
    uint8_t lens[GOROUTINES];
    for (uint32_t n = 0; n <= 3000; n = n * 3 + 1) {
        struct session *s = random_session(n);
        for (unsigned i = 0; i < GOROUTINES; i++)
            lens[i] = i % 3 != 0;
        for (unsigned i = 0; i < 3 * HEAT_TO_COUNT; i++) {
            struct heat_ask a = {.rows = rows[i / HEAT_TO_COUNT],
                                 .to = i % HEAT_TO_COUNT,
                                 .cols = 5 + below(30),
                                 .steps = 2 + i % 2,
                                 .t0 = NS_NONE,
                                 .t1 = NS_NONE};
            check_rows(s, &a);
            a.t0 = s->t0 + 2 * SECOND;
            a.t1 = s->t0 + 7 * SECOND;
            a.lens = lens;
            check_rows(s, &a);
        }
        check_over_time(s);
        session_free(s);
    }
    time_it();
    return check_done();
}
