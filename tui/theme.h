/* Themes: what roles and tints look like at each depth of colour. Files are INI, see themes/dark.theme; the shipped ones are
 * also built in, so that the program needs no files. A palette is a theme at one depth, ready to draw with.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/buf.h"
#include "base/err.h"
#include "tui/grid.h"

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE, DEPTH_COUNT };
extern const char *const depth_names[DEPTH_COUNT]; /* "mono", "8", "16", "256", "true": sections of a file */

/* A colour: COLOUR_DEFAULT, an index of the terminal's palette, or COLOUR_RGB | 0xrrggbb. */
enum { COLOUR_DEFAULT = -1, COLOUR_RGB = 1 << 24 };
enum { PEN_BOLD = 1, PEN_REVERSE = 2, PEN_LABEL = 4 /* tints only: reverse the row's first words instead */ };
struct pen {
    int32_t fg, bg;
    uint8_t attrs;
};

struct theme {
    char name[64], about[96];
    enum depth most; /* deeper colours are not used */
    struct pen roles[DEPTH_COUNT][ROLE_COUNT], tints[DEPTH_COUNT][TINT_COUNT];
    bool has_true[ROLE_COUNT + TINT_COUNT]; /* what [true] sets; else it is as [256] */
};

/* Loads NAME.theme from the folders (NULL-terminated; first one found wins) or from what is built in; a name with a slash is
 * a file. -1 with *e (what, file and line) when there is none or it does not read. *t is then untouched. */
int theme_load(struct theme *t, const char *name, const char *const *dirs, struct err *e);
/* One setting: section of the file (NULL: of [256]), role or tint, value. -1 with *e. */
int theme_set(struct theme *t, const char *section, const char *name, const char *value, struct err *e);
/* The built-in theme number i, NULL behind the last. */
const char *theme_builtin_name(size_t i);

struct palette {
    enum depth depth;
    struct pen role[ROLE_COUNT];
    struct pen tint[TINT_COUNT];
};
void palette_init(struct palette *p, const struct theme *t, enum depth depth);
/* The index of the 256 that comes nearest to an RGB colour. */
int colour_nearest(uint32_t rgb);

#endif
