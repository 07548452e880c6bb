/* Facts about single goroutines and stretches of time (model/facts.h), gathered while a block is walked.
 *
 * Times in which somebody was runnable for more than FACT_LATENCY_MIN are summed block by block: those who end such a stay in the
 * block or are in it at its end come from the walk; those who are runnable all through it are only counted (a group's steady
 * members), so a block that begins less than that long after their stay did gets up to that much too little.
 */
#include <stdlib.h>

#include "model/encode_private.h"

struct stretch {
    ns_t t0, t1;
};

struct facts_work {
    struct map open; /* goroutine -> its run of preemptions */
    VEC(struct preempt_run) runs;
    VEC(uint32_t) free_runs;
    int64_t idle; /* procs idle after the last event scanned */
    ns_t steady;  /* since when somebody was runnable all through each block; NS_NONE */
    /* this block */
    VEC(struct stretch) late;  /* somebody had been runnable for long */
    VEC(struct stretch) idles; /* some proc was idle; t1 NS_OPEN: still is */
    VEC(struct long_syscall) syscalls;
    VEC(struct preempt_run) preempts;
    ns_t idle_wait, runnable_wait;
};

struct facts_work *facts_new(void)
{
    struct facts_work *f = mem_calloc(1, sizeof *f);
    f->steady = NS_NONE;
    return f;
}

void facts_free(struct facts_work *f)
{
    if (!f)
        return;
    map_release(&f->open);
    vec_free(&f->runs);
    vec_free(&f->free_runs);
    vec_free(&f->late);
    vec_free(&f->idles);
    vec_free(&f->syscalls);
    vec_free(&f->preempts);
    mem_free(f);
}

/* --- goroutines ------------------------------------------------------------------------------------------------------- */

static void add_late(struct encoder *enc, ns_t since, ns_t until)
{
    ns_t from = since + FACT_LATENCY_MIN, begin = enc->seg.t0;
    from = from < begin ? begin : from;
    if (from < until)
        *vec_push(&enc->facts->late) = (struct stretch){from, until};
}

void facts_stay(struct encoder *enc, gidx g, uint8_t share, ns_t since, ns_t until, stack_id stack)
{
    if (share == SHARE_RUNNABLE)
        add_late(enc, since, until);
    else if (ns_between(since, until) >= FACT_SYSCALL_MIN)
        *vec_push(&enc->facts->syscalls) = (struct long_syscall){.t0 = since, .t1 = until, .g = g, .stack = stack};
}

static void end_run(struct facts_work *f, gidx g, uint32_t at)
{
    if (f->runs.v[at].n >= FACT_PREEMPTED_MIN)
        *vec_push(&f->preempts) = f->runs.v[at];
    map_remove(&f->open, g);
    *vec_push(&f->free_runs) = at;
}

static uint32_t run_of(struct facts_work *f, gidx g, ns_t since)
{
    uint32_t at = map_get(&f->open, g);
    if (at != MAP_NONE)
        return at;
    if (f->free_runs.n) {
        at = f->free_runs.v[--f->free_runs.n];
    } else {
        at = (uint32_t)f->runs.n;
        (void)vec_push(&f->runs);
    }
    f->runs.v[at] = (struct preempt_run){.t0 = since, .g = g};
    map_put(&f->open, g, at);
    return at;
}

bool facts_preempt(struct encoder *enc, gidx g, uint8_t was, ns_t since, const struct event *e, const struct event_class *to)
{
    uint32_t at = run_of(enc->facts, g, since);
    struct preempt_run *r = &enc->facts->runs.v[at];
    r->t1 = e->t;
    if (was == SHARE_RUNNING)
        ns_add(&r->running, ns_between(since, e->t));
    if (enc->preempts[e->class]) {
        r->n++;
        r->stack = e->stack;
        return true;
    }
    if (to->to == G_RUNNABLE || to->to == G_RUNNING)
        return true; /* runs again, or gave way by itself */
    end_run(enc->facts, g, at);
    return false;
}

/* --- time --------------------------------------------------------------------------------------------------------------- */

static int by_begin(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    return x->t0 < y->t0 ? -1 : x->t0 > y->t0;
}

/* Sorts, and joins what overlaps. */
static void merge(struct facts_work *f)
{
    size_t n = 0;
    if (f->late.n)
        qsort(f->late.v, f->late.n, sizeof *f->late.v, by_begin);
    for (size_t i = 0; i < f->late.n; i++) {
        struct stretch s = f->late.v[i];
        if (n && s.t0 <= f->late.v[n - 1].t1) {
            if (s.t1 > f->late.v[n - 1].t1)
                f->late.v[n - 1].t1 = s.t1;
        } else {
            f->late.v[n++] = s;
        }
    }
    f->late.n = n;
}

/* The part of [a, b) within the late stretches; *at moves on with a. */
static ns_t late_within(const struct facts_work *f, size_t *at, ns_t a, ns_t b)
{
    ns_t sum = 0;
    while (*at < f->late.n && f->late.v[*at].t1 <= a)
        ++*at;
    for (size_t i = *at; i < f->late.n && f->late.v[i].t0 < b; i++) {
        ns_t from = f->late.v[i].t0 > a ? f->late.v[i].t0 : a, to = f->late.v[i].t1 < b ? f->late.v[i].t1 : b;
        sum += to - from;
    }
    return sum;
}

void facts_idle(struct facts_work *f, ns_t t, int more)
{
    if (f->idle <= 0 && more > 0)
        *vec_push(&f->idles) = (struct stretch){t, NS_OPEN};
    else if (f->idle > 0 && f->idle + more <= 0 && f->idles.n)
        f->idles.v[f->idles.n - 1].t1 = t;
    f->idle += more;
}

/* How much of the late stretches had an idle proc; what is idle at the block's end goes on in the next. */
static void sum_idle(struct encoder *enc)
{
    struct facts_work *f = enc->facts;
    size_t at = 0;
    for (size_t i = 0; i < f->idles.n && f->late.n; i++) {
        struct stretch s = f->idles.v[i];
        ns_add(&f->idle_wait, late_within(f, &at, s.t0, s.t1 < enc->seg.t1 ? s.t1 : enc->seg.t1));
    }
    f->idles.n = 0;
    if (f->idle > 0)
        *vec_push(&f->idles) = (struct stretch){enc->seg.t1, NS_OPEN};
}

static uint64_t steady_runnable(const struct encoder *enc)
{
    uint64_t n = 0;
    for (size_t i = 0; i < enc->groups.n; i++)
        n += enc->groups.v[i].count[SHARE_RUNNABLE];
    return n;
}

void facts_block(struct encoder *enc)
{
    struct facts_work *f = enc->facts;
    if (!steady_runnable(enc)) {
        f->steady = NS_NONE;
    } else {
        f->steady = f->steady == NS_NONE ? enc->seg.t0 : f->steady;
        add_late(enc, f->steady, enc->seg.t1);
    }
    merge(f);
    for (size_t i = 0; i < f->late.n; i++)
        ns_add(&f->runnable_wait, ns_between(f->late.v[i].t0, f->late.v[i].t1));
    sum_idle(enc);
    f->late.n = 0;
}

/* --- publish ------------------------------------------------------------------------------------------------------------ */

static ns_t length(ns_t t0, ns_t t1)
{
    return t1 == NS_OPEN ? NS_OPEN : (ns_t)((uint64_t)t1 - (uint64_t)t0);
}

/* Longest first, then the earlier; then by time. */
#define ORDERS(type)                                                                                                                       \
    static int type##_by_length(const void *a, const void *b)                                                                              \
    {                                                                                                                                      \
        const struct type *x = a, *y = b;                                                                                                  \
        ns_t dx = length(x->t0, x->t1), dy = length(y->t0, y->t1);                                                                         \
        return dx != dy ? (dx > dy ? -1 : 1) : x->t0 < y->t0 ? -1 : x->t0 > y->t0;                                                         \
    }                                                                                                                                      \
    static int type##_by_begin(const void *a, const void *b)                                                                               \
    {                                                                                                                                      \
        const struct type *x = a, *y = b;                                                                                                  \
        return x->t0 != y->t0 ? (x->t0 < y->t0 ? -1 : 1) : x->g < y->g ? -1 : x->g > y->g;                                                 \
    }
ORDERS(long_syscall)
ORDERS(preempt_run)

/* Keeps the longest FACTS_KEPT, by time. */
#define trim(type, rows)                                                                                                                   \
    do {                                                                                                                                   \
        if ((rows)->n > FACTS_KEPT) {                                                                                                      \
            qsort((rows)->v, (rows)->n, sizeof *(rows)->v, type##_by_length);                                                              \
            (rows)->n = FACTS_KEPT;                                                                                                        \
        }                                                                                                                                  \
        if ((rows)->n)                                                                                                                     \
            qsort((rows)->v, (rows)->n, sizeof *(rows)->v, type##_by_begin);                                                               \
    } while (0)
/* Appends what is new; twice as many as are kept are too many. */
#define add_new(type, rows, fresh, count)                                                                                                  \
    do {                                                                                                                                   \
        *(count) += (fresh)->n;                                                                                                            \
        for (size_t i_ = 0; i_ < (fresh)->n; i_++) {                                                                                       \
            *vec_push(rows) = (fresh)->v[i_];                                                                                              \
            if ((rows)->n >= 2 * FACTS_KEPT)                                                                                               \
                trim(type, rows);                                                                                                          \
        }                                                                                                                                  \
        (fresh)->n = 0;                                                                                                                    \
    } while (0)

void facts_publish(struct encoder *enc)
{
    struct facts_work *f = enc->facts;
    struct facts *to = &enc->s->facts;
    add_new(long_syscall, &to->syscalls, &f->syscalls, &to->nsyscalls);
    add_new(preempt_run, &to->preempts, &f->preempts, &to->npreempts);
    to->idle_wait = f->idle_wait;
    to->runnable_wait = f->runnable_wait;
    to->runqueue_max = (uint64_t)enc->runqueue_max;
}

/* What goroutines do is not known any more, or the trace ends. */
static void close_runs(struct encoder *enc)
{
    struct facts_work *f = enc->facts;
    for (gidx g = 0; g < enc->s->goroutines.n; g++) {
        struct hot *h = &enc->hot.v[g];
        uint32_t at = h->flags & HOT_PREEMPTED ? map_get(&f->open, g) : MAP_NONE;
        if (at != MAP_NONE)
            end_run(f, g, at);
        h->flags &= (uint8_t)~HOT_PREEMPTED;
    }
}

void facts_break(struct encoder *enc)
{
    close_runs(enc);
    facts_publish(enc);
    enc->facts->idle = enc->runqueue = 0;
    enc->facts->idles.n = 0;
    enc->facts->steady = NS_NONE;
}

void facts_finish(struct encoder *enc)
{
    struct facts_work *f = enc->facts;
    for (gidx g = 0; g < enc->s->goroutines.n; g++) {
        const struct hot *h = &enc->hot.v[g];
        if (h->share == SHARE_SYSCALL && ns_between(h->since, enc->t1) >= FACT_SYSCALL_MIN)
            *vec_push(&f->syscalls) = (struct long_syscall){.t0 = h->since, .t1 = NS_OPEN, .g = g, .stack = h->stack};
    }
    close_runs(enc);
    facts_publish(enc);
    trim(long_syscall, &enc->s->facts.syscalls);
    trim(preempt_run, &enc->s->facts.preempts);
}
