/* Spans, steps from span to span, links, marks, metrics and all events, told from the rows of a session, are those that the
 * importer's events make: in random sessions, in real traces, in two one after the other.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/oracle.h"

enum { MAX = 4000 };
static const char *what;
static struct err err;

static ns_t any_time(const struct session *s)
{
    switch (below(20)) {
    case 0: return INT64_MIN;
    case 1: return INT64_MAX;
    case 2: return s->t0 - (ns_t)below(3);
    case 3: return s->t1 - 1 + (ns_t)below(3);
    default: return s->t0 + (ns_t)(rnd() % (uint64_t)(s->t1 - s->t0 + 1));
    }
}

/* Often exactly where something happens. */
static ns_t telling_time(const struct watched *w)
{
    return below(2) ? any_time(w->s) : w->o.ev.v[below((uint32_t)w->o.ev.n)].t - 1 + (ns_t)below(3);
}

static void same_span(const struct watched *w, const struct span *ours, const struct oracle_span *want, const char *how)
{
    const struct event *ev = want->event == UINT32_MAX ? NULL : &w->o.ev.v[want->event];
    bool ok = ours->t0 == want->t0 && ours->t1 == want->t1 && ours->g == want->g && ours->share == want->share && ours->open == want->open;
    if (ev)
        ok = ok && ours->class == ev->class && ours->by == ev->g && ours->stack == ev->stack && ours->stack2 == ev->stack2 &&
             ours->m == (ev->m == EV_NO_MP ? IDX_NONE : ev->m) && ours->p == (ev->p == EV_NO_MP ? IDX_NONE : ev->p);
    else
        ok = ok && ours->class == CLASS_NONE && ours->state == G_UNDETERMINED && ours->by == IDX_NONE && !ours->stack;
    CHECK(ok, "%s: %s: g%u %" PRId64 "..%" PRId64 " share %u open %u, not %" PRId64 "..%" PRId64 " share %u open %u", what, how, ours->g,
          ours->t0 - w->s->t0, ours->t1 - w->s->t0, ours->share, ours->open, want->t0 - w->s->t0, want->t1 - w->s->t0, want->share,
          want->open);
}

static const struct oracle_span *spans_of(const struct watched *w, gidx g, uint32_t *n)
{
    *n = w->o.first.v[g + 1] - w->o.first.v[g];
    return w->o.spans.v + w->o.first.v[g];
}

/* What a walk tells of one goroutine, beside its spans. */
struct walked {
    gidx g;
    ns_t t0, t1;
    const struct span *want;
    long n, at;
    bool ok;
};

static void stay(void *ctx, const struct tl_stay *st)
{
    struct walked *k = ctx;
    if (st->g != k->g || st->t0 >= st->t1)
        return;
    const struct span *sp = k->at < k->n ? &k->want[k->at] : NULL;
    ns_t a = sp && sp->t0 > k->t0 ? sp->t0 : k->t0, b = sp && sp->t1 < k->t1 ? sp->t1 : k->t1;
    k->ok = k->ok && sp && st->t0 == a && st->t1 == b && st->since == sp->t0 && st->share == sp->share && st->class == sp->class &&
            st->stack == sp->stack && st->open == (sp->t1 > k->t1 || (sp->t1 == k->t1 && st->open));
    k->at++;
}

static void walks(struct watched *w, gidx g)
{
    static struct span want[MAX];
    ns_t a = telling_time(w), b = telling_time(w), t0 = a < b ? a : b, t1 = a < b ? b : a;
    struct walked k = {.g = g, .t0 = t0 > w->s->t0 ? t0 : w->s->t0, .t1 = t1 < w->s->t1 ? t1 : w->s->t1, .want = want, .ok = true};
    k.n = k.t0 < k.t1 ? tl_spans(w->s, g, k.t0, k.t1, want, MAX, &err) : 0;
    struct tl_walk *walk = tl_walk_new(w->s, t0, t1);
    uint64_t done, total;
    int rc;
    do
        rc = tl_walk_step(walk, stay, &k, &err);
    while (rc == 1);
    tl_walk_progress(walk, &done, &total);
    CHECK(rc == 0 && done == total, "%s: the walk does not end: %s", what, err.what);
    CHECK(k.n == MAX || (k.ok && k.at == k.n), "%s: g%u in [%" PRId64 ", %" PRId64 "): %ld stays, not %ld; the first others differ", what,
          g, t0 - w->s->t0, t1 - w->s->t0, k.at, k.n);
    tl_walk_free(walk);
}

static void lists(struct watched *w, gidx g)
{
    static struct span ours[MAX];
    uint32_t n, k = 0;
    const struct oracle_span *want = spans_of(w, g, &n);
    ns_t t0 = telling_time(w), t1 = telling_time(w);
    size_t max = below(3) ? MAX : below(5);
    long got = tl_spans(w->s, g, t0, t1, ours, max, &err);
    CHECK(got >= 0, "%s: %s", what, err.what);
    for (uint32_t i = 0; i < n && k < max && t0 < t1; i++)
        if (want[i].t0 < t1 && want[i].t1 > t0) {
            if (k < got)
                same_span(w, &ours[k], &want[i], "in a list");
            k++;
        }
    CHECK(got == (long)k, "%s: %ld spans of g%u in [%" PRId64 ", %" PRId64 "), not %u", what, got, g, t0 - w->s->t0, t1 - w->s->t0, k);
}

/* Spans of no length are steps too, though no list shows them: only then may ours lie between two of the oracle's. */
static bool empty(const struct span *sp)
{
    return sp->t0 == sp->t1;
}

static void steps(struct watched *w, gidx g)
{
    uint32_t n;
    const struct oracle_span *all = spans_of(w, g, &n), *at = NULL, *next = NULL, *before = NULL, *in_state = NULL;
    struct span sp;
    ns_t t = telling_time(w);
    unsigned state = below(G_STATES);
    for (uint32_t i = 0; i < n; i++) {
        unsigned is = all[i].event == UINT32_MAX ? G_UNDETERMINED : session_class(w->s, w->o.ev.v[all[i].event].class)->to;
        at = all[i].t0 <= t && (t < all[i].t1 || (all[i].open && t == w->s->t1)) ? &all[i] : at;
        next = !next && all[i].t0 > t ? &all[i] : next;
        before = all[i].t0 < t ? &all[i] : before;
        in_state = all[i].t0 < t && is == state ? &all[i] : in_state;
    }
    int rc = tl_span_at(w->s, g, t, &sp, &err);
    if (!(rc == 1 && empty(&sp))) {
        CHECK(rc == (at != NULL), "%s: at %" PRId64 ": %d", what, t - w->s->t0, rc);
        if (rc == 1 && at)
            same_span(w, &sp, at, "at a time");
    }
    rc = tl_span_step(w->s, g, t, 1, &sp, &err);
    if (!(rc == 1 && empty(&sp))) {
        CHECK(rc == (next != NULL), "%s: next after %" PRId64 " of g%u: %d", what, t - w->s->t0, g, rc);
        if (rc == 1 && next)
            same_span(w, &sp, next, "next");
    }
    rc = tl_span_step(w->s, g, t, -1, &sp, &err);
    if (!(rc == 1 && empty(&sp))) {
        CHECK(rc == (before != NULL), "%s: before %" PRId64 " of g%u: %d", what, t - w->s->t0, g, rc);
        if (rc == 1 && before)
            same_span(w, &sp, before, "before");
    }
    rc = tl_span_before(w->s, g, t, (enum gstate)state, &sp, &err);
    if (state != G_NOTEXIST && !(rc == 1 && empty(&sp))) {
        CHECK(rc == (in_state != NULL), "%s: %s before %" PRId64 " of g%u: %d", what, gstate_names[state], t - w->s->t0, g, rc);
        if (rc == 1 && in_state)
            same_span(w, &sp, in_state, "in a state before");
    }
}

static void links(struct watched *w)
{
    static struct link ours[MAX];
    ns_t t0 = telling_time(w), t1 = telling_time(w);
    gidx actor = below(2) ? IDX_NONE : below(w->s->goroutines.n);
    size_t max = below(3) ? MAX : below(5);
    long got = tl_links(w->s, actor, t0, t1, ours, max, &err), k = 0;
    CHECK(got >= 0, "%s: %s", what, err.what);
    for (size_t i = 0; i < w->o.ev.n && k < (long)max; i++) {
        const struct event *ev = &w->o.ev.v[i];
        const struct event_class *c = session_class(w->s, ev->class);
        bool create = c->from == G_NOTEXIST && c->to != G_NOTEXIST, wake = c->from == G_WAITING && c->to == G_RUNNABLE;
        if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE || !(create || wake) || ev->t < t0 || ev->t >= t1 ||
            (actor != IDX_NONE && ev->g != actor))
            continue;
        if (k < got)
            CHECK(ours[k].t == ev->t && ours[k].from == ev->g && ours[k].to == ev->res && ours[k].create == create &&
                      ours[k].stack == ev->stack,
                  "%s: link %ld", what, k);
        k++;
    }
    CHECK(k == got, "%s: %ld links, not %ld", what, got, k);
}

static void marks(struct watched *w)
{
    static struct mark ours[MAX];
    static const uint32_t side = 1u << EV_SYNC | 1u << EV_LABEL | 1u << EV_STACK_SAMPLE | 1u << EV_TASK_BEGIN | 1u << EV_TASK_END |
                                 1u << EV_REGION_BEGIN | 1u << EV_REGION_END | 1u << EV_LOG | 1u << EV_EXPERIMENTAL;
    ns_t t0 = telling_time(w), t1 = telling_time(w);
    uint32_t kinds = below(2) ? side : (uint32_t)rnd() & side;
    long got = tl_marks(w->s, kinds, t0, t1, ours, MAX, &err), k = 0;
    CHECK(got >= 0, "%s: %s", what, err.what);
    for (size_t i = 0; i < w->o.ev.n && k < MAX; i++) {
        const struct event *ev = &w->o.ev.v[i];
        uint8_t kind = session_class(w->s, ev->class)->kind;
        if (!(kinds >> kind & 1) || ev->t < t0 || ev->t >= t1)
            continue;
        const struct event_ext none = {0}, *x = w->o.has_ext.v[i] ? &w->o.ext.v[ev->res] : &none;
        bool task = kind >= EV_TASK_BEGIN && kind <= EV_LOG;
        if (k < got)
            CHECK(ours[k].t == ev->t && ours[k].kind == kind && ours[k].g == ev->g && ours[k].stack == ev->stack &&
                      ours[k].s[0] == x->s[0] && ours[k].s[1] == x->s[1] && ours[k].task == (task ? x->v[0] : 0),
                  "%s: mark %ld", what, k);
        k++;
    }
    CHECK(k == got, "%s: %ld marks, not %ld", what, got, k);
}

static void metric(struct watched *w)
{
    static const char name[] = "/memory/classes/heap/objects:bytes";
    struct tl_window win = tl_window_at(any_time(w->s) / 2, (w->s->t1 - w->s->t0) / (1 + below(300)) + 2, 40, below(40));
    int64_t ours[40], want[40], last = NS_NONE;
    CHECK(tl_metric(w->s, name, &win, ours, &err) == 0, "%s", err.what);
    for (unsigned i = 0; i < 40; i++)
        want[i] = NS_NONE;
    unsigned cell = 0;
    for (size_t i = 0; i <= w->o.ev.n; i++) {
        const struct event *ev = i < w->o.ev.n ? &w->o.ev.v[i] : NULL;
        ns_t t = ev ? ev->t : INT64_MAX;
        for (; cell < win.n && t >= win.t0 + win.cell * (ns_t)(cell + 1); cell++)
            if (want[cell] == NS_NONE && win.t0 + win.cell * (ns_t)cell <= w->s->t1)
                want[cell] = last;
        if (!ev || cell == win.n)
            break;
        const struct event_class *c = session_class(w->s, ev->class);
        struct str text = session_str(w->s, c->name);
        if (c->kind != EV_METRIC || text.n != sizeof name - 1 || memcmp(text.p, name, text.n) != 0)
            continue;
        last = (int64_t)w->o.ext.v[ev->res].v[0];
        if (t >= win.t0)
            want[cell] = want[cell] == NS_NONE || last > want[cell] ? last : want[cell];
    }
    for (unsigned i = 0; i < 40; i++)
        CHECK(ours[i] == want[i], "%s: cell %u: %" PRId64 ", not %" PRId64, what, i, ours[i], want[i]);
}

static void running(struct watched *w)
{
    const struct session *s = w->s;
    struct lane lane = {below(2) ? LANE_P : LANE_M, 0};
    size_t n = lane.kind == LANE_P ? s->procs.n : s->threads.n;
    if (!n)
        return;
    lane.id = below((uint32_t)n);
    ns_t t = telling_time(w);
    gidx got = tl_running_on(w->s, lane, t, &err);
    bool any = false, it = false;
    for (size_t i = 0; i < w->o.spans.n; i++) {
        const struct oracle_span *sp = &w->o.spans.v[i];
        if (sp->share != SHARE_RUNNING || sp->t0 > t || sp->t1 <= t || (lane.kind == LANE_P ? sp->p : sp->m) != lane.id)
            continue;
        any = true;
        it |= sp->g == got;
    }
    CHECK(err.kind == ERR_NONE && (got == IDX_NONE ? !any : it), "%s: running on %d %u at %" PRId64 ": g%u", what, (int)lane.kind, lane.id,
          t - s->t0, got);
}

struct told {
    const struct watched *w;
    size_t i, n, stop;
};

static int on_event(void *ctx, const struct event *ev, const struct event_ext *x)
{
    struct told *t = ctx;
    if (t->i >= t->w->o.ev.n) {
        t->n++;
        return 0;
    }
    struct event want = t->w->o.ev.v[t->i];
    bool has = t->w->o.has_ext.v[t->i];
    const struct event_ext *wx = has ? &t->w->o.ext.v[want.res] : NULL;
    want.res = has ? 0 : want.res;
    CHECK(!memcmp(&want, ev, sizeof want), "%s: event %zu: t %" PRId64 " class %u res %u stack2 %u pad %u, not %" PRId64 " %u %u %u %u",
          what, t->i, ev->t, ev->class, ev->res, ev->stack2, ev->pad, want.t, want.class, want.res, want.stack2, want.pad);
    CHECK(has == (x != NULL), "%s: event %zu: a record beside it", what, t->i);
    if (has && x) {
        bool range = session_class(t->w->s, want.class)->kind == EV_RANGE_END;
        CHECK(!memcmp(x->v, wx->v, sizeof x->v) && !memcmp(x->s, wx->s, sizeof x->s) && (!range || x->res == wx->res),
              "%s: record of event %zu", what, t->i);
    }
    t->i++;
    t->n++;
    return t->n == t->stop;
}

static void events(struct watched *w, ns_t t0, ns_t t1, size_t stop)
{
    struct told t = {.w = w, .stop = stop};
    size_t want = 0;
    while (t.i < w->o.ev.n && w->o.ev.v[t.i].t < t0)
        t.i++;
    for (size_t i = t.i; i < w->o.ev.n && w->o.ev.v[i].t <= t1 && want != stop; i++)
        want++;
    CHECK(tl_events(w->s, t0, t1, on_event, &t, &err) == 0, "%s: %s", what, err.what);
    CHECK(t.n == want, "%s: %zu events, not %zu", what, t.n, want);
}

static void judge(struct watched *w, bool ok, uint32_t rounds)
{
    CHECK(ok, "%s: %s", what, err.what);
    session_read(w->s);
    if (ok)
        events(w, INT64_MIN, INT64_MAX, SIZE_MAX);
    for (uint32_t i = 0; ok && i < rounds && check_failures < 10; i++) {
        for (uint32_t k = 0; k < 20; k++) {
            lists(w, below(w->s->goroutines.n));
            steps(w, below(w->s->goroutines.n));
        }
        walks(w, below(w->s->goroutines.n));
        links(w);
        marks(w);
        metric(w);
        running(w);
        if (!below(4))
            events(w, telling_time(w), telling_time(w), below(2) ? SIZE_MAX : 1 + below(30));
    }
    session_done(w->s);
    watched_free(w);
    err_clear(&err);
}

int main(void)
{
    static const char *const real[] = {"tests/data/corpus/go1.25/growth-per-tick.fault.trace.zst", "tests/data/demo/payd.trace.zst",
                                       "tests/data/real/staticcheck.trace.zst"};
    static const uint32_t random[][4] = {{1, 30, 3, 0}, {6, 400, 10, 1}, {10, 3000, 100, 1}, {3, 60000, 5, 0}, {8, 120000, 500, 1}};
    char text[80];
    struct watched w;
    what = text;
    for (size_t i = 0; i < sizeof random / sizeof *random; i++) {
        snprintf(text, sizeof text, "%u blocks, %u events", random[i][0], random[i][1]);
        judge(&w, watched_random(&w, random[i][0], random[i][1], random[i][2], random[i][3], &err), 60);
    }
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
        what = real[i];
        judge(&w, watched_load(&w, &real[i], 1, &err), 30);
    }
    what = "two traces";
    judge(&w, watched_load(&w, real, 2, &err), 100);
    return check_done();
}
