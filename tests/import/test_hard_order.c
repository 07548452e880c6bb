/* Hard cases of ordering: what waits for what, the collector, states over generations. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/hard_case.h"

/* ---- waiting ---- */

/* The proc's status comes on another thread and with a later time: the start waits for it. */
static void proc_start_waits_for_status(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcStart, 5, 1);
    struct mk_batch *a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, ProcStatus, 5, WIRE_P_IDLE);
    mk_end(mk);
    case_expect(mk, NULL, "21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n23 m1 p0 g1 P5:?>idle\n24 m2 p- g- P5:idle>running\n");
}

/* Two threads start one proc in turn: the sequence decides, whatever the clocks say. */
static void proc_start_waits_for_its_turn(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, ProcStatus, 0, WIRE_P_IDLE);
    MK(a, 40, ProcStart, 0, 1);
    MK(a, 41, ProcStop);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 12, ProcStart, 0, 2);
    mk_end(mk);
    case_expect(mk, NULL, "11 m1 p- g- P0:?>idle\n40 m1 p- g- P0:idle>running\n41 m1 p0 g- P0:running>idle\n42 m2 p- g- P0:idle>running\n");
}

/* A thread that still holds a proc (its steal has not been seen) cannot start another one. */
static void proc_start_waits_until_own_proc_is_stolen(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 14, ProcStart, 1, 1);
    MK(a, 15, GoSyscallEndBlocked);
    struct mk_batch *b = mk_batch(mk, 2, 20);
    MK(b, 21, ProcStatus, 1, WIRE_P_IDLE);
    MK(b, 22, ProcSteal, 0, 2, 1);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1
                "13 m1 p0 g1 G1:running>syscall\n21 m2 p- g- P1:?>idle\n22 m2 p- g- P0:running>idle\n23 m1 p- g1 P1:idle>running\n"
                "24 m1 p1 g1 G1:syscall>runnable\n");
}

static void proc_steal_waits_for_the_syscall(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcSteal, 0, 2, 1);
    struct mk_batch *a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, GoSyscallBegin, 1, 0);
    MK(a, 24, GoSyscallEndBlocked);
    mk_end(mk);
    case_expect(mk, NULL,
                "21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n23 m1 p0 g1 G1:running>syscall\n24 m2 p- g- P0:running>idle\n"
                "25 m1 p- g1 G1:syscall>runnable\n");
}

/* A thread steals its own proc: as a stop. */
static void proc_steal_from_oneself(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 14, ProcSteal, 0, 2, 1);
    MK(a, 15, GoSyscallEndBlocked);
    mk_end(mk);
    case_expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n14 m1 p0 g1 P0:running>idle\n15 m1 p- g1 G1:syscall>runnable\n");
}

/* Which of two syscalls lost the proc: the proc's sequence in GoSyscallBegin says. */
static void proc_steal_finds_the_right_syscall(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 14, GoSyscallEnd);
    MK(a, 15, GoSyscallBegin, 2, 0);
    MK(a, 16, GoSyscallEndBlocked);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 13, ProcSteal, 0, 3, 1);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n14 m1 p0 g1 G1:syscall>running\n15 m1 p0 g1 G1:running>syscall\n"
                          "16 m2 p- g- P0:running>idle\n17 m1 p- g1 G1:syscall>runnable\n");
}

/* A goroutine that C code called into ends and leaves its proc behind; the thread's id is then another thread's. The steal of
 * the abandoned proc must leave that one alone. */
static void abandoned_proc_and_reused_thread_id(void)
{
    struct mktrace *mk = case_begin(22);
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
    case_expect(
        mk, NULL,
        "11 m1 p- g- G4:none>syscall\n12 m1 p- g4 P0:?>idle\n13 m1 p- g4 P0:idle>running\n14 m1 p0 g4 G4:syscall>runnable\n"
        "15 m1 p0 g- G4:runnable>running\n16 m1 p0 g4 G4:running>syscall\n17 m1 p0 g4 P0:running>idle\n18 m1 p0 g4 G4:syscall>none\n"
        "19 m1 p- g- G5:none>syscall\n21 m2 p- g- P0:idle>idle\n22 m2 p- g- P0:idle>running\n");
}

static void go_start_waits_for_the_creation(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcStatus, 1, WIRE_P_RUNNING);
    MK(b, 12, GoStart, 7, 1);
    struct mk_batch *a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, GoCreate, 7, 0, 0);
    mk_end(mk);
    case_expect(mk, NULL,
                "11 m2 p- g- P1:?>running\n21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n23 m1 p0 g1 G7:none>runnable\n"
                "24 m2 p1 g- G7:runnable>running\n");
}

static void go_unblock_waits_for_the_block(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *b = case_running(mk, 2, 10, 1, 2);
    MK(b, 13, GoUnblock, 1, 1, mk_stack(mk, "main.wake", "main.go", 3));
    struct mk_batch *a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, GoBlock, mk_string(mk, "select"), mk_stack(mk, "main.wait", "main.go", 9));
    MK(a, 24, GoStart, 1, 2);
    mk_end(mk);
    case_expect(mk, NULL,
                "11 m2 p- g- P1:?>running\n12 m2 p1 g- G2:?>running\n21 m1 p- g- P0:?>running\n22 m1 p0 g- G1:?>running\n"
                "23 m1 p0 g1 G1:running>waiting 'select'\n24 m2 p1 g2 G1:waiting>runnable\n25 m1 p0 g- G1:runnable>running\n");
}

/* Nobody on a thread without proc or goroutine (sysmon, the network poller) wakes one too. */
static void go_unblock_by_nobody(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, GoStatus, 3, WIRE_NO_THREAD, WIRE_G_WAITING);
    MK(a, 12, GoUnblock, 3, 1, 0);
    mk_end(mk);
    case_expect(mk, NULL, "11 m1 p- g- G3:?>waiting\n12 m1 p- g- G3:waiting>runnable\n");
}

/* A coroutine switch: the next one wakes, the current one blocks, the next one runs. It waits until the next one blocked. */
static void go_switch_is_three_events_and_waits(void)
{
    struct mktrace *mk = case_begin(23);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSwitch, 2, 1);
    struct mk_batch *b = case_running(mk, 2, 20, 1, 2);
    MK(b, 23, GoBlock, mk_string(mk, "coroutine"), 0);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "21 m2 p- g- P1:?>running\n22 m2 p1 g- G2:?>running\n23 m2 p1 g2 G2:running>waiting 'coroutine'\n"
                          "24 m1 p0 g1 G2:waiting>runnable\n25 m1 p0 g1 G1:running>waiting\n26 m1 p0 g- G2:runnable>running\n");
}

static void go_switch_destroy_ends_the_current_one(void)
{
    struct mktrace *mk = case_begin(23);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoCreateBlocked, 2, 0, 0);
    MK(a, 14, GoSwitchDestroy, 2, 1);
    MK(a, 20, GoDestroy);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 G2:none>waiting\n14 m1 p0 g1 G2:waiting>runnable\n15 m1 p0 g1 G1:running>none\n"
                          "16 m1 p0 g- G2:runnable>running\n20 m1 p0 g2 G2:running>none\n");
}

/* ---- the collector ---- */

/* Begin and end of a cycle lie on threads whose clocks disagree: the end of the first waits for its begin, not the second. */
static void gc_sequence_over_threads(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 30, GCBegin, 1, 0);
    MK(a, 50, GCBegin, 3, 0);
    struct mk_batch *b = case_running(mk, 2, 10, 1, 2);
    MK(b, 20, GCEnd, 2);
    MK(b, 21, GCEnd, 4);
    mk_end(mk);
    case_expect(mk, NULL,
                "11 m1 p- g- P0:?>running\n12 m2 p- g- P1:?>running\n13 m2 p1 g- G2:?>running\n14 m1 p0 g- G1:?>running\n"
                "30 m1 p0 g1 RangeBegin 'GC concurrent mark phase'\n31 m2 p1 g2 RangeEnd 'GC concurrent mark phase'\n"
                "50 m1 p0 g1 RangeBegin 'GC concurrent mark phase'\n51 m2 p1 g2 RangeEnd 'GC concurrent mark phase'\n");
}

/* Tracing began in a mark phase and ended it; the next generation begins in one as well. */
static void gc_active_at_the_start_and_over_generations(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GCActive, 6);
    MK(a, 14, GCEnd, 7);
    MK(a, 15, GCBegin, 8, 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, GCActive, 9);
    MK(a, 24, GCEnd, 10);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 RangeActive 'GC concurrent mark phase'\n14 m1 p0 g1 RangeEnd 'GC concurrent mark phase'\n"
                          "15 m1 p0 g1 RangeBegin 'GC concurrent mark phase'\n"
                          "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                          "23 m1 p0 g1 RangeActive 'GC concurrent mark phase'\n24 m1 p0 g1 RangeEnd 'GC concurrent mark phase'\n");
}

static void gc_end_without_begin_waits_for_ever(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GCEnd, 7);
    mk_end(mk);
    case_expect(mk, "GCEnd", RUNNING_1);
}

/* Sweeping and assisting when tracing began: ends without begins are sound. */
static void sweep_and_assist_active_at_the_start(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GCSweepActive, 0);
    MK(a, 14, GCMarkAssistActive, 1);
    MK(a, 15, GCMarkAssistEnd);
    MK(a, 16, GCSweepEnd, 4096, 512);
    MK(a, 17, GCSweepBegin, 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, GCSweepActive, 0);
    MK(a, 24, GCSweepEnd, 1, 2);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 RangeActive 'GC incremental sweep' P0\n14 m1 p0 g1 RangeActive 'GC mark assist' G1\n"
                          "15 m1 p0 g1 RangeEnd 'GC mark assist' G1\n16 m1 p0 g1 RangeEnd 'GC incremental sweep' P0 4096/512\n"
                          "17 m1 p0 g1 RangeBegin 'GC incremental sweep' P0\n"
                          "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                          "23 m1 p0 g1 RangeActive 'GC incremental sweep' P0\n24 m1 p0 g1 RangeEnd 'GC incremental sweep' P0 1/2\n");
}

/* The end of a stop of the world does not say its kind: it is that of the begin, also a generation later. */
static void stop_the_world_keeps_its_kind(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    mk_string(mk, "filler");
    MK(a, 13, STWBegin, mk_string(mk, "read mem stats"), 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, STWEnd);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 RangeBegin 'stop-the-world (read mem stats)' G1\n"
                          "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                          "23 m1 p0 g1 RangeEnd 'stop-the-world (read mem stats)' G1\n");
}

/* ---- states over generations ---- */

/* A goroutine sits in a syscall all through a generation: its status comes on a foreign thread and is no new span. */
static void status_of_a_syscall_on_a_foreign_thread(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoStatus, 9, 3, WIRE_G_SYSCALL);
    mk_end(mk);
    mk_generation(mk, 2);
    a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, GoStatus, 9, 3, WIRE_G_SYSCALL);
    struct mk_batch *b = mk_batch(mk, 3, 30);
    MK(b, 31, GoSyscallEndBlocked);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m3 p0 g1 G9:?>syscall\n21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                          "23 m3 p0 g9 G9:syscall>syscall\n31 m3 p- g9 G9:syscall>runnable\n");
}

/* A proc whose thread is in a syscall is called abandoned a little early: it is still that thread's until stolen. */
static void abandoned_status_before_the_steal(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    MK(a, 40, GoSyscallEndBlocked);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *b = mk_batch(mk, 2, 20);
    MK(b, 21, ProcStatus, 0, WIRE_P_ABANDONED);
    MK(b, 22, ProcSteal, 0, 1, 1);
    mk_end(mk);
    /* The end of the syscall lies before the steal in the file, so in an earlier generation than it may go. */
    case_expect(mk, "GoSyscallEndBlocked", RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n21 m2 p- g- P0:?>idle\n22 m2 p- g- P0:idle>idle\n");

    mk = case_begin(22);
    a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 1, 0);
    mk_end(mk);
    mk_generation(mk, 2);
    b = mk_batch(mk, 2, 20);
    MK(b, 21, ProcStatus, 0, WIRE_P_ABANDONED);
    MK(b, 22, ProcSteal, 0, 1, 1);
    a = mk_batch(mk, 1, 30);
    MK(a, 31, GoSyscallEndBlocked);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 G1:running>syscall\n21 m1 p0 g1 P0:running>running\n22 m2 p- g- P0:running>idle\n"
                          "31 m1 p- g1 G1:syscall>runnable\n");
}

static void new_proc_in_a_later_generation(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, ProcStatus, 1, WIRE_P_IDLE);
    mk_end(mk);
    case_expect(mk, NULL, RUNNING_1 "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n23 m1 p0 g1 P1:none>idle\n");
}

static void unknown_goroutine_after_the_first_generation(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *a = mk_batch(mk, 1, 20);
    MK(a, 21, GoStatus, 8, WIRE_NO_THREAD, WIRE_G_WAITING);
    mk_end(mk);
    case_expect(mk, "unknown after the first generation", RUNNING_1);
}

/* A snapshot of the flight recorder begins at any generation. */
static void first_generation_of_any_number(void)
{
    struct mktrace *mk = mk_new(25);
    mk_generation(mk, 718);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoStop, mk_string(mk, "preempted"), 0);
    mk_end(mk);
    mk_generation(mk, 719);
    a = mk_batch(mk, 1, 20);
    MK(a, 21, GoStatus, 1, WIRE_NO_THREAD, WIRE_G_RUNNABLE);
    mk_end(mk);
    case_expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 G1:running>runnable 'preempted'\n21 m1 p0 g- G1:runnable>runnable\n");
}

/* One generation cannot be ordered; the next one is taken as a first one, so what it holds is not lost. */
static void after_a_broken_generation(void)
{
    struct mktrace *mk = case_begin(26);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 2);
    struct mk_batch *a = mk_batch(mk, 1, 20);
    MK(a, 21, GoStart, 99, 5);
    mk_end(mk);
    mk_generation(mk, 3);
    case_running(mk, 1, 30, 0, 1);
    mk_end(mk);
    case_expect(mk, "broken-order", RUNNING_1 "31 m1 p- g- P0:?>running\n32 m1 p0 g- G1:?>running\n");
}

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
    X(after_a_broken_generation)

HARD_CASES(CASES)
