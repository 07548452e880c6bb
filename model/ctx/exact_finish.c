/* What can be told of exact contexts only when all is read: value chains, tasks, and which edges and bursts belong to which cancel.
 *
 * A context's own `x` line is written right before its channel is closed, on the same goroutine. So an edge belongs to the last such
 * line before it of that goroutine, as long as that line came after the goroutine's burst before.
 */
#include <stdlib.h>

#include "model/ctx/exact_private.h"

static struct ctx *at(const struct exact *x, uint32_t c)
{
    return &x->s->ctx.contexts.v[c];
}

/* --- texts, chains -------------------------------------------------------------------------------------------------- */

/* The importer is done with the dictionary by now. */
static void texts(struct exact *x)
{
    VEC(str_id) ids = {0};
    *vec_push(&ids) = 0;
    for (uint32_t i = 1; i < x->texts.n; i++) {
        struct str s = intern_get(&x->texts, i);
        str_id id = dict_string(&x->s->dict, s.p, s.n);
        *vec_push(&ids) = id == UINT32_MAX ? 0 : id;
    }
    for (uint32_t c = 0; c < x->s->ctx.contexts.n; c++) {
        at(x, c)->key = ids.v[x->own.v[c].key];
        at(x, c)->foreign = ids.v[x->own.v[c].foreign];
        at(x, c)->cause = ids.v[x->own.v[c].cause];
    }
    vec_free(&ids);
}

static bool is_task_key(const struct exact *x, const struct ctx *c)
{
    static const char key[] = "trace.traceContextKey";
    struct str s = session_str(x->s, c->key);
    return c->kind == CTX_VALUE && s.n == sizeof key - 1 && !memcmp(s.p, key, s.n);
}

/* Values in a row, and the deadline of those that have none of their own; the parent's are known. */
static void inherit(const struct exact *x, struct ctx *c)
{
    const struct ctx *p = c->parent == IDX_NONE ? NULL : at(x, c->parent);
    bool own = c->kind == CTX_DEADLINE || c->kind == CTX_TIMEOUT;
    if (p && !own)
        c->deadline = c->ref & REF_WITHOUT ? NS_NONE : p->deadline;
    c->depth = 0;
    if (c->kind != CTX_VALUE)
        return;
    uint8_t above = p && p->kind == CTX_VALUE ? p->depth : 0;
    c->depth = is_task_key(x, c) ? above : above < UINT8_MAX ? (uint8_t)(above + 1) : UINT8_MAX;
}

/* A parent may have been described after its child. There are no cycles. */
static void chains(struct exact *x)
{
    uint32_t n = (uint32_t)x->s->ctx.contexts.n;
    uint8_t *told = mem_calloc(n + 1, 1);
    VEC(uint32_t) path = {0};
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t c = i; c != IDX_NONE && !told[c]; c = at(x, c)->parent)
            *vec_push(&path) = c;
        while (path.n) {
            uint32_t c = path.v[--path.n];
            inherit(x, at(x, c));
            told[c] = 1;
        }
    }
    vec_free(&path);
    mem_free(told);
}

/* --- tasks ---------------------------------------------------------------------------------------------------------- */

/* Something at a time on a goroutine. */
struct moment {
    ns_t t;
    gidx g;
    uint32_t i;
};
typedef VEC(struct moment) moments;

static int by_g_then_t(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->g != y->g)
        return x->g < y->g ? -1 : 1;
    return x->t < y->t ? -1 : x->t > y->t;
}

static void sort(moments *m)
{
    if (m->n)
        qsort(m->v, m->n, sizeof *m->v, by_g_then_t);
}

/* The last one of g at or before t; NULL. */
static const struct moment *last_before(const moments *m, gidx g, ns_t t)
{
    size_t lo = 0, hi = m->n;
    struct moment key = {.t = t, .g = g};
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by_g_then_t(&m->v[mid], &key) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo && m->v[lo - 1].g == g ? &m->v[lo - 1] : NULL;
}

/* trace.NewTask logs the task and then makes its context, in one go. */
static void tasks(struct exact *x)
{
    moments begun = {0};
    for (uint32_t i = 0; i < x->s->tasks.n; i++)
        if (x->s->tasks.v[i].t0 != NS_NONE && x->s->tasks.v[i].g != IDX_NONE)
            *vec_push(&begun) = (struct moment){x->s->tasks.v[i].t0, x->s->tasks.v[i].g, i};
    sort(&begun);
    uint8_t *taken = mem_calloc(x->s->tasks.n + 1, 1);
    for (uint32_t c = 0; begun.n && c < x->s->ctx.contexts.n; c++) {
        if (at(x, c)->created == NS_NONE || !is_task_key(x, at(x, c)))
            continue;
        const struct moment *m = last_before(&begun, at(x, c)->owner, at(x, c)->created);
        if (m && !taken[m->i]) {
            taken[m->i] = 1;
            at(x, c)->task = m->i;
        }
    }
    mem_free(taken);
    vec_free(&begun);
}

/* --- bursts and edges ----------------------------------------------------------------------------------------------- */

struct join {
    struct exact *x;
    moments lines;   /* of cancelled contexts, by who wrote them */
    moments calls;   /* of bursts: when their context was cancelled */
    struct map last; /* gidx -> 1 + its burst before */
};

static ns_t burst_before(const struct join *j, gidx g)
{
    uint32_t i = map_get(&j->last, g);
    return i == MAP_NONE ? NS_NONE : j->x->s->ctx.cancels.v[i].t1;
}

/* The context whose channel was closed for the edge. */
static uint32_t ctx_of_edge(const struct join *j, gidx g, ns_t t, ns_t after)
{
    const struct moment *m = last_before(&j->lines, g, t);
    return m && (after == NS_NONE || m->t > after) ? m->i : IDX_NONE;
}

/* The one that this call of cancel was for: as far up as the same goroutine told of it in the same call. */
static uint32_t top_of(const struct join *j, uint32_t c, gidx g, ns_t after)
{
    for (;;) {
        uint32_t up = at(j->x, c)->by == BY_PARENT ? exact_up(j->x, c) : IDX_NONE;
        if (up == IDX_NONE || at(j->x, up)->canceller != g || at(j->x, up)->cancelled > at(j->x, c)->cancelled ||
            (after != NS_NONE && at(j->x, up)->cancelled <= after))
            return c;
        c = up;
    }
}

static void join_user(struct exact *x, uint32_t edge)
{
    const struct cancel_edge *e = &x->s->ctx.edges.v[edge];
    if (e->kind != EDGE_WAKE)
        return;
    struct ctx_user *u = exact_user(x, e->ctx, e->g, at(x, e->ctx)->cancelled);
    if (u && u->edge == IDX_NONE)
        u->edge = edge;
}

/* The context that the call was for; IDX_NONE when nothing was told of the call: then the line before belongs to another one, which
 * went on to children that nobody waited for. */
static uint32_t ctx_of_burst(const struct join *j, const struct cancel *b, ns_t after)
{
    const struct ctx_model *m = &j->x->s->ctx;
    uint32_t c = b->first < m->edges.n ? ctx_of_edge(j, b->g, m->edges.v[b->first].t, after) : IDX_NONE;
    if (c == IDX_NONE)
        return IDX_NONE;
    uint32_t top = top_of(j, c, b->g, after);
    return at(j->x, top)->by == BY_PARENT && !b->foreign ? IDX_NONE : top;
}

static void join_edges(const struct join *j, const struct cancel *b, ns_t after)
{
    struct ctx_model *m = &j->x->s->ctx;
    uint32_t left = b->edges;
    for (uint32_t k = b->first; k < m->edges.n && left; k = m->edges.v[k].next, left--) {
        struct cancel_edge *e = &m->edges.v[k];
        e->ctx = ctx_of_edge(j, b->g, e->t, after);
        if (e->ctx == IDX_NONE)
            continue;
        e->grade = GRADE_EXACT;
        join_user(j->x, k);
    }
}

static void join_burst(struct join *j, uint32_t i)
{
    struct cancel *b = &j->x->s->ctx.cancels.v[i];
    ns_t after = burst_before(j, b->g);
    if (b->g != IDX_NONE)
        map_put(&j->last, b->g, i);
    b->ctx = ctx_of_burst(j, b, after);
    if (b->ctx == IDX_NONE)
        return;
    join_edges(j, b, after);
    b->grade = GRADE_EXACT;
    if (at(j->x, b->ctx)->by != BY_PARENT)
        b->by = at(j->x, b->ctx)->by;
}

static void bursts(struct exact *x)
{
    struct join j = {.x = x};
    struct ctx_model *m = &x->s->ctx;
    for (uint32_t c = 0; c < m->contexts.n; c++)
        if (at(x, c)->cancelled != NS_NONE && at(x, c)->canceller != IDX_NONE)
            *vec_push(&j.lines) = (struct moment){at(x, c)->cancelled, at(x, c)->canceller, c};
    sort(&j.lines);
    for (uint32_t i = 0; i < m->cancels.n; i++)
        join_burst(&j, i);
    exact_split(x);
    for (uint32_t i = 0; i < m->cancels.n; i++)
        if (m->cancels.v[i].ctx != IDX_NONE)
            *vec_push(&j.calls) = (struct moment){at(x, m->cancels.v[i].ctx)->cancelled, m->cancels.v[i].g, i};
    sort(&j.calls);
    for (size_t k = 0; k < j.lines.n; k++) {
        struct ctx *c = at(x, j.lines.v[k].i);
        const struct moment *call = last_before(&j.calls, c->canceller, c->cancelled);
        uint32_t root = call ? at(x, m->cancels.v[call->i].ctx)->root_of_cancel : IDX_NONE;
        if (call && c->root_of_cancel != IDX_NONE && c->root_of_cancel == root)
            c->cancel = call->i;
    }
    vec_free(&j.lines);
    vec_free(&j.calls);
    map_release(&j.last);
}

/* --- users ---------------------------------------------------------------------------------------------------------- */

/* By context; within one as they came, which is by their first event. */
static void sort_users(struct exact *x)
{
    struct ctx_model *m = &x->s->ctx;
    uint32_t *to = mem_calloc(m->contexts.n + 1, sizeof *to);
    for (size_t i = 0; i < m->users.n; i++)
        to[m->users.v[i].ctx + 1]++;
    for (size_t c = 0; c < m->contexts.n; c++)
        to[c + 1] += to[c];
    struct ctx_user *sorted = mem_alloc(m->users.n + 1, sizeof *sorted);
    for (size_t i = 0; i < m->users.n; i++)
        sorted[to[m->users.v[i].ctx]++] = m->users.v[i];
    memcpy(m->users.v, sorted, m->users.n * sizeof *sorted);
    mem_free(sorted);
    mem_free(to);
    map_clear(&x->user_of);
}

static void note(struct exact *x)
{
    if (!x->malformed || !x->s->sources.n)
        return;
    size_t i = x->first_epoch < x->s->sources.n ? x->first_epoch : x->s->sources.n - 1;
    struct note *n = &x->s->sources.v[i]->notes[NOTE_CTX_MALFORMED];
    n->count = x->malformed;
    snprintf(n->first, sizeof n->first, "%s", x->first);
}

void exact_finish(struct exact *x)
{
    exact_publish(x);
    note(x);
    if (!x->any)
        return;
    texts(x);
    chains(x);
    tasks(x);
    bursts(x);
    if (x->s->ctx.users.n)
        sort_users(x);
}
