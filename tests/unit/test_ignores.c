/* An ignore that is written down is read back as what it was, and nothing else in the file changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/findings/findings.h"
#include "tests/lib/check.h"

static char path[] = "/tmp/ctxscope-ignores-XXXXXX";

static const char *text(void)
{
    static char all[4096];
    FILE *f = fopen(path, "r");
    all[f ? fread(all, 1, sizeof all - 1, f) : 0] = 0;
    if (f)
        fclose(f);
    return all;
}

static void set(const char *s)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(s, f) >= 0, "%s", path);
    if (f)
        fclose(f);
}

static void adds(const char *before, const char *after)
{
    struct err e = ERR_INIT;
    set(before);
    CHECK(rule_ignore_write(path, "slow-cancel", "db.(*Conn).exec", "known; see #12", &e) == 0, "%s", e.what);
    CHECK(!strcmp(text(), after), "after '%s' it is '%s'", before, text());
}

static void refuses(const char *function, const char *reason)
{
    struct err e = ERR_INIT;
    set("[ui]\n");
    CHECK(rule_ignore_write(path, "slow-cancel", function, reason, &e) == -1 && e.what[0], "'%s' was written", function);
    CHECK(!strcmp(text(), "[ui]\n"), "and the file is '%s'", text());
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return printf("FAIL no file\n"), 1;
    close(fd);
    adds("", "[ignore]\nslow-cancel db.(*Conn).exec = known, see #12\n");
    adds("[ignore]\na b = c\n", "[ignore]\na b = c\nslow-cancel db.(*Conn).exec = known, see #12\n");
    adds("[ignore]\na b = c\n[ui]\ntheme = light",
         "[ignore]\na b = c\n[ui]\ntheme = light\n\n[ignore]\nslow-cancel db.(*Conn).exec = known, see #12\n");
    char much[400];
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = 0;
    refuses(much, "why");
    refuses("f", much);
    refuses("f=g", "why");
    refuses("a;b", "why");
    refuses("", "why");
    refuses("f\n[keys]", "why");
    struct err e = ERR_INIT;
    unlink(path);
    CHECK(symlink("/etc/passwd", path) == 0 && rule_ignore_write(path, "slow-cancel", "f", "why", &e) == -1, "a link is followed");
    unlink(path);
    CHECK(mkfifo(path, 0600) == 0 && rule_ignore_write(path, "slow-cancel", "f", "why", &e) == -1, "a pipe is written");
    unlink(path);
    return check_done();
}
