#include "model/store/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "model/store/store_private.h"

enum { STATE_VERSION = 1, STATE_APPLICATION_ID = 0x63747870 /* "ctxp" */, BUSY_MS = 1000 };

struct state {
    sqlite3 *db;
    char *path; /* owned */
};

static const char *const kind_names[STATE_KINDS] = {"bookmark", "note", "place"};

static const char ddl[] = "BEGIN IMMEDIATE;"
                          "CREATE TABLE IF NOT EXISTS item(kind TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, "
                          "PRIMARY KEY(kind, name)) STRICT, WITHOUT ROWID;"
                          "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT";

/* Keys */

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, 33);
}

int state_key(const struct session *s, char key[33])
{
    size_t n = s->sources.n;
    char(*hashes)[33] = mem_calloc(n + 1, sizeof *hashes);
    int rc = n ? 0 : -1;
    for (size_t i = 0; i < n; i++) {
        memcpy(hashes[i], s->sources.v[i]->content_hash, sizeof hashes[i]);
        if (!hashes[i][0])
            rc = -1;
    }
    if (rc == 0 && n == 1)
        memcpy(key, hashes[0], sizeof hashes[0]);
    if (rc == 0 && n > 1) { /* the order on the command line says nothing */
        XXH128_canonical_t digest;
        qsort(hashes, n, sizeof *hashes, by_text);
        XXH128_canonicalFromHash(&digest, XXH3_128bits(hashes, n * sizeof *hashes));
        hash_hex(&digest, key);
    }
    mem_free(hashes);
    return rc;
}

/* The folder */

/* Makes the folders of `path` below its first `from` bytes, which are there. */
static void make_folders(const char *path, size_t from)
{
    struct buf part = {0};
    for (const char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        buf_clear(&part);
        buf_put(&part, path, (size_t)(slash - path));
        if (part.n)
            mkdir(buf_str(&part), 0700);
    }
    buf_release(&part);
}

static int folder(struct buf *out, struct err *e)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    size_t from = 0;
    if (xdg && xdg[0] == '/') {
        buf_printf(out, "%s/ctxscope", xdg);
    } else if (home_is_ours(home)) {
        buf_printf(out, "%s/.local/state/ctxscope", home);
        from = strlen(home);
    } else {
        err_set(e, ERR_IO, "there is neither $XDG_STATE_HOME nor a $HOME of ours");
        return err_hint(e, "set one of them to a folder that can be written");
    }
    make_folders(buf_str(out), from);
    if (own_folder(buf_str(out), true))
        return 0;
    err_set(e, ERR_IO, "the folder is not one that only you can write");
    return err_source(e, buf_str(out));
}

/* Opening */

static int failed(struct state *st, const char *doing, struct err *e)
{
    int rc = st->db ? sqlite3_errcode(st->db) : SQLITE_CANTOPEN;
    err_set(e, ERR_IO, "cannot %s: %s", doing, sqlite3_errstr(rc));
    return err_source(e, st->path);
}

/* There, 0600 and a regular file, before SQLite sees it. */
static int make_file(const struct state *st, struct err *e)
{
    struct stat sb;
    int fd = open(st->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    bool ours = fd >= 0 && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) && sb.st_uid == geteuid();
    int was = fd < 0 ? errno : EPERM;
    if (fd >= 0)
        close(fd);
    if (ours)
        return 0;
    err_set(e, ERR_IO, "cannot write it: %s", strerror(was));
    return err_source(e, st->path);
}

static int64_t pragma(struct state *st, const char *sql)
{
    sqlite3_stmt *q = NULL;
    int64_t v = -1;
    if (sqlite3_prepare_v2(st->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        v = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return v;
}

static int begin(struct state *st, struct err *e)
{
    char sql[sizeof ddl + 32];
    if (sqlite3_open_v2(st->path, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK)
        return failed(st, "open it", e);
    sqlite3_busy_timeout(st->db, BUSY_MS);
    sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(st->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_limit(st->db, SQLITE_LIMIT_LENGTH, 2 * STATE_TEXT_MAX);
    int64_t version = pragma(st, "PRAGMA user_version"), id = pragma(st, "PRAGMA application_id"),
            tables = pragma(st, "SELECT count(*) FROM sqlite_schema");
    if (version == STATE_VERSION && id == STATE_APPLICATION_ID)
        return 0;
    if (version < 0 || id < 0 || tables < 0)
        return failed(st, "read it", e);
    if (version || id || tables) {
        err_set(e, ERR_IO, version > STATE_VERSION ? "a newer ctxscope wrote it" : "it is not a file of ctxscope's");
        return err_source(e, st->path);
    }
    sqlite3_snprintf(sizeof sql, sql, ddl, STATE_APPLICATION_ID, STATE_VERSION);
    return sqlite3_exec(st->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(st, "write it", e);
}

struct state *state_open(const char *key, struct err *e)
{
    struct buf path = {0};
    struct state *st = NULL;
    if (folder(&path, e) == 0) {
        buf_printf(&path, "/%s.db", key);
        st = mem_calloc(1, sizeof *st);
        st->path = mem_strdup(buf_str(&path));
        if (make_file(st, e) < 0 || begin(st, e) < 0) {
            state_close(st);
            st = NULL;
        }
    }
    buf_release(&path);
    return st;
}

void state_close(struct state *st)
{
    if (!st)
        return;
    sqlite3_close(st->db);
    mem_free(st->path);
    mem_free(st);
}

/* Items */

int state_put(struct state *st, enum state_kind kind, const char *name, const char *text, struct err *e)
{
    static const char keep[] = "INSERT OR REPLACE INTO item(kind, name, text) VALUES(?1, ?2, ?3)";
    static const char forget[] = "DELETE FROM item WHERE kind = ?1 AND name = ?2";
    sqlite3_stmt *q = NULL;
    if (strlen(name) > STATE_TEXT_MAX || (text && strlen(text) > STATE_TEXT_MAX))
        return err_set(e, ERR_LIMIT, "a text of more than %d bytes is not kept", STATE_TEXT_MAX);
    int rc = sqlite3_prepare_v2(st->db, text ? keep : forget, -1, &q, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(q, 1, kind_names[kind], -1, SQLITE_STATIC);
        sqlite3_bind_text(q, 2, name, -1, SQLITE_STATIC);
        if (text)
            sqlite3_bind_text(q, 3, text, -1, SQLITE_STATIC);
        rc = sqlite3_step(q);
    }
    if (rc != SQLITE_DONE)
        failed(st, "write it", e);
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? 0 : -1;
}

int state_each(struct state *st, enum state_kind kind, void (*item)(void *ctx, const char *name, const char *text), void *ctx,
               struct err *e)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(st->db, "SELECT name, text FROM item WHERE kind = ?1 ORDER BY name LIMIT ?2", -1, &q, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(q, 1, kind_names[kind], -1, SQLITE_STATIC);
        sqlite3_bind_int(q, 2, STATE_ITEMS_MAX);
        while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
            const char *name = (const char *)sqlite3_column_text(q, 0), *text = (const char *)sqlite3_column_text(q, 1);
            if (name && text && sqlite3_column_bytes(q, 1) <= STATE_TEXT_MAX)
                item(ctx, name, text);
        }
    }
    if (rc != SQLITE_DONE)
        failed(st, "read it", e);
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? 0 : -1;
}
