/* Commands: to the view, or to what all views share. */
#include "tui/app_parts.h"
#include "tui/lens.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "model/filter.h"
#include "model/regex.h"
#include "tui/range.h"

enum { REPEAT_MAX = 100000 };

static bool show_view(struct app *app, enum cmd cmd)
{
    for (size_t i = 0; i < app->nslots; i++)
        if (app->slots[i].key == cmd) {
            if (app->nav.view != i || app->back)
                app_show(app, (enum view_id)i, false);
            return true;
        }
    if (cmd < CMD_VIEW_1 || cmd > CMD_VIEW_9)
        return false;
    app_message(app, ROLE_MESSAGE, "there is no such view yet");
    return true;
}

static void stop(struct app *app)
{
    if (jobs_stop(app))
        app_message(app, ROLE_MESSAGE, "stopped");
    else if (app_importing(app)) {
        __atomic_store_n(&app->s->progress.stop, 1, __ATOMIC_RELAXED);
        app_message(app, ROLE_MESSAGE, "the import stops; what is read stays");
    } else
        app_message(app, ROLE_MESSAGE, "nothing runs; q leaves");
}

static void save_screen(struct app *app, const char *path)
{
    int fd = *path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        app_message(app, ROLE_ERROR, *path ? "%s: %s" : ":save-screen FILE", path, strerror(errno));
        return;
    }
    struct buf b = {0};
    app_frame(app); /* without the command line */
    grid_save(&app->grid, &b, true);
    bool ok = fwrite(b.p, 1, b.n, f) == b.n;
    ok = fclose(f) == 0 && ok;
    app_message(app, ok ? ROLE_MESSAGE : ROLE_ERROR, "%s: %s", path, ok ? "written" : strerror(errno));
    buf_release(&b);
}

static void back_or(struct app *app, bool leave)
{
    if (place_command(app, CMD_BACK) || lens_leave(app))
        return;
    if (!leave && range_clear(&app->nav))
        return;
    if (leave)
        app->quit = true;
    else if (app->job || app_importing(app))
        stop(app);
}

static void theme(struct app *app, const char *name)
{
    struct err e = ERR_INIT;
    if (!*name)
        prompt_open(app, PROMPT_COMMAND, "theme ");
    else if (setting_set(app, "theme", name, &e) < 0)
        app_error(app, &e);
    else
        app_message(app, ROLE_MESSAGE, "%s: %s", name, app->theme.about);
}

/* The context that the selected edge was of, or that the selected goroutine used last before the cursor; IDX_NONE. */
static uint32_t context_of(const struct nav *nav, const struct session *s)
{
    if (nav->edge < s->ctx.edges.n) {
        const struct cancel_edge *e = &s->ctx.edges.v[nav->edge];
        return e->ctx != IDX_NONE ? e->ctx : s->ctx.cancels.v[e->cancel].ctx;
    }
    uint32_t found = IDX_NONE;
    ns_t last = NS_NONE;
    for (size_t i = 0; i < s->ctx.users.n && nav->g != IDX_NONE; i++) {
        const struct ctx_user *u = &s->ctx.users.v[i];
        if (u->g != nav->g || u->ctx >= s->ctx.contexts.n || s->ctx.contexts.v[u->ctx].mentioned > nav->cursor || u->last < last)
            continue;
        found = u->ctx;
        last = u->last;
    }
    return found;
}

static void show_context(struct app *app)
{
    session_read(app->s);
    uint32_t ctx = context_of(&app->nav, app->s);
    bool exact = app->s->ctx.exact;
    session_done(app->s);
    if (ctx != IDX_NONE)
        app->nav.ctx = ctx;
    else
        app_message(app, ROLE_MESSAGE,
                    exact ? "no context of it is known" : "which context it was is not known: no context events in this trace");
    app_show(app, VIEW_ID_CONTEXTS, true);
}

/* What is the same in all views; false: the command means nothing here. */
static bool common(struct app *app, enum cmd cmd, const char *arg)
{
    switch (cmd) {
    case CMD_BACK: back_or(app, false); return true;
    case CMD_QUIT: back_or(app, true); return true;
    case CMD_QUIT_NOW: app->quit = true; return true;
    case CMD_SUSPEND: app->suspend = true; return true;
    case CMD_STOP: stop(app); return true;
    case CMD_REDRAW: app->term->dirty = true; return true;
    case CMD_HELP: help_open(app); return true;
    case CMD_COMMAND: prompt_open(app, PROMPT_COMMAND, arg); return true;
    case CMD_SET: settings_command(app, arg); return true;
    case CMD_THEME: theme(app, arg); return true;
    case CMD_SAVE_SCREEN: save_screen(app, arg); return true;
    case CMD_RANGE: range_toggle(app, &app->nav); return true;
    case CMD_ANNOTATE: *arg ? note_entered(app, arg) : note_open(app); return true;
    case CMD_NOTES: notes_list(app); return true;
    case CMD_COPY: copy_selection(app); return true;
    case CMD_EXPORT: export_command(app, arg); return true;
    case CMD_OPEN_SOURCE: source_command(app); return true;
    case CMD_FINDINGS_HERE: findings_here(app); return true;
    case CMD_IGNORE: ignore_command(app, arg); return true;
    case CMD_LENS: lens_command(app, arg); return true;
    case CMD_WALL_CLOCK: app->nav.wall = !app->nav.wall; return true;
    case CMD_CONTEXT: show_context(app); return true;
    case CMD_HEATMAP: app_show(app, VIEW_ID_HEAT, true); return true;
    case CMD_GOTO:
        if (*arg)
            goto_command(app, arg);
        else
            prompt_open(app, PROMPT_COMMAND, "goto ");
        return true;
    default: return place_command(app, cmd) || show_view(app, cmd);
    }
}

bool view_command(struct app *app, enum cmd cmd, const char *arg)
{
    const struct view *v = app_view(app);
    size_t i = app->nav.view;
    return v->command && v->command(app, cmd, arg, &app->nav, app->state[i], app->data[i], app->s);
}

/* Search and filter: the text goes into nav, then the view acts on it. */
static void set_search(struct app *app, const char *text)
{
    struct err e = ERR_INIT;
    struct regex *re = *text ? regex_new(text, strlen(text), REGEX_SMART, &e) : NULL;
    if (*text && !re) {
        app_error(app, &e);
        return;
    }
    regex_free(re);
    app->nav.search = app_text(app, text);
    view_command(app, CMD_SEARCH, text);
}

static void set_filter(struct app *app, const char *text)
{
    struct err e = ERR_INIT;
    struct filter *f = *text ? filter_parse(text, &e) : NULL;
    if (*text && !f) {
        app_error(app, &e);
        return;
    }
    filter_free(f);
    app->nav.filter = app_text(app, text);
    view_command(app, CMD_FILTER, text);
}

static void dispatch(struct app *app, enum cmd cmd, const char *arg)
{
    if (cmd == CMD_SEARCH || cmd == CMD_FILTER) {
        if (!*arg)
            prompt_open(app, cmd == CMD_SEARCH ? PROMPT_SEARCH : PROMPT_FILTER,
                        cmd == CMD_FILTER ? app_text_get(app, app->nav.filter) : "");
        else
            (cmd == CMD_SEARCH ? set_search : set_filter)(app, arg);
        return;
    }
    if (cmd == CMD_GOTO || view_command(app, cmd, arg) == false)
        if (!common(app, cmd, arg)) {
            char name[32] = "";
            key_name(name, keymap_first(&app->keys, cmd));
            app_message(app, ROLE_MESSAGE, "%s means nothing here", *name ? name : command_specs[cmd].name);
        }
}

void app_command(struct app *app, enum cmd cmd, const char *arg)
{
    if (app->overlay.open) {
        if (overlay_command(app, cmd))
            return;
        if (cmd != CMD_COMMAND && cmd != CMD_SUSPEND && cmd != CMD_STOP && cmd != CMD_REDRAW && cmd != CMD_SET && cmd != CMD_QUIT_NOW)
            overlay_close(app);
    }
    const struct place *before = place_now(app);
    app->before = before;
    dispatch(app, cmd, arg);
    app->before = NULL;
    if (cmd != CMD_UNDO && cmd != CMD_REDO)
        place_moved(app, before);
}

/* :NAME ARG, where the beginning of a name is enough when only one command begins so; :+50 and :-50 move by rows. */
static enum cmd command_by_prefix(const char *s, size_t n)
{
    enum cmd exact = cmd_find(s, n), found = CMD_NONE;
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT && !exact; c++)
        if (!strncmp(command_specs[c].name, s, n)) {
            const char *name = command_specs[c].name;
            if (found && strncmp(name, command_specs[found].name, strlen(command_specs[found].name)) != 0)
                return CMD_NONE;
            found = found ? found : c;
        }
    return exact ? exact : found;
}

static void move_rows(struct app *app, const char *text)
{
    int64_t n;
    if (parse_int(text, strlen(text), &n) < 0) {
        app_message(app, ROLE_ERROR, ":%s is no number of rows", text);
        return;
    }
    const struct place *before = place_now(app);
    for (int64_t i = 0; i < (n < 0 ? -n : n) && i < REPEAT_MAX; i++)
        view_command(app, n < 0 ? CMD_UP : CMD_DOWN, "");
    place_moved(app, before);
}

static void command_line(struct app *app, const char *text)
{
    text += strspn(text, " :");
    size_t n = strcspn(text, " ");
    if (!n)
        return;
    if (*text == '+' || *text == '-') {
        move_rows(app, text);
        return;
    }
    enum cmd cmd = command_by_prefix(text, n);
    const char *arg = text + n + strspn(text + n, " ");
    if (cmd)
        app_command(app, cmd, arg);
    else
        app_message(app, ROLE_ERROR, "no command, or more than one, is named \"%.*s\"; ? lists them", (int)(n < 60 ? n : 60), text);
}

void app_entered(struct app *app, enum prompt_kind kind, const char *text)
{
    static void (*const takes[PROMPT_KINDS])(struct app *, const char *) = {
        [PROMPT_COMMAND] = command_line, [PROMPT_NOTE] = note_entered, [PROMPT_REASON] = ignore_entered};
    if (takes[kind]) {
        takes[kind](app, text);
        return;
    }
    const struct place *before = place_now(app);
    app->before = before;
    (kind == PROMPT_SEARCH ? set_search : set_filter)(app, text);
    app->before = NULL;
    place_moved(app, before);
}
