/* A file that was moved or copied has another lookup key, but the same bytes: the store that an import of them left is found by
 * the hash of their whole content. Only when the key is not there, and only when some store is of files of the same sizes,
 * is a file read for that: some 0.1 s for 1 GB that the system still has in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "model/store/store_private.h"

enum { READ_BYTES = 1 << 18 };

void hash_hex(const XXH128_canonical_t *h, char hex[33])
{
    for (unsigned i = 0; i < sizeof h->digest; i++)
        sqlite3_snprintf(3, hex + (size_t)2 * i, "%02x", h->digest[i]);
}

struct wanted {
    const char *path;
    uint64_t size;
    char hash[33]; /* "": not asked for yet */
};

struct finding {
    struct wanted *files;
    size_t n;
    const int32_t *stop;
    bool failed; /* a file cannot be read, or the user stopped it */
};

static bool stopped(const struct finding *f)
{
    return f->stop && __atomic_load_n(f->stop, __ATOMIC_RELAXED);
}

static bool hash_fd(const struct finding *f, int fd, XXH3_state_t *h)
{
    uint8_t *bytes = mem_alloc(READ_BYTES, 1);
    ssize_t got = 1;
    while (got > 0 && !stopped(f)) {
        got = read(fd, bytes, READ_BYTES);
        if (got > 0)
            XXH3_128bits_update(h, bytes, (size_t)got);
        else if (got < 0 && errno == EINTR)
            got = 1;
    }
    mem_free(bytes);
    return got == 0;
}

static bool hash_file(const struct finding *f, struct wanted *w)
{
    XXH128_canonical_t digest;
    int fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return false;
    XXH3_state_t *h = XXH3_createState();
    bool whole = h && XXH3_128bits_reset(h) == XXH_OK && hash_fd(f, fd, h);
    if (whole) {
        XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(h));
        hash_hex(&digest, w->hash);
    }
    XXH3_freeState(h);
    close(fd);
    return whole;
}

/* Whether the store's source in the row is this file: by size first, which costs nothing. */
static bool is_source(struct finding *f, struct wanted *w, sqlite3_stmt *q)
{
    const char *hash = (const char *)sqlite3_column_text(q, 1);
    if (!hash || (uint64_t)sqlite3_column_int64(q, 0) != w->size)
        return false;
    if (!w->hash[0] && !hash_file(f, w)) {
        f->failed = true;
        return false;
    }
    return !strcmp(hash, w->hash);
}

static bool same_sources(struct finding *f, struct store *st)
{
    sqlite3_stmt *q = NULL;
    static const char sql[] = "SELECT file_bytes, content_hash FROM store_source "
                              "WHERE (SELECT value FROM store_meta WHERE name = 'importer_version') = ?1 ORDER BY id";
    if (sqlite3_prepare_v2(st->db, sql, -1, &q, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_int(q, 1, IMPORTER_VERSION);
    size_t i = 0;
    bool same = true;
    while (same && sqlite3_step(q) == SQLITE_ROW) {
        same = i < f->n && is_source(f, &f->files[i], q);
        i++;
    }
    sqlite3_finalize(q);
    return same && i == f->n;
}

static bool measure(struct finding *f, const char *const *paths)
{
    struct stat sb;
    for (size_t i = 0; i < f->n; i++) {
        if (stat(paths[i], &sb) < 0 || !S_ISREG(sb.st_mode))
            return false;
        f->files[i] = (struct wanted){.path = paths[i], .size = (uint64_t)sb.st_size};
    }
    return true;
}

int cache_find(const char *const *paths, size_t n, const int32_t *stop, struct buf *out)
{
    struct err ignored = ERR_INIT;
    struct finding f = {.files = mem_calloc(n ? n : 1, sizeof *f.files), .n = n, .stop = stop};
    struct cache_entry *all = NULL;
    size_t nall = 0;
    bool found = false;
    buf_clear(out);
    if (measure(&f, paths) && cache_entries(&all, &nall, &ignored) == 0)
        for (size_t i = 0; i < nall && !found && !f.failed && !stopped(&f); i++) {
            cache_path(all[i].key, out);
            struct store *st = store_open_unused(buf_str(out), &ignored);
            found = st && same_sources(&f, st);
            store_close(st);
        }
    mem_free(all);
    mem_free(f.files);
    if (!found)
        buf_clear(out);
    return found ? 1 : stopped(&f) ? -1 : 0;
}

int cache_adopt(const char *found, const char *path)
{
    return link(found, path);
}

int cache_key_content(const char *const *hashes, size_t n, char key[33])
{
    const uint32_t versions[] = {STORE_SCHEMA, IMPORTER_VERSION};
    XXH128_canonical_t digest;
    for (size_t i = 0; i < n; i++)
        if (!hashes[i][0])
            return -1;
    XXH3_state_t *h = XXH3_createState();
    if (!h || !n) {
        XXH3_freeState(h);
        return -1;
    }
    XXH3_128bits_reset(h);
    XXH3_128bits_update(h, versions, sizeof versions);
    for (size_t i = 0; i < n; i++)
        XXH3_128bits_update(h, hashes[i], strlen(hashes[i]));
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(h));
    XXH3_freeState(h);
    hash_hex(&digest, key);
    return 0;
}

int cache_key_random(char key[33])
{
    XXH128_canonical_t bytes;
    if (getrandom(&bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return -1;
    hash_hex(&bytes, key);
    return 0;
}
