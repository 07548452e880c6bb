/* What a function's name says of it: judged once for each name. The collector has its own table, readers share the session's. */
#ifndef MODEL_CTX_ROLES_H
#define MODEL_CTX_ROLES_H

#include "base/vec.h"
#include "model/dict.h"

enum role {
    ROLE_CANCEL = 1,       /* context.(*cancelCtx).cancel: one level of a tree */
    ROLE_CHAIN = 2,        /* stands between two of these, and is no level */
    ROLE_AFTER = 4,        /* runs what AfterFunc was given */
    ROLE_AFTER_GO = 8,     /* its go statement */
    ROLE_TIMER = 16,       /* start function of a context's timer */
    ROLE_WATCHER = 32,     /* start function of a watcher of a foreign parent */
    ROLE_LOCK = 64,        /* a mutex of sync */
    ROLE_CONTEXT = 128,    /* package context, or below it */
    ROLE_RUNTIME = 256,    /* packages runtime and internal/runtime */
    ROLE_PLUMBING = 512,   /* runtime, sync, internal, context */
    ROLE_STD = 1024,       /* the standard library */
    ROLE_LAUNCHER = 2048,  /* starts other people's work: model/ctx/launchers.def */
    ROLE_SERVER = 4096,    /* a launcher only when a frame of somebody else stands above it */
    ROLE_IDLE = 8192,      /* who waits in it does so by design: model/ctx/idle.def */
    ROLE_IDLE_ROOT = 16384 /* the same when it is the start function */
};

struct roles {
    VEC(uint16_t) v;     /* by str_id: enum role */
    VEC(uint8_t) judged; /* by str_id */
};
/* enum role, or'ed. */
unsigned role_of_name(struct str func);
unsigned role_judge(struct roles *r, const struct dict *d, str_id func);
static inline unsigned role_of(struct roles *r, const struct dict *d, str_id func)
{
    return func < r->judged.n && r->judged.v[func] ? r->v.v[func] : role_judge(r, d, func);
}
static inline unsigned role_of_frame(struct roles *r, const struct dict *d, frame_id f)
{
    return role_of(r, d, paged_at(&d->frames, f)->func);
}
void roles_release(struct roles *r);

/* --- where a stack stands, counted from the leaf; n: nowhere --- */
struct stack;
/* The frame that waits: the first outside the runtime. */
uint32_t stack_waiter(struct roles *r, const struct dict *d, const struct stack *st);
/* The first frame from the root that is no launcher. */
uint32_t stack_subject_at(struct roles *r, const struct dict *d, const struct stack *st);
/* The user's statement: the first frame outside the standard library, else the first that is no plumbing. */
uint32_t stack_site_at(struct roles *r, const struct dict *d, const struct stack *st);

/* Stacks of the runtime hold no more frames: such a one may have lost its root. */
enum { STACK_CUT = 128 };

#endif
