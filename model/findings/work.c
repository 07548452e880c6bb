#include "model/findings/work.h"

#include <stdlib.h>

enum { PARENTS_MAX = 1000, BACK_MAX = 1000 }; /* tasks upwards; stretches of a goroutine that are over */

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

/* Behind the last stretch of g that began at or before t. */
static size_t behind(const struct work *w, gidx g, ns_t t)
{
    size_t lo = 0, hi = w->held.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct held *m = &w->held.v[mid];
        if (m->g < g || (m->g == g && m->t0 <= t))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The one that began last and is not over is the innermost. */
uint32_t work_at(const struct work *w, gidx g, ns_t t)
{
    size_t i = behind(w, g, t);
    for (unsigned n = 0; n < BACK_MAX && i > 0 && w->held.v[i - 1].g == g; n++, i--)
        if (w->held.v[i - 1].t1 > t)
            return w->held.v[i - 1].task;
    return w->inherited[g];
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

bool works_for_others(const struct work *w, gidx g, uint32_t task)
{
    uint32_t root = work_root(w, task);
    size_t i = first_of(w, g);
    for (unsigned n = 0; n < BACK_MAX && i < w->held.n && w->held.v[i].g == g; n++, i++)
        if (work_root(w, w->held.v[i].task) != root)
            return true;
    return false;
}
