/* Sums by bucket of time, of sets and of goroutines; the layout is told in model/lod.h.
 *
 * Most spans lie in one bucket. A long one adds its two ends, and for the whole buckets between a step up and a step down,
 * so it costs the same however long it is; lod_write adds up the steps.
 */
#include "model/encode_private.h"

uint8_t lod_level_for(ns_t t0, ns_t t1, uint64_t events, uint32_t sets)
{
    uint64_t want = events / (LOD_EVENTS_ROW * (uint64_t)(sets ? sets : 1)), d = (uint64_t)t1 - (uint64_t)t0;
    want = want < LOD_BUCKETS_MIN ? LOD_BUCKETS_MIN : want > LOD_BUCKETS ? LOD_BUCKETS : want;
    uint8_t level = 1;
    while (d >> level > want)
        level++;
    return level;
}

static struct lod_slot *add_slot(struct lod_sets *l, uint32_t track)
{
    struct lod_slot *slot = &l->slots[l->nslots++];
    size_t cells = (size_t)l->room * SHARE_COUNT;
    if (slot->cap < cells) {
        mem_free(slot->ns);
        mem_free(slot->step);
        slot->ns = mem_calloc(cells, sizeof *slot->ns);
        slot->step = l->steps ? mem_calloc(cells, sizeof *slot->step) : NULL;
        slot->cap = cells;
    }
    memset(slot->ns, 0, cells * sizeof *slot->ns);
    if (l->steps)
        memset(slot->step, 0, cells * sizeof *slot->step);
    slot->track = track;
    return slot;
}

void lod_sets_clear(struct lod_sets *l)
{
    if (!l->slots)
        l->slots = mem_calloc(LOD_SLOTS, sizeof *l->slots);
    l->nslots = 0;
    memset(l->group, 0, sizeof l->group);
    memset(l->proc, 0, sizeof l->proc);
    memset(l->thread, 0, sizeof l->thread);
    l->all = 0;
}

void lod_sets_release(struct lod_sets *l)
{
    for (uint32_t i = 0; l->slots && i < LOD_SLOTS; i++) {
        mem_free(l->slots[i].ns);
        mem_free(l->slots[i].step);
    }
    mem_free(l->slots);
}

/* A short trace needs no sums. In a long one a segment without them would be the only one whose event rows are read. */
static bool has_sums(const struct encoder *enc)
{
    return enc->seg.events >= LOD_EVENTS_MIN || enc->segment > 0;
}

void lod_begin(struct encoder *enc, uint32_t sets)
{
    struct lod_sets *l = &enc->sets;
    l->t0 = enc->seg.t0;
    l->t1 = enc->seg.t1;
    l->level = enc->seg.level = lod_level_for(l->t0, l->t1, enc->seg.events, sets);
    l->first = l->t0 >> l->level;
    l->n = l->room = (uint32_t)((l->t1 >> l->level) - l->first) + 1;
    l->steps = true;
    lod_sets_clear(l);
    for (unsigned i = 0; i < LOD_LEVELS; i++) {
        enc->g_rows[i].row.n = enc->g_rows[i].values.n = 0;
        enc->g_rows[i].limit = (uint32_t)enc->list[STREAM_G].n / LOD_G_SHARE;
        enc->g_rows[i].over = !has_sums(enc);
    }
    enc->feed = 0;
    for (uint32_t n = l->n; n > SPAN_FEED && enc->feed + 1 < LOD_LEVELS; n >>= LOD_LEVEL_STEP)
        enc->feed++;
}

struct lod_slot *lod_slot_of(struct lod_sets *l, enum lane_kind kind, uint32_t id)
{
    uint16_t *at;
    if (kind == LANE_GROUP)
        at = &l->group[id < LOD_GROUPS ? id : LOD_GROUPS];
    else if (kind == LANE_P)
        at = id < LOD_PROCS ? &l->proc[id] : NULL;
    else
        at = id < LOD_THREADS ? &l->thread[id] : NULL;
    if (!at)
        return NULL;
    if (!*at) {
        add_slot(l, (uint32_t)kind << LOD_KIND_SHIFT | id);
        *at = (uint16_t)l->nslots;
    }
    return &l->slots[*at - 1];
}

struct lod_slot *lod_slot_all(struct lod_sets *l)
{
    if (!l->all) {
        add_slot(l, (uint32_t)LANE_ALL << LOD_KIND_SHIFT);
        l->all = (uint16_t)l->nslots;
    }
    return &l->slots[l->all - 1];
}

/* The part of bucket b (counted from the first) that lies in the segment. */
static ns_t width(const struct lod_sets *l, uint32_t b)
{
    ns_t from = b ? lod_edge(l->first + b, l->level) : l->t0;
    return b + 1 < l->n ? ns_between(from, lod_edge(l->first + b + 1, l->level)) : ns_between(from, l->t1);
}

void lod_steady(struct encoder *enc, uint32_t group, enum share share, uint32_t n)
{
    const struct lod_sets *l = &enc->sets;
    struct lod_slot *slot = lod_slot_of(&enc->sets, LANE_GROUP, group);
    for (uint32_t b = 0; b < l->n; b++)
        ns_add(&slot->ns[b * SHARE_COUNT + share], (ns_t)((uint64_t)width(l, b) * n));
}

static void resolve(const struct lod_sets *l, struct lod_slot *slot)
{
    int64_t n[SHARE_COUNT] = {0};
    for (size_t i = 0; i < (size_t)l->n * SHARE_COUNT;)
        for (unsigned s = 0; s < SHARE_COUNT; s++, i++) {
            n[s] += slot->step[i];
            ns_add(&slot->ns[i], (ns_t)((uint64_t)n[s] << l->level));
        }
}

/* The largest mean number of members alive in a bucket. */
static void update_peak(struct encoder *enc, const struct lod_slot *slot, struct group *group)
{
    for (uint32_t b = 0; b < enc->sets.n; b++) {
        uint64_t sum = 0;
        for (unsigned s = 0; s < SHARE_COUNT; s++)
            sum += (uint64_t)slot->ns[b * SHARE_COUNT + s];
        ns_t w = width(&enc->sets, b);
        if (!sum || w <= 0)
            continue;
        uint64_t mean = (uint64_t)((double)sum * 256 / (double)w);
        if (mean > group->peak)
            group->peak = mean;
    }
}

static void make_whole(struct encoder *enc)
{
    struct lod_sets *l = &enc->sets;
    uint32_t slots = l->nslots;
    for (uint32_t i = 0; i < slots; i++)
        resolve(l, &l->slots[i]);
    struct lod_slot *all = lod_slot_all(l);
    for (uint32_t g = 0; g <= LOD_GROUPS; g++) {
        if (!l->group[g])
            continue;
        const struct lod_slot *slot = &l->slots[l->group[g] - 1];
        for (size_t i = 0; i < (size_t)l->n * SHARE_COUNT; i++)
            ns_add(&all->ns[i], slot->ns[i]);
        if (g < LOD_GROUPS)
            update_peak(enc, slot, &enc->groups.v[g].pub);
    }
    for (size_t g = LOD_GROUPS; g < enc->groups.n; g++) {
        struct group *group = &enc->groups.v[g].pub;
        if ((uint64_t)group->alive * 256 > group->peak)
            group->peak = (uint64_t)group->alive * 256;
    }
}

/* --- rows ----------------------------------------------------------------------------------------------------------- */

void lod_add_row(struct lod_rows *rows, uint32_t track, int64_t bucket, const ns_t *ns, uint32_t mask)
{
    uint32_t value = (uint32_t)rows->values.n;
    for (unsigned s = 0; s < SHARE_COUNT; s++)
        if (ns[s]) {
            mask |= 1u << s;
            *vec_push(&rows->values) = ns[s];
        }
    *vec_push(&rows->row) = (struct lod_row){.bucket = bucket, .track = track, .mask = mask, .value = value};
}

static int write_chunk(struct encoder *enc, const struct lod_rows *rows, uint32_t from, uint32_t to, struct chunk_ref ref, struct err *e)
{
    struct lod part = {.rows = to - from, .row = rows->row.v + from, .values = rows->values.v};
    buf_clear(&enc->blob);
    codec_lod(enc->codec, &part, &enc->blob);
    ref.lo = rows->row.v[from].track;
    ref.hi = rows->row.v[to - 1].track;
    ref.rows = (uint16_t)part.rows;
    return encode_put(enc, ref, e);
}

/* A track's rows stay together. */
int lod_put_rows(struct encoder *enc, const struct lod_rows *rows, struct chunk_ref ref, struct err *e)
{
    uint32_t from = 0, n = (uint32_t)rows->row.n;
    while (from < n) {
        uint32_t to = n - from > CHUNK_ROWS ? from + CHUNK_ROWS : n;
        while (to < n && to > from + 1 && rows->row.v[to].track == rows->row.v[to - 1].track)
            to--;
        if (write_chunk(enc, rows, from, to, ref, e) < 0)
            return -1;
        from = to;
    }
    return 0;
}

static bool is_empty(const struct lod_slot *slot, uint32_t n)
{
    for (size_t i = 0; i < (size_t)n * SHARE_COUNT; i++)
        if (slot->ns[i])
            return false;
    return true;
}

static void add_set(struct lod_rows *rows, const struct lod_sets *l, const struct lod_slot *slot)
{
    if (is_empty(slot, l->n))
        return;
    for (uint32_t b = 0; b < l->n; b++) {
        const ns_t *ns = slot->ns + (size_t)b * SHARE_COUNT;
        bool edge = b == 0 || b + 1 == l->n;
        if ((edge && width(l, b) > 0) || (!edge && memcmp(ns, ns - SHARE_COUNT, SHARE_COUNT * sizeof *ns) != 0))
            lod_add_row(rows, slot->track, l->first + b, ns, 0);
    }
}

int lod_put_sets(struct encoder *enc, const struct lod_sets *l, struct chunk_ref ref, struct err *e)
{
    struct lod_rows *rows = &enc->set_rows;
    rows->row.n = rows->values.n = 0;
    const struct {
        const uint16_t *slot;
        unsigned n;
    } kinds[] = {{l->group, LOD_GROUPS}, {l->proc, LOD_PROCS}, {l->thread, LOD_THREADS}};
    for (unsigned k = 0; k < 3; k++)
        for (unsigned i = 0; i < kinds[k].n; i++)
            if (kinds[k].slot[i])
                add_set(rows, l, &l->slots[kinds[k].slot[i] - 1]);
    if (l->all)
        add_set(rows, l, &l->slots[l->all - 1]);
    ref.stream = STREAM_LOD_SET;
    ref.level = l->level;
    return lod_put_rows(enc, rows, ref, e);
}

void lod_coarsen(struct lod_sets *l, unsigned step)
{
    int64_t first = l->first >> step;
    uint32_t n = (uint32_t)(((l->first + l->n - 1) >> step) - first) + 1;
    for (uint32_t i = 0; i < l->nslots; i++) {
        ns_t *ns = l->slots[i].ns, sum[SHARE_COUNT] = {0};
        uint32_t to = 0;
        for (uint32_t b = 0; b < l->n; b++) {
            uint32_t at = (uint32_t)(((l->first + b) >> step) - first);
            if (at != to) {
                memcpy(ns + (size_t)to * SHARE_COUNT, sum, sizeof sum);
                memset(sum, 0, sizeof sum);
                to = at;
            }
            for (unsigned s = 0; s < SHARE_COUNT; s++)
                ns_add(&sum[s], ns[(size_t)b * SHARE_COUNT + s]);
        }
        memcpy(ns + (size_t)to * SHARE_COUNT, sum, sizeof sum);
        memset(ns + (size_t)n * SHARE_COUNT, 0, (size_t)(l->n - n) * SHARE_COUNT * sizeof *ns);
    }
    l->first = first;
    l->n = n;
    l->level = (uint8_t)(l->level + step);
}

int lod_write(struct encoder *enc, struct err *e)
{
    struct lod_sets *l = &enc->sets;
    struct chunk_ref ref = {.t0 = l->t0, .t1 = l->t1, .segment = enc->segment, .span = 1};
    bool stored = has_sums(enc);
    make_whole(enc);
    for (unsigned i = 0; i < LOD_LEVELS; i++) {
        if (i)
            lod_coarsen(l, LOD_LEVEL_STEP);
        if (i == enc->feed)
            span_take_sets(enc);
        if (stored && lod_put_sets(enc, l, ref, e) < 0)
            return -1;
        ref.stream = STREAM_LOD_G;
        ref.level = l->level;
        if (!enc->g_rows[i].over && lod_put_rows(enc, &enc->g_rows[i], ref, e) < 0)
            return -1;
    }
    return 0;
}

/* --- goroutines ----------------------------------------------------------------------------------------------------- */

void lod_own_begin(struct encoder *enc, uint8_t start, bool on)
{
    enc->own.on = on && (!enc->g_rows[LOD_LEVELS - 1].over || !enc->spans[0].rows.over);
    enc->own.start = start;
    enc->own.n = 0;
}

static void add_own(struct lod_rows *rows, const struct lod_own *o, gidx g)
{
    if (rows->over || rows->row.n + o->n > rows->limit) {
        rows->over = true;
        return;
    }
    for (uint32_t i = 0; i < o->n; i++)
        lod_add_row(rows, g, o->bucket[i], o->ns[i], (uint32_t)o->end[i] << LOD_END_SHIFT);
}

static ns_t edge_within(const struct lod_sets *l, int64_t bucket, uint8_t level)
{
    ns_t t = bucket > INT64_MAX >> level ? INT64_MAX : lod_edge(bucket, level);
    return t < l->t0 ? l->t0 : t > l->t1 ? l->t1 : t;
}

/* One share from the begin of bucket a to that of bucket b. */
static void add_stretch(const struct lod_sets *l, uint8_t level, int64_t a, int64_t b, uint8_t share, ns_t *sum)
{
    if (share < SHARE_COUNT)
        ns_add(&sum[share], ns_between(edge_within(l, a, level), edge_within(l, b, level)));
}

static void coarsen_own(const struct lod_sets *l, struct lod_own *o, uint8_t level)
{
    uint32_t out = 0;
    uint8_t share = o->start;
    for (uint32_t i = 0; i < o->n; out++) {
        int64_t coarse = o->bucket[i] >> LOD_LEVEL_STEP, next = coarse * (1 << LOD_LEVEL_STEP);
        ns_t sum[SHARE_COUNT] = {0};
        for (; i < o->n && o->bucket[i] >> LOD_LEVEL_STEP == coarse; i++) {
            add_stretch(l, level, next, o->bucket[i], share, sum);
            for (unsigned s = 0; s < SHARE_COUNT; s++)
                ns_add(&sum[s], o->ns[i][s]);
            share = o->end[i];
            next = o->bucket[i] + 1;
        }
        add_stretch(l, level, next, (coarse + 1) * (1 << LOD_LEVEL_STEP), share, sum);
        memcpy(o->ns[out], sum, sizeof sum);
        o->bucket[out] = coarse;
        o->end[out] = share;
    }
    o->n = out;
}

void lod_own_end(struct encoder *enc, gidx g)
{
    const struct lod_sets *l = &enc->sets;
    struct lod_own *o = &enc->own;
    if (o->n == 0)
        return;
    uint8_t last = o->end[o->n - 1];
    if (last < SHARE_COUNT)
        ns_add(&o->ns[o->n - 1][last], ns_between(o->from, edge_within(l, o->bucket[o->n - 1] + 1, l->level)));
    for (unsigned i = 0; i < LOD_LEVELS; i++) {
        add_own(&enc->g_rows[i], o, g);
        if (i == enc->feed)
            span_take_own(enc, o, g);
        if (i + 1 < LOD_LEVELS)
            coarsen_own(l, o, (uint8_t)(l->level + i * LOD_LEVEL_STEP));
    }
}
