/* A store keeps blobs and gives them back, also to another thread while the import still writes; what was not committed
 * leaves nothing behind. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/store/store.h"
#include "tests/lib/check.h"

enum { BLOBS = 600, BLOB_MAX = 60000 };

static size_t blob_size(uint32_t i)
{
    return (i * 7919u) % BLOB_MAX;
}
static uint8_t blob_byte(uint32_t i, size_t at)
{
    return (uint8_t)(i * 31 + at * 7 + at / 251);
}

static void check_blob(struct store *st, uint32_t i, struct buf *b)
{
    struct err e = ERR_INIT;
    CHECK(store_get(st, i + 1, b, &e) == 0, "blob %u: %s", i, e.what);
    CHECK(b->n == blob_size(i), "blob %u has %zu bytes", i, b->n);
    for (size_t k = 0; k < b->n; k += 1 + b->n / 50)
        CHECK(b->p[k] == blob_byte(i, k), "blob %u differs at %zu", i, k);
}

struct reader {
    struct store *st;
    uint32_t written; /* atomic */
};

static void *read_meanwhile(void *arg)
{
    struct reader *r = arg;
    struct buf b = {0};
    uint32_t n;
    for (uint32_t k = 0; (n = __atomic_load_n(&r->written, __ATOMIC_ACQUIRE)) < BLOBS && check_failures < 10; k++)
        if (n)
            check_blob(r->st, (k * 2654435761u) % n, &b);
    buf_release(&b);
    return NULL;
}

static void fill(struct store *st)
{
    static uint8_t bytes[BLOB_MAX];
    struct err e = ERR_INIT;
    struct reader r = {.st = st};
    pthread_t th;
    pthread_create(&th, NULL, read_meanwhile, &r);
    for (uint32_t i = 0; i < BLOBS; i++) {
        size_t n = blob_size(i);
        for (size_t k = 0; k < n; k++)
            bytes[k] = blob_byte(i, k);
        struct chunk_ref ref = {0};
        CHECK(store_put(st, &ref, bytes, n, &e) == 0, "put: %s", e.what);
        CHECK(ref.id == i + 1 && ref.bytes == n, "blob %u got id %u", i, ref.id);
        __atomic_store_n(&r.written, i + 1, __ATOMIC_RELEASE);
    }
    pthread_join(th, NULL);
}

static void blobs_come_back(const char *path)
{
    struct err e = ERR_INIT;
    struct buf b = {0};
    struct store *st = store_create(path, &e);
    CHECK(st, "create: %s", e.what);
    if (!st)
        return;
    fill(st);
    for (uint32_t i = 0; i < BLOBS && check_failures < 10; i++)
        check_blob(st, i, &b);
    CHECK(store_get(st, 0, &b, &e) < 0 && store_get(st, BLOBS + 1, &b, &e) < 0, "ids that are not there");
    buf_release(&b);
    store_close(st);
}

static char dir[] = "/tmp/ctxscope-test-XXXXXX";

static void nothing_is_left(const char *path)
{
    char tmp[1100];
    struct stat sb;
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    CHECK(stat(path, &sb) < 0 && stat(tmp, &sb) < 0, "an uncommitted store leaves nothing");
}

static void the_writer_is_alone(const char *path)
{
    struct err e = ERR_INIT;
    char tmp[1100];
    struct stat sb;
    struct store *st = store_create(path, &e), *second = store_create(path, &e);
    CHECK(st && !second && e.kind == ERR_LIMIT, "a second writer is refused: %s", e.what);
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    CHECK(stat(tmp, &sb) == 0 && (sb.st_mode & 07777) == 0600, "the file is 0600");
    store_close(st);
    err_clear(&e);
    close(open(tmp, O_CREAT | O_WRONLY, 0600)); /* as a killed process would leave it */
    st = store_create(path, &e);
    CHECK(st, "a left-over is no obstacle: %s", e.what);
    store_close(st);
    err_clear(&e);
    CHECK(symlink("/etc/passwd", tmp) == 0 && !store_create(path, &e) && e.kind == ERR_IO, "a link in the way is not followed");
    unlink(tmp);
}

int main(void)
{
    char path[1024];
    if (!mkdtemp(dir))
        return 1;
    setenv("XDG_CACHE_HOME", dir, 1);
    snprintf(path, sizeof path, "%s/a.ctxs", dir);
    blobs_come_back(NULL);
    blobs_come_back(path);
    nothing_is_left(path);
    the_writer_is_alone(path);
    setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
    setenv("TMPDIR", "/proc/nowhere", 1);
    blobs_come_back(NULL);
    snprintf(path, sizeof path, "rm -rf %s", dir);
    CHECK(system(path) == 0, "clean up");
    return check_done();
}
