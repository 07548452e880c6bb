/* A loop that calls cancel after cancel from one statement, with nothing in between, is one burst for who sees only the scheduler. The
 * lines of the contexts tell the calls apart.
 */
#include <stdlib.h>

#include "model/ctx/exact_private.h"

/* Whose cancel an edge belongs to; IDX_NONE: not told. */
static uint32_t root_of(const struct ctx_model *m, uint32_t edge)
{
    uint32_t c = m->edges.v[edge].ctx;
    return c == IDX_NONE ? IDX_NONE : m->contexts.v[c].root_of_cancel;
}

/* A further call, which begins with this edge. */
static uint32_t begin(struct ctx_model *m, const struct cancel *like, uint32_t edge)
{
    const struct cancel_edge *e = &m->edges.v[edge];
    const struct ctx *root = &m->contexts.v[root_of(m, edge)];
    struct cancel b = *like;
    b.t0 = e->t;
    b.first = edge;
    b.edges = b.depth = 0;
    b.ctx = root->canceller == b.g ? root_of(m, edge) : e->ctx;
    b.by = root->by == BY_PARENT ? b.by : root->by;
    *vec_push(&m->cancels) = b;
    return (uint32_t)m->cancels.n - 1;
}

/* Edges of one burst go to the call they belong to; they come in order of time. */
static void split(struct ctx_model *m, uint32_t i)
{
    struct cancel like = m->cancels.v[i];
    uint32_t at = i, root = IDX_NONE, before = IDX_NONE, left = like.edges;
    m->cancels.v[i].edges = m->cancels.v[i].depth = 0;
    for (uint32_t k = like.first, next; k < m->edges.n && left; k = next, left--) {
        next = m->edges.v[k].next;
        uint32_t r = root_of(m, k);
        if (root != IDX_NONE && r != IDX_NONE && r != root) {
            m->edges.v[before].next = IDX_NONE;
            at = begin(m, &like, k);
        }
        root = r == IDX_NONE ? root : r;
        struct cancel *b = &m->cancels.v[at];
        b->edges++;
        b->t1 = m->edges.v[k].t;
        b->depth = m->edges.v[k].depth > b->depth ? m->edges.v[k].depth : b->depth;
        m->edges.v[k].cancel = at;
        before = k;
    }
}

static bool mixed(const struct ctx_model *m, uint32_t i)
{
    uint32_t root = IDX_NONE, left = m->cancels.v[i].edges;
    for (uint32_t k = m->cancels.v[i].first; k < m->edges.n && left; k = m->edges.v[k].next, left--) {
        uint32_t r = root_of(m, k);
        if (root != IDX_NONE && r != IDX_NONE && r != root)
            return true;
        root = r == IDX_NONE ? root : r;
    }
    return false;
}

struct begun {
    ns_t t0;
    uint32_t i;
};

static int by_begin(const void *a, const void *b)
{
    const struct begun *x = a, *y = b;
    if (x->t0 != y->t0)
        return x->t0 < y->t0 ? -1 : 1;
    return x->i < y->i ? -1 : x->i > y->i;
}

/* By t0 again; what points at them follows. */
static void sort(struct ctx_model *m)
{
    size_t n = m->cancels.n;
    struct begun *order = mem_alloc(n, sizeof *order);
    uint32_t *to = mem_alloc(n, sizeof *to);
    struct cancel *v = mem_alloc(n, sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        order[i] = (struct begun){m->cancels.v[i].t0, i};
    qsort(order, n, sizeof *order, by_begin);
    for (uint32_t i = 0; i < n; i++) {
        to[order[i].i] = i;
        v[i] = m->cancels.v[order[i].i];
    }
    for (size_t i = 0; i < n; i++)
        v[i].via = v[i].via < n ? to[v[i].via] : IDX_NONE;
    for (size_t i = 0; i < m->edges.n; i++)
        m->edges.v[i].cancel = to[m->edges.v[i].cancel];
    memcpy(m->cancels.v, v, n * sizeof *v);
    mem_free(order);
    mem_free(to);
    mem_free(v);
}

void exact_split(struct exact *x)
{
    struct ctx_model *m = &x->s->ctx;
    uint32_t n = (uint32_t)m->cancels.n;
    for (uint32_t i = 0; i < n; i++)
        if (m->cancels.v[i].ctx != IDX_NONE && mixed(m, i))
            split(m, i);
    if (m->cancels.n != n)
        sort(m);
}
