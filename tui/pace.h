/* How an import goes on, smoothly: a generation, which may be many megabytes, is read at once and then ordered, so the bytes done
 * are reckoned from those whose events came out.
 */
#ifndef TUI_PACE_H
#define TUI_PACE_H

#include "model/builder.h"

struct pace {
    /* to be shown */
    uint64_t done, total; /* bytes of the file; total 0: not known */
    uint64_t events;
    double rate, left; /* events a second; seconds; 0: not known yet */
    double share;      /* 0..1 */
    /* its own */
    int64_t began, file_began; /* 0: not begun */
    uint64_t read;
};

/* now: ns of a clock (0: it stands still, then there is no rate). p->progress may be written meanwhile. */
void pace_step(struct pace *p, int64_t now, const struct progress *progress);

#endif
