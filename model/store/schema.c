/* What may be queried, as DDL and as the text of docs/schema.md; both from the tables' own descriptions. */
#include <string.h>

#include "model/store/tables.h"
#include "model/store/vtab.h"

void store_schema(struct buf *out)
{
    for (unsigned i = 0; i < nvtables; i++) {
        vtab_ddl(vtables[i], true, out);
        if (i + 1 < nvtables)
            buf_putc(out, '\n');
    }
}

static void put_virtual(const struct vtable *t, struct buf *out)
{
    buf_printf(out, "\n### %s\n\n%c%s.", t->name, t->sentence[0] & ~0x20, t->sentence + 1);
    if (t->time && t->key)
        buf_printf(out, " Quick by `%s` and `%s`.", t->time, t->key);
    else if (t->time || t->key)
        buf_printf(out, " Quick by `%s`.", t->time ? t->time : t->key);
    if (t->ordered)
        buf_puts(out, " Comes in order of time.");
    buf_puts(out, "\n\n| column | type | |\n|---|---|---|\n");
    for (unsigned i = 0; i < t->ncols; i++)
        buf_printf(out, "| %s | %s | %s |\n", t->cols[i].name, coltype_name(t->cols[i].type), t->cols[i].sentence);
}

static const char intro[] =
    "# Schema\n\n"
    "Generated from the program's own tables (`make schema-doc`); a test compares. The first part is what `ctxscope query` and the "
    "extension\n"
    "for the `sqlite3` shell can read; the second is how a store file looks inside, which may change with any schema number.\n\n"
    "Times are integer nanoseconds since the session's start. Unknown is NULL, never 0. `g`, `m`, `p` and task numbers are those of Go;\n"
    "`stack`, `grp`, `frame`, `string` and `segment` ids are the session's own and change from import to import.\n\n"
    "Functions beside SQLite's: `text REGEXP pattern` (PCRE2), `median(x)`, `percentile(x, p)` with p from 0 to 100, `duration(ns)` as "
    "text.\n"
    "A query reads, and nothing else: no PRAGMA, ATTACH, VACUUM or change. It ends after 60 s, at 256 MiB of memory, or at 4 GiB of\n"
    "temporary files.\n\n"
    "## What can be queried\n";

static const char inside[] = "\n## Inside a store file\n\n"
                             "A SQLite file with `application_id` %d (\"ctxs\") and `user_version` %d, never changed after it got its "
                             "name. Its schema is compared text\n"
                             "for text when it is opened:\n\n```sql\n";

static const char arrays[] =
    "```\n\n`store_chunk.data` holds up to %d rows of events (model/chunk.h) or sums (model/lod.h), a zstd frame per column. "
    "`store_array.data` holds "
    "up to\n"
    "%d rows of the array `name`, column after column: coding (0 plain, 1 zstd), plain size, stored size, bytes; a row's value is a "
    "varint,\n"
    "the zigzag difference from the row before. Times: first a byte n, then 0 unknown, 1 open, 2 and the difference, else the "
    "difference in\n"
    "units of 2^n ns + 3; a goroutine's end is counted from its begin and the sum of its states' times, its first and last transition\n"
    "from begin and end. Times are of the "
    "trace's own clock. `string`: two columns, lengths and bytes. The arrays and plain tables with their columns:\n\n"
    "| table | kept in | columns |\n|---|---|---|\n"
    "| string | store_array | length, bytes: names and texts, from 1 |\n";

void store_schema_doc(struct buf *out)
{
    buf_puts(out, intro);
    for (unsigned i = 0; i < nvtables; i++)
        put_virtual(vtables[i], out);
    buf_printf(out, inside, STORE_APPLICATION_ID, STORE_SCHEMA);
    const char *sql;
    for (unsigned i = 0; (sql = store_ddl(i)); i++)
        buf_printf(out, "%s;\n", sql);
    buf_printf(out, arrays, CHUNK_ROWS, PART_ROWS);
    for (unsigned i = 0; i < store_ntables; i++) {
        const struct table *t = &store_tables[i];
        buf_printf(out, "| %s | store_%s | ", t->name, t->packed ? "array" : t->name);
        for (unsigned k = 0; k < t->nfields; k++)
            buf_printf(out, "%s%s", k ? ", " : "", t->fields[k].name);
        buf_printf(out, ": %s |\n", t->sentence);
    }
}
