/* A loadable extension for the sqlite3 shell: the tables of docs/schema.md over the store that the shell has open.
 *
 *     $ sqlite3 -readonly trace.ctxs
 *     sqlite> .load ./ctxscope
 *     sqlite> SELECT name, goroutines FROM grp ORDER BY 2 DESC LIMIT 10;
 *
 * The store is opened a second time, with all checks, and never written.
 */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include "model/store/query_private.h"

struct loaded {
    struct store *st;
    struct session *s;
    struct sight sight;
};

static void loaded_free(void *arg)
{
    struct loaded *l = arg;
    session_free(l->s);
    store_close(l->st);
    mem_free(l);
}

static void version(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc, (void)argv;
    sqlite3_result_text(ctx, CTXSCOPE_VERSION, -1, SQLITE_STATIC);
}

static int load(struct loaded *l, sqlite3 *db, struct err *e)
{
    const char *path = sqlite3_db_filename(db, "main");
    if (!path || !*path)
        return err_set(e, ERR_USAGE, "open a store of ctxscope first: sqlite3 -readonly FILE.ctxs");
    l->st = store_open(path, e);
    l->s = session_new();
    if (!l->st || store_load(l->st, l->s, e) < 0)
        return -1;
    sight_init(&l->sight, l->s);
    return 0;
}

__attribute__((visibility("default"))) int sqlite3_ctxscope_init(sqlite3 *db, char **why, const sqlite3_api_routines *api);
int sqlite3_ctxscope_init(sqlite3 *db, char **why, const sqlite3_api_routines *api)
{
    SQLITE_EXTENSION_INIT2(api)
    struct loaded *l = mem_calloc(1, sizeof *l);
    struct err e = ERR_INIT;
    if (load(l, db, &e) < 0) {
        *why = sqlite3_mprintf("ctxscope: %s%s%s", e.what, e.hint[0] ? "; " : "", e.hint);
        loaded_free(l);
        return SQLITE_ERROR;
    }
    int rc = vtab_register(db, &l->sight, "");
    if (rc == SQLITE_OK)
        rc = functions_register(db);
    /* The function's destructor runs when the connection closes: the session lives as long. */
    return sqlite3_create_function_v2(db, "ctxscope_version", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, l, version, NULL, NULL, loaded_free) | rc;
}
