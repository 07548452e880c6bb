/* What the Timeline's commands do: moves of the cursor, the window and the selection. */
#include <stdlib.h>
#include <string.h>

#include "tui/views/edges.h"
#include "tui/views/timeline.h"

/* What a command works on. */
struct moves {
    struct app *app;
    struct nav *nav;
    struct timeline_state *st;
    struct timeline_data *d;
    struct session *s;
    const char *arg;
};

static const char *const sort_words[TSORTS] = {
    [TSORT_ACTIVE] = "time active", [TSORT_WAITING] = "time waiting",   [TSORT_RUNNABLE] = "time runnable",
    [TSORT_COUNT] = "number",       [TSORT_ALIVE] = "alive at the end", [TSORT_FIRST] = "first appearance",
    [TSORT_NAME] = "name",
};
static const char *const lane_words[TLANES] = {"goroutines, procs when rows are left over", "procs and goroutines",
                                               "procs, threads and goroutines", "goroutines only"};

void timeline_select(struct nav *nav, struct timeline_state *st, struct row row)
{
    if (row.kind == ROW_GAP || row.kind == ROW_ELSEWHERE)
        return;
    nav->g = row.kind == ROW_G || row.kind == ROW_MEMBER ? row.id : IDX_NONE;
    nav->edge = IDX_NONE;
    nav_set_group(nav, row.kind == ROW_GROUP ? row.id : IDX_NONE);
    st->on_runtime = row.kind == ROW_RUNTIME;
    st->lane = row.kind == ROW_PROC || row.kind == ROW_THREAD ? row : (struct row){ROW_GAP, 0};
}

static bool selectable(const struct timeline_data *d, long i)
{
    return d->rows.v.v[i].kind != ROW_GAP && d->rows.v.v[i].kind != ROW_ELSEWHERE;
}

/* Where a selection begins: the first row in sight that is not a proc's or thread's. */
static long first_row(const struct moves *m)
{
    const struct timeline_rows *r = &m->d->rows;
    long i = (long)m->st->top;
    while (i + 1 < (long)r->v.n && r->v.v[i].kind < ROW_GROUP)
        i++;
    return i;
}

/* Selects the row `by` rows on, stopping at the ends; rows that stand for nothing are passed over. */
static void move_rows(struct moves *m, long by)
{
    struct timeline_data *d = m->d;
    long n = (long)d->rows.v.n, at = timeline_rows_find(&d->rows, m->st, m->nav), step = by > 0 ? 1 : -1;
    if (!n)
        return;
    long to = at < 0 ? first_row(m) : at + by;
    to = to < 0 ? 0 : to >= n ? n - 1 : to;
    while (to >= 0 && to < n && !selectable(d, to))
        to += step;
    if (to >= 0 && to < n)
        timeline_select(m->nav, m->st, d->rows.v.v[to]);
}

static ns_t clamp_time(const struct session *s, ns_t t)
{
    t = t >= s->t1 ? s->t1 - 1 : t;
    return t < s->t0 ? s->t0 : t;
}

void timeline_show_time(struct timeline_data *d, struct nav *nav, const struct session *s, ns_t t)
{
    if (nav->cell <= 0 || (t >= nav->t0 && t < nav->t0 + nav->cell * d->n))
        return;
    struct tl_window w = tl_window_at(t, nav->cell, (uint32_t)d->n, (uint32_t)d->n / 2);
    nav->t0 = w.t0;
    (void)s;
}

static void move_cursor(struct moves *m, int cells)
{
    struct nav *nav = m->nav;
    const struct tl_window *w = &m->d->w;
    if (nav->cursor == NS_NONE)
        nav->cursor = w->t0 + w->cell * (w->n / 2) + w->cell / 2;
    else
        nav->cursor += cells * w->cell;
    nav->cursor = clamp_time(m->s, nav->cursor);
    if (nav->cell <= 0)
        return;
    ns_t eighth = w->cell * (w->n / 8 + 1);
    if (nav->cursor < nav->t0)
        nav->t0 -= nav->t0 - nav->cursor > eighth ? nav->t0 - nav->cursor + w->cell : eighth;
    else if (nav->cursor >= nav->t0 + w->cell * w->n)
        nav->t0 += eighth;
}

static void pan(struct moves *m, int dir)
{
    if (m->nav->cell <= 0)
        return;
    ns_t by = m->d->w.cell * (m->d->w.n / 2) * dir, cursor = m->nav->cursor;
    m->nav->t0 += by;
    if (cursor != NS_NONE)
        m->nav->cursor = clamp_time(m->s, cursor + by);
}

/* The cursor's time stays in its cell; without a cursor the middle does. */
static void zoom(struct moves *m, int steps)
{
    const struct tl_window *w = &m->d->w;
    ns_t t = m->nav->cursor;
    if (t == NS_NONE || t < w->t0 || t >= window_end(w))
        t = w->t0 + w->cell * (w->n / 2);
    ns_t cell = tl_zoom(w->cell, steps);
    if (cell >= m->d->whole.cell) {
        m->nav->cell = 0;
        return;
    }
    uint32_t at = (uint32_t)((t - w->t0) / w->cell);
    struct tl_window to = tl_window_at(t, cell, w->n, at);
    m->nav->t0 = to.t0;
    m->nav->cell = to.cell;
}

/* Shows [a, b) over most of the window. */
static void zoom_to(struct moves *m, ns_t a, ns_t b)
{
    uint32_t n = m->d->w.n;
    ns_t len = b > a ? b - a : 1, cell = tl_cell_width(len * 5 / 4 / n + 1);
    struct tl_window w = tl_window_at(a + len / 2, cell, n, n / 2);
    m->nav->cell = cell >= m->d->whole.cell ? 0 : w.cell;
    m->nav->t0 = w.t0;
}

/* Runs fn under the session's lock and shows its error. */
static bool read_failed(struct moves *m, int rc, struct err *e)
{
    if (rc < 0)
        app_message(m->app, ROLE_ERROR, "%s", e->what);
    return rc < 0;
}

static void zoom_selection(struct moves *m)
{
    struct nav *nav = m->nav;
    struct span sp;
    struct err e = ERR_INIT;
    if (nav->range0 != NS_NONE && nav->range1 != NS_NONE) {
        zoom_to(m, nav->range0, nav->range1);
        return;
    }
    if (nav->g == IDX_NONE || nav->cursor == NS_NONE) {
        app_message(m->app, ROLE_MESSAGE, "nothing to zoom to: mark a range with v, or select a goroutine and a moment");
        return;
    }
    int got = tl_span_at(m->s, nav->g, nav->cursor, &sp, &e);
    if (!read_failed(m, got, &e) && got)
        zoom_to(m, sp.t0, sp.t1);
    else if (!got)
        app_message(m->app, ROLE_MESSAGE, "it does not live at the cursor");
}

static void step_span(struct moves *m, int dir)
{
    if (edge_span(m->app, m->nav, m->s, dir))
        timeline_show_time(m->d, m->nav, m->s, m->nav->cursor);
}

static void follow_edge(struct moves *m, int dir)
{
    if (edge_follow(m->app, m->nav, m->s, dir))
        timeline_show_time(m->d, m->nav, m->s, m->nav->cursor);
}

static const uint32_t step_kinds = 1u << EV_LOG | 1u << EV_TASK_BEGIN | 1u << EV_REGION_BEGIN | 1u << EV_STACK_SAMPLE;

/* The first (dir 1) or last (-1) drawn mark among n. */
static const struct mark *drawn_mark(const struct session *s, const struct mark *marks, long n, int dir)
{
    for (long i = 0; i < n; i++) {
        const struct mark *m = &marks[dir > 0 ? i : n - 1 - i];
        if (mark_kind_of(s, m) < MARK_KINDS)
            return m;
    }
    return NULL;
}

enum { SEEK_SOME = 256 };

/* Stretch by stretch: what is not drawn (context events) may lie close. */
static long mark_after(struct session *s, ns_t t, struct mark *buf, struct mark *out, struct err *e)
{
    for (long n = SEEK_SOME; n == SEEK_SOME; t = buf[n - 1].t) {
        n = tl_marks(s, step_kinds, t + 1, s->t1 + 1, buf, SEEK_SOME, e);
        if (n <= 0)
            return n;
        const struct mark *found = drawn_mark(s, buf, n, 1);
        if (found) {
            *out = *found;
            return 1;
        }
    }
    return 0;
}

/* Backwards through stretches that grow, so that a near one is found at once. */
static long mark_before(struct session *s, ns_t t, ns_t near, struct mark *buf, struct mark *out, struct err *e)
{
    ns_t end = t, len = near;
    while (end > s->t0) {
        ns_t from = end - s->t0 > len ? end - len : s->t0;
        long n = tl_marks(s, step_kinds, from, end, buf, SEEK_SOME, e);
        if (n < 0)
            return -1;
        if (n == SEEK_SOME && len > SEEK_SOME) { /* too many: the last of them lie in a later part */
            len /= 4;
            continue;
        }
        const struct mark *found = drawn_mark(s, buf, n, -1);
        if (found) {
            *out = *found;
            return 1;
        }
        end = from;
        len *= 4;
    }
    return 0;
}

static long seek_mark(struct session *s, ns_t t, int dir, ns_t near, struct mark *out, struct err *e)
{
    struct mark *buf = mem_alloc(SEEK_SOME, sizeof *buf);
    long n = dir > 0 ? mark_after(s, t, buf, out, e) : mark_before(s, t, near, buf, out, e);
    mem_free(buf);
    return n;
}

/* The edge next after t, or last before it; IDX_NONE none. */
static uint32_t seek_edge(const struct session *s, ns_t t, int dir)
{
    uint32_t i = cancels_from(s, dir > 0 ? t + 1 : t);
    if (dir > 0)
        return i < s->ctx.edges.n ? i : IDX_NONE;
    return i > 0 ? i - 1 : IDX_NONE;
}

static void go_to_mark(struct moves *m, gidx g, ns_t t)
{
    m->nav->cursor = t;
    if (g != IDX_NONE)
        timeline_select(m->nav, m->st, (struct row){ROW_G, g});
    timeline_show_time(m->d, m->nav, m->s, t);
}

static void go_to_edge(struct moves *m, uint32_t edge)
{
    struct cancel_told c;
    char reaction[96], name[128];
    cancels_tell(m->s, edge, &c);
    go_to_mark(m, c.edge.g, c.edge.t);
    m->nav->edge = m->st->edge = edge; /* the window stays as it is */
    cancels_reaction(reaction, &c.edge);
    text_visible(name, sizeof name, c.by_name.p, c.by_name.n);
    if (c.deadline || c.by == IDX_NONE)
        app_message(m->app, mark_looks[c.mark].text_role, "%s %s; %s", c.grade, c.deadline ? "cancelled by its deadline" : "cancelled",
                    reaction);
    else
        app_message(m->app, mark_looks[c.mark].text_role, "%s cancelled by G%lld %s; %s", c.grade, (long long)c.by_id, name, reaction);
}

static void step_mark(struct moves *m, int dir)
{
    struct mark mark = {0};
    struct err e = ERR_INIT;
    ns_t from = m->nav->cursor != NS_NONE ? m->nav->cursor : dir > 0 ? m->s->t0 - 1 : m->s->t1 + 1;
    long got = seek_mark(m->s, from, dir, m->d->w.cell, &mark, &e);
    if (read_failed(m, got < 0 ? -1 : 0, &e))
        return;
    uint32_t edge = seek_edge(m->s, from, dir);
    if (edge != IDX_NONE && (!got || (dir > 0 ? m->s->ctx.edges.v[edge].t <= mark.t : m->s->ctx.edges.v[edge].t >= mark.t))) {
        go_to_edge(m, edge);
        return;
    }
    if (!got) {
        app_message(m->app, ROLE_MESSAGE, dir > 0 ? "no mark after this" : "no mark before this");
        return;
    }
    go_to_mark(m, mark.g, mark.t);
    struct str a = session_str(m->s, mark.s[0]), b = session_str(m->s, mark.s[1]);
    char cat[128], text[300];
    text_visible(cat, sizeof cat, a.p, a.n);
    text_visible(text, sizeof text, b.p, b.n);
    app_message(m->app, ROLE_MARK_LOG, "%s: %s%s%s", event_kind_names[mark.kind], cat, *cat && *text ? ": " : "", text);
}

/* The next row that hits, from the selected one on and round; false when none does. */
static bool next_hit_row(struct moves *m, int dir, bool here)
{
    struct timeline_data *d = m->d;
    long n = (long)d->rows.v.n, at = timeline_rows_find(&d->rows, m->st, m->nav);
    at = at < 0 ? (dir > 0 ? -1 : n) : here ? at - dir : at;
    for (long i = 1; i <= n; i++) {
        long k = ((at + dir * i) % n + n) % n;
        if (!timeline_row_hit(&d->find, &d->rows, m->s, &d->rows.v.v[k]))
            continue;
        timeline_select(m->nav, m->st, d->rows.v.v[k]);
        return true;
    }
    return false;
}

/* Hits are lanes, by name and number; where none is, what happened on them: logs, tasks, stacks. */
static void search_step_to(struct moves *m, int dir, bool here)
{
    struct err e = ERR_INIT;
    find_update(&m->d->find, m->app, m->nav->search, m->s, &e);
    if (e.kind) {
        app_message(m->app, ROLE_ERROR, "%s", e.what);
        return;
    }
    if (!m->d->find.se) {
        app_message(m->app, ROLE_MESSAGE, "nothing is searched for: / begins a search");
        return;
    }
    if (!next_hit_row(m, dir, here) && find_step(&m->d->find, m->app, m->nav, m->s, dir))
        timeline_show_time(m->d, m->nav, m->s, m->nav->cursor);
}

static void toggle_range(struct moves *m)
{
    if (m->nav->cursor == NS_NONE && m->nav->range1 == NS_NONE)
        move_cursor(m, 0);
    range_toggle(m->app, m->nav);
}

/* The group of what is selected: itself, or the one that its goroutine is a row of. IDX_NONE: none. */
static uint32_t selected_group(const struct moves *m)
{
    if (m->nav->g != IDX_NONE)
        return grouping_of(m->d->rows.gp, m->s, m->nav->g);
    return nav_group(m->nav);
}

static void fold(struct moves *m)
{
    uint32_t group = selected_group(m);
    bool runtime = m->st->on_runtime || (group < grouping_n(m->d->rows.gp, m->s) && grouping_at(m->d->rows.gp, m->s, group)->system);
    if (runtime) {
        m->st->runtime_open = !m->st->runtime_open;
        timeline_select(m->nav, m->st, (struct row){ROW_RUNTIME, 0});
    } else if (group != IDX_NONE && !m->st->flat) {
        timeline_set_open(m->st, group, !timeline_is_open(m->st, group));
        if (timeline_group_n(&m->d->rows, m->s, group) > 1)
            timeline_select(m->nav, m->st, (struct row){ROW_GROUP, group});
    }
}

static void fold_all(struct moves *m)
{
    bool any = m->st->all_open || m->st->nfolds;
    m->st->all_open = !any;
    m->st->runtime_open = !any;
    m->st->nfolds = 0;
    if (any && m->nav->g != IDX_NONE)
        timeline_select(m->nav, m->st, (struct row){ROW_GROUP, grouping_of(m->d->rows.gp, m->s, m->nav->g)});
}

static void sort(struct moves *m)
{
    m->st->sort = (uint8_t)((m->st->sort + 1) % TSORTS);
    app_message(m->app, ROLE_MESSAGE, "groups sorted by %s", sort_words[m->st->sort]);
}

static void lanes(struct moves *m)
{
    m->st->lanes = (uint8_t)((m->st->lanes + 1) % TLANES);
    m->st->top = 0;
    app_message(m->app, ROLE_MESSAGE, "lanes: %s", lane_words[m->st->lanes]);
}

static void drill(struct moves *m)
{
    if (m->nav->g != IDX_NONE)
        app_show(m->app, VIEW_ID_GOROUTINE, true);
    else
        fold(m);
}

static void to_end(struct moves *m, bool end)
{
    m->nav->cursor = end ? m->s->t1 - 1 : m->s->t0;
    timeline_show_time(m->d, m->nav, m->s, m->nav->cursor);
}

/* The app has set a goroutine or a moment: it comes into sight. */
static void to_place(struct moves *m)
{
    if (m->nav->cursor != NS_NONE)
        timeline_show_time(m->d, m->nav, m->s, m->nav->cursor);
}

/* Commands as data: moves by rows, by cells, and what takes no number. */
static bool move_command(struct moves *m, enum cmd cmd)
{
    long page = m->d->nshown > 1 ? m->d->nshown - 1 : 1, all = m->d->total;
    switch (cmd) {
    case CMD_DOWN: move_rows(m, 1); return true;
    case CMD_UP: move_rows(m, -1); return true;
    case CMD_PAGE_DOWN: move_rows(m, page); return true;
    case CMD_PAGE_UP: move_rows(m, -page); return true;
    case CMD_HALF_DOWN: move_rows(m, page / 2 + 1); return true;
    case CMD_HALF_UP: move_rows(m, -page / 2 - 1); return true;
    case CMD_FIRST: move_rows(m, -all - 1); return true;
    case CMD_LAST: move_rows(m, all + 1); return true;
    case CMD_LEFT: move_cursor(m, -1); return true;
    case CMD_RIGHT: move_cursor(m, 1); return true;
    case CMD_PAN_LEFT: pan(m, -1); return true;
    case CMD_PAN_RIGHT: pan(m, 1); return true;
    case CMD_START: to_end(m, false); return true;
    case CMD_END: to_end(m, true); return true;
    default: return false;
    }
}

static bool other_command(struct moves *m, enum cmd cmd)
{
    switch (cmd) {
    case CMD_ZOOM_IN: zoom(m, -1); return true;
    case CMD_ZOOM_OUT: zoom(m, 1); return true;
    case CMD_ZOOM_SELECTION: zoom_selection(m); return true;
    case CMD_ZOOM_ALL: m->nav->cell = 0; return true;
    case CMD_NEXT_SPAN: step_span(m, 1); return true;
    case CMD_PREV_SPAN: step_span(m, -1); return true;
    case CMD_NEXT_MARK: step_mark(m, 1); return true;
    case CMD_PREV_MARK: step_mark(m, -1); return true;
    case CMD_EDGE_BACK: follow_edge(m, -1); return true;
    case CMD_EDGE_FORTH: follow_edge(m, 1); return true;
    case CMD_SEARCH: search_step_to(m, 1, true); return true;
    case CMD_SEARCH_NEXT: search_step_to(m, 1, false); return true;
    case CMD_SEARCH_PREV: search_step_to(m, -1, false); return true;
    case CMD_GOTO: to_place(m); return true;
    case CMD_RANGE: toggle_range(m); return true;
    case CMD_BACK: return m->nav->range1 == NS_NONE && range_clear(m->nav); /* one that is being marked */
    case CMD_FOLD: fold(m); return true;
    case CMD_FOLD_ALL: fold_all(m); return true;
    case CMD_GROUP: grouping_next(m->app, m->nav); return true;
    case CMD_SORT: sort(m); return true;
    case CMD_SORT_REVERSE: m->st->reverse = !m->st->reverse; return true;
    case CMD_LANES: lanes(m); return true;
    case CMD_DRILL: drill(m); return true;
    default: return false;
    }
}

bool timeline_command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct moves m = {app, nav, state, data, s, arg};
    session_read(s);
    bool nothing = m.d->empty || !m.d->rows.gp; /* not read yet: the key came before the first frame */
    bool done = nothing ? false : move_command(&m, cmd) || other_command(&m, cmd);
    session_done(s);
    return done;
}

/* The row under y, or -1. */
static long row_at(const struct timeline_data *d, int y)
{
    int head = d->tall ? 4 : 3;
    return y >= head && y < head + d->nshown ? (long)d->top_row + y - head : -1;
}

static void click(struct moves *m, int x, int y)
{
    struct timeline_data *d = m->d;
    int cell = x - d->x0;
    if (y == 0 && cell >= 0 && cell < d->n && !d->is_whole) { /* the minimap: there */
        struct tl_window w = tl_window_at(d->whole.t0 + d->whole.cell * cell, d->w.cell, d->w.n, d->w.n / 2);
        m->nav->t0 = w.t0;
        return;
    }
    if (cell >= 0 && cell < d->n && y > 0)
        m->nav->cursor = clamp_time(m->s, d->w.t0 + d->w.cell * cell + d->w.cell / 2);
    long row = row_at(d, y);
    if (row >= 0 && row < d->total && selectable(d, row))
        timeline_select(m->nav, m->st, d->rows.v.v[row]);
    if (row >= 0 && cell < 0 && x < 3)
        fold(m);
}

bool timeline_mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct timeline_data *d = data;
    struct moves m = {app, nav, state, d, s, ""};
    if (d->empty)
        return false;
    x -= d->r.x;
    y -= d->r.y;
    int cell = x - d->x0;
    ns_t t = d->w.t0 + d->w.cell * (cell < 0 ? 0 : cell >= d->n ? d->n - 1 : cell);
    session_read(s);
    switch (kind) {
    case MOUSE_PRESS:
        click(&m, x, y);
        d->drag_from = cell >= 0 && y > 0 ? t : NS_NONE;
        break;
    case MOUSE_DRAG:
        if (d->drag_from != NS_NONE && t != d->drag_from) {
            nav->range0 = t < d->drag_from ? t : d->drag_from;
            nav->range1 = (t < d->drag_from ? d->drag_from : t) + d->w.cell;
            nav->cursor = clamp_time(s, t);
        }
        break;
    case MOUSE_RELEASE: d->drag_from = NS_NONE; break;
    case MOUSE_DOUBLE: drill(&m); break;
    }
    session_done(s);
    return true;
}
