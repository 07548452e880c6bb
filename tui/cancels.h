/* Cancel edges as views show them: which lie in a stretch of time, which one a goroutine reacts to, how they are said. */
#ifndef TUI_CANCELS_H
#define TUI_CANCELS_H

#include "base/map.h"
#include "model/session.h"
#include "model/timeline/timeline.h"
#include "tui/marks.h"
#include "tui/sites.h"

/* The edges of each goroutine; grows with the session's. */
struct cancels {
    struct map last;    /* goroutine -> its last edge */
    VEC(uint32_t) prev; /* by edge: the one before of the same goroutine, IDX_NONE */
};
void cancels_update(struct cancels *c, const struct session *s);
void cancels_release(struct cancels *c);
/* The edge that ends the wait `sp` of goroutine g, or that g still reacts to at t; IDX_NONE: none. sp NULL: not alive then. */
uint32_t cancels_at(const struct cancels *c, const struct session *s, gidx g, ns_t t, const struct span *sp);
/* Index of the first edge at t or later. */
uint32_t cancels_from(const struct session *s, ns_t t);
/* How an edge is drawn: by a deadline, by a cancel, or without a reaction until the end. */
enum mark_kind cancels_mark(const struct session *s, const struct cancel_edge *e);

/* What is said of an edge. */
struct cancel_told {
    struct cancel_edge edge;
    bool deadline;
    enum mark_kind mark;
    const char *grade; /* "=" */
    gidx by;           /* IDX_NONE: nobody known */
    int64_t by_id;
    struct str by_name;
    struct site_frame site; /* of the call */
};
void cancels_tell(const struct session *s, uint32_t edge, struct cancel_told *out);
/* "ran +50.2 µs, left +301 ms". */
void cancels_reaction(char out[96], const struct cancel_edge *e);

#endif
