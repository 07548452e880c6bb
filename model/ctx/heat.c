/* The heat map: one pass over the edges for rows and quantiles, one for the cells. */
#include "model/ctx/heat.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/select.h"

const char *const heat_row_words[HEAT_ROW_KINDS] = {
#define X(id, word, sentence) word,
    HEAT_ROWS(X)
#undef X
};
const char *const heat_to_words[HEAT_TO_COUNT] = {
#define X(id, word) word,
    HEAT_TOS(X)
#undef X
};

enum { STEPS_MAX = 64 };
static const ns_t NEVER_LEAST = 400000000; /* ns of trace after the cancel, before silence counts as never */
static const ns_t FASTEST = 1000;          /* where the axis begins at the earliest */

/* --- one edge -------------------------------------------------------------------------------------------------------- */

static bool counts(const struct heat_ask *a, const struct cancel_edge *e)
{
    if (e->kind == EDGE_WATCHER || (a->lens && !a->lens[e->g]))
        return false;
    return a->t0 == NS_NONE || (e->t >= a->t0 && e->t < a->t1);
}

/* The reaction that is asked for; NS_NONE: there was none. */
static ns_t latency_of(const struct session *s, const struct heat_ask *a, const struct cancel_edge *e)
{
    switch (a->to) {
    case HEAT_TO_RUN: return e->run == NS_NONE ? NS_NONE : e->run - e->t;
    case HEAT_TO_WAKE: return e->t - s->ctx.cancels.v[e->cancel].t0;
    default: return e->exit == NS_NONE ? NS_NONE : e->exit - e->t;
    }
}

/* Rows by function join the frames of one function; each stack is judged once. */
struct keys {
    struct session *s;
    const struct heat_ask *ask;
    struct map of_stack, of_func, of_goroutine;
};

static void keys_release(struct keys *k)
{
    map_release(&k->of_stack);
    map_release(&k->of_func);
    map_release(&k->of_goroutine);
}

/* The first frame that was seen of the same function. */
static frame_id by_function(struct keys *k, frame_id f)
{
    if (!f)
        return 0;
    str_id func = session_frame(k->s, f)->func;
    uint32_t first = map_get(&k->of_func, func);
    if (first != MAP_NONE)
        return first;
    map_put(&k->of_func, func, f);
    return f;
}

static frame_id waiting_in(struct keys *k, const struct cancel_edge *e)
{
    if (!e->wait_stack)
        return by_function(k, k->s->groups.v[session_g(k->s, e->g)->group].frame);
    uint32_t f = map_get(&k->of_stack, e->wait_stack);
    if (f == MAP_NONE) {
        f = by_function(k, stack_site(k->s, e->wait_stack));
        map_put(&k->of_stack, e->wait_stack, f);
    }
    return f;
}

static frame_id work_of(struct keys *k, gidx g)
{
    uint32_t f = map_get(&k->of_goroutine, g);
    if (f == MAP_NONE) {
        f = by_function(k, goroutine_subject(k->s, g));
        map_put(&k->of_goroutine, g, f);
    }
    return f;
}

static uint64_t key_of(struct keys *k, const struct cancel_edge *e)
{
    const struct cancel *c = &k->s->ctx.cancels.v[e->cancel];
    uint32_t ctx = e->ctx != IDX_NONE ? e->ctx : c->ctx;
    switch (k->ask->rows) {
    case HEAT_BY_SITE: return c->site;
    case HEAT_BY_DEPTH: return e->depth;
    case HEAT_BY_BURST: return e->cancel;
    case HEAT_BY_SUBJECT: return work_of(k, e->g);
    case HEAT_BY_CONTEXT: return ctx == IDX_NONE ? 0 : k->s->ctx.contexts.v[ctx].site;
    default: return waiting_in(k, e);
    }
}

/* --- steps of latency ------------------------------------------------------------------------------------------------ */

/* Lower bounds 1 µs, 3 µs, 10 µs ... up to about 1,000 s. */
static uint32_t make_steps(uint32_t a_decade, ns_t out[STEPS_MAX])
{
    static const uint8_t two[] = {1, 3}, three[] = {1, 2, 5};
    const uint8_t *m = a_decade == 3 ? three : two;
    uint32_t n = 0, per = a_decade == 3 ? 3 : 2;
    for (ns_t p = FASTEST; p <= 1000000000000; p *= 10)
        for (uint32_t i = 0; i < per && n < STEPS_MAX; i++)
            out[n++] = p * m[i];
    return n;
}

/* The step that a latency falls into; faster ones into the first. */
static uint32_t step_of(const ns_t *steps, uint32_t n, ns_t d)
{
    uint32_t lo = 0, hi = n;
    while (hi - lo > 1) {
        uint32_t mid = (lo + hi) / 2;
        if (steps[mid] <= d)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

/* An edge that counts, while the map is made. */
struct item {
    uint32_t edge, row;
    ns_t d;
};
typedef VEC(struct item) items;

struct making {
    struct keys keys;
    struct heat *out;
    VEC(struct heat_row) rows;
    struct map row_of;
    items items;
};

static uint32_t row_for(struct making *m, uint64_t key)
{
    uint32_t row = map_get(&m->row_of, key);
    if (row != MAP_NONE)
        return row;
    row = (uint32_t)m->rows.n;
    map_put(&m->row_of, key, row);
    *vec_push(&m->rows) = (struct heat_row){.key = key, .p50 = NS_NONE, .p99 = NS_NONE};
    return row;
}

static void gather(struct making *m, bool rows)
{
    struct session *s = m->keys.s;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        if (!counts(m->keys.ask, e))
            continue;
        uint32_t row = rows ? row_for(m, key_of(&m->keys, e)) : 0;
        *vec_push(&m->items) = (struct item){i, row, latency_of(s, m->keys.ask, e)};
    }
}

static bool is_never(const struct session *s, const struct cancel_edge *e, ns_t p99)
{
    ns_t least = p99 != NS_NONE && p99 > NEVER_LEAST / 4 ? 4 * p99 : NEVER_LEAST;
    return !e->unobserved && s->t1 - e->t >= least;
}

static ns_t quantile(ns_t *v, size_t n, double q)
{
    size_t at = (size_t)(q * (double)n);
    return n ? select_nth(v, n, at < n ? at : n - 1) : NS_NONE;
}

/* The reactions parted by row; what is asked of each part is found without sorting it. */
static void row_quantiles(struct making *m)
{
    size_t *end = mem_calloc(m->rows.n + 1, sizeof *end);
    ns_t *v = mem_alloc(m->items.n + 1, sizeof *v);
    for (size_t i = 0; i < m->items.n; i++)
        end[m->items.v[i].row + 1] += m->items.v[i].d != NS_NONE;
    for (size_t r = 0; r < m->rows.n; r++)
        end[r + 1] += end[r];
    for (size_t i = 0; i < m->items.n; i++)
        if (m->items.v[i].d != NS_NONE)
            v[end[m->items.v[i].row]++] = m->items.v[i].d;
    for (size_t r = 0, from = 0; r < m->rows.n; from = end[r++]) {
        m->rows.v[r].p50 = quantile(v + from, end[r] - from, .5);
        m->rows.v[r].p99 = quantile(v + from, end[r] - from, .99);
    }
    mem_free(end);
    mem_free(v);
}

/* Quantiles, never and cut of each row. */
static void sum_rows(struct making *m)
{
    const struct session *s = m->keys.s;
    row_quantiles(m);
    for (size_t i = 0; i < m->items.n; i++) {
        const struct item *it = &m->items.v[i];
        struct heat_row *r = &m->rows.v[it->row];
        r->n++;
        if (it->d == NS_NONE)
            ++*(is_never(s, &s->ctx.edges.v[it->edge], r->p99) ? &r->never : &r->cut);
    }
}

static int worst_first(const void *pa, const void *pb)
{
    const struct heat_row *a = pa, *b = pb;
    if (a->never != b->never)
        return a->never > b->never ? -1 : 1;
    if (a->p99 != b->p99)
        return a->p99 > b->p99 ? -1 : 1;
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* The steps that have edges, the slowest `cols` of them at most. */
static void fit_columns(struct making *m)
{
    struct heat *h = m->out;
    ns_t steps[STEPS_MAX];
    uint32_t n = make_steps(m->keys.ask->steps, steps), lo = n, hi = 0;
    for (size_t i = 0; i < m->items.n; i++) {
        if (m->items.v[i].d == NS_NONE)
            continue;
        uint32_t k = step_of(steps, n, m->items.v[i].d);
        lo = k < lo ? k : lo;
        hi = k + 1 > hi ? k + 1 : hi;
    }
    if (hi <= lo) { /* nobody reacted */
        lo = 0;
        hi = 1;
    }
    if (hi - lo > m->keys.ask->cols)
        lo = hi - m->keys.ask->cols;
    h->ncols = hi - lo;
    h->bounds = mem_alloc(h->ncols + 1, sizeof *h->bounds);
    memcpy(h->bounds, steps + lo, h->ncols * sizeof *h->bounds);
    h->bounds[h->ncols] = hi < n ? steps[hi] : NS_OPEN;
}

static void fill_cells(struct making *m)
{
    struct heat *h = m->out;
    h->counts = mem_calloc((size_t)h->nrows * h->ncols + 1, sizeof *h->counts);
    for (uint32_t r = 0; r < h->nrows; r++)
        map_put(&m->row_of, h->rows[r].key, r);
    for (size_t i = 0; i < m->items.n; i++) {
        const struct item *it = &m->items.v[i];
        if (it->d == NS_NONE)
            continue;
        uint32_t row = map_get(&m->row_of, m->rows.v[it->row].key),
                 *cell = &h->counts[(size_t)row * h->ncols + step_of(h->bounds, h->ncols, it->d)];
        if (++*cell > h->max)
            h->max = *cell;
    }
}

static void make_rows(struct making *m)
{
    gather(m, true);
    sum_rows(m);
    fit_columns(m);
    struct heat *h = m->out;
    h->nrows = (uint32_t)m->rows.n;
    h->rows = mem_alloc(h->nrows + 1, sizeof *h->rows);
    if (h->nrows)
        memcpy(h->rows, m->rows.v, h->nrows * sizeof *h->rows);
    qsort(h->rows, h->nrows, sizeof *h->rows, worst_first);
    fill_cells(m);
}

/* --- over time ------------------------------------------------------------------------------------------------------- */

static ns_t ask_t0(const struct session *s, const struct heat_ask *a)
{
    return a->t0 == NS_NONE ? s->t0 : a->t0;
}

static ns_t ask_t1(const struct session *s, const struct heat_ask *a)
{
    return a->t0 == NS_NONE ? s->t1 : a->t1;
}

/* The column of a moment in [t0, t1]. */
static uint32_t time_column(const struct heat *h, ns_t t)
{
    ns_t t0 = h->bounds[0], len = h->bounds[h->ncols] - t0;
    uint32_t c = len > 0 ? (uint32_t)((double)(t - t0) / (double)len * h->ncols) : 0;
    return c < h->ncols ? c : h->ncols - 1;
}

/* Bands from the slowest that has edges down to the first step. */
static void make_bands(struct making *m, const ns_t *steps, uint32_t nsteps)
{
    struct heat *h = m->out;
    uint32_t top = 1;
    for (size_t i = 0; i < m->items.n; i++) {
        uint32_t k = m->items.v[i].d == NS_NONE ? 0 : step_of(steps, nsteps, m->items.v[i].d) + 1;
        top = k > top ? k : top;
    }
    top += top % 2; /* two a row: whole rows */
    h->nrows = m->items.n ? top : 0;
    h->rows = mem_calloc(h->nrows + 1, sizeof *h->rows);
    for (uint32_t i = 0; i < h->nrows; i++)
        h->rows[i] = (struct heat_row){.key = (uint64_t)steps[top - 1 - i], .p50 = NS_NONE, .p99 = NS_NONE};
}

static void make_over_time(struct making *m)
{
    const struct session *s = m->keys.s;
    const struct heat_ask *a = m->keys.ask;
    struct heat *h = m->out;
    ns_t steps[STEPS_MAX];
    uint32_t nsteps = make_steps(a->steps, steps);
    gather(m, false);
    h->ncols = a->cols ? a->cols : 1;
    h->bounds = mem_alloc(h->ncols + 1, sizeof *h->bounds);
    ns_t t0 = ask_t0(s, a), len = ask_t1(s, a) - t0;
    for (uint32_t c = 0; c <= h->ncols; c++)
        h->bounds[c] = t0 + (ns_t)((double)len / h->ncols * c);
    make_bands(m, steps, nsteps);
    h->counts = mem_calloc((size_t)h->nrows * h->ncols + 1, sizeof *h->counts);
    h->never_at = mem_calloc(h->ncols + 1, sizeof *h->never_at);
    for (size_t i = 0; i < m->items.n; i++) {
        const struct item *it = &m->items.v[i];
        const struct cancel_edge *e = &s->ctx.edges.v[it->edge];
        uint32_t col = time_column(h, e->t);
        if (it->d == NS_NONE) {
            h->never_at[col] += is_never(s, e, NS_NONE);
            continue;
        }
        uint32_t band = h->nrows - 1 - step_of(steps, nsteps, it->d), *cell = &h->counts[(size_t)band * h->ncols + col];
        h->rows[band].n++;
        if (++*cell > h->max)
            h->max = *cell;
    }
}

void heat_make(struct session *s, const struct heat_ask *ask, struct heat *out)
{
    memset(out, 0, sizeof *out);
    struct making m = {.keys = {.s = s, .ask = ask}, .out = out};
    (ask->over_time ? make_over_time : make_rows)(&m);
    out->edges = (uint32_t)m.items.n;
    keys_release(&m.keys);
    map_release(&m.row_of);
    vec_free(&m.rows);
    vec_free(&m.items);
}

void heat_release(struct heat *h)
{
    mem_free(h->rows);
    mem_free(h->bounds);
    mem_free(h->counts);
    mem_free(h->never_at);
    memset(h, 0, sizeof *h);
}

/* --- the edges of a cell --------------------------------------------------------------------------------------------- */

static bool in_column(const struct session *s, const struct heat_ask *a, const struct heat *h, const struct cancel_edge *e, ns_t p99,
                      uint32_t col)
{
    ns_t d = latency_of(s, a, e);
    if (col == UINT32_MAX)
        return true;
    if (col >= h->ncols)
        return d == NS_NONE && is_never(s, e, p99) == (col == h->ncols);
    if (a->over_time)
        return d != NS_NONE && time_column(h, e->t) == col;
    return d != NS_NONE && step_of(h->bounds, h->ncols, d) == col;
}

static bool in_row(struct keys *k, const struct heat *h, const struct cancel_edge *e, uint32_t row)
{
    if (row == UINT32_MAX)
        return true;
    if (!k->ask->over_time)
        return key_of(k, e) == h->rows[row].key;
    ns_t d = latency_of(k->s, k->ask, e), low = (ns_t)h->rows[row].key;
    if (d == NS_NONE)
        return true; /* of a column of never */
    return (d >= low || row + 1 == h->nrows) && (row == 0 || d < (ns_t)h->rows[row - 1].key);
}

uint32_t heat_edges(struct session *s, const struct heat_ask *ask, const struct heat *h, uint32_t row, uint32_t col, uint32_t *out,
                    uint32_t max)
{
    struct keys k = {.s = s, .ask = ask};
    uint32_t n = 0;
    ns_t p99 = row < h->nrows && !ask->over_time ? h->rows[row].p99 : NS_NONE;
    if (row != UINT32_MAX && row >= h->nrows)
        return 0;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        /* The column is cheap to tell, the row is not. */
        if (!counts(ask, e) || !in_column(s, ask, h, e, p99, col) || !in_row(&k, h, e, row))
            continue;
        if (n < max)
            out[n] = i;
        n++;
    }
    keys_release(&k);
    return n;
}
