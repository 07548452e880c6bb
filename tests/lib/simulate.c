#include "tests/lib/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"

enum { MS = 6, PS = 4, NONE = -1 };

struct sim_g {
    uint8_t status; /* enum wire_gstatus, 0 ended */
    bool traced;    /* its status was told in this generation */
    bool stw, assist;
    uint64_t seq;
    int m; /* in a syscall or running: where */
    unsigned regions;
};

struct sim_p {
    uint8_t status; /* enum wire_pstatus */
    bool traced, sweep;
    uint64_t seq;
    int m; /* running or in a syscall: whose; abandoned: whose it was */
};

struct sim_m {
    int g, p;
    uint64_t skew, last;
    struct mk_batch *batch;
};

struct sim {
    struct simulation *out;
    struct mktrace *mk;
    VEC(struct sim_g) gs; /* id - 1 */
    struct sim_p ps[PS];
    struct sim_m ms[MS];
    uint64_t now, gc_seq, tasks;
    bool gc;
};

static uint64_t g_id(int g)
{
    return (uint64_t)g + 1;
}
static uint64_t m_id(int m)
{
    return 100 + (uint64_t)m;
}

/* ---- writing ---- */

static void write_event(struct sim *s, int m, unsigned type, const uint64_t *args, size_t n)
{
    struct sim_m *th = &s->ms[m];
    s->now += below(40);
    uint64_t t = s->now + th->skew;
    t = t < th->last ? th->last : t;
    if (!th->batch || !below(30))
        th->batch = mk_batch(s->mk, m_id(m), t);
    mk_event(th->batch, t, type, args, n);
    th->last = t;
}
#define EMIT(s, m, name, ...)                                                                                                              \
    write_event(s, m, WIRE_##name, (const uint64_t[]){0, ##__VA_ARGS__} + 1,                                                               \
                sizeof((const uint64_t[]){0, ##__VA_ARGS__}) / sizeof(uint64_t) - 1)

static void went(struct buf *log, char state)
{
    buf_putc(log, state);
}
static void g_went(struct sim *s, int g, uint8_t status)
{
    s->gs.v[g].status = status;
    went(&s->out->goroutines.v[g], "-rRsw"[status]);
    s->out->events++;
}
static void p_went(struct sim *s, int p, uint8_t status)
{
    s->ps[p].status = status;
    went(&s->out->procs[p], status == WIRE_P_RUNNING ? 'R' : 'i');
    s->out->events++;
}

/* ---- statuses: told before a thing first acts in a generation ---- */

static void tell_p(struct sim *s, int m, int p)
{
    struct sim_p *x = &s->ps[p];
    if (x->traced)
        return;
    /* In a syscall on another thread: about to be stolen, so told as abandoned. */
    uint8_t status = x->status == WIRE_P_SYSCALL && x->m != m ? WIRE_P_ABANDONED : x->status;
    EMIT(s, m, ProcStatus, (uint64_t)p, status);
    x->traced = true;
    x->seq = 0;
}

static void tell_g(struct sim *s, int m, int g)
{
    struct sim_g *x = &s->gs.v[g];
    if (x->traced)
        return;
    bool bound = x->status == WIRE_G_RUNNING || x->status == WIRE_G_SYSCALL;
    if (s->mk->version >= 23 && below(2))
        EMIT(s, m, GoStatusStack, g_id(g), bound ? m_id(x->m) : WIRE_NO_THREAD, x->status,
             mk_stack(s->mk, "main.status", "main.go", 1 + below(3)));
    else
        EMIT(s, m, GoStatus, g_id(g), bound ? m_id(x->m) : WIRE_NO_THREAD, x->status);
    x->traced = true;
    x->seq = 0;
}

static void tell_m(struct sim *s, int m)
{
    if (s->ms[m].p != NONE)
        tell_p(s, m, s->ms[m].p);
    if (s->ms[m].g != NONE)
        tell_g(s, m, s->ms[m].g);
}

/* ---- picking ---- */

static int pick_g(const struct sim *s, uint8_t status)
{
    for (unsigned tries = 0; s->gs.n && tries < 20; tries++) {
        int g = (int)below((uint32_t)s->gs.n);
        if (s->gs.v[g].status == status)
            return g;
    }
    return NONE;
}

static int pick_p(const struct sim *s, uint8_t status)
{
    for (unsigned tries = 0; tries < 10; tries++) {
        int p = (int)below(PS);
        if (s->ps[p].status == status)
            return p;
    }
    return NONE;
}

static int add_g(struct sim *s, uint8_t status, int m, bool first)
{
    *vec_push(&s->gs) = (struct sim_g){.status = status, .traced = !first, .m = m};
    *vec_push(&s->out->goroutines) = (struct buf){0};
    g_went(s, (int)s->gs.n - 1, status);
    return (int)s->gs.n - 1;
}

static uint64_t stack(struct sim *s)
{
    static const char *const funcs[] = {"main.a", "main.b", "net/http.(*conn).serve", "runtime.gopark"};
    return below(4) ? mk_stack(s->mk, funcs[below(4)], "main.go", 1 + below(5)) : 0;
}

/* ---- what threads do ---- */

static void start_proc(struct sim *s, int m)
{
    int p = pick_p(s, WIRE_P_IDLE);
    if (p == NONE)
        return;
    tell_m(s, m);
    tell_p(s, m, p);
    EMIT(s, m, ProcStart, (uint64_t)p, ++s->ps[p].seq);
    s->ms[m].p = p;
    s->ps[p].m = m;
    p_went(s, p, WIRE_P_RUNNING);
}

static void stop_proc(struct sim *s, int m)
{
    tell_m(s, m);
    EMIT(s, m, ProcStop);
    p_went(s, s->ms[m].p, WIRE_P_IDLE);
    s->ms[m].p = NONE;
}

static void steal_proc(struct sim *s, int m, int p)
{
    struct sim_p *x = &s->ps[p];
    bool abandoned = x->status == WIRE_P_ABANDONED;
    tell_m(s, m);
    tell_p(s, m, p);
    EMIT(s, m, ProcSteal, (uint64_t)p, ++x->seq, m_id(x->m));
    if (abandoned) {
        x->status = WIRE_P_IDLE;
        return;
    }
    s->ms[x->m].p = NONE;
    p_went(s, p, WIRE_P_IDLE);
}

static void start_g(struct sim *s, int m)
{
    int g = pick_g(s, WIRE_G_RUNNABLE);
    if (g == NONE)
        return;
    tell_m(s, m);
    tell_g(s, m, g);
    EMIT(s, m, GoStart, g_id(g), ++s->gs.v[g].seq);
    s->ms[m].g = g;
    s->gs.v[g].m = m;
    g_went(s, g, WIRE_G_RUNNING);
}

static void unblock(struct sim *s, int m)
{
    int g = pick_g(s, WIRE_G_WAITING);
    if (g == NONE)
        return;
    tell_m(s, m);
    tell_g(s, m, g);
    EMIT(s, m, GoUnblock, g_id(g), ++s->gs.v[g].seq, stack(s));
    g_went(s, g, WIRE_G_RUNNABLE);
}

static void create(struct sim *s, int m)
{
    bool blocked = s->mk->version >= 23 && !below(3);
    tell_m(s, m);
    int g = add_g(s, blocked ? WIRE_G_WAITING : WIRE_G_RUNNABLE, NONE, false);
    if (blocked)
        EMIT(s, m, GoCreateBlocked, g_id(g), stack(s), stack(s));
    else
        EMIT(s, m, GoCreate, g_id(g), stack(s), stack(s));
}

static void leave(struct sim *s, int m)
{
    static const char *const reasons[] = {"select", "chan receive", "sync", "sleep", "network"};
    int g = s->ms[m].g;
    unsigned how = below(5);
    tell_m(s, m);
    s->ms[m].g = NONE;
    if (how == 0) {
        EMIT(s, m, GoDestroy);
        g_went(s, g, 0);
    } else if (how == 1) {
        EMIT(s, m, GoStop, mk_string(s->mk, "preempted"), stack(s));
        g_went(s, g, WIRE_G_RUNNABLE);
    } else {
        EMIT(s, m, GoBlock, mk_string(s->mk, reasons[below(5)]), stack(s));
        g_went(s, g, WIRE_G_WAITING);
    }
}

static void switch_g(struct sim *s, int m)
{
    int g = s->ms[m].g, next = pick_g(s, WIRE_G_WAITING);
    if (next == NONE || s->mk->version < 23)
        return;
    tell_m(s, m);
    tell_g(s, m, next);
    bool destroy = below(2);
    if (destroy)
        EMIT(s, m, GoSwitchDestroy, g_id(next), ++s->gs.v[next].seq);
    else
        EMIT(s, m, GoSwitch, g_id(next), ++s->gs.v[next].seq);
    g_went(s, next, WIRE_G_RUNNABLE);
    g_went(s, g, destroy ? 0 : WIRE_G_WAITING);
    g_went(s, next, WIRE_G_RUNNING);
    s->ms[m].g = next;
    s->gs.v[next].m = m;
}

static void enter_syscall(struct sim *s, int m)
{
    int p = s->ms[m].p;
    tell_m(s, m);
    EMIT(s, m, GoSyscallBegin, ++s->ps[p].seq, stack(s));
    s->ps[p].status = WIRE_P_SYSCALL;
    g_went(s, s->ms[m].g, WIRE_G_SYSCALL);
}

/* The thread of a goroutine in a syscall: with its proc, or without, or with another. */
static void in_syscall(struct sim *s, int m)
{
    int p = s->ms[m].p, g = s->ms[m].g;
    bool held = p != NONE && s->ps[p].status == WIRE_P_SYSCALL;
    unsigned how = below(8);
    if (held && how < 4) {
        tell_m(s, m);
        EMIT(s, m, GoSyscallEnd);
        s->ps[p].status = WIRE_P_RUNNING;
        g_went(s, g, WIRE_G_RUNNING);
    } else if (how == 4 && p == NONE) {
        start_proc(s, m);
    } else if (how == 5 && held) {
        stop_proc(s, m);
    } else if (how == 6 && (p == NONE || held)) { /* C code's goroutine goes; its proc stays behind */
        tell_m(s, m);
        EMIT(s, m, GoDestroySyscall);
        if (held) {
            p_went(s, p, WIRE_P_ABANDONED);
            s->ms[m].p = NONE;
        }
        g_went(s, g, 0);
        s->ms[m].g = NONE;
    } else if (!held) {
        tell_m(s, m);
        EMIT(s, m, GoSyscallEndBlocked);
        g_went(s, g, WIRE_G_RUNNABLE);
        s->ms[m].g = NONE;
    }
}

/* Ranges, tasks, regions, logs, metrics: what a running goroutine does besides. */
static void say(struct sim *s, int m)
{
    struct sim_g *g = &s->gs.v[s->ms[m].g];
    struct sim_p *p = &s->ps[s->ms[m].p];
    tell_m(s, m);
    g = &s->gs.v[s->ms[m].g];
    switch (below(10)) {
    case 0:
        if (s->gc)
            EMIT(s, m, GCEnd, ++s->gc_seq);
        else
            EMIT(s, m, GCBegin, ++s->gc_seq, stack(s));
        s->gc = !s->gc;
        break;
    case 1:
        if (g->assist)
            EMIT(s, m, GCMarkAssistEnd);
        else
            EMIT(s, m, GCMarkAssistBegin, stack(s));
        g->assist = !g->assist;
        break;
    case 2:
        if (p->sweep)
            EMIT(s, m, GCSweepEnd, below(1000), below(1000));
        else
            EMIT(s, m, GCSweepBegin, stack(s));
        p->sweep = !p->sweep;
        break;
    case 3: EMIT(s, m, UserTaskBegin, ++s->tasks, below(2) ? s->tasks - 1 : 0, mk_string(s->mk, "task"), stack(s)); break;
    case 4: EMIT(s, m, UserTaskEnd, 1 + below((uint32_t)s->tasks + 1), stack(s)); break;
    case 5:
        EMIT(s, m, UserRegionBegin, 1, mk_string(s->mk, "region"), stack(s));
        g->regions++;
        break;
    case 6:
        EMIT(s, m, UserRegionEnd, 1, mk_string(s->mk, "region"), stack(s));
        g->regions -= g->regions > 0;
        break;
    case 7: EMIT(s, m, UserLog, below(5), mk_string(s->mk, "key"), mk_string(s->mk, "value"), stack(s)); break;
    case 8: EMIT(s, m, HeapAlloc, rnd() >> 30); break;
    default:
        mk_sample(s->mk, s->now + below(100), m_id(m), (uint64_t)s->ms[m].p, g_id(s->ms[m].g), mk_stack(s->mk, "main.hot", "main.go", 1));
        break;
    }
    s->out->events++;
}

static void act(struct sim *s)
{
    int m = (int)below(MS), p = s->ms[m].p, g = s->ms[m].g;
    if (g != NONE && s->gs.v[g].status == WIRE_G_SYSCALL) {
        in_syscall(s, m);
    } else if (g != NONE) {
        static void (*const doing[])(struct sim *, int) = {create,  leave, leave, switch_g, enter_syscall, enter_syscall, unblock,
                                                           unblock, say,   say,   say};
        doing[below(sizeof doing / sizeof *doing)](s, m);
    } else if (p != NONE) {
        static void (*const doing[])(struct sim *, int) = {start_g, start_g, start_g, start_g, unblock, stop_proc, create};
        doing[below(sizeof doing / sizeof *doing)](s, m);
    } else if (!below(12)) { /* C code calls into Go */
        tell_m(s, m);
        int new = add_g(s, WIRE_G_SYSCALL, m, false);
        EMIT(s, m, GoCreateSyscall, g_id(new));
        s->ms[m].g = new;
    } else if (below(2)) {
        start_proc(s, m);
    }
    int victim = pick_p(s, below(2) ? WIRE_P_SYSCALL : WIRE_P_ABANDONED);
    if (victim != NONE && !below(3))
        steal_proc(s, (int)below(MS), victim);
}

/* ---- generations ---- */

/* Whatever has not been told by the end of a generation is told now, as the runtime does. */
static void tell_all(struct sim *s)
{
    for (int p = 0; p < PS; p++) {
        struct sim_p *x = &s->ps[p];
        if (x->traced)
            continue;
        int m = x->status == WIRE_P_RUNNING ? x->m : 0;
        tell_m(s, m);
        if (x->status == WIRE_P_SYSCALL && x->m != m)
            steal_proc(s, m, p);
        else
            tell_p(s, m, p);
    }
    for (int g = 0; g < (int)s->gs.n; g++) {
        struct sim_g *x = &s->gs.v[g];
        if (!x->status || x->traced)
            continue;
        int m = x->status == WIRE_G_RUNNING ? x->m : 0;
        tell_m(s, m);
        tell_g(s, m, g);
    }
}

static void begin_generation(struct sim *s, uint64_t gen)
{
    mk_generation(s->mk, gen);
    for (int m = 0; m < MS; m++)
        s->ms[m].batch = NULL;
    for (int p = 0; p < PS; p++)
        s->ps[p].traced = false;
    for (size_t g = 0; g < s->gs.n; g++)
        s->gs.v[g].traced = false;
}

static void init(struct sim *s, int version, unsigned skew)
{
    s->mk = s->out->mk = mk_new(version);
    s->mk->sec = 1795324103;
    s->now = 1000;
    for (int m = 0; m < MS; m++)
        s->ms[m] = (struct sim_m){.g = NONE, .p = NONE, .skew = skew ? below(skew) : 0};
    for (int p = 0; p < PS; p++)
        p_went(s, p, WIRE_P_IDLE);
    for (int g = 0; g < 5; g++)
        add_g(s, below(2) ? WIRE_G_WAITING : WIRE_G_RUNNABLE, NONE, true);
    s->ms[1].p = 1;
    s->ps[1].m = 1;
    s->out->procs[1].n = 0;
    p_went(s, 1, WIRE_P_RUNNING);
    s->ms[1].g = add_g(s, WIRE_G_RUNNING, 1, true);
    s->ms[2].g = add_g(s, WIRE_G_SYSCALL, 2, true);
}

/* Which collection is the first can only be told by time, so it begins before anything else happens. */
static void begin_gc(struct sim *s)
{
    s->ms[1].skew = 0;
    tell_m(s, 1);
    if (below(2))
        EMIT(s, 1, GCActive, ++s->gc_seq);
    else
        EMIT(s, 1, GCBegin, ++s->gc_seq, stack(s));
    s->gc = true;
}

void simulate(struct simulation *out, int version, unsigned generations, unsigned steps, unsigned skew)
{
    struct sim s = {.out = out};
    *out = (struct simulation){0};
    init(&s, version, skew);
    for (unsigned gen = 1; gen <= generations; gen++) {
        begin_generation(&s, gen);
        if (gen == 1)
            begin_gc(&s);
        for (unsigned i = 0; i < steps; i++)
            act(&s);
        tell_all(&s);
        mk_end(s.mk);
    }
    vec_free(&s.gs);
}

void simulation_release(struct simulation *s)
{
    mk_free(s->mk);
    for (size_t i = 0; i < s->goroutines.n; i++)
        buf_release(&s->goroutines.v[i]);
    vec_free(&s->goroutines);
    for (size_t i = 0; i < 4; i++)
        buf_release(&s->procs[i]);
}
