/* The screen while an import runs: a frame at once, keys are answered, ^C stops it and what is there stays, and any end is clean. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/ui.h"

static char fifo[512];

/* A trace that comes through a pipe and stops half-way, so that the import runs as long as the test wants. */
static struct vt *start_half(FILE **feed)
{
    unlink(fifo);
    CHECK(mkfifo(fifo, 0600) == 0);
    struct vt *vt = ui_start(&(struct vt_opts){.cols = 100, .rows = 30}, (const char *[]){"--no-cache", fifo, NULL});
    *feed = fopen(fifo, "wb");
    FILE *from = fopen("tests/data/demo/payd-ctx.trace.zst", "rb");
    static char bytes[600000];
    size_t n = from ? fread(bytes, 1, sizeof bytes, from) : 0;
    CHECK(*feed && n == sizeof bytes, "the sample has %zu bytes", n);
    if (*feed)
        fwrite(bytes, 1, n, *feed);
    if (*feed)
        fflush(*feed);
    if (from)
        fclose(from);
    return vt;
}

static void keys_are_answered(void)
{
    FILE *feed;
    struct vt *vt = start_half(&feed);
    CHECK(vt_sync(vt, UI_MS), "no frame while the import runs:\n%s", vt_text(vt));
    CHECK(vt_mark(vt).import < 100, "import=%d with half of the file there", vt_mark(vt).import);
    static const char *const keys[] = {"2", "j", "+", "l", "w", "-", "6", "j", "1", "?", "Esc", "2", "Z"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        ui_press(vt, keys[i]);
    vt_resize(vt, 80, 24);
    CHECK(vt_sync(vt, UI_MS));
    ui_press(vt, "C-c");
    CHECK(vt_sync(vt, UI_MS));
    for (int i = 0; i < 50 && vt_mark(vt).import < 100; i++)
        vt_pump(vt, 100);
    ui_press(vt, "2");
    CHECK(vt_mark(vt).import >= 100, "^C does not end the import: %d\n%s", vt_mark(vt).import, vt_text(vt));
    ui_quit(vt);
    if (feed)
        fclose(feed);
}

static void quits_at_once(void)
{
    FILE *feed;
    struct vt *vt = start_half(&feed);
    CHECK(vt_sync(vt, UI_MS));
    ui_quit(vt);
    if (feed)
        fclose(feed);
}

static void ends_by_signal(void)
{
    FILE *feed;
    struct vt *vt = start_half(&feed);
    CHECK(vt_sync(vt, UI_MS));
    vt_signal(vt, SIGTERM);
    CHECK(vt_end(vt, UI_MS) != -1, "SIGTERM during an import is not heard");
    ui_restored(vt, "SIGTERM during an import");
    vt_free(vt);
    if (feed)
        fclose(feed);
}

/* What cannot be opened is said on the plain screen, which was never left. */
static void refusals(void)
{
    static const struct {
        const char *path, *says;
    } bad[] = {{"/nonesuch", "no such file"},
               {"tests/data", "folder"},
               {"tests/data/real/go-build.trace.zst", "JSON"},
               {"/dev/null", "regular file"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vt *vt = ui_start(&(struct vt_opts){.cols = 200, .rows = 24}, (const char *[]){bad[i].path, NULL});
        int status = vt_end(vt, UI_MS);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%s: %x\n%s", bad[i].path, status, vt_text(vt));
        CHECK(vt_has(vt, bad[i].says) || vt_has(vt, "directory"), "%s: not '%s':\n%s", bad[i].path, bad[i].says, vt_text(vt));
        ui_restored(vt, bad[i].path);
        vt_free(vt);
    }
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    snprintf(fifo, sizeof fifo, "%s/fifo", getenv("TMPDIR"));
    keys_are_answered();
    quits_at_once();
    ends_by_signal();
    refusals();
    return check_done();
}
