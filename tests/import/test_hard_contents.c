/* Hard cases of contents: tasks, regions and logs; time; names. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/hard_case.h"

/* ---- tasks, regions, logs ---- */

static void region_end_without_begin(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, UserRegionEnd, 2, mk_string(mk, "r"), 0);
    MK(a, 14, UserRegionBegin, 0, mk_string(mk, "s"), 0);
    MK(a, 15, UserRegionEnd, 0, mk_string(mk, "s"), 0);
    mk_end(mk);
    case_expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 RegionEnd 2 'r'\n14 m1 p0 g1 RegionBegin 0 's'\n15 m1 p0 g1 RegionEnd 0 's'\n");
}

static void region_end_of_another_region(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, UserRegionBegin, 0, mk_string(mk, "r"), 0);
    MK(a, 14, UserRegionEnd, 0, mk_string(mk, "s"), 0);
    mk_end(mk);
    case_expect(mk, "not its innermost", RUNNING_1 "13 m1 p0 g1 RegionBegin 0 'r'\n");
}

/* Over generations a region's name has another id, but is the same text. */
static void region_over_generations(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, UserRegionBegin, 0, mk_string(mk, "r"), 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = case_running(mk, 1, 20, 0, 1);
    mk_string(mk, "other");
    MK(a, 23, UserRegionEnd, 0, mk_string(mk, "r"), 0);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 RegionBegin 0 'r'\n21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n"
                          "23 m1 p0 g1 RegionEnd 0 'r'\n");
}

static void task_ends_twice_later_and_without_begin(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, UserTaskBegin, 5, 0, mk_string(mk, "job"), 0);
    MK(a, 14, UserTaskBegin, 6, 5, mk_string(mk, "part"), 0);
    MK(a, 15, UserTaskEnd, 77, 0);
    MK(a, 16, UserTaskEnd, 5, 0);
    MK(a, 17, UserTaskEnd, 5, 0);
    MK(a, 18, UserTaskBegin, 5, 0, mk_string(mk, "again"), 0);
    mk_end(mk);
    mk_generation(mk, 2);
    a = case_running(mk, 1, 20, 0, 1);
    MK(a, 23, UserTaskEnd, 6, 0);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 TaskBegin 5 in 0 'job'\n14 m1 p0 g1 TaskBegin 6 in 5 'part'\n15 m1 p0 g1 TaskEnd 77 in 0\n"
                          "16 m1 p0 g1 TaskEnd 5 in 0 'job'\n17 m1 p0 g1 TaskEnd 5 in 0\n18 m1 p0 g1 TaskBegin 5 in 0 'again'\n"
                          "21 m1 p0 g1 P0:running>running\n22 m1 p0 g1 G1:running>running\n23 m1 p0 g1 TaskEnd 6 in 5 'part'\n");
}

static void task_begins_twice(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, UserTaskBegin, 5, 0, mk_string(mk, "job"), 0);
    MK(a, 14, UserTaskBegin, 5, 0, mk_string(mk, "job"), 0);
    mk_end(mk);
    case_expect(mk, "begins twice", RUNNING_1 "13 m1 p0 g1 TaskBegin 5 in 0 'job'\n");
}

static void labels_logs_and_metrics(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoLabel, mk_string(mk, "GC (idle)"));
    MK(a, 14, UserLog, 3, mk_string(mk, "key"), mk_string(mk, "text\033[31m"), 0);
    MK(a, 15, HeapAlloc, 123456789012);
    MK(a, 16, HeapGoal, 4194304);
    MK(a, 17, ProcsChange, 8, 0);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 Label 0 'GC (idle)'\n14 m1 p0 g1 Log 3 'key' 'text\033[31m'\n"
                          "15 m1 p0 g1 Metric '/memory/classes/heap/objects:bytes' 123456789012\n"
                          "16 m1 p0 g1 Metric '/gc/heap/goal:bytes' 4194304\n17 m1 p0 g1 Metric '/sched/gomaxprocs:threads' 8\n");
}

/* ---- time ---- */

/* Goroutine 1 blocks on one thread at 50 by its clock and runs on another at 20 by that one's: the order is right, and time
 * still rises. */
static void clocks_that_disagree(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 50, GoStop, mk_string(mk, "preempted"), 0);
    MK(a, 51, ProcStop);
    struct mk_batch *b = mk_batch(mk, 2, 10);
    MK(b, 11, ProcStatus, 1, WIRE_P_RUNNING);
    MK(b, 20, GoStart, 1, 1);
    MK(b, 21, GoStop, mk_string(mk, "preempted"), 0);
    MK(b, 60, GoStart, 1, 2);
    mk_end(mk);
    case_expect(
        mk, NULL,
        "11 m1 p- g- P0:?>running\n12 m2 p- g- P1:?>running\n13 m1 p0 g- G1:?>running\n50 m1 p0 g1 G1:running>runnable 'preempted'\n"
        "51 m2 p1 g- G1:runnable>running\n52 m2 p1 g1 G1:running>runnable 'preempted'\n53 m1 p0 g- P0:running>idle\n"
        "60 m2 p1 g- G1:runnable>running\n");
}

static void time_rises_strictly(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    for (uint64_t p = 0; p < 3; p++)
        MK(a, 10, ProcStatus, p + 1, WIRE_P_IDLE);
    mk_end(mk);
    mk_generation(mk, 2);
    a = mk_batch(mk, 1, 10);
    MK(a, 10, ProcStatus, 1, WIRE_P_IDLE);
    mk_end(mk);
    case_expect(mk, NULL, "11 m1 p- g- P1:?>idle\n12 m1 p- g- P2:?>idle\n13 m1 p- g- P3:?>idle\n15 m1 p- g- P1:idle>idle\n");
}

/* 3 ticks are 10 ns: the fraction is dropped for each step, not for the sum. */
static void ticks_are_cut_step_by_step(void)
{
    struct mktrace *mk = case_begin(22);
    mk->frequency = 300000000;
    struct mk_batch *a = mk_batch(mk, 1, 30);
    MK(a, 31, ProcStatus, 1, WIRE_P_IDLE);
    MK(a, 32, ProcStatus, 2, WIRE_P_IDLE);
    MK(a, 33, ProcStatus, 3, WIRE_P_IDLE);
    mk_end(mk);
    case_expect(mk, NULL, "103 m1 p- g- P1:?>idle\n106 m1 p- g- P2:?>idle\n109 m1 p- g- P3:?>idle\n");
}

static void samples_in_time_order(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 30, GoStop, mk_string(mk, "preempted"), 0);
    uint64_t stack = mk_stack(mk, "main.hot", "main.go", 1);
    mk_sample(mk, 40, 1, 0, 1, stack);
    mk_sample(mk, 20, 1, 0, 1, stack);
    mk_sample(mk, 25, UINT64_MAX, UINT64_MAX, 0, stack);
    mk_end(mk);
    case_expect(mk, NULL,
                RUNNING_1
                "20 m1 p0 g1 StackSample\n25 m- p- g- StackSample\n30 m1 p0 g1 G1:running>runnable 'preempted'\n40 m1 p0 g1 StackSample\n");
}

/* ---- names ---- */

static void first_description_of_a_pc_wins(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    uint64_t first = mk_string(mk, "main.first"), second = mk_string(mk, "main.second"), file = mk_string(mk, "main.go");
    uint64_t one = mk_stack_frames(mk, &(struct mk_frame){0x1234, first, file, 1}, 1);
    uint64_t two = mk_stack_frames(mk, &(struct mk_frame){0x1234, second, file, 2}, 1);
    MK(a, 13, GoStop, mk_string(mk, "preempted"), one);
    MK(a, 14, GoStart, 1, 1);
    MK(a, 15, GoStop, mk_string(mk, "preempted"), two);
    mk_end(mk);
    struct reading *r = calloc(1, sizeof *r);
    reading_bytes(r, mk->out.p, mk->out.n, false, NULL, NULL);
    CHECK(r->tally.nstacks == 1 && r->tally.with_stack == 2, "%s: %" PRIu64 " stacks", case_name(), r->tally.nstacks);
    reading_release(r);
    free(r);
    case_expect(mk, NULL,
                RUNNING_1 "13 m1 p0 g1 G1:running>runnable 'preempted'\n14 m1 p0 g- G1:runnable>running\n"
                          "15 m1 p0 g1 G1:running>runnable 'preempted'\n");
}

static void names_that_are_missing(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoStop, 12345, 777);
    mk_end(mk);
    case_expect(mk, "missing-string", RUNNING_1 "13 m1 p0 g1 G1:running>runnable '?'\n");
}

static void string_above_the_limit(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    char *text = mem_calloc(WIRE_STRING_MAX + 2, 1);
    memset(text, 'x', WIRE_STRING_MAX + 1);
    mk_string(mk, text);
    mem_free(text);
    mk_end(mk);
    case_expect(mk, "limit of 1024 bytes", RUNNING_1);
}

static void stack_above_the_limit(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    static struct mk_frame frames[WIRE_FRAMES_MAX + 1];
    mk_stack_frames(mk, frames, WIRE_FRAMES_MAX + 1);
    mk_end(mk);
    case_expect(mk, "limit of 128 frames", RUNNING_1);
}

#define CASES(X)                                                                                                                           \
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
    X(stack_above_the_limit)

HARD_CASES(CASES)
