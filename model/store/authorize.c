/* What SQL of a user may do: read our tables with functions that only compute. Everything else is denied, for on a read-only
 * handle ATTACH and VACUUM INTO still open and write files, and PRAGMAs still change how SQLite works.
 */
#include <string.h>

#include "model/store/query_private.h"

static const char *const functions[] = {
    "abs",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "chosen", /* there in queries of a part only */
    "coalesce",
    "concat",
    "count",
    "cume_dist",
    "date",
    "datetime",
    "dense_rank",
    "duration",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_each",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_object",
    "json_quote",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "median",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "percentile",
    "pow",
    "power",
    "printf",
    "quote",
    "rank",
    "regexp",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sqlite_version",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "time",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unicode",
    "unixepoch",
    "unlikely",
    "upper",
    "zeroblob",
    "randomblob",
    "->",
    "->>",
};

static bool function_allowed(const char *name)
{
    for (size_t i = 0; name && i < sizeof functions / sizeof *functions; i++)
        if (!sqlite3_stricmp(functions[i], name))
            return true;
    return false;
}

static bool table_allowed(const char *name)
{
    static const char *const others[] = {"json_each", "json_tree", "sqlite_schema", "sqlite_master"}; /* the latter two are empty */
    for (size_t i = 0; name && i < sizeof others / sizeof *others; i++)
        if (!strcmp(name, others[i]))
            return true;
    return name && vtable_find(name);
}

/* Of what stands in FROM without any column being read SQLite asks too, and that may be a WITH table of the query's own name.
 * So there the tables that SQLite brings along are told by name. */
static bool is_sqlites_own(const char *name)
{
    static const char *const own[] = {"dbstat", "sqlite_dbpage", "sqlite_stmt", "sqlite_memstat", "bytecode", "tables_used"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!sqlite3_stricmp(name, own[i]))
            return true;
    return !sqlite3_strnicmp(name, "pragma_", 7) || !sqlite3_strnicmp(name, "fts", 3);
}

static const char *doing(int what)
{
    switch (what) {
    case SQLITE_PRAGMA: return "PRAGMA";
    case SQLITE_ATTACH: return "ATTACH and VACUUM";
    case SQLITE_DETACH: return "DETACH";
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return "transactions";
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE: return "changing tables";
    default: return "making or changing tables, views, indexes and triggers";
    }
}

int authorize(void *ctx, int what, const char *a, const char *b, const char *db, const char *by)
{
    struct sight *v = ctx;
    struct err *why = &v->denied;
    (void)db, (void)by;
    if (v->declaring)
        return SQLITE_OK;
    switch (what) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ:
        if (table_allowed(a) || (a && b && !*b && !is_sqlites_own(a)))
            return SQLITE_OK;
        err_set(why, ERR_USAGE, "table %.60s may not be read", a ? a : "");
        return SQLITE_DENY;
    case SQLITE_FUNCTION:
        if (function_allowed(b))
            return SQLITE_OK;
        err_set(why, ERR_USAGE, "function %.60s may not be called", b ? b : "");
        return SQLITE_DENY;
    default:
        err_set(why, ERR_USAGE, "queries only read: %s is not allowed", doing(what));
        err_hint(why, "for tables that can be changed: ctxscope export --to sqlite");
        return SQLITE_DENY;
    }
}
