/* slow-cancel, deadline-unobserved, deadline-overrun, cancel-storm, foreign-parent, goexit, context-contention. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/judged.h"

#define CANCEL "context.(*cancelCtx).cancel context.go:547 < context.WithCancel.func1 context.go:242 < "
#define SELECT "runtime.selectgo select.go:335 < main.worker main.go:18"
#define SLEEP "time.Sleep time.go:363 < main.worker main.go:22"
#define GO "main.main main.go:3"
#define TIMER "context.WithDeadlineCause.func2"
#define FIRED                                                                                                                              \
    "context.(*cancelCtx).cancel context.go:547 < context.(*timerCtx).cancel context.go:600 < context.WithDeadlineCause.func2 "            \
    "context.go:650"

/* n workers wait for Done; main cancels at 100 ms. */
static struct scene *cancelled(unsigned n)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < n; i++) {
        scene_go(sc, 1 * MSEC + i * 10 * US, 1, 10 + i, "main.worker", GO);
        scene_block(sc, 1 * MSEC + i * 10 * US + 5 * US, 10 + i, "select", SELECT);
    }
    for (unsigned i = 0; i < n; i++)
        scene_wake(sc, 100 * MSEC + i * US, 1, 10 + i, CANCEL "main.main main.go:40");
    return sc;
}

static void a_worker_that_flushes_after_done_is_slow(void)
{
    struct scene *sc = cancelled(1);
    scene_block(sc, 101 * MSEC, 10, "sleep", SLEEP);
    scene_wake(sc, 401 * MSEC, 0, 10, NULL);
    scene_quit(sc, 402 * MSEC, 10);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "slow-cancel", "main.worker", 1);
    if (f) {
        CHECK(session_frame(j.s, f->frame)->line == 18, "the statement that waited: line %u", session_frame(j.s, f->frame)->line);
        CHECK(f->numbers[NUM_CANCEL_TO_EXIT] > 301e6 && f->numbers[NUM_CANCEL_TO_EXIT] < 303e6, "%f", f->numbers[NUM_CANCEL_TO_EXIT]);
        CHECK(f->numbers[NUM_BLOCKED] > 299e6, "blocked %f", f->numbers[NUM_BLOCKED]);
        CHECK(f->proof.v[0].table == PROOF_EDGE && f->proof.v[0].id == 0);
    }
    judged_free(&j);
}

static void a_worker_that_leaves_at_once_is_not(void)
{
    struct scene *sc = cancelled(3);
    for (unsigned i = 0; i < 3; i++)
        scene_quit(sc, 101 * MSEC + i * MSEC, 10 + i);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "slow-cancel");
    expect_silent(&j, "cancel-storm");
    judged_free(&j);
}

static void a_loop_that_waits_again_there_has_reacted(void)
{
    struct scene *sc = cancelled(1);
    scene_block(sc, 101 * MSEC, 10, "select", SELECT);
    struct judged j = judge_scene(sc, 500 * MSEC, NULL);
    expect_silent(&j, "slow-cancel");
    judged_free(&j);
}

/* Wakes g as the timer of a context does, in a goroutine of its own. */
static void deadline_wakes(struct scene *sc, uint64_t t, uint64_t timer, uint64_t g)
{
    scene_go(sc, t, 1, timer, TIMER, NULL);
    scene_wake(sc, t + 10 * US, timer, g, FIRED);
    scene_quit(sc, t + 20 * US, timer);
}

/* An attempt with a timeout, a pause, the next attempt: `rounds` of them. */
static struct scene *attempts(unsigned rounds)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 10, "main.worker", GO);
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t t = (10 + 300 * i) * MSEC;
        scene_block(sc, t, 10, "select", SELECT);
        deadline_wakes(sc, t + 100 * MSEC, 60 + i, 10);
        scene_block(sc, t + 101 * MSEC, 10, "sleep", SLEEP);
        scene_wake(sc, t + 290 * MSEC, 0, 10, NULL);
    }
    scene_quit(sc, (1 + 300 * rounds) * MSEC, 10);
    return sc;
}

static void pauses_between_attempts_are_meant(void)
{
    struct judged j = judge_scene(attempts(3), 2 * S, NULL);
    CHECK(j.s->ctx.edges.n == 3 && j.s->ctx.edges.v[2].how != EXIT_AGAIN, "the last one ends: %zu edges", j.s->ctx.edges.n);
    expect_silent(&j, "slow-cancel");
    judged_free(&j);
}

static void a_pause_after_the_only_deadline_is_slow(void)
{
    struct judged j = judge_scene(attempts(1), 2 * S, NULL);
    expect_finding(&j, "slow-cancel", "main.worker", 1);
    judged_free(&j);
}

/* The statement is a call that waits in several places, as a request of net/http does. */
static void a_loop_of_requests_has_reacted_when_it_asks_anew(void)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 10, "main.client", GO);
    scene_block(sc, 2 * MSEC, 10, "select",
                "runtime.selectgo select.go:335 < net/http.(*Transport).getConn transport.go:1552 < main.client main.go:30");
    scene_wake(sc, 100 * MSEC, 1, 10, CANCEL "main.main main.go:40");
    scene_block(sc, 101 * MSEC, 10, "sync",
                "sync.(*Mutex).Lock mutex.go:46 < net/http.(*Transport).getConn transport.go:1547 < main.client main.go:30");
    scene_wake(sc, 401 * MSEC, 1, 10, "sync.(*Mutex).Unlock mutex.go:200 < main.main main.go:7");
    scene_quit(sc, 402 * MSEC, 10);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "slow-cancel");
    judged_free(&j);
}

/* It returned to its caller, which computes for itself. */
static void what_the_caller_computes_later_is_not_counted(void)
{
    struct scene *sc = cancelled(1);
    scene_run(sc, 101 * MSEC, 10);
    scene_block(sc, 400 * MSEC, 10, "chan receive", "runtime.chanrecv1 chan.go:509 < main.other main.go:60");
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "slow-cancel");
    judged_free(&j);
}

static void the_threshold_can_be_set(void)
{
    struct scene *sc = cancelled(1);
    scene_block(sc, 101 * MSEC, 10, "sleep", SLEEP);
    scene_wake(sc, 130 * MSEC, 0, 10, NULL);
    scene_quit(sc, 131 * MSEC, 10);
    struct judged j = judge_scene(sc, 1 * S, "slow-cancel over 20ms");
    expect_finding(&j, "slow-cancel", "main.worker", 1);
    judged_free(&j);
}

/* Stuck for ever after Done: the leak says it, slow-cancel is named in it. */
static void a_leak_takes_over_the_slow_cancel_of_its_goroutines(void)
{
    struct scene *sc = cancelled(3);
    for (unsigned i = 0; i < 3; i++)
        scene_block(sc, 101 * MSEC + i * MSEC, 10 + i, "chan send", "runtime.chansend1 chan.go:161 < main.worker main.go:25");
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.worker", 3);
    CHECK(f && f->also.n == 1 && f->also.v[0] == rule_find("slow-cancel"), "also %zu", f ? f->also.n : 0);
    expect_silent(&j, "slow-cancel");
    judged_free(&j);
}

/* --- cancel-storm --- */

static void a_hundred_at_once_are_a_storm(void)
{
    struct scene *sc = cancelled(120);
    for (unsigned i = 0; i < 120; i++)
        scene_quit(sc, 101 * MSEC + i * 100 * US, 10 + i);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "cancel-storm", "main.worker", 120);
    if (f) {
        CHECK(f->numbers[NUM_RUNQUEUE_MAX] == 120, "%f stood ready", f->numbers[NUM_RUNQUEUE_MAX]);
        CHECK(f->numbers[NUM_SCHED_P99] > 12e6 && f->numbers[NUM_SCHED_P99] < 13e6, "%f", f->numbers[NUM_SCHED_P99]);
        CHECK(f->proof.v[0].table == PROOF_CANCEL);
    }
    judged_free(&j);
}

/* --- deadlines --- */

static void a_deadline_that_wakes_nobody_is_told(void)
{
    struct scene *sc = scene_new();
    scene_go(sc, 200 * MSEC, 1, 30, TIMER, NULL);
    scene_quit(sc, 201 * MSEC, 30);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_finding(&j, "deadline-unobserved", NULL, 1);
    expect_silent(&j, "deadline-overrun");
    judged_free(&j);
}

static void a_deadline_that_wakes_somebody_is_not(void)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 10, "main.worker", GO);
    scene_block(sc, 2 * MSEC, 10, "select", SELECT);
    scene_go(sc, 200 * MSEC, 1, 30, TIMER, NULL);
    scene_wake(sc, 201 * MSEC, 30, 10, FIRED);
    scene_quit(sc, 202 * MSEC, 30);
    scene_quit(sc, 203 * MSEC, 10);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "deadline-unobserved");
    judged_free(&j);
}

#define READ "internal/poll.runtime_pollWait netpoll.go:351 < net.(*conn).Read net.go:194 < main.readAnswer main.go:37"

/* A reader that ran at 5 ms and blocks then; a deadline fires, 200 ms after that, and it reads on until `woken`. */
static struct scene *reader(uint64_t fires, uint64_t woken, const char *stack)
{
    struct scene *sc = scene_new();
    scene_go(sc, 5 * MSEC, 1, 10, "main.readAnswer", GO);
    scene_run(sc, 5 * MSEC + 10 * US, 10);
    scene_block(sc, 5 * MSEC + 200 * US, 10, "network", stack);
    scene_go(sc, fires, 1, 30, TIMER, NULL);
    scene_quit(sc, fires + 20 * US, 30);
    scene_wake(sc, woken, 0, 10, NULL);
    scene_quit(sc, woken + 20 * US, 10);
    return sc;
}

static void a_read_across_its_deadline_overruns(void)
{
    struct judged j = judge_scene(reader(205 * MSEC + 100 * US, 700 * MSEC, READ), 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "deadline-overrun", "main.readAnswer", 1);
    if (f) {
        CHECK(f->confidence == CONF_LIKELY && session_frame(j.s, f->frame)->line == 37);
        CHECK(f->numbers[NUM_OVERRUN] > 494e6 && f->numbers[NUM_OVERRUN] < 496e6, "%f", f->numbers[NUM_OVERRUN]);
    }
    judged_free(&j);
}

static void a_read_that_its_own_deadline_ends_does_not(void)
{
    struct judged j = judge_scene(reader(205 * MSEC + 100 * US, 206 * MSEC, READ), 1 * S, NULL);
    expect_silent(&j, "deadline-overrun");
    judged_free(&j);
}

/* 173 ms is nobody's timeout. */
static void the_deadline_of_somebody_else_does_not(void)
{
    struct judged j = judge_scene(reader(178 * MSEC + 100 * US, 700 * MSEC, READ), 1 * S, NULL);
    expect_silent(&j, "deadline-overrun");
    judged_free(&j);
}

/* Of a dozen deadlines in its wait one fits: chance. */
static void among_many_deadlines_a_match_is_chance(void)
{
    struct scene *sc = scene_new();
    scene_go(sc, 5 * MSEC, 1, 10, "main.readAnswer", GO);
    scene_block(sc, 5 * MSEC + 200 * US, 10, "network", READ);
    for (unsigned i = 0; i < 12; i++) {
        scene_go(sc, 205 * MSEC + 100 * US + i * 7 * MSEC, 1, 30 + i, TIMER, NULL);
        scene_quit(sc, 205 * MSEC + 200 * US + i * 7 * MSEC, 30 + i);
    }
    scene_wake(sc, 700 * MSEC, 0, 10, NULL);
    scene_quit(sc, 701 * MSEC, 10);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "deadline-overrun");
    judged_free(&j);
}

static void a_server_waits_for_the_next_request(void)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 9, "main.serve", GO);
    scene_block(sc, 2 * MSEC, 9, "network",
                "internal/poll.runtime_pollWait netpoll.go:351 < internal/poll.(*FD).Accept fd_unix.go:620 < "
                "net.(*TCPListener).Accept tcpsock.go:327 < main.serve main.go:9");
    scene_wake(sc, 4 * MSEC, 0, 9, NULL);
    scene_go(sc, 5 * MSEC, 9, 10, "main.answer", "main.serve main.go:12");
    scene_block(sc, 5 * MSEC + 200 * US, 10, "network", READ);
    scene_go(sc, 205 * MSEC + 100 * US, 1, 30, TIMER, NULL);
    scene_quit(sc, 205 * MSEC + 200 * US, 30);
    scene_wake(sc, 700 * MSEC, 0, 10, NULL);
    scene_quit(sc, 701 * MSEC, 10);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "deadline-overrun");
    judged_free(&j);
}

static void an_accept_loop_does_not(void)
{
    const char *accept = "internal/poll.runtime_pollWait netpoll.go:351 < net.(*TCPListener).Accept tcpsock.go:327 < main.serve main.go:9";
    struct judged j = judge_scene(reader(205 * MSEC + 100 * US, 700 * MSEC, accept), 1 * S, NULL);
    expect_silent(&j, "deadline-overrun");
    judged_free(&j);
}

/* --- foreign-parent --- */

static struct scene *watchers(unsigned n, bool end)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < n; i++) {
        uint64_t t = (i + 1) * MSEC;
        scene_go(
            sc, t, 1, 10 + i, "context.(*cancelCtx).propagateCancel.func2",
            "context.(*cancelCtx).propagateCancel context.go:500 < context.withCancel context.go:275 < context.WithCancel context.go:240 < "
            "main.derive main.go:31");
        scene_block(sc, t + US, 10 + i, "select",
                    "runtime.selectgo select.go:335 < context.(*cancelCtx).propagateCancel.func2 context.go:502");
        if (!end)
            continue;
        scene_wake(sc, t + 500 * US, 1, 10 + i, CANCEL "main.derive main.go:33");
        scene_quit(sc, t + 501 * US, 10 + i);
    }
    return sc;
}

static void children_of_a_foreign_parent_cost_goroutines(void)
{
    struct judged j = judge_scene(watchers(12, false), 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "foreign-parent", "main.derive", 12);
    CHECK(f && session_frame(j.s, f->frame)->line == 31);
    expect_quiet(&j, "goroutine-leak"); /* the watchers wait by design: the parent is at fault */
    judged_free(&j);
}

static void few_at_a_time_are_fine(void)
{
    struct judged j = judge_scene(watchers(12, true), 3 * S, NULL);
    expect_silent(&j, "foreign-parent");
    judged_free(&j);
}

/* --- goexit --- */

static struct scene *exits(const char *below)
{
    struct scene *sc = scene_new();
    char stack[400];
    snprintf(stack, sizeof stack, "sync.(*WaitGroup).Done waitgroup.go:156 < runtime.Goexit panic.go:694 < %s", below);
    scene_block(sc, 1 * MSEC, 1, "sync", "sync.(*WaitGroup).Wait waitgroup.go:206 < main.main main.go:50");
    scene_wake(sc, 2 * MSEC, 0, 1, NULL);
    scene_go(sc, 3 * MSEC, 1, 10, "main.runStep", GO);
    scene_block(sc, 4 * MSEC, 1, "sync", "sync.(*WaitGroup).Wait waitgroup.go:206 < main.main main.go:51");
    scene_wake(sc, 5 * MSEC, 10, 1, stack);
    scene_quit(sc, 6 * MSEC, 10);
    return sc;
}

static void goexit_is_seen_below_a_deferred_call(void)
{
    struct judged j = judge_scene(exits("main.fail main.go:18 < main.runStep main.go:25"), 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "goexit", "main.runStep", 1);
    CHECK(f && session_frame(j.s, f->frame)->line == 18 && f->severity == SEV_INFO);
    judged_free(&j);
}

static void a_test_that_fails_is_no_news(void)
{
    struct judged j = judge_scene(
        exits("testing.(*common).FailNow testing.go:1041 < main.TestX main_test.go:9 < testing.tRunner testing.go:1934"), 1 * S, NULL);
    expect_silent(&j, "goexit");
    judged_free(&j);
}

/* --- context-contention --- */

static struct scene *lockers(const char *stack)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < 5; i++) {
        scene_go(sc, (1 + i) * MSEC, 1, 10 + i, "main.request", GO);
        scene_block(sc, (1 + i) * MSEC + 1, 10 + i, "sync", stack);
    }
    for (unsigned i = 0; i < 5; i++)
        scene_wake(sc, (30 + i) * MSEC, 1, 10 + i,
                   "sync.(*Mutex).Unlock mutex.go:230 < context.(*cancelCtx).cancel context.go:550 < main.main main.go:9");
    for (unsigned i = 0; i < 5; i++)
        scene_quit(sc, (40 + i) * MSEC, 10 + i);
    return sc;
}

static void waits_for_a_contexts_lock_are_counted(void)
{
    struct judged j = judge_scene(lockers("sync.(*Mutex).Lock mutex.go:46 < context.(*cancelCtx).propagateCancel context.go:480 < "
                                          "context.WithCancel context.go:240 < main.request main.go:12"),
                                  100 * MSEC, NULL);
    const struct finding *f = expect_finding(&j, "context-contention", "main.request", 5);
    CHECK(f && f->numbers[NUM_WAITED] > 144e6 && f->numbers[NUM_SHARE] > 0.9, "%f %f", f ? f->numbers[NUM_WAITED] : 0,
          f ? f->numbers[NUM_SHARE] : 0);
    judged_free(&j);
}

static void waits_for_another_lock_are_not(void)
{
    struct judged j =
        judge_scene(lockers("sync.(*Mutex).Lock mutex.go:46 < main.(*store).get main.go:12 < main.request main.go:12"), 100 * MSEC, NULL);
    expect_silent(&j, "context-contention");
    judged_free(&j);
}

int main(void)
{
    a_worker_that_flushes_after_done_is_slow();
    a_worker_that_leaves_at_once_is_not();
    a_loop_that_waits_again_there_has_reacted();
    pauses_between_attempts_are_meant();
    a_pause_after_the_only_deadline_is_slow();
    a_loop_of_requests_has_reacted_when_it_asks_anew();
    what_the_caller_computes_later_is_not_counted();
    the_threshold_can_be_set();
    a_leak_takes_over_the_slow_cancel_of_its_goroutines();
    a_hundred_at_once_are_a_storm();
    a_deadline_that_wakes_nobody_is_told();
    a_deadline_that_wakes_somebody_is_not();
    a_read_across_its_deadline_overruns();
    a_read_that_its_own_deadline_ends_does_not();
    the_deadline_of_somebody_else_does_not();
    among_many_deadlines_a_match_is_chance();
    a_server_waits_for_the_next_request();
    an_accept_loop_does_not();
    children_of_a_foreign_parent_cost_goroutines();
    few_at_a_time_are_fine();
    goexit_is_seen_below_a_deferred_call();
    a_test_that_fails_is_no_news();
    waits_for_a_contexts_lock_are_counted();
    waits_for_another_lock_are_not();
    return check_done();
}
