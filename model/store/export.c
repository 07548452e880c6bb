/* A session as plain tables in a SQLite file of its own: what other programs can read without us. Times are since the session's
 * start, as in queries; the tables are those of docs/schema.md.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/store/query_private.h"
#include "model/store/store_private.h"

enum { POLL_OPS = 10000 };
static const char prefix[] = "from_"; /* of the virtual tables here: the plain ones have their names */

struct export
{
    struct store *out; /* path, tmp, db, fd */
    struct sight sight;
    const struct store_part *part;
};

static int poll_stop(void *ctx)
{
    const struct session *s = ctx;
    return __atomic_load_n(&s->progress.stop, __ATOMIC_RELAXED);
}

static int failed(struct export *x, int rc, struct err *e)
{
    if (x->sight.err.kind != ERR_NONE) {
        *e = x->sight.err;
        return -1;
    }
    if ((rc & 0xff) == SQLITE_INTERRUPT)
        return err_set(e, ERR_CANCEL, "the export was stopped");
    store_sql_error(x->out, rc, "write the export", e);
    if ((rc & 0xff) == SQLITE_FULL) {
        e->hint[0] = 0; /* that of a store is another */
        err_hint(e, "free some disk space, or write elsewhere with --output");
    }
    return -1;
}

static int run(struct export *x, const char *sql, struct err *e)
{
    int rc = sqlite3_exec(x->out->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : failed(x, rc, e);
}

static int copy_table(struct export *x, const struct vtable *t, struct err *e)
{
    struct buf sql = {0};
    vtab_ddl(t, false, &sql);
    buf_printf(&sql, " STRICT; INSERT INTO main.%s ", t->name);
    part_select(t, prefix, x->sight.s, x->part, &sql);
    int rc = run(x, buf_str(&sql), e);
    buf_release(&sql);
    return rc;
}

/* What is of our own files only is left out. */
static bool is_inner(const struct vtable *t)
{
    return !strcmp(t->name, "chunk") || !strcmp(t->name, "segment");
}

static const char indexes[] = "CREATE INDEX span_g ON span(g, t0); CREATE INDEX span_t0 ON span(t0);"
                              "CREATE INDEX event_t ON event(t); CREATE INDEX event_g ON event(g, t);"
                              "CREATE INDEX link_t ON link(t); CREATE INDEX link_g ON link(g, t);"
                              "CREATE INDEX goroutine_g ON goroutine(g); CREATE INDEX stack_id ON stack(id);"
                              "CREATE INDEX stack_frame_stack ON stack_frame(stack, depth);";

static int connect(struct export *x, struct err *e)
{
    struct store *st = x->out;
    int rc = sqlite3_open_v2(st->tmp, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = vtab_register(st->db, &x->sight, prefix);
    if (rc == SQLITE_OK)
        rc = part_register(st->db, x->sight.s, x->part);
    if (rc != SQLITE_OK)
        return failed(x, rc, e);
    sqlite3_progress_handler(st->db, POLL_OPS, poll_stop, x->sight.s);
    return run(x, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-32768; BEGIN", e);
}

static int write_all(struct export *x, struct err *e)
{
    int rc = connect(x, e);
    for (unsigned i = 0; rc == 0 && i < nvtables; i++)
        if (!is_inner(vtables[i]))
            rc = copy_table(x, vtables[i], e);
    if (rc == 0)
        rc = run(x, indexes, e);
    return rc == 0 ? run(x, "COMMIT", e) : rc;
}

int store_export_sqlite(struct session *s, const char *path, const struct store_part *part, struct err *e)
{
    struct stat sb;
    if (lstat(path, &sb) == 0) {
        err_set(e, ERR_USAGE, "it is there already, and is not written over");
        err_source(e, path);
        return err_hint(e, "name a new file");
    }
    struct export x = {.out = store_new(), .part = part};
    struct buf tmp = {0};
    buf_printf(&tmp, "%s.tmp", path);
    x.out->path = mem_strdup(path);
    x.out->fd = file_create(buf_str(&tmp), e);
    int rc = -1;
    if (x.out->fd >= 0) {
        x.out->tmp = mem_strdup(buf_str(&tmp));
        session_read(s);
        sight_init(&x.sight, s);
        rc = write_all(&x, e);
        session_done(s);
    }
    if (rc == 0 && (rc = file_publish(x.out->fd, x.out->tmp, path, e)) == 0) {
        mem_free(x.out->tmp);
        x.out->tmp = NULL;
    }
    store_close(x.out); /* removes what is not whole */
    buf_release(&tmp);
    return rc;
}
