/* Sums of sets from the event rows of a segment: each run is walked once, each span added to the sets that it belongs to.
 * About 5 ns a row besides the decoding.
 */
#include "model/timeline/sets.h"

struct where {
    uint16_t m, p;
    ns_t since; /* begin of the span, maybe in an earlier segment */
};

struct walk {
    struct sets *j;
    uint32_t segment;
    const struct segment *seg;
    /* the goroutine being walked */
    sum_t *group, *all;
    uint32_t group_at, all_at, m_at, p_at;
    bool system;
    /* times at which procs changed their state in this segment, by proc: cut[first[p] .. first[p + 1]) */
    VEC(ns_t) cut;
    uint32_t *first;
};

/* --- procs: when one was taken away ------------------------------------------------------------------------------------ */

static int cuts_of_run(struct walk *w, const struct run *r)
{
    struct session *s = w->j->s;
    for (uint32_t i = 0, n = run_rows(r); i < n;) {
        struct piece p;
        if (piece_get(s, STREAM_P, r, i, COLBIT(T) | COLBIT(CLASS), &p, w->j->e) < 0)
            return -1;
        for (uint32_t k = p.from; k < p.to; k++)
            if (!session_class(s, p.c->class[k])->restates)
                *vec_push(&w->cut) = p.c->t[k];
        i += p.to - p.from;
        piece_put(s, &p);
    }
    return 0;
}

static int find_cuts(struct walk *w)
{
    const struct session *s = w->j->s;
    uint32_t n = (uint32_t)s->procs.n, p = 0;
    w->first = mem_calloc(n + 1, sizeof *w->first);
    for (uint32_t i = 0; i < w->seg->npruns; i++) {
        const struct run *r = &s->pruns.v[w->seg->prun0 + i];
        for (; p <= r->track && p < n; p++)
            w->first[p] = (uint32_t)w->cut.n;
        if (r->track < n && cuts_of_run(w, r) < 0)
            return -1;
    }
    for (; p <= n; p++)
        w->first[p] = (uint32_t)w->cut.n;
    return 0;
}

/* The first transition of proc p after t in a segment; INT64_MAX none. */
static int first_cut(struct sets *j, uint32_t segment, uint32_t p, ns_t t, ns_t *out)
{
    const struct run *r = run_of_p(j->s, segment, p);
    *out = INT64_MAX;
    for (uint32_t i = 0, n = r ? run_rows(r) : 0; i < n && *out == INT64_MAX;) {
        struct piece q;
        if (piece_get(j->s, STREAM_P, r, i, COLBIT(T) | COLBIT(CLASS), &q, j->e) < 0)
            return -1;
        for (uint32_t k = row_at(q.c->t, q.from, q.to, t + (t < INT64_MAX)); k < q.to && *out == INT64_MAX; k++)
            if (!session_class(j->s, q.c->class[k])->restates)
                *out = q.c->t[k];
        i += q.to - q.from;
        piece_put(j->s, &q);
    }
    return 0;
}

/* When the proc was taken from a syscall that began at `since`. */
static int cut_after(struct walk *w, uint32_t p, ns_t since, ns_t *out)
{
    *out = INT64_MAX;
    if (since < w->seg->t0)
        for (uint32_t i = segment_at(w->j->s, since); i < w->segment && *out == INT64_MAX; i++)
            if (first_cut(w->j, i, p, since, out) < 0)
                return -1;
    if (*out != INT64_MAX)
        return 0;
    uint32_t k = row_at(w->cut.v, w->first[p], w->first[p + 1], since + 1);
    if (k < w->first[p + 1])
        *out = w->cut.v[k];
    return 0;
}

/* --- one span ---------------------------------------------------------------------------------------------------------- */

static int add_busy(struct walk *w, unsigned share, ns_t a, ns_t b, const struct where *at)
{
    struct sets *j = w->j;
    unsigned as = share == SHARE_RUNNING && w->system ? (unsigned)SHARE_SYSTEM : share;
    if (at->m < j->s->threads.n && j->thread[at->m])
        sums_add(&j->h, j->thread[at->m], as, a, b, 1, &w->m_at);
    if (at->p >= j->s->procs.n || !j->proc[at->p])
        return 0;
    ns_t cut = INT64_MAX;
    if (share == SHARE_SYSCALL && cut_after(w, at->p, at->since, &cut) < 0)
        return -1;
    sums_add(&j->h, j->proc[at->p], as, a, b < cut ? b : cut, 1, &w->p_at);
    return 0;
}

static inline int add_span(struct walk *w, unsigned share, ns_t a, ns_t b, const struct where *at)
{
    if (share >= SHARE_DEAD || a >= b || b <= w->j->h.t0)
        return 0;
    if (w->j->family == FAMILY_PROCS)
        return share == SHARE_RUNNING || share == SHARE_SYSCALL ? add_busy(w, share, a, b, at) : 0;
    if (w->group)
        sums_add(&w->j->h, w->group, share, a, b, 1, &w->group_at);
    if (w->all)
        sums_add(&w->j->h, w->all, share, a, b, 1, &w->all_at);
    return 0;
}

/* Where a goroutine is that was running or in a syscall before the segment began. */
static int where_before(struct walk *w, gidx g, struct where *at)
{
    struct cursor c;
    cursor_init(&c, w->j->s, g, COLBIT(M) | COLBIT(P), w->j->e);
    int rc = w->segment ? cursor_seek(&c, w->seg->t0) : 0;
    *at = (struct where){.m = EV_NO_MP, .p = EV_NO_MP};
    if (rc == 1) {
        uint32_t i = cursor_row(&c);
        *at = (struct where){.m = c.piece.c->m[i], .p = c.piece.c->p[i], .since = cursor_t(&c)};
    }
    cursor_release(&c);
    return rc < 0 ? -1 : 0;
}

/* --- a run, a segment -------------------------------------------------------------------------------------------------- */

struct state {
    unsigned share;
    ns_t since; /* counted from here on */
    struct where at;
};

static inline void enter(const struct walk *w, struct state *st, const struct chunk *c, uint32_t k)
{
    st->share = w->j->cs->of[c->class[k]];
    st->since = c->t[k];
    if (w->j->family == FAMILY_PROCS)
        st->at = (struct where){.m = c->m[k], .p = c->p[k], .since = c->t[k]};
}

/* Rows [k, to) of a chunk; those before the window only say the state that it begins with. */
static int walk_rows(struct walk *w, struct state *st, const struct chunk *c, uint32_t k, uint32_t to)
{
    const uint8_t *share = w->j->cs->of;
    if (c->t[k] < w->j->h.t0) {
        uint32_t begin = row_at(c->t, k, to, w->j->h.t0), last = begin;
        while (last > k && share[c->class[last - 1]] == RESTATES)
            last--;
        if (last > k)
            enter(w, st, c, last - 1);
        k = begin;
    }
    for (; k < to && st->since < w->j->h.t1; k++) {
        if (share[c->class[k]] == RESTATES)
            continue;
        if (add_span(w, st->share, st->since, c->t[k], &st->at) < 0)
            return -1;
        enter(w, st, c, k);
    }
    return 0;
}

static int walk_run(struct walk *w, struct reader *rd, const struct run *r)
{
    struct state st = {.share = share_before(w->j->s, r, w->segment), .since = w->seg->t0};
    if (w->j->family == FAMILY_PROCS && (st.share == SHARE_RUNNING || st.share == SHARE_SYSCALL) && where_before(w, r->track, &st.at) < 0)
        return -1;
    for (uint32_t i = 0, n = run_rows(r); i < n && st.since < w->j->h.t1;) {
        uint32_t from, to;
        if (reader_piece(rd, r, i, &from, &to) < 0 || walk_rows(w, &st, rd->piece.c, from, to) < 0)
            return -1;
        i += to - from;
    }
    return add_span(w, st.share, st.since, w->seg->t1, &st.at);
}

static int walk_runs(struct walk *w)
{
    struct session *s = w->j->s;
    uint32_t want = COLBIT(T) | COLBIT(CLASS) | (w->j->family == FAMILY_PROCS ? COLBIT(M) | COLBIT(P) : 0);
    struct reader rd = {.s = s, .stream = STREAM_G, .want = want, .e = w->j->e};
    int rc = 0;
    for (uint32_t i = 0; i < w->seg->nruns && rc == 0; i++) {
        const struct run *r = &s->runs.v[w->seg->run0 + i];
        if (r->track >= s->goroutines.n || (w->j->chosen && !w->j->chosen[r->track]))
            continue;
        const struct goroutine *g = session_g(s, r->track);
        w->group = w->j->family == FAMILY_GROUPS && g->group < s->groups.n ? w->j->group[g->group] : NULL;
        w->all = w->j->all;
        w->system = g->system;
        if (w->group || w->all || w->j->family == FAMILY_PROCS)
            rc = walk_run(w, &rd, r);
    }
    piece_put(s, &rd.piece);
    return rc;
}

static void add_idle(struct walk *w, const int64_t *idle)
{
    struct sets *j = w->j;
    size_t n = j->s->groups.n;
    for (size_t g = 0; g <= n; g++) {
        sum_t *row = g < n ? j->group[g] : j->all;
        uint32_t at = 0;
        for (unsigned share = 0; row && share < SHARE_COUNT; share++)
            if (idle[g * SHARE_COUNT + share])
                sums_add(&j->h, row, share, w->seg->t0, w->seg->t1, (uint64_t)idle[g * SHARE_COUNT + share], &at);
    }
}

/* Goroutines that stay on a thread through the whole segment. */
static int add_staying(struct walk *w)
{
    struct sets *j = w->j;
    for (size_t i = 0; i < j->x->busy.n; i++) {
        const struct busy *b = &j->x->busy.v[i];
        struct cursor c;
        if (w->segment < b->from || w->segment >= b->to || (j->chosen && !j->chosen[b->g]))
            continue;
        cursor_init(&c, j->s, b->g, COLBIT(M) | COLBIT(P), j->e);
        int rc = cursor_seek(&c, w->seg->t0);
        if (rc == 1) {
            uint32_t k = cursor_row(&c);
            struct where at = {.m = c.piece.c->m[k], .p = c.piece.c->p[k], .since = cursor_t(&c)};
            w->system = session_g(j->s, b->g)->system;
            rc = add_span(w, j->cs->of[cursor_class(&c)], w->seg->t0, w->seg->t1, &at);
        }
        cursor_release(&c);
        if (rc < 0)
            return -1;
    }
    return 0;
}

int sets_rows(struct sets *j, uint32_t i, const int64_t *idle)
{
    struct walk w = {.j = j, .segment = i, .seg = &j->s->segments.v[i]};
    int rc;
    if (j->family == FAMILY_PROCS)
        rc = find_cuts(&w) < 0 || add_staying(&w) < 0 ? -1 : 0;
    else {
        add_idle(&w, idle);
        rc = 0;
    }
    if (rc == 0)
        rc = walk_runs(&w);
    vec_free(&w.cut);
    mem_free(w.first);
    return rc;
}
