/* slow-cancel: from the wake by a cancel until the goroutine ended, or waited again at the same statement, it took long.
 *
 * A goroutine that left the function in which it waited is known to have done so only at its next block: its own computing until then
 * may be other work already, so only the time in which it was ready or blocked counts. One that blocks again at the author's same
 * statement, if elsewhere in what that calls, has come back: a loop of requests. Main and AfterFunc's functions go on by design.
 * So does a loop that gives each round a timeout of its own (attempts with a pause between them, polling): its deadline ends a wait, not
 * the work. It is known by a goroutine that came back to the statement after a deadline.
 */
#include "model/findings/engine.h"

static bool by_deadline(const struct session *s, const struct cancel_edge *x)
{
    return x->kind == EDGE_WAKE && s->ctx.cancels.v[x->cancel].by == BY_DEADLINE;
}

/* Statements to which a goroutine came back after a deadline had ended its wait there. */
static void find_rounds(struct rule_run *r, struct map *out)
{
    const struct session *s = r->s;
    for (size_t i = 0; i < s->ctx.edges.n; i++) {
        const struct cancel_edge *x = &s->ctx.edges.v[i];
        if (x->how == EXIT_AGAIN && by_deadline(s, x))
            map_put(out, statement_of(r, x->wait_stack), 1);
    }
}

/* How long the reaction took, at least; 0: nothing that could be held against it. */
static ns_t reaction_of(struct rule_run *r, const struct cancel_edge *x)
{
    const struct session *s = r->s;
    ns_t exit = edge_to_exit(x);
    if (x->kind != EDGE_WAKE || session_g(s, x->g)->id == 1)
        return 0;
    if (x->then && statement_of(r, x->then) == statement_of(r, x->wait_stack))
        return 0;
    if (x->how == EXIT_OPEN)
        return s->t1 - x->t;
    return x->how == EXIT_LEFT ? exit - x->running : exit;
}

static void set_numbers(struct sighting *x, const struct cancel_edge *c)
{
    ns_t exit = edge_to_exit(c), run = edge_to_run(c);
    if (exit != NS_NONE)
        x->numbers[NUM_CANCEL_TO_EXIT] = (double)exit;
    if (run != NS_NONE)
        x->numbers[NUM_CANCEL_TO_RUN] = (double)run;
    x->numbers[NUM_SCHED] = (double)c->sched;
    x->numbers[NUM_CPU] = (double)c->running;
    x->numbers[NUM_BLOCKED] = (double)c->blocked;
    x->numbers[NUM_DEPTH] = c->depth;
}

static const char *longest_part(const struct cancel_edge *c)
{
    if (c->running >= c->sched && c->running >= c->blocked)
        return "it computed";
    return c->sched >= c->blocked ? "it was ready and had no processor" : "it was blocked elsewhere";
}

static void report(struct rule_run *r, uint32_t edge, ns_t took)
{
    const struct session *s = r->s;
    const struct cancel_edge *c = &s->ctx.edges.v[edge];
    struct sighting x = sighting_of(r, c->g, c->t, c->exit == NS_NONE ? s->t1 : c->exit);
    x.function = function_of_stack(s, c->wait_stack);
    if (!x.function)
        x.function = function_of_g(r, c->g);
    x.frame = stack_site(s, c->wait_stack);
    x.also = true;
    x.weight = (double)took;
    x.confidence = c->how == EXIT_LEFT || c->how == EXIT_OPEN || c->unobserved ? CONF_LIKELY : CONF_CERTAIN;
    set_numbers(&x, c);
    sighting_prove(&x, PROOF_EDGE, edge, c->t, x.t1, c->g);
    rule_report(r, &x);
}

static void say(struct rule_run *r)
{
    size_t n;
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++) {
        const struct cancel_edge *c = &r->s->ctx.edges.v[f->proof.v[0].id];
        finding_say(f, "%s of %s went on for up to %s after the cancel that woke it, mostly because %s%s",
                    count_of(f->count, "goroutine").s, place_of(r->s, f->function, f->frame).s,
                    duration_of((double)(f->proof.v[0].t1 - f->proof.v[0].t0)).s, longest_part(c),
                    c->how == EXIT_OPEN ? ", and was still there at the end" : "");
    }
}

int judge_slow_cancel(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    struct map rounds = {0};
    int rc = 0;
    find_rounds(r, &rounds);
    for (uint32_t i = 0; i < s->ctx.edges.n && rc == 0; i++) {
        const struct cancel_edge *x = &s->ctx.edges.v[i];
        ns_t took = reaction_of(r, x);
        bool round = by_deadline(s, x) && map_get(&rounds, statement_of(r, x->wait_stack)) != MAP_NONE;
        if ((double)took > limit(r, KEY_OVER) && !round)
            report(r, i, took);
        rc = rule_pause(r, e);
    }
    map_release(&rounds);
    say(r);
    return rc;
}
