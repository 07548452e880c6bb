/* Which rows the Goroutines table has, their sums and their order. */
#include <stdlib.h>
#include <string.h>

#include "tui/lens.h"
#include "tui/views/goroutines.h"

static const enum metric metrics[GCOLS] = {
#define GCOL(id, title, metric, w, wide, from, single, right, up) [GCOL_##id] = METRIC_##metric,
#include "tui/views/goroutines.def"
#undef GCOL
};

static void set_columns(struct goroutines_data *d, const struct nav *nav, bool flat)
{
    static const struct {
        const char *title;
        uint8_t w, wide, from, single;
        bool right, up, sorts;
    } all[GCOLS] = {
#define GCOL(id, title, metric, w, wide, from, single, right, up) {title, w, wide, from, single, right, up, METRIC_##metric != METRIC_NONE},
#include "tui/views/goroutines.def"
#undef GCOL
    };
    for (unsigned i = 0; i < GCOLS; i++)
        d->cols[i] = (struct table_col){all[i].title, all[i].w,     all[i].wide, flat ? all[i].single : all[i].from,
                                        all[i].right, all[i].sorts, all[i].up};
    if (!flat)
        d->cols[GCOL_NAME].title = grouping_specs[nav->by < GROUPINGS ? nav->by : GROUPING_START].title;
}

struct ranked {
    struct str name;
    uint32_t group;
};

static int by_name(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int c = memcmp(x->name.p, y->name.p, n);
    return c ? c : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

/* Names are compared once, by group; rows are then sorted by the rank. */
static void rank_names(struct goroutines_data *d, const struct session *s)
{
    struct ranked *r = mem_alloc(d->sums.n + 1, sizeof *r);
    for (uint32_t i = 0; i < d->sums.n; i++) {
        struct str name = grouping_name(d->gp, s, i);
        size_t skip = name.n;
        while (skip > 0 && name.p[skip - 1] != '/') /* as it is shown: without the import path */
            skip--;
        r[i] = (struct ranked){{name.p + skip, name.n - skip}, i};
    }
    qsort(r, d->sums.n, sizeof *r, by_name);
    for (uint32_t i = 0; i < d->sums.n; i++)
        d->sums.v[r[i].group].rank = i;
    mem_free(r);
}

static ns_t life_of(const struct session *s, ns_t begin, ns_t end)
{
    return begin == NS_NONE ? 0 : (end == NS_OPEN || end > s->t1 ? s->t1 : end) - begin;
}

/* A life within a range is all the time that was summed there. */
static ns_t range_life(const ns_t ns[SHARE_COUNT])
{
    ns_t sum = 0;
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        sum += ns[k];
    return sum;
}

/* With a filter the sums are of those that pass, one by one; else the session has them. */
static void sum_groups(struct goroutines_data *d, const struct session *s)
{
    d->sums.n = 0;
    for (uint32_t group = 0; group < d->members.ngroups && group < grouping_n(d->gp, s); group++) {
        struct gsum *sum = vec_push(&d->sums);
        memset(sum, 0, sizeof *sum);
        for (uint32_t i = d->members.start[group]; i < d->members.start[group + 1]; i++) {
            if (!member_passes(&d->filter, &d->members, i))
                continue;
            gidx idx = d->members.g[i];
            if (!range_lived(d->range, idx))
                continue;
            const ns_t *ns = range_ns(d->range, s, idx);
            sum->n++;
            sum->alive += d->range ? d->range->g[idx].last < SHARE_DEAD : d->members.end[i] == NS_OPEN && d->members.begin[i] != NS_NONE;
            sum->life += d->range ? range_life(ns) : life_of(s, d->members.begin[i], d->members.end[i]);
            for (unsigned k = 0; d->filter.pass && k < SHARE_COUNT; k++)
                sum->ns[k] += ns[k];
        }
        if (!d->filter.pass)
            memcpy(sum->ns, grouping_figures(d->gp, s, group)->ns, sizeof sum->ns);
    }
    rank_names(d, s);
}

static double number(ns_t ns)
{
    return ns == NS_NONE ? -1 : (double)ns;
}

static double sum_metric(const struct gsum *sum, enum metric m)
{
    switch (m) {
    case METRIC_N: return (double)sum->n;
    case METRIC_ALIVE: return (double)sum->alive;
    case METRIC_NAME: return sum->rank;
    case METRIC_LIFE: return (double)sum->life;
    case METRIC_MEAN: return sum->n ? (double)sum->life / (double)sum->n : 0;
    case METRIC_RUNNING: return (double)sum->ns[SHARE_RUNNING];
    case METRIC_RUNNABLE: return (double)sum->ns[SHARE_RUNNABLE];
    case METRIC_CHAN: return (double)sum->ns[SHARE_CHAN];
    case METRIC_SYNC: return (double)sum->ns[SHARE_SYNC];
    case METRIC_NETWORK: return (double)sum->ns[SHARE_NETWORK];
    case METRIC_SLEEP: return (double)sum->ns[SHARE_SLEEP];
    case METRIC_SYSCALL: return (double)sum->ns[SHARE_SYSCALL];
    default: return 0;
    }
}

static double group_metric(const struct goroutines_data *d, const struct session *s, uint32_t group, enum metric m)
{
    const struct group *g = grouping_figures(d->gp, s, group);
    if (m == METRIC_P50 || m == METRIC_P99)
        return g->latency ? number(hist_quantile(g->latency, m == METRIC_P50 ? .5 : .99)) : -1;
    return sum_metric(&d->sums.v[group], m);
}

static double single_metric(const struct goroutines_data *d, const struct session *s, gidx idx, ns_t life, enum metric m)
{
    const struct goroutine *g = session_g(s, idx);
    switch (m) {
    case METRIC_ID: return (double)g->id;
    case METRIC_STATE: return -(double)(d->range ? d->range->g[idx].last : g->last_share);
    case METRIC_NAME: return d->sums.v[grouping_of(d->gp, s, idx)].rank;
    case METRIC_LIFE: return (double)(d->range ? range_life(range_ns(d->range, s, idx)) : life);
    case METRIC_CREATED: return g->created == NS_NONE ? -1 : (double)(g->created - s->t0);
    case METRIC_TRANSITIONS: return d->range ? d->range->g[idx].transitions : g->transitions;
    default: {
        struct gsum sum = {.n = 1};
        memcpy(sum.ns, range_ns(d->range, s, idx), sizeof sum.ns);
        return sum_metric(&sum, m);
    }
    }
}

static void room_for(struct goroutines_data *d, uint32_t n)
{
    if (n <= d->room)
        return;
    d->room = n;
    d->keys = mem_realloc(d->keys, n, sizeof *d->keys);
    d->rows = mem_realloc(d->rows, n, sizeof *d->rows);
}

/* Appends n sorted keys to the rows. */
static void take_keys(struct goroutines_data *d, const struct table_state *t, size_t n)
{
    table_sort(d->keys, n, d->cols[t->sort].up != (bool)t->reverse);
    for (size_t i = 0; i < n; i++)
        d->rows[d->nrows++] = d->keys[i].id;
}

/* Groups of the program first, the runtime's own behind them. */
static void build_groups(struct goroutines_data *d, const struct session *s, const struct table_state *t)
{
    room_for(d, (uint32_t)d->sums.n + 1);
    for (unsigned system = 0; system < 2; system++) {
        size_t n = 0;
        for (uint32_t i = 0; i < d->sums.n; i++)
            if (d->sums.v[i].n && grouping_at(d->gp, s, i)->system == system)
                d->keys[n++] = (struct table_key){group_metric(d, s, i, metrics[t->sort]), i};
        take_keys(d, t, n);
    }
}

static void build_single(struct goroutines_data *d, const struct session *s, const struct goroutines_state *st)
{
    const struct members *m = &d->members;
    bool all = st->only == IDX_NONE || st->only >= m->ngroups;
    uint32_t from = all ? 0 : m->start[st->only], to = all ? m->start[m->ngroups] : m->start[st->only + 1];
    size_t n = 0;
    room_for(d, to - from + 1);
    for (uint32_t i = from; i < to; i++) {
        if (!member_passes(&d->filter, m, i) || !range_lived(d->range, m->g[i]))
            continue;
        ns_t life = life_of(s, m->begin[i], m->end[i]);
        d->keys[n++] = (struct table_key){single_metric(d, s, m->g[i], life, metrics[st->single.sort]), m->g[i]};
    }
    take_keys(d, &st->single, n);
}

static bool same_order(const struct goroutines_state *a, const struct goroutines_state *b)
{
    const struct table_state *x = a->flat ? &a->single : &a->group, *y = b->flat ? &b->single : &b->group;
    return a->flat == b->flat && a->only == b->only && x->sort == y->sort && x->reverse == y->reverse;
}

static void build(struct app *app, struct goroutines_data *d, const struct nav *nav, const struct goroutines_state *st, struct session *s,
                  struct err *e)
{
    d->range_state = range_get(app, nav, s, &d->range);
    d->gp = grouping_get(app, nav, s, d->range, d->range_state);
    bool grown = members_update(&d->members, s, d->gp);
    struct member_choice choice = app_choice(app, nav);
    bool judged = member_filter_update(&d->filter, &d->members, s, &choice, grown, true, e);
    bool ranged = range_version(d->range) != d->range_version;
    d->range_version = range_version(d->range);
    range_text(d->range_text, nav, d->range_state);
    if (grown || judged || ranged || !d->built)
        sum_groups(d, s);
    if (d->built && !grown && !judged && !ranged && same_order(&d->st, st))
        return;
    d->nrows = 0;
    if (st->flat)
        build_single(d, s, st);
    else
        build_groups(d, s, &st->group);
    d->st = *st;
    d->built = true;
    d->mark = session_mark(s);
}

/* Puts the table's selection on what is selected in all views. */
static void follow(struct goroutines_data *d, const struct nav *nav, struct goroutines_state *st, const struct session *s)
{
    struct table_state *t = goroutines_table(st);
    uint32_t want = nav->g;
    if (!st->flat)
        want = nav_group(nav) != IDX_NONE                       ? nav_group(nav)
               : nav->g != IDX_NONE && nav->g < s->goroutines.n ? grouping_of(d->gp, s, nav->g)
                                                                : IDX_NONE;
    if (want == IDX_NONE || (t->at < d->nrows && d->rows[t->at] == want))
        return;
    for (uint32_t i = 0; i < d->nrows; i++)
        if (d->rows[i] == want) {
            t->at = i;
            return;
        }
}

static void load_group(const struct goroutines_data *d, const struct session *s, uint32_t group, struct grow *out)
{
    const struct group *g = grouping_figures(d->gp, s, group);
    *out = (struct grow){.id = group, .name = grouping_name(d->gp, s, group), .sum = d->sums.v[group], .system = g->system, .seen = true};
    out->p50 = g->latency ? hist_quantile(g->latency, .5) : NS_NONE;
    out->p99 = g->latency ? hist_quantile(g->latency, .99) : NS_NONE;
    for (uint32_t i = d->members.start[group]; i < d->members.start[group + 1]; i++) {
        gidx by = session_g(s, d->members.g[i])->creator;
        if (by != IDX_NONE) {
            out->creator = session_str(s, session_g(s, by)->name);
            return;
        }
    }
}

static void load_single(const struct goroutines_data *d, const struct session *s, gidx i, struct grow *out)
{
    const struct goroutine *g = session_g(s, i);
    bool seen = g->first != NS_NONE || g->created != NS_NONE;
    *out = (struct grow){.id = i, .goid = g->id, .name = session_str(s, g->name), .system = g->system, .seen = seen};
    memcpy(out->sum.ns, range_ns(d->range, s, i), sizeof out->sum.ns);
    out->sum.n = 1;
    out->sum.life = life_of(s, !seen ? NS_NONE : g->created == NS_NONE ? s->t0 : g->created, g->ended);
    out->created = g->created;
    out->ended = g->ended;
    out->share = g->last_share;
    out->transitions = g->transitions;
    if (g->creator != IDX_NONE)
        out->creator = session_str(s, session_g(s, g->creator)->name);
    if (!d->range)
        return;
    out->sum.life = range_life(out->sum.ns);
    out->share = d->range->g[i].last;
    out->transitions = d->range->g[i].transitions;
}

static void load_one(const struct goroutines_data *d, const struct session *s, bool flat, uint32_t id, struct grow *out)
{
    if (flat)
        load_single(d, s, id, out);
    else
        load_group(d, s, id, out);
}

static void load_detail(struct goroutines_data *d, const struct session *s, bool flat)
{
    struct session_mark now = session_mark(s);
    uint32_t group = flat ? grouping_of(d->gp, s, d->sel.id) : d->sel.id;
    if (d->detail_read && group == d->detail_group && range_version(d->range) == d->detail_range &&
        session_mark_same(&now, &d->detail_mark))
        return;
    d->nwaits = d->ncreators = d->nstarts = 0;
    if (group < grouping_n(d->gp, s) && group < d->members.ngroups) {
        if (d->gp->of)
            d->nstarts = site_starts(s, d->range, &d->members, group, d->starts, GDETAIL_CREATORS);
        else
            d->nwaits = site_waits_in(s, d->range, group, d->waits, GDETAIL_WAITS);
        d->ncreators = site_creators_in(s, d->range, &d->members, group, d->creators, GDETAIL_CREATORS);
    }
    d->detail_group = group;
    d->detail_mark = now;
    d->detail_range = range_version(d->range);
    d->detail_version = d->gp->version;
    d->detail_read = true;
}

static void layout(struct goroutines_data *d, const struct nav *nav, struct rect r, bool flat)
{
    int H = r.h + 2;
    d->r = r;
    d->pane = H < 20 ? 2 : H < 30 ? 4 : H < 45 ? 7 : 10;
    d->body = r.h - d->pane - 2 > 1 ? r.h - d->pane - 2 : 1;
    set_columns(d, nav, flat);
    table_layout(d->cols, GCOLS, r.w, &d->layout);
    if (d->body > d->shown_room) {
        d->shown_room = d->body;
        d->shown = mem_realloc(d->shown, (size_t)d->body, sizeof *d->shown);
    }
}

bool goroutines_hit(const struct goroutines_data *d, const struct session *s, bool flat, uint32_t id)
{
    size_t at, len;
    if (!d->find.se)
        return false;
    if (flat || !d->gp->of)
        return flat ? search_goroutine(d->find.se, id) : search_group(d->find.se, id);
    struct str name = grouping_name(d->gp, s, id);
    return search_find(d->find.se, name.p, name.n, &at, &len) == 1;
}

int goroutines_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct goroutines_state *st = state;
    struct goroutines_data *d = data;
    struct table_state *t = goroutines_table(st);
    /* all goroutines one by one are what no grouping leaves, and nothing else */
    if (nav->by == GROUPING_NONE) {
        st->flat = 1;
        st->only = IDX_NONE;
    } else if (st->only == IDX_NONE || st->by != nav->by) {
        st->flat = 0;
        st->only = IDX_NONE;
    }
    st->by = nav->by;
    t = goroutines_table(st);
    layout(d, nav, r, st->flat);
    d->nshown = 0;
    d->any = false;
    d->total = s->goroutines.n;
    d->all = s->t1 - s->t0;
    d->t1 = s->t1;
    d->clock = (struct ruler_clock){s->t0, nav->wall ? s->wall_t0 : NS_NONE};
    if (!s->groups.n)
        return 0;
    build(app, d, nav, st, s, e);
    find_update(&d->find, app, nav->search, s, e);
    follow(d, nav, st, s);
    table_clamp(t, d->nrows, d->body);
    while (d->nshown < d->body && t->top + (uint32_t)d->nshown < d->nrows) {
        uint32_t id = d->rows[t->top + (uint32_t)d->nshown];
        load_one(d, s, st->flat, id, &d->shown[d->nshown]);
        d->shown[d->nshown].hit = goroutines_hit(d, s, st->flat, id);
        d->nshown++;
    }
    d->any = d->nrows > 0;
    if (d->any) {
        load_one(d, s, st->flat, d->rows[t->at], &d->sel);
        load_detail(d, s, st->flat);
    }
    return e->kind ? -1 : 0;
}
