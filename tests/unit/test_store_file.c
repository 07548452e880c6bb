/* What is committed comes back as it was; what is damaged, foreign, older or newer is refused with one clear line. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "model/chunk.h"
#include "tests/lib/check.h"
#include "tests/lib/synth.h"

static char dir[] = "/tmp/ctxscope-test-XXXXXX";
static char path[64];

static void same_arrays(const struct session *a, const struct session *b)
{
#define SAME_VEC(member)                                                                                                                   \
    CHECK(a->member.n == b->member.n && (!a->member.n || !memcmp(a->member.v, b->member.v, a->member.n * sizeof *a->member.v)), #member)
    SAME_VEC(procs);
    SAME_VEC(threads);
    SAME_VEC(tasks);
    SAME_VEC(ranges);
    SAME_VEC(waits);
    SAME_VEC(regroups);
    SAME_VEC(ctx.cancels);
    SAME_VEC(ctx.edges);
    SAME_VEC(ctx.contexts);
    SAME_VEC(ctx.users);
    SAME_VEC(facts.syscalls);
    SAME_VEC(facts.preempts);
    CHECK(a->ctx.deadlines_fired == b->ctx.deadlines_fired && a->ctx.lock_handoffs == b->ctx.lock_handoffs &&
              a->ctx.malformed == b->ctx.malformed && a->ctx.exact == b->ctx.exact && a->facts.nsyscalls == b->facts.nsyscalls &&
              a->facts.npreempts == b->facts.npreempts && a->facts.idle_wait == b->facts.idle_wait &&
              a->facts.runnable_wait == b->facts.runnable_wait && a->facts.runqueue_max == b->facts.runqueue_max,
          "counts of contexts and facts");
    SAME_VEC(segments);
    SAME_VEC(chunks);
    SAME_VEC(runs);
    SAME_VEC(pruns);
    CHECK(a->goroutines.n == b->goroutines.n, "goroutines");
    for (uint32_t i = 0; i < a->goroutines.n; i++)
        CHECK(!memcmp(session_g(a, i), session_g(b, i), sizeof(struct goroutine)), "goroutine %u", i);
    CHECK(a->groups.n == b->groups.n, "groups");
    for (size_t i = 0; i < a->groups.n; i++) {
        struct group x = a->groups.v[i], y = b->groups.v[i];
        CHECK(!x.latency == !y.latency && (!x.latency || !memcmp(x.latency, y.latency, sizeof *x.latency)), "latency of group %zu", i);
        x.latency = y.latency = NULL;
        CHECK(!memcmp(&x, &y, sizeof x), "group %zu", i);
    }
}

static void same_dict(const struct session *a, const struct session *b)
{
    CHECK(a->dict.strings.n == b->dict.strings.n && a->dict.frames.n == b->dict.frames.n && a->dict.stacks.n == b->dict.stacks.n, "dict");
    for (uint32_t i = 0; i < a->dict.strings.n; i++) {
        struct str x = session_str(a, i), y = session_str(b, i);
        CHECK(x.n == y.n && !memcmp(x.p, y.p, x.n), "string %u", i);
    }
    for (uint32_t i = 1; i < a->dict.frames.n; i++) {
        const struct frame *x = session_frame(a, i), *y = session_frame(b, i);
        CHECK(x->pc == y->pc && x->func == y->func && x->file == y->file && x->line == y->line, "frame %u", i);
    }
    for (uint32_t i = 0; i < a->dict.stacks.n; i++) {
        const struct stack *x = session_stack(a, i), *y = session_stack(b, i);
        CHECK(x->n == y->n && x->used == y->used && (!x->n || !memcmp(x->frames, y->frames, x->n * sizeof *x->frames)), "stack %u", i);
    }
    CHECK(a->dict.nclasses == b->dict.nclasses && !memcmp(a->dict.classes, b->dict.classes, sizeof a->dict.classes), "classes");
    CHECK(!memcmp(a->by_kind, b->by_kind, sizeof a->by_kind) && !memcmp(a->by_class, b->by_class, sizeof a->by_class), "counts");
    CHECK(a->t0 == b->t0 && a->t1 == b->t1 && a->events == b->events && a->wall_t0 == b->wall_t0, "times");
    CHECK(a->sources.n == b->sources.n && !memcmp(a->sources.v[0], b->sources.v[0], sizeof **a->sources.v), "sources");
}

static void same_chunks(struct session *a, struct session *b)
{
    struct err e = ERR_INIT;
    for (uint32_t i = 0; i < a->chunks.n; i++) {
        const struct chunk *x = chunk_get(a, i, COLBIT(T) | COLBIT(STACK), &e), *y = chunk_get(b, i, COLBIT(T) | COLBIT(STACK), &e);
        CHECK(x && y && x->rows == y->rows && !memcmp(x->t, y->t, x->rows * sizeof *x->t), "chunk %u: %s", i, e.what);
        if (!x || !y)
            return;
        chunk_put(a, i);
        chunk_put(b, i);
    }
}

/* Opens and loads, whatever comes; with a session that is whole every chunk is read. */
static bool opens(struct err *e)
{
    struct store *st = store_open(path, e);
    struct session *s = session_new();
    bool ok = st && store_load(st, s, e) == 0;
    for (uint32_t i = 0; ok && i < s->chunks.n; i++) {
        struct err ignored = ERR_INIT;
        if (chunk_get(s, i, ~0u, &ignored))
            chunk_put(s, i);
    }
    session_free(s);
    store_close(st);
    return ok;
}

static void comes_back(void)
{
    struct err e = ERR_INIT;
    struct synth *y = synth_new(path, 5, 30000, 700);
    CHECK(store_commit(y->st, y->s, &e) == 0, "commit: %s", e.what);
    struct store *st = store_open(path, &e);
    CHECK(st, "open: %s", e.what);
    struct session *s = session_new();
    CHECK(st && store_load(st, s, &e) == 0, "load: %s", e.what);
    same_arrays(y->s, s);
    same_dict(y->s, s);
    same_chunks(y->s, s);
    struct stat sb;
    CHECK(stat(path, &sb) == 0 && (sb.st_mode & 07777) == 0600, "0600");
    session_free(s);
    store_close(st);
    synth_free(y);
    CHECK(opens(&e), "after the writer is gone: %s", e.what);
}

static void make_small(void)
{
    struct err e = ERR_INIT;
    struct synth *y = synth_new(path, 2, 700, 40);
    CHECK(store_commit(y->st, y->s, &e) == 0, "commit: %s", e.what);
    synth_free(y);
}

static size_t read_file(uint8_t **out)
{
    FILE *f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    rewind(f);
    *out = mem_alloc(n, 1);
    CHECK(fread(*out, 1, n, f) == n, "read");
    fclose(f);
    return n;
}

static void write_file(const uint8_t *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    CHECK(fwrite(p, 1, n, f) == n, "write");
    fclose(f);
}

static void damaged_is_refused(void)
{
    uint8_t *good;
    make_small();
    size_t n = read_file(&good);
    uint32_t refused = 0;
    for (unsigned i = 0; i < 400; i++) {
        uint8_t *bad = mem_alloc(n, 1);
        memcpy(bad, good, n);
        for (uint32_t k = 1 + below(4); k; k--)
            bad[below(below(3) ? 4 * 4096 : (uint32_t)n) % n] = (uint8_t)rnd();
        write_file(bad, below(8) ? n : below((uint32_t)n));
        struct err e = ERR_INIT;
        if (!opens(&e)) {
            refused++;
            CHECK(e.kind == ERR_INPUT && e.what[0], "kind %d: %s", e.kind, e.what);
        }
        mem_free(bad);
    }
    CHECK(refused > 20, "of 400 damaged stores %u were refused", refused);
    mem_free(good);
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    char *why = NULL;
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA writable_schema=ON", NULL, NULL, NULL);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s: %s", sql, why ? why : "");
    sqlite3_close(db);
}

static void foreign_is_refused(void)
{
    static const struct {
        const char *sql, *says;
    } cases[] = {
        {"PRAGMA user_version=0", "older"},
        {"PRAGMA user_version=99", "newer"},
        {"PRAGMA application_id=7", "not a store"},
        {"CREATE TABLE span(g)", "schema"},
        {"CREATE VIEW event AS SELECT 1", "schema"},
        {"CREATE TRIGGER x AFTER INSERT ON store_meta BEGIN SELECT 1; END", "schema"},
        {"CREATE INDEX i ON store_chunk(data)", "schema"},
        {"DROP TABLE store_latency", "schema"},
        {"CREATE VIRTUAL TABLE f USING fts5(x)", "schema"},
        {"PRAGMA journal_mode=WAL", "header"},
        {"UPDATE store_proc SET last_state=77", "procs"},
        {"UPDATE store_class SET \"to\"=200", "classes"},
        {"UPDATE store_meta SET value=value+1 WHERE name='events'", "segments"},
        {"DELETE FROM store_array WHERE name='string'", "damaged"},
        {"UPDATE store_array SET rows=65536 WHERE name='goroutine'", "damaged"},
        {"UPDATE store_array SET data=zeroblob(20) WHERE name='run'", "run"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = ERR_INIT;
        unlink(path);
        make_small();
        run_sql(cases[i].sql);
        CHECK(!opens(&e) && e.kind == ERR_INPUT && strstr(e.what, cases[i].says), "%s: %s", cases[i].sql, e.what);
        CHECK(strcmp(cases[i].says, "older") || strstr(e.hint, "import"), "hint: %s", e.hint);
    }
}

static void paths_are_checked(void)
{
    struct err e = ERR_INIT;
    char link[80];
    unlink(path);
    make_small();
    CHECK(opens(&e), "%s", e.what);
    snprintf(link, sizeof link, "%s/link.ctxs", dir);
    CHECK(symlink(path, link) == 0 && !store_open(link, &e) && strstr(e.what, "link"), "link: %s", e.what);
    err_clear(&e);
    CHECK(!store_open(dir, &e) && strstr(e.what, "regular"), "folder: %s", e.what);
    err_clear(&e);
    CHECK(!store_open("/nowhere/x.ctxs", &e) && e.kind == ERR_INPUT, "missing: %s", e.what);
    err_clear(&e);
    unlink(link);
    CHECK(mkfifo(link, 0600) == 0 && !store_open(link, &e) && strstr(e.what, "regular"), "fifo: %s", e.what);
    err_clear(&e);
    write_file((const uint8_t *)"", 0);
    CHECK(!store_open(path, &e) && strstr(e.what, "not a store"), "empty: %s", e.what);
    err_clear(&e);
    if (geteuid() == 0) {
        char theirs[128];
        unlink(path);
        make_small();
        snprintf(theirs, sizeof theirs, "%s/ctxscope/x.ctxs", dir);
        CHECK(cache_dir(&e) && rename(path, theirs) == 0 && chown(theirs, 12345, 12345) == 0, "%s", e.what);
        CHECK(!store_open(theirs, &e) && strstr(e.what, "another user"), "owner: %s", e.what);
        unlink(theirs);
    } else {
        printf("skip-ok: only root can give a file to another owner\n");
    }
}

/* A child writes the store again and again and is killed at some moment: then there is none, or a good one. */
static void killed_leaves_a_good_one(void)
{
    unsigned whole = 0;
    for (unsigned i = 0; i < 60; i++) {
        unlink(path);
        pid_t child = fork();
        if (child == 0) {
            make_small();
            _exit(0);
        }
        usleep(below(30000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        struct stat sb;
        struct err e = ERR_INIT;
        if (stat(path, &sb) == 0) {
            whole++;
            CHECK(opens(&e), "after a kill: %s", e.what);
        }
    }
    printf("  killed 60 times, %u had a store\n", whole);
    struct err e = ERR_INIT;
    unlink(path);
    make_small();
    CHECK(opens(&e), "after all kills: %s", e.what);
}

static void full_disk_is_told(void)
{
    pid_t child = fork();
    int status = 0;
    unlink(path);
    if (child == 0) {
        struct rlimit lim = {.rlim_cur = 300000, .rlim_max = 300000};
        struct err e = ERR_INIT;
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &lim);
        struct store *st = store_create(path, &e);
        uint8_t *bytes = mem_calloc(50000, 1);
        struct chunk_ref ref;
        int rc = st ? 0 : -1;
        for (unsigned i = 0; rc == 0 && i < 1000; i++)
            rc = store_put(st, &ref, bytes, 50000, &e);
        store_close(st);
        _exit(rc < 0 && e.kind == ERR_IO && e.what[0] && e.hint[0] ? 0 : 1);
    }
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
    struct stat sb;
    char tmp[80];
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    CHECK(stat(path, &sb) < 0 && stat(tmp, &sb) < 0, "nothing is left of it");
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    setenv("XDG_CACHE_HOME", dir, 1);
    snprintf(path, sizeof path, "%s/a.ctxs", dir);
    comes_back();
    damaged_is_refused();
    foreign_is_refused();
    paths_are_checked();
    killed_leaves_a_good_one();
    full_disk_is_told();
    char clean[80];
    snprintf(clean, sizeof clean, "rm -rf %s", dir);
    CHECK(system(clean) == 0, "clean up");
    return check_done();
}
