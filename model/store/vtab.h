/* Read-only virtual tables over a session: what may be queried, and the documentation of it.
 *
 * A table is a description here: its columns with a sentence each, and one of four ways of walking rows (vtab_list.c: arrays of
 * the session; vtab_rows.c: event rows of chunks in order of time; vtab_pairs.c: ranges and regions, which have a begin and an
 * end; vtab_span.c: states of goroutines). vtab.c is what SQLite sees of all of them.
 */
#ifndef MODEL_STORE_VTAB_H
#define MODEL_STORE_VTAB_H

#include "model/chunk.h"
#include "model/store/sqlite.h"
#include "model/store/store.h"

/* One query's sight of a session: what was there when it was opened. While an import runs, the read lock is given up now and
 * then in the middle of a query, so cursors keep indexes, never pointers into the session's arrays. */
struct sight {
    struct session *s;
    uint32_t segments, goroutines;
    ns_t t0, t1;
    int (*stopped)(void *ctx); /* asked between segments; NULL: never */
    void *stopped_ctx;
    bool declaring;    /* SQLite is told what a table looks like: no statement of the user */
    struct err denied; /* what the authorizer said */
    struct err err;    /* of a chunk that could not be read: more than SQLite's text says */
};
void sight_init(struct sight *v, struct session *s);
/* -1 with v->err set when the query is to stop. */
int sight_poll(struct sight *v);

enum coltype { INTEGER, REAL, TEXT };
struct vcolumn {
    const char *name;
    uint8_t type; /* enum coltype */
    uint8_t what; /* meaning, numbered by the table's way of walking */
    const char *sentence;
    uint16_t at;        /* vtab_list.c: offset in the row's struct */
    uint8_t field_type; /* and how wide it is there */
};

/* What a query asks of a table, as far as it can be used: bounds are closed, and may be too wide (SQLite looks again). */
struct ask {
    uint64_t used;       /* bit per column */
    ns_t t_lo, t_hi;     /* of column `time`, trace's clock */
    ns_t end_lo, end_hi; /* of column `end` */
    bool has_key;
    bool nothing;   /* no row can match */
    int64_t key;    /* of column `key`: a goroutine's number, an id */
    uint32_t kinds; /* bit per enum event_kind that column `kind` may have */
    int group[2];   /* columns by whose values rows are wanted side by side; -1: none. Only ones that groups_by allows. */
};

struct vcursor;
struct vtable;
struct vway {
    size_t cursor_size;
    /* How many rows a walk over all of it gives, roughly. */
    double (*estimate)(const struct sight *v, const struct vtable *t);
    int (*filter)(struct vcursor *c, const struct ask *a);
    int (*next)(struct vcursor *c);
    void (*column)(struct vcursor *c, sqlite3_context *ctx, unsigned col);
    int64_t (*rowid)(struct vcursor *c);
    void (*reset)(struct vcursor *c); /* gives back what the cursor holds */
    /* Whether rows can be given in groups of this column; NULL: of none. */
    bool (*groups_by)(const struct sight *v, unsigned col);
};

struct vtable {
    const char *name;
    const char *sentence;
    const struct vcolumn *cols;
    unsigned ncols;
    const struct vway *way;
    const void *more; /* the way's own description */
    /* Names of columns whose constraints help; NULL none. Rows come in the order of `time` always (ordered) or when the key is
     * given. */
    const char *time, *end, *key, *kind;
    bool ordered;
};
extern const struct vtable *const vtables[];
extern const unsigned nvtables;
const struct vtable *vtable_find(const char *name);
const char *coltype_name(unsigned type);

struct vcursor {
    sqlite3_vtab_cursor base;
    const struct vtable *t;
    struct sight *v;
    bool eof;
};

/* Registers all tables on a connection, under their names with a prefix; the sight outlives it. A SQLite code. */
int vtab_register(sqlite3 *db, struct sight *v, const char *prefix);
/* The text of CREATE TABLE that says what a virtual table looks like; with the sentences as comments when documented. */
void vtab_ddl(const struct vtable *t, bool documented, struct buf *out);

/* --- results --- */
void result_time(const struct vcursor *c, sqlite3_context *ctx, ns_t t);   /* since the session's start; unknown and open: NULL */
void result_str(const struct vcursor *c, sqlite3_context *ctx, str_id id); /* valid UTF-8; the empty string: NULL */
void result_text(sqlite3_context *ctx, const char *s);
void result_g(const struct vcursor *c, sqlite3_context *ctx, gidx g);
void result_m(const struct vcursor *c, sqlite3_context *ctx, uint32_t m);
void result_p(const struct vcursor *c, sqlite3_context *ctx, uint32_t p);
void result_id(sqlite3_context *ctx, uint32_t id); /* 0 and IDX_NONE: NULL */
/* The leaf frame of a stack, 0 none. */
frame_id leaf_frame(const struct session *s, stack_id id);
enum frame_part { FRAME_FUNC, FRAME_FILE, FRAME_LINE, FRAME_PC };
void result_frame(const struct vcursor *c, sqlite3_context *ctx, frame_id f, enum frame_part part);

#endif
