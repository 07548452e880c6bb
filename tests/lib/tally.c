#include "tests/lib/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FNV_START 0xcbf29ce484222325u

void tally_init(struct tally *t, struct dict *d, uint64_t limit)
{
    *t = (struct tally){.dict = d, .limit = limit, .fnv = FNV_START, .last_t = NS_NONE};
}

void tally_release(struct tally *t)
{
    vec_free(&t->range_begins);
    vec_free(&t->metrics);
    vec_free(&t->gs);
    vec_free(&t->order);
    vec_free(&t->procs);
    vec_free(&t->threads);
    vec_free(&t->stacks);
    map_release(&t->tasks);
}

/* Marks item i of a list of flags; true the first time. */
#define MARK_FIRST(list, i)                                                                                                                \
    __extension__({                                                                                                                        \
        size_t i_ = (i);                                                                                                                   \
        while ((list)->n <= i_)                                                                                                            \
            *vec_push(list) = false;                                                                                                       \
        bool first_ = !(list)->v[i_];                                                                                                      \
        (list)->v[i_] = true;                                                                                                              \
        first_;                                                                                                                            \
    })

static struct tally_g *see_g(struct tally *t, gidx g)
{
    if (g == IDX_NONE)
        return NULL;
    while (t->gs.n <= g)
        *vec_push(&t->gs) = (struct tally_g){.state = G_UNDETERMINED};
    struct tally_g *x = &t->gs.v[g];
    if (!x->seen) {
        x->seen = true;
        t->goroutines++;
        *vec_push(&t->order) = g;
    }
    return x;
}

static bool see_stack(struct tally *t, stack_id s)
{
    if (!s || !paged_at(&t->dict->stacks, s)->n)
        return false;
    t->nstacks += MARK_FIRST(&t->stacks, s);
    return true;
}

static void close_state(struct tally_g *x, ns_t at)
{
    if (x->open)
        x->ns[x->state] += at - x->since;
}

static void transition(struct tally *t, const struct event *e, const struct event_class *c)
{
    if (c->resource == RES_PROC) {
        t->p_transitions[c->from][c->to]++;
        t->nprocs += MARK_FIRST(&t->procs, e->res);
        return;
    }
    struct tally_g *x = see_g(t, e->res);
    see_stack(t, e->stack2);
    t->g_transitions[c->from][c->to]++;
    x->transitions++;
    if (c->from == c->to)
        return;
    close_state(x, e->t);
    x->state = c->to;
    x->since = e->t;
    x->open = c->to != G_NOTEXIST && c->to != G_UNDETERMINED;
    x->created = x->created || c->from == G_NOTEXIST;
    x->ended = x->ended || c->to == G_NOTEXIST;
}

static void add_name(struct tally *t, bool metric, str_id name)
{
    size_t n = metric ? t->metrics.n : t->range_begins.n;
    struct tally_name *v = metric ? t->metrics.v : t->range_begins.v;
    for (size_t i = 0; i < n; i++)
        if (v[i].name == name) {
            v[i].n++;
            return;
        }
    if (metric)
        *vec_push(&t->metrics) = (struct tally_name){name, 1};
    else
        *vec_push(&t->range_begins) = (struct tally_name){name, 1};
}

static void hash_line(struct tally *t, const struct event *e, uint8_t kind)
{
    char line[160];
    int64_t g = e->g == IDX_NONE ? -1 : *paged_at(&t->dict->g_ids, e->g);
    int64_t p = e->p == EV_NO_MP ? -1 : *paged_at(&t->dict->p_ids, e->p);
    int64_t m = e->m == EV_NO_MP ? -1 : (int64_t)*paged_at(&t->dict->m_ids, e->m);
    int n = snprintf(line, sizeof line, "%" PRId64 " %s g%" PRId64 " p%" PRId64 " m%" PRId64 "\n", e->t, event_kind_names[kind], g, p, m);
    for (int i = 0; i < n; i++)
        t->fnv = (t->fnv ^ (uint8_t)line[i]) * 0x100000001b3u;
}

const struct event_ext *tally_ext(const struct tally *t, const struct event *e, const struct event_block *b)
{
    const struct event_class *c = &t->dict->classes[e->class];
    bool range = c->kind == EV_RANGE_BEGIN || c->kind == EV_RANGE_END || c->kind == EV_RANGE_ACTIVE;
    bool has = range ? e->pad & RANGE_HAS_EXT : c->kind != EV_STATE_TRANSITION && e->res != IDX_NONE;
    return has ? &b->ext[e->res] : NULL;
}

/* What every consumer of blocks relies on. */
static const char *wrong(const struct tally *t, const struct event *e, const struct event_block *b)
{
    if (t->seen && e->t <= t->previous_t)
        return "time does not rise";
    if (e->class >= b->names.classes)
        return "class out of range";
    const struct event_class *c = &t->dict->classes[e->class];
    if (c->kind >= EV_KINDS)
        return "unknown kind";
    if (e->g != IDX_NONE && e->g >= b->ng)
        return "goroutine out of range";
    if ((e->m != EV_NO_MP && e->m >= b->nm) || (e->p != EV_NO_MP && e->p >= b->np))
        return "thread or proc out of range";
    if (e->stack >= t->dict->stacks.n || e->stack2 >= t->dict->stacks.n)
        return "stack out of range";
    if (c->kind == EV_STATE_TRANSITION)
        return e->res >= (c->resource == RES_PROC ? b->np : b->ng) ? "resource out of range" : NULL;
    bool range = c->kind == EV_RANGE_BEGIN || c->kind == EV_RANGE_END || c->kind == EV_RANGE_ACTIVE;
    uint32_t scope = e->res;
    if (range ? e->pad & RANGE_HAS_EXT : e->res != IDX_NONE) {
        if (e->res >= b->next)
            return "side data out of range";
        scope = b->ext[e->res].res;
    }
    if (range && c->resource != RES_NONE && scope >= (c->resource == RES_PROC ? b->np : b->ng))
        return "range's scope out of range";
    return NULL;
}

static void count(struct tally *t, const struct event *e, const struct event_block *b)
{
    const struct event_class *c = &t->dict->classes[e->class];
    const struct event_ext *x = tally_ext(t, e, b);
    if (t->events++ == 0)
        t->first_t = e->t;
    t->kinds[c->kind]++;
    hash_line(t, e, c->kind);
    see_g(t, e->g);
    if (e->p != EV_NO_MP)
        t->nprocs += MARK_FIRST(&t->procs, e->p);
    if (e->m != EV_NO_MP)
        t->nthreads += MARK_FIRST(&t->threads, e->m);
    t->with_stack += see_stack(t, e->stack);
    if (c->kind == EV_STATE_TRANSITION)
        transition(t, e, c);
    else if (c->kind == EV_RANGE_BEGIN || c->kind == EV_METRIC)
        add_name(t, c->kind == EV_METRIC, c->name);
    else if ((c->kind == EV_TASK_BEGIN || c->kind == EV_TASK_END) && map_get(&t->tasks, x->v[0]) == MAP_NONE)
        map_put(&t->tasks, x->v[0], 0);
    else if (c->kind == EV_SYNC && x && x->v[3])
        t->clock_snapshots++;
    t->ntasks = t->tasks.n;
    if (t->each)
        t->each(t->ctx, t, e, x);
}

static int tally_block(void *ctx, const struct event_block *b, struct err *e)
{
    struct tally *t = ctx;
    (void)e;
    for (size_t i = 0; i < b->n; i++) {
        const struct event *ev = &b->ev[i];
        const char *bad = t->wrong[0] ? NULL : wrong(t, ev, b);
        if (bad) {
            snprintf(t->wrong, sizeof t->wrong, "event %" PRIu64 ": %s", t->seen, bad);
            return 0;
        }
        if (t->wrong[0])
            return 0;
        if (t->seen < t->limit)
            count(t, ev, b);
        t->previous_t = ev->t;
        if (t->seen++ < t->limit)
            t->last_t = ev->t;
    }
    return 0;
}

struct event_sink tally_sink(struct tally *t)
{
    return (struct event_sink){.ctx = t, .block = tally_block};
}

void tally_finish(struct tally *t)
{
    for (size_t i = 0; i < t->gs.n; i++) {
        close_state(&t->gs.v[i], t->last_t);
        t->gs.v[i].open = false;
    }
}
