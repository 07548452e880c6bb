/* Cancels in real recordings, of each version of Go: as many edges as the events say, reactions as long as the programs measured
 * them, and the same after the store was closed and opened. */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/store/store.h"
#include "tests/lib/answers.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tests/lib/reading.h"

/* --- what the events say, one by one --- */

struct said {
    uint64_t edges, handoffs, deadlines;
};

static bool frame_named(const struct dict *d, stack_id id, bool root, const char *name)
{
    const struct stack *st = paged_at(&d->stacks, id);
    struct str f = st->n ? dict_str(d, paged_at(&d->frames, st->frames[root ? st->n - 1 : 0])->func) : (struct str){"", 0};
    return f.n == strlen(name) && !memcmp(f.p, name, f.n);
}

static bool has_frame(const struct dict *d, stack_id id, const char *name)
{
    const struct stack *st = paged_at(&d->stacks, id);
    for (uint32_t i = 0; i < st->n; i++) {
        struct str f = dict_str(d, paged_at(&d->frames, st->frames[i])->func);
        if (f.n == strlen(name) && !memcmp(f.p, name, f.n))
            return true;
    }
    return false;
}

static void say(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x)
{
    struct said *said = ctx;
    const struct dict *d = t->dict;
    const struct event_class *c = &d->classes[e->class];
    (void)x;
    if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE)
        return;
    if (c->from == G_WAITING && c->to == G_RUNNABLE && has_frame(d, e->stack, "context.(*cancelCtx).cancel")) {
        if (frame_named(d, e->stack, false, "context.(*cancelCtx).cancel"))
            said->edges++;
        else
            said->handoffs++;
    }
    if (c->from == G_NOTEXIST && frame_named(d, e->stack, false, "context.(*afterFuncCtx).cancel.func1") &&
        has_frame(d, e->stack, "context.(*cancelCtx).cancel"))
        said->edges++;
    if (c->from == G_NOTEXIST && frame_named(d, e->stack2, true, "context.WithDeadlineCause.func2"))
        said->deadlines++;
}

static struct said what_events_say(const char *path)
{
    struct said said = {0};
    struct reading *r = mem_calloc(1, sizeof *r);
    reading_file(r, path, UINT64_MAX, say, &said);
    reading_release(r);
    mem_free(r);
    return said;
}

/* --- the store --- */

static void same_after_reopening(const char *path)
{
    char file[] = "/tmp/ctxscope-cancels-XXXXXX";
    struct err e = ERR_INIT;
    close(mkstemp(file));
    unlink(file);
    struct session *a = session_new(), *b = session_new();
    a->store = store_create(file, &e);
    CHECK(a->store && load_into(a, &path, 1, 1, &e) == 0 && store_commit(a->store, a, &e) == 0, "%s: %s", path, e.what);
    struct store *st = store_open(file, &e);
    CHECK(st && store_load(st, b, &e) == 0, "%s: %s", path, e.what);
#define SAME(member)                                                                                                                       \
    CHECK(a->member.n == b->member.n && (!a->member.n || !memcmp(a->member.v, b->member.v, a->member.n * sizeof *a->member.v)),            \
          "%s: " #member, path)
    SAME(ctx.cancels);
    SAME(ctx.edges);
    SAME(ctx.contexts);
    SAME(ctx.users);
    SAME(facts.syscalls);
    SAME(facts.preempts);
    CHECK(a->ctx.deadlines_fired == b->ctx.deadlines_fired && a->facts.runnable_wait == b->facts.runnable_wait &&
              a->facts.idle_wait == b->facts.idle_wait && a->facts.runqueue_max == b->facts.runqueue_max,
          "%s: counts", path);
    load_free(a);
    session_free(b);
    store_close(st);
    unlink(file);
}

/* --- what the program measured --- */

static ns_t longest(const struct session *s)
{
    ns_t most = 0;
    for (size_t i = 0; i < s->ctx.edges.n; i++)
        if (s->ctx.edges.v[i].exit != NS_NONE && edge_to_exit(&s->ctx.edges.v[i]) > most)
            most = edge_to_exit(&s->ctx.edges.v[i]);
    return most;
}

static bool in(const char *path, const char *part)
{
    return strstr(path, part) != NULL;
}

/* Milliseconds in truth.json beside the trace; -1: none. */
static double truth_of(const char *path, const char *key)
{
    char file[512];
    struct buf text = {0};
    double ms = -1;
    snprintf(file, sizeof file, "%.*s/truth.json", (int)(strrchr(path, '/') - path), path);
    if (read_file(file, &text)) {
        yajl_val v = yajl_tree_parse(buf_str(&text), NULL, 0);
        yajl_val n = v ? yajl_tree_get(v, (const char *[]){key, NULL}, yajl_t_number) : NULL;
        ms = n ? YAJL_GET_DOUBLE(n) : -1;
        yajl_tree_free(v);
    }
    buf_release(&text);
    return ms;
}

/* The program read its clock a little before the edge and a little before its end: by how much depends on who had the CPU. */
static void as_long_as_measured(const struct session *s, const char *path)
{
    if (!in(path, "/slow-cancel-"))
        return;
    double truth = truth_of(path, "cancel_to_exit_ms"), ours = (double)longest(s) / 1e6;
    CHECK(truth < 0 || (ours > truth * 0.98 - 1 && ours < truth * 1.05 + 3), "%s: reaction of %.3f ms, measured %.3f", path, ours, truth);
}

/* --- each recording --- */

static void check_edges(const struct session *s, const char *path)
{
    for (size_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        ns_t end = e->exit == NS_NONE ? s->t1 : e->exit;
        CHECK(e->unobserved || e->sched + e->running + e->blocked == end - e->t, "%s: edge %zu does not add up", path, i);
        CHECK(e->run == NS_NONE || (e->run >= e->t && e->run <= end), "%s: edge %zu runs at %" PRId64, path, i, e->run);
    }
}

static void one(const char *path)
{
    struct err e = ERR_INIT;
    struct said said = what_events_say(path);
    struct session *s = load_session(&path, 1, 1, &e);
    CHECK(s, "%s: %s", path, e.what);
    if (!s)
        return;
    CHECK(s->ctx.edges.n + s->ctx.lock_handoffs == said.edges + said.handoffs && s->ctx.edges.n <= said.edges,
          "%s: %zu edges, %" PRIu64 " hand-offs; events: %" PRIu64 ", %" PRIu64, path, s->ctx.edges.n, s->ctx.lock_handoffs, said.edges,
          said.handoffs);
    CHECK(s->ctx.deadlines_fired == said.deadlines, "%s: %" PRIu64 " deadlines, events: %" PRIu64, path, s->ctx.deadlines_fired,
          said.deadlines);
    check_edges(s, path);
    as_long_as_measured(s, path);
    if (in(path, "cancel-storm") && in(path, "fault"))
        CHECK(s->ctx.cancels.n == 1 && s->ctx.edges.n == 1000, "%s: %zu cancels, %zu edges", path, s->ctx.cancels.n, s->ctx.edges.n);
    load_free(s);
    same_after_reopening(path);
}

static size_t all(const char *pattern)
{
    glob_t g = {0};
    size_t n = glob(pattern, 0, NULL, &g) == 0 ? g.gl_pathc : 0;
    for (size_t i = 0; i < n; i++)
        one(g.gl_pathv[i]);
    globfree(&g);
    return n;
}

int main(void)
{
    CHECK(all("tests/data/corpus/go1.2[2-9]*/*.trace.zst") >= 20, "recordings beside the tests");
    if (!all("../shared/corpus/recorded/go1.2[2-9]/*/*/trace.out.zst"))
        check_skip("the whole corpus is not here");
    return check_done();
}
