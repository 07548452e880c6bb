#include "tui/find.h"

#include <string.h>

#include "base/text.h"

static const double STEP_MS = 250;

bool find_update(struct find *f, const struct app *app, uint32_t number, struct session *s, struct err *e)
{
    if (number == f->number)
        return false;
    const char *text = app_text_get(app, number);
    search_free(f->se);
    f->number = number;
    f->se = number && *text ? search_new(s, text, strlen(text), REGEX_SMART, e) : NULL;
    return true;
}

void find_release(struct find *f)
{
    search_free(f->se);
    *f = (struct find){0};
}

/* The cells' text, and for each of its bytes the column it is drawn in. */
static size_t row_text(struct grid *g, int x, int y, int w, char *text, int *column, size_t size)
{
    size_t n = 0;
    for (int i = 0; i < w && n + 4 < size; i++) {
        const struct cell *c = grid_at(g, x + i, y);
        if (!c)
            break;
        if (c->flags & CELL_TAIL)
            continue;
        size_t len = text_encode(text + n, c->ch ? c->ch : ' ');
        for (size_t k = 0; k < len; k++)
            column[n++] = x + i;
    }
    return n;
}

void find_mark(const struct find *f, struct grid *g, int x, int y, int w)
{
    char text[512];
    int column[512];
    size_t n = row_text(g, x, y, w, text, column, sizeof text), at, len;
    for (size_t from = 0; f->se && from < n; from += at + (len ? len : 1)) {
        if (search_find(f->se, text + from, n - from, &at, &len) != 1)
            return;
        for (size_t k = from + at; k < from + at + len && k < n; k++)
            grid_at(g, column[k], y)->role = ROLE_HIT;
    }
}

void find_grey(struct grid *g, int x, int y, int w)
{
    for (int i = 0; i < w; i++) {
        struct cell *c = grid_at(g, x + i, y);
        if (c && c->ch != ' ')
            c->role = ROLE_BORDER;
    }
}

static void say_hit(struct app *app, const struct session *s, const struct hit *h)
{
    struct str text = session_str(s, h->text);
    char safe[200];
    text_visible(safe, sizeof safe, text.p, text.n);
    app_message(app, ROLE_MESSAGE, "%s: %s", search_kind_names[h->kind], safe);
}

bool find_step(struct find *f, struct app *app, struct nav *nav, struct session *s, int dir)
{
    struct hit hit;
    struct err e = ERR_INIT;
    if (!f->se)
        return false;
    ns_t from = nav->cursor != NS_NONE ? nav->cursor : dir > 0 ? s->t0 - 1 : s->t1 + 1;
    search_from(f->se, from, dir, IDX_NONE);
    switch (search_step(f->se, STEP_MS, &hit, &e)) {
    case SEARCH_HIT:
        nav->cursor = hit.t;
        if (hit.g != IDX_NONE)
            nav->g = hit.g;
        say_hit(app, s, &hit);
        return true;
    case SEARCH_MORE: app_message(app, ROLE_MESSAGE, "nothing near; n looks further"); return false;
    case SEARCH_NONE: app_message(app, ROLE_MESSAGE, dir > 0 ? "no hit after this" : "no hit before this"); return false;
    default: app_message(app, ROLE_ERROR, "%s", e.what); return false;
    }
}
