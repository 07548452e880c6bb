/* Private to model/ctx/exact*.c. */
#ifndef MODEL_CTX_EXACT_PRIVATE_H
#define MODEL_CTX_EXACT_PRIVATE_H

#include "model/ctx/exact.h"

/* What only the import needs of a context, by its index. */
struct exact_own {
    uint32_t epoch;               /* source in which it was last named */
    uint32_t key, foreign, cause; /* ids in exact.texts */
    bool described;
};

/* A line, ready to be applied. */
struct exact_op {
    ns_t t;
    uint64_t id, ref, n, err_calls, value_calls;
    int64_t left;
    gidx g;
    stack_id stack;
    uint32_t key, foreign, cause;
    char what, kind; /* what 0: a further source begins */
    uint8_t flags, by;
    bool has_deadline;
};

/* What a stack of context events says; judged once. */
struct exact_made {
    frame_id site;
    uint8_t judged, timeout, std;
};

/* A later deadline that goroutine g asked for: the context follows. */
struct exact_asked {
    uint64_t ref;
    ns_t t;
};

struct exact {
    struct session *s;
    VEC(struct exact_op) ops;
    VEC(struct exact_own) own;   /* by context */
    VEC(struct exact_made) made; /* by stack */
    VEC(struct exact_asked) asked;
    VEC(gidx) last_root; /* by gidx: 1 + context whose cancel that goroutine called last */
    struct map of_id;    /* id of a context -> index */
    struct map asked_of; /* gidx -> index into asked */
    struct map user_of;  /* context << 32 | gidx -> index of its user */
    struct intern texts; /* the session's strings belong to the importer's thread while it runs */
    uint32_t epoch, malformed;
    char first[200]; /* the first malformed line */
    uint32_t first_epoch;
    bool any;
};

/* The user of context c on goroutine g, made when it is new; NULL without a goroutine. Valid until the next one is made. */
struct ctx_user *exact_user(struct exact *x, uint32_t c, gidx g, ns_t t);
/* The context above c whose cancel reaches c, values left out; IDX_NONE. */
uint32_t exact_up(const struct exact *x, uint32_t c);
void exact_bad(struct exact *x, struct str text);
/* After edges have their contexts: a burst that holds several calls of cancel becomes one for each. */
void exact_split(struct exact *x);

#endif
