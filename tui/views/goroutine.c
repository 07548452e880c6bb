/* The goroutine page: its whole life in one lane, its spans, where it stood, who created it, why it waited. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "tui/app.h"
#include "tui/chain.h"
#include "tui/range.h"
#include "tui/ruler.h"
#include "tui/sites.h"
#include "tui/views/edges.h"
#include "tui/views/goroutine_life.h"

/* Spans read at once; a life of more shows those around the cursor. */
enum { PAGE_SPANS = 8192, PAGE_FOLD = 4, PAGE_SHORT = 2000, PAGE_CREATORS = 6, PAGE_FRAMES = 24 };

STATE_BEGIN
struct page_state {
    uint32_t top;      /* first row of the list */
    uint32_t unfolded; /* short runs one by one */
    uint32_t kin;      /* the pane shows contexts, tasks and children where there is room for one only */
};
STATE_END

struct page_row {
    ns_t t0, t1;
    uint32_t first, n; /* spans; n > 1: a folded run of short ones */
};

struct creator {
    int64_t id;
    struct str name;
    struct site_frame at;
};

struct page_data {
    bool any;
    /* whose, and which spans are kept */
    gidx g;
    ns_t session_t1;
    uint8_t unfolded;
    struct span *spans;
    long nspans;
    bool part; /* not all of them */
    VEC(struct page_row) rows;
    long at; /* row at the cursor, -1 none */
    uint32_t top;
    struct goroutine go;
    struct str name;
    ns_t begin, end;
    struct creator creators[PAGE_CREATORS];
    int ncreators;
    bool creators_go_on;
    struct tl_window w;
    struct lane_cell *cells;
    struct ruler_clock clock;
    /* sums: of its life, or of the part of it within the marked range */
    ns_t ns[SHARE_COUNT], sum_t0, sum_t1;
    uint32_t counts[SHARE_COUNT], transitions;
    enum range_state range_state;
    /* rows as shown: names of spans */
    struct page_shown {
        struct str reason;
        struct site_frame at;
        uint8_t mark; /* a cancel began it: enum mark_kind, MARK_KINDS none */
    } * shown;
    int nshown;
    /* at the cursor */
    bool has_span;
    struct span span;
    struct str reason;
    struct site_frame frames[PAGE_FRAMES];
    int nframes;
    struct wake_link links[WAKE_LINKS];
    int nlinks;
    struct page_life life;
    struct cancels cancels;
    VEC(ns_t) woken; /* when cancels woke it, ascending */
    uint8_t *marks;  /* by cell of the lane: enum mark_kind, MARK_KINDS none */
    struct arena arena;
    int lane_y;
    struct page_layout {
        int list_y, list_h, list_w, totals_y, totals_h, side_x, side_w, pane_y, pane_h, life_h, kin_y, kin_h;
        bool wide;
    } l;
    ns_t shown_from; /* cursor at the last load: the list follows only its change */
};

static void layout(struct page_data *d, struct rect r)
{
    struct page_layout *l = &d->l;
    *l = (struct page_layout){.wide = r.w >= 110};
    int y = r.y + 4, h = r.h - 4;
    d->lane_y = r.y + 2;
    if (l->wide) {
        l->list_w = r.w * 11 / 20;
        l->side_x = r.x + l->list_w + 2;
        l->side_w = r.w - l->list_w - 3;
        l->totals_y = y;
        l->totals_h = h >= 30 ? 8 : 6;
        l->list_y = y;
        l->list_h = h;
        l->pane_y = y + l->totals_h + 1;
        l->pane_h = h - l->totals_h - 1;
        return;
    }
    l->list_w = r.w;
    l->totals_h = h >= 16 ? 5 : 0;
    l->totals_y = y;
    l->pane_h = h >= 16 ? 5 : 3; /* with its rule */
    l->pane_y = r.y + r.h - l->pane_h;
    l->list_y = y + (l->totals_h ? l->totals_h + 1 : 0);
    l->list_h = l->pane_y - l->list_y;
}

/* How many rows contexts, tasks and children would like, with their rules. */
static int kin_rows(const struct page_life *l)
{
    int n = 0;
    for (int i = 0; i < KIN_CHILDREN; i++)
        n += l->children[i].count > 0;
    n += l->nchildren > 0;
    n += l->ncontexts ? 1 + (int)(l->ncontexts < KIN_CONTEXTS ? l->ncontexts : KIN_CONTEXTS) : 0;
    n += l->ntasks ? 1 + (int)(l->ntasks < KIN_TASKS ? l->ntasks : KIN_TASKS) : 0;
    return n;
}

/* Once the life is known: its graph takes the place of the totals where there is room. */
static void layout_life(struct page_data *d, struct rect r, bool kin)
{
    struct page_layout *l = &d->l;
    int y = r.y + 4, h = r.h - 4;
    if (l->wide) {
        l->life_h = page_graph_rows(&d->life, l->list_w, h >= 30 ? 10 : 8);
        if (!l->life_h)
            return;
        int want = kin_rows(&d->life), most = h * 2 / 5;
        l->totals_h = 0;
        l->list_y = y + l->life_h;
        l->list_h = h - l->life_h;
        l->kin_h = want < most ? want : most;
        l->kin_y = y + h - l->kin_h;
        l->pane_y = y;
        l->pane_h = h - l->kin_h;
        return;
    }
    l->life_h = h >= 16 ? page_graph_rows(&d->life, r.w, h >= 26 ? 8 : 7) : 0;
    if (l->life_h) {
        l->totals_h = 0;
        l->list_y = y + l->life_h;
        l->list_h = l->pane_y - l->list_y;
    }
    l->kin_y = l->pane_y;
    l->kin_h = kin && kin_rows(&d->life) ? l->pane_h : 0;
}

/* The spans to keep: all, or a slice around t. */
static int load_spans(struct page_data *d, struct session *s, ns_t t, struct err *e)
{
    if (!d->spans)
        d->spans = mem_alloc(PAGE_SPANS, sizeof *d->spans);
    ns_t from = d->begin, life = d->end - d->begin;
    d->part = d->go.transitions > PAGE_SPANS;
    ns_t back = d->part ? life / d->go.transitions * (PAGE_SPANS / 2) + 1 : 0;
    for (;;) {
        if (d->part)
            from = t - d->begin > back ? t - back : d->begin;
        d->nspans = tl_spans(s, d->g, from, s->t1 + 1, d->spans, PAGE_SPANS, e);
        if (d->nspans < 0)
            return -1;
        bool reached = d->nspans < PAGE_SPANS || d->spans[d->nspans - 1].t1 > t;
        if (!d->part || reached || back <= 1)
            return 0;
        back /= 4;
    }
}

static void count_states(struct page_data *d)
{
    memset(d->counts, 0, sizeof d->counts);
    for (long i = 0; i < d->nspans; i++)
        if (d->spans[i].t0 < d->sum_t1 && d->spans[i].t1 > d->sum_t0)
            d->counts[d->spans[i].share]++;
}

/* While a range is marked, sums are of the part of the life that lies in it. */
static void load_sums(struct page_data *d, struct app *app, const struct nav *nav, struct session *s)
{
    const struct range_sums *range;
    d->range_state = range_get(app, nav, s, &range);
    bool ranged = d->range_state > RANGE_OPEN;
    memcpy(d->ns, range_ns(range, s, d->g), sizeof d->ns);
    d->transitions = range && d->g < range->ng ? range->g[d->g].transitions : d->go.transitions;
    d->sum_t0 = ranged && nav->range0 > d->begin ? nav->range0 : d->begin;
    d->sum_t1 = ranged && nav->range1 < d->end ? nav->range1 : d->end;
    count_states(d);
}

static void load_woken(struct page_data *d, const struct session *s)
{
    cancels_update(&d->cancels, s);
    d->woken.n = 0;
    for (uint32_t i = map_get(&d->cancels.last, d->g); i != MAP_NONE && i != IDX_NONE; i = d->cancels.prev.v[i])
        *vec_push(&d->woken) = s->ctx.edges.v[i].t;
    for (size_t i = 0; i < d->woken.n / 2; i++) {
        ns_t t = d->woken.v[i];
        d->woken.v[i] = d->woken.v[d->woken.n - 1 - i];
        d->woken.v[d->woken.n - 1 - i] = t;
    }
}

/* Whether a cancel began a span; *at: where the search goes on for the next one. */
static bool woken_at(const struct page_data *d, ns_t t, size_t *at)
{
    while (*at < d->woken.n && d->woken.v[*at] < t)
        ++*at;
    return *at < d->woken.n && d->woken.v[*at] == t;
}

/* Runs of at least PAGE_FOLD spans that are each below a 2000th of the life become one row; the span at the cursor never, nor one that
 * a cancel began. */
static void fold_rows(struct page_data *d, const struct page_state *st, ns_t t)
{
    ns_t least = (d->end - d->begin) / PAGE_SHORT;
    size_t at = 0;
    d->rows.n = 0;
    for (uint32_t i = 0; i < (uint32_t)d->nspans;) {
        uint32_t n = 0;
        while (!st->unfolded && i + n < (uint32_t)d->nspans) {
            const struct span *sp = &d->spans[i + n];
            if (sp->t1 - sp->t0 >= least || (t >= sp->t0 && t < sp->t1) || woken_at(d, sp->t0, &at))
                break;
            n++;
        }
        n = n >= PAGE_FOLD ? n : 1;
        *vec_push(&d->rows) = (struct page_row){d->spans[i].t0, d->spans[i + n - 1].t1, i, n};
        i += n;
    }
}

static long row_of(const struct page_data *d, ns_t t)
{
    long lo = 0, hi = (long)d->rows.n;
    while (lo < hi) {
        long mid = lo + (hi - lo) / 2;
        if (d->rows.v[mid].t1 <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < (long)d->rows.n && d->rows.v[lo].t0 <= t ? lo : -1;
}

static void load_creators(struct page_data *d, const struct session *s)
{
    gidx g = d->g;
    d->ncreators = 0;
    d->creators_go_on = false;
    for (;;) {
        const struct goroutine *go = session_g(s, g);
        if (go->creator == IDX_NONE || go->creator == g)
            return;
        if (d->ncreators == PAGE_CREATORS) {
            d->creators_go_on = true;
            return;
        }
        const struct goroutine *by = session_g(s, go->creator);
        d->creators[d->ncreators++] =
            (struct creator){by->id, session_str(s, by->name), site_frame(s, frame_of_interest(s, go->create_stack))};
        g = go->creator;
    }
}

static int load_lane(struct page_data *d, struct session *s, struct rect r, struct err *e)
{
    uint32_t n = r.w > 4 ? (uint32_t)r.w - 2 : 2;
    ns_t cell = tl_cell_width((d->end - d->begin) / n + 1);
    struct tl_window w = tl_window_at(d->begin, cell, n, 0);
    while (w.t0 + w.cell * n < d->end)
        w = tl_window_at(d->begin, tl_cell_width(w.cell + 1), n, 0);
    struct tl_cell *cells = arena_alloc(&d->arena, n * sizeof *cells);
    if (tl_cells(s, (struct lane){LANE_G, d->g}, &w, cells, e) < 0)
        return -1;
    d->w = w;
    d->cells = arena_alloc(&d->arena, n * sizeof *d->cells);
    for (uint32_t i = 0; i < n; i++) {
        ns_t a = w.t0 + w.cell * i, b = a + w.cell;
        a = a < s->t0 ? s->t0 : a;
        b = b > s->t1 ? s->t1 : b;
        d->cells[i] = lane_choose(&cells[i], b > a ? (b - a) / 2 : w.cell / 2);
    }
    return 0;
}

/* Cancels that woke it, on its lane. */
static void load_marks(struct page_data *d, const struct session *s)
{
    uint32_t i = map_get(&d->cancels.last, d->g);
    d->marks = arena_alloc(&d->arena, d->w.n);
    memset(d->marks, MARK_KINDS, d->w.n);
    for (; i != MAP_NONE && i != IDX_NONE; i = d->cancels.prev.v[i]) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        ns_t at = (e->t - d->w.t0) / d->w.cell;
        uint8_t kind = (uint8_t)cancels_mark(s, e);
        if (at >= 0 && at < (ns_t)d->w.n && kind < d->marks[at])
            d->marks[at] = kind;
    }
}

/* The mark of the cancel that began a span, MARK_KINDS: none did. */
static uint8_t mark_of(const struct session *s, const struct span *sp)
{
    for (uint32_t i = cancels_from(s, sp->t0); i < s->ctx.edges.n && s->ctx.edges.v[i].t == sp->t0; i++)
        if (s->ctx.edges.v[i].g == sp->g)
            return (uint8_t)cancels_mark(s, &s->ctx.edges.v[i]);
    return MARK_KINDS;
}

/* What the trace tells of the moment: the stack of its wait, or of its last stop. */
static int load_moment(struct page_data *d, struct session *s, ns_t t, struct err *e)
{
    int got = tl_span_at(s, d->g, t, &d->span, e);
    d->has_span = got > 0;
    d->nframes = d->nlinks = 0;
    if (got <= 0)
        return got;
    d->reason = session_str(s, session_class_name(s, d->span.class));
    struct span sp = d->span;
    bool own = sp.state == G_WAITING || sp.state == G_SYSCALL;
    for (int i = 0; i < 64 && !own; i++) {
        got = tl_span_step(s, d->g, sp.t0, -1, &sp, e);
        if (got <= 0)
            break;
        own = sp.state == G_WAITING || sp.state == G_SYSCALL;
    }
    if (got < 0)
        return -1;
    if (own)
        d->nframes = site_stack(s, sp.stack, d->frames, PAGE_FRAMES);
    d->nlinks = wake_chain(s, d->g, t, d->links, WAKE_LINKS, e);
    return d->nlinks < 0 ? -1 : 0;
}

static void load_list(struct page_data *d, struct page_state *st, const struct session *s, bool moved)
{
    int rows = d->l.list_h - 1;
    long top = st->top, last = (long)d->rows.n - rows;
    if (moved && d->at >= 0) {
        top = d->at < top ? d->at : top;
        top = d->at >= top + rows ? d->at - rows + 1 : top;
    }
    top = top > last ? last : top;
    st->top = (uint32_t)(top > 0 ? top : 0);
    d->top = st->top;
    d->nshown = 0;
    d->shown = arena_alloc(&d->arena, (size_t)(rows > 0 ? rows : 1) * sizeof *d->shown);
    for (; d->nshown < rows && d->top + (uint32_t)d->nshown < d->rows.n; d->nshown++) {
        const struct span *sp = &d->spans[d->rows.v[d->top + (uint32_t)d->nshown].first];
        struct page_shown *p = &d->shown[d->nshown];
        bool stopped = sp->state == G_WAITING || sp->state == G_SYSCALL || (sp->state == G_RUNNABLE && sp->by == sp->g);
        p->mark = mark_of(s, sp);
        p->reason = session_str(s, session_class_name(s, sp->class));
        p->at = site_frame(s, stopped ? frame_of_interest(s, sp->stack) : 0);
    }
}

static int load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct page_state *st = state;
    struct page_data *d = data;
    arena_release(&d->arena);
    layout(d, r);
    d->any = nav->g != IDX_NONE && nav->g < s->goroutines.n && s->t1 > s->t0;
    if (!d->any)
        return 0;
    const struct goroutine *go = session_g(s, nav->g);
    ns_t begin = go->created != NS_NONE ? go->created : s->t0, end = go->ended != NS_OPEN ? go->ended : s->t1;
    ns_t t = nav->cursor == NS_NONE || nav->cursor >= end ? end - 1 : nav->cursor < begin ? begin : nav->cursor;
    bool other = nav->g != d->g || !d->spans || d->session_t1 != s->t1;
    bool outside = d->part && d->nspans > 0 && (t < d->spans[0].t0 || t >= d->spans[d->nspans - 1].t1);
    d->g = nav->g;
    d->go = *go;
    d->name = session_str(s, go->name);
    d->begin = begin;
    d->end = end > begin ? end : begin + 1;
    d->clock = (struct ruler_clock){s->t0, nav->wall ? s->wall_t0 : NS_NONE};
    if ((other || outside) && load_spans(d, s, t, e) < 0)
        return -1;
    d->session_t1 = s->t1;
    load_sums(d, app, nav, s);
    if (page_life_load(&d->life, s, d->g, d->sum_t0, d->sum_t1, e) < 0)
        return -1;
    layout_life(d, r, st->kin);
    load_woken(d, s);
    fold_rows(d, st, t);
    d->at = row_of(d, t);
    load_creators(d, s);
    if (load_lane(d, s, r, e) < 0 || load_moment(d, s, t, e) < 0)
        return -1;
    load_marks(d, s);
    load_list(d, st, s, other || t != d->shown_from);
    d->shown_from = t;
    return 0;
}

/* ---- drawing */

static void time_text(char out[32], const struct page_data *d, ns_t t)
{
    ruler_time(out, &d->clock, t, d->w.cell / 10 + 1);
}

static void draw_head(const struct page_data *d, struct grid *g, struct rect r)
{
    char from[32], to[32], len[24], arrow[8], id[32];
    snprintf(id, sizeof id, "G%lld ", (long long)d->go.id);
    int x = 1 + grid_text(g, 1, r.y, r.w - 2, ROLE_STRONG, id);
    x += part_name(g, x, r.y, r.w / 2, ROLE_STRONG, d->name);
    time_text(from, d, d->begin);
    time_text(to, d, d->end);
    text_duration(len, d->end - d->begin);
    grid_printf(g, x + 2, r.y, r.w - x - 3, ROLE_TEXT, "%s %s %s, %s", d->go.created == NS_NONE ? "older than the trace" : from,
                part_glyph_text(g, GLYPH_RIGHT, arrow), d->go.ended == NS_OPEN ? "alive at the end" : to, len);
}

/* "created by G1 main.main main.go:50 ← G0 …", up to main. */
static void draw_creators(const struct page_data *d, struct grid *g, struct rect r)
{
    int y = r.y + 1, end = r.w - 1;
    if (!d->ncreators) {
        grid_text(g, 1, y, end, ROLE_DIM, d->go.created == NS_NONE ? "created before the trace began" : "created by the runtime");
        return;
    }
    int x = 1 + grid_text(g, 1, y, end, ROLE_DIM, "created by ");
    for (int i = 0; i < d->ncreators && x + 12 < end; i++) {
        const struct creator *c = &d->creators[i];
        if (i) {
            grid_glyph(g, x + 1, y, ROLE_BORDER, GLYPH_LEFT);
            x += 3;
        }
        x += grid_printf(g, x, y, end - x, ROLE_TEXT, "G%lld ", (long long)c->id);
        x += part_name(g, x, y, end - x < 36 ? end - x : 36, ROLE_TEXT, c->name);
        x += 1 + part_place(g, x + 1, y, end - x - 1, ROLE_DIM, c->at.file, c->at.line, false);
    }
    if (d->creators_go_on && x + 4 < end)
        grid_glyph(g, x + 1, y, ROLE_DIM, GLYPH_ELLIPSIS);
}

static void draw_lane(const struct page_data *d, const struct nav *nav, struct grid *g, struct rect r)
{
    int n = (int)d->w.n, y = r.y + 2;
    for (int i = 0; i < n; i++)
        if (d->cells[i].glyph != LANE_BLANK)
            grid_glyph(g, 1 + i, y, (enum role)d->cells[i].role, (enum glyph)d->cells[i].glyph);
    for (int i = 0; i < n; i++)
        if (d->marks[i] < MARK_KINDS)
            grid_glyph(g, 1 + i, y, (enum role)mark_looks[d->marks[i]].role, (enum glyph)mark_looks[d->marks[i]].glyph);
    struct ruler_tick ticks[RULER_TICKS];
    int nticks = ruler_ticks(&d->clock, d->w.t0, d->w.cell, n, -1, -1, ticks);
    ruler_draw(g, 1, y + 1, n, ticks, nticks);
    if (d->range_state > RANGE_OPEN && d->sum_t0 < d->sum_t1) {
        int a = (int)((d->sum_t0 - d->w.t0) / d->w.cell), b = (int)((d->sum_t1 - 1 - d->w.t0) / d->w.cell);
        grid_tint(g, (struct rect){1 + a, y, b - a + 1, 2}, TINT_RANGE);
    }
    if (d->at < 0)
        return;
    const struct page_row *row = &d->rows.v[d->at];
    ns_t a = row->t0 > d->w.t0 ? row->t0 - d->w.t0 : 0, b = row->t1 - d->w.t0;
    int x0 = (int)(a / d->w.cell), x1 = (int)((b - 1) / d->w.cell);
    grid_tint(g, (struct rect){1 + x0, y, (x1 < n ? x1 : n - 1) - x0 + 1, 1}, TINT_SELECTION);
    if (nav->cursor >= d->w.t0 && nav->cursor < d->w.t0 + d->w.cell * n)
        grid_tint(g, (struct rect){1 + (int)((nav->cursor - d->w.t0) / d->w.cell), y, 1, 1}, TINT_CURSOR);
}

/* Times in states, the longest first. */
static void draw_totals(const struct page_data *d, struct grid *g, int x, int y, int w, int rows)
{
    bool done[SHARE_COUNT] = {false};
    ns_t all = d->sum_t1 - d->sum_t0;
    bool ranged = d->range_state > RANGE_OPEN, unsummed = ranged && d->range_state != RANGE_READY;
    part_rule(g, x, y, w, ranged ? "time in states, in the range" : "time in states", ROLE_STRONG, d->part ? "" : "times");
    if (unsummed || all <= 0) {
        grid_text(g, x + 2, y + 1, w - 3, ROLE_DIM, all <= 0 ? "it did not live in the range" : "the range is being summed");
        return;
    }
    for (int i = 1; i <= rows; i++) {
        unsigned best = SHARE_COUNT;
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            if (!done[k] && d->ns[k] && (best == SHARE_COUNT || d->ns[k] > d->ns[best]))
                best = k;
        if (best == SHARE_COUNT)
            return;
        done[best] = true;
        part_share(g, x + 2, y + i, 2, (enum share)best);
        grid_text(g, x + 5, y + i, 10, ROLE_TEXT, share_names[best]);
        part_duration(g, x + 15, y + i, 8, ROLE_TEXT, d->ns[best]);
        part_percent(g, x + 24, y + i, 6, ROLE_DIM, (double)d->ns[best] / (double)all);
        int bar = w - 42 < 40 ? w - 42 : 40, full = bar > 0 ? (int)((double)bar * (double)d->ns[best] / (double)all + .5) : 0;
        for (int k = 0; k < full && k < bar; k++)
            grid_glyph(g, x + 32 + k, y + i, share_looks[best].role, GLYPH_RUNNING);
        if (!d->part)
            part_count(g, x + w - 9, y + i, 7, ROLE_DIM, d->counts[best]);
    }
}

/* "43 short: running 21×, syscall 20×". */
static void draw_folded(const struct page_data *d, struct grid *g, int x, int y, int w, const struct page_row *row)
{
    uint32_t n[SHARE_COUNT] = {0};
    char text[256];
    int used = snprintf(text, sizeof text, "%u short:", row->n);
    for (uint32_t i = 0; i < row->n; i++)
        n[d->spans[row->first + i].share]++;
    for (int k = 0; k < 3; k++) {
        unsigned best = 0;
        for (unsigned s = 1; s < SHARE_COUNT; s++)
            best = n[s] > n[best] ? s : best;
        if (!n[best])
            break;
        char times[8];
        used += snprintf(text + used, sizeof text - (size_t)used, "%s %s %u%s", k ? "," : "", share_names[best], n[best],
                         part_glyph_text(g, GLYPH_TIMES, times));
        n[best] = 0;
    }
    grid_text(g, x, y, w, ROLE_DIM, text);
}

static void draw_span(const struct page_data *d, struct grid *g, int y, int w, const struct page_row *row, const struct page_shown *p)
{
    const struct span *sp = &d->spans[row->first];
    char text[NAME_MAX_BYTES], reason[64];
    ruler_time(text, &d->clock, row->t0 > d->begin ? row->t0 : d->begin, (d->end - d->begin) / 500000 + 1);
    grid_right(g, 2, y, 13, ROLE_TEXT, text);
    part_duration(g, 16, y, 8, ROLE_TEXT, row->t1 - row->t0);
    if (row->n > 1) {
        draw_folded(d, g, 28, y, w - 29, row);
        return;
    }
    part_share(g, 25, y, 2, (enum share)sp->share);
    if (p->mark < MARK_KINDS)
        grid_glyph(g, 24, y, (enum role)mark_looks[p->mark].role, (enum glyph)mark_looks[p->mark].glyph);
    text_visible(reason, sizeof reason, p->reason.p, p->reason.n);
    const char *word = share_looks[sp->share].word;
    bool told = *reason && (sp->state == G_WAITING || sp->state == G_RUNNABLE);
    snprintf(text, sizeof text, told ? "%s: %s" : "%s", word, reason);
    int used = grid_text(g, 28, y, w - 30, ROLE_TEXT, text), room = w - 30 - used - 2;
    if (room > 10)
        part_place(g, 28 + used + 2, y, room, ROLE_DIM, p->at.file, p->at.line, true);
}

static void draw_list(const struct page_data *d, struct grid *g, struct rect r)
{
    char right[64], n[16];
    const struct page_layout *l = &d->l;
    text_count(n, d->transitions);
    bool ranged = d->range_state > RANGE_OPEN;
    if (ranged && d->range_state != RANGE_READY)
        snprintf(n, sizeof n, "?");
    snprintf(right, sizeof right, "%s spans%s%s", n, ranged ? " in the range" : "", d->part ? ", those around the cursor" : "");
    part_rule(g, r.x, l->list_y, l->list_w, "spans", ROLE_STRONG, right);
    for (int i = 0; i < d->nshown; i++) {
        long at = (long)d->top + i;
        int y = l->list_y + 1 + i;
        if (at == d->at) {
            grid_tint(g, (struct rect){r.x, y, l->list_w, 1}, TINT_SELECTION);
            grid_glyph(g, r.x, y, ROLE_STRONG, GLYPH_SELECTED);
        }
        draw_span(d, g, y, l->list_w, &d->rows.v[at], &d->shown[i]);
        bool outside = d->rows.v[at].t1 <= d->sum_t0 || d->rows.v[at].t0 >= d->sum_t1;
        for (int k = r.x + 1; outside && k < l->list_w; k++)
            grid_at(g, k, y)->role = ROLE_BORDER;
    }
}

/* "why did it wait 10.8 ms in select?", or where it stood. */
static void draw_pane(const struct page_data *d, struct grid *g, struct rect r)
{
    const struct page_layout *l = &d->l;
    int x = l->wide ? l->side_x : r.x, w = l->wide ? l->side_w : r.w, y = l->pane_y, end = l->pane_y + l->pane_h;
    char title[200], len[24], reason[64];
    text_visible(reason, sizeof reason, d->reason.p, d->reason.n);
    text_duration(len, d->span.t1 - d->span.t0);
    if (!d->has_span)
        snprintf(title, sizeof title, "not alive then");
    else if (d->nlinks)
        snprintf(title, sizeof title, "why did it wait %s in %s?", len, *reason ? reason : "syscall");
    else
        snprintf(title, sizeof title, "%s for %s", share_looks[d->span.share].word, len);
    part_rule(g, x, y++, w, title, ROLE_STRONG, "");
    if (d->nlinks)
        y += chain_draw(g, x, y, w - 1, l->wide ? (end - y) / 2 : end - y, d->links, d->nlinks);
    if (l->wide && d->nframes) {
        if (d->nlinks)
            y++;
        bool own = d->span.state == G_WAITING || d->span.state == G_SYSCALL;
        part_rule(g, x, y++, w, own ? "stack" : "stack of its last stop", ROLE_STRONG, "");
    }
    for (int i = 0; i < d->nframes && y < end; i++, y++) {
        const struct site_frame *f = &d->frames[i];
        int used = part_name(g, x + 2, y, w - 26, f->std ? ROLE_DIM : ROLE_TEXT, f->func);
        part_place(g, x + 3 + used, y, w - used - 5, ROLE_DIM, f->file, f->line, true);
    }
}

static void draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct page_data *d = data;
    (void)state;
    if (!d->any) {
        grid_text(g, 1, r.y, r.w - 2, ROLE_DIM, "no goroutine is selected");
        return;
    }
    draw_head(d, g, r);
    draw_creators(d, g, r);
    draw_lane(d, nav, g, r);
    if (d->l.life_h)
        page_graph_draw(&d->life, g, (struct rect){r.x, r.y + 4, d->l.wide ? d->l.list_w : r.w, d->l.life_h},
                        d->range_state > RANGE_OPEN ? "life, in the range" : "life");
    if (d->l.totals_h)
        draw_totals(d, g, d->l.wide ? d->l.side_x : r.x, d->l.totals_y, d->l.wide ? d->l.side_w : r.w, d->l.totals_h);
    draw_list(d, g, r);
    if (d->l.wide || !d->l.kin_h)
        draw_pane(d, g, r);
    if (d->l.kin_h)
        page_kin_draw(&d->life, &d->clock, g,
                      (struct rect){d->l.wide ? d->l.side_x : r.x, d->l.kin_y, d->l.wide ? d->l.side_w : r.w, d->l.kin_h});
}

static void to_row(struct nav *nav, const struct page_data *d, long row)
{
    long n = (long)d->rows.n;
    if (!n)
        return;
    row = row < 0 ? 0 : row >= n ? n - 1 : row;
    ns_t t = d->rows.v[row].t0;
    nav->cursor = t > d->begin ? t : d->begin;
}

static bool step(struct app *app, struct nav *nav, struct page_data *d, struct session *s, enum cmd cmd)
{
    long page = d->nshown > 1 ? d->nshown - 1 : 1, at = d->at;
    /* the slice of a long life ends here: go on by spans */
    bool at_end = d->part && ((cmd == CMD_DOWN && at + 1 >= (long)d->rows.n) || (cmd == CMD_UP && at <= 0));
    if (at_end)
        return edge_span(app, nav, s, cmd == CMD_DOWN ? 1 : -1), true;
    switch (cmd) {
    case CMD_DOWN: to_row(nav, d, at + 1); return true;
    case CMD_UP: to_row(nav, d, at - 1); return true;
    case CMD_PAGE_DOWN: to_row(nav, d, at + page); return true;
    case CMD_PAGE_UP: to_row(nav, d, at - page); return true;
    case CMD_HALF_DOWN: to_row(nav, d, at + page / 2 + 1); return true;
    case CMD_HALF_UP: to_row(nav, d, at - page / 2 - 1); return true;
    case CMD_FIRST:
    case CMD_START: nav->cursor = d->begin; return true;
    case CMD_LAST:
    case CMD_END: nav->cursor = d->end - 1; return true;
    default: return false;
    }
}

/* One cell of the lane on. */
static void move_cursor(struct nav *nav, const struct page_data *d, int dir)
{
    ns_t t = (nav->cursor == NS_NONE ? d->begin : nav->cursor) + dir * d->w.cell;
    nav->cursor = t < d->begin ? d->begin : t >= d->end ? d->end - 1 : t;
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct page_state *st = state;
    struct page_data *d = data;
    (void)arg;
    if (!d->any)
        return false;
    session_read(s);
    bool done = step(app, nav, d, s, cmd);
    if (!done) {
        done = true;
        switch (cmd) {
        case CMD_LEFT: move_cursor(nav, d, -1); break;
        case CMD_RIGHT: move_cursor(nav, d, 1); break;
        case CMD_NEXT_SPAN: edge_span(app, nav, s, 1); break;
        case CMD_PREV_SPAN: edge_span(app, nav, s, -1); break;
        case CMD_EDGE_BACK: edge_follow(app, nav, s, -1); break;
        case CMD_EDGE_FORTH: edge_follow(app, nav, s, 1); break;
        case CMD_NEXT_PANE:
        case CMD_PREV_PANE: st->kin = !st->kin; break;
        case CMD_FOLD:
        case CMD_FOLD_ALL: st->unfolded = !st->unfolded; break;
        case CMD_DRILL: app_show(app, VIEW_ID_TIMELINE, true); break;
        default: done = false;
        }
    }
    session_done(s);
    return done;
}

static bool mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct page_data *d = data;
    const struct page_layout *l = &d->l;
    (void)app;
    (void)state;
    (void)s;
    if (!d->any || kind != MOUSE_PRESS)
        return false;
    int row = y - l->list_y - 1;
    if (row >= 0 && row < d->nshown && x < l->list_w) {
        to_row(nav, d, (long)d->top + row);
        return true;
    }
    if (y == d->lane_y && x >= 1 && x <= (int)d->w.n) {
        ns_t t = d->w.t0 + d->w.cell * (x - 1);
        nav->cursor = t < d->begin ? d->begin : t >= d->end ? d->end - 1 : t;
        return true;
    }
    return false;
}

static void release(void *data)
{
    struct page_data *d = data;
    arena_release(&d->arena);
    mem_free(d->spans);
    cancels_release(&d->cancels);
    vec_free(&d->woken);
    vec_free(&d->rows);
}

static int rows(const void *data)
{
    const struct page_data *d = data;
    return d->any ? d->nshown : 0;
}

static const struct hint hints[] = {
    {CMD_EDGE_BACK, "who woke me"},
    {CMD_EDGE_FORTH, "whom I woke"},
    {CMD_DRILL, "in the timeline"},
    {CMD_NEXT_PANE, "contexts, tasks"},
    {CMD_FOLD, "fold short ones"},
    {CMD_NEXT_SPAN, "next span"},
    {CMD_BACK, "back"},
    {CMD_NONE, NULL},
};

const struct view goroutine_view = {
    .name = "goroutine",
    .title = "Goroutine",
    .tab = "G",
    .state_size = sizeof(struct page_state),
    .data_size = sizeof(struct page_data),
    .data_release = release,
    .load = load,
    .draw = draw,
    .command = command,
    .mouse = mouse,
    .hints = hints,
    .rows = rows,
};
