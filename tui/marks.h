/* Marks in cells: which one shows, and where its count goes. Pure but for drawing.
 *
 * Priority is the order of marks.def. Several alike: glyph, then the count over the next cells, which also counts the alike
 * marks of the cells that it covers. A more important or different mark in the way: one reversed digit in the mark's cell.
 */
#ifndef TUI_MARKS_H
#define TUI_MARKS_H

#include "model/timeline/timeline.h"
#include "tui/grid.h"

enum mark_kind {
#define MARK(id, glyph, role, text_role, counted, word) MARK_##id,
#include "tui/marks.def"
#undef MARK
    MARK_KINDS
};
struct mark_look {
    uint8_t glyph, role, text_role;
    bool counted;
    const char *word;
};
extern const struct mark_look mark_looks[MARK_KINDS];

/* How many of each kind lie in a cell. */
struct mark_cell {
    uint32_t n[MARK_KINDS];
};
/* The kind of a trace's mark, or MARK_KINDS for one that is not drawn: ends of tasks and regions, and logs that are context
 * events (their category begins with "ctxscope/"): what happens to contexts has marks of its own. */
enum mark_kind mark_kind_of(const struct session *s, const struct mark *m);
/* Draws n cells from x of row y. heights: the row shows levels, which are digits in ASCII: a blank ends the count.
 * samples: also those. */
void marks_draw(struct grid *g, int x, int y, int n, const struct mark_cell *cells, bool heights, bool samples);
/* Only the samples of cells that hold nothing else. */
void marks_samples(struct grid *g, int x, int y, int n, const struct mark_cell *cells);
/* Logs and tasks in more than a third of `living` cells: on a lane they would leave nothing of it, and their counts would shout. */
bool marks_crowded(const struct mark_cell *cells, int n, int living);
/* Takes logs and tasks away where they are crowded: the marks line has them, the lane keeps its states. False: nothing is left. */
bool marks_thin(struct mark_cell *cells, int n, int living);
/* The marks line when it is crowded: logs and tasks as levels (square root), what is more important over them. */
void marks_density(struct grid *g, int x, int y, int n, const struct mark_cell *cells);
/* Cancels and deadlines in more than a third of `living` cells: their glyphs and digits would shout. */
bool marks_storm(const struct mark_cell *cells, int n, int living);
/* The marks line then: their number as levels (square root), in the colour of whichever are more; other cells as marks_density. */
void marks_storm_draw(struct grid *g, int x, int y, int n, const struct mark_cell *cells);
/* A row of levels then: its cells keep their height and take the colour. */
void marks_storm_tint(struct grid *g, int x, int y, int n, const struct mark_cell *cells);
/* "¶12 •3": the counts of a window in at most `max` columns; returns the columns used. */
int marks_counts(struct grid *g, int x, int y, int max, const struct mark_cell *sum);

#endif
