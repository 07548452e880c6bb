#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/ui.h"

static void forget(void)
{
    char pattern[4096];
    glob_t g;
    const char *state = getenv("XDG_STATE_HOME");
    snprintf(pattern, sizeof pattern, "%s/ctxscope/*.db", state ? state : "");
    if (!state || glob(pattern, 0, NULL, &g) != 0)
        return;
    for (size_t i = 0; i < g.gl_pathc; i++)
        unlink(g.gl_pathv[i]);
    globfree(&g);
}

struct vt *ui_start(const struct vt_opts *o, const char *const args[])
{
    forget();
    return ui_again(o, args);
}

struct vt *ui_again(const struct vt_opts *o, const char *const args[])
{
    const char *argv[16] = {getenv("CTXSCOPE")};
    CHECK(argv[0], "$CTXSCOPE names the program; tests/run sets it");
    if (!argv[0])
        exit(1);
    for (size_t i = 0; args[i] && i < 14; i++)
        argv[i + 1] = args[i];
    return vt_start(o, argv);
}

struct vt *ui_open(int cols, int rows)
{
    struct vt *vt = ui_start(&(struct vt_opts){.cols = cols, .rows = rows}, (const char *[]){UI_SAMPLE, NULL});
    CHECK(vt_settle(vt, UI_MS), "no frame of the whole sample at %dx%d:\n%s", cols, rows, vt_text(vt));
    return vt;
}

void ui_press(struct vt *vt, const char *keys)
{
    vt_keys(vt, keys);
    CHECK(vt_sync(vt, UI_MS), "no frame after '%s':\n%s", keys, vt_text(vt));
}

void ui_restored(struct vt *vt, const char *after)
{
    CHECK(vt_tty_restored(vt), "after %s the tty's settings are not as before", after);
    CHECK(!vt_altscreen(vt), "after %s the screen was not left", after);
    CHECK(vt_cursor_visible(vt), "after %s the cursor is hidden", after);
    CHECK(!vt_mouse_on(vt), "after %s the mouse is still on", after);
}

void ui_quit(struct vt *vt)
{
    vt_keys(vt, ": q u i t ! Enter");
    int status = vt_end(vt, UI_MS);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "quit ends with %x:\n%s", status, vt_text(vt));
    ui_restored(vt, ":quit!");
    size_t n;
    const char *raw = vt_raw(vt, &n), *why = vt_unclean(raw, n);
    CHECK(!why, "%s", why);
    vt_free(vt);
}
