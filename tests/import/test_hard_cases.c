/* Traces that are hard to order or hard to believe, one small one for each rule. A line of the expected text is an event:
 * time, thread, proc, goroutine, and what happened; "?" is undetermined, "none" does not exist. Sync events are left out.
 *
 * test-timeout: 180
 *
 * MKTRACE_DUMP=FOLDER writes each trace and our listing there, to be compared with what Go's reader makes of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/event_text.h"
#include "tests/lib/mktrace.h"
#include "tests/lib/reading.h"

static const char *current; /* name of the case */

/* ---- saying what came out ---- */

struct listing {
    struct buf brief, full;
    uint64_t syncs;
};

static void put_id(struct buf *out, char kind, bool none, int64_t id)
{
    if (none)
        buf_printf(out, " %c-", kind);
    else
        buf_printf(out, " %c%" PRId64, kind, id);
}

static const char *state(const struct event_class *c, uint8_t s)
{
    static const char *const g[] = {"?", "none", "runnable", "running", "waiting", "syscall"}, *const p[] = {"?", "none", "running",
                                                                                                             "idle"};
    return c->resource == RES_PROC ? p[s] : g[s];
}

static void put_text(struct buf *out, const struct dict *d, str_id id)
{
    struct str s = dict_str(d, id);
    buf_puts(out, " '");
    buf_put(out, s.p, s.n);
    buf_puts(out, "'");
}

static void put_transition(struct buf *out, const struct dict *d, const struct event *e, const struct event_class *c)
{
    bool p = c->resource == RES_PROC;
    put_id(out, p ? 'P' : 'G', false, p ? *paged_at(&d->p_ids, e->res) : *paged_at(&d->g_ids, e->res));
    buf_printf(out, ":%s>%s", state(c, c->from), state(c, c->to));
    if (c->name)
        put_text(out, d, c->name);
}

static void put_rest(struct buf *out, const struct dict *d, const struct event *e, const struct event_ext *x, const struct event_class *c)
{
    buf_printf(out, " %s", event_kind_names[c->kind]);
    if (c->name)
        put_text(out, d, c->name);
    uint32_t scope = x ? x->res : e->res;
    if (c->kind == EV_RANGE_BEGIN || c->kind == EV_RANGE_END || c->kind == EV_RANGE_ACTIVE) {
        if (c->resource != RES_NONE)
            put_id(out, c->resource == RES_PROC ? 'P' : 'G', false,
                   c->resource == RES_PROC ? *paged_at(&d->p_ids, scope) : *paged_at(&d->g_ids, scope));
        if (x)
            buf_printf(out, " %" PRIu64 "/%" PRIu64, x->v[0], x->v[1]);
        return;
    }
    if (c->kind == EV_STACK_SAMPLE)
        return;
    buf_printf(out, " %" PRIu64, x->v[0]);
    if (c->kind == EV_TASK_BEGIN || c->kind == EV_TASK_END)
        buf_printf(out, " in %" PRIu64, x->v[1]);
    for (unsigned i = 0; i < 2; i++)
        if (x->s[i])
            put_text(out, d, x->s[i]);
}

static void list(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x)
{
    struct listing *l = ctx;
    const struct dict *d = t->dict;
    const struct event_class *c = &d->classes[e->class];
    l->syncs += c->kind == EV_SYNC;
    event_text(&l->full, d, e, x, l->syncs);
    if (c->kind == EV_SYNC)
        return;
    buf_printf(&l->brief, "%" PRId64, e->t);
    put_id(&l->brief, 'm', e->m == EV_NO_MP, e->m == EV_NO_MP ? 0 : (int64_t)*paged_at(&d->m_ids, e->m));
    put_id(&l->brief, 'p', e->p == EV_NO_MP, e->p == EV_NO_MP ? 0 : *paged_at(&d->p_ids, e->p));
    put_id(&l->brief, 'g', e->g == IDX_NONE, e->g == IDX_NONE ? 0 : *paged_at(&d->g_ids, e->g));
    if (c->kind == EV_STATE_TRANSITION)
        put_transition(&l->brief, d, e, c);
    else
        put_rest(&l->brief, d, e, x, c);
    buf_putc(&l->brief, '\n');
}

static void dump(const char *suffix, const void *p, size_t n)
{
    char path[512];
    if (!getenv("MKTRACE_DUMP"))
        return;
    snprintf(path, sizeof path, "%s/%s.%s", getenv("MKTRACE_DUMP"), current, suffix);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
        abort();
}

static bool noted(const struct reading *r, const char *what)
{
    for (unsigned i = 0; i < NOTE_COUNT; i++)
        if (r->info.notes[i].count && (!strcmp(note_specs[i].name, what) || strstr(r->info.notes[i].first, what)))
            return true;
    return r->rc < 0 && strstr(r->e.what, what);
}

static void print_notes(const struct reading *r)
{
    if (r->rc < 0)
        printf("  error: %s; %s; %s\n", r->e.what, r->e.where, r->e.hint);
    for (unsigned i = 0; i < NOTE_COUNT; i++)
        if (r->info.notes[i].count)
            printf("  note %s: %s\n", note_specs[i].name, r->info.notes[i].first);
}

/* Frees mk. loss: part of a note or error that must be there; NULL: nothing may be lost. */
static void expect(struct mktrace *mk, const char *loss, const char *lines)
{
    struct listing l = {0};
    struct reading *r = calloc(1, sizeof *r);
    reading_bytes(r, mk->out.p, mk->out.n, false, list, &l);
    CHECK(!r->tally.wrong[0], "%s: %s", current, r->tally.wrong);
    CHECK(!strcmp(buf_str(&l.brief), lines), "%s\n%s-- expected:\n%s", current, buf_str(&l.brief), lines);
    if (!loss)
        CHECK(r->rc == 0 && reading_losses(r) == 0 && r->info.complete && r->info.dropped_from_byte == -1, "%s: something was lost",
              current);
    else
        CHECK(noted(r, loss) && (r->rc < 0 || !r->info.complete), "%s: nobody says \"%s\"", current, loss);
    if (check_failures)
        print_notes(r);
    dump("trace", mk->out.p, mk->out.n);
    dump(loss ? "broken" : "ours", l.full.p, l.full.n);
    reading_release(r);
    free(r);
    buf_release(&l.brief);
    buf_release(&l.full);
    mk_free(mk);
}

/* ---- pieces ---- */

/* Thread m runs goroutine g on proc p since time t. */
static struct mk_batch *running(struct mktrace *mk, uint64_t m, uint64_t t, uint64_t p, uint64_t g)
{
    struct mk_batch *b = mk_batch(mk, m, t);
    MK(b, t + 1, ProcStatus, p, WIRE_P_RUNNING);
    MK(b, t + 2, GoStatus, g, m, WIRE_G_RUNNING);
    return b;
}
#define RUNNING_1 "11 m1 p- g- P0:?>running\n12 m1 p0 g- G1:?>running\n"

static struct mktrace *begin(int version)
{
    struct mktrace *mk = mk_new(version);
    mk_generation(mk, 1);
    return mk;
}

/* ---- waiting ---- */

/* The proc's status comes on another thread and with a later time: the start waits for it. */
static void proc_start_waits_for_status(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcStart, 5, 1);
    struct mk_batch *a = running(mk, 1, 20, 0, 1);
    MK(a, 23, ProcStatus, 5, WIRE_P_IDLE);
    mk_end(mk);
    expect(mk, NULL, "21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n23 m1 p0 g1 P5:?>idle\n24 m2 p- g- P5:idle>running\n");
}

/* Two threads start one proc in turn: the sequence decides, whatever the clocks say. */
static void proc_start_waits_for_its_turn(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, ProcStatus, 0, WIRE_P_IDLE);
    MK(a, 40, ProcStart, 0, 1);
    MK(a, 41, ProcStop);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 12, ProcStart, 0, 2);
    mk_end(mk);
    expect(mk, NULL, "11 m1 p- g- P0:?>idle\n40 m1 p- g- P0:idle>running\n41 m1 p0 g- P0:running>idle\n42 m2 p- g- P0:idle>running\n");
}

/* A thread that still holds a proc (its steal has not been seen) cannot start another one. */
static void proc_start_waits_until_own_proc_is_stolen(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 14, ProcStart, 1, 1);
    MK(a, 15, GoSyscallEndBlocked);
    struct mk_batch *b = mk_batch(mk, 2, 20);
    MK(b, 21, ProcStatus, 1, WIRE_P_IDLE);
    MK(b, 22, ProcSteal, 0, 2, 1);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n21 m2 p- g- P1:?>idle\n22 m2 p- g- P0:running>idle\n23 m1 p- g1 P1:idle>running\n"
                     "24 m1 p1 g1 G1:syscall>runnable\n");
}

static void proc_steal_waits_for_the_syscall(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcSteal, 0, 2, 1);
    struct mk_batch *a = running(mk, 1, 20, 0, 1);
    MK(a, 23, GoSyscallBegin, 1, 0);
    MK(a, 24, GoSyscallEndBlocked);
    mk_end(mk);
    expect(mk, NULL,
           "21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n23 m1 p0 g1 G1:running>syscall\n24 m2 p- g- P0:running>idle\n"
           "25 m1 p- g1 G1:syscall>runnable\n");
}

/* A thread steals its own proc: as a stop. */
static void proc_steal_from_oneself(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 14, ProcSteal, 0, 2, 1);
    MK(a, 15, GoSyscallEndBlocked);
    mk_end(mk);
    expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n14 m1 p0 g1 P0:running>idle\n15 m1 p- g1 G1:syscall>runnable\n");
}

/* Which of two syscalls lost the proc: the proc's sequence in GoSyscallBegin says. */
static void proc_steal_finds_the_right_syscall(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 14, GoSyscallEnd);
    MK(a, 15, GoSyscallBegin, 2, 0);
    MK(a, 16, GoSyscallEndBlocked);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 13, ProcSteal, 0, 3, 1);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n14 m1 p0 g1 G1:syscall>running\n15 m1 p0 g1 G1:running>syscall\n"
                     "16 m2 p- g- P0:running>idle\n17 m1 p- g1 G1:syscall>runnable\n");
}

/* A goroutine that C code called into ends and leaves its proc behind; the thread's id is then another thread's. The steal of
 * the abandoned proc must leave that one alone. */
static void abandoned_proc_and_reused_thread_id(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, GoCreateSyscall, 4);
    MK(a, 12, ProcStatus, 0, WIRE_P_IDLE);
    MK(a, 13, ProcStart, 0, 1);
    MK(a, 14, GoSyscallEndBlocked);
    MK(a, 15, GoStart, 4, 1);
    MK(a, 16, GoSyscallBegin, 2, 0);
    MK(a, 17, GoDestroySyscall);
    MK(a, 18, GoCreateSyscall, 5);
    struct mk_batch *b = mk_batch(mk, 2, 20);
    MK(b, 21, ProcSteal, 0, 3, 1);
    MK(b, 22, ProcStart, 0, 4);
    mk_end(mk);
    expect(mk, NULL,
           "11 m1 p- g- G4:none>syscall\n12 m1 p- g4 P0:?>idle\n13 m1 p- g4 P0:idle>running\n14 m1 p0 g4 G4:syscall>runnable\n"
           "15 m1 p0 g- G4:runnable>running\n16 m1 p0 g4 G4:running>syscall\n17 m1 p0 g4 P0:running>idle\n18 m1 p0 g4 G4:syscall>none\n"
           "19 m1 p- g- G5:none>syscall\n21 m2 p- g- P0:idle>idle\n22 m2 p- g- P0:idle>running\n");
}

static void go_start_waits_for_the_creation(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcStatus, 1, WIRE_P_RUNNING);
    MK(b, 12, GoStart, 7, 1);
    struct mk_batch *a = running(mk, 1, 20, 0, 1);
    MK(a, 23, GoCreate, 7, 0, 0);
    mk_end(mk);
    expect(mk, NULL,
           "11 m2 p- g- P1:?>running\n21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n23 m1 p0 g1 G7:none>runnable\n"
           "24 m2 p1 g- G7:runnable>running\n");
}

static void go_unblock_waits_for_the_block(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *b = running(mk, 2, 10, 1, 2);
    MK(b, 13, GoUnblock, 1, 1, mk_stack(mk, "main.wake", "main.go", 3));
    struct mk_batch *a = running(mk, 1, 20, 0, 1);
    MK(a, 23, GoBlock, mk_string(mk, "select"), mk_stack(mk, "main.wait", "main.go", 9));
    MK(a, 24, GoStart, 1, 2);
    mk_end(mk);
    expect(mk, NULL,
           "11 m2 p- g- P1:?>running\n12 m2 p1 g- G2:?>running\n21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n"
           "23 m1 p0 g1 G1:running>waiting 'select'\n24 m2 p1 g2 G1:waiting>runnable\n25 m1 p0 g- G1:runnable>running\n");
}

/* Nobody on a thread without proc or goroutine (sysmon, the network poller) wakes one too. */
static void go_unblock_by_nobody(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, GoStatus, 3, WIRE_NO_THREAD, WIRE_G_WAITING);
    MK(a, 12, GoUnblock, 3, 1, 0);
    mk_end(mk);
    expect(mk, NULL, "11 m1 p- g- G3:?>waiting\n12 m1 p- g- G3:waiting>runnable\n");
}

/* A coroutine switch: the next one wakes, the current one blocks, the next one runs. It waits until the next one blocked. */
static void go_switch_is_three_events_and_waits(void)
{
    struct mktrace *mk = begin(23);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSwitch, 2, 1);
    struct mk_batch *b = running(mk, 2, 20, 1, 2);
    MK(b, 23, GoBlock, mk_string(mk, "coroutine"), 0);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "21 m2 p- g- P1:?>running\n22 m2 p1 g- G2:?>running\n23 m2 p1 g2 G2:running>waiting 'coroutine'\n"
                     "24 m1 p0 g1 G2:waiting>runnable\n25 m1 p0 g1 G1:running>waiting\n26 m1 p0 g- G2:runnable>running\n");
}

static void go_switch_destroy_ends_the_current_one(void)
{
    struct mktrace *mk = begin(23);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoCreateBlocked, 2, 0, 0);
    MK(a, 14, GoSwitchDestroy, 2, 1);
    MK(a, 20, GoDestroy);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 G2:none>waiting\n14 m1 p0 g1 G2:waiting>runnable\n15 m1 p0 g1 G1:running>none\n"
                     "16 m1 p0 g- G2:runnable>running\n20 m1 p0 g2 G2:running>none\n");
}

/* ---- the collector ---- */

/* Begin and end of a cycle lie on threads whose clocks disagree: the end of the first waits for its begin, not the second. */
static void gc_sequence_over_threads(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 30, GCBegin, 1, 0);
    MK(a, 50, GCBegin, 3, 0);
    struct mk_batch *b = running(mk, 2, 10, 1, 2);
    MK(b, 20, GCEnd, 2);
    MK(b, 21, GCEnd, 4);
    mk_end(mk);
    expect(mk, NULL,
           "11 m1 p- g- P0:?>running\n12 m2 p- g- P1:?>running\n13 m2 p1 g- G2:?>running\n14 m1 p0 g- G1:?>running\n"
           "30 m1 p0 g1 RangeBegin 'GC concurrent mark phase'\n31 m2 p1 g2 RangeEnd 'GC concurrent mark phase'\n"
           "50 m1 p0 g1 RangeBegin 'GC concurrent mark phase'\n51 m2 p1 g2 RangeEnd 'GC concurrent mark phase'\n");
}

/* Tracing began in a mark phase and ended it; the next generation begins in one as well. */
static void gc_active_at_the_start_and_over_generations(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GCActive, 6);
    MK(a, 14, GCEnd, 7);
    MK(a, 15, GCBegin, 8, 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = running(mk, 1, 20, 0, 1);
    MK(a, 23, GCActive, 9);
    MK(a, 24, GCEnd, 10);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 RangeActive 'GC concurrent mark phase'\n14 m1 p0 g1 RangeEnd 'GC concurrent mark phase'\n"
                     "15 m1 p0 g1 RangeBegin 'GC concurrent mark phase'\n"
                     "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                     "23 m1 p0 g1 RangeActive 'GC concurrent mark phase'\n24 m1 p0 g1 RangeEnd 'GC concurrent mark phase'\n");
}

static void gc_end_without_begin_waits_for_ever(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GCEnd, 7);
    mk_end(mk);
    expect(mk, "GCEnd", RUNNING_1);
}

/* Sweeping and assisting when tracing began: ends without begins are sound. */
static void sweep_and_assist_active_at_the_start(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GCSweepActive, 0);
    MK(a, 14, GCMarkAssistActive, 1);
    MK(a, 15, GCMarkAssistEnd);
    MK(a, 16, GCSweepEnd, 4096, 512);
    MK(a, 17, GCSweepBegin, 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = running(mk, 1, 20, 0, 1);
    MK(a, 23, GCSweepActive, 0);
    MK(a, 24, GCSweepEnd, 1, 2);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 RangeActive 'GC incremental sweep' P0\n14 m1 p0 g1 RangeActive 'GC mark assist' G1\n"
                     "15 m1 p0 g1 RangeEnd 'GC mark assist' G1\n16 m1 p0 g1 RangeEnd 'GC incremental sweep' P0 4096/512\n"
                     "17 m1 p0 g1 RangeBegin 'GC incremental sweep' P0\n"
                     "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                     "23 m1 p0 g1 RangeActive 'GC incremental sweep' P0\n24 m1 p0 g1 RangeEnd 'GC incremental sweep' P0 1/2\n");
}

/* The end of a stop of the world does not say its kind: it is that of the begin, also a generation later. */
static void stop_the_world_keeps_its_kind(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    mk_string(mk, "filler");
    MK(a, 13, STWBegin, mk_string(mk, "read mem stats"), 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = running(mk, 1, 20, 0, 1);
    MK(a, 23, STWEnd);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 RangeBegin 'stop-the-world (read mem stats)' G1\n"
                     "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                     "23 m1 p0 g1 RangeEnd 'stop-the-world (read mem stats)' G1\n");
}

/* ---- states over generations ---- */

/* A goroutine sits in a syscall all through a generation: its status comes on a foreign thread and is no new span. */
static void status_of_a_syscall_on_a_foreign_thread(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoStatus, 9, 3, WIRE_G_SYSCALL);
    mk_end(mk);
    mk_generation(mk, 2);
    a = running(mk, 1, 20, 0, 1);
    MK(a, 23, GoStatus, 9, 3, WIRE_G_SYSCALL);
    struct mk_batch *b = mk_batch(mk, 3, 30);
    MK(b, 31, GoSyscallEndBlocked);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m3 p0 g1 G9:?>syscall\n21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                     "23 m3 p0 g9 G9:syscall>syscall\n31 m3 p- g9 G9:syscall>runnable\n");
}

/* A proc whose thread is in a syscall is called abandoned a little early: it is still that thread's until stolen. */
static void abandoned_status_before_the_steal(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 40, GoSyscallEndBlocked);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *b = mk_batch(mk, 2, 20);
    MK(b, 21, ProcStatus, 0, WIRE_P_ABANDONED);
    MK(b, 22, ProcSteal, 0, 1, 1);
    mk_end(mk);
    /* The end of the syscall lies before the steal in the file, so in an earlier generation than it may go. */
    expect(mk, "GoSyscallEndBlocked", RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n21 m2 p- g- P0:?>idle\n22 m2 p- g- P0:idle>idle\n");

    mk = begin(22);
    a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    mk_end(mk);
    mk_generation(mk, 2);
    b = mk_batch(mk, 2, 20);
    MK(b, 21, ProcStatus, 0, WIRE_P_ABANDONED);
    MK(b, 22, ProcSteal, 0, 1, 1);
    a = mk_batch(mk, 1, 30);
    MK(a, 31, GoSyscallEndBlocked);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n21 m1 p0 g1 P0:running>running\n22 m2 p- g- P0:running>idle\n"
                     "31 m1 p- g1 G1:syscall>runnable\n");
}

static void new_proc_in_a_later_generation(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *a = running(mk, 1, 20, 0, 1);
    MK(a, 23, ProcStatus, 1, WIRE_P_IDLE);
    mk_end(mk);
    expect(mk, NULL, RUNNING_1 "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n23 m1 p0 g1 P1:none>idle\n");
}

static void unknown_goroutine_after_the_first_generation(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *a = mk_batch(mk, 1, 20);
    MK(a, 21, GoStatus, 8, WIRE_NO_THREAD, WIRE_G_WAITING);
    mk_end(mk);
    expect(mk, "unknown after the first generation", RUNNING_1);
}

/* A snapshot of the flight recorder begins at any generation. */
static void first_generation_of_any_number(void)
{
    struct mktrace *mk = mk_new(25);
    mk_generation(mk, 718);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoStop, mk_string(mk, "preempted"), 0);
    mk_end(mk);
    mk_generation(mk, 719);
    a = mk_batch(mk, 1, 20);
    MK(a, 21, GoStatus, 1, WIRE_NO_THREAD, WIRE_G_RUNNABLE);
    mk_end(mk);
    expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 G1:running>runnable 'preempted'\n21 m1 p0 g- G1:runnable>runnable\n");
}

/* One generation cannot be ordered; the next one is taken as a first one, so what it holds is not lost. */
static void after_a_broken_generation(void)
{
    struct mktrace *mk = begin(26);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *a = mk_batch(mk, 1, 20);
    MK(a, 21, GoStart, 99, 5);
    mk_end(mk);
    mk_generation(mk, 3);
    running(mk, 1, 30, 0, 1);
    mk_end(mk);
    expect(mk, "broken-order", RUNNING_1 "31 m1 p- g- P0:?>running\n32 m1 p0 g- G1:?>running\n");
}

/* ---- tasks, regions, logs ---- */

static void region_end_without_begin(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, UserRegionEnd, 2, mk_string(mk, "r"), 0);
    MK(a, 14, UserRegionBegin, 0, mk_string(mk, "s"), 0);
    MK(a, 15, UserRegionEnd, 0, mk_string(mk, "s"), 0);
    mk_end(mk);
    expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 RegionEnd 2 'r'\n14 m1 p0 g1 RegionBegin 0 's'\n15 m1 p0 g1 RegionEnd 0 's'\n");
}

static void region_end_of_another_region(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, UserRegionBegin, 0, mk_string(mk, "r"), 0);
    MK(a, 14, UserRegionEnd, 0, mk_string(mk, "s"), 0);
    mk_end(mk);
    expect(mk, "not its innermost", RUNNING_1 "13 m1 p0 g1 RegionBegin 0 'r'\n");
}

/* Over generations a region's name has another id, but is the same text. */
static void region_over_generations(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, UserRegionBegin, 0, mk_string(mk, "r"), 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = running(mk, 1, 20, 0, 1);
    mk_string(mk, "other");
    MK(a, 23, UserRegionEnd, 0, mk_string(mk, "r"), 0);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 RegionBegin 0 'r'\n21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                     "23 m1 p0 g1 RegionEnd 0 'r'\n");
}

static void task_ends_twice_later_and_without_begin(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, UserTaskBegin, 5, 0, mk_string(mk, "job"), 0);
    MK(a, 14, UserTaskBegin, 6, 5, mk_string(mk, "part"), 0);
    MK(a, 15, UserTaskEnd, 77, 0);
    MK(a, 16, UserTaskEnd, 5, 0);
    MK(a, 17, UserTaskEnd, 5, 0);
    MK(a, 18, UserTaskBegin, 5, 0, mk_string(mk, "again"), 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = running(mk, 1, 20, 0, 1);
    MK(a, 23, UserTaskEnd, 6, 0);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 TaskBegin 5 in 0 'job'\n14 m1 p0 g1 TaskBegin 6 in 5 'part'\n15 m1 p0 g1 TaskEnd 77 in 0\n"
                     "16 m1 p0 g1 TaskEnd 5 in 0 'job'\n17 m1 p0 g1 TaskEnd 5 in 0\n18 m1 p0 g1 TaskBegin 5 in 0 'again'\n"
                     "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n23 m1 p0 g1 TaskEnd 6 in 5 'part'\n");
}

static void task_begins_twice(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, UserTaskBegin, 5, 0, mk_string(mk, "job"), 0);
    MK(a, 14, UserTaskBegin, 5, 0, mk_string(mk, "job"), 0);
    mk_end(mk);
    expect(mk, "begins twice", RUNNING_1 "13 m1 p0 g1 TaskBegin 5 in 0 'job'\n");
}

static void labels_logs_and_metrics(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoLabel, mk_string(mk, "GC (idle)"));
    MK(a, 14, UserLog, 3, mk_string(mk, "key"), mk_string(mk, "text\033[31m"), 0);
    MK(a, 15, HeapAlloc, 123456789012);
    MK(a, 16, HeapGoal, 4194304);
    MK(a, 17, ProcsChange, 8, 0);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 Label 0 'GC (idle)'\n14 m1 p0 g1 Log 3 'key' 'text\033[31m'\n"
                     "15 m1 p0 g1 Metric '/memory/classes/heap/objects:bytes' 123456789012\n"
                     "16 m1 p0 g1 Metric '/gc/heap/goal:bytes' 4194304\n17 m1 p0 g1 Metric '/sched/gomaxprocs:threads' 8\n");
}

/* ---- time ---- */

/* Goroutine 1 blocks on one thread at 50 by its clock and runs on another at 20 by that one's: the order is right, and time
 * still rises. */
static void clocks_that_disagree(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 50, GoStop, mk_string(mk, "preempted"), 0);
    MK(a, 51, ProcStop);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcStatus, 1, WIRE_P_RUNNING);
    MK(b, 20, GoStart, 1, 1);
    MK(b, 21, GoStop, mk_string(mk, "preempted"), 0);
    MK(b, 60, GoStart, 1, 2);
    mk_end(mk);
    expect(mk, NULL,
           "11 m1 p- g- P0:?>running\n12 m2 p- g- P1:?>running\n13 m1 p0 g- G1:?>running\n50 m1 p0 g1 G1:running>runnable 'preempted'\n"
           "51 m2 p1 g- G1:runnable>running\n52 m2 p1 g1 G1:running>runnable 'preempted'\n53 m1 p0 g- P0:running>idle\n"
           "60 m2 p1 g- G1:runnable>running\n");
}

static void time_rises_strictly(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    for (uint64_t p = 0; p < 3; p++)
        MK(a, 10, ProcStatus, p + 1, WIRE_P_IDLE);
    mk_end(mk);
    mk_generation(mk, 2);
    a = mk_batch(mk, 1, 10);
    MK(a, 10, ProcStatus, 1, WIRE_P_IDLE);
    mk_end(mk);
    expect(mk, NULL, "11 m1 p- g- P1:?>idle\n12 m1 p- g- P2:?>idle\n13 m1 p- g- P3:?>idle\n15 m1 p- g- P1:idle>idle\n");
}

/* 3 ticks are 10 ns: the fraction is dropped for each step, not for the sum. */
static void ticks_are_cut_step_by_step(void)
{
    struct mktrace *mk = begin(22);
    mk->frequency = 300000000;
    struct mk_batch *a = mk_batch(mk, 1, 30);
    MK(a, 31, ProcStatus, 1, WIRE_P_IDLE);
    MK(a, 32, ProcStatus, 2, WIRE_P_IDLE);
    MK(a, 33, ProcStatus, 3, WIRE_P_IDLE);
    mk_end(mk);
    expect(mk, NULL, "103 m1 p- g- P1:?>idle\n106 m1 p- g- P2:?>idle\n109 m1 p- g- P3:?>idle\n");
}

static void samples_in_time_order(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 30, GoStop, mk_string(mk, "preempted"), 0);
    uint64_t stack = mk_stack(mk, "main.hot", "main.go", 1);
    mk_sample(mk, 40, 1, 0, 1, stack);
    mk_sample(mk, 20, 1, 0, 1, stack);
    mk_sample(mk, 25, UINT64_MAX, UINT64_MAX, 0, stack);
    mk_end(mk);
    expect(mk, NULL,
           RUNNING_1
           "20 m1 p0 g1 StackSample\n25 m- p- g- StackSample\n30 m1 p0 g1 G1:running>runnable 'preempted'\n40 m1 p0 g1 StackSample\n");
}

/* ---- names ---- */

static void first_description_of_a_pc_wins(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    uint64_t first = mk_string(mk, "main.first"), second = mk_string(mk, "main.second"), file = mk_string(mk, "main.go");
    uint64_t one = mk_stack_frames(mk, &(struct mk_frame){0x1234, first, file, 1}, 1);
    uint64_t two = mk_stack_frames(mk, &(struct mk_frame){0x1234, second, file, 2}, 1);
    MK(a, 13, GoStop, mk_string(mk, "preempted"), one);
    MK(a, 14, GoStart, 1, 1);
    MK(a, 15, GoStop, mk_string(mk, "preempted"), two);
    mk_end(mk);
    struct reading *r = calloc(1, sizeof *r);
    reading_bytes(r, mk->out.p, mk->out.n, false, NULL, NULL);
    CHECK(r->tally.nstacks == 1 && r->tally.with_stack == 2, "%s: %" PRIu64 " stacks", current, r->tally.nstacks);
    reading_release(r);
    free(r);
    expect(mk, NULL,
           RUNNING_1 "13 m1 p0 g1 G1:running>runnable 'preempted'\n14 m1 p0 g- G1:runnable>running\n"
                     "15 m1 p0 g1 G1:running>runnable 'preempted'\n");
}

static void names_that_are_missing(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoStop, 12345, 777);
    mk_end(mk);
    expect(mk, "missing-string", RUNNING_1 "13 m1 p0 g1 G1:running>runnable '?'\n");
}

static void string_above_the_limit(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    char *text = mem_calloc(WIRE_STRING_MAX + 2, 1);
    memset(text, 'x', WIRE_STRING_MAX + 1);
    mk_string(mk, text);
    mem_free(text);
    mk_end(mk);
    expect(mk, "limit of 1024 bytes", RUNNING_1);
}

static void stack_above_the_limit(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    static struct mk_frame frames[WIRE_FRAMES_MAX + 1];
    mk_stack_frames(mk, frames, WIRE_FRAMES_MAX + 1);
    mk_end(mk);
    expect(mk, "limit of 128 frames", RUNNING_1);
}

/* ---- the container ---- */

static void batch_above_the_limit(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_raw_batch(mk, WIRE_EventBatch, 1, 1, 30, NULL, 0);
    mk->out.n--; /* its size, 0 */
    buf_uleb(&mk->out, WIRE_BATCH_MAX + 1);
    expect(mk, "claims 65537 bytes", RUNNING_1);
}

static void number_of_more_than_ten_bytes(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    buf_put(&mk->out, "\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
    expect(mk, "more than 10 bytes in a batch header", RUNNING_1);

    mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    buf_put(&a->data, (const uint8_t[]){WIRE_HeapAlloc, 0}, 2);
    buf_put(&a->data, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10);
    mk_end(mk);
    expect(mk, "more than 10 bytes", RUNNING_1);
}

static void event_over_the_end_of_its_batch(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    buf_put(&a->data, (const uint8_t[]){WIRE_GoStop, 1, 0x80}, 3);
    mk_end(mk);
    expect(mk, "runs over its batch's end", RUNNING_1);
}

/* Kinds that make up batches cannot stand among events. */
static void structure_among_events(void)
{
    static const uint8_t kinds[] = {WIRE_EventBatch, WIRE_String, WIRE_CPUSample, WIRE_Frequency, WIRE_Sync, WIRE_EndOfGeneration, 0, 255};
    for (size_t i = 0; i < sizeof kinds; i++) {
        struct mktrace *mk = begin(23);
        struct mk_batch *a = running(mk, 1, 10, 0, 1);
        buf_put(&a->data, (const uint8_t[]){kinds[i], 1, 1, 1, 1}, 5);
        mk_end(mk);
        expect(mk, "event", RUNNING_1);
    }
}

static void gap_between_generations(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 3);
    running(mk, 1, 20, 0, 1);
    mk_end(mk);
    expect(mk, "generation 3 lies inside generation 1", RUNNING_1);
}

static void end_of_generation_is_missing(void)
{
    struct mktrace *mk = begin(26);
    running(mk, 1, 10, 0, 1);
    mk_end_open(mk);
    expect(mk, "ends inside a generation", RUNNING_1);

    mk = begin(26);
    running(mk, 1, 10, 0, 1);
    mk_end_open(mk);
    mk_generation(mk, 2);
    running(mk, 1, 20, 0, 1);
    mk_end(mk);
    expect(mk, "generation 2 lies inside generation 1", RUNNING_1);
}

/* What lies behind a whole trace is told, and takes nothing of it away. */
static void bytes_behind_the_trace(void)
{
    struct mktrace *mk = begin(22);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    buf_put(&mk->out, "HTTP/1.1 200", 12);
    expect(mk, "trailing-bytes", RUNNING_1);
}

static void no_clock(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, ProcStatus, 0, WIRE_P_IDLE);
    mk_raw_batch(mk, WIRE_EventBatch, 1, 1, 10, a->data.p, a->data.n);
    expect(mk, "frequency", "");
}

static void nothing_behind_the_header(void)
{
    struct mktrace *mk = mk_new(22);
    expect(mk, NULL, "");
    mk = mk_new(22);
    mk->out.n = 7;
    expect(mk, "no Go trace header", "");
}

static void newer_header_with_known_events(void)
{
    struct mktrace *mk = begin(31);
    running(mk, 1, 10, 0, 1);
    mk_end(mk);
    expect(mk, NULL, RUNNING_1);
}

static void newer_header_with_unknown_events(void)
{
    struct mktrace *mk = begin(31);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    buf_put(&a->data, (const uint8_t[]){99, 1, 2}, 3);
    mk_end(mk);
    expect(mk, "Go 1.31 writes events that this version does not know", RUNNING_1);
}

static void older_header_with_newer_events(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoCreateBlocked, 2, 0, 0);
    mk_end(mk);
    expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 G2:none>waiting\n");
}

static void experiments(void)
{
    struct mktrace *mk = begin(23);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, HeapObjectAlloc, 4096, 7);
    mk_raw_batch(mk, WIRE_ExperimentalBatch, 1, 1, 10, "\xff\xff opaque", 9);
    mk_end(mk);
    expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 Experimental 'HeapObjectAlloc' 4096\n");
}

static void absurd_ids(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = mk_batch(mk, UINT64_MAX - 1, 10);
    MK(a, 11, ProcStatus, 1ull << 40, WIRE_P_RUNNING);
    MK(a, 12, GoStatus, INT64_MAX, UINT64_MAX - 1, WIRE_G_RUNNING);
    MK(a, 13, GoCreate, 4000000, 0, 0);
    MK(a, 14, GoCreate, 1ull << 62, 0, 0);
    mk_end(mk);
    expect(mk, NULL,
           "11 m-2 p- g- P1099511627776:?>running\n12 m-2 p1099511627776 g- G9223372036854775807:?>running\n"
           "13 m-2 p1099511627776 g9223372036854775807 G4000000:none>runnable\n"
           "14 m-2 p1099511627776 g9223372036854775807 G4611686018427387904:none>runnable\n");
}

static void goroutine_that_is_created_twice(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoCreate, 2, 0, 0);
    MK(a, 14, GoCreate, 2, 0, 0);
    mk_end(mk);
    expect(mk, "which exists", RUNNING_1 "13 m1 p0 g1 G2:none>runnable\n");
}

/* An event that needs a proc on a thread that has none. */
static void event_without_its_proc(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, HeapAlloc, 1);
    mk_end(mk);
    expect(mk, "HeapAlloc without a thread and a proc", "");
}

static void syscall_out_of_sequence(void)
{
    struct mktrace *mk = begin(22);
    struct mk_batch *a = running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 7, 0);
    mk_end(mk);
    expect(mk, "sequence 7 after 0", RUNNING_1);
}

/* ---- cuts ---- */

/* Three generations with a bit of everything; ends[i]: bytes when generation i was whole. */
static struct mktrace *some_of_everything(int version, size_t ends[3])
{
    struct mktrace *mk = mk_new(version);
    mk->sec = 1795324103;
    mk->snapshot = 15;
    mk->mono = 77;
    for (uint64_t gen = 1; gen <= 3; gen++) {
        uint64_t t = gen * 1000;
        mk_generation(mk, gen);
        struct mk_batch *a = running(mk, 1, t, 0, 1);
        MK(a, t + 10, UserRegionBegin, 0, mk_string(mk, "region"), mk_stack(mk, "main.main", "main.go", 3));
        MK(a, t + 11, UserTaskBegin, gen, 0, mk_string(mk, "task"), 0);
        MK(a, t + 12, GoCreate, 10 + gen, mk_stack(mk, "main.work", "main.go", 30), mk_stack(mk, "main.main", "main.go", 4));
        MK(a, t + 13, UserLog, gen, mk_string(mk, "key"), mk_string(mk, "value"), 0);
        MK(a, t + 14, UserRegionEnd, 0, mk_string(mk, "region"), 0);
        MK(a, t + 20, HeapAlloc, 4096 * gen);
        struct mk_batch *b = mk_batch(mk, 2, t);
        MK(b, t + 1, ProcStatus, 1, WIRE_P_RUNNING);
        if (gen > 1)
            MK(b, t + 2, GoStatus, 9 + gen, WIRE_NO_THREAD, WIRE_G_WAITING);
        MK(b, t + 30, GoStart, 10 + gen, 1);
        MK(b, t + 40, GoBlock, mk_string(mk, "chan receive"), mk_stack(mk, "main.work", "main.go", 31));
        mk_sample(mk, t + 35, 2, 1, 10 + gen, mk_stack(mk, "main.hot", "main.go", 40));
        mk_end(mk);
        ends[gen - 1] = mk->out.n;
    }
    return mk;
}

static void cut_at_every_byte(void)
{
    static const int versions[] = {22, 23, 25, 26};
    struct reading *r = calloc(1, sizeof *r);
    for (size_t v = 0; v < 4; v++) {
        size_t ends[3];
        uint64_t whole[3] = {0}, all = 0;
        struct mktrace *mk = some_of_everything(versions[v], ends);
        reading_bytes(r, mk->out.p, mk->out.n, true, NULL, NULL);
        CHECK(r->rc == 0 && r->info.generations == 3 && reading_losses(r) == 0, "1.%d: %s", versions[v], r->e.what);
        all = r->tally.seen;
        print_notes(r);
        reading_release(r);
        for (size_t n = WIRE_HEADER + 1; n < mk->out.n; n++) {
            reading_bytes(r, mk->out.p, n, false, NULL, NULL);
            CHECK(!r->tally.wrong[0], "1.%d cut at %zu: %s", versions[v], n, r->tally.wrong);
            unsigned before = n >= ends[1] ? 2 : n >= ends[0];
            if (n == ends[0] || n == ends[1]) {
                whole[before] = r->tally.seen - 1; /* without the final Sync */
                CHECK(r->rc == 0 && r->info.generations == before && reading_losses(r) == 0, "1.%d cut at %zu: %s", versions[v], n,
                      r->e.what);
            } else {
                CHECK(r->rc < 0 || (!r->info.complete && reading_losses(r) > 0), "1.%d cut at %zu is not told", versions[v], n);
            }
            CHECK(r->tally.seen >= whole[before] && r->tally.seen <= all, "1.%d cut at %zu: %" PRIu64 " events", versions[v], n,
                  r->tally.seen);
            CHECK(before == 0 || r->rc == 0, "1.%d cut at %zu: %s", versions[v], n, r->e.what);
            reading_release(r);
        }
        mk_free(mk);
    }
    free(r);
}

/* Any byte may be any other: what comes out still holds together. */
static void flipped_bytes(void)
{
    struct reading *r = calloc(1, sizeof *r);
    size_t ends[3];
    struct mktrace *mk = some_of_everything(26, ends);
    for (unsigned i = 0; i < 1500; i++) {
        uint8_t *p = &mk->out.p[WIRE_HEADER + below((uint32_t)mk->out.n - WIRE_HEADER)], keep = *p;
        *p = (uint8_t)rnd();
        reading_bytes(r, mk->out.p, mk->out.n, false, NULL, NULL);
        CHECK(!r->tally.wrong[0], "%s", r->tally.wrong);
        reading_release(r);
        *p = keep;
    }
    mk_free(mk);
    free(r);
}

/* Many threads wait for what never comes while one goes on: that would take for ever, so it ends. */
static void threads_that_wait_for_ever(void)
{
    struct mktrace *mk = begin(22);
    for (uint64_t m = 2; m < 20002; m++) {
        struct mk_batch *b = mk_batch(mk, m, 1);
        MK(b, 1, GoStart, 5, 1);
    }
    for (unsigned k = 0; k < 20; k++) {
        struct mk_batch *a = mk_batch(mk, 1, 10 + k);
        for (unsigned i = 0; i < 16000; i++)
            MK(a, 10 + k, ProcStatus, 0, WIRE_P_IDLE);
    }
    mk_end(mk);
    struct reading *r = calloc(1, sizeof *r);
    reading_bytes(r, mk->out.p, mk->out.n, false, NULL, NULL);
    CHECK(noted(r, "wait for one another"), "%" PRIu64 " events", r->tally.seen);
    reading_release(r);
    free(r);
    mk_free(mk);
}

/* ---- all ---- */

#define CASES(X)                                                                                                                           \
    X(proc_start_waits_for_status)                                                                                                         \
    X(proc_start_waits_for_its_turn)                                                                                                       \
    X(proc_start_waits_until_own_proc_is_stolen)                                                                                           \
    X(proc_steal_waits_for_the_syscall)                                                                                                    \
    X(proc_steal_from_oneself)                                                                                                             \
    X(proc_steal_finds_the_right_syscall)                                                                                                  \
    X(abandoned_proc_and_reused_thread_id)                                                                                                 \
    X(go_start_waits_for_the_creation)                                                                                                     \
    X(go_unblock_waits_for_the_block)                                                                                                      \
    X(go_unblock_by_nobody)                                                                                                                \
    X(go_switch_is_three_events_and_waits)                                                                                                 \
    X(go_switch_destroy_ends_the_current_one)                                                                                              \
    X(gc_sequence_over_threads)                                                                                                            \
    X(gc_active_at_the_start_and_over_generations)                                                                                         \
    X(gc_end_without_begin_waits_for_ever)                                                                                                 \
    X(sweep_and_assist_active_at_the_start)                                                                                                \
    X(stop_the_world_keeps_its_kind)                                                                                                       \
    X(status_of_a_syscall_on_a_foreign_thread)                                                                                             \
    X(abandoned_status_before_the_steal)                                                                                                   \
    X(new_proc_in_a_later_generation)                                                                                                      \
    X(unknown_goroutine_after_the_first_generation)                                                                                        \
    X(first_generation_of_any_number)                                                                                                      \
    X(after_a_broken_generation)                                                                                                           \
    X(region_end_without_begin)                                                                                                            \
    X(region_end_of_another_region)                                                                                                        \
    X(region_over_generations)                                                                                                             \
    X(task_ends_twice_later_and_without_begin)                                                                                             \
    X(task_begins_twice)                                                                                                                   \
    X(labels_logs_and_metrics)                                                                                                             \
    X(clocks_that_disagree)                                                                                                                \
    X(time_rises_strictly)                                                                                                                 \
    X(ticks_are_cut_step_by_step)                                                                                                          \
    X(samples_in_time_order)                                                                                                               \
    X(first_description_of_a_pc_wins)                                                                                                      \
    X(names_that_are_missing)                                                                                                              \
    X(string_above_the_limit)                                                                                                              \
    X(stack_above_the_limit)                                                                                                               \
    X(batch_above_the_limit)                                                                                                               \
    X(number_of_more_than_ten_bytes)                                                                                                       \
    X(event_over_the_end_of_its_batch)                                                                                                     \
    X(structure_among_events)                                                                                                              \
    X(gap_between_generations)                                                                                                             \
    X(end_of_generation_is_missing)                                                                                                        \
    X(bytes_behind_the_trace)                                                                                                              \
    X(no_clock)                                                                                                                            \
    X(nothing_behind_the_header)                                                                                                           \
    X(newer_header_with_known_events)                                                                                                      \
    X(newer_header_with_unknown_events)                                                                                                    \
    X(older_header_with_newer_events)                                                                                                      \
    X(experiments)                                                                                                                         \
    X(absurd_ids)                                                                                                                          \
    X(goroutine_that_is_created_twice)                                                                                                     \
    X(event_without_its_proc)                                                                                                              \
    X(syscall_out_of_sequence)                                                                                                             \
    X(cut_at_every_byte)                                                                                                                   \
    X(flipped_bytes)                                                                                                                       \
    X(threads_that_wait_for_ever)

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {
#define X(name) {#name, name},
        CASES(X)
#undef X
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        current = cases[i].name;
        cases[i].run();
    }
    return check_done();
}
