#include "tui/keymap.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *const section_titles[SECTION_COUNT] = {
    [SECTION_VIEWS] = "views",
    [SECTION_MOVE] = "moving",
    [SECTION_TIME] = "time",
    [SECTION_FIND] = "what is shown",
    [SECTION_PLACES] = "places and the program",
};

const struct command_spec command_specs[CMD_COUNT] = {
#define CMD(id, name, keys, section, sentence) [CMD_##id] = {name, keys, SECTION_##section, sentence},
#include "tui/commands.def"
#undef CMD
};

static const char *const key_names[] = {
#define KEY(id, name) name,
#include "tui/keys.def"
#undef KEY
};

static const struct {
    char letter;
    keycode bit;
} modifiers[] = {{'C', KM_CTRL}, {'M', KM_META}, {'S', KM_SHIFT}};

static keycode modifier_of(char letter)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (modifiers[i].letter == letter)
            return modifiers[i].bit;
    return 0;
}

keycode key_parse(const char *name, size_t n)
{
    keycode mods = 0;
    for (keycode m; n > 2 && name[1] == '-' && (m = modifier_of(name[0])); name += 2, n -= 2)
        mods |= m;
    if (n == 5 && !memcmp(name, "Space", 5))
        return ' ' | mods;
    for (size_t i = 0; i < sizeof key_names / sizeof *key_names; i++)
        if (strlen(key_names[i]) == n && !memcmp(key_names[i], name, n))
            return (keycode)(KC_FIRST + i) | mods;
    size_t len;
    uint32_t cp = n ? text_decode(name, n, &len) : 0;
    if (!n || len != n || cp == 0xFFFD || text_is_unsafe(cp))
        return KC_NONE;
    return cp | mods;
}

void key_name(char out[32], keycode k)
{
    size_t at = 0;
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (k & modifiers[i].bit) {
            out[at++] = modifiers[i].letter;
            out[at++] = '-';
        }
    keycode base = k & ~(keycode)KM_ALL;
    char enc[5] = {0};
    if (base > ' ' && base < KC_FIRST)
        text_encode(enc, base);
    const char *name = base == ' ' ? "Space" : base >= KC_FIRST && base < KC_END_OF_LIST ? key_names[base - KC_FIRST] : enc;
    snprintf(out + at, 32 - at, "%s", name);
}

enum cmd cmd_find(const char *name, size_t n)
{
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++)
        if (strlen(command_specs[c].name) == n && !memcmp(command_specs[c].name, name, n))
            return c;
    return CMD_NONE;
}

/* The next word of *s, or NULL; words are parted by blanks. */
static const char *next_word(const char **s, size_t *n)
{
    const char *p = *s + strspn(*s, " \t");
    *n = strcspn(p, " \t");
    *s = p + *n;
    return *n ? p : NULL;
}

static void remove_if(struct keymap *m, keycode key, enum cmd cmd)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->bindings.n; i++)
        if (m->bindings.v[i].key != key && m->bindings.v[i].cmd != cmd)
            m->bindings.v[kept++] = m->bindings.v[i];
    m->bindings.n = kept;
}

static void add_keys(struct keymap *m, enum cmd cmd, const char *keys)
{
    size_t n;
    for (const char *w; (w = next_word(&keys, &n));) {
        keycode k = key_parse(w, n);
        remove_if(m, k, CMD_NONE);
        *vec_push(&m->bindings) = (struct binding){k, cmd};
    }
}

void keymap_init(struct keymap *m)
{
    *m = (struct keymap){0};
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++)
        add_keys(m, c, command_specs[c].keys);
}

void keymap_release(struct keymap *m)
{
    vec_free(&m->bindings);
}

enum cmd keymap_find(const struct keymap *m, keycode k)
{
    for (size_t i = 0; i < m->bindings.n; i++)
        if (m->bindings.v[i].key == k)
            return m->bindings.v[i].cmd;
    return CMD_NONE;
}

int keymap_bind(struct keymap *m, const char *command, const char *keys, struct err *e)
{
    enum cmd cmd = cmd_find(command, strlen(command));
    if (!cmd) {
        err_set(e, ERR_USAGE, "no command is named \"%s\"", command);
        err_where(e, "[keys]");
        return err_hint(e, "the help (?) lists the commands");
    }
    size_t n;
    const char *rest = keys;
    for (const char *w; (w = next_word(&rest, &n));)
        if (!key_parse(w, n)) {
            err_set(e, ERR_USAGE, "\"%.*s\" is no key", (int)(n < 60 ? n : 60), w);
            err_where(e, "[keys] %s", command);
            return err_hint(e, "keys are a character, or names like C-x, S-Tab, PgUp, F5");
        }
    remove_if(m, KC_NONE, cmd);
    add_keys(m, cmd, keys);
    return 0;
}

void keymap_keys(const struct keymap *m, enum cmd cmd, struct buf *out)
{
    const char *gap = "";
    for (size_t i = 0; i < m->bindings.n; i++)
        if (m->bindings.v[i].cmd == cmd) {
            char name[32];
            key_name(name, m->bindings.v[i].key);
            buf_puts(out, gap);
            buf_puts(out, name);
            gap = " ";
        }
}

keycode keymap_first(const struct keymap *m, enum cmd cmd)
{
    for (size_t i = 0; i < m->bindings.n; i++)
        if (m->bindings.v[i].cmd == cmd)
            return m->bindings.v[i].key;
    return KC_NONE;
}
