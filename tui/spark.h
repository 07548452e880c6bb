/* Sparklines: one quantity over time as levels, one or two rows high. */
#ifndef TUI_SPARK_H
#define TUI_SPARK_H

#include "tui/grid.h"

/* n values of max as levels from (x, y) on, rows 1 or 2 high (y is the lower row's when 2: y - 1 is drawn too).
 * Any value above 0 is at least an eighth high. */
void spark_draw(struct grid *g, int x, int y, int n, int rows, enum role role, const double *values, double max);
/* The largest of each `per` values of in[n * per]: a short peak stays visible. */
void spark_peaks(const double *in, int n, int per, double *out);

#endif
