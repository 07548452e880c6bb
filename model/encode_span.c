/* Sums over several segments, for views that are too wide to read each segment's; the layout is told in model/lod.h, "Spans".
 *
 * Nothing is read back: what a segment's sums are made of goes into the span of LOD_SPAN segments that it belongs to, and when
 * that is whole, into the next larger one. Sets are added bucket to bucket, the buckets growing as the span does; rows of
 * goroutines are kept as they are and put together at the end.
 */
#include <stdlib.h>

#include "model/encode_private.h"

enum { SPAN_LEVEL_MAX = 60 }; /* only odd times need more */
_Static_assert(LOD_SPAN < 256, "parts are counted in a byte");

/* --- sets ----------------------------------------------------------------------------------------------------------- */

static void span_begin(struct span_sums *a, ns_t t0, uint8_t level)
{
    lod_sets_clear(&a->sets);
    a->sets.t0 = a->sets.t1 = t0;
    a->sets.level = level;
    a->sets.first = t0 >> level;
    a->sets.n = 1;
    a->sets.room = LOD_ROOM;
    a->events = a->transitions = 0;
}

static uint64_t buckets_to(const struct lod_sets *l, ns_t t1, unsigned level)
{
    return (uint64_t)(t1 >> level) - (uint64_t)(l->t0 >> level) + 1;
}

/* Buckets as coarse as the part's, and coarse enough that all up to its end have place. */
static void make_room(struct lod_sets *l, const struct lod_sets *part)
{
    unsigned level = l->level > part->level ? l->level : part->level;
    while (buckets_to(l, part->t1, level) > l->room)
        level++;
    if (level > l->level)
        lod_coarsen(l, level - l->level);
    l->n = (uint32_t)buckets_to(l, part->t1, level);
    l->t1 = part->t1;
}

static struct lod_slot *slot_of_track(struct lod_sets *l, uint32_t track)
{
    enum lane_kind kind = (enum lane_kind)(track >> LOD_KIND_SHIFT);
    if (kind == LANE_ALL)
        return lod_slot_all(l);
    return lod_slot_of(l, kind, track & ((1u << LOD_KIND_SHIFT) - 1));
}

static void add_slot(struct lod_sets *l, const struct lod_sets *part, const struct lod_slot *slot)
{
    struct lod_slot *to = slot_of_track(l, slot->track);
    for (uint32_t b = 0; b < part->n; b++) {
        ns_t *ns = to->ns + (size_t)(((part->first + b) >> (l->level - part->level)) - l->first) * SHARE_COUNT;
        const ns_t *from = slot->ns + (size_t)b * SHARE_COUNT;
        for (unsigned s = 0; s < SHARE_COUNT; s++)
            ns_add(&ns[s], from[s]);
    }
}

static void take_sets(struct span_sums *a, const struct lod_sets *part)
{
    if (a->nparts == 0)
        span_begin(a, part->t0, part->level);
    make_room(&a->sets, part);
    for (uint32_t i = 0; i < part->nslots; i++)
        add_slot(&a->sets, part, &part->slots[i]);
}

/* --- goroutines ----------------------------------------------------------------------------------------------------- */

/* Room for the n rows of a goroutine in the part that is being made; false when there are too many to keep. */
static bool add_run(struct span_sums *a, gidx g, uint8_t start, uint32_t n)
{
    if (a->rows.over || a->rows.row.n + n > SPAN_ROWS_MAX) {
        a->rows.over = true;
        return false;
    }
    *vec_push(&a->runs) = (struct span_run){.g = g, .row = (uint32_t)a->rows.row.n, .n = n, .part = (uint8_t)a->nparts, .start = start};
    return true;
}

void span_take_own(struct encoder *enc, const struct lod_own *o, gidx g)
{
    struct span_sums *a = &enc->spans[0];
    if (add_run(a, g, o->start, o->n))
        for (uint32_t i = 0; i < o->n; i++)
            lod_add_row(&a->rows, g, o->bucket[i], o->ns[i], (uint32_t)o->end[i] << LOD_END_SHIFT);
}

static int by_goroutine(const void *x, const void *y)
{
    const struct span_run *a = x, *b = y;
    if (a->g != b->g)
        return a->g < b->g ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

/* A goroutine's rows while they are put together. */
struct merge {
    const struct span_sums *a;
    struct lod_rows *out;
    uint8_t level;
    gidx g;
    int64_t bucket; /* of the row in the making */
    ns_t ns[SHARE_COUNT];
    ns_t done; /* it is summed up to here */
    uint8_t share;
};

/* Where a bucket begins, within the span. */
static ns_t edge_in(const struct lod_sets *l, int64_t bucket, uint8_t level)
{
    ns_t t = bucket > INT64_MAX >> level ? INT64_MAX : lod_edge(bucket, level);
    return t < l->t0 ? l->t0 : t > l->t1 ? l->t1 : t;
}

static void last_until(struct merge *m, ns_t t)
{
    if (m->share < SHARE_COUNT && t > m->done)
        ns_add(&m->ns[m->share], ns_between(m->done, t));
    m->done = t;
}

static void end_row(struct merge *m)
{
    last_until(m, edge_in(&m->a->sets, m->bucket + 1, m->level));
    lod_add_row(m->out, m->g, m->bucket, m->ns, (uint32_t)m->share << LOD_END_SHIFT);
    memset(m->ns, 0, sizeof m->ns);
}

static void begin_row(struct merge *m, int64_t bucket)
{
    m->bucket = bucket;
    m->done = edge_in(&m->a->sets, bucket, m->level);
}

static void add_row(struct merge *m, const struct lod_rows *rows, const struct lod_row *r, const struct span_part *part)
{
    int64_t bucket = r->bucket >> (m->level - part->level);
    ns_t t0 = lod_edge(r->bucket, part->level), t1 = edge_in(&m->a->sets, r->bucket + 1, part->level);
    if (bucket != m->bucket) {
        end_row(m);
        begin_row(m, bucket);
    }
    last_until(m, t0 > part->t0 ? t0 : part->t0);
    const ns_t *v = rows->values.v + r->value;
    for (uint32_t mask = r->mask & LOD_SHARES; mask; mask &= mask - 1)
        ns_add(&m->ns[__builtin_ctz(mask)], *v++);
    m->share = (uint8_t)(r->mask >> LOD_END_SHIFT);
    m->done = t1 < part->t1 ? t1 : part->t1;
}

/* The goroutine of runs [from, to): rows at `level`, one for the span's first bucket always, so that they tell what it began in. */
static void merge_one(const struct span_sums *a, uint32_t from, uint32_t to, uint8_t level, struct lod_rows *out)
{
    const struct span_run *r = &a->runs.v[from];
    struct merge m = {.a = a, .out = out, .level = level, .g = r->g, .share = r->start};
    begin_row(&m, a->sets.t0 >> level);
    for (; from < to; from++) {
        r = &a->runs.v[from];
        for (uint32_t i = 0; i < r->n; i++)
            add_row(&m, &a->rows, &a->rows.row.v[r->row + i], &a->part[r->part]);
    }
    end_row(&m);
}

/* Goroutines whose rows of all parts are known, by number; *end: one more than the last run of the one at `from`. */
static bool whole(const struct encoder *enc, const struct span_sums *a, uint32_t segment, uint32_t from, uint32_t *end)
{
    gidx g = a->runs.v[from].g;
    for (*end = from + 1; *end < a->runs.n && a->runs.v[*end].g == g;)
        ++*end;
    return enc->hot.v[g].unfed <= segment;
}

static int put_goroutines(struct encoder *enc, const struct span_sums *a, struct chunk_ref ref, struct err *e)
{
    struct lod_rows *rows = &enc->g_rows[0];
    rows->row.n = rows->values.n = 0;
    for (uint32_t i = 0, end; i < a->runs.n; i = end) {
        if (whole(enc, a, ref.segment, i, &end) && end - i >= LOD_SPAN_PARTS)
            merge_one(a, i, end, a->sets.level, rows);
        if (rows->row.n > a->transitions / LOD_G_SHARE)
            return 0;
    }
    ref.stream = STREAM_LOD_G;
    ref.level = a->sets.level;
    return lod_put_rows(enc, rows, ref, e);
}

/* --- from part to span ---------------------------------------------------------------------------------------------- */

/* A further source within the span: goroutines' states are not told by the rows before. */
static void see_break(struct span_sums *a, bool breaks)
{
    if (a->nparts == 0)
        a->breaks = breaks;
    else if (breaks)
        a->rows.over = true;
}

static void feed_goroutines(const struct encoder *enc, const struct span_sums *a, uint32_t segment, struct span_sums *to)
{
    if (a->rows.over)
        to->rows.over = true;
    for (uint32_t i = 0, end; i < a->runs.n && !to->rows.over; i = end) {
        if (!whole(enc, a, segment, i, &end))
            continue;
        uint32_t row = (uint32_t)to->rows.row.n;
        merge_one(a, i, end, a->sets.level, &to->rows);
        uint32_t n = (uint32_t)to->rows.row.n - row;
        *vec_push(&to->runs) =
            (struct span_run){.g = a->runs.v[i].g, .row = row, .n = n, .part = (uint8_t)to->nparts, .start = a->runs.v[i].start};
        to->rows.over = to->rows.row.n > SPAN_ROWS_MAX;
    }
}

static void add_part(struct span_sums *a, const struct lod_sets *part, uint64_t events, uint64_t transitions)
{
    take_sets(a, part);
    a->part[a->nparts++] = (struct span_part){.t0 = part->t0, .t1 = part->t1, .level = part->level};
    a->events += events;
    a->transitions += transitions;
}

void span_take_sets(struct encoder *enc)
{
    see_break(&enc->spans[0], enc->breaks);
    add_part(&enc->spans[0], &enc->sets, enc->seg.events, enc->list[STREAM_G].n);
}

static int put_level(struct encoder *enc, struct span_sums *a, struct chunk_ref ref, struct err *e)
{
    if (a->events < LOD_EVENTS_MIN)
        return 0;
    if (lod_put_sets(enc, &a->sets, ref, e) < 0)
        return -1;
    return a->rows.over ? 0 : put_goroutines(enc, a, ref, e);
}

/* The span is whole: its sums at all levels, one of which goes into the next larger one. */
static int finish(struct encoder *enc, unsigned size, struct chunk_ref ref, struct err *e)
{
    struct span_sums *a = &enc->spans[size], *to = size + 1 < SPAN_SIZES ? a + 1 : NULL;
    struct lod_sets *l = &a->sets;
    uint8_t level = lod_level_for(l->t0, l->t1, a->events, l->nslots);
    if (level > l->level)
        lod_coarsen(l, level - l->level);
    if (a->runs.n && !a->rows.over)
        qsort(a->runs.v, a->runs.n, sizeof *a->runs.v, by_goroutine);
    ref.t0 = l->t0;
    ref.t1 = l->t1;
    for (unsigned i = 0; i < LOD_LEVELS && l->level <= SPAN_LEVEL_MAX; i++) {
        if (i)
            lod_coarsen(l, LOD_LEVEL_STEP);
        if (put_level(enc, a, ref, e) < 0)
            return -1;
        if (to && (l->n <= SPAN_FEED || i + 1 == LOD_LEVELS || l->level > SPAN_LEVEL_MAX)) {
            see_break(to, a->breaks);
            feed_goroutines(enc, a, ref.segment, to);
            add_part(to, l, a->events, a->transitions);
            to = NULL;
        }
    }
    a->nparts = 0;
    a->runs.n = a->rows.row.n = a->rows.values.n = 0;
    a->rows.over = false;
    return 0;
}

int span_write(struct encoder *enc, struct err *e)
{
    uint64_t span = LOD_SPAN, end = (uint64_t)enc->segment + 1;
    for (unsigned i = 0; i < SPAN_SIZES && end % span == 0; i++, span *= LOD_SPAN) {
        struct chunk_ref ref = {.segment = (uint32_t)(end - span), .span = (uint32_t)span};
        if (finish(enc, i, ref, e) < 0)
            return -1;
    }
    return 0;
}

void span_release(struct encoder *enc)
{
    for (unsigned i = 0; i < SPAN_SIZES; i++) {
        struct span_sums *a = &enc->spans[i];
        lod_sets_release(&a->sets);
        vec_free(&a->runs);
        vec_free(&a->rows.row);
        vec_free(&a->rows.values);
    }
}
