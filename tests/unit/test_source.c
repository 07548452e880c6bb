/* A source gives a file's bytes, packed or not, from a file, a pipe or one that still grows; what is damaged gives what lies before. */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "importers/source.h"
#include "tests/lib/check.h"

static char dir[512];

static const char *path_of(const char *name)
{
    static char path[4][600];
    static unsigned i;
    char *p = path[i++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static const char *write_file(const char *name, const void *p, size_t n)
{
    const char *path = path_of(name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
        abort();
    return path;
}

/* Some 700 kB that pack to about half: larger than all buffers in between. */
static void make_text(struct buf *b)
{
    for (unsigned i = 0; i < 60000; i++)
        buf_printf(b, "%u:%x ", i, below(1u << 20));
}

static void pack_gzip(struct buf *out, const struct buf *in)
{
    z_stream z = {0};
    deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    buf_reserve(out, deflateBound(&z, in->n) + 64);
    z.next_in = in->p;
    z.avail_in = (uInt)in->n;
    z.next_out = out->p + out->n;
    z.avail_out = (uInt)(out->cap - out->n);
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out->n = out->cap - z.avail_out;
    deflateEnd(&z);
}

static void pack_zstd(struct buf *out, const struct buf *in)
{
    buf_reserve(out, ZSTD_compressBound(in->n));
    out->n += ZSTD_compress(out->p + out->n, out->cap - out->n, in->p, in->n, 3);
}

/* Reads all, in odd portions; the error is printed when it was not to be. */
static int read_all(struct source *s, struct buf *out, struct err *e)
{
    for (;;) {
        size_t want = 1 + below(1u << (1 + below(18)));
        buf_reserve(out, want);
        CHECK(source_offset(s) == out->n);
        int64_t n = source_read(s, out->p + out->n, want, e);
        if (n <= 0)
            return (int)n;
        out->n += (size_t)n;
    }
}

static void gives(const char *path, const struct buf *want, bool damaged)
{
    struct err e = ERR_INIT;
    struct progress progress = {0};
    struct source *s = source_open(path, &(struct source_opts){.progress = &progress}, &e);
    CHECK(s != NULL, "%s: %s", path, e.what);
    if (!s)
        return;
    size_t n = 0;
    const uint8_t *head = source_peek(s, 1000, &n, &e);
    CHECK(head && n <= want->n + 65536 && !memcmp(head, want->p, n < want->n ? n : want->n), "peek at %s", path);
    struct buf got = {0};
    CHECK(read_all(s, &got, &e) == 0, "%s", e.what);
    CHECK(got.n == want->n && !memcmp(got.p, want->p, got.n), "%s: %zu bytes, not %zu", path, got.n, want->n);
    CHECK(damaged == (source_damage(s) != NULL), "%s: %s", path, source_damage(s) ? source_damage(s) : "no damage");
    CHECK(progress.unpacked == want->n && progress.bytes_done == progress.bytes_total);
    buf_release(&got);
    source_close(s);
}

static void test_packed(void)
{
    struct buf text = {0}, gz = {0}, zs = {0}, twice = {0};
    make_text(&text);
    gives(write_file("plain", text.p, text.n), &text, false);
    pack_gzip(&gz, &text);
    gives(write_file("text.gz", gz.p, gz.n), &text, false);
    pack_zstd(&zs, &text);
    gives(write_file("text.zst", zs.p, zs.n), &text, false);

    /* Several members or frames, padding behind them. */
    buf_put(&twice, text.p, text.n);
    buf_put(&twice, text.p, text.n);
    pack_gzip(&gz, &text);
    buf_put(&gz, "\0\0\0\0", 4);
    gives(write_file("two.gz", gz.p, gz.n), &twice, false);
    buf_put(&zs, "\x50\x2a\x4d\x18\3\0\0\0abc", 11);
    pack_zstd(&zs, &text);
    gives(write_file("two.zst", zs.p, zs.n), &twice, false);

    /* What follows and is not packed is told, and takes nothing away. */
    buf_put(&gz, "junk!", 5);
    buf_put(&zs, "junk!", 5);
    struct err e = ERR_INIT;
    gives(write_file("junk.gz", gz.p, gz.n), &twice, true);
    gives(write_file("junk.zst", zs.p, zs.n), &twice, true);
    CHECK(e.kind == ERR_NONE);
    buf_release(&text);
    buf_release(&gz);
    buf_release(&zs);
    buf_release(&twice);
}

/* A packed stream cut at n bytes: what comes is a prefix of the text, and damage is told unless the cut is at an end. */
static void cut_at(const struct buf *text, const struct buf *packed, size_t n)
{
    struct err e = ERR_INIT;
    struct source *s = source_open(write_file("cut", packed->p, n), &(struct source_opts){0}, &e);
    struct buf got = {0};
    CHECK(s && read_all(s, &got, &e) == 0, "%s", e.what);
    CHECK(got.n <= text->n && !memcmp(got.p, text->p, got.n));
    bool plain = n < 4; /* too short to be seen as packed: given as it is */
    CHECK(plain || source_damage(s), "cut at %zu of %zu is not told", n, packed->n);
    source_close(s);
    buf_release(&got);
}

static void test_cut(void)
{
    struct buf text = {0}, gz = {0}, zs = {0};
    make_text(&text);
    pack_gzip(&gz, &text);
    pack_zstd(&zs, &text);
    for (unsigned i = 0; i < 40; i++) {
        cut_at(&text, &gz, 4 + below((uint32_t)gz.n - 4));
        cut_at(&text, &zs, 4 + below((uint32_t)zs.n - 4));
    }
    /* A flipped bit: what comes out before is sound up to the format's own granularity, nothing hangs. */
    for (unsigned i = 0; i < 40; i++) {
        struct buf *b = below(2) ? &gz : &zs;
        uint8_t *byte = &b->p[10 + below((uint32_t)b->n - 10)];
        uint8_t bit = (uint8_t)(1 << below(8));
        *byte ^= bit;
        struct err e = ERR_INIT;
        struct source *s = source_open(write_file("flip", b->p, b->n), &(struct source_opts){0}, &e);
        struct buf got = {0};
        CHECK(s && read_all(s, &got, &e) == 0);
        source_close(s);
        buf_release(&got);
        *byte ^= bit;
    }
    buf_release(&text);
    buf_release(&gz);
    buf_release(&zs);
}

static void refuses(const char *path, const char *what)
{
    struct err e = ERR_INIT;
    struct source *s = source_open(path, &(struct source_opts){0}, &e);
    CHECK(!s && strstr(e.what, what) && e.hint[0] && e.source[0], "%s: %s; %s", path, e.what, e.hint);
    CHECK(err_exit_code(&e) == 2);
    source_close(s);
}

static void test_errors(void)
{
    refuses(path_of("nowhere"), "no such file");
    refuses(dir, "a directory");
    refuses(write_file("empty", "", 0), "an empty file");
    refuses("/dev/null", "not a regular file");
    if (geteuid() == 0) {
        /* root may read everything: become somebody else for a moment. */
        write_file("secret", "x", 1);
        CHECK(chmod(dir, 0711) == 0 && chmod(path_of("secret"), 0) == 0 && seteuid(65534) == 0);
        refuses(path_of("secret"), "no permission");
        CHECK(seteuid(0) == 0);
    } else {
        write_file("secret", "x", 1);
        CHECK(chmod(path_of("secret"), 0) == 0);
        refuses(path_of("secret"), "no permission");
    }
}

static void test_window(void)
{
    struct buf text = {0}, out = {0};
    make_text(&text);
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 28);
    ZSTD_CCtx_setParameter(c, ZSTD_c_enableLongDistanceMatching, 0);
    buf_reserve(&out, ZSTD_compressBound(text.n));
    ZSTD_inBuffer in = {text.p, text.n, 0};
    ZSTD_outBuffer o = {out.p, out.cap, 0};
    ZSTD_compressStream2(c, &o, &in, ZSTD_e_flush); /* the size is not known beforehand: the window is as asked */
    ZSTD_compressStream2(c, &o, &in, ZSTD_e_end);
    struct err e = ERR_INIT;
    struct source *s = source_open(write_file("wide.zst", out.p, o.pos), &(struct source_opts){0}, &e);
    char byte;
    CHECK(s && source_read(s, &byte, 1, &e) == 0 && source_damage(s) && strstr(source_damage(s), "128 MiB"), "%s",
          s && source_damage(s) ? source_damage(s) : "taken");
    source_close(s);
    ZSTD_freeCCtx(c);
    buf_release(&text);
    buf_release(&out);
}

struct feeder {
    int fd;
    const struct buf *bytes;
    struct progress *progress; /* stopped at the end; NULL: the end is the pipe's */
};

static void *feed(void *arg)
{
    struct feeder *f = arg;
    for (size_t at = 0; at < f->bytes->n;) {
        size_t part = f->bytes->n - at < 50000 ? f->bytes->n - at : 50000;
        if (write(f->fd, f->bytes->p + at, part) != (ssize_t)part)
            break;
        at += part;
        usleep(at < 200000 ? 20000 : 0);
    }
    if (f->progress) {
        while (__atomic_load_n(&f->progress->unpacked, __ATOMIC_RELAXED) < f->bytes->n)
            usleep(1000);
        __atomic_store_n(&f->progress->stop, 1, __ATOMIC_RELAXED);
    } else {
        close(f->fd);
    }
    return NULL;
}

/* A file that another thread still writes is read to what that thread wrote, then until the user stops it. */
static void test_follow(void)
{
    struct buf text = {0}, got = {0};
    make_text(&text);
    struct progress progress = {0};
    int fd = open(write_file("growing", "", 0), O_WRONLY | O_APPEND);
    struct feeder f = {.fd = fd, .bytes = &text, .progress = &progress};
    struct err e = ERR_INIT;
    struct source *s = source_open(path_of("growing"), &(struct source_opts){.follow = true, .progress = &progress}, &e);
    CHECK(s != NULL, "%s", e.what);
    pthread_t thread;
    pthread_create(&thread, NULL, feed, &f);
    CHECK(read_all(s, &got, &e) == 0);
    pthread_join(thread, NULL);
    CHECK(got.n == text.n && !memcmp(got.p, text.p, got.n) && progress.bytes_total == text.n);
    close(fd);
    source_close(s);
    buf_release(&text);
    buf_release(&got);
}

/* A named pipe, as `ctxscope <(command)` gives it; packed, so that both meet. */
static void test_pipe(void)
{
    struct buf text = {0}, gz = {0}, got = {0};
    make_text(&text);
    pack_gzip(&gz, &text);
    CHECK(mkfifo(path_of("pipe"), 0600) == 0);
    struct err e = ERR_INIT;
    struct source *s = source_open(path_of("pipe"), &(struct source_opts){0}, &e);
    CHECK(s != NULL, "%s", e.what);
    struct feeder f = {.fd = open(path_of("pipe"), O_WRONLY), .bytes = &gz};
    pthread_t thread;
    pthread_create(&thread, NULL, feed, &f);
    CHECK(read_all(s, &got, &e) == 0 && !source_damage(s));
    CHECK(got.n == text.n && !memcmp(got.p, text.p, got.n));
    pthread_join(thread, NULL);
    source_close(s);
    buf_release(&text);
    buf_release(&gz);
    buf_release(&got);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/source-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return 1;
    test_packed();
    test_cut();
    test_errors();
    test_window();
    test_follow();
    test_pipe();
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return check_done() | (system(command) != 0);
}
