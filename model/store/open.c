/* Opening a store as what it may be: a file that someone else made to harm us. The header is read before SQLite sees the
 * file; SQLite takes it as immutable, so that it looks for no journal beside it; the schema must be ours, text for text, so
 * that no view, trigger or virtual table of the file's own ever runs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/store/tables.h"

/* Places in SQLite's file header (big-endian), and in what we read of it. */
enum { HEADER = 100, AT_FORMATS = 18, AT_ENCODING = 56, AT_USER_VERSION = 60, AT_APPLICATION_ID = 68, UTF8 = 1 };

bool store_is_store(const uint8_t *head, size_t n)
{
    return n >= 16 && !memcmp(head, "SQLite format 3", 16);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int refuse_version(uint32_t version, struct err *e)
{
    if (version > STORE_SCHEMA) {
        err_set(e, ERR_INPUT, "the store was written by a newer ctxscope (schema %u, this one knows %d)", version, STORE_SCHEMA);
        return err_hint(e, "use that ctxscope, or import the trace again");
    }
    err_set(e, ERR_INPUT, "the store was written by an older ctxscope (schema %u, this one needs %d)", version, STORE_SCHEMA);
    return err_hint(e, "import the trace again");
}

static int check_header(int fd, struct err *e)
{
    uint8_t h[HEADER];
    ssize_t n = pread(fd, h, sizeof h, 0);
    if (n < 0)
        return err_set(e, ERR_INPUT, "cannot read the store: %s", strerror(errno));
    if (n < HEADER || !store_is_store(h, sizeof h) || be32(h + AT_APPLICATION_ID) != STORE_APPLICATION_ID) {
        err_set(e, ERR_INPUT, "not a store of ctxscope");
        return err_hint(e, "give the trace itself");
    }
    if (be32(h + AT_USER_VERSION) != STORE_SCHEMA)
        return refuse_version(be32(h + AT_USER_VERSION), e);
    /* Neither a write-ahead log nor another encoding is ever ours. */
    if (h[AT_FORMATS] != 1 || h[AT_FORMATS + 1] != 1 || be32(h + AT_ENCODING) != UTF8)
        return store_damaged(NULL, e, "its header is not as we write it");
    return 0;
}

int store_damaged(const struct store *st, struct err *e, const char *what)
{
    err_set(e, ERR_INPUT, "the store is damaged: %s", what);
    if (st && st->path)
        err_source(e, st->path);
    return err_hint(e, "remove it and import the trace again");
}

/* In our cache folder nothing of another user's is opened; a file that the user names may be anyone's. */
static int check_owner(int fd, const char *path, struct err *e)
{
    struct stat sb;
    struct buf dir = {0};
    bool kept = cache_dir_there(&dir) && !strncmp(path, buf_str(&dir), dir.n) && path[dir.n] == '/';
    buf_release(&dir);
    if (!kept)
        return 0;
    if (fstat(fd, &sb) == 0 && sb.st_uid == geteuid())
        return 0;
    return err_set(e, ERR_INPUT, "the store in the cache belongs to another user");
}

static void put_uri(const char *path, struct buf *out)
{
    buf_puts(out, "file:");
    for (const char *p = path; *p; p++) {
        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("/._-", *p))
            buf_putc(out, *p);
        else
            buf_printf(out, "%%%02x", (unsigned char)*p);
    }
    buf_puts(out, "?immutable=1");
}

static int configure(sqlite3 *db)
{
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
                              SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION};
    int rc = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    for (unsigned i = 0; rc == SQLITE_OK && i < sizeof off / sizeof *off; i++)
        rc = sqlite3_db_config(db, off[i], 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, BLOB_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-2048", NULL, NULL, NULL);
    return rc;
}

static int connect(struct store *st, const char *path)
{
    struct buf uri = {0};
    char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
    struct buf full = {0};
    buf_printf(&full, "%s%s%s", cwd ? cwd : "", cwd ? "/" : "", path);
    put_uri(buf_str(&full), &uri);
    buf_release(&full);
    free(cwd);
    int rc = sqlite3_open_v2(buf_str(&uri), &st->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    buf_release(&uri);
    return rc == SQLITE_OK ? configure(st->db) : rc;
}

static int same_as_opened(const struct store *st, const char *path, struct err *e)
{
    struct stat a, b;
    if (fstat(st->fd, &a) == 0 && lstat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        return 0;
    return err_set(e, ERR_INPUT, "the store was replaced while it was opened");
}

static bool text_is(sqlite3_stmt *q, int col, const char *want)
{
    const char *s = (const char *)sqlite3_column_text(q, col);
    return s && !strcmp(s, want);
}

/* Every row of sqlite_schema is a table of ours, in our order, and none is missing. */
static int check_schema(struct store *st, struct err *e)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(st->db, "SELECT type, sql FROM sqlite_schema ORDER BY rowid", -1, &q, NULL);
    if (rc != SQLITE_OK)
        return store_sql_error(st, rc == SQLITE_ERROR ? SQLITE_CORRUPT : rc, "open it", e);
    unsigned i = 0;
    bool same = true;
    while (same && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        const char *want = store_ddl(i++);
        same = want && text_is(q, 0, "table") && text_is(q, 1, want);
    }
    sqlite3_finalize(q);
    if (!same || (rc == SQLITE_DONE && store_ddl(i)))
        return store_damaged(st, e, "its schema is not ours");
    return rc == SQLITE_DONE ? 0 : store_sql_error(st, rc, "open it", e);
}

static int open_checked(struct store *st, const char *path, struct err *e)
{
    if (check_owner(st->fd, path, e) < 0 || check_header(st->fd, e) < 0)
        return -1;
    int rc = connect(st, path);
    if (rc != SQLITE_OK)
        return store_sql_error(st, rc, "open it", e);
    return same_as_opened(st, path, e) < 0 || check_schema(st, e) < 0 ? -1 : 0;
}

struct store *store_open_unused(const char *path, struct err *e)
{
    struct store *st = store_new();
    st->path = mem_strdup(path);
    st->fd = file_open(path, e);
    if (st->fd >= 0 && open_checked(st, path, e) == 0)
        return st;
    err_source(e, path);
    store_close(st);
    return NULL;
}

struct store *store_open(const char *path, struct err *e)
{
    const struct timespec now[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
    struct store *st = store_open_unused(path, e);
    if (st)
        futimens(st->fd, now); /* read lately: of the cache the oldest go first */
    return st;
}
