/* Events of procs: who holds which. */
#include "importers/go_trace/order_state.h"

#include <inttypes.h>

enum verdict on_procs_change(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_PROCS], stack_of(o, cu->arg[1]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    return DONE;
}

enum verdict on_proc_start(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint32_t p = p_find(o, (int64_t)cu->arg[0]);
    if (p == NONE || c.p != NONE)
        return WAIT;
    struct order_p *ps = &o->ps.v[p];
    if (ps->status != WIRE_P_IDLE || !seq_next(o, cu->arg[1], ps->seq_gen, ps->seq))
        return WAIT;
    if (c.m == NONE)
        return needs(o, cu, "a thread");
    ps->status = WIRE_P_RUNNING;
    ps->seq = cu->arg[1];
    m_take_p(o, c, p);
    return put_p(o, cu, c, o->fixed[C_P_START], p);
}

enum verdict on_proc_stop(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MP(c);
    struct order_p *ps = &o->ps.v[c.p];
    if (ps->status != WIRE_P_RUNNING && ps->status != WIRE_P_SYSCALL)
        return broken(o, "ProcStop of proc %" PRId64 ", which is not running", ps->id);
    ps->status = WIRE_P_IDLE;
    m_of(o, c)->p = NONE;
    return put_p(o, cu, c, o->fixed[C_P_STOP], c.p);
}

/* Takes proc p from the thread that the event names. */
static enum verdict take_from_victim(struct order *o, const struct cursor *cu, struct ctx c, uint32_t p)
{
    uint32_t victim = map_get(&o->m_map, cu->arg[2]);
    if (victim == MAP_NONE || !o->ms.v[victim].seen || cu->arg[2] == WIRE_NO_THREAD)
        return broken(o, "proc %" PRId64 " stolen from unknown thread %" PRIu64, o->ps.v[p].id, cu->arg[2]);
    if (o->ms.v[victim].p != p)
        return broken(o, "proc %" PRId64 " stolen from thread %" PRIu64 ", which does not hold it", o->ps.v[p].id, cu->arg[2]);
    o->ms.v[victim].p = NONE;
    return put_p(o, cu, c, o->fixed[C_P_STEAL], p);
}

enum verdict on_proc_steal(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint32_t p = p_find(o, (int64_t)cu->arg[0]);
    if (p == NONE)
        return WAIT;
    struct order_p *ps = &o->ps.v[p];
    if ((ps->status != WIRE_P_SYSCALL && ps->status != WIRE_P_ABANDONED) || !seq_next(o, cu->arg[1], ps->seq_gen, ps->seq))
        return WAIT;
    if (c.m == NONE)
        return needs(o, cu, "a thread");
    uint8_t before = ps->status;
    ps->status = WIRE_P_IDLE;
    ps->seq = cu->arg[1];
    /* An abandoned proc belongs to no thread any more: the victim is left alone. */
    if (before == WIRE_P_ABANDONED)
        return put_p(o, cu, c, o->fixed[C_P_STEAL_ABANDONED], p);
    return take_from_victim(o, cu, c, p);
}

static const uint8_t pstate_of[WIRE_PSTATUSES] = {
    [WIRE_P_RUNNING] = P_RUNNING, [WIRE_P_IDLE] = P_IDLE, [WIRE_P_SYSCALL] = P_RUNNING, [WIRE_P_ABANDONED] = P_IDLE};

/* The thread that holds proc p, NONE. */
static uint32_t holder_of(struct order *o, uint32_t p)
{
    if (o->ps.v[p].m != NONE && o->ms.v[o->ps.v[p].m].p == p)
        return o->ps.v[p].m;
    for (uint32_t i = 0; i<o->ms.n; i++, o->patience -= o->patience> 0)
        if (o->ms.v[i].p == p)
            return i;
    return NONE;
}

enum verdict on_proc_status(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint64_t status = cu->arg[1];
    if (status == 0 || status >= WIRE_PSTATUSES)
        return broken(o, "ProcStatus of proc %" PRIu64 " with unknown status %" PRIu64, cu->arg[0], status);
    uint32_t p = p_find(o, (int64_t)cu->arg[0]);
    uint8_t to = pstate_of[status], from = to;
    bool promoted = false;
    if (p == NONE) {
        p = p_add(o, (int64_t)cu->arg[0]);
        o->ps.v[p].status = (uint8_t)status;
        from = o->gen->gen == o->initial_gen ? P_UNDETERMINED : P_NOTEXIST;
    } else if (status == WIRE_P_ABANDONED && o->ps.v[p].status == WIRE_P_SYSCALL) {
        /* The runtime calls it abandoned a little early: its steal will come. Until then it is in the syscall. */
        promoted = true;
        from = to = P_RUNNING;
    } else if (o->ps.v[p].status != status) {
        return broken(o, "ProcStatus of proc %" PRId64 " says %" PRIu64 ", it was %u", o->ps.v[p].id, status, o->ps.v[p].status);
    }
    o->ps.v[p].seq_gen = o->gen->gen;
    o->ps.v[p].seq = 0;
    if ((status == WIRE_P_RUNNING || status == WIRE_P_SYSCALL) && c.m != NONE)
        m_take_p(o, c, p);
    if (promoted) {
        uint32_t m = o->ps.v[p].m = holder_of(o, p);
        if (m == NONE)
            return broken(o, "proc %" PRId64 " is about to be stolen, but no thread holds it", o->ps.v[p].id);
        c = (struct ctx){.m = m, .g = o->ms.v[m].g, .p = p};
    }
    return put_p(o, cu, c, class_of(o, EV_STATE_TRANSITION, RES_PROC, from, to, 0), p);
}
