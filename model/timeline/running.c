/* Who runs on a proc or thread at a time: each goroutine's state there and then, segment-wide. */
#include "model/timeline/index.h"

struct sought {
    struct session *s;
    struct lane lane;
    ns_t t;
    struct err *e;
};

static bool is_there(const struct sought *q, const struct chunk *c, uint32_t k)
{
    return session_class(q->s, c->class[k])->share == SHARE_RUNNING && (q->lane.kind == LANE_P ? c->p[k] : c->m[k]) == q->lane.id;
}

/* Whether the goroutine's last transition at or before t put it there. */
static int by_cursor(const struct sought *q, gidx g)
{
    struct cursor c;
    cursor_init(&c, q->s, g, COLBIT(M) | COLBIT(P), q->e);
    int rc = cursor_seek(&c, q->t);
    if (rc == 1)
        rc = is_there(q, c.piece.c, cursor_row(&c)) && (!q->s->breaks.n || break_in(q->s, cursor_t(&c), q->t + 1) == NS_NONE);
    cursor_release(&c);
    return rc;
}

/* 1: this run's goroutine is the one. Rows of one chunk are looked at in place, the rare rest by cursor. */
static int by_run(const struct sought *q, struct reader *rd, const struct run *r, uint32_t segment)
{
    uint32_t from, to;
    if (reader_piece(rd, r, 0, &from, &to) < 0)
        return -1;
    const struct chunk *c = rd->piece.c;
    uint32_t k = row_at(c->t, from, to, q->t + 1);
    if (k == to && to - from < run_rows(r))
        return by_cursor(q, r->track);
    while (k > from && session_class(q->s, c->class[k - 1])->restates)
        k--;
    if (k > from)
        return is_there(q, c, k - 1);
    return share_before(q->s, r, segment) == SHARE_RUNNING ? by_cursor(q, r->track) : 0;
}

static int in_segment(const struct sought *q, uint32_t segment, gidx *out)
{
    const struct session *s = q->s;
    const struct segment *seg = &s->segments.v[segment];
    struct reader rd = {.s = q->s, .stream = STREAM_G, .want = COLBIT(T) | COLBIT(CLASS) | COLBIT(M) | COLBIT(P), .e = q->e};
    int rc = 0;
    for (uint32_t i = 0; i < seg->nruns && rc == 0; i++) {
        const struct run *r = &s->runs.v[seg->run0 + i];
        if (r->track >= s->goroutines.n || !run_rows(r))
            continue;
        rc = by_run(q, &rd, r, segment);
        if (rc == 1)
            *out = r->track;
    }
    piece_put(q->s, &rd.piece);
    return rc;
}

gidx tl_running_on(struct session *s, struct lane lane, ns_t t, struct err *e)
{
    struct sought q = {.s = s, .lane = lane, .t = t, .e = e};
    uint32_t segment = segment_at(s, t);
    gidx found = IDX_NONE;
    if (t < s->t0 || t >= s->t1 || segment >= s->segments.n || (lane.kind != LANE_P && lane.kind != LANE_M))
        return IDX_NONE;
    int rc = in_segment(&q, segment, &found);
    struct tl_index *x = index_lock(s);
    if (rc == 0)
        rc = index_idle(x, s, e);
    for (size_t i = 0; i < x->busy.n && rc == 0; i++) {
        const struct busy *b = &x->busy.v[i];
        if (segment < b->from || segment >= b->to)
            continue;
        rc = by_cursor(&q, b->g);
        if (rc == 1)
            found = b->g;
    }
    index_unlock(x);
    return found;
}
