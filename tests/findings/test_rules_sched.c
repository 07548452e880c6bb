/* sched-latency, idle-procs, preempted, long-stw; and what the engine says of rules that it cannot judge. */
#include "tests/lib/check.h"
#include "tests/lib/judged.h"

#define GO "main.main main.go:3"

/* 200 goroutines, each ready for `wait` before it runs. */
static struct scene *starts(uint64_t wait)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < 200; i++) {
        uint64_t t = (i + 1) * 20 * MSEC;
        scene_go(sc, t, 1, 10 + i, "main.handle", GO);
        scene_run(sc, t + wait, 10 + i);
        scene_quit(sc, t + wait + 10 * US, 10 + i);
        scene_run(sc, t + wait + 20 * US, 1);
    }
    return sc;
}

static void long_waits_for_a_proc_are_told(void)
{
    struct judged j = judge_scene(starts(15 * MSEC), 5 * S, NULL);
    const struct finding *f = expect_finding(&j, "sched-latency", "main.handle", 400); /* and main's own */
    CHECK(f && f->severity == SEV_INFO && f->numbers[NUM_SCHED_P99] >= 15e6 && f->numbers[NUM_SCHED_P99] < 18e6);
    judged_free(&j);
}

static void short_ones_are_not(void)
{
    struct judged j = judge_scene(starts(2 * MSEC), 5 * S, NULL);
    expect_silent(&j, "sched-latency");
    expect_silent(&j, "idle-procs");
    judged_free(&j);
}

static struct scene *encoder(unsigned times)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 10, "main.encode", GO);
    for (unsigned i = 0; i < times; i++) {
        scene_run(sc, (i + 1) * 10 * MSEC, 10);
        scene_preempt(sc, (i + 1) * 10 * MSEC + 9 * MSEC, 10);
    }
    scene_quit(sc, 900 * MSEC, 10);
    return sc;
}

static void one_that_never_blocks_is_told(void)
{
    struct judged j = judge_scene(encoder(20), 1 * S, NULL);
    expect_finding(&j, "preempted", "main.encode", 1);
    judged_free(&j);
}

static void one_that_is_done_soon_is_not(void)
{
    struct judged j = judge_scene(encoder(5), 1 * S, NULL);
    expect_silent(&j, "preempted");
    judged_free(&j);
}

static void a_stop_with_nobody_else_running_is_an_info(void)
{
    struct scene *sc = scene_new();
    scene_stop_world(sc, 10 * MSEC, 1, 80 * MSEC, "read mem stats");
    struct judged j = judge_scene(sc, 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "long-stw", NULL, 1);
    CHECK(f && f->severity == SEV_INFO && f->confidence == CONF_POSSIBLE && f->numbers[NUM_STW] == 70e6, "%f", f ? f->numbers[NUM_STW] : 0);
    judged_free(&j);
}

static void a_short_stop_is_nothing(void)
{
    struct scene *sc = scene_new();
    scene_stop_world(sc, 10 * MSEC, 1, 14 * MSEC, "read mem stats");
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "long-stw");
    judged_free(&j);
}

/* On a second proc somebody runs until the stop is over. */
static void one_who_runs_on_holds_up_the_stop(void)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 10, "main.copySnapshot", GO);
    struct mk_batch *b = mk_batch(sc->mk, 2, 2 * MSEC);
    MK(b, 2 * MSEC + 1, ProcStatus, 1, WIRE_P_IDLE);
    MK(b, 2 * MSEC + 2, ProcStart, 1, 1);
    MK(b, 2 * MSEC + 3, GoStart, 10, 1);
    MK(b, 95 * MSEC, GoDestroy);
    scene_stop_world(sc, 10 * MSEC, 1, 100 * MSEC, "read mem stats");
    struct judged j = judge_scene(sc, 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "long-stw", "main.copySnapshot", 1);
    CHECK(f && f->severity == SEV_WARNING && f->confidence == CONF_LIKELY);
    judged_free(&j);
}

static void silence_and_innocence_are_kept_apart(void)
{
    struct judged j = judge_scene(scene_new(), 1 * S, NULL);
    expect_not_judged(&j, "lost-cancel");
    expect_not_judged(&j, "budget-exceeded");
    expect_silent(&j, "goroutine-leak");
    CHECK(j.f.list.n + j.f.not_judged.n + j.f.judged_clean.n == nrules, "each rule is somewhere");
    judged_free(&j);
}

int main(void)
{
    long_waits_for_a_proc_are_told();
    short_ones_are_not();
    one_that_never_blocks_is_told();
    one_that_is_done_soon_is_not();
    a_stop_with_nobody_else_running_is_an_info();
    a_short_stop_is_nothing();
    one_who_runs_on_holds_up_the_stop();
    silence_and_innocence_are_kept_apart();
    return check_done();
}
