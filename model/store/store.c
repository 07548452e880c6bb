/* A store's life: made, filled with blobs, read, closed. See model/store/store_private.h for how readers and the writer meet. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "model/store/tables.h"

/* What the system said; a failed COMMIT leaves it in errno only. */
static const char *system_says(const struct store *st, int rc, int last)
{
    int code = st->db ? sqlite3_system_errno(st->db) : 0;
    code = code ? code : last;
    return code ? strerror(code) : sqlite3_errstr(rc);
}

int store_sql_error(struct store *st, int rc, const char *doing, struct err *e)
{
    int last = errno;
    switch (rc & 0xff) {
    case SQLITE_FULL:
        err_set(e, ERR_IO, "cannot %s: no space left on the disk", doing);
        err_hint(e, "free some disk space, or try --no-cache or another --store FILE");
        break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        err_set(e, ERR_INPUT, "cannot %s: the store is damaged", doing);
        err_hint(e, "remove it and import again");
        break;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        err_set(e, ERR_IO, "cannot %s: %s", doing, system_says(st, rc, last));
        err_hint(e, "try --no-cache or another --store FILE");
        break;
    default: err_set(e, ERR_INTERNAL, "cannot %s: %s", doing, st->db ? sqlite3_errmsg(st->db) : sqlite3_errstr(rc));
    }
    if (st->path)
        err_source(e, st->path);
    return -1;
}

int store_exec(struct store *st, const char *sql, struct err *e)
{
    int rc = sqlite3_exec(st->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : store_sql_error(st, rc, "write the store", e);
}

struct store *store_new(void)
{
    struct store *st = mem_calloc(1, sizeof *st);
    pthread_mutex_init(&st->lock, NULL);
    st->fd = st->at_fail = -1;
    return st;
}

static void remove_tmp(void *ctx)
{
    const struct store *st = ctx;
    unlink(st->tmp);
}

/* A file without a name in the first folder that takes one, else memory. No folder is made for it: who wants no cache gets none.
 * /tmp comes last, for it may itself be memory. */
static const char *private_file(struct store *st, struct buf *name)
{
    struct buf cache = {0};
    cache_dir_there(&cache);
    const char *dirs[] = {buf_str(&cache), getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (unsigned i = 0; i < sizeof dirs / sizeof *dirs && st->fd < 0; i++)
        if (dirs[i] && dirs[i][0] == '/')
            st->fd = file_private(dirs[i], name);
    buf_release(&cache);
    if (st->fd >= 0)
        flock(st->fd, LOCK_EX | LOCK_NB); /* no left-over: cache_trim lets it be */
    return st->fd < 0 ? ":memory:" : buf_str(name);
}

/* No journal: a store that was not committed is thrown away whole. The page cache spills, so memory stays bounded. */
static const char setup[] = "PRAGMA page_size=4096;"
                            "PRAGMA journal_mode=OFF;"
                            "PRAGMA synchronous=OFF;"
                            "PRAGMA locking_mode=EXCLUSIVE;"
                            "PRAGMA secure_delete=OFF;"
                            "PRAGMA temp_store=MEMORY;"
                            "PRAGMA cache_size=-4096;"
                            "BEGIN EXCLUSIVE";

static int begin(struct store *st, const char *file, struct err *e)
{
    int rc = sqlite3_open_v2(file, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(st->db, setup, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(st->db, store_ddl(0), NULL, NULL, NULL); /* chunk */
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v3(st->db, "INSERT INTO store_chunk(id, data) VALUES(?1, ?2)", -1, SQLITE_PREPARE_PERSISTENT, &st->put, NULL);
    st->writing = true;
    return rc == SQLITE_OK ? 0 : store_sql_error(st, rc, "make the store", e);
}

struct store *store_create(const char *path, struct err *e)
{
    struct store *st = store_new();
    struct buf name = {0};
    const char *file;
    if (path) {
        buf_printf(&name, "%s.tmp", path);
        st->path = mem_strdup(path);
        char *tmp = mem_strdup(buf_str(&name)); /* before there is a file that somebody must remove */
        file = buf_str(&name);
        st->fd = file_create(file, e);
        if (st->fd >= 0) {
            st->tmp = tmp;
            st->at_fail = mem_at_fail(remove_tmp, st);
        } else {
            mem_free(tmp);
        }
    } else {
        file = private_file(st, &name);
    }
    int rc = path && st->fd < 0 ? -1 : begin(st, file, e);
    if (!path && st->fd >= 0)
        unlink(file); /* SQLite has it open: it lives as long as we do */
    buf_release(&name);
    if (rc == 0)
        return st;
    store_close(st);
    return NULL;
}

void store_rename(struct store *st, const char *path)
{
    if (!st->path)
        return;
    mem_free(st->path);
    st->path = mem_strdup(path);
}

int store_put(struct store *st, struct chunk_ref *ref, const void *blob, size_t n, struct err *e)
{
    if (n > BLOB_MAX || st->chunks == UINT32_MAX)
        return err_set(e, ERR_LIMIT, "a chunk of %zu bytes is too big to store", n);
    pthread_mutex_lock(&st->lock);
    sqlite3_bind_int64(st->put, 1, (sqlite3_int64)st->chunks + 1);
    sqlite3_bind_blob(st->put, 2, blob, (int)n, SQLITE_STATIC);
    int rc = sqlite3_step(st->put);
    sqlite3_reset(st->put);
    sqlite3_clear_bindings(st->put);
    if (rc == SQLITE_DONE) {
        ref->id = ++st->chunks;
        ref->bytes = (uint32_t)n;
    } else {
        store_sql_error(st, rc, "write the store", e);
    }
    pthread_mutex_unlock(&st->lock);
    return rc == SQLITE_DONE ? 0 : -1;
}

static int seek_blob(struct store *st, uint32_t id)
{
    if (st->blob) {
        int rc = sqlite3_blob_reopen(st->blob, id);
        if (rc == SQLITE_OK)
            return rc;
        sqlite3_blob_close(st->blob);
        st->blob = NULL;
    }
    return sqlite3_blob_open(st->db, "main", "store_chunk", "data", id, 0, &st->blob);
}

static int read_blob(struct store *st, uint32_t id, struct buf *out)
{
    int rc = seek_blob(st, id);
    if (rc != SQLITE_OK)
        return rc;
    int n = sqlite3_blob_bytes(st->blob);
    if (n > BLOB_MAX)
        return SQLITE_CORRUPT;
    buf_reserve(out, (size_t)n + 1);
    rc = sqlite3_blob_read(st->blob, out->p, n, 0);
    out->n = rc == SQLITE_OK ? (size_t)n : 0;
    return rc;
}

int store_get(struct store *st, uint32_t id, struct buf *out, struct err *e)
{
    buf_clear(out);
    pthread_mutex_lock(&st->lock);
    bool there = id && id <= st->chunks;
    int rc = there ? read_blob(st, id, out) : SQLITE_NOTFOUND;
    if (!there)
        err_set(e, ERR_INPUT, "the store has no chunk %u", id);
    else if (rc != SQLITE_OK)
        store_sql_error(st, rc == SQLITE_ERROR ? SQLITE_CORRUPT : rc, "read the store", e);
    pthread_mutex_unlock(&st->lock);
    return rc == SQLITE_OK ? 0 : -1;
}

void store_close(struct store *st)
{
    if (!st)
        return;
    sqlite3_blob_close(st->blob);
    sqlite3_finalize(st->put);
    sqlite3_close(st->db);
    if (st->at_fail >= 0)
        mem_at_fail_remove(st->at_fail);
    if (st->tmp)
        unlink(st->tmp);
    if (st->fd >= 0)
        close(st->fd);
    mem_free(st->path);
    mem_free(st->tmp);
    pthread_mutex_destroy(&st->lock);
    mem_free(st);
}
