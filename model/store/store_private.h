/* What the files of the store share. One connection, one lock: a blob is put or read in some 20 us, and only the encoder
 * writes, so readers of a running import see its blobs by asking the very connection that holds the open transaction.
 */
#ifndef MODEL_STORE_PRIVATE_H
#define MODEL_STORE_PRIVATE_H

#include <pthread.h>
#include <xxhash.h>

#include "model/store/sqlite.h"
#include "model/store/store.h"

enum { STORE_APPLICATION_ID = 0x63747873 }; /* "ctxs" */

struct store {
    pthread_mutex_t lock;
    sqlite3 *db;
    sqlite3_stmt *put;
    sqlite3_blob *blob; /* kept open and moved from row to row */
    uint32_t chunks;    /* ids in use are 1..chunks */
    char *path, *tmp;   /* owned; NULL: a private store */
    int fd;             /* of the file, for its lock and fsync; -1: memory */
    bool writing;       /* the import's transaction is open */
    int at_fail;        /* slot of mem_at_fail, -1 none */
};

struct store *store_new(void);
/* An error of SQLite on the store's file: full disk, no permission, damage or a defect, each in words of its own. */
int store_sql_error(struct store *st, int rc, const char *doing, struct err *e);
int store_exec(struct store *st, const char *sql, struct err *e);

/* As store_open, but for a look only: it does not count as a use of the store. */
struct store *store_open_unused(const char *path, struct err *e);

/* --- the cache --- */
/* The folder in use, but only when it is there already: nothing is made. False, and out is empty, when there is none. */
bool cache_dir_there(struct buf *out);
/* The stores in the folder, latest used first, without their sources; mem_free(*out). */
int cache_entries(struct cache_entry **out, size_t *n, struct err *e);
void hash_hex(const XXH128_canonical_t *h, char hex[33]);
/* Makes dir (one level, 0700) unless it is there or shall not be made; it must then be a folder of ours that only we can write. */
bool own_folder(const char *dir, bool make);
/* Under sudo HOME may be the other user's: what root writes there he could neither use nor remove. */
bool home_is_ours(const char *home);

/* --- files (model/store/file.c) --- */
/* Creates path exclusively, 0600, and locks it. A left-over of a dead process is removed first. -1 when another process
 * writes it (ERR_LIMIT) or it cannot be made (ERR_IO). */
int file_create(const char *path, struct err *e);
/* A new file in dir that only we know, 0600; its name goes to out. -1 without an error text: try the next folder. */
int file_private(const char *dir, struct buf *out);
/* Opens an existing regular file of the user's for reading, following no link, with a shared lock. -1 with *e. */
int file_open(const char *path, struct err *e);
/* fsync of the file and, after the rename, of its folder. */
int file_publish(int fd, const char *tmp, const char *path, struct err *e);

#endif
