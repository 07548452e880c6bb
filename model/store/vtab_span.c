#include "model/store/vtab_span.h"

#include "model/store/span_groups.h"
#include "model/store/vtables.h"

enum { PHASE_RUNS, PHASE_OPEN, PHASE_END };
#define C(name, type, what, sentence)                                                                                                      \
    {                                                                                                                                      \
        name, type, SPAN_##what, sentence, 0, 0                                                                                            \
    }
static const struct vcolumn span_cols[] = {
    C("g", INTEGER, G, "goroutine"),
    C("t0", INTEGER, T0, "begin, ns since the session's start"),
    C("t1", INTEGER, T1, "end; of an open span: the last event"),
    C("dur", INTEGER, DUR, "t1 - t0"),
    C("state", TEXT, STATE, "Runnable Running Waiting Syscall; NULL: not told"),
    C("reason", TEXT, REASON, "why it came into that state"),
    C("share", TEXT, SHARE, "what it counts as: running runnable syscall chan sync network sleep system other unknown"),
    C("open", INTEGER, OPEN, "1: it outlives the trace"),
    C("name", TEXT, NAME, "the goroutine's start function"),
    C("system", INTEGER, SYSTEM, "1: the goroutine is the runtime's own"),
    C("m", INTEGER, M, "thread of the transition that began it"),
    C("p", INTEGER, P, "proc of that transition"),
    C("by", INTEGER, BY, "goroutine on which that transition happened: who woke or created it"),
    C("stack", INTEGER, STACK, "stack.id of that transition: where it blocked; the waker's when it was woken"),
    C("func", TEXT, FUNC, "function of that stack's leaf"),
    C("file", TEXT, FILE, "file of that stack's leaf"),
    C("line", INTEGER, LINE, "line of that stack's leaf"),
    C("stack2", INTEGER, STACK2, "creations: stack.id of the new goroutine"),
};

static uint32_t cols_of(uint64_t used)
{
    uint32_t cols = 0;
    if (used & (1u << SPAN_M | 1u << SPAN_P))
        cols |= COLBIT(M) | COLBIT(P);
    if (used & 1u << SPAN_BY)
        cols |= COLBIT(G);
    if (used & (1u << SPAN_STACK | 1u << SPAN_FUNC | 1u << SPAN_FILE | 1u << SPAN_LINE))
        cols |= COLBIT(STACK);
    if (used & 1u << SPAN_STACK2)
        cols |= COLBIT(STACK2);
    return cols;
}

static struct begin *carried(struct span_cursor *c, gidx g)
{
    return &c->carried[c->only == IDX_NONE ? g : 0];
}

/* --- showing ---------------------------------------------------------------------------------------------------------- */

static ns_t break_in(const struct session *s, ns_t t0, ns_t t1)
{
    for (size_t i = 0; i < s->breaks.n; i++)
        if (s->breaks.v[i] >= t0 && s->breaks.v[i] < t1)
            return s->breaks.v[i];
    return NS_NONE;
}

static bool asked(const struct span_cursor *c, ns_t t0, ns_t t1)
{
    return t0 < t1 && t0 >= c->t_lo && t0 <= c->t_hi && t1 >= c->end_lo && t1 <= c->end_hi;
}

/* What is not told: before the first transition, or behind a break. */
static bool show_untold(struct span_cursor *c, ns_t t0, ns_t t1, bool open)
{
    c->t0 = t0;
    c->t1 = t1;
    c->open = open;
    c->told = false;
    c->from = (struct begin){.class = CLASS_NONE, .by = IDX_NONE, .m = EV_NO_MP, .p = EV_NO_MP};
    return asked(c, t0, t1);
}

static bool show_rest(struct span_cursor *c)
{
    c->rest = false;
    return show_untold(c, c->t1, c->rest_t1, c->rest_open);
}

/* The span that began with b and ends at t1: 1 shown, 0 not asked for, -1 error. seg: where it ends. */
static int show(struct span_cursor *c, struct begin *b, ns_t t1, bool open, uint32_t seg)
{
    const struct session *s = c->base.v->s;
    if (session_class(s, b->class)->share >= SHARE_DEAD)
        return 0;
    c->t0 = b->t;
    c->t1 = t1;
    c->open = open;
    ns_t cut = s->breaks.n ? break_in(s, b->t, t1) : NS_NONE;
    if (cut != NS_NONE) {
        c->rest = true;
        c->rest_t1 = t1;
        c->rest_open = open;
        c->t1 = cut;
        c->open = false;
    }
    if (!asked(c, c->t0, c->t1))
        return c->rest ? show_rest(c) : 0;
    if (c->cols && !b->whole && begin_complete(c, seg, c->g, b) < 0)
        return -1;
    c->from = *b;
    c->told = true;
    return 1;
}

/* --- runs ------------------------------------------------------------------------------------------------------------- */

/* The next span that ends within the run; 1, 0 at the run's end, -1. */
static int step_run(struct span_cursor *c)
{
    const struct session *s = c->base.v->s;
    for (;;) {
        const struct chunk *k = c->rows.c;
        while (c->rows.row < c->rows.end) {
            uint32_t i = c->rows.row++;
            const struct event_class *class = session_class(s, k->class[i]);
            if (class->restates)
                continue;
            struct begin before = c->at;
            begin_take(c, k, i, &c->at);
            int rc = before.class != CLASS_NONE  ? show(c, &before, k->t[i], false, c->seg)
                     : class->from == G_NOTEXIST ? 0
                                                 : show_untold(c, s->t0, k->t[i], false);
            if (rc)
                return rc;
        }
        int rc = run_rows_more(c);
        if (rc <= 0)
            return rc;
    }
}

/* Whether a span that ends in this run can have been asked for; if not, the run is passed over. */
static bool run_matters(struct span_cursor *c, const struct run *r, struct begin *b)
{
    const struct session *s = c->base.v->s;
    if (s->segments.v[c->seg].t0 <= c->t_hi)
        return true;
    if (b->class != CLASS_NONE ? b->t <= c->t_hi : session_g(s, r->track)->created == NS_NONE)
        return true;
    b->t = b->class != CLASS_NONE ? b->t : INT64_MAX; /* what it is in at the end began later still */
    b->met = 1;
    return false;
}

static int enter_run(struct span_cursor *c)
{
    struct session *s = c->base.v->s;
    struct run r = s->runs.v[c->run++];
    struct begin *b = carried(c, r.track);
    if (!b->met)
        *b = (struct begin){.t = r.t_in, .class = r.class_in, .by = IDX_NONE, .m = EV_NO_MP, .p = EV_NO_MP};
    if (!run_matters(c, &r, b))
        return 0;
    c->g = r.track;
    c->at = *b;
    c->at.met = 1;
    c->in_run = true;
    return run_rows_first(c, &r) < 0 ? -1 : 0;
}

static void leave_run(struct span_cursor *c)
{
    c->in_run = false;
    *carried(c, c->g) = c->at;
}

/* The runs of the next segment; false when there is none that matters. */
static bool enter_segment(struct span_cursor *c)
{
    const struct sight *v = c->base.v;
    if (c->seg + 1 >= v->segments || (v->s->segments.v[c->seg + 1].t0 > c->end_hi && !v->s->breaks.n))
        return false; /* but what a break cut short is met at the transition behind it */
    c->seg++;
    const struct segment *seg = &v->s->segments.v[c->seg];
    c->run = seg->run0;
    c->runs_end = seg->run0 + seg->nruns;
    if (c->only != IDX_NONE) {
        uint32_t run = run_in(v, c->seg, c->only);
        c->run = run == IDX_NONE ? c->runs_end : run;
        c->runs_end = run == IDX_NONE ? c->runs_end : run + 1;
    }
    return true;
}

static int step_runs(struct span_cursor *c)
{
    for (;;) {
        if (c->in_run) {
            int rc = step_run(c);
            if (rc)
                return rc;
            leave_run(c);
        }
        while (c->run >= c->runs_end) {
            if (!enter_segment(c))
                return 0;
            if (sight_poll(c->base.v) < 0)
                return -1;
        }
        if (enter_run(c) < 0)
            return -1;
    }
}

/* --- what is open at the end ------------------------------------------------------------------------------------------ */

static uint32_t first_run_end(const struct span_cursor *c)
{
    const struct sight *v = c->base.v;
    return c->seg0 < v->segments ? v->s->segments.v[c->seg0].run0 : (uint32_t)v->s->runs.n;
}

/* Goroutines without a run since the window began stand where their last run before it left them. */
static void find_last_runs(struct span_cursor *c)
{
    const struct sight *v = c->base.v;
    c->last_run = mem_alloc(v->goroutines, sizeof *c->last_run);
    for (uint32_t i = 0; i < v->goroutines; i++)
        c->last_run[i] = IDX_NONE;
    for (uint32_t r = 0, n = first_run_end(c); r < n; r++)
        if (v->s->runs.v[r].track < v->goroutines)
            c->last_run[v->s->runs.v[r].track] = r;
}

static int show_open(struct span_cursor *c, gidx g, struct begin *b)
{
    const struct sight *v = c->base.v;
    c->g = g;
    if (b->class == CLASS_NONE)
        return b->t == INT64_MAX ? 0 : show_untold(c, v->t0, v->t1, true);
    return show(c, b, v->t1, true, v->segments);
}

static int open_one(struct span_cursor *c, gidx g)
{
    const struct sight *v = c->base.v;
    struct begin *b = carried(c, g);
    if (b->met)
        return show_open(c, g, b);
    if (c->seg0 == 0) {
        *b = (struct begin){.class = CLASS_NONE, .met = 1};
        return show_open(c, g, b);
    }
    const struct goroutine *go = session_g(v->s, g);
    if (go->ended != NS_OPEN && go->ended <= v->t1)
        return 0;
    uint32_t run = c->only != IDX_NONE ? run_before(v, c->seg0, g) : c->last_run[g];
    *b = (struct begin){.class = CLASS_NONE, .met = 1};
    if (run != IDX_NONE) {
        struct run r = v->s->runs.v[run];
        if (run_last(c, &r, b) < 0)
            return -1;
    }
    return show_open(c, g, b);
}

static int step_open(struct span_cursor *c)
{
    const struct sight *v = c->base.v;
    if ((v->t1 > c->end_hi && !v->s->breaks.n) || v->t1 < c->end_lo || !v->s->events)
        return 0;
    if (c->only != IDX_NONE)
        return c->open_next++ == 0 ? open_one(c, c->only) : 0;
    if (c->seg0 && !c->last_run)
        find_last_runs(c);
    while (c->open_next < v->goroutines) {
        int rc = open_one(c, c->open_next++);
        if (rc)
            return rc;
    }
    return 0;
}

/* --- the walk ------------------------------------------------------------------------------------------------------- */

static int walk(struct span_cursor *c)
{
    int rc = c->rest ? show_rest(c) : 0;
    if (!rc && c->phase == PHASE_RUNS) {
        rc = step_runs(c);
        if (!rc) {
            run_rows_end(c);
            c->phase = PHASE_OPEN;
        }
    }
    if (!rc && c->phase == PHASE_OPEN)
        rc = step_open(c);
    return rc;
}

/* The first segment that ends at t or later. */
static uint32_t first_segment(const struct sight *v, ns_t t)
{
    uint32_t lo = 0, hi = v->segments;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (v->s->segments.v[mid].t1 < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void end_walk(struct span_cursor *c)
{
    run_rows_end(c);
    mem_free(c->carried);
    mem_free(c->last_run);
    c->carried = NULL;
    c->last_run = NULL;
}

static void begin_walk(struct span_cursor *c)
{
    const struct sight *v = c->base.v;
    end_walk(c);
    c->carried = mem_calloc(c->only == IDX_NONE ? v->goroutines : 1, sizeof *c->carried);
    c->seg0 = first_segment(v, c->t_lo > c->end_lo ? c->t_lo : c->end_lo);
    c->seg = c->seg0 - 1; /* enter_segment steps onto it; 0 - 1 wraps, and back */
    c->run = c->runs_end = c->open_next = 0;
    c->in_run = c->rest = false;
    c->phase = PHASE_RUNS;
}

/* --- the cursor ------------------------------------------------------------------------------------------------------- */

/* Walks all rows into their groups. */
static int keep_groups(struct span_cursor *c, const struct ask *a)
{
    int rc;
    c->groups = span_groups_new(c->base.v->s, a->used, a->group);
    while ((rc = walk(c)) > 0)
        span_groups_add(c->groups, c);
    end_walk(c);
    span_groups_sort(c->groups);
    c->phase = PHASE_END;
    return rc;
}

/* What is kept, group by group; then for each group that was too large the walk again. */
static int next_in_group(struct span_cursor *c)
{
    int rc = c->again ? 0 : span_groups_next(c->groups, c);
    while (!rc) {
        while (c->again && (rc = walk(c)) > 0)
            if (span_groups_is(c->groups, c))
                return 1;
        if (rc < 0 || !span_groups_again(c->groups))
            return rc;
        c->again = true;
        begin_walk(c);
    }
    return rc;
}

static int span_next(struct vcursor *base)
{
    struct span_cursor *c = (struct span_cursor *)base;
    int rc = c->groups ? next_in_group(c) : walk(c);
    c->rowid++;
    base->eof = rc <= 0;
    return rc < 0 ? SQLITE_ERROR : SQLITE_OK;
}

static int span_filter(struct vcursor *base, const struct ask *a)
{
    struct span_cursor *c = (struct span_cursor *)base;
    c->t_lo = a->t_lo;
    c->t_hi = a->t_hi;
    c->end_lo = a->end_lo;
    c->end_hi = a->end_hi;
    c->cols = cols_of(a->used);
    c->only = IDX_NONE;
    c->rowid = 0;
    if (a->has_key && (c->only = session_find_g(base->v->s, a->key)) >= base->v->goroutines)
        return SQLITE_OK;
    begin_walk(c);
    if (a->group[0] >= 0 && keep_groups(c, a) < 0)
        return SQLITE_ERROR;
    return span_next(base);
}

static void span_reset(struct vcursor *base)
{
    struct span_cursor *c = (struct span_cursor *)base;
    end_walk(c);
    span_groups_free(c->groups);
    *c = (struct span_cursor){.base = c->base};
}

static void result_state(const struct span_cursor *c, sqlite3_context *ctx, unsigned col)
{
    const struct session *s = c->base.v->s;
    if (!c->told) {
        if (col == SPAN_SHARE)
            result_text(ctx, share_names[SHARE_UNKNOWN]);
        return;
    }
    const struct event_class *class = session_class(s, c->from.class);
    if (col == SPAN_REASON)
        result_str(&c->base, ctx, class->name);
    else if (col == SPAN_STATE && class->to < G_STATES)
        result_text(ctx, gstate_names[class->to]);
    else if (col == SPAN_SHARE && class->share < SHARE_COUNT)
        result_text(ctx, share_names[class->share]);
}

static void span_column(struct vcursor *base, sqlite3_context *ctx, unsigned col)
{
    const struct span_cursor *c = (const struct span_cursor *)base;
    const struct session *s = base->v->s;
    switch ((enum span_column)col) {
    case SPAN_G: result_g(base, ctx, c->g); break;
    case SPAN_T0: result_time(base, ctx, c->t0); break;
    case SPAN_T1: result_time(base, ctx, c->t1); break;
    case SPAN_DUR: sqlite3_result_int64(ctx, (int64_t)((uint64_t)c->t1 - (uint64_t)c->t0)); break;
    case SPAN_STATE:
    case SPAN_REASON:
    case SPAN_SHARE: result_state(c, ctx, col); break;
    case SPAN_OPEN: sqlite3_result_int(ctx, c->open); break;
    case SPAN_NAME: result_str(base, ctx, session_g(s, c->g)->name); break;
    case SPAN_SYSTEM: sqlite3_result_int(ctx, session_g(s, c->g)->system); break;
    case SPAN_M: result_m(base, ctx, c->from.m); break;
    case SPAN_P: result_p(base, ctx, c->from.p); break;
    case SPAN_BY: result_g(base, ctx, c->from.by); break;
    case SPAN_STACK: result_id(ctx, c->from.stack); break;
    case SPAN_FUNC: result_frame(base, ctx, leaf_frame(s, c->from.stack), FRAME_FUNC); break;
    case SPAN_FILE: result_frame(base, ctx, leaf_frame(s, c->from.stack), FRAME_FILE); break;
    case SPAN_LINE: result_frame(base, ctx, leaf_frame(s, c->from.stack), FRAME_LINE); break;
    case SPAN_STACK2: result_id(ctx, c->from.stack2); break;
    }
}

static int64_t span_rowid(struct vcursor *base)
{
    return ((struct span_cursor *)base)->rowid;
}

static double span_estimate(const struct sight *v, const struct vtable *t)
{
    (void)t;
    return (double)v->s->by_kind[EV_STATE_TRANSITION] + v->goroutines + 1;
}

static const struct vway way_span = {
    .cursor_size = sizeof(struct span_cursor),
    .estimate = span_estimate,
    .filter = span_filter,
    .next = span_next,
    .column = span_column,
    .rowid = span_rowid,
    .reset = span_reset,
    .groups_by = span_groups_by,
};
const struct vtable vtable_span = {"span",    "states of goroutines: each from the transition that began it to the next",
                                   span_cols, sizeof span_cols / sizeof *span_cols,
                                   &way_span, NULL,
                                   "t0",      "t1",
                                   "g",       NULL,
                                   false};
