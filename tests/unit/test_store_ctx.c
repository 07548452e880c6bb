/* A store whose contexts, cancels or facts do not hang together is refused: each member that readers index by, made wrong. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tests/lib/story.h"

enum array { CANCELS, EDGES, CONTEXTS, USERS, SYSCALLS, PREEMPTS };

struct wrong {
    const char *what;
    uint8_t array, size;
    uint16_t at;
    uint64_t value;
};
#define W(array, type, member, value)                                                                                                      \
    {                                                                                                                                      \
#type "." #member, array, sizeof(((struct type *)0)->member), offsetof(struct type, member), value                                 \
    }
#define OLD ((uint64_t)INT64_MIN + 1)
static const struct wrong wrongs[] = {
    W(CANCELS, cancel, t0, OLD),
    W(CANCELS, cancel, t1, INT64_MAX),
    W(CANCELS, cancel, g, 1000),
    W(CANCELS, cancel, stack, 1 << 20),
    W(CANCELS, cancel, site, 1 << 20),
    W(CANCELS, cancel, ctx, 99),
    W(CANCELS, cancel, edges, 3),
    W(CANCELS, cancel, first, IDX_NONE),
    W(CANCELS, cancel, first, 99),
    W(CANCELS, cancel, via, 0),
    W(CANCELS, cancel, by, CANCEL_BY_COUNT),
    W(CANCELS, cancel, grade, GRADE_COUNT),
    W(EDGES, cancel_edge, t, OLD),
    W(EDGES, cancel_edge, run, 0),
    W(EDGES, cancel_edge, exit, INT64_MAX),
    W(EDGES, cancel_edge, sched, INT64_MAX),
    W(EDGES, cancel_edge, blocked, OLD),
    W(EDGES, cancel_edge, cancel, 99),
    W(EDGES, cancel_edge, next, 0),
    W(EDGES, cancel_edge, next, 99),
    W(EDGES, cancel_edge, ctx, 99),
    W(EDGES, cancel_edge, g, 1000),
    W(EDGES, cancel_edge, stack, 1 << 20),
    W(EDGES, cancel_edge, wait_stack, 1 << 20),
    W(EDGES, cancel_edge, then, 1 << 20),
    W(EDGES, cancel_edge, waited, OLD),
    W(EDGES, cancel_edge, kind, EDGE_KIND_COUNT),
    W(EDGES, cancel_edge, how, EXIT_COUNT),
    W(EDGES, cancel_edge, grade, GRADE_COUNT),
    W(EDGES, cancel_edge, then_share, SHARE_COUNT),
    W(CONTEXTS, ctx, created, INT64_MAX),
    W(CONTEXTS, ctx, mentioned, OLD),
    W(CONTEXTS, ctx, cancelled, INT64_MAX),
    W(CONTEXTS, ctx, parent, 0), /* its own */
    W(CONTEXTS, ctx, parent, 1), /* that one's parent's child */
    W(CONTEXTS, ctx, parent, 99),
    W(CONTEXTS, ctx, cancel, 99),
    W(CONTEXTS, ctx, root_of_cancel, 99),
    W(CONTEXTS, ctx, owner, 1000),
    W(CONTEXTS, ctx, canceller, 1000),
    W(CONTEXTS, ctx, stack, 1 << 20),
    W(CONTEXTS, ctx, cancel_stack, 1 << 20),
    W(CONTEXTS, ctx, site, 1 << 20),
    W(CONTEXTS, ctx, cancel_site, 1 << 20),
    W(CONTEXTS, ctx, key, 1 << 20),
    W(CONTEXTS, ctx, foreign, 1 << 20),
    W(CONTEXTS, ctx, cause, 1 << 20),
    W(CONTEXTS, ctx, task, 99),
    W(CONTEXTS, ctx, kind, CTX_KIND_COUNT),
    W(CONTEXTS, ctx, by, CANCEL_BY_COUNT),
    W(CONTEXTS, ctx, grade, GRADE_COUNT),
    W(USERS, ctx_user, ctx, 99),
    W(USERS, ctx_user, g, 1000),
    W(USERS, ctx_user, edge, 99),
    W(USERS, ctx_user, first_done, INT64_MAX),
    W(USERS, ctx_user, last, OLD),
    W(SYSCALLS, long_syscall, t0, OLD),
    W(SYSCALLS, long_syscall, t1, 0),
    W(SYSCALLS, long_syscall, g, 1000),
    W(SYSCALLS, long_syscall, stack, 1 << 20),
    W(PREEMPTS, preempt_run, t0, OLD),
    W(PREEMPTS, preempt_run, t1, INT64_MAX),
    W(PREEMPTS, preempt_run, running, INT64_MAX),
    W(PREEMPTS, preempt_run, g, 1000),
    W(PREEMPTS, preempt_run, stack, 1 << 20),
};

/* A trace with at least one cancel, edge, long syscall and run of preemptions. */
static void write_trace(const char *path)
{
    static const char stack[] = "context.(*cancelCtx).cancel:1|context.WithCancel.func1:2|main.main:40";
    struct story *y = story_new(26);
    at(y, 1000);
    starts(y, 2, "main.worker:10", "main.main:30");
    starts(y, 3, "main.worker:10", "main.main:30");
    blocks(y, "sleep", "main.main:31");
    for (int g = 2; g <= 3; g++) {
        runs(y, g);
        blocks(y, "select", "runtime.selectgo:300|main.worker:18");
    }
    wakes(y, 1, "");
    runs(y, 1);
    wakes(y, 2, stack);
    wakes(y, 3, stack);
    calls(y, 300000000, "syscall.read:1|main.main:40");
    for (int i = 0; i < 10; i++) {
        stops(y, "preempted");
        runs(y, 1);
    }
    blocks(y, "sync", "main.main:50");
    runs(y, 2);
    ends(y);
    story_write(y, path);
}

static void add_contexts(struct session *s)
{
    CHECK(s->ctx.cancels.n == 1 && s->ctx.edges.n == 2 && s->facts.syscalls.n == 1 && s->facts.preempts.n == 1);
    for (uint32_t i = 0; i < 3; i++)
        *vec_push(&s->ctx.contexts) = (struct ctx){.created = NS_NONE,
                                                   .mentioned = s->t0,
                                                   .deadline = NS_NONE,
                                                   .asked = NS_NONE,
                                                   .cancelled = NS_NONE,
                                                   .parent = i == 0   ? IDX_NONE
                                                             : i == 1 ? 2
                                                                      : 0,
                                                   .cancel = IDX_NONE,
                                                   .root_of_cancel = IDX_NONE,
                                                   .owner = IDX_NONE,
                                                   .canceller = IDX_NONE,
                                                   .task = IDX_NONE};
    *vec_push(&s->ctx.users) = (struct ctx_user){.first_done = NS_NONE, .last = s->t0, .edge = 0};
}

static void *row(struct session *s, enum array a)
{
    switch (a) {
    case CANCELS: return s->ctx.cancels.v;
    case EDGES: return s->ctx.edges.v;
    case CONTEXTS: return s->ctx.contexts.v;
    case USERS: return s->ctx.users.v;
    case SYSCALLS: return s->facts.syscalls.v;
    default: return s->facts.preempts.v;
    }
}

/* Whether the trace's session, with one member made wrong, is read back from a store. */
static bool is_read(const char *trace, const struct wrong *w, struct err *e)
{
    char file[] = "/tmp/ctxscope-store-ctx-XXXXXX";
    close(mkstemp(file));
    unlink(file);
    struct session *s = session_new(), *back = session_new();
    s->store = store_create(file, e);
    CHECK(s->store && load_into(s, &trace, 1, 1, e) == 0, "%s", e->what);
    add_contexts(s);
    if (w)
        memcpy((uint8_t *)row(s, (enum array)w->array) + w->at, &w->value, w->size);
    CHECK(store_commit(s->store, s, e) == 0, "%s", e->what);
    load_free(s);
    struct store *st = store_open(file, e);
    bool ok = st && store_load(st, back, e) == 0;
    session_free(back);
    store_close(st);
    unlink(file);
    return ok;
}

int main(void)
{
    char trace[] = "/tmp/ctxscope-store-ctx-XXXXXX";
    struct err e = ERR_INIT;
    close(mkstemp(trace));
    write_trace(trace);
    CHECK(is_read(trace, NULL, &e), "as it is: %s", e.what);
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        CHECK(!is_read(trace, &wrongs[i], &e), "%s = %llx is taken", wrongs[i].what, (unsigned long long)wrongs[i].value);
    unlink(trace);
    return check_done();
}
