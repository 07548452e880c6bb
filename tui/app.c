/* What the app is made of, and what views may ask of it. */
#include "tui/app_parts.h"
#include "tui/lens.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "model/regex.h"
#include "tui/grouping.h"
#include "tui/range.h"
#include "tui/verdicts.h"

const struct view *app_view(const struct app *app)
{
    return app->slots[app->nav.view].view;
}

void app_message(struct app *app, enum role role, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(app->message, sizeof app->message, fmt, ap);
    va_end(ap);
    app->message_role = role;
    if (app->log) {
        char safe[sizeof app->message * 3];
        text_visible(safe, sizeof safe, app->message, strlen(app->message));
        fprintf(app->log, "%s\n", safe);
        fflush(app->log);
    }
}

void app_error(struct app *app, const struct err *e)
{
    if (e->kind == ERR_CANCEL)
        return;
    const char *parts[] = {e->source, e->what, e->where, e->hint};
    const char *joints[] = {": ", "; ", "; ", ""};
    char line[sizeof app->message];
    size_t at = 0;
    line[0] = 0;
    for (size_t i = 0; i < 4 && at < sizeof line; i++)
        if (parts[i][0])
            at += (size_t)snprintf(line + at, sizeof line - at, "%s%s", at ? i == 1 ? joints[0] : joints[1] : "", parts[i]);
    app_message(app, ROLE_ERROR, "%s", line);
}

uint32_t app_text(struct app *app, const char *s)
{
    if (!*s)
        return 0;
    for (size_t i = 0; i < app->texts.n; i++)
        if (!strcmp(app->texts.v[i], s))
            return (uint32_t)i + 1;
    *vec_push(&app->texts) = mem_strdup(s);
    return (uint32_t)app->texts.n;
}

const char *app_text_get(const struct app *app, uint32_t id)
{
    return id && id <= app->texts.n ? app->texts.v[id - 1] : "";
}

int64_t app_clock(const struct app *app)
{
    struct timespec t;
    if (app->clock_fixed)
        return 0;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct regex *app_regex(struct app *app, uint32_t text)
{
    for (size_t i = 0; i < app->regexes.n; i++)
        if (app->regexes.v[i].text == text)
            return app->regexes.v[i].re;
    const char *s = app_text_get(app, text);
    struct err e = ERR_INIT;
    struct regex *re = *s ? regex_new(s, strlen(s), REGEX_SMART, &e) : NULL;
    if (*s && !re)
        app_error(app, &e);
    *vec_push(&app->regexes) = (struct app_regex){text, re};
    return re;
}

/* Making and ending */

void nav_nothing(struct nav *nav)
{
    *nav = (struct nav){.g = IDX_NONE,
                        .group = IDX_NONE,
                        .set = IDX_NONE,
                        .ctx = IDX_NONE,
                        .edge = IDX_NONE,
                        .finding = IDX_NONE,
                        .range0 = NS_NONE,
                        .range1 = NS_NONE,
                        .cursor = NS_NONE};
}

static int apply_settings(struct app *app, const struct tui_opts *o, struct err *e)
{
    for (size_t i = 0; i < o->nsettings; i++) {
        const struct tui_setting *s = &o->settings[i];
        int rc = 0;
        if (!strcmp(s->section, "ui"))
            rc = setting_set(app, s->key, s->value, e);
        else if (!strcmp(s->section, "keys"))
            rc = keymap_bind(&app->keys, s->key, s->value, e);
        if (rc < 0)
            return err_where(e, "[%s]", s->section);
    }
    return 0;
}

/* [theme] of the settings changes single roles of whatever theme is shown. */
static void gather_theme_settings(struct app *app, const struct tui_opts *o)
{
    struct tui_setting *own = mem_calloc(o->nsettings + 1, sizeof *own);
    for (size_t i = 0; i < o->nsettings; i++)
        if (!strcmp(o->settings[i].section, "theme"))
            own[app->ntheme_settings++] = o->settings[i];
    app->theme_settings = own;
}

struct app *app_new(struct session *s, const struct tui_opts *o, const struct view_slot *slots, size_t nslots, struct terminal *term,
                    struct err *e)
{
    struct app *app = mem_calloc(1, sizeof *app);
    app->s = s;
    app->slots = slots;
    app->nslots = nslots;
    app->term = term;
    app->verdicts = verdicts_new(s, o->rules);
    app->clock_fixed = o->clock_fixed;
    app->kept.wanted = o->keep;
    app->ignore_file = o->ignore_file;
    memcpy(app->theme_dirs, o->theme_dirs, sizeof o->theme_dirs);
    app->set.glyphs = app->set.depth = -1;
    app->log = o->log ? fopen(o->log, "ae") : NULL;
    nav_nothing(&app->nav);
    grid_init(&app->grid, term->w, term->h, term_glyphs());
    keymap_init(&app->keys);
    gather_theme_settings(app, o);
    for (size_t i = 0; i < nslots; i++) {
        app->state[i] = mem_calloc(1, slots[i].view->state_size + 1);
        app->data[i] = mem_calloc(1, slots[i].view->data_size + 1);
    }
    if (o->log && !app->log) {
        err_set(e, ERR_IO, "the log cannot be written: %s", strerror(errno));
        err_source(e, o->log);
    } else if (setting_set(app, "theme", "dark", e) == 0 && apply_settings(app, o, e) == 0) {
        app->new_backend = false;
        return app;
    }
    app_free(app);
    return NULL;
}

void app_free(struct app *app)
{
    if (!app)
        return;
    jobs_stop(app);
    verdicts_free(app->verdicts);
    range_release(app);
    kept_release(app);
    grouping_release(app);
    for (size_t i = 0; i < app->nslots; i++) {
        if (app->slots[i].view->data_release)
            app->slots[i].view->data_release(app->data[i]);
        mem_free(app->state[i]);
        mem_free(app->data[i]);
    }
    places_release(app);
    lenses_release(app);
    prompt_release(&app->prompt);
    overlay_close(app);
    text_list_release(&app->texts);
    for (size_t i = 0; i < app->regexes.n; i++)
        regex_free(app->regexes.v[i].re);
    vec_free(&app->regexes);
    keymap_release(&app->keys);
    grid_release(&app->grid);
    mem_free((void *)(uintptr_t)app->theme_settings);
    mem_free(app->goto_text);
    mem_free(app->source.path);
    if (app->log)
        fclose(app->log);
    mem_free(app);
}
