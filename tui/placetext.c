/* Places as text, to be kept on disk: what is selected by Go's own numbers and names, for indexes may change with the program.
 * Lines of "key=value"; what is not understood is left out.
 */
#include "tui/app_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "model/filter.h"
#include "model/timeline/timeline.h"
#include "tui/grouping.h"

/* The times of nav, by name. */
static const struct {
    const char *key;
    size_t at;
} times[] = {
    {"t0", offsetof(struct nav, t0)},         {"cell", offsetof(struct nav, cell)},     {"cursor", offsetof(struct nav, cursor)},
    {"range0", offsetof(struct nav, range0)}, {"range1", offsetof(struct nav, range1)},
};

static ns_t *time_of(struct nav *nav, size_t i)
{
    return (ns_t *)((char *)nav + times[i].at);
}

/* Only whole lines can be read back. */
static void put_text(struct buf *out, const char *key, const char *p, size_t n)
{
    if (n && !memchr(p, '\n', n) && !memchr(p, 0, n))
        buf_printf(out, "%s=%.*s\n", key, (int)n, p);
}

void place_put(struct app *app, const struct place *p, struct buf *out)
{
    struct nav nav = p->nav;
    struct session *s = app->s;
    buf_printf(out, "view=%s\nwall=%d\nby=%s\n", app->slots[nav.view].view->name, nav.wall, grouping_specs[nav.by].title);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (*time_of(&nav, i) != NS_NONE)
            buf_printf(out, "%s=%" PRId64 "\n", times[i].key, (int64_t)*time_of(&nav, i));
    session_read(s);
    if (nav.g != IDX_NONE && nav.g < s->goroutines.n)
        buf_printf(out, "g=%" PRId64 "\n", session_g(s, nav.g)->id);
    if (nav.group != IDX_NONE && nav.group < s->groups.n) {
        struct str name = session_str(s, s->groups.v[nav.group].name);
        put_text(out, "group", name.p, name.n);
    }
    session_done(s);
    const char *filter = app_text_get(app, nav.filter), *search = app_text_get(app, nav.search);
    put_text(out, "filter", filter, strlen(filter));
    put_text(out, "search", search, strlen(search));
}

static uint32_t group_by_name(struct session *s, const char *name, size_t n)
{
    for (uint32_t i = 0; i < s->groups.n; i++) {
        struct str have = session_str(s, s->groups.v[i].name);
        if (have.n == n && !memcmp(have.p, name, n))
            return i;
    }
    return IDX_NONE;
}

static uint32_t filter_of(struct app *app, const char *text)
{
    struct err e = ERR_INIT;
    struct filter *f = filter_parse(text, &e);
    filter_free(f);
    return f ? app_text(app, text) : 0;
}

/* 0, or -1 when the line is about a view that there is none of. */
static int take_line(struct app *app, struct nav *nav, const char *key, const char *value)
{
    int64_t v;
    size_t n = strlen(value);
    if (!strcmp(key, "view")) {
        for (size_t i = 0; i < app->nslots; i++)
            if (!strcmp(app->slots[i].view->name, value)) {
                nav->view = (uint8_t)i;
                return 0;
            }
        return -1;
    }
    for (unsigned by = 0; by < GROUPINGS && !strcmp(key, "by"); by++)
        if (!strcmp(grouping_specs[by].title, value))
            nav->by = (uint8_t)by;
    if (!strcmp(key, "group"))
        nav->group = group_by_name(app->s, value, n);
    else if (!strcmp(key, "filter"))
        nav->filter = filter_of(app, value);
    else if (!strcmp(key, "search"))
        nav->search = app_text(app, value);
    else if (parse_int(value, n, &v) < 0)
        return 0;
    else if (!strcmp(key, "g"))
        nav->g = session_find_g(app->s, v);
    else if (!strcmp(key, "wall"))
        nav->wall = v != 0;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (!strcmp(key, times[i].key) && parse_int(value, n, &v) == 0)
            *time_of(nav, i) = v;
    return 0;
}

static bool within(const struct session *s, ns_t t)
{
    return t == NS_NONE || (t >= s->t0 && t <= s->t1);
}

/* Times that are none of this trace are forgotten, whatever the text says. */
static void clamp(struct nav *nav, const struct session *s)
{
    if (nav->cell <= 0 || nav->cell > s->t1 - s->t0 || tl_cell_width(nav->cell) != nav->cell || nav->t0 < s->t0 - nav->cell ||
        nav->t0 > s->t1) {
        nav->cell = 0;
        nav->t0 = s->t0;
    }
    if (!within(s, nav->cursor))
        nav->cursor = NS_NONE;
    if (!within(s, nav->range0) || !within(s, nav->range1) || nav->range0 == NS_NONE ||
        (nav->range1 != NS_NONE && nav->range1 <= nav->range0))
        nav->range0 = nav->range1 = NS_NONE;
}

const struct place *place_get(struct app *app, const char *text)
{
    struct nav nav;
    char *copy = mem_strdup(text), *save = NULL;
    int rc = 0;
    nav_nothing(&nav);
    session_read(app->s);
    nav.t0 = app->s->t0;
    for (char *line = strtok_r(copy, "\n", &save); line && rc == 0; line = strtok_r(NULL, "\n", &save)) {
        char *eq = strchr(line, '=');
        if (!eq)
            continue;
        *eq = 0;
        rc = take_line(app, &nav, line, eq + 1);
    }
    clamp(&nav, app->s);
    const struct view *v = app->slots[nav.view].view;
    if (rc == 0 && !app->started[nav.view] && v->init) {
        struct nav first = nav;
        v->init(&first, app->state[nav.view], app->s);
    }
    app->started[nav.view] |= rc == 0;
    session_done(app->s);
    mem_free(copy);
    return rc == 0 ? place_make(app, &nav, app->state[nav.view], NULL) : NULL;
}
