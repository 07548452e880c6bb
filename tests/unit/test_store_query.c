/* SQL says what the events say: tables against a walk over the events by hand, with and without bounds that are pushed down;
 * and a query can read and nothing else, within limits. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/store/span_groups.h"
#include "tests/lib/check.h"
#include "tests/lib/synth.h"

/* The answer as text: columns parted by |, rows by newlines; NULL is -. */
static bool answer(struct session *s, const char *sql, const struct query_limits *lim, struct buf *out, struct err *e)
{
    buf_clear(out);
    struct query *q = query_open(s, sql, lim, e);
    int rc = -1;
    while (q && (rc = query_step(q, e)) > 0) {
        for (int i = 0; i < query_columns(q); i++) {
            struct str t = query_text(q, i);
            buf_puts(out, i ? "|" : "");
            if (query_type(q, i) == QT_NULL)
                buf_putc(out, '-');
            else
                buf_put(out, t.p, t.n);
        }
        buf_putc(out, '\n');
    }
    query_close(q);
    buf_str(out);
    return rc == 0;
}

static void says(struct session *s, const char *sql, const char *want)
{
    struct buf got = {0};
    struct err e = ERR_INIT;
    CHECK(answer(s, sql, NULL, &got, &e), "%s: %s", sql, e.what);
    if (got.p && strcmp(buf_str(&got), want)) {
        size_t i = 0;
        while (want[i] && want[i] == (char)got.p[i])
            i++;
        CHECK(false, "%s: %zu bytes, wanted %zu; differs at %zu: got %.60s, wanted %.60s", sql, got.n, strlen(want), i,
              (char *)got.p + (i > 20 ? i - 20 : 0), want + (i > 20 ? i - 20 : 0));
    }
    buf_release(&got);
}

static void put_num(struct buf *b, bool there, int64_t v)
{
    if (there)
        buf_printf(b, "|%" PRId64, v);
    else
        buf_puts(b, "|-");
}

static int64_t gid(const struct synth *y, uint32_t g)
{
    return session_g(y->s, g)->id;
}

/* --- events ------------------------------------------------------------------------------------------------------------ */

struct bounds {
    ns_t lo, hi; /* since the start */
    int64_t g;   /* -1: any */
    int kind;    /* -1: any */
};

static void put_event(const struct synth *y, const struct event *e, struct buf *b)
{
    const struct event_class *c = session_class(y->s, e->class);
    buf_printf(b, "%" PRId64 "|%s", e->t - y->s->t0, event_kind_names[c->kind]);
    put_num(b, e->g != IDX_NONE, e->g == IDX_NONE ? 0 : gid(y, e->g));
    put_num(b, e->m != EV_NO_MP, 1000 + e->m);
    put_num(b, e->p != EV_NO_MP, e->p);
    put_num(b, c->resource != RES_NONE, c->resource == RES_GOROUTINE ? gid(y, e->res) : e->res);
    put_num(b, e->stack != 0, e->stack);
    bool metric = c->kind == EV_METRIC;
    put_num(b, metric, metric ? (int64_t)y->ext[e->res].v[0] : 0);
    buf_putc(b, '\n');
}

static void events_are(const struct synth *y, const struct bounds *w)
{
    struct buf want = {0}, sql = {0};
    for (uint32_t i = 0; i < y->n; i++) {
        const struct event *e = &y->ev[i];
        ns_t t = e->t - y->s->t0;
        bool g = w->g < 0 || (e->g != IDX_NONE && gid(y, e->g) == w->g),
             kind = w->kind < 0 || session_class(y->s, e->class)->kind == w->kind;
        if (t >= w->lo && t < w->hi && g && kind)
            put_event(y, e, &want);
    }
    buf_printf(&sql, "SELECT t, kind, g, m, p, about, stack, value FROM event WHERE t >= %" PRId64 " AND t < %" PRId64, w->lo, w->hi);
    if (w->g >= 0)
        buf_printf(&sql, " AND g = %" PRId64, w->g);
    if (w->kind >= 0)
        buf_printf(&sql, " AND kind = '%s'", event_kind_names[w->kind]);
    buf_puts(&sql, below(2) ? " ORDER BY t" : "");
    says(y->s, buf_str(&sql), buf_str(&want));
    buf_release(&want);
    buf_release(&sql);
}

/* --- spans ------------------------------------------------------------------------------------------------------------- */

struct line {
    int64_t g, t0, t1;
    char text[160];
};

static int by_g_t0(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return x->g != y->g ? (x->g < y->g ? -1 : 1) : (x->t0 > y->t0) - (x->t0 < y->t0);
}

struct lines {
    VEC(struct line) v;
};

static void put_span(const struct synth *y, struct lines *l, uint32_t g, const struct event *from, ns_t t0, ns_t t1, bool open)
{
    const struct event_class *c = from ? session_class(y->s, from->class) : NULL;
    if (t0 >= t1 || (c && c->to == G_NOTEXIST))
        return;
    for (size_t i = 0; i < y->s->breaks.n && c; i++)
        if (y->s->breaks.v[i] >= t0 && y->s->breaks.v[i] < t1) {
            put_span(y, l, g, NULL, y->s->breaks.v[i], t1, open);
            put_span(y, l, g, from, t0, y->s->breaks.v[i], false);
            return;
        }
    struct line line = {.g = gid(y, g), .t0 = t0 - y->s->t0, .t1 = t1 - y->s->t0};
    struct buf b = {0};
    buf_printf(&b, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%s|%s|%d", line.g, line.t0, line.t1, c ? gstate_names[c->to] : "-",
               share_names[c ? c->share : SHARE_UNKNOWN], open);
    put_num(&b, from && from->g != IDX_NONE, from && from->g != IDX_NONE ? gid(y, from->g) : 0);
    put_num(&b, from && from->m != EV_NO_MP, from ? 1000 + from->m : 0);
    put_num(&b, from && from->stack, from ? from->stack : 0);
    snprintf(line.text, sizeof line.text, "%s", buf_str(&b));
    buf_release(&b);
    *vec_push(&l->v) = line;
}

static struct lines all_spans(const struct synth *y)
{
    uint32_t n = y->s->goroutines.n;
    const struct event **at = mem_calloc(n, sizeof *at);
    struct lines l = {0};
    for (uint32_t i = 0; i < y->n; i++) {
        const struct event *e = &y->ev[i];
        const struct event_class *c = session_class(y->s, e->class);
        if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE || c->restates)
            continue;
        if (at[e->res])
            put_span(y, &l, e->res, at[e->res], at[e->res]->t, e->t, false);
        else if (c->from != G_NOTEXIST)
            put_span(y, &l, e->res, NULL, y->s->t0, e->t, false);
        at[e->res] = e;
    }
    for (uint32_t g = 0; g < n; g++)
        put_span(y, &l, g, at[g], at[g] ? at[g]->t : y->s->t0, y->s->t1, true);
    mem_free(at);
    qsort(l.v.v, l.v.n, sizeof *l.v.v, by_g_t0);
    return l;
}

/* form 0: spans that overlap the window; 1: that begin in it; 2: that end in it. */
static void spans_are(const struct synth *y, const struct lines *l, const struct bounds *w, int form)
{
    static const char *const where[] = {"t1 > %1$" PRId64 " AND t0 < %2$" PRId64, "t0 >= %1$" PRId64 " AND t0 < %2$" PRId64,
                                        "t1 >= %1$" PRId64 " AND t1 < %2$" PRId64};
    struct buf want = {0}, sql = {0};
    for (size_t i = 0; i < l->v.n; i++) {
        const struct line *x = &l->v.v[i];
        ns_t t = form == 1 ? x->t0 : x->t1;
        bool in = form ? t >= w->lo && t < w->hi : x->t1 > w->lo && x->t0 < w->hi;
        if (in && (w->g < 0 || x->g == w->g))
            buf_printf(&want, "%s\n", x->text);
    }
    buf_puts(&sql, "SELECT g, t0, t1, state, share, open, by, m, stack FROM span WHERE ");
    buf_printf(&sql, where[form], w->lo, w->hi);
    if (w->g >= 0)
        buf_printf(&sql, " AND g = %" PRId64 " ORDER BY t0", w->g);
    else
        buf_puts(&sql, " ORDER BY g, t0");
    says(y->s, buf_str(&sql), buf_str(&want));
    buf_release(&want);
    buf_release(&sql);
}

static void tables_say_what_events_say(bool with_breaks)
{
    struct synth *y = synth_new(NULL, 6, 5000, 200);
    if (with_breaks) {
        *vec_push(&y->s->breaks) = y->ev[9000].t;
        *vec_push(&y->s->breaks) = y->ev[21000].t;
    }
    struct lines l = all_spans(y);
    ns_t end = y->s->t1 - y->s->t0;
    struct bounds all = {.lo = 0, .hi = end + 1, .g = -1, .kind = -1};
    events_are(y, &all);
    for (int form = 0; form < 3; form++)
        spans_are(y, &l, &all, form);
    for (unsigned i = 0; i < 60 && check_failures < 5; i++) {
        ns_t a = (ns_t)(rnd() % (uint64_t)end), width = end >> below(20);
        struct bounds w = {.lo = a, .hi = a + width, .g = below(2) ? -1 : gid(y, below(200)), .kind = below(2) ? -1 : (int)below(EV_KINDS)};
        events_are(y, &w);
        spans_are(y, &l, &w, (int)(i % 3));
    }
    vec_free(&l.v);
    synth_free(y);
}

static void counts_agree(struct synth *y)
{
    uint64_t links = 0, logs = 0, samples = 0;
    for (uint32_t i = 0; i < y->n; i++) {
        const struct event_class *c = session_class(y->s, y->ev[i].class);
        bool g = c->kind == EV_STATE_TRANSITION && c->resource == RES_GOROUTINE && !c->restates;
        links += g && (c->from == G_NOTEXIST || (c->from == G_WAITING && c->to == G_RUNNABLE));
        logs += c->kind == EV_LOG;
        samples += c->kind == EV_STACK_SAMPLE;
    }
    char want[100];
    snprintf(want, sizeof want, "%u|%" PRIu64 "|%" PRIu64 "|%" PRIu64 "\n", y->n, links, logs, samples);
    says(y->s,
         "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM link), (SELECT count(*) FROM log), (SELECT count(*) FROM sample)",
         want);
    says(y->s, "SELECT count(*) FROM link WHERE kind='create' AND t < 0", "0\n");
    says(y->s, "SELECT count(*) FROM event WHERE t IS NULL OR t = NULL OR t < NULL", "0\n");
    says(y->s, "SELECT count(*) = (SELECT count(*) FROM event) FROM event WHERE t >= -1.5 AND t <= 1e300", "1\n");
    says(y->s, "SELECT count(*) FROM event WHERE kind = 'nonsense'", "0\n");
    says(y->s, "SELECT count(*) > 0 FROM event WHERE kind = 'log' COLLATE NOCASE", logs ? "1\n" : "0\n");
    says(y->s, "SELECT count(*) FROM span WHERE g = 7 OR g = 'x'", "0\n");
    says(y->s, "SELECT min(t) = 0 AND count(DISTINCT t) = count(*) FROM event", "1\n");
    says(y->s, "SELECT count(*) FROM goroutine", "200\n");
    says(y->s, "SELECT g FROM goroutine WHERE g = 13", "13\n");
    says(y->s, "SELECT group_concat(g) FROM goroutine WHERE g IN (10, 16, 11)", "10,16\n");
    says(y->s, "SELECT count(*) FROM stack s WHERE depth != (SELECT count(*) FROM stack_frame f WHERE f.stack = s.id)", "0\n");
    says(y->s, "SELECT count(*) FROM (SELECT e.g FROM log e JOIN goroutine g ON g.g = e.g) WHERE g IS NULL", "0\n");
    says(y->s, "SELECT path, events, complete, dropped_from_byte FROM source", "some/trace.out|6000|1|-\n");
    says(y->s, "SELECT name, severity, count, first FROM note", "cut-generation|loss|2|at byte 12\n");
    says(y->s, "SELECT count(*) FROM func WHERE func REGEXP '^pkg\\.func 1 '", "1\n");
    says(y->s,
         "SELECT median(x), percentile(x, 90), median(NULL) FROM (SELECT 1 x UNION ALL SELECT 2 UNION ALL SELECT 4 UNION ALL SELECT 10)",
         "3.0|8.2|-\n");
    says(y->s, "SELECT duration(1500000), duration(NULL)", "1.50 ms|-\n");
    says(y->s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT sum(i) FROM n", "5050\n");
    says(y->s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT count(*) FROM n", "9\n");
    says(y->s, "WITH a AS (SELECT g FROM goroutine) SELECT count(*) FROM a, a b", "40000\n");
}

/* --- what is not allowed ------------------------------------------------------------------------------------------------ */

static void is_refused(struct session *s, const char *sql)
{
    struct buf got = {0};
    struct err e = ERR_INIT;
    struct query_limits lim = {.seconds = 20};
    bool ok = answer(s, sql, &lim, &got, &e);
    CHECK(!ok && e.kind == ERR_USAGE && e.what[0], "%.80s: kind %d: %s", sql, e.kind, e.what);
    buf_release(&got);
}

static void only_reading_is_allowed(struct session *s)
{
    static const char *const forbidden[] = {
        "VACUUM INTO '/tmp/ctxscope-was-here'",
        "VACUUM",
        "ATTACH '/tmp/ctxscope-was-here' AS x",
        "ATTACH ':memory:' AS x",
        "PRAGMA writable_schema=ON",
        "PRAGMA hard_heap_limit=0",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM dbstat",
        "SELECT count(*) FROM dbstat",
        "SELECT count(*) FROM pragma_hard_heap_limit(1)",
        "SELECT load_extension('/tmp/x.so')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/ctxscope-was-here', 'x')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT sqlite_compileoption_get(1)",
        "CREATE TABLE span(g)",
        "CREATE TEMP TABLE event(t)",
        "CREATE TEMP VIEW event AS SELECT 1",
        "CREATE VIRTUAL TABLE x USING span",
        "CREATE VIRTUAL TABLE temp.x USING fts5(a)",
        "CREATE INDEX i ON goroutine(g)",
        "CREATE TRIGGER x AFTER INSERT ON goroutine BEGIN SELECT 1; END",
        "INSERT INTO goroutine(g) VALUES(1)",
        "UPDATE goroutine SET g = 1",
        "DELETE FROM span",
        "DROP TABLE goroutine",
        "ALTER TABLE goroutine RENAME TO x",
        "INSERT INTO sqlite_schema VALUES('table','x','x',0,'')",
        "BEGIN",
        "SAVEPOINT a",
        "ANALYZE",
        "REINDEX",
        "DETACH main",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE goroutine",
        "",
        "-- nothing",
        "SELEC 1",
        "SELECT nothing FROM span",
        "SELECT \"no such column\" FROM span",
        "SELECT 'a' REGEXP '('",
        "SELECT * FROM span(1)",
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        is_refused(s, forbidden[i]);
    CHECK(access("/tmp/ctxscope-was-here", F_OK) < 0, "nothing was written");
}

static void is_limited(struct session *s, const char *sql, const struct query_limits *lim)
{
    struct buf got = {0};
    struct err e = ERR_INIT;
    bool ok = answer(s, sql, lim, &got, &e);
    CHECK(!ok && (e.kind == ERR_LIMIT || e.kind == ERR_USAGE) && e.what[0], "%.80s: kind %d: %s", sql, e.kind, e.what);
    buf_release(&got);
}

static void bombs_are_stopped(struct session *s)
{
    struct query_limits short_time = {.seconds = 0.3}, few_rows = {.rows = 1000, .seconds = 20}, plenty = {.seconds = 20};
    is_limited(s, "SELECT count(*) FROM event a, event b, event c", &short_time);
    is_limited(s, "SELECT a.t FROM event a, event b, event c", &few_rows);
    is_limited(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", &short_time);
    is_limited(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n ORDER BY i", &short_time);
    is_limited(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT i FROM n", &short_time);
    is_limited(s, "SELECT randomblob(1000000000)", &plenty);
    is_limited(s, "SELECT length(zeroblob(1000000000))", &plenty);
    is_limited(s, "SELECT length(hex(hex(zeroblob(30000000))))", &plenty);
    is_limited(
        s, "WITH RECURSIVE n(i, x) AS (SELECT 1, 'aaaaaaaaaaaaaaaa' UNION ALL SELECT i + 1, x || x FROM n) SELECT max(length(x)) FROM n",
        &plenty);
    is_limited(s, "SELECT group_concat(randomblob(1000000)) FROM event", &short_time);
    is_limited(s, "SELECT median(a.t) FROM event a, event b, event c", &short_time);
    is_limited(s, "SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' REGEXP '^(a+)+$'", &plenty);
    struct buf sql = {0};
    buf_puts(&sql, "SELECT ");
    for (int i = 0; i < 600000; i++)
        buf_puts(&sql, "(1+");
    is_limited(s, buf_str(&sql), &plenty);
    buf_clear(&sql);
    buf_puts(&sql, "SELECT '");
    for (int i = 0; i < 2000000; i++)
        buf_putc(&sql, 'x');
    buf_puts(&sql, "'");
    is_limited(s, buf_str(&sql), &plenty);
    buf_release(&sql);
    int32_t stop = 1;
    struct query_limits stopping = {.stop = &stop};
    struct buf got = {0};
    struct err e = ERR_INIT;
    CHECK(!answer(s, "SELECT count(*) FROM event a, event b", &stopping, &got, &e) && e.kind == ERR_CANCEL, "stop: %s", e.what);
    buf_release(&got);
}

/* Rows that come group by group give what SQLite gets by sorting them (+column keeps it from asking for groups): all kept, and when
 * the largest groups have to be walked for again. */
static void groups_agree(struct session *s)
{
    static const char *const columns[] = {"share", "state", "reason", "name", "open", "system", "name, state", "share, reason"};
    static const char *const sums =
        "count(*), sum(dur), min(t0), max(t1), sum(g), sum(by), sum(m), sum(p), sum(stack), sum(stack2), count(func)";
    const size_t budgets[] = {128 << 20, 4096, 0}, kept = span_groups_budget;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        for (size_t k = 0; k < 6; k++) {
            char ours[512], theirs[512], sorted[128];
            struct buf a = {0}, b = {0};
            struct err e = ERR_INIT;
            const char *comma = strchr(columns[i], ',');
            snprintf(sorted, sizeof sorted, "+%.*s%s%s", comma ? (int)(comma - columns[i]) : 99, columns[i], comma ? ", +" : "",
                     comma ? comma + 2 : "");
            const char *what = k % 2 ? "count(*), sum(dur)" : sums, *where = k >= 4 ? " where dur > 5" : "";
            snprintf(ours, sizeof ours, "select * from (select %s, %s from span%s group by %s) order by 1, 2, 3", columns[i], what, where,
                     columns[i]);
            snprintf(theirs, sizeof theirs, "select * from (select %s, %s from span%s group by %s) order by 1, 2, 3", columns[i], what,
                     where, sorted);
            span_groups_budget = budgets[k / 2];
            CHECK(answer(s, ours, NULL, &a, &e) && answer(s, theirs, NULL, &b, &e), "%s: %s", ours, e.what);
            CHECK(a.n == b.n && a.n > 0 && !memcmp(a.p, b.p, a.n), "%s: %s, not %s", ours, buf_str(&a), buf_str(&b));
            span_groups_budget = kept;
            buf_release(&a);
            buf_release(&b);
        }
}

int main(void)
{
    setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
    tables_say_what_events_say(false);
    tables_say_what_events_say(true);
    struct synth *y = synth_new(NULL, 2, 3000, 200);
    counts_agree(y);
    groups_agree(y->s);
    only_reading_is_allowed(y->s);
    bombs_are_stopped(y->s);
    synth_free(y);
    return check_done();
}
