/* The findings of the session, judged once on a thread of their own when the import is over, for all views. */
#ifndef TUI_VERDICTS_H
#define TUI_VERDICTS_H

#include "model/findings/findings.h"
#include "tui/app.h"

struct verdicts;
/* st is borrowed and outlives it; NULL: the defaults. */
struct verdicts *verdicts_new(struct session *s, const struct rule_settings *st);
/* Stops judging. */
void verdicts_free(struct verdicts *v);
/* Starts to judge if the import is over and nobody did yet. On the UI thread. wake: called when it is done. */
void verdicts_start(struct verdicts *v, void (*wake)(void *), void *ctx);
/* NULL: not judged yet, *failed says why not when it failed. Stays the same until verdicts_free. */
const struct findings *verdicts_get(struct verdicts *v, const struct err **failed);

/* Those of a rule and a function count as ignored from now on; reason is borrowed and outlives it. */
void verdicts_ignore(struct verdicts *v, unsigned rule, str_id function, const char *reason);
/* Until it is done; for pictures. */
void verdicts_wait(struct verdicts *v);

/* Of the app: NULL as above. */
const struct findings *app_findings(struct app *app, const struct err **failed);

#endif
