/* goroutine-leak, goroutine-growth, blocked-syscall, test-flaky-slow: for each a scene in which it speaks and some in which it must not. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/judged.h"

#define SEND "runtime.chansend1 chan.go:161 < main.fetch main.go:15"
#define RECEIVE "runtime.chanrecv1 chan.go:509 < main.collect main.go:35"
#define SELECT "runtime.selectgo select.go:335 < main.worker main.go:9"
#define LOCK "sync.(*Mutex).Lock mutex.go:46 < main.book main.go:20"
#define GO "main.main main.go:3"

/* n goroutines of `start`, numbered from `first`, started by `by` in turn, each blocked at once. */
static void stuck(struct scene *sc, uint64_t t, uint64_t by, uint64_t first, unsigned n, const char *start, const char *reason,
                  const char *stack)
{
    for (unsigned i = 0; i < n; i++) {
        scene_go(sc, t + i * 10 * US, by, first + i, start, GO);
        scene_block(sc, t + i * 10 * US + 5 * US, first + i, reason, stack);
    }
}

static void senders_left_alone_are_a_leak(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 4, "main.fetch", "chan send", SEND);
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.fetch", 4);
    if (f) {
        CHECK(f->severity == SEV_ERROR && f->confidence == CONF_LIKELY, "severity %d", f->severity);
        CHECK(session_frame(j.s, f->frame)->line == 15, "line %u", session_frame(j.s, f->frame)->line);
        CHECK(f->proof.n == 4 && f->proof.v[0].table == PROOF_SPAN && f->proof.v[0].id == 10, "the first is stuck longest");
        CHECK(f->numbers[NUM_BLOCKED] > 2.9e9, "blocked %f", f->numbers[NUM_BLOCKED]);
    }
    judged_free(&j);
}

static void two_are_a_warning_only(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 2, "main.fetch", "chan send", SEND);
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.fetch", 2);
    CHECK(f && f->severity == SEV_WARNING && f->confidence == CONF_POSSIBLE);
    judged_free(&j);
}

static void too_short_to_tell(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 2100 * MSEC, 1, 10, 4, "main.fetch", "chan send", SEND);
    struct judged j = judge_scene(sc, 3 * S, NULL);
    expect_silent(&j, "goroutine-leak");
    judged_free(&j);
}

/* Workers that were woken at that statement and came back wait for work. */
static void a_pool_is_no_more_than_an_info(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 4, "main.worker", "select", SELECT);
    for (unsigned i = 0; i < 4; i++) {
        scene_wake(sc, (10 + i) * MSEC, 1, 10 + i, "runtime.chansend1 chan.go:161 < main.main main.go:7");
        scene_block(sc, (10 + i) * MSEC + 500, 10 + i, "select", SELECT);
    }
    struct judged j = judge_scene(sc, 3 * S, NULL);
    expect_quiet(&j, "goroutine-leak");
    expect_finding(&j, "goroutine-leak", "main.worker", 4);
    judged_free(&j);
}

/* Many of the kind ended without ever waiting there; those that do wait were there before. */
static void a_pool_is_known_by_those_who_came_back(void)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < 30; i++) {
        scene_go(sc, 1 * MSEC + i * 10 * US, 1, 100 + i, "main.worker", GO);
        scene_quit(sc, 1 * MSEC + i * 10 * US + 5 * US, 100 + i);
    }
    stuck(sc, 5 * MSEC, 1, 10, 4, "main.worker", "select", SELECT);
    scene_wake(sc, 10 * MSEC, 1, 11, "runtime.chansend1 chan.go:161 < main.main main.go:7");
    scene_block(sc, 11 * MSEC, 11, "select", SELECT);
    struct judged j = judge_scene(sc, 3 * S, NULL);
    expect_quiet(&j, "goroutine-leak");
    judged_free(&j);
}

/* Others of the kind got their answer and ended: that makes the rest no pool. */
static void those_who_got_an_answer_and_ended_prove_no_pool(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 8, "main.collect", "chan receive", RECEIVE);
    for (unsigned i = 0; i < 5; i++) {
        scene_wake(sc, (10 + i) * MSEC, 1, 10 + i, "runtime.chansend1 chan.go:161 < main.main main.go:7");
        scene_quit(sc, (10 + i) * MSEC + 500, 10 + i);
    }
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.collect", 3);
    CHECK(f && f->severity == SEV_ERROR);
    judged_free(&j);
}

/* One is lost with each request, all along: those who wait there not for long enough yet were not woken either. */
static void a_steady_leak_is_no_pool(void)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < 20; i++)
        stuck(sc, (1 + 140 * i) * MSEC, 1, 10 + i, 1, "main.collect", "chan receive", RECEIVE);
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.collect", 11);
    CHECK(f && f->severity == SEV_ERROR && f->confidence == CONF_LIKELY, "severity %d", f ? f->severity : -1);
    judged_free(&j);
}

/* go func() { time.Sleep(d); c <- v }() in one line: the sleep is no wait to send that ended. */
static void a_sleep_in_the_same_line_is_another_wait(void)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < 4; i++) {
        scene_go(sc, (1 + i) * MSEC, 1, 10 + i, "main.fetch", GO);
        scene_block(sc, (1 + i) * MSEC + 5 * US, 10 + i, "sleep", "time.Sleep time.go:363 < main.fetch main.go:15");
    }
    for (unsigned i = 0; i < 4; i++) {
        scene_wake(sc, (100 + i) * MSEC, 0, 10 + i, NULL);
        scene_block(sc, (100 + i) * MSEC + 5 * US, 10 + i, "chan send", SEND);
    }
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.fetch", 4);
    CHECK(f && f->severity == SEV_ERROR && f->confidence == CONF_LIKELY, "severity %d", f ? f->severity : -1);
    judged_free(&j);
}

/* Workers that never had to wait for a job until there were none, and were busy at `line`; the statement that takes a job is 9. */
static struct scene *workers_busy_at(unsigned line)
{
    struct scene *sc = scene_new();
    char busy[120];
    snprintf(busy, sizeof busy, "time.Sleep time.go:363 < main.work main.go:70 < main.worker main.go:%u", line);
    for (unsigned i = 0; i < 4; i++) {
        scene_go(sc, (1 + i) * MSEC, 1, 10 + i, "main.worker", GO);
        scene_block(sc, (1 + i) * MSEC + 5 * US, 10 + i, "sleep", busy);
    }
    for (unsigned i = 0; i < 4; i++) {
        scene_wake(sc, (100 + i) * MSEC, 0, 10 + i, NULL);
        scene_block(sc, (100 + i) * MSEC + 5 * US, 10 + i, "chan receive", "runtime.chanrecv2 chan.go:514 < main.worker main.go:9");
    }
    return sc;
}

static void workers_that_were_in_the_loop_before_may_be_a_pool(void)
{
    struct judged j = judge_scene(workers_busy_at(12), 3 * S, NULL);
    expect_quiet(&j, "goroutine-leak");
    expect_finding(&j, "goroutine-leak", "main.worker", 4);
    judged_free(&j);
}

static void what_came_before_the_statement_proves_no_loop(void)
{
    struct judged j = judge_scene(workers_busy_at(7), 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.worker", 4);
    CHECK(f && f->severity == SEV_ERROR, "severity %d", f ? f->severity : -1);
    judged_free(&j);
}

/* io.Pipe waits in a select, but nobody parks there by design: they were read from, and then the reader went away. */
static void writers_to_a_pipe_without_a_reader_are_senders(void)
{
    const char *write = "runtime.selectgo select.go:335 < io.(*pipe).write pipe.go:86 < io.(*PipeWriter).Write pipe.go:161 < "
                        "main.produce main.go:28";
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 4, "main.produce", "select", write);
    for (unsigned i = 0; i < 4; i++) {
        scene_wake(sc, (10 + i) * MSEC, 1, 10 + i, "runtime.chanrecv1 chan.go:509 < io.(*pipe).read pipe.go:57 < main.main main.go:7");
        scene_block(sc, (10 + i) * MSEC + 500, 10 + i, "select", write);
    }
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.produce", 4);
    CHECK(f && f->severity == SEV_WARNING && f->confidence == CONF_POSSIBLE, "severity %d", f ? f->severity : -1);
    judged_free(&j);
}

static void main_may_wait(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 1, "main.serve", "network", "internal/poll.runtime_pollWait netpoll.go:351 < main.serve main.go:50");
    struct judged j = judge_scene(sc, 3 * S, NULL);
    expect_silent(&j, "goroutine-leak");
    judged_free(&j);
}

/* One that main started and that waits for a signal to stop: a trace cannot tell it from a leak, so no warning. */
static void a_watcher_of_main_is_an_info(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 1, "main.main.func1", "chan receive", "runtime.chanrecv1 chan.go:509 < main.main.func1 main.go:12");
    struct judged j = judge_scene(sc, 3 * S, NULL);
    expect_quiet(&j, "goroutine-leak");
    judged_free(&j);
}

static void a_locked_mutex_is_a_leak_even_when_it_worked_before(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 3, "main.book", "sync", LOCK);
    for (unsigned i = 0; i < 3; i++) {
        scene_wake(sc, (10 + i) * MSEC, 1, 10 + i, "sync.(*Mutex).Unlock mutex.go:200 < main.main main.go:7");
        scene_block(sc, (10 + i) * MSEC + 500, 10 + i, "sync", LOCK);
    }
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.book", 3);
    CHECK(f && f->severity == SEV_ERROR);
    judged_free(&j);
}

static void a_waitgroup_waits_for_leaked_ones(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 4, "main.fetch", "chan send", SEND);
    stuck(sc, 2 * MSEC, 1, 20, 1, "main.closer", "sync", "sync.(*WaitGroup).Wait waitgroup.go:206 < main.closer main.go:45");
    struct judged j = judge_scene(sc, 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.closer", 1);
    CHECK(f && f->severity == SEV_WARNING);
    judged_free(&j);
}

static void a_supervisor_waits_by_design(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 2 * MSEC, 1, 20, 1, "main.supervise", "sync", "sync.(*WaitGroup).Wait waitgroup.go:206 < main.supervise main.go:45");
    stuck(sc, 3 * MSEC, 1, 30, 4, "main.forever", "forever", "runtime.block select.go:104 < main.forever main.go:46");
    struct judged j = judge_scene(sc, 3 * S, NULL);
    expect_quiet(&j, "goroutine-leak");
    judged_free(&j);
}

static void settings_name_what_waits_by_design(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 4, "main.fetch", "chan send", SEND);
    struct judged j = judge_scene(sc, 3 * S, "idle main.fetch");
    expect_silent(&j, "goroutine-leak");
    judged_free(&j);
}

static void an_ignored_finding_is_kept_and_marked(void)
{
    struct scene *sc = scene_new();
    stuck(sc, 1 * MSEC, 1, 10, 4, "main.fetch", "chan send", SEND);
    struct judged j = judge_scene(sc, 3 * S, "ignore goroutine-leak main.fetch known since 2.1");
    const struct finding *f = expect_finding(&j, "goroutine-leak", "main.fetch", 4);
    CHECK(f && f->ignored && f->reason);
    CHECK(j.f.by_severity[SEV_ERROR] == 0, "ignored ones are not counted");
    judged_free(&j);
}

/* --- goroutine-growth --- */

static struct scene *one_each(unsigned n, uint64_t step, bool end)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < n; i++) {
        uint64_t t = (i + 1) * step;
        scene_go(sc, t, 1, 10 + i, "main.deliver", "main.tick main.go:35");
        scene_block(sc, t + 1 * US, 10 + i, "select", SELECT);
        if (!end)
            continue;
        scene_wake(sc, t + step / 2, 1, 10 + i, "runtime.chansend1 chan.go:161 < main.main main.go:7");
        scene_quit(sc, t + step / 2 + 1 * US, 10 + i);
    }
    return sc;
}

static void one_more_each_tick_grows(void)
{
    struct judged j = judge_scene(one_each(40, 50 * MSEC, false), 2050 * MSEC, NULL);
    const struct finding *f = expect_finding(&j, "goroutine-growth", "main.deliver", 40);
    CHECK(f && session_frame(j.s, f->frame)->line == 35, "where they are started");
    judged_free(&j);
}

static void those_that_end_do_not_grow(void)
{
    struct judged j = judge_scene(one_each(40, 50 * MSEC, true), 2050 * MSEC, NULL);
    expect_silent(&j, "goroutine-growth");
    judged_free(&j);
}

static void a_pool_filled_at_the_start_does_not_grow(void)
{
    struct judged j = judge_scene(one_each(40, 5 * MSEC, false), 2050 * MSEC, NULL);
    expect_silent(&j, "goroutine-growth");
    judged_free(&j);
}

/* --- blocked-syscall --- */

#define READ "syscall.Read syscall_unix.go:183 < main.readPipe main.go:17"

static struct scene *reads(const char *stack, uint64_t took)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 10, "main.readPipe", GO);
    scene_syscall(sc, 2 * MSEC, 10, stack);
    scene_return(sc, 2 * MSEC + took, 10);
    scene_quit(sc, 2 * MSEC + took + 1, 10);
    return sc;
}

static void a_long_read_holds_a_thread(void)
{
    struct judged j = judge_scene(reads(READ, 1600 * MSEC), 3 * S, NULL);
    const struct finding *f = expect_finding(&j, "blocked-syscall", "main.readPipe", 1);
    CHECK(f && session_frame(j.s, f->frame)->line == 17 && f->numbers[NUM_BLOCKED] > 1.59e9);
    judged_free(&j);
    j = judge_scene(reads(READ, 300 * MSEC), 3 * S, "blocked-syscall over 200ms");
    expect_finding(&j, "blocked-syscall", "main.readPipe", 1);
    judged_free(&j);
}

static void the_wait_for_a_child_takes_as_long_as_the_child(void)
{
    struct judged j = judge_scene(reads("syscall.Syscall6 syscall_linux.go:96 < os.(*Process).pidfdWait pidfd_linux.go:107 < "
                                        "os.(*Process).wait exec_unix.go:25 < os/exec.(*Cmd).Wait exec.go:922 < main.readPipe main.go:17",
                                        1600 * MSEC),
                                  3 * S, NULL);
    expect_silent(&j, "blocked-syscall");
    judged_free(&j);
}

static void a_short_read_does_not(void)
{
    struct judged j = judge_scene(reads(READ, 900 * MSEC), 3 * S, NULL);
    expect_silent(&j, "blocked-syscall");
    judged_free(&j);
}

/* --- test-flaky-slow --- */

static struct scene *test_of(const char *waits)
{
    struct scene *sc = scene_new();
    char stack[300];
    snprintf(stack, sizeof stack, "%s < example.com/x.TestReady x_test.go:12 < testing.tRunner testing.go:1934", waits);
    scene_go(sc, 1 * MSEC, 1, 10, "testing.tRunner", "testing.(*T).Run testing.go:1997");
    scene_block(sc, 2 * MSEC, 10, "sleep", stack);
    scene_wake(sc, 46 * S, 0, 10, NULL);
    scene_quit(sc, 46 * S + 1 * MSEC, 10);
    return sc;
}

static void a_test_that_sleeps_is_slow(void)
{
    struct judged j = judge_scene(test_of("time.Sleep time.go:363"), 47 * S, NULL);
    expect_finding(&j, "test-flaky-slow", "example.com/x.TestReady", 1);
    judged_free(&j);
    j = judge_scene(test_of("time.Sleep time.go:363"), 47 * S, "test-flaky-slow max 50s");
    expect_silent(&j, "test-flaky-slow");
    judged_free(&j);
}

static void waiting_for_its_turn_is_not_the_tests_fault(void)
{
    struct judged j = judge_scene(test_of("runtime.chanrecv1 chan.go:509 < testing.(*T).Parallel testing.go:1800"), 47 * S, NULL);
    expect_silent(&j, "test-flaky-slow");
    judged_free(&j);
}

int main(void)
{
    senders_left_alone_are_a_leak();
    two_are_a_warning_only();
    too_short_to_tell();
    a_pool_is_no_more_than_an_info();
    a_pool_is_known_by_those_who_came_back();
    those_who_got_an_answer_and_ended_prove_no_pool();
    a_steady_leak_is_no_pool();
    a_sleep_in_the_same_line_is_another_wait();
    workers_that_were_in_the_loop_before_may_be_a_pool();
    what_came_before_the_statement_proves_no_loop();
    writers_to_a_pipe_without_a_reader_are_senders();
    main_may_wait();
    a_watcher_of_main_is_an_info();
    a_locked_mutex_is_a_leak_even_when_it_worked_before();
    a_waitgroup_waits_for_leaked_ones();
    a_supervisor_waits_by_design();
    settings_name_what_waits_by_design();
    an_ignored_finding_is_kept_and_marked();
    one_more_each_tick_grows();
    those_that_end_do_not_grow();
    a_pool_filled_at_the_start_does_not_grow();
    a_long_read_holds_a_thread();
    the_wait_for_a_child_takes_as_long_as_the_child();
    a_short_read_does_not();
    a_test_that_sleeps_is_slow();
    waiting_for_its_turn_is_not_the_tests_fault();
    return check_done();
}
