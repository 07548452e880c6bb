/* What several views draw alike: rules with titles, numbers in columns, state names, GC bands, the minimap. */
#ifndef TUI_PARTS_H
#define TUI_PARTS_H

#include "model/timeline/timeline.h"
#include "tui/lane.h"
#include "tui/names.h"

/* "── label ───── right ──" over [x, x + w). Either may be NULL or empty. */
void part_rule(struct grid *g, int x, int y, int w, const char *label, enum role role, const char *right);
/* A duration of 7 columns that ends before x + w; 0 is a grey dash, NS_NONE a "?". */
void part_duration(struct grid *g, int x, int y, int w, enum role role, ns_t ns);
/* A count, right-aligned; 0 is a grey dash. */
void part_count(struct grid *g, int x, int y, int w, enum role role, uint64_t n);
/* " 54 %" right-aligned in w. */
void part_percent(struct grid *g, int x, int y, int w, enum role role, double share);
/* The state's glyph, n times; returns n. Blank for states that are drawn blank. */
int part_share(struct grid *g, int x, int y, int n, enum share s);
/* A bar of w cells that parts into shares by their time, largest remainder. */
void part_share_bar(struct grid *g, int x, int y, int w, const ns_t ns[SHARE_COUNT]);
/* The ellipsis of the grid's glyph set as text; short names want it. */
const char *part_ellipsis(const struct grid *g, char out[8]);
/* name_short straight into the grid; returns columns used. */
int part_name(struct grid *g, int x, int y, int max, enum role role, struct str name);
/* "main.go:38", at most max columns; nothing when the file is unknown. right: ends before x + max. */
int part_place(struct grid *g, int x, int y, int max, enum role role, struct str file, uint32_t line, bool right);
/* "Resolver.Resolve resolver.go:512" in at most max columns: the place keeps its width, the name gives way. right: the place
 * ends at x + max. Returns columns used. */
int part_where(struct grid *g, int x, int y, int max, enum role role, struct str func, struct str file, uint32_t line, bool right);
/* Text of a glyph in the grid's set (UTF-8), for sentences. */
const char *part_glyph_text(const struct grid *g, enum glyph glyph, char out[8]);

/* A band of GC mark phases and stops of the world, worked out by gcband_cells from the session's ranges. */
enum gc_cell { GC_NONE, GC_MARKING, GC_STW_SHORT, GC_STW_LONG, GC_STW_FULL };
void gcband_cells(const struct session *s, const struct tl_window *w, uint8_t *out);
void gcband_draw(struct grid *g, int x, int y, int n, const uint8_t *cells);

/* The minimap: height = square root of active goroutines; heights[n] are 0..8; the window is [w0, w1) in its columns. */
void minimap_levels(const double *active, int n, uint8_t *heights);
void minimap_draw(struct grid *g, int x, int y, int n, const uint8_t *heights, int w0, int w1);

#endif
