/* :export FILE: the session's tables as an SQLite file that other programs read, beside the screen. A marked range and a filter
 * choose a part, as everywhere.
 */
#include "tui/app_parts.h"

#include <stdio.h>
#include <string.h>

#include "model/filter.h"
#include "model/store/store.h"

struct export
{
    struct session *s;
    struct store_part part;
    char *path, *filter; /* owned; filter NULL: all */
};

static int choose(struct export *x, uint8_t **chosen, struct err *e)
{
    struct filter *f = x->filter ? filter_parse(x->filter, e) : NULL;
    if (!x->filter)
        return 0;
    if (!f)
        return -1;
    session_read(x->s);
    *chosen = mem_alloc(x->s->goroutines.n + 1, 1);
    for (gidx g = 0; g < x->s->goroutines.n; g++)
        (*chosen)[g] = filter_match(f, x->s, g);
    session_done(x->s);
    filter_free(f);
    return 0;
}

static int run(struct job *j, void *arg, struct err *e)
{
    struct export *x = arg;
    uint8_t *chosen = NULL;
    (void)j;
    int rc = choose(x, &chosen, e);
    x->part.chosen = chosen;
    if (rc == 0)
        rc = store_export_sqlite(x->s, x->path, &x->part, e);
    mem_free(chosen);
    return rc;
}

static void done(struct app *app, void *arg, int rc, const struct err *e)
{
    struct export *x = arg;
    __atomic_store_n(&x->s->progress.stop, 0, __ATOMIC_RELAXED);
    if (rc == 0)
        app_message(app, ROLE_MESSAGE, "%s: written", x->path);
    else
        app_error(app, e);
    mem_free(x->path);
    mem_free(x->filter);
    mem_free(x);
}

void export_command(struct app *app, const char *path)
{
    if (!*path) {
        prompt_open(app, PROMPT_COMMAND, "export ");
        return;
    }
    if (app_importing(app)) {
        app_message(app, ROLE_ERROR, "the import still runs; export when it is done");
        return;
    }
    struct export *x = mem_calloc(1, sizeof *x);
    const char *filter = app_text_get(app, app->nav.filter);
    bool range = app->nav.range0 != NS_NONE && app->nav.range1 != NS_NONE;
    x->s = app->s;
    session_read(app->s);
    x->part =
        (struct store_part){.t0 = range ? app->nav.range0 : app->s->t0, .t1 = range ? app->nav.range1 : app->s->t1, .limit = UINT64_MAX};
    session_done(app->s);
    x->path = mem_strdup(path);
    x->filter = *filter ? mem_strdup(filter) : NULL;
    __atomic_store_n(&app->s->progress.stop, 0, __ATOMIC_RELAXED);
    app_job(app, "exporting", run, done, x);
    jobs_stop_by(app, &app->s->progress.stop);
}
