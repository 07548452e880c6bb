/* The UI without a terminal: keys in as text, the picture out. For tests, and views as text. */
#include "tui/app_parts.h"

int tui_picture(struct session *s, const struct tui_opts *o, int w, int h, int glyphs, const char *keys, bool roles, struct buf *out,
                struct err *e)
{
    struct tui_opts fixed = *o;
    fixed.clock_fixed = true;
    struct terminal *t = term_open_null(w, h);
    struct app *app = app_new(s, &fixed, view_slots, view_slots_n, t, e);
    int rc = app ? 0 : -1;
    if (app) {
        app->grid.glyphs = glyphs >= 0 && glyphs < GLYPH_SETS ? (enum glyph_set)glyphs : app->grid.glyphs;
        rc = app_begin(app, o, e);
    }
    if (rc == 0) {
        app_frame(app);
        rc = app_keys(app, keys ? keys : "", e);
    }
    if (rc == 0)
        grid_save(&app->grid, out, roles);
    app_free(app);
    term_close(t);
    return rc;
}
