/* Keys as text: what a test types, "j j Enter", and resize:WxH, click:X,Y, dclick:X,Y, drag:X,Y,X,Y. */
#include "tui/app_parts.h"
#include "tui/verdicts.h"

#include <stdio.h>
#include <string.h>

/* A frame may ask for work whose result the next one shows. */
static void settle(struct app *app)
{
    jobs_wait(app);
    app_frame(app);
    verdicts_wait(app->verdicts);
    app_frame(app);
    while (app->job) {
        jobs_wait(app);
        app_frame(app);
    }
}

static bool resize(struct app *app, const char *word)
{
    int w, h;
    if (sscanf(word, "resize:%dx%d", &w, &h) != 2 || w < 1 || h < 1 || w > 1000 || h > 1000)
        return false;
    app->term->w = w;
    app->term->h = h;
    return true;
}

/* "click:X,Y", "dclick:X,Y", "drag:X,Y,X,Y". */
static bool pointer(struct app *app, const char *word)
{
    int x, y, x1, y1;
    if (sscanf(word, "drag:%d,%d,%d,%d", &x, &y, &x1, &y1) == 4) {
        app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, MOUSE_PRESS, x, y});
        settle(app);
        app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, MOUSE_DRAG, x1, y1});
        settle(app);
        app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, MOUSE_RELEASE, x1, y1});
        return true;
    }
    bool twice = !strncmp(word, "dclick:", 7);
    if (sscanf(word + twice, "click:%d,%d", &x, &y) != 2)
        return false;
    app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, MOUSE_PRESS, x, y});
    app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, MOUSE_RELEASE, x, y});
    if (twice) {
        app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, MOUSE_DOUBLE, x, y});
        app_input(app, &(struct input_event){INPUT_MOUSE, KC_NONE, MOUSE_RELEASE, x, y});
    }
    return true;
}

int app_keys(struct app *app, const char *keys, struct err *e)
{
    settle(app);
    for (const char *p = keys; *p;) {
        size_t n = strcspn(p, " ");
        char word[64];
        keycode k = key_parse(p, n);
        snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), p);
        if (k)
            app_input(app, &(struct input_event){.kind = INPUT_KEY, .key = k});
        else if (n && !resize(app, word) && !pointer(app, word))
            return err_set(e, ERR_USAGE, "\"%s\" is no key", word);
        if (n)
            settle(app);
        p += n + (p[n] != 0);
        if (app->quit)
            break;
    }
    return 0;
}
