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
    uint32_t runqueue_max;             /* most goroutines runnable at once */
};

#endif
