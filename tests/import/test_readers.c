/* Readers walk a session's tables, lanes and chunks while it is being imported on two threads: whatever they see is whole. Run
 * it with SANITIZE=thread. Also: the result does not depend on the number of threads. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "model/store/store.h"
#include "model/timeline/timeline.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"

struct reader {
    struct session *s;
    int32_t stop;
    uint64_t rounds, segments;
    const char *wrong;
};

static void expect(struct reader *r, bool holds, const char *what)
{
    if (!holds && !r->wrong)
        r->wrong = what;
}

static void walk_goroutines(struct reader *r)
{
    struct session *s = r->s;
    uint64_t members = 0;
    for (gidx i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        ns_t sum = 0;
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            sum += g->ns[k];
        expect(r, sum >= 0 && sum <= s->t1 - s->t0, "a goroutine lived longer than the trace");
        expect(r, g->group < s->groups.n && session_str(s, g->name).n < 10000, "a goroutine without a group");
        if (i % 97 == 0)
            expect(r, session_find_g(s, g->id) == i, "a goroutine cannot be found");
    }
    for (size_t i = 0; i < s->groups.n; i++) {
        members += s->groups.v[i].n;
        if (s->groups.v[i].latency)
            expect(r, hist_quantile(s->groups.v[i].latency, 0.99) > 0, "an empty histogram");
    }
    expect(r, members == s->goroutines.n, "groups do not hold all goroutines");
}

static void walk_segments(struct reader *r)
{
    struct session *s = r->s;
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *seg = &s->segments.v[i];
        expect(r, seg->t0 == (i ? seg[-1].t1 : s->t0) && seg->t1 >= seg->t0, "segments do not tile the session");
        expect(r, seg->run0 + seg->nruns <= s->runs.n && seg->chunk0 + seg->nchunks <= s->chunks.n, "a segment without its chunks");
    }
    expect(r, !s->segments.n || s->segments.v[s->segments.n - 1].t1 == s->t1, "the last segment is not the last");
    r->segments += s->segments.n;
}

static void walk_rows(struct reader *r)
{
    struct session *s = r->s;
    struct err e = ERR_INIT;
    if (!s->runs.n)
        return;
    const struct run *run = &s->runs.v[r->rounds * 7919 % s->runs.n];
    const struct chunk *c = chunk_get(s, run->chunk, COLBIT(T) | COLBIT(CLASS) | COLBIT(STACK) | COLBIT(G), &e);
    expect(r, c != NULL, "a chunk cannot be read");
    for (uint32_t i = 0; c && i < c->rows; i++) {
        const struct event_class *k = session_class(s, c->class[i]);
        expect(r, k->kind == EV_STATE_TRANSITION && session_str(s, k->name).n < 10000, "a row of another stream");
        const struct stack *stack = session_stack(s, c->stack[i]);
        if (stack->n)
            expect(r, session_str(s, session_frame(s, stack->frames[0])->func).n < 10000, "a frame without a name");
    }
    if (c)
        chunk_put(s, run->chunk);
}

static void *read_on(void *arg)
{
    struct reader *r = arg;
    while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
        session_read(r->s);
        walk_goroutines(r);
        walk_segments(r);
        walk_rows(r);
        session_done(r->s);
        r->rounds++;
    }
    return NULL;
}

static const char *const traces[] = {"tests/data/real/staticcheck.trace.zst", "tests/data/real/esbuild-bundle.trace.zst",
                                     "tests/data/real/gotest-context.trace"};

static struct session *watched_import(const char *path)
{
    struct err e = ERR_INIT;
    struct session *s = session_new();
    s->importing = true;
    s->store = store_create(NULL, &e);
    CHECK(s->store, "%s", e.what);
    struct reader r[2] = {{.s = s}, {.s = s, .rounds = 1}};
    pthread_t threads[2];
    for (unsigned i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, read_on, &r[i]);
    CHECK(load_into(s, &path, 1, 2, &e) == 0, "%s: %s", path, e.what);
    for (unsigned i = 0; i < 2; i++) {
        __atomic_store_n(&r[i].stop, 1, __ATOMIC_RELAXED);
        pthread_join(threads[i], NULL);
        CHECK(!r[i].wrong, "%s: %s", path, r[i].wrong);
    }
    return s;
}

static void check_same(const char *path, const struct session *a, const struct session *b)
{
    CHECK(a->events == b->events && a->segments.n == b->segments.n && a->chunks.n == b->chunks.n && a->runs.n == b->runs.n,
          "%s: one thread and two give different sessions", path);
    struct buf x = {0}, y = {0};
    for (size_t i = 0; i < a->chunks.n; i++) {
        struct err e = ERR_INIT;
        bool read = store_get(a->store, a->chunks.v[i].id, &x, &e) == 0 && store_get(b->store, b->chunks.v[i].id, &y, &e) == 0;
        CHECK(read && x.n == y.n && !memcmp(x.p, y.p, x.n), "%s: chunk %zu", path, i);
    }
    for (gidx g = 0; g < a->goroutines.n; g++)
        CHECK(!memcmp(session_g(a, g), session_g(b, g), sizeof(struct goroutine)), "%s: goroutine %u", path, g);
    buf_release(&x);
    buf_release(&y);
}

int main(void)
{
    for (unsigned i = 0; i < sizeof traces / sizeof *traces; i++) {
        struct err e = ERR_INIT;
        struct session *s = watched_import(traces[i]);
        struct session *one = load_session(&traces[i], 1, 1, &e);
        CHECK(one, "%s: %s", traces[i], e.what);
        if (one)
            check_same(traces[i], s, one);
        load_free(s);
        if (one)
            load_free(one);
    }
    return check_done();
}
