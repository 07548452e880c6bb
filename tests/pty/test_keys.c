/* The program on a terminal: keys in, cells out; what a frame costs on the wire; any size at any moment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/ui.h"

static char *keep(const char *s)
{
    char *copy = malloc(strlen(s) + 1);
    return copy ? strcpy(copy, s) : copy;
}

static void views_and_drill(void)
{
    struct vt *vt = ui_open(100, 30);
    CHECK(vt_altscreen(vt) && !vt_cursor_visible(vt));
    UI_HAS(vt, "payd-ctx");
    ui_press(vt, "2");
    CHECK(!strcmp(vt_mark(vt).view, "timeline") && vt_mark(vt).rows > 0, "%s with %d rows", vt_mark(vt).view, vt_mark(vt).rows);
    UI_HAS(vt, "main.main");
    ui_press(vt, "6");
    CHECK(!strcmp(vt_mark(vt).view, "goroutines") && vt_mark(vt).rows > 0, "%s with %d rows", vt_mark(vt).view, vt_mark(vt).rows);
    ui_press(vt, "Enter");
    ui_press(vt, "?");
    UI_HAS(vt, "zoom");
    ui_press(vt, "Esc");
    ui_press(vt, "1");
    CHECK(!strcmp(vt_mark(vt).view, "overview"), "%s", vt_mark(vt).view);
    ui_quit(vt);
}

/* What is wrong leads to its proof, and the numbers of cancels to how they spread. */
static void the_overview_leads_on(void)
{
    struct vt *vt = ui_open(140, 40);
    ui_press(vt, "1");
    CHECK(vt_wait(vt, "goroutine-leak", UI_MS), "no finding:\n%s", vt_text(vt));
    UI_HAS(vt, "expired 444"); /* as context events tell */
    UI_HAS(vt, "not judged");
    ui_press(vt, "j Enter");
    CHECK(!strcmp(vt_mark(vt).view, "findings"), "a finding leads to %s", vt_mark(vt).view);
    UI_HAS(vt, "audit.func1");
    ui_press(vt, "Esc");
    CHECK(!strcmp(vt_mark(vt).view, "overview"), "Esc leads back, not to %s", vt_mark(vt).view);
    ui_press(vt, "Tab Tab Enter");
    CHECK(!strcmp(vt_mark(vt).view, "heatmap"), "cancels lead to %s\n%s", vt_mark(vt).view, vt_text(vt));
    ui_quit(vt);
}

/* r: of all goroutines only those that served the request of the selected one, in all views, until Esc. */
static void the_lens_shows_one_request(void)
{
    struct vt *vt = ui_open(140, 40);
    ui_press(vt, ": g o t o Space g = 2 1 3 8 , t = 1 . 4 s Enter");
    ui_press(vt, "r");
    CHECK(vt_wait(vt, "4 goroutines served task 729", UI_MS), "%s", vt_text(vt));
    UI_HAS(vt, "lens: task 729 POST /pay");
    UI_HAS(vt, "lens: 4 of 6192");
    UI_HAS(vt, "critical path of 200 ms");
    UI_HAS(vt, "G2137 run.func2");
    UI_HAS_NOT(vt, "keepalive");
    ui_press(vt, "6");
    UI_HAS(vt, "lens: 4 of 6192 goroutines");
    ui_press(vt, "1");
    UI_HAS(vt, "lens, not in this view: task 729");
    ui_press(vt, "6");
    UI_HAS(vt, "lens: task 729 POST /pay");
    ui_press(vt, "4");
    UI_HAS(vt, "lens: task 729 POST /pay");
    UI_HAS_NOT(vt, "audit");
    ui_press(vt, "Esc");
    UI_HAS_NOT(vt, "lens: task");
    UI_HAS(vt, "audit");
    ui_press(vt, "u");
    UI_HAS(vt, "lens: task");
    ui_press(vt, ": l e n s Space o f f Enter");
    UI_HAS_NOT(vt, "lens: task");
    ui_press(vt, ": l e n s Space l a y e r = a p i Enter");
    CHECK(vt_wait(vt, "served layer=api", UI_MS), "%s", vt_text(vt));
    ui_press(vt, "Esc");
    UI_HAS_NOT(vt, "lens: layer");
    ui_press(vt, ": l e n s Space t a s k = 9 9 9 9 9 Enter");
    CHECK(vt_wait(vt, "there is no task 99999", UI_MS), "%s", vt_text(vt));
    vt_sync(vt, UI_MS);
    ui_quit(vt);
}

/* i with a reason: ignored at once, and again the next time, by a line in the settings; f: findings of the selection. */
static void findings_are_ignored_with_a_reason(void)
{
    char path[512], text[512] = "";
    snprintf(path, sizeof path, "%s/own.ini", getenv("TMPDIR"));
    FILE *f = fopen(path, "w");
    CHECK(f, "%s", path);
    if (f)
        fclose(f);
    const char *const args[] = {"--config", path, "--view", "findings", UI_SAMPLE, NULL};
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 140, .rows = 40}, args);
    CHECK(vt_settle(vt, UI_MS) && vt_wait(vt, "goroutine-leak", UI_MS), "%s", vt_text(vt));
    UI_HAS(vt, "✗1 ");
    ui_press(vt, "i");
    ui_press(vt, "k n o w n Enter");
    UI_HAS(vt, "ignored from now on");
    UI_HAS(vt, "✗0 ");
    ui_press(vt, "i");
    UI_HAS(vt, "ignored already: known");
    ui_press(vt, "j i Enter");
    UI_HAS(vt, "an ignore has a reason");
    ui_quit(vt);
    f = fopen(path, "r");
    CHECK(f && fread(text, 1, sizeof text - 1, f) && !strcmp(text, "[ignore]\ngoroutine-leak payd/orders.(*Service).part = known\n"),
          "the file has '%s'", text);
    if (f)
        fclose(f);
    vt = ui_start(&(struct vt_opts){.cols = 140, .rows = 40}, args);
    CHECK(vt_settle(vt, UI_MS) && vt_wait(vt, "✗0 ", UI_MS), "it is ignored the next time:\n%s", vt_text(vt));
    ui_press(vt, "6");
    ui_press(vt, "j");
    ui_press(vt, "f");
    CHECK(vt_wait(vt, "of the selection", UI_MS), "%s", vt_text(vt));
    ui_quit(vt);
}

static void undo_brings_the_window_back(void)
{
    struct vt *vt = ui_open(100, 30);
    ui_press(vt, "2");
    ui_press(vt, "Z");
    char *whole = keep(vt_text(vt));
    ui_press(vt, "+");
    ui_press(vt, "+");
    char *near = keep(vt_text(vt));
    CHECK(strcmp(whole, near) != 0, "zoom changes the picture:\n%s", near);
    ui_press(vt, "u");
    ui_press(vt, "u");
    CHECK(!strcmp(vt_text(vt), whole), "undo twice:\n%s\nbefore:\n%s", vt_text(vt), whole);
    ui_press(vt, "C-r");
    ui_press(vt, "C-r");
    CHECK(!strcmp(vt_text(vt), near), "redo twice:\n%s\nbefore:\n%s", vt_text(vt), near);
    free(whole);
    free(near);
    ui_quit(vt);
}

/* Bytes without the idle marks. A cursor move must be cheap over a slow line, a whole picture bearable. */
static void frames_are_small(void)
{
    struct vt *vt = ui_open(200, 50);
    ui_press(vt, "2");
    size_t most = 0;
    for (int i = 0; i < 20; i++) {
        ui_press(vt, i % 4 == 3 ? "h" : "l");
        most = vt_bytes(vt) > most ? vt_bytes(vt) : most;
    }
    CHECK(most <= 2048, "a cursor move along the lane takes %zu bytes", most);
    for (most = 0; strcmp(vt_mark(vt).view, "timeline") == 0 && most < 1; most++)
        ui_press(vt, "C-l");
    CHECK(vt_bytes(vt) <= 65536, "a whole picture takes %zu bytes", vt_bytes(vt));
    for (int i = 0; i < 8; i++) {
        ui_press(vt, "+");
        CHECK(vt_bytes(vt) <= 65536, "a zoom takes %zu bytes", vt_bytes(vt));
    }
    ui_quit(vt);
}

static void any_size(void)
{
    static const int sizes[][2] = {{60, 15}, {200, 50}, {59, 15}, {60, 14}, {20, 5}, {1, 1}, {300, 100}, {100, 30}};
    struct vt *vt = ui_open(100, 30);
    ui_press(vt, "2");
    ui_press(vt, "Z");
    char *before = keep(vt_text(vt));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int w = sizes[i][0], h = sizes[i][1];
        vt_resize(vt, w, h);
        CHECK(vt_sync(vt, UI_MS), "no frame at %dx%d", w, h);
        if (w >= 60 && h >= 15)
            UI_HAS(vt, "payd");
        else if (w >= 20 && h >= 2)
            CHECK(vt_has(vt, "60") && !vt_has(vt, "main.main"), "%dx%d says what it needs:\n%s", w, h, vt_text(vt));
    }
    CHECK(!strcmp(vt_text(vt), before), "back at the first size:\n%s\nbefore:\n%s", vt_text(vt), before);
    for (int i = 0; i < 50; i++) /* a window dragged by its corner */
        vt_resize(vt, 60 + i * 3, 15 + i);
    CHECK(vt_sync(vt, UI_MS));
    free(before);
    ui_quit(vt);
}

static void mouse(void)
{
    struct vt *vt = ui_open(100, 30);
    ui_press(vt, "2");
    CHECK(vt_mouse_on(vt), "the mouse is asked for");
    ui_press(vt, "Z");
    char *before = keep(vt_text(vt));
    vt_click(vt, 60, 8, 1);
    CHECK(vt_sync(vt, UI_MS) && strcmp(vt_text(vt), before) != 0, "a click selects:\n%s", vt_text(vt));
    ui_press(vt, ": s e t Space m o u s e = o f f Enter");
    /* A slow program may draw a frame amid the keys: the one that Enter asked for may be a later one. */
    while (vt_mouse_on(vt) && vt_sync(vt, UI_MS))
        ;
    CHECK(!vt_mouse_on(vt), ":set mouse=off");
    free(before);
    ui_quit(vt);
}

/* Keys as fast as a held one comes, pastes, and bytes that are no key at all. */
static void floods(void)
{
    struct vt *vt = ui_open(80, 24);
    ui_press(vt, "2");
    char keys[4000];
    for (size_t i = 0; i < sizeof keys; i++)
        keys[i] = "lhjk+-wb"[i % 8];
    vt_send(vt, keys, sizeof keys);
    CHECK(vt_sync(vt, UI_MS), "no frame after a flood");
    static const char paste[] = "\033[200~:quit!\r\033[201~", junk[] = "\033[999;999;999z\033[<0;1\033]52;c;AAAA\a\xff\xfe\0\x80";
    vt_send(vt, paste, sizeof paste - 1);
    CHECK(vt_sync(vt, UI_MS), "a paste is no command: the program lives");
    vt_send(vt, junk, sizeof junk - 1);
    vt_sync(vt, 500);
    vt_send(vt, "\033\033\033", 3);
    CHECK(vt_sync(vt, UI_MS));
    ui_press(vt, "2");
    ui_quit(vt);
}

int main(void)
{
    views_and_drill();
    the_overview_leads_on();
    the_lens_shows_one_request();
    findings_are_ignored_with_a_reason();
    undo_brings_the_window_back();
    frames_are_small();
    any_size();
    mouse();
    floods();
    return check_done();
}
