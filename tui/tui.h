/* The terminal UI: one call shows a session until the user leaves.
 *
 * The session may still be importing on another thread: the UI sets session->wake, redraws as segments are published, and
 * stops the import by session->progress.stop. Settings come by name, from the configuration and the command line.
 */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "base/buf.h"
#include "base/err.h"
#include "model/session.h"

struct rule_settings;

struct tui_opts {
    const char *view;        /* name of the first view; NULL: timeline while importing or with a place or window, else overview */
    const char *place;       /* --goto: "g=104,t=1.23s"; NULL */
    const char *filter;      /* --where; NULL */
    bool windowed;           /* --window: marked and shown */
    ns_t from, to;           /* its bounds since the start; NS_NONE: from the start, NS_OPEN: to the end */
    bool keep;               /* bookmarks, notes and the last place are kept for this trace (model/store/state.h) */
    const char *ignore_file; /* settings file that ignores go to; NULL: they are not kept */
    const char *log;         /* file for messages; NULL */
    bool clock_fixed;        /* --clock fixed */
    /* INI settings in order, later ones win: section ("ui", "keys", "theme"), key, value. Borrowed. */
    const struct tui_setting {
        const char *section, *key, *value;
    } * settings;
    size_t nsettings;
    const struct rule_settings *rules; /* thresholds, ignores (model/findings/findings.h); NULL: the defaults. Borrowed. */
    const char *theme_dirs[4];         /* searched for NAME.theme; NULL-terminated */
};

/* Runs on the controlling terminal. 0, or -1 with *e (no terminal, unknown TERM, unknown setting …). */
int tui_run(struct session *s, const struct tui_opts *o, struct err *e);
/* The signal that ended it (SIGTERM, SIGHUP, SIGQUIT), 0: the user did. The caller cleans up and ends with 128 + signal. */
int tui_exit_signal(void);

/* The same UI with no terminal: keys in, picture out. For tests, and for `ctxscope VIEW` as text.
 * keys: as in commands.def, parted by blanks ("j j Enter / l i n k Enter"). The picture is appended to out. */
int tui_picture(struct session *s, const struct tui_opts *o, int w, int h, int glyphs, const char *keys, bool roles, struct buf *out,
                struct err *e);

#endif
