/* Keys to commands; what the mouse points at. */
#include "tui/app_parts.h"

enum { WHEEL_ROWS = 3 };

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
        (app->waits == CMD_OPEN_SOURCE ? source_answer : place_letter)(app, k);
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
