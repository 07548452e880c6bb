/* What the goroutine page shows of the session, read for one frame. */
#include <string.h>

#include "tui/views/goroutine.h"

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

int page_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
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
