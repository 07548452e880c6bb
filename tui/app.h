/* What views may ask of the app, beside changing nav and their own state. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "tui/view.h"

/* A line at the bottom until the next key: answer or error. */
void app_message(struct app *app, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Texts that states refer to by number (filters, searches), so that states stay small; same text, same number; never freed
 * before the app. 0 is "". */
uint32_t app_text(struct app *app, const char *s);
const char *app_text_get(const struct app *app, uint32_t id);
/* A regular expression (PCRE2, match limits) by its text's number, compiled once; NULL when it is none (a message says why). */
struct regex; /* base or model: see model/regex.h once it is there */
/* Shows another view with this nav; the current place is kept for Esc (drill) and C-o. */
void app_show(struct app *app, enum view_id view, bool drill);
/* Frozen (tests) or real time, ns since 1970, for spinners and rates; never for trace times. */
int64_t app_clock(const struct app *app);

#endif
