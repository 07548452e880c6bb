/* A marked range: its sums are those of the spans, those of the whole trace are the session's; the job stops and begins anew. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "model/timeline/timeline.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"
#include "tui/app_parts.h"
#include "tui/range.h"

static ns_t any_time(const struct session *s)
{
    return s->t0 + (ns_t)(rnd() % (uint64_t)(s->t1 - s->t0));
}

static enum range_state get(struct app *app, const struct range_sums **r)
{
    session_read(app->s);
    enum range_state st = range_get(app, &app->nav, app->s, r);
    session_done(app->s);
    return st;
}

static const struct range_sums *sum(struct app *app, ns_t t0, ns_t t1)
{
    const struct range_sums *r;
    app->nav.range0 = t0;
    app->nav.range1 = t1;
    get(app, &r);
    jobs_wait(app);
    CHECK(get(app, &r) == RANGE_READY && r, "the sums do not come");
    return r;
}

/* Over the whole trace a range says what the session says. */
static void whole(struct app *app)
{
    const struct session *s = app->s;
    const struct range_sums *r = sum(app, s->t0, s->t1);
    size_t n;
    const struct wait_site *sites = range_waits(r, s, &n);
    uint64_t count = 0, want = 0;
    for (gidx g = 0; g < s->goroutines.n && check_failures < 10; g++) {
        CHECK(!memcmp(range_ns(r, s, g), session_g(s, g)->ns, sizeof r->g->ns), "g%u has other sums", g);
        CHECK(r->g[g].last == (session_g(s, g)->ended == NS_OPEN ? session_g(s, g)->last_share : SHARE_DEAD), "g%u ends as %u", g,
              r->g[g].last);
    }
    for (uint32_t i = 0; i < s->groups.n && check_failures < 10; i++) {
        const struct group *ours = range_group(r, s, i), *all = &s->groups.v[i];
        CHECK(ours->n == all->n && ours->alive == all->alive && !memcmp(ours->ns, all->ns, sizeof ours->ns),
              "group %u: n %u alive %u, not %u and %u", i, ours->n, ours->alive, all->n, all->alive);
        CHECK(!ours->latency == !all->latency && (!ours->latency || !memcmp(ours->latency, all->latency, sizeof *all->latency)),
              "group %u: other latencies", i);
    }
    for (size_t i = 0; i < n; i++)
        count += sites[i].count;
    for (size_t i = 0; i < s->waits.n; i++)
        want += s->waits.v[i].count;
    CHECK(count == want, "%" PRIu64 " waits, not %" PRIu64, count, want);
}

static void some(struct app *app)
{
    static struct span spans[1 << 16];
    struct session *s = app->s;
    struct err e = ERR_INIT;
    ns_t a = any_time(s), b = any_time(s);
    ns_t t0 = a < b ? a : b, t1 = a < b ? b : a;
    if (t0 == t1)
        return;
    const struct range_sums *r = sum(app, t0, t1);
    for (int i = 0; i < 200 && check_failures < 10; i++) {
        gidx g = below(s->goroutines.n);
        ns_t want[SHARE_COUNT] = {0};
        session_read(s);
        long n = tl_spans(s, g, t0, t1, spans, sizeof spans / sizeof *spans, &e);
        session_done(s);
        for (long k = 0; k < n; k++)
            want[spans[k].share] += (spans[k].t1 < t1 ? spans[k].t1 : t1) - (spans[k].t0 > t0 ? spans[k].t0 : t0);
        CHECK(n >= 0 && !memcmp(want, range_ns(r, s, g), sizeof want), "g%u: the spans say otherwise", g);
        CHECK(range_lived(r, g) || n == 0, "g%u lived in the range", g);
    }
    ns_t total = 0, groups = 0;
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        total += r->total[k];
    for (uint32_t i = 0; i < r->ngroups; i++)
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            groups += r->groups[i].ns[k];
    CHECK(total == groups && total > 0, "groups sum up to %" PRId64 ", not %" PRId64, groups, total);
}

static void stops(struct app *app)
{
    const struct range_sums *r;
    struct session *s = app->s;
    app->nav.range0 = s->t0 + 1;
    app->nav.range1 = s->t1 - 1;
    CHECK(get(app, &r) == RANGE_SUMMING && !r);
    jobs_stop(app);
    enum range_state st = get(app, &r);
    CHECK(st == RANGE_STOPPED || st == RANGE_READY, "state %d after a stop", st);
    app->nav.range0 = s->t0 + 2;
    CHECK(get(app, &r) == RANGE_SUMMING, "another range is summed");
    app->nav.range0 = s->t0 + 3; /* at once another one: the job of the old gives way */
    CHECK(get(app, &r) == RANGE_SUMMING);
    jobs_wait(app);
    CHECK(get(app, &r) == RANGE_READY && r && r->t0 == s->t0 + 3, "the range asked for last is the one summed");
    app->nav.range0 = s->t0 + 4;
    get(app, &r);
    range_clear(&app->nav);
    CHECK(get(app, &r) == RANGE_NONE && !app_job_runs(app), "without a range nothing is summed");
}

static void shows(struct session *s, const char *keys, const char *what)
{
    struct err e = ERR_INIT;
    struct buf out = {0};
    struct tui_opts o = {.view = "timeline"};
    CHECK(tui_picture(s, &o, 120, 35, GLYPHS_UTF8, keys, false, &out, &e) == 0, "%s", e.what);
    CHECK(strstr(buf_str(&out), what) != NULL, "after %s there is no \"%s\":\n%s", keys, what, buf_str(&out));
    buf_release(&out);
}

int main(void)
{
    static const char *const paths[] = {"tests/data/demo/payd-ctx.trace.zst", "tests/data/real/staticcheck.trace.zst"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct err e = ERR_INIT;
        struct tui_opts o = {.clock_fixed = true};
        struct session *s = load_session(&paths[i], 1, 1, &e);
        CHECK(s, "%s: %s", paths[i], e.what);
        if (!s)
            continue;
        struct terminal *t = term_open_null(80, 24);
        struct app *app = app_new(s, &o, view_slots, view_slots_n, t, &e);
        whole(app);
        for (int k = 0; k < 12; k++)
            some(app);
        stops(app);
        app_free(app);
        term_close(t);
        shows(s, "l v l l v 6", "by running, range ");
        shows(s, "l v l l v 6 v", "the range is gone");
        shows(s, "l v l l v 1", "most blocked in the range");
        shows(s, "l v l l v 6 v u", "by running, range ");
        shows(s, "l v l l v 6 Enter Enter", "life, in the range");
        load_free(s);
    }
    return check_done();
}
