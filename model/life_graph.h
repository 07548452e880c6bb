/* A goroutine's life as a graph: how often and how long it was in each state, and how often it went from one to another. */
#ifndef MODEL_LIFE_GRAPH_H
#define MODEL_LIFE_GRAPH_H

#include "model/timeline/timeline.h"

/* Nodes: the shares, and before and behind them: where it came from, where it went. */
enum { LIFE_START = SHARE_COUNT, LIFE_END, LIFE_NODES };
enum { LIFE_WAITS = 12 };

/* A kind of stop, by the runtime's word for why: waits and system calls. */
struct life_wait {
    class_id class; /* of the transition into it; CLASS_NONE: the rest, when there are more kinds */
    uint8_t share;
    bool open; /* it lasts beyond the end: never woken */
    uint64_t n;
    ns_t ns;
    uint64_t ready, straight; /* left by becoming runnable; by going on at once */
};
struct life_graph {
    ns_t ns[SHARE_COUNT];
    uint64_t visits[SHARE_COUNT];
    uint64_t moves[LIFE_NODES][LIFE_NODES]; /* [from][to] */
    struct life_wait waits[LIFE_WAITS];     /* most time first */
    unsigned nwaits;
    uint64_t spans;
    bool older, alive; /* than the window; at its end */
    bool cut;          /* more than `max` spans: the rest is not in it */
};

/* Of goroutine g within [t0, t1), from at most max spans. 0, -1 with *e. Under session_read. */
int life_graph(struct session *s, gidx g, ns_t t0, ns_t t1, uint64_t max, struct life_graph *out, struct err *e);

#endif
