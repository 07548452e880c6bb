/* The line at the bottom in which a command, a search or a filter is typed. */
#include "tui/app_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/filter.h"

static const char *const leads[PROMPT_KINDS] = {"", ":", "/", "& ", "note: ", "ignore, because: "};

void text_list_release(text_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        mem_free(l->v[i]);
    vec_free(l);
}

void prompt_release(struct prompt *p)
{
    for (size_t i = 0; i < PROMPT_KINDS; i++)
        text_list_release(&p->history[i]);
    text_list_release(&p->choices);
}

static void take_text(struct prompt *p, const char *text)
{
    p->n = strlen(text);
    if (p->n >= sizeof p->text)
        p->n = 0;
    memmove(p->text, text, p->n);
    p->text[p->n] = 0;
    p->at = p->n;
}

void prompt_open(struct app *app, enum prompt_kind kind, const char *text)
{
    struct prompt *p = &app->prompt;
    p->kind = kind;
    p->browse = p->history[kind].n;
    text_list_release(&p->choices);
    take_text(p, text);
}

/* Editing */

static size_t char_before(const struct prompt *p, size_t at)
{
    while (at > 0 && (p->text[--at] & 0xc0) == 0x80)
        ;
    return at;
}

static size_t char_after(const struct prompt *p, size_t at)
{
    if (at < p->n)
        at++;
    while (at < p->n && (p->text[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static void erase(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->n - to + 1);
    p->n -= to - from;
    p->at = from;
}

void prompt_insert(struct app *app, uint32_t cp)
{
    struct prompt *p = &app->prompt;
    char enc[4];
    size_t n = text_encode(enc, cp);
    text_list_release(&p->choices);
    if (text_is_unsafe(cp) || p->n + n >= sizeof p->text)
        return;
    memmove(p->text + p->at + n, p->text + p->at, p->n - p->at + 1);
    memcpy(p->text + p->at, enc, n);
    p->n += n;
    p->at += n;
}

static size_t word_before(const struct prompt *p)
{
    size_t at = p->at;
    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at--;
    return at;
}

/* History */

static void browse(struct prompt *p, int step)
{
    text_list *h = &p->history[p->kind];
    if ((step < 0 && p->browse == 0) || (step > 0 && p->browse == h->n))
        return;
    if (p->browse == h->n)
        memcpy(p->kept, p->text, p->n + 1);
    p->browse = step < 0 ? p->browse - 1 : p->browse + 1;
    take_text(p, p->browse == h->n ? p->kept : h->v[p->browse]);
}

static void remember(struct prompt *p)
{
    text_list *h = &p->history[p->kind];
    if (p->n && (!h->n || strcmp(h->v[h->n - 1], p->text) != 0))
        *vec_push(h) = mem_strdup(p->text);
}

/* Completion */

struct completion {
    struct prompt *p;
    const char *word;
    size_t n;
};

static void offer(void *ctx, const char *text)
{
    struct completion *c = ctx;
    if (!strncmp(text, c->word, c->n))
        *vec_push(&c->p->choices) = mem_strdup(text);
}

static void offer_settings(struct completion *c)
{
    for (size_t i = 0; i < settings_n; i++) {
        char text[160];
        snprintf(text, sizeof text, "%s=", settings[i].name);
        offer(c, text);
        for (const char *const *v = settings[i].values; v && *v; v++) {
            snprintf(text, sizeof text, "%s=%s", settings[i].name, *v);
            if (memchr(c->word, '=', c->n))
                offer(c, text);
        }
    }
}

static void offer_theme_setting(void *ctx, const char *name)
{
    char text[160];
    snprintf(text, sizeof text, "theme=%s", name);
    offer(ctx, text);
}

static void offer_places(struct app *app, struct completion *c)
{
    offer(c, "t=");
    offer(c, "g=");
    for (size_t i = 0; i < app->nslots; i++) {
        char text[64];
        snprintf(text, sizeof text, "view=%s", app->slots[i].view->name);
        offer(c, text);
    }
}

/* What the word under the cursor may become, by the words before it. */
static void offer_command_line(struct app *app, struct completion *c)
{
    struct prompt *p = c->p;
    if (p->word == 0) {
        for (enum cmd cmd = CMD_NONE + 1; cmd < CMD_COUNT; cmd++)
            offer(c, command_specs[cmd].name);
    } else if (!strncmp(p->text, "set ", 4)) {
        offer_settings(c);
        if (!strncmp(c->word, "theme=", 6))
            theme_each(app, offer_theme_setting, c);
    } else if (!strncmp(p->text, "theme ", 6)) {
        theme_each(app, offer, c);
    } else if (!strncmp(p->text, "goto ", 5)) {
        offer_places(app, c);
    }
}

static void complete(struct app *app, int step)
{
    struct prompt *p = &app->prompt;
    if (!p->choices.n) {
        char word[PROMPT_MAX];
        p->word = p->at;
        while (p->word > 0 && p->text[p->word - 1] != ' ' && p->text[p->word - 1] != ',')
            p->word--;
        struct completion c = {p, word, p->at - p->word};
        memcpy(word, p->text + p->word, c.n);
        word[c.n] = 0;
        if (p->kind == PROMPT_COMMAND)
            offer_command_line(app, &c);
        for (size_t i = 0; p->kind == PROMPT_FILTER && i < FF_COUNT; i++)
            offer(&c, filter_fields[i].name);
        p->choice = step > 0 ? 0 : p->choices.n - 1;
    }
    if (!p->choices.n)
        return;
    const char *choice = p->choices.v[p->choice % p->choices.n];
    size_t n = strlen(choice);
    if (p->n - (p->at - p->word) + n < sizeof p->text) {
        erase(p, p->word, p->at);
        memmove(p->text + p->at + n, p->text + p->at, p->n - p->at + 1);
        memcpy(p->text + p->at, choice, n);
        p->n += n;
        p->at += n;
    }
    p->choice = (p->choice + (step > 0 ? 1 : p->choices.n - 1)) % p->choices.n;
    if (p->choices.n == 1)
        text_list_release(&p->choices);
}

static void enter(struct app *app)
{
    struct prompt *p = &app->prompt;
    enum prompt_kind kind = p->kind;
    char text[PROMPT_MAX];
    memcpy(text, p->text, p->n + 1);
    remember(p);
    p->kind = PROMPT_NONE;
    app_entered(app, kind, text);
}

/* True: the key edits. */
static bool edit(struct prompt *p, keycode key)
{
    switch (key) {
    case KC_LEFT: p->at = char_before(p, p->at); return true;
    case KC_RIGHT: p->at = char_after(p, p->at); return true;
    case KC_HOME:
    case 'a' | KM_CTRL: p->at = 0; return true;
    case KC_END:
    case 'e' | KM_CTRL: p->at = p->n; return true;
    case KC_DEL: erase(p, p->at, char_after(p, p->at)); return true;
    case 'w' | KM_CTRL: erase(p, word_before(p), p->at); return true;
    case 'u' | KM_CTRL: erase(p, 0, p->at); return true;
    case 'k' | KM_CTRL: erase(p, p->at, p->n); return true;
    default: return false;
    }
}

void prompt_key(struct app *app, keycode key)
{
    struct prompt *p = &app->prompt;
    if (key == KC_TAB || key == (KC_TAB | KM_SHIFT)) {
        complete(app, key == KC_TAB ? 1 : -1);
        return;
    }
    text_list_release(&p->choices);
    if (edit(p, key))
        return;
    switch (key) {
    case KC_ENTER: enter(app); return;
    case KC_ESC:
    case 'c' | KM_CTRL: p->kind = PROMPT_NONE; return;
    case KC_BACKSPACE:
        if (p->n)
            erase(p, char_before(p, p->at), p->at);
        else
            p->kind = PROMPT_NONE;
        return;
    case KC_UP: browse(p, -1); return;
    case KC_DOWN: browse(p, 1); return;
    default:
        if (key >= ' ' && key < KC_FIRST)
            prompt_insert(app, key);
    }
}

/* The choices, on the row above. */
static void draw_choices(struct app *app, int y)
{
    struct prompt *p = &app->prompt;
    struct grid *g = &app->grid;
    size_t current = (p->choice + p->choices.n - 1) % p->choices.n, first = current;
    int need = 0; /* as many before the current one as half of the row holds */
    while (first > 0 && (need += (int)strlen(p->choices.v[first - 1]) + 2) < g->w / 2)
        first--;
    grid_clear(g, (struct rect){0, y, g->w, 1});
    int x = 1;
    for (size_t i = first; i < p->choices.n && x < g->w; i++)
        x += grid_text(g, x, y, g->w - x, i == current ? ROLE_STRONG : ROLE_DIM, p->choices.v[i]) + 2;
}

void prompt_draw(struct app *app, int y)
{
    struct prompt *p = &app->prompt;
    struct grid *g = &app->grid;
    grid_clear(g, (struct rect){0, y, g->w, 1});
    int x = grid_text(g, 0, y, g->w, ROLE_KEY, leads[p->kind]);
    size_t from = 0; /* a long line shows the part before the cursor */
    while (from < p->at && grid_width(p->text + from, p->at - from) > g->w - x - 2)
        from = char_after(p, from);
    grid_textn(g, x, y, g->w - x, ROLE_PROMPT, p->text + from, p->n - from);
    int cursor = x + grid_width(p->text + from, p->at - from);
    grid_flags(g, (struct rect){cursor, y, 1, 1}, CELL_REVERSE);
    if (p->choices.n)
        draw_choices(app, y - 1);
}
