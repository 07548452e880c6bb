/* What a person makes of a trace is kept: by content, privately, and never at the cost of a file that is not ours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "model/store/state.h"
#include "tests/lib/check.h"

static char dir[] = "/tmp/ctxscope-state-XXXXXX";
static const char key[] = "0123456789abcdef0123456789abcdef";

static const char *in_dir(const char *name)
{
    static char path[4][256];
    static unsigned k;
    k = (k + 1) % 4;
    snprintf(path[k], sizeof path[k], "%s/%s", dir, name);
    return path[k];
}

static void list(void *ctx, const char *name, const char *text)
{
    buf_printf(ctx, "%s=%s;", name, text);
}

static const char *all(struct state *st, enum state_kind kind)
{
    static struct buf b;
    struct err e = ERR_INIT;
    buf_clear(&b);
    CHECK(state_each(st, kind, list, &b, &e) == 0, "%s", e.what);
    return buf_str(&b);
}

static void items_are_kept_by_kind_and_name(void)
{
    struct err e = ERR_INIT;
    struct stat sb;
    struct state *st = state_open(key, &e);
    CHECK(st, "%s", e.what);
    if (!st)
        return;
    CHECK(!state_put(st, STATE_BOOKMARK, "b", "two", &e) && !state_put(st, STATE_BOOKMARK, "a", "one", &e), "%s", e.what);
    CHECK(!state_put(st, STATE_NOTE, "a", "a 'note'; DROP TABLE item", &e), "%s", e.what);
    CHECK(!state_put(st, STATE_BOOKMARK, "b", "three", &e), "%s", e.what);
    state_close(st);
    st = state_open(key, &e);
    CHECK(st && !strcmp(all(st, STATE_BOOKMARK), "a=one;b=three;"), "%s", st ? all(st, STATE_BOOKMARK) : e.what);
    CHECK(st && !strcmp(all(st, STATE_NOTE), "a=a 'note'; DROP TABLE item;"), "kinds are apart");
    CHECK(st && !state_put(st, STATE_BOOKMARK, "a", NULL, &e) && !strcmp(all(st, STATE_BOOKMARK), "b=three;"), "one is forgotten");
    struct state *other = state_open(key, &e); /* two programs on one trace */
    CHECK(other && !state_put(other, STATE_BOOKMARK, "c", "four", &e) && !strcmp(all(st, STATE_BOOKMARK), "b=three;c=four;"), "%s", e.what);
    state_close(other);
    char *much = calloc(STATE_TEXT_MAX + 2, 1);
    memset(much, 'x', STATE_TEXT_MAX + 1);
    CHECK(state_put(st, STATE_NOTE, "big", much, &e) < 0 && e.kind == ERR_LIMIT, "a text has a bound");
    free(much);
    state_close(st);
    CHECK(stat(in_dir("state/ctxscope"), &sb) == 0 && (sb.st_mode & 0777) == 0700, "the folder is private: %o", sb.st_mode);
    CHECK(stat(in_dir("state/ctxscope/0123456789abcdef0123456789abcdef.db"), &sb) == 0 && (sb.st_mode & 0777) == 0600, "and the file");
}

static void refused(const char *what, const char *says)
{
    struct err e = ERR_INIT;
    struct state *st = state_open("k", &e);
    CHECK(!st && e.kind == ERR_IO && strstr(e.what, says), "%s: %s", what, st ? "opened" : e.what);
    state_close(st);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0, "%s", path);
    if (f)
        fclose(f);
}

static void what_is_not_ours_is_left_alone(void)
{
    char text[32] = {0};
    const char *path = in_dir("state/ctxscope/k.db");
    write_file(path, "a letter to my mother");
    refused("a letter", "not a database");
    FILE *f = fopen(path, "r");
    CHECK(f && fread(text, 1, sizeof text - 1, f) && !strcmp(text, "a letter to my mother"), "it says %s now", text);
    fclose(f);
    unlink(path);
    write_file(in_dir("elsewhere"), "");
    CHECK(symlink(in_dir("elsewhere"), path) == 0);
    refused("a link", "links");
    unlink(path);
    CHECK(mkfifo(path, 0600) == 0);
    refused("a pipe", "cannot write it");
    unlink(path);
    chmod(in_dir("state/ctxscope"), 0777);
    refused("a folder for all", "only you");
    chmod(in_dir("state/ctxscope"), 0700);
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/nowhere", 1);
    refused("no home", "HOME");
    CHECK(mkdir(in_dir("home"), 0700) == 0);
    setenv("HOME", in_dir("home"), 1);
    struct err e = ERR_INIT;
    struct state *st = state_open("k", &e);
    CHECK(st && access(in_dir("home/.local/state/ctxscope/k.db"), R_OK) == 0, "%s", e.what);
    state_close(st);
}

static void the_key_is_of_the_content(void)
{
    struct session *s = session_new();
    struct source_info a = {0}, b = {0};
    char one[33] = "", two[33] = "", swapped[33] = "";
    CHECK(state_key(s, one) < 0, "nothing has no key");
    *vec_push(&s->sources) = &a;
    CHECK(state_key(s, one) < 0, "what was not read to its end has none");
    snprintf(a.content_hash, sizeof a.content_hash, "%s", key);
    snprintf(a.path, sizeof a.path, "/any/name");
    CHECK(state_key(s, one) == 0 && !strcmp(one, key), "%s", one);
    snprintf(b.content_hash, sizeof b.content_hash, "ffffffffffffffffffffffffffffffff");
    *vec_push(&s->sources) = &b;
    CHECK(state_key(s, two) == 0 && strcmp(one, two) != 0 && strlen(two) == 32, "%s", two);
    s->sources.v[0] = &b;
    s->sources.v[1] = &a;
    CHECK(state_key(s, swapped) == 0 && !strcmp(two, swapped), "the order says nothing");
    s->sources.n = 0;
    session_free(s);
}

int main(void)
{
    if (!mkdtemp(dir))
        return printf("FAIL no folder\n"), 1;
    setenv("XDG_STATE_HOME", in_dir("state"), 1);
    items_are_kept_by_kind_and_name();
    what_is_not_ours_is_left_alone();
    the_key_is_of_the_content();
    char command[300];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    CHECK(system(command) == 0);
    return check_done();
}
