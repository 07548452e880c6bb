/* Columns of rows as bytes and back. A column is {coding, uleb plain size, uleb stored size, bytes}; its plain bytes are
 * one varint a row: the zigzag difference from the row before; for times (signed fields) unknown and open are codes of
 * their own, so that they do not break the chain. What is read is hostile: sizes are checked before anything is unpacked.
 */
#include <string.h>
#include <zstd.h>

#include "base/bytes.h"
#include "model/store/tables.h"

enum { RAW, ZSTD };
enum { LEVEL = 1, VARINT_MAX = 10, TIME_VARINT_MAX = 11 };
/* Codes of a time; a difference d is coded as zigzag(d) + CODE_DIFF, or after CODE_LITERAL when that would not fit. */
enum { CODE_NONE, CODE_OPEN, CODE_LITERAL, CODE_DIFF };

struct packer {
    ZSTD_CCtx *c;
    ZSTD_DCtx *d;
    struct buf plain;
};

struct packer *packer_new(void)
{
    struct packer *p = mem_calloc(1, sizeof *p);
    p->c = ZSTD_createCCtx();
    p->d = ZSTD_createDCtx();
    return p;
}

void packer_free(struct packer *p)
{
    if (!p)
        return;
    ZSTD_freeCCtx(p->c);
    ZSTD_freeDCtx(p->d);
    buf_release(&p->plain);
    mem_free(p);
}

void pack_bytes(struct packer *p, const void *bytes, size_t n, struct buf *out)
{
    struct buf packed = {0};
    buf_reserve(&packed, ZSTD_compressBound(n));
    size_t got = ZSTD_compressCCtx(p->c, packed.p, packed.cap, bytes, n, LEVEL);
    bool pays = !ZSTD_isError(got) && got < n - n / 10;
    buf_reserve(out, 1 + 2 * VARINT_MAX);
    out->p[out->n++] = pays ? ZSTD : RAW;
    buf_uleb(out, n);
    buf_uleb(out, pays ? got : n);
    buf_put(out, pays ? packed.p : bytes, pays ? got : n);
    buf_release(&packed);
}

static uint8_t *put_time(uint8_t *to, uint64_t v, uint64_t *last)
{
    if ((ns_t)v == NS_NONE || (ns_t)v == NS_OPEN)
        return uleb_put(to, (ns_t)v == NS_NONE ? CODE_NONE : CODE_OPEN);
    uint64_t diff = zigzag((int64_t)(v - *last));
    *last = v;
    if (diff <= UINT64_MAX - CODE_DIFF)
        return uleb_put(to, diff + CODE_DIFF);
    return uleb_put(uleb_put(to, CODE_LITERAL), v);
}

static void pack_column(struct packer *p, const struct table *t, const struct field *f, const struct shelf *sh, uint32_t from, uint32_t n)
{
    uint64_t last = 0;
    buf_clear(&p->plain);
    buf_reserve(&p->plain, (size_t)n * TIME_VARINT_MAX + 1);
    uint8_t *to = p->plain.p;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t v = field_get(f, t->row(sh, from + i));
        if (f->type == FIELD_I64) {
            to = put_time(to, v, &last);
            continue;
        }
        to = uleb_put(to, zigzag((int64_t)(v - last)));
        last = v;
    }
    p->plain.n = (size_t)(to - p->plain.p);
}

void pack_rows(struct packer *p, const struct table *t, const struct shelf *sh, uint32_t from, uint32_t n, struct buf *out)
{
    for (unsigned k = 0; k < t->nfields; k++) {
        pack_column(p, t, &t->fields[k], sh, from, n);
        pack_bytes(p, p->plain.p, p->plain.n, out);
    }
}

int unpack_bytes(struct packer *p, struct bytes *in, size_t max, struct bytes *out)
{
    uint8_t coding = bytes_u8(in);
    uint64_t plain = bytes_uleb(in), stored = bytes_uleb(in);
    struct str s = bytes_take(in, stored);
    if (bytes_bad(in) || plain > max || coding > ZSTD || (coding == RAW && stored != plain))
        return -1;
    *out = bytes_of(s.p, s.n);
    if (coding == RAW)
        return 0;
    buf_clear(&p->plain);
    buf_reserve(&p->plain, (size_t)plain + 1);
    size_t got = ZSTD_decompressDCtx(p->d, p->plain.p, (size_t)plain, s.p, s.n);
    *out = bytes_of(p->plain.p, (size_t)plain);
    return ZSTD_isError(got) || got != plain ? -1 : 0;
}

/* Reading is hot: 344,000 goroutines have 9 million values. */
static int read_times(struct bytes *in, size_t at, void **rows, uint32_t n)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t code = bytes_uleb(in), v;
        if (code >= CODE_DIFF)
            v = last += (uint64_t)unzigzag(code - CODE_DIFF);
        else if (code == CODE_LITERAL)
            v = last = bytes_uleb(in);
        else
            v = (uint64_t)(code == CODE_NONE ? NS_NONE : NS_OPEN);
        memcpy((uint8_t *)rows[i] + at, &v, sizeof v);
    }
    return 0;
}

#define READ_NUMBERS(name, type, most)                                                                                                     \
    static int name(struct bytes *in, size_t at, void **rows, uint32_t n)                                                                  \
    {                                                                                                                                      \
        uint64_t v = 0, all = 0;                                                                                                           \
        for (uint32_t i = 0; i < n; i++) {                                                                                                 \
            v += (uint64_t)unzigzag(bytes_uleb(in));                                                                                       \
            all |= v;                                                                                                                      \
            type x = (type)v;                                                                                                              \
            memcpy((uint8_t *)rows[i] + at, &x, sizeof x);                                                                                 \
        }                                                                                                                                  \
        return all <= (most) ? 0 : -1;                                                                                                     \
    }
READ_NUMBERS(read_bool, bool, 1)
READ_NUMBERS(read_u8, uint8_t, UINT8_MAX)
READ_NUMBERS(read_u16, uint16_t, UINT16_MAX)
READ_NUMBERS(read_u32, uint32_t, UINT32_MAX)
READ_NUMBERS(read_u64, uint64_t, UINT64_MAX)

static int (*const readers[])(struct bytes *, size_t, void **, uint32_t) = {
    [FIELD_BOOL] = read_bool, [FIELD_U8] = read_u8,   [FIELD_U16] = read_u16,
    [FIELD_U32] = read_u32,   [FIELD_U64] = read_u64, [FIELD_I64] = read_times,
};

/* Nothing but zeros, which new rows hold already. */
static bool all_zero(const struct bytes *in, uint8_t type, uint32_t n)
{
    uint8_t zero = type == FIELD_I64 ? CODE_DIFF : 0;
    return bytes_left(in) == n && n && *in->p == zero && !memcmp(in->p, in->p + 1, n - 1);
}

int unpack_rows(struct packer *p, const struct table *t, struct bytes *in, void **rows, uint32_t n)
{
    for (unsigned k = 0; k < t->nfields; k++) {
        const struct field *f = &t->fields[k];
        struct bytes plain;
        if (unpack_bytes(p, in, (size_t)n * 2 * VARINT_MAX, &plain) < 0)
            return -1;
        if (all_zero(&plain, f->type, n))
            continue;
        int rc = readers[f->type](&plain, f->at, rows, n);
        if (rc < 0 || bytes_bad(&plain) || bytes_left(&plain))
            return -1;
    }
    return 0;
}
