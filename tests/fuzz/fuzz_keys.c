/* Whatever is typed, at whatever size: the app neither crashes nor draws what is unsafe. Bytes are keys, some are commands to
 * the test (resize, paste, mouse); the session is a small real one. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/store/store.h"
#include "tests/lib/load.h"
#include "tui/app_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const traces[] = {"tests/data/corpus/go1.22/cancel-storm.fault.trace.zst"};
static struct session *session;

static void begin(void)
{
    struct err e = ERR_INIT;
    setlocale(LC_CTYPE, "C.UTF-8");
    session = session_new();
    session->store = store_create(NULL, &e);
    if (!session->store || load_into(session, traces, 1, 1, &e) < 0) {
        err_print(&e, stderr, 1);
        abort();
    }
}

static void check(const struct app *app)
{
    const struct grid *g = &app->grid;
    for (int i = 0; i < g->w * g->h; i++) {
        uint32_t ch = g->cells[i].ch;
        if (ch ? ch != 0xFFFD && text_is_unsafe(ch) : !(g->cells[i].flags & CELL_TAIL))
            abort();
    }
}

/* A key from two bytes: mostly the ones that mean something. */
static keycode key_of(uint8_t a, uint8_t b)
{
    switch (a % 8) {
    case 0: return (keycode)(KC_FIRST + b % (KC_END_OF_LIST - KC_FIRST));
    case 1: return (keycode)('a' + b % 26) | KM_CTRL;
    case 2: return 0x80u + b * 131u;
    default: return ' ' + b % 95;
    }
}

static bool special(struct app *app, const uint8_t *p)
{
    if (p[0] == 0xff) {
        app->term->w = p[1] % 220 + 1;
        app->term->h = p[2] % 70 + 1;
    } else if (p[0] == 0xfe) {
        app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, (enum mouse_kind)(p[3] % 4), p[1], p[2]});
    } else if (p[0] == 0xfd) {
        app_input(app, &(struct input_event){INPUT_PASTE, key_of(p[1], p[2]), MOUSE_PRESS, 0, 0});
    } else {
        return false;
    }
    return true;
}

/* What would leave the test's world: files and processes. */
static bool leaves(const struct app *app)
{
    return app->prompt.kind == PROMPT_COMMAND && app->prompt.n && strspn(app->prompt.text, " :") < app->prompt.n &&
           (strstr(app->prompt.text, "sa") || strchr(app->prompt.text, '/'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct err e = ERR_INIT;
    struct tui_opts o = {.clock_fixed = true};
    if (!session)
        begin();
    struct terminal *t = term_open_null(80, 24);
    struct app *app = app_new(session, &o, view_slots, view_slots_n, t, &e);
    if (!app || app_begin(app, &o, &e) < 0)
        abort();
    app->grid.glyphs = n ? (enum glyph_set)(data[0] % GLYPH_SETS) : GLYPHS_UTF8;
    for (size_t i = 1; i + 4 <= n && i < 2000; i += 4) {
        keycode k = key_of(data[i], data[i + 1]);
        if (!special(app, data + i) && !(k == KC_ENTER && leaves(app)))
            app_input(app, &(struct input_event){.kind = INPUT_KEY, .key = k});
        if (data[i + 3] % 2) {
            jobs_wait(app);
            app_frame(app);
            check(app);
        }
    }
    jobs_wait(app);
    app_frame(app);
    check(app);
    app_free(app);
    term_close(t);
    return 0;
}
