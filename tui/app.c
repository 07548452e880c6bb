/* Keys to commands, commands to the view or to what all views share. */
#include "tui/app_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"
#include "model/filter.h"
#include "model/regex.h"

enum { WHEEL_ROWS = 3, REPEAT_MAX = 100000, COPY_MAX = 74000 };

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

/* OSC 52 in base64; what is no text is not sent, so no terminal can be led to believe in keys. */
void app_copy(struct app *app, const char *text, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf safe = {0}, out = {0};
    for (size_t i = 0, len; i < n && safe.n < COPY_MAX * 3 / 4 - 4; i += len) {
        char enc[4];
        uint32_t cp = text_decode(text + i, n - i, &len);
        buf_put(&safe, enc, text_encode(enc, text_is_unsafe(cp) ? ' ' : cp));
    }
    buf_puts(&out, "\033]52;c;");
    for (size_t i = 0; i < safe.n; i += 3) {
        uint32_t v = (uint32_t)safe.p[i] << 16;
        size_t left = safe.n - i;
        v |= left > 1 ? (uint32_t)safe.p[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)safe.p[i + 2] : 0;
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], left > 1 ? digits[v >> 6 & 63] : '=', left > 2 ? digits[v & 63] : '='};
        buf_put(&out, four, 4);
    }
    buf_putc(&out, '\a');
    term_raw(app->term, out.p, out.n);
    char size[16];
    text_bytes(size, safe.n);
    app_message(app, ROLE_MESSAGE, "copied %s", size);
    buf_release(&safe);
    buf_release(&out);
}

/* Making and ending */

static void no_selection(struct nav *nav)
{
    memset(nav, 0, sizeof *nav); /* padding too: places are compared byte by byte */
    nav->g = nav->group = IDX_NONE;
    nav->range0 = nav->range1 = nav->cursor = NS_NONE;
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
    app->clock_fixed = o->clock_fixed;
    memcpy(app->theme_dirs, o->theme_dirs, sizeof o->theme_dirs);
    app->set.glyphs = app->set.depth = -1;
    app->log = o->log ? fopen(o->log, "ae") : NULL;
    no_selection(&app->nav);
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
    for (size_t i = 0; i < app->nslots; i++) {
        if (app->slots[i].view->data_release)
            app->slots[i].view->data_release(app->data[i]);
        mem_free(app->state[i]);
        mem_free(app->data[i]);
    }
    places_release(app);
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
    if (app->log)
        fclose(app->log);
    mem_free(app);
}

/* Places by name */

static int view_by_name(const struct app *app, const char *name, size_t n)
{
    for (size_t i = 0; i < app->nslots; i++)
        if (strlen(app->slots[i].view->name) == n && !memcmp(app->slots[i].view->name, name, n))
            return (int)i;
    return -1;
}

static int no_view(struct app *app, const char *name, size_t n, struct err *e)
{
    char list[200];
    size_t at = 0;
    for (size_t i = 0; i < app->nslots && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", app->slots[i].view->name);
    err_set(e, ERR_USAGE, "no view is named \"%.*s\"", (int)(n < 60 ? n : 60), name);
    return err_hint(e, "views are %s", list);
}

static int goto_time(struct app *app, struct nav *to, const char *v, size_t n, struct err *e)
{
    int64_t t;
    if (parse_duration(v, n, &t) < 0 || t < 0) {
        err_set(e, ERR_USAGE, "\"%.*s\" is no time", (int)(n < 60 ? n : 60), v);
        return err_hint(e, "times since the start are like 1.23s, 450ms");
    }
    session_read(app->s);
    ns_t length = app->s->t1 - app->s->t0;
    to->cursor = app->s->t0 + t;
    session_done(app->s);
    if (t <= length)
        return 0;
    if (app_importing(app))
        return 1;
    char text[24];
    text_duration(text, length);
    return err_set(e, ERR_USAGE, "the trace ends at %s", text);
}

static int goto_g(struct app *app, struct nav *to, const char *v, size_t n, struct err *e)
{
    int64_t id;
    if (parse_int(v, n, &id) < 0)
        return err_set(e, ERR_USAGE, "\"%.*s\" is no goroutine's number", (int)(n < 60 ? n : 60), v);
    session_read(app->s);
    to->g = session_find_g(app->s, id);
    session_done(app->s);
    if (to->g != IDX_NONE)
        return 0;
    return app_importing(app) ? 1 : err_set(e, ERR_USAGE, "there is no goroutine %lld", (long long)id);
}

/* One "key=value"; a bare time or number is understood too. */
static int goto_word(struct app *app, struct nav *to, const char *w, size_t n, struct err *e)
{
    const char *eq = memchr(w, '=', n);
    size_t k = eq ? (size_t)(eq - w) : 0, vn = eq ? n - k - 1 : n;
    const char *v = eq ? eq + 1 : w;
    if (k == 1 && *w == 't')
        return goto_time(app, to, v, vn, e);
    if (k == 1 && *w == 'g')
        return goto_g(app, to, v, vn, e);
    if (k == 4 && !memcmp(w, "view", 4)) {
        int view = view_by_name(app, v, vn);
        if (view < 0)
            return no_view(app, v, vn, e);
        to->view = (uint8_t)view;
        return 0;
    }
    int64_t t;
    if (!eq && parse_duration(w, n, &t) == 0)
        return goto_time(app, to, w, n, e);
    err_set(e, ERR_USAGE, "\"%.*s\" is no place", (int)(n < 60 ? n : 60), w);
    return err_hint(e, "places are like t=1.23s, g=104, view=timeline");
}

int app_goto(struct app *app, const char *text, struct err *e)
{
    struct nav to = app->nav;
    int later = 0;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ", ");
        int rc = n ? goto_word(app, &to, p, n, e) : 0;
        if (rc < 0)
            return -1;
        later |= rc;
        p += n + (p[n] != 0);
    }
    if (later)
        return 1;
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

static void run_goto(struct app *app, const char *text)
{
    struct err e = ERR_INIT;
    int rc = app_goto(app, text, &e);
    if (rc < 0)
        app_error(app, &e);
    mem_free(app->goto_text);
    app->goto_text = rc == 1 ? mem_strdup(text) : NULL;
    if (rc == 1)
        app_message(app, ROLE_MESSAGE, "%s is not read yet; the screen goes there when it is", text);
}

int app_begin(struct app *app, const struct tui_opts *o, struct err *e)
{
    const char *name = o->view ? o->view : app_importing(app) || o->place ? "timeline" : "overview";
    int view = view_by_name(app, name, strlen(name));
    if (view < 0 && o->view)
        return no_view(app, name, strlen(name), e);
    app->nav.view = (uint8_t)(view < 0 ? 0 : view);
    session_read(app->s);
    app->nav.t0 = app->s->t0;
    session_done(app->s);
    if (o->filter && *o->filter) {
        struct filter *f = filter_parse(o->filter, e);
        if (!f)
            return -1;
        filter_free(f);
        app->nav.filter = app_text(app, o->filter);
    }
    if (o->place && *o->place) {
        int rc = app_goto(app, o->place, e);
        if (rc < 0)
            return -1;
        app->goto_text = rc ? mem_strdup(o->place) : NULL;
    }
    app->jumps.n = 0;
    app->back = NULL;
    return 0;
}

void app_progress(struct app *app)
{
    if (!app->goto_text)
        return;
    struct err e = ERR_INIT;
    const struct place *before = place_now(app);
    int rc = app_goto(app, app->goto_text, &e);
    if (rc == 1)
        return;
    if (rc < 0)
        app_error(app, &e);
    place_moved(app, before);
    mem_free(app->goto_text);
    app->goto_text = NULL;
}

/* Commands */

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
    if (place_command(app, CMD_BACK))
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
    case CMD_WALL_CLOCK: app->nav.wall = !app->nav.wall; return true;
    case CMD_GOTO:
        if (*arg)
            run_goto(app, arg);
        else
            prompt_open(app, PROMPT_COMMAND, "goto ");
        return true;
    default: return place_command(app, cmd) || show_view(app, cmd);
    }
}

static bool view_command(struct app *app, enum cmd cmd, const char *arg)
{
    const struct view *v = app_view(app);
    size_t i = app->nav.view;
    return v->command && v->command(app, cmd, arg, &app->nav, app->state[i], app->data[i], app->s);
}

/* Search and filter: the text goes into nav, then the view acts on it. */
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
    if (kind == PROMPT_COMMAND) {
        command_line(app, text);
        return;
    }
    const struct place *before = place_now(app);
    app->before = before;
    (kind == PROMPT_SEARCH ? set_search : set_filter)(app, text);
    app->before = NULL;
    place_moved(app, before);
}

/* Input */

static bool in_rect(struct rect r, int x, int y)
{
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}

static int clamp(int v, int lo, int n)
{
    return v < lo ? lo : v >= lo + n ? lo + n - 1 : v;
}

/* A drag is one move, from its press to its release. */
static void mouse(struct app *app, const struct input_event *ev)
{
    bool begins = ev->mouse == MOUSE_PRESS || ev->mouse == MOUSE_DOUBLE;
    if (begins) {
        app->drag_before = NULL;
        if (app->prompt.kind || frame_click(app, ev->x, ev->y) || app->overlay.open || !in_rect(app->view_rect, ev->x, ev->y))
            return;
        app->drag_before = place_now(app);
    }
    const struct view *v = app_view(app);
    size_t i = app->nav.view;
    if (!app->drag_before || !v->mouse)
        return;
    const struct place *before = app->before = app->drag_before;
    int x = clamp(ev->x, app->view_rect.x, app->view_rect.w), y = clamp(ev->y, app->view_rect.y, app->view_rect.h);
    v->mouse(app, x, y, ev->mouse, &app->nav, app->state[i], app->data[i], app->s);
    app->before = NULL;
    if (ev->mouse == MOUSE_RELEASE || app->nav.view != i) {
        place_moved(app, before);
        app->drag_before = NULL;
    }
}

static void key(struct app *app, keycode k)
{
    app->message[0] = 0;
    if (app->waits) {
        place_letter(app, k);
        return;
    }
    if (app->prompt.kind) {
        prompt_key(app, k);
        return;
    }
    enum cmd cmd = keymap_find(&app->keys, k);
    if (!cmd) {
        char name[32];
        key_name(name, k);
        app_message(app, ROLE_MESSAGE, "%s has no meaning; ? helps", name);
        return;
    }
    for (int i = 0; i < (k == KC_WHEEL_UP || k == KC_WHEEL_DOWN ? WHEEL_ROWS : 1); i++)
        app_command(app, cmd, "");
}

void app_input(struct app *app, const struct input_event *ev)
{
    if (app->too_small &&
        !(ev->kind == INPUT_KEY && (keymap_find(&app->keys, ev->key) == CMD_QUIT || keymap_find(&app->keys, ev->key) == CMD_SUSPEND)))
        return;
    switch (ev->kind) {
    case INPUT_KEY: key(app, ev->key); break;
    case INPUT_MOUSE: mouse(app, ev); break;
    case INPUT_PASTE:
        if (app->prompt.kind && ev->key < KC_FIRST)
            prompt_insert(app, ev->key);
        break;
    }
}
