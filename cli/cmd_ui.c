/* The terminal view; without a terminal the overview as text. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/config.h"
#include "cli/load.h"
#include "cli/pump.h"
#include "tui/tui.h"

/* What cannot be read at all is mostly known by then and said on a screen that was never left. */
enum { FIRST_LOOK_MS = 10 };

/* Whether the user is there to see it, and to press keys: on stdin, or on the terminal itself when stdin is the trace. */
static bool has_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

struct theme_dirs {
    char own[PATH_MAX], built[PATH_MAX + 16];
};

/* The user's own; of a program that runs where it was built (BUILD/MODE/ctxscope), the source tree's; the installed ones. */
static void find_themes(struct theme_dirs *d, struct tui_opts *t)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    unsigned n = 0;
    d->own[0] = 0;
    if (base && base[0] == '/')
        snprintf(d->own, sizeof d->own, "%s/ctxscope/themes", base);
    else if (home && home[0] == '/')
        snprintf(d->own, sizeof d->own, "%s/.config/ctxscope/themes", home);
    if (d->own[0])
        t->theme_dirs[n++] = d->own;
    char exe[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[len > 0 ? len : 0] = 0;
    for (int up = 0; up < 3 && strrchr(exe, '/'); up++)
        *strrchr(exe, '/') = 0;
    snprintf(d->built, sizeof d->built, "%s/themes", exe);
    if (len > 0 && access(d->built, R_OK | X_OK) == 0)
        t->theme_dirs[n++] = d->built;
    t->theme_dirs[n] = CTXSCOPE_PREFIX "/share/ctxscope/themes";
}

static void fill(struct tui_opts *t, const struct opts *o, struct config *c, struct theme_dirs *d)
{
    if (opt_given(o, OPT_THEME))
        config_add(c, "ui", "theme", opt_text(o, OPT_THEME));
    if (opt_given(o, OPT_GLYPHS))
        config_add(c, "ui", "glyphs", opt_text(o, OPT_GLYPHS));
    *t = (struct tui_opts){.view = opt_text(o, OPT_VIEW),
                           .rules = &c->rules,
                           .place = opt_text(o, OPT_GOTO),
                           .filter = opt_text(o, OPT_WHERE),
                           .windowed = opt_given(o, OPT_WINDOW),
                           .from = o->value[OPT_WINDOW].window.t0,
                           .to = o->value[OPT_WINDOW].window.t1,
                           .keep = true,
                           .ignore_file = c->ignores,
                           .log = opt_text(o, OPT_LOG),
                           .clock_fixed = opt_number(o, OPT_CLOCK, CLOCK_REAL) == CLOCK_FIXED,
                           .settings = c->settings.v,
                           .nsettings = c->settings.n};
    find_themes(d, t);
}

static int show(struct opts *o, struct load *l, struct err *e)
{
    struct session *s = load_session(l);
    struct config c;
    struct tui_opts t;
    struct theme_dirs dirs;
    if (config_read(&c, o, e) < 0) {
        config_release(&c);
        return -1;
    }
    fill(&t, o, &c, &dirs);
    int rc = tui_run(s, &t, e);
    config_release(&c);
    if (rc < 0)
        return -1;
    if (tui_exit_signal())
        return 128 + tui_exit_signal();
    /* An import that failed was shown where there was something to show; once the screen is gone it is still the answer. */
    if (load_over(l, 0) && s->import_err.kind != ERR_NONE && s->import_err.kind != ERR_CANCEL) {
        *e = s->import_err;
        return -1;
    }
    return 0;
}

int cmd_ui(struct opts *o, struct err *e)
{
    if (!has_terminal())
        return cmd_overview(o, e);
    struct load *l = load_open(o, o->words.v, o->words.n, e);
    if (!l)
        return -1;
    int rc;
    if (load_over(l, FIRST_LOOK_MS) && load_session(l)->import_err.kind != ERR_NONE && !load_session(l)->events) {
        *e = load_session(l)->import_err;
        rc = -1;
    } else {
        rc = show(o, l, e);
    }
    load_close(l);
    return rc;
}
