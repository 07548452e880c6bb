/* Which rows the Timeline has, in which order. */
#include <stdlib.h>
#include <string.h>

#include "tui/views/timeline.h"

bool timeline_is_open(const struct timeline_state *st, uint32_t group)
{
    for (uint32_t i = 0; i < st->nfolds; i++)
        if (st->folds[i] == group)
            return !st->all_open;
    return st->all_open;
}

void timeline_set_open(struct timeline_state *st, uint32_t group, bool open)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < st->nfolds; i++)
        if (st->folds[i] != group)
            st->folds[n++] = st->folds[i];
    if (open != (bool)st->all_open) {
        if (n == TIMELINE_FOLDS)
            memmove(st->folds, st->folds + 1, --n * sizeof *st->folds);
        st->folds[n++] = group;
    }
    st->nfolds = n;
}

void timeline_rows_release(struct timeline_rows *r)
{
    member_filter_release(&r->filter);
    members_release(&r->members);
    vec_free(&r->v);
    vec_free(&r->order);
    vec_free(&r->system);
    *r = (struct timeline_rows){0};
}

uint32_t timeline_group_n(const struct timeline_rows *r, const struct session *s, uint32_t group)
{
    if (r->filter.pass)
        return group < r->members.ngroups ? r->filter.group_pass[group] : 0;
    return group < grouping_n(r->gp, s) ? grouping_at(r->gp, s, group)->n : 0;
}

/* What groups are sorted by: larger first. */
static double sort_value(const struct session *s, const struct timeline_rows *r, enum timeline_sort by, uint32_t group)
{
    const struct group *g = grouping_at(r->gp, s, group);
    switch (by) {
    case TSORT_ACTIVE: return (double)(g->ns[SHARE_RUNNING] + g->ns[SHARE_RUNNABLE]); /* a syscall may be a wait for signals */
    case TSORT_WAITING:
        return (double)(g->ns[SHARE_CHAN] + g->ns[SHARE_SYNC] + g->ns[SHARE_NETWORK] + g->ns[SHARE_SLEEP] + g->ns[SHARE_OTHER]);
    case TSORT_RUNNABLE: return (double)g->ns[SHARE_RUNNABLE];
    case TSORT_COUNT: return timeline_group_n(r, s, group);
    case TSORT_ALIVE: return g->alive;
    case TSORT_FIRST: return -(double)g->first;
    default: return 0;
    }
}

struct sort_key {
    double value;
    struct str name;
    uint32_t group;
};

static int by_key(const void *a, const void *b)
{
    const struct sort_key *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int c = memcmp(x->name.p, y->name.p, n);
    if (!c)
        c = (x->name.n > y->name.n) - (x->name.n < y->name.n);
    return c ? c : (x->group > y->group) - (x->group < y->group);
}

/* The groups that have rows: the program's, sorted, and the runtime's apart. */
static void order_groups(struct timeline_rows *r, const struct session *s, const struct timeline_state *st)
{
    r->order.n = r->system.n = 0;
    r->runtime_n = 0;
    struct sort_key *keys = mem_alloc(grouping_n(r->gp, s) + 1, sizeof *keys);
    size_t n = 0;
    for (uint32_t i = 0; i < grouping_n(r->gp, s) && i < r->members.ngroups; i++) {
        uint32_t members = timeline_group_n(r, s, i);
        if (!members || grouping_at(r->gp, s, i)->first == NS_NONE)
            continue;
        if (grouping_at(r->gp, s, i)->system) {
            *vec_push(&r->system) = i;
            r->runtime_n += members;
            continue;
        }
        keys[n++] = (struct sort_key){sort_value(s, r, st->sort, i), grouping_name(r->gp, s, i), i};
    }
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++)
        *vec_push(&r->order) = keys[st->reverse ? n - 1 - i : i].group;
    mem_free(keys);
}

static void add(struct timeline_rows *r, enum row_kind kind, uint32_t id)
{
    *vec_push(&r->v) = (struct row){kind, id};
}

static bool passes(const struct timeline_rows *r, uint32_t i)
{
    return r->members.begin[i] != NS_NONE && member_passes(&r->filter, &r->members, i);
}

/* The members of a group that live in the window, as rows; returns how many pass but live elsewhere. */
static uint32_t add_members(struct timeline_rows *r, uint32_t group, enum row_kind kind)
{
    const struct members *m = &r->members;
    ns_t w0 = r->w.t0, w1 = r->w.t0 + r->w.cell * r->w.n;
    uint32_t elsewhere = 0;
    for (uint32_t i = m->start[group]; i < m->start[group + 1]; i++) {
        if (!passes(r, i))
            continue;
        if ((m->begin[i] < w1 && m->end[i] > w0) || m->g[i] == r->keep)
            add(r, kind, m->g[i]);
        else
            elsewhere++;
    }
    return elsewhere;
}

/* The one member of a group of one. */
static void add_single(struct timeline_rows *r, uint32_t group)
{
    for (uint32_t i = r->members.start[group]; i < r->members.start[group + 1]; i++)
        if (passes(r, i)) {
            add(r, ROW_G, r->members.g[i]);
            return;
        }
}

static void add_group(struct timeline_rows *r, const struct session *s, const struct timeline_state *st, uint32_t group)
{
    if (st->flat) {
        add_members(r, group, ROW_G);
        return;
    }
    if (timeline_group_n(r, s, group) == 1) {
        add_single(r, group);
        return;
    }
    add(r, ROW_GROUP, group);
    if (timeline_is_open(st, group) && add_members(r, group, ROW_MEMBER))
        add(r, ROW_ELSEWHERE, group);
}

struct numbered {
    int64_t number;
    uint32_t index;
};

/* Rows from `first` on, all of goroutines, by index: each has one, so a bit for each of them sorts. */
static void sort_goroutines(struct timeline_rows *r, const struct session *s, size_t first)
{
    size_t words = s->goroutines.n / 64 + 1, to = first;
    uint64_t *there = mem_calloc(words, sizeof *there);
    for (size_t i = first; i < r->v.n; i++)
        there[r->v.v[i].id / 64] |= 1ull << (r->v.v[i].id % 64);
    for (size_t w = 0; w < words; w++)
        for (uint64_t bits = there[w]; bits; bits &= bits - 1)
            r->v.v[to++] = (struct row){ROW_G, (uint32_t)(w * 64 + (unsigned)__builtin_ctzll(bits))};
    r->v.n = to;
    mem_free(there);
}

static int by_number(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Procs or threads, by their numbers. */
static void add_lanes(struct timeline_rows *r, const struct session *s, enum row_kind kind, size_t n)
{
    struct numbered *all = mem_alloc(n + 1, sizeof *all);
    for (uint32_t i = 0; i < n; i++)
        all[i] = (struct numbered){kind == ROW_PROC ? s->procs.v[i].id : (int64_t)s->threads.v[i].id, i};
    qsort(all, n, sizeof *all, by_number);
    for (size_t i = 0; i < n; i++)
        add(r, kind, all[i].index);
    mem_free(all);
}

static void build(struct timeline_rows *r, const struct session *s, const struct timeline_state *st)
{
    r->v.n = 0;
    if (st->lanes == TLANES_P || st->lanes == TLANES_M)
        add_lanes(r, s, ROW_PROC, s->procs.n);
    if (st->lanes == TLANES_M)
        add_lanes(r, s, ROW_THREAD, s->threads.n);
    if (r->v.n)
        add(r, ROW_GAP, 0);
    order_groups(r, s, st);
    size_t first = r->v.n;
    for (size_t i = 0; i < r->order.n; i++)
        add_group(r, s, st, r->order.v[i]);
    if (st->flat) /* by first appearance, as in the trace */
        sort_goroutines(r, s, first);
    if (!r->runtime_n)
        return;
    add(r, ROW_RUNTIME, 0);
    for (size_t i = 0; st->runtime_open && i < r->system.n; i++)
        if (add_members(r, r->system.v[i], ROW_MEMBER))
            add(r, ROW_ELSEWHERE, r->system.v[i]);
}

/* Rows left over are for procs. */
static void fill_room(struct timeline_rows *r, const struct session *s, const struct timeline_state *st)
{
    size_t n = r->v.n, procs = s->procs.n;
    if (st->lanes != TLANES_AUTO || !procs || n + procs + 1 > (size_t)r->room)
        return;
    add_lanes(r, s, ROW_PROC, procs);
    add(r, ROW_GAP, 0);
    struct row *goroutines = mem_alloc(n + 1, sizeof *goroutines);
    memcpy(goroutines, r->v.v, n * sizeof *goroutines);
    memmove(r->v.v, r->v.v + n, (procs + 1) * sizeof *r->v.v);
    memcpy(r->v.v + procs + 1, goroutines, n * sizeof *goroutines);
    mem_free(goroutines);
}

/* Whether the rows depend on where the window lies: only members of open groups do. */
static bool any_open(const struct timeline_state *st)
{
    return st->flat || st->all_open || st->nfolds || st->runtime_open;
}

/* Whether a goroutine has a row only because it is selected. */
static bool elsewhere(const struct session *s, const struct tl_window *w, gidx g)
{
    if (g == IDX_NONE || g >= s->goroutines.n)
        return false;
    const struct goroutine *go = session_g(s, g);
    return go->ended <= w->t0 || (go->created != NS_NONE && go->created >= window_end(w));
}

static bool same_state(const struct timeline_state *a, const struct timeline_state *b)
{
    return a->lanes == b->lanes && a->sort == b->sort && a->reverse == b->reverse && a->flat == b->flat && a->all_open == b->all_open &&
           a->runtime_open == b->runtime_open && a->nfolds == b->nfolds && !memcmp(a->folds, b->folds, a->nfolds * sizeof *a->folds);
}

bool timeline_rows_update(struct timeline_rows *r, const struct grouping *gp, struct session *s, const struct timeline_state *st,
                          const struct tl_window *w, int room, const struct member_choice *choice, gidx keep, struct err *e)
{
    r->gp = gp;
    bool grown = members_update(&r->members, s, gp);
    bool refilter = member_filter_update(&r->filter, &r->members, s, choice, grown, false, e);
    bool moved = any_open(st) && (!window_same(&r->w, w) || (r->keep != keep && (elsewhere(s, w, r->keep) || elsewhere(s, w, keep))));
    if (r->built && !grown && !refilter && !moved && room == r->room && r->by == gp->by && same_state(&r->st, st))
        return false;
    r->w = *w;
    r->keep = keep;
    r->room = room;
    r->by = (uint8_t)gp->by;
    r->st = *st;
    build(r, s, st);
    fill_room(r, s, st);
    r->built = true;
    r->version++;
    return true;
}

bool timeline_row_hit(const struct find *f, const struct timeline_rows *r, const struct session *s, const struct row *row)
{
    size_t at, len;
    if (!f->se)
        return false;
    if (row->kind == ROW_GROUP && r->gp->of) {
        struct str name = grouping_name(r->gp, s, row->id);
        return search_find(f->se, name.p, name.n, &at, &len) == 1;
    }
    if (row->kind == ROW_GROUP)
        return search_group(f->se, row->id);
    return (row->kind == ROW_G || row->kind == ROW_MEMBER) && search_goroutine(f->se, row->id);
}

bool timeline_row_selected(const struct row *row, const struct timeline_state *st, const struct nav *nav)
{
    if (nav->g != IDX_NONE)
        return (row->kind == ROW_G || row->kind == ROW_MEMBER) && row->id == nav->g;
    if (nav_group(nav) != IDX_NONE)
        return row->kind == ROW_GROUP && row->id == nav_group(nav);
    if (st->on_runtime)
        return row->kind == ROW_RUNTIME;
    return st->lane.kind != ROW_GAP && row->kind == st->lane.kind && row->id == st->lane.id;
}

long timeline_rows_find(const struct timeline_rows *r, const struct timeline_state *st, const struct nav *nav)
{
    for (size_t i = 0; i < r->v.n; i++)
        if (timeline_row_selected(&r->v.v[i], st, nav))
            return (long)i;
    return -1;
}
