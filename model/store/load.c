/* Filling a session from a store: all that views need at once. Each value is checked for its type's range here, each id and
 * order in model/store/check.c when all is there. What is allocated stays in proportion to the file's size.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "model/store/tables.h"

/* Bytes in memory that a file may claim: a real one needs some 3 for each of its own. */
enum { FREE_BYTES = 64 << 20, BYTES_PER_BYTE = 100 };

struct loader {
    struct store *st;
    struct session *s;
    struct shelf sh;
    struct packer *packer;
    uint64_t room; /* bytes that may still be claimed */
    void **rows;   /* PART_ROWS pointers */
    struct err *e;
};

static int damaged(struct loader *l, const char *what)
{
    return store_damaged(l->st, l->e, what);
}

static int sql_failed(struct loader *l, int rc)
{
    return store_sql_error(l->st, rc == SQLITE_ERROR ? SQLITE_CORRUPT : rc, "read it", l->e);
}

static sqlite3_stmt *prepare(struct loader *l, const char *sql)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(l->st->db, sql, -1, &q, NULL);
    if (rc != SQLITE_OK)
        sql_failed(l, rc);
    return q;
}

/* Calls row for each row of a query; row returns 0 or -1 with l->e set. */
static int each_row(struct loader *l, const char *sql, int (*row)(struct loader *, sqlite3_stmt *))
{
    sqlite3_stmt *q = prepare(l, sql);
    int rc = SQLITE_DONE, bad = q ? 0 : -1;
    while (!bad && (rc = sqlite3_step(q)) == SQLITE_ROW)
        bad = row(l, q);
    if (!bad && rc != SQLITE_DONE)
        bad = sql_failed(l, rc);
    sqlite3_finalize(q);
    return bad;
}

static int claim(struct loader *l, uint64_t n, uint64_t size)
{
    if (n * size > l->room)
        return damaged(l, "it claims more than a file of its size can hold");
    l->room -= n * size;
    return 0;
}

static struct str column_str(sqlite3_stmt *q, int col)
{
    const char *p = sqlite3_column_blob(q, col);
    return (struct str){.p = p ? p : "", .n = (size_t)sqlite3_column_bytes(q, col)};
}

static void copy_text(char *to, size_t size, sqlite3_stmt *q, int col)
{
    struct str s = column_str(q, col);
    size_t n = s.n < size ? s.n : size - 1;
    if (n)
        memcpy(to, s.p, n);
    to[n] = 0;
}

/* --- arrays ---------------------------------------------------------------------------------------------------------- */

static int string_part(struct loader *l, struct bytes *in, uint32_t rows)
{
    struct packer *second = packer_new(); /* both columns are needed at once */
    struct bytes lens, bytes;
    int rc = unpack_bytes(l->packer, in, (size_t)rows * 10, &lens);
    if (rc == 0)
        rc = unpack_bytes(second, in, BLOB_MAX, &bytes);
    if (rc == 0)
        rc = claim(l, bytes_left(&bytes), 1);
    for (uint32_t i = 0; rc == 0 && i < rows; i++) {
        struct str s = bytes_take(&bytes, bytes_uleb(&lens));
        uint32_t want = l->s->dict.strings.n;
        if (dict_string(&l->s->dict, s.p, s.n) != want)
            rc = -1; /* twice the same, or empty: then ids would not be what they were */
    }
    if (rc == 0 && (bytes_bad(&lens) || bytes_bad(&bytes) || bytes_left(&lens) || bytes_left(&bytes)))
        rc = -1;
    packer_free(second);
    return rc < 0 ? damaged(l, "strings") : 0;
}

static const struct table *packed_table(struct str name)
{
    for (unsigned i = 0; i < store_ntables; i++)
        if (store_tables[i].packed && strlen(store_tables[i].name) == name.n && !memcmp(store_tables[i].name, name.p, name.n))
            return &store_tables[i];
    return NULL;
}

static int table_part(struct loader *l, const struct table *t, struct bytes *in, uint32_t rows)
{
    if (claim(l, rows, t->size) < 0)
        return -1;
    uint32_t from = t->count(&l->sh);
    for (uint32_t i = 0; i < rows; i++)
        if (!t->add(&l->sh))
            return damaged(l, t->name);
    for (uint32_t i = 0; i < rows; i++)
        l->rows[i] = t->row(&l->sh, from + i);
    return unpack_rows(l->packer, t, l->s, in, l->rows, rows) < 0 ? damaged(l, t->name) : 0;
}

static int load_part(struct loader *l, sqlite3_stmt *q)
{
    struct str name = column_str(q, 0), data = column_str(q, 2);
    int64_t rows = sqlite3_column_int64(q, 1);
    if (rows <= 0 || rows > PART_ROWS)
        return damaged(l, "rows of an array");
    struct bytes in = bytes_of(data.p, data.n);
    const struct table *t = packed_table(name);
    if (!t && !(name.n == 6 && !memcmp(name.p, "string", 6)))
        return damaged(l, "an unknown array");
    int rc = t ? table_part(l, t, &in, (uint32_t)rows) : string_part(l, &in, (uint32_t)rows);
    if (rc == 0 && bytes_left(&in))
        rc = damaged(l, "an array is too long");
    return rc;
}

/* Gives the stacks their frames, which lie one stack after the other. */
static int link_stacks(struct loader *l)
{
    struct dict *d = &l->s->dict;
    frame_id *frames = arena_alloc(&d->stack_bytes, l->sh.stack_frames.n * sizeof *frames + 1);
    if (l->sh.stack_frames.n)
        memcpy(frames, l->sh.stack_frames.v, l->sh.stack_frames.n * sizeof *frames);
    size_t at = 0;
    for (uint32_t i = 1; i < d->stacks.n; i++) {
        struct stack *st = paged_at(&d->stacks, i);
        if (st->n > STACK_FRAMES_MAX || st->n > l->sh.stack_frames.n - at)
            return damaged(l, "stacks");
        st->frames = frames + at;
        at += st->n;
    }
    return at == l->sh.stack_frames.n ? 0 : damaged(l, "stacks");
}

/* --- plain tables ---------------------------------------------------------------------------------------------------- */

static int plain_row(struct loader *l, const struct table *t, sqlite3_stmt *q)
{
    uint32_t want = t->count(&l->sh);
    void *row = claim(l, 1, t->size) < 0 ? NULL : t->add(&l->sh);
    if (!row || sqlite3_column_int64(q, 0) != want)
        return damaged(l, t->name);
    for (unsigned k = 0; k < t->nfields; k++)
        if (!field_set(&t->fields[k], row, (uint64_t)sqlite3_column_int64(q, (int)k + 1)))
            return damaged(l, t->name);
    return 0;
}

static int load_plain(struct loader *l, const struct table *t)
{
    struct buf sql = {0};
    buf_printf(&sql, "SELECT * FROM store_%s ORDER BY row", t->name);
    sqlite3_stmt *q = prepare(l, buf_str(&sql));
    buf_release(&sql);
    int rc = SQLITE_DONE, bad = q ? 0 : -1;
    while (!bad && (rc = sqlite3_step(q)) == SQLITE_ROW)
        bad = plain_row(l, t, q);
    if (!bad && rc != SQLITE_DONE)
        bad = sql_failed(l, rc);
    sqlite3_finalize(q);
    return bad;
}

/* What dict_class derives of a class; states index tables, so they are checked first. */
static int derive_classes(struct loader *l)
{
    struct dict *d = &l->s->dict;
    uint32_t n = d->nclasses;
    d->nclasses = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct event_class c = d->classes[i];
        if (c.kind >= EV_KINDS || c.resource > RES_THREAD || c.from >= G_STATES || c.to >= G_STATES || c.name >= d->strings.n)
            return damaged(l, "classes");
        if (dict_class(d, c) != i)
            return damaged(l, "classes");
    }
    return 0;
}

static int load_scalar(struct loader *l, sqlite3_stmt *q)
{
    struct str name = column_str(q, 0);
    int64_t v = sqlite3_column_int64(q, 1);
    for (unsigned i = 0; i < store_nscalars; i++)
        if (strlen(store_scalars[i].name) == name.n && !memcmp(store_scalars[i].name, name.p, name.n))
            memcpy((uint8_t *)l->s + store_scalars[i].at, &v, sizeof v);
    if (name.n == 6 && !memcmp(name.p, "chunks", 6)) {
        if (v < 0 || v > UINT32_MAX - 1)
            return damaged(l, "number of chunks");
        l->st->chunks = (uint32_t)v;
    }
    return 0;
}

static int load_class_events(struct loader *l, sqlite3_stmt *q)
{
    int64_t i = sqlite3_column_int64(q, 0);
    if (i < 0 || i >= DICT_CLASSES)
        return damaged(l, "class_events");
    l->s->by_class[i] = (uint64_t)sqlite3_column_int64(q, 1);
    return 0;
}

static int load_latency(struct loader *l, sqlite3_stmt *q)
{
    struct str data = column_str(q, 1);
    struct bytes in = bytes_of(data.p, data.n);
    int64_t i = sqlite3_column_int64(q, 0);
    if (i < 0 || (uint64_t)i >= l->s->groups.n || claim(l, 1, sizeof(struct hist)) < 0)
        return damaged(l, "latencies");
    struct hist *h = l->s->groups.v[i].latency = mem_calloc(1, sizeof *h);
    uint64_t sum = 0;
    h->count = bytes_uleb(&in);
    for (unsigned k = 0; k < HIST_BUCKETS; k++) {
        uint64_t n = bytes_uleb(&in);
        sum += n;
        h->n[k] = (uint32_t)n;
        if (n > UINT32_MAX)
            return damaged(l, "latencies");
    }
    return bytes_bad(&in) || bytes_left(&in) || sum != h->count ? damaged(l, "latencies") : 0;
}

/* --- sources --------------------------------------------------------------------------------------------------------- */

static int load_source(struct loader *l, sqlite3_stmt *q)
{
    if (claim(l, 1, sizeof(struct source_info)) < 0)
        return -1;
    struct source_info *src = mem_calloc(1, sizeof *src);
    *vec_push(&l->s->sources) = src;
    if (sqlite3_column_int64(q, 0) != (int64_t)l->s->sources.n - 1)
        return damaged(l, "sources");
    copy_text(src->path, sizeof src->path, q, 1);
    copy_text(src->format, sizeof src->format, q, 2);
    copy_text(src->version, sizeof src->version, q, 3);
    src->events = (uint64_t)sqlite3_column_int64(q, 4);
    src->bytes = (uint64_t)sqlite3_column_int64(q, 5);
    src->wire_events = (uint64_t)sqlite3_column_int64(q, 6);
    src->generations = (uint64_t)sqlite3_column_int64(q, 7);
    src->complete = sqlite3_column_int64(q, 8) != 0;
    src->dropped_from_byte = sqlite3_column_int64(q, 9);
    src->file_bytes = (uint64_t)sqlite3_column_int64(q, 10);
    copy_text(src->content_hash, sizeof src->content_hash, q, 11);
    return 0;
}

static struct source_info *source_of(struct loader *l, sqlite3_stmt *q)
{
    int64_t i = sqlite3_column_int64(q, 0);
    return i >= 0 && (uint64_t)i < l->s->sources.n ? l->s->sources.v[i] : NULL;
}

static int load_note(struct loader *l, sqlite3_stmt *q)
{
    struct source_info *src = source_of(l, q);
    struct str name = column_str(q, 1);
    for (unsigned i = 0; src && i < NOTE_COUNT; i++) {
        if (strlen(note_specs[i].name) != name.n || memcmp(note_specs[i].name, name.p, name.n))
            continue;
        src->notes[i].count = (uint64_t)sqlite3_column_int64(q, 2);
        copy_text(src->notes[i].first, sizeof src->notes[i].first, q, 3);
        return 0;
    }
    return damaged(l, "notes");
}

static int load_wire(struct loader *l, sqlite3_stmt *q)
{
    struct source_info *src = source_of(l, q);
    int64_t type = sqlite3_column_int64(q, 1);
    if (!src || type < 0 || type > 255)
        return damaged(l, "wire counts");
    src->wire_by_type[type] = (uint64_t)sqlite3_column_int64(q, 2);
    return 0;
}

/* --- all of it ------------------------------------------------------------------------------------------------------- */

/* What the dict says of indexes: the numbers, but not the way back, which only imports need. */
static void fill_ids(struct session *s)
{
    for (uint32_t i = 0; i < s->goroutines.n; i++)
        *paged_push(&s->dict.g_ids) = session_g(s, i)->id;
    for (size_t i = 0; i < s->threads.n; i++)
        *paged_push(&s->dict.m_ids) = s->threads.v[i].id;
    for (size_t i = 0; i < s->procs.n; i++)
        *paged_push(&s->dict.p_ids) = s->procs.v[i].id;
}

static int load_all(struct loader *l)
{
    if (each_row(l, "SELECT name, value FROM store_meta", load_scalar) < 0 ||
        each_row(l, "SELECT name, rows, data FROM store_array ORDER BY id", load_part) < 0)
        return -1;
    for (unsigned i = 0; i < store_ntables; i++)
        if (!store_tables[i].packed && load_plain(l, &store_tables[i]) < 0)
            return -1;
    if (link_stacks(l) < 0 || derive_classes(l) < 0 || each_row(l, "SELECT class, events FROM store_class_events", load_class_events) < 0 ||
        each_row(l, "SELECT grp, data FROM store_latency", load_latency) < 0 ||
        each_row(l,
                 "SELECT id, path, format, version, events, bytes, wire_events, generations, complete, dropped_from_byte, file_bytes, "
                 "content_hash FROM store_source ORDER BY id",
                 load_source) < 0 ||
        each_row(l, "SELECT source, name, count, first FROM store_source_note", load_note) < 0 ||
        each_row(l, "SELECT source, type, events FROM store_source_wire", load_wire) < 0)
        return -1;
    fill_ids(l->s);
    return store_check(l->s, l->st->chunks, l->e);
}

/* An import that is done. */
static void settle(struct store *st, struct session *s)
{
    s->store = st;
    s->progress.events = s->events;
    for (size_t i = 0; i < s->sources.n; i++)
        s->progress.bytes_total += s->sources.v[i]->bytes;
    s->progress.bytes_done = s->progress.unpacked = s->progress.bytes_total;
    s->known = dict_sizes(&s->dict);
}

int store_load(struct store *st, struct session *s, struct err *e)
{
    struct stat sb;
    if (fstat(st->fd, &sb) < 0)
        return err_set(e, ERR_IO, "cannot read the store");
    struct loader l = {.st = st, .s = s, .sh = {.s = s}, .packer = packer_new(), .e = e};
    l.room = FREE_BYTES + (uint64_t)sb.st_size * BYTES_PER_BYTE;
    l.rows = mem_alloc(PART_ROWS, sizeof *l.rows);
    pthread_mutex_lock(&st->lock);
    int rc = load_all(&l);
    pthread_mutex_unlock(&st->lock);
    if (rc < 0)
        err_source(e, st->path);
    else
        settle(st, s);
    mem_free(l.rows);
    packer_free(l.packer);
    vec_free(&l.sh.stack_frames);
    return rc;
}
