#include "importers/unpack.h"

#define ZLIB_CONST
#include <limits.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"

struct format {
    const char *name;
    bool (*matches)(const uint8_t *head, size_t n);
    int (*run)(struct unpacker *u, struct unpack_step *s);
};

struct unpacker {
    const struct format *format;
    z_stream gz;
    ZSTD_DStream *zstd;
    bool at_edge;
    bool later; /* behind the first member */
    const char *why;
};

static bool gzip_matches(const uint8_t *head, size_t n)
{
    return n >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8;
}

/* A frame, or one of the 16 kinds of skippable frames that some tools put first. */
static bool zstd_matches(const uint8_t *head, size_t n)
{
    static const uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd}, skip[] = {0x2a, 0x4d, 0x18};
    return n >= 4 && (!memcmp(head, frame, 4) || ((head[0] & 0xf0) == 0x50 && !memcmp(head + 1, skip, 3)));
}

/* zlib's state is allocated as all our memory is, so that fault injection reaches it. */
static voidpf gzip_alloc(voidpf ctx, uInt n, uInt size)
{
    (void)ctx;
    return mem_alloc(n, size);
}

static void gzip_free(voidpf ctx, voidpf p)
{
    (void)ctx;
    mem_free(p);
}

/* Zero bytes behind a member are padding, as tape tools write it; anything else must be the next member. */
static void gzip_skip_padding(struct unpack_step *s)
{
    while (s->in_n && *s->in == 0) {
        s->in++;
        s->in_n--;
    }
}

static int gzip_run(struct unpacker *u, struct unpack_step *s)
{
    if (u->at_edge && u->later)
        gzip_skip_padding(s);
    if (u->at_edge && !s->in_n)
        return 0;
    u->gz.next_in = s->in;
    u->gz.avail_in = s->in_n > UINT_MAX ? UINT_MAX : (uInt)s->in_n;
    u->gz.next_out = s->out;
    u->gz.avail_out = s->out_n > UINT_MAX ? UINT_MAX : (uInt)s->out_n;
    bool header = u->at_edge;
    int rc = inflate(&u->gz, Z_NO_FLUSH);
    s->in_n -= (size_t)(u->gz.next_in - s->in);
    s->in = u->gz.next_in;
    s->out_n -= (size_t)(u->gz.next_out - s->out);
    s->out = u->gz.next_out;
    u->at_edge = rc == Z_STREAM_END;
    if (u->at_edge) {
        u->later = true;
        inflateReset(&u->gz);
    }
    if (rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR)
        return 0;
    u->why = header && u->later ? "what lies behind the last member is no gzip data" : u->gz.msg ? u->gz.msg : "zlib cannot read it";
    return -1;
}

static int zstd_run(struct unpacker *u, struct unpack_step *s)
{
    ZSTD_inBuffer in = {.src = s->in, .size = s->in_n};
    ZSTD_outBuffer out = {.dst = s->out, .size = s->out_n};
    if (!s->in_n && u->at_edge)
        return 0;
    size_t rc = ZSTD_decompressStream(u->zstd, &out, &in);
    s->in += in.pos;
    s->in_n -= in.pos;
    s->out += out.pos;
    s->out_n -= out.pos;
    u->at_edge = rc == 0;
    if (!ZSTD_isError(rc))
        return 0;
    u->why = ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge
                 ? "its window is above the limit of 128 MiB: pack it again without --long or --ultra"
                 : ZSTD_getErrorName(rc);
    return -1;
}

static const struct format formats[] = {{"gzip", gzip_matches, gzip_run}, {"zstd", zstd_matches, zstd_run}};

struct unpacker *unpacker_new(const uint8_t *head, size_t n)
{
    const struct format *f = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].matches(head, n))
            f = &formats[i];
    if (!f)
        return NULL;
    struct unpacker *u = mem_calloc(1, sizeof *u);
    u->format = f;
    u->at_edge = true;
    if (f->run == gzip_run) {
        u->gz.zalloc = gzip_alloc;
        u->gz.zfree = gzip_free;
        if (inflateInit2(&u->gz, 16 + MAX_WBITS) != Z_OK)
            u->why = "zlib does not start";
    } else {
        u->zstd = ZSTD_createDStream();
        if (!u->zstd || ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, UNPACK_WINDOW_LOG)))
            u->why = "no memory to unpack zstd";
    }
    return u;
}

const char *unpacker_name(const struct unpacker *u)
{
    return u->format->name;
}

int unpacker_run(struct unpacker *u, struct unpack_step *s)
{
    return u->why ? -1 : u->format->run(u, s);
}

const char *unpacker_why(const struct unpacker *u)
{
    return u->why;
}

bool unpacker_at_edge(const struct unpacker *u)
{
    return u->at_edge;
}

void unpacker_free(struct unpacker *u)
{
    if (!u)
        return;
    if (u->format->run == gzip_run)
        inflateEnd(&u->gz);
    ZSTD_freeDStream(u->zstd);
    mem_free(u);
}
