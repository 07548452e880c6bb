/* What views and queries ask of a session while it is being imported: lanes, spans, a search, SQL, each on a thread of its own.
 * The answers hold together at any moment, and none is lost at the end. Run it with SANITIZE=thread. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "model/search.h"
#include "model/store/store.h"
#include "model/timeline/timeline.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"

enum { CELLS = 60, GROUPS_MAX = 200, SPANS_MAX = 200 };

struct asker {
    const char *name;
    void (*ask)(struct asker *);
    bool locks; /* session_read by itself */
    struct session *s;
    struct search *search;
    uint64_t rounds, answers, seed;
    bool stop; /* atomic */
    char wrong[300];
};

#define EXPECT(a, holds, ...)                                                                                                              \
    do {                                                                                                                                   \
        if (!(holds) && !(a)->wrong[0])                                                                                                    \
            snprintf((a)->wrong, sizeof(a)->wrong, __VA_ARGS__);                                                                           \
    } while (0)

static uint32_t any(struct asker *a, size_t n)
{
    a->seed = a->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((a->seed >> 33) % n);
}

static ns_t cell_sum(const struct tl_cell *c)
{
    ns_t sum = 0;
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        sum += c->ns[0][k] + c->ns[1][k];
    return sum;
}

/* All groups together are all. */
static void ask_lanes(struct asker *a)
{
    static struct tl_cell cells[(GROUPS_MAX + 1) * CELLS];
    struct err e = ERR_INIT;
    struct session *s = a->s;
    size_t n = s->groups.n;
    if (!s->segments.n || n > GROUPS_MAX || s->t1 <= s->t0)
        return;
    struct lane lanes[GROUPS_MAX + 1] = {{LANE_ALL, 0}};
    for (uint32_t i = 0; i < n; i++)
        lanes[i + 1] = (struct lane){LANE_GROUP, i};
    ns_t width = tl_cell_width((s->t1 - s->t0) / CELLS >> any(a, 8));
    struct tl_window w = tl_window_at(s->t0 + (s->t1 - s->t0) * (ns_t)any(a, 100) / 100, width, CELLS, CELLS / 2);
    EXPECT(a, tl_lanes(s, lanes, n + 1, &w, cells, &e) == 0, "lanes: %s", e.what);
    for (uint32_t c = 0; c < CELLS; c++) {
        ns_t all = cell_sum(&cells[c]), sum = 0;
        for (size_t i = 1; i <= n; i++)
            sum += cell_sum(&cells[i * CELLS + c]);
        EXPECT(a, sum == all, "cell %u of %" PRId64 " ns: groups have %" PRId64 " ns, all of them %" PRId64, c, w.cell, sum, all);
        a->answers += all > 0;
    }
}

/* A goroutine's spans tile its life, as one lane and as rows. */
static void ask_spans(struct asker *a)
{
    struct span v[SPANS_MAX];
    struct err e = ERR_INIT;
    struct session *s = a->s;
    if (!s->goroutines.n)
        return;
    gidx g = any(a, s->goroutines.n);
    long n = tl_spans(s, g, s->t0, s->t1, v, SPANS_MAX, &e);
    EXPECT(a, n >= 0, "spans: %s", e.what);
    for (long i = 0; i < n; i++) {
        EXPECT(a, v[i].g == g && v[i].t0 <= v[i].t1 && v[i].t1 <= s->t1, "G%" PRId64 ": span %ld is none", session_g(s, g)->id, i);
        EXPECT(a, !i || v[i - 1].t1 <= v[i].t0, "G%" PRId64 ": span %ld begins before the one before has ended", session_g(s, g)->id, i);
        EXPECT(a, session_class_name(s, v[i].class) < s->known.strings, "a class without a name");
    }
    struct link links[8];
    struct mark marks[8];
    EXPECT(a, tl_links(s, g, s->t0, s->t1, links, 8, &e) >= 0, "links: %s", e.what);
    EXPECT(a, tl_marks(s, ~0u, s->t0, s->t1, marks, 8, &e) >= 0, "marks: %s", e.what);
    a->answers += n > 0;
}

static void ask_search(struct asker *a)
{
    struct err e = ERR_INIT;
    struct hit hit;
    if (!a->search)
        a->search = search_new(a->s, "func[0-9]+$", 11, REGEX_SMART, &e);
    EXPECT(a, a->search, "search: %s", e.what);
    if (!a->search || !a->s->segments.n)
        return;
    ns_t from = a->s->t0 + (a->s->t1 - a->s->t0) * (ns_t)any(a, 100) / 100;
    search_from(a->search, from, 1, IDX_NONE);
    int rc = SEARCH_MORE;
    for (int i = 0; rc == SEARCH_MORE && i < 100; i++)
        rc = search_step(a->search, 20, &hit, &e);
    EXPECT(a, rc >= 0, "search: %s", e.what);
    if (rc != SEARCH_HIT)
        return;
    EXPECT(a, hit.t > from && hit.t <= a->s->t1 && hit.text < a->s->known.strings, "a hit at %" PRId64, hit.t - a->s->t0);
    a->answers++;
}

/* Sums over a virtual table and over a plain one are of the same moment. */
static void ask_sql(struct asker *a)
{
    static const char *const texts[] = {
        "select (select count(*) from goroutine), (select count(distinct g) from span)",
        "select (select count(*) from event), (select count(*) from event where g is null or g is not null)",
        "select (select count(*) from span), (select count(*) from span join goroutine using (g))",
    };
    struct err e = ERR_INIT;
    unsigned which = any(a, sizeof texts / sizeof *texts);
    struct query *q = query_open(a->s, texts[which], NULL, &e);
    int rc = q ? query_step(q, &e) : -1;
    EXPECT(a, rc == 1, "%s: %s", texts[which], e.what);
    if (rc == 1) {
        int64_t x = query_int(q, 0), y = query_int(q, 1);
        EXPECT(a, which == 0 ? y <= x : x == y, "%s: %" PRId64 " and %" PRId64, texts[which], x, y);
        a->answers += x > 0;
    }
    query_close(q);
}

static void ask_once(struct asker *a)
{
    if (!a->locks)
        session_read(a->s);
    a->ask(a);
    if (!a->locks)
        session_done(a->s);
}

static void *ask_on(void *arg)
{
    struct asker *a = arg;
    while (!__atomic_load_n(&a->stop, __ATOMIC_RELAXED) || !a->rounds) {
        ask_once(a);
        a->rounds++;
    }
    return NULL;
}

static void import_while_asked(const char *path)
{
    struct err e = ERR_INIT;
    struct session *s = session_new();
    s->importing = true;
    s->store = store_create(NULL, &e);
    CHECK(s->store, "%s", e.what);
    struct asker a[] = {{.name = "lanes", .ask = ask_lanes},
                        {.name = "spans", .ask = ask_spans},
                        {.name = "search", .ask = ask_search},
                        {.name = "SQL", .ask = ask_sql, .locks = true}};
    enum { N = sizeof a / sizeof *a };
    pthread_t threads[N];
    for (unsigned i = 0; i < N; i++) {
        a[i].s = s;
        a[i].seed = i + 1;
        pthread_create(&threads[i], NULL, ask_on, &a[i]);
    }
    CHECK(load_into(s, &path, 1, 2, &e) == 0, "%s: %s", path, e.what);
    for (unsigned i = 0; i < N; i++) {
        __atomic_store_n(&a[i].stop, true, __ATOMIC_RELAXED);
        pthread_join(threads[i], NULL);
        uint64_t asked = a[i].rounds;
        a[i].answers = 0;
        for (int k = 0; k < 3; k++)
            ask_once(&a[i]);
        CHECK(!a[i].wrong[0], "%s, round %" PRIu64 " of %s: %s", path, asked, a[i].name, a[i].wrong);
        CHECK(a[i].answers, "%s: no answer of %s when all is there", path, a[i].name);
        printf("%s: %" PRIu64 " rounds of %s\n", path, asked, a[i].name);
        search_free(a[i].search);
    }
    load_free(s);
}

int main(void)
{
    import_while_asked("tests/data/real/esbuild-bundle.trace.zst");
    import_while_asked("tests/data/demo/payd-ctx.trace.zst");
    return check_done();
}
