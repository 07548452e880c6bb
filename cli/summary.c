#include "cli/summary.h"

#include <stdlib.h>
#include <string.h>

#include "cli/goroutines.h"
#include "cli/stack.h"

static const struct session *sorting; /* qsort has no context; printing is one thread's */

/* ---- places of waiting ---- */

static bool same_place(const struct session *s, const struct wait_place *a, const struct wait_place *b)
{
    const struct frame *x = session_frame(s, a->frame), *y = session_frame(s, b->frame);
    return a->group == b->group && a->share == b->share && x->func == y->func && x->line == y->line;
}

static int by_place(const void *pa, const void *pb)
{
    const struct wait_place *a = pa, *b = pb;
    const struct frame *x = session_frame(sorting, a->frame), *y = session_frame(sorting, b->frame);
    uint64_t ka[] = {a->group, a->share, x->func, x->line}, kb[] = {b->group, b->share, y->func, y->line};
    for (int i = 0; i < 4; i++)
        if (ka[i] != kb[i])
            return ka[i] < kb[i] ? -1 : 1;
    return 0;
}

static int by_ns(const void *pa, const void *pb)
{
    const struct wait_place *a = pa, *b = pb;
    return a->ns != b->ns ? (a->ns > b->ns ? -1 : 1) : 0;
}

static void add_wait(struct summary *m, const struct session *s, uint32_t group, stack_id stack, uint8_t share, uint64_t count, ns_t ns)
{
    if (group < s->groups.n && s->groups.v[group].system)
        return;
    *vec_push(&m->waits) =
        (struct wait_place){.group = group, .frame = stack_own_frame(s, stack), .share = share, .count = count, .ns = ns};
}

/* Sites whose stacks differ only in library frames become one. */
static void join_waits(struct summary *m, const struct session *s)
{
    if (!m->waits.n)
        return;
    sorting = s;
    qsort(m->waits.v, m->waits.n, sizeof *m->waits.v, by_place);
    size_t n = 0;
    for (size_t i = 1; i < m->waits.n; i++) {
        struct wait_place *to = &m->waits.v[n], *w = &m->waits.v[i];
        if (same_place(s, to, w)) {
            to->ns += w->ns;
            to->count += w->count;
        } else {
            m->waits.v[++n] = *w;
        }
    }
    m->waits.n = n + 1;
    qsort(m->waits.v, m->waits.n, sizeof *m->waits.v, by_ns);
}

/* ---- a part: counted from spans and events ---- */

struct counting {
    struct summary *m;
    struct session *s;
    const struct goroutine *g;
    struct map sites; /* group and stack, class -> index + 1 into waits; cleared for each goroutine */
    struct span before;
    bool has_before;
};

static bool count_span(void *ctx, const struct span *sp)
{
    struct counting *c = ctx;
    struct summary *m = c->m;
    ns_t from = sp->t0 > m->w.t0 ? sp->t0 : m->w.t0, to = sp->t1 < m->w.t1 ? sp->t1 : m->w.t1;
    if (c->has_before && c->before.state == G_RUNNABLE && sp->state == G_RUNNING && sp->t0 >= m->w.t0) {
        struct hist **h = &m->own_latency[c->g->group];
        if (!*h)
            *h = mem_calloc(1, sizeof **h);
        hist_add(*h, sp->t0 - c->before.t0);
    }
    c->before = *sp;
    c->has_before = true;
    if (sp->share < SHARE_CHAN || sp->share > SHARE_OTHER || to <= from || c->g->system)
        return true;
    uint64_t key = (uint64_t)sp->class << 32 | sp->stack;
    uint32_t at = map_get(&c->sites, key);
    if (at == MAP_NONE) {
        at = (uint32_t)m->waits.n;
        add_wait(m, c->s, c->g->group, sp->stack, sp->share, 0, 0);
        if (m->waits.n == at)
            return true;
        map_put(&c->sites, key, at);
    }
    m->waits.v[at].count++;
    m->waits.v[at].ns += to - from;
    return true;
}

static int count_event(void *ctx, const struct event *ev, const struct event_ext *ext)
{
    struct counting *c = ctx;
    (void)ext;
    if (ev->t >= c->m->w.t1 && c->m->w.t1 < c->s->t1)
        return 1;
    if (!chosen_event(c->s, c->m->chosen, ev))
        return 0;
    c->m->by_kind[c->s->dict.classes[ev->class].kind]++;
    c->m->events++;
    return 0;
}

static void add_goroutine(struct summary *m, const struct goroutine *g, const ns_t ns[SHARE_COUNT])
{
    m->goroutines++;
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        m->all[k] += ns[k];
    if (g->system) {
        m->system++;
        m->system_running += ns[SHARE_RUNNING];
        return;
    }
    m->alive += g->ended == NS_OPEN && g->first != NS_NONE;
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        m->total[k] += ns[k];
}

static int count_chosen(struct counting *c, const struct chosen_list *l, struct err *e)
{
    struct summary *m = c->m;
    for (size_t i = 0; i < l->rows.n; i++) {
        const struct chosen *row = &l->rows.v[i];
        c->g = session_g(c->s, row->g);
        c->has_before = false;
        map_clear(&c->sites);
        add_goroutine(m, c->g, row->ns);
        struct group_sum *gs = &m->groups.v[c->g->group];
        gs->n++;
        gs->running += row->ns[SHARE_RUNNING];
        if (spans_each(c->s, row->g, m->w.t0, m->w.t1, count_span, c, e) < 0)
            return -1;
    }
    return 0;
}

static int busy_procs(struct summary *m, struct session *s, struct err *e)
{
    struct tl_window w = {m->w.t0, (m->w.t1 - m->w.t0) / 2 * 2, 1}; /* cells are even: a nanosecond less */
    struct tl_cell c;
    for (uint32_t i = 0; i < s->procs.n && w.cell > 0; i++) {
        struct lane lane = {LANE_P, i};
        if ((m->chosen ? tl_lanes_of(s, &lane, 1, m->chosen, &w, &c, e) : tl_cells(s, lane, &w, &c, e)) < 0)
            return -1;
        for (unsigned half = 0; half < 2; half++)
            m->busy += c.ns[half][SHARE_RUNNING] + c.ns[half][SHARE_SYSTEM] + c.ns[half][SHARE_SYSCALL];
    }
    return 0;
}

static int make_part(struct summary *m, const struct opts *o, struct session *s, struct err *e)
{
    struct counting c = {.m = m, .s = s};
    struct chosen_list l;
    if (chosen_set(&m->chosen, o, s, e) < 0 || chosen_make(&l, o, s, NULL, UINT64_MAX, e) < 0)
        return -1;
    m->own_latency = mem_calloc(s->groups.n + 1, sizeof *m->own_latency);
    for (uint32_t i = 0; i < s->groups.n; i++)
        *vec_push(&m->groups) = (struct group_sum){.group = i};
    int rc = count_chosen(&c, &l, e);
    if (rc == 0)
        rc = tl_events(s, m->w.t0, m->w.t1, count_event, &c, e);
    for (uint32_t i = 0; i < s->groups.n; i++)
        m->groups.v[i].latency = m->own_latency[i];
    if (rc == 0)
        rc = busy_procs(m, s, e);
    map_release(&c.sites);
    chosen_release(&l);
    return rc;
}

/* ---- the whole: as the session has it ---- */

static void make_whole(struct summary *m, const struct session *s)
{
    for (uint32_t i = 0; i < s->goroutines.n; i++)
        add_goroutine(m, session_g(s, i), session_g(s, i)->ns);
    memcpy(m->all, s->total_ns, sizeof m->all);
    memcpy(m->by_kind, s->by_kind, sizeof m->by_kind);
    m->events = s->events;
    for (size_t i = 0; i < s->procs.n; i++)
        m->busy += s->procs.v[i].busy;
    for (size_t i = 0; i < s->waits.n; i++) {
        const struct wait_site *w = &s->waits.v[i];
        add_wait(m, s, w->group, w->stack, session_class(s, w->class)->share, w->count, w->ns);
    }
    for (uint32_t i = 0; i < s->groups.n; i++) {
        const struct group *g = &s->groups.v[i];
        *vec_push(&m->groups) = (struct group_sum){.group = i, .n = g->n, .running = g->ns[SHARE_RUNNING], .latency = g->latency};
    }
}

/* ---- both ---- */

static void pauses_add(struct pauses *p, ns_t t0, ns_t t1)
{
    p->n++;
    p->ns += t1 - t0;
    if (t1 - t0 > p->longest) {
        p->longest = t1 - t0;
        p->longest_at = t0;
    }
}

static void make_pauses(struct summary *m, const struct session *s)
{
    for (size_t i = 0; i < s->ranges.n; i++) {
        const struct range *r = &s->ranges.v[i];
        ns_t end = r->t1 == NS_OPEN ? s->t1 : r->t1;
        ns_t from = r->t0 > m->w.t0 ? r->t0 : m->w.t0, to = end < m->w.t1 ? end : m->w.t1;
        if (to > from)
            pauses_add(r->stw ? &m->stw : &m->mark, from, to);
    }
}

static int by_running(const void *pa, const void *pb)
{
    const struct group_sum *a = pa, *b = pb;
    return a->running != b->running ? (a->running > b->running ? -1 : 1) : 0;
}

static int by_latency(const void *pa, const void *pb)
{
    ns_t a = hist_quantile(((const struct group_sum *)pa)->latency, 0.99), b = hist_quantile(((const struct group_sum *)pb)->latency, 0.99);
    return a != b ? (a > b ? -1 : 1) : 0;
}

static void sort_groups(struct summary *m, const struct session *s)
{
    for (size_t i = 0; i < m->groups.n; i++) {
        const struct group_sum *g = &m->groups.v[i];
        if (s->groups.v[g->group].system)
            continue;
        if (g->running)
            *vec_push(&m->running) = *g;
        if (g->latency && g->latency->count)
            *vec_push(&m->latency) = *g;
    }
    if (m->running.n)
        qsort(m->running.v, m->running.n, sizeof *m->running.v, by_running);
    if (m->latency.n)
        qsort(m->latency.v, m->latency.n, sizeof *m->latency.v, by_latency);
}

int summary_make(struct summary *m, const struct opts *o, struct session *s, struct err *e)
{
    memset(m, 0, sizeof *m);
    m->part = opt_given(o, OPT_WINDOW) || opt_given(o, OPT_WHERE);
    m->w = window_of(o, s);
    if (m->part && make_part(m, o, s, e) < 0) {
        summary_release(m, s);
        return -1;
    }
    if (!m->part)
        make_whole(m, s);
    m->capacity = (m->w.t1 - m->w.t0) * (ns_t)s->procs.n;
    join_waits(m, s);
    make_pauses(m, s);
    sort_groups(m, s);
    return 0;
}

void summary_release(struct summary *m, const struct session *s)
{
    for (uint32_t i = 0; m->own_latency && i < s->groups.n; i++)
        mem_free(m->own_latency[i]);
    mem_free(m->own_latency);
    mem_free(m->chosen);
    vec_free(&m->waits);
    vec_free(&m->groups);
    vec_free(&m->running);
    vec_free(&m->latency);
}
