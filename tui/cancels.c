#include "tui/cancels.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void cancels_release(struct cancels *c)
{
    map_release(&c->last);
    vec_free(&c->prev);
}

void cancels_update(struct cancels *c, const struct session *s)
{
    if (c->prev.n > s->ctx.edges.n) {
        map_clear(&c->last);
        c->prev.n = 0;
    }
    for (uint32_t i = (uint32_t)c->prev.n; i < s->ctx.edges.n; i++) {
        uint32_t before = map_get(&c->last, s->ctx.edges.v[i].g);
        *vec_push(&c->prev) = before == MAP_NONE ? IDX_NONE : before;
        map_put(&c->last, s->ctx.edges.v[i].g, i);
    }
}

uint32_t cancels_at(const struct cancels *c, const struct session *s, gidx g, ns_t t, const struct span *sp)
{
    bool waits = sp && sp->state == G_WAITING && !sp->open;
    uint32_t i = map_get(&c->last, g);
    for (; i != MAP_NONE && i != IDX_NONE && i < c->prev.n; i = c->prev.v[i]) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        if (waits && e->t == sp->t1)
            return i;
        if (e->t <= t)
            return e->exit == NS_NONE || e->exit > t ? i : IDX_NONE;
    }
    return IDX_NONE;
}

uint32_t cancels_from(const struct session *s, ns_t t)
{
    size_t lo = 0, hi = s->ctx.edges.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->ctx.edges.v[mid].t < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (uint32_t)lo;
}

static const struct cancel *cancel_of(const struct session *s, const struct cancel_edge *e)
{
    return e->cancel < s->ctx.cancels.n ? &s->ctx.cancels.v[e->cancel] : NULL;
}

enum mark_kind cancels_mark(const struct session *s, const struct cancel_edge *e)
{
    const struct cancel *c = cancel_of(s, e);
    if (e->how == EXIT_OPEN)
        return MARK_UNSEEN;
    return c && c->by == BY_DEADLINE ? MARK_DEADLINE : MARK_CANCEL;
}

void cancels_tell(const struct session *s, uint32_t edge, struct cancel_told *out)
{
    const struct cancel_edge *e = &s->ctx.edges.v[edge];
    const struct cancel *c = cancel_of(s, e);
    *out = (struct cancel_told){.edge = *e, .mark = cancels_mark(s, e), .by = IDX_NONE};
    out->grade = e->grade < GRADE_COUNT ? grade_signs[e->grade] : "";
    if (!c)
        return;
    out->deadline = c->by == BY_DEADLINE;
    if (c->g < s->goroutines.n) {
        out->by = c->g;
        out->by_id = session_g(s, c->g)->id;
        out->by_name = session_str(s, session_g(s, c->g)->name);
    }
    if (c->site)
        out->site = site_frame(s, c->site);
}

void cancels_reaction(char out[96], const struct cancel_edge *e)
{
    static const char *const how[EXIT_COUNT] = {
        [EXIT_OPEN] = "at work until the end", [EXIT_ENDED] = "ended", [EXIT_AGAIN] = "waited again", [EXIT_LEFT] = "left"};
    char run[24], leave[24];
    const char *more = e->unobserved ? "at least " : "";
    if (e->run == NS_NONE) {
        snprintf(out, 96, "never ran after it");
        return;
    }
    text_duration(run, e->run - e->t);
    if (e->exit == NS_NONE) {
        snprintf(out, 96, "ran +%s, %s", run, how[EXIT_OPEN]);
        return;
    }
    text_duration(leave, e->exit - e->t);
    snprintf(out, 96, "ran +%s, %s %s+%s", run, e->how < EXIT_COUNT ? how[e->how] : "left", more, leave);
}
