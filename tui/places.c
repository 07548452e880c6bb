/* Where the user was: undo and redo without end, the way back from a drill, C-o, bookmarks.
 *
 * A place is a small copy of nav and one view's state (some hundred bytes); thousands of moves are a megabyte. They hang
 * together by `back`, so an undo over the edge of a drill knows where Esc leads from there.
 */
#include "tui/app_parts.h"

#include <string.h>

/* Field by field: a struct's padding says nothing. */
static bool same_nav(const struct nav *a, const struct nav *b)
{
    return a->view == b->view && a->wall == b->wall && a->by == b->by && a->set == b->set && a->t0 == b->t0 && a->cell == b->cell &&
           a->cursor == b->cursor && a->g == b->g && a->group == b->group && a->ctx == b->ctx && a->edge == b->edge &&
           a->finding == b->finding && a->range0 == b->range0 && a->range1 == b->range1 && a->filter == b->filter &&
           a->search == b->search && a->lens == b->lens;
}

static bool same_place(const struct app *app, const struct place *a)
{
    size_t n = app->slots[app->nav.view].view->state_size;
    return a->back == app->back && same_nav(&a->nav, &app->nav) && !memcmp(a->state, app->state[app->nav.view], n);
}

const struct place *place_make(struct app *app, const struct nav *nav, const void *state, const struct place *back)
{
    size_t n = app->slots[nav->view].view->state_size;
    struct place *p = arena_alloc(&app->places, sizeof *p);
    void *copy = arena_alloc(&app->places, n ? n : 1);
    if (n)
        memcpy(copy, state, n);
    *p = (struct place){*nav, copy, back};
    return p;
}

const struct place *place_now(struct app *app)
{
    if (app->last && same_place(app, app->last))
        return app->last;
    app->last = place_make(app, &app->nav, app->state[app->nav.view], app->back);
    return app->last;
}

void place_show(struct app *app, const struct place *p)
{
    app->nav = p->nav;
    app->back = p->back;
    size_t n = app->slots[p->nav.view].view->state_size;
    if (n)
        memcpy(app->state[p->nav.view], p->state, n);
}

void place_moved(struct app *app, const struct place *before)
{
    if (same_place(app, before))
        return;
    *vec_push(&app->undo) = before;
    app->redo.n = 0;
}

void place_settle(struct app *app)
{
    while (app->undo.n && same_place(app, app->undo.v[app->undo.n - 1]))
        app->undo.n--;
}

/* One step along `from`; the place left goes to `to`. */
static void step(struct app *app, place_list *from, place_list *to, const char *none)
{
    if (!from->n) {
        app_message(app, ROLE_MESSAGE, "%s", none);
        return;
    }
    const struct place *here = place_now(app);
    *vec_push(to) = here;
    place_show(app, from->v[--from->n]);
}

static bool back(struct app *app)
{
    if (!app->back)
        return false;
    place_show(app, app->back);
    return true;
}

bool place_command(struct app *app, enum cmd cmd)
{
    switch (cmd) {
    case CMD_UNDO: step(app, &app->undo, &app->redo, "nothing to undo"); return true;
    case CMD_REDO: step(app, &app->redo, &app->undo, "nothing to redo"); return true;
    case CMD_BACK: return back(app);
    case CMD_PREVIOUS_PLACE:
        if (app->jumps.n)
            place_show(app, app->jumps.v[--app->jumps.n]);
        else
            app_message(app, ROLE_MESSAGE, "no jump was made yet");
        return true;
    case CMD_BOOKMARK:
    case CMD_JUMP:
        app->waits = cmd;
        app_message(app, ROLE_MESSAGE, cmd == CMD_BOOKMARK ? "bookmark: which letter?" : "jump to bookmark: which letter?");
        return true;
    default: return false;
    }
}

void place_letter(struct app *app, keycode letter)
{
    enum cmd cmd = app->waits;
    app->waits = CMD_NONE;
    app->message[0] = 0;
    if (letter == KC_ESC)
        return;
    if (letter <= ' ' || letter >= BOOKMARKS) {
        app_message(app, ROLE_ERROR, "a bookmark is a letter or a digit");
    } else if (cmd == CMD_BOOKMARK) {
        app->bookmarks[letter] = place_now(app);
        kept_bookmark(app, (int)letter);
    } else if (app->bookmarks[letter]) {
        const struct place *here = place_now(app);
        *vec_push(&app->jumps) = here;
        place_show(app, app->bookmarks[letter]);
        place_moved(app, here);
    } else {
        app_message(app, ROLE_ERROR, "no bookmark %c; m%c sets it", (int)letter, (int)letter);
    }
}

void app_show(struct app *app, enum view_id view, bool drill)
{
    if ((size_t)view >= app->nslots)
        return;
    const struct place *from = app->before ? app->before : place_now(app);
    *vec_push(&app->jumps) = from;
    app->nav.view = (uint8_t)view;
    app->back = drill ? from : NULL;
}

void places_release(struct app *app)
{
    vec_free(&app->undo);
    vec_free(&app->redo);
    vec_free(&app->jumps);
    arena_release(&app->places);
}
