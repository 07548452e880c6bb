/* The encoder's hooks for contexts: called by the encoder thread only, block by block, in this order:
 *   ctx_stack()   once for each stack when it is first used: what it means for cancels (flags)
 *   ctx_follow()  for each event of a goroutine that ctx_scan called a source, until it says no more
 *   ctx_scan()    for each event in time order whose stack is flagged, and for each log with an ext record
 *   ctx_step()    for each transition (not restating) of a watched goroutine, goroutine by goroutine, in the walk
 *   ctx_publish() at the end of the block, under the session's write lock
 * A goroutine is watched from ctx_scan's word on until ctx_watched() says otherwise after its walk.
 */
#ifndef MODEL_CTX_COLLECT_H
#define MODEL_CTX_COLLECT_H

#include "model/session.h"

struct ctx_collect;
struct ctx_collect *ctx_collect_new(struct session *s);
void ctx_collect_free(struct ctx_collect *c);

/* What a stack says; 0: nothing to do with cancels. Cheap for those: a look at its frames' functions, each judged once. */
enum ctx_stack_flags {
    CTX_STACK_CANCEL = 1,  /* leaf is context.(*cancelCtx).cancel: an unblock with it is an edge */
    CTX_STACK_HANDOFF = 2, /* a lock of sync above such a frame: no edge */
    CTX_STACK_AFTER = 4,   /* a goroutine created under context.(*afterFuncCtx).cancel */
    CTX_STACK_WATCHER = 8, /* a goroutine created under propagateCancel */
    CTX_STACK_TIMER = 16,  /* start function of a context's timer (of a created goroutine's stack) */
};
uint8_t ctx_stack(struct ctx_collect *c, stack_id id);

/* What ctx_scan found in an event. */
enum ctx_scan_says {
    CTX_SOURCE = 1, /* e->g is within a call of cancel: its further events are to be given to ctx_follow */
    CTX_WATCHED = 2 /* e->res is to be given to ctx_step */
};
/* e: an unblock or creation with a flagged stack (or stack2), or a log with its ext record (else NULL). Whether the woken one waited
 * for a channel is told in the walk. Returns enum ctx_scan_says, or'ed. */
unsigned ctx_scan(struct ctx_collect *c, const struct event *e, const struct event_ext *x);
/* Whether e->g is still within its call of cancel. Before ctx_scan of the same event. */
bool ctx_follow(struct ctx_collect *c, const struct event *e);
/* True when g is to be given to ctx_step. */
bool ctx_watched(const struct ctx_collect *c, gidx g);
/* g passes from a state (its class, since when, the stack with which it began) to another by e. */
struct ctx_step {
    gidx g;
    const struct event *e;
    const struct event_class *to; /* class of e */
    class_id from;                /* CLASS_NONE: nothing told yet */
    uint8_t from_share;           /* enum share */
    ns_t since;
    stack_id from_stack; /* of the transition into it; 0 */
};
void ctx_step(struct ctx_collect *c, const struct ctx_step *st);
/* A further source begins: nothing is known of anybody any more after t. Under the write lock, between blocks. */
void ctx_break(struct ctx_collect *c, ns_t t);
void ctx_publish(struct ctx_collect *c);
/* After the last block, which ended at t, under the write lock: closes what is open, joins bursts with contexts, sorts users. */
void ctx_finish(struct ctx_collect *c, ns_t t);

#endif
