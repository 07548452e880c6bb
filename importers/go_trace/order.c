#include "importers/go_trace/order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "importers/go_trace/order_state.h"

/* Tries of events that have to wait: so many at the start, and so many more for each one that goes. A real trace needs a
 * few for an event; one made to keep us busy runs out of them. */
enum { PATIENCE_START = 20000000, PATIENCE_EVENT = 256 };

static order_handler *const handlers[256] = {
#define EVENT(n, name, nargs, stack, since, handler) [n] = handler,
#include "importers/go_trace/events.def"
};

static inline enum verdict advance(struct order *o, struct cursor *cu)
{
    struct ctx c = {.m = cu->mstate, .g = NONE, .p = NONE};
    if (cu->m == WIRE_NO_THREAD) {
        c.m = NONE;
    } else {
        struct order_m *m = &o->ms.v[c.m];
        m->seen = true;
        c.g = m->g;
        c.p = m->p;
    }
    enum verdict v = handlers[cu->type](o, cu, c);
    o->counts[cu->type] += v == DONE;
    return v;
}

static enum verdict put_sync(struct order *o, int64_t t, const struct generation *g)
{
    struct cursor cu = {.t = t};
    struct event_ext *x;
    if (!put_ext(o, &cu, (struct ctx){NONE, NONE, NONE}, o->fixed[C_SYNC], 0, &x))
        return STOPPED;
    if (g && g->has_snapshot) {
        x->v[0] = g->snap_mono;
        x->v[1] = g->snap_sec;
        x->v[2] = g->snap_nsec;
        x->v[3] = (uint64_t)generation_ns(g, g->snap_time) + 1;
    }
    return DONE;
}

static enum verdict put_sample(struct order *o, const struct cpu_sample *s)
{
    struct event *e = put(o, s->t, (struct ctx){NONE, NONE, NONE}, o->fixed[C_SAMPLE]);
    if (!e)
        return STOPPED;
    if (s->g != 0 && s->g != UINT64_MAX)
        e->g = dict_goroutine(o->b->dict, (int64_t)s->g);
    if (s->p != UINT64_MAX)
        e->p = (uint16_t)dict_proc(o->b->dict, (int64_t)s->p);
    if (s->m != UINT64_MAX)
        e->m = (uint16_t)dict_thread(o->b->dict, s->m);
    e->stack = stack_of(o, s->stack);
    o->counts[WIRE_CPUSample]++;
    return DONE;
}

/* The cursor's next event, once its last one went. */
static inline enum verdict refresh(struct order *o, size_t i)
{
    struct frontier *f = &o->frontier;
    if (frontier_next(f, i, o->gen) == 0)
        return DONE;
    o->unknown_event = f->unknown;
    return broken(o, "%s", f->why);
}

/* The head has to wait: the first other one, in order of time, that need not. */
static enum verdict step_other(struct order *o, struct cursor **went)
{
    struct frontier *f = &o->frontier;
    frontier_sort(f);
    if (o->patience < f->heap.n)
        return broken(o, "too many threads wait for one another");
    o->patience -= f->heap.n;
    for (size_t i = 1; i < f->heap.n; i++) {
        *went = f->heap.v[i];
        enum verdict v = advance(o, *went);
        if (v != WAIT)
            return v == DONE ? refresh(o, i) : v;
    }
    struct cursor *first = *went = f->heap.v[0];
    return broken(o, "no thread's next event fits what went before; the first that waits is %s on thread %" PRId64,
                  wire_specs[first->type].name, (int64_t)first->m);
}

static enum verdict walk(struct order *o, struct cursor **went)
{
    struct generation *g = o->gen;
    struct frontier *f = &o->frontier;
    while (f->heap.n || o->next_sample < g->samples.n) {
        enum verdict v;
        if (o->next_sample < g->samples.n && (!f->heap.n || g->samples.v[o->next_sample].t < f->heap.v[0]->t)) {
            v = put_sample(o, &g->samples.v[o->next_sample++]);
        } else {
            *went = f->heap.v[0];
            v = advance(o, *went);
            v = v == DONE ? refresh(o, 0) : v == WAIT ? step_other(o, went) : v;
            o->patience += PATIENCE_EVENT;
        }
        if (v != DONE)
            return v;
    }
    return DONE;
}

static enum order_result start(struct order *o, struct generation *g, struct order_end *end)
{
    *end = (struct order_end){.why = o->why, .at = g->start};
    o->gen = g;
    o->next_sample = 0;
    o->unknown_event = false;
    if (!o->initial_gen)
        o->initial_gen = g->gen;
    state_begin_generation(o);
    if (put_sync(o, generation_ns(g, g->min_time), g) == STOPPED)
        return ORDER_STOPPED;
    if (frontier_init(&o->frontier, g) < 0) {
        snprintf(o->why, sizeof o->why, "%s", o->frontier.why);
        end->at = o->frontier.at;
        return o->frontier.unknown ? ORDER_UNKNOWN_EVENT : ORDER_BROKEN;
    }
    for (size_t i = 0; i < o->frontier.cursors.n; i++) {
        struct cursor *cu = &o->frontier.cursors.v[i];
        cu->mstate = m_get(o, cu->m);
    }
    return ORDER_WHOLE;
}

enum order_result order_generation(struct order *o, struct generation *g, struct order_end *end)
{
    enum order_result r = start(o, g, end);
    if (r != ORDER_WHOLE)
        return r;
    struct cursor *went = NULL;
    enum verdict v = walk(o, &went);
    if (v == DONE)
        return ORDER_WHOLE;
    if (v == STOPPED)
        return ORDER_STOPPED;
    if (went)
        end->at = cursor_offset(went, g);
    return o->unknown_event ? ORDER_UNKNOWN_EVENT : ORDER_BROKEN;
}

void order_restart(struct order *o)
{
    state_reset(o);
}

int order_final_sync(struct order *o)
{
    return put_sync(o, o->last_t, NULL) == STOPPED ? -1 : 0;
}

struct order *order_new(struct builder *b)
{
    struct order *o = mem_calloc(1, sizeof *o);
    o->b = b;
    o->frontier.ordered = &b->progress->ordered;
    o->last_t = b->last_t == NS_NONE ? 0 : b->last_t;
    o->patience = PATIENCE_START;
#define X(id, kind, resource, from, to, name)                                                                                              \
    o->fixed[C_##id] = class_of(o, kind, resource, from, to, dict_string(b->dict, name, sizeof name - 1));
    FIXED_CLASSES(X)
#undef X
    return o;
}

void order_free(struct order *o)
{
    state_release(o);
    mem_free(o);
}

const uint64_t *order_counts(const struct order *o)
{
    return o->counts;
}

bool order_started_in_gc(const struct order *o)
{
    return o->started_in_gc;
}

int order_newest_event(const struct order *o)
{
    int newest = 0;
    for (unsigned i = 0; i < 256; i++)
        if (o->counts[i] && wire_specs[i].since > newest)
            newest = wire_specs[i].since;
    return newest;
}
