/* Latency of task types against a plain reckoning; regions, and the goroutines that served a task or a request id, in a small trace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/tasks.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tests/lib/mktrace.h"

static struct err err;

static int by_value(const void *a, const void *b)
{
    const ns_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The least value that q of them do not exceed, by trying each. */
static ns_t plain_quantile(const ns_t *v, size_t n, double q)
{
    for (size_t i = 0; i < n; i++)
        if ((double)(i + 1) >= q * (double)n)
            return v[i];
    return NS_NONE;
}

static void latencies(unsigned tasks)
{
    struct session *s = session_new();
    str_id names[3] = {dict_string(&s->dict, "pay", 3), dict_string(&s->dict, "a", 1), dict_string(&s->dict, "payment", 7)};
    static const unsigned order[] = {1, 0, 2}; /* by name */
    static ns_t v[3][4000];
    size_t n[3] = {0}, open[3] = {0}, row = 0;
    for (unsigned i = 0; i < tasks; i++) {
        unsigned k = below(3);
        struct task t = {.id = i + 1, .name = names[k], .t0 = below(1000), .t1 = NS_OPEN};
        if (below(5))
            t.t1 = t.t0 + below(1000);
        if (!below(9))
            t.t0 = NS_NONE;
        *vec_push(&s->tasks) = t;
        if (t.t1 != NS_OPEN ? t.t1 < 300 || t.t1 >= 1500 : t.t0 >= 1500)
            continue;
        if (t.t1 == NS_OPEN || t.t0 == NS_NONE)
            open[k]++;
        else
            v[k][n[k]++] = t.t1 - t.t0;
    }
    task_types types = {0};
    task_types_make(s, 300, 1500, &types);
    for (unsigned o = 0; o < 3; o++) {
        unsigned k = order[o];
        if (n[k] + open[k] == 0)
            continue;
        qsort(v[k], n[k], sizeof v[k][0], by_value);
        const struct task_type *t = &types.v[row++];
        CHECK(row <= types.n && t->name == names[k] && t->n == n[k] && t->open == open[k], "type %u", k);
        CHECK(t->p50 == plain_quantile(v[k], n[k], 0.5) && t->p95 == plain_quantile(v[k], n[k], 0.95) &&
              t->p99 == plain_quantile(v[k], n[k], 0.99));
        CHECK(t->max == (n[k] ? v[k][n[k] - 1] : NS_NONE) && (t->slowest == IDX_NONE) == (n[k] == 0));
        if (n[k])
            CHECK(s->tasks.v[t->slowest].t1 - s->tasks.v[t->slowest].t0 == t->max && s->tasks.v[t->slowest].name == names[k]);
    }
    CHECK(row == types.n);
    vec_free(&types);
    session_free(s);
}

/* Goroutine 1 begins task 7 and, in it, task 8 (below 7); it creates 2, which does a region of 8; 3 has nothing to do with it but a log
 * of another request; 2 creates 4 within the task and 5 after it. */
static void write_trace(struct buf *out)
{
    struct mktrace *mk = mk_new(22);
    mk_generation(mk, 1);
    struct mk_batch *b = mk_batch(mk, 1, 0);
    uint64_t at = mk_stack(mk, "main.serve", "main.go", 7), wait = mk_string(mk, "chan receive"), t = 10;
    uint64_t key = mk_string(mk, "id"), yes = mk_string(mk, "42"), text = mk_string(mk, "paid id=42, twice"),
             not = mk_string(mk, "id=421 xid=42 id=4");
    MK(b, t, ProcStatus, 0, WIRE_P_RUNNING);
    MK(b, t += 10, GoStatus, 1, 1, WIRE_G_RUNNING);
    MK(b, t += 10, UserRegionEnd, 0, mk_string(mk, "older"), at);
    MK(b, t += 10, UserTaskBegin, 7, 0, mk_string(mk, "pay"), at);
    MK(b, t += 10, UserRegionBegin, 7, mk_string(mk, "outer"), at);
    MK(b, t += 10, UserTaskBegin, 8, 7, mk_string(mk, "db"), at);
    MK(b, t += 10, UserRegionBegin, 8, mk_string(mk, "inner"), at);
    MK(b, t += 10, GoCreate, 2, at, at);
    MK(b, t += 10, GoCreate, 3, at, at);
    MK(b, t += 10, UserLog, 8, key, yes, at);
    MK(b, t += 10, UserRegionEnd, 8, mk_string(mk, "inner"), at);
    MK(b, t += 10, UserRegionEnd, 7, mk_string(mk, "outer"), at);
    MK(b, t += 10, GoBlock, wait, at);
    MK(b, t += 10, GoStart, 2, 1);
    MK(b, t += 10, UserRegionBegin, 8, mk_string(mk, "open"), at);
    MK(b, t += 10, UserLog, 0, mk_string(mk, "note"), text, at);
    MK(b, t += 10, GoCreate, 4, at, at);
    MK(b, t += 10, UserTaskEnd, 8, at);
    MK(b, t += 10, UserTaskEnd, 7, at);
    MK(b, t += 10, GoCreate, 5, at, at);
    MK(b, t += 10, GoBlock, wait, at);
    MK(b, t += 10, GoStart, 3, 1);
    MK(b, t += 10, UserLog, 0, mk_string(mk, "note"), not, at);
    MK(b, t += 10, GoBlock, wait, at);
    mk_end(mk);
    buf_put(out, mk->out.p, mk->out.n);
    mk_free(mk);
}

static bool has(struct session *s, const struct lens *l, int64_t id)
{
    return l->g[session_find_g(s, id)];
}

static void check_regions(struct session *s)
{
    regions r = {0};
    CHECK(regions_make(s, &r, &err) == 0 && r.n == 4, "%zu regions", r.n);
    if (r.n == 4) {
        CHECK(r.v[0].t0 == NS_NONE && r.v[1].t0 - r.v[0].t1 == 20 && r.v[0].task == IDX_NONE && r.v[0].parent == IDX_NONE,
              "one that began before the trace");
        CHECK(r.v[1].t1 - r.v[1].t0 == 70 && s->tasks.v[r.v[1].task].id == 7 && r.v[1].parent == IDX_NONE);
        CHECK(r.v[2].t1 - r.v[2].t0 == 40 && s->tasks.v[r.v[2].task].id == 8 && r.v[2].parent == 1, "the one around it");
        CHECK(r.v[3].t1 == NS_OPEN && session_g(s, r.v[3].g)->id == 2 && r.v[3].parent == IDX_NONE, "another goroutine's");
    }
    vec_free(&r);
}

static void check_lenses(struct session *s)
{
    struct lens l;
    uint32_t pay = s->tasks.v[0].id == 7 ? 0 : 1;
    CHECK(lens_of_task(s, pay, &l, &err) == 0 && l.n == 4 && has(s, &l, 1) && has(s, &l, 2) && has(s, &l, 3) && has(s, &l, 4) &&
              !has(s, &l, 5),
          "%u of the task", l.n);
    CHECK(session_g(s, l.main)->id == 1 && l.t1 - l.t0 == 150);
    lens_release(&l);
    CHECK(lens_of_value(s, (struct str){"id", 2}, (struct str){"42", 2}, &l, &err) == 0 && l.n == 2 && has(s, &l, 1) && has(s, &l, 2),
          "%u with that id", l.n);
    lens_release(&l);
    CHECK(lens_of_value(s, (struct str){"id", 2}, (struct str){"nothing", 7}, &l, &err) == 0 && l.n == 0);
    lens_release(&l);
}

static void small_trace(void)
{
    char path[] = "/tmp/ctxscope-tasks-XXXXXX";
    const char *paths[] = {path};
    struct buf trace = {0};
    write_trace(&trace);
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, trace.p, trace.n) == (ssize_t)trace.n);
    close(fd);
    struct session *s = load_session(paths, 1, 1, &err);
    unlink(path);
    buf_release(&trace);
    CHECK(s, "%s", err.what);
    if (!s)
        return;
    session_read(s);
    check_regions(s);
    check_lenses(s);
    session_done(s);
    load_free(s);
}

int main(void)
{
    for (unsigned i = 0; i < 200 && check_failures < 5; i++)
        latencies(below(i < 100 ? 20 : 3000));
    small_trace();
    return check_done();
}
