/* The session says what Go's own reader says of every v2 trace at hand: counts, and each nanosecond by goroutine and state; and
 * every goroutine's shares add up to its life. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/answers.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"

struct totals {
    unsigned traces, compared;
    uint64_t events, goroutines;
};

static ns_t waiting_ns(const ns_t *ns)
{
    return ns[SHARE_CHAN] + ns[SHARE_SYNC] + ns[SHARE_NETWORK] + ns[SHARE_SLEEP] + ns[SHARE_SYSTEM] + ns[SHARE_OTHER];
}

static int64_t g_int(yajl_val g, const char *field)
{
    const char *path[] = {field, NULL};
    yajl_val v = yajl_tree_get(g, path, yajl_t_number);
    return v ? strtoll(YAJL_GET_NUMBER(v), NULL, 10) : 0;
}

static bool g_flag(yajl_val g, const char *field)
{
    const char *path[] = {field, NULL};
    return YAJL_IS_TRUE(yajl_tree_get(g, path, yajl_t_any));
}

static void check_counts(const struct answers *a, const struct session *s)
{
    const struct {
        const char *field;
        int64_t ours;
    } counts[] = {
        {"events", (int64_t)s->events},
        {"goroutines", (int64_t)s->goroutines.n},
        {"procs", (int64_t)s->procs.n},
        {"threads", (int64_t)s->threads.n},
        {"first_ts", s->t0},
        {"last_ts", s->t1},
        {"tasks", (int64_t)s->tasks.n},
        {"task_begins", (int64_t)s->by_kind[EV_TASK_BEGIN]},
        {"region_begins", (int64_t)s->by_kind[EV_REGION_BEGIN]},
        {"logs", (int64_t)s->by_kind[EV_LOG]},
        {"stack_samples", (int64_t)s->by_kind[EV_STACK_SAMPLE]},
        {"syncs", (int64_t)s->by_kind[EV_SYNC]},
        {"clock_snapshots", (int64_t)s->clock_snapshots},
        {"distinct_stacks", (int64_t)s->distinct_stacks},
        {"events_with_stack", (int64_t)s->events_with_stack},
        {"total_running_ns", s->total_ns[SHARE_RUNNING]},
        {"total_runnable_ns", s->total_ns[SHARE_RUNNABLE]},
        {"total_syscall_ns", s->total_ns[SHARE_SYSCALL]},
        {"total_waiting_ns", waiting_ns(s->total_ns)},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t theirs = answer_int(a, counts[i].field);
        CHECK(counts[i].ours == theirs, "%s: %s: %" PRId64 ", Go's reader: %" PRId64, a->trace, counts[i].field, counts[i].ours, theirs);
    }
    for (unsigned k = 0; k < EV_KINDS; k++)
        CHECK((int64_t)s->by_kind[k] == answer_count(a, "events_by_kind", event_kind_names[k]), "%s: %s", a->trace, event_kind_names[k]);
}

static void check_transitions(const struct answers *a, const struct session *s)
{
    uint64_t by_class = 0;
    for (unsigned c = 0; c < DICT_CLASSES; c++)
        by_class += s->by_class[c];
    CHECK(by_class == s->events, "%s: events by class", a->trace);
    for (unsigned from = 0; from < G_STATES; from++)
        for (unsigned to = 0; to < G_STATES; to++) {
            uint64_t n = 0;
            for (uint32_t c = 0; c < s->dict.nclasses; c++) {
                const struct event_class *k = session_class(s, (class_id)c);
                if (k->kind == EV_STATE_TRANSITION && k->resource == RES_GOROUTINE && k->from == from && k->to == to)
                    n += s->by_class[c];
            }
            char key[64];
            snprintf(key, sizeof key, "%s>%s", gstate_names[from], gstate_names[to]);
            CHECK((int64_t)n == answer_count(a, "goroutine_transitions", key), "%s: %s: %" PRIu64, a->trace, key, n);
        }
}

static void check_goroutine(const struct answers *a, struct session *s, yajl_val theirs)
{
    int64_t id = g_int(theirs, "g");
    gidx at = session_find_g(s, id);
    CHECK(at != IDX_NONE, "%s: g%" PRId64 " is missing", a->trace, id);
    if (at == IDX_NONE)
        return;
    const struct goroutine *g = session_g(s, at);
    CHECK(g->id == id && g_int(theirs, "transitions") == g->transitions, "%s: g%" PRId64 ": transitions", a->trace, id);
    CHECK(g_int(theirs, "running_ns") == g->ns[SHARE_RUNNING] && g_int(theirs, "runnable_ns") == g->ns[SHARE_RUNNABLE] &&
              g_int(theirs, "waiting_ns") == waiting_ns(g->ns) && g_int(theirs, "syscall_ns") == g->ns[SHARE_SYSCALL],
          "%s: g%" PRId64 ": nanoseconds", a->trace, id);
    CHECK(g_flag(theirs, "created_in_trace") == (g->created != NS_NONE), "%s: g%" PRId64 ": created", a->trace, id);
    CHECK(g_flag(theirs, "ended_in_trace") == (g->ended != NS_OPEN), "%s: g%" PRId64 ": ended", a->trace, id);
    const char *last[] = {"last_state", NULL};
    yajl_val state = yajl_tree_get(theirs, last, yajl_t_string);
    CHECK(state && !strcmp(state->u.string, gstate_names[g->last_state]), "%s: g%" PRId64 ": last state", a->trace, id);
}

static void check_lives(const struct answers *a, struct session *s)
{
    ns_t total[SHARE_COUNT] = {0}, by_group[SHARE_COUNT] = {0};
    uint64_t members = 0;
    for (gidx i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        ns_t sum = 0, life = (g->ended == NS_OPEN ? s->t1 : g->ended) - (g->created == NS_NONE ? s->t0 : g->created);
        for (unsigned k = 0; k < SHARE_COUNT; k++) {
            sum += g->ns[k];
            total[k] += g->ns[k];
        }
        CHECK(sum == life, "%s: g%" PRId64 " lives %" PRId64 " ns, its shares are %" PRId64, a->trace, g->id, life, sum);
    }
    for (size_t i = 0; i < s->groups.n; i++) {
        members += s->groups.v[i].n;
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            by_group[k] += s->groups.v[i].ns[k];
    }
    CHECK(members == s->goroutines.n, "%s: groups have %" PRIu64 " members", a->trace, members);
    CHECK(!memcmp(total, s->total_ns, sizeof total) && !memcmp(by_group, total, sizeof total), "%s: sums of all", a->trace);
}

static void check_trace(const char *expect_path, void *ctx)
{
    struct totals *totals = ctx;
    struct answers a;
    char why[256];
    if (!answers_load(&a, expect_path, why) || !answer_is_v2(&a) || (getenv("TRUTH_ONLY") && !strstr(a.trace, getenv("TRUTH_ONLY")))) {
        answers_release(&a);
        return;
    }
    const char *path = a.trace;
    struct err e = ERR_INIT;
    struct session *s = load_session(&path, 1, 2, &e);
    CHECK(s || answer_text(&a, "error")[0], "%s: %s", a.trace, e.what);
    totals->traces++;
    if (s) {
        check_lives(&a, s);
        /* Of a damaged trace we may know more. */
        if (!answer_text(&a, "error")[0]) {
            check_counts(&a, s);
            check_transitions(&a, s);
            const char *list_path[] = {"per_goroutine", NULL};
            yajl_val list = yajl_tree_get(a.json, list_path, yajl_t_array);
            for (size_t i = 0; list && i < YAJL_GET_ARRAY(list)->len; i++)
                check_goroutine(&a, s, YAJL_GET_ARRAY(list)->values[i]);
            totals->compared++;
        }
        totals->events += s->events;
        totals->goroutines += s->goroutines.n;
        load_free(s);
    }
    answers_release(&a);
}

int main(void)
{
    struct totals ours = {0}, peers = {0};
    CHECK(answers_each("tests/data", check_trace, &ours), "tests/data is missing");
    CHECK(ours.traces > 0);
    if (!answers_each(peer_traces(), check_trace, &peers))
        check_skip("no traces of other projects at %s", peer_traces());
    printf("%u traces of ours (%u compared), %u of other projects (%u), %" PRIu64 " events, %" PRIu64 " goroutines\n", ours.traces,
           ours.compared, peers.traces, peers.compared, ours.events + peers.events, ours.goroutines + peers.goroutines);
    return check_done();
}
