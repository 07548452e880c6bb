/* What the Timeline shows of the session, read for one frame. */
#include <stdlib.h>
#include <string.h>

#include "tui/pace.h"
#include "tui/views/timeline.h"

enum { EDGE_LEAST = 10000 /* ns: a reaction is not zoomed into further */ };
enum { MARKS_KEPT = 1 << 16, MARKS_COUNTED = 1 << 18 };
static const uint32_t mark_kinds = 1u << EV_LOG | 1u << EV_TASK_BEGIN | 1u << EV_REGION_BEGIN | 1u << EV_STACK_SAMPLE;

static ns_t floor_to(ns_t t, ns_t cell)
{
    ns_t q = t / cell * cell;
    return q > t ? q - cell : q;
}

/* m * 2^j with 16 <= m < 32: finer than what zooming uses, so that the whole trace leaves little of the screen empty. */
static ns_t fine_width(ns_t want)
{
    int shift = want > 32 ? 63 - __builtin_clzll((unsigned long long)want) - 4 : 1;
    ns_t step = (ns_t)1 << (shift > 1 ? shift : 1);
    return (want + step - 1) / step * step;
}

struct tl_window window_over(ns_t t0, ns_t t1, uint32_t n)
{
    ns_t cell = fine_width((t1 - t0) / n + 1);
    while (floor_to(t0, cell) + cell * n < t1)
        cell = fine_width(cell + 1);
    return (struct tl_window){floor_to(t0, cell), cell, n};
}

struct tl_window timeline_whole(const struct session *s, uint32_t n)
{
    return window_over(s->t0, s->t1, n ? n : 1);
}

/* While an import runs the end is a guess from the bytes read; it stays until it is clearly wrong, so that lanes do not hop. */
static struct tl_window whole_guessed(const struct timeline_data *d, const struct session *s)
{
    uint32_t n = (uint32_t)d->n;
    if (!d->importing || !d->size || !d->done || d->done >= d->size)
        return timeline_whole(s, n);
    double end = (double)s->t0 + (double)(s->t1 - s->t0) * (double)d->size / (double)d->done;
    ns_t shown = window_end(&d->whole) - s->t0;
    bool fits = d->whole.n == n && d->whole.t0 <= s->t0 && s->t1 < window_end(&d->whole);
    double want = end - (double)s->t0;
    if (fits && want < 1.1 * (double)shown && want > .6 * (double)shown)
        return d->whole;
    return window_over(s->t0, (ns_t)end, n);
}

void timeline_layout(struct timeline_data *d, struct rect r)
{
    d->r = r;
    d->H = r.h + 2; /* the app's title and hints */
    d->label = r.w < 72 ? 20 : r.w < 100 ? 26 : r.w < 160 ? 32 : 44;
    int columns = r.w < 100 ? 0 : r.w < 160 ? 6 : 7 + 9 + 9;
    d->columns = columns > 0;
    d->x0 = d->label + columns + 1;
    d->n = r.w - d->x0 > 8 ? r.w - d->x0 : 8;
    d->pane = d->H < 20 ? 2 : d->H < 30 ? 4 : d->H < 45 ? 7 : 10;
    d->tall = d->H >= 35;
    int head = d->tall ? 4 : 3;
    d->nshown = r.h - head - 1 - d->pane;
    if (d->nshown < 1)
        d->nshown = 1;
    if (d->nshown > d->room) {
        d->room = d->nshown;
        d->shown = mem_realloc(d->shown, (size_t)d->room, sizeof *d->shown);
    }
}

static void load_progress(struct app *app, struct timeline_data *d, struct session *s)
{
    d->importing = __atomic_load_n(&s->importing, __ATOMIC_RELAXED);
    const struct pace *p = app_pace(app);
    d->done = p->done;
    d->size = p->total;
    d->events = p->events;
    d->goroutines = s->goroutines.n;
    d->rate = p->rate;
    d->left = p->left;
}

/* An edge that another view chose: its reaction (or twenty times what it took to run, when it did not end) over a third of the
 * window. */
static void show_edge(const struct timeline_data *d, struct nav *nav, struct timeline_state *st, const struct session *s)
{
    if (nav->edge == st->edge)
        return;
    st->edge = nav->edge;
    if (nav->edge >= s->ctx.edges.n)
        return;
    const struct cancel_edge *e = &s->ctx.edges.v[nav->edge];
    if (nav->g != e->g || nav->cursor != e->t)
        return;
    ns_t len = e->exit != NS_NONE ? e->exit - e->t : e->run != NS_NONE ? 20 * (e->run - e->t) : s->t1 - e->t;
    len = len > EDGE_LEAST ? len : EDGE_LEAST;
    uint32_t n = (uint32_t)d->n;
    struct tl_window w = tl_window_at(e->t, tl_cell_width(len * 3 / n + 1), n, n / 3);
    nav->cell = w.cell >= d->whole.cell ? 0 : w.cell;
    nav->t0 = w.t0;
}

/* The window that nav asks for, kept within the trace. */
static void load_window(struct timeline_data *d, struct nav *nav, struct timeline_state *st, const struct session *s)
{
    uint32_t n = (uint32_t)d->n;
    d->whole = whole_guessed(d, s);
    show_edge(d, nav, st, s);
    if (nav->cursor != d->seen_cursor && nav->cursor != NS_NONE)
        timeline_show_time(d, nav, s, nav->cursor);
    d->seen_cursor = nav->cursor;
    d->is_whole = nav->cell <= 0 || nav->cell >= d->whole.cell;
    if (d->is_whole) {
        nav->cell = 0;
        d->w = d->whole;
    } else {
        ns_t first = floor_to(s->t0, nav->cell), last = floor_to(s->t1 + nav->cell - 1, nav->cell) - nav->cell * n;
        ns_t t0 = floor_to(nav->t0, nav->cell);
        t0 = t0 > last ? last : t0;
        nav->t0 = t0 < first ? first : t0;
        d->w = (struct tl_window){nav->t0, nav->cell, n};
    }
    ns_t edge = s->t1 - d->w.t0, map = s->t1 - d->whole.t0;
    d->edge = d->importing && edge < d->w.cell * n ? (int)(edge / d->w.cell) + 1 : (int)n;
    d->map_edge = d->importing && map < d->whole.cell * n ? (int)(map / d->whole.cell) + 1 : (int)n;
    d->clock = (struct ruler_clock){s->t0, nav->wall ? s->wall_t0 : NS_NONE};
}

/* Cells of the minimap that hold a cancel or a deadline. */
static void map_marks(struct timeline_data *d, const struct session *s, uint32_t n)
{
    d->map_marks = mem_realloc(d->map_marks, n, 1);
    memset(d->map_marks, MARK_KINDS, n);
    uint32_t held = 0;
    for (size_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        ns_t at = (e->t - d->whole.t0) / d->whole.cell;
        uint8_t kind = (uint8_t)cancels_mark(s, e);
        if (at < 0 || at >= (ns_t)n)
            continue;
        held += d->map_marks[at] == MARK_KINDS;
        if (kind < d->map_marks[at])
            d->map_marks[at] = kind;
    }
    if (3 * held > n) /* so many that they say nothing about where: the states do */
        memset(d->map_marks, MARK_KINDS, n);
}

/* Active goroutines of the program over the whole trace: all of them without the runtime's own. */
static int load_minimap(struct timeline_data *d, struct session *s, struct err *e)
{
    struct session_mark mark = session_mark(s);
    uint32_t n = (uint32_t)d->n;
    if (d->heights && d->map_n == n && session_mark_same(&mark, &d->map_mark) && window_same(&d->whole, &d->map_w))
        return 0;
    d->heights = mem_realloc(d->heights, n, 1);
    double *active = mem_calloc(n, sizeof *active);
    struct tl_cell *cells = mem_alloc(n, sizeof *cells);
    int rc = tl_cells(s, (struct lane){LANE_ALL, 0}, &d->whole, cells, e);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        active[i] = (double)lane_active(&cells[i]);
    for (uint32_t k = 0; rc == 0 && k < s->groups.n; k++) {
        if (!s->groups.v[k].system || !s->groups.v[k].n)
            continue;
        rc = tl_cells(s, (struct lane){LANE_GROUP, k}, &d->whole, cells, e);
        for (uint32_t i = 0; rc == 0 && i < n; i++)
            active[i] -= (double)lane_active(&cells[i]);
    }
    minimap_levels(active, (int)n, d->heights);
    map_marks(d, s, n);
    d->map_mark = mark;
    d->map_w = d->whole;
    d->map_n = n;
    mem_free(active);
    mem_free(cells);
    return rc;
}

static void count_mark(const struct timeline_data *d, const struct session *s, struct mark_cell *cells, const struct mark *m)
{
    enum mark_kind k = mark_kind_of(s, m);
    ns_t at = (m->t - d->w.t0) / d->w.cell;
    if (k < MARK_KINDS && at >= 0 && at < d->n)
        cells[at].n[k]++;
}

/* Cancel edges of the window, in its cells. */
static void count_edges(const struct timeline_data *d, struct mark_cell *cells)
{
    const struct edge_marks *m = &d->edges;
    ns_t next = d->w.t0 + d->w.cell, end = window_end(&d->w);
    for (size_t i = edge_marks_from(m, d->w.t0); i < m->v.n && m->v.v[i].t < end; i++) {
        for (; m->v.v[i].t >= next; next += d->w.cell)
            cells++;
        cells->n[m->v.v[i].kind]++;
    }
}

static void sum_edges(const struct edge_marks *m, ns_t t0, ns_t t1, struct mark_cell *sum)
{
    for (size_t i = edge_marks_from(m, t0); i < m->v.n && m->v.v[i].t < t1; i++)
        sum->n[m->v.v[i].kind]++;
}

/* The marks of a range, counted up to a bound. */
static int count_range(struct timeline_data *d, struct session *s, struct err *e)
{
    memset(&d->mark_sum, 0, sizeof d->mark_sum);
    sum_edges(&d->edges, d->sum_t0, d->sum_t1, &d->mark_sum);
    size_t all = 0;
    vec_reserve(&d->marks, MARKS_KEPT);
    for (ns_t from = d->sum_t0; all < MARKS_COUNTED;) {
        long n = tl_marks(s, mark_kinds, from, d->sum_t1, d->marks.v, MARKS_KEPT, e);
        if (n < 0)
            return -1;
        for (long i = 0; i < n; i++) {
            enum mark_kind k = mark_kind_of(s, &d->marks.v[i]);
            if (k < MARK_KINDS)
                d->mark_sum.n[k]++;
        }
        all += (size_t)n;
        if (n < MARKS_KEPT)
            return 0;
        from = d->marks.v[n - 1].t + 1;
    }
    d->marks_cut = true;
    return 0;
}

/* Marks of the window: all are counted up to a bound; when they are few enough to be kept, lanes show them too. Their sum is of
 * the marked range, if there is one. */
static int load_marks(struct timeline_data *d, const struct nav *nav, struct session *s, struct err *e)
{
    struct session_mark mark = session_mark(s);
    bool ranged = nav->range0 != NS_NONE && nav->range1 != NS_NONE;
    ns_t sum_t0 = ranged ? nav->range0 : d->w.t0, sum_t1 = ranged ? nav->range1 : window_end(&d->w);
    if (d->marks_read && window_same(&d->marks_w, &d->w) && session_mark_same(&mark, &d->marks_mark) && sum_t0 == d->sum_t0 &&
        sum_t1 == d->sum_t1)
        return 0;
    d->sum_t0 = sum_t0;
    d->sum_t1 = sum_t1;
    d->marks_cut = false;
    if (ranged && count_range(d, s, e) < 0)
        return -1;
    d->mark_cells = mem_realloc(d->mark_cells, (size_t)d->n, sizeof *d->mark_cells);
    memset(d->mark_cells, 0, (size_t)d->n * sizeof *d->mark_cells);
    if (!ranged)
        memset(&d->mark_sum, 0, sizeof d->mark_sum);
    vec_reserve(&d->marks, MARKS_KEPT);
    size_t all = 0;
    ns_t from = d->w.t0, end = window_end(&d->w);
    for (;;) {
        long n = tl_marks(s, mark_kinds, from, end, d->marks.v, MARKS_KEPT, e);
        if (n < 0)
            return -1;
        for (long i = 0; i < n; i++)
            count_mark(d, s, d->mark_cells, &d->marks.v[i]);
        all += (size_t)n;
        d->marks.n = (size_t)n;
        if (n < MARKS_KEPT || all >= MARKS_COUNTED)
            break;
        from = d->marks.v[n - 1].t + 1;
    }
    d->marks_cut |= !ranged && all >= MARKS_COUNTED;
    if (all > d->marks.n)
        d->marks.n = 0;
    count_edges(d, d->mark_cells);
    d->marks_version++;
    for (int i = 0; !ranged && i < d->n; i++)
        for (unsigned k = 0; k < MARK_KINDS; k++)
            d->mark_sum.n[k] += d->mark_cells[i].n[k];
    d->marks_w = d->w;
    d->marks_mark = mark;
    d->marks_read = true;
    return 0;
}

/* In how many cells of the window the lane shows a state. */
static int living_cells(const struct timeline_data *d, const struct shown_row *row)
{
    int n = 0;
    for (int i = 0; row->line >= 0 && i < d->n; i++)
        n += d->lines.v.v[row->line].cells[i].glyph != LANE_BLANK;
    return n;
}

/* Where the shown lanes are, by goroutine and by group. */
struct lane_places {
    struct map g;
    uint64_t maybe[16]; /* a bit for index % 1024: most goroutines have no lane */
    uint32_t *group;    /* [groups]; IDX_NONE: not shown */
    uint32_t groups;
};

static void put_place(struct lane_places *at, gidx g, uint32_t row)
{
    at->maybe[g / 64 % 16] |= 1ull << (g % 64);
    map_put(&at->g, g, row);
}

static uint32_t place_of(const struct lane_places *at, gidx g)
{
    return at->maybe[g / 64 % 16] >> (g % 64) & 1 ? map_get(&at->g, g) : MAP_NONE;
}

static struct lane_places lane_places(const struct timeline_data *d, const struct session *s)
{
    struct lane_places at = {.groups = grouping_n(d->rows.gp, s)};
    at.group = mem_alloc(at.groups + 1, sizeof *at.group);
    memset(at.group, 0xff, at.groups * sizeof *at.group);
    for (int i = 0; i < d->nshown; i++) {
        const struct row *row = &d->shown[i].row;
        if (row->kind == ROW_G || row->kind == ROW_MEMBER)
            put_place(&at, row->id, (uint32_t)i);
        else if (row->kind == ROW_GROUP && row->id < at.groups)
            at.group[row->id] = (uint32_t)i;
    }
    return at;
}

static void mark_row(struct timeline_data *d, uint32_t r, ns_t cell, unsigned kind)
{
    if (!d->row_marks[r]) {
        d->row_marks[r] = arena_alloc(&d->row_arena, (size_t)d->n * sizeof **d->row_marks);
        memset(d->row_marks[r], 0, (size_t)d->n * sizeof **d->row_marks);
    }
    d->row_marks[r][cell].n[kind]++;
}

/* One more mark in a cell, on the goroutine's lane and its group's. */
static void mark_lanes(struct timeline_data *d, const struct lane_places *at, gidx g, uint32_t group, ns_t cell, unsigned kind)
{
    uint32_t r = place_of(at, g);
    if (r != MAP_NONE)
        mark_row(d, r, cell, kind);
    if (group < at->groups && at->group[group] != IDX_NONE)
        mark_row(d, at->group[group], cell, kind);
}

static void mark_edges(struct timeline_data *d, const struct lane_places *at)
{
    const struct edge_marks *m = &d->edges;
    ns_t cell = 0, next = d->w.t0 + d->w.cell, end = window_end(&d->w);
    for (size_t i = edge_marks_from(m, d->w.t0); i < m->v.n && m->v.v[i].t < end; i++) {
        for (; m->v.v[i].t >= next; next += d->w.cell)
            cell++;
        if (m->v.v[i].g != IDX_NONE)
            mark_lanes(d, at, m->v.v[i].g, m->v.v[i].group, cell, m->v.v[i].kind);
    }
}

/* Logs, tasks, regions. Samples stay in the marks line: at 100 a second they would cover every state. */
static void mark_events(struct timeline_data *d, const struct session *s, const struct lane_places *at)
{
    for (size_t i = 0; i < d->marks.n; i++) {
        const struct mark *m = &d->marks.v[i];
        enum mark_kind kind = mark_kind_of(s, m);
        ns_t cell = (m->t - d->w.t0) / d->w.cell;
        if (m->g < s->goroutines.n && m->kind != EV_STACK_SAMPLE && kind < MARK_KINDS && cell >= 0 && cell < d->n)
            mark_lanes(d, at, m->g, grouping_of(d->rows.gp, s, m->g), cell, kind);
    }
}

static void read_row_marks(struct timeline_data *d, const struct session *s)
{
    arena_release(&d->row_arena);
    d->row_marks = mem_realloc(d->row_marks, (size_t)d->room, sizeof *d->row_marks);
    memset(d->row_marks, 0, (size_t)d->room * sizeof *d->row_marks);
    struct lane_places at = lane_places(d, s);
    mark_events(d, s, &at);
    mark_edges(d, &at);
    map_release(&at.g);
    mem_free(at.group);
    for (int i = 0; i < d->nshown; i++)
        if (d->row_marks[i] && !marks_thin(d->row_marks[i], d->n, living_cells(d, &d->shown[i])))
            d->row_marks[i] = NULL;
}

static bool any_pending(const struct timeline_data *d)
{
    for (int i = 0; i < d->nshown; i++)
        if (d->shown[i].line >= 0 && d->lines.v.v[d->shown[i].line].pending)
            return true;
    return false;
}

/* Gives the shown lanes their marks; a storm has a million edges, so they are kept while rows and window stay. */
static void mark_rows(struct timeline_data *d, const struct session *s)
{
    bool same = d->row_marks && d->row_marks_version == d->marks_version && d->row_rows_version == d->rows.version &&
                d->row_top == d->top_row && d->row_n == d->nshown;
    if (!same)
        read_row_marks(d, s);
    d->row_marks_version = any_pending(d) ? 0 : d->marks_version;
    d->row_rows_version = d->rows.version;
    d->row_top = d->top_row;
    d->row_n = d->nshown;
    for (int i = 0; i < d->nshown; i++)
        d->shown[i].marks = d->row_marks[i];
}

/* The moment that labels and the pane speak of. */
static ns_t moment(const struct timeline_data *d, const struct session *s, const struct nav *nav)
{
    ns_t t = nav->cursor != NS_NONE ? nav->cursor : window_end(&d->w) - 1;
    t = t >= s->t1 ? s->t1 - 1 : t;
    return t < s->t0 ? s->t0 : t;
}

static int load_doing(struct session *s, gidx g, ns_t t, struct doing *out, struct err *e)
{
    struct span sp;
    int got = tl_span_at(s, g, t, &sp, e);
    if (got < 0)
        return -1;
    out->known = true;
    out->alive = got;
    out->ended = session_g(s, g)->ended <= t;
    if (!got)
        return 0;
    out->state = sp.state;
    out->share = sp.share;
    if (sp.state == G_WAITING)
        out->reason = session_str(s, session_class_name(s, sp.class));
    frame_id f = sp.state == G_WAITING || sp.state == G_SYSCALL ? frame_of_interest(s, sp.stack) : 0;
    if (f) {
        out->file = session_str(s, session_frame(s, f)->file);
        out->line = session_frame(s, f)->line;
    }
    return 0;
}

static int load_row(struct timeline_data *d, struct session *s, struct nav *nav, const struct timeline_state *st, size_t index,
                    struct shown_row *out, struct err *e)
{
    struct row row = d->rows.v.v[index];
    *out = (struct shown_row){.row = row, .line = -1, .selected = timeline_row_selected(&row, st, nav)};
    out->hit = timeline_row_hit(&d->find, &d->rows, s, &row);
    if (row.kind == ROW_G || row.kind == ROW_MEMBER) {
        const struct goroutine *g = session_g(s, row.id);
        out->id = g->id;
        out->name = session_str(s, g->name);
        out->system = g->system;
        if (row.kind == ROW_MEMBER && !g->system && load_doing(s, row.id, moment(d, s, nav), &out->doing, e) < 0)
            return -1;
    } else if (row.kind == ROW_GROUP || row.kind == ROW_ELSEWHERE) {
        out->name = grouping_name(d->rows.gp, s, row.id);
        out->n = timeline_group_n(&d->rows, s, row.id);
        out->open = timeline_is_open(st, row.id);
    } else if (row.kind == ROW_RUNTIME) {
        out->n = d->rows.runtime_n;
        out->open = st->runtime_open;
        out->system = true;
    } else if (row.kind == ROW_PROC) {
        out->id = s->procs.v[row.id].id;
    } else if (row.kind == ROW_THREAD) {
        out->id = (int64_t)s->threads.v[row.id].id;
    }
    if (row.kind == ROW_GAP || row.kind == ROW_ELSEWHERE)
        return 0;
    out->line = timeline_line(&d->lines, &d->rows, s, row, e);
    if (out->line < 0)
        return -1;
    if (d->range && (row.kind == ROW_GROUP || row.kind == ROW_RUNTIME))
        out->n = d->lines.v.v[out->line].n;
    return 0;
}

/* How many rows hit; counted once for a search and a set of rows. */
static void count_hits(struct timeline_data *d, const struct session *s)
{
    if (d->hits_search == d->find.number && d->hits_version == d->rows.version)
        return;
    d->hits = 0;
    for (size_t i = 0; d->find.se && i < d->rows.v.n; i++)
        d->hits += timeline_row_hit(&d->find, &d->rows, s, &d->rows.v.v[i]);
    d->hits_search = d->find.number;
    d->hits_version = d->rows.version;
}

/* "N elsewhere": what the open group's rows before this one leave out. */
static void count_elsewhere(struct timeline_data *d)
{
    for (int i = 0; i < d->nshown; i++) {
        struct shown_row *r = &d->shown[i];
        if (r->row.kind != ROW_ELSEWHERE)
            continue;
        size_t at = (size_t)(r - d->shown) + d->top_row, members = 0;
        while (at > members && d->rows.v.v[at - members - 1].kind == ROW_MEMBER)
            members++;
        r->n = r->n > members ? r->n - members : 0;
    }
}

/* A selected goroutine in a folded group opens it: nothing that is selected is out of sight. */
static void reveal(struct timeline_data *d, const struct grouping *gp, const struct session *s, struct nav *nav, struct timeline_state *st)
{
    if (nav->g != IDX_NONE && nav->g >= s->goroutines.n)
        nav->g = IDX_NONE;
    if (nav_group(nav) != IDX_NONE && nav_group(nav) >= grouping_n(gp, s))
        nav_set_group(nav, IDX_NONE);
    if (nav->g == IDX_NONE || (nav->g == d->revealed && d->rows.built && d->rows.by == gp->by))
        return;
    uint32_t group = grouping_of(gp, s, nav->g);
    if (group < grouping_n(gp, s) && grouping_at(gp, s, group)->system)
        st->runtime_open = 1;
    else if (!st->flat && group < grouping_n(gp, s) && !timeline_is_open(st, group))
        timeline_set_open(st, group, true);
}

/* Scrolls so that the selected row shows, but only when it changed: a wheel may leave it. */
static void scroll(struct timeline_data *d, const struct nav *nav, struct timeline_state *st, bool changed)
{
    d->total = (long)d->rows.v.n;
    d->selected = timeline_rows_find(&d->rows, st, nav);
    bool moved = nav->g != d->revealed || nav_group(nav) != d->revealed_group ||
                 memcmp(&st->lane, &d->revealed_lane, sizeof st->lane) != 0 || changed;
    d->revealed = nav->g;
    d->revealed_group = nav_group(nav);
    d->revealed_lane = st->lane;
    long top = st->top, last = d->total - d->nshown;
    if (moved && d->selected >= 0) {
        if (d->selected < top)
            top = d->selected;
        if (d->selected >= top + d->nshown)
            top = d->selected - d->nshown + 1;
    }
    top = top > last ? last : top;
    st->top = (uint32_t)(top > 0 ? top : 0);
    d->top_row = st->top;
    if (d->nshown > d->total - (long)st->top)
        d->nshown = (int)(d->total - (long)st->top);
}

static int load_rows(struct app *app, struct timeline_data *d, struct nav *nav, struct timeline_state *st, struct session *s, struct err *e)
{
    const struct grouping *gp = grouping_get(app, nav, s, d->range, d->range_state);
    st->flat = gp->by == GROUPING_NONE;
    if (st->by != gp->by) { /* folds are of another grouping */
        st->by = (uint8_t)gp->by;
        st->nfolds = 0;
        st->all_open = 0;
    }
    reveal(d, gp, s, nav, st);
    struct member_choice choice = app_choice(app, nav);
    bool changed = timeline_rows_update(&d->rows, gp, s, st, &d->w, d->nshown, &choice, nav->g, e);
    timeline_lines_window(&d->lines, s, &d->w, choice.number, gp, d->range_state, d->range);
    find_update(&d->find, app, nav->search, s, e);
    count_hits(d, s);
    scroll(d, nav, st, changed);
    for (int i = 0; i < d->nshown; i++)
        if (load_row(d, s, nav, st, st->top + (size_t)i, &d->shown[i], e) < 0)
            return -1;
    count_elsewhere(d);
    timeline_sums_start(&d->lines.sums, app, &d->rows, s);
    return e->kind ? -1 : 0;
}

/* Before the first events: how dense the trace is over the time whose bytes were read, which is as much of the axis as of the
 * file. */
static void load_early(struct timeline_data *d, const struct session *s)
{
    uint64_t most = 0;
    double share = d->size ? (double)d->done / (double)d->size : 0;
    int n = (int)(share * d->n + .5);
    n = n < 1 ? 1 : n > d->n ? d->n : n;
    uint64_t *bytes = arena_alloc(&d->frame, (size_t)n * sizeof *bytes);
    d->early = NULL;
    if (!d->importing || !d->size || !density_parts(&s->progress.density, bytes, (uint32_t)n))
        return;
    for (int i = 0; i < n; i++)
        most = bytes[i] > most ? bytes[i] : most;
    d->early = arena_alloc(&d->frame, (size_t)n);
    d->nearly = n;
    for (int i = 0; i < n; i++)
        d->early[i] = (uint8_t)lane_level((double)bytes[i], (double)most);
}

int timeline_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct timeline_state *st = state;
    struct timeline_data *d = data;
    timeline_layout(d, r);
    load_progress(app, d, s);
    d->lens = app_lens(app, nav);
    arena_release(&d->frame);
    d->empty = s->t1 <= s->t0 || !s->segments.n;
    if (d->empty) {
        load_early(d, s);
        d->nshown = 0;
        d->detail.kind = DETAIL_NONE;
        return 0;
    }
    load_window(d, nav, st, s);
    d->range_state = range_get(app, nav, s, &d->range);
    if (load_rows(app, d, nav, st, s, e) < 0 || load_minimap(d, s, e) < 0)
        return -1;
    edge_marks_update(&d->edges, s, d->rows.gp);
    if (load_marks(d, nav, s, e) < 0)
        return -1;
    mark_rows(d, s);
    cancels_update(&d->cancels, s);
    d->gc = mem_realloc(d->gc, (size_t)d->n, 1);
    gcband_cells(s, &d->w, d->gc);
    return timeline_detail_load(d, s, nav, st, moment(d, s, nav), e);
}
