#include "model/findings/work.h"

#include <stdlib.h>

enum { PARENTS_MAX = 1000 };

static int by_g(const void *pa, const void *pb)
{
    const struct held *a = pa, *b = pb;
    if (a->g != b->g)
        return a->g < b->g ? -1 : 1;
    return a->t0 != b->t0 ? (a->t0 < b->t0 ? -1 : 1) : 0;
}

static void add_tasks(struct work *w)
{
    const struct session *s = w->s;
    for (uint32_t i = 0; i < s->tasks.n; i++) {
        const struct task *t = &s->tasks.v[i];
        map_put(&w->by_id, t->id, i);
        if (t->g != IDX_NONE)
            *vec_push(&w->held) = (struct held){t->g, i, t->t0, t->t1};
    }
}

static int add_regions(struct session *s, struct work *w, struct err *e)
{
    regions list = {0};
    int rc = regions_make(s, &list, e);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        if (list.v[i].task != IDX_NONE && list.v[i].g != IDX_NONE)
            *vec_push(&w->held) = (struct held){list.v[i].g, list.v[i].task, list.v[i].t0, list.v[i].t1};
    vec_free(&list);
    return rc;
}

/* Creators come first, so that each finds its creator's done. */
static void inherit(struct work *w)
{
    const struct session *s = w->s;
    w->inherited = mem_alloc((size_t)s->goroutines.n + 1, sizeof *w->inherited);
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        w->inherited[i] = IDX_NONE;
        if (g->creator < i && g->created != NS_NONE)
            w->inherited[i] = work_at(w, g->creator, g->created);
    }
}

static int work_make(struct session *s, struct work *w, struct err *e)
{
    *w = (struct work){.s = s};
    add_tasks(w);
    if (w->by_id.n && add_regions(s, w, e) < 0)
        return -1;
    if (w->held.n)
        qsort(w->held.v, w->held.n, sizeof *w->held.v, by_g);
    inherit(w);
    return 0;
}

const struct work *rule_work(struct rule_run *r, struct err *e)
{
    if (r->work)
        return r->work;
    struct work *w = mem_calloc(1, sizeof *w);
    if (work_make(r->s, w, e) == 0)
        return r->work = w;
    work_free(w);
    return NULL;
}

void work_free(struct work *w)
{
    if (!w)
        return;
    vec_free(&w->held);
    mem_free(w->inherited);
    map_release(&w->by_id);
    mem_free(w);
}

/* The first stretch of g or of one after it. */
static size_t first_of(const struct work *w, gidx g)
{
    size_t lo = 0, hi = w->held.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->held.v[mid].g < g)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

uint32_t work_at(const struct work *w, gidx g, ns_t t)
{
    uint32_t task = IDX_NONE;
    for (size_t i = first_of(w, g); i < w->held.n && w->held.v[i].g == g && w->held.v[i].t0 <= t; i++)
        if (w->held.v[i].t1 > t)
            task = w->held.v[i].task; /* the one that began last is the innermost */
    return task != IDX_NONE ? task : w->inherited[g];
}

uint32_t work_root(const struct work *w, uint32_t task)
{
    for (unsigned n = 0; n < PARENTS_MAX; n++) {
        uint32_t up = map_get(&w->by_id, w->s->tasks.v[task].parent);
        if (up == MAP_NONE || up == task)
            break;
        task = up;
    }
    return task;
}
