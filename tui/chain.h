/* Drawing a wake chain: one link is how long, the wire of the wait, who, at which statement; under it what woke it. */
#ifndef TUI_CHAIN_H
#define TUI_CHAIN_H

#include "tui/parts.h"
#include "tui/wake.h"

/* In w columns and at most `rows` rows; when rows are short the middle goes, never the first link or the root.
 * Returns the rows used. */
int chain_draw(struct grid *g, int x, int y, int w, int rows, const struct wake_link *links, int n);
/* "nobody woke it", "the network answered": how a chain ends; "" for one that goes on. */
const char *chain_end(enum wake_end end);

#endif
