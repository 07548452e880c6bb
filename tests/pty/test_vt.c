/* The test's own terminal: what other tests here stand on. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/lib/check.h"
#include "tests/lib/vt.h"

static struct vt *sh(const char *script)
{
    return vt_start(&(struct vt_opts){.cols = 40, .rows = 5}, (const char *[]){"/bin/sh", "-c", script, NULL});
}

static void shows_and_counts(void)
{
    struct vt *vt = sh("printf 'a\\033[31;1mb\\033[0m\\033]777;idle;view=x;rows=7;import=42\\a'; read k; printf \"got $k\"; exit 3");
    CHECK(vt_sync(vt, 5000));
    CHECK(!strcmp(vt_row(vt, 0), "ab"), "'%s'", vt_row(vt, 0));
    CHECK(vt_cell(vt, 1, 0).bold && vt_cell(vt, 1, 0).fg == 1, "fg %d", vt_cell(vt, 1, 0).fg);
    CHECK(vt_cell(vt, 0, 0).fg == -1);
    CHECK(vt_mark(vt).rows == 7 && vt_mark(vt).import == 42 && !strcmp(vt_mark(vt).view, "x"));
    CHECK(vt_bytes(vt) == 13, "%zu", vt_bytes(vt));
    vt_keys(vt, "h i Enter");
    CHECK(!vt_sync(vt, 5000), "no mark came, but one was seen");
    int status = vt_end(vt, 5000);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3, "%x", status);
    CHECK(vt_has(vt, "got hi"), "%s", vt_text(vt));
    vt_free(vt);
}

static void stops_and_goes_on(void)
{
    struct vt *vt = sh("stty -echo; echo ready; kill -TSTP $$; echo again; read k; stty size");
    CHECK(vt_stopped(vt, 5000), "a job on its own tty can stop");
    CHECK(!vt_tty_restored(vt), "stty -echo was seen");
    vt_resize(vt, 50, 9);
    vt_continue(vt);
    CHECK(vt_wait(vt, "again", 5000));
    vt_keys(vt, "Enter");
    CHECK(vt_wait(vt, "9 50", 5000), "%s", vt_text(vt));
    CHECK(vt_end(vt, 5000) == 0);
    vt_free(vt);
    vt = sh("sleep 30");
    vt_signal(vt, SIGTERM);
    int status = vt_end(vt, 5000);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "%x", status);
    vt_free(vt);
}

static void knows_unclean_bytes(void)
{
    static const char *const clean[] = {"text ─█\r\n",
                                        "\033[?1049h\033[22;0;0t\033[1;24r\033(B\033[m\033[4l\033[?7h\033[?1h\033=",
                                        "\033[38;2;1;2;3m",
                                        "\033]777;idle;view=timeline\a",
                                        "\033[?1002h\033[?1006h\033[?2004h",
                                        "\033[3"};
    static const char *const unclean[] = {
        "\033]0;title\a", "\033]52;c;aGk=\a", "\033P1$r\033\\", "\033[6n", "\033[c",      "\302\233", "\xff", "\033c", "\a",
        "\342\200\256",   "\342\201\246",     "\033[?9001h",    "\001",    "\033_x\033\\"};
    for (size_t i = 0; i < sizeof clean / sizeof *clean; i++)
        CHECK(!vt_unclean(clean[i], strlen(clean[i])), "%zu: %s", i, vt_unclean(clean[i], strlen(clean[i])));
    for (size_t i = 0; i < sizeof unclean / sizeof *unclean; i++)
        CHECK(vt_unclean(unclean[i], strlen(unclean[i])), "%zu was let through", i);
    CHECK(vt_unclean("a\0b", 3));
}

int main(void)
{
    shows_and_counts();
    stops_and_goes_on();
    knows_unclean_bytes();
    return check_done();
}
