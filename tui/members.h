/* Who belongs to which group, and when each lived: an index over the session's goroutines for views that list them.
 *
 * Built again when the session has grown (one pass over the goroutines, 344 k in some 20 ms); a window's members are then
 * found by reading three plain arrays, so opening a group of hundreds of thousands costs well below a frame.
 */
#ifndef TUI_MEMBERS_H
#define TUI_MEMBERS_H

#include "model/filter.h"
#include "model/session.h"

/* What tells one state of a growing session from the next. */
struct session_mark {
    size_t segments, regroups;
    uint32_t goroutines;
    ns_t t1;
    bool importing;
};
struct session_mark session_mark(const struct session *s);
bool session_mark_same(const struct session_mark *a, const struct session_mark *b);

struct members {
    struct session_mark mark;
    bool built;
    uint64_t version; /* of the grouping */
    uint32_t ngroups;
    uint32_t *start;   /* ngroups + 1: group i is [start[i], start[i + 1]) of the arrays below */
    gidx *g;           /* in order of first appearance */
    ns_t *begin, *end; /* life within the trace: session.t0 for older ones, NS_OPEN for living ones; begin NS_NONE: only seen */
    uint32_t system;   /* goroutines of the runtime's own groups */
    uint32_t unseen;   /* ids that were only named, without a transition */
};

/* Brings the index up to date; true when it changed. Under session_read. */
struct grouping;
bool members_update(struct members *m, const struct session *s, const struct grouping *gp);
void members_release(struct members *m);

/* A filter judged once for every goroutine, so that a frame only looks it up. */
struct member_filter {
    uint32_t number;       /* of the choice */
    struct filter *filter; /* NULL: none */
    uint8_t *pass;         /* by gidx; NULL: neither filter nor lens, all pass */
    uint32_t *group_pass;  /* by group: how many pass */
    uint32_t npass;
};
/* What is asked: another number whenever it is another. Those that the filter's text ("" none) names and that the lens holds. */
struct member_choice {
    uint32_t number; /* 0: all */
    const char *text;
    const uint8_t *lens; /* by gidx, NULL: none; borrowed */
};
/* Judges when the choice or the index (changed) is another; true when it did. A text that is no filter lets all pass, *e says why.
 * Goroutines without a transition pass only with `unseen`. */
bool member_filter_update(struct member_filter *f, const struct members *m, const struct session *s, const struct member_choice *c,
                          bool changed, bool unseen, struct err *e);
void member_filter_release(struct member_filter *f);
/* Whether the index's entry i passes. */
static inline bool member_passes(const struct member_filter *f, const struct members *m, uint32_t i)
{
    return !f->pass || f->pass[m->g[i]];
}

#endif
