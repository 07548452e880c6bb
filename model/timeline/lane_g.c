/* Sums of one goroutine: from LOD rows where they are coarse enough to be worth it and fine enough to be exact, else from its
 * transitions; where it has none in a segment, from the state that the next run says it was in.
 */
#include "model/lod.h"
#include "model/timeline/lod_rows.h"
#include "model/timeline/sums.h"

struct lane_sum {
    struct session *s;
    const struct class_shares *cs;
    const struct halves *h;
    gidx g;
    uint64_t times;
    sum_t *row;
    uint32_t at;
    uint32_t first, last; /* segments of its first and last transition; first > last: it has none */
    struct err *e;
};

static void add(struct lane_sum *l, unsigned share, ns_t a, ns_t b)
{
    sums_add(l->h, l->row, share, a, b, l->times, &l->at);
}

/* Where the transitions of a run begin to matter for the window: the row after the last one at or before its start. */
static int skip_rows(struct lane_sum *l, uint32_t segment, uint32_t *row, unsigned *share, ns_t *since)
{
    if (*since >= l->h->t0)
        return 0;
    struct cursor c;
    cursor_init(&c, l->s, l->g, 0, l->e);
    int rc = cursor_seek(&c, l->h->t0);
    if (rc == 1 && c.segment == segment) {
        *row = c.run_row + 1;
        *share = session_class(l->s, cursor_class(&c))->share;
        *since = cursor_t(&c);
    }
    cursor_release(&c);
    return rc < 0 ? -1 : 0;
}

/* The transitions of one run. */
static int add_rows(struct lane_sum *l, uint32_t segment, const struct run *r)
{
    const struct segment *seg = &l->s->segments.v[segment];
    unsigned share = share_before(l->s, r, segment);
    ns_t since = seg->t0;
    uint32_t i = 0, n = run_rows(r);
    if (skip_rows(l, segment, &i, &share, &since) < 0)
        return -1;
    while (i < n && since < l->h->t1) {
        struct piece p;
        if (piece_get(l->s, STREAM_G, r, i, COLBIT(T) | COLBIT(CLASS), &p, l->e) < 0)
            return -1;
        uint32_t k = p.from + p.skip;
        i += p.to - k;
        for (; k < p.to && since < l->h->t1; k++) {
            unsigned next = l->cs->of[p.c->class[k]];
            if (next == RESTATES)
                continue;
            add(l, share, since, p.c->t[k]);
            share = next;
            since = p.c->t[k];
        }
        piece_put(l->s, &p);
    }
    add(l, share, since, seg->t1);
    return 0;
}

struct lod_walk {
    ns_t done; /* summed up to here */
    unsigned share;
    uint32_t rows;
};

static void add_lod(struct lane_sum *l, struct lod_walk *w, const struct segment *seg, const struct lod *lod, unsigned level)
{
    uint32_t from, to;
    lod_track(lod, l->g, &from, &to);
    w->rows += to - from;
    for (uint32_t i = from; i < to; i++) {
        const struct lod_row *r = &lod->row[i];
        ns_t begins = lod_time(r->bucket, level), ends = lod_time(r->bucket + 1, level);
        add(l, w->share, w->done, begins < seg->t1 ? begins : seg->t1);
        lod_add(l->h, lod, r, level, l->times, l->row);
        w->share = r->mask >> LOD_END_SHIFT;
        w->done = ends > w->done ? ends : w->done;
    }
}

/* From the coarsest rows that are fine enough and tell of the goroutine; `share`: before the first of them. 1: summed, 0: there
 * are none of use, -1 error. */
static int add_best(struct lane_sum *l, const struct segment *seg, struct lod_range range, unsigned share)
{
    struct session *s = l->s;
    for (int most = (int)lod_granule(l->h), level; (level = lod_level(s, range, STREAM_LOD_G, l->g, most)) >= 0; most = level - 1) {
        struct lod_walk w = {.done = seg->t0, .share = share};
        for (uint32_t k = range.from; lod_next(s, range, STREAM_LOD_G, (unsigned)level, l->g, &k); k++) {
            const struct lod *lod = lod_get(s, k, l->e);
            if (!lod)
                return -1;
            add_lod(l, &w, seg, lod, (unsigned)level);
            lod_put(s, k);
        }
        if (w.rows) {
            add(l, w.share, w.done, seg->t1);
            return 1;
        }
    }
    return 0;
}

static int try_lod(struct lane_sum *l, uint32_t segment, const struct run *r)
{
    return add_best(l, &l->s->segments.v[segment], lod_of_segment(l->s, segment), share_before(l->s, r, segment));
}

/* The state in a segment without a run, when the one told since `since` is `share`. */
static void add_quiet(struct lane_sum *l, uint32_t segment, unsigned share, ns_t since)
{
    const struct segment *seg = &l->s->segments.v[segment];
    if (share < SHARE_DEAD && l->s->breaks.n && break_in(l->s, since, seg->t1) != NS_NONE)
        share = SHARE_UNKNOWN;
    add(l, share, seg->t0, seg->t1);
}

/* What the goroutine was in after segment `to` - 1: told by its next run, or by its end. */
static int state_after(struct lane_sum *l, uint32_t to, unsigned *share, ns_t *since)
{
    struct session *s = l->s;
    const struct goroutine *go = session_g(s, l->g);
    for (; to < s->segments.n && go->first != NS_NONE && s->segments.v[to].t0 <= go->last; to++) {
        const struct run *r = run_of_g(s, to, l->g);
        if (!r)
            continue;
        bool told = r->class_in != CLASS_NONE && r->class_in < s->known.classes;
        *share = told ? session_class(s, r->class_in)->share : born_unknown(go) ? SHARE_UNKNOWN : SHARE_DEAD;
        *since = told ? r->t_in : INT64_MAX;
        return 0;
    }
    return share_final(s, l->g, since, share, l->e);
}

/* The rows of a span begin with its first bucket, and so tell all of it. 1, 0: it has none of use, -1 error. */
static int try_span(struct lane_sum *l, uint32_t from, uint32_t span)
{
    struct session *s = l->s;
    struct lod_span sums;
    if (!session_lod(s, from, span, &sums))
        return 0;
    const struct segment all = {.t0 = s->segments.v[from].t0, .t1 = s->segments.v[from + span - 1].t1};
    return add_best(l, &all, lod_of_span(s, &sums), SHARE_DEAD);
}

/* Whether it may have transitions in several parts of segments [from, from + span), or else has no rows there. */
static bool in_parts(const struct lane_sum *l, uint32_t from, uint32_t span)
{
    uint32_t a = l->first > from ? l->first : from, b = l->last < from + span - 1 ? l->last : from + span - 1;
    return a <= b && b / (span / LOD_SPAN) - a / (span / LOD_SPAN) + 1 >= LOD_SPAN_PARTS;
}

/* The largest span that ends before segment `to`, begins at or behind `from` and has rows of the goroutine: its size; 0: none. */
static int last_span(struct lane_sum *l, uint32_t from, uint32_t to, uint32_t *size)
{
    uint32_t span = 1;
    while (span <= UINT32_MAX / LOD_SPAN && to % (span * LOD_SPAN) == 0 && to - from >= span * LOD_SPAN)
        span *= LOD_SPAN;
    for (*size = 0; span > 1; span /= LOD_SPAN) {
        int rc = in_parts(l, to - span, span) ? try_span(l, to - span, span) : 0;
        if (rc < 0)
            return -1;
        if (rc == 1) {
            *size = span;
            return 0;
        }
    }
    return 0;
}

/* What it was in before its run r told something else. */
static void told_by(const struct lane_sum *l, const struct run *r, uint32_t segment, unsigned *share, ns_t *since)
{
    bool told = r->class_in != CLASS_NONE && r->class_in < l->s->known.classes;
    *share = told ? session_class(l->s, r->class_in)->share : share_before(l->s, r, segment);
    *since = told ? r->t_in : INT64_MAX;
}

/* Segment i; share and since: of what comes behind it, then of what comes before. */
static int add_segment(struct lane_sum *l, uint32_t i, unsigned *share, ns_t *since)
{
    const struct run *r = run_of_g(l->s, i, l->g);
    if (!r) {
        add_quiet(l, i, *share, *since);
        return 0;
    }
    int rc = try_lod(l, i, r);
    if (rc < 0 || (rc == 0 && add_rows(l, i, r) < 0))
        return -1;
    told_by(l, r, i, share, since);
    return 0;
}

int sum_goroutine(struct session *s, const struct class_shares *cs, const struct halves *h, gidx g, uint32_t from, uint32_t to,
                  uint64_t times, sum_t *row, struct err *e)
{
    struct lane_sum l = {.s = s, .cs = cs, .h = h, .g = g, .times = times, .row = row, .e = e};
    unsigned share = SHARE_DEAD;
    ns_t since = 0;
    bool told = false; /* share and since are those of the segment before `to` */
    const struct goroutine *go = session_g(s, g);
    l.first = go->first == NS_NONE ? 1 : segment_at(s, go->first);
    l.last = go->first == NS_NONE ? 0 : segment_at(s, go->last);
    /* Backwards, for a run tells what was before it. */
    while (to > from) {
        uint32_t span;
        if (last_span(&l, from, to, &span) < 0)
            return -1;
        if (span) {
            to -= span;
            told = false;
            continue;
        }
        if (!told && state_after(&l, to, &share, &since) < 0)
            return -1;
        told = true;
        if (add_segment(&l, --to, &share, &since) < 0)
            return -1;
    }
    return 0;
}
