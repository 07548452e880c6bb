/* The tree by site. Nodes are found by (node above, place); what is told of many (quantiles) is gathered as samples, a number each,
 * and parted by node once. See model/ctx/tree.h. */
#include "model/ctx/tree.h"

#include <stdlib.h>

#include "base/select.h"

const char *const tree_kind_words[TREE_KIND_COUNT] = {
#define X(id, word) word,
    TREE_KINDS(X)
#undef X
};

enum what { EXIT, RUN, ASKED, LEFT, WHATS };
struct sample {
    ns_t v;
    uint32_t node;
    uint8_t what;
};

struct build {
    struct session *s;
    struct ctx_tree *out;
    ns_t t0, t1;
    struct map of_key;     /* node above << 32 | place -> node */
    VEC(uint32_t) node_of; /* by context or task: 1 + node; 0 not known yet */
    VEC(struct sample) samples;
    VEC(uint64_t) items; /* node << 32 | item */
};

static struct tree_node *node(const struct build *b, uint32_t n)
{
    return &b->out->nodes.v[n];
}

/* Places that are no frames. */
enum { PLACE_KIND = 1u << 31, PLACE_TASK = 3u << 30 };

static uint32_t child_of(struct build *b, uint32_t above, uint32_t place, struct tree_node as)
{
    uint64_t key = (uint64_t)above << 32 | place;
    uint32_t n = map_get(&b->of_key, key);
    if (n != MAP_NONE)
        return n;
    n = (uint32_t)b->out->nodes.n;
    map_put(&b->of_key, key, n);
    as.parent = above;
    as.first = as.next = IDX_NONE;
    as.asked = as.left = as.p50 = as.p99 = as.run_p99 = NS_NONE;
    as.depth_min = UINT8_MAX;
    *vec_push(&b->out->nodes) = as;
    return n;
}

static void item(struct build *b, uint32_t n, uint32_t i)
{
    node(b, n)->n++;
    *vec_push(&b->items) = (uint64_t)n << 32 | i;
}

static void sample(struct build *b, uint32_t n, enum what what, ns_t v)
{
    if (v != NS_NONE)
        *vec_push(&b->samples) = (struct sample){.v = v, .node = n, .what = (uint8_t)what};
}

static bool in_window(const struct build *b, ns_t t)
{
    return (b->t0 == NS_NONE || t >= b->t0) && (b->t1 == NS_NONE || t < b->t1);
}

static void edge(struct build *b, uint32_t n, const struct cancel_edge *e)
{
    struct tree_node *k = node(b, n);
    k->edges++;
    k->never += edge_cut(e);
    k->depth_min = e->depth < k->depth_min ? e->depth : k->depth_min;
    k->depth_max = e->depth > k->depth_max ? e->depth : k->depth_max;
    sample(b, n, EXIT, edge_to_exit(e));
    sample(b, n, RUN, edge_to_run(e));
}

/* --- exact ---------------------------------------------------------------------------------------------------------- */

static const struct ctx *ctx_at(const struct build *b, uint32_t c)
{
    return &b->s->ctx.contexts.v[c];
}

/* A value's node is that of the context it is below. */
static uint32_t place_ctx(struct build *b, uint32_t c)
{
    const struct ctx *k = ctx_at(b, c);
    uint32_t above = k->parent == IDX_NONE ? 0 : b->node_of.v[k->parent] - 1;
    if (k->kind == CTX_VALUE)
        return above;
    uint32_t place = k->site ? k->site : PLACE_KIND | k->kind;
    return child_of(b, above, place,
                    (struct tree_node){.kind = TREE_SITE, .site = k->site, .ctx_kind = k->kind, .grade = k->grade, .std = k->std});
}

static void place_ctxs(struct build *b)
{
    VEC(uint32_t) path = {0};
    size_t n = b->s->ctx.contexts.n;
    vec_reserve(&b->node_of, n);
    memset(b->node_of.v, 0, n * sizeof *b->node_of.v);
    b->node_of.n = n;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t c = i; c != IDX_NONE && !b->node_of.v[c]; c = ctx_at(b, c)->parent)
            *vec_push(&path) = c;
        while (path.n) {
            uint32_t c = path.v[--path.n];
            b->node_of.v[c] = place_ctx(b, c) + 1;
        }
    }
    vec_free(&path);
}

static void count_ctx(struct build *b, uint32_t c)
{
    const struct ctx *k = ctx_at(b, c);
    uint32_t n = b->node_of.v[c] - 1;
    struct tree_node *t = node(b, n);
    if (!in_window(b, k->created == NS_NONE ? k->mentioned : k->created))
        return;
    if (k->kind == CTX_VALUE) {
        t->values++;
        return;
    }
    t->ok += k->by == BY_EXPLICIT;
    t->dl += k->by == BY_DEADLINE;
    t->par += k->by == BY_PARENT;
    t->none += k->cancelled == NS_NONE;
    t->ref |= k->ref;
    t->capped |= k->asked != NS_NONE;
    item(b, n, c);
    if (k->created == NS_NONE || k->deadline == NS_NONE)
        return;
    bool own = k->kind == CTX_TIMEOUT || k->kind == CTX_DEADLINE;
    sample(b, n, LEFT, k->deadline - k->created);
    if (own || k->asked != NS_NONE)
        sample(b, n, ASKED, (k->asked == NS_NONE ? k->deadline : k->asked) - k->created);
}

/* Alive 100 ms after the cancel, not woken by it, and it has not looked since. */
static bool deaf(const struct session *s, const struct ctx_user *u)
{
    const ns_t grace = 100000000;
    const struct ctx *c = &s->ctx.contexts.v[u->ctx];
    if (c->cancelled == NS_NONE || c->cancelled > s->t1 - grace || u->edge != IDX_NONE || u->g == c->canceller || u->last >= c->cancelled ||
        u->g >= s->goroutines.n)
        return false;
    ns_t ended = session_g(s, u->g)->ended;
    return ended == NS_OPEN || ended > c->cancelled + grace;
}

static void exact(struct build *b)
{
    const struct ctx_model *m = &b->s->ctx;
    place_ctxs(b);
    for (uint32_t c = 0; c < m->contexts.n; c++)
        count_ctx(b, c);
    for (size_t i = 0; i < m->edges.n; i++)
        if (m->edges.v[i].ctx < m->contexts.n && in_window(b, m->edges.v[i].t))
            edge(b, b->node_of.v[m->edges.v[i].ctx] - 1, &m->edges.v[i]);
    for (size_t i = 0; i < m->users.n; i++)
        if (ctx_at(b, m->users.v[i].ctx)->kind != CTX_VALUE)
            node(b, b->node_of.v[m->users.v[i].ctx] - 1)->deaf += deaf(b->s, &m->users.v[i]);
}

/* --- inferred ------------------------------------------------------------------------------------------------------- */

static void burst(struct build *b, uint32_t i)
{
    const struct ctx_model *m = &b->s->ctx;
    const struct cancel *k = &m->cancels.v[i];
    uint32_t n = child_of(b, 0, k->by == BY_DEADLINE ? PLACE_KIND : k->site,
                          (struct tree_node){.kind = TREE_BURST, .site = k->by == BY_DEADLINE ? 0 : k->site, .grade = k->grade});
    node(b, n)->ok += k->by == BY_EXPLICIT;
    node(b, n)->dl += k->by == BY_DEADLINE;
    item(b, n, i);
    uint32_t left = k->edges;
    for (uint32_t e = k->first; e < m->edges.n && left; e = m->edges.v[e].next, left--) {
        const struct cancel_edge *x = &m->edges.v[e];
        frame_id site = stack_site(b->s, x->kind == EDGE_AFTERFUNC ? x->stack : x->wait_stack);
        uint32_t w = child_of(b, n, site, (struct tree_node){.kind = TREE_WAITER, .site = site, .grade = x->grade});
        item(b, w, e);
        edge(b, w, x);
        edge(b, n, x);
    }
}

static uint32_t task_above(const struct build *b, const struct map *of_id, uint32_t i)
{
    uint64_t parent = b->s->tasks.v[i].parent;
    uint32_t p = parent ? map_get(of_id, parent) : MAP_NONE;
    return p == MAP_NONE || p == i ? IDX_NONE : p;
}

/* Tasks name their parents by number; hostile ones may name each other: then the one met first is a root. */
static void tasks(struct build *b)
{
    struct map of_id = {0};
    VEC(uint32_t) path = {0};
    size_t n = b->s->tasks.n;
    vec_reserve(&b->node_of, n);
    if (n)
        memset(b->node_of.v, 0, n * sizeof *b->node_of.v);
    uint8_t *on = mem_calloc(n + 1, 1);
    for (uint32_t i = 0; i < n; i++)
        map_put(&of_id, b->s->tasks.v[i].id, i);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t t = i; t != IDX_NONE && !b->node_of.v[t] && !on[t]; t = task_above(b, &of_id, t)) {
            on[t] = 1;
            *vec_push(&path) = t;
        }
        while (path.n) {
            uint32_t t = path.v[--path.n], up = task_above(b, &of_id, t);
            uint32_t above = up == IDX_NONE || !b->node_of.v[up] ? 0 : b->node_of.v[up] - 1;
            const struct task *k = &b->s->tasks.v[t];
            uint32_t at = child_of(b, above, PLACE_TASK | (k->name & 0x3fffffff),
                                   (struct tree_node){.kind = TREE_TASK, .name = k->name, .ctx_kind = CTX_TASK, .grade = GRADE_INFERRED});
            b->node_of.v[t] = at + 1;
            if (!in_window(b, k->t0 == NS_NONE ? b->s->t0 : k->t0))
                continue;
            item(b, at, t);
            node(b, at)->none += k->t1 == NS_OPEN;
            node(b, at)->ok += k->t1 != NS_OPEN;
            if (k->t0 != NS_NONE && k->t1 != NS_OPEN)
                sample(b, at, EXIT, k->t1 - k->t0);
        }
    }
    mem_free(on);
    vec_free(&path);
    map_release(&of_id);
}

static void inferred(struct build *b)
{
    for (uint32_t i = 0; i < b->s->ctx.cancels.n; i++)
        if (in_window(b, b->s->ctx.cancels.v[i].t0))
            burst(b, i);
    tasks(b);
}

/* --- sums, order ---------------------------------------------------------------------------------------------------- */

/* The samples of one node and kind: v[from, to). */
static ns_t quantile(ns_t *v, size_t from, size_t to, double q)
{
    size_t n = to - from, i = (size_t)((double)n * q);
    return n ? select_nth(v + from, n, i < n ? i : n - 1) : NS_NONE;
}

/* Samples are parted by node and kind; what is asked of each part is then found without sorting it. */
static void quantiles(struct build *b)
{
    size_t parts = b->out->nodes.n * WHATS;
    size_t *end = mem_calloc(parts + 1, sizeof *end);
    ns_t *v = mem_alloc(b->samples.n + 1, sizeof *v);
    for (size_t i = 0; i < b->samples.n; i++)
        end[b->samples.v[i].node * WHATS + b->samples.v[i].what + 1]++;
    for (size_t i = 0; i < parts; i++)
        end[i + 1] += end[i];
    for (size_t i = 0; i < b->samples.n; i++)
        v[end[b->samples.v[i].node * WHATS + b->samples.v[i].what]++] = b->samples.v[i].v;
    /* Now end[i] is where part i ends, and where part i + 1 begins. */
    for (uint32_t n = 0; n < b->out->nodes.n; n++) {
        const size_t *e = end + (size_t)n * WHATS;
        size_t begin = n ? e[-1] : 0;
        struct tree_node *k = node(b, n);
        k->p50 = quantile(v, begin, e[EXIT], 0.5);
        k->p99 = quantile(v, begin, e[EXIT], 0.99);
        k->run_p99 = quantile(v, e[EXIT], e[RUN], 0.99);
        k->asked = quantile(v, e[RUN], e[ASKED], 0.5);
        k->left = quantile(v, e[ASKED], e[LEFT], 0.5);
    }
    mem_free(end);
    mem_free(v);
}

struct rank {
    uint32_t parent, weight, node;
};

/* The one with most contexts last, for children are put in front of those before. */
static int by_rank(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    return x->node > y->node ? -1 : x->node < y->node;
}

static void link_children(struct build *b)
{
    size_t n = b->out->nodes.n;
    struct rank *r = mem_alloc(n, sizeof *r);
    for (uint32_t i = 1; i < n; i++)
        r[i - 1] = (struct rank){node(b, i)->parent, node(b, i)->edges > node(b, i)->n ? node(b, i)->edges : node(b, i)->n, i};
    if (n > 1)
        qsort(r, n - 1, sizeof *r, by_rank);
    for (size_t i = 0; i + 1 < n; i++) {
        node(b, r[i].node)->next = node(b, r[i].parent)->first;
        node(b, r[i].parent)->first = r[i].node;
    }
    mem_free(r);
}

/* A site that has nothing in the window, nor below it, is left out. */
static void mark_used(const struct build *b, uint8_t *used)
{
    used[0] = 1;
    for (uint32_t i = 1; i < b->out->nodes.n; i++) {
        bool any = node(b, i)->n || node(b, i)->values || node(b, i)->edges;
        for (uint32_t k = i; any && !used[k]; k = node(b, k)->parent)
            used[k] = 1;
    }
}

/* Depth first, with new indexes. */
static void order(struct build *b)
{
    uint32_t n = (uint32_t)b->out->nodes.n, out = 0;
    struct tree_node *v = mem_alloc(n, sizeof *v);
    uint32_t *to = mem_alloc(n, sizeof *to), *from = mem_alloc(n, sizeof *from);
    uint8_t *used = mem_calloc(n, 1);
    mark_used(b, used);
    for (uint32_t i = 0; i != IDX_NONE;) {
        to[i] = IDX_NONE;
        if (used[i]) {
            to[i] = out;
            from[out++] = i;
        }
        uint32_t k = used[i] ? node(b, i)->first : IDX_NONE;
        while (k == IDX_NONE && i != IDX_NONE) {
            k = node(b, i)->next;
            i = node(b, i)->parent;
        }
        i = k;
    }
    for (uint32_t i = 0; i < out; i++) {
        v[i] = *node(b, from[i]);
        v[i].parent = i ? to[v[i].parent] : IDX_NONE;
        v[i].level = i ? v[v[i].parent].level + 1 : 0;
        v[i].first = v[i].next = IDX_NONE;
        v[i].first_item = v[i].nitems = 0;
    }
    for (uint32_t i = out; i-- > 1;) {
        v[i].next = v[v[i].parent].first;
        v[v[i].parent].first = i;
    }
    for (size_t i = 0; i < b->items.n; i++)
        v[to[b->items.v[i] >> 32]].nitems++;
    for (uint32_t i = 1; i < out; i++)
        v[i].first_item = v[i - 1].first_item + v[i - 1].nitems;
    vec_reserve(&b->out->items, b->items.n);
    b->out->items.n = b->items.n;
    for (uint32_t i = 0; i < out; i++)
        v[i].nitems = 0;
    for (size_t i = 0; i < b->items.n; i++) {
        struct tree_node *k = &v[to[b->items.v[i] >> 32]];
        b->out->items.v[k->first_item + k->nitems++] = (uint32_t)b->items.v[i];
    }
    mem_free(b->out->nodes.v);
    b->out->nodes.v = v;
    b->out->nodes.n = out;
    b->out->nodes.cap = n;
    mem_free(to);
    mem_free(from);
    mem_free(used);
}

void ctx_tree_make(struct session *s, ns_t t0, ns_t t1, struct ctx_tree *out)
{
    struct build b = {.s = s, .out = out, .t0 = t0, .t1 = t1};
    *out = (struct ctx_tree){.exact = s->ctx.exact};
    (void)child_of(&b, 0, 0, (struct tree_node){.kind = TREE_ROOT, .grade = s->ctx.exact ? GRADE_EXACT : GRADE_INFERRED});
    node(&b, 0)->parent = IDX_NONE;
    map_clear(&b.of_key);
    if (s->ctx.exact)
        exact(&b);
    else
        inferred(&b);
    quantiles(&b);
    link_children(&b);
    order(&b);
    map_release(&b.of_key);
    vec_free(&b.node_of);
    vec_free(&b.samples);
    vec_free(&b.items);
}

void ctx_tree_release(struct ctx_tree *t)
{
    vec_free(&t->nodes);
    vec_free(&t->items);
}
