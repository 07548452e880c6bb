#include "model/ctx/collect_private.h"

#include <string.h>
#include <xxhash.h>

struct ctx_collect *ctx_collect_new(struct session *s)
{
    struct ctx_collect *c = mem_calloc(1, sizeof *c);
    c->s = s;
    c->exact = exact_new(s);
    return c;
}

void ctx_collect_free(struct ctx_collect *c)
{
    if (!c)
        return;
    exact_free(c->exact);
    traits_release(&c->traits);
    vec_free(&c->category);
    vec_free(&c->info_of);
    vec_free(&c->infos);
    vec_free(&c->g_flags);
    vec_free(&c->bursts);
    vec_free(&c->candidates);
    vec_free(&c->watches);
    vec_free(&c->free_watches);
    vec_free(&c->dirty);
    map_release(&c->open);
    map_release(&c->via);
    map_release(&c->watched);
    mem_free(c);
}

/* --- stacks ----------------------------------------------------------------------------------------------------------- */

static unsigned traits_at(struct ctx_collect *c, const struct stack *st, uint32_t i)
{
    return traits_of_frame(&c->traits, &c->s->dict, st->frames[i]);
}

/* The first cancel frame, with nothing but plumbing above it; st->n: none. */
static uint32_t first_cancel(struct ctx_collect *c, const struct stack *st)
{
    for (uint32_t i = 0; i < st->n; i++) {
        unsigned trait = traits_at(c, st, i);
        if (trait & (FN_CANCEL | FN_CHAIN))
            return i;
        if (!(trait & FN_PLUMBING))
            break;
    }
    return st->n;
}

static uint8_t cancel_flags(struct ctx_collect *c, const struct stack *st, uint32_t first)
{
    if (first == 0)
        return traits_at(c, st, 0) & FN_CANCEL ? CTX_STACK_CANCEL : 0;
    if (traits_at(c, st, first) & FN_AFTER && traits_at(c, st, 0) & FN_AFTER_GO)
        return CTX_STACK_AFTER;
    for (uint32_t i = 0; i < first; i++)
        if (traits_at(c, st, i) & FN_LOCK)
            return CTX_STACK_HANDOFF;
    return 0;
}

static void judge_cancel(struct ctx_collect *c, const struct stack *st, struct stack_info *info)
{
    uint32_t first = first_cancel(c, st), end = first;
    for (; end < st->n && traits_at(c, st, end) & (FN_CANCEL | FN_CHAIN); end++)
        info->ncalls += (traits_at(c, st, end) & FN_CANCEL) != 0;
    if (!info->ncalls)
        return; /* of an AfterFunc of a context that was over already, or of none */
    info->flags |= cancel_flags(c, st, first);
    info->below = XXH3_64bits(st->frames + end, (st->n - end) * sizeof *st->frames);
    while (end < st->n && traits_at(c, st, end) & FN_CONTEXT)
        end++;
    info->site = end < st->n ? st->frames[end] : 0;
}

static void judge_root(struct ctx_collect *c, const struct stack *st, struct stack_info *info)
{
    if (st->n >= STACK_CUT)
        return;
    unsigned trait = traits_at(c, st, st->n - 1);
    info->timer = trait & FN_TIMER;
    info->watcher = trait & FN_WATCHER;
    info->flags |= (uint8_t)((info->timer ? CTX_STACK_TIMER : 0) | (info->watcher ? CTX_STACK_WATCHER : 0));
}

static uint32_t judge(struct ctx_collect *c, stack_id id)
{
    const struct stack *st = session_stack(c->s, id);
    struct stack_info info = {.flags = 0};
    if (!st->n)
        return 1;
    judge_cancel(c, st, &info);
    judge_root(c, st, &info);
    if (!info.ncalls && !info.flags)
        return 1;
    *vec_push(&c->infos) = info;
    return (uint32_t)c->infos.n + 1;
}

const struct stack_info *ctx_info(struct ctx_collect *c, stack_id id)
{
    size_t had = c->info_of.n;
    if (id >= had) {
        vec_reserve(&c->info_of, (size_t)id + 1);
        memset(c->info_of.v + had, 0, (id + 1 - had) * sizeof *c->info_of.v);
        c->info_of.n = (size_t)id + 1;
    }
    if (!c->info_of.v[id])
        c->info_of.v[id] = judge(c, id);
    return c->info_of.v[id] > 1 ? &c->infos.v[c->info_of.v[id] - 2] : NULL;
}

uint8_t ctx_stack(struct ctx_collect *c, stack_id id)
{
    const struct stack_info *info = ctx_info(c, id);
    return info ? info->flags : 0;
}

/* --- scan: in time order ------------------------------------------------------------------------------------------------ */

static void flag_g(struct ctx_collect *c, gidx g, enum g_flags flag)
{
    size_t had = c->g_flags.n;
    if (g >= had) {
        vec_reserve(&c->g_flags, (size_t)g + 1);
        memset(c->g_flags.v + had, 0, g + 1 - had);
        c->g_flags.n = (size_t)g + 1;
    }
    if (flag == G_TIMER && !(c->g_flags.v[g] & G_TIMER))
        c->deadlines++;
    c->g_flags.v[g] |= (uint8_t)flag;
}

/* The burst of this goroutine that goes on, or a new one. */
static uint32_t burst_of(struct ctx_collect *c, const struct event *e, const struct stack_info *info)
{
    uint32_t at = map_get(&c->open, e->g);
    if (at != MAP_NONE && c->bursts.v[at].below == info->below)
        return at;
    at = (uint32_t)c->bursts.n;
    *vec_push(&c->bursts) = (struct burst){.below = info->below, .g = e->g, .stack = e->stack, .cancel = IDX_NONE, .last = IDX_NONE};
    map_put(&c->open, e->g, at);
    return at;
}

static unsigned scan_cancel(struct ctx_collect *c, const struct event *e, const struct stack_info *info, enum edge_kind kind)
{
    if (e->g == IDX_NONE || e->g == e->res)
        return 0;
    if (info->timer)
        flag_g(c, e->g, G_TIMER);
    if (info->watcher)
        flag_g(c, e->g, G_WATCHER);
    uint32_t burst = burst_of(c, e, info);
    *vec_push(&c->candidates) =
        (struct candidate){.t = e->t, .g = e->res, .stack = e->stack, .burst = burst, .watch = IDX_NONE, .kind = (uint8_t)kind};
    return CTX_SOURCE | CTX_WATCHED;
}

static void scan_created(struct ctx_collect *c, const struct event *e)
{
    const struct stack_info *start = ctx_info(c, e->stack2);
    if (start && start->timer)
        flag_g(c, e->res, G_TIMER);
    if (start && start->watcher)
        flag_g(c, e->res, G_WATCHER);
}

static bool is_ctx_log(struct ctx_collect *c, str_id category)
{
    static const char prefix[] = "ctxscope/";
    size_t had = c->category.n;
    if (category >= had) {
        vec_reserve(&c->category, (size_t)category + 1);
        memset(c->category.v + had, 0, category + 1 - had);
        c->category.n = (size_t)category + 1;
    }
    if (!c->category.v[category]) {
        struct str s = session_str(c->s, category);
        c->category.v[category] = s.n >= sizeof prefix - 1 && !memcmp(s.p, prefix, sizeof prefix - 1) ? 2 : 1;
    }
    return c->category.v[category] == 2;
}

unsigned ctx_scan(struct ctx_collect *c, const struct event *e, const struct event_ext *x)
{
    const struct event_class *class = session_class(c->s, e->class);
    if (x && is_ctx_log(c, x->s[0]))
        exact_log(c->exact, e, x);
    if (x || class->kind != EV_STATE_TRANSITION || class->resource != RES_GOROUTINE || class->restates)
        return 0;
    bool created = class->from == G_NOTEXIST;
    if (created)
        scan_created(c, e);
    const struct stack_info *info = ctx_info(c, e->stack);
    if (!info)
        return 0;
    if (created)
        return info->flags & CTX_STACK_AFTER ? scan_cancel(c, e, info, EDGE_AFTERFUNC) : 0;
    if (class->from != G_WAITING || class->to != G_RUNNABLE)
        return 0;
    if (info->flags & CTX_STACK_CANCEL)
        return scan_cancel(c, e, info, EDGE_WAKE);
    c->handoffs += (info->flags & CTX_STACK_HANDOFF) && e->g != e->res;
    return 0;
}

/* What a goroutine does between two edges of one call: it is preempted, and the runtime does its own work on it. */
static bool between_edges(struct ctx_collect *c, const struct event *e, uint64_t below)
{
    const struct event_class *class = session_class(c->s, e->class);
    const struct stack_info *info = e->stack ? ctx_info(c, e->stack) : NULL;
    if (info && info->ncalls && info->below == below)
        return true; /* waits for the context's lock, hands it on, wakes or starts somebody */
    switch (class->kind) {
    case EV_TASK_BEGIN:
    case EV_TASK_END:
    case EV_REGION_BEGIN:
    case EV_REGION_END:
    case EV_LOG: return false;
    case EV_STATE_TRANSITION:
        if (class->resource != RES_GOROUTINE || class->restates)
            return true;
        return e->res == e->g &&
               ((class->from == G_RUNNING && class->to == G_RUNNABLE) || (class->from == G_RUNNABLE && class->to == G_RUNNING));
    default: return true;
    }
}

bool ctx_follow(struct ctx_collect *c, const struct event *e)
{
    uint32_t at = map_get(&c->open, e->g);
    if (at == MAP_NONE)
        return false;
    if (between_edges(c, e, c->bursts.v[at].below))
        return true;
    map_remove(&c->open, e->g);
    return false;
}

/* --- walk: goroutine by goroutine --------------------------------------------------------------------------------------- */

static struct candidate *candidate_at(struct ctx_collect *c, const struct event *e)
{
    size_t lo = 0, hi = c->candidates.n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (c->candidates.v[mid].t < e->t)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < c->candidates.n && c->candidates.v[lo].t == e->t; lo++)
        if (c->candidates.v[lo].g == e->res)
            return &c->candidates.v[lo];
    return NULL;
}

/* Whether the woken one waited for a channel or in a select. When it did so before the trace began its reason is not told: then
 * a stack with a lock in it tells, if there is one. */
static bool waited_for_channel(struct ctx_collect *c, const struct ctx_step *st)
{
    if (st->from_share == SHARE_CHAN)
        return true;
    bool told = st->from != CLASS_NONE && session_class(c->s, st->from)->name;
    if (told || (st->from_share != SHARE_OTHER && st->from_share != SHARE_UNKNOWN))
        return false;
    const struct stack *wait = session_stack(c->s, st->from_stack);
    for (uint32_t i = 0; i < wait->n; i++) {
        unsigned trait = traits_at(c, wait, i);
        if (trait & FN_LOCK)
            return false;
        if (!(trait & FN_PLUMBING))
            break;
    }
    return true;
}

static void confirm(struct ctx_collect *c, struct candidate *k, const struct ctx_step *st)
{
    if (k->kind == EDGE_WAKE && !waited_for_channel(c, st)) {
        c->handoffs += st->from_share == SHARE_SYNC;
        return;
    }
    const struct stack_info *wait = st->from_stack ? ctx_info(c, st->from_stack) : NULL;
    if (k->kind == EDGE_WAKE && (ctx_g_flags(c, k->g) & G_WATCHER || (wait && wait->watcher)))
        k->kind = EDGE_WATCHER;
    k->watch = react_begin(c, st, k);
}

void ctx_step(struct ctx_collect *c, const struct ctx_step *st)
{
    react_step(c, st);
    if (!st->e->stack || (st->to->from != G_WAITING && st->to->from != G_NOTEXIST))
        return;
    struct candidate *k = c->candidates.n ? candidate_at(c, st->e) : NULL;
    if (k)
        confirm(c, k, st);
}

bool ctx_watched(const struct ctx_collect *c, gidx g)
{
    return map_get(&c->watched, g) != MAP_NONE;
}

/* --- publish ------------------------------------------------------------------------------------------------------------ */

/* Its start function's trait; of a stack that has lost its root, by the goroutine's name. */
static bool starts_as(struct ctx_collect *c, gidx g, bool by_stack, enum fn_trait trait)
{
    if (by_stack)
        return true;
    return g < c->s->goroutines.n && traits_of(&c->traits, &c->s->dict, session_g(c->s, g)->name) & trait;
}

static uint32_t new_cancel(struct ctx_collect *c, const struct burst *b, ns_t t)
{
    struct ctx_model *m = &c->s->ctx;
    const struct stack_info *info = ctx_info(c, b->stack);
    struct cancel row = {.t0 = t,
                         .t1 = t,
                         .g = b->g,
                         .stack = b->stack,
                         .site = info->site,
                         .ctx = IDX_NONE,
                         .first = IDX_NONE,
                         .via = IDX_NONE,
                         .by = BY_EXPLICIT,
                         .grade = GRADE_INFERRED};
    if (starts_as(c, b->g, info->timer, FN_TIMER)) {
        row.by = BY_DEADLINE;
    } else if (starts_as(c, b->g, info->watcher, FN_WATCHER)) {
        uint32_t edge = map_get(&c->via, b->g);
        row.foreign = 1;
        row.by = BY_PARENT;
        if (edge != MAP_NONE) {
            row.via = m->edges.v[edge].cancel;
            row.by = m->cancels.v[row.via].by;
        }
    }
    *vec_push(&m->cancels) = row;
    return (uint32_t)m->cancels.n - 1;
}

static void publish_edge(struct ctx_collect *c, const struct candidate *k)
{
    struct ctx_model *m = &c->s->ctx;
    struct burst *b = &c->bursts.v[k->burst];
    struct watch *w = &c->watches.v[k->watch];
    if (b->cancel == IDX_NONE)
        b->cancel = new_cancel(c, b, k->t);
    struct cancel *row = &m->cancels.v[b->cancel];
    w->row = (uint32_t)m->edges.n;
    w->e.cancel = b->cancel;
    *vec_push(&m->edges) = w->e;
    if (b->last == IDX_NONE)
        row->first = w->row;
    else
        m->edges.v[b->last].next = w->row;
    b->last = w->row;
    row->edges++;
    row->t1 = k->t;
    row->depth = w->e.depth > row->depth ? w->e.depth : row->depth;
    if (w->e.kind == EDGE_WATCHER)
        map_put(&c->via, k->g, w->row);
}

/* Open bursts move to the front: the others' numbers are needed no more. */
static void keep_open(struct ctx_collect *c)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->bursts.n; i++) {
        if (map_get(&c->open, c->bursts.v[i].g) != i)
            continue;
        map_put(&c->open, c->bursts.v[i].g, n);
        c->bursts.v[n++] = c->bursts.v[i];
    }
    c->bursts.n = n;
}

void ctx_publish(struct ctx_collect *c)
{
    struct ctx_model *m = &c->s->ctx;
    for (size_t i = 0; i < c->candidates.n; i++)
        if (c->candidates.v[i].watch != IDX_NONE)
            publish_edge(c, &c->candidates.v[i]);
    if (c->candidates.n)
        keep_open(c);
    c->candidates.n = 0;
    react_publish(c);
    exact_publish(c->exact);
    m->deadlines_fired = c->deadlines;
    m->lock_handoffs = c->handoffs;
}

void ctx_break(struct ctx_collect *c, ns_t t)
{
    react_close(c, t, true);
    react_publish(c);
    exact_break(c->exact);
    map_clear(&c->open);
    map_clear(&c->via);
    c->bursts.n = 0;
}

void ctx_finish(struct ctx_collect *c, ns_t t)
{
    react_close(c, t, false);
    react_publish(c);
    exact_finish(c->exact);
}
