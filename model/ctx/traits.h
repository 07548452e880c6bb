/* What a function's name says of it: judged once for each name. The collector has its own table, readers share the session's. */
#ifndef MODEL_CTX_TRAITS_H
#define MODEL_CTX_TRAITS_H

#include "base/vec.h"
#include "model/dict.h"

enum fn_trait {
    FN_CANCEL = 1,       /* context.(*cancelCtx).cancel: one level of a tree */
    FN_CHAIN = 2,        /* stands between two of these, and is no level */
    FN_AFTER = 4,        /* runs what AfterFunc was given */
    FN_AFTER_GO = 8,     /* its go statement */
    FN_TIMER = 16,       /* start function of a context's timer */
    FN_WATCHER = 32,     /* start function of a watcher of a foreign parent */
    FN_LOCK = 64,        /* a mutex of sync */
    FN_CONTEXT = 128,    /* package context, or below it */
    FN_RUNTIME = 256,    /* packages runtime and internal/runtime */
    FN_PLUMBING = 512,   /* runtime, sync, internal, context */
    FN_STD = 1024,       /* the standard library */
    FN_LAUNCHER = 2048,  /* starts other people's work: model/ctx/launchers.def */
    FN_SERVER = 4096,    /* a launcher only when a frame of somebody else stands above it */
    FN_IDLE = 8192,      /* who waits in it does so by design: model/ctx/idle.def */
    FN_IDLE_ROOT = 16384 /* the same when it is the start function */
};

struct traits {
    VEC(uint16_t) v;     /* by str_id: enum fn_trait */
    VEC(uint8_t) judged; /* by str_id */
};
/* enum fn_trait, or'ed. */
unsigned traits_of_name(struct str func);
unsigned traits_judge(struct traits *r, const struct dict *d, str_id func);
static inline unsigned traits_of(struct traits *r, const struct dict *d, str_id func)
{
    return func < r->judged.n && r->judged.v[func] ? r->v.v[func] : traits_judge(r, d, func);
}
static inline unsigned traits_of_frame(struct traits *r, const struct dict *d, frame_id f)
{
    return traits_of(r, d, paged_at(&d->frames, f)->func);
}
void traits_release(struct traits *r);

/* --- where a stack stands, counted from the leaf; n: nowhere --- */
struct stack;
/* The frame that waits: the first outside the runtime. */
uint32_t stack_waiter(struct traits *r, const struct dict *d, const struct stack *st);
/* The first frame from the root that is no launcher. */
uint32_t stack_subject_at(struct traits *r, const struct dict *d, const struct stack *st);
/* The user's statement: the first frame outside the standard library, else the first that is no plumbing. */
uint32_t stack_site_at(struct traits *r, const struct dict *d, const struct stack *st);

/* Who waits with this stack does so by design. */
bool stack_is_idle(struct traits *r, const struct dict *d, const struct stack *st);

/* Stacks of the runtime hold no more frames: such a one may have lost its root. */
enum { STACK_CUT = 128 };

#endif
