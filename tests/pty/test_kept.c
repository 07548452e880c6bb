/* What the user made of a trace is there again: bookmarks, notes, ranges, and where they were; also of a copy of the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/ui.h"

static const struct vt_opts wide = {.cols = 140, .rows = 40};

/* Opened again, with its import done. */
static struct vt *again(const struct vt_opts *o, const char *path, const char *option, const char *value)
{
    struct vt *vt = ui_again(o, (const char *[]){path, option, value, NULL});
    CHECK(vt_settle(vt, UI_MS), "%s", vt_text(vt));
    return vt;
}

static void set_things(void)
{
    struct vt *vt = ui_start(&wide, (const char *[]){UI_SAMPLE, NULL});
    CHECK(vt_settle(vt, UI_MS), "%s", vt_text(vt));
    ui_press(vt, ": g o t o Space g = 1 , t = 5 0 0 m s Enter");
    ui_press(vt, "2");
    ui_press(vt, "+ + + +");
    ui_press(vt, "m a");
    UI_HAS(vt, "bookmark a is set");
    UI_HAS_NOT(vt, "will not be kept");
    ui_press(vt, "a h e r e Space i t Space i s Enter");
    UI_HAS(vt, "the note on g=1 is set");
    ui_press(vt, "6");
    ui_press(vt, "j j");
    ui_quit(vt);
}

static void they_are_there_again(const char *path)
{
    struct vt *vt = again(&wide, path, NULL, NULL);
    CHECK(!strcmp(vt_mark(vt).view, "goroutines"), "it opens where it was left, not at %s", vt_mark(vt).view);
    ui_press(vt, "u");
    CHECK(!strcmp(vt_mark(vt).view, "overview"), "u leads to where a first time begins: %s", vt_mark(vt).view);
    ui_press(vt, "' a");
    CHECK(!strcmp(vt_mark(vt).view, "timeline"), "the bookmark leads to %s\n%s", vt_mark(vt).view, vt_text(vt));
    UI_HAS(vt, "main.main");
    UI_HAS(vt, "500");
    UI_HAS(vt, "here it is");
    ui_press(vt, ": n o t e s Enter");
    UI_HAS(vt, "g=1");
    UI_HAS(vt, "Timeline t=0.5s,g=1 main.main");
    ui_press(vt, "Esc");
    ui_quit(vt);
    vt = again(&wide, path, "--view", "overview");
    CHECK(!strcmp(vt_mark(vt).view, "overview"), "--view goes before what is kept: %s", vt_mark(vt).view);
    ui_quit(vt);
}

static void a_copy_is_the_same_trace(void)
{
    char copy[512], command[1200];
    snprintf(copy, sizeof copy, "%s/copied", getenv("TMPDIR"));
    snprintf(command, sizeof command, "cp %s %s", UI_SAMPLE, copy);
    CHECK(system(command) == 0);
    struct vt *vt = again(&wide, copy, NULL, NULL);
    ui_press(vt, "' a");
    CHECK(!strcmp(vt_mark(vt).view, "timeline"), "the bookmark leads to %s\n%s", vt_mark(vt).view, vt_text(vt));
    ui_quit(vt);
}

static void without_a_home_nothing_is_kept(void)
{
    const struct vt_opts o = {.cols = 140, .rows = 40, .env = (const char *const[]){"XDG_STATE_HOME", "HOME", NULL}};
    struct vt *vt = again(&o, UI_SAMPLE, NULL, NULL);
    ui_press(vt, "' a");
    UI_HAS(vt, "no bookmark a");
    ui_press(vt, "m a");
    UI_HAS(vt, "will not be kept: there is neither");
    ui_press(vt, "j ' a");
    UI_HAS_NOT(vt, "no bookmark");
    ui_quit(vt);
}

int main(void)
{
    set_things();
    they_are_there_again(UI_SAMPLE);
    a_copy_is_the_same_trace();
    without_a_home_nothing_is_kept();
    return check_done();
}
