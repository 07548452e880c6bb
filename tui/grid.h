/* The cell grid: what views draw into. Characters and meanings (roles), no colours, no terminal.
 *
 * A grid is plain memory; drawing is clipped, never fails, and takes hostile text: every string passes text_is_unsafe, so
 * nothing that a file holds can become an escape sequence. Back ends (tui/term.h) show the difference of two grids.
 */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
#define ROLE(id, name, sentence) ROLE_##id,
#include "tui/roles.def"
#undef ROLE
    ROLE_COUNT
};
enum tint {
#define TINT(id, name, sentence) TINT_##id,
#include "tui/tints.def"
#undef TINT
    TINT_COUNT
};

enum { CELL_REVERSE = 1, CELL_BOLD = 2, CELL_WIDE = 4 /* first half of a wide character */, CELL_TAIL = 8 /* its second half */ };
struct cell {
    uint32_t ch;  /* code point; 0 in a tail */
    uint8_t role; /* enum role */
    uint8_t tint; /* enum tint */
    uint8_t flags;
    uint8_t pad;
};

struct rect {
    int x, y, w, h;
};

/* Glyphs by meaning, in three sets; a view never writes a box or block character itself: see glyphs.def. */
enum glyph_set { GLYPHS_UTF8, GLYPHS_CONSOLE, GLYPHS_ASCII, GLYPH_SETS };
enum glyph {
#define GLYPH(id, utf8, console, ascii, sentence) GLYPH_##id,
#include "tui/glyphs.def"
#undef GLYPH
    GLYPH_COUNT
};

struct grid {
    int w, h;
    struct cell *cells; /* owned; w * h, row by row */
    enum glyph_set glyphs;
    bool mono; /* no colours: what a background would say has to be a glyph */
};

void grid_init(struct grid *g, int w, int h, enum glyph_set glyphs);
void grid_resize(struct grid *g, int w, int h);
void grid_release(struct grid *g);
/* Blanks without tint. */
void grid_clear(struct grid *g, struct rect r);
static inline struct cell *grid_at(struct grid *g, int x, int y)
{
    return x < 0 || y < 0 || x >= g->w || y >= g->h ? NULL : &g->cells[(size_t)y * (size_t)g->w + (size_t)x];
}

/* Each writes within [x, x + max) of row y, clipped to the grid; returns the columns used. Text is made safe; what is cut
 * ends in the ellipsis glyph. Tint of the cells stays. */
int grid_text(struct grid *g, int x, int y, int max, enum role role, const char *s);
int grid_textn(struct grid *g, int x, int y, int max, enum role role, const char *s, size_t n);
int grid_printf(struct grid *g, int x, int y, int max, enum role role, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The same, right-aligned in [x, x + w). */
int grid_right(struct grid *g, int x, int y, int w, enum role role, const char *s);
void grid_glyph(struct grid *g, int x, int y, enum role role, enum glyph glyph);
/* A level of 0..8 eighths (0: blank). */
void grid_level(struct grid *g, int x, int y, enum role role, int eighths);
void grid_hline(struct grid *g, int x, int y, int w, enum role role);
void grid_tint(struct grid *g, struct rect r, enum tint tint);
void grid_flags(struct grid *g, struct rect r, uint8_t flags);
/* The code point of a glyph in the grid's set. */
uint32_t grid_glyph_cp(const struct grid *g, enum glyph glyph);
const char *grid_role_name(enum role role); /* "g.running" */
const char *grid_tint_name(enum tint tint); /* "ui.selection" */
/* Columns that the text would use. */
int grid_width(const char *s, size_t n);

/* The picture as text, for golden tests and :save-screen: the rows without trailing blanks, then a line
 * "~row: col-col role+tint+flags …" for each row with more than plain text. Appends. */
struct buf;
void grid_save(const struct grid *g, struct buf *out, bool roles);

#endif
