/* The encoder's hooks for contexts: called by the encoder thread only, block by block, in this order:
 *   ctx_stack()   once for each stack when it is first used: what it means for cancels (flags)
 *   ctx_scan()    for each event in time order whose stack is flagged, and for each log of a category `ctxscope/...`
 *   ctx_step()    for each transition (not restating) of a watched goroutine, goroutine by goroutine, in the walk
 *   ctx_publish() at the end of the block, under the session's write lock
 * A goroutine is watched from an edge on until its reaction is over: ctx_scan and ctx_step say when by ctx_watched().
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

/* e: an unblock or creation with a flagged stack (or stack2), or a log with its ext record (else NULL). `wait`: the woken
 * goroutine's state is told in the walk, not here. */
void ctx_scan(struct ctx_collect *c, const struct event *e, const struct event_ext *x);
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
/* A further source begins: nothing is known of anybody any more. */
void ctx_break(struct ctx_collect *c, ns_t t);
void ctx_publish(struct ctx_collect *c);
/* After the last block, under the write lock: closes what is open, joins bursts with contexts, sorts users. */
void ctx_finish(struct ctx_collect *c);

#endif
