/* Wake chains and critical paths: against a plain telling of the same definition over spans that a brute-force oracle keeps, in random
 * sessions and a real trace; and a chain of 1,000 links, whose time is printed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/chain.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tests/lib/mktrace.h"
#include "tests/lib/oracle.h"

static const char *what;
static struct err err;

/* --- the plain telling ---------------------------------------------------------------------------------------------- */

struct plain {
    ns_t t0, t1;
    uint8_t state, share, open;
    gidx by;
    bool born;
};

static struct plain plain_of(const struct watched *w, const struct oracle_span *sp)
{
    struct plain p = {.t0 = sp->t0, .t1 = sp->t1, .share = sp->share, .open = sp->open, .by = IDX_NONE, .state = G_UNDETERMINED};
    if (sp->event == UINT32_MAX)
        return p;
    const struct event *ev = &w->o.ev.v[sp->event];
    p.state = session_class(w->s, ev->class)->to;
    p.born = session_class(w->s, ev->class)->from == G_NOTEXIST;
    p.by = ev->g;
    return p;
}

static uint32_t count(const struct watched *w, gidx g)
{
    return w->o.first.v[g + 1] - w->o.first.v[g];
}

static struct plain nth(const struct watched *w, gidx g, uint32_t i)
{
    return plain_of(w, &w->o.spans.v[w->o.first.v[g] + i]);
}

struct bit {
    ns_t t0, t1;
    gidx g;
    uint8_t share;
};
typedef VEC(struct bit) bits;

static ns_t put(bits *out, ns_t from, ns_t t0, ns_t t, gidx g, uint8_t share)
{
    from = from > t0 ? from : t0;
    if (from < t)
        *vec_push(out) = (struct bit){from, t, g, share};
    return from < t ? from : t;
}

/* Newest first. */
static void plain_path(const struct watched *w, gidx g, ns_t t0, ns_t t1, bits *out)
{
    ns_t t = t1;
    unsigned stood = 0;
    if (t > w->s->t1)
        t = put(out, w->s->t1, t0, t, g, SHARE_UNKNOWN);
    while (t > t0 && t > w->s->t0) {
        uint32_t n = count(w, g), i = n;
        while (i > 0 && nth(w, g, i - 1).t0 >= t)
            i--;
        if (i == 0 || nth(w, g, i - 1).t1 < t) {
            t = put(out, i ? nth(w, g, i - 1).t1 : t0, t0, t, g, SHARE_UNKNOWN);
            stood = 0;
            continue;
        }
        struct plain p = nth(w, g, i - 1), next = i < n ? nth(w, g, i) : (struct plain){.t0 = NS_NONE};
        bool ended = p.t1 == t && !p.open && next.t0 == t && next.state != G_UNDETERMINED;
        if (p.state == G_WAITING && ended && next.by != IDX_NONE && next.by != g && ++stood <= 8) {
            g = next.by;
            continue;
        }
        bool nobody = p.state == G_WAITING && ended && (next.by == IDX_NONE || next.by == g);
        t = put(out, p.t0, t0, t, nobody ? IDX_NONE : g, p.share);
        stood = 0;
        if (p.state != G_WAITING && p.born && t > t0 && p.by != IDX_NONE && p.by != g) {
            g = p.by;
            stood = 1;
        }
    }
    (void)put(out, t0, t0, t, IDX_NONE, SHARE_UNKNOWN);
}

static void paths(struct watched *w, bool equal)
{
    gidx g = below(w->s->goroutines.n);
    ns_t span = w->s->t1 - w->s->t0 + 1, a = w->s->t0 + (ns_t)(rnd() % (uint64_t)span),
         b = w->s->t0 + (ns_t)(rnd() % (uint64_t)span) + below(3);
    path_pieces out = {0};
    bits want = {0};
    ns_t t0 = a < b ? a : b, t1 = a < b ? b : a, sum = 0;
    uint32_t max = below(4) ? 1000000 : 1 + below(20);
    CHECK(critical_path(w->s, g, t0, t1, max, &out, &err) == 0, "%s: %s", what, err.what);
    for (size_t i = 0; i < out.n; i++) {
        CHECK(out.v[i].t0 == (i ? out.v[i - 1].t1 : t0) && out.v[i].t0 < out.v[i].t1, "%s: piece %zu", what, i);
        sum += out.v[i].t1 - out.v[i].t0;
    }
    CHECK(sum == t1 - t0 && out.n <= max, "%s: %zu pieces sum to %" PRId64 " of %" PRId64, what, out.n, sum, t1 - t0);
    if (equal && t0 < t1 && max == 1000000) {
        plain_path(w, g, t0, t1, &want);
        bool same = want.n == out.n;
        for (size_t i = 0; i < out.n && same; i++) {
            const struct bit *k = &want.v[want.n - 1 - i];
            same = k->t0 == out.v[i].t0 && k->t1 == out.v[i].t1 && k->g == out.v[i].g && k->share == out.v[i].share;
        }
        CHECK(same, "%s: the path of g%u in [%" PRId64 ", %" PRId64 "): %zu pieces, not %zu; or others", what, g, t0, t1, out.n, want.n);
    }
    vec_free(&want);
    vec_free(&out);
}

/* Links follow the definition, told anew from the oracle's spans. */
static bool is_wait(const struct plain *p)
{
    return p->state == G_WAITING || p->state == G_SYSCALL;
}

/* Who woke, IDX_NONE nobody, and when: of the wait that is span i of g. */
static gidx waker(const struct watched *w, gidx g, uint32_t i)
{
    struct plain p = nth(w, g, i);
    if (p.open || p.state != G_WAITING || i + 1 >= count(w, g))
        return IDX_NONE;
    struct plain next = nth(w, g, i + 1);
    return next.t0 != p.t1 || next.state == G_UNDETERMINED || next.by == g ? IDX_NONE : next.by;
}

/* The span of g that link l must be when it is a wait that explains [from, t); count(g) when there is none. */
static uint32_t plain_cause(const struct watched *w, gidx g, ns_t from, ns_t t)
{
    uint32_t i = count(w, g);
    while (i > 0 && nth(w, g, i - 1).t0 >= t)
        i--;
    for (; i > 0; i--) {
        struct plain p = nth(w, g, i - 1);
        if (p.state == G_UNDETERMINED)
            break;
        if (is_wait(&p) && p.t1 <= t && p.t1 > from && p.t1 - p.t0 >= (t - from) / CHAIN_SHORT && p.t1 > p.t0)
            return i - 1;
        if (p.born || p.t0 <= from)
            break;
    }
    return count(w, g);
}

static void backs(struct watched *w)
{
    gidx g = below(w->s->goroutines.n);
    ns_t t = w->s->t0 + (ns_t)(rnd() % (uint64_t)(w->s->t1 - w->s->t0 + 1));
    chain_links l = {0};
    CHECK(chain_back(w->s, g, t, 500, &l, &err) == 0, "%s: %s", what, err.what);
    ns_t from = 0, until = 0;
    for (size_t i = 0; i < l.n; i++) {
        const struct chain_link *k = &l.v[i];
        bool wait = k->wait.state == G_WAITING || k->wait.state == G_SYSCALL;
        CHECK(i + 1 == l.n || k->end == CHAIN_WOKEN || k->end == CHAIN_CREATED, "%s: link %zu of %zu ends with %s", what, i, l.n,
              chain_end_words[k->end]);
        if (i) {
            CHECK(k->g == l.v[i - 1].by && k->woken <= until, "%s: link %zu is of another goroutine, or later", what, i);
            uint32_t want = plain_cause(w, k->g, from, until);
            CHECK((want < count(w, k->g)) == wait, "%s: link %zu: %s", what, i, chain_end_words[k->end]);
            if (wait && want < count(w, k->g))
                CHECK(nth(w, k->g, want).t0 == k->wait.t0 && (waker(w, k->g, want) == IDX_NONE || waker(w, k->g, want) == k->by),
                      "%s: link %zu is another wait", what, i);
        }
        until = k->woken;
        from = wait ? k->wait.t0 : from;
    }
    vec_free(&l);
}

/* In order of time: whoever is woken by one who was reached. */
static void forwards(struct watched *w)
{
    gidx g = below(w->s->goroutines.n);
    ns_t t0 = w->s->t0 + (ns_t)(rnd() % (uint64_t)(w->s->t1 - w->s->t0 + 1)), t1 = w->s->t1;
    chain_links l = {0};
    uint8_t *reached = calloc(w->s->goroutines.n, 1);
    size_t n = 0;
    CHECK(chain_forward(w->s, g, t0, t1, UINT32_MAX, &l, &err) == 0, "%s: %s", what, err.what);
    reached[g] = 1;
    for (size_t i = 0; i < w->o.ev.n; i++) {
        const struct event *ev = &w->o.ev.v[i];
        const struct event_class *c = session_class(w->s, ev->class);
        bool links = c->kind == EV_STATE_TRANSITION && c->resource == RES_GOROUTINE &&
                     (c->from == G_NOTEXIST || (c->from == G_WAITING && c->to == G_RUNNABLE));
        if (!links || ev->t < t0 || ev->t >= t1 || ev->g == IDX_NONE || !reached[ev->g] || reached[ev->res])
            continue;
        reached[ev->res] = 1;
        CHECK(n < l.n && l.v[n].g == ev->res && l.v[n].by == ev->g && l.v[n].woken == ev->t, "%s: link %zu forwards", what, n);
        n++;
    }
    CHECK(n == l.n, "%s: %zu links forwards, not %zu", what, l.n, n);
    free(reached);
    vec_free(&l);
}

static void judge(struct watched *w, bool ok, unsigned rounds, bool equal)
{
    CHECK(ok, "%s: %s", what, err.what);
    session_read(w->s);
    for (unsigned i = 0; ok && i < rounds && check_failures < 10; i++) {
        paths(w, equal);
        if (equal)
            backs(w);
        if (equal && i % 8 == 0)
            forwards(w);
    }
    session_done(w->s);
    watched_free(w);
    err_clear(&err);
}

/* --- a long chain --------------------------------------------------------------------------------------------------- */

enum { LINKS = 1000 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Goroutine i + 2 wakes i + 1 after 10 ms of its own; the last one, LINKS + 1, ran for a second before. All wait from the start. */
static void write_chain(struct buf *out)
{
    struct mktrace *mk = mk_new(22);
    mk_generation(mk, 1);
    struct mk_batch *b = mk_batch(mk, 1, 0);
    uint64_t t = 1, wait = mk_string(mk, "chan receive"), at = mk_stack(mk, "main.link", "main.go", 7);
    MK(b, t, ProcStatus, 0, WIRE_P_RUNNING);
    MK(b, t += 1, GoStatus, LINKS + 1, 1, WIRE_G_RUNNING);
    for (uint64_t g = 1; g <= LINKS; g++) {
        MK(b, t += 1, GoCreate, g, at, at);
    }
    MK(b, t += 1, GoStop, wait, at);
    for (uint64_t g = 1; g <= LINKS; g++) {
        MK(b, t += 1, GoStart, g, 1);
        MK(b, t += 1, GoBlock, wait, at);
    }
    MK(b, t += 1, GoStart, LINKS + 1, 1);
    t += 10000000000;
    for (uint64_t g = LINKS; g >= 1; g--) {
        MK(b, t += 10000, GoUnblock, g, 2, at);
        MK(b, t += 1, GoBlock, wait, at);
        MK(b, t += 1, GoStart, g, 3);
    }
    mk_end(mk);
    buf_put(out, mk->out.p, mk->out.n);
    mk_free(mk);
}

static void long_chain(void)
{
    char path[] = "/tmp/ctxscope-chain-XXXXXX";
    const char *paths_[] = {path};
    struct buf trace = {0};
    write_chain(&trace);
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, trace.p, trace.n) == (ssize_t)trace.n);
    close(fd);
    struct session *s = load_session(paths_, 1, 1, &err);
    unlink(path);
    buf_release(&trace);
    CHECK(s, "%s", err.what);
    if (!s)
        return;
    session_read(s);
    chain_links l = {0};
    path_pieces p = {0};
    gidx g = session_find_g(s, 1);
    double from = now_ms();
    CHECK(chain_back(s, g, s->t1, CHAIN_MAX, &l, &err) == 0);
    double back = now_ms() - from;
    CHECK(l.n == LINKS + 1 && l.v[LINKS].end == CHAIN_RAN && session_g(s, l.v[LINKS].g)->id == LINKS + 1, "%zu links", l.n);
    for (size_t i = 0; i < l.n; i++)
        CHECK(session_g(s, l.v[i].g)->id == (int64_t)i + 1);
    from = now_ms();
    CHECK(critical_path(s, g, s->t0, s->t1, CHAIN_MAX, &p, &err) == 0 && p.n > LINKS);
    printf("a chain of %d links: %.1f ms; its critical path of %zu pieces: %.1f ms\n", LINKS, back, p.n, now_ms() - from);
    CHECK(chain_forward(s, session_find_g(s, LINKS + 1), s->t0, s->t1, CHAIN_MAX, &l, &err) == 0 && l.n == LINKS, "%zu forwards", l.n);
    CHECK(chain_back(s, g, s->t1, 10, &l, &err) == 0 && l.n == 10);
    session_done(s);
    vec_free(&l);
    vec_free(&p);
    load_free(s);
}

int main(void)
{
    static const char *const real[] = {"tests/data/demo/payd.trace.zst"};
    static const uint32_t random[][4] = {{1, 30, 3, 0}, {10, 3000, 100, 0}, {3, 20000, 5, 0}, {6, 400, 10, 1}, {8, 60000, 300, 1}};
    char text[80];
    struct watched w;
    what = text;
    for (size_t i = 0; i < sizeof random / sizeof *random; i++) {
        snprintf(text, sizeof text, "%u blocks, %u events", random[i][0], random[i][1]);
        judge(&w, watched_random(&w, random[i][0], random[i][1], random[i][2], random[i][3], &err), 200, !random[i][3]);
    }
    what = real[0];
    judge(&w, watched_load(&w, real, 1, &err), 60, true);
    long_chain();
    return check_done();
}
