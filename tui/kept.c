/* What the user makes of a trace is kept in its state file: bookmarks, notes, and where they were when they left. What is set
 * while the import still runs is kept when its end tells which trace it is.
 */
#include "tui/app_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/goto.h"
#include "model/store/state.h"

static const char place_last[] = "last";

/* The first thing that cannot be kept is told, and why. */
static void told(struct app *app, const char *what)
{
    if (app->kept.wanted && app->kept.tried && !app->kept.file)
        app_message(app, ROLE_MESSAGE, "%s, but will not be kept: %s", what, app->kept.why);
    else
        app_message(app, ROLE_MESSAGE, "%s", what);
}

static void keep(struct app *app, enum state_kind kind, const char *name, const char *text)
{
    struct err e = ERR_INIT;
    if (app->kept.file && state_put(app->kept.file, kind, name, text, &e) < 0)
        app_error(app, &e);
}

/* Bookmarks */

static void keep_bookmark(struct app *app, int letter)
{
    char name[2] = {(char)letter, 0};
    struct buf text = {0};
    place_put(app, app->bookmarks[letter], &text);
    keep(app, STATE_BOOKMARK, name, buf_str(&text));
    buf_release(&text);
}

void kept_bookmark(struct app *app, int letter)
{
    char what[32];
    snprintf(what, sizeof what, "bookmark %c is set", letter);
    told(app, what);
    keep_bookmark(app, letter);
}

static void read_bookmark(void *ctx, const char *name, const char *text)
{
    struct app *app = ctx;
    unsigned char letter = (unsigned char)name[0];
    if (letter > ' ' && letter < 0x7f && !name[1] && !app->bookmarks[letter])
        app->bookmarks[letter] = place_get(app, text);
}

/* Notes */

/* What a note would be about: the goroutine, else the moment, else the trace. */
static void note_place(struct app *app, struct buf *out)
{
    struct goto_place at = GOTO_NOWHERE;
    at.g = app->nav.g;
    at.t = at.g == IDX_NONE ? app->nav.cursor : NS_NONE;
    session_read(app->s);
    goto_text(app->s, &at, out);
    session_done(app->s);
}

static struct user_note *note_at(struct app *app, const char *at)
{
    for (size_t i = 0; i < app->kept.notes.n; i++)
        if (!strcmp(app->kept.notes.v[i].at, at))
            return &app->kept.notes.v[i];
    return NULL;
}

static void set_note(struct app *app, const char *at, const char *text)
{
    struct user_note *n = note_at(app, at);
    if (!n) {
        n = vec_push(&app->kept.notes);
        *n = (struct user_note){.at = mem_strdup(at)};
    }
    mem_free(n->text);
    n->text = mem_strdup(text);
}

static void read_note(void *ctx, const char *at, const char *text)
{
    struct app *app = ctx;
    if (!note_at(app, at))
        set_note(app, at, text);
}

const char *kept_note(struct app *app)
{
    if (!app->kept.notes.n)
        return NULL;
    struct buf at = {0};
    note_place(app, &at);
    const struct user_note *n = note_at(app, buf_str(&at));
    buf_release(&at);
    return n && *n->text ? n->text : NULL;
}

void note_open(struct app *app)
{
    const char *have = kept_note(app);
    prompt_open(app, PROMPT_NOTE, have ? have : "");
}

void note_entered(struct app *app, const char *text)
{
    struct buf at = {0};
    char what[128];
    note_place(app, &at);
    set_note(app, buf_str(&at), text);
    snprintf(what, sizeof what, "the note on %.64s is %s", at.n ? buf_str(&at) : "the trace", *text ? "set" : "gone");
    told(app, what);
    keep(app, STATE_NOTE, buf_str(&at), *text ? text : NULL);
    buf_release(&at);
}

static void list_bookmark(struct app *app, int letter)
{
    const struct nav *nav = &app->bookmarks[letter]->nav;
    struct goto_place at = {nav->cursor, nav->g};
    struct buf text = {0};
    char left[8];
    buf_printf(&text, "%s ", app->slots[nav->view].view->title);
    session_read(app->s);
    goto_text(app->s, &at, &text);
    if (nav->g != IDX_NONE && nav->g < app->s->goroutines.n) {
        struct str name = session_str(app->s, session_g(app->s, nav->g)->name);
        buf_printf(&text, " %.*s", (int)name.n, name.p);
    }
    session_done(app->s);
    snprintf(left, sizeof left, "'%c", letter);
    overlay_add(app, left, buf_str(&text));
    buf_release(&text);
}

void notes_list(struct app *app)
{
    int bookmarks = 0, notes = 0;
    overlay_open(app, "bookmarks and notes");
    overlay_add(app, NULL, "bookmarks");
    for (int c = 0; c < BOOKMARKS; c++)
        if (app->bookmarks[c]) {
            list_bookmark(app, c);
            bookmarks++;
        }
    if (!bookmarks)
        overlay_add(app, "", "none; m and a letter sets one");
    overlay_add(app, NULL, "notes");
    for (size_t i = 0; i < app->kept.notes.n; i++)
        if (*app->kept.notes.v[i].text) {
            overlay_add(app, *app->kept.notes.v[i].at ? app->kept.notes.v[i].at : "the trace", app->kept.notes.v[i].text);
            notes++;
        }
    if (!notes)
        overlay_add(app, "", "none; a writes one on what is selected");
    if (app->kept.wanted && !app->kept.file) {
        overlay_add(app, NULL, "");
        overlay_add(app, NULL, app->kept.tried ? app->kept.why : "they are kept once the import is done");
    }
}

/* Reading and writing */

static void read_place(void *ctx, const char *name, const char *text)
{
    struct app *app = ctx;
    const struct place *p = strcmp(name, place_last) ? NULL : place_get(app, text);
    const struct place *here = place_now(app);
    if (!p)
        return;
    place_show(app, p);
    place_moved(app, here);
}

/* What was set before the file was there. */
static void write_all(struct app *app)
{
    for (int c = 0; c < BOOKMARKS; c++)
        if (app->bookmarks[c])
            keep_bookmark(app, c);
    for (size_t i = 0; i < app->kept.notes.n; i++)
        if (*app->kept.notes.v[i].text)
            keep(app, STATE_NOTE, app->kept.notes.v[i].at, app->kept.notes.v[i].text);
}

static void open_file(struct app *app, const char *key)
{
    struct err e = ERR_INIT;
    struct kept *k = &app->kept;
    bool set = k->notes.n > 0;
    for (int c = 0; c < BOOKMARKS; c++)
        set |= app->bookmarks[c] != NULL;
    k->file = state_open(key, &e);
    if (k->file && set)
        write_all(app);
    if (!k->file || state_each(k->file, STATE_BOOKMARK, read_bookmark, app, &e) < 0 ||
        state_each(k->file, STATE_NOTE, read_note, app, &e) < 0 ||
        (k->resume && state_each(k->file, STATE_PLACE, read_place, app, &e) < 0)) {
        snprintf(k->why, sizeof k->why, "%s%s%s", e.source, e.source[0] ? ": " : "", e.what);
        state_close(k->file);
        k->file = NULL;
    }
}

void kept_poll(struct app *app)
{
    struct kept *k = &app->kept;
    char key[33];
    if (!k->wanted || k->tried || app_importing(app))
        return;
    k->tried = true;
    session_read(app->s);
    int rc = state_key(app->s, key);
    session_done(app->s);
    if (rc == 0)
        open_file(app, key);
    else
        snprintf(k->why, sizeof k->why, "the trace was not read to its end");
}

void kept_release(struct app *app)
{
    struct kept *k = &app->kept;
    if (k->file) {
        struct buf text = {0};
        place_put(app, place_now(app), &text);
        keep(app, STATE_PLACE, place_last, buf_str(&text));
        buf_release(&text);
    }
    state_close(k->file);
    for (size_t i = 0; i < k->notes.n; i++) {
        mem_free(k->notes.v[i].at);
        mem_free(k->notes.v[i].text);
    }
    vec_free(&k->notes);
    *k = (struct kept){0};
}
