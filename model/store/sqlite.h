/* SQLite for the files of this folder, and nobody else. In the loadable extension its functions are reached through the
 * host's table, for the shell that loads us may have SQLite linked in.
 */
#ifndef MODEL_STORE_SQLITE_H
#define MODEL_STORE_SQLITE_H

#ifdef CTXSCOPE_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3
#else
#include <sqlite3.h>
#endif

#endif
