/* An export holds what queries say, as plain tables that SQLite alone can read; it never overwrites, and leaves nothing half done. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/lib/check.h"
#include "tests/lib/synth.h"

static char dir[] = "/tmp/ctxscope-test-XXXXXX";

/* All columns of all rows of the first rows, in the table's order. */
static void put_cell(struct buf *b, bool null, struct str s)
{
    buf_puts(b, "|");
    if (null)
        buf_puts(b, "-");
    else
        buf_put(b, s.p, s.n);
}

static void ours(struct session *s, const char *sql, struct buf *out)
{
    struct err e = ERR_INIT;
    struct query *q = query_open(s, sql, NULL, &e);
    CHECK(q, "%s: %s", sql, e.what);
    while (q && query_step(q, &e) > 0) {
        for (int i = 0; i < query_columns(q); i++)
            put_cell(out, query_type(q, i) == QT_NULL, query_text(q, i));
        buf_putc(out, '\n');
    }
    query_close(q);
}

static void theirs(sqlite3 *db, const char *sql, struct buf *out)
{
    sqlite3_stmt *q = NULL;
    CHECK(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
    while (q && sqlite3_step(q) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(q); i++) {
            const char *p = sqlite3_column_blob(q, i);
            put_cell(out, sqlite3_column_type(q, i) == SQLITE_NULL, (struct str){.p = p ? p : "", .n = (size_t)sqlite3_column_bytes(q, i)});
        }
        buf_putc(out, '\n');
    }
    sqlite3_finalize(q);
}

static void tables_are_equal(struct session *s, const char *path)
{
    sqlite3 *db;
    const char *name;
    unsigned tables = 0;
    CHECK(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, "open");
    for (unsigned i = 0; (name = store_table(i)); i++) {
        struct buf a = {0}, b = {0};
        char sql[128];
        if (!strcmp(name, "chunk") || !strcmp(name, "segment"))
            continue;
        snprintf(sql, sizeof sql, "SELECT * FROM %s LIMIT 3000", name);
        ours(s, sql, &a);
        theirs(db, sql, &b);
        CHECK(a.n == b.n && !strcmp(buf_str(&a), buf_str(&b)), "table %s", name);
        tables += a.n > 0;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", name);
        a.n = b.n = 0;
        ours(s, sql, &a);
        theirs(db, sql, &b);
        CHECK(a.n == b.n && !memcmp(a.p, b.p, a.n), "rows of %s", name);
        buf_release(&a);
        buf_release(&b);
    }
    CHECK(tables > 20, "%u tables have rows", tables);
    struct buf ok = {0};
    theirs(db, "PRAGMA integrity_check", &ok);
    CHECK(!strcmp(buf_str(&ok), "|ok\n"), "%s", buf_str(&ok));
    buf_release(&ok);
    sqlite3_close(db);
}

int main(void)
{
    struct err e = ERR_INIT;
    struct stat sb;
    char path[64], tmp[80];
    if (!mkdtemp(dir))
        return 1;
    setenv("XDG_CACHE_HOME", dir, 1);
    snprintf(path, sizeof path, "%s/out.db", dir);
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    struct synth *y = synth_new(NULL, 3, 4000, 100);
    CHECK(store_export_sqlite(y->s, path, NULL, &e) == 0, "%s", e.what);
    CHECK(stat(path, &sb) == 0 && (sb.st_mode & 07777) == 0600 && stat(tmp, &sb) < 0, "0600, no left-over");
    tables_are_equal(y->s, path);
    CHECK(store_export_sqlite(y->s, path, NULL, &e) < 0 && e.kind == ERR_USAGE, "not over one that is there: %s", e.what);
    unlink(path);
    err_clear(&e);
    y->s->progress.stop = 1;
    CHECK(store_export_sqlite(y->s, path, NULL, &e) < 0 && e.kind == ERR_CANCEL, "stopped: %s", e.what);
    CHECK(stat(path, &sb) < 0 && stat(tmp, &sb) < 0, "nothing is left");
    err_clear(&e);
    CHECK(store_export_sqlite(y->s, "/proc/nowhere/x.db", NULL, &e) < 0 && e.kind == ERR_IO, "no folder: %s", e.what);
    synth_free(y);
    char clean[80];
    snprintf(clean, sizeof clean, "rm -rf %s", dir);
    CHECK(system(clean) == 0, "clean up");
    return check_done();
}
