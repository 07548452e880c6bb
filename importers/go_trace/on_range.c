/* Stretches of time: the world stopped, collection, sweeping, assists. */
#include "importers/go_trace/order_state.h"

#include <inttypes.h>
#include <stdio.h>

static enum verdict bad_range(struct order *o, const struct cursor *cu)
{
    return broken(o, "%s does not fit what is in flight", wire_specs[cu->type].name);
}

static class_id stw_class(struct order *o, uint8_t kind, str_id reason)
{
    char name[WIRE_STRING_MAX + 32];
    struct str s = dict_str(o->b->dict, reason);
    int n = snprintf(name, sizeof name, "stop-the-world (%.*s)", (int)s.n, s.p);
    return class_of(o, kind, RES_GOROUTINE, 0, 0, dict_string(o->b->dict, name, (size_t)n));
}

enum verdict on_stw_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct order_g *g = &o->gs.v[c.g];
    if (!g->status)
        return bad_range(o, cu);
    if (g->stw)
        return broken(o, "STWBegin while goroutine %" PRId64 " already stops the world", g->id);
    str_id reason = generation_string(o->gen, o->b, cu->arg[0]);
    g->stw = true;
    g->stw_end = stw_class(o, EV_RANGE_END, reason);
    return put_g(o, cu, c, stw_class(o, EV_RANGE_BEGIN, reason), c.g, stack_of(o, cu->arg[1]));
}

enum verdict on_stw_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct order_g *g = &o->gs.v[c.g];
    if (!g->stw)
        return broken(o, "STWEnd without its begin on goroutine %" PRId64, g->id);
    g->stw = false;
    return put_g(o, cu, c, g->stw_end, c.g, 0);
}

/* Begins or ends a range flag of a resource; a begin needs it off, an end on. */
static bool flip(bool *flag, bool begin)
{
    if (*flag == begin)
        return false;
    *flag = begin;
    return true;
}

/* "Active" at a generation's start: news in the first one, a repetition later. */
static bool active(const struct order *o, bool *flag)
{
    if (o->gen->gen == o->initial_gen)
        return flip(flag, true);
    return *flag;
}

enum verdict on_assist_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    if (!flip(&o->gs.v[c.g].assist, true))
        return bad_range(o, cu);
    return put_g(o, cu, c, o->fixed[C_ASSIST_BEGIN], c.g, stack_of(o, cu->arg[0]));
}

enum verdict on_assist_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    if (!flip(&o->gs.v[c.g].assist, false))
        return bad_range(o, cu);
    return put_g(o, cu, c, o->fixed[C_ASSIST_END], c.g, 0);
}

enum verdict on_assist_active(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint32_t g = g_find(o, (int64_t)cu->arg[0]);
    if (g == NONE || !active(o, &o->gs.v[g].assist))
        return bad_range(o, cu);
    return put_g(o, cu, c, o->fixed[C_ASSIST_ACTIVE], g, 0);
}

enum verdict on_sweep_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MP(c);
    if (!flip(&o->ps.v[c.p].sweep, true))
        return bad_range(o, cu);
    struct event *e = put(o, cu->t, c, o->fixed[C_SWEEP_BEGIN]);
    if (!e)
        return STOPPED;
    e->res = o->ps.v[c.p].idx;
    e->stack = stack_of(o, cu->arg[0]);
    return DONE;
}

enum verdict on_sweep_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MP(c);
    if (!flip(&o->ps.v[c.p].sweep, false))
        return bad_range(o, cu);
    struct event_ext *x;
    struct event *e = put_ext(o, cu, c, o->fixed[C_SWEEP_END], 0, &x);
    if (!e)
        return STOPPED;
    e->pad = RANGE_HAS_EXT;
    x->v[0] = cu->arg[0];
    x->v[1] = cu->arg[1];
    x->res = o->ps.v[c.p].idx;
    return DONE;
}

enum verdict on_sweep_active(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint32_t p = p_find(o, (int64_t)cu->arg[0]);
    if (p == NONE || !active(o, &o->ps.v[p].sweep))
        return bad_range(o, cu);
    return put_p(o, cu, c, o->fixed[C_SWEEP_ACTIVE], p);
}

/* GCActive, GCBegin and GCEnd share one sequence over threads and generations. The trace's first one sets it. */
enum verdict on_gc(struct order *o, const struct cursor *cu, struct ctx c)
{
    bool begins = cu->type != WIRE_GCEnd;
    bool first = cu->type == WIRE_GCActive ? o->gen->gen == o->initial_gen : cu->type == WIRE_GCBegin && o->gc == GC_UNDETERMINED;
    if (first) {
        if (o->gc != GC_UNDETERMINED)
            return broken(o, "GCActive in the first generation is not its first GC event");
        o->started_in_gc = cu->type == WIRE_GCActive;
    } else {
        if (cu->arg[0] != o->gc_seq + 1)
            return WAIT;
        bool on = o->gc == GC_ON;
        if (o->gc == GC_UNDETERMINED || on != (cu->type != WIRE_GCBegin))
            return broken(o, "%s while the GC is %s", wire_specs[cu->type].name, on ? "at work" : "not at work");
        NEED_MPG(c);
    }
    o->gc_seq = cu->arg[0];
    o->gc = begins ? GC_ON : GC_OFF;
    class_id class = o->fixed[cu->type == WIRE_GCActive ? C_GC_ACTIVE : begins ? C_GC_BEGIN : C_GC_END];
    struct event *e = put(o, cu->t, c, class);
    if (!e)
        return STOPPED;
    e->stack = cu->type == WIRE_GCBegin ? stack_of(o, cu->arg[1]) : 0;
    return DONE;
}
