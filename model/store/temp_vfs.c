/* The file system as the query connection sees it: temporary files only, and not more of them than a bound. Big sorts spill
 * there; a query that would fill the disk is stopped instead. A file with a name is never opened, whatever the SQL says.
 */
#include <pthread.h>
#include <string.h>

#include "model/store/query_private.h"

enum { MAX_NAME = 64 };
#define TEMP_MAX ((int64_t)4 << 30) /* bytes in all temporary files at once */

struct file {
    sqlite3_file base;
    int64_t size;
    sqlite3_file real[]; /* the system's */
};

static int64_t used; /* atomic */
static sqlite3_vfs *host;

static int take(struct file *f, int64_t size)
{
    if (size <= f->size)
        return SQLITE_OK;
    if (__atomic_add_fetch(&used, size - f->size, __ATOMIC_RELAXED) > TEMP_MAX) {
        __atomic_sub_fetch(&used, size - f->size, __ATOMIC_RELAXED);
        return SQLITE_FULL;
    }
    f->size = size;
    return SQLITE_OK;
}

static int temp_close(sqlite3_file *p)
{
    struct file *f = (struct file *)p;
    __atomic_sub_fetch(&used, f->size, __ATOMIC_RELAXED);
    return f->real->pMethods->xClose(f->real);
}
static int temp_read(sqlite3_file *p, void *to, int n, sqlite3_int64 at)
{
    struct file *f = (struct file *)p;
    return f->real->pMethods->xRead(f->real, to, n, at);
}
static int temp_write(sqlite3_file *p, const void *from, int n, sqlite3_int64 at)
{
    struct file *f = (struct file *)p;
    int rc = take(f, at + n);
    return rc == SQLITE_OK ? f->real->pMethods->xWrite(f->real, from, n, at) : rc;
}
static int temp_truncate(sqlite3_file *p, sqlite3_int64 size)
{
    struct file *f = (struct file *)p;
    return f->real->pMethods->xTruncate(f->real, size);
}
static int temp_sync(sqlite3_file *p, int flags)
{
    (void)p, (void)flags;
    return SQLITE_OK;
}
static int temp_size(sqlite3_file *p, sqlite3_int64 *size)
{
    struct file *f = (struct file *)p;
    return f->real->pMethods->xFileSize(f->real, size);
}
static int temp_lock(sqlite3_file *p, int level)
{
    (void)p, (void)level;
    return SQLITE_OK;
}
static int temp_reserved(sqlite3_file *p, int *out)
{
    (void)p;
    *out = 0;
    return SQLITE_OK;
}
static int temp_control(sqlite3_file *p, int op, void *arg)
{
    (void)p, (void)op, (void)arg;
    return SQLITE_NOTFOUND;
}
static int temp_sector(sqlite3_file *p)
{
    (void)p;
    return 4096;
}
static int temp_traits(sqlite3_file *p)
{
    (void)p;
    return 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = temp_close,
    .xRead = temp_read,
    .xWrite = temp_write,
    .xTruncate = temp_truncate,
    .xSync = temp_sync,
    .xFileSize = temp_size,
    .xLock = temp_lock,
    .xUnlock = temp_lock,
    .xCheckReservedLock = temp_reserved,
    .xFileControl = temp_control,
    .xSectorSize = temp_sector,
    .xDeviceCharacteristics = temp_traits,
};

static int temp_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *p, int flags, int *out)
{
    struct file *f = (struct file *)p;
    (void)vfs;
    f->base.pMethods = NULL;
    f->size = 0;
    if (name || !(flags & SQLITE_OPEN_DELETEONCLOSE))
        return SQLITE_CANTOPEN;
    int rc = host->xOpen(host, NULL, f->real, flags, out);
    if (rc == SQLITE_OK)
        f->base.pMethods = &methods;
    return rc;
}
static int temp_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)name, (void)sync;
    return SQLITE_IOERR_DELETE;
}
static int temp_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs, (void)name, (void)flags;
    *out = 0;
    return SQLITE_OK;
}
static int temp_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    sqlite3_snprintf(n, out, "%s", name);
    return SQLITE_OK;
}
static int temp_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return host->xRandomness(host, n, out);
}
static int temp_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return host->xSleep(host, us);
}
static int temp_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    return host->xCurrentTime(host, out);
}
static int temp_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return host->xGetLastError(host, n, out);
}

static sqlite3_vfs temp_vfs = {
    .iVersion = 1,
    .zName = "ctxscope-temp",
    .xOpen = temp_open,
    .xDelete = temp_delete,
    .xAccess = temp_access,
    .xFullPathname = temp_path,
    .xRandomness = temp_random,
    .xSleep = temp_sleep,
    .xCurrentTime = temp_time,
    .xGetLastError = temp_error,
};

static void make(void)
{
    host = sqlite3_vfs_find(NULL);
    if (!host)
        return;
    temp_vfs.szOsFile = (int)sizeof(struct file) + host->szOsFile;
    temp_vfs.mxPathname = host->mxPathname;
    sqlite3_vfs_register(&temp_vfs, 0);
}

const char *temp_vfs_name(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make);
    return temp_vfs.zName;
}
