/* A screen: a grid with its colours, the form that back ends compare and send. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "tui/theme.h"

/* One cell as the terminal shows it. Equal looks have equal bytes: a blank keeps only its background. */
struct scell {
    uint32_t ch;    /* 0: the second half of a wide character */
    int32_t fg, bg; /* as struct pen */
    uint8_t attrs;  /* PEN_BOLD, PEN_REVERSE */
    uint8_t pad[3]; /* 0 */
};

struct screen {
    int w, h;
    struct scell *cells; /* owned */
};

static inline struct scell *screen_row(const struct screen *s, int y)
{
    return &s->cells[(size_t)y * (size_t)s->w];
}
static inline bool scell_same(const struct scell *a, const struct scell *b)
{
    return a->ch == b->ch && a->fg == b->fg && a->bg == b->bg && a->attrs == b->attrs;
}

void screen_resize(struct screen *s, int w, int h);
void screen_release(struct screen *s);
/* Colours for every cell of the grid; the screen takes the grid's size. */
void screen_resolve(struct screen *s, const struct grid *g, const struct palette *p);

#endif
