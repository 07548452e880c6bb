/* A search as views use it: which rows hit, hits marked in what is drawn, and steps through hits in time. */
#ifndef TUI_FIND_H
#define TUI_FIND_H

#include "model/search.h"
#include "tui/app.h"

struct find {
    uint32_t number;   /* of the text, app_text */
    struct search *se; /* NULL: none */
};

/* Makes the search of a text's number; true when it changed. A text that is no expression finds nothing, *e says why. */
bool find_update(struct find *f, const struct app *app, uint32_t number, struct session *s, struct err *e);
void find_release(struct find *f);
/* Gives what matches within the cells [x, x + w) of row y the look of a hit. */
void find_mark(const struct find *f, struct grid *g, int x, int y, int w);
/* A lane without a hit loses its colours. */
void find_grey(struct grid *g, int x, int y, int w);
/* The next hit after nav.cursor (dir 1), or the one before: sets nav.cursor and nav.g, says what it is. Looks for a quarter of a
 * second; then says so, and the next call goes on. Under session_read. */
bool find_step(struct find *f, struct app *app, struct nav *nav, struct session *s, int dir);

#endif
