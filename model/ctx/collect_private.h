/* Private to model/ctx/collect.c and react.c: what the collector keeps.
 *
 * Within a block: scan meets candidates (unblocks by a cancel, AfterFunc's go statements) in time order and says to which burst
 * each belongs; the walk, goroutine by goroutine, confirms or drops them by what the woken one waited for, and follows each
 * confirmed one's reaction in a watch; publish makes rows of them. Watches and open bursts live on from block to block.
 */
#ifndef MODEL_CTX_COLLECT_PRIVATE_H
#define MODEL_CTX_COLLECT_PRIVATE_H

#include "base/map.h"
#include "model/ctx/collect.h"
#include "model/ctx/exact.h"
#include "model/ctx/traits.h"

/* Of a stack with a cancel frame near its leaf, or a context's goroutine at its root. */
struct stack_info {
    uint64_t below;      /* hash of the frames below the cancel frames: one call of cancel has one of it */
    frame_id site;       /* first of them outside package context; 0 none */
    uint32_t ncalls;     /* cancel frames near the leaf; 0: none */
    uint8_t flags;       /* enum ctx_stack_flags */
    bool timer, watcher; /* by its root */
};

/* Edges of one call. */
struct burst {
    uint64_t below;
    gidx g;
    stack_id stack;  /* of its first candidate */
    uint32_t cancel; /* its row; IDX_NONE: no edge of it is confirmed yet */
    uint32_t last;   /* last edge's row */
};

struct candidate {
    ns_t t;
    gidx g;
    stack_id stack;
    uint32_t burst;
    uint32_t watch; /* IDX_NONE: not confirmed */
    uint8_t kind;   /* enum edge_kind as far as known */
};

/* A reaction that is being followed. */
struct watch {
    struct cancel_edge e; /* as it will be, or is, in the table */
    uint32_t row;         /* its place there; IDX_NONE: not yet */
    uint32_t next;        /* next watch of the same goroutine; IDX_NONE */
    ns_t from;            /* its times are summed up to here */
    ns_t since;           /* its state now began */
    stack_id stack;       /* with this stack */
    ns_t longest;         /* length of the block that is e.then */
    struct {              /* as it was when the goroutine was first seen outside the function in which it had waited */
        ns_t t;           /* NS_NONE: not yet */
        ns_t sched, running, blocked;
        stack_id then;
        uint8_t then_share;
    } left;
    uint32_t at;   /* the statement at which it waited: its frame, from the root */
    uint8_t share; /* its state now */
    bool known;    /* where it waited is known */
    bool main;     /* goroutine 1: leaving the function is all that is asked of it */
    bool dirty;    /* changed in this block */
    bool done;
};

enum { WATCHES_EACH = 16 }; /* of one goroutine: the oldest is given up for a further one */

enum g_flags { G_TIMER = 1, G_WATCHER = 2 };

struct ctx_collect {
    struct session *s;
    struct exact *exact;
    struct traits traits;
    VEC(uint8_t) category; /* by str_id: 0 not judged, 1 other logs, 2 context events */
    VEC(uint32_t) info_of; /* by stack: 0 not judged, 1 nothing to say, else 2 + index of infos */
    VEC(struct stack_info) infos;
    VEC(uint8_t) g_flags; /* by gidx, as far as any is set */

    VEC(struct burst) bursts; /* of this block; at its start those still open */
    struct map open;          /* goroutine -> its open burst */
    VEC(struct candidate) candidates;
    struct map via; /* watcher -> the last edge that woke it */

    VEC(struct watch) watches;
    VEC(uint32_t) free_watches, dirty;
    struct map watched; /* goroutine -> its first watch */

    uint32_t deadlines, handoffs;
};

/* NULL: nothing to say. */
const struct stack_info *ctx_info(struct ctx_collect *c, stack_id id);
static inline uint8_t ctx_g_flags(const struct ctx_collect *c, gidx g)
{
    return g < c->g_flags.n ? c->g_flags.v[g] : 0;
}

/* --- model/ctx/react.c --- */
/* The candidate is an edge: its reaction begins. Returns its watch. */
uint32_t react_begin(struct ctx_collect *c, const struct ctx_step *st, const struct candidate *k);
/* The goroutine's watches take a step. */
void react_step(struct ctx_collect *c, const struct ctx_step *st);
/* Nothing more is known of anybody from t on: all reactions are closed, as unobserved or because the trace ends. */
void react_close(struct ctx_collect *c, ns_t t, bool unobserved);
/* Writes what changed into the session's rows, gives back what is done; under the write lock. */
void react_publish(struct ctx_collect *c);

#endif
