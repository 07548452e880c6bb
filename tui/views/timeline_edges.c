/* Cancel edges in the shape in which the timeline counts them. */
#include "tui/views/timeline.h"

void edge_marks_update(struct edge_marks *m, const struct session *s, const struct grouping *gp)
{
    struct session_mark mark = session_mark(s);
    if (m->made && m->v.n == s->ctx.edges.n && session_mark_same(&mark, &m->mark) && m->version == gp->version && m->by == gp->by)
        return;
    m->v.n = 0;
    vec_reserve(&m->v, s->ctx.edges.n);
    for (size_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        bool known = e->g < s->goroutines.n;
        *vec_push(&m->v) = (struct edge_mark){.t = e->t,
                                              .g = known ? e->g : IDX_NONE,
                                              .group = known ? grouping_of(gp, s, e->g) : IDX_NONE,
                                              .kind = (uint8_t)cancels_mark(s, e)};
    }
    m->mark = mark;
    m->version = gp->version;
    m->by = (uint8_t)gp->by;
    m->made = true;
}

size_t edge_marks_from(const struct edge_marks *m, ns_t t)
{
    size_t lo = 0, hi = m->v.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (m->v.v[mid].t < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
