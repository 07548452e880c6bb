/* Reactions: what a goroutine does from the edge on until it has answered the cancel.
 *
 * It has answered when it ends, or waits again at the same statement. One that goes on with other work after it has left the
 * function in which it waited answered when it left: goroutine 1, a server's goroutine whose handler returned, a worker that waits
 * in the caller's loop; and any other that waits at the same statement once more later, or does not end within the trace. Only one
 * that ends after it left (to flush, to close) is busy with its answer until then.
 *
 * The statement and the function are the user's: a wait inside a library belongs to the call into it. One that blocks at an earlier
 * line of the function, or of the library's function, is in its next round or in a new call: it has answered.
 */
#include "model/ctx/collect_private.h"

static const struct stack *stack_of(struct ctx_collect *c, stack_id id)
{
    return session_stack(c->s, id);
}

static str_id func_at(struct ctx_collect *c, const struct stack *st, uint32_t from_root)
{
    return session_frame(c->s, st->frames[st->n - 1 - from_root])->func;
}

/* --- the list of a goroutine's watches ---------------------------------------------------------------------------------- */

static uint32_t new_watch(struct ctx_collect *c)
{
    if (c->free_watches.n)
        return c->free_watches.v[--c->free_watches.n];
    (void)vec_push(&c->watches);
    return (uint32_t)c->watches.n - 1;
}

static void soil(struct ctx_collect *c, uint32_t i)
{
    if (c->watches.v[i].dirty)
        return;
    c->watches.v[i].dirty = true;
    *vec_push(&c->dirty) = i;
}

static void end_watch(struct ctx_collect *c, uint32_t i, enum exit_how how, ns_t t)
{
    struct watch *w = &c->watches.v[i];
    w->e.how = (uint8_t)how;
    w->e.exit = how == EXIT_OPEN ? NS_NONE : t;
    w->done = true;
    soil(c, i);
}

/* It answered when it left the function. */
static void end_left(struct ctx_collect *c, uint32_t i)
{
    struct watch *w = &c->watches.v[i];
    w->e.sched = w->left.sched;
    w->e.running = w->left.running;
    w->e.blocked = w->left.blocked;
    w->e.then = w->left.then;
    w->e.then_share = w->left.then_share;
    end_watch(c, i, EXIT_LEFT, w->left.t);
}

/* Takes those that are done out of the goroutine's list. */
static void unlink_done(struct ctx_collect *c, gidx g)
{
    uint32_t first = map_get(&c->watched, g), kept = IDX_NONE;
    for (uint32_t i = first, next; i != IDX_NONE; i = next) {
        next = c->watches.v[i].next;
        if (c->watches.v[i].done)
            continue;
        if (kept == IDX_NONE)
            first = i;
        else
            c->watches.v[kept].next = i;
        kept = i;
    }
    if (kept == IDX_NONE) {
        map_remove(&c->watched, g);
        return;
    }
    c->watches.v[kept].next = IDX_NONE;
    map_put(&c->watched, g, first);
}

static void append_watch(struct ctx_collect *c, gidx g, uint32_t at)
{
    uint32_t first = map_get(&c->watched, g), last = first, n = 1;
    if (first == MAP_NONE) {
        map_put(&c->watched, g, at);
        return;
    }
    for (; c->watches.v[last].next != IDX_NONE; n++)
        last = c->watches.v[last].next;
    c->watches.v[last].next = at;
    if (n < WATCHES_EACH)
        return;
    c->watches.v[first].e.unobserved = 1;
    end_watch(c, first, EXIT_OPEN, NS_NONE);
    unlink_done(c, g);
}

/* --- beginning ---------------------------------------------------------------------------------------------------------- */

static ns_t waited(struct ctx_collect *c, const struct ctx_step *st)
{
    if (st->from == CLASS_NONE || session_class(c->s, st->from)->from == G_UNDETERMINED)
        return NS_NONE; /* since before the trace */
    return (ns_t)((uint64_t)st->e->t - (uint64_t)st->since);
}

uint32_t react_begin(struct ctx_collect *c, const struct ctx_step *st, const struct candidate *k)
{
    const struct stack_info *info = ctx_info(c, k->stack);
    bool woken = k->kind != EDGE_AFTERFUNC;
    struct watch w = {.row = IDX_NONE, .next = IDX_NONE, .from = k->t, .since = k->t, .share = SHARE_RUNNABLE, .left.t = NS_NONE};
    w.e = (struct cancel_edge){.t = k->t,
                               .run = NS_NONE,
                               .exit = NS_NONE,
                               .cancel = IDX_NONE,
                               .next = IDX_NONE,
                               .ctx = IDX_NONE,
                               .g = k->g,
                               .stack = k->stack,
                               .wait_stack = woken ? st->from_stack : 0,
                               .waited = woken ? waited(c, st) : NS_NONE,
                               .depth = (uint8_t)(info->ncalls < UINT8_MAX ? info->ncalls : UINT8_MAX),
                               .kind = k->kind,
                               .grade = GRADE_INFERRED};
    const struct stack *wait = stack_of(c, w.e.wait_stack);
    uint32_t at = stack_site_at(&c->traits, &c->s->dict, wait);
    at = at < wait->n ? at : stack_waiter(&c->traits, &c->s->dict, wait);
    w.known = at < wait->n;
    w.at = w.known ? wait->n - 1 - at : 0;
    w.main = *paged_at(&c->s->dict.g_ids, k->g) == 1;
    uint32_t i = new_watch(c);
    c->watches.v[i] = w;
    append_watch(c, k->g, i);
    soil(c, i);
    return i;
}

/* --- where it stands now ------------------------------------------------------------------------------------------------ */

enum stand {
    STAND_AGAIN,   /* at the statement, or before it in the next round */
    STAND_INSIDE,  /* behind it in the function */
    STAND_UNSURE,  /* at it in another way: the same call, or a new one */
    STAND_CALLER,  /* at a statement of a caller */
    STAND_OUTSIDE, /* elsewhere */
};

/* The job for which it waited is over: the handler of a server's goroutine returned. */
static bool job_over(struct ctx_collect *c, const struct stack *wait, const struct stack *now)
{
    uint32_t subject = wait->n - 1 - stack_subject_at(&c->traits, &c->s->dict, wait);
    return subject > 0 && (now->n <= subject || func_at(c, now, subject) != func_at(c, wait, subject));
}

static bool anywhere(struct ctx_collect *c, const struct stack *now, str_id func)
{
    for (uint32_t i = 0; i < now->n; i++)
        if (session_frame(c->s, now->frames[i])->func == func)
            return true;
    return false;
}

static uint32_t line_at(struct ctx_collect *c, const struct stack *st, uint32_t from_root)
{
    return session_frame(c->s, st->frames[st->n - 1 - from_root])->line;
}

/* The same function at the same place above the root. */
static bool same_at(struct ctx_collect *c, const struct stack *a, const struct stack *b, uint32_t from_root)
{
    return a->n > from_root && b->n > from_root && func_at(c, a, from_root) == func_at(c, b, from_root);
}

/* The waiting frame's place above the root; UINT32_MAX: all is the runtime's. */
static uint32_t waiter_at(struct ctx_collect *c, const struct stack *st)
{
    uint32_t i = stack_waiter(&c->traits, &c->s->dict, st);
    return i < st->n ? st->n - 1 - i : UINT32_MAX;
}

/* Both stand at the same statement of the user's, whose call went on to wait somewhere below it. */
static enum stand same_statement(struct ctx_collect *c, const struct watch *w, const struct stack *wait, const struct stack *now)
{
    uint32_t was = waiter_at(c, wait), is = waiter_at(c, now);
    if (was == UINT32_MAX || !same_at(c, wait, now, was))
        return STAND_UNSURE;
    uint32_t a = line_at(c, wait, was), b = line_at(c, now, was);
    if (a != b)
        return b < a ? STAND_AGAIN : STAND_INSIDE;
    return is == was ? STAND_AGAIN : w->at == was ? STAND_INSIDE : STAND_UNSURE;
}

/* A stack with which it blocks, seen from where it waited when the cancel came. */
static enum stand stand_of(struct ctx_collect *c, const struct watch *w, stack_id stack)
{
    if (stack == w->e.wait_stack)
        return STAND_AGAIN;
    const struct stack *wait = stack_of(c, w->e.wait_stack), *now = stack_of(c, stack);
    if (wait->n >= STACK_CUT || now->n >= STACK_CUT)
        return anywhere(c, now, func_at(c, wait, w->at)) ? STAND_INSIDE : STAND_OUTSIDE;
    if (same_at(c, wait, now, w->at)) {
        uint32_t a = line_at(c, wait, w->at), b = line_at(c, now, w->at);
        return a == b ? same_statement(c, w, wait, now) : b < a ? STAND_AGAIN : STAND_INSIDE;
    }
    uint32_t is = waiter_at(c, now);
    return is < w->at && same_at(c, wait, now, is) ? STAND_CALLER : STAND_OUTSIDE;
}

static void leaves(struct watch *w, ns_t t)
{
    if (w->left.t != NS_NONE)
        return;
    w->left.t = t;
    w->left.sched = w->e.sched;
    w->left.running = w->e.running;
    w->left.blocked = w->e.blocked;
    w->left.then = w->e.then;
    w->left.then_share = w->e.then_share;
}

/* It blocks, or enters a syscall. */
static void blocks(struct ctx_collect *c, uint32_t i, const struct ctx_step *st)
{
    struct watch *w = &c->watches.v[i];
    bool waits = st->to->to == G_WAITING;
    if (w->e.kind == EDGE_AFTERFUNC || (w->known && !st->e->stack))
        return; /* it has nowhere to return to; or where it is is not told */
    if (!w->known) {
        if (waits && w->e.kind != EDGE_AFTERFUNC) { /* where it waited is not told: this may be an answer, and what follows too */
            w->e.unobserved = 1;
            end_watch(c, i, EXIT_LEFT, st->e->t);
        }
        return;
    }
    enum stand stand = stand_of(c, w, st->e->stack);
    if (stand == STAND_INSIDE || (stand == STAND_AGAIN && !waits))
        return;
    if (stand == STAND_AGAIN) {
        if (w->left.t != NS_NONE)
            end_left(c, i);
        else
            end_watch(c, i, EXIT_AGAIN, st->e->t);
        return;
    }
    leaves(w, st->e->t);
    if (stand == STAND_UNSURE)
        return;
    bool over = job_over(c, stack_of(c, w->e.wait_stack), stack_of(c, st->e->stack));
    if (w->main || (waits && (stand == STAND_CALLER || over)))
        end_left(c, i);
}

/* --- steps -------------------------------------------------------------------------------------------------------------- */

static ns_t *part_of(struct cancel_edge *e, uint8_t share)
{
    return share == SHARE_RUNNING ? &e->running : share == SHARE_RUNNABLE ? &e->sched : &e->blocked;
}

static void sum_until(struct watch *w, ns_t t)
{
    ns_t *part = part_of(&w->e, w->share);
    *part = (ns_t)((uint64_t)*part + ((uint64_t)t - (uint64_t)w->from));
    w->from = t;
}

/* The state in which it was since w->since ends. */
static void state_ended(struct watch *w, ns_t t)
{
    ns_t d = (ns_t)((uint64_t)t - (uint64_t)w->since);
    sum_until(w, t);
    if (w->share == SHARE_RUNNING || w->share == SHARE_RUNNABLE || d <= w->longest)
        return;
    w->longest = d;
    w->e.then = w->stack;
    w->e.then_share = w->share;
}

static void step(struct ctx_collect *c, uint32_t i, const struct ctx_step *st)
{
    struct watch *w = &c->watches.v[i];
    ns_t t = st->e->t;
    if (st->from == CLASS_NONE || session_class(c->s, st->from)->to != st->to->from)
        w->e.unobserved = 1; /* it changed its state unseen */
    state_ended(w, t);
    w->share = st->to->share;
    w->since = t;
    w->stack = st->e->stack;
    soil(c, i);
    switch (st->to->to) {
    case G_RUNNING:
        if (w->e.run == NS_NONE)
            w->e.run = t;
        break;
    case G_NOTEXIST: end_watch(c, i, EXIT_ENDED, t); break;
    case G_WAITING:
    case G_SYSCALL: blocks(c, i, st); break;
    default: break;
    }
}

void react_step(struct ctx_collect *c, const struct ctx_step *st)
{
    uint32_t first = map_get(&c->watched, st->g);
    bool any_done = false;
    for (uint32_t i = first; i != MAP_NONE; i = c->watches.v[i].next) {
        step(c, i, st);
        any_done |= c->watches.v[i].done;
    }
    if (any_done)
        unlink_done(c, st->g);
}

/* --- the end ------------------------------------------------------------------------------------------------------------ */

void react_close(struct ctx_collect *c, ns_t t, bool unobserved)
{
    for (uint32_t i = 0; i < c->watches.n; i++) {
        struct watch *w = &c->watches.v[i];
        if (w->done)
            continue;
        state_ended(w, t);
        if (w->left.t != NS_NONE) {
            end_left(c, i);
            continue;
        }
        w->e.unobserved |= unobserved;
        end_watch(c, i, EXIT_OPEN, NS_NONE);
    }
    map_clear(&c->watched);
}

void react_publish(struct ctx_collect *c)
{
    for (size_t i = 0; i < c->dirty.n; i++) {
        uint32_t at = c->dirty.v[i];
        struct watch *w = &c->watches.v[at];
        if (w->row != IDX_NONE) {
            struct cancel_edge *row = &c->s->ctx.edges.v[w->row];
            w->e.next = row->next;
            *row = w->e;
        }
        w->dirty = false;
        if (w->done)
            *vec_push(&c->free_watches) = at;
    }
    c->dirty.n = 0;
}
