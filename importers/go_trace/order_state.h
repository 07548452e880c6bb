/* What ordering knows of goroutines, procs, threads, GC and tasks, and how its handlers speak of it: private to order.c,
 * order_state.c and the on_*.c files with the handlers, one for each event of events.def.
 */
#ifndef IMPORTERS_GO_TRACE_ORDER_STATE_H
#define IMPORTERS_GO_TRACE_ORDER_STATE_H

#include "importers/go_trace/frontier.h"
#include "importers/go_trace/order.h"
#include "importers/go_trace/wire.h"

/* What a handler answers: not yet; it went; it cannot be; the import is to stop. */
enum verdict { WAIT, DONE, BROKEN, STOPPED };

#define NONE UINT32_MAX /* no goroutine / no proc / no thread */

struct region {
    uint64_t task;
    str_id name;
};

struct order_g {
    int64_t id;
    gidx idx;
    uint8_t status;   /* enum wire_gstatus; 0: not there (any more) */
    bool assist;      /* a mark assist is in flight */
    bool stw;         /* a stop-the-world is in flight */
    class_id stw_end; /* class of its end */
    uint64_t seq_gen, seq;
    VEC(struct region) * regions; /* owned; NULL until the first one */
};

struct order_p {
    int64_t id;
    uint32_t idx;
    uint32_t m;     /* the last thread it was bound to: where to look first for its holder */
    uint8_t status; /* enum wire_pstatus */
    bool sweep;
    uint64_t seq_gen, seq;
};

struct order_m {
    uint64_t id;
    uint16_t idx; /* EV_NO_MP for the batches of no thread */
    bool seen;    /* an event of it was tried, or a status named it */
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

/* Classes that never change. CLASS(id, kind, resource, from, to, name) */
#define FIXED_CLASSES(X)                                                                                                                   \
    X(SYNC, EV_SYNC, RES_NONE, 0, 0, "")                                                                                                   \
    X(SAMPLE, EV_STACK_SAMPLE, RES_NONE, 0, 0, "")                                                                                         \
    X(PROCS, EV_METRIC, RES_NONE, 0, 0, "/sched/gomaxprocs:threads")                                                                       \
    X(HEAP_ALLOC, EV_METRIC, RES_NONE, 0, 0, "/memory/classes/heap/objects:bytes")                                                         \
    X(HEAP_GOAL, EV_METRIC, RES_NONE, 0, 0, "/gc/heap/goal:bytes")                                                                         \
    X(LABEL, EV_LABEL, RES_GOROUTINE, 0, 0, "")                                                                                            \
    X(TASK_BEGIN, EV_TASK_BEGIN, RES_NONE, 0, 0, "")                                                                                       \
    X(TASK_END, EV_TASK_END, RES_NONE, 0, 0, "")                                                                                           \
    X(REGION_BEGIN, EV_REGION_BEGIN, RES_NONE, 0, 0, "")                                                                                   \
    X(REGION_END, EV_REGION_END, RES_NONE, 0, 0, "")                                                                                       \
    X(LOG, EV_LOG, RES_NONE, 0, 0, "")                                                                                                     \
    X(CREATE, EV_STATE_TRANSITION, RES_GOROUTINE, G_NOTEXIST, G_RUNNABLE, "")                                                              \
    X(CREATE_BLOCKED, EV_STATE_TRANSITION, RES_GOROUTINE, G_NOTEXIST, G_WAITING, "")                                                       \
    X(CREATE_SYSCALL, EV_STATE_TRANSITION, RES_GOROUTINE, G_NOTEXIST, G_SYSCALL, "")                                                       \
    X(START, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNABLE, G_RUNNING, "")                                                                \
    X(DESTROY, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, G_NOTEXIST, "")                                                              \
    X(DESTROY_SYSCALL, EV_STATE_TRANSITION, RES_GOROUTINE, G_SYSCALL, G_NOTEXIST, "")                                                      \
    X(UNBLOCK, EV_STATE_TRANSITION, RES_GOROUTINE, G_WAITING, G_RUNNABLE, "")                                                              \
    X(SYSCALL, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, G_SYSCALL, "")                                                               \
    X(SYSCALL_END, EV_STATE_TRANSITION, RES_GOROUTINE, G_SYSCALL, G_RUNNING, "")                                                           \
    X(SYSCALL_END_BLOCKED, EV_STATE_TRANSITION, RES_GOROUTINE, G_SYSCALL, G_RUNNABLE, "")                                                  \
    X(BLOCK_BARE, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, G_WAITING, "")                                                            \
    X(P_START, EV_STATE_TRANSITION, RES_PROC, P_IDLE, P_RUNNING, "")                                                                       \
    X(P_STOP, EV_STATE_TRANSITION, RES_PROC, P_RUNNING, P_IDLE, "")                                                                        \
    X(P_STEAL, EV_STATE_TRANSITION, RES_PROC, P_RUNNING, P_IDLE, "")                                                                       \
    X(P_STEAL_ABANDONED, EV_STATE_TRANSITION, RES_PROC, P_IDLE, P_IDLE, "")                                                                \
    X(GC_ACTIVE, EV_RANGE_ACTIVE, RES_NONE, 0, 0, "GC concurrent mark phase")                                                              \
    X(GC_BEGIN, EV_RANGE_BEGIN, RES_NONE, 0, 0, "GC concurrent mark phase")                                                                \
    X(GC_END, EV_RANGE_END, RES_NONE, 0, 0, "GC concurrent mark phase")                                                                    \
    X(SWEEP_ACTIVE, EV_RANGE_ACTIVE, RES_PROC, 0, 0, "GC incremental sweep")                                                               \
    X(SWEEP_BEGIN, EV_RANGE_BEGIN, RES_PROC, 0, 0, "GC incremental sweep")                                                                 \
    X(SWEEP_END, EV_RANGE_END, RES_PROC, 0, 0, "GC incremental sweep")                                                                     \
    X(ASSIST_ACTIVE, EV_RANGE_ACTIVE, RES_GOROUTINE, 0, 0, "GC mark assist")                                                               \
    X(ASSIST_BEGIN, EV_RANGE_BEGIN, RES_GOROUTINE, 0, 0, "GC mark assist")                                                                 \
    X(ASSIST_END, EV_RANGE_END, RES_GOROUTINE, 0, 0, "GC mark assist")
enum fixed_class {
#define X(id, kind, resource, from, to, name) C_##id,
    FIXED_CLASSES(X)
#undef X
        C_FIXED
};

enum { REASONS = 4096 }; /* string ids below this have their block and stop classes remembered */
#define CLASS_UNSET 0xffffu

struct order {
    struct builder *b;
    struct generation *gen; /* the one being ordered */
    uint64_t initial_gen;   /* 0: the next one is the first, so states begin undetermined */
    ns_t last_t;
    VEC(struct order_g) gs;
    VEC(struct order_p) ps;
    VEC(struct order_m) ms;
    VEC(uint32_t) ended, free_gs; /* slots of gs: ended in this generation; free for others */
    VEC(uint32_t) g_direct;       /* goroutine id -> index + 1 where ids are dense; 0 unknown */
    struct map g_map, p_map, m_map;
    enum { GC_UNDETERMINED, GC_OFF, GC_ON } gc;
    uint64_t gc_seq;
    bool started_in_gc;
    struct map task_of; /* active task id -> index into tasks */
    VEC(struct task_state) tasks;
    VEC(uint32_t) free_tasks;
    class_id fixed[C_FIXED];
    class_id block_class[REASONS], stop_class[REASONS]; /* by the generation's string id; CLASS_UNSET */
    struct frontier frontier;
    size_t next_sample;
    uint64_t patience; /* tries of waiting events that are left */
    uint64_t counts[256];
    bool unknown_event; /* what broke it is an event of a newer Go */
    char why[200];
};

/* ---- order_state.c ---- */

/* Begins (or begins anew) the life of a goroutine; returns its index. Pointers into gs end here. */
uint32_t g_begin(struct order *o, int64_t id, uint8_t status);
void g_end(struct order *o, uint32_t g);
uint32_t p_add(struct order *o, int64_t id);
/* Finds or adds. Pointers into ms end here. */
uint32_t m_get(struct order *o, uint64_t id);
/* The slots of ended goroutines that no thread still names are free again; ids of strings have changed. */
void state_begin_generation(struct order *o);
/* Forgets all states: the next generation is as a first one. */
void state_reset(struct order *o);
void state_release(struct order *o);

class_id class_of(struct order *o, uint8_t kind, uint8_t resource, uint8_t from, uint8_t to, str_id name);
/* The class of a block or stop by the generation's reason string, remembered per generation. */
class_id reason_class(struct order *o, bool block, uint64_t reason);
/* What broke the order; returns BROKEN. */
enum verdict broken(struct order *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
enum verdict needs(struct order *o, const struct cursor *cu, const char *what);
/* An event with side data; *x is zeroed. NULL: stop. */
struct event *put_ext(struct order *o, const struct cursor *cu, struct ctx c, class_id class, stack_id stack, struct event_ext **x);

/* ---- identities ---- */

static inline uint32_t g_find(const struct order *o, int64_t id)
{
    if ((uint64_t)id < o->g_direct.n && o->g_direct.v[id])
        return o->g_direct.v[id] - 1;
    return map_get(&o->g_map, (uint64_t)id);
}

static inline uint32_t p_find(const struct order *o, int64_t id)
{
    return map_get(&o->p_map, (uint64_t)id);
}

static inline struct order_m *m_of(struct order *o, struct ctx c)
{
    return &o->ms.v[c.m];
}

static inline void m_take_p(struct order *o, struct ctx c, uint32_t p)
{
    o->ms.v[c.m].p = p;
    o->ps.v[p].m = c.m;
}

/* ---- emitting ---- */

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

static inline enum verdict put_p(struct order *o, const struct cursor *cu, struct ctx c, class_id class, uint32_t p)
{
    struct event *e = put(o, cu->t, c, class);
    if (!e)
        return STOPPED;
    e->res = o->ps.v[p].idx;
    return DONE;
}

static inline stack_id stack_of(struct order *o, uint64_t id)
{
    return generation_stack(o->gen, o->b, id);
}

/* ---- what an event needs ---- */

#define NEED_MPG(c)                                                                                                                        \
    if ((c).m == NONE || (c).p == NONE || (c).g == NONE)                                                                                   \
    return needs(o, cu, "a thread, a proc and a goroutine")
#define NEED_MP(c)                                                                                                                         \
    if ((c).m == NONE || (c).p == NONE)                                                                                                    \
    return needs(o, cu, "a thread and a proc")

/* Does (gen of this event, n) come right after what the owner saw last? */
static inline bool seq_next(const struct order *o, uint64_t n, uint64_t seq_gen, uint64_t seq)
{
    return seq_gen == o->gen->gen && n == seq + 1;
}

/* ---- the handlers ---- */

typedef enum verdict order_handler(struct order *, const struct cursor *, struct ctx);
order_handler on_procs_change, on_proc_start, on_proc_stop, on_proc_steal, on_proc_status;
order_handler on_go_create, on_go_create_syscall, on_go_start, on_go_stop_exec, on_go_destroy_syscall, on_go_unblock, on_go_switch;
order_handler on_go_syscall_begin, on_go_syscall_end, on_go_syscall_end_blocked, on_go_status;
order_handler on_stw_begin, on_stw_end, on_assist_begin, on_assist_end, on_assist_active, on_sweep_begin, on_sweep_end, on_sweep_active,
    on_gc;
order_handler on_heap_metric, on_label, on_task_begin, on_task_end, on_region_begin, on_region_end, on_log, on_experimental;

#endif
