/* orphan-goroutine, cancel-broadcast, budget-exceeded: rules that ask whose work a goroutine does. */
#include <stdio.h>

#include "tests/lib/check.h"
#include "tests/lib/judged.h"

#define CANCEL "context.(*cancelCtx).cancel context.go:547 < context.WithCancel.func1 context.go:242 < "
#define SELECT "runtime.selectgo select.go:335 < main.part main.go:64"
#define GO "main.serve main.go:31"

/* --- orphan-goroutine: goroutine 5 serves a request, 6 is started below it --- */

static struct scene *request(const char *start, const char *go_stack, uint64_t lives_until)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 5, "main.serve", "main.main main.go:3");
    scene_task(sc, 2 * MSEC, 5, 77, 0, "request");
    scene_go(sc, 3 * MSEC, 5, 6, start, go_stack);
    scene_block(sc, 4 * MSEC, 6, "sleep", "time.Sleep time.go:363 < main.refresh main.go:18");
    scene_task_end(sc, 50 * MSEC, 5, 77);
    scene_quit(sc, 51 * MSEC, 5);
    if (lives_until) {
        scene_wake(sc, lives_until, 0, 6, NULL);
        scene_quit(sc, lives_until + 1 * MSEC, 6);
    }
    return sc;
}

static void one_that_outlives_its_task_is_an_orphan(void)
{
    struct judged j = judge_scene(request("main.refresh", GO, 500 * MSEC), 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "orphan-goroutine", "main.refresh", 1);
    if (f) {
        CHECK(session_frame(j.s, f->frame)->line == 31, "where it was started");
        CHECK(f->numbers[NUM_OVERRUN] > 449e6 && f->numbers[NUM_OVERRUN] < 453e6, "%f", f->numbers[NUM_OVERRUN]);
        CHECK(f->proof.n == 2 && f->proof.v[1].table == PROOF_TASK && f->proof.v[1].id == 77);
    }
    judged_free(&j);
}

static void one_that_ends_soon_after_is_not(void)
{
    struct judged j = judge_scene(request("main.refresh", GO, 100 * MSEC), 1 * S, NULL);
    expect_silent(&j, "orphan-goroutine");
    judged_free(&j);
}

static void a_librarys_own_is_not(void)
{
    struct judged j = judge_scene(request("net/http.(*persistConn).readLoop /go/src/net/http/transport.go:2250",
                                          "net/http.(*Transport).dialConn transport.go:1 < " GO, 0),
                                  1 * S, NULL);
    expect_silent(&j, "orphan-goroutine");
    judged_free(&j);
}

static void what_a_once_starts_is_for_all_requests(void)
{
    struct judged j =
        judge_scene(request("main.refresh", "main.start main.go:9 < sync.(*Once).doSlow once.go:78 < sync.(*Once).Do once.go:69 < " GO, 0),
                    1 * S, NULL);
    expect_silent(&j, "orphan-goroutine");
    judged_free(&j);
}

static void one_with_a_task_of_its_own_is_detached_on_purpose(void)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 5, "main.serve", "main.main main.go:3");
    scene_task(sc, 2 * MSEC, 5, 77, 0, "request");
    scene_go(sc, 3 * MSEC, 5, 6, "main.refresh", GO);
    scene_task(sc, 4 * MSEC, 6, 78, 0, "refresh");
    scene_task_end(sc, 50 * MSEC, 5, 77);
    scene_task_end(sc, 500 * MSEC, 6, 78);
    scene_quit(sc, 501 * MSEC, 6);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "orphan-goroutine");
    judged_free(&j);
}

/* Started while main had its start-up task; works for requests later, or for none. */
static void what_main_starts_at_first_is_a_service(void)
{
    struct scene *sc = scene_new();
    scene_task(sc, 1 * MSEC, 1, 70, 0, "startup");
    scene_go(sc, 2 * MSEC, 1, 5, "main.worker", "main.main main.go:3");
    scene_block(sc, 3 * MSEC, 5, "sleep", "time.Sleep time.go:363 < main.worker main.go:18");
    scene_task_end(sc, 10 * MSEC, 1, 70);
    scene_wake(sc, 500 * MSEC, 0, 5, NULL);
    scene_quit(sc, 501 * MSEC, 5);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "orphan-goroutine");
    judged_free(&j);
}

static void a_worker_started_in_a_request_serves_others_too(void)
{
    struct scene *sc = request("main.refresh", GO, 0);
    scene_wake(sc, 100 * MSEC, 0, 6, NULL);
    scene_task(sc, 101 * MSEC, 1, 90, 0, "request");
    scene_region(sc, 102 * MSEC, 6, 90, "refresh");
    scene_region_end(sc, 103 * MSEC, 6, 90, "refresh");
    scene_quit(sc, 500 * MSEC, 6);
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "orphan-goroutine");
    judged_free(&j);
}

static void without_tasks_it_is_not_judged(void)
{
    struct scene *sc = scene_new();
    struct judged j = judge_scene(sc, 1 * S, NULL);
    expect_silent(&j, "orphan-goroutine"); /* a log is an annotation, too */
    judged_free(&j);
}

/* --- cancel-broadcast: workers 10 to 13 each do a job with a part 20 to 23; `by` cancels --- */

static struct scene *pool(bool tasks, bool one_job, uint64_t by)
{
    struct scene *sc = scene_new();
    for (unsigned i = 0; i < 4; i++) {
        scene_go(sc, (1 + i) * MSEC, 1, 10 + i, "main.worker", "main.main main.go:3");
        if (tasks)
            scene_task(sc, (1 + i) * MSEC + 10 * US, 10 + i, 70 + i, 0, "job");
        scene_go(sc, (1 + i) * MSEC + 20 * US, one_job ? 10 : 10 + i, 20 + i, "main.part", GO);
        scene_block(sc, (1 + i) * MSEC + 30 * US, 20 + i, "select", SELECT);
    }
    for (unsigned i = 0; i < 3; i++)
        scene_wake(sc, 100 * MSEC + i * US, by, 21 + i, CANCEL "main.fail main.go:58");
    for (unsigned i = 0; i < 3; i++)
        scene_quit(sc, 101 * MSEC + i * MSEC, 21 + i);
    return sc;
}

static void one_job_ends_the_others(void)
{
    struct judged j = judge_scene(pool(true, false, 10), 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "cancel-broadcast", "main.part", 3);
    CHECK(f && f->confidence == CONF_LIKELY && session_frame(j.s, f->frame)->line == 64);
    judged_free(&j);
}

static void without_tasks_creators_tell_jobs_apart(void)
{
    struct judged j = judge_scene(pool(false, false, 10), 1 * S, NULL);
    const struct finding *f = expect_finding(&j, "cancel-broadcast", "main.part", 3);
    CHECK(f && f->confidence == CONF_POSSIBLE);
    judged_free(&j);
}

static void parts_of_one_job_end_together(void)
{
    struct judged j = judge_scene(pool(false, true, 10), 1 * S, NULL);
    expect_silent(&j, "cancel-broadcast");
    judged_free(&j);
}

static void main_stops_its_pool(void)
{
    struct judged j = judge_scene(pool(false, false, 1), 1 * S, NULL);
    expect_silent(&j, "cancel-broadcast");
    judged_free(&j);
}

static void the_end_of_the_program_ends_all(void)
{
    struct judged j = judge_scene(pool(true, false, 10), 150 * MSEC, NULL);
    expect_silent(&j, "cancel-broadcast");
    judged_free(&j);
}

/* --- budget-exceeded --- */

static struct scene *layers(uint64_t db_takes, const char *budget)
{
    struct scene *sc = scene_new();
    scene_go(sc, 1 * MSEC, 1, 5, "main.serve", "main.main main.go:3");
    scene_task(sc, 2 * MSEC, 5, 77, 0, "request");
    scene_log(sc, 3 * MSEC, 5, 77, "budget", budget);
    scene_region(sc, 4 * MSEC, 5, 77, "db");
    scene_region_end(sc, 4 * MSEC + db_takes, 5, 77, "db");
    scene_task_end(sc, 5 * MSEC + db_takes, 5, 77);
    scene_quit(sc, 6 * MSEC + db_takes, 5);
    return sc;
}

static void a_layer_that_takes_too_long(void)
{
    struct judged j = judge_scene(layers(900 * MSEC, "layer=db left_ms=2000"), 2 * S, "sla db 800ms");
    const struct finding *f = expect_finding(&j, "budget-exceeded", "db", 1);
    CHECK(f && f->numbers[NUM_TOOK] == 900e6 && f->numbers[NUM_SLA] == 800e6, "%f", f ? f->numbers[NUM_TOOK] : 0);
    judged_free(&j);
}

static void a_layer_entered_too_late(void)
{
    static const char *const texts[] = {"layer=db left_ms=280", "left=280ms layer=db", "layer=db, budget_left_us=280000",
                                        "x layer=db remaining=0.28s"};
    for (unsigned i = 0; i < 4; i++) {
        struct judged j = judge_scene(layers(100 * MSEC, texts[i]), 2 * S, "sla db 800ms");
        const struct finding *f = expect_finding(&j, "budget-exceeded", "db", 1);
        CHECK(f && f->numbers[NUM_BUDGET_LEFT] > 279e6 && f->numbers[NUM_BUDGET_LEFT] < 281e6, "%s: %f", texts[i],
              f ? f->numbers[NUM_BUDGET_LEFT] : 0);
        judged_free(&j);
    }
}

static void a_layer_within_its_level(void)
{
    static const char *const texts[] = {"layer=db left_ms=790", "layer=db left_ms=soon", "left_ms=", "layer=db", "layer=other left_ms=1"};
    for (unsigned i = 0; i < 5; i++) {
        struct judged j = judge_scene(layers(100 * MSEC, texts[i]), 2 * S, "sla db 800ms");
        expect_silent(&j, "budget-exceeded");
        judged_free(&j);
    }
}

static void without_levels_nothing_is_judged(void)
{
    struct judged j = judge_scene(layers(900 * MSEC, "layer=db left_ms=1"), 2 * S, NULL);
    expect_not_judged(&j, "budget-exceeded");
    judged_free(&j);
}

int main(void)
{
    one_that_outlives_its_task_is_an_orphan();
    one_that_ends_soon_after_is_not();
    a_librarys_own_is_not();
    what_a_once_starts_is_for_all_requests();
    one_with_a_task_of_its_own_is_detached_on_purpose();
    what_main_starts_at_first_is_a_service();
    a_worker_started_in_a_request_serves_others_too();
    without_tasks_it_is_not_judged();
    one_job_ends_the_others();
    without_tasks_creators_tell_jobs_apart();
    parts_of_one_job_end_together();
    main_stops_its_pool();
    the_end_of_the_program_ends_all();
    a_layer_that_takes_too_long();
    a_layer_entered_too_late();
    a_layer_within_its_level();
    without_levels_nothing_is_judged();
    return check_done();
}
