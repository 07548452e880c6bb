/* Following edges between goroutines, the same in Timeline and on the goroutine page. */
#ifndef TUI_VIEWS_EDGES_H
#define TUI_VIEWS_EDGES_H

#include "tui/app.h"

/* Goes to who ended the wait at the cursor (or woke or created the goroutine last), at that moment; dir > 0: to whom the
 * goroutine wakes or creates next. Sets nav.g and nav.cursor; says why when it cannot. Under session_read. */
bool edge_follow(struct app *app, struct nav *nav, struct session *s, int dir);
/* The next span (dir 1) or the one before (-1): moves the cursor to its start. Under session_read. */
bool edge_span(struct app *app, struct nav *nav, struct session *s, int dir);

#endif
