/* A sink that counts events as Go's own reader is asked to (see tests/peers): kinds, transitions, names, nanoseconds by
 * goroutine and state, and a hash over order and time of every event. It also checks what every consumer relies on.
 */
#ifndef TESTS_LIB_TALLY_H
#define TESTS_LIB_TALLY_H

#include "base/vec.h"
#include "model/builder.h"

struct tally_g {
    bool seen; /* as an event's goroutine or a transition's resource */
    bool created, ended;
    uint64_t transitions;
    uint8_t state; /* enum gstate */
    bool open;
    ns_t since;
    ns_t ns[G_STATES];
};

struct tally_name {
    str_id name;
    uint64_t n;
};

struct tally {
    struct dict *dict; /* borrowed */
    uint64_t limit;    /* events that count; the rest only adds to seen */
    uint64_t seen, events;
    uint64_t kinds[EV_KINDS];
    uint64_t g_transitions[G_STATES][G_STATES], p_transitions[P_STATES][P_STATES];
    VEC(struct tally_name) range_begins, metrics;
    VEC(struct tally_g) gs; /* by gidx */
    VEC(uint32_t) order;    /* gidx in order of first appearance */
    VEC(bool) procs, threads, stacks;
    struct map tasks;
    uint64_t goroutines, nprocs, nthreads, ntasks, nstacks, with_stack, clock_snapshots;
    ns_t first_t, last_t; /* of the counted ones */
    ns_t previous_t;      /* of the last seen */
    uint64_t fnv;         /* over lines "ts kind gG pP mM\n" */
    char wrong[160];      /* an invariant that does not hold; "" */
    /* Called for each counted event when set. */
    void (*each)(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x);
    void *ctx;
};

/* The first `limit` events count. */
void tally_init(struct tally *t, struct dict *d, uint64_t limit);
struct event_sink tally_sink(struct tally *t);
/* Closes open states at the last event. */
void tally_finish(struct tally *t);
void tally_release(struct tally *t);
/* Side data of an event in its block, or NULL. */
const struct event_ext *tally_ext(const struct tally *t, const struct event *e, const struct event_block *b);

#endif
