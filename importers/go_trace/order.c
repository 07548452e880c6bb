#include "importers/go_trace/order.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importers/go_trace/frontier.h"
#include "importers/go_trace/wire.h"

/* What a handler answers. */
enum verdict { WAIT, DONE, BROKEN, STOPPED };

#define NONE UINT32_MAX /* no goroutine / no proc */

struct region {
    uint64_t task;
    str_id name;
};

struct order_g {
    int64_t id;
    gidx idx;
    uint8_t status;   /* enum wire_gstatus; 0: not there (yet, or any more) */
    bool assist;      /* a mark assist is in flight */
    bool stw;         /* a stop-the-world is in flight */
    class_id stw_end; /* class of its end */
    uint64_t seq_gen, seq;
    VEC(struct region) * regions; /* owned; NULL until the first one */
};

struct order_p {
    int64_t id;
    uint32_t idx;
    uint8_t status; /* enum wire_pstatus; 0: not there */
    bool sweep;
    uint64_t seq_gen, seq;
};

struct order_m {
    uint64_t id;
    uint16_t idx; /* EV_NO_MP for the batches of no thread */
    uint32_t g;   /* index into order.gs, NONE */
    uint32_t p;   /* index into order.ps, NONE */
};

struct task_state {
    uint64_t parent;
    str_id name;
};

/* Where an event happened: taken before its handler changes anything. */
struct ctx {
    uint32_t m, g, p; /* indexes into ms, gs, ps; NONE */
};

/* Classes that never change. */
enum fixed_class {
    C_SYNC,
    C_SAMPLE,
    C_PROCS,
    C_HEAP_ALLOC,
    C_HEAP_GOAL,
    C_LABEL,
    C_TASK_BEGIN,
    C_TASK_END,
    C_REGION_BEGIN,
    C_REGION_END,
    C_LOG,
    C_CREATE,
    C_CREATE_BLOCKED,
    C_CREATE_SYSCALL,
    C_START,
    C_DESTROY,
    C_DESTROY_SYSCALL,
    C_UNBLOCK,
    C_SYSCALL,
    C_SYSCALL_END,
    C_SYSCALL_END_BLOCKED,
    C_BLOCK_BARE,
    C_P_START,
    C_P_STOP,
    C_P_STEAL,
    C_P_STEAL_ABANDONED,
    C_GC_ACTIVE,
    C_GC_BEGIN,
    C_GC_END,
    C_SWEEP_ACTIVE,
    C_SWEEP_BEGIN,
    C_SWEEP_END,
    C_ASSIST_ACTIVE,
    C_ASSIST_BEGIN,
    C_ASSIST_END,
    C_FIXED
};
static const struct {
    uint8_t kind, resource, from, to;
    const char *name;
} fixed_classes[C_FIXED] = {
    [C_SYNC] = {EV_SYNC, 0, 0, 0, NULL},
    [C_SAMPLE] = {EV_STACK_SAMPLE, 0, 0, 0, NULL},
    [C_PROCS] = {EV_METRIC, 0, 0, 0, "/sched/gomaxprocs:threads"},
    [C_HEAP_ALLOC] = {EV_METRIC, 0, 0, 0, "/memory/classes/heap/objects:bytes"},
    [C_HEAP_GOAL] = {EV_METRIC, 0, 0, 0, "/gc/heap/goal:bytes"},
    [C_LABEL] = {EV_LABEL, RES_GOROUTINE, 0, 0, NULL},
    [C_TASK_BEGIN] = {EV_TASK_BEGIN, 0, 0, 0, NULL},
    [C_TASK_END] = {EV_TASK_END, 0, 0, 0, NULL},
    [C_REGION_BEGIN] = {EV_REGION_BEGIN, 0, 0, 0, NULL},
    [C_REGION_END] = {EV_REGION_END, 0, 0, 0, NULL},
    [C_LOG] = {EV_LOG, 0, 0, 0, NULL},
    [C_CREATE] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_NOTEXIST, G_RUNNABLE, NULL},
    [C_CREATE_BLOCKED] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_NOTEXIST, G_WAITING, NULL},
    [C_CREATE_SYSCALL] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_NOTEXIST, G_SYSCALL, NULL},
    [C_START] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNABLE, G_RUNNING, NULL},
    [C_DESTROY] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, G_NOTEXIST, NULL},
    [C_DESTROY_SYSCALL] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_SYSCALL, G_NOTEXIST, NULL},
    [C_UNBLOCK] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_WAITING, G_RUNNABLE, NULL},
    [C_SYSCALL] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, G_SYSCALL, NULL},
    [C_SYSCALL_END] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_SYSCALL, G_RUNNING, NULL},
    [C_SYSCALL_END_BLOCKED] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_SYSCALL, G_RUNNABLE, NULL},
    [C_BLOCK_BARE] = {EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, G_WAITING, NULL},
    [C_P_START] = {EV_STATE_TRANSITION, RES_PROC, P_IDLE, P_RUNNING, NULL},
    [C_P_STOP] = {EV_STATE_TRANSITION, RES_PROC, P_RUNNING, P_IDLE, NULL},
    [C_P_STEAL] = {EV_STATE_TRANSITION, RES_PROC, P_RUNNING, P_IDLE, NULL},
    [C_P_STEAL_ABANDONED] = {EV_STATE_TRANSITION, RES_PROC, P_IDLE, P_IDLE, NULL},
    [C_GC_ACTIVE] = {EV_RANGE_ACTIVE, RES_NONE, 0, 0, "GC concurrent mark phase"},
    [C_GC_BEGIN] = {EV_RANGE_BEGIN, RES_NONE, 0, 0, "GC concurrent mark phase"},
    [C_GC_END] = {EV_RANGE_END, RES_NONE, 0, 0, "GC concurrent mark phase"},
    [C_SWEEP_ACTIVE] = {EV_RANGE_ACTIVE, RES_PROC, 0, 0, "GC incremental sweep"},
    [C_SWEEP_BEGIN] = {EV_RANGE_BEGIN, RES_PROC, 0, 0, "GC incremental sweep"},
    [C_SWEEP_END] = {EV_RANGE_END, RES_PROC, 0, 0, "GC incremental sweep"},
    [C_ASSIST_ACTIVE] = {EV_RANGE_ACTIVE, RES_GOROUTINE, 0, 0, "GC mark assist"},
    [C_ASSIST_BEGIN] = {EV_RANGE_BEGIN, RES_GOROUTINE, 0, 0, "GC mark assist"},
    [C_ASSIST_END] = {EV_RANGE_END, RES_GOROUTINE, 0, 0, "GC mark assist"},
};

enum { DIRECT_G_MAX = 1 << 22 };

struct order {
    struct builder *b;
    struct generation *gen; /* the one being ordered */
    uint64_t initial_gen;
    ns_t last_t;
    uint64_t syncs;
    VEC(struct order_g) gs;
    VEC(struct order_p) ps;
    VEC(struct order_m) ms;
    VEC(uint32_t) g_direct; /* goroutine id -> index + 1, for small ids; 0 unknown */
    struct map g_map, p_map, m_map;
    enum { GC_UNDETERMINED, GC_OFF, GC_ON } gc;
    uint64_t gc_seq;
    bool started_in_gc;
    struct map task_of; /* active task id -> index into tasks */
    VEC(struct task_state) tasks;
    VEC(uint32_t) free_tasks;
    class_id fixed[C_FIXED];
    VEC(class_id) block_class, stop_class; /* by the generation's string id; CLASS_UNSET */
    struct frontier frontier;
    size_t next_sample;
    uint64_t counts[256];
    char why[200];
};
#define CLASS_UNSET 0xffffu

/* ---- identities ---- */

static uint32_t g_find(const struct order *o, int64_t id)
{
    if (id >= 0 && (uint64_t)id < o->g_direct.n)
        return o->g_direct.v[id] - 1; /* 0 - 1 == NONE */
    if (id >= 0 && id < DIRECT_G_MAX)
        return NONE;
    return map_get(&o->g_map, (uint64_t)id);
}

/* The goroutine if it exists now, else NULL. */
static struct order_g *g_live(struct order *o, int64_t id)
{
    uint32_t i = g_find(o, id);
    return i != NONE && o->gs.v[i].status ? &o->gs.v[i] : NULL;
}

static void g_index(struct order *o, int64_t id, uint32_t index)
{
    if (id < 0 || id >= DIRECT_G_MAX) {
        map_put(&o->g_map, (uint64_t)id, index);
        return;
    }
    if ((uint64_t)id >= o->g_direct.n) {
        size_t n = (size_t)id + 1, old = o->g_direct.n;
        vec_reserve(&o->g_direct, n);
        memset(o->g_direct.v + old, 0, (o->g_direct.cap - old) * sizeof *o->g_direct.v);
        o->g_direct.n = o->g_direct.cap;
    }
    o->g_direct.v[id] = index + 1;
}

/* Begins (or begins anew) the life of a goroutine; returns its index. */
static uint32_t g_begin(struct order *o, int64_t id, uint8_t status)
{
    uint32_t i = g_find(o, id);
    if (i == NONE) {
        i = (uint32_t)o->gs.n;
        *vec_push(&o->gs) = (struct order_g){.id = id, .idx = dict_goroutine(o->b->dict, id)};
        g_index(o, id, i);
    }
    struct order_g *g = &o->gs.v[i];
    g->status = status;
    g->seq_gen = o->gen->gen;
    g->seq = 0;
    return i;
}

static void g_end(struct order_g *g)
{
    g->status = 0;
    g->assist = g->stw = false;
    if (g->regions)
        g->regions->n = 0;
}

static uint32_t p_find(const struct order *o, int64_t id)
{
    return map_get(&o->p_map, (uint64_t)id);
}

static uint32_t p_add(struct order *o, int64_t id)
{
    uint32_t i = (uint32_t)o->ps.n;
    *vec_push(&o->ps) = (struct order_p){.id = id, .idx = dict_proc(o->b->dict, id)};
    map_put(&o->p_map, (uint64_t)id, i);
    return i;
}

static uint32_t m_get(struct order *o, uint64_t id, bool *added)
{
    uint32_t i = map_get(&o->m_map, id);
    if (added)
        *added = i == MAP_NONE;
    if (i != MAP_NONE)
        return i;
    i = (uint32_t)o->ms.n;
    uint16_t idx = id == WIRE_NO_THREAD ? EV_NO_MP : (uint16_t)dict_thread(o->b->dict, id);
    *vec_push(&o->ms) = (struct order_m){.id = id, .idx = idx, .g = NONE, .p = NONE};
    map_put(&o->m_map, id, i);
    return i;
}

/* ---- emitting ---- */

static enum verdict broken(struct order *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static enum verdict broken(struct order *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(o->why, sizeof o->why, fmt, ap);
    va_end(ap);
    return BROKEN;
}

/* The next slot with time and place filled, or NULL when the import stops. Time rises strictly. */
static inline struct event *put(struct order *o, int64_t t, struct ctx c, class_id class)
{
    struct event *e = builder_next(o->b);
    if (!e)
        return NULL;
    o->last_t = e->t = t > o->last_t ? t : o->last_t + 1;
    e->g = c.g == NONE ? IDX_NONE : o->gs.v[c.g].idx;
    e->m = c.m == NONE ? EV_NO_MP : o->ms.v[c.m].idx;
    e->p = c.p == NONE ? EV_NO_MP : (uint16_t)o->ps.v[c.p].idx;
    e->res = IDX_NONE;
    e->stack = e->stack2 = 0;
    e->class = class;
    e->pad = 0;
    return e;
}

static inline enum verdict put_g(struct order *o, const struct cursor *cu, struct ctx c, class_id class, uint32_t g, stack_id stack)
{
    struct event *e = put(o, cu->t, c, class);
    if (!e)
        return STOPPED;
    e->res = o->gs.v[g].idx;
    e->stack = stack;
    return DONE;
}

static enum verdict put_p(struct order *o, const struct cursor *cu, struct ctx c, class_id class, uint32_t p)
{
    struct event *e = put(o, cu->t, c, class);
    if (!e)
        return STOPPED;
    e->res = o->ps.v[p].idx;
    return DONE;
}

/* An event with side data; *x is zeroed. */
static struct event *put_ext(struct order *o, const struct cursor *cu, struct ctx c, class_id class, stack_id stack, struct event_ext **x)
{
    struct event *e = put(o, cu->t, c, class);
    if (!e)
        return NULL;
    e->res = builder_ext(o->b, x);
    e->stack = stack;
    return e;
}

static inline stack_id stack_of(struct order *o, uint64_t id)
{
    return generation_stack(o->gen, o->b, id);
}

static class_id class_of(struct order *o, uint8_t kind, uint8_t resource, uint8_t from, uint8_t to, str_id name)
{
    return dict_class(o->b->dict, (struct event_class){.kind = kind, .resource = resource, .from = from, .to = to, .name = name});
}

/* The class of a block or stop by the generation's reason string, remembered per generation. */
static class_id reason_class(struct order *o, bool block, uint64_t reason)
{
    uint8_t to = block ? G_WAITING : G_RUNNABLE;
    if (reason >= 4096)
        return class_of(o, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, to, generation_string(o->gen, o->b, reason));
    class_id *slot = block ? &o->block_class.v[reason] : &o->stop_class.v[reason];
    if (*slot == CLASS_UNSET)
        *slot = class_of(o, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, to, generation_string(o->gen, o->b, reason));
    return *slot;
}

/* ---- what an event needs of its thread ---- */

static bool has_all(struct ctx c)
{
    return c.m != NONE && c.g != NONE && c.p != NONE;
}

static enum verdict needs(struct order *o, const struct cursor *cu, const char *what)
{
    return broken(o, "%s without %s", wire_specs[cu->type].name, what);
}
#define NEED_MPG(c)                                                                                                                        \
    if (!has_all(c))                                                                                                                       \
    return needs(o, cu, "a thread, a proc and a goroutine")
#define NEED_MP(c)                                                                                                                         \
    if ((c).m == NONE || (c).p == NONE)                                                                                                    \
    return needs(o, cu, "a thread and a proc")

/* Does (gen of this event, n) come right after what the owner saw last? */
static inline bool seq_next(const struct order *o, uint64_t n, uint64_t seq_gen, uint64_t seq)
{
    return seq_gen == o->gen->gen && n == seq + 1;
}

static inline struct order_m *m_of(struct order *o, struct ctx c)
{
    return &o->ms.v[c.m];
}

/* ---- procs ---- */

static enum verdict on_procs_change(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_PROCS], stack_of(o, cu->arg[1]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    return DONE;
}

static enum verdict on_proc_start(struct order *o, const struct cursor *cu, struct ctx c)
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
    m_of(o, c)->p = p;
    return put_p(o, cu, c, o->fixed[C_P_START], p);
}

static enum verdict on_proc_stop(struct order *o, const struct cursor *cu, struct ctx c)
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
    if (victim == MAP_NONE || cu->arg[2] == WIRE_NO_THREAD)
        return broken(o, "proc %" PRId64 " stolen from unknown thread %" PRIu64, o->ps.v[p].id, cu->arg[2]);
    if (o->ms.v[victim].p != p)
        return broken(o, "proc %" PRId64 " stolen from thread %" PRIu64 ", which does not hold it", o->ps.v[p].id, cu->arg[2]);
    o->ms.v[victim].p = NONE;
    return put_p(o, cu, c, o->fixed[C_P_STEAL], p);
}

static enum verdict on_proc_steal(struct order *o, const struct cursor *cu, struct ctx c)
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
static uint32_t holder_of(const struct order *o, uint32_t p)
{
    for (uint32_t i = 0; i < o->ms.n; i++)
        if (o->ms.v[i].p == p)
            return i;
    return NONE;
}

static enum verdict on_proc_status(struct order *o, const struct cursor *cu, struct ctx c)
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
        m_of(o, c)->p = p;
    if (promoted) {
        uint32_t m = holder_of(o, p);
        if (m == NONE)
            return broken(o, "proc %" PRId64 " is about to be stolen, but no thread holds it", o->ps.v[p].id);
        c = (struct ctx){.m = m, .g = o->ms.v[m].g, .p = p};
    }
    return put_p(o, cu, c, class_of(o, EV_STATE_TRANSITION, RES_PROC, from, to, 0), p);
}

/* ---- goroutines ---- */

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
    bool added;
    uint32_t m = m_get(o, cu->arg[1], &added);
    if (added)
        o->ms.v[m].g = g;
    else if (o->ms.v[m].g != g)
        return broken(o, "goroutine %" PRId64 " is in a syscall on thread %" PRIu64 ", which holds another", id, cu->arg[1]);
    else
        c->g = g;
    c->m = m;
    return DONE;
}

static enum verdict on_go_status(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint64_t status = cu->arg[2];
    if (status == 0 || status >= WIRE_GSTATUSES)
        return broken(o, "GoStatus of goroutine %" PRIu64 " with unknown status %" PRIu64, cu->arg[0], status);
    uint32_t g = g_find(o, (int64_t)cu->arg[0]);
    uint8_t to = gstate_of[status], from = to;
    if (g != NONE && o->gs.v[g].status) {
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

static enum verdict on_go_create(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MP(c);
    if (c.g != NONE && o->gs.v[c.g].status && o->gs.v[c.g].status != WIRE_G_RUNNING)
        return broken(o, "%s by goroutine %" PRId64 ", which does not run", wire_specs[cu->type].name, o->gs.v[c.g].id);
    if (g_live(o, (int64_t)cu->arg[0]))
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

static enum verdict on_go_create_syscall(struct order *o, const struct cursor *cu, struct ctx c)
{
    if (c.m == NONE || c.g != NONE)
        return needs(o, cu, c.m == NONE ? "a thread" : "the thread being free of goroutines");
    if (g_live(o, (int64_t)cu->arg[0]))
        return broken(o, "GoCreateSyscall of goroutine %" PRIu64 ", which exists", cu->arg[0]);
    uint32_t g = g_begin(o, (int64_t)cu->arg[0], WIRE_G_SYSCALL);
    m_of(o, c)->g = g;
    return put_g(o, cu, c, o->fixed[C_CREATE_SYSCALL], g, 0);
}

static enum verdict on_go_start(struct order *o, const struct cursor *cu, struct ctx c)
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
static enum verdict on_go_stop_exec(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct order_g *g = &o->gs.v[c.g];
    if (g->status != WIRE_G_RUNNING)
        return broken(o, "%s of goroutine %" PRId64 ", which does not run", wire_specs[cu->type].name, g->id);
    m_of(o, c)->g = NONE;
    if (cu->type == WIRE_GoDestroy) {
        enum verdict v = put_g(o, cu, c, o->fixed[C_DESTROY], c.g, 0);
        g_end(g);
        return v;
    }
    bool block = cu->type == WIRE_GoBlock;
    g->status = block ? WIRE_G_WAITING : WIRE_G_RUNNABLE;
    return put_g(o, cu, c, reason_class(o, block, cu->arg[0]), c.g, stack_of(o, cu->arg[1]));
}

static enum verdict on_go_unblock(struct order *o, const struct cursor *cu, struct ctx c)
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
static enum verdict on_go_switch(struct order *o, const struct cursor *cu, struct ctx c)
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
        g_end(&o->gs.v[c.g]);
    else
        o->gs.v[c.g].status = WIRE_G_WAITING;
    o->gs.v[next].status = WIRE_G_RUNNING;
    o->gs.v[next].seq = cu->arg[1];
    m_of(o, c)->g = next;
    c.g = NONE;
    return put_g(o, cu, c, o->fixed[C_START], next, 0);
}

static enum verdict on_go_syscall_begin(struct order *o, const struct cursor *cu, struct ctx c)
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

static enum verdict on_go_syscall_end(struct order *o, const struct cursor *cu, struct ctx c)
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

static enum verdict on_go_syscall_end_blocked(struct order *o, const struct cursor *cu, struct ctx c)
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

static enum verdict on_go_destroy_syscall(struct order *o, const struct cursor *cu, struct ctx c)
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
    g_end(g);
    return v;
}

/* ---- ranges ---- */

static class_id stw_class(struct order *o, uint8_t kind, str_id reason)
{
    char name[WIRE_STRING_MAX + 32];
    struct str s = dict_str(o->b->dict, reason);
    int n = snprintf(name, sizeof name, "stop-the-world (%.*s)", (int)s.n, s.p);
    return class_of(o, kind, RES_GOROUTINE, 0, 0, dict_string(o->b->dict, name, (size_t)n));
}

static enum verdict on_stw_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct order_g *g = &o->gs.v[c.g];
    if (g->stw)
        return broken(o, "STWBegin while goroutine %" PRId64 " already stops the world", g->id);
    str_id reason = generation_string(o->gen, o->b, cu->arg[0]);
    g->stw = true;
    g->stw_end = stw_class(o, EV_RANGE_END, reason);
    return put_g(o, cu, c, stw_class(o, EV_RANGE_BEGIN, reason), c.g, stack_of(o, cu->arg[1]));
}

static enum verdict on_stw_end(struct order *o, const struct cursor *cu, struct ctx c)
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

static enum verdict bad_range(struct order *o, const struct cursor *cu)
{
    return broken(o, "%s does not fit what is in flight", wire_specs[cu->type].name);
}

static enum verdict on_assist_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    if (!flip(&o->gs.v[c.g].assist, true))
        return bad_range(o, cu);
    return put_g(o, cu, c, o->fixed[C_ASSIST_BEGIN], c.g, stack_of(o, cu->arg[0]));
}

static enum verdict on_assist_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    if (!flip(&o->gs.v[c.g].assist, false))
        return bad_range(o, cu);
    return put_g(o, cu, c, o->fixed[C_ASSIST_END], c.g, 0);
}

static enum verdict on_assist_active(struct order *o, const struct cursor *cu, struct ctx c)
{
    struct order_g *g = g_live(o, (int64_t)cu->arg[0]);
    if (!g || !active(o, &g->assist))
        return bad_range(o, cu);
    return put_g(o, cu, c, o->fixed[C_ASSIST_ACTIVE], (uint32_t)(g - o->gs.v), 0);
}

static enum verdict on_sweep_begin(struct order *o, const struct cursor *cu, struct ctx c)
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

static enum verdict on_sweep_end(struct order *o, const struct cursor *cu, struct ctx c)
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

static enum verdict on_sweep_active(struct order *o, const struct cursor *cu, struct ctx c)
{
    uint32_t p = p_find(o, (int64_t)cu->arg[0]);
    if (p == NONE || !active(o, &o->ps.v[p].sweep))
        return bad_range(o, cu);
    return put_p(o, cu, c, o->fixed[C_SWEEP_ACTIVE], p);
}

/* GCActive, GCBegin and GCEnd share one sequence over threads and generations. The trace's first one sets it. */
static enum verdict on_gc(struct order *o, const struct cursor *cu, struct ctx c)
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

/* ---- what programs and the heap tell ---- */

static enum verdict on_heap_metric(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MP(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[cu->type == WIRE_HeapAlloc ? C_HEAP_ALLOC : C_HEAP_GOAL], 0, &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    return DONE;
}

static enum verdict on_label(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_LABEL], 0, &x))
        return STOPPED;
    x->s[0] = generation_string(o->gen, o->b, cu->arg[0]);
    return DONE;
}

static enum verdict on_task_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    if (map_get(&o->task_of, cu->arg[0]) != MAP_NONE)
        return broken(o, "task %" PRIu64 " begins twice", cu->arg[0]);
    NEED_MPG(c);
    struct task_state t = {.parent = cu->arg[1], .name = generation_string(o->gen, o->b, cu->arg[2])};
    uint32_t slot = o->free_tasks.n ? o->free_tasks.v[--o->free_tasks.n] : (uint32_t)o->tasks.n;
    if (slot == o->tasks.n)
        (void)vec_push(&o->tasks);
    o->tasks.v[slot] = t;
    map_put(&o->task_of, cu->arg[0], slot);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_TASK_BEGIN], stack_of(o, cu->arg[3]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    x->v[1] = t.parent;
    x->s[0] = t.name;
    return DONE;
}

/* An end may come twice, without a begin, or generations later: name and parent are kept as text and id. */
static enum verdict on_task_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct task_state t = {0};
    uint32_t slot = map_get(&o->task_of, cu->arg[0]);
    if (slot != MAP_NONE) {
        t = o->tasks.v[slot];
        map_remove(&o->task_of, cu->arg[0]);
        *vec_push(&o->free_tasks) = slot;
    }
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_TASK_END], stack_of(o, cu->arg[1]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    x->v[1] = t.parent;
    x->s[0] = t.name;
    return DONE;
}

static enum verdict put_region(struct order *o, const struct cursor *cu, struct ctx c, struct region r)
{
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[cu->type == WIRE_UserRegionBegin ? C_REGION_BEGIN : C_REGION_END], stack_of(o, cu->arg[2]), &x))
        return STOPPED;
    x->v[0] = r.task;
    x->s[0] = r.name;
    return DONE;
}

static enum verdict on_region_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct region r = {.task = cu->arg[0], .name = generation_string(o->gen, o->b, cu->arg[1])};
    struct order_g *g = &o->gs.v[c.g];
    if (!g->status)
        return broken(o, "UserRegionBegin on a goroutine that is gone");
    if (!g->regions)
        g->regions = mem_calloc(1, sizeof *g->regions);
    *vec_push(g->regions) = r;
    return put_region(o, cu, c, r);
}

/* An end with nothing open is fine (it began before the trace); one that is not the innermost is misuse. */
static enum verdict on_region_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct region r = {.task = cu->arg[0], .name = generation_string(o->gen, o->b, cu->arg[1])};
    struct order_g *g = &o->gs.v[c.g];
    if (g->regions && g->regions->n) {
        struct region *top = &g->regions->v[g->regions->n - 1];
        if (top->task != r.task || top->name != r.name)
            return broken(o, "a region of goroutine %" PRId64 " ends that is not its innermost one", g->id);
        g->regions->n--;
    }
    return put_region(o, cu, c, r);
}

static enum verdict on_log(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_LOG], stack_of(o, cu->arg[3]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    x->s[0] = generation_string(o->gen, o->b, cu->arg[1]);
    x->s[1] = generation_string(o->gen, o->b, cu->arg[2]);
    return DONE;
}

static enum verdict on_experimental(struct order *o, const struct cursor *cu, struct ctx c)
{
    if (c.m == NONE)
        return needs(o, cu, "a thread");
    const char *name = wire_specs[cu->type].name;
    struct event_ext *x;
    if (!put_ext(o, cu, c, class_of(o, EV_EXPERIMENTAL, RES_NONE, 0, 0, dict_string(o->b->dict, name, strlen(name))), 0, &x))
        return STOPPED;
    for (unsigned i = 0; i < wire_specs[cu->type].nargs; i++)
        x->v[i] = cu->arg[i];
    return DONE;
}

/* ---- the walk ---- */

typedef enum verdict handler(struct order *, const struct cursor *, struct ctx);
static handler *const handlers[256] = {
#define EVENT(n, name, nargs, stack, since, handler) [n] = handler,
#include "importers/go_trace/events.def"
#undef EVENT
};

static inline enum verdict advance(struct order *o, struct cursor *cu)
{
    struct ctx c = {.m = cu->mstate, .g = NONE, .p = NONE};
    if (cu->m == WIRE_NO_THREAD) {
        c.m = NONE;
    } else {
        c.g = o->ms.v[c.m].g;
        c.p = o->ms.v[c.m].p;
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
    o->syncs++;
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

/* Lets one event go: the least in time if it can, else the first in time order that can. */
static enum verdict step(struct order *o, struct cursor **went)
{
    struct frontier *f = &o->frontier;
    struct cursor *head = f->heap.v[0];
    enum verdict v = advance(o, head);
    *went = head;
    if (v == DONE)
        return frontier_next(f, 0, o->gen) < 0 ? broken(o, "%s", f->why) : DONE;
    if (v != WAIT)
        return v;
    frontier_sort(f);
    for (size_t i = 1; i < f->heap.n; i++) {
        struct cursor *cu = f->heap.v[i];
        v = advance(o, cu);
        *went = cu;
        if (v == DONE)
            return frontier_next(f, i, o->gen) < 0 ? broken(o, "%s", f->why) : DONE;
        if (v != WAIT)
            return v;
    }
    struct cursor *first = f->heap.v[0];
    *went = first;
    return broken(o, "no thread's next event fits what went before; the first waiting is %s on thread %" PRId64,
                  wire_specs[first->type].name, (int64_t)first->m);
}

static enum verdict walk(struct order *o, struct cursor **went)
{
    struct generation *g = o->gen;
    while (o->frontier.heap.n || o->next_sample < g->samples.n) {
        bool sample = o->next_sample < g->samples.n && (!o->frontier.heap.n || g->samples.v[o->next_sample].t < o->frontier.heap.v[0]->t);
        enum verdict v = sample ? put_sample(o, &g->samples.v[o->next_sample++]) : step(o, went);
        if (v != DONE)
            return v;
    }
    return DONE;
}

static void reset_reasons(struct order *o)
{
    memset(o->block_class.v, 0xff, 4096 * sizeof *o->block_class.v);
    memset(o->stop_class.v, 0xff, 4096 * sizeof *o->stop_class.v);
}

int order_generation(struct order *o, struct generation *g, const char **why, uint64_t *at)
{
    struct cursor *went = NULL;
    o->gen = g;
    o->next_sample = 0;
    if (!o->initial_gen)
        o->initial_gen = g->gen;
    reset_reasons(o);
    *why = o->why;
    *at = g->start;
    if (put_sync(o, generation_ns(g, g->min_time), g) == STOPPED)
        return 1;
    if (frontier_init(&o->frontier, g) < 0) {
        snprintf(o->why, sizeof o->why, "%s", o->frontier.why);
        *at = o->frontier.at;
        return -1;
    }
    for (size_t i = 0; i < o->frontier.cursors.n; i++) {
        struct cursor *cu = &o->frontier.cursors.v[i];
        cu->mstate = m_get(o, cu->m, NULL);
    }
    enum verdict v = walk(o, &went);
    if (v == STOPPED)
        return 1;
    if (v == DONE)
        return 0;
    if (went)
        *at = cursor_offset(went, g);
    return -1;
}

int order_final_sync(struct order *o)
{
    return put_sync(o, o->last_t, NULL) == STOPPED ? 1 : 0;
}

struct order *order_new(struct builder *b)
{
    struct order *o = mem_calloc(1, sizeof *o);
    o->b = b;
    o->last_t = b->last_t == NS_NONE ? 0 : b->last_t;
    for (unsigned i = 0; i < C_FIXED; i++) {
        const char *name = fixed_classes[i].name;
        o->fixed[i] = class_of(o, fixed_classes[i].kind, fixed_classes[i].resource, fixed_classes[i].from, fixed_classes[i].to,
                               name ? dict_string(b->dict, name, strlen(name)) : 0);
    }
    vec_reserve(&o->block_class, 4096);
    vec_reserve(&o->stop_class, 4096);
    return o;
}

void order_free(struct order *o)
{
    for (size_t i = 0; i < o->gs.n; i++)
        if (o->gs.v[i].regions) {
            vec_free(o->gs.v[i].regions);
            mem_free(o->gs.v[i].regions);
        }
    vec_free(&o->gs);
    vec_free(&o->ps);
    vec_free(&o->ms);
    vec_free(&o->g_direct);
    vec_free(&o->tasks);
    vec_free(&o->free_tasks);
    vec_free(&o->block_class);
    vec_free(&o->stop_class);
    map_release(&o->g_map);
    map_release(&o->p_map);
    map_release(&o->m_map);
    map_release(&o->task_of);
    frontier_release(&o->frontier);
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
