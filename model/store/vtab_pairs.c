/* Tables range and region: a begin and an end make a row, shown when the end is met; what is still open comes last. What
 * began before the trace has no begin, what outlives it no end.
 */
#include "base/map.h"
#include "model/store/vtables.h"
#include "model/store/vtab_rows.h"

enum { OPEN_MAX = 1 << 22, NESTING_MAX = 1000 }; /* deeper ones are not looked for: only made-up traces have them */

struct pair {
    ns_t t0, t1; /* NS_NONE, NS_OPEN: not seen */
    str_id name;
    gidx by;
    uint32_t scope;
    stack_id stack;
    uint64_t task, v[2];
    uint32_t outer; /* region: the open one around it; IDX_NONE */
    uint8_t resource, active, has_v;
};

struct pairs {
    uint32_t stream, kinds;
    uint8_t begin, active, end; /* kinds; active == begin: there is no such kind */
};

struct pairs_cursor {
    struct vcursor base;
    struct rowscan scan;
    struct map top; /* key of goroutine or scope and name -> newest open pair */
    VEC(struct pair) open;
    VEC(uint32_t) spare; /* places in `open` that are free */
    VEC(uint8_t) live;   /* by place */
    uint32_t left;       /* at the end: next place to show */
    struct pair now;
    int64_t rowid;
};

enum pair_column {
    PAIR_T0,
    PAIR_T1,
    PAIR_DUR,
    PAIR_NAME,
    PAIR_G,
    PAIR_P,
    PAIR_BY,
    PAIR_TASK,
    PAIR_ACTIVE,
    PAIR_SWEPT,
    PAIR_RECLAIMED,
    PAIR_STACK,
    PAIR_FUNC,
    PAIR_FILE,
    PAIR_LINE
};

static uint64_t key_of(const struct pairs *k, const struct pair *p)
{
    return k->stream == STREAM_RANGE ? ((uint64_t)p->name * 4 + p->resource) << 32 ^ p->scope : p->by;
}

static struct pair pair_of(const struct pairs_cursor *c)
{
    const struct pairs *k = c->base.t->more;
    const struct rowscan *r = &c->scan;
    const struct event_class *class = rowscan_class(r);
    uint32_t i = r->row;
    struct pair p = {.t0 = r->c->t[i], .t1 = NS_OPEN, .by = r->c->g[i], .stack = r->c->stack[i], .outer = IDX_NONE};
    if (k->stream == STREAM_RANGE) {
        p.name = class->name;
        p.resource = class->resource;
        p.scope = r->c->res[i];
        p.has_v = r->c->v[3][i] != 0;
        p.v[0] = r->c->v[0][i];
        p.v[1] = r->c->v[1][i];
    } else {
        p.name = r->c->s[0][i];
        p.task = r->c->v[0][i];
    }
    return p;
}

static int begin_pair(struct pairs_cursor *c, struct pair p)
{
    const struct pairs *k = c->base.t->more;
    uint64_t key = key_of(k, &p);
    uint32_t place = c->spare.n ? c->spare.v[--c->spare.n] : (uint32_t)c->open.n;
    if (place >= OPEN_MAX)
        return err_set(&c->base.v->err, ERR_LIMIT, "more than %d of table %s are open at once", OPEN_MAX, c->base.t->name);
    if (place == c->open.n) {
        (void)vec_push(&c->open);
        (void)vec_push(&c->live);
    }
    p.outer = map_get(&c->top, key);
    c->open.v[place] = p;
    c->live.v[place] = 1;
    map_put(&c->top, key, place);
    return 0;
}

/* Takes the innermost open pair of this name and task away; false when none is open. */
static bool end_pair(struct pairs_cursor *c, const struct pair *end)
{
    uint64_t key = key_of(c->base.t->more, end);
    uint32_t place = map_get(&c->top, key), inner = IDX_NONE;
    unsigned depth = 0;
    while (place != MAP_NONE && (c->open.v[place].name != end->name || c->open.v[place].task != end->task)) {
        inner = place;
        place = ++depth < NESTING_MAX ? c->open.v[place].outer : MAP_NONE;
    }
    if (place == MAP_NONE)
        return false;
    c->now = c->open.v[place];
    if (inner != IDX_NONE)
        c->open.v[inner].outer = c->now.outer;
    else if (c->now.outer != MAP_NONE)
        map_put(&c->top, key, c->now.outer);
    else
        map_remove(&c->top, key);
    c->live.v[place] = 0;
    *vec_push(&c->spare) = place;
    return true;
}

/* One event: 1 a row to show, 0 none, -1 error. */
static int take_event(struct pairs_cursor *c)
{
    const struct pairs *k = c->base.t->more;
    struct pair p = pair_of(c);
    uint8_t kind = rowscan_class(&c->scan)->kind;
    if (kind == k->end) {
        bool seen = end_pair(c, &p);
        if (!seen) {
            c->now = p;
            c->now.t0 = NS_NONE;
        }
        c->now.t1 = c->scan.c->t[c->scan.row];
        c->now.has_v = p.has_v;
        c->now.v[0] = p.v[0];
        c->now.v[1] = p.v[1];
        return 1;
    }
    if (kind == k->begin)
        return begin_pair(c, p);
    if (map_get(&c->top, key_of(k, &p)) != MAP_NONE)
        return 0; /* a generation says again that it goes on */
    p.t0 = NS_NONE;
    p.active = 1;
    return begin_pair(c, p);
}

static int pairs_next(struct vcursor *base)
{
    struct pairs_cursor *c = (struct pairs_cursor *)base;
    int got, shown = 0;
    c->rowid++;
    while (!shown && (got = rowscan_next(&c->scan)) != 0) {
        shown = got < 0 ? -1 : take_event(c);
        if (shown < 0)
            return SQLITE_ERROR;
    }
    while (!shown && c->left < c->open.n) {
        shown = c->live.v[c->left];
        c->now = c->open.v[c->left++];
    }
    base->eof = !shown;
    return SQLITE_OK;
}

static int pairs_filter(struct vcursor *base, const struct ask *a)
{
    struct pairs_cursor *c = (struct pairs_cursor *)base;
    const struct pairs *k = base->t->more;
    (void)a;
    c->scan = (struct rowscan){.v = base->v, .streams = 1u << k->stream, .kinds = k->kinds, .lo = INT64_MIN, .hi = INT64_MAX};
    c->scan.cols = COLBIT(CLASS) | COLBIT(G) | COLBIT(RES) | COLBIT(STACK) | COLBIT(V0) | COLBIT(V1) | COLBIT(V3) | COLBIT(S0);
    rowscan_begin(&c->scan);
    return pairs_next(base);
}

static void pairs_reset(struct vcursor *base)
{
    struct pairs_cursor *c = (struct pairs_cursor *)base;
    rowscan_end(&c->scan);
    map_release(&c->top);
    vec_free(&c->open);
    vec_free(&c->spare);
    vec_free(&c->live);
    *c = (struct pairs_cursor){.base = c->base};
}

static void pairs_column(struct vcursor *base, sqlite3_context *ctx, unsigned col)
{
    const struct pair *p = &((struct pairs_cursor *)base)->now;
    frame_id leaf = leaf_frame(base->v->s, p->stack);
    switch ((enum pair_column)base->t->cols[col].what) {
    case PAIR_T0: result_time(base, ctx, p->t0); break;
    case PAIR_T1: result_time(base, ctx, p->t1); break;
    case PAIR_DUR:
        if (p->t0 != NS_NONE && p->t1 != NS_OPEN)
            sqlite3_result_int64(ctx, (int64_t)((uint64_t)p->t1 - (uint64_t)p->t0));
        break;
    case PAIR_NAME: result_str(base, ctx, p->name); break;
    case PAIR_G:
        if (p->resource == RES_GOROUTINE)
            result_g(base, ctx, p->scope);
        break;
    case PAIR_P:
        if (p->resource == RES_PROC)
            result_p(base, ctx, p->scope);
        break;
    case PAIR_BY: result_g(base, ctx, p->by); break;
    case PAIR_TASK:
        if (p->task)
            sqlite3_result_int64(ctx, (int64_t)p->task);
        break;
    case PAIR_ACTIVE: sqlite3_result_int(ctx, p->active); break;
    case PAIR_SWEPT:
    case PAIR_RECLAIMED:
        if (p->has_v)
            sqlite3_result_int64(ctx, (int64_t)p->v[base->t->cols[col].what - PAIR_SWEPT]);
        break;
    case PAIR_STACK: result_id(ctx, p->stack); break;
    case PAIR_FUNC: result_frame(base, ctx, leaf, FRAME_FUNC); break;
    case PAIR_FILE: result_frame(base, ctx, leaf, FRAME_FILE); break;
    case PAIR_LINE: result_frame(base, ctx, leaf, FRAME_LINE); break;
    }
}

static int64_t pairs_rowid(struct vcursor *base)
{
    return ((struct pairs_cursor *)base)->rowid;
}

static double pairs_estimate(const struct sight *v, const struct vtable *t)
{
    return (double)v->s->by_kind[((const struct pairs *)t->more)->begin] + 1;
}

static const struct vway way_pairs = {
    .cursor_size = sizeof(struct pairs_cursor),
    .estimate = pairs_estimate,
    .filter = pairs_filter,
    .next = pairs_next,
    .column = pairs_column,
    .rowid = pairs_rowid,
    .reset = pairs_reset,
};

#define C(name, type, what, sentence)                                                                                                      \
    {                                                                                                                                      \
        name, type, PAIR_##what, sentence, 0, 0                                                                                            \
    }
#define BOTH_TIMES                                                                                                                         \
    C("t0", INTEGER, T0, "begin; NULL: not seen"), C("t1", INTEGER, T1, "end; NULL: not seen"),                                            \
        C("dur", INTEGER, DUR, "t1 - t0; NULL unless both were seen")
#define BEGIN_STACK                                                                                                                        \
    C("stack", INTEGER, STACK, "stack.id where it began"), C("func", TEXT, FUNC, "function of that stack's leaf"),                         \
        C("file", TEXT, FILE, "file of it"), C("line", INTEGER, LINE, "line of it")
#define N(a) (sizeof a / sizeof *a)

static const struct vcolumn range_cols[] = {
    BOTH_TIMES,
    C("name", TEXT, NAME, "GC concurrent mark phase, stop-the-world (…), GC incremental sweep, GC mark assist …"),
    C("g", INTEGER, G, "goroutine that it belongs to; NULL: to a proc or to all"),
    C("p", INTEGER, P, "proc that it belongs to"),
    C("by", INTEGER, BY, "goroutine on which it began"),
    C("active", INTEGER, ACTIVE, "1: it had begun before the trace"),
    C("swept", INTEGER, SWEPT, "sweeps: bytes swept"),
    C("reclaimed", INTEGER, RECLAIMED, "sweeps: bytes reclaimed"),
    BEGIN_STACK,
};
static const struct pairs range_pairs = {STREAM_RANGE, 1u << EV_RANGE_BEGIN | 1u << EV_RANGE_ACTIVE | 1u << EV_RANGE_END, EV_RANGE_BEGIN,
                                         EV_RANGE_ACTIVE, EV_RANGE_END};
const struct vtable vtable_range = {"range",    "what the runtime did for a while: GC, stops of the world, sweeps, assists",
                                    range_cols, N(range_cols),
                                    &way_pairs, &range_pairs,
                                    NULL,       NULL,
                                    NULL,       NULL,
                                    false};

static const struct vcolumn region_cols[] = {
    BOTH_TIMES,  C("name", TEXT, NAME, "type"), C("g", INTEGER, BY, "goroutine"), C("task", INTEGER, TASK, "the task's number; NULL none"),
    BEGIN_STACK,
};
static const struct pairs region_pairs = {STREAM_MARK, 1u << EV_REGION_BEGIN | 1u << EV_REGION_END, EV_REGION_BEGIN, EV_REGION_BEGIN,
                                          EV_REGION_END};
const struct vtable vtable_region = {
    "region", "user regions (runtime/trace.WithRegion)", region_cols, N(region_cols), &way_pairs, &region_pairs, NULL, NULL, NULL, NULL,
    false};
