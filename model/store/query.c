/* SQL over a session. The statement runs on a connection of its own that holds nothing but the virtual tables: no file is
 * attached, so there is none to write. What it may do is decided by the authorizer, how long and how big by limits.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/store/query_private.h"

enum {
    DEFAULT_SECONDS = 60,
    POLL_OPS = 2000, /* instructions of SQLite between two looks at the clock */
    MAX_SQL = 1000000,
    MAX_TEXT = 64 << 20,
    MAX_HEAP = 256 << 20
};

struct query {
    struct session *s;
    sqlite3 *db;
    sqlite3_stmt *q;
    struct sight sight;
    struct query_limits lim;
    struct timespec until;
    uint64_t rows;
    bool late;
};

static bool is_late(struct query *q)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    q->late = now.tv_sec > q->until.tv_sec || (now.tv_sec == q->until.tv_sec && now.tv_nsec >= q->until.tv_nsec);
    return q->late;
}

static int stopped(void *ctx)
{
    struct query *q = ctx;
    return (q->lim.stop && __atomic_load_n(q->lim.stop, __ATOMIC_RELAXED)) || is_late(q);
}

/* Between two instructions no table holds a pointer into the session: a waiting import is let through. */
static int progress(void *ctx)
{
    struct query *q = ctx;
    if (__atomic_load_n(&q->s->importing, __ATOMIC_RELAXED)) {
        session_done(q->s);
        session_read(q->s);
    }
    return stopped(q);
}

static void set_limits(sqlite3 *db)
{
    static const struct {
        int id, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, MAX_TEXT}, {SQLITE_LIMIT_SQL_LENGTH, MAX_SQL},  {SQLITE_LIMIT_COLUMN, 500},
        {SQLITE_LIMIT_EXPR_DEPTH, 200},  {SQLITE_LIMIT_COMPOUND_SELECT, 100}, {SQLITE_LIMIT_VDBE_OP, 1000000},
        {SQLITE_LIMIT_FUNCTION_ARG, 64}, {SQLITE_LIMIT_ATTACHED, 0},          {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1}, {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(db, limits[i].id, limits[i].value);
}

static int configure(sqlite3 *db)
{
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA,        SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
                              SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_DQS_DML,        SQLITE_DBCONFIG_DQS_DDL};
    int rc = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof off / sizeof *off; i++)
        rc = sqlite3_db_config(db, off[i], 0, NULL);
    set_limits(db);
    sqlite3_hard_heap_limit64(MAX_HEAP); /* of the whole process: the store itself needs some 10 MB */
    return rc;
}

static int connect(struct query *q)
{
    int rc = sqlite3_open_v2(":memory:", &q->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, temp_vfs_name());
    if (rc == SQLITE_OK)
        rc = configure(q->db);
    if (rc == SQLITE_OK)
        rc = vtab_register(q->db, &q->sight, "");
    if (rc == SQLITE_OK)
        rc = functions_register(q->db);
    if (rc == SQLITE_OK)
        rc = sqlite3_set_authorizer(q->db, authorize, &q->sight);
    sqlite3_progress_handler(q->db, POLL_OPS, progress, q);
    return rc;
}

static int stop_error(struct query *q, struct err *e)
{
    if (!q->late)
        return err_set(e, ERR_CANCEL, "the query was stopped");
    err_set(e, ERR_LIMIT, "the query was stopped after %g s", q->lim.seconds);
    return err_hint(e, "narrow it by t or g, or allow it more time");
}

static int query_error(struct query *q, int rc, struct err *e)
{
    if (q->sight.err.kind != ERR_NONE && q->sight.err.kind != ERR_CANCEL) {
        *e = q->sight.err;
        return -1;
    }
    if (q->sight.denied.kind != ERR_NONE) {
        *e = q->sight.denied;
        return -1;
    }
    switch (rc & 0xff) {
    case SQLITE_INTERRUPT: return stop_error(q, e);
    case SQLITE_NOMEM:
        err_set(e, ERR_LIMIT, "the query needs more than %d MiB of memory", MAX_HEAP >> 20);
        return err_hint(e, "narrow it by t or g");
    case SQLITE_TOOBIG: return err_set(e, ERR_LIMIT, "the query makes a text or blob that is too big, or is too long itself");
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        err_set(e, ERR_LIMIT, "the query's temporary files would get too big, or there is no room for them");
        return err_hint(e, "narrow it by t or g, or set SQLITE_TMPDIR to a folder with room");
    default: break;
    }
    if (q->sight.err.kind == ERR_CANCEL)
        return stop_error(q, e);
    err_set(e, ERR_USAGE, "%s", sqlite3_errmsg(q->db));
    int at = sqlite3_error_offset(q->db);
    return at >= 0 ? err_where(e, "at character %d of the query", at + 1) : -1;
}

/* One statement that gives rows, and nothing behind it. */
static int prepare(struct query *q, const char *sql, struct err *e)
{
    const char *tail = NULL;
    sqlite3_stmt *more = NULL;
    int rc = sqlite3_prepare_v2(q->db, sql, -1, &q->q, &tail);
    if (rc != SQLITE_OK)
        return query_error(q, rc, e);
    if (!q->q)
        return err_set(e, ERR_USAGE, "the query is empty");
    rc = sqlite3_prepare_v2(q->db, tail, -1, &more, NULL);
    bool two = rc != SQLITE_OK || more;
    sqlite3_finalize(more);
    if (two)
        return err_set(e, ERR_USAGE, "one statement at a time");
    if (!sqlite3_stmt_readonly(q->q) || sqlite3_column_count(q->q) == 0)
        return err_set(e, ERR_USAGE, "queries only read");
    return 0;
}

static void set_until(struct query *q)
{
    clock_gettime(CLOCK_MONOTONIC, &q->until);
    double s = q->lim.seconds < 1e9 ? q->lim.seconds : 1e9;
    q->until.tv_sec += (time_t)s;
    q->until.tv_nsec += (long)((s - (double)(time_t)s) * 1e9);
    if (q->until.tv_nsec >= 1000000000) {
        q->until.tv_nsec -= 1000000000;
        q->until.tv_sec++;
    }
}

static struct query *open_query(struct session *s, const char *sql, const struct store_part *part, const struct query_limits *lim,
                                struct err *e)
{
    struct query *q = mem_calloc(1, sizeof *q);
    q->s = s;
    if (lim)
        q->lim = *lim;
    if (!(q->lim.seconds > 0))
        q->lim.seconds = DEFAULT_SECONDS;
    set_until(q);
    session_read(s);
    sight_init(&q->sight, s);
    q->sight.stopped = stopped;
    q->sight.stopped_ctx = q;
    int rc = connect(q);
    if (rc == SQLITE_OK)
        rc = part_register(q->db, s, part);
    int ok = rc == SQLITE_OK ? prepare(q, sql, e) : query_error(q, rc, e);
    session_done(s);
    if (ok == 0)
        return q;
    query_close(q);
    return NULL;
}

struct query *query_open(struct session *s, const char *sql, const struct query_limits *lim, struct err *e)
{
    return open_query(s, sql, NULL, lim, e);
}

struct query *query_open_table(struct session *s, const char *table, const struct store_part *part, const struct query_limits *lim,
                               struct err *e)
{
    const struct vtable *t = vtable_find(table);
    struct buf sql = {0};
    if (!t) {
        err_set(e, ERR_USAGE, "there is no table %s", table);
        return NULL;
    }
    part_select(t, "", s, part, &sql);
    struct query *q = open_query(s, buf_str(&sql), part, lim, e);
    buf_release(&sql);
    return q;
}

int query_columns(const struct query *q)
{
    return sqlite3_column_count(q->q);
}

const char *query_column_name(const struct query *q, int i)
{
    const char *name = sqlite3_column_name(q->q, i);
    return name ? name : "";
}

int query_step(struct query *q, struct err *e)
{
    session_read(q->s);
    int rc = sqlite3_step(q->q);
    session_done(q->s);
    if (rc == SQLITE_DONE)
        return 0;
    if (rc != SQLITE_ROW)
        return query_error(q, rc, e);
    if (q->lim.rows && ++q->rows > q->lim.rows)
        return err_set(e, ERR_LIMIT, "more than %llu rows", (unsigned long long)q->lim.rows);
    return 1;
}

enum query_type query_type(const struct query *q, int i)
{
    switch (sqlite3_column_type(q->q, i)) {
    case SQLITE_INTEGER: return QT_INT;
    case SQLITE_FLOAT: return QT_REAL;
    case SQLITE_TEXT: return QT_TEXT;
    case SQLITE_BLOB: return QT_BLOB;
    default: return QT_NULL;
    }
}

int64_t query_int(const struct query *q, int i)
{
    return sqlite3_column_int64(q->q, i);
}

double query_real(const struct query *q, int i)
{
    return sqlite3_column_double(q->q, i);
}

struct str query_text(const struct query *q, int i)
{
    const char *p = sqlite3_column_blob(q->q, i);
    return (struct str){.p = p ? p : "", .n = p ? (size_t)sqlite3_column_bytes(q->q, i) : 0};
}

void query_close(struct query *q)
{
    if (!q)
        return;
    sqlite3_finalize(q->q);
    sqlite3_close(q->db);
    mem_free(q);
}
