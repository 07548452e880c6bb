/* How a cell of a lane is chosen: from exact time per state to a glyph and a role. Pure; the views and `ctxscope lanes` use it.
 *
 * Rules and their reasons: docs/design.md, "How a cell is chosen". Active = running, runnable, syscall; waits are the wire
 * that lies behind. Activity shows however short it was, its amount is told elsewhere.
 */
#ifndef TUI_LANE_H
#define TUI_LANE_H

#include "model/timeline/timeline.h"
#include "tui/grid.h"

enum { LANE_BLANK = 255 };
_Static_assert((int)GLYPH_COUNT < (int)LANE_BLANK, "a glyph fits into a byte beside LANE_BLANK");

/* What is drawn: a glyph or, for heights, a level. */
struct lane_cell {
    uint8_t glyph; /* enum glyph, or LANE_BLANK */
    uint8_t role;  /* enum role */
};

/* How a share looks: as a lane that is full of it, as a short piece, and as an area. */
struct share_look {
    uint8_t full, brief; /* enum glyph or LANE_BLANK */
    uint8_t role, fill;  /* enum role */
    const char *word;    /* as a person says it: "waiting", "running" */
};
extern const struct share_look share_looks[SHARE_COUNT];
static inline bool share_is_active(enum share s)
{
    return s == SHARE_RUNNING || s == SHARE_RUNNABLE || s == SHARE_SYSCALL;
}

/* A single goroutine's cell. half: ns of each half of the cell that lie within the trace. */
struct lane_cell lane_choose(const struct tl_cell *c, ns_t half);
/* A group's: height = goroutines alive (mean over covered ns) of the peak (times 256), at least an eighth when any;
 * colour = what most of their time was. */
struct lane_cell lane_group(const struct tl_cell *c, ns_t covered, uint64_t peak256);
/* The runtime's own: only activity, in GC colour. */
struct lane_cell lane_runtime(const struct tl_cell *c, ns_t covered, uint64_t peak256);
/* A proc's or thread's: busy share; whose time it was is the caller's to colour. A proc is busy in a syscall until it is taken
 * away; a thread is not, it may wait there for good. */
struct lane_cell lane_busy(const struct tl_cell *c, ns_t covered, bool thread);

/* Sums of both halves. */
ns_t lane_alive(const struct tl_cell *c);
ns_t lane_active(const struct tl_cell *c);
/* 1..8 eighths for a value above 0 of max, 0 for 0. */
int lane_level(double value, double max);

#endif
