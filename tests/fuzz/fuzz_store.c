/* Stores, chunks and SQL that someone else wrote. The first byte says what the rest is: a chunk's blob, sums, patches to a whole
 * store's bytes, the bytes of one of its arrays or chunks, or a query. Whatever comes is refused with a reason, or everything
 * that views do with a session works on it without harm.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "model/timeline/timeline.h"
#include "tests/lib/synth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { BLOB, SUMS, PATCHES, ARRAY, CHUNK, NUMBER, QUERY, MODES };

static char path[64], base_path[80];
static uint8_t *base; /* a good store's bytes */
static size_t base_size;
static struct synth *good;

static void clean(void)
{
    unlink(path);
    unlink(base_path);
}

static void write_all(const uint8_t *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f))
        abort();
}

static void make_base(void)
{
    struct err e = ERR_INIT;
    setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
    setenv("TMPDIR", "/dev/shm", 1);
    snprintf(path, sizeof path, "%s/ctxscope-fuzz-%d", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (int)getpid());
    snprintf(base_path, sizeof base_path, "%s.base", path);
    atexit(clean);
    good = synth_new(base_path, 2, 250, 12);
    if (store_commit(good->st, good->s, &e) < 0)
        abort();
    FILE *f = fopen(base_path, "rb");
    base = malloc(1 << 20);
    base_size = f ? fread(base, 1, 1 << 20, f) : 0;
    if (!base_size || base_size == 1 << 20)
        abort();
    fclose(f);
}

static void refused(const struct err *e)
{
    if (e->kind == ERR_NONE || !e->what[0] || e->kind == ERR_INTERNAL)
        abort();
}

/* --- what views do ------------------------------------------------------------------------------------------------------ */

static int count(void *ctx, const struct event *ev, const struct event_ext *ext)
{
    uint64_t *sum = ctx;
    *sum += (uint64_t)ev->t + (ext ? ext->v[0] : 0);
    return 0;
}

static void draw(struct session *s)
{
    struct err e = ERR_INIT;
    static struct tl_cell cells[64];
    struct span spans[32];
    uint64_t sum = 0;
    ns_t whole = s->t1 - s->t0;
    session_read(s);
    for (unsigned kind = LANE_G; kind <= LANE_ALL && s->events; kind++)
        for (unsigned zoom = 0; zoom < 3; zoom++) {
            struct tl_window w = tl_window_at(s->t0 + whole / 2, tl_cell_width((whole >> (zoom * 4)) / 32 + 2), 64, 32);
            struct lane lane = {.kind = (enum lane_kind)kind, .id = 0};
            bool there = kind == LANE_G       ? s->goroutines.n > 0
                         : kind == LANE_GROUP ? s->groups.n > 0
                         : kind == LANE_P     ? s->procs.n > 0
                         : kind == LANE_M     ? s->threads.n > 0
                                              : true;
            if (there && tl_cells(s, lane, &w, cells, &e) < 0)
                err_clear(&e);
        }
    for (gidx g = 0; g < s->goroutines.n && g < 4; g++)
        if (tl_spans(s, g, INT64_MIN, INT64_MAX, spans, 32, &e) < 0)
            err_clear(&e);
    if (tl_events(s, INT64_MIN, INT64_MAX, count, &sum, &e) < 0)
        err_clear(&e);
    session_done(s);
}

static void ask(struct session *s, const char *sql)
{
    struct err e = ERR_INIT;
    struct query_limits lim = {.seconds = 0.2, .rows = 1500};
    struct query *q = query_open(s, sql, &lim, &e);
    int rc = -1;
    while (q && (rc = query_step(q, &e)) > 0)
        for (int i = 0; i < query_columns(q); i++)
            (void)query_text(q, i);
    if (rc < 0)
        refused(&e);
    query_close(q);
}

static void use_file(void)
{
    static const char *const queries[] = {
        "SELECT * FROM event",     "SELECT * FROM span",        "SELECT * FROM span WHERE t0 > 1000000 AND t0 < 2000000",
        "SELECT * FROM link",      "SELECT * FROM range",       "SELECT * FROM region",
        "SELECT * FROM goroutine", "SELECT * FROM stack_frame", "SELECT * FROM task, grp, source, note, wait"};
    struct err e = ERR_INIT;
    struct store *st = store_open(path, &e);
    struct session *s = session_new();
    if (st && store_load(st, s, &e) == 0) {
        for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
            ask(s, queries[i]);
        draw(s);
    } else {
        refused(&e);
    }
    session_free(s);
    store_close(st);
}

/* --- inputs ------------------------------------------------------------------------------------------------------------- */

static void blob(const uint8_t *p, size_t n)
{
    struct chunk c;
    struct err e = ERR_INIT;
    if (chunk_decode(p, n, ~0u, &c, &e) == 0)
        chunk_release(&c);
    else
        refused(&e);
}

static void sums(const uint8_t *p, size_t n)
{
    struct lod l;
    struct err e = ERR_INIT;
    if (lod_decode(p, n, &l, &e) == 0)
        lod_release(&l);
    else
        refused(&e);
}

/* Each four bytes: where (three), what. */
static void patches(const uint8_t *p, size_t n)
{
    uint8_t *bad = malloc(base_size);
    memcpy(bad, base, base_size);
    for (; n >= 4; p += 4, n -= 4)
        bad[(p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16) % base_size] = p[3];
    write_all(bad, n == 3 ? base_size / 2 : base_size);
    free(bad);
    use_file();
}

/* The base store with one value replaced by way of SQL: the file is sound, what it says is not. */
static void replace(const char *sql, unsigned which, const uint8_t *p, size_t n)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    int64_t number = 0;
    memcpy(&number, p, n < sizeof number ? n : sizeof number);
    write_all(base, base_size);
    if (sqlite3_open(path, &db) || sqlite3_exec(db, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF", 0, 0, 0) ||
        sqlite3_prepare_v2(db, sql, -1, &q, 0))
        abort();
    sqlite3_bind_int(q, 1, (int)which);
    sqlite3_bind_blob(q, 2, p, (int)n, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, number);
    sqlite3_step(q);
    sqlite3_finalize(q);
    sqlite3_close(db);
    use_file();
}

static const char *const numbers[] = {
    "UPDATE store_meta SET value = ?3 WHERE name = (SELECT name FROM store_meta LIMIT 1 OFFSET ?1 % 40)",
    "UPDATE store_array SET rows = ?3 & 65535 WHERE id = 1 + ?1 % 20",
    "UPDATE store_class SET \"to\" = ?3 & 15, kind = (?3 >> 8) & 15, resource = (?3 >> 16) & 3, \"from\" = (?3 >> 24) & 15 WHERE row = ?1",
    "UPDATE store_grp SET name = ?3 & 255, frame = (?3 >> 8) & 255 WHERE row = ?1 % 2",
    "UPDATE store_latency SET data = ?2",
    "UPDATE store_proc SET last_state = ?3 & 7, id = ?3 >> 8 WHERE row = ?1 % 4",
    "UPDATE store_range SET t0 = ?3",
    "UPDATE store_source SET path = CAST(?2 AS TEXT), version = CAST(?2 AS TEXT)",
    "UPDATE store_source_note SET name = CAST(?2 AS TEXT)",
};

static void query(const uint8_t *p, size_t n)
{
    char *sql = malloc(n + 1);
    memcpy(sql, p, n);
    sql[n] = 0;
    ask(good->s, sql);
    free(sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!good)
        make_base();
    if (n < 2)
        return 0;
    unsigned which = data[1];
    switch (data[0] % MODES) {
    case BLOB: blob(data + 1, n - 1); break;
    case SUMS: sums(data + 1, n - 1); break;
    case PATCHES: patches(data + 1, n - 1); break;
    case ARRAY: replace("UPDATE store_array SET data = ?2 WHERE id = 1 + ?1 % 20", which, data + 2, n - 2); break;
    case CHUNK: replace("UPDATE store_chunk SET data = ?2 WHERE id = 1 + ?1 % 12", which, data + 2, n - 2); break;
    case NUMBER: replace(numbers[which % (sizeof numbers / sizeof *numbers)], which / 9u, data + 2, n - 2); break;
    default: query(data + 1, n - 1); break;
    }
    return 0;
}
