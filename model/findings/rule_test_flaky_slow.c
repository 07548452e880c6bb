/* test-flaky-slow: tests that took long. A test is a goroutine that testing.tRunner began; time in which it waited for its turn among
 * parallel tests is not its own. Of a test and its subtest that both took long the subtest is told. */
#include <stdlib.h>

#include "model/findings/engine.h"

struct test {
    gidx g;
    ns_t t0, t1, waited;
    stack_id stack; /* one that shows the test's function */
};
typedef VEC(struct test) tests;

enum { SPANS = 512 };

/* Its function, and the time that it waited in t.Parallel; read from its spans. */
static int look(struct rule_run *r, struct test *t, struct err *e)
{
    struct span *sp = mem_alloc(SPANS, sizeof *sp);
    ns_t from = t->t0;
    long n;
    while ((n = tl_spans(r->s, t->g, from, t->t1, sp, SPANS, e)) > 0) {
        for (long i = 0; i < n; i++) {
            if (sp[i].state != G_WAITING || !sp[i].stack)
                continue;
            if (session_stack(r->s, sp[i].stack)->n > 1)
                t->stack = t->stack ? t->stack : sp[i].stack;
            if (stack_has(r->s, sp[i].stack, "testing.(*T).Parallel"))
                t->waited += sp[i].t1 - sp[i].t0;
        }
        if (n < SPANS || sp[n - 1].t1 <= from)
            break;
        from = sp[n - 1].t1;
    }
    mem_free(sp);
    return n < 0 ? -1 : 0;
}

/* The frame that tRunner called. */
static frame_id test_frame(const struct session *s, stack_id stack)
{
    const struct stack *k = session_stack(s, stack);
    for (uint32_t i = 1; i < k->n; i++)
        if (str_is(s, frame_func(s, k->frames[i]), "testing.tRunner"))
            return k->frames[i - 1];
    return 0;
}

static int gather(struct rule_run *r, tests *list, struct err *e)
{
    struct session *s = r->s;
    int rc = 0;
    for (uint32_t i = 0; i < s->goroutines.n && rc == 0; i++) {
        const struct goroutine *g = session_g(s, i);
        struct test t = {.g = i, .t0 = g->created == NS_NONE ? s->t0 : g->created, .t1 = g->ended == NS_OPEN ? s->t1 : g->ended};
        if (!str_is(s, g->name, "testing.tRunner") || (double)(t.t1 - t.t0) <= limit(r, KEY_MAX))
            continue;
        rc = look(r, &t, e);
        if (rc == 0 && (double)(t.t1 - t.t0 - t.waited) > limit(r, KEY_MAX))
            *vec_push(list) = t;
    }
    return rc;
}

static bool has_slow_subtest(const struct session *s, const tests *list, gidx g)
{
    for (size_t i = 0; i < list->n; i++)
        if (session_g(s, list->v[i].g)->creator == g)
            return true;
    return false;
}

int judge_test_flaky_slow(struct rule_run *r, struct err *e)
{
    tests list = {0};
    size_t n;
    int rc = gather(r, &list, e);
    for (size_t i = 0; i < list.n && rc == 0; i++) {
        const struct test *t = &list.v[i];
        frame_id f = test_frame(r->s, t->stack);
        if (has_slow_subtest(r->s, &list, t->g))
            continue;
        struct sighting x = sighting_of(r, t->g, t->t0, t->t1);
        x.function = f ? frame_func(r->s, f) : session_g(r->s, t->g)->name;
        x.frame = f;
        x.weight = x.numbers[NUM_TOOK] = (double)(t->t1 - t->t0 - t->waited);
        sighting_prove_span(&x, r->s, t->g, t->t0, t->t1);
        rule_report(r, &x);
    }
    vec_free(&list);
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(f, "the test %s took %s; more than %s is called slow", place_of(r->s, f->function, 0).s,
                    duration_of(f->numbers[NUM_TOOK]).s, duration_of(limit(r, KEY_MAX)).s);
    return rc;
}
