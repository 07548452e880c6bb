/* Shipped themes are whole, files override and inherit, and a mistake in one is told with file and line. */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "tests/lib/check.h"
#include "tui/theme.h"

static char dir[] = "/tmp/ctxscope-theme-XXXXXX";

static void write_theme(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s.theme", dir, name);
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0, "cannot write %s", path);
    if (f)
        fclose(f);
}

static int load(struct theme *t, const char *name, struct err *e)
{
    const char *dirs[] = {dir, NULL};
    err_clear(e);
    return theme_load(t, name, dirs, e);
}

struct seen {
    int n[DEPTH_COUNT][ROLE_COUNT + TINT_COUNT];
};

static int on_line(void *ctx, const char *section, const char *name, const char *value)
{
    struct seen *s = ctx;
    (void)value;
    for (int d = 0; d < DEPTH_COUNT; d++)
        for (int i = 0; i < ROLE_COUNT + TINT_COUNT && !strcmp(section, depth_names[d]); i++)
            if (!strcmp(name, i < ROLE_COUNT ? grid_role_name((enum role)i) : grid_tint_name((enum tint)(i - ROLE_COUNT))))
                s->n[d][i]++;
    return 1;
}

static void test_dark_names_every_role_once_at_every_depth(void)
{
    static struct seen seen;
    CHECK(ini_parse("themes/dark.theme", on_line, &seen) == 0, "themes/dark.theme does not parse");
    for (int d = 0; d <= DEPTH_256; d++)
        for (int i = 0; i < ROLE_COUNT + TINT_COUNT; i++)
            if (i != ROLE_COUNT + TINT_NONE)
                CHECK(seen.n[d][i] == 1, "[%s] names %s %d times", depth_names[d],
                      i < ROLE_COUNT ? grid_role_name((enum role)i) : grid_tint_name((enum tint)(i - ROLE_COUNT)), seen.n[d][i]);
}

static bool same(struct pen a, struct pen b)
{
    return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

static void test_shipped_themes_keep_apart_what_matters(void)
{
    static const enum role alarms[] = {ROLE_MARK_CANCEL, ROLE_MARK_DEADLINE, ROLE_G_RUNNING, ROLE_G_RUNNABLE};
    struct theme t;
    struct err e = ERR_INIT;
    size_t n = 0;
    for (const char *name; (name = theme_builtin_name(n)); n++) {
        CHECK(!load(&t, name, &e), "%s: %s", name, e.what);
        CHECK(t.about[0], "%s says nothing about itself", name);
        for (enum depth d = DEPTH_8; d <= t.most; d++) {
            struct palette p;
            palette_init(&p, &t, d);
            for (size_t i = 0; i < sizeof alarms / sizeof *alarms; i++)
                for (size_t j = 0; j < i; j++)
                    CHECK(!same(p.role[alarms[i]], p.role[alarms[j]]), "%s, depth %s: %s looks like %s", name, depth_names[d],
                          grid_role_name(alarms[i]), grid_role_name(alarms[j]));
        }
        struct palette p;
        palette_init(&p, &t, DEPTH_MONO);
        for (int i = 0; i < ROLE_COUNT; i++)
            CHECK(p.role[i].fg == COLOUR_DEFAULT && p.role[i].bg == COLOUR_DEFAULT, "%s: %s has a colour in mono", name,
                  grid_role_name((enum role)i));
    }
    CHECK(n == 6, "%zu themes are built in", n);
    CHECK(!load(&t, "mono", &e) && t.most == DEPTH_MONO, "mono has no colours at any depth");
}

static void test_the_look_is_the_designed_one(void)
{
    struct theme t;
    struct err e = ERR_INIT;
    struct palette p;
    CHECK(!load(&t, "dark", &e), "%s", e.what);
    palette_init(&p, &t, DEPTH_256);
    CHECK(same(p.role[ROLE_MARK_CANCEL], (struct pen){213, -1, PEN_BOLD}), "cancel is magenta");
    CHECK(same(p.role[ROLE_TAB_ACTIVE], (struct pen){231, 240, 0}), "active tab");
    CHECK(same(p.tint[TINT_SELECTION], (struct pen){-1, 237, 0}), "selection");
    palette_init(&p, &t, DEPTH_TRUE);
    CHECK(p.role[ROLE_G_RUNNING].fg == 72, "true colour shows the 256");
    palette_init(&p, &t, DEPTH_8);
    CHECK(same(p.role[ROLE_MARK_DEADLINE], (struct pen){3, -1, PEN_BOLD}), "bold yellow");
    CHECK(p.tint[TINT_SELECTION].attrs == PEN_LABEL, "no background: the label");
}

/* What --help offers is what there is. */
static void test_offered_themes_open(void)
{
    char words[256];
    struct theme t;
    struct err e = ERR_INIT;
    size_t offered = 0, n = 0;
    const char *list = strstr(option_specs[OPT_THEME].sentence, ": "), *end = list ? strstr(list, ", or a file") : NULL;
    CHECK(list && end, "--theme names themes: %s", option_specs[OPT_THEME].sentence);
    snprintf(words, sizeof words, "%.*s", list && end ? (int)(end - list - 2) : 0, list ? list + 2 : "");
    char *save = NULL;
    for (char *w = strtok_r(words, ", ", &save); w; w = strtok_r(NULL, ", ", &save), offered++)
        CHECK(!load(&t, w, &e), "--theme %s: %s", w, e.what);
    while (theme_builtin_name(n))
        n++;
    CHECK(offered == n, "%zu themes are offered, %zu are built in", offered, n);
}

static void test_a_file_overrides_and_inherits(void)
{
    struct theme t;
    struct err e = ERR_INIT;
    struct palette p;
    write_theme("mine", "[theme]\nabout = mine\ninherit = light\n[256]\ng.running = 200 on 17 bold reverse\n[true]\nmark.log = #ff8000\n");
    write_theme("dark", "[theme]\ninherit = dark\n[256]\nui.dim = 99\n");
    CHECK(!load(&t, "mine", &e), "%s", e.what);
    palette_init(&p, &t, DEPTH_256);
    CHECK(same(p.role[ROLE_G_RUNNING], (struct pen){200, 17, PEN_BOLD | PEN_REVERSE}), "set here");
    CHECK(p.role[ROLE_MARK_CANCEL].fg == 129, "inherited from light");
    palette_init(&p, &t, DEPTH_TRUE);
    CHECK(p.role[ROLE_MARK_LOG].fg == (COLOUR_RGB | 0xff8000), "true colour");
    CHECK(!load(&t, "dark", &e), "a namesake: %s", e.what);
    palette_init(&p, &t, DEPTH_256);
    CHECK(p.role[ROLE_DIM].fg == 99 && p.role[ROLE_KEY].fg == 152, "overrides the built-in one and inherits it");
    CHECK(!theme_set(&t, NULL, "mark.log", "#ff8000", &e), "%s", e.what);
    palette_init(&p, &t, DEPTH_256);
    CHECK(p.role[ROLE_MARK_LOG].fg == 208, "nearest of 256: %d", p.role[ROLE_MARK_LOG].fg);
    char path[256];
    snprintf(path, sizeof path, "%s/mine.theme", dir);
    CHECK(!load(&t, path, &e) && !strcmp(t.about, "mine"), "by path: %s", e.what);
}

static void test_mistakes_name_file_and_line(void)
{
    static const struct {
        const char *text, *what, *where;
    } bad[] = {
        {"[256]\ng.runing = 3\n", "g.runing", "line 2"},
        {"[256]\n\ng.running = 256\n", "256", "line 3"},
        {"[8]\ng.running = 9\n", "\"9\"", "line 2"},
        {"[16]\ng.running = #112233\n", "#112233", "line 2"},
        {"[256]\ng.running = blue\n", "blue", "line 2"},
        {"[256]\ng.running = 1 2\n", "\"2\"", "line 2"},
        {"[256]\ng.running = 1 on\n", "\"on\"", "line 2"},
        {"[256]\ng.running =\n", "\"\"", "line 2"},
        {"[512]\ng.running = 1\n", "512", "line 2"},
        {"[theme]\ncolor = 1\n", "color", "line 2"},
        {"[theme]\ninherit = bad2\n", "without end", "line 2"},
        {"[theme]\ninherit = nowhere\n", "nowhere", "line 2"},
        {"[256]\nwhat is this\n", "neither", "line 2"},
    };
    struct theme t;
    struct err e = ERR_INIT;
    CHECK(!load(&t, "light", &e), "%s", e.what);
    write_theme("bad2", "[theme]\ninherit = bad\n");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_theme("bad", bad[i].text);
        CHECK(load(&t, "bad", &e) < 0 && strstr(e.what, bad[i].what), "case %zu: \"%s\"", i, e.what);
        CHECK(!strcmp(e.where, bad[i].where), "case %zu: where is \"%s\"", i, e.where);
        if (i != 10) /* the innermost file is named there */
            CHECK(strstr(e.source, "/bad"), "case %zu: source is \"%s\"", i, e.source);
        CHECK(!strcmp(t.name, "light"), "a failed load changes nothing");
    }
    CHECK(load(&t, "nosuch", &e) < 0 && strstr(e.what, "nosuch") && e.hint[0], "unknown: %s", e.what);
}

int main(void)
{
    if (!mkdtemp(dir))
        return printf("FAIL no folder\n"), 1;
    test_dark_names_every_role_once_at_every_depth();
    test_shipped_themes_keep_apart_what_matters();
    test_the_look_is_the_designed_one();
    test_offered_themes_open();
    test_a_file_overrides_and_inherits();
    test_mistakes_name_file_and_line();
    static const char *const files[] = {"mine", "dark", "bad", "bad2"};
    for (size_t i = 0; i < 4; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s.theme", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
    return check_done();
}
