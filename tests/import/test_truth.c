/* Our reader and Go's own say the same of every v2 trace at hand: each event's order, time, place, kind, names and stacks,
 * every transition, every nanosecond by goroutine and state. Of a damaged trace we give at least what Go's reader gives. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/answers.h"
#include "tests/lib/check.h"
#include "tests/lib/event_text.h"
#include "tests/lib/reading.h"

/* The listing of all events by Go's reader, compared as they come. */
struct listing {
    struct buf text, line;
    size_t at;
    uint64_t syncs, differs;
    const char *path;
};

/* ---- the listing ---- */

static struct str next_line(struct listing *l)
{
    const char *p = (const char *)l->text.p + l->at;
    size_t left = l->text.n - l->at;
    const char *end = left ? memchr(p, '\n', left) : NULL;
    size_t n = end ? (size_t)(end - p) : left;
    l->at += end ? n + 1 : n;
    return (struct str){.p = p, .n = n};
}

static bool is_title(struct str s)
{
    return (s.n == 6 && !memcmp(s.p, "Stack=", 6)) || (s.n == 16 && !memcmp(s.p, "TransitionStack=", 16));
}

/* The next line that says something: no blank ones, no titles of empty stacks (which Go prints for some ids of 0). */
static struct str telling_line(struct listing *l)
{
    for (;;) {
        struct str s = next_line(l);
        if ((!s.n || (is_title(s) && (l->at >= l->text.n || l->text.p[l->at] != '\t'))) && l->at < l->text.n)
            continue;
        return s;
    }
}

static void compare_event(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x)
{
    struct listing *l = ctx;
    if (l->differs)
        return;
    l->syncs += t->dict->classes[e->class].kind == EV_SYNC;
    buf_clear(&l->line);
    event_text(&l->line, t->dict, e, x, l->syncs);
    struct listing ours = {.text = l->line};
    while (ours.at < ours.text.n) {
        struct str a = telling_line(&ours);
        if (!a.n)
            break;
        struct str b = telling_line(l);
        if (a.n == b.n && !memcmp(a.p, b.p, a.n))
            continue;
        l->differs = t->events;
        CHECK(!l->differs, "%s, event %" PRIu64 "\n  ours: %.*s\n  Go's: %.*s\n", l->path, t->events, (int)a.n, a.p, (int)b.n, b.p);
        return;
    }
}

/* ---- counts ---- */

static void check_counts(const struct answers *a, const struct reading *r)
{
    const struct tally *t = &r->tally;
    const struct {
        const char *field;
        int64_t ours;
    } counts[] = {
        {"events", (int64_t)t->events},
        {"goroutines", (int64_t)t->goroutines},
        {"procs", (int64_t)t->nprocs},
        {"threads", (int64_t)t->nthreads},
        {"first_ts", t->events ? t->first_t : 0},
        {"last_ts", t->events ? t->last_t : 0},
        {"tasks", (int64_t)t->ntasks},
        {"task_begins", (int64_t)t->kinds[EV_TASK_BEGIN]},
        {"region_begins", (int64_t)t->kinds[EV_REGION_BEGIN]},
        {"logs", (int64_t)t->kinds[EV_LOG]},
        {"stack_samples", (int64_t)t->kinds[EV_STACK_SAMPLE]},
        {"syncs", (int64_t)t->kinds[EV_SYNC]},
        {"clock_snapshots", (int64_t)t->clock_snapshots},
        {"distinct_stacks", (int64_t)t->nstacks},
        {"events_with_stack", (int64_t)t->with_stack},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t theirs = answer_int(a, counts[i].field);
        CHECK(counts[i].ours == theirs, "%s: %s: %" PRId64 ", Go's reader: %" PRId64, a->trace, counts[i].field, counts[i].ours, theirs);
    }
    for (unsigned k = 0; k < EV_KINDS; k++) {
        int64_t theirs = answer_count(a, "events_by_kind", event_kind_names[k]);
        CHECK((int64_t)t->kinds[k] == theirs, "%s: %s: %" PRIu64 ", Go's reader: %" PRId64, a->trace, event_kind_names[k], t->kinds[k],
              theirs);
    }
    char hash[20];
    snprintf(hash, sizeof hash, "%016" PRIx64, t->fnv);
    CHECK(!strcmp(hash, answer_text(a, "stream_fnv64a")), "%s: the events' order or times differ", a->trace);
}

static void check_transitions(const struct answers *a, const char *object, const uint64_t *ours, unsigned states, const char *const *names)
{
    size_t kinds = 0;
    for (unsigned from = 0; from < states; from++)
        for (unsigned to = 0; to < states; to++) {
            char key[64];
            uint64_t n = ours[from * states + to];
            snprintf(key, sizeof key, "%s>%s", names[from], names[to]);
            int64_t theirs = answer_count(a, object, key);
            CHECK((int64_t)n == theirs, "%s: %s: %" PRIu64 ", Go's reader: %" PRId64, a->trace, key, n, theirs);
            kinds += n > 0;
        }
    CHECK(kinds == answer_keys(a, object), "%s: %s", a->trace, object);
}

static void check_names(const struct answers *a, const struct reading *r, const char *object, const struct tally_name *names, size_t n)
{
    CHECK(n == answer_keys(a, object), "%s: %zu names in %s", a->trace, n, object);
    for (size_t i = 0; i < n; i++) {
        char key[1200];
        struct str s = dict_str(&r->dict, names[i].name);
        snprintf(key, sizeof key, "%.*s", (int)s.n, s.p);
        CHECK((int64_t)names[i].n == answer_count(a, object, key), "%s: %s", a->trace, key);
    }
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

static void check_goroutine(const struct answers *a, const struct reading *r, yajl_val theirs, uint32_t g)
{
    const struct tally_g *x = &r->tally.gs.v[g];
    int64_t id = *paged_at(&r->dict.g_ids, g);
    const char *last[] = {"last_state", NULL};
    CHECK(g_int(theirs, "g") == id && g_int(theirs, "transitions") == (int64_t)x->transitions, "%s: g%" PRId64, a->trace, id);
    CHECK(g_int(theirs, "running_ns") == x->ns[G_RUNNING] && g_int(theirs, "runnable_ns") == x->ns[G_RUNNABLE] &&
              g_int(theirs, "waiting_ns") == x->ns[G_WAITING] && g_int(theirs, "syscall_ns") == x->ns[G_SYSCALL],
          "%s: g%" PRId64 " nanoseconds", a->trace, id);
    CHECK(g_flag(theirs, "created_in_trace") == x->created && g_flag(theirs, "ended_in_trace") == x->ended, "%s: g%" PRId64, a->trace, id);
    yajl_val state = yajl_tree_get(theirs, last, yajl_t_string);
    CHECK(state && !strcmp(state->u.string, gstate_names[x->state]), "%s: g%" PRId64, a->trace, id);
}

static void check_goroutines(const struct answers *a, const struct reading *r)
{
    const char *path[] = {"per_goroutine", NULL};
    yajl_val list = yajl_tree_get(a->json, path, yajl_t_array);
    size_t n = list ? YAJL_GET_ARRAY(list)->len : 0;
    int64_t shown = answer_int(a, "per_goroutine_truncated_to");
    CHECK(n == (shown ? (size_t)shown : r->tally.order.n), "%s: %zu goroutines listed", a->trace, n);
    for (size_t i = 0; i < n && i < r->tally.order.n; i++)
        check_goroutine(a, r, YAJL_GET_ARRAY(list)->values[i], r->tally.order.v[i]);
    static const struct {
        const char *field;
        unsigned state;
    } sums[] = {{"total_running_ns", G_RUNNING},
                {"total_runnable_ns", G_RUNNABLE},
                {"total_waiting_ns", G_WAITING},
                {"total_syscall_ns", G_SYSCALL}};
    for (size_t s = 0; s < 4; s++) {
        int64_t sum = 0;
        for (size_t i = 0; i < r->tally.gs.n; i++)
            sum += r->tally.gs.v[i].ns[sums[s].state];
        CHECK(sum == answer_int(a, sums[s].field), "%s: %s", a->trace, sums[s].field);
    }
}

/* ---- one trace ---- */

struct totals {
    unsigned traces, damaged, listings;
    uint64_t events;
};

/* When Go's reader meets an error between generations it first gives a Sync event of no generation, one nanosecond after the
 * last event: that is no event of the trace. 1 when its listing of a damaged trace ends with one. */
static uint64_t trailing_sync(const struct answers *a, const struct buf *listing)
{
    const char *text = (const char *)listing->p, *line = NULL, *p = text;
    int64_t last = answer_int(a, "last_ts");
    char sync[80];
    for (size_t left = listing->n; left && (p = memmem(p, left, "M=", 2)); p += 2, left = listing->n - (size_t)(p - text))
        if (p == text || p[-1] == '\n')
            line = p;
    int n = snprintf(sync, sizeof sync, "M=-1 P=-1 G=-1 Sync Time=%" PRId64 " N=%" PRId64 "\n", last, answer_int(a, "syncs"));
    if (!line || listing->n - (size_t)(line - text) < (size_t)n || memcmp(line, sync, (size_t)n) != 0)
        return 0;
    snprintf(sync, sizeof sync, " Time=%" PRId64, last - 1);
    return last == 1 || memmem(text, (size_t)(line - text), sync, strlen(sync)) != NULL;
}

static void check_damage(const struct answers *a, const struct reading *r, uint64_t theirs_events)
{
    bool theirs = answer_text(a, "error")[0] != 0;
    uint64_t losses = reading_losses(r);
    if (theirs)
        CHECK(r->rc < 0 || (losses && !r->info.complete), "%s: Go's reader says \"%s\", we say nothing", a->trace, answer_text(a, "error"));
    else
        CHECK(r->rc == 0 && !losses && r->info.complete, "%s: %s, %" PRIu64 " losses", a->trace, r->e.what, losses);
    CHECK(r->tally.seen >= theirs_events, "%s: fewer events than Go's reader", a->trace);
}

static void print_damaged(const struct answers *a, const struct reading *r, uint64_t theirs)
{
    const char *name = strrchr(a->trace, '/');
    printf("%-52s %6" PRIu64 " events, Go's reader %4" PRIu64 "; ", name ? name + 1 : a->trace, r->tally.seen, theirs);
    if (r->rc < 0)
        printf("%s; %s\n", r->e.what, r->e.where);
    else
        for (unsigned i = 0; i < NOTE_COUNT; i++)
            if (r->info.notes[i].count && note_specs[i].severity != NOTE_INFO)
                printf("%s: %s\n", note_specs[i].name, r->info.notes[i].first);
}

static void check_trace(const char *expect_path, void *ctx)
{
    struct totals *totals = ctx;
    struct answers a;
    char why[256];
    bool loaded = answers_load(&a, expect_path, why);
    CHECK(loaded, "%s", why);
    if (!loaded || !answer_is_v2(&a) || (getenv("TRUTH_ONLY") && !strstr(a.trace, getenv("TRUTH_ONLY")))) {
        answers_release(&a);
        return;
    }
    struct listing l = {.path = a.trace};
    struct reading *r = calloc(1, sizeof *r);
    bool listed = a.events[0] && read_file(a.events, &l.text);
    bool damaged = answer_text(&a, "error")[0] != 0;
    uint64_t events = (uint64_t)answer_int(&a, "events"), extra = damaged ? trailing_sync(&a, &l.text) : 0;
    reading_file(r, a.trace, events - extra, listed ? compare_event : NULL, &l);
    CHECK(!r->tally.wrong[0], "%s: %s", a.trace, r->tally.wrong);
    check_damage(&a, r, events - extra);
    if (!extra) {
        check_counts(&a, r);
        check_transitions(&a, "goroutine_transitions", &r->tally.g_transitions[0][0], G_STATES, gstate_names);
        check_transitions(&a, "proc_transitions", &r->tally.p_transitions[0][0], P_STATES, pstate_names);
        check_names(&a, r, "range_begins", r->tally.range_begins.v, r->tally.range_begins.n);
        check_names(&a, r, "metric_samples", r->tally.metrics.v, r->tally.metrics.n);
        check_goroutines(&a, r);
    }
    totals->traces++;
    totals->damaged += damaged;
    totals->listings += listed;
    totals->events += r->tally.seen;
    if (damaged)
        print_damaged(&a, r, events - extra);
    reading_release(r);
    free(r);
    buf_release(&l.text);
    buf_release(&l.line);
    answers_release(&a);
}

int main(void)
{
    struct totals ours = {0}, peers = {0};
    CHECK(answers_each(getenv("TRUTH_ROOT") ? getenv("TRUTH_ROOT") : "tests/data", check_trace, &ours), "tests/data is missing");
    CHECK(ours.traces > 0);
    if (!answers_each(peer_traces(), check_trace, &peers))
        check_skip("no traces of other projects at %s", peer_traces());
    printf("%u traces of ours, %u of other projects (%u damaged, %u listings compared), %" PRIu64 " events\n", ours.traces, peers.traces,
           peers.damaged, ours.listings + peers.listings, ours.events + peers.events);
    return check_done();
}
