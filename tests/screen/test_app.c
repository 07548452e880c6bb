/* What all views share, on a small view of the test's own: undo, drill and back, prompts, help, mouse, sizes. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/lib/check.h"
#include "tui/app_parts.h"

/* A view of rows: "row 3 of list" under a cursor. */
struct state {
    int row, pad;
};
struct data {
    int loads, clicks, x, y, kind;
    char last[64]; /* the last command's argument */
};
enum { ROWS = 100 };

static int rows_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct state *st = state;
    (void)app, (void)nav, (void)s, (void)r, (void)e;
    ((struct data *)data)->loads++;
    st->row = st->row < 0 ? 0 : st->row >= ROWS ? ROWS - 1 : st->row;
    return 0;
}

static void rows_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    (void)data;
    grid_printf(g, r.x, r.y, r.w, ROLE_TEXT, "view %d row %d filter %u search %u", nav->view, ((const struct state *)state)->row,
                nav->filter, nav->search);
}

static bool rows_command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct state *st = state;
    (void)s;
    snprintf(((struct data *)data)->last, 64, "%s", arg);
    switch (cmd) {
    case CMD_DOWN: st->row++; return true;
    case CMD_UP: st->row--; return true;
    case CMD_LAST: st->row = ROWS - 1; return true;
    case CMD_DRILL:
        if (nav->view == 2)
            return false;
        nav->group = (uint32_t)st->row;
        app_show(app, (enum view_id)2, true);
        return true;
    case CMD_COPY: app_copy(app, "row\033]", 5); return true;
    default: return false;
    }
}

static bool rows_mouse(struct app *app, int x, int y, enum mouse_kind kind, struct nav *nav, void *state, void *data, struct session *s)
{
    struct data *d = data;
    (void)app, (void)nav, (void)s;
    d->clicks++;
    d->x = x;
    d->y = y;
    d->kind = (int)kind;
    ((struct state *)state)->row = y;
    return true;
}

static const struct hint rows_hints[] = {{CMD_DRILL, "open"}, {CMD_DOWN, "choose"}, {CMD_UP, "choose"}, {CMD_NONE, NULL}};
static const struct view list_view = {.name = "list",
                                      .title = "The list",
                                      .tab = "List",
                                      .state_size = sizeof(struct state),
                                      .data_size = sizeof(struct data),
                                      .load = rows_load,
                                      .draw = rows_draw,
                                      .command = rows_command,
                                      .mouse = rows_mouse,
                                      .hints = rows_hints};
static const struct view other_view = {.name = "other",
                                       .title = "The other",
                                       .tab = "Other",
                                       .state_size = sizeof(struct state),
                                       .data_size = sizeof(struct data),
                                       .load = rows_load,
                                       .draw = rows_draw,
                                       .command = rows_command,
                                       .hints = rows_hints};
static const struct view page_view = {.name = "page",
                                      .title = "A page",
                                      .tab = "Page",
                                      .state_size = sizeof(struct state),
                                      .data_size = sizeof(struct data),
                                      .load = rows_load,
                                      .draw = rows_draw,
                                      .command = rows_command};
static const struct view_slot slots[] = {{&list_view, CMD_VIEW_1}, {&other_view, CMD_VIEW_4}, {&page_view, CMD_NONE}};

static struct session *session;
static struct terminal *term;
static struct app *app;

static void start_with(const struct tui_opts *o, int w, int h)
{
    struct err e = ERR_INIT;
    session = session_new();
    term = term_open_null(w, h);
    app = app_new(session, o, slots, 3, term, &e);
    CHECK(app, "%s", e.what);
    if (!app)
        exit(check_done());
    app->grid.glyphs = GLYPHS_UTF8;
    CHECK(!app_begin(app, o, &e), "%s", e.what);
    app_frame(app);
}

static void start(int w, int h)
{
    start_with(&(struct tui_opts){.clock_fixed = true}, w, h);
}

static void end(void)
{
    app_free(app);
    term_close(term);
    session_free(session);
}

static void keys(const char *k)
{
    struct err e = ERR_INIT;
    CHECK(!app_keys(app, k, &e), "%s: %s", k, e.what);
}

/* Row y of the picture. */
static const char *row(int y)
{
    static char line[1024];
    struct buf b = {0};
    grid_save(&app->grid, &b, false);
    const char *p = buf_str(&b);
    for (; y > 0 && *p; y--)
        p += strcspn(p, "\n") + 1;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
    buf_release(&b);
    return line;
}

#define SHOWS(y, text) CHECK(strstr(row(y), text), "row %d is \"%s\", wanted \"%s\"", y, row(y), text)
#define LACKS(y, text) CHECK(!strstr(row(y), text), "row %d is \"%s\", unwanted \"%s\"", y, row(y), text)

static void test_undo_and_redo_have_no_end(void)
{
    start(80, 24);
    for (int i = 0; i < 50; i++)
        keys("j");
    SHOWS(1, "row 50 ");
    keys("4 j j G");
    SHOWS(1, "view 1 row 99 ");
    for (int i = 0; i < 4; i++)
        keys("u");
    SHOWS(1, "view 0 row 50 ");
    for (int i = 0; i < 50; i++)
        keys("u");
    SHOWS(1, "view 0 row 0 ");
    keys("u");
    SHOWS(23, "nothing to undo");
    for (int i = 0; i < 54; i++)
        keys("C-r");
    SHOWS(1, "view 1 row 99 ");
    keys("u k");
    SHOWS(1, "view 1 row 1 ");
    keys("C-r");
    SHOWS(23, "nothing to redo");
    end();
}

static void test_a_step_that_moves_nothing_is_none(void)
{
    start(80, 24);
    keys("j k k k u"); /* at the top k moves nothing, for load clamps */
    SHOWS(1, "row 1 ");
    end();
}

static void test_drill_back_and_previous_place(void)
{
    start(80, 24);
    keys("j j j Enter");
    SHOWS(1, "view 2 row 0 ");
    SHOWS(0, " 1List ");
    keys("Esc");
    SHOWS(1, "view 0 row 3 ");
    CHECK(app->nav.group == IDX_NONE, "back restores the selection of then");
    keys("u");
    SHOWS(1, "view 2 "); /* coming back can be undone */
    keys("q");
    SHOWS(1, "view 0 row 3 ");
    CHECK(!app->quit, "q steps back first");
    keys("4 j C-o");
    SHOWS(1, "view 0 row 3 ");
    keys("q");
    CHECK(app->quit, "q at the top leaves");
    end();
}

static void test_bookmarks(void)
{
    start(80, 24);
    keys("j j m a 4 j ' a");
    SHOWS(1, "view 0 row 2 ");
    keys("C-o");
    SHOWS(1, "view 1 row 1 ");
    keys("' b");
    SHOWS(23, "no bookmark b");
    keys("m Esc j");
    SHOWS(1, "view 1 row 2 ");
    end();
}

static void test_command_line_completes_and_remembers(void)
{
    start(80, 24);
    keys(": v i e w - 4 Enter");
    SHOWS(1, "view 1 ");
    keys(": z o o m Tab");
    SHOWS(23, ":zoom-in");
    SHOWS(22, "zoom-in  zoom-out  zoom-selection  zoom-all");
    keys("Tab S-Tab Tab");
    SHOWS(23, ":zoom-out");
    keys("Esc : s e t Space t h e m e = l i Tab Enter");
    CHECK(!strcmp(app->theme.name, "light"), "theme is %s", app->theme.name);
    keys(": t h e m e Space m o n o Enter");
    CHECK(!strcmp(app->theme.name, "mono") && app->palette.depth == DEPTH_MONO, "theme is %s", app->theme.name);
    keys(": Up Up");
    SHOWS(23, ":set theme=light");
    keys("Down");
    SHOWS(23, ":theme mono");
    keys("C-u x x Backspace Backspace Backspace");
    LACKS(23, ":");
    keys(": n o n s e n s e Enter");
    SHOWS(23, "\"nonsense\"");
    keys(": + 1 0 Enter");
    SHOWS(1, "view 1 row 10 ");
    keys(": - 3 Enter u");
    SHOWS(1, "view 1 row 10 ");
    keys(": s e t Space g l y p h s = r u n e s Enter");
    SHOWS(23, "utf8");
    keys(": q u i t Enter");
    CHECK(app->quit, ":quit leaves");
    end();
}

static void test_line_editing(void)
{
    start(80, 24);
    keys(": a b c Left Left X Home Y End Z C-a Del");
    SHOWS(23, ":aXbcZ");
    keys("C-e Space w o r d C-w");
    CHECK(!strcmp(row(23), ":aXbcZ"), "C-w left \"%s\"", row(23));
    keys("C-u é 漢 Left Backspace");
    SHOWS(23, ":漢");
    app_input(app, &(struct input_event){.kind = INPUT_PASTE, .key = KC_ENTER});
    app_input(app, &(struct input_event){.kind = INPUT_PASTE, .key = 'q'});
    app_input(app, &(struct input_event){.kind = INPUT_PASTE, .key = 0x202e});
    keys("Esc");
    CHECK(!app->quit && !app->prompt.kind, "pasted keys are text");
    app_input(app, &(struct input_event){.kind = INPUT_PASTE, .key = 'q'});
    CHECK(!app->quit, "pasted text is no command");
    keys(":");
    for (int i = 0; i < 3000; i++)
        app_input(app, &(struct input_event){.kind = INPUT_KEY, .key = 0x6f22});
    keys("x");
    CHECK(app->prompt.n < PROMPT_MAX, "the line is bounded");
    end();
}

static void test_search_and_filter(void)
{
    start(80, 24);
    keys("/ l i n k Enter");
    SHOWS(1, "search 1");
    SHOWS(23, "/link");
    CHECK(!strcmp(((struct data *)app->data[0])->last, "link"), "the view is told");
    keys("& a l i v e Enter");
    SHOWS(1, "filter 2 ");
    keys("& Space a n d Space Enter");
    CHECK(app->message_role == ROLE_ERROR && app->message[0], "a filter that is none is told");
    SHOWS(1, "filter 2 ");
    keys("u");
    SHOWS(1, "filter 0 ");
    keys("/ ( Enter");
    CHECK(app->message_role == ROLE_ERROR && app->message[0], "an expression that is none is told");
    SHOWS(1, "search 1");
    keys("u");
    SHOWS(1, "search 0");
    end();
}

static void test_help_comes_from_the_key_table(void)
{
    static const struct tui_setting moved[] = {{"keys", "undo", "U F9"}, {"ui", "theme", "colour-blind"}};
    start_with(&(struct tui_opts){.clock_fixed = true, .settings = moved, .nsettings = 2}, 140, 40);
    CHECK(!strcmp(app->theme.name, "colour-blind"), "the configuration's theme");
    keys("?");
    SHOWS(1, " help: The list ");
    struct buf all = {0};
    for (int i = 0; i < 10; i++) {
        grid_save(&app->grid, &all, false);
        keys("PgDn");
    }
    CHECK(strstr(buf_str(&all), "U F9 ") && strstr(buf_str(&all), "undo the last move"), "moved keys are shown");
    CHECK(strstr(buf_str(&all), "The other"), "tabs by their titles");
    for (enum cmd c = CMD_UP; c < CMD_COUNT; c++)
        CHECK(strstr(buf_str(&all), command_specs[c].sentence), "help lacks %s", command_specs[c].name);
    CHECK(strstr(buf_str(&all), "scheduling latency"), "the glossary is there");
    keys("j Esc");
    SHOWS(1, "view 0 row 0 ");
    keys("? q");
    CHECK(!app->quit, "q closes the help");
    keys("F2");
    SHOWS(1, " settings ");
    SHOWS(2, "theme=colour-blind");
    keys("F1");
    SHOWS(1, " help: The list ");
    keys("resize:60x15 PgDn PgDn PgDn");
    for (int i = 0; i < 15; i++)
        LACKS(i, "…"); /* sentences wrap */
    keys("? resize:140x40");
    SHOWS(1, "view 0 row 0 ");
    buf_release(&all);
    end();
}

static void test_mouse(void)
{
    start(80, 24);
    const struct data *d = app->data[0];
    keys("click:10,7");
    SHOWS(1, "row 7 ");
    CHECK(d->clicks == 2 && d->x == 10 && d->y == 7 && d->kind == MOUSE_RELEASE, "press and release");
    keys("drag:1,3,200,90");
    CHECK(d->x == 79 && d->y == 22, "a drag stays in the view: %d %d", d->x, d->y);
    keys("u");
    SHOWS(1, "row 7 ");
    int x = (int)(strstr(row(0), "4Other") - row(0));
    char click[64];
    snprintf(click, sizeof click, "click:%d,0", x + 1);
    keys(click);
    SHOWS(1, "view 1 ");
    snprintf(click, sizeof click, "click:%d,23", (int)(strstr(row(23), "? help") - row(23)));
    keys(click);
    SHOWS(1, " help: The other");
    keys("Esc click:5,5 1 WheelDown");
    SHOWS(1, "view 0 row 10 ");
    end();
}

static void test_sizes(void)
{
    start(80, 24);
    SHOWS(0, "1List");
    SHOWS(23, " Enter open  j/k choose");
    keys("j resize:59x24");
    SHOWS(10, "too small");
    SHOWS(11, "59×24");
    keys("j j resize:60x14");
    SHOWS(5, "too small");
    keys("resize:1x1 resize:3x2 resize:60x15");
    SHOWS(1, "row 1 "); /* keys do nothing where nothing can be seen */
    SHOWS(0, " 1List  4");
    LACKS(0, "Other");
    keys("resize:200x50");
    SHOWS(0, "1 The list");
    SHOWS(0, "4 The other");
    SHOWS(49, "? help");
    keys("resize:40x10 q");
    CHECK(app->quit, "q leaves a small screen too");
    end();
}

static void test_hostile_sources_and_texts(void)
{
    start(80, 24);
    struct source_info *src = mem_calloc(1, sizeof *src);
    snprintf(src->path, sizeof src->path, "/tmp/\033]0;evil\a\u202e.trace");
    *vec_push(&session->sources) = src;
    app_message(app, ROLE_ERROR, "%s", "bad \033[2J\n text");
    app_frame(app);
    for (int i = 0; i < app->grid.w * app->grid.h; i++) {
        uint32_t ch = app->grid.cells[i].ch;
        CHECK(ch >= ' ' && ch != 0x7f && !(ch >= 0x80 && ch < 0xa0) && ch != 0x202e, "cell %d holds U+%04X", i, ch);
    }
    SHOWS(0, "evil");
    end();
}

static void test_save_screen(void)
{
    start(80, 24);
    char path[] = "/tmp/ctxscope-screen-XXXXXX", text[64] = {0}, command[256] = ": s a v e - s c r e e n Space";
    int fd = mkstemp(path);
    for (const char *p = path; *p; p++)
        snprintf(command + strlen(command), sizeof command - strlen(command), " %c", *p);
    keys(command);
    keys("Enter");
    SHOWS(23, "written");
    CHECK(read(fd, text, 60) == 60 && strstr(text, "ctxscope"), "the file has \"%s\"", text);
    close(fd);
    unlink(path);
    keys(": s a v e - s c r e e n Space / n o w h e r e / x Enter");
    SHOWS(23, "/nowhere/x: No such file");
    end();
}

static void test_wrong_settings_are_told(void)
{
    static const struct tui_setting bad[] = {
        {"ui", "colour", "256"}, {"ui", "theme", "nosuch"}, {"keys", "undo", "Strg-z"}, {"theme", "g.run", "1"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct tui_setting two[] = {bad[i], {"ui", "theme", "dark"}};
        struct session *s = session_new();
        struct terminal *t = term_open_null(80, 24);
        struct app *a = app_new(s, &(struct tui_opts){.settings = two, .nsettings = 2}, slots, 3, t, &e);
        CHECK(!a && e.what[0] && e.where[0], "%s = %s was taken", bad[i].key, bad[i].value);
        app_free(a);
        term_close(t);
        session_free(s);
    }
    struct err e = ERR_INIT;
    start(80, 24);
    CHECK(app_begin(app, &(struct tui_opts){.view = "nosuch"}, &e) < 0 && strstr(e.hint, "other"), "%s", e.what);
    err_clear(&e);
    CHECK(app_begin(app, &(struct tui_opts){.filter = "a ="}, &e) < 0, "a filter that is none");
    err_clear(&e);
    CHECK(app_begin(app, &(struct tui_opts){.place = "t=9s"}, &e) < 0 && strstr(e.what, "ends at"), "%s", e.what);
    err_clear(&e);
    CHECK(app_begin(app, &(struct tui_opts){.place = "g=x"}, &e) < 0, "no goroutine's number");
    end();
}

/* A job's frame follows its end; a new one and C-c stop it. */
static int job_run(struct job *j, void *arg, struct err *e)
{
    (void)e;
    while (*(int *)arg == 1 && !atomic_load(&j->stop))
        usleep(1000);
    return 0;
}

static int jobs_done, jobs_stopped;
static void job_done(struct app *a, void *arg, int rc, const struct err *e)
{
    (void)a, (void)arg;
    jobs_done++;
    jobs_stopped += rc < 0 && e->kind == ERR_CANCEL;
}

static void test_jobs(void)
{
    static int endless = 1, brief;
    start(80, 24);
    app_job(app, "searching", job_run, job_done, &endless);
    app_frame(app);
    SHOWS(22, "searching");
    SHOWS(23, "C-c stop");
    app_input(app, &(struct input_event){.kind = INPUT_KEY, .key = 'c' | KM_CTRL});
    CHECK(jobs_done == 1 && jobs_stopped == 1 && !app->job, "C-c stops it");
    app_job(app, "searching", job_run, job_done, &endless);
    app_job(app, "searching", job_run, job_done, &brief);
    CHECK(jobs_done == 2 && jobs_stopped == 2, "a new one stops the old one");
    jobs_wait(app);
    CHECK(jobs_done == 3 && jobs_stopped == 2, "the brief one ended by itself");
    app_job(app, "searching", job_run, job_done, &endless);
    end();
    CHECK(jobs_done == 4, "the app's end stops it");
}

static void test_import_shows_and_stops(void)
{
    start(80, 24);
    __atomic_store_n(&session->importing, true, __ATOMIC_RELAXED);
    session->progress.bytes_total = 3700000;
    session->progress.bytes_done = 1517000; /* packed */
    session->progress.unpacked = 3034000;
    session->progress.ordered = 3034000;
    session->progress.events = 163703;
    app_frame(app);
    SHOWS(22, "importing");
    SHOWS(22, "40 %  1.5 MB of 3.7 MB  164k events");
    SHOWS(0, "import 40 %");
    keys(": g o t o Space t = 1 s Enter");
    SHOWS(23, "not read yet");
    keys("C-c");
    CHECK(session->progress.stop == 1, "C-c stops the import");
    session->progress.stop = 0;
    keys("Esc");
    CHECK(session->progress.stop == 1, "Esc too");
    err_set(&session->import_err, ERR_INPUT, "the file broke");
    __atomic_store_n(&session->importing, false, __ATOMIC_RELAXED);
    app_frame(app);
    SHOWS(23, "the file broke");
    app_progress(app);
    SHOWS(23, "the file broke");
    end();
}

/* Before anything is read, or of a trace without events: every view of the program, with its keys. */
static void test_views_of_an_empty_session(void)
{
    static const char keys[] =
        "1 Tab j Enter Esc 2 j + Enter Esc Space v l v 3 j . Enter Tab j Enter Esc 4 l j Enter S t # C Esc 5 j Enter Tab j f i Esc "
        "6 j Enter Esc S s R S x c r [ ] W B w b / m a i n Enter n & m a i n Enter u u u T Z";
    static const char *const sizes[] = {"utf8", "ascii"};
    for (int glyphs = 0; glyphs < 2; glyphs++) {
        struct session *s = session_new();
        struct tui_opts o = {.clock_fixed = true};
        struct err e = ERR_INIT;
        struct buf out = {0};
        int w = glyphs ? 60 : 120, h = glyphs ? 15 : 35;
        CHECK(tui_picture(s, &o, w, h, glyphs ? GLYPHS_ASCII : GLYPHS_UTF8, keys, false, &out, &e) == 0, "%s: %s", sizes[glyphs], e.what);
        CHECK(out.n > 0, "%s: no picture", sizes[glyphs]);
        buf_release(&out);
        session_free(s);
    }
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return printf("FAIL no C.UTF-8 locale\n"), 1;
    test_undo_and_redo_have_no_end();
    test_a_step_that_moves_nothing_is_none();
    test_drill_back_and_previous_place();
    test_bookmarks();
    test_command_line_completes_and_remembers();
    test_line_editing();
    test_search_and_filter();
    test_help_comes_from_the_key_table();
    test_mouse();
    test_sizes();
    test_hostile_sources_and_texts();
    test_save_screen();
    test_wrong_settings_are_told();
    test_jobs();
    test_import_shows_and_stops();
    test_views_of_an_empty_session();
    return check_done();
}
