/* orphan-goroutine: lives on after the task under which it was created has ended.
 *
 * Not meant: what a library starts for itself (a connection's loops, kept for later requests), what a sync.Once started on first use,
 * what works for other tasks or begins one of its own, and what main started while it had a task, when it is there to the end or that
 * task occurs but once (a start-up): services.
 */
#include "model/findings/engine.h"
#include "model/findings/work.h"

/* A task that occurs but once, as a start-up has: what main starts in it is a service. */
static bool is_single(const struct session *s, const struct task *t)
{
    size_t n = 0;
    for (size_t i = 0; i < s->tasks.n && n < 2; i++)
        n += s->tasks.v[i].name == t->name;
    return n < 2;
}

static bool is_meant(struct rule_run *r, const struct work *w, gidx i)
{
    struct session *s = r->s;
    const struct goroutine *g = session_g(s, i);
    frame_id subject = goroutine_subject(s, i);
    bool by_main = g->creator != IDX_NONE && session_g(s, g->creator)->id == 1;
    return g->system || (subject && frame_is_std(s, subject)) || stack_has(s, g->create_stack, "sync.(*Once).doSlow") ||
           (by_main && (g->ended == NS_OPEN || is_single(s, &s->tasks.v[w->inherited[i]]))) || works_for_others(w, i, w->inherited[i]);
}

/* 1: it waits by design, 0: not, -1. */
static int is_idle(struct rule_run *r, gidx i, struct err *e)
{
    struct span sp;
    if (session_g(r->s, i)->ended != NS_OPEN)
        return 0;
    int rc = tl_span_at(r->s, i, r->s->t1 - 1, &sp, e);
    return rc <= 0 ? rc : sp.state == G_WAITING && waits_by_design(r, i, sp.stack);
}

static int judge_one(struct rule_run *r, const struct work *w, gidx i, struct err *e)
{
    const struct session *s = r->s;
    const struct goroutine *g = session_g(s, i);
    const struct task *t = &s->tasks.v[w->inherited[i]];
    ns_t end = g->ended == NS_OPEN ? s->t1 : g->ended;
    if (t->t1 == NS_OPEN || (double)(end - t->t1) <= limit(r, KEY_GRACE) || is_meant(r, w, i))
        return 0;
    int rc = is_idle(r, i, e);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    struct sighting x = sighting_of(r, i, t->t1, end);
    x.function = function_of_g(r, i);
    x.frame = stack_site(s, g->create_stack);
    x.confidence = CONF_LIKELY;
    x.also = true;
    x.weight = x.numbers[NUM_OVERRUN] = (double)(end - t->t1);
    sighting_prove_span(&x, s, i, t->t1, end);
    sighting_prove(&x, PROOF_TASK, (int64_t)t->id, t->t0 == NS_NONE ? s->t0 : t->t0, t->t1, t->g);
    rule_report(r, &x);
    return 0;
}

int judge_orphan_goroutine(struct rule_run *r, struct err *e)
{
    size_t n;
    int rc = 0;
    if (!r->s->tasks.n)
        return 0;
    const struct work *w = rule_work(r, e);
    if (!w)
        return -1;
    for (uint32_t i = 0; i < r->s->goroutines.n && rc == 0; i++)
        if ((rc = rule_pause(r, e)) == 0 && w->inherited[i] != IDX_NONE)
            rc = judge_one(r, w, i, e);
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++)
        finding_say(f, "%s of %s, started at %s, went on for up to %s after the task under which it was started had ended",
                    count_of(f->count, "goroutine").s, place_of(r->s, f->function, 0).s,
                    place_of(r->s, frame_func(r->s, f->frame), f->frame).s, duration_of(f->numbers[NUM_OVERRUN]).s);
    return rc;
}
