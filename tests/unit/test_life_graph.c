/* The life graph of goroutines: times are the session's, moves in and out of a state balance, kinds of waits add up. */
#include <inttypes.h>
#include <string.h>

#include "model/life_graph.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"

static void balances(const struct life_graph *l, gidx g)
{
    uint64_t ends = 0, waits = 0, stops = 0;
    ns_t wait_ns = 0;
    for (unsigned k = 0; k < SHARE_COUNT; k++) {
        uint64_t in = 0, out = 0;
        for (unsigned i = 0; i < LIFE_NODES; i++) {
            in += l->moves[i][k];
            out += l->moves[k][i];
        }
        CHECK(in == l->visits[k], "g%u: %" PRIu64 " ways into %s, %" PRIu64 " visits", g, in, share_names[k], l->visits[k]);
        ends += in - out;
        stops += k != SHARE_RUNNING && k != SHARE_RUNNABLE && k != SHARE_UNKNOWN ? l->visits[k] : 0;
    }
    CHECK(ends == l->alive, "g%u: %" PRIu64 " states are not left", g, ends);
    for (unsigned i = 0; i < l->nwaits; i++) {
        waits += l->waits[i].n;
        wait_ns += l->waits[i].ns;
        CHECK(l->waits[i].ready + l->waits[i].straight <= l->waits[i].n, "g%u: more wakes than waits", g);
        CHECK(!i || l->waits[i].ns <= l->waits[i - 1].ns, "the longest come first");
    }
    CHECK(waits == stops, "g%u: %" PRIu64 " stops of some kind, not %" PRIu64, g, waits, stops);
}

static void judge(struct session *s)
{
    struct err e = ERR_INIT;
    struct life_graph l;
    session_read(s);
    for (int i = 0; i < 400 && check_failures < 10; i++) {
        gidx g = below(s->goroutines.n);
        const struct goroutine *go = session_g(s, g);
        CHECK(life_graph(s, g, s->t0, s->t1, UINT64_MAX, &l, &e) == 0, "%s", e.what);
        CHECK(!memcmp(l.ns, go->ns, sizeof l.ns), "g%u: other times than the session's", g);
        CHECK(l.alive == (go->ended == NS_OPEN) || !l.spans, "g%u: alive at the end?", g);
        CHECK(l.older == (go->created == NS_NONE) || !l.spans, "g%u: older than the trace?", g);
        balances(&l, g);
        CHECK(life_graph(s, g, s->t0 + 1000, s->t1 - 1000, 10, &l, &e) == 0 && l.spans <= 4096, "bounded");
    }
    session_done(s);
}

int main(void)
{
    static const char *const paths[] = {"tests/data/demo/payd.trace.zst", "tests/data/real/staticcheck.trace.zst"};
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
