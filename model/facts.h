/* What rules need of single goroutines and of time, gathered while importing because reading it later would cost a pass over all spans.
 * Bounded: the longest or the first are kept, and how many there were is counted.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "base/vec.h"
#include "model/types.h"

enum { FACTS_KEPT = 4096 };
#define FACT_SYSCALL_MIN 100000000 /* ns: shorter syscalls are not kept */
#define FACT_PREEMPTED_MIN 10      /* preemptions in a row */
#define FACT_LATENCY_MIN 1000000   /* ns runnable while a proc was idle */

struct long_syscall {
    ns_t t0, t1; /* NS_OPEN: still in it at the end */
    gidx g;
    stack_id stack;
};

/* Preempted again and again without blocking in between: CPU bound. */
struct preempt_run {
    ns_t t0, t1;
    ns_t running; /* within it */
    gidx g;
    uint32_t n;
    stack_id stack; /* of the last preemption */
};

struct facts {
    VEC(struct long_syscall) syscalls; /* the longest */
    VEC(struct preempt_run) preempts;  /* the longest runs */
    uint64_t nsyscalls, npreempts;     /* how many there were */
    ns_t idle_wait;                    /* time in which some goroutine had been runnable for > 1 ms while a proc was idle */
    ns_t runnable_wait;                /* time in which some goroutine had been runnable for > 1 ms */
    uint64_t runqueue_max;             /* most goroutines runnable at once */
};

/* --- the encoder's side: model/encode_facts.c -------------------------------------------------------------------------- */
struct encoder;
struct event;
struct event_class;
struct facts_work;
struct facts_work *facts_new(void);
void facts_free(struct facts_work *f);
/* Of the scan: at t there is one idle proc more, or less. */
void facts_idle(struct facts_work *f, ns_t t, int more);
/* A goroutine was in a state (runnable, syscall) for at least FACT_LATENCY_MIN; it goes on when the block ends in it. */
void facts_stay(struct encoder *enc, gidx g, uint8_t share, ns_t since, ns_t until, stack_id stack);
/* A goroutine was preempted, or was before and changes its state: true while that run goes on. */
bool facts_preempt(struct encoder *enc, gidx g, uint8_t was, ns_t since, const struct event *e, const struct event_class *to);
/* All of the block is walked, and groups still count its steady members. */
void facts_block(struct encoder *enc);
/* Under the write lock. */
void facts_publish(struct encoder *enc);
void facts_break(struct encoder *enc);
void facts_finish(struct encoder *enc);

#endif
