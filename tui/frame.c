/* What surrounds a view: title and tabs, progress, hints, messages. */
#include "tui/app_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/range.h"
#include "tui/lens.h"
#include "tui/verdicts.h"

enum { FULL_TABS = 134, SHORT_TABS = 72 };

bool app_importing(const struct app *app)
{
    return __atomic_load_n(&app->s->importing, __ATOMIC_RELAXED);
}

int app_import_percent(const struct app *app)
{
    return app_importing(app) ? (int)(app->pace.share * 99.9) : 100;
}

const struct pace *app_pace(const struct app *app)
{
    return &app->pace;
}

static void step_pace(struct app *app)
{
    if (app_importing(app))
        pace_step(&app->pace, app_clock(app), &app->s->progress);
}

/* Title line */

struct title {
    char name[256], length[24], version[32], events[32], goroutines[40];
};

/* "esbuild-bundle.trace"; short: without what only names a kind of file. */
static void source_name(char out[256], const struct session *s, bool brief)
{
    if (!s->sources.n) {
        snprintf(out, 256, "ctxscope");
        return;
    }
    const char *path = s->sources.v[0]->path, *slash = strrchr(path, '/');
    char name[200];
    snprintf(name, sizeof name, "%.199s", slash && slash[1] ? slash + 1 : path);
    static const char *const ends[] = {".zst", ".gz", ".trace", ".out"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends && brief; i++) {
        size_t n = strlen(name), k = strlen(ends[i]);
        if (n > k && !strcmp(name + n - k, ends[i]))
            name[n - k] = 0;
    }
    if (s->sources.n > 1)
        snprintf(out, 256, "%s +%zu", name, s->sources.n - 1);
    else
        snprintf(out, 256, "%s", name);
}

static void title_of(struct title *t, const struct session *s, bool brief)
{
    char count[16];
    source_name(t->name, s, brief);
    text_duration(t->length, s->t1 - s->t0);
    t->version[0] = 0;
    if (s->sources.n && s->sources.v[0]->version[0])
        snprintf(t->version, sizeof t->version, "go%s", s->sources.v[0]->version);
    text_count(count, s->events);
    snprintf(t->events, sizeof t->events, "%s ev", count);
    text_count(count, s->goroutines.n);
    snprintf(t->goroutines, sizeof t->goroutines, "%s goroutines", count);
}

static void tab_label(char out[96], const struct view_slot *slot, int w, bool active)
{
    char key[32];
    key_name(key, slot->key ? (keycode)('1' + (int)(slot->key - CMD_VIEW_1)) : KC_NONE);
    if (w >= FULL_TABS)
        snprintf(out, 96, "%s %.40s", key, slot->view->title);
    else
        snprintf(out, 96, "%s%.20s", key, w >= SHORT_TABS || active ? slot->view->tab : "");
}

/* The view whose tab is lit: for one that only drilling reaches, where the drill began. */
static size_t active_tab(const struct app *app)
{
    size_t v = app->nav.view;
    for (const struct place *p = app->back; p && !app->slots[v].key; p = p->back)
        v = p->nav.view;
    return v;
}

/* Right-aligned; returns the first column used. Measures when not drawing. */
static int tabs(struct app *app, int x, bool draw)
{
    struct grid *g = &app->grid;
    size_t lit = active_tab(app);
    int from = x;
    for (size_t i = 0; i < app->nslots; i++) {
        if (!app->slots[i].key)
            continue;
        char label[96], padded[100];
        tab_label(label, &app->slots[i], g->w, i == lit);
        snprintf(padded, sizeof padded, i == lit || g->w >= FULL_TABS ? " %s " : "%s", label);
        int n = grid_width(padded, strlen(padded));
        if (draw) {
            grid_text(g, x, 0, n, i == lit ? ROLE_TAB_ACTIVE : ROLE_TAB, padded);
            if (app->nhits < HITS_MAX)
                app->hits[app->nhits++] = (struct hit){x, x + n, 0, app->slots[i].key};
        }
        x += n + 1;
    }
    return draw ? from : x - from;
}

/* Findings by severity at the end of the line, a count of 0 faint; never dropped. Returns the columns used; measures when not drawing. */
static int draw_counts(struct app *app, int x, bool draw)
{
    static const struct {
        uint8_t severity, glyph, role;
    } all[] = {{SEV_ERROR, GLYPH_ERROR, ROLE_ERROR}, {SEV_WARNING, GLYPH_WARNING, ROLE_WARNING}, {SEV_INFO, GLYPH_INFO, ROLE_INFO}};
    const struct findings *f = app_findings(app, NULL);
    int from = x;
    for (size_t i = 0; f && i < sizeof all / sizeof *all; i++) {
        char text[16];
        uint32_t n = f->by_severity[all[i].severity];
        text_count(text, n);
        int w = (int)strlen(text);
        if (draw) {
            grid_glyph(&app->grid, x, 0, n ? (enum role)all[i].role : ROLE_DIM, (enum glyph)all[i].glyph);
            grid_text(&app->grid, x + 1, 0, w, n ? (enum role)all[i].role : ROLE_DIM, text);
        }
        x += 1 + w + 1;
    }
    return x - from;
}

/* The first n words of a text, in bytes. */
static int words(const char *text, int n)
{
    const char *p = text;
    for (; n > 0 && *p; n--)
        p += strcspn(p + 1, " ") + 1;
    return (int)(p - text);
}

/* What all numbers are of while a lens is there: " lens: task 729 POST /pay ", shorter on narrow screens. Returns its columns. */
static int lens_chip(const struct app *app, char chip[120])
{
    const struct kept_lens *k = app_lens(app, &app->nav);
    chip[0] = 0;
    if (!k)
        return 0;
    int n = words(k->title, app->grid.w < 110 ? 2 : 100), most = app->grid.w < 110 ? 16 : 60;
    snprintf(chip, 120, " lens%s: %.*s ", app_view(app)->looks_through ? "" : ", not in this view", n < most ? n : most, k->title);
    return grid_width(chip, strlen(chip)) + 1;
}

/* Name, length, then what there is room for; goroutines go first, the name shrinks last. */
static void draw_title(struct app *app)
{
    struct grid *g = &app->grid;
    struct title t;
    char chip[120];
    int lens = lens_chip(app, chip), counts = draw_counts(app, 0, false), width = tabs(app, 0, false) + counts,
        room = g->w - width - 2 - lens;
    session_read(app->s);
    title_of(&t, app->s, g->w < 100);
    session_done(app->s);
    char percent[32] = "";
    if (app_importing(app))
        snprintf(percent, sizeof percent, "import %d %%", app_import_percent(app));
    char range[64];
    range_text(range, &app->nav, RANGE_READY);
    const char *more[] = {range, percent, t.version, t.events, t.goroutines};
    int name = grid_width(t.name, strlen(t.name)), used = name + 1 + (int)strlen(t.length);
    size_t n = 0;
    while (n < sizeof more / sizeof *more && used + 2 + (int)strlen(more[n]) <= room)
        used += *more[n] ? 2 + (int)strlen(more[n]) : 0, n++;
    grid_tint(g, (struct rect){0, 0, g->w, 1}, TINT_BAR);
    int x = 1, most = room - 1 - (int)strlen(t.length);
    x += grid_text(g, x, 0, name < most ? name : most, ROLE_TITLE, t.name) + 1;
    x += grid_text(g, x, 0, g->w - x, ROLE_TITLE, t.length);
    if (lens) {
        int most_of_chip = g->w - width - x - 2, w = grid_text(g, x + 1, 0, most_of_chip, ROLE_STRONG, chip);
        if (app_view(app)->looks_through)
            grid_flags(g, (struct rect){x + 1, 0, w, 1}, CELL_REVERSE);
        x += 1 + w;
    }
    for (size_t i = 0; i < n; i++)
        if (*more[i])
            x += 2 + grid_text(g, x + 2, 0, g->w - x - 2, i ? ROLE_TAB : ROLE_STRONG, more[i]);
    tabs(app, g->w - width, true);
    draw_counts(app, g->w - counts, true);
}

/* Progress: of a job, else of the import. */

static void bar(struct grid *g, int x, int y, int w, double share)
{
    grid_glyph(g, x, y, ROLE_BORDER, GLYPH_WIN_LEFT);
    int halves = (int)(share * 2 * (w - 2));
    for (int i = 0; i < w - 2; i++) {
        if (halves >= 2 * i + 2)
            grid_glyph(g, x + 1 + i, y, ROLE_DIM, GLYPH_RUNNING);
        else if (halves == 2 * i + 1 && g->glyphs != GLYPHS_ASCII)
            grid_glyph(g, x + 1 + i, y, ROLE_DIM, GLYPH_LEFT_HALF);
    }
    grid_glyph(g, x + w - 1, y, ROLE_BORDER, GLYPH_WIN_RIGHT);
}

static void import_text(const struct pace *p, char *out, size_t size)
{
    char a[16], b[16], n[16], r[16], t[24];
    text_bytes(a, p->done);
    text_bytes(b, p->total);
    text_count(n, p->events);
    text_count(r, (uint64_t)p->rate);
    size_t at = (size_t)(p->total ? snprintf(out, size, "%d %%  %s of %s  %s events", (int)(p->share * 99.9), a, b, n)
                                  : snprintf(out, size, "%s  %s events", a, n));
    if (p->rate > 0 && at < size)
        at += (size_t)snprintf(out + at, size - at, "  %s ev/s", r);
    text_duration(t, (int64_t)(p->left * 1e9));
    if (p->left > 0 && at < size)
        snprintf(out + at, size - at, "  %s left", t);
}

static bool wants_progress(const struct app *app)
{
    return app->job || (app_importing(app) && !app_view(app)->shows_import);
}

static void draw_progress(struct app *app, int y)
{
    struct grid *g = &app->grid;
    double share;
    char text[160];
    const char *what = jobs_what(app, &share);
    if (what) {
        snprintf(text, sizeof text, share < 0 ? "%.0f" : "%.0f %%", share * 100);
        if (share < 0)
            text[0] = 0;
    } else {
        what = "importing";
        import_text(&app->pace, text, sizeof text);
        share = app->pace.share;
    }
    int x = 1 + grid_text(g, 1, y, 24, ROLE_DIM, what) + 1;
    int n = grid_width(text, strlen(text)), w = g->w - x - n - 3;
    w = w > 40 ? 40 : w;
    if (w >= 6 && share >= 0) {
        bar(g, x, y, w, share);
        x += w + 1;
    }
    grid_text(g, x, y, g->w - x - 1, ROLE_TEXT, text);
}

/* Hints */

/* "h/l pan": hints with the same words that stand side by side share them. Returns its width; draws when asked. */
static int hint_item(struct app *app, const struct hint *h, size_t n, int x, int y, bool draw)
{
    struct grid *g = &app->grid;
    int from = x;
    for (size_t i = 0; i < n; i++) {
        char key[32] = "";
        key_name(key, keymap_first(&app->keys, h[i].cmd));
        const char *name = *key ? key : command_specs[h[i].cmd].name;
        int w = grid_width(name, strlen(name));
        if (draw) {
            if (i)
                grid_text(g, x, y, 1, ROLE_DIM, "/");
            grid_text(g, x + (i > 0), y, w, ROLE_KEY, name);
            if (app->nhits < HITS_MAX)
                app->hits[app->nhits++] =
                    (struct hit){x + (i > 0), x + (i > 0) + w + (i + 1 == n ? 1 + (int)strlen(h->words) : 0), y, h[i].cmd};
        }
        x += w + (i > 0);
    }
    int w = grid_width(h->words, strlen(h->words));
    if (draw)
        grid_text(g, x + 1, y, w, ROLE_DIM, h->words);
    return x + 1 + w - from;
}

static int hint_list(struct app *app, const struct hint *h, int x, int y, int end)
{
    while (h && h->cmd != CMD_NONE) {
        size_t n = 1;
        while (h[n].cmd != CMD_NONE && !strcmp(h[n].words, h->words))
            n++;
        int w = hint_item(app, h, n, x, y, false);
        if (x + w > end)
            break;
        hint_item(app, h, n, x, y, true);
        x += w + 2;
        h += n;
    }
    return x;
}

static void draw_hints(struct app *app, int y)
{
    static const struct hint help[] = {{CMD_HELP, "help"}, {CMD_NONE, NULL}};
    static const struct hint again[] = {{CMD_SEARCH_NEXT, ""}, {CMD_SEARCH_PREV, ""}, {CMD_NONE, NULL}};
    static const struct hint stops[] = {{CMD_STOP, "stop, keep what is read"}, {CMD_NONE, NULL}};
    static const struct hint overlay[] = {
        {CMD_DOWN, "scroll"}, {CMD_UP, "scroll"}, {CMD_PAGE_DOWN, "page"}, {CMD_BACK, "close"}, {CMD_NONE, NULL}};
    struct grid *g = &app->grid;
    const char *search = app_text_get(app, app->nav.search);
    int end = g->w - 1;
    if (*search && !app->overlay.open) {
        char text[32];
        snprintf(text, sizeof text, "/%.24s", search);
        end -= 5 + grid_width(text, strlen(text));
        int x = end + grid_text(g, end, y, g->w - end, ROLE_HIT, text) + 1;
        hint_list(app, again, x, y, g->w);
    } else {
        end -= hint_item(app, help, 1, 0, y, false);
        hint_list(app, help, end, y, g->w);
    }
    int x = 1;
    const char *note = app->overlay.open ? NULL : kept_note(app);
    if (note) {
        x += grid_text(g, x, y, 5, ROLE_DIM, "note ");
        x += grid_text(g, x, y, g->w / 2, ROLE_MESSAGE, note) + 2;
    }
    if (app->job || app_importing(app))
        x = hint_list(app, stops, x, y, end - 1);
    hint_list(app, app->overlay.open ? overlay : app_view(app)->hints, x, y, end - 1);
}

bool frame_click(struct app *app, int x, int y)
{
    for (size_t i = 0; i < app->nhits; i++)
        if (app->hits[i].y == y && x >= app->hits[i].x0 && x < app->hits[i].x1) {
            app->message[0] = 0;
            app_command(app, app->hits[i].cmd, "");
            return true;
        }
    return false;
}

/* The frame */

static void draw_too_small(struct app *app)
{
    struct grid *g = &app->grid;
    const char *lines[] = {"the terminal is too small", NULL, "q leaves"};
    char size[64];
    snprintf(size, sizeof size, "%d×%d; needed are %d×%d", g->w, g->h, MIN_COLS, MIN_ROWS);
    lines[1] = size;
    int y = g->h > 3 ? (g->h - 3) / 2 : 0;
    for (int i = 0; i < 3; i++) {
        int w = grid_width(lines[i], strlen(lines[i])), x = w < g->w ? (g->w - w) / 2 : 0;
        grid_text(g, x, y + i, g->w - x, i ? ROLE_TEXT : ROLE_STRONG, lines[i]);
    }
}

static void draw_view(struct app *app, struct rect r)
{
    const struct view *v = app_view(app);
    size_t i = app->nav.view;
    struct err e = ERR_INIT;
    session_read(app->s);
    if (!app->started[i] && v->init)
        v->init(&app->nav, app->state[i], app->s);
    app->started[i] = true;
    int rc = v->load(app, &app->nav, app->state[i], app->data[i], app->s, r, &e);
    session_done(app->s);
    if (rc == 0 && app->window && begin_window(app)) {
        session_read(app->s);
        rc = v->load(app, &app->nav, app->state[i], app->data[i], app->s, r, &e);
        session_done(app->s);
    }
    place_settle(app);
    app->rows = 0;
    if (rc < 0) {
        app_error(app, &e);
        return;
    }
    v->draw(&app->nav, app->state[i], app->data[i], &app->grid, r);
    app->rows = v->rows ? v->rows(app->data[i]) : 0;
}

/* A failed import is told once. Where it has read nothing there is nothing to stay for: the caller says why. */
static void check_import(struct app *app)
{
    if (app_importing(app)) {
        app->import_told = false;
        return;
    }
    if (app->import_told)
        return;
    app->import_told = true;
    session_read(app->s);
    struct err e = app->s->import_err;
    bool nothing = !app->s->events;
    session_done(app->s);
    if (e.kind != ERR_NONE)
        app_error(app, &e);
    app->quit |= e.kind != ERR_NONE && e.kind != ERR_CANCEL && nothing;
}

void app_frame(struct app *app)
{
    struct grid *g = &app->grid;
    if (g->w != app->term->w || g->h != app->term->h)
        grid_resize(g, app->term->w, app->term->h);
    else
        grid_clear(g, (struct rect){0, 0, g->w, g->h});
    app->nhits = 0;
    app->too_small = g->w < MIN_COLS || g->h < MIN_ROWS;
    if (app->too_small) {
        draw_too_small(app);
        term_show(app->term, g, &app->palette);
        return;
    }
    check_import(app);
    step_pace(app);
    bool progress = wants_progress(app);
    app->view_rect = (struct rect){0, 1, g->w, g->h - 2 - progress};
    draw_view(app, app->view_rect);
    draw_title(app);
    if (app->overlay.open)
        overlay_draw(app, app->view_rect);
    if (progress)
        draw_progress(app, g->h - 2);
    if (app->prompt.kind)
        prompt_draw(app, g->h - 1);
    else if (app->message[0])
        grid_text(g, 1, g->h - 1, g->w - 2, app->message_role, app->message);
    else
        draw_hints(app, g->h - 1);
    term_show(app->term, g, &app->palette);
}
