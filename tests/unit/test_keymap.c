/* Keys have names that read back, no key has two meanings, and [keys] moves them. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tui/keymap.h"

static keycode key(const char *s)
{
    return key_parse(s, strlen(s));
}

static void test_no_key_stands_twice_in_the_table(void)
{
    keycode seen[1024];
    size_t n = 0;
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        char keys[128];
        snprintf(keys, sizeof keys, "%s", command_specs[c].keys);
        for (char *w = strtok(keys, " "); w; w = strtok(NULL, " ")) {
            keycode k = key(w);
            CHECK(k, "%s: \"%s\" is no key", command_specs[c].name, w);
            for (size_t i = 0; i < n; i++)
                CHECK(seen[i] != k, "%s: key %s stands twice", command_specs[c].name, w);
            seen[n++] = k;
        }
        for (enum cmd d = CMD_NONE + 1; d < c; d++)
            CHECK(strcmp(command_specs[c].name, command_specs[d].name), "two commands are named %s", command_specs[c].name);
    }
    CHECK(n > 60, "only %zu keys", n);
}

static void test_names_read_back(void)
{
    static const char *const names[] = {"j",    "J",   "C-r",       "S-Tab", "M-x", "C-S-Up", "Space", "Esc",
                                        "PgDn", "F12", "C-WheelUp", "-",     "C--", "é",      "漢",    "'"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char back[32];
        keycode k = key(names[i]);
        key_name(back, k);
        CHECK(k && !strcmp(back, names[i]), "%s reads back as %s", names[i], back);
    }
    static const char *const bad[] = {"", "ab", "C-", "Hyper-x", "F13", "\033", "C-\x01", "\xff", "up"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!key(bad[i]), "\"%s\" was taken as a key", bad[i]);
}

static void keys_are(struct keymap *m, enum cmd cmd, const char *want)
{
    struct buf b = {0};
    keymap_keys(m, cmd, &b);
    CHECK(!strcmp(buf_str(&b), want), "%s has keys \"%s\", wanted \"%s\"", command_specs[cmd].name, buf_str(&b), want);
    buf_release(&b);
}

static void test_the_configuration_moves_keys(void)
{
    struct keymap m;
    struct err e = ERR_INIT;
    keymap_init(&m);
    CHECK(keymap_find(&m, key("j")) == CMD_DOWN && keymap_find(&m, key("C-r")) == CMD_REDO, "defaults");
    CHECK(keymap_find(&m, key("F12")) == CMD_NONE, "a free key does nothing");
    CHECK(!keymap_bind(&m, "zoom-in", "j C-e", &e), "%s", e.what);
    keys_are(&m, CMD_ZOOM_IN, "j C-e");
    keys_are(&m, CMD_DOWN, "Down WheelDown");
    CHECK(keymap_find(&m, key("+")) == CMD_NONE, "old key is free");
    CHECK(keymap_first(&m, CMD_ZOOM_IN) == key("j"), "first key");
    CHECK(keymap_bind(&m, "zoom-in", "x Strg-y", &e) < 0 && strstr(e.what, "Strg-y"), "unknown key: %s", e.what);
    keys_are(&m, CMD_ZOOM_IN, "j C-e");
    err_clear(&e);
    CHECK(keymap_bind(&m, "fly", "x", &e) < 0 && strstr(e.what, "fly"), "unknown command: %s", e.what);
    err_clear(&e);
    CHECK(!keymap_bind(&m, "zoom-in", "", &e), "%s", e.what);
    keys_are(&m, CMD_ZOOM_IN, "");
    keymap_release(&m);
}

int main(void)
{
    test_no_key_stands_twice_in_the_table();
    test_names_read_back();
    test_the_configuration_moves_keys();
    return check_done();
}
