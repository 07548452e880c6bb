/* The ruler: ticks at 1-2-5 steps, at least 12 cells apart, labels right of the tick. Ticks are pure; drawing is beside. */
#ifndef TUI_RULER_H
#define TUI_RULER_H

#include "model/types.h"
#include "tui/grid.h"

enum { RULER_TICKS = 64, RULER_MIN_CELLS = 12 };

struct ruler_tick {
    int x; /* cell */
    ns_t t;
    char label[32]; /* "20.2 ms", "+10 µs", "15:04:05.25" */
};

/* How times are written: since the start, or as wall clock. */
struct ruler_clock {
    ns_t base; /* subtracted: session.t0 */
    ns_t wall; /* ns since 1970 at base; NS_NONE: no wall clock */
};

/* A moment on an axis whose cell is `cell` wide: "12.65 ms", or as wall clock (local time). */
void ruler_time(char out[32], const struct ruler_clock *c, ns_t t, ns_t cell);
/* Ticks of a window [t0, t0 + n * cell), whose labels do not overlap each other nor the columns [avoid0, avoid1).
 * Labels longer than 9 characters: the first is absolute, the others are offsets from it. Returns how many. */
int ruler_ticks(const struct ruler_clock *c, ns_t t0, ns_t cell, int n, int avoid0, int avoid1, struct ruler_tick out[RULER_TICKS]);
/* Draws ticks in n columns from x of row y. */
void ruler_draw(struct grid *g, int x, int y, int n, const struct ruler_tick *ticks, int nticks);

#endif
