/* The cache: which folder, which key, what is listed, removed and trimmed; and two programs on one trace. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/check.h"
#include "tests/lib/synth.h"

static char dir[] = "/tmp/ctxscope-test-XXXXXX";

static const char *in_dir(const char *name)
{
    static char path[4][256];
    static unsigned k;
    k = (k + 1) % 4;
    snprintf(path[k], sizeof path[k], "%s/%s", dir, name);
    return path[k];
}

static void write_file(const char *path, size_t n)
{
    FILE *f = fopen(path, "wb");
    for (size_t i = 0; i < n; i++)
        fputc((int)(i * 31 + i / 255) & 0xff, f);
    fclose(f);
}

static void folder_is_chosen(void)
{
    struct err e = ERR_INIT;
    struct stat sb;
    setenv("XDG_CACHE_HOME", in_dir("xdg"), 1);
    const char *d = cache_dir(&e);
    CHECK(d && !strcmp(d, in_dir("xdg/ctxscope")), "%s", d ? d : e.what);
    CHECK(stat(d, &sb) == 0 && (sb.st_mode & 07777) == 0700, "0700");
    unsetenv("XDG_CACHE_HOME");
    mkdir(in_dir("home"), 0700);
    setenv("HOME", in_dir("home"), 1);
    d = cache_dir(&e);
    CHECK(d && !strcmp(d, in_dir("home/.cache/ctxscope")), "%s", d ? d : e.what);
    setenv("TMPDIR", in_dir("tmp"), 1);
    mkdir(in_dir("tmp"), 0700);
    setenv("HOME", "/proc", 1);
    d = cache_dir(&e);
    CHECK(d && !strncmp(d, in_dir("tmp/ctxscope-"), strlen(in_dir("tmp/ctxscope-"))), "HOME cannot be written: %s", d ? d : e.what);
    unsetenv("HOME");
    setenv("XDG_CACHE_HOME", "relative/path", 1);
    d = cache_dir(&e);
    CHECK(d && !strncmp(d, in_dir("tmp/"), strlen(in_dir("tmp/"))), "no HOME: %s", d ? d : e.what);
    if (geteuid() == 0) { /* as under sudo: HOME is another user's */
        mkdir(in_dir("theirs"), 0755);
        CHECK(chown(in_dir("theirs"), 12345, 12345) == 0, "chown");
        unsetenv("XDG_CACHE_HOME");
        setenv("HOME", in_dir("theirs"), 1);
        d = cache_dir(&e);
        CHECK(d && !strstr(d, "theirs"), "another's HOME is left alone: %s", d ? d : e.what);
    } else {
        printf("skip-ok: only root can give a HOME to another owner\n");
    }
    setenv("TMPDIR", "/proc/nowhere", 1);
    setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
    CHECK(!cache_dir(&e) && e.kind == ERR_IO && e.hint[0], "none");
    setenv("XDG_CACHE_HOME", in_dir("xdg"), 1);
    setenv("TMPDIR", in_dir("tmp"), 1);
}

static void key_tells_files_apart(void)
{
    struct err e = ERR_INIT;
    const char *a = in_dir("a.trace"), *b = in_dir("b.trace");
    char k[6][33];
    write_file(a, 300000);
    write_file(b, 300000);
    const char *one[] = {a}, *both[] = {a, b}, *turned[] = {b, a};
    CHECK(cache_key(one, 1, "", k[0], &e) == 0 && cache_key(one, 1, NULL, k[1], &e) == 0, "%s", e.what);
    CHECK(strspn(k[0], "0123456789abcdef") == 32 && !k[0][32] && !strcmp(k[0], k[1]), "the same again: %s %s", k[0], k[1]);
    CHECK(cache_key(one, 1, "x", k[2], &e) == 0 && strcmp(k[0], k[2]), "options count");
    CHECK(cache_key(both, 2, "", k[3], &e) == 0 && cache_key(turned, 2, "", k[4], &e) == 0 && !strcmp(k[3], k[4]),
          "their order does not count");
    CHECK(strcmp(k[3], k[0]), "two are not one");
    struct stat sb;
    stat(a, &sb);
    int fd = open(a, O_WRONLY);
    CHECK(pwrite(fd, "?", 1, 299990) == 1, "write");
    const struct timespec old[2] = {sb.st_atim, sb.st_mtim};
    futimens(fd, old);
    close(fd);
    CHECK(cache_key(one, 1, "", k[5], &e) == 0 && strcmp(k[0], k[5]), "content counts, even with the old time");
    const char *folder[] = {dir}, *missing[] = {"/nowhere/x"}, *device[] = {"/dev/null"};
    CHECK(cache_key(folder, 1, "", k[0], &e) < 0 && e.kind == ERR_INPUT, "folder");
    err_clear(&e);
    CHECK(cache_key(missing, 1, "", k[0], &e) < 0 && e.kind == ERR_INPUT, "missing");
    err_clear(&e);
    CHECK(cache_key(device, 1, "", k[0], &e) < 0 && e.kind == ERR_INPUT, "device");
}

static void keep(const char *key)
{
    struct buf path = {0};
    struct err e = ERR_INIT;
    cache_path(key, &path);
    struct synth *y = synth_new(buf_str(&path), 1, 100, 20);
    CHECK(store_commit(y->st, y->s, &e) == 0, "%s", e.what);
    synth_free(y);
    buf_release(&path);
}

static const char *const keys[] = {"0123456789abcdef0123456789abcdef", "ffffffffffffffffffffffffffffffff",
                                   "00000000000000000000000000000000"};

static size_t listed(void)
{
    struct cache_entry *all;
    struct err e = ERR_INIT;
    size_t n;
    CHECK(cache_list(&all, &n, &e) == 0, "%s", e.what);
    for (size_t i = 0; i < n; i++)
        CHECK(!strcmp(all[i].source, "some/trace.out") && all[i].bytes > 4096 && !all[i].open && all[i].used > 1000000, "entry %s",
              all[i].key);
    mem_free(all);
    return n;
}

static void entries_come_and_go(void)
{
    struct err e = ERR_INIT;
    struct buf path = {0};
    CHECK(listed() == 0, "empty at first");
    for (int i = 0; i < 3; i++)
        keep(keys[i]);
    write_file(in_dir("xdg/ctxscope/README"), 10);
    write_file(in_dir("xdg/ctxscope/0123456789abcdef0123456789abcdeX.ctxs"), 10);
    CHECK(symlink("/etc/passwd", in_dir("xdg/ctxscope/11111111111111111111111111111111.ctxs")) == 0, "symlink");
    CHECK(listed() == 3, "three, and nothing else");
    static const char *const bad[] = {"",
                                      "../../../etc/passwd",
                                      "0123456789abcdef0123456789abcde",
                                      "0123456789abcdef0123456789abcdef0",
                                      "0123456789ABCDEF0123456789abcdef",
                                      "../xdg/0123456789abcdef0123456789"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err_clear(&e);
        CHECK(cache_remove(bad[i], &e) < 0 && e.kind == ERR_USAGE, "%s", bad[i]);
        cache_path(bad[i], &path);
        CHECK(path.n == 0, "no path for %s", bad[i]);
    }
    err_clear(&e);
    CHECK(cache_remove("22222222222222222222222222222222", &e) < 0 && e.kind == ERR_INPUT, "%s", e.what);
    err_clear(&e);
    CHECK(cache_remove("11111111111111111111111111111111", &e) < 0, "a link is not ours");
    err_clear(&e);
    CHECK(cache_remove(keys[2], &e) == 0 && listed() == 2, "%s", e.what);
    cache_path(keys[0], &path);
    struct store *st = store_open(buf_str(&path), &e);
    CHECK(st && cache_remove(keys[0], &e) < 0 && e.kind == ERR_LIMIT, "open: %s", e.what);
    store_close(st);
    err_clear(&e);
    CHECK(cache_remove(keys[0], &e) == 0 && listed() == 1, "closed: %s", e.what);
    buf_release(&path);
}

static void leftovers_go(void)
{
    struct stat sb;
    const char *stale = in_dir("xdg/ctxscope/33333333333333333333333333333333.ctxs.tmp");
    write_file(stale, 100);
    struct err e = ERR_INIT;
    struct buf path = {0};
    cache_path("44444444444444444444444444444444", &path);
    struct store *st = store_create(buf_str(&path), &e);
    buf_puts(&path, ".tmp");
    cache_trim();
    CHECK(stat(stale, &sb) < 0, "what a killed process left is gone");
    CHECK(stat(buf_str(&path), &sb) == 0, "what is being written stays");
    store_close(st);
    CHECK(listed() == 1, "and so does what is whole");
    buf_release(&path);
}

/* The second program waits for the first one's store, and opens it. */
static void two_programs(void)
{
    struct buf path = {0};
    struct err e = ERR_INIT;
    int ready[2];
    char c;
    cache_path("55555555555555555555555555555555", &path);
    CHECK(pipe(ready) == 0, "pipe");
    pid_t child = fork();
    if (child == 0) {
        struct synth *y = synth_new(buf_str(&path), 1, 100, 20);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        usleep(300000);
        int rc = store_commit(y->st, y->s, &e);
        synth_free(y);
        _exit(rc < 0);
    }
    CHECK(read(ready[0], &c, 1) == 1, "the first has begun");
    CHECK(!store_create(buf_str(&path), &e) && e.kind == ERR_LIMIT, "it is alone: %s", e.what);
    int32_t stop = 1;
    CHECK(store_wait(buf_str(&path), &stop) == -1, "waiting can be stopped");
    CHECK(store_wait(buf_str(&path), NULL) == 1, "it is there");
    err_clear(&e);
    struct store *st = store_open(buf_str(&path), &e);
    CHECK(st, "%s", e.what);
    store_close(st);
    int status;
    waitpid(child, &status, 0);
    CHECK(status == 0, "the first is content");
    CHECK(store_wait(in_dir("nothing.ctxs"), NULL) == 0, "nobody writes it");
    CHECK(store_room(NULL, 1000, &e) == 0 && store_room(buf_str(&path), UINT64_MAX, &e) < 0 && e.kind == ERR_IO, "room: %s", e.what);
    close(ready[0]);
    close(ready[1]);
    buf_release(&path);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    folder_is_chosen();
    key_tells_files_apart();
    entries_come_and_go();
    leftovers_go();
    two_programs();
    char clean[80];
    snprintf(clean, sizeof clean, "rm -rf %s", dir);
    CHECK(system(clean) == 0, "clean up");
    return check_done();
}
