#include "model/store/vtab_rows.h"

static const uint32_t needs[] = {
#define X(id, cols) cols,
    ROW_COLUMNS(X)
#undef X
};

uint32_t row_cols(const struct vtable *t, uint64_t used)
{
    uint32_t cols = 0;
    for (unsigned i = 0; i < t->ncols; i++)
        if (used >> i & 1)
            cols |= needs[t->cols[i].what];
    return cols;
}

bool class_is_link(const struct event_class *c)
{
    if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE || c->restates)
        return false;
    return c->from == G_NOTEXIST || (c->from == G_WAITING && c->to == G_RUNNABLE);
}

static void result_state(sqlite3_context *ctx, const struct event_class *c, uint8_t state)
{
    if (c->kind != EV_STATE_TRANSITION)
        return;
    if (c->resource == RES_GOROUTINE && state < G_STATES)
        result_text(ctx, gstate_names[state]);
    if (c->resource == RES_PROC && state < P_STATES)
        result_text(ctx, pstate_names[state]);
}

static void result_about(const struct vcursor *c, const struct rowscan *r, sqlite3_context *ctx)
{
    const struct event_class *class = rowscan_class(r);
    uint32_t res = r->c->res[r->row];
    if (class->resource == RES_GOROUTINE)
        result_g(c, ctx, res);
    else if (class->resource == RES_PROC)
        result_p(c, ctx, res);
}

static bool in(uint8_t kind, uint32_t kinds)
{
    return kinds >> kind & 1;
}

enum {
    CLASS_NAMED = 1u << EV_METRIC | 1u << EV_RANGE_BEGIN | 1u << EV_RANGE_ACTIVE | 1u << EV_RANGE_END,
    TASKS = 1u << EV_TASK_BEGIN | 1u << EV_TASK_END | 1u << EV_REGION_BEGIN | 1u << EV_REGION_END | 1u << EV_LOG,
    NAMED = TASKS | 1u << EV_LABEL | 1u << EV_EXPERIMENTAL
};

/* What only some kinds have: their values and texts. */
static void result_extra(const struct vcursor *c, const struct rowscan *r, sqlite3_context *ctx, unsigned what)
{
    static const char *const resources[] = {NULL, "goroutine", "proc", "thread"};
    const struct event_class *class = rowscan_class(r);
    const struct chunk *k = r->c;
    uint32_t i = r->row;
    switch (what) {
    case ROW_RESOURCE:
        if (class->resource)
            result_text(ctx, resources[class->resource & 3]);
        break;
    case ROW_FROM: result_state(ctx, class, class->from); break;
    case ROW_TO: result_state(ctx, class, class->to); break;
    case ROW_LINK: result_text(ctx, class->from == G_NOTEXIST ? "create" : "unblock"); break;
    case ROW_REASON:
        if (class->kind == EV_STATE_TRANSITION)
            result_str(c, ctx, class->name);
        break;
    case ROW_NAME:
        if (in(class->kind, CLASS_NAMED))
            result_str(c, ctx, class->name);
        else if (in(class->kind, NAMED) && k->s[0])
            result_str(c, ctx, k->s[0][i]);
        break;
    case ROW_VALUE:
        if (class->kind == EV_METRIC && k->v[0])
            sqlite3_result_int64(ctx, (int64_t)k->v[0][i]);
        break;
    case ROW_TASK:
        if (in(class->kind, TASKS) && k->v[0] && k->v[0][i])
            sqlite3_result_int64(ctx, (int64_t)k->v[0][i]);
        break;
    case ROW_TEXT:
        if (class->kind == EV_LOG && k->s[1])
            result_str(c, ctx, k->s[1][i]);
        break;
    default: break;
    }
}

void row_result(const struct vcursor *c, const struct rowscan *r, sqlite3_context *ctx, unsigned what)
{
    const struct chunk *k = r->c;
    uint32_t i = r->row;
    switch (what) {
    case ROW_T: result_time(c, ctx, k->t[i]); break;
    case ROW_KIND: result_text(ctx, event_kind_names[rowscan_class(r)->kind]); break;
    case ROW_G: result_g(c, ctx, k->g[i]); break;
    case ROW_M: result_m(c, ctx, k->m[i]); break;
    case ROW_P: result_p(c, ctx, k->p[i]); break;
    case ROW_ABOUT: result_about(c, r, ctx); break;
    case ROW_TRACK: result_g(c, ctx, k->res[i]); break;
    case ROW_STACK: result_id(ctx, k->stack[i]); break;
    case ROW_STACK2: result_id(ctx, k->stack2 ? k->stack2[i] : 0); break;
    case ROW_FUNC: result_frame(c, ctx, leaf_frame(c->v->s, k->stack[i]), FRAME_FUNC); break;
    case ROW_FILE: result_frame(c, ctx, leaf_frame(c->v->s, k->stack[i]), FRAME_FILE); break;
    case ROW_LINE: result_frame(c, ctx, leaf_frame(c->v->s, k->stack[i]), FRAME_LINE); break;
    default: result_extra(c, r, ctx, what);
    }
}

struct rows_cursor {
    struct vcursor base;
    struct rowscan scan;
};

/* Streams in which rows of these kinds lie. */
static uint32_t streams_of(uint32_t kinds)
{
    uint32_t streams = 0;
    for (unsigned k = 0; k < EV_KINDS; k++) {
        if (!(kinds >> k & 1))
            continue;
        switch (k) {
        case EV_STATE_TRANSITION: streams |= 1u << STREAM_G | 1u << STREAM_P; break;
        case EV_METRIC: streams |= 1u << STREAM_METRIC; break;
        case EV_RANGE_BEGIN:
        case EV_RANGE_ACTIVE:
        case EV_RANGE_END: streams |= 1u << STREAM_RANGE; break;
        case EV_STACK_SAMPLE: streams |= 1u << STREAM_SAMPLE; break;
        default: streams |= 1u << STREAM_MARK; break;
        }
    }
    return streams;
}

static int rows_next(struct vcursor *c)
{
    struct rows_cursor *rc = (struct rows_cursor *)c;
    int got = rowscan_next(&rc->scan);
    c->eof = got <= 0;
    return got < 0 ? SQLITE_ERROR : SQLITE_OK;
}

static int rows_filter(struct vcursor *c, const struct ask *a)
{
    struct rows_cursor *rc = (struct rows_cursor *)c;
    const struct rows *rows = c->t->more;
    struct rowscan *r = &rc->scan;
    *r = (struct rowscan){.v = c->v, .kinds = rows->kinds, .accept = rows->accept, .lo = a->t_lo, .hi = a->t_hi};
    r->streams = rows->streams;
    if (a->kinds != ~0u) {
        r->kinds &= a->kinds;
        r->streams &= streams_of(r->kinds);
    }
    r->cols = row_cols(c->t, a->used);
    if (a->has_key) {
        r->by = rows->by;
        r->key = session_find_g(c->v->s, a->key);
        if (r->key == IDX_NONE)
            return SQLITE_OK; /* the cursor is at its end already */
    }
    rowscan_begin(r);
    return rows_next(c);
}

static void rows_reset(struct vcursor *c)
{
    rowscan_end(&((struct rows_cursor *)c)->scan);
    c->eof = true;
}

static void rows_column(struct vcursor *c, sqlite3_context *ctx, unsigned col)
{
    row_result(c, &((struct rows_cursor *)c)->scan, ctx, c->t->cols[col].what);
}

static int64_t rows_rowid(struct vcursor *c)
{
    const struct rowscan *r = &((struct rows_cursor *)c)->scan;
    return r->c ? (int64_t)r->chunk * CHUNK_ROWS + r->row : (int64_t)r->row;
}

static double rows_estimate(const struct sight *v, const struct vtable *t)
{
    const struct rows *rows = t->more;
    const struct session *s = v->s;
    uint64_t n = 0;
    for (unsigned k = 0; k < EV_KINDS; k++)
        if (rows->kinds >> k & 1)
            n += s->by_kind[k];
    return (double)(n ? n : 1);
}

const struct vway way_rows = {
    .cursor_size = sizeof(struct rows_cursor),
    .estimate = rows_estimate,
    .filter = rows_filter,
    .next = rows_next,
    .column = rows_column,
    .rowid = rows_rowid,
    .reset = rows_reset,
};
