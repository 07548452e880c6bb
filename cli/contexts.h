/* contexts: the rows of the list, and one context with its steps. */
#ifndef CLI_CONTEXTS_H
#define CLI_CONTEXTS_H

#include "cli/wake.h"
#include "model/ctx/ctx.h"

/* A row of the list: a context that was told, a burst from which one is inferred, or a task. */
struct context_row {
    uint64_t id, parent; /* as printed; parent 0: none told */
    uint8_t kind, by, grade, ref, std;
    ns_t created, deadline, asked, cancelled;
    frame_id site, cancel_site;
    gidx owner, canceller;
    str_id cause, key, foreign, name;
    uint32_t ctx, cancel, task; /* index of what it is; the others IDX_NONE */
    uint32_t children, err_calls, value_calls;
    uint64_t root; /* id of the context whose cancel ended it; 0 */
};
/* How many rows there are, and row i: contexts of an exact trace; else bursts, then tasks. */
size_t context_rows(const struct session *s);
struct context_row context_row(const struct session *s, size_t i);

/* Who used it: from its users, or the edges of an inferred one. */
struct context_user {
    gidx g;
    ns_t first_done, wake, run, exit;
    uint32_t edge; /* IDX_NONE */
};
void context_users(const struct session *s, const struct context_row *r, bool (*fn)(void *ctx, const struct context_user *u), void *ctx);

/* What happened to it, step by step: made, deadline, timer, cancel, and each user's wake, run, exit. */
struct context_step {
    ns_t t;        /* NS_NONE: not told */
    ns_t expected; /* when it should have been; NS_NONE: nothing to compare with */
    const char *what;
    gidx g;
    frame_id at;
};
typedef VEC(struct context_step) context_steps;
int context_steps_make(struct session *s, const struct context_row *r, context_steps *out, struct err *e);

#endif
