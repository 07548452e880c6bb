/* Sums of sets from LOD rows, and from several segments: which rows serve a window best. */
#include "model/timeline/sets.h"

/* A set's last row; it holds for the buckets left out behind it. */
struct held {
    sum_t *row; /* NULL: not wanted, or none yet */
    uint32_t track;
    int64_t bucket;
    uint32_t mask;
    ns_t values[SHARE_COUNT];
};

static sum_t *row_of_track(const struct sets *j, uint32_t track)
{
    uint32_t kind = track >> LOD_KIND_SHIFT, id = track & ((1u << LOD_KIND_SHIFT) - 1);
    switch (kind) {
    case LANE_GROUP: return j->family == FAMILY_GROUPS && id < j->s->groups.n ? j->group[id] : NULL;
    case LANE_ALL: return j->family == FAMILY_GROUPS ? j->all : NULL;
    case LANE_P: return j->family == FAMILY_PROCS && id < j->s->procs.n ? j->proc[id] : NULL;
    case LANE_M: return j->family == FAMILY_PROCS && id < j->s->threads.n ? j->thread[id] : NULL;
    default: return NULL;
    }
}

static void add_values(sum_t *to, uint32_t mask, const ns_t *v, uint64_t times)
{
    for (; mask; mask &= mask - 1)
        to[__builtin_ctz(mask)] += (uint64_t)*v++ * times;
}

/* Repeats the held row for the buckets up to `until`. */
static void repeat(const struct sets *j, const struct held *held, unsigned level, int64_t until)
{
    const struct halves *h = &j->h;
    int64_t first = h->t0 >> level, each = h->half >> level, end = first + each * (int64_t)h->n;
    int64_t b = held->bucket + 1 > first ? held->bucket + 1 : first;
    until = until < end ? until : end;
    while (b < until) {
        int64_t i = (b - first) / each, next = first + (i + 1) * each;
        next = next < until ? next : until;
        add_values(held->row + i * SHARE_COUNT, held->mask, held->values, (uint64_t)(next - b));
        b = next;
    }
}

static void hold(struct held *held, const struct lod *lod, const struct lod_row *r)
{
    held->bucket = r->bucket;
    held->mask = r->mask & LOD_SHARES;
    memcpy(held->values, lod->values + r->value, (size_t)__builtin_popcount(held->mask) * sizeof *held->values);
}

static void add_chunk(const struct sets *j, const struct lod *lod, unsigned level, int64_t end, struct held *held)
{
    for (uint32_t i = 0; i < lod->rows; i++) {
        const struct lod_row *r = &lod->row[i];
        if (r->track != held->track) {
            if (held->row)
                repeat(j, held, level, end);
            held->track = r->track;
            held->row = row_of_track(j, r->track);
        } else if (held->row && r->bucket > held->bucket + 1) {
            repeat(j, held, level, r->bucket);
        }
        if (!held->row) {
            uint32_t from;
            lod_track(lod, r->track, &from, &i); /* on to the next track */
            i--;
            continue;
        }
        lod_add(&j->h, lod, r, level, 1, held->row);
        hold(held, lod, r);
    }
}

int sets_lod(struct sets *j, struct lod_range range, unsigned level, ns_t t0, ns_t t1)
{
    struct held held = {.track = UINT32_MAX};
    int64_t end = t1 > t0 ? ((t1 - 1) >> level) + 1 : t0 >> level;
    for (uint32_t k = range.from; lod_next(j->s, range, STREAM_LOD_SET, level, IDX_NONE, &k); k++) {
        const struct lod *lod = lod_get(j->s, k, j->e);
        if (!lod)
            return -1;
        add_chunk(j, lod, level, end, &held);
        lod_put(j->s, k);
    }
    if (held.row)
        repeat(j, &held, level, end);
    return 0;
}

/* What the rows of segments [from, to) count of a goroutine that was moved to another group later: before its creation it was
 * taken for one whose state is not told; if it was moved after that, this is mended already. */
static int counted(const struct sets *j, const struct regroup *r, uint32_t from, uint32_t to, uint64_t times, sum_t *row)
{
    const struct segment *seg = j->s->segments.v;
    const struct goroutine *g = session_g(j->s, r->g);
    uint32_t at = 0, born = from;
    if (g->created != NS_NONE && g->created > seg[r->segment].t0)
        while (born < to && g->created > seg[born].t1)
            born++;
    if (born > from)
        sums_add(&j->h, row, SHARE_UNKNOWN, seg[from].t0, seg[born - 1].t1, times, &at);
    return sum_goroutine(j->s, j->cs, &j->h, r->g, born, to, times, row, j->e);
}

static uint32_t before(uint32_t segment, uint32_t to)
{
    return segment < to ? segment : to;
}

static void mend_late(struct sets *j, uint32_t from, uint32_t to)
{
    const struct session *s = j->s;
    for (size_t k = 0; k < j->x->late.n; k++) {
        const struct late *l = &j->x->late.v[k];
        uint32_t end = before(l->segment, to), at = 0;
        if (end <= from || l->group >= s->groups.n)
            continue;
        ns_t t0 = s->segments.v[from].t0, t1 = s->segments.v[end - 1].t1;
        if (j->group[l->group])
            sums_add(&j->h, j->group[l->group], SHARE_UNKNOWN, t0, t1, (uint64_t)(int64_t)l->delta, &at);
        if (j->all)
            sums_add(&j->h, j->all, SHARE_UNKNOWN, t0, t1, (uint64_t)(int64_t)l->delta, &at);
    }
}

int sets_mend(struct sets *j, uint32_t from, uint32_t to)
{
    struct session *s = j->s;
    if (j->family != FAMILY_GROUPS)
        return 0;
    mend_late(j, from, to);
    for (size_t k = 0; k < j->x->moved.n; k++) {
        const struct regroup *r = &j->x->moved.v[k];
        uint32_t end = before(r->segment, to);
        if (end <= from || r->from >= s->groups.n || r->to >= s->groups.n || r->g >= s->goroutines.n || r->segment >= s->segments.n)
            continue;
        if (j->group[r->from] && counted(j, r, from, end, UINT64_MAX, j->group[r->from]) < 0)
            return -1;
        if (j->group[r->to] && counted(j, r, from, end, 1, j->group[r->to]) < 0)
            return -1;
    }
    return 0;
}

/* --- which rows ------------------------------------------------------------------------------------------------------ */

/* Segments [from, to), and the sums that serve them. */
struct part {
    uint32_t from, to;
    struct lod_range range;
    int level; /* -1: no sums of use, one segment's event rows */
};

static void apply(const struct sets *j, uint32_t i, int64_t *idle)
{
    size_t n = j->s->groups.n;
    const struct changes *c = &j->x->changes.v[i];
    for (size_t k = 0; k < c->v.n; k++) {
        const struct change *ch = &c->v.v[k];
        if (ch->group < n)
            idle[ch->group * SHARE_COUNT + ch->share] += ch->delta;
        idle[n * SHARE_COUNT + ch->share] += ch->delta;
    }
}

static struct part part_of(const struct sets *j, uint32_t from, uint32_t span, struct lod_range range)
{
    int level = j->rows_only ? -1 : lod_level(j->s, range, STREAM_LOD_SET, IDX_NONE, (int)lod_granule(&j->h));
    return (struct part){.from = from, .to = from + span, .range = range, .level = level};
}

/* The largest span that begins with segment i, ends before `end` and has sums that are fine enough; else the segment. */
static struct part part_at(const struct sets *j, uint32_t i, uint32_t end)
{
    for (uint32_t span = lod_span_most(i, end); span > 1; span /= LOD_SPAN) {
        struct lod_span sums;
        if (!session_lod(j->s, i, span, &sums))
            continue;
        struct part p = part_of(j, i, span, lod_of_span(j->s, &sums));
        if (p.level >= 0)
            return p;
    }
    return part_of(j, i, 1, lod_of_segment(j->s, i));
}

static int sum_part(struct sets *j, const struct part *p, const int64_t *idle)
{
    const struct segment *seg = j->s->segments.v;
    if (p->level < 0)
        return sets_rows(j, p->from, idle);
    if (sets_lod(j, p->range, (unsigned)p->level, seg[p->from].t0, seg[p->to - 1].t1) < 0)
        return -1;
    return sets_mend(j, p->from, p->to);
}

/* Whether some part has no sums of use: rows need to know who is idle. */
static bool needs_rows(const struct part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (parts[i].level < 0)
            return true;
    return false;
}

/* idle is counted from the first segment on. */
static int sum_parts(struct sets *j, const struct part *parts, size_t n)
{
    bool rows = needs_rows(parts, n);
    if (rows && index_idle(j->x, j->s, j->e) < 0)
        return -1;
    int64_t *idle = mem_calloc((j->s->groups.n + 1) * SHARE_COUNT, sizeof *idle);
    uint32_t applied = 0;
    int rc = 0;
    for (size_t k = 0; k < n && rc == 0; k++) {
        for (; rows && j->family == FAMILY_GROUPS && applied <= parts[k].from; applied++)
            apply(j, applied, idle);
        rc = sum_part(j, &parts[k], idle);
    }
    mem_free(idle);
    return rc;
}

int sets_sum(struct sets *j)
{
    const struct session *s = j->s;
    uint32_t n = (uint32_t)s->segments.n, i = 0, end;
    VEC(struct part) parts = {0};
    while (i < n && s->segments.v[i].t1 <= j->h.t0)
        i++;
    for (end = i; end < n && s->segments.v[end].t0 < j->h.t1;)
        end++;
    for (; i < end; i = parts.v[parts.n - 1].to)
        *vec_push(&parts) = part_at(j, i, end);
    int rc = sum_parts(j, parts.v, parts.n);
    vec_free(&parts);
    return rc;
}
