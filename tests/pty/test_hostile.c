/* Names, files, labels, tasks and logs full of escape sequences, bidi controls and broken UTF-8: nothing of it reaches the
 * terminal, in any view, on any back end; nor standard output that is a terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/lib/mktrace.h"
#include "tests/lib/ui.h"

/* Each has the word "evil", so that the test can tell that the text was shown at all. */
static const char *const evils[] = {
    "evil\033]0;title\a",
    "evil\033[2J\033[1;1H",
    "evil\033]52;c;aGk=\a",
    "evil\033P1$r\033\\",
    "evil\302\233"
    "31m",
    "evil\342\200\256gnp.exe",
    "evil\342\201\246x",
    "evil\xff\xfe\xc0\xaf",
    "evil\r\n\b\t\001\177",
    "evil\033c",
    "evil\033[6n",
    "evil\xf3\xa0\x81\x81",
};
enum { EVILS = sizeof evils / sizeof *evils };

static void write_trace(const char *path)
{
    struct mktrace *mk = mk_new(23);
    mk_generation(mk, 1);
    struct mk_batch *b = mk_batch(mk, 1, 0);
    uint64_t t = 1;
    MK(b, t++, ProcStatus, 0, WIRE_P_RUNNING);
    MK(b, t++, GoStatus, 1, 1, WIRE_G_RUNNING);
    for (uint64_t i = 0; i < EVILS; i++, t += 1000) {
        const char *evil = evils[i];
        uint64_t name = mk_string(mk, evil), start = mk_stack(mk, evil, evil, i + 1), here = mk_stack(mk, evil, evil, i + 100);
        MK(b, t + 1, GoCreate, 100 + i, start, here);
        MK(b, t + 2, UserTaskBegin, 10 + i, 0, name, here);
        MK(b, t + 3, UserRegionBegin, 10 + i, name, here);
        MK(b, t + 4, UserLog, 10 + i, name, name, here);
        MK(b, t + 5, GoLabel, name);
        MK(b, t + 400, UserRegionEnd, 10 + i, name, here);
        MK(b, t + 401, UserTaskEnd, 10 + i, here);
    }
    MK(b, t, GoBlock, mk_string(mk, evils[0]), mk_stack(mk, evils[1], evils[2], 5));
    mk_end(mk);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(mk->out.p, 1, mk->out.n, f) == mk->out.n && fclose(f) == 0, "cannot write %s", path);
    mk_free(mk);
}

static void clean(struct vt *vt, const char *what)
{
    size_t n;
    const char *raw = vt_raw(vt, &n), *why = vt_unclean(raw, n);
    CHECK(!why, "%s: %s", what, why);
}

static void all_views(const char *path, const char *term, const char *backend)
{
    static const char *const keys[] = {"1",
                                       "2",
                                       "*",
                                       "j",
                                       "j",
                                       "W",
                                       "W",
                                       "j",
                                       "Enter",
                                       "j",
                                       "j",
                                       "?",
                                       "Esc",
                                       "Esc",
                                       "6",
                                       "j",
                                       "Enter",
                                       "Esc",
                                       "/ e v i l Enter",
                                       "n",
                                       "& e v i l Enter",
                                       ": n o n s e n s e Enter",
                                       "C-l"};
    char set[64];
    snprintf(set, sizeof set, "ui.backend=%s", backend);
    struct vt *vt =
        ui_start(&(struct vt_opts){.cols = 120, .rows = 35, .term = term}, (const char *[]){"--no-cache", "--set", set, path, NULL});
    CHECK(vt_settle(vt, UI_MS), "TERM=%s, %s: no frame:\n%s", term, backend, vt_text(vt));
    bool shown = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        ui_press(vt, keys[i]);
        shown |= i < 18 && vt_has(vt, "evil");
    }
    CHECK(shown, "TERM=%s, %s: the names were shown nowhere", term, backend);
    clean(vt, backend);
    ui_quit(vt);
}

/* A terminal as standard output of the commands that print text. */
static void printed(const char *path, const char *const args[])
{
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 200, .rows = 100}, args);
    int status = vt_end(vt, UI_MS);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s ends with %x:\n%s", args[0], status, vt_text(vt));
    CHECK(vt_has(vt, "evil"), "%s does not show the names of %s:\n%s", args[0], path, vt_text(vt));
    clean(vt, args[0]);
    vt_free(vt);
}

/* The file's own name is text from elsewhere too. */
static void hostile_file_name(const char *path)
{
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 100, .rows = 30}, (const char *[]){"--no-cache", path, NULL});
    CHECK(vt_settle(vt, UI_MS), "%s", vt_text(vt));
    ui_press(vt, "1");
    ui_quit(vt);
    vt = ui_start(&(struct vt_opts){.cols = 100, .rows = 30}, (const char *[]){"overview", "/nonesuch/evil\033]0;title\a", NULL});
    CHECK(vt_end(vt, UI_MS) != -1);
    UI_HAS(vt, "evil");
    clean(vt, "the error about a file");
    vt_free(vt);
}

int main(void)
{
    char path[512], odd[600];
    snprintf(path, sizeof path, "%s/hostile.trace", getenv("TMPDIR"));
    snprintf(odd, sizeof odd, "%s/evil\033]0;title\a\342\200\256.trace", getenv("TMPDIR"));
    write_trace(path);
    write_trace(odd);
    all_views(path, "xterm-256color", "direct");
    all_views(path, "xterm-256color", "ncurses");
    all_views(path, "linux", "auto");
    printed(path, (const char *[]){"overview", "--no-cache", path, NULL});
    printed(path, (const char *[]){"goroutines", "--no-cache", path, NULL});
    printed(path, (const char *[]){"goroutine", "100", "--no-cache", path, NULL});
    printed(path, (const char *[]){"lanes", "--no-cache", path, NULL});
    printed(path, (const char *[]){"events", "--no-cache", path, NULL});
    printed(path, (const char *[]){"query", "--no-cache", path, "select distinct name from goroutine", NULL});
    static const char *const formats[] = {"json", "csv"}, *const commands[] = {"goroutines", "lanes", "events"};
    for (size_t i = 0; i < 6; i++)
        printed(path, (const char *[]){commands[i / 2], "--no-cache", "--format", formats[i % 2], path, NULL});
    hostile_file_name(odd);
    return check_done();
}
