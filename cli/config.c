#include "cli/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/out.h"

enum { CONFIG_MAX = 1 << 20 }; /* bytes of a settings file */

/* Sections; a rule's is "rule NAME". */
static const struct section {
    const char *name;
    bool anywhere; /* also in a repository's file */
} sections[] = {{"rule", true}, {"sla", true}, {"ignore", true}, {"idle", true}, {"ui", false}, {"keys", false}, {"theme", false}};

static const struct section *section_of(const char *name)
{
    size_t n = strcspn(name, " ");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strlen(sections[i].name) == n && !strncmp(sections[i].name, name, n))
            return &sections[i];
    return NULL;
}

static const char *section_at(unsigned i)
{
    return i < sizeof sections / sizeof *sections ? sections[i].name : NULL;
}

void config_add(struct config *c, const char *section, const char *key, const char *value)
{
    *vec_push(&c->settings) = (struct tui_setting){.section = arena_copy(&c->texts, section, strlen(section)),
                                                   .key = arena_copy(&c->texts, key, strlen(key)),
                                                   .value = arena_copy(&c->texts, value, strlen(value))};
}

/* [ignore]: `RULE FUNCTION = reason`, FUNCTION may be left out. */
static int take_ignore(struct config *c, const char *key, const char *reason, struct err *e)
{
    char rule[64];
    size_t n = strcspn(key, " \t");
    snprintf(rule, sizeof rule, "%.*s", (int)n, key);
    key += n;
    key += strspn(key, " \t");
    return rule_ignore(&c->rules, rule, key[0] ? key : "*", reason, e);
}

/* What the rules take; 0, also for sections that are not theirs, or -1 with *e. */
static int take_rule(struct config *c, const char *section, const char *key, const char *value, struct err *e)
{
    if (!strncmp(section, "rule", 4)) {
        const char *name = section + 4 + strspn(section + 4, " \t");
        return rule_set(&c->rules, name, key, value, e);
    }
    if (!strcmp(section, "sla"))
        return rule_set_sla(&c->rules, key, value, e);
    if (!strcmp(section, "ignore"))
        return take_ignore(c, key, value, e);
    if (!strcmp(section, "idle"))
        rule_idle(&c->rules, key);
    return 0;
}

struct reading {
    struct config *c;
    const char *path;
    bool foreign; /* a repository's */
    struct err *e;
};

static int take(void *ctx, const char *section, const char *key, const char *value)
{
    struct reading *r = ctx;
    const struct section *s = section_of(section);
    if (s && (s->anywhere || !r->foreign)) {
        config_add(r->c, section, key, value);
        if (take_rule(r->c, section, key, value, r->e) == 0)
            return 1;
        err_source(r->e, r->path);
        return 0;
    }
    const char *near = s ? NULL : suggest(section, section_at);
    if (!section[0])
        err_set(r->e, ERR_USAGE, "%s stands before any [section]", key);
    else
        err_set(r->e, ERR_USAGE, s ? "a repository's file may not hold [%s]" : "there is no section [%s]", section);
    err_source(r->e, r->path);
    if (near)
        err_hint(r->e, "did you mean [%s]?", near);
    else
        err_hint(r->e, s ? "put it into your own settings" : "sections: rule NAME, sla, ignore, idle, ui, keys, theme");
    return 0;
}

/* A settings file is small; what is not a regular file, or is too large, is not read. */
static FILE *open_config(const char *path, bool must, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        if (must || (errno != ENOENT && errno != ENOTDIR)) {
            err_set(e, must ? ERR_USAGE : ERR_IO, "cannot read the settings: %s", strerror(errno));
            err_source(e, path);
            err_hint(e, "mend the file's permissions, or name another");
        }
        return NULL;
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > CONFIG_MAX) {
        err_set(e, ERR_USAGE, "no settings file: %s", S_ISREG(st.st_mode) ? "larger than 1 MiB" : "not a regular file");
        err_source(e, path);
        err_hint(e, "settings are INI text");
        close(fd);
        return NULL;
    }
    return fdopen(fd, "r");
}

static int read_file(struct config *c, const char *path, bool must, bool foreign, struct err *e)
{
    struct reading r = {c, path, foreign, e};
    FILE *f = open_config(path, must, e);
    if (!f)
        return e->kind == ERR_NONE ? 0 : -1;
    int line = ini_parse_file(f, take, &r);
    fclose(f);
    if (e->kind != ERR_NONE)
        return err_where(e, "line %d", line);
    if (line == 0) {
        say_more("settings from %s", path);
        return 0;
    }
    err_set(e, ERR_USAGE, "this is no setting");
    err_source(e, path);
    err_where(e, "line %d", line);
    return err_hint(e, "lines are [section], key = value, or ; a comment");
}

/* .ctxscope.ini beside the nearest .git above the working folder. */
static int read_repository(struct config *c, struct err *e)
{
    char dir[PATH_MAX], path[PATH_MAX + 16];
    struct stat st;
    if (!getcwd(dir, sizeof dir))
        return 0;
    while (dir[0]) {
        snprintf(path, sizeof path, "%s/.git", dir);
        if (stat(path, &st) == 0) {
            snprintf(path, sizeof path, "%s/.ctxscope.ini", dir);
            c->ignores = arena_copy(&c->texts, path, strlen(path));
            return read_file(c, path, false, true, e);
        }
        *strrchr(dir, '/') = 0;
    }
    return 0;
}

static int read_own(struct config *c, struct err *e)
{
    char path[PATH_MAX];
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (base && base[0] == '/')
        snprintf(path, sizeof path, "%s/ctxscope/config.ini", base);
    else if (home && home[0] == '/')
        snprintf(path, sizeof path, "%s/.config/ctxscope/config.ini", home);
    else
        return 0;
    c->ignores = arena_copy(&c->texts, path, strlen(path));
    return read_file(c, path, false, false, e);
}

static int set_one(struct config *c, const char *text, struct err *e)
{
    char section[64], key[128];
    const char *equals = strchr(text, '='), *dot = strchr(text, '.');
    size_t ns = dot ? (size_t)(dot - text) : 0, nk = dot && equals > dot ? (size_t)(equals - dot - 1) : 0;
    if (!ns || !nk || ns >= sizeof section - 5 || nk >= sizeof key) {
        err_set(e, ERR_USAGE, "--set %s: that is no setting", text);
        return err_hint(e, "write it as SECTION.KEY=VALUE, as ui.theme=light");
    }
    /* Other than a section's it is a rule's name. */
    snprintf(section, sizeof section, "%.*s", (int)ns, text);
    if (!section_of(section))
        snprintf(section, sizeof section, "rule %.*s", (int)ns, text);
    snprintf(key, sizeof key, "%.*s", (int)nk, dot + 1);
    config_add(c, section, key, equals + 1);
    return take_rule(c, section, key, equals + 1, e);
}

int config_read(struct config *c, const struct opts *o, struct err *e)
{
    memset(c, 0, sizeof *c);
    rule_settings_init(&c->rules);
    if (read_file(c, "/etc/ctxscope/config.ini", false, false, e) < 0 || read_own(c, e) < 0 || read_repository(c, e) < 0)
        return -1;
    for (size_t i = 0; i < o->list.n; i++)
        if (o->list.v[i].id == OPT_CONFIG) {
            c->ignores = o->list.v[i].text;
            if (read_file(c, c->ignores, true, false, e) < 0)
                return -1;
        }
    for (size_t i = 0; i < o->list.n; i++)
        if (o->list.v[i].id == OPT_SET && set_one(c, o->list.v[i].text, e) < 0)
            return -1;
    return 0;
}

void config_release(struct config *c)
{
    vec_free(&c->settings);
    arena_release(&c->texts);
    rule_settings_free(&c->rules);
}
