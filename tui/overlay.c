/* Text over the view, in two columns: help and settings. */
#include "tui/app_parts.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *sentence;
} glossary[] = {
#define TERM(word, sentence) {word, sentence},
#include "tui/glossary.def"
#undef TERM
};

void overlay_close(struct app *app)
{
    struct overlay *o = &app->overlay;
    for (size_t i = 0; i < o->lines.n; i++) {
        mem_free(o->lines.v[i].left);
        mem_free(o->lines.v[i].right);
    }
    vec_free(&o->lines);
    vec_free(&o->rows);
    *o = (struct overlay){0};
}

void overlay_open(struct app *app, const char *title)
{
    overlay_close(app);
    app->overlay.open = true;
    snprintf(app->overlay.title, sizeof app->overlay.title, "%s", title);
}

void overlay_add(struct app *app, const char *left, const char *right)
{
    *vec_push(&app->overlay.lines) = (struct overlay_line){left ? mem_strdup(left) : NULL, mem_strdup(right)};
}

static int page(const struct app *app)
{
    int h = app->view_rect.h - 1;
    return h > 1 ? h : 1;
}

bool overlay_command(struct app *app, enum cmd cmd)
{
    struct overlay *o = &app->overlay;
    if (!o->open)
        return false;
    int n = (int)o->rows.n, last = n > page(app) ? n - page(app) : 0;
    switch (cmd) {
    case CMD_DOWN: o->top++; break;
    case CMD_UP: o->top--; break;
    case CMD_PAGE_DOWN: o->top += page(app); break;
    case CMD_PAGE_UP: o->top -= page(app); break;
    case CMD_HALF_DOWN: o->top += page(app) / 2; break;
    case CMD_HALF_UP: o->top -= page(app) / 2; break;
    case CMD_FIRST:
    case CMD_START: o->top = 0; break;
    case CMD_LAST:
    case CMD_END: o->top = last; break;
    case CMD_BACK:
    case CMD_QUIT: overlay_close(app); return true;
    case CMD_HELP:
        if (!o->help)
            return false;
        overlay_close(app);
        return true;
    default: return false;
    }
    o->top = o->top > last ? last : o->top < 0 ? 0 : o->top;
    return true;
}

/* As many bytes of s as fit into w columns, cut at a blank where there is one; at least one character. */
static size_t fitting(const char *s, size_t n, int w)
{
    size_t end = n, at = 0;
    while (end > 0 && grid_width(s, end) > w)
        end--;
    if (end == n)
        return n;
    for (size_t i = 1; i <= end; i++)
        if (s[i] == ' ')
            at = i;
    return at ? at : end ? end : 1;
}

/* Headings have the whole width, w_all. */
static void wrap(struct overlay *o, int w, int w_all)
{
    o->rows.n = 0;
    for (size_t i = 0; i < o->lines.n; i++) {
        const char *s = o->lines.v[i].right;
        size_t from = 0, n = strlen(s);
        do {
            size_t take = fitting(s + from, n - from, o->lines.v[i].left ? w : w_all);
            *vec_push(&o->rows) = (struct overlay_row){(uint32_t)i, (uint32_t)from, (uint32_t)take};
            from += take;
            while (s[from] == ' ')
                from++;
        } while (from < n);
    }
}

static void draw_row(struct grid *g, const struct overlay *o, const struct overlay_row *row, struct rect r, int y, int left)
{
    const struct overlay_line *l = &o->lines.v[row->line];
    if (!l->left) {
        grid_textn(g, r.x + 1, y, r.w - 2, ROLE_STRONG, l->right + row->from, row->n);
        return;
    }
    if (!row->from)
        grid_text(g, r.x + 3, y, left - 4, ROLE_KEY, l->left);
    grid_textn(g, r.x + left, y, r.w - left - 1, ROLE_TEXT, l->right + row->from, row->n);
}

void overlay_draw(struct app *app, struct rect r)
{
    struct overlay *o = &app->overlay;
    struct grid *g = &app->grid;
    int left = r.w > 100 ? 34 : 26;
    wrap(o, r.w - left - 1, r.w - 2);
    grid_clear(g, r);
    grid_hline(g, r.x, r.y, r.w, ROLE_BORDER);
    grid_printf(g, r.x + 2, r.y, r.w - 4, ROLE_STRONG, " %s ", o->title);
    int last = (int)o->rows.n - (r.h - 1);
    if (o->top > last)
        o->top = last > 0 ? last : 0;
    for (int i = 0; i < r.h - 1 && (size_t)(o->top + i) < o->rows.n; i++)
        draw_row(g, o, &o->rows.v[o->top + i], r, r.y + 1 + i, left);
    if (last > o->top) {
        char more[32];
        snprintf(more, sizeof more, " %d more ", last - o->top);
        grid_right(g, r.x, r.y, r.w - 2, ROLE_DIM, more);
        grid_glyph(g, r.x + r.w - 2, r.y, ROLE_DIM, GLYPH_DOWN);
    }
}

static void add_command(struct app *app, enum cmd cmd, const char *words)
{
    struct buf keys = {0};
    keymap_keys(&app->keys, cmd, &keys);
    if (!keys.n)
        buf_printf(&keys, ":%s", command_specs[cmd].name);
    overlay_add(app, buf_str(&keys), words);
    buf_release(&keys);
}

/* A view's tab: what its key shows, in the words of the view. */
static const char *sentence_of(const struct app *app, enum cmd cmd)
{
    for (size_t i = 0; i < app->nslots; i++)
        if (app->slots[i].key == cmd)
            return app->slots[i].view->title;
    return cmd >= CMD_VIEW_1 && cmd <= CMD_VIEW_9 ? NULL : command_specs[cmd].sentence;
}

void help_open(struct app *app)
{
    const struct view *v = app_view(app);
    char title[64];
    snprintf(title, sizeof title, "help: %s", v->title);
    overlay_open(app, title);
    app->overlay.help = true;
    if (v->hints) {
        overlay_add(app, NULL, "what matters here");
        for (const struct hint *h = v->hints; h->cmd != CMD_NONE; h++)
            add_command(app, h->cmd, h->words);
    }
    for (enum section s = 0; s < SECTION_COUNT; s++) {
        overlay_add(app, NULL, section_titles[s]);
        for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++)
            if (command_specs[c].section == s && sentence_of(app, c))
                add_command(app, c, sentence_of(app, c));
    }
    overlay_add(app, NULL, "words");
    for (size_t i = 0; i < sizeof glossary / sizeof *glossary; i++)
        overlay_add(app, glossary[i].word, glossary[i].sentence);
}
