/* What views may ask of the app, beside changing nav and their own state. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <stdatomic.h>

#include "tui/view.h"

/* A line at the bottom until the next key: answer or error. */
void app_message(struct app *app, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Texts that states refer to by number (filters, searches), so that states stay small; same text, same number; never freed
 * before the app. 0 is "". */
uint32_t app_text(struct app *app, const char *s);
const char *app_text_get(const struct app *app, uint32_t id);
/* The regular expression of a text's number (model/regex.h), compiled once; NULL when it is none, and a message says why. */
struct regex;
struct regex *app_regex(struct app *app, uint32_t text);
/* Shows another view with this nav; the current place is kept for Esc (drill) and C-o. Works on the nav that a command got. */
void app_show(struct app *app, enum view_id view, bool drill);
/* Frozen (tests) or real time, ns since 1970, for spinners and rates; never for trace times. */
int64_t app_clock(const struct app *app);
/* How the import goes on; as it was while the last frame with one was drawn. */
struct pace;
const struct pace *app_pace(const struct app *app);
/* Puts text on the terminal's clipboard (OSC 52), made safe, at most 74 kB. */
void app_copy(struct app *app, const char *text, size_t n);

/* Work that takes longer than a frame runs on one worker thread; C-c and Esc stop it, a new one takes the place of the old. */
struct job {
    _Atomic uint64_t done, total; /* for the progress line; set by run; total 0: unknown */
    _Atomic int stop;             /* run looks at it often and returns */
};
/* run: on the worker; takes session_read itself, in short holds. 0, or -1 with *e. done: on the UI thread afterwards, also
 * when it was stopped (e is ERR_CANCEL then); frees arg. what: "searching", for the progress line. */
void app_job(struct app *app, const char *what, int (*run)(struct job *j, void *arg, struct err *e),
             void (*done)(struct app *app, void *arg, int rc, const struct err *e), void *arg);
/* Whether one runs: what can wait asks first, for a new job stops the old. */
bool app_job_runs(const struct app *app);
/* Stops it as the user would not: its done may ask for it again. For a job that waits for the session's lock this must not be
 * called while an import runs. */
void app_stop_job(struct app *app);
/* In a job's done: it was stopped so, or by another one. */
bool app_job_replaced(const struct app *app);
/* A worker's partial result is worth a frame: thread-safe. */
void app_wake(struct app *app);

#endif
