/* goroutine-leak: blocked on a channel, in a select or for a lock at the end of the trace, and for long.
 *
 * A trace cannot tell a leak from a pool that waits for work. What it can tell: how many are stuck at one statement, what for, and
 * whether any of them was woken there and came back, or one of their kind was and lived on. A sender, a locker, or somebody on a nil
 * channel is no pool: nobody parks there by design. A receiver whose kind was woken there, and did not end by it, looks just like a pool:
 * an info, no more. So does one that was further down in the same function before: it is in a loop, and got its work without waiting.
 */
#include <stdlib.h>

#include "model/findings/engine.h"
#include "model/findings/waits.h"

struct stuck {
    str_id function;
    frame_id frame;
    ns_t since, begun; /* of the wait: as far as is known, as the trace tells */
    gidx g;
    uint8_t kind; /* enum wait_kind */
    bool older;   /* than the trace, and blocked ever since */
    bool young;   /* not for long enough */
};
typedef VEC(struct stuck) stuck_list;

/* All that are stuck at one statement. */
struct knot {
    const struct stuck *v;
    size_t n;
    size_t young;   /* who wait there too, not for long enough: they were not woken either */
    uint64_t woken; /* waits there that ended, and not with the goroutine's end; 0: none is known */
    uint8_t severity, confidence;
    bool doubt; /* a pool looks the same */
};

static bool is_main(const struct session *s, gidx g)
{
    return g != IDX_NONE && session_g(s, g)->id == 1;
}

/* 1: stuck, 0: not, -1. */
static int look(struct rule_run *r, gidx i, struct stuck *out, struct err *e)
{
    struct session *s = r->s;
    const struct goroutine *g = session_g(s, i);
    struct span sp;
    double least = limit(r, KEY_OVER), part = limit(r, KEY_SHARE) * (double)(s->t1 - s->t0);
    if (g->ended != NS_OPEN || g->system || g->first == NS_NONE || g->last_state != G_WAITING || is_main(s, i))
        return 0;
    int rc = tl_span_at(s, i, s->t1 - 1, &sp, e);
    if (rc <= 0)
        return rc;
    bool older = g->created == NS_NONE && sp.t0 <= g->first;
    ns_t since = older ? s->t0 : sp.t0;
    enum wait_kind kind = sp.stack ? wait_kind_of(s, sp.class, sp.stack) : WAIT_NONE;
    if (sp.state != G_WAITING || kind == WAIT_NONE || kind == WAIT_FOREVER || waits_by_design(r, i, sp.stack))
        return 0;
    *out = (struct stuck){.function = function_of_stack(s, sp.stack),
                          .frame = statement_of(r, sp.stack),
                          .since = since,
                          .begun = sp.t0,
                          .g = i,
                          .kind = (uint8_t)kind,
                          .older = older,
                          .young = (double)(s->t1 - since) < (least > part ? least : part)};
    return out->frame != 0;
}

static int by_place(const void *pa, const void *pb)
{
    const struct stuck *a = pa, *b = pb;
    if (a->function != b->function)
        return a->function < b->function ? -1 : 1;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->young != b->young)
        return a->young ? 1 : -1;
    return a->g < b->g ? -1 : 1;
}

static bool at_one_place(const struct stuck *a, const struct stuck *b)
{
    return a->function == b->function && a->frame == b->frame && a->kind == b->kind;
}

/* Waits at this statement that ended, less those after which the goroutine ended: a request that gets its answer and is done. */
static uint64_t woken_there(struct rule_run *r, const struct knot *k)
{
    const struct session *s = r->s;
    uint64_t begun = 0, ended = 0;
    for (size_t i = 0; i < s->waits.n; i++) {
        const struct wait_site *w = &s->waits.v[i];
        if (statement_of(r, w->stack) == k->v->frame && function_of_stack(s, w->stack) == k->v->function &&
            wait_kind_of(s, w->class, w->stack) == k->v->kind)
            begun += w->count;
    }
    const struct group *group = &s->groups.v[session_g(s, k->v->g)->group];
    ended = group->n - group->alive + k->n + k->young;
    return begun > ended ? begun - ended : 0;
}

/* Whether a stack is in the same function as `frame`, further down in it or in what it calls there. */
static bool is_below(const struct session *s, stack_id stack, frame_id frame)
{
    const struct stack *k = session_stack(s, stack);
    const struct frame *f = session_frame(s, frame);
    for (uint32_t i = 0; i < k->n; i++) {
        const struct frame *o = session_frame(s, k->frames[i]);
        if (o->func == f->func)
            return o->line > f->line;
    }
    return false;
}

/* Whether the stop of sp shows that the goroutine was at the knot's statement before its last wait there. */
static bool is_round(struct rule_run *r, const struct knot *k, const struct span *sp)
{
    const struct session *s = r->s;
    enum wait_kind kind = k->v->kind;
    if (sp->state == G_WAITING && statement_of(r, sp->stack) == k->v->frame && wait_kind_of(s, sp->class, sp->stack) == kind)
        return true;
    return (kind == WAIT_RECEIVE || kind == WAIT_SELECT) && is_below(s, sp->stack, k->v->frame);
}

enum { LOOKED_AT = 32 }; /* goroutines of a knot, and spans of each */

/* Whether one of them was there before and came back. 1, 0, -1. */
static int came_back(struct rule_run *r, const struct knot *k, struct err *e)
{
    for (size_t i = 0; i < k->n && i < LOOKED_AT; i++) {
        struct span sp;
        ns_t at = k->v[i].begun;
        for (unsigned n = 0; n < LOOKED_AT; n++) {
            int rc = tl_span_step(r->s, k->v[i].g, at, -1, &sp, e);
            if (rc < 0)
                return -1;
            if (rc == 0)
                break;
            if (sp.stack && is_round(r, k, &sp))
                return 1;
            at = sp.t0;
        }
    }
    return 0;
}

static bool all_older(const struct knot *k)
{
    for (size_t i = 0; i < k->n; i++)
        if (!k->v[i].older)
            return false;
    return true;
}

static bool started_by_main(const struct session *s, const struct knot *k)
{
    return k->n == 1 && is_main(s, session_g(s, k->v->g)->creator);
}

static void set(struct knot *k, enum severity severity, enum confidence confidence)
{
    k->severity = (uint8_t)severity;
    k->confidence = (uint8_t)confidence;
}

/* How sure, from what is waited for and by how many. */
static void weigh(struct rule_run *r, struct knot *k)
{
    bool many = (double)k->n >= limit(r, KEY_MIN);
    enum wait_kind kind = k->v->kind;
    bool sends = kind == WAIT_SEND || kind == WAIT_PIPE_WRITE;
    bool parked = kind == WAIT_RECEIVE || kind == WAIT_SELECT || kind == WAIT_COND || kind == WAIT_WAITGROUP;
    if (kind == WAIT_LOCK || kind == WAIT_NIL_CHAN)
        set(k, many ? SEV_ERROR : SEV_WARNING, CONF_LIKELY);
    else if (sends && k->woken == 0)
        set(k, many ? SEV_ERROR : SEV_WARNING, many ? CONF_LIKELY : CONF_POSSIBLE);
    else if (sends)
        set(k, many ? SEV_WARNING : SEV_INFO, CONF_POSSIBLE);
    else if (kind == WAIT_COND || kind == WAIT_WAITGROUP || k->woken || all_older(k) || started_by_main(r->s, k))
        set(k, SEV_INFO, CONF_POSSIBLE);
    else
        set(k, many ? SEV_ERROR : SEV_WARNING, many ? CONF_LIKELY : CONF_POSSIBLE);
    k->doubt = parked && k->severity == SEV_INFO;
}

/* A waiter of a WaitGroup is stuck when those whom it waits for are: they have its creator, or it created them. */
static void weigh_waitgroup(struct rule_run *r, struct knot *k, const struct knot *all, size_t n)
{
    const struct goroutine *waiter = session_g(r->s, k->v->g);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; all[i].severity > SEV_INFO && all[i].v->kind != WAIT_WAITGROUP && j < all[i].n; j++) {
            gidx creator = session_g(r->s, all[i].v[j].g)->creator;
            if (creator == IDX_NONE || (creator != waiter->creator && creator != k->v->g))
                continue;
            set(k, SEV_WARNING, CONF_LIKELY);
            k->doubt = false;
            return;
        }
}

static void report(struct rule_run *r, const struct knot *k)
{
    for (size_t i = 0; i < k->n; i++) {
        const struct stuck *u = &k->v[i];
        struct sighting x = sighting_of(r, u->g, u->since, r->s->t1);
        x.function = u->function;
        x.frame = u->frame;
        x.cause = wait_kind_words[u->kind];
        x.severity = k->severity;
        x.confidence = k->confidence;
        x.also = true;
        x.weight = (double)(r->s->t1 - u->since);
        x.numbers[NUM_BLOCKED] = x.weight;
        sighting_prove_span(&x, r->s, u->g, u->since, r->s->t1);
        rule_report(r, &x);
    }
}

static void say(struct rule_run *r, const struct knot *all, size_t nknots)
{
    size_t n;
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++) {
        const char *tail = "";
        for (size_t k = 0; k < nknots; k++)
            if (all[k].v->function == f->function && all[k].v->frame == f->frame && f->cause == wait_kind_words[all[k].v->kind] &&
                all[k].doubt)
                tail = all[k].woken ? "; some of its kind went on from there before, so it may be a pool that waits for work"
                                    : "; it may wait there by design";
        finding_say(f, "%s at %s: %s, and was not woken for %s until the end of the trace%s", count_of(f->count, "goroutine").s,
                    place_of(r->s, f->function, f->frame).s, f->cause, duration_of(f->numbers[NUM_BLOCKED]).s, tail);
    }
}

static int judge_list(struct rule_run *r, stuck_list *list, struct err *e)
{
    VEC(struct knot) knots = {0};
    int rc = 0;
    qsort(list->v, list->n, sizeof *list->v, by_place);
    for (size_t i = 0, j; i < list->n; i = j) {
        for (j = i + 1; j < list->n && at_one_place(&list->v[j], &list->v[i]);)
            j++;
        struct knot k = {.v = list->v + i};
        while (k.n < j - i && !k.v[k.n].young)
            k.n++;
        k.young = j - i - k.n;
        if (!k.n)
            continue;
        k.woken = woken_there(r, &k);
        if (!k.woken) {
            int back = came_back(r, &k, e);
            if (back < 0)
                rc = -1;
            k.woken = back > 0;
        }
        weigh(r, &k);
        *vec_push(&knots) = k;
    }
    for (size_t i = 0; i < knots.n; i++)
        if (knots.v[i].v->kind == WAIT_WAITGROUP)
            weigh_waitgroup(r, &knots.v[i], knots.v, knots.n);
    for (size_t i = 0; i < knots.n; i++)
        report(r, &knots.v[i]);
    say(r, knots.v, knots.n);
    vec_free(&knots);
    return rc;
}

int judge_goroutine_leak(struct rule_run *r, struct err *e)
{
    stuck_list list = {0};
    int rc = 0;
    for (uint32_t i = 0; i < r->s->goroutines.n && rc >= 0; i++) {
        struct stuck u;
        rc = rule_pause(r, e);
        if (rc == 0 && (rc = look(r, i, &u, e)) > 0)
            *vec_push(&list) = u;
    }
    if (rc >= 0 && list.n)
        rc = judge_list(r, &list, e);
    vec_free(&list);
    return rc < 0 ? -1 : 0;
}
