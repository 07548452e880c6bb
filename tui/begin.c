/* Where the UI opens, and how it goes to places by name. */
#include "tui/app_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/filter.h"
#include "model/goto.h"

/* "view=NAME" is a place of the screen; all others are the model's. */
static const char view_word[] = "view=";

static int view_by_name(const struct app *app, const char *name, size_t n)
{
    for (size_t i = 0; i < app->nslots; i++)
        if (strlen(app->slots[i].view->name) == n && !memcmp(app->slots[i].view->name, name, n))
            return (int)i;
    return -1;
}

static int goto_view(const struct app *app, struct nav *to, const char *name, size_t n, struct err *e)
{
    int view = view_by_name(app, name, n);
    if (view >= 0) {
        to->view = (uint8_t)view;
        return 0;
    }
    char list[200], shown[128];
    size_t at = 0;
    for (size_t i = 0; i < app->nslots && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", app->slots[i].view->name);
    text_visible(shown, sizeof shown, name, n);
    err_set(e, ERR_USAGE, "no view is named \"%.60s\"", shown);
    return err_hint(e, "views are %s", list);
}

/* Where the words lead to. 0, GOTO_LATER, or -1 with *e. */
static int goto_words(struct app *app, const char *text, struct nav *to, struct err *e)
{
    struct goto_place place = GOTO_NOWHERE;
    int later = 0;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ", \t"), k = strlen(view_word);
        int rc = 0;
        if (n > k && !memcmp(p, view_word, k)) {
            rc = goto_view(app, to, p + k, n - k, e);
        } else if (n) {
            session_read(app->s);
            rc = goto_word(app->s, p, n, &place, e);
            session_done(app->s);
        }
        if (rc < 0)
            return -1;
        later |= rc;
        p += n + (p[n] != 0);
    }
    to->cursor = place.t != NS_NONE ? place.t : to->cursor;
    to->g = place.g != IDX_NONE ? place.g : to->g;
    return later;
}

int app_goto(struct app *app, const char *text, struct err *e)
{
    struct nav to = app->nav;
    int rc = goto_words(app, text, &to, e);
    if (rc)
        return rc;
    uint8_t view = to.view;
    to.view = app->nav.view;
    app->nav = to;
    if (view != app->nav.view)
        app_show(app, (enum view_id)view, false);
    else
        *vec_push(&app->jumps) = app->before ? app->before : place_now(app);
    const struct view *v = app_view(app);
    if (v->command)
        v->command(app, CMD_GOTO, "", &app->nav, app->state[view], app->data[view], app->s);
    return 0;
}

void goto_command(struct app *app, const char *text)
{
    struct err e = ERR_INIT;
    int rc = app_goto(app, text, &e);
    if (rc < 0)
        app_error(app, &e);
    mem_free(app->goto_text);
    app->goto_text = rc == GOTO_LATER ? mem_strdup(text) : NULL;
    if (rc == GOTO_LATER)
        app_message(app, ROLE_MESSAGE, "%s is not read yet; the screen goes there when it is", text);
}

void app_progress(struct app *app)
{
    kept_poll(app);
    if (!app->goto_text)
        return;
    struct err e = ERR_INIT;
    const struct place *before = place_now(app);
    int rc = app_goto(app, app->goto_text, &e);
    if (rc == GOTO_LATER)
        return;
    if (rc < 0)
        app_error(app, &e);
    place_moved(app, before);
    mem_free(app->goto_text);
    app->goto_text = NULL;
}

/* Opening */

static int begin_view(struct app *app, const struct tui_opts *o, struct err *e)
{
    if (o->view)
        return goto_view(app, &app->nav, o->view, strlen(o->view), e);
    const char *name = app_importing(app) || o->place || o->windowed ? "timeline" : "overview";
    int view = view_by_name(app, name, strlen(name));
    app->nav.view = (uint8_t)(view < 0 ? 0 : view);
    return 0;
}

static int begin_filter(struct app *app, const char *text, struct err *e)
{
    if (!text || !*text)
        return 0;
    struct filter *f = filter_parse(text, e);
    if (!f)
        return -1;
    filter_free(f);
    app->nav.filter = app_text(app, text);
    return 0;
}

/* The range of --window is marked as soon as it was read, so that tables and totals speak of it. */
static void mark_window(struct app *app)
{
    ns_t t0 = app->s->t0, length = app->s->t1 - t0, from = app->window_from, to = app->window_to;
    if (length <= 0 || (app_importing(app) && (to == NS_OPEN || to > length)))
        return;
    if (from >= length) {
        char text[24];
        text_duration(text, length);
        app_message(app, ROLE_ERROR, "the trace ends at %s, before the window begins", text);
        app->window = WINDOW_NONE;
        return;
    }
    app->window = WINDOW_SHOW;
    app->nav.range0 = t0 + from;
    app->nav.range1 = to < length ? t0 + to : app->s->t1;
}

bool begin_window(struct app *app)
{
    if (app->window == WINDOW_MARK) {
        session_read(app->s);
        mark_window(app);
        session_done(app->s);
    }
    const struct view *v = app_view(app);
    if (app->window != WINDOW_SHOW || strcmp(v->name, "timeline") != 0)
        return false;
    app->window = WINDOW_NONE;
    return v->command(app, CMD_ZOOM_SELECTION, "", &app->nav, app->state[app->nav.view], app->data[app->nav.view], app->s);
}

int app_begin(struct app *app, const struct tui_opts *o, struct err *e)
{
    session_read(app->s);
    app->nav.t0 = app->s->t0;
    session_done(app->s);
    if (begin_view(app, o, e) < 0 || begin_filter(app, o->filter, e) < 0)
        return -1;
    if (o->windowed) {
        app->window = WINDOW_MARK;
        app->window_from = o->from > 0 ? o->from : 0;
        app->window_to = o->to;
    }
    if (o->place && *o->place) {
        int rc = app_goto(app, o->place, e);
        if (rc < 0)
            return -1;
        app->goto_text = rc ? mem_strdup(o->place) : NULL;
    }
    app->jumps.n = 0;
    app->back = NULL;
    /* Who says where to begin begins there; an import is looked at from its start. */
    app->kept.resume = !app_importing(app) && !o->view && !o->filter && !o->place && !o->windowed;
    return 0;
}
