/* Spans group by group: for GROUP BY and DISTINCT over a column of few values, which SQLite would sort all rows for (10 s for 19
 * million). The walk is made once; of each row the columns that the query reads are kept as some bytes in its group's buffer, and
 * given out group after group. When that gets too large, the largest group is kept no more: it has a walk of its own at the end.
 */
#ifndef MODEL_STORE_SPAN_GROUPS_H
#define MODEL_STORE_SPAN_GROUPS_H

#include "base/map.h"
#include "model/store/vtab_span.h"

struct span_groups;
/* Bytes of all buffers; tests make it small. */
extern size_t span_groups_budget;

/* Whether rows can be given in groups of this column: it has few values, and equal texts have equal ids. */
bool span_groups_by(const struct sight *v, unsigned col);
/* For rows that read the columns `used`, in groups of one column or two (the second -1: none). */
struct span_groups *span_groups_new(const struct session *s, uint64_t used, const int by[2]);
void span_groups_free(struct span_groups *x);
/* Takes the row at which the walk stands. */
void span_groups_add(struct span_groups *x, const struct span_cursor *c);
/* When all were taken: brings the groups into the order of their values. */
void span_groups_sort(struct span_groups *x);
/* The next row, into the cursor: 1; 0: no more are kept; then the groups in *again, if any, are walked for: see below. */
int span_groups_next(struct span_groups *x, struct span_cursor *c);
/* Begins the next group that was not kept; false when there is none. Rows of it are those for which span_groups_is is true. */
bool span_groups_again(struct span_groups *x);
bool span_groups_is(const struct span_groups *x, const struct span_cursor *c);

#endif
