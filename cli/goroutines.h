/* The list of goroutines that a command line chooses: by filter and window, sorted, cut. */
#ifndef CLI_GOROUTINES_H
#define CLI_GOROUTINES_H

#include "base/vec.h"
#include "cli/options.h"
#include "model/session.h"
#include "model/timeline/timeline.h"

struct chosen {
    gidx g;
    ns_t life;            /* within the window */
    ns_t ns[SHARE_COUNT]; /* within the window */
};
struct chosen_list {
    VEC(struct chosen) rows;
    uint64_t passed; /* rows before --limit */
};

/* The window of --window on the trace's clock, within the session; t0 == t1 when it lies outside. */
struct window window_of(const struct opts *o, const struct session *s);
/* The narrowest window of at most n whole cells that covers w. */
struct tl_window window_cover(struct window w, uint32_t n);
/* Under the read lock. sort: the field when --sort is not given, NULL: as they appeared. At most `limit` rows. 0, or -1 with *e. */
int chosen_make(struct chosen_list *l, const struct opts *o, struct session *s, const char *sort, uint64_t limit, struct err *e);
void chosen_release(struct chosen_list *l);
/* Which goroutines --where chooses, whatever the window, as a 1 for each by gidx, in *out (owned by the caller; NULL when --where is
 * not given: all). 0, or -1 with *e. */
int chosen_set(uint8_t **out, const struct opts *o, struct session *s, struct err *e);
/* Whether an event concerns a chosen goroutine: it happened on it, or to it. chosen NULL: all events do. */
bool chosen_event(const struct session *s, const uint8_t *chosen, const struct event *ev);
/* Calls fn for each span of g that overlaps [t0, t1), in order, until it returns false. 0, or -1 with *e. */
int spans_each(struct session *s, gidx g, ns_t t0, ns_t t1, bool (*fn)(void *ctx, const struct span *sp), void *ctx, struct err *e);
/* Sums of one goroutine's time within [t0, t1). */
int window_sums(struct session *s, gidx g, ns_t t0, ns_t t1, ns_t ns[SHARE_COUNT], struct err *e);

#endif
