/* What the files of the query connection share. */
#ifndef MODEL_STORE_QUERY_PRIVATE_H
#define MODEL_STORE_QUERY_PRIVATE_H

#include "model/store/vtab.h"

/* Registers, once, a file system that knows temporary files only; its name. */
const char *temp_vfs_name(void);
/* Functions that SQL may call beside SQLite's: regexp, median, percentile, duration, hex64. A SQLite code. */
int functions_register(sqlite3 *db);
/* Lets a statement read the virtual tables with harmless functions, and nothing else. ctx: the struct sight. */
int authorize(void *ctx, int what, const char *a, const char *b, const char *db, const char *by);
/* Appends the query for the rows of a table (named with the prefix) that are in the part; NULL: all. */
void part_select(const struct vtable *t, const char *prefix, const struct session *s, const struct store_part *p, struct buf *sql);
/* The function that such a query needs. A SQLite code. */
int part_register(sqlite3 *db, struct session *s, const struct store_part *p);

#endif
