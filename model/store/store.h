/* The event store: one SQLite file per session. The only place that speaks SQL. See docs/architecture.md, "The store".
 *
 * Life: store_create -> store_put (many) -> store_commit (plain tables, fsync, rename) ; or store_open -> store_load.
 * Blobs may be read by any thread at any time, also while an import still writes.
 */
#ifndef MODEL_STORE_STORE_H
#define MODEL_STORE_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "model/session.h"

enum { STORE_SCHEMA = 5, IMPORTER_VERSION = 4 };

/* Begins a store that will be at `path` (NULL: a private one that vanishes with the process). Written to path.tmp with
 * O_EXCL, 0600. -1/NULL with *e when there is no room or no permission. */
struct store *store_create(const char *path, struct err *e);
/* Adds a chunk's blob; sets ref->id and ref->bytes. Thread: the encoder's. */
int store_put(struct store *st, struct chunk_ref *ref, const void *blob, size_t n, struct err *e);
/* Reads a blob into out (replaced). Any thread. */
int store_get(struct store *st, uint32_t id, struct buf *out, struct err *e);
/* Writes what is small (dictionary, goroutines, groups, tasks, ranges, segments, runs, directory …), commits, fsyncs,
 * renames. The store stays open for reading. Caller holds the session's read lock or is alone. */
int store_commit(struct store *st, struct session *s, struct err *e);
/* Where store_commit will put it instead. For a store made with a path, before store_commit. */
void store_rename(struct store *st, const char *path);
/* Opens a store file as hostile input; NULL with *e when it is none of ours, older (ERR_INPUT, hint re-import) or newer. */
struct store *store_open(const char *path, struct err *e);
/* Fills a fresh session from it: all that views need at once; goroutines and runs too. Sets s->store, which stays the caller's
 * to close, after the session. On -1 the session holds no more than can be freed. The dict's maps from
 * ids of goroutines, threads and procs to indexes are for imports: they stay empty. */
int store_load(struct store *st, struct session *s, struct err *e);
/* Closes; a store that was not committed leaves nothing behind. */
void store_close(struct store *st);
bool store_is_store(const uint8_t *head, size_t n); /* SQLite magic */

/* Read-only SQL over a session with the virtual tables (span, link, event, sample, log, …) and nothing else allowed. Opening and each
 * step take session_read themselves: while an import runs they are not called under it. */
struct query;
struct query_limits {
    double seconds;      /* 0: 60 */
    uint64_t rows;       /* 0: no bound */
    const int32_t *stop; /* polled; may be NULL */
};
struct query *query_open(struct session *s, const char *sql, const struct query_limits *lim, struct err *e);
int query_columns(const struct query *q);
const char *query_column_name(const struct query *q, int i);
/* 1 a row, 0 the end, -1 error. */
int query_step(struct query *q, struct err *e);
enum query_type { QT_NULL, QT_INT, QT_REAL, QT_TEXT, QT_BLOB };
enum query_type query_type(const struct query *q, int i);
int64_t query_int(const struct query *q, int i);
double query_real(const struct query *q, int i);
struct str query_text(const struct query *q, int i);
void query_close(struct query *q);
/* The DDL of everything that may be queried, with a comment for each column; owned by the caller (buf). */
void store_schema(struct buf *out);
/* The text of docs/schema.md. */
void store_schema_doc(struct buf *out);
/* The tables that may be queried: name of table i, NULL behind the last. */
const char *store_table(unsigned i);
/* A part of a session: rows whose time lies in [t0, t1) or overlaps it, which concern a chosen goroutine; tables that know no time or
 * no goroutine are whole. Sums in the rows stay those of the whole trace. */
struct store_part {
    ns_t t0, t1;           /* trace's clock; the session's own bounds: all of it */
    const uint8_t *chosen; /* by gidx; NULL: all. Borrowed. */
    uint64_t limit;        /* rows of each table; UINT64_MAX: all */
};
/* All columns of a table (store_table), of a part (NULL: of all). */
struct query *query_open_table(struct session *s, const char *table, const struct store_part *part, const struct query_limits *lim,
                               struct err *e);
/* Plain tables for other programs, in a new SQLite file (never over one that is there), of a part (NULL: of all). Stops when
 * s->progress.stop is set. */
int store_export_sqlite(struct session *s, const char *path, const struct store_part *part, struct err *e);

/* The cache folder: $XDG_CACHE_HOME/ctxscope … $TMPDIR … none. */
struct cache_entry {
    char key[33];
    char source[1024];
    uint64_t bytes;
    int64_t used; /* seconds since 1970 */
    bool open;    /* in use by some process */
};
/* The folder in use, or NULL with a reason in *e (not an error: memory is used). */
const char *cache_dir(struct err *e);
/* Lookup key of sources: device, inode, size, mtime and XXH3-128 of sampled blocks, schema and importer version, options. The
 * order of the paths does not matter. -1 when one of them is no regular file (stdin: no key) or cannot be read. */
int cache_key(const char *const *paths, size_t n, const char *options, char key[33], struct err *e);
/* The store of files with the same content, whatever their names and times: its path in out, 1; 0: none; -1: *stop was set. Reads
 * the files whole when some store is of the same sizes, so it is for when the key's own store is not there. */
int cache_find(const char *const *paths, size_t n, const int32_t *stop, struct buf *out);
/* Lets a store that was found be at path too, so that it is found by its key from now on. -1 where that cannot be. */
int cache_adopt(const char *found, const char *path);
/* Key of what has no file: by the content hashes of its sources (source_info.content_hash), known when it was read. -1 when one
 * is unknown. */
int cache_key_content(const char *const *hashes, size_t n, char key[33]);
/* A key that nothing has, for a store whose own is not known yet. -1 when the system has no random bytes. */
int cache_key_random(char key[33]);
/* Path of a key's store in the folder (exists or not), replaced in out; empty when there is no folder. */
void cache_path(const char *key, struct buf *out);
int cache_list(struct cache_entry **out, size_t *n, struct err *e); /* latest used first; mem_free(*out) */
int cache_remove(const char *key, struct err *e);                   /* keys [0-9a-f]{32} only; -1 too when it is open */
/* Makes room: 10 GB or 10 % of free disk, oldest first, never what is open; and removes left-overs of killed processes. */
void cache_trim(void);
/* Whether there is room for a store of `bytes` where `path` lies (NULL: the cache). -1 with *e when there is not. */
int store_room(const char *path, uint64_t bytes, struct err *e);
/* Waits while another process writes the store at path. 1: it is there now; 0: it is not; -1: *stop was set. */
int store_wait(const char *path, const int32_t *stop);

#endif
