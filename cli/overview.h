/* The overview's parts. */
#ifndef CLI_OVERVIEW_H
#define CLI_OVERVIEW_H

#include "cli/options.h"
#include "cli/out.h"
#include "cli/summary.h"
#include "model/findings/findings.h"
#include "model/session.h"

/* For a tired person: what is this trace, what did goroutines do, where did they wait, what is odd. f NULL: not judged. Under the read
 * lock. */
int overview_text(const struct opts *o, struct session *s, const struct summary *m, const struct findings *f, struct out *out,
                  struct err *e);

struct page;
/* Who cancelled, whom that woke, how long they took; at most so many rows. */
void overview_cancels(struct page *p, const struct session *s, size_t rows);

enum { WALL_CLOCK_TEXT = 64 };
/* ns since 1970 as RFC 3339 in UTC; "" when it cannot be. */
void wall_clock_text(char out[WALL_CLOCK_TEXT], ns_t wall);
/* All kinds of waiting. */
ns_t waiting_of(const ns_t ns[SHARE_COUNT]);

#endif
