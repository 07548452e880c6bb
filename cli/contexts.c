#include "cli/contexts.h"

#include <stdlib.h>

#include "cli/stack.h"

/* --- rows ----------------------------------------------------------------------------------------------------------- */

size_t context_rows(const struct session *s)
{
    return s->ctx.exact ? s->ctx.contexts.n : s->ctx.cancels.n + s->tasks.n;
}

static struct context_row blank(void)
{
    return (struct context_row){.created = NS_NONE,
                                .deadline = NS_NONE,
                                .asked = NS_NONE,
                                .cancelled = NS_NONE,
                                .owner = IDX_NONE,
                                .canceller = IDX_NONE,
                                .ctx = IDX_NONE,
                                .cancel = IDX_NONE,
                                .task = IDX_NONE,
                                .grade = GRADE_INFERRED};
}

static struct context_row row_of_ctx(const struct session *s, uint32_t i)
{
    const struct ctx *c = &s->ctx.contexts.v[i];
    struct context_row r = blank();
    r.id = c->id;
    r.parent = c->parent < s->ctx.contexts.n ? s->ctx.contexts.v[c->parent].id : 0;
    r.root = c->root_of_cancel < s->ctx.contexts.n ? s->ctx.contexts.v[c->root_of_cancel].id : 0;
    r.kind = c->kind;
    r.by = c->by;
    r.grade = c->grade;
    r.ref = c->ref;
    r.std = c->std;
    r.created = c->created;
    r.deadline = c->deadline;
    r.asked = c->asked;
    r.cancelled = c->cancelled;
    r.site = c->site;
    r.cancel_site = c->cancel_site;
    r.owner = c->owner;
    r.canceller = c->canceller;
    r.cause = c->cause;
    r.key = c->key;
    r.foreign = c->foreign;
    r.ctx = i;
    r.cancel = c->cancel;
    r.task = c->task;
    r.children = c->children;
    r.err_calls = c->err_calls;
    r.value_calls = c->value_calls;
    return r;
}

/* Numbers of our own, where no task and no context has one. */
#define INFERRED_IDS (UINT64_C(1) << 32)

static struct context_row row_of_burst(const struct session *s, uint32_t i)
{
    const struct cancel *c = &s->ctx.cancels.v[i];
    struct context_row r = blank();
    r.id = INFERRED_IDS + i;
    r.by = c->by;
    r.grade = c->grade;
    r.cancelled = c->t0;
    r.canceller = c->g;
    r.cancel_site = c->by == BY_DEADLINE ? 0 : c->site;
    r.cancel = i;
    return r;
}

static struct context_row row_of_task(const struct session *s, uint32_t i)
{
    const struct task *t = &s->tasks.v[i];
    struct context_row r = blank();
    r.id = t->id;
    r.parent = t->parent;
    r.kind = CTX_TASK;
    r.created = t->t0;
    r.owner = t->g;
    r.site = stack_site(s, t->stack);
    r.name = t->name;
    r.task = i;
    return r;
}

struct context_row context_row(const struct session *s, size_t i)
{
    if (s->ctx.exact)
        return row_of_ctx(s, (uint32_t)i);
    if (i >= s->ctx.cancels.n)
        return row_of_task(s, (uint32_t)(i - s->ctx.cancels.n));
    return row_of_burst(s, (uint32_t)i);
}

/* --- users ---------------------------------------------------------------------------------------------------------- */

static struct context_user with_edge(const struct session *s, gidx g, ns_t done, uint32_t edge)
{
    struct context_user u = {.g = g, .first_done = done, .wake = NS_NONE, .run = NS_NONE, .exit = NS_NONE, .edge = edge};
    if (edge < s->ctx.edges.n) {
        const struct cancel_edge *e = &s->ctx.edges.v[edge];
        u.wake = e->t;
        u.run = e->run;
        u.exit = e->exit;
    }
    return u;
}

/* The first user of context c. */
static size_t first_user(const struct session *s, uint32_t c)
{
    size_t lo = 0, hi = s->ctx.users.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->ctx.users.v[mid].ctx < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void context_users(const struct session *s, const struct context_row *r, bool (*fn)(void *ctx, const struct context_user *u), void *ctx)
{
    if (r->ctx != IDX_NONE) {
        for (size_t i = first_user(s, r->ctx); i < s->ctx.users.n && s->ctx.users.v[i].ctx == r->ctx; i++) {
            struct context_user u = with_edge(s, s->ctx.users.v[i].g, s->ctx.users.v[i].first_done, s->ctx.users.v[i].edge);
            if (!fn(ctx, &u))
                return;
        }
        return;
    }
    if (r->cancel == IDX_NONE)
        return;
    uint32_t left = s->ctx.cancels.v[r->cancel].edges;
    for (uint32_t e = s->ctx.cancels.v[r->cancel].first; e < s->ctx.edges.n && left; e = s->ctx.edges.v[e].next, left--) {
        struct context_user u = with_edge(s, s->ctx.edges.v[e].g, NS_NONE, e);
        if (!fn(ctx, &u))
            return;
    }
}

/* --- steps ---------------------------------------------------------------------------------------------------------- */

static void put(context_steps *out, ns_t t, ns_t expected, const char *what, gidx g, frame_id at)
{
    *vec_push(out) = (struct context_step){.t = t, .expected = expected, .what = what, .g = g, .at = at};
}

/* The goroutine that the runtime starts for a timer that fired: created by nobody, runs, cancels. */
static int timer_steps(struct session *s, const struct context_row *r, context_steps *out, struct err *e)
{
    if (r->canceller >= s->goroutines.n)
        return 0;
    const struct goroutine *g = session_g(s, r->canceller);
    struct str name = session_str(s, g->name);
    struct span sp;
    if (name.n < 20 || memcmp(name.p, "context.WithDeadline", 20) != 0)
        return 0; /* it was past when it was set: cancelled on the spot */
    put(out, g->created, r->deadline, "timer's goroutine created", r->canceller, 0);
    if (g->created == NS_NONE)
        return 0;
    int rc = tl_span_at(s, r->canceller, g->created, &sp, e);
    if (rc == 1 && sp.state == G_RUNNABLE && !sp.open)
        put(out, sp.t1, g->created, "timer's goroutine ran", r->canceller, 0);
    return rc < 0 ? -1 : 0;
}

struct stepping {
    struct session *s;
    context_steps *out;
    ns_t deadline, cancelled;
    struct err *e;
    int rc;
};

/* It waited for the network or in a system call when the deadline passed, which no cancel reaches: what came late. */
static bool late_step(struct stepping *k, const struct context_user *u)
{
    struct span sp;
    if (k->deadline == NS_NONE)
        return true;
    k->rc = tl_span_at(k->s, u->g, k->deadline, &sp, k->e);
    if (k->rc == 1 && (sp.share == SHARE_NETWORK || sp.share == SHARE_SYSCALL) && sp.t0 < k->deadline)
        put(k->out, sp.open ? NS_NONE : sp.t1, k->deadline,
            sp.open                     ? "still waits for the network or in a system call"
            : sp.share == SHARE_NETWORK ? "the network woke it, after the deadline"
                                        : "its system call ended, after the deadline",
            u->g, stack_site(k->s, sp.stack));
    return k->rc >= 0;
}

static bool user_steps(void *ctx, const struct context_user *u)
{
    struct stepping *k = ctx;
    if (u->edge == IDX_NONE)
        return late_step(k, u);
    const struct cancel_edge *e = &k->s->ctx.edges.v[u->edge];
    put(k->out, u->wake, k->cancelled, e->kind == EDGE_AFTERFUNC ? "AfterFunc's function started" : "woken", u->g,
        stack_site(k->s, e->wait_stack));
    if (u->run != NS_NONE)
        put(k->out, u->run, u->wake, "ran", u->g, 0);
    put(k->out, u->exit, u->run,
        e->how == EXIT_ENDED   ? "ended"
        : e->how == EXIT_AGAIN ? "waits again at the same place"
        : e->how == EXIT_LEFT  ? "left the function"
                               : "did not leave by the end",
        u->g, e->how == EXIT_OPEN ? stack_site(k->s, e->then) : 0);
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct context_step *x = a, *y = b;
    ns_t s = x->t == NS_NONE ? INT64_MAX : x->t, t = y->t == NS_NONE ? INT64_MAX : y->t;
    return s < t ? -1 : s > t;
}

int context_steps_make(struct session *s, const struct context_row *r, context_steps *out, struct err *e)
{
    out->n = 0;
    if (r->created != NS_NONE)
        put(out, r->created, NS_NONE, r->task != IDX_NONE && r->ctx == IDX_NONE ? "task begun" : "made", r->owner, r->site);
    if (r->deadline != NS_NONE)
        put(out, r->deadline, NS_NONE, "deadline", IDX_NONE, 0);
    if (r->by == BY_DEADLINE && timer_steps(s, r, out, e) < 0)
        return -1;
    if (r->cancelled != NS_NONE)
        put(out, r->cancelled, r->by == BY_DEADLINE ? r->deadline : NS_NONE,
            r->by == BY_DEADLINE ? "cancelled by its deadline"
            : r->by == BY_PARENT ? "cancelled by its parent"
                                 : "cancelled",
            r->canceller, r->cancel_site);
    struct stepping k = {.s = s, .out = out, .deadline = r->deadline, .cancelled = r->cancelled, .e = e};
    context_users(s, r, user_steps, &k);
    if (k.rc < 0)
        return -1;
    if (out->n)
        qsort(out->v, out->n, sizeof *out->v, by_time);
    return 0;
}
