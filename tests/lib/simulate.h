/* A scheduler in small that writes the trace of what it does: threads, procs and goroutines act at random, as the runtime
 * lets them; each thread's clock is off by an amount of its own. What happened to each goroutine and proc is known, so that
 * it can be compared with what comes out of the trace.
 */
#ifndef TESTS_LIB_SIMULATE_H
#define TESTS_LIB_SIMULATE_H

#include "tests/lib/mktrace.h"

struct simulation {
    struct mktrace *mk; /* the trace; owned */
    /* By id: the states gone through, a letter each: Goroutines: r runnable, R running, w waiting, s syscall, - ended.
     * Procs: R running, i idle. */
    VEC(struct buf) goroutines;
    struct buf procs[4];
    uint64_t events; /* written, without those that only tell a status again */
};

/* version: 22, 23, 25, 26. Uses rnd() of tests/lib/check.h. skew: clocks are off by up to so many ticks. */
void simulate(struct simulation *s, int version, unsigned generations, unsigned steps, unsigned skew);
void simulation_release(struct simulation *s);

#endif
