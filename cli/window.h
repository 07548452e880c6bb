/* --window: a stretch of time as people type it. */
#ifndef CLI_WINDOW_H
#define CLI_WINDOW_H

#include "base/err.h"
#include "model/types.h"

/* Since the session's start; NS_NONE in t0: from the start, NS_OPEN in t1: to the end. */
struct window {
    ns_t t0, t1;
};

/* "1.2s..1.4s", "..300ms", "2s..", "1.2s+5ms". -1 with *e, its where naming the column. */
int window_parse(const char *text, struct window *w, struct err *e);

#endif
