/* What the user may set, by [ui] of the configuration, --set, or :set NAME=VALUE. */
#include "tui/app_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static const char *const glyph_values[] = {"auto", "utf8", "console", "ascii", NULL};
static const char *const depth_values[] = {"auto", "mono", "8", "16", "256", "true", NULL};
static const char *const backend_values[] = {"auto", "direct", "ncurses", NULL};
static const char *const mouse_values[] = {"off", "on", NULL};

static int index_of(const char *const *values, const char *value)
{
    for (int i = 0; values[i]; i++)
        if (!strcmp(values[i], value))
            return i;
    return -1;
}

void settings_apply_theme(struct app *app)
{
    enum depth depth = app->set.depth >= 0 ? (enum depth)app->set.depth : app->term->depth;
    palette_init(&app->palette, &app->theme, depth);
    app->grid.mono = app->palette.depth == DEPTH_MONO;
}

static int set_theme(struct app *app, const char *value, struct err *e)
{
    struct theme t;
    if (theme_load(&t, value, app->theme_dirs, e) < 0)
        return -1;
    for (size_t i = 0; i < app->ntheme_settings; i++)
        if (theme_set(&t, NULL, app->theme_settings[i].key, app->theme_settings[i].value, e) < 0)
            return err_where(e, "[theme]");
    app->theme = t;
    snprintf(app->set.theme, sizeof app->set.theme, "%s", value);
    settings_apply_theme(app);
    return 0;
}

static int set_glyphs(struct app *app, const char *value, struct err *e)
{
    (void)e;
    app->set.glyphs = index_of(glyph_values, value) - 1;
    app->grid.glyphs = app->set.glyphs >= 0 ? (enum glyph_set)app->set.glyphs : term_glyphs();
    return 0;
}

static int set_depth(struct app *app, const char *value, struct err *e)
{
    (void)e;
    app->set.depth = index_of(depth_values, value) - 1;
    settings_apply_theme(app);
    return 0;
}

static int set_backend(struct app *app, const char *value, struct err *e)
{
    (void)e;
    int backend = index_of(backend_values, value);
    app->new_backend |= backend != app->set.backend;
    app->set.backend = backend;
    return 0;
}

static int set_mouse(struct app *app, const char *value, struct err *e)
{
    (void)e;
    app->set.mouse = index_of(mouse_values, value);
    term_mouse(app->term, app->set.mouse);
    return 0;
}

static int set_source_roots(struct app *app, const char *value, struct err *e)
{
    for (const char *p = value; *p; p += strcspn(p, ":"), p += *p == ':')
        if (*p != '/') {
            err_set(e, ERR_USAGE, "\"%.60s\" is no folder by its whole name", p);
            return err_hint(e, "write source-roots=/home/me/src:/usr/local/go/src");
        }
    if ((size_t)snprintf(app->set.source_roots, sizeof app->set.source_roots, "%s", value) < sizeof app->set.source_roots)
        return 0;
    app->set.source_roots[0] = 0;
    return err_set(e, ERR_USAGE, "these are too many source-roots");
}

static void get_theme(const struct app *app, char out[64])
{
    snprintf(out, 64, "%s", app->set.theme);
}
static void get_glyphs(const struct app *app, char out[64])
{
    snprintf(out, 64, "%s", glyph_values[app->set.glyphs + 1]);
}
static void get_depth(const struct app *app, char out[64])
{
    snprintf(out, 64, "%s", depth_values[app->set.depth + 1]);
}
static void get_backend(const struct app *app, char out[64])
{
    snprintf(out, 64, "%s", backend_values[app->set.backend]);
}
static void get_mouse(const struct app *app, char out[64])
{
    snprintf(out, 64, "%s", mouse_values[app->term->mouse]);
}

static void get_source_roots(const struct app *app, char out[64])
{
    snprintf(out, 64, "%s", app->set.source_roots);
}

static const char *const any_value[] = {NULL};

const struct setting settings[] = {
    {"theme", "colours by name, or a file", NULL, set_theme, get_theme},
    {"colors", "depth of colour", depth_values, set_depth, get_depth},
    {"glyphs", "characters that the lanes are drawn with", glyph_values, set_glyphs, get_glyphs},
    {"mouse", "off gives the terminal's own selection back", mouse_values, set_mouse, get_mouse},
    {"source-roots", "folders that o may open sources below, parted by colons", any_value, set_source_roots, get_source_roots},
    {"backend", "what writes to the terminal", backend_values, set_backend, get_backend},
};
const size_t settings_n = sizeof settings / sizeof *settings;

/* "utf8, ascii" for hints. */
static void list_values(const struct setting *s, char *out, size_t size)
{
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; at < size; i++) {
        const char *v = s->values ? s->values[i] : theme_builtin_name(i); /* only themes have no values of their own */
        if (!v)
            break;
        at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", v);
    }
}

int setting_set(struct app *app, const char *name, const char *value, struct err *e)
{
    for (size_t i = 0; i < settings_n; i++) {
        const struct setting *s = &settings[i];
        if (strcmp(s->name, name) != 0)
            continue;
        if (!s->values || s->values == any_value || index_of(s->values, value) >= 0)
            return s->set(app, value, e);
        char list[160];
        list_values(s, list, sizeof list);
        err_set(e, ERR_USAGE, "%s cannot be \"%.60s\"", name, value);
        return err_hint(e, "it is one of %s", list);
    }
    err_set(e, ERR_USAGE, "no setting is named \"%.60s\"", name);
    return err_hint(e, ":set lists them");
}

static void list_settings(struct app *app)
{
    overlay_open(app, "settings");
    for (size_t i = 0; i < settings_n; i++) {
        char left[160], value[64], list[160], right[512];
        settings[i].get(app, value);
        list_values(&settings[i], list, sizeof list);
        snprintf(left, sizeof left, "%s=%s", settings[i].name, value);
        snprintf(right, sizeof right, "%s%s%s", settings[i].sentence, list[0] ? ": " : "", list);
        overlay_add(app, left, right);
    }
    overlay_add(app, NULL, "");
    overlay_add(app, NULL, ":set NAME=VALUE changes one now; [ui] in the configuration, for good");
}

void settings_command(struct app *app, const char *arg)
{
    struct err e = ERR_INIT;
    char name[64];
    const char *eq = strchr(arg, '=');
    if (!*arg) {
        list_settings(app);
        return;
    }
    if (!eq && !strncmp(arg, "no", 2)) { /* :set nomouse */
        if (setting_set(app, arg + 2, "off", &e) < 0)
            app_error(app, &e);
        return;
    }
    if (!eq) {
        if (setting_set(app, arg, "on", &e) < 0)
            app_error(app, &e);
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)(eq - arg < 63 ? eq - arg : 63), arg);
    if (setting_set(app, name, eq + 1, &e) < 0)
        app_error(app, &e);
}

void theme_each(const struct app *app, void (*add)(void *ctx, const char *name), void *ctx)
{
    for (size_t i = 0; theme_builtin_name(i); i++)
        add(ctx, theme_builtin_name(i));
    for (const char *const *d = app->theme_dirs; d && *d; d++) {
        DIR *dir = opendir(*d);
        for (struct dirent *f; dir && (f = readdir(dir));) {
            char name[64];
            size_t n = strlen(f->d_name);
            bool theme = n > 6 && n < sizeof name + 6 && !strcmp(f->d_name + n - 6, ".theme");
            snprintf(name, sizeof name, "%.*s", theme ? (int)(n - 6) : 0, f->d_name);
            bool known = !theme;
            for (size_t i = 0; theme_builtin_name(i); i++)
                known |= !strcmp(theme_builtin_name(i), name);
            if (!known)
                add(ctx, name);
        }
        if (dir)
            closedir(dir);
    }
}
