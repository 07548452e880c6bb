/* Who ran on each proc and thread, cell by cell: the goroutine with the longest stretch there.
 *
 * Read from the events of the window in one pass for all procs and threads. A window of more than OWNERS_EVENTS events has no
 * owners: many goroutines share each cell there, so a name would say nothing.
 */
#ifndef TUI_OWNERS_H
#define TUI_OWNERS_H

#include "model/timeline/timeline.h"

enum { OWNERS_EVENTS = 150000 };

struct owners {
    bool read, none; /* none: too many events */
    uint32_t n, procs, threads;
    gidx *g;    /* [procs + threads][n], IDX_NONE where nobody ran */
    ns_t *best; /* the length of that stretch */
    size_t room;
};
int owners_read(struct owners *o, struct session *s, const struct tl_window *w, struct err *e);
/* The n cells of a proc or thread; NULL when there are none. */
const gidx *owners_of(const struct owners *o, enum lane_kind kind, uint32_t id);
void owners_release(struct owners *o);

#endif
