/* Cancel edges, bursts and reactions, each rule of them by a trace made for it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tests/lib/story.h"

#define CANCEL "context.(*cancelCtx).cancel:100|context.WithCancel.func1:200|"
#define MS 1000000ull

static const char *const names[] = {"open", "ended", "again", "left"};

static struct session *done(struct story *y)
{
    struct session *s = story_end(y);
    CHECK(s, "read");
    if (s)
        story_whole(s);
    return s;
}

static const struct cancel_edge *edge_of(const struct session *s, int64_t g, uint32_t nth)
{
    for (uint32_t i = 0; i < s->ctx.edges.n; i++)
        if (session_g(s, s->ctx.edges.v[i].g)->id == g && !nth--)
            return &s->ctx.edges.v[i];
    static const struct cancel_edge none;
    CHECK(false, "no edge of goroutine %" PRId64, g);
    return &none;
}

static bool is_func(const struct session *s, frame_id f, const char *func, uint32_t line)
{
    struct str name = session_str(s, session_frame(s, f)->func);
    return f && name.n == strlen(func) && !memcmp(name.p, func, name.n) && session_frame(s, f)->line == line;
}

/* Goroutine 1 starts workers 2 … 1 + n, who wait in a select at main.worker:18 below their start function. */
static struct story *workers(int n)
{
    struct story *y = story_new(26);
    at(y, 1000);
    for (int g = 2; g < 2 + n; g++)
        starts(y, g, "main.worker:10", "main.main:30");
    blocks(y, "sleep", "time.Sleep:1|main.main:31");
    for (int g = 2; g < 2 + n; g++) {
        runs(y, g);
        blocks(y, "select", "runtime.selectgo:300|main.worker:18");
    }
    at(y, MS);
    wakes(y, 1, "");
    runs(y, 1);
    return y;
}

static void wake_by_cancel(void)
{
    struct story *y = workers(1);
    at(y, 10 * MS);
    wakes(y, 2, CANCEL "main.stop:40|main.main:33");
    at(y, 11 * MS);
    blocks(y, "sync", "sync.(*WaitGroup).Wait:1|main.main:34");
    at(y, 12 * MS);
    runs(y, 2);
    at(y, 15 * MS);
    blocks(y, "chan send", "runtime.chansend1:5|main.flush:60|main.worker:20");
    at(y, 15 * MS + 500);
    timer_starts(y, 9, "main.ack:1");
    runs(y, 9);
    at(y, 19 * MS);
    wakes(y, 2, "main.ack:2");
    ends(y);
    at(y, 20 * MS);
    runs(y, 2);
    at(y, 22 * MS);
    ends(y);
    struct session *s = done(y);
    CHECK(s->ctx.cancels.n == 1 && s->ctx.edges.n == 1 && s->ctx.deadlines_fired == 0 && s->ctx.lock_handoffs == 0);
    const struct cancel *c = &s->ctx.cancels.v[0];
    const struct cancel_edge *e = edge_of(s, 2, 0);
    CHECK(c->by == BY_EXPLICIT && c->depth == 1 && c->edges == 1 && session_g(s, c->g)->id == 1 && c->via == IDX_NONE && !c->foreign);
    CHECK(is_func(s, c->site, "main.stop", 40), "caller");
    CHECK(e->kind == EDGE_WAKE && e->depth == 1 && e->how == EXIT_ENDED && !e->unobserved);
    CHECK(edge_to_run(e) == 2 * MS && edge_to_exit(e) == 12 * MS, "%" PRId64 " %" PRId64, edge_to_run(e), edge_to_exit(e));
    CHECK(e->sched == 3 * MS && e->running == 5 * MS && e->blocked == 4 * MS, "%" PRId64 " %" PRId64 " %" PRId64, e->sched, e->running,
          e->blocked);
    CHECK(is_func(s, stack_site(s, e->wait_stack), "main.worker", 18) && is_func(s, stack_site(s, e->then), "main.flush", 60));
    CHECK(e->then_share == SHARE_CHAN && e->waited > 8 * (ns_t)MS && e->waited < 10 * (ns_t)MS, "%" PRId64, e->waited);
    load_free(s);
}

/* Cancel releases its lock, and somebody waited for it. */
static void lock_is_handed_on(void)
{
    struct story *y = story_new(25);
    at(y, 1000);
    starts(y, 2, "main.worker:10", "main.main:30");
    starts(y, 3, "main.worker:10", "main.main:30");
    blocks(y, "sleep", "main.main:31");
    runs(y, 2);
    blocks(y, "sync",
           "sync.(*Mutex).lockSlow:1|sync.(*Mutex).Lock:2|context.(*cancelCtx).cancel:90|context.WithCancel.func1:200|main.worker:19");
    runs(y, 3);
    blocks(y, "sync", "sync.(*Mutex).lockSlow:1|main.worker:22");
    wakes(y, 1, "");
    runs(y, 1);
    wakes(y, 2, "internal/sync.(*Mutex).unlockSlow:3|sync.(*Mutex).Unlock:4|" CANCEL "main.main:33");
    wakes(y, 3, CANCEL "main.main:33"); /* the frame of Unlock was cut: the wait tells */
    struct session *s = done(y);
    CHECK(s->ctx.edges.n == 0 && s->ctx.cancels.n == 0 && s->ctx.lock_handoffs == 2, "%zu %" PRIu64, s->ctx.edges.n, s->ctx.lock_handoffs);
    load_free(s);
}

/* A fired deadline is told by the start function of who cancels, and only by func2. */
static void deadline_or_not(const char *start, const char *root, bool fired)
{
    char stack[256];
    struct story *y = workers(1);
    blocks(y, "sleep", "main.main:34");
    at(y, 5 * MS);
    timer_starts(y, 7, start);
    runs(y, 7);
    snprintf(stack, sizeof stack, "context.(*cancelCtx).cancel:1|context.(*timerCtx).cancel:2|%s", root);
    wakes(y, 2, stack);
    ends(y);
    struct session *s = done(y);
    CHECK(s->ctx.edges.n == 1 && s->ctx.deadlines_fired == fired, "%s: %zu %" PRIu64, start, s->ctx.edges.n, s->ctx.deadlines_fired);
    CHECK(s->ctx.cancels.v[0].by == (fired ? BY_DEADLINE : BY_EXPLICIT), "%s: by %u", start, s->ctx.cancels.v[0].by);
    CHECK((s->ctx.cancels.v[0].site == 0) == fired && s->ctx.cancels.v[0].depth == 1, "%s: site", start);
    load_free(s);
}

static void deadlines(void)
{
    deadline_or_not("context.WithDeadlineCause.func2:9", "context.WithDeadlineCause.func2:9", true);
    deadline_or_not("context.WithDeadline.func2:9", "context.WithDeadline.func2:9", true);
    deadline_or_not("main.quit:1", "context.WithDeadlineCause.func3:9|main.quit:2", false);
    deadline_or_not("main.quit:1", "context.WithDeadlineCause.func1:9|main.quit:2", false);
    struct story *y = workers(1); /* one that wakes nobody leaves its goroutine only */
    blocks(y, "sleep", "main.main:34");
    timer_starts(y, 7, "context.WithDeadlineCause.func2:9");
    runs(y, 7);
    ends(y);
    struct session *s = done(y);
    CHECK(s->ctx.deadlines_fired == 1 && s->ctx.cancels.n == 0);
    load_free(s);
}

static void depths(void)
{
    struct story *y = workers(3);
    wakes(y, 2, CANCEL "main.main:40");
    wakes(y, 3, "context.(*cancelCtx).cancel:1|context.(*cancelCtx).cancel:2|context.(*timerCtx).cancel:3|" CANCEL "main.main:40");
    char deep[8192] = "";
    for (int i = 0; i < 128; i++)
        snprintf(deep + strlen(deep), sizeof deep - strlen(deep), "context.(*cancelCtx).cancel:%d%s", i, i < 127 ? "|" : "");
    wakes(y, 4, deep); /* its root is cut away */
    struct session *s = done(y);
    CHECK(edge_of(s, 2, 0)->depth == 1 && edge_of(s, 3, 0)->depth == 3 && edge_of(s, 4, 0)->depth == 128);
    CHECK(s->ctx.cancels.v[0].edges == 2 && s->ctx.cancels.v[0].depth == 3);
    load_free(s);
}

static void after_func(void)
{
    struct story *y = workers(1);
    at(y, 5 * MS);
    wakes(y, 2, CANCEL "main.main:40");
    starts(y, 8, "main.cleanup:1",
           "context.(*afterFuncCtx).cancel.func1:1|sync.(*Once).doSlow:2|sync.(*Once).Do:3|context.(*afterFuncCtx).cancel:4|" CANCEL
           "main.main:40");
    at(y, 6 * MS);
    blocks(y, "sync", "main.main:41");
    runs(y, 8);
    at(y, 9 * MS);
    ends(y);
    runs(y, 2);
    ends(y);
    struct session *s = done(y);
    CHECK(s->ctx.cancels.n == 1 && s->ctx.cancels.v[0].edges == 2);
    const struct cancel_edge *e = edge_of(s, 8, 0);
    CHECK(e->kind == EDGE_AFTERFUNC && e->depth == 1 && e->how == EXIT_ENDED && e->wait_stack == 0 && e->waited == NS_NONE);
    CHECK(e->running == 3 * MS - 10, "%" PRId64, e->running);
    load_free(s);
    y = workers(1); /* of a context that was over before: no cancel */
    starts(
        y, 8, "main.cleanup:1",
        "context.(*afterFuncCtx).cancel.func1:1|sync.(*Once).Do:3|context.(*afterFuncCtx).cancel:4|context.(*cancelCtx).propagateCancel:5|"
        "context.AfterFunc:6|main.main:40");
    s = done(y);
    CHECK(s->ctx.edges.n == 0);
    load_free(s);
}

/* A foreign parent is watched by a goroutine, which carries the cancel on. */
static void watchers(const char *start)
{
    char stack[256];
    struct story *y = workers(1);
    starts(y, 5, start, "context.(*cancelCtx).propagateCancel:5|context.withCancel:6|context.WithCancel:7|main.main:35");
    blocks(y, "sleep", "main.main:36");
    runs(y, 5);
    snprintf(stack, sizeof stack, "runtime.selectgo:3|%s", start);
    blocks(y, "select", stack);
    at(y, 2 * MS);
    wakes(y, 1, "");
    runs(y, 1);
    at(y, 5 * MS);
    wakes(y, 5, CANCEL "main.main:40");
    blocks(y, "sync", "main.main:41");
    runs(y, 5);
    at(y, 6 * MS);
    snprintf(stack, sizeof stack, "context.(*cancelCtx).cancel:1|%s", start);
    wakes(y, 2, stack);
    ends(y);
    runs(y, 2);
    ends(y);
    struct session *s = done(y);
    CHECK(s->ctx.cancels.n == 2 && edge_of(s, 5, 0)->kind == EDGE_WATCHER && edge_of(s, 2, 0)->kind == EDGE_WAKE, "%s", start);
    const struct cancel *c = &s->ctx.cancels.v[1];
    CHECK(c->foreign && c->via == 0 && c->by == BY_EXPLICIT && session_g(s, c->g)->id == 5 && c->site == 0, "%s", start);
    load_free(s);
}

/* Bursts: workers 2, 3, … woken with the same stack, and what happens in between. */
static size_t bursts(void (*between)(struct story *y))
{
    struct story *y = workers(3);
    at(y, 5 * MS);
    wakes(y, 2, CANCEL "main.main:40");
    between(y);
    wakes(y, 3, CANCEL "main.main:40");
    struct session *s = done(y);
    size_t n = s->ctx.cancels.n;
    CHECK(s->ctx.edges.n >= 2);
    load_free(s);
    return n;
}

static void nothing(struct story *y)
{
    at(y, 7 * MS); /* 2 ms */
}

static void preempted(struct story *y)
{
    stops(y, "preempted");
    runs(y, 2);
    at(y, 8 * MS);
    stops(y, "preempted");
    runs(y, 1);
}

static void blocked(struct story *y)
{
    blocks(y, "chan receive", "main.main:50");
    runs(y, 2);
    wakes(y, 1, "main.worker:21");
    stops(y, "preempted");
    runs(y, 1);
}

static void waited_for_the_lock(struct story *y)
{
    blocks(y, "sync", "sync.(*Mutex).lockSlow:1|context.(*cancelCtx).cancel:110|context.WithCancel.func1:200|main.main:40");
    runs(y, 2);
    wakes(y, 1, "main.worker:21");
    stops(y, "preempted");
    runs(y, 1);
}

static void woke_by_hand(struct story *y)
{
    wakes(y, 4, "main.main:51");
}

static void called(struct story *y)
{
    calls(y, 6 * MS, "syscall.write:1|main.main:52");
}

static void logged(struct story *y)
{
    logs(y, "note", "text", "main.main:53");
}

static void deeper(struct story *y)
{
    wakes(y, 4, "context.(*cancelCtx).cancel:7|" CANCEL "main.main:40");
}

static void other_statement(struct story *y)
{
    wakes(y, 4, CANCEL "main.main:41");
}

static void bursts_are_calls(void)
{
    CHECK(bursts(nothing) == 1, "a gap is no end");
    CHECK(bursts(preempted) == 1, "preemption is no end");
    CHECK(bursts(waited_for_the_lock) == 1, "it waits within the call");
    CHECK(bursts(deeper) == 1, "levels");
    CHECK(bursts(blocked) == 2, "it blocked");
    CHECK(bursts(woke_by_hand) == 2, "it did something else");
    CHECK(bursts(called) == 2, "it was in a syscall");
    CHECK(bursts(logged) == 2, "it logged");
    CHECK(bursts(other_statement) == 3, "another call");
}

/* Generations repeat states: a wait and a reaction go through. */
static void restated(void)
{
    struct story *y = workers(1);
    at(y, 2 * MS);
    next_generation(y);
    at(y, 4 * MS);
    wakes(y, 2, CANCEL "main.main:40");
    at(y, 5 * MS);
    next_generation(y);
    blocks(y, "sync", "main.main:41");
    at(y, 6 * MS);
    runs(y, 2);
    blocks(y, "chan receive", "main.flush:50|main.worker:20");
    timer_starts(y, 9, "main.ack:1");
    runs(y, 9);
    at(y, 7 * MS);
    next_generation(y);
    at(y, 9 * MS);
    wakes(y, 2, "main.ack:3");
    ends(y);
    runs(y, 2);
    at(y, 10 * MS);
    ends(y);
    struct session *s = done(y);
    const struct cancel_edge *e = edge_of(s, 2, 0);
    CHECK(e->waited > 2 * (ns_t)MS && !e->unobserved && e->how == EXIT_ENDED && edge_to_exit(e) == 6 * MS, "%" PRId64, edge_to_exit(e));
    CHECK(e->blocked == 3 * MS - 10 && is_func(s, stack_site(s, e->then), "main.flush", 50), "%" PRId64, e->blocked);
    load_free(s);
}

/* Blocked since before the trace: how long is not known, and with no stack not where. */
static void before_the_trace(const char *stack, bool edge)
{
    struct story *y = story_new(26);
    was(y, 2, WIRE_G_WAITING, stack);
    at(y, 5 * MS);
    wakes(y, 2, CANCEL "main.main:40");
    blocks(y, "sync", "main.main:41");
    runs(y, 2);
    at(y, 6 * MS);
    ends(y);
    struct session *s = done(y);
    CHECK(s->ctx.edges.n == edge, "%s", stack);
    if (edge)
        CHECK(s->ctx.edges.v[0].waited == NS_NONE && s->ctx.edges.v[0].how == EXIT_ENDED && s->ctx.edges.v[0].grade == GRADE_INFERRED);
    load_free(s);
}

/* --- how reactions end: worker 2 is woken at 5 ms and runs from then on --- */

static struct story *woken(void)
{
    struct story *y = workers(1);
    at(y, 5 * MS);
    wakes(y, 2, CANCEL "main.main:40");
    blocks(y, "chan receive", "main.main:41");
    runs(y, 2);
    at(y, 6 * MS);
    return y;
}

static void exits_as(struct story *y, uint32_t nth, enum exit_how how, uint64_t exit, const char *what)
{
    struct session *s = done(y);
    const struct cancel_edge *e = edge_of(s, 2, nth);
    CHECK(e->how == how && (how == EXIT_OPEN ? e->exit == NS_NONE : e->exit - s->t0 == (ns_t)exit - s->t0), "%s: %s at %" PRId64, what,
          names[e->how], e->exit);
    load_free(s);
}

/* Somebody else wakes 2 at t. */
static void resume(struct story *y, uint64_t t)
{
    at(y, t);
    wakes(y, 1, "");
    runs(y, 1);
    wakes(y, 2, "main.main:45");
    blocks(y, "chan receive", "main.main:41");
    runs(y, 2);
}

static void exits(void)
{
    struct story *y = woken();
    ends(y);
    exits_as(y, 0, EXIT_ENDED, 6 * MS, "ends");

    y = woken();
    blocks(y, "select", "runtime.selectgo:300|main.worker:18");
    exits_as(y, 0, EXIT_AGAIN, 6 * MS, "waits again");

    y = woken(); /* in a callee of the waiting function, then again */
    blocks(y, "chan send", "runtime.chansend1:1|main.flush:60|main.worker:20");
    resume(y, 8 * MS);
    at(y, 9 * MS);
    blocks(y, "select", "runtime.selectgo:301|main.worker:18");
    exits_as(y, 0, EXIT_AGAIN, 9 * MS, "flushes, waits again");

    y = woken(); /* another statement of the same function is no answer */
    blocks(y, "chan receive", "runtime.chanrecv1:1|main.worker:25");
    exits_as(y, 0, EXIT_OPEN, 0, "waits elsewhere in the function");

    y = woken();
    exits_as(y, 0, EXIT_OPEN, 0, "runs on");

    y = woken();
    calls(y, 7 * MS, "syscall.write:1|os.(*File).Write:2|main.worker:22");
    ends(y);
    exits_as(y, 0, EXIT_ENDED, 7 * MS + 10, "a syscall, then ends");
}

/* Worker 2 waits in main.next, called by main.loop (its root): leaving main.next is leaving the function. */
static struct story *woken_below(const char *wait)
{
    struct story *y = story_new(26);
    at(y, 1000);
    starts(y, 2, "main.loop:10", "main.main:30");
    blocks(y, "sleep", "main.main:31");
    runs(y, 2);
    blocks(y, "select", wait);
    at(y, MS);
    wakes(y, 1, "");
    runs(y, 1);
    at(y, 5 * MS);
    wakes(y, 2, CANCEL "main.main:40");
    blocks(y, "chan receive", "main.main:41");
    runs(y, 2);
    at(y, 6 * MS);
    return y;
}

static void leaves_function(void)
{
    static const char wait[] = "runtime.selectgo:3|main.next:18|main.loop:12";
    struct story *y = woken_below(wait);
    blocks(y, "chan receive", "runtime.chanrecv1:2|main.loop:11");
    exits_as(y, 0, EXIT_LEFT, 6 * MS, "waits in the caller's loop");

    y = woken_below(wait); /* a flush below the caller, then the end: an answer still being given */
    blocks(y, "chan receive", "runtime.chanrecv1:2|main.flush:60|main.loop:15");
    resume(y, 8 * MS);
    at(y, 9 * MS);
    ends(y);
    exits_as(y, 0, EXIT_ENDED, 9 * MS, "flushes and ends");

    y = woken_below(wait); /* pauses, then the same wait: a loop that goes on */
    blocks(y, "sleep", "time.Sleep:2|main.loop:15");
    resume(y, 8 * MS);
    at(y, 9 * MS);
    blocks(y, "select", wait);
    exits_as(y, 0, EXIT_LEFT, 6 * MS, "pauses, waits again");

    y = woken_below(wait);
    blocks(y, "sleep", "time.Sleep:2|main.loop:15");
    exits_as(y, 0, EXIT_LEFT, 6 * MS, "pauses at the end");

    y = woken_below("runtime.selectgo:3|main.query:18|main.handle:5|net/http.HandlerFunc.ServeHTTP:1|net/http.(*conn).serve:12");
    blocks(y, "network",
           "internal/poll.(*FD).Read:1|net/http.(*connReader).Read:4|net/http.(*conn).readRequest:1|net/http.(*conn).serve:20");
    resume(y, 8 * MS);
    ends(y);
    exits_as(y, 0, EXIT_LEFT, 6 * MS, "a server's goroutine reads its next request");
}

/* A wait inside a library belongs to the user's call: of the same statement, earlier lines of the library are a new call. */
static void in_a_library(void)
{
    static const char wait[] =
        "runtime.selectgo:3|net/http.(*Transport).getConn:1552|net/http.(*Client).Do:592|main.client:130|main.loop:12";
    struct story *y = woken_below(wait);
    blocks(y, "sync",
           "sync.(*Mutex).Lock:46|net/http.(*Transport).queueForDial:1597|net/http.(*Transport).getConn:1548|net/"
           "http.(*Client).Do:592|main.client:130|main.loop:12");
    resume(y, 8 * MS);
    at(y, 9 * MS);
    ends(y);
    exits_as(y, 0, EXIT_AGAIN, 6 * MS, "a new call of the same statement");

    y = woken_below(wait);
    blocks(y, "sync", "sync.(*Mutex).Lock:46|net/http.(*Transport).getConn:1560|net/http.(*Client).Do:592|main.client:130|main.loop:12");
    resume(y, 8 * MS);
    at(y, 9 * MS);
    ends(y);
    exits_as(y, 0, EXIT_ENDED, 9 * MS, "cleans up within the call");

    static const char rollback[] =
        "internal/poll.(*FD).Read:1|net/http.(*Client).rollback:7|net/http.(*Client).Do:592|main.client:130|main.loop:12";
    y = woken_below(wait);
    blocks(y, "network", rollback);
    resume(y, 8 * MS);
    at(y, 9 * MS);
    ends(y);
    exits_as(y, 0, EXIT_ENDED, 9 * MS, "the call does something else, and the goroutine ends");

    y = woken_below(wait);
    blocks(y, "network", rollback);
    resume(y, 8 * MS);
    at(y, 9 * MS);
    blocks(y, "select", wait);
    exits_as(y, 0, EXIT_LEFT, 6 * MS, "the call does something else, and the goroutine goes on");

    y = woken_below("runtime.selectgo:3|main.next:18|main.loop:12");
    blocks(y, "chan send", "runtime.chansend1:3|main.next:15|main.loop:12");
    exits_as(y, 0, EXIT_AGAIN, 6 * MS, "the next round");
}

/* Goroutine 1 goes on by design. */
static void leaves_main(void)
{
    struct story *y = story_new(26);
    at(y, 1000);
    starts(y, 2, "main.stopper:1", "main.main:30");
    blocks(y, "chan receive", "runtime.chanrecv1:2|main.wait:50|main.main:31");
    runs(y, 2);
    at(y, 5 * MS);
    wakes(y, 1, CANCEL "main.stopper:3");
    ends(y);
    runs(y, 1);
    at(y, 7 * MS);
    calls(y, 8 * MS, "syscall.write:1|main.main:33");
    at(y, 20 * MS);
    blocks(y, "sleep", "time.Sleep:2|main.main:34");
    struct session *s = done(y);
    const struct cancel_edge *e = edge_of(s, 1, 0);
    CHECK(e->how == EXIT_LEFT && edge_to_exit(e) == 2 * MS, "%s %" PRId64, names[e->how], edge_to_exit(e));
    load_free(s);
}

/* Two edges on one goroutine: the outer wait's reaction goes on while a further cancel ends an inner wait. */
static void two_at_once(void)
{
    struct story *y = woken();
    blocks(y, "select", "runtime.selectgo:3|main.retry:70|main.worker:21");
    at(y, 7 * MS);
    wakes(y, 1, "");
    runs(y, 1);
    wakes(y, 2, CANCEL "main.main:42");
    blocks(y, "chan receive", "main.main:41");
    runs(y, 2);
    at(y, 8 * MS);
    blocks(y, "select", "runtime.selectgo:3|main.retry:70|main.worker:21");
    resume(y, 9 * MS);
    at(y, 10 * MS);
    ends(y);
    struct session *s = done(y);
    CHECK(s->ctx.edges.n == 2 && s->ctx.cancels.n == 2);
    CHECK(edge_of(s, 2, 0)->how == EXIT_ENDED && edge_to_exit(edge_of(s, 2, 0)) == 5 * MS);
    CHECK(edge_of(s, 2, 1)->how == EXIT_AGAIN && edge_to_exit(edge_of(s, 2, 1)) == MS - 20, "%" PRId64, edge_to_exit(edge_of(s, 2, 1)));
    load_free(s);
}

/* More than are followed at once: the oldest is given up, and says so. */
static void bounded(void)
{
    struct story *y = woken();
    char stack[128];
    for (int i = 0; i < 40; i++) {
        snprintf(stack, sizeof stack, "runtime.selectgo:3|main.deep:%d|main.worker:21", 100 + i);
        blocks(y, "select", stack);
        wakes(y, 1, "");
        runs(y, 1);
        wakes(y, 2, CANCEL "main.main:42");
        blocks(y, "chan receive", "main.main:41");
        runs(y, 2);
    }
    ends(y);
    struct session *s = done(y);
    uint32_t ended = 0, given_up = 0;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++) {
        ended += s->ctx.edges.v[i].how == EXIT_ENDED;
        given_up += s->ctx.edges.v[i].how == EXIT_OPEN && s->ctx.edges.v[i].unobserved;
    }
    CHECK(s->ctx.edges.n == 41 && ended == 16 && given_up == 25, "%zu %u %u", s->ctx.edges.n, ended, given_up);
    load_free(s);
}

/* A second source: what a goroutine did between is not known. */
static void two_sources(void)
{
    struct story *y = woken(), *z = story_new_at(26, 99 * MS);
    at(z, 100 * MS);
    blocks(z, "sleep", "main.main:60");
    struct session *s = story_end_all((struct story *[]){y, z}, 2);
    CHECK(s && s->ctx.edges.n == 1 && s->breaks.n == 1);
    const struct cancel_edge *e = edge_of(s, 2, 0);
    CHECK(e->how == EXIT_OPEN && e->unobserved && e->sched + e->running + e->blocked <= s->breaks.v[0] - e->t, "%u", e->unobserved);
    load_free(s);
}

/* --- facts --- */

static void facts(void)
{
    struct story *y = workers(1);
    at(y, 5 * MS);
    calls(y, 205 * MS, "syscall.read:1|main.main:40");
    calls(y, 210 * MS, "syscall.read:1|main.main:41");
    wakes(y, 2, "main.main:42");
    for (int i = 0; i < 12; i++) {
        at(y, (220 + 4 * (uint64_t)i) * MS);
        stops(y, "preempted");
        runs(y, i % 2 ? 1 : 2);
    }
    struct session *s = done(y);
    CHECK(s->facts.nsyscalls == 1 && s->facts.syscalls.n == 1 && s->facts.syscalls.v[0].t1 - s->facts.syscalls.v[0].t0 == 200 * MS);
    CHECK(s->facts.runqueue_max == 2, "%" PRIu64, s->facts.runqueue_max);
    CHECK(s->facts.npreempts == 0 && s->facts.idle_wait == 0, "%" PRIu64, s->facts.npreempts);
    /* 2 is runnable from 210 to 220 ms, then each waits while the other runs, 4 ms at a time, up to the last event. */
    CHECK(s->facts.runnable_wait > 40 * (ns_t)MS && s->facts.runnable_wait < 46 * (ns_t)MS, "%" PRId64, s->facts.runnable_wait);
    load_free(s);
    y = workers(1);
    for (int i = 0; i < 11; i++) {
        at(y, (5 + 2 * (uint64_t)i) * MS);
        stops(y, i == 4 ? "runtime.Gosched" : "preempted");
        runs(y, 1);
    }
    blocks(y, "sleep", "main.main:50");
    s = done(y);
    CHECK(s->facts.npreempts == 1 && s->facts.preempts.v[0].n == 10 && session_g(s, s->facts.preempts.v[0].g)->id == 1, "%" PRIu64,
          s->facts.npreempts);
    load_free(s);
}

int main(void)
{
    wake_by_cancel();
    lock_is_handed_on();
    deadlines();
    depths();
    after_func();
    watchers("context.(*cancelCtx).propagateCancel.func2:9");
    watchers("context.propagateCancel.func1:9");
    bursts_are_calls();
    restated();
    before_the_trace("", true);
    before_the_trace("runtime.selectgo:1|main.worker:18", true);
    before_the_trace("sync.runtime_SemacquireMutex:1|sync.(*Mutex).Lock:2|main.worker:18", false);
    exits();
    leaves_function();
    in_a_library();
    leaves_main();
    two_at_once();
    bounded();
    two_sources();
    facts();
    return check_done();
}
