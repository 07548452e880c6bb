#include "cli/summary.h"

#include <stdlib.h>
#include <string.h>

#include "cli/stack.h"

static bool same_place(const struct session *s, const struct wait_place *a, const struct wait_place *b)
{
    const struct frame *x = session_frame(s, a->frame), *y = session_frame(s, b->frame);
    return a->group == b->group && a->share == b->share && x->func == y->func && x->line == y->line;
}

static const struct session *sorting; /* qsort has no context; printing is one thread's */

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

static void make_waits(struct summary *m, const struct session *s)
{
    for (size_t i = 0; i < s->waits.n; i++) {
        const struct wait_site *w = &s->waits.v[i];
        if (w->group < s->groups.n && s->groups.v[w->group].system)
            continue;
        *vec_push(&m->waits) = (struct wait_place){.group = w->group,
                                                   .frame = stack_own_frame(s, w->stack),
                                                   .share = session_class(s, w->class)->share,
                                                   .count = w->count,
                                                   .ns = w->ns};
    }
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
        pauses_add(r->stw ? &m->stw : &m->mark, r->t0, r->t1 == NS_OPEN ? s->t1 : r->t1);
    }
}

static void make_totals(struct summary *m, const struct session *s)
{
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (g->system) {
            m->system++;
            m->system_running += g->ns[SHARE_RUNNING];
            continue;
        }
        m->alive += g->ended == NS_OPEN && g->first != NS_NONE;
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            m->total[k] += g->ns[k];
    }
    for (size_t i = 0; i < s->procs.n; i++)
        m->busy += s->procs.v[i].busy;
    m->capacity = (s->t1 - s->t0) * (ns_t)s->procs.n;
}

static int by_running(const void *pa, const void *pb)
{
    ns_t a = sorting->groups.v[*(const uint32_t *)pa].ns[SHARE_RUNNING], b = sorting->groups.v[*(const uint32_t *)pb].ns[SHARE_RUNNING];
    return a != b ? (a > b ? -1 : 1) : 0;
}

static int by_latency(const void *pa, const void *pb)
{
    ns_t a = hist_quantile(sorting->groups.v[*(const uint32_t *)pa].latency, 0.99);
    ns_t b = hist_quantile(sorting->groups.v[*(const uint32_t *)pb].latency, 0.99);
    return a != b ? (a > b ? -1 : 1) : 0;
}

static void make_groups(struct summary *m, const struct session *s)
{
    for (uint32_t i = 0; i < s->groups.n; i++) {
        const struct group *g = &s->groups.v[i];
        if (g->ns[SHARE_RUNNING] && !g->system)
            *vec_push(&m->running) = i;
        if (g->latency && g->latency->count && !g->system)
            *vec_push(&m->latency) = i;
    }
    sorting = s;
    if (m->running.n)
        qsort(m->running.v, m->running.n, sizeof *m->running.v, by_running);
    if (m->latency.n)
        qsort(m->latency.v, m->latency.n, sizeof *m->latency.v, by_latency);
}

void summary_make(struct summary *m, const struct session *s)
{
    memset(m, 0, sizeof *m);
    make_totals(m, s);
    make_waits(m, s);
    make_pauses(m, s);
    make_groups(m, s);
}

void summary_release(struct summary *m)
{
    vec_free(&m->waits);
    vec_free(&m->running);
    vec_free(&m->latency);
}
