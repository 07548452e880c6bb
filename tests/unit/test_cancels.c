/* Which cancel a goroutine reacts to at a moment: against all edges looked at one by one. */
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tui/cancels.h"

/* The edge that ends the wait that holds at t; else the last one up to t, if its reaction goes on. */
static uint32_t by_hand(const struct session *s, gidx g, ns_t t, const struct span *sp)
{
    uint32_t last = IDX_NONE;
    for (uint32_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[i];
        if (e->g != g)
            continue;
        if (sp && sp->state == G_WAITING && !sp->open && e->t == sp->t1)
            return i;
        if (e->t <= t)
            last = i;
    }
    if (last == IDX_NONE)
        return IDX_NONE;
    const struct cancel_edge *e = &s->ctx.edges.v[last];
    return e->exit == NS_NONE || e->exit > t ? last : IDX_NONE;
}

static void compare(struct session *s, const struct cancels *c, gidx g, ns_t t, uint32_t *found)
{
    struct err e = ERR_INIT;
    struct span sp;
    int alive = tl_span_at(s, g, t, &sp, &e);
    uint32_t want = by_hand(s, g, t, alive == 1 ? &sp : NULL), got = cancels_at(c, s, g, t, alive == 1 ? &sp : NULL);
    bool same = want == got || (want != IDX_NONE && got != IDX_NONE && s->ctx.edges.v[want].t == s->ctx.edges.v[got].t);
    CHECK(same, "g%u at %lld: edge %u, not %u", g, (long long)(t - s->t0), got, want);
    *found += got != IDX_NONE;
}

static void judge(struct session *s)
{
    struct cancels c = {0};
    uint32_t found = 0;
    session_read(s);
    cancels_update(&c, s);
    cancels_update(&c, s); /* nothing new */
    CHECK(s->ctx.edges.n > 100 && c.prev.n == s->ctx.edges.n, "%zu edges, %zu known", s->ctx.edges.n, c.prev.n);
    for (int i = 0; i < 600 && check_failures < 10; i++) {
        const struct cancel_edge *e = &s->ctx.edges.v[below((uint32_t)s->ctx.edges.n)];
        ns_t t = below(4) ? e->t - 2 + (ns_t)below(50000) : s->t0 + (ns_t)(rnd() % (uint64_t)(s->t1 - s->t0));
        compare(s, &c, below(5) ? e->g : below(s->goroutines.n), t, &found);
        uint32_t from = cancels_from(s, e->t);
        CHECK(s->ctx.edges.v[from].t == e->t && (!from || s->ctx.edges.v[from - 1].t < e->t), "the first edge at a time is edge %u", from);
        struct cancel_told told;
        char text[96];
        cancels_tell(s, from, &told);
        cancels_reaction(text, &told.edge);
        CHECK(told.mark <= MARK_UNSEEN && *told.grade && *text, "an edge says nothing");
        CHECK((told.mark == MARK_UNSEEN) == (told.edge.how == EXIT_OPEN), "what did not react is marked so");
    }
    CHECK(found > 50, "only %u reactions were met", found);
    session_done(s);
    cancels_release(&c);
}

int main(void)
{
    static const char *const paths[] = {"tests/data/demo/payd.trace.zst", "tests/data/corpus/go1.26/cancel-storm.fault.trace.zst"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct err e = ERR_INIT;
        struct session *s = load_session(&paths[i], 1, 1, &e);
        CHECK(s, "%s: %s", paths[i], e.what);
        if (!s)
            continue;
        judge(s);
        load_free(s);
    }
    return check_done();
}
