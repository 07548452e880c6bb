#include "model/store/vtab_list.h"

#include <string.h>

#include "base/text.h"

static const char *const stream_names[STREAMS] = {"goroutine",         "proc",       "mark", "metric", "range", "sample",
                                                  "lod of goroutines", "lod of sets"};

static void result_named(sqlite3_context *ctx, uint64_t i, const char *const *names, unsigned n)
{
    if (i < n && names[i])
        result_text(ctx, names[i]);
}

static void show(const struct list_cursor *c, sqlite3_context *ctx, unsigned format, uint64_t v)
{
    const struct vcursor *base = &c->base;
    struct session *s = base->v->s;
    switch ((enum list_format)format) {
    case L_INT: sqlite3_result_int64(ctx, (int64_t)v); break;
    case L_TIME: result_time(base, ctx, (ns_t)v); break;
    case L_ID: result_id(ctx, (uint32_t)v); break;
    case L_STR: result_str(base, ctx, (str_id)v); break;
    case L_G: result_g(base, ctx, (gidx)v); break;
    case L_GSTATE: result_named(ctx, v, gstate_names, G_STATES); break;
    case L_PSTATE: result_named(ctx, v, pstate_names, P_STATES); break;
    case L_SHARE: result_named(ctx, v, share_names, SHARE_COUNT); break;
    case L_KIND: result_named(ctx, v, event_kind_names, EV_KINDS); break;
    case L_STREAM: result_named(ctx, v, stream_names, STREAMS); break;
    case L_FUNC: result_frame(base, ctx, leaf_frame(s, (stack_id)v), FRAME_FUNC); break;
    case L_FILE: result_frame(base, ctx, leaf_frame(s, (stack_id)v), FRAME_FILE); break;
    case L_LINE: result_frame(base, ctx, leaf_frame(s, (stack_id)v), FRAME_LINE); break;
    case L_FRAME_FUNC: result_frame(base, ctx, (frame_id)v, FRAME_FUNC); break;
    case L_FRAME_FILE: result_frame(base, ctx, (frame_id)v, FRAME_FILE); break;
    case L_FRAME_LINE: result_frame(base, ctx, (frame_id)v, FRAME_LINE); break;
    case L_GRADE: result_named(ctx, v, grade_words, GRADE_COUNT); break;
    case L_BY: result_named(ctx, v, cancel_by_words, CANCEL_BY_COUNT); break;
    case L_EDGE_KIND: result_named(ctx, v, edge_kind_words, EDGE_KIND_COUNT); break;
    case L_EXIT: result_named(ctx, v, exit_words, EXIT_COUNT); break;
    case L_CTX_KIND: result_named(ctx, v, ctx_kind_words, CTX_KIND_COUNT); break;
    case L_ROW_OF:
        if (v != IDX_NONE)
            sqlite3_result_int64(ctx, (int64_t)v);
        break;
    case L_DUR:
        if ((ns_t)v != NS_NONE)
            sqlite3_result_int64(ctx, (int64_t)v);
        break;
    default: break;
    }
}

/* `what` is the column's number here: format and member are both needed. */
static void list_column(struct vcursor *base, sqlite3_context *ctx, unsigned col)
{
    const struct list_cursor *c = (const struct list_cursor *)base;
    const struct list *l = base->t->more;
    const struct vcolumn *vc = &base->t->cols[col];
    const uint8_t *row = l->row ? l->row(base->v, c->row) : NULL;
    if (vc->what == L_ROW) {
        sqlite3_result_int64(ctx, c->row);
    } else if (vc->what >= L_OWN) {
        l->own(c, ctx, vc->what - L_OWN, row);
    } else if (vc->what == L_CHARS) {
        char text[4096];
        const char *p = (const char *)row + vc->at;
        size_t n = text_valid(text, sizeof text, p, strlen(p));
        sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
    } else {
        struct field f = {.type = vc->field_type, .at = vc->at};
        show(c, ctx, vc->what, field_get(&f, row));
    }
}

static uint32_t subs(const struct list_cursor *c)
{
    const struct list *l = c->base.t->more;
    return l->subs ? l->subs(c->base.v, c->row) : 1;
}

/* Stands on the first row from here on that is there. */
static void settle(struct list_cursor *c)
{
    const struct list *l = c->base.t->more;
    while (c->row < c->end && (subs(c) == 0 || (l->there && !l->there(c, c->row))))
        c->row++;
    c->base.eof = c->row >= c->end;
}

static int list_next(struct vcursor *base)
{
    struct list_cursor *c = (struct list_cursor *)base;
    if (++c->sub < subs(c))
        return SQLITE_OK;
    c->sub = 0;
    c->row++;
    settle(c);
    return SQLITE_OK;
}

static int list_filter(struct vcursor *base, const struct ask *a)
{
    struct list_cursor *c = (struct list_cursor *)base;
    const struct list *l = base->t->more;
    c->row = l->first;
    c->end = l->count(base->v);
    c->sub = 0;
    if (a->has_key && l->find) {
        c->row = l->find(base->v, a->key);
        c->end = c->row < c->end ? c->row + 1 : 0;
    }
    settle(c);
    return SQLITE_OK;
}

static int64_t list_rowid(struct vcursor *base)
{
    const struct list_cursor *c = (const struct list_cursor *)base;
    return (int64_t)c->row << 12 | c->sub;
}

static void list_reset(struct vcursor *base)
{
    struct list_cursor *c = (struct list_cursor *)base;
    mem_free(c->seen);
    c->seen = NULL;
    c->nseen = 0;
}

static double list_estimate(const struct sight *v, const struct vtable *t)
{
    const struct list *l = t->more;
    return (double)l->count(v) * (l->subs ? 10 : 1);
}

const struct vway way_list = {
    .cursor_size = sizeof(struct list_cursor),
    .estimate = list_estimate,
    .filter = list_filter,
    .next = list_next,
    .column = list_column,
    .rowid = list_rowid,
    .reset = list_reset,
};
