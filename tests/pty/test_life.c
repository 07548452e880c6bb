/* From start to end, and every way out: the terminal is as it was. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/ui.h"

static void q_leaves(void)
{
    struct vt *vt = ui_open(80, 24);
    for (int i = 0; i < 10 && vt_end(vt, 0) == -1; i++) {
        vt_keys(vt, "q");
        vt_sync(vt, UI_MS);
    }
    int status = vt_end(vt, UI_MS);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "q ends with %x", status);
    ui_restored(vt, "q");
    vt_free(vt);
}

static void suspend_and_continue(void)
{
    struct vt *vt = ui_open(80, 24);
    ui_press(vt, "2");
    char before[80 * 24 * 8];
    snprintf(before, sizeof before, "%s", vt_text(vt));
    for (int i = 0; i < 2; i++) {
        vt_keys(vt, "C-z");
        CHECK(vt_stopped(vt, UI_MS), "^Z does not stop it");
        ui_restored(vt, "^Z");
        if (i)
            vt_resize(vt, 100, 30);
        vt_continue(vt);
        CHECK(vt_sync(vt, UI_MS), "no frame after fg");
        CHECK(vt_altscreen(vt) && !vt_cursor_visible(vt));
        if (!i)
            CHECK(!strcmp(vt_text(vt), before), "after fg:\n%s", vt_text(vt));
    }
    UI_HAS(vt, "payd");
    vt_signal(vt, SIGSTOP); /* nobody can announce this one */
    CHECK(vt_stopped(vt, UI_MS));
    vt_continue(vt);
    CHECK(vt_sync(vt, UI_MS), "no frame after SIGSTOP and SIGCONT");
    ui_press(vt, "j");
    ui_quit(vt);
}

/* AddressSanitizer, in the program as in this test, answers a crash itself: it reports and exits. */
#ifdef __SANITIZE_ADDRESS__
enum { ASAN = 1 };
#else
enum { ASAN = 0 };
#endif

static void ended_by(int sig, bool crash)
{
    struct vt *vt = ui_open(80, 24);
    vt_signal(vt, sig);
    int status = vt_end(vt, UI_MS);
    CHECK(status != -1 && status != 0, "signal %d: %x", sig, status);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == sig) || (!crash && WIFEXITED(status) && WEXITSTATUS(status) == 128 + sig) ||
              (crash && ASAN && WIFEXITED(status)),
          "signal %d is not told to the parent: %x", sig, status);
    ui_restored(vt, strsignal(sig));
    vt_free(vt);
}

static void int_does_not_kill(void)
{
    struct vt *vt = ui_open(80, 24);
    ui_press(vt, "C-c");
    ui_press(vt, "j");
    ui_quit(vt);
}

/* One line, exit 2, and not one escape sequence. */
static void refuses(const char *term, const char *says)
{
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 80, .rows = 24, .term = term}, (const char *[]){UI_SAMPLE, NULL});
    int status = vt_end(vt, UI_MS);
    size_t n;
    const char *raw = vt_raw(vt, &n);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2, "TERM=%s: %x:\n%s", term, status, vt_text(vt));
    CHECK(!memchr(raw ? raw : "", 033, n), "TERM=%s gets escape sequences", term);
    UI_HAS(vt, says);
    ui_restored(vt, "a refusal");
    vt_free(vt);
}

static void dumb_terminal_gets_text(void)
{
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 100, .rows = 50, .term = "dumb"}, (const char *[]){UI_SAMPLE, NULL});
    int status = vt_end(vt, UI_MS);
    size_t n;
    const char *raw = vt_raw(vt, &n);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
    CHECK(!memchr(raw ? raw : "", 033, n));
    UI_HAS(vt, "most blocked: goroutine"); /* what came first is off the screen */
    UI_HAS(vt, "api.(*Server).worker");
    vt_free(vt);
}

static void no_locale_means_ascii(void)
{
    static const char *const env[] = {"LC_ALL=C", "LANG", NULL};
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 80, .rows = 24, .env = env}, (const char *[]){UI_SAMPLE, NULL});
    CHECK(vt_settle(vt, UI_MS));
    ui_press(vt, "2");
    ui_press(vt, "6");
    size_t n, bad = 0;
    const char *raw = vt_raw(vt, &n);
    for (size_t i = 0; i < n; i++)
        bad += (unsigned char)raw[i] >= 0x80;
    CHECK(!bad, "%zu bytes beyond ASCII were sent under LC_ALL=C:\n%s", bad, vt_text(vt));
    ui_quit(vt);
}

static void no_color_means_none(const char *term)
{
    static const char *const env[] = {"NO_COLOR=1", NULL};
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 80, .rows = 24, .env = env, .term = term}, (const char *[]){UI_SAMPLE, NULL});
    CHECK(vt_settle(vt, UI_MS));
    ui_press(vt, "2");
    int coloured = 0;
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 80; x++)
            coloured += vt_cell(vt, x, y).fg != -1 || vt_cell(vt, x, y).bg != -1;
    CHECK(!coloured, "%d cells have colours under NO_COLOR", coloured);
    ui_quit(vt);
}

/* Every kind of terminal shows the same text; colours only as deep as it has. */
static void terminals(void)
{
    static const struct {
        const char *term;
        int colours;
    } kinds[] = {{"xterm-256color", 256}, {"screen-256color", 256}, {"tmux-256color", 256}, {"xterm", 8}, {"linux", 8}, {"vt100", 0}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct vt *vt = ui_start(&(struct vt_opts){.cols = 80, .rows = 24, .term = kinds[i].term}, (const char *[]){UI_SAMPLE, NULL});
        CHECK(vt_settle(vt, UI_MS), "TERM=%s:\n%s", kinds[i].term, vt_text(vt));
        ui_press(vt, "2");
        CHECK(vt_has(vt, "payd") && vt_has(vt, "main.main"), "TERM=%s:\n%s", kinds[i].term, vt_text(vt));
        int deep = 0;
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 80; x++) {
                struct vt_cell c = vt_cell(vt, x, y);
                int most = c.fg > c.bg ? c.fg : c.bg;
                deep += most >= (kinds[i].colours == 8 ? 16 : kinds[i].colours);
            }
        CHECK(!deep, "TERM=%s: %d cells have colours that it has not", kinds[i].term, deep);
        ui_press(vt, "j");
        ui_quit(vt);
    }
}

static void trace_on_stdin(void)
{
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 80, .rows = 24, .stdin_path = UI_SAMPLE}, (const char *[]){"-", NULL});
    CHECK(vt_settle(vt, UI_MS), "%s", vt_text(vt));
    ui_press(vt, "2");
    UI_HAS(vt, "main.main");
    ui_quit(vt);
}

/* Not on the screen at all when stdout is a file: the overview as text, and nothing on the terminal. */
static void no_tty_means_text(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s/out", getenv("TMPDIR"));
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 80, .rows = 24, .stdout_path = path}, (const char *[]){UI_SAMPLE, NULL});
    int status = vt_end(vt, UI_MS);
    size_t n;
    vt_raw(vt, &n);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x: %s", status, vt_text(vt));
    FILE *f = fopen(path, "r");
    char text[4096] = "";
    CHECK(f && fread(text, 1, sizeof text - 1, f) > 100 && strstr(text, "payd"), "%s", text);
    if (f)
        fclose(f);
    vt_free(vt);
}

static void opens_at_a_place(void)
{
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 100, .rows = 30}, (const char *[]){"--goto", "t=500ms", UI_SAMPLE, NULL});
    CHECK(vt_settle(vt, UI_MS), "%s", vt_text(vt));
    CHECK(!strcmp(vt_mark(vt).view, "timeline"), "--goto opens %s", vt_mark(vt).view);
    UI_HAS(vt, "500");
    ui_quit(vt);
}

/* Options that all views share: what the text commands take opens the UI at the same. */
static void opens_with_a_window_and_a_filter(void)
{
    const char *const args[] = {"--window", "200ms..400ms", "--where", "name ~ \"audit\"", UI_SAMPLE, NULL};
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 100, .rows = 30}, args);
    CHECK(vt_settle(vt, UI_MS), "%s", vt_text(vt));
    CHECK(!strcmp(vt_mark(vt).view, "timeline"), "--window opens %s", vt_mark(vt).view);
    UI_HAS(vt, "─ 200 ms ─");
    UI_HAS(vt, "audit.func1");
    UI_HAS_NOT(vt, "keepalive");
    ui_quit(vt);
    vt =
        ui_start(&(struct vt_opts){.cols = 100, .rows = 30}, (const char *[]){"--view", "goroutines", "--window", "1h..", UI_SAMPLE, NULL});
    CHECK(vt_settle(vt, UI_MS) && !strcmp(vt_mark(vt).view, "goroutines"), "--view opens %s", vt_mark(vt).view);
    UI_HAS(vt, "before the window begins");
    ui_quit(vt);
}

int main(void)
{
    q_leaves();
    suspend_and_continue();
    ended_by(SIGTERM, false);
    ended_by(SIGHUP, false);
    ended_by(SIGSEGV, true);
    ended_by(SIGABRT, true);
    int_does_not_kill();
    refuses("nonesuch-terminal", "nonesuch-terminal");
    dumb_terminal_gets_text();
    no_locale_means_ascii();
    no_color_means_none("xterm-256color");
    no_color_means_none("xterm");
    terminals();
    trace_on_stdin();
    no_tty_means_text();
    opens_at_a_place();
    opens_with_a_window_and_a_filter();
    return check_done();
}
