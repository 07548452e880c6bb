/* Every hit is found, in order of time, forwards and backwards, in one go or in the shortest steps; counts agree with them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/search.h"
#include "tests/lib/check.h"
#include "tests/lib/oracle.h"

struct want {
    ns_t t;
    uint8_t kind;
};
static VEC(struct want) want;
static uint64_t counts[SEARCH_KIND_COUNT];

static bool text_has(const struct session *s, str_id id, struct regex *re)
{
    struct str text = session_str(s, id);
    return id && regex_match(re, text.p, text.n) == 1;
}

static bool stack_has(const struct session *s, stack_id id, struct regex *re)
{
    const struct stack *st = session_stack(s, id);
    for (uint32_t i = 0; i < st->n; i++) {
        const struct frame *f = session_frame(s, st->frames[i]);
        if (text_has(s, f->func, re) || text_has(s, f->file, re))
            return true;
    }
    return false;
}

static bool goroutine_has(const struct session *s, gidx g, struct regex *re)
{
    char text[32];
    snprintf(text, sizeof text, "g%" PRId64, session_g(s, g)->id);
    return text_has(s, session_g(s, g)->name, re) || regex_match(re, text, strlen(text)) == 1;
}

static int kind_of(const struct oracle *o, size_t i, struct regex *re)
{
    static const int8_t kinds[EV_KINDS] = {[EV_LABEL] = HIT_LABEL,         [EV_TASK_BEGIN] = HIT_TASK,   [EV_TASK_END] = HIT_TASK,
                                           [EV_REGION_BEGIN] = HIT_REGION, [EV_REGION_END] = HIT_REGION, [EV_LOG] = HIT_LOG};
    const struct event *ev = &o->ev.v[i];
    uint8_t kind = session_class(o->s, ev->class)->kind;
    if (kinds[kind] && o->has_ext.v[i]) {
        const struct event_ext *x = &o->ext.v[ev->res];
        if (text_has(o->s, x->s[0], re) || text_has(o->s, x->s[1], re))
            return kinds[kind];
    }
    if (kind == EV_METRIC || !(stack_has(o->s, ev->stack, re) || stack_has(o->s, ev->stack2, re)))
        return -1;
    return kind == EV_STACK_SAMPLE ? HIT_SAMPLE : HIT_STACK;
}

static int by_time(const void *a, const void *b)
{
    const struct want *x = a, *y = b;
    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static void fill_want(const struct watched *w, struct regex *re, gidx only)
{
    const struct session *s = w->s;
    want.n = 0;
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < w->o.ev.n; i++) {
        int kind = kind_of(&w->o, i, re);
        const struct event *ev = &w->o.ev.v[i];
        const struct event_class *c = session_class(s, ev->class);
        bool second = !stack_has(s, ev->stack, re) && stack_has(s, ev->stack2, re),
             track = c->kind == EV_STATE_TRANSITION && c->resource == RES_GOROUTINE;
        gidx g = track && (second || ev->g == IDX_NONE) ? ev->res : ev->g;
        if (kind < 0)
            continue;
        counts[kind]++;
        if (only == IDX_NONE || g == only)
            *vec_push(&want) = (struct want){ev->t, (uint8_t)kind};
    }
    for (gidx g = 0; g < s->goroutines.n; g++) {
        const struct goroutine *go = session_g(s, g);
        if (!goroutine_has(s, g, re))
            continue;
        counts[HIT_GOROUTINE]++;
        if (only == IDX_NONE || g == only)
            *vec_push(&want) = (struct want){go->created != NS_NONE ? go->created
                                             : go->first != NS_NONE ? go->first
                                                                    : s->t0,
                                             HIT_GOROUTINE};
    }
    if (want.n)
        qsort(want.v, want.n, sizeof *want.v, by_time);
    size_t n = 0; /* of several at one time the first is told */
    for (size_t i = 0; i < want.n; i++)
        if (!n || want.v[n - 1].t != want.v[i].t)
            want.v[n++] = want.v[i];
    want.n = n;
}

static int step(struct search *se, double ms, struct hit *hit)
{
    struct err e = ERR_INIT;
    int rc, patience = 1000000;
    while ((rc = search_step(se, ms, hit, &e)) == SEARCH_MORE && --patience)
        ;
    CHECK(rc >= 0 && patience, "%s", e.what);
    return rc;
}

static void walk(struct search *se, int dir, double ms, const char *pattern, ns_t from, gidx only)
{
    size_t k = 0, n = 0;
    struct hit hit;
    while (k < want.n && (dir > 0 ? want.v[k].t <= from : want.v[want.n - 1 - k].t >= from))
        k++;
    search_from(se, from, dir, only);
    while (k < want.n && n++ < 300 && check_failures < 10) {
        const struct want *w = dir > 0 ? &want.v[k++] : &want.v[want.n - 1 - k++];
        int rc = step(se, ms, &hit);
        CHECK(rc == SEARCH_HIT && hit.t == w->t && hit.kind == w->kind, "%s: hit %zu (%d): %d, a %s at %" PRId64 ", not a %s at %" PRId64,
              pattern, k, dir, rc, search_kind_names[hit.kind], hit.t, search_kind_names[w->kind], w->t);
    }
    if (k == want.n)
        CHECK(step(se, ms, &hit) == SEARCH_NONE, "%s: more than %zu hits", pattern, k);
}

static void judge(struct watched *w, const char *pattern, bool all)
{
    struct err e = ERR_INIT;
    struct search *se = search_new(w->s, pattern, strlen(pattern), REGEX_SMART, &e);
    struct regex *re = regex_new(pattern, strlen(pattern), REGEX_SMART, &e);
    gidx only = below(3) ? IDX_NONE : below(w->s->goroutines.n);
    fill_want(w, re, only);
    ns_t from = below(2) ? INT64_MIN : w->s->t0 + (ns_t)(rnd() % (uint64_t)(w->s->t1 - w->s->t0 + 1));
    walk(se, 1, below(2) ? 0 : 100, pattern, from, only);
    walk(se, -1, below(2) ? 0 : 100, pattern, below(2) ? INT64_MAX : from, only);
    struct search_counts got;
    int rc;
    while ((rc = search_count(se, 0.01, &got, &e)) == SEARCH_MORE)
        ;
    for (unsigned k = 0; k < SEARCH_KIND_COUNT; k++)
        CHECK(rc == SEARCH_NONE && got.hits[k] == counts[k], "%s: %" PRIu64 " of kind %s, not %" PRIu64, pattern, got.hits[k],
              search_kind_names[k], counts[k]);
    uint64_t any = 0;
    for (unsigned k = 0; k < SEARCH_KIND_COUNT; k++)
        any += counts[k];
    CHECK(!all || any, "%s hits something", pattern);
    for (gidx g = 0; g < w->s->goroutines.n && g < 50; g++)
        CHECK(search_goroutine(se, g) == goroutine_has(w->s, g, re), "%s: goroutine %u", pattern, g);
    regex_free(re);
    search_free(se);
}

static void session(struct watched *w, bool ok, const char *const *patterns, size_t n, const struct err *e)
{
    CHECK(ok, "%s", e->what);
    session_read(w->s);
    for (size_t i = 0; ok && i < n && check_failures < 10; i++)
        judge(w, patterns[i], strcmp(patterns[i], "MAIN") != 0 && strcmp(patterns[i], "nothing") != 0);
    session_done(w->s);
    watched_free(w);
}

int main(void)
{
    static const char *const random[] = {"f3",      "leaf", "MAIN", "main", "a message", "alpha", "g1$", "^g2", "main.f[12]$|alpha",
                                         "nothing", ".*"};
    static const char *const real[] = {"serve", "context", "g1", "\\.go$", "chan"};
    const char *path = "tests/data/demo/payd.trace.zst";
    struct watched w;
    struct err e = ERR_INIT;
    for (uint32_t i = 1; i <= 4; i++)
        session(&w, watched_random(&w, i * 3, 700 * i * i, 20 * i, i == 2, &e), random, sizeof random / sizeof *random, &e);
    session(&w, watched_load(&w, &path, 1, &e), real, sizeof real / sizeof *real, &e);
    struct err bad = ERR_INIT;
    CHECK(!search_new(NULL, "a(", 2, 0, &bad) && bad.kind == ERR_USAGE && strstr(bad.where, "column 3"), "%s %s", bad.what, bad.where);
    vec_free(&want);
    return check_done();
}
