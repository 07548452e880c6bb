#include "tui/theme.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const depth_names[DEPTH_COUNT] = {"mono", "8", "16", "256", "true"};

enum { FILE_MAX = 1 << 16, INHERIT_MAX = 4 };

static const struct builtin {
    const char *name, *text;
} builtins[] = {
#include "tui/theme_builtin.inc" /* made from themes/ by the Makefile */
};

const char *theme_builtin_name(size_t i)
{
    return i < sizeof builtins / sizeof *builtins ? builtins[i].name : NULL;
}

static const struct builtin *builtin_find(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (!strcmp(builtins[i].name, name))
            return &builtins[i];
    return NULL;
}

/* Values */

static const int depth_colours[DEPTH_COUNT] = {0, 8, 16, 256, 256};

static int parse_colour(const char *w, enum depth depth, int32_t *out)
{
    char *end;
    if (!strcmp(w, "default")) {
        *out = COLOUR_DEFAULT;
        return 0;
    }
    bool rgb = *w == '#';
    if (rgb ? strlen(w) != 7 : *w < '0' || *w > '9')
        return -1;
    long v = strtol(w + rgb, &end, rgb ? 16 : 10);
    if (*end || v < 0 || (!rgb && v >= depth_colours[depth]) || (rgb && depth < DEPTH_256))
        return -1;
    *out = rgb ? (int32_t)(v | COLOUR_RGB) : (int32_t)v;
    return 0;
}

/* "COLOUR [on COLOUR] [bold] [reverse]", "on COLOUR", "label". NULL, or the word that is wrong. */
static const char *parse_pen(char *value, enum depth depth, bool tint, struct pen *pen)
{
    struct pen p = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
    bool first = true;
    char *save = NULL;
    for (char *w = strtok_r(value, " \t", &save); w; w = strtok_r(NULL, " \t", &save), first = false) {
        if (!strcmp(w, "bold"))
            p.attrs |= PEN_BOLD;
        else if (!strcmp(w, "reverse"))
            p.attrs |= PEN_REVERSE;
        else if (tint && !strcmp(w, "label"))
            p.attrs |= PEN_LABEL;
        else if (!strcmp(w, "on")) {
            char *bg = strtok_r(NULL, " \t", &save);
            if (!bg || parse_colour(bg, depth, &p.bg))
                return bg ? bg : "on";
        } else if (!first || parse_colour(w, depth, &p.fg))
            return w;
    }
    *pen = p;
    return first ? "" : NULL;
}

/* Which pen a name means; NULL when it is neither role nor tint. */
static struct pen *pen_of(struct theme *t, enum depth depth, const char *name, bool *tint, size_t *at)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (!strcmp(grid_role_name((enum role)i), name)) {
            *tint = false;
            *at = i;
            return &t->roles[depth][i];
        }
    for (size_t i = TINT_NONE + 1; i < TINT_COUNT; i++)
        if (!strcmp(grid_tint_name((enum tint)i), name)) {
            *tint = true;
            *at = ROLE_COUNT + i;
            return &t->tints[depth][i];
        }
    return NULL;
}

static int depth_find(const char *name)
{
    for (int d = 0; d < DEPTH_COUNT; d++)
        if (!strcmp(depth_names[d], name))
            return d;
    return -1;
}

int theme_set(struct theme *t, const char *section, const char *name, const char *value, struct err *e)
{
    int depth = section ? depth_find(section) : DEPTH_256;
    if (depth < 0) {
        err_set(e, ERR_USAGE, "no section is named [%.60s]", section);
        return err_hint(e, "sections are theme, mono, 8, 16, 256, true");
    }
    bool tint;
    size_t at;
    struct pen *pen = pen_of(t, (enum depth)depth, name, &tint, &at);
    if (!pen) {
        err_set(e, ERR_USAGE, "no role is named \"%.80s\"", name);
        return err_hint(e, "themes/dark.theme names them all");
    }
    char copy[128];
    if ((size_t)snprintf(copy, sizeof copy, "%s", value) >= sizeof copy)
        return err_set(e, ERR_USAGE, "the value of %s is too long", name);
    const char *wrong = parse_pen(copy, (enum depth)depth, tint, pen);
    if (wrong) {
        err_set(e, ERR_USAGE, "\"%.80s\" is no colour for %s", wrong, name);
        return err_hint(e, "a value is like: 213 bold, or: 16 on 221");
    }
    if (depth == DEPTH_TRUE)
        t->has_true[at] = true;
    return 0;
}

/* Files */

struct reading {
    struct theme *t;
    const char *name;
    const char *const *dirs, *const *further; /* all; those behind the one that this file was found in */
    int level;                                /* of inheritance */
    struct err *e;
};

static int load(struct theme *t, const char *name, const char *const *dirs, int level, struct err *e);

static int on_head(struct reading *r, const char *name, const char *value)
{
    if (!strcmp(name, "about")) {
        snprintf(r->t->about, sizeof r->t->about, "%s", value);
        return 0;
    }
    if (!strcmp(name, "inherit")) {
        char about[sizeof r->t->about];
        memcpy(about, r->t->about, sizeof about);
        /* A file may inherit from its namesake further on. */
        int rc = load(r->t, value, strcmp(value, r->name) ? r->dirs : r->further, r->level + 1, r->e);
        if (about[0])
            memcpy(r->t->about, about, sizeof about);
        return rc;
    }
    if (!strcmp(name, "depth")) {
        int d = depth_find(value);
        if (d < 0)
            return err_set(r->e, ERR_USAGE, "\"%.60s\" is no depth", value);
        r->t->most = (enum depth)d;
        return 0;
    }
    return err_set(r->e, ERR_USAGE, "[theme] knows about, inherit and depth, not \"%.60s\"", name);
}

static int on_line(void *ctx, const char *section, const char *name, const char *value)
{
    struct reading *r = ctx;
    if (r->e->kind != ERR_NONE) /* one error is enough */
        return 1;
    int rc = !strcmp(section, "theme") ? on_head(r, name, value) : theme_set(r->t, section, name, value, r->e);
    return rc == 0;
}

static int parse(struct reading *r, const char *text, const char *file)
{
    int line = ini_parse_string(text, on_line, r);
    if (line == 0)
        return 0;
    err_set(r->e, ERR_USAGE, "this is neither [section] nor name = value");
    err_source(r->e, file);
    return err_where(r->e, "line %d", line);
}

/* The text of a file; NULL when it is not there (e is not set) or not readable (e is). Owned by the caller. */
static char *read_file(const char *path, struct err *e)
{
    FILE *f = fopen(path, "re");
    if (!f) {
        if (errno != ENOENT && errno != ENOTDIR) {
            err_set(e, ERR_INPUT, "%s", strerror(errno));
            err_source(e, path);
        }
        return NULL;
    }
    char *text = mem_alloc(FILE_MAX + 1, 1);
    size_t n = fread(text, 1, FILE_MAX + 1, f);
    if (ferror(f) || n > FILE_MAX) {
        err_set(e, ERR_INPUT, "%s", ferror(f) ? "it cannot be read" : "a theme is never larger than 64 KiB");
        err_source(e, path);
        mem_free(text);
        text = NULL;
    } else {
        text[n] = 0;
    }
    fclose(f);
    return text;
}

/* 1 when the file is not there. */
static int load_file(struct reading *r, const char *path)
{
    char *text = read_file(path, r->e);
    if (!text)
        return r->e->kind == ERR_NONE ? 1 : -1;
    int rc = parse(r, text, path);
    mem_free(text);
    return rc;
}

static int load(struct theme *t, const char *name, const char *const *dirs, int level, struct err *e)
{
    static const char *const none[] = {NULL};
    struct reading r = {t, name, dirs ? dirs : none, none, level, e};
    if (level > INHERIT_MAX)
        return err_set(e, ERR_USAGE, "themes inherit from each other without end");
    int rc = 1;
    if (strchr(name, '/'))
        rc = load_file(&r, name);
    for (const char *const *d = r.dirs; rc == 1 && !strchr(name, '/') && *d; d++) {
        char path[4096];
        r.further = d + 1;
        if ((size_t)snprintf(path, sizeof path, "%s/%s.theme", *d, name) < sizeof path)
            rc = load_file(&r, path);
    }
    const struct builtin *b = builtin_find(name);
    if (rc == 1 && b)
        rc = parse(&r, b->text, b->name);
    if (rc == 1) {
        err_set(e, ERR_USAGE, "no theme is named \"%.100s\"", name);
        return err_hint(e, ":theme and Tab show the names");
    }
    return rc;
}

int theme_load(struct theme *t, const char *name, const char *const *dirs, struct err *e)
{
    struct theme new = {.most = DEPTH_TRUE};
    for (int d = 0; d < DEPTH_COUNT; d++) {
        for (int i = 0; i < ROLE_COUNT; i++)
            new.roles[d][i] = (struct pen){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
        for (int i = 0; i < TINT_COUNT; i++)
            new.tints[d][i] = (struct pen){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
    }
    if (load(&new, name, dirs, 0, e) < 0)
        return -1;
    snprintf(new.name, sizeof new.name, "%s", name);
    *t = new;
    return 0;
}

/* Palettes */

int colour_nearest(uint32_t rgb)
{
    static const int steps[6] = {0, 95, 135, 175, 215, 255};
    int best = 16, least = INT32_MAX;
    int want[3] = {(int)(rgb >> 16 & 0xff), (int)(rgb >> 8 & 0xff), (int)(rgb & 0xff)};
    for (int i = 16; i < 256; i++) {
        int c = i - 16, grey = 8 + 10 * (i - 232);
        int have[3] = {steps[c / 36 % 6], steps[c / 6 % 6], steps[c % 6]}, d = 0;
        for (int k = 0; k < 3; k++) {
            int diff = want[k] - (i >= 232 ? grey : have[k]);
            d += diff * diff;
        }
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

static struct pen at_depth(struct pen p, enum depth depth)
{
    if (depth != DEPTH_TRUE) {
        if (p.fg > 0 && p.fg & COLOUR_RGB)
            p.fg = colour_nearest((uint32_t)p.fg);
        if (p.bg > 0 && p.bg & COLOUR_RGB)
            p.bg = colour_nearest((uint32_t)p.bg);
    }
    return p;
}

void palette_init(struct palette *p, const struct theme *t, enum depth depth)
{
    depth = depth > t->most ? t->most : depth;
    *p = (struct palette){.depth = depth};
    for (size_t i = 0; i < ROLE_COUNT; i++)
        p->role[i] = at_depth(t->roles[depth == DEPTH_TRUE && !t->has_true[i] ? DEPTH_256 : depth][i], depth);
    for (size_t i = 0; i < TINT_COUNT; i++)
        p->tint[i] = at_depth(t->tints[depth == DEPTH_TRUE && !t->has_true[ROLE_COUNT + i] ? DEPTH_256 : depth][i], depth);
}
