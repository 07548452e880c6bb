/* Files of the store: made exclusively, never through a link, locked while in use, and renamed only when whole on disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/store/store_private.h"

enum { FILE_TRIES = 20 };

static int no_file(struct err *e, const char *path, const char *doing)
{
    int was = errno;
    err_set(e, ERR_IO, "cannot %s: %s", doing, strerror(was));
    err_source(e, path);
    if (was == ENOSPC || was == EDQUOT)
        return err_hint(e, "free some disk space, or try --no-cache or another --store FILE");
    return err_hint(e, "try --no-cache or another --store FILE");
}

/* The open file is still the one at path. */
static bool same_file(int fd, const char *path)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && lstat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Something lies at path: 1 removed (its writer is dead), 0 gone meanwhile, -1 in use or not ours to remove. */
static int remove_stale(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? 0 : no_file(e, path, "make the store");
    struct stat sb;
    if (fstat(fd, &sb) < 0 || !S_ISREG(sb.st_mode) || sb.st_uid != geteuid()) {
        close(fd);
        err_set(e, ERR_IO, "something that is not ours is in the way");
        err_source(e, path);
        return err_hint(e, "remove it, or use another --store FILE");
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        err_set(e, ERR_LIMIT, "another ctxscope is writing this store");
        err_source(e, path);
        return err_hint(e, "wait for it, or use --no-cache");
    }
    if (same_file(fd, path))
        unlink(path);
    close(fd);
    return 1;
}

int file_create(const char *path, struct err *e)
{
    for (int i = 0; i < FILE_TRIES; i++) {
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            return no_file(e, path, "make the store");
        if (fd < 0) {
            if (remove_stale(path, e) < 0)
                return -1;
            continue;
        }
        /* Between open and lock another may have taken it for a left-over and removed it: look, and begin again. */
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 && same_file(fd, path))
            return fd;
        close(fd);
    }
    err_set(e, ERR_IO, "cannot make the store: others keep removing it");
    return err_source(e, path);
}

int file_private(const char *dir, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "%s/ctxscope-XXXXXX", dir);
    return mkostemp((char *)out->p, O_CLOEXEC); /* 0600, exclusive */
}

int file_open(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        int was = errno;
        err_set(e, ERR_INPUT, was == ELOOP ? "it is a symbolic link, which stores are not opened through" : "cannot open the store: %s",
                strerror(was));
        return err_source(e, path);
    }
    struct stat sb;
    if (fstat(fd, &sb) < 0 || !S_ISREG(sb.st_mode)) {
        close(fd);
        err_set(e, ERR_INPUT, "not a regular file");
        return err_source(e, path);
    }
    flock(fd, LOCK_SH | LOCK_NB); /* says only that it is in use: read-only file systems may refuse it */
    return fd;
}

static int sync_folder(const char *path)
{
    struct buf dir = {0};
    const char *slash = strrchr(path, '/');
    if (slash)
        buf_put(&dir, path, (size_t)(slash - path) + 1);
    else
        buf_puts(&dir, ".");
    int fd = open(buf_str(&dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_release(&dir);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc < 0 && errno != EINVAL && errno != EROFS ? -1 : 0;
}

int file_publish(int fd, const char *tmp, const char *path, struct err *e)
{
    if (fsync(fd) < 0)
        return no_file(e, tmp, "write the store to disk");
    if (rename(tmp, path) < 0)
        return no_file(e, path, "name the store");
    if (sync_folder(path) < 0)
        return no_file(e, path, "write the store's folder to disk");
    return 0;
}
