/* The stores kept in the cache folder: listed, removed, kept within a bound. Whatever is open (locked) stays. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"
#include "model/store/store_private.h"

#define CACHE_MAX ((uint64_t)10 * 1000 * 1000 * 1000)
enum { KEY = 32, WAIT_MS = 50, YOUNG_S = 60 };
static const char suffix[] = ".ctxs";

static bool is_key(const char *s)
{
    return strspn(s, "0123456789abcdef") == KEY && s[KEY] == 0;
}

/* The key in a store's file name. */
static bool key_of(const char *name, char key[KEY + 1])
{
    if (strlen(name) != KEY + sizeof suffix - 1 || strcmp(name + KEY, suffix))
        return false;
    memcpy(key, name, KEY);
    key[KEY] = 0;
    return is_key(key);
}

void cache_path(const char *key, struct buf *out)
{
    struct err ignored = ERR_INIT;
    const char *dir = cache_dir(&ignored);
    buf_clear(out);
    if (dir && is_key(key))
        buf_printf(out, "%s/%s%s", dir, key, suffix);
    buf_str(out);
}

/* Opens an entry of the folder and takes its lock alone: the descriptor, or -1 when it is in use or not ours. */
static int lock_entry(int dir, const char *name)
{
    struct stat sb;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) && sb.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return -1;
}

static int open_folder(struct err *e)
{
    const char *dir = cache_dir(e);
    int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (dir && fd < 0) {
        int was = errno;
        err_set(e, ERR_IO, "cannot open the cache folder: %s", strerror(was));
        err_source(e, dir);
    }
    return fd;
}

/* The path of its first source, as the store tells it. */
static void read_source(const char *key, struct cache_entry *out)
{
    struct buf path = {0};
    struct err ignored = ERR_INIT;
    cache_path(key, &path);
    struct store *st = store_open_unused(buf_str(&path), &ignored);
    sqlite3_stmt *q = NULL;
    if (st && sqlite3_prepare_v2(st->db, "SELECT path FROM store_source ORDER BY id LIMIT 1", -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(q, 0);
        sqlite3_snprintf(sizeof out->source, out->source, "%s", text ? text : "");
    }
    sqlite3_finalize(q);
    store_close(st);
    buf_release(&path);
}

static bool read_entry(int dir, const char *name, struct cache_entry *out)
{
    struct stat sb;
    memset(out, 0, sizeof *out);
    if (!key_of(name, out->key) || fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(sb.st_mode))
        return false;
    out->bytes = (uint64_t)sb.st_blocks * 512 / (sb.st_nlink ? sb.st_nlink : 1); /* two keys may share a store (cache_adopt) */
    out->used = sb.st_atim.tv_sec > sb.st_mtim.tv_sec ? sb.st_atim.tv_sec : sb.st_mtim.tv_sec;
    int fd = lock_entry(dir, name);
    out->open = fd < 0;
    if (fd >= 0)
        close(fd);
    return true;
}

static int latest_first(const void *a, const void *b)
{
    const struct cache_entry *x = a, *y = b;
    return x->used != y->used ? (x->used < y->used) - (x->used > y->used) : strcmp(x->key, y->key);
}

/* All entries; takes the folder's descriptor over. */
static int list(int dir, struct cache_entry **out, size_t *n)
{
    VEC(struct cache_entry) all = {0};
    DIR *d = fdopendir(dir);
    if (!d) {
        close(dir);
        return -1;
    }
    for (struct dirent *en; (en = readdir(d));) {
        struct cache_entry one;
        if (read_entry(dirfd(d), en->d_name, &one))
            *vec_push(&all) = one;
    }
    closedir(d);
    if (all.n)
        qsort(all.v, all.n, sizeof *all.v, latest_first);
    *out = all.v;
    *n = all.n;
    return 0;
}

int cache_entries(struct cache_entry **out, size_t *n, struct err *e)
{
    *out = NULL;
    *n = 0;
    int dir = open_folder(e);
    if (dir < 0)
        return -1;
    return list(dir, out, n) < 0 ? err_set(e, ERR_IO, "cannot read the cache folder") : 0;
}

int cache_list(struct cache_entry **out, size_t *n, struct err *e)
{
    if (cache_entries(out, n, e) < 0)
        return -1;
    for (size_t i = 0; i < *n; i++)
        read_source((*out)[i].key, &(*out)[i]);
    return 0;
}

/* Removes an entry of the opened folder unless it is in use. 0, or -1. */
static int remove_entry(int dir, const char *name)
{
    int fd = lock_entry(dir, name);
    if (fd < 0)
        return -1;
    int rc = unlinkat(dir, name, 0);
    close(fd);
    return rc;
}

int cache_remove(const char *key, struct err *e)
{
    if (!is_key(key)) {
        err_set(e, ERR_USAGE, "no key of the cache: %.64s", key);
        return err_hint(e, "ctxscope cache ls shows them");
    }
    int dir = open_folder(e);
    if (dir < 0)
        return -1;
    char name[KEY + sizeof suffix];
    struct stat sb;
    sqlite3_snprintf(sizeof name, name, "%s%s", key, suffix);
    int rc = fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW);
    if (rc < 0) {
        err_set(e, ERR_INPUT, "the cache has no store %s", key);
        err_hint(e, "ctxscope cache ls shows them");
    } else if ((rc = remove_entry(dir, name)) < 0) {
        err_set(e, ERR_LIMIT, "the store %s is in use or not ours", key);
    }
    close(dir);
    return rc;
}

static uint64_t free_bytes(const char *dir)
{
    struct statvfs sv;
    return statvfs(dir, &sv) == 0 ? (uint64_t)sv.f_bavail * sv.f_frsize : 0;
}

/* Just made: its maker may not have locked it yet. */
static bool is_young(int dir, const char *name)
{
    struct stat sb;
    return fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) < 0 || sb.st_mtim.tv_sec + YOUNG_S > time(NULL);
}

/* What a killed process left: unfinished stores, and private ones that it had no time to unlink. */
static void remove_leftovers(int dir)
{
    DIR *d = fdopendir(dup(dir));
    if (!d)
        return;
    rewinddir(d);
    for (struct dirent *en; (en = readdir(d));) {
        size_t n = strlen(en->d_name);
        bool unfinished = n > 4 && !strcmp(en->d_name + n - 4, ".tmp"), private = !strncmp(en->d_name, "ctxscope-", 9) && n == 15;
        if (unfinished || (private && !is_young(dir, en->d_name)))
            remove_entry(dir, en->d_name);
    }
    closedir(d);
}

void cache_trim(void)
{
    struct err ignored = ERR_INIT;
    int dir = open_folder(&ignored);
    if (dir < 0)
        return;
    struct cache_entry *all = NULL;
    size_t n = 0;
    uint64_t sum = 0;
    remove_leftovers(dir);
    int again = dup(dir);
    if (again >= 0 && list(again, &all, &n) == 0) {
        for (size_t i = 0; i < n; i++)
            sum += all[i].bytes;
        uint64_t max = (free_bytes(cache_dir(&ignored)) + sum) / 10;
        max = max < CACHE_MAX ? max : CACHE_MAX;
        for (size_t i = n; i-- > 0 && sum > max;) {
            char name[KEY + sizeof suffix];
            sqlite3_snprintf(sizeof name, name, "%s%s", all[i].key, suffix);
            if (remove_entry(dir, name) == 0)
                sum -= all[i].bytes;
        }
    }
    mem_free(all);
    close(dir);
}

int store_room(const char *path, uint64_t bytes, struct err *e)
{
    struct buf dir = {0};
    struct err ignored = ERR_INIT;
    const char *cache = cache_dir(&ignored), *slash = path ? strrchr(path, '/') : NULL;
    if (slash)
        buf_put(&dir, path, (size_t)(slash - path) + 1);
    else
        buf_puts(&dir, path ? "." : cache ? cache : "/tmp");
    uint64_t room = free_bytes(buf_str(&dir));
    int rc = 0;
    if (room < bytes) {
        rc = err_set(e, ERR_IO, "a store of some %llu MB does not fit: %llu MB are free", (unsigned long long)bytes / 1000000,
                     (unsigned long long)room / 1000000);
        err_source(e, buf_str(&dir));
        err_hint(e, "free some disk space, or use another --store FILE");
    }
    buf_release(&dir);
    return rc;
}

/* Whether a living process holds the unfinished store. */
static bool is_written(const char *tmp)
{
    int fd = open(tmp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) < 0;
    close(fd);
    return held;
}

int store_wait(const char *path, const int32_t *stop)
{
    struct buf tmp = {0};
    const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000};
    buf_printf(&tmp, "%s.tmp", path);
    bool stopped = false;
    while (is_written(buf_str(&tmp)) && !(stopped = stop && __atomic_load_n(stop, __ATOMIC_RELAXED)))
        nanosleep(&pause, NULL);
    buf_release(&tmp);
    return stopped ? -1 : access(path, R_OK) == 0;
}
