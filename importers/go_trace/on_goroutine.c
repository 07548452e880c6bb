/* Events that move goroutines from state to state. */
#include "importers/go_trace/order_state.h"

#include <inttypes.h>

static const uint8_t gstate_of[WIRE_GSTATUSES] = {
    [WIRE_G_RUNNABLE] = G_RUNNABLE, [WIRE_G_RUNNING] = G_RUNNING, [WIRE_G_SYSCALL] = G_SYSCALL, [WIRE_G_WAITING] = G_WAITING};

/* Binds a goroutine in a syscall to the thread that the status names, and moves the event there. */
static enum verdict status_in_syscall(struct order *o, const struct cursor *cu, struct ctx *c, uint32_t g)
{
    int64_t id = o->gs.v[g].id;
    if (cu->arg[1] == WIRE_NO_THREAD)
        return broken(o, "goroutine %" PRId64 " is in a syscall without a thread", id);
    if (c->m != NONE && cu->arg[1] == m_of(o, *c)->id) {
        if (o->gen->gen != o->initial_gen && c->g != g)
            return broken(o, "goroutine %" PRId64 " is in a syscall on thread %" PRIu64 ", which holds another", id, cu->arg[1]);
        m_of(o, *c)->g = g;
        return DONE;
    }
    uint32_t m = m_get(o, cu->arg[1]);
    if (!o->ms.v[m].seen)
        o->ms.v[m].g = g;
    else if (o->ms.v[m].g != g)
        return broken(o, "goroutine %" PRId64 " is in a syscall on thread %" PRIu64 ", which holds another", id, cu->arg[1]);
    else
        c->g = g;
    o->ms.v[m].seen = true;
    c->m = m;
    return DONE;
}

enum verdict on_go_status(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint64_t status = cu->arg[2];
    if (status == 0 || status >= WIRE_GSTATUSES)
        return broken(o, "GoStatus of goroutine %" PRIu64 " with unknown status %" PRIu64, cu->arg[0], status);
    uint32_t g = g_find(o, (int64_t)cu->arg[0]);
    uint8_t to = gstate_of[status], from = to;
    if (g != NONE) {
        if (o->gs.v[g].status != status)
            return broken(o, "GoStatus of goroutine %" PRIu64 " says %" PRIu64 ", it was %u", cu->arg[0], status, o->gs.v[g].status);
        o->gs.v[g].seq_gen = o->gen->gen;
        o->gs.v[g].seq = 0;
    } else if (o->gen->gen == o->initial_gen) {
        g = g_begin(o, (int64_t)cu->arg[0], (uint8_t)status);
        from = G_UNDETERMINED;
    } else {
        return broken(o, "GoStatus of goroutine %" PRIu64 ", unknown after the first generation", cu->arg[0]);
    }
    if (status == WIRE_G_RUNNING && c.m != NONE)
        m_of(o, c)->g = g;
    enum verdict v = status == WIRE_G_SYSCALL ? status_in_syscall(o, cu, &c, g) : DONE;
    if (v != DONE)
        return v;
    stack_id stack = cu->type == WIRE_GoStatusStack ? stack_of(o, cu->arg[3]) : 0;
    return put_g(o, cu, c, class_of(o, EV_STATE_TRANSITION, RES_GOROUTINE, from, to, 0), g, stack);
}

enum verdict on_go_create(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MP(c);
    if (c.g != NONE && o->gs.v[c.g].status && o->gs.v[c.g].status != WIRE_G_RUNNING)
        return broken(o, "%s by goroutine %" PRId64 ", which does not run", wire_specs[cu->type].name, o->gs.v[c.g].id);
    if (g_find(o, (int64_t)cu->arg[0]) != NONE)
        return broken(o, "%s of goroutine %" PRIu64 ", which exists", wire_specs[cu->type].name, cu->arg[0]);
    bool blocked = cu->type == WIRE_GoCreateBlocked;
    uint32_t g = g_begin(o, (int64_t)cu->arg[0], blocked ? WIRE_G_WAITING : WIRE_G_RUNNABLE);
    struct event *e = put(o, cu->t, c, o->fixed[blocked ? C_CREATE_BLOCKED : C_CREATE]);
    if (!e)
        return STOPPED;
    e->res = o->gs.v[g].idx;
    e->stack = stack_of(o, cu->arg[2]);
    e->stack2 = stack_of(o, cu->arg[1]);
    return DONE;
}

enum verdict on_go_create_syscall(struct order *o, const struct cursor *cu, struct ctx c)
{
    if (c.m == NONE || c.g != NONE)
        return needs(o, cu, c.m == NONE ? "a thread" : "the thread being free of goroutines");
    if (g_find(o, (int64_t)cu->arg[0]) != NONE)
        return broken(o, "GoCreateSyscall of goroutine %" PRIu64 ", which exists", cu->arg[0]);
    uint32_t g = g_begin(o, (int64_t)cu->arg[0], WIRE_G_SYSCALL);
    m_of(o, c)->g = g;
    return put_g(o, cu, c, o->fixed[C_CREATE_SYSCALL], g, 0);
}

enum verdict on_go_start(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint32_t g = g_find(o, (int64_t)cu->arg[0]);
    if (g == NONE)
        return WAIT;
    struct order_g *gs = &o->gs.v[g];
    if (gs->status != WIRE_G_RUNNABLE || !seq_next(o, cu->arg[1], gs->seq_gen, gs->seq))
        return WAIT;
    NEED_MP(c);
    if (c.g != NONE)
        return needs(o, cu, "the thread being free of goroutines");
    gs->status = WIRE_G_RUNNING;
    gs->seq = cu->arg[1];
    m_of(o, c)->g = g;
    return put_g(o, cu, c, o->fixed[C_START], g, 0);
}

/* GoDestroy, GoStop, GoBlock: the running goroutine leaves its thread. */
enum verdict on_go_stop_exec(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct order_g *g = &o->gs.v[c.g];
    if (g->status != WIRE_G_RUNNING)
        return broken(o, "%s of goroutine %" PRId64 ", which does not run", wire_specs[cu->type].name, g->id);
    m_of(o, c)->g = NONE;
    if (cu->type == WIRE_GoDestroy) {
        enum verdict v = put_g(o, cu, c, o->fixed[C_DESTROY], c.g, 0);
        g_end(o, c.g);
        return v;
    }
    bool block = cu->type == WIRE_GoBlock;
    g->status = block ? WIRE_G_WAITING : WIRE_G_RUNNABLE;
    return put_g(o, cu, c, reason_class(o, block, cu->arg[0]), c.g, stack_of(o, cu->arg[1]));
}

enum verdict on_go_unblock(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint32_t g = g_find(o, (int64_t)cu->arg[0]);
    if (g == NONE)
        return WAIT;
    struct order_g *gs = &o->gs.v[g];
    if (gs->status != WIRE_G_WAITING || !seq_next(o, cu->arg[1], gs->seq_gen, gs->seq))
        return WAIT;
    gs->status = WIRE_G_RUNNABLE;
    gs->seq = cu->arg[1];
    return put_g(o, cu, c, o->fixed[C_UNBLOCK], g, stack_of(o, cu->arg[2]));
}

/* A coroutine switch is three events: the next one unblocks, the current one blocks or ends, the next one starts. */
enum verdict on_go_switch(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    if (o->gs.v[c.g].status != WIRE_G_RUNNING)
        return broken(o, "%s by goroutine %" PRId64 ", which does not run", wire_specs[cu->type].name, o->gs.v[c.g].id);
    uint32_t next = g_find(o, (int64_t)cu->arg[0]);
    if (next == NONE || o->gs.v[next].status != WIRE_G_WAITING || !seq_next(o, cu->arg[1], o->gs.v[next].seq_gen, o->gs.v[next].seq))
        return WAIT;
    bool destroy = cu->type == WIRE_GoSwitchDestroy;
    if (put_g(o, cu, c, o->fixed[C_UNBLOCK], next, 0) == STOPPED ||
        put_g(o, cu, c, o->fixed[destroy ? C_DESTROY : C_BLOCK_BARE], c.g, 0) == STOPPED)
        return STOPPED;
    if (destroy)
        g_end(o, c.g);
    else
        o->gs.v[c.g].status = WIRE_G_WAITING;
    o->gs.v[next].status = WIRE_G_RUNNING;
    o->gs.v[next].seq = cu->arg[1];
    m_of(o, c)->g = next;
    c.g = NONE;
    return put_g(o, cu, c, o->fixed[C_START], next, 0);
}

enum verdict on_go_syscall_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct order_g *g = &o->gs.v[c.g];
    struct order_p *p = &o->ps.v[c.p];
    if (g->status != WIRE_G_RUNNING)
        return broken(o, "GoSyscallBegin of goroutine %" PRId64 ", which does not run", g->id);
    if (!seq_next(o, cu->arg[0], p->seq_gen, p->seq))
        return broken(o, "GoSyscallBegin on proc %" PRId64 " has sequence %" PRIu64 " after %" PRIu64, p->id, cu->arg[0], p->seq);
    g->status = WIRE_G_SYSCALL;
    p->status = WIRE_P_SYSCALL;
    p->seq = cu->arg[0];
    return put_g(o, cu, c, o->fixed[C_SYSCALL], c.g, stack_of(o, cu->arg[1]));
}

enum verdict on_go_syscall_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct order_g *g = &o->gs.v[c.g];
    struct order_p *p = &o->ps.v[c.p];
    if (g->status != WIRE_G_SYSCALL || p->status != WIRE_P_SYSCALL)
        return broken(o, "GoSyscallEnd of goroutine %" PRId64 " on proc %" PRId64 ", not both in a syscall", g->id, p->id);
    g->status = WIRE_G_RUNNING;
    p->status = WIRE_P_RUNNING;
    return put_g(o, cu, c, o->fixed[C_SYSCALL_END], c.g, 0);
}

enum verdict on_go_syscall_end_blocked(struct order *o, const struct cursor *cu, struct ctx c)
{
    /* The steal of this thread's proc has not been seen yet: it must come first. */
    if (c.p != NONE && o->ps.v[c.p].status == WIRE_P_SYSCALL)
        return WAIT;
    if (c.m == NONE || c.g == NONE)
        return needs(o, cu, "a thread and a goroutine");
    struct order_g *g = &o->gs.v[c.g];
    if (g->status != WIRE_G_SYSCALL)
        return broken(o, "GoSyscallEndBlocked of goroutine %" PRId64 ", which is in no syscall", g->id);
    g->status = WIRE_G_RUNNABLE;
    m_of(o, c)->g = NONE;
    return put_g(o, cu, c, o->fixed[C_SYSCALL_END_BLOCKED], c.g, 0);
}

enum verdict on_go_destroy_syscall(struct order *o, const struct cursor *cu, struct ctx c)
{
    if (c.m == NONE || c.g == NONE)
        return needs(o, cu, "a thread and a goroutine");
    struct order_g *g = &o->gs.v[c.g];
    if (g->status != WIRE_G_SYSCALL)
        return broken(o, "GoDestroySyscall of goroutine %" PRId64 ", which is in no syscall", g->id);
    if (c.p != NONE && o->ps.v[c.p].status != WIRE_P_SYSCALL)
        return broken(o, "GoDestroySyscall on proc %" PRId64 ", which is in no syscall", o->ps.v[c.p].id);
    m_of(o, c)->g = NONE;
    if (c.p != NONE) {
        /* The proc is left behind; whoever takes it up later writes a steal from "abandoned". */
        o->ps.v[c.p].status = WIRE_P_ABANDONED;
        m_of(o, c)->p = NONE;
        if (put_p(o, cu, c, o->fixed[C_P_STEAL], c.p) == STOPPED)
            return STOPPED;
    }
    enum verdict v = put_g(o, cu, c, o->fixed[C_DESTROY_SYSCALL], c.g, 0);
    g_end(o, c.g);
    return v;
}
