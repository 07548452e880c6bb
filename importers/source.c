#include "importers/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/mem.h"
#include "importers/unpack.h"

enum {
    RAW_BYTES = 1 << 16,
    PEEK_MAX = 1 << 16,
    POLL_MS = 100,
    PEEK_PATIENCE = 16, /* a growing file is waited for until it can be recognised, not longer */
};

struct source {
    char *name;
    int fd;
    bool regular, follow;
    struct progress *progress; /* may be NULL */
    struct unpacker *unpacker; /* NULL: plain */
    bool sniffed;              /* packed or plain is known */
    uint8_t *raw;              /* bytes of the file as it lies, not yet used */
    size_t raw_pos, raw_len;
    uint64_t raw_off;   /* offset in the file behind raw[raw_len] */
    bool raw_end;       /* it ended there */
    XXH3_state_t *hash; /* of raw bytes [0, raw_off) */
    uint8_t *head;      /* unpacked bytes that were peeked at */
    size_t head_pos, head_len;
    uint64_t offset; /* unpacked, of the next read */
    char damage[160];
};

/* ---- opening ---- */

static int no_file(const char *path, struct err *e)
{
    int why = errno;
    err_set(e, ERR_INPUT, "%s", why == ENOENT ? "no such file" : why == EACCES ? "no permission to read it" : strerror(why));
    err_source(e, path);
    if (why == ENOENT)
        return err_hint(e, "check the name");
    if (why == EACCES)
        return err_hint(e, "ask its owner, or copy it to where you may read it");
    return -1;
}

static int check_kind(const char *path, const struct stat *st, bool follow, struct err *e)
{
    if (S_ISDIR(st->st_mode)) {
        err_set(e, ERR_INPUT, "a directory");
        err_hint(e, "name the trace files in it");
    } else if (S_ISREG(st->st_mode) && st->st_size == 0 && !follow) {
        err_set(e, ERR_INPUT, "an empty file");
        err_hint(e, "was the program stopped before tracing began? a trace is written only while it runs");
    } else if (!S_ISREG(st->st_mode) && !S_ISFIFO(st->st_mode)) {
        err_set(e, ERR_INPUT, "not a regular file");
        err_hint(e, "give a trace file, or pipe it in and name it -");
    } else {
        return 0;
    }
    return err_source(e, path);
}

static int open_stdin(struct stat *st, struct err *e)
{
    if (isatty(STDIN_FILENO)) {
        err_set(e, ERR_INPUT, "standard input is a terminal");
        return err_hint(e, "pipe a trace into it, or name a file");
    }
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0 || fstat(fd, st) < 0) {
        err_set(e, ERR_INPUT, "standard input is closed");
        err_hint(e, "pipe a trace into it, or name a file");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    /* A socket is as good as a pipe here. */
    if (S_ISSOCK(st->st_mode))
        st->st_mode = S_IFIFO;
    return fd;
}

/* Does not block on a pipe that nobody writes to yet: reading waits for it and can be stopped. */
static int open_path(const char *path, struct stat *st, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return no_file(path, e);
    if (fstat(fd, st) < 0) {
        no_file(path, e);
        close(fd);
        return -1;
    }
    return fd;
}

struct source *source_open(const char *path, const struct source_opts *o, struct err *e)
{
    struct stat st = {0};
    bool is_stdin = !strcmp(path, "-");
    const char *name = is_stdin ? "standard input" : path;
    int fd = is_stdin ? open_stdin(&st, e) : open_path(path, &st, e);
    if (fd < 0) {
        err_source(e, name);
        return NULL;
    }
    if (check_kind(name, &st, o->follow, e) < 0) {
        close(fd);
        return NULL;
    }
    struct source *s = mem_calloc(1, sizeof *s);
    s->name = mem_strdup(name);
    s->fd = fd;
    s->regular = S_ISREG(st.st_mode);
    s->follow = o->follow && s->regular;
    s->progress = o->progress;
    s->raw = mem_alloc(RAW_BYTES, 1);
    s->hash = XXH3_createState();
    if (s->hash)
        XXH3_128bits_reset(s->hash);
    if (s->regular)
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    if (s->progress)
        __atomic_store_n(&s->progress->bytes_total, s->regular ? (uint64_t)st.st_size : 0, __ATOMIC_RELAXED);
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    close(s->fd);
    unpacker_free(s->unpacker);
    XXH3_freeState(s->hash);
    mem_free(s->raw);
    mem_free(s->head);
    mem_free(s->name);
    mem_free(s);
}

/* ---- bytes as they lie ---- */

static bool stopped(const struct source *s)
{
    return s->progress && __atomic_load_n(&s->progress->stop, __ATOMIC_RELAXED);
}

static void count(const struct source *s)
{
    struct stat st;
    if (!s->progress)
        return;
    __atomic_store_n(&s->progress->bytes_done, s->raw_off, __ATOMIC_RELAXED);
    __atomic_store_n(&s->progress->unpacked, s->unpacker ? s->offset : s->raw_off, __ATOMIC_RELAXED);
    if (s->follow && fstat(s->fd, &st) == 0)
        __atomic_store_n(&s->progress->bytes_total, (uint64_t)st.st_size, __ATOMIC_RELAXED);
}

/* Waits until a pipe has bytes or its writer is gone. False when the user stopped it. */
static bool wait_pipe(struct source *s)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    while (!stopped(s)) {
        int n = poll(&p, 1, POLL_MS);
        if (n > 0 || (n < 0 && errno != EINTR))
            return true;
    }
    return false;
}

/* As read(2), but can be stopped and, with follow and patience, waits for a file to grow. 0: the end. */
static int64_t raw_read(struct source *s, void *p, size_t n, bool patient, struct err *e)
{
    for (;;) {
        if (!s->regular && !wait_pipe(s))
            return 0;
        ssize_t got = read(s->fd, p, n);
        if (got > 0) {
            s->raw_off += (uint64_t)got;
            if (s->hash)
                XXH3_128bits_update(s->hash, p, (size_t)got);
            count(s);
            return got;
        }
        if (got == 0 && s->follow && patient && !stopped(s)) {
            poll(NULL, 0, POLL_MS);
            continue;
        }
        if (got == 0) {
            s->raw_end = true;
            return 0;
        }
        if (errno != EINTR && errno != EAGAIN) {
            err_set(e, ERR_INPUT, "cannot be read: %s", strerror(errno));
            err_where(e, "byte %" PRIu64, s->raw_off);
            return err_source(e, s->name);
        }
        if (stopped(s))
            return 0;
    }
}

static bool has_grown(const struct source *s)
{
    struct stat st;
    return s->raw_len > s->raw_pos || s->head_len > s->head_pos || fstat(s->fd, &st) < 0 || (uint64_t)st.st_size > s->raw_off;
}

bool source_idle(const struct source *s, unsigned milliseconds)
{
    if (!s->follow)
        return false;
    for (unsigned waited = 0; !has_grown(s) && !stopped(s); waited += POLL_MS) {
        if (waited >= milliseconds)
            return true;
        poll(NULL, 0, POLL_MS);
    }
    return false;
}

/* More bytes behind those in raw. 1; 0 at the end; -1. */
static int raw_fill(struct source *s, bool patient, struct err *e)
{
    if (s->raw_pos) {
        memmove(s->raw, s->raw + s->raw_pos, s->raw_len - s->raw_pos);
        s->raw_len -= s->raw_pos;
        s->raw_pos = 0;
    }
    int64_t n = raw_read(s, s->raw + s->raw_len, RAW_BYTES - s->raw_len, patient, e);
    if (n < 0)
        return -1;
    s->raw_len += (size_t)n;
    return n > 0;
}

static int sniff(struct source *s, struct err *e)
{
    int rc = 1;
    while (s->raw_len < UNPACK_MAGIC && (rc = raw_fill(s, true, e)) > 0)
        ;
    if (rc < 0)
        return -1;
    s->unpacker = unpacker_new(s->raw, s->raw_len);
    s->sniffed = true;
    return 0;
}

/* ---- unpacked bytes ---- */

static int64_t read_plain(struct source *s, void *p, size_t n, bool patient, struct err *e)
{
    size_t have = s->raw_len - s->raw_pos;
    if (!have && n >= RAW_BYTES / 4)
        return raw_read(s, p, n, patient, e);
    if (!have) {
        int rc = raw_fill(s, patient, e);
        if (rc <= 0)
            return rc;
        have = s->raw_len;
    }
    size_t part = have < n ? have : n;
    memcpy(p, s->raw + s->raw_pos, part);
    s->raw_pos += part;
    return (int64_t)part;
}

static void set_damage(struct source *s, const char *why)
{
    uint64_t at = s->raw_off - (s->raw_len - s->raw_pos);
    snprintf(s->damage, sizeof s->damage, "the %s data is damaged at byte %" PRIu64 " of the file: %s", unpacker_name(s->unpacker), at,
             why);
}

static int64_t read_packed(struct source *s, void *p, size_t n, bool patient, struct err *e)
{
    while (!s->damage[0]) {
        struct unpack_step step = {.in = s->raw + s->raw_pos, .in_n = s->raw_len - s->raw_pos, .out = p, .out_n = n};
        int rc = unpacker_run(s->unpacker, &step);
        s->raw_pos = s->raw_len - step.in_n;
        if (rc < 0)
            set_damage(s, unpacker_why(s->unpacker));
        if (step.out_n < n)
            return (int64_t)(n - step.out_n);
        if (rc < 0 || step.in_n)
            continue;
        if ((rc = raw_fill(s, patient, e)) < 0)
            return -1;
        if (rc == 0) {
            if (!unpacker_at_edge(s->unpacker) && !s->follow && !stopped(s))
                set_damage(s, "it ends there, inside a packed block");
            return 0;
        }
    }
    return 0;
}

static int64_t read_unpacked(struct source *s, void *p, size_t n, bool patient, struct err *e)
{
    if (!s->sniffed && sniff(s, e) < 0)
        return -1;
    return s->unpacker ? read_packed(s, p, n, patient, e) : read_plain(s, p, n, patient, e);
}

int64_t source_read(struct source *s, void *p, size_t n, struct err *e)
{
    size_t have = s->head_len - s->head_pos;
    int64_t got;
    if (n == 0)
        return 0;
    if (have) {
        got = (int64_t)(have < n ? have : n);
        memcpy(p, s->head + s->head_pos, (size_t)got);
        s->head_pos += (size_t)got;
    } else if ((got = read_unpacked(s, p, n, true, e)) < 0) {
        return -1;
    }
    s->offset += (uint64_t)got;
    if (s->progress)
        __atomic_store_n(&s->progress->unpacked, s->offset, __ATOMIC_RELAXED);
    return got;
}

const uint8_t *source_peek(struct source *s, size_t want, size_t *n, struct err *e)
{
    if (want > PEEK_MAX)
        want = PEEK_MAX;
    if (!s->head)
        s->head = mem_alloc(PEEK_MAX, 1);
    memmove(s->head, s->head + s->head_pos, s->head_len - s->head_pos);
    s->head_len -= s->head_pos;
    s->head_pos = 0;
    while (s->head_len < want) {
        int64_t got = read_unpacked(s, s->head + s->head_len, PEEK_MAX - s->head_len, s->head_len < PEEK_PATIENCE, e);
        if (got < 0)
            return NULL;
        if (got == 0)
            break;
        s->head_len += (size_t)got;
    }
    *n = s->head_len;
    return s->head;
}

const char *source_name(const struct source *s)
{
    return s->name;
}

uint64_t source_offset(const struct source *s)
{
    return s->offset;
}

const char *source_damage(const struct source *s)
{
    return s->damage[0] ? s->damage : NULL;
}

bool source_hash(struct source *s, char hex[33], uint64_t *bytes)
{
    struct err ignored = ERR_INIT;
    XXH128_canonical_t digest;
    int64_t n = 1;
    if (!s->hash || s->follow)
        return false;
    while (s->regular && !s->raw_end && !stopped(s) && n > 0)
        n = raw_read(s, s->raw, RAW_BYTES, false, &ignored);
    if (!s->raw_end)
        return false;
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(s->hash));
    for (unsigned i = 0; i < sizeof digest.digest; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", digest.digest[i]);
    *bytes = s->raw_off;
    return true;
}
