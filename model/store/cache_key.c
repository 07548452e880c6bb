/* The key under which a trace's store is found again: what tells one file from another without reading all of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "model/store/store_private.h"

enum { EDGE = 64 << 10, SAMPLES = 16, SAMPLE = 4 << 10 };

/* One file; no padding, for it is hashed as bytes. */
struct fingerprint {
    uint64_t device, inode, size;
    int64_t mtime_s, mtime_ns;
    XXH128_canonical_t content;
};

static int unreadable(const char *path, struct err *e)
{
    int was = errno;
    err_set(e, ERR_INPUT, "cannot read it: %s", strerror(was));
    return err_source(e, path);
}

static int hash_at(XXH3_state_t *h, int fd, uint64_t at, size_t n)
{
    uint8_t bytes[EDGE];
    ssize_t got = pread(fd, bytes, n, (off_t)at);
    if (got < 0)
        return -1;
    XXH3_128bits_update(h, bytes, (size_t)got);
    return 0;
}

/* The first and last 64 KiB, and 16 blocks spread evenly over what is between. */
static int hash_content(XXH3_state_t *h, int fd, uint64_t size)
{
    if (hash_at(h, fd, 0, EDGE) < 0)
        return -1;
    if (size > EDGE && hash_at(h, fd, size > 2 * EDGE ? size - EDGE : EDGE, EDGE) < 0)
        return -1;
    if (size <= 2 * EDGE)
        return 0;
    for (uint64_t i = 1; i <= SAMPLES; i++)
        if (hash_at(h, fd, EDGE + (size - 2 * EDGE) / (SAMPLES + 1) * i, SAMPLE) < 0)
            return -1;
    return 0;
}

static int fingerprint(const char *path, struct fingerprint *out, struct err *e)
{
    struct stat sb;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return unreadable(path, e);
    if (fstat(fd, &sb) < 0 || !S_ISREG(sb.st_mode)) {
        close(fd);
        err_set(e, ERR_INPUT, "not a regular file: what is read from it cannot be found again");
        return err_source(e, path);
    }
    memset(out, 0, sizeof *out);
    out->device = sb.st_dev;
    out->inode = sb.st_ino;
    out->size = (uint64_t)sb.st_size;
    out->mtime_s = sb.st_mtim.tv_sec;
    out->mtime_ns = sb.st_mtim.tv_nsec;
    XXH3_state_t *h = XXH3_createState();
    XXH3_128bits_reset(h);
    int rc = hash_content(h, fd, out->size);
    XXH128_canonicalFromHash(&out->content, XXH3_128bits_digest(h));
    XXH3_freeState(h);
    if (rc < 0)
        unreadable(path, e);
    close(fd);
    return rc;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct fingerprint));
}

int cache_key(const char *const *paths, size_t n, const char *options, char key[33], struct err *e)
{
    struct fingerprint *f = mem_calloc(n ? n : 1, sizeof *f);
    int rc = n ? 0 : err_set(e, ERR_USAGE, "no source");
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = fingerprint(paths[i], &f[i], e);
    if (rc == 0) {
        const uint32_t versions[] = {STORE_SCHEMA, IMPORTER_VERSION};
        XXH128_canonical_t digest;
        XXH3_state_t *h = XXH3_createState();
        XXH3_128bits_reset(h);
        qsort(f, n, sizeof *f, compare);
        XXH3_128bits_update(h, versions, sizeof versions);
        XXH3_128bits_update(h, f, n * sizeof *f);
        XXH3_128bits_update(h, options ? options : "", options ? strlen(options) : 0);
        XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(h));
        XXH3_freeState(h);
        hash_hex(&digest, key);
    }
    mem_free(f);
    return rc;
}
