/* A session made of random events, built here in the plainest way: what stores and queries are compared with.
 * Its shape is right (segments, runs, chunks, goroutines, classes, stacks), its sums and LOD are not filled. */
#ifndef TESTS_LIB_SYNTH_H
#define TESTS_LIB_SYNTH_H

#include "model/session.h"
#include "model/store/store.h"

struct synth {
    struct session *s;
    struct store *st;
    struct event *ev; /* in order of time */
    uint32_t n;
    struct event_ext *ext;
    uint32_t next;
};

/* path NULL: a private store. Random numbers come from tests/lib/check.h. */
struct synth *synth_new(const char *path, uint32_t segments, uint32_t events_per_segment, uint32_t goroutines);
void synth_free(struct synth *y);

#endif
