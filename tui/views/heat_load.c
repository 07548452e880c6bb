/* What the heat map shows: counts by row and latency, the edges of the cell under the cursor. */
#include <stdlib.h>
#include <string.h>

#include "tui/sites.h"
#include "tui/lens.h"
#include "tui/views/heat.h"

static struct heat_layout layout(const struct heat_state *st, struct rect r)
{
    bool wide = r.w >= 160, mid = r.w >= 110;
    struct heat_layout l = {.label = wide ? 41 : mid ? 32 : 24, .cell = wide ? 6 : mid ? 5 : 4, .quantiles = mid};
    if (st->bare && !st->over_time)
        l.cell = 2;
    if (st->over_time) {
        l.label = mid ? 32 : 8;
        l.cell = 1;
        l.quantiles = false;
    }
    return l;
}

/* Behind the cells: cut, never, n, and from 110 columns on p50 and p99. */
static int tail_width(const struct heat_layout *l)
{
    return l->quantiles ? 38 : 16;
}

static void ask_for(const struct nav *nav, const struct heat_state *st, const struct heat_layout *l, struct rect r, struct heat_ask *a)
{
    int room = r.w - l->label - (st->over_time ? 1 : tail_width(l));
    bool fine = !st->over_time && (st->bare || r.w >= 160);
    *a = (struct heat_ask){.rows = st->rows,
                           .to = st->to,
                           .over_time = st->over_time,
                           .cols = (uint32_t)(room < l->cell ? 1 : room / l->cell),
                           .steps = fine ? 3 : 2,
                           .t0 = NS_NONE,
                           .t1 = NS_NONE};
    if (nav->range0 != NS_NONE && nav->range1 != NS_NONE && !st->over_time) {
        a->t0 = nav->range0;
        a->t1 = nav->range1;
    }
}

static bool same_ask(const struct heat_ask *a, const struct heat_ask *b)
{
    return a->rows == b->rows && a->to == b->to && a->over_time == b->over_time && a->cols == b->cols && a->steps == b->steps &&
           a->t0 == b->t0 && a->t1 == b->t1 && a->lens == b->lens;
}

/* --- labels ---------------------------------------------------------------------------------------------------------- */

static void label_frame(const struct session *s, frame_id f, struct heat_label *out)
{
    struct site_frame at = site_frame(s, f);
    out->func = at.func;
    out->file = at.file;
    out->line = at.line;
    out->std = at.std;
}

static void label_of(const struct session *s, const struct heat_ask *a, const struct heat_row *row, struct heat_label *out)
{
    *out = (struct heat_label){.t = NS_NONE};
    if (a->over_time) {
        out->t = (ns_t)row->key;
        return;
    }
    switch (a->rows) {
    case HEAT_BY_DEPTH: out->number = (uint32_t)row->key; break;
    case HEAT_BY_BURST: {
        const struct cancel *c = row->key < s->ctx.cancels.n ? &s->ctx.cancels.v[row->key] : NULL;
        if (!c)
            break;
        out->t = c->t0;
        out->by = c->by;
        label_frame(s, c->site, out);
        break;
    }
    case HEAT_BY_SITE:
        out->by = row->key ? BY_EXPLICIT : BY_DEADLINE;
        label_frame(s, (frame_id)row->key, out);
        break;
    default: label_frame(s, (frame_id)row->key, out);
    }
}

static void load_labels(struct heat_data *d, const struct session *s, const struct heat_state *st)
{
    uint32_t n = d->heat.nrows > st->top ? d->heat.nrows - st->top : 0;
    d->nlabels = n < (uint32_t)d->l.map ? (int)n : d->l.map;
    d->labels = mem_realloc(d->labels, (size_t)d->nlabels + 1, sizeof *d->labels);
    for (int i = 0; i < d->nlabels; i++)
        label_of(s, &d->asked, &d->heat.rows[st->top + (uint32_t)i], &d->labels[i]);
}

static void load_list(struct heat_data *d, struct session *s, struct heat_state *st, bool anew)
{
    struct edge_list *l = &d->list;
    if (!anew && d->list_row == st->row && d->list_col == st->col) {
        edge_list_load(l, &st->list, s, d->l.list);
        return;
    }
    d->list_row = st->row;
    d->list_col = st->col;
    l->n = d->heat.nrows ? heat_edges(s, &d->asked, &d->heat, st->row, st->col, l->edges, l->room) : 0;
    if (l->n > l->room)
        heat_edges(s, &d->asked, &d->heat, st->row, st->col, edge_list_room(l, l->n), l->n);
    edge_list_sort(l, s);
    edge_list_load(l, &st->list, s, d->l.list);
}

/* --- over time ------------------------------------------------------------------------------------------------------- */

static int load_strips(struct heat_data *d, struct session *s, struct err *e)
{
    uint32_t n = d->heat.ncols;
    d->alive = mem_realloc(d->alive, n + 1, sizeof *d->alive);
    d->fired = mem_realloc(d->fired, n + 1, sizeof *d->fired);
    d->called = mem_realloc(d->called, n + 1, sizeof *d->called);
    memset(d->fired, 0, (n + 1) * sizeof *d->fired);
    memset(d->called, 0, (n + 1) * sizeof *d->called);
    ns_t len = d->t1 - d->t0;
    for (size_t i = 0; i < s->ctx.cancels.n; i++) {
        const struct cancel *c = &s->ctx.cancels.v[i];
        if (c->t0 < d->t0 || c->t0 >= d->t1 || len <= 0)
            continue;
        size_t col = (size_t)((double)(c->t0 - d->t0) / (double)len * n);
        (c->by == BY_DEADLINE ? d->fired : d->called)[col < n ? col : n - 1]++;
    }
    struct tl_cell *cells = mem_alloc(n + 1, sizeof *cells);
    ns_t width = tl_cell_width(len / (n ? n : 1));
    struct tl_window w = tl_window_at(d->t0, width, n, 0);
    int rc = tl_cells(s, (struct lane){.kind = LANE_ALL}, &w, cells, e);
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        /* The column's middle decides which cell of the lane it shows: their widths differ by less than a quarter. */
        ns_t mid = d->t0 + (ns_t)(((double)i + .5) * (double)len / n);
        int64_t k = (mid - w.t0) / width;
        d->alive[i] = (double)lane_active(&cells[k < 0 ? 0 : k >= n ? n - 1 : k]);
    }
    mem_free(cells);
    return rc;
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

/* At first the cursor stands where one would look: never, else the slowest filled cell of the worst row. */
static void choose_worst(struct heat_state *st, const struct heat_data *d)
{
    st->row = st->col = 0;
    if (!d->heat.nrows)
        return;
    uint32_t n = d->heat.ncols;
    if (st->over_time) { /* the slowest band, where most are */
        while (st->row + 1 < d->heat.nrows && !d->heat.rows[st->row].n)
            st->row++;
        for (uint32_t c = 0; c < n; c++)
            if (d->heat.counts[(size_t)st->row * n + c] > d->heat.counts[(size_t)st->row * n + st->col])
                st->col = c;
        return;
    }
    for (uint32_t r = 0; r < d->heat.nrows; r++)
        if (d->heat.rows[r].never) {
            st->row = r;
            st->col = n;
            return;
        }
    for (uint32_t c = n; c-- > 0;)
        for (uint32_t r = 0; r < d->heat.nrows; r++)
            if (d->heat.counts[(size_t)r * n + c]) {
                st->row = r;
                st->col = c;
                return;
            }
}

static void split(struct heat_data *d, const struct heat_state *st, struct rect r)
{
    int head = st->over_time ? 5 : 3, tail = 1 /* legend */ + 2 /* rule, header of the list */;
    int room = r.h - head - tail, rows = (int)d->heat.nrows;
    if (st->over_time) {
        d->l.per = rows + 1 + 6 <= room ? 1 : 2;
        rows = (rows + d->l.per - 1) / d->l.per + 1;
    }
    int most = room - (room > 10 ? room / 3 : 2);
    d->l.map = rows < most ? rows : most;
    if (d->l.map < 1)
        d->l.map = 1;
    d->l.list = room - d->l.map;
    if (d->l.list < 0)
        d->l.list = 0;
}

static void clamp(struct heat_state *st, const struct heat_data *d)
{
    uint32_t rows = d->heat.nrows, shown = (uint32_t)(st->over_time ? 1 << 16 : d->l.map);
    if (st->row >= rows)
        st->row = rows ? rows - 1 : 0;
    if (st->col >= heat_choices(d))
        st->col = heat_choices(d) - 1;
    if (st->row < st->top)
        st->top = st->row;
    if (st->row >= st->top + shown)
        st->top = st->row - shown + 1;
    if (st->over_time)
        st->top = 0;
}

static void make(struct heat_data *d, struct session *s, const struct heat_ask *a)
{
    if (d->made)
        heat_release(&d->heat);
    heat_make(s, a, &d->heat);
    d->asked = *a;
    d->mark = session_mark(s);
    d->edges = s->ctx.edges.n;
    d->made = true;
}

int heat_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct heat_state *st = state;
    struct heat_data *d = data;
    (void)app;
    struct heat_ask ask;
    struct session_mark mark = session_mark(s);
    d->l = layout(st, r);
    d->r = r;
    ask_for(nav, st, &d->l, r, &ask);
    ask.lens = app_lens(app, nav) ? app_lens(app, nav)->lens.g : NULL;
    /* While an import runs a map of a little less will do: to make it anew for each block would take the frames' time. */
    bool more = mark.importing && d->made ? s->ctx.edges.n > d->edges + d->edges / 8 : true;
    bool anew = !d->made || !same_ask(&ask, &d->asked) || (!session_mark_same(&mark, &d->mark) && more);
    if (anew)
        make(d, s, &ask);
    d->l.ncols = (int)d->heat.ncols;
    d->l.right = d->l.label + d->l.ncols * d->l.cell;
    d->clock = (struct ruler_clock){.base = s->t0, .wall = nav->wall ? s->wall_t0 : NS_NONE};
    d->t0 = s->t0;
    d->t1 = s->t1;
    d->cancels = (uint32_t)s->ctx.cancels.n;
    d->nedges = d->heat.edges;
    d->exact = s->ctx.exact;
    if (anew && !st->chosen)
        choose_worst(st, d);
    split(d, st, r);
    clamp(st, d);
    load_labels(d, s, st);
    load_list(d, s, st, anew);
    return st->over_time && anew ? load_strips(d, s, e) : 0;
}
