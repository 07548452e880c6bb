/* What leaves the screen: the clipboard, an exported file, the editor; and the mouse, in and out of the frame. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/ui.h"

static char roots[512], editor[512], said[512];

static void write_text(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0, "%s", path);
    if (f)
        fclose(f);
    chmod(path, mode);
}

static const char *read_text(const char *path)
{
    static char text[4096];
    FILE *f = fopen(path, "r");
    text[f ? fread(text, 1, sizeof text - 1, f) : 0] = 0;
    if (f)
        fclose(f);
    return text;
}

/* Leaves without looking at the bytes: the clipboard is none of those that a plain screen program needs. */
static void leave(struct vt *vt)
{
    vt_keys(vt, ": q u i t ! Enter");
    vt_end(vt, UI_MS);
    ui_restored(vt, ":quit!");
    vt_free(vt);
}

/* What the last OSC 52 held. */
static void clipboard(struct vt *vt, char *out, size_t size)
{
    size_t n, at = 0;
    const char *raw = vt_raw(vt, &n), *p = NULL;
    for (size_t i = 0; i + 7 < n; i++)
        if (!memcmp(raw + i, "\033]52;c;", 7))
            p = raw + i + 7;
    unsigned bits = 0, have = 0;
    for (; p && *p != '\a' && *p != '=' && at + 1 < size; p++) {
        const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", *d = strchr(digits, *p);
        CHECK(d && *p, "byte %02x in base64", (unsigned char)*p);
        bits = bits << 6 | (unsigned)(d ? d - digits : 0);
        have += 6;
        if (have >= 8)
            out[at++] = (char)(bits >> (have -= 8) & 0xff);
    }
    out[at] = 0;
}

static void copies_what_is_selected(void)
{
    char text[4096];
    struct vt *vt = ui_open(140, 40);
    ui_press(vt, ": g o t o Space g = 1 , t = 5 0 0 m s Enter");
    ui_press(vt, "y");
    UI_HAS(vt, "copied");
    clipboard(vt, text, sizeof text);
    CHECK(strstr(text, "G1 ") && strstr(text, "main.main") && strstr(text, "t=0.5s,g=1"), "'%s'", text);
    ui_press(vt, "6");
    ui_press(vt, "G");
    ui_press(vt, "y");
    clipboard(vt, text, sizeof text);
    CHECK(text[0] && !strchr(text, '\033') && !strstr(text, "main.main"), "'%s'", text);
    leave(vt);
}

static void exports_what_is_marked(void)
{
    char keys[2048] = ": e x p o r t Space", path[512];
    snprintf(path, sizeof path, "%s/out.sqlite", getenv("TMPDIR"));
    for (const char *p = path; *p; p++)
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys), " %c", *p);
    struct vt *vt = ui_open(140, 40);
    ui_press(vt, keys);
    vt_keys(vt, "Enter");
    CHECK(vt_wait(vt, "written", UI_MS), "%s", vt_text(vt));
    CHECK(!strncmp(read_text(path), "SQLite format 3", 15), "%s is none", path);
    ui_press(vt, "j"); /* once more: it is there */
    ui_press(vt, keys);
    vt_keys(vt, "Enter");
    CHECK(vt_wait(vt, "there already", UI_MS), "%s", vt_text(vt));
    vt_sync(vt, UI_MS);
    ui_quit(vt);
}

/* The editor is a script that writes down what it was called with. */
static void make_editor(void)
{
    char path[800], text[1600];
    snprintf(roots, sizeof roots, "%s/src", getenv("TMPDIR"));
    snprintf(editor, sizeof editor, "%s/editor", getenv("TMPDIR"));
    snprintf(said, sizeof said, "%s/said", getenv("TMPDIR"));
    snprintf(text, sizeof text, "#!/bin/sh\nprintf '%%s|' \"$@\" > '%s'\n[ -t 0 ] && [ -t 1 ] && echo tty >> '%s'\n", said, said);
    write_text(editor, text, 0755);
    mkdir(roots, 0755);
    snprintf(path, sizeof path, "%s/payd", roots);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/payd/main.go", roots);
    write_text(path, "package main\n", 0644);
}

static struct vt *open_at_main(const char *setting, const char *editor_setting)
{
    const struct vt_opts o = {.cols = 140, .rows = 40, .env = (const char *const[]){editor_setting, "VISUAL", NULL}};
    struct vt *vt = ui_start(&o, (const char *[]){"--goto", "g=1,t=500ms", "--set", setting, UI_SAMPLE, NULL});
    CHECK(vt_settle(vt, UI_MS), "%s", vt_text(vt));
    return vt;
}

static void the_editor_opens_a_source_line(void)
{
    char setting[600], env[600];
    snprintf(setting, sizeof setting, "ui.source-roots=/nonesuch:%s", roots);
    snprintf(env, sizeof env, "EDITOR=%s -w $(touch evil)", editor);
    struct vt *vt = open_at_main(setting, env);
    ui_press(vt, "o");
    UI_HAS(vt, "main.go:52 in");
    ui_press(vt, "n");
    UI_HAS(vt, "not opened");
    CHECK(access(said, F_OK) != 0, "opened though the answer was no");
    ui_press(vt, "o");
    vt_keys(vt, "y");
    CHECK(vt_sync(vt, UI_MS), "%s", vt_text(vt));
    const char *text = read_text(said);
    CHECK(!strncmp(text, "-w|$(touch|evil)|+52|--|/", 25) && strstr(text, "/src/payd/main.go|tty"), "called with '%s'", text);
    UI_HAS(vt, "main.main");
    ui_quit(vt);
    unlink(said);
}

static void other_files_are_never_opened(void)
{
    char setting[600], env[600], path[800], secret[600];
    snprintf(env, sizeof env, "EDITOR=%s", editor);
    struct vt *vt = open_at_main("ui.source-roots=", env);
    ui_press(vt, "o");
    UI_HAS(vt, "source-roots");
    ui_quit(vt);
    snprintf(setting, sizeof setting, "ui.source-roots=%s", roots);
    snprintf(path, sizeof path, "%s/payd/main.go", roots);
    snprintf(secret, sizeof secret, "%s/secret", getenv("TMPDIR"));
    write_text(secret, "", 0644);
    unlink(path);
    CHECK(symlink(secret, path) == 0); /* leads out of the root */
    vt = open_at_main(setting, env);
    ui_press(vt, "o");
    UI_HAS(vt, "not below the source roots");
    ui_quit(vt);
    unlink(path);
    mkfifo(path, 0600);
    vt = open_at_main(setting, env);
    ui_press(vt, "o");
    UI_HAS(vt, "not below the source roots");
    ui_quit(vt);
    CHECK(access(said, F_OK) != 0, "called with %s", read_text(said));
}

/* Column of a text on row y, -1. */
static int column(struct vt *vt, int y, const char *text)
{
    const char *row = vt_row(vt, y), *at = strstr(row, text);
    int x = 0;
    for (const char *p = row; at && p < at; p++)
        x += (*p & 0xc0) != 0x80;
    return at ? x : -1;
}

static void click(struct vt *vt, int x, int y, int button)
{
    vt_click(vt, x, y, button);
    CHECK(vt_sync(vt, UI_MS), "no frame after a click at %d,%d", x, y);
}

/* The terminal is told after the frame, so a moment later. */
static bool mouse_becomes(struct vt *vt, bool on)
{
    for (int i = 0; i < UI_MS / 100 && vt_mouse_on(vt) != on; i++)
        vt_sync(vt, 100);
    return vt_mouse_on(vt) == on;
}

static void the_mouse_acts_on_the_frame(void)
{
    struct vt *vt = ui_open(140, 40);
    CHECK(vt_mouse_on(vt), "the mouse is asked for");
    click(vt, column(vt, 0, "6 Goroutines") + 1, 0, 1);
    CHECK(!strcmp(vt_mark(vt).view, "goroutines"), "a tab leads to %s", vt_mark(vt).view);
    click(vt, column(vt, 0, "2 Timeline") + 3, 0, 1);
    CHECK(!strcmp(vt_mark(vt).view, "timeline"), "a tab leads to %s", vt_mark(vt).view);
    CHECK(vt_wait(vt, "? help", UI_MS), "the hint is there:\n%s", vt_text(vt));
    click(vt, column(vt, 39, "? help") + 3, 39, 1);
    UI_HAS(vt, "help: ");
    click(vt, column(vt, 39, "close"), 39, 1);
    UI_HAS_NOT(vt, "help: ");
    int y = 0;
    while (y < 39 && column(vt, y, "main.main") < 0)
        y++;
    click(vt, 20, y, 1);
    UI_HAS(vt, "G1 main.main");
    static const char odd[] = "\033[<64;20;10M\033[<0;999;999M\033[<0;0;0M\033[<35;10;10m\033[<"; /* outside, and cut */
    vt_send(vt, odd, sizeof odd - 1);
    vt_send(vt, "0;1;1m", 6);
    vt_sync(vt, UI_MS);
    ui_press(vt, ": s e t Space n o m o u s e Enter");
    CHECK(mouse_becomes(vt, false), ":set nomouse gives it back");
    ui_press(vt, ": s e t Space m o u s e Enter");
    CHECK(mouse_becomes(vt, true), ":set mouse takes it:\n%s", vt_text(vt));
    ui_quit(vt);
}

int main(void)
{
    make_editor();
    copies_what_is_selected();
    exports_what_is_marked();
    the_editor_opens_a_source_line();
    other_files_are_never_opened();
    the_mouse_acts_on_the_frame();
    return check_done();
}
