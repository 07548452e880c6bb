/* What the Contexts view shows: rows of the tree, the chosen row's contexts worst first, one context's life or a row's edges. */
#include <stdlib.h>
#include <string.h>

#include "tui/views/contexts.h"

static void set_columns(struct contexts_data *d, int w)
{
    static const struct table_col all[CCOLS] = {
#define CCOL(id, title, w, wide, from, right) {title, w, wide, from, right, false, false},
#include "tui/views/contexts.def"
#undef CCOL
    };
    memcpy(d->cols, all, sizeof d->cols);
    if (!d->tree.exact)
        for (unsigned c = CCOL_KIND; c <= CCOL_NONE; c++)
            d->cols[c].from = 255; /* nothing is known of these: no columns of question marks */
    d->cols[CCOL_DEAF].from = d->tree.exact ? d->cols[CCOL_DEAF].from : 255;
    d->cols[CCOL_EDGES].from = d->tree.exact ? 160 : 0;
    table_layout(d->cols, CCOLS, w > 254 ? 254 : w, &d->layout);
    int too_wide = d->layout.w[0] - LABEL_MOST;
    if (too_wide <= 0)
        return;
    /* Numbers stay near the names. */
    d->layout.w[0] -= too_wide;
    for (int k = 1; k < d->layout.n; k++)
        d->layout.x[k] -= too_wide;
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

static void list_rows(struct contexts_data *d, const struct contexts_state *st)
{
    d->rows.n = 0;
    uint32_t hidden = UINT32_MAX; /* below a folded node: deeper levels than this */
    for (uint32_t i = 0; i < d->tree.nodes.n; i++) {
        const struct tree_node *n = &d->tree.nodes.v[i];
        if (n->level > hidden)
            continue;
        hidden = contexts_folded(st, i) ? n->level : UINT32_MAX;
        *vec_push(&d->rows) = i;
    }
}

/* Whether a sibling follows below the ancestor of `node` at each level. */
static uint32_t bars_of(const struct ctx_tree *t, uint32_t node)
{
    uint32_t bars = 0;
    for (uint32_t n = node; n != IDX_NONE; n = t->nodes.v[n].parent) {
        const struct tree_node *p = &t->nodes.v[n];
        if (p->next != IDX_NONE && p->level < 32)
            bars |= 1u << p->level;
    }
    return bars;
}

static void load_shown(struct contexts_data *d, const struct contexts_state *st, const struct session *s)
{
    d->shown.n = 0;
    for (uint32_t i = st->table.top; i < d->rows.n && (int)d->shown.n < d->body; i++) {
        uint32_t node = d->rows.v[i];
        const struct tree_node *n = &d->tree.nodes.v[node];
        *vec_push(&d->shown) = (struct crow){.node = node,
                                             .at = site_frame(s, n->site),
                                             .name = n->kind == TREE_TASK ? session_str(s, n->name) : (struct str){"", 0},
                                             .bars = bars_of(&d->tree, node),
                                             .last = n->next == IDX_NONE,
                                             .folded = contexts_folded(st, node) && n->first != IDX_NONE};
    }
}

/* --- the chosen row's contexts, worst first ------------------------------------------------------------------------------ */

struct ranked {
    ns_t worst;
    uint32_t item;
};

static int by_worst(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->worst != y->worst)
        return x->worst > y->worst ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static ns_t edge_worst(const struct cancel_edge *e)
{
    return e->exit == NS_NONE ? NS_OPEN : e->exit - e->t;
}

void contexts_users(const struct session *s, uint32_t ctx, uint32_t *from, uint32_t *to)
{
    *from = 0;
    *to = (uint32_t)s->ctx.users.n;
    if (__atomic_load_n(&s->importing, __ATOMIC_RELAXED))
        return;
    uint32_t lo = 0, hi = (uint32_t)s->ctx.users.n;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (s->ctx.users.v[mid].ctx < ctx)
            lo = mid + 1;
        else
            hi = mid;
    }
    *from = lo;
    while (lo < s->ctx.users.n && s->ctx.users.v[lo].ctx == ctx)
        lo++;
    *to = lo;
}

static ns_t ctx_worst(const struct session *s, uint32_t ctx)
{
    uint32_t from, to;
    ns_t worst = -1;
    contexts_users(s, ctx, &from, &to);
    for (uint32_t i = from; i < to; i++) {
        uint32_t edge = s->ctx.users.v[i].ctx == ctx ? s->ctx.users.v[i].edge : IDX_NONE;
        ns_t w = edge < s->ctx.edges.n ? edge_worst(&s->ctx.edges.v[edge]) : -1;
        worst = w > worst ? w : worst;
    }
    return worst;
}

static ns_t burst_worst(const struct session *s, uint32_t cancel)
{
    ns_t worst = -1;
    for (uint32_t e = s->ctx.cancels.v[cancel].first; e < s->ctx.edges.n; e = s->ctx.edges.v[e].next) {
        ns_t w = edge_worst(&s->ctx.edges.v[e]);
        worst = w > worst ? w : worst;
    }
    return worst;
}

static ns_t task_worst(const struct session *s, uint32_t task)
{
    const struct task *t = &s->tasks.v[task];
    return t->t1 == NS_OPEN || t->t0 == NS_NONE ? NS_OPEN : t->t1 - t->t0;
}

static void rank_items(struct contexts_data *d, const struct session *s)
{
    const struct tree_node *n = contexts_node(d);
    d->items.n = 0;
    d->items_of = d->node;
    if (!n)
        return;
    struct ranked *r = mem_alloc((size_t)n->nitems + 1, sizeof *r);
    for (uint32_t i = 0; i < n->nitems; i++) {
        uint32_t item = d->tree.items.v[n->first_item + i];
        ns_t worst = n->kind == TREE_SITE     ? ctx_worst(s, item)
                     : n->kind == TREE_BURST  ? burst_worst(s, item)
                     : n->kind == TREE_WAITER ? edge_worst(&s->ctx.edges.v[item])
                     : n->kind == TREE_TASK   ? task_worst(s, item)
                                              : 0;
        r[i] = (struct ranked){worst, item};
    }
    qsort(r, n->nitems, sizeof *r, by_worst);
    for (uint32_t i = 0; i < n->nitems; i++)
        *vec_push(&d->items) = r[i].item;
    mem_free(r);
}

/* --- the pane -------------------------------------------------------------------------------------------------------- */

/* Whom the ends of a row's contexts woke. */
static void load_reactions(struct contexts_data *d, const struct session *s)
{
    uint8_t *in = mem_calloc(s->ctx.contexts.n + 1, 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->items.n; i++)
        in[d->items.v[i]] = 1;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++)
        count += s->ctx.edges.v[i].ctx < s->ctx.contexts.n && in[s->ctx.edges.v[i].ctx];
    uint32_t *out = edge_list_room(&d->list, count);
    for (uint32_t i = 0; i < s->ctx.edges.n && d->list.n < count; i++)
        if (s->ctx.edges.v[i].ctx < s->ctx.contexts.n && in[s->ctx.edges.v[i].ctx])
            out[d->list.n++] = i;
    mem_free(in);
    edge_list_sort(&d->list, s);
}

/* The edges of bursts, or of waiters, or of a place's contexts. */
static void load_edges(struct contexts_data *d, const struct session *s)
{
    const struct tree_node *n = contexts_node(d);
    uint32_t count = 0;
    d->list.n = 0;
    if (!n || n->kind == TREE_TASK || n->kind == TREE_ROOT)
        return;
    if (n->kind == TREE_SITE) {
        load_reactions(d, s);
        return;
    }
    for (uint32_t i = 0; i < d->items.n; i++)
        count += n->kind == TREE_WAITER ? 1 : s->ctx.cancels.v[d->items.v[i]].edges;
    uint32_t *out = edge_list_room(&d->list, count);
    for (uint32_t i = 0; i < d->items.n; i++) {
        if (n->kind == TREE_WAITER) {
            out[d->list.n++] = d->items.v[i];
            continue;
        }
        for (uint32_t e = s->ctx.cancels.v[d->items.v[i]].first; e < s->ctx.edges.n && d->list.n < count; e = s->ctx.edges.v[e].next)
            out[d->list.n++] = e;
    }
    edge_list_sort(&d->list, s);
}

static int load_pane(struct contexts_data *d, struct contexts_state *st, struct nav *nav, struct session *s, struct err *e)
{
    const struct tree_node *n = contexts_node(d);
    d->life.any = false;
    if (d->items.n && st->item >= d->items.n)
        st->item = (uint32_t)d->items.n - 1;
    if (n && n->kind == TREE_SITE && d->items.n) {
        nav->ctx = st->seen = d->items.v[st->item];
        struct edge_list_state top = {0, 0};
        if (life_load(&d->life, s, nav->ctx, d->r.w, contexts_label(d->r.w), e) < 0)
            return -1;
        edge_list_load(&d->list, &top, s, d->pane - contexts_life_rows(d) - 2);
        return 0;
    }
    edge_list_load(&d->list, &st->list, s, d->pane - 2);
    return 0;
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

/* The row and the item of a context that another view chose. */
static void find_context(struct contexts_data *d, struct contexts_state *st, uint32_t ctx, const struct session *s)
{
    for (uint32_t i = 0; i < d->tree.nodes.n; i++) {
        const struct tree_node *n = &d->tree.nodes.v[i];
        for (uint32_t k = 0; n->kind == TREE_SITE && k < n->nitems; k++) {
            if (d->tree.items.v[n->first_item + k] != ctx)
                continue;
            memset(st->folded, 0, sizeof st->folded);
            list_rows(d, st);
            st->table.at = i;
            d->node = i;
            rank_items(d, s);
            for (uint32_t m = 0; m < d->items.n; m++)
                if (d->items.v[m] == ctx)
                    st->item = m;
            return;
        }
    }
}

/* At first the row where one would look: whose cancels were not followed for longest. */
static void choose_worst(const struct contexts_data *d, struct contexts_state *st)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < d->rows.n; i++) {
        const struct tree_node *n = &d->tree.nodes.v[d->rows.v[i]], *b = &d->tree.nodes.v[d->rows.v[best]];
        bool worse = n->never != b->never ? n->never > b->never : n->p99 > b->p99;
        if (n->kind != TREE_TASK && (best == 0 || worse))
            best = i;
    }
    st->table.at = best;
}

static void make(struct contexts_data *d, const struct nav *nav, struct session *s)
{
    struct session_mark mark = session_mark(s);
    bool range = nav->range0 != NS_NONE && nav->range1 != NS_NONE;
    ns_t from = range ? nav->range0 : NS_NONE, to = range ? nav->range1 : NS_NONE;
    size_t n = s->ctx.contexts.n + s->ctx.edges.n + s->tasks.n;
    bool same = session_mark_same(&mark, &d->mark) || (mark.importing && n <= d->built + d->built / 8); /* a little less will do */
    if (d->made && same && from == d->from && to == d->to)
        return;
    d->built = n;
    if (d->made)
        ctx_tree_release(&d->tree);
    ctx_tree_make(s, from, to, &d->tree);
    d->mark = mark;
    d->from = from;
    d->to = to;
    d->made = true;
    d->items_of = IDX_NONE;
}

static void split(struct contexts_data *d, struct rect r)
{
    int rows = (int)d->rows.n, most = r.h * 3 / 5 - 1;
    d->body = rows < most ? rows : most;
    if (d->body < 1)
        d->body = 1;
    d->pane = r.h - d->body - 1;
}

int contexts_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct contexts_state *st = state;
    struct contexts_data *d = data;
    (void)app;
    make(d, nav, s);
    d->r = r;
    d->clock = (struct ruler_clock){.base = s->t0, .wall = nav->wall ? s->wall_t0 : NS_NONE};
    d->ncontexts = (uint32_t)s->ctx.contexts.n;
    d->ncancels = (uint32_t)s->ctx.cancels.n;
    d->importing = d->mark.importing;
    d->ranged = d->from != NS_NONE;
    set_columns(d, r.w);
    list_rows(d, st);
    if (nav->ctx != IDX_NONE && nav->ctx != st->seen && nav->ctx < s->ctx.contexts.n)
        find_context(d, st, nav->ctx, s);
    if (!st->begun && d->rows.n > 1) {
        choose_worst(d, st);
        st->begun = 1;
    }
    split(d, r);
    table_clamp(&st->table, (long)d->rows.n, d->body);
    d->node = st->table.at < d->rows.n ? d->rows.v[st->table.at] : IDX_NONE;
    if (d->items_of != d->node) {
        rank_items(d, s);
        load_edges(d, s);
    }
    load_shown(d, st, s);
    return load_pane(d, st, nav, s, e);
}
