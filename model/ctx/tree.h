/* Contexts as a tree of the statements that made them: all contexts made at one place under one parent place are one node.
 *
 * From exact contexts, or as far as other evidence goes: without context events there is a node for each place that cancelled
 * (inferred: a burst tells a context that was cancelled, nothing else) with a node below it for each place that waited, and nodes
 * of user tasks by type (a task rides in a context). Made anew when asked for; nothing is kept.
 */
#ifndef MODEL_CTX_TREE_H
#define MODEL_CTX_TREE_H

#include "model/session.h"

#define TREE_KINDS(X)                                                                                                                      \
    X(ROOT, "root")     /* Background; node 0 */                                                                                           \
    X(SITE, "site")     /* contexts made at one place; value contexts are folded into `values` of their parent's node */                   \
    X(BURST, "burst")   /* inferred: what one statement, or fired deadlines, cancelled */                                                  \
    X(WAITER, "waiter") /* inferred: where those that it woke had waited */                                                                \
    X(TASK, "task")     /* inferred: user tasks of one type */
enum tree_kind {
#define X(id, word) TREE_##id,
    TREE_KINDS(X)
#undef X
        TREE_KIND_COUNT
};
extern const char *const tree_kind_words[TREE_KIND_COUNT];

struct tree_node {
    uint32_t parent, first, next; /* nodes; IDX_NONE */
    uint32_t level;               /* 0: the root */
    uint32_t n;                   /* contexts, bursts, edges or tasks */
    frame_id site;                /* 0: not known (before the trace; fired deadlines of a plain trace) */
    str_id name;                  /* of a task type */
    uint8_t kind;                 /* enum tree_kind */
    uint8_t ctx_kind;             /* enum ctx_kind, of the first */
    uint8_t grade;
    uint8_t ref; /* enum ctx_ref_flags that any has */
    uint8_t std;
    uint32_t values;              /* WithValue contexts folded into it */
    ns_t asked;                   /* most often: the timeout asked for, rounded; NS_NONE: none */
    ns_t left;                    /* median of the time left at creation; NS_NONE */
    bool capped;                  /* some asked for more than their parent had left */
    uint32_t ok, dl, par, none;   /* how they ended: CancelFunc, own deadline, parent, not by the end */
    uint32_t edges, never, deaf;  /* whom cancels of these set in motion; that did not leave; users whom it did not wake */
    uint8_t depth_min, depth_max; /* of the edges */
    ns_t p50, p99;                /* of the reactions, to exit; NS_NONE */
    ns_t run_p99;                 /* to run */
    uint32_t first_item;          /* into items: indexes of contexts (SITE), cancels (BURST), edges (WAITER) or tasks (TASK) */
    uint32_t nitems;
};
struct ctx_tree {
    VEC(struct tree_node) nodes; /* depth first, as it is printed; siblings: most contexts first */
    VEC(uint32_t) items;
    bool exact;
};
/* Contexts made, bursts begun, tasks begun in [t0, t1); NS_NONE, NS_NONE: all. Under the read lock. */
void ctx_tree_make(struct session *s, ns_t t0, ns_t t1, struct ctx_tree *out);
void ctx_tree_release(struct ctx_tree *t);

#endif
