/* Writing what is small when an import has ended, and giving the file its name. */
#include <sys/file.h>
#include <string.h>

#include "model/store/tables.h"

struct writer {
    struct store *st;
    struct shelf sh;
    struct packer *packer;
    struct buf data;
    struct err *e;
};

static sqlite3_stmt *prepare(struct writer *w, const char *sql)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(w->st->db, sql, -1, &q, NULL);
    if (rc != SQLITE_OK)
        store_sql_error(w->st, rc, "write the store", w->e);
    return q;
}

/* Runs a bound insert once more. */
static int insert(struct writer *w, sqlite3_stmt *q)
{
    int rc = sqlite3_step(q);
    sqlite3_reset(q);
    return rc == SQLITE_DONE ? 0 : store_sql_error(w->st, rc, "write the store", w->e);
}

static void bind_text(sqlite3_stmt *q, int i, const char *s)
{
    sqlite3_bind_text(q, i, s, -1, SQLITE_TRANSIENT);
}

static int create_tables(struct writer *w)
{
    const char *sql;
    for (unsigned i = 1; (sql = store_ddl(i)); i++)
        if (store_exec(w->st, sql, w->e) < 0)
            return -1;
    return 0;
}

/* --- arrays ---------------------------------------------------------------------------------------------------------- */

static int put_part(struct writer *w, sqlite3_stmt *q, const char *name, uint32_t rows)
{
    bind_text(q, 1, name);
    sqlite3_bind_int64(q, 2, rows);
    sqlite3_bind_blob(q, 3, w->data.p, (int)w->data.n, SQLITE_STATIC);
    int rc = insert(w, q);
    buf_clear(&w->data);
    return rc;
}

static uint32_t string_part(const struct session *s, uint32_t from, struct buf *lens, struct buf *bytes)
{
    uint32_t i = from;
    buf_clear(lens);
    buf_clear(bytes);
    for (; i < s->dict.strings.n && i - from < PART_ROWS && bytes->n < PART_BYTES; i++) {
        struct str str = session_str(s, i);
        buf_uleb(lens, str.n);
        buf_put(bytes, str.p, str.n);
    }
    return i - from;
}

static int put_strings(struct writer *w, sqlite3_stmt *q)
{
    struct buf lens = {0}, bytes = {0};
    uint32_t n = 0;
    int rc = 0;
    for (uint32_t i = 1; rc == 0 && i < w->sh.s->dict.strings.n; i += n) {
        n = string_part(w->sh.s, i, &lens, &bytes);
        pack_bytes(w->packer, lens.p, lens.n, &w->data);
        pack_bytes(w->packer, bytes.p ? bytes.p : (const uint8_t *)"", bytes.n, &w->data);
        rc = put_part(w, q, "string", n);
    }
    buf_release(&lens);
    buf_release(&bytes);
    return rc;
}

static int put_packed(struct writer *w, sqlite3_stmt *q, const struct table *t)
{
    uint32_t count = t->count(&w->sh);
    for (uint32_t i = t->first, n; i < count; i += n) {
        n = count - i < PART_ROWS ? count - i : PART_ROWS;
        pack_rows(w->packer, t, &w->sh, i, n, &w->data);
        if (put_part(w, q, t->name, n) < 0)
            return -1;
    }
    return 0;
}

static void flatten_stacks(struct shelf *sh)
{
    for (uint32_t i = 1; i < sh->s->dict.stacks.n; i++) {
        const struct stack *st = session_stack(sh->s, i);
        for (uint32_t k = 0; k < st->n; k++)
            *vec_push(&sh->stack_frames) = st->frames[k];
    }
}

static int put_arrays(struct writer *w)
{
    sqlite3_stmt *q = prepare(w, "INSERT INTO store_array(name, rows, data) VALUES(?1, ?2, ?3)");
    flatten_stacks(&w->sh);
    int rc = q ? put_strings(w, q) : -1;
    for (unsigned i = 0; rc == 0 && i < store_ntables; i++)
        if (store_tables[i].packed)
            rc = put_packed(w, q, &store_tables[i]);
    sqlite3_finalize(q);
    return rc;
}

/* --- plain tables ---------------------------------------------------------------------------------------------------- */

static int put_plain(struct writer *w, const struct table *t)
{
    struct buf sql = {0};
    buf_printf(&sql, "INSERT INTO store_%s VALUES(?1", t->name);
    for (unsigned k = 0; k < t->nfields; k++)
        buf_printf(&sql, ", ?%u", k + 2);
    buf_puts(&sql, ")");
    sqlite3_stmt *q = prepare(w, buf_str(&sql));
    buf_release(&sql);
    int rc = q ? 0 : -1;
    for (uint32_t i = 0, n = t->count(&w->sh); rc == 0 && i < n; i++) {
        const void *row = t->row(&w->sh, i);
        sqlite3_bind_int64(q, 1, i);
        for (unsigned k = 0; k < t->nfields; k++)
            sqlite3_bind_int64(q, (int)k + 2, (sqlite3_int64)field_get(&t->fields[k], row));
        rc = insert(w, q);
    }
    sqlite3_finalize(q);
    return rc;
}

static int put_scalar(struct writer *w, sqlite3_stmt *q, const char *name, int64_t v)
{
    bind_text(q, 1, name);
    sqlite3_bind_int64(q, 2, v);
    return insert(w, q);
}

static int put_meta(struct writer *w)
{
    sqlite3_stmt *q = prepare(w, "INSERT INTO store_meta VALUES(?1, ?2)");
    int rc = q ? put_scalar(w, q, "importer_version", IMPORTER_VERSION) : -1;
    if (rc == 0)
        rc = put_scalar(w, q, "chunks", w->st->chunks);
    for (unsigned i = 0; rc == 0 && i < store_nscalars; i++) {
        int64_t v;
        memcpy(&v, (const uint8_t *)w->sh.s + store_scalars[i].at, sizeof v);
        rc = put_scalar(w, q, store_scalars[i].name, v);
    }
    sqlite3_finalize(q);
    return rc;
}

static int put_class_events(struct writer *w)
{
    sqlite3_stmt *q = prepare(w, "INSERT INTO store_class_events VALUES(?1, ?2)");
    int rc = q ? 0 : -1;
    for (uint32_t i = 0; rc == 0 && i < w->sh.s->dict.nclasses; i++) {
        sqlite3_bind_int64(q, 1, i);
        sqlite3_bind_int64(q, 2, (sqlite3_int64)w->sh.s->by_class[i]);
        rc = insert(w, q);
    }
    sqlite3_finalize(q);
    return rc;
}

static int put_latencies(struct writer *w)
{
    sqlite3_stmt *q = prepare(w, "INSERT INTO store_latency VALUES(?1, ?2)");
    int rc = q ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < w->sh.s->groups.n; i++) {
        const struct hist *h = w->sh.s->groups.v[i].latency;
        if (!h)
            continue;
        buf_uleb(&w->data, h->count);
        for (unsigned k = 0; k < HIST_BUCKETS; k++)
            buf_uleb(&w->data, h->n[k]);
        sqlite3_bind_int64(q, 1, (sqlite3_int64)i);
        sqlite3_bind_blob(q, 2, w->data.p, (int)w->data.n, SQLITE_STATIC);
        rc = insert(w, q);
        buf_clear(&w->data);
    }
    sqlite3_finalize(q);
    return rc;
}

/* --- sources --------------------------------------------------------------------------------------------------------- */

static int put_notes(struct writer *w, sqlite3_stmt *q, int64_t id, const struct source_info *src)
{
    for (unsigned i = 0; i < NOTE_COUNT; i++) {
        if (!src->notes[i].count)
            continue;
        sqlite3_bind_int64(q, 1, id);
        bind_text(q, 2, note_specs[i].name);
        sqlite3_bind_int64(q, 3, (sqlite3_int64)src->notes[i].count);
        bind_text(q, 4, src->notes[i].first);
        if (insert(w, q) < 0)
            return -1;
    }
    return 0;
}

static int put_wire(struct writer *w, sqlite3_stmt *q, int64_t id, const struct source_info *src)
{
    for (unsigned i = 0; i < 256; i++) {
        if (!src->wire_by_type[i])
            continue;
        sqlite3_bind_int64(q, 1, id);
        sqlite3_bind_int64(q, 2, i);
        sqlite3_bind_int64(q, 3, (sqlite3_int64)src->wire_by_type[i]);
        if (insert(w, q) < 0)
            return -1;
    }
    return 0;
}

static int put_source(struct writer *w, sqlite3_stmt *q, int64_t id, const struct source_info *src)
{
    const uint64_t numbers[] = {
        src->events, src->bytes, src->wire_events, src->generations, src->complete, (uint64_t)src->dropped_from_byte, src->file_bytes};
    sqlite3_bind_int64(q, 1, id);
    bind_text(q, 2, src->path);
    bind_text(q, 3, src->format);
    bind_text(q, 4, src->version);
    for (int i = 0; i < 7; i++)
        sqlite3_bind_int64(q, 5 + i, (sqlite3_int64)numbers[i]);
    if (src->content_hash[0])
        bind_text(q, 12, src->content_hash);
    else
        sqlite3_bind_null(q, 12);
    return insert(w, q);
}

static int put_sources(struct writer *w)
{
    sqlite3_stmt *source = prepare(w, "INSERT INTO store_source VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    sqlite3_stmt *note = prepare(w, "INSERT INTO store_source_note VALUES(?1, ?2, ?3, ?4)");
    sqlite3_stmt *wire = prepare(w, "INSERT INTO store_source_wire VALUES(?1, ?2, ?3)");
    int rc = source && note && wire ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < w->sh.s->sources.n; i++) {
        const struct source_info *src = w->sh.s->sources.v[i];
        int64_t id = (int64_t)i;
        rc = put_source(w, source, id, src) < 0 || put_notes(w, note, id, src) < 0 || put_wire(w, wire, id, src) < 0 ? -1 : 0;
    }
    sqlite3_finalize(source);
    sqlite3_finalize(note);
    sqlite3_finalize(wire);
    return rc;
}

/* --- all of it ------------------------------------------------------------------------------------------------------- */

static int put_all(struct writer *w)
{
    if (create_tables(w) < 0 || put_arrays(w) < 0 || put_meta(w) < 0 || put_class_events(w) < 0 || put_latencies(w) < 0 ||
        put_sources(w) < 0)
        return -1;
    for (unsigned i = 0; i < store_ntables; i++)
        if (!store_tables[i].packed && put_plain(w, &store_tables[i]) < 0)
            return -1;
    char sql[128];
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT", STORE_APPLICATION_ID, STORE_SCHEMA);
    return store_exec(w->st, sql, w->e);
}

static int publish(struct store *st, struct err *e)
{
    if (file_publish(st->fd, st->tmp, st->path, e) < 0)
        return -1;
    mem_at_fail_remove(st->at_fail);
    st->at_fail = -1;
    mem_free(st->tmp);
    st->tmp = NULL;
    flock(st->fd, LOCK_SH); /* others may read it now; in use it stays */
    return 0;
}

int store_commit(struct store *st, struct session *s, struct err *e)
{
    if (!st->path || !st->writing)
        return 0; /* a private store: all is in the session */
    struct writer w = {.st = st, .sh = {.s = s}, .packer = packer_new(), .e = e};
    pthread_mutex_lock(&st->lock);
    sqlite3_blob_close(st->blob);
    st->blob = NULL;
    int rc = put_all(&w);
    if (rc == 0)
        rc = publish(st, e);
    if (rc == 0)
        st->writing = false;
    pthread_mutex_unlock(&st->lock);
    packer_free(w.packer);
    buf_release(&w.data);
    vec_free(&w.sh.stack_frames);
    return rc;
}
