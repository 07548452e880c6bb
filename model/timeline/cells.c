/* Cells of lanes, and the sheets that keep them: a neighbouring window needs only the cells that come into view.
 *
 * A sheet holds cells of one width, side by side, of one goroutine or of many sets: what sets cost is the walk over a segment,
 * not the adding, so all groups (or all procs and threads) are summed at once as long as there are not too many.
 */
#include "model/chunk_cache.h"
#include "model/timeline/sets.h"

enum {
    SHEET_BYTES = 24 << 20, /* of all sheets */
    SHEET_CELLS = 1 << 16,  /* of one: with more, only the lanes asked for */
    SHEET_WINDOWS = 3,      /* a sheet grows to so many times the window asked for */
    WINDOW_CELLS = 1 << 16
};

enum sheet_kind { SHEET_G, SHEET_GROUPS, SHEET_PROCS, SHEET_GROUPS_ROWS, SHEET_PROCS_ROWS, SHEET_KINDS };

struct sheet {
    enum sheet_kind kind;
    ns_t cell;
    int64_t at; /* first cell: its time divided by the width */
    uint32_t n; /* cells */
    struct lane *lanes;
    uint32_t nlanes;
    struct tl_cell *v; /* [nlanes][n] */
    uint64_t used;
};

struct sheets {
    VEC(struct sheet) v;
    size_t bytes;
    uint64_t clock;
    size_t segments, goroutines, regroups, breaks; /* of the session when they were made */
};

static size_t sheet_bytes(const struct sheet *sh)
{
    return sizeof *sh + sh->nlanes * (sizeof *sh->lanes + (size_t)sh->n * sizeof *sh->v);
}

static void drop(struct sheets *a, size_t i)
{
    a->bytes -= sheet_bytes(&a->v.v[i]);
    mem_free(a->v.v[i].lanes);
    mem_free(a->v.v[i].v);
    a->v.v[i] = a->v.v[--a->v.n];
}

static void sheets_free(struct sheets *a)
{
    while (a && a->v.n)
        drop(a, 0);
    if (a)
        vec_free(&a->v);
    mem_free(a);
}

/* The sheets of the session as it is now. */
static struct sheets *sheets_of(const struct session *s, struct tl_index *x)
{
    if (!x->sheets) {
        x->sheets = mem_calloc(1, sizeof *x->sheets);
        x->sheets_free = sheets_free;
    }
    struct sheets *a = x->sheets;
    if (a->segments != s->segments.n || a->goroutines != s->goroutines.n || a->regroups != s->regroups.n || a->breaks != s->breaks.n)
        while (a->v.n)
            drop(a, 0);
    a->segments = s->segments.n;
    a->goroutines = s->goroutines.n;
    a->regroups = s->regroups.n;
    a->breaks = s->breaks.n;
    return a;
}

/* Drops those used longest ago; `keep` stays. */
static void trim(struct sheets *a, uint64_t keep)
{
    while (a->bytes > SHEET_BYTES && a->v.n > 1) {
        size_t oldest = 0;
        for (size_t i = 1; i < a->v.n; i++)
            if (a->v.v[i].used < a->v.v[oldest].used)
                oldest = i;
        if (a->v.v[oldest].used >= keep)
            return;
        drop(a, oldest);
    }
}

static long lane_in(const struct sheet *sh, struct lane lane)
{
    for (uint32_t i = 0; i < sh->nlanes; i++)
        if (sh->lanes[i].kind == lane.kind && sh->lanes[i].id == lane.id)
            return i;
    return -1;
}

static enum sheet_kind kind_of(struct lane lane)
{
    switch (lane.kind) {
    case LANE_GROUP: return lane.id < LOD_GROUPS ? SHEET_GROUPS : SHEET_GROUPS_ROWS;
    case LANE_ALL: return SHEET_GROUPS;
    case LANE_P: return lane.id < LOD_PROCS ? SHEET_PROCS : SHEET_PROCS_ROWS;
    case LANE_M: return lane.id < LOD_THREADS ? SHEET_PROCS : SHEET_PROCS_ROWS;
    default: return SHEET_G;
    }
}

/* --- summing --------------------------------------------------------------------------------------------------------- */

struct request {
    struct session *s;
    struct tl_index *x;
    const struct class_shares *cs;
    struct err *e;
};

static bool lane_exists(const struct session *s, struct lane lane)
{
    switch (lane.kind) {
    case LANE_G: return lane.id < s->goroutines.n;
    case LANE_GROUP: return lane.id < s->groups.n;
    case LANE_P: return lane.id < s->procs.n;
    case LANE_M: return lane.id < s->threads.n;
    default: return lane.kind == LANE_ALL;
    }
}

static struct tl_cell *sheet_row(const struct sheet *sh, uint32_t lane, uint32_t cell)
{
    return &sh->v[(size_t)lane * sh->n + cell];
}

static int sum_one(const struct request *q, const struct halves *h, gidx g, sum_t *row)
{
    const struct session *s = q->s;
    uint32_t from = segment_at(s, h->t0), to = from;
    while (to < s->segments.n && s->segments.v[to].t0 < h->t1)
        to++;
    return sum_goroutine(q->s, q->cs, h, g, from, to, 1, row, q->e);
}

static int sum_sets(const struct request *q, const struct sheet *sh, const struct halves *h, sum_t *rows)
{
    struct session *s = q->s;
    struct sets j = {.s = s, .x = q->x, .cs = q->cs, .h = *h, .e = q->e};
    j.family = sh->kind == SHEET_GROUPS || sh->kind == SHEET_GROUPS_ROWS ? FAMILY_GROUPS : FAMILY_PROCS;
    j.rows_only = sh->kind == SHEET_GROUPS_ROWS || sh->kind == SHEET_PROCS_ROWS;
    j.group = mem_calloc(s->groups.n + 1, sizeof *j.group);
    j.proc = mem_calloc(s->procs.n + 1, sizeof *j.proc);
    j.thread = mem_calloc(s->threads.n + 1, sizeof *j.thread);
    for (uint32_t i = 0; i < sh->nlanes; i++) {
        struct lane l = sh->lanes[i];
        sum_t **to = l.kind == LANE_ALL     ? &j.all
                     : l.kind == LANE_GROUP ? &j.group[l.id]
                     : l.kind == LANE_P     ? &j.proc[l.id]
                                            : &j.thread[l.id];
        *to = rows + i * sums_size(h);
    }
    int rc = sets_sum(&j);
    mem_free(j.group);
    mem_free(j.proc);
    mem_free(j.thread);
    return rc;
}

/* Sums n cells of all lanes of the sheet, from its cell `cell` on, which is at t0. */
static int sum_cells(const struct request *q, const struct sheet *sh, uint32_t cell, uint32_t n, ns_t t0)
{
    if (!n)
        return 0;
    struct halves h = halves_of(&(struct tl_window){.t0 = t0, .cell = sh->cell, .n = n});
    sum_t *rows = mem_calloc(sh->nlanes * sums_size(&h), sizeof *rows);
    int rc = sh->kind == SHEET_G ? sum_one(q, &h, sh->lanes[0].id, rows) : sum_sets(q, sh, &h, rows);
    for (uint32_t i = 0; rc == 0 && i < sh->nlanes; i++)
        sums_resolve(&h, rows + i * sums_size(&h), sheet_row(sh, i, cell));
    mem_free(rows);
    return rc;
}

/* Moves the sheet to cells [at, at + n): keeps what it has of them, sums the rest. On an error it is empty. */
static int sheet_move(const struct request *q, struct sheet *sh, int64_t at, uint32_t n)
{
    struct sheet old = *sh;
    int64_t lo = old.at > at ? old.at : at, hi = old.at + old.n < at + n ? old.at + old.n : at + n;
    sh->at = at;
    sh->n = n;
    sh->v = mem_calloc((size_t)sh->nlanes * n, sizeof *sh->v);
    for (uint32_t i = 0; lo < hi && i < sh->nlanes; i++)
        memcpy(sheet_row(sh, i, (uint32_t)(lo - at)), sheet_row(&old, i, (uint32_t)(lo - old.at)), (size_t)(hi - lo) * sizeof *sh->v);
    mem_free(old.v);
    if (lo >= hi)
        lo = hi = at + n;
    if (sum_cells(q, sh, 0, (uint32_t)(lo - at), at * sh->cell) == 0 &&
        sum_cells(q, sh, (uint32_t)(hi - at), (uint32_t)(at + n - hi), hi * sh->cell) == 0)
        return 0;
    sh->n = 0;
    return -1;
}

/* Brings cells [at, at + n) into the sheet. */
static int sheet_cover(const struct request *q, struct sheet *sh, int64_t at, uint32_t n)
{
    int64_t lo = sh->at < at ? sh->at : at, hi = sh->at + sh->n > at + n ? sh->at + sh->n : at + n;
    if (sh->n && at >= sh->at && at + n <= sh->at + sh->n)
        return 0;
    bool apart = !sh->n || at > sh->at + sh->n || at + n < sh->at;
    if (apart || hi - lo > (int64_t)n * SHEET_WINDOWS)
        return sheet_move(q, sh, at, n); /* keeps what overlaps */
    return sheet_move(q, sh, lo, (uint32_t)(hi - lo));
}

/* --- which lanes together ---------------------------------------------------------------------------------------------- */

static void push_lanes(struct sheet *sh, enum lane_kind kind, size_t n)
{
    for (uint32_t i = 0; i < n; i++)
        sh->lanes[sh->nlanes++] = (struct lane){kind, i};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A new sheet's lanes: the whole family, or those of its kind that are asked for. */
static void choose_lanes(const struct session *s, struct sheet *sh, struct lane first, const struct lane *lanes, size_t n, uint32_t cells)
{
    size_t groups = least(s->groups.n, LOD_GROUPS), procs = least(s->procs.n, LOD_PROCS), threads = least(s->threads.n, LOD_THREADS);
    size_t all = sh->kind == SHEET_GROUPS ? groups + 1 : sh->kind == SHEET_PROCS ? procs + threads : SIZE_MAX;
    bool whole = sh->kind != SHEET_G && all <= SHEET_CELLS / (cells ? cells : 1);
    sh->lanes = mem_calloc(whole ? all : n + 1, sizeof *sh->lanes);
    if (whole && sh->kind == SHEET_GROUPS) {
        push_lanes(sh, LANE_GROUP, groups);
        sh->lanes[sh->nlanes++] = (struct lane){LANE_ALL, 0};
    } else if (whole) {
        push_lanes(sh, LANE_P, procs);
        push_lanes(sh, LANE_M, threads);
    } else if (sh->kind == SHEET_G) {
        sh->lanes[sh->nlanes++] = first;
    } else {
        for (size_t i = 0; i < n; i++)
            if (kind_of(lanes[i]) == sh->kind && lane_exists(s, lanes[i]) && lane_in(sh, lanes[i]) < 0)
                sh->lanes[sh->nlanes++] = lanes[i];
    }
}

static size_t find_sheet(const struct sheets *a, struct lane lane, ns_t cell)
{
    enum sheet_kind kind = kind_of(lane);
    size_t i = 0;
    while (i < a->v.n && (a->v.v[i].kind != kind || a->v.v[i].cell != cell || lane_in(&a->v.v[i], lane) < 0))
        i++;
    return i;
}

/* One lane of a request, by way of its sheet. */
static int serve(const struct request *q, struct sheets *a, size_t i, const struct lane *lanes, size_t n, const struct tl_window *w,
                 struct tl_cell *out)
{
    struct lane lane = lanes[i];
    size_t k = find_sheet(a, lane, w->cell);
    if (k == a->v.n) {
        struct sheet fresh = {.kind = kind_of(lane), .cell = w->cell};
        choose_lanes(q->s, &fresh, lane, lanes, n, w->n);
        *vec_push(&a->v) = fresh;
    } else {
        a->bytes -= sheet_bytes(&a->v.v[k]);
    }
    struct sheet *sh = &a->v.v[k];
    int rc = sheet_cover(q, sh, w->t0 / w->cell, w->n);
    a->bytes += sheet_bytes(sh);
    sh->used = ++a->clock;
    if (rc == 0)
        memcpy(out, sheet_row(sh, (uint32_t)lane_in(sh, lane), (uint32_t)(w->t0 / w->cell - sh->at)), w->n * sizeof *out);
    else
        drop(a, k);
    return rc;
}

/* A window that is not aligned, or wider than a sheet may be: summed for itself. */
static int serve_plain(const struct request *q, struct lane lane, const struct tl_window *w, struct tl_cell *out)
{
    struct sheet sh = {.kind = kind_of(lane), .cell = w->cell, .n = w->n, .lanes = &lane, .nlanes = 1, .v = out};
    return sum_cells(q, &sh, 0, w->n, w->t0);
}

int tl_window_check(const struct tl_window *w, struct err *e)
{
    ns_t length, end;
    if (w->cell < 2 || w->cell % 2 || w->n > WINDOW_CELLS || __builtin_mul_overflow(w->cell, (ns_t)w->n, &length) ||
        __builtin_add_overflow(w->t0, length, &end))
        return err_set(e, ERR_INTERNAL, "a window of %u cells of %lld ns at %lld", w->n, (long long)w->cell, (long long)w->t0);
    return 0;
}

int tl_lanes(struct session *s, const struct lane *lanes, size_t n, const struct tl_window *w, struct tl_cell *out, struct err *e)
{
    if (tl_window_check(w, e) < 0)
        return -1;
    struct tl_index *x = index_lock(s);
    struct sheets *a = sheets_of(s, x);
    struct class_shares cs;
    class_shares(s, &cs);
    struct request q = {.s = s, .x = x, .cs = &cs, .e = e};
    uint64_t began = a->clock;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct tl_cell *to = out + i * w->n;
        if (!lane_exists(s, lanes[i]))
            memset(to, 0, w->n * sizeof *to);
        else if (w->t0 % w->cell)
            rc = serve_plain(&q, lanes[i], w, to);
        else
            rc = serve(&q, a, i, lanes, n, w, to);
    }
    trim(a, began + 1);
    index_unlock(x);
    return rc;
}

int tl_cells(struct session *s, struct lane lane, const struct tl_window *w, struct tl_cell *out, struct err *e)
{
    return tl_lanes(s, &lane, 1, w, out, e);
}

void tl_forget(struct session *s)
{
    struct tl_index *x = index_lock(s);
    while (x->sheets && x->sheets->v.n)
        drop(x->sheets, 0);
    index_unlock(x);
    cache_drop(s->cache);
}
