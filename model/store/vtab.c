/* What SQLite sees of the virtual tables: connect, best index, cursors. */
#include "model/store/vtab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct module {
    const struct vtable *t;
    struct sight *v;
};
struct vtab {
    sqlite3_vtab base;
    const struct vtable *t;
    struct sight *v;
};

static const char *const type_names[] = {"INTEGER", "REAL", "TEXT"};

const char *coltype_name(unsigned type)
{
    return type_names[type];
}

void sight_init(struct sight *v, struct session *s)
{
    *v = (struct sight){.s = s, .t0 = s->t0, .t1 = s->t1, .segments = (uint32_t)s->segments.n, .goroutines = s->goroutines.n};
}

int sight_poll(struct sight *v)
{
    return v->stopped && v->stopped(v->stopped_ctx) ? err_set(&v->err, ERR_CANCEL, "interrupted") : 0;
}

const struct vtable *vtable_find(const char *name)
{
    for (unsigned i = 0; i < nvtables; i++)
        if (!strcmp(vtables[i]->name, name))
            return vtables[i];
    return NULL;
}

void vtab_ddl(const struct vtable *t, bool documented, struct buf *out)
{
    if (documented)
        buf_printf(out, "-- %s\n", t->sentence);
    buf_printf(out, "CREATE TABLE %s(%s", t->name, documented ? "\n" : "");
    for (unsigned i = 0; i < t->ncols; i++) {
        const struct vcolumn *c = &t->cols[i];
        const char *comma = i + 1 < t->ncols ? "," : "";
        if (documented)
            buf_printf(out, "  %s %s%s%*s -- %s\n", c->name, type_names[c->type], comma,
                       (int)(22 - strlen(c->name) - strlen(type_names[c->type]) - strlen(comma)), "", c->sentence);
        else
            buf_printf(out, "%s %s%s", c->name, type_names[c->type], comma);
    }
    buf_puts(out, documented ? ");\n" : ")");
}

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **why)
{
    const struct module *m = aux;
    struct buf ddl = {0};
    (void)argc, (void)argv, (void)why;
    vtab_ddl(m->t, false, &ddl);
    m->v->declaring = true;
    int rc = sqlite3_declare_vtab(db, buf_str(&ddl));
    m->v->declaring = false;
    buf_release(&ddl);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    struct vtab *vt = mem_calloc(1, sizeof *vt);
    vt->t = m->t;
    vt->v = m->v;
    *out = &vt->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vt)
{
    mem_free(vt);
    return SQLITE_OK;
}

/* --- constraints: best_index writes what it uses as letters, one for each argument of filter --------------------------- */

static bool column_is(const struct vtable *t, int col, const char *name)
{
    return name && col >= 0 && !strcmp(t->cols[col].name, name);
}

/* A letter for a bound, lower case for `time`, upper case for `end`; 0: no use. */
static char bound_letter(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return 'e';
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE: return 'g';
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE: return 'l';
    default: return 0;
    }
}

static char letter(const struct vtable *t, int col, unsigned char op)
{
    if (column_is(t, col, t->time))
        return bound_letter(op);
    if (column_is(t, col, t->end))
        return (char)(bound_letter(op) & ~0x20);
    if (op != SQLITE_INDEX_CONSTRAINT_EQ)
        return 0;
    return (char)(column_is(t, col, t->key) ? 'k' : column_is(t, col, t->kind) ? 'n' : 0);
}

struct plan {
    char letters[64];
    int n;
    bool key, kind, lower, upper;
};

static void use(struct plan *p, char c)
{
    p->letters[p->n++] = c;
    p->key |= c == 'k';
    p->kind |= c == 'n';
    p->lower |= c == 'e' || c == 'E' || c == 'g' || c == 'G';
    p->upper |= c == 'e' || c == 'E' || c == 'l' || c == 'L';
}

static void set_cost(const struct vtab *vt, const struct plan *p, sqlite3_index_info *info)
{
    double rows = vt->t->way->estimate(vt->v, vt->t), walk = rows;
    if (p->key) {
        walk = walk / 200 + 2;
        rows = walk;
    }
    if (p->lower)
        rows = walk = walk / 8 + 1;
    if (p->upper)
        rows = walk = walk / 8 + 1;
    if (p->kind)
        rows = rows / 4 + 1;
    info->estimatedCost = walk + 20;
    info->estimatedRows = (sqlite3_int64)(rows < 1e15 ? rows : 1e15) + 1;
}

/* For GROUP BY and DISTINCT rows with equal values have to come side by side, in whatever order. At most two columns. */
static bool can_group(const struct vtab *vt, sqlite3_index_info *info, int group[2])
{
    int how = sqlite3_vtab_distinct(info);
    bool can = vt->t->way->groups_by && (how == 1 || how == 2) && info->nOrderBy >= 1 && info->nOrderBy <= 2;
    group[0] = group[1] = -1;
    for (int i = 0; can && i < info->nOrderBy; i++) {
        group[i] = info->aOrderBy[i].iColumn;
        can = group[i] >= 0 && vt->t->way->groups_by(vt->v, (unsigned)group[i]);
    }
    if (!can)
        group[0] = group[1] = -1;
    return can;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    struct vtab *vt = (struct vtab *)base;
    struct plan p = {.n = 0};
    for (int i = 0; i < info->nConstraint && p.n < 60; i++) {
        char c = info->aConstraint[i].usable ? letter(vt->t, info->aConstraint[i].iColumn, info->aConstraint[i].op) : 0;
        if (!c || (c == 'k' && p.key) || (c == 'n' && (p.kind || sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY"))))
            continue;
        use(&p, c);
        info->aConstraintUsage[i].argvIndex = p.n;
    }
    set_cost(vt, &p, info);
    info->orderByConsumed = info->nOrderBy == 1 && !info->aOrderBy[0].desc && column_is(vt->t, info->aOrderBy[0].iColumn, vt->t->time) &&
                            (vt->t->ordered || p.key);
    int group[2];
    info->orderByConsumed |= can_group(vt, info, group);
    info->idxStr = sqlite3_mprintf("%llx %d %d %s", info->colUsed, group[0], group[1], p.letters);
    info->needToFreeIdxStr = 1;
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* A number as a bound: real ones are widened to whole ones. False for what is no number (NULL: nothing matches). */
static bool bound(sqlite3_value *v, int64_t *lo, int64_t *hi)
{
    int type = sqlite3_value_numeric_type(v);
    if (type == SQLITE_INTEGER) {
        *lo = *hi = sqlite3_value_int64(v);
        return true;
    }
    if (type != SQLITE_FLOAT)
        return false;
    double d = sqlite3_value_double(v);
    *lo = d <= -9e18 ? INT64_MIN : d >= 9e18 ? INT64_MAX - 2048 : (int64_t)floor(d);
    *hi = d <= -9e18 ? INT64_MIN + 2048 : d >= 9e18 ? INT64_MAX : (int64_t)ceil(d);
    return true;
}

static ns_t on_clock(const struct sight *v, int64_t t)
{
    ns_t sum;
    return __builtin_add_overflow(t, v->t0, &sum) ? t < 0 ? INT64_MIN : INT64_MAX : sum;
}

static void ask_time(const struct sight *v, struct ask *a, char c, sqlite3_value *value)
{
    int64_t lo, hi;
    if (!bound(value, &lo, &hi)) {
        a->nothing |= sqlite3_value_type(value) == SQLITE_NULL;
        return;
    }
    ns_t *least = c & 0x20 ? &a->t_lo : &a->end_lo, *most = c & 0x20 ? &a->t_hi : &a->end_hi;
    c |= 0x20;
    lo = on_clock(v, lo);
    hi = on_clock(v, hi);
    if (c != 'l' && lo > *least)
        *least = lo;
    if (c != 'g' && hi < *most)
        *most = hi;
}

static void ask_key(struct ask *a, sqlite3_value *value)
{
    int64_t lo, hi;
    if (sqlite3_value_type(value) == SQLITE_NULL) {
        a->nothing = true;
    } else if (bound(value, &lo, &hi) && lo == hi) {
        a->has_key = true;
        a->key = lo;
    }
}

static void ask_kind(struct ask *a, sqlite3_value *value)
{
    const char *name = (const char *)sqlite3_value_text(value);
    a->kinds = 0;
    for (unsigned i = 0; i < EV_KINDS && name; i++)
        if (!strcmp(name, event_kind_names[i]))
            a->kinds = 1u << i;
    a->nothing |= !a->kinds;
}

static int filter(sqlite3_vtab_cursor *base, int idx, const char *plan, int argc, sqlite3_value **argv)
{
    struct vcursor *c = (struct vcursor *)base;
    struct ask a = {.t_lo = INT64_MIN, .t_hi = INT64_MAX, .end_lo = INT64_MIN, .end_hi = INT64_MAX, .kinds = ~0u};
    char *letters;
    (void)idx;
    a.used = strtoull(plan, &letters, 16);
    for (int i = 0; i < 2; i++)
        a.group[i] = (int)strtol(letters, &letters, 10);
    letters++;
    for (int i = 0; i < argc; i++) {
        if (letters[i] == 'k')
            ask_key(&a, argv[i]);
        else if (letters[i] == 'n')
            ask_kind(&a, argv[i]);
        else
            ask_time(c->v, &a, letters[i], argv[i]);
    }
    c->t->way->reset(c);
    c->eof = true;
    return a.nothing || a.t_lo > a.t_hi || a.end_lo > a.end_hi ? SQLITE_OK : c->t->way->filter(c, &a);
}

/* --- cursors ---------------------------------------------------------------------------------------------------------- */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct vtab *vt = (struct vtab *)base;
    struct vcursor *c = mem_calloc(1, vt->t->way->cursor_size);
    c->t = vt->t;
    c->v = vt->v;
    c->eof = true;
    *out = &c->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct vcursor *c = (struct vcursor *)base;
    c->t->way->reset(c);
    mem_free(c);
    return SQLITE_OK;
}

static int report(struct vcursor *c, int rc)
{
    if (rc == SQLITE_OK)
        return rc;
    sqlite3_free(c->base.pVtab->zErrMsg);
    c->base.pVtab->zErrMsg = sqlite3_mprintf("%s", c->v->err.what[0] ? c->v->err.what : "cannot read the table");
    return rc;
}

static int next(sqlite3_vtab_cursor *base)
{
    struct vcursor *c = (struct vcursor *)base;
    return report(c, c->t->way->next(c));
}

static int filter_reported(sqlite3_vtab_cursor *base, int idx, const char *plan, int argc, sqlite3_value **argv)
{
    return report((struct vcursor *)base, filter(base, idx, plan, argc, argv));
}

static int eof(sqlite3_vtab_cursor *base)
{
    return ((struct vcursor *)base)->eof;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
    struct vcursor *c = (struct vcursor *)base;
    c->t->way->column(c, ctx, (unsigned)i);
    return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    struct vcursor *c = (struct vcursor *)base;
    *out = c->t->way->rowid(c);
    return SQLITE_OK;
}

/* No xCreate: the tables are there under their own names, and nobody can make others of them. No xUpdate: read-only. */
static const sqlite3_module methods = {
    .iVersion = 2,
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter_reported,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};

const char *store_table(unsigned i)
{
    return i < nvtables ? vtables[i]->name : NULL;
}

int vtab_register(sqlite3 *db, struct sight *v, const char *prefix)
{
    int rc = SQLITE_OK;
    for (unsigned i = 0; rc == SQLITE_OK && i < nvtables; i++) {
        struct module *m = mem_alloc(1, sizeof *m);
        *m = (struct module){.t = vtables[i], .v = v};
        char name[64];
        sqlite3_snprintf(sizeof name, name, "%s%s", prefix, vtables[i]->name);
        rc = sqlite3_create_module_v2(db, name, &methods, m, mem_free);
    }
    return rc;
}

/* --- results ---------------------------------------------------------------------------------------------------------- */

void result_time(const struct vcursor *c, sqlite3_context *ctx, ns_t t)
{
    if (t != NS_NONE && t != NS_OPEN)
        sqlite3_result_int64(ctx, (int64_t)((uint64_t)t - (uint64_t)c->v->t0));
}

void result_text(sqlite3_context *ctx, const char *s)
{
    sqlite3_result_text(ctx, s, -1, SQLITE_STATIC);
}

/* Bytes of a trace need not be UTF-8; SQLite's text must be, for what is printed is taken from it. Session strings stay where
 * they are as long as the session, so those of plain ASCII are not copied. */
void result_str(const struct vcursor *c, sqlite3_context *ctx, str_id id)
{
    struct str s = session_str(c->v->s, id);
    bool plain = true;
    for (size_t i = 0; i < s.n && plain; i++)
        plain = (unsigned char)(s.p[i] - 1) < 0x7f;
    if (!s.n)
        return;
    if (plain) {
        sqlite3_result_text(ctx, s.p, (int)s.n, SQLITE_STATIC);
        return;
    }
    size_t size = s.n * 3 + 1;
    char *valid = mem_alloc(size, 1);
    size_t n = text_valid(valid, size, s.p, s.n);
    sqlite3_result_text(ctx, valid, (int)n, mem_free);
}

void result_id(sqlite3_context *ctx, uint32_t id)
{
    if (id && id != IDX_NONE)
        sqlite3_result_int64(ctx, id);
}

void result_g(const struct vcursor *c, sqlite3_context *ctx, gidx g)
{
    if (g < c->v->s->goroutines.n)
        sqlite3_result_int64(ctx, session_g(c->v->s, g)->id);
}

void result_m(const struct vcursor *c, sqlite3_context *ctx, uint32_t m)
{
    if (m < c->v->s->threads.n)
        sqlite3_result_int64(ctx, (int64_t)c->v->s->threads.v[m].id);
}

void result_p(const struct vcursor *c, sqlite3_context *ctx, uint32_t p)
{
    if (p < c->v->s->procs.n)
        sqlite3_result_int64(ctx, c->v->s->procs.v[p].id);
}

frame_id leaf_frame(const struct session *s, stack_id id)
{
    const struct stack *st = id && id < s->known.stacks ? session_stack(s, id) : NULL;
    return st && st->n ? st->frames[0] : 0;
}

void result_frame(const struct vcursor *c, sqlite3_context *ctx, frame_id f, enum frame_part part)
{
    if (!f || f >= c->v->s->known.frames)
        return;
    const struct frame *fr = session_frame(c->v->s, f);
    switch (part) {
    case FRAME_FUNC: result_str(c, ctx, fr->func); break;
    case FRAME_FILE: result_str(c, ctx, fr->file); break;
    case FRAME_LINE: result_id(ctx, fr->line); break;
    case FRAME_PC: sqlite3_result_int64(ctx, (int64_t)fr->pc); break;
    }
}
