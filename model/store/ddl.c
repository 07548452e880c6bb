/* The schema of a store file, as text. Generated once from model/store/tables.c; tables whose rows are no structs of the
 * session stand here. */
#include <pthread.h>

#include "model/store/tables.h"

static const char *const fixed[] = {
    "CREATE TABLE store_chunk(id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT",
    "CREATE TABLE store_array(id INTEGER PRIMARY KEY, name TEXT NOT NULL, rows INTEGER NOT NULL, data BLOB NOT NULL) STRICT",
    "CREATE TABLE store_meta(name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE store_source(id INTEGER PRIMARY KEY, path TEXT NOT NULL, format TEXT NOT NULL, version TEXT NOT NULL, events INTEGER NOT "
    "NULL, "
    "bytes INTEGER NOT NULL, wire_events INTEGER NOT NULL, generations INTEGER NOT NULL, complete INTEGER NOT NULL, "
    "dropped_from_byte INTEGER NOT NULL, file_bytes INTEGER NOT NULL, content_hash TEXT) STRICT",
    "CREATE TABLE store_source_note(source INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, first TEXT NOT NULL, "
    "PRIMARY KEY(source, name)) STRICT, WITHOUT ROWID",
    "CREATE TABLE store_source_wire(source INTEGER NOT NULL, type INTEGER NOT NULL, events INTEGER NOT NULL, PRIMARY KEY(source, type)) "
    "STRICT, "
    "WITHOUT ROWID",
    "CREATE TABLE store_latency(grp INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT",
    "CREATE TABLE store_class_events(class INTEGER PRIMARY KEY, events INTEGER NOT NULL) STRICT",
};
enum { FIXED = sizeof fixed / sizeof *fixed };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char *made[32]; /* of the plain tables; kept for the life of the program */

static void make_all(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < store_ntables; i++) {
        const struct table *t = &store_tables[i];
        struct buf b = {0};
        if (t->packed)
            continue;
        buf_printf(&b, "CREATE TABLE store_%s(row INTEGER PRIMARY KEY", t->name);
        for (unsigned k = 0; k < t->nfields; k++)
            buf_printf(&b, ", \"%s\" INTEGER NOT NULL", t->fields[k].name);
        buf_puts(&b, ") STRICT");
        made[n++] = mem_strdup(buf_str(&b));
        buf_release(&b);
    }
}

const char *store_ddl(unsigned i)
{
    pthread_once(&once, make_all);
    return i < FIXED ? fixed[i] : i - FIXED < sizeof made / sizeof *made ? made[i - FIXED] : NULL;
}
