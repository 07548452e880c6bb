/* Columns of rows as bytes and back. A column is {coding, uleb plain size, uleb stored size, bytes}; its plain bytes are
 * one varint a row: the zigzag difference from the row before; for times (signed fields) from a guess, in ticks of 2^n ns (the
 * first byte says n), and unknown and open are codes of their own, so that they do not break the chain. What is read is hostile: sizes are
 * checked before anything is unpacked.
 */
#include <string.h>
#include <zstd.h>

#include "base/bytes.h"
#include "model/store/tables.h"

enum { RAW, ZSTD };
enum { LEVEL = 1, VARINT_MAX = 10, TIME_VARINT_MAX = 11 };
/* Codes of a time; a difference of d ticks is coded as zigzag(d) + CODE_DIFF, one that is no number of ticks after CODE_WHOLE. */
enum { CODE_NONE, CODE_OPEN, CODE_WHOLE, CODE_DIFF };
enum { TICK_MAX = 15 };

struct packer {
    ZSTD_CCtx *c;
    ZSTD_DCtx *d;
    struct buf plain;
    const uint8_t *row[PART_ROWS]; /* that are packed */
    uint64_t value[PART_ROWS];     /* of a column */
    int64_t diff[PART_ROWS];
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

static inline bool no_time(uint64_t v)
{
    return (ns_t)v == NS_NONE || (ns_t)v == NS_OPEN;
}

static inline uint8_t *put(uint8_t *to, uint64_t v)
{
    if (v < 0x80) {
        *to++ = (uint8_t)v;
        return to;
    }
    return uleb_put(to, v);
}

/* A time's difference from its guess, in ticks where it is a whole number of them. */
static inline uint8_t *put_time(uint8_t *to, uint64_t v, int64_t diff, unsigned tick)
{
    if (no_time(v))
        return put(to, (ns_t)v == NS_NONE ? CODE_NONE : CODE_OPEN);
    uint64_t ticks = zigzag(diff >> tick);
    if (((uint64_t)diff & ((1ull << tick) - 1)) == 0 && ticks <= UINT64_MAX - CODE_DIFF)
        return put(to, ticks + CODE_DIFF);
    return put(put(to, CODE_WHOLE), zigzag(diff));
}

/* The largest tick that seven of eight differences are multiples of: clocks tick coarser than nanoseconds. */
static unsigned tick_of(const int64_t *diff, uint32_t n)
{
    uint32_t with[TICK_MAX + 1] = {0}, sum = 0;
    for (uint32_t i = 0; i < n; i++)
        with[__builtin_ctzll((uint64_t)diff[i] | 1ull << TICK_MAX)]++;
    unsigned tick = TICK_MAX;
    for (; tick > 0; tick--) {
        sum += with[tick];
        if (sum >= n - n / 8)
            break;
    }
    return tick;
}

static void diff_rows(struct packer *p, uint32_t n)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t v = p->value[i];
        p->diff[i] = no_time(v) ? 0 : (int64_t)(v - last);
        last = no_time(v) ? last : v;
    }
}

static void diff_guess(struct packer *p, const struct field *f, const struct session *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        p->diff[i] = no_time(p->value[i]) ? 0 : (int64_t)(p->value[i] - f->guess(s, p->row[i]));
}

static uint8_t *put_times(struct packer *p, const struct field *f, const struct session *s, uint32_t n, uint8_t *to)
{
    if (f->guess)
        diff_guess(p, f, s, n);
    else
        diff_rows(p, n);
    unsigned tick = tick_of(p->diff, n);
    *to++ = (uint8_t)tick;
    for (uint32_t i = 0; i < n; i++)
        to = put_time(to, p->value[i], p->diff[i], tick);
    return to;
}

static uint8_t *put_numbers(const struct packer *p, uint32_t n, uint8_t *to)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        to = put(to, zigzag((int64_t)(p->value[i] - last)));
        last = p->value[i];
    }
    return to;
}

#define TAKE(type)                                                                                                                         \
    for (uint32_t i = 0; i < n; i++) {                                                                                                     \
        type x;                                                                                                                            \
        memcpy(&x, p->row[i] + f->at, sizeof x);                                                                                           \
        p->value[i] = x;                                                                                                                   \
    }                                                                                                                                      \
    break
static void take_column(struct packer *p, const struct field *f, uint32_t n)
{
    switch (f->type) {
    case FIELD_BOOL: TAKE(bool);
    case FIELD_U8: TAKE(uint8_t);
    case FIELD_U16: TAKE(uint16_t);
    case FIELD_U32: TAKE(uint32_t);
    default: TAKE(uint64_t);
    }
}

static void pack_column(struct packer *p, const struct field *f, const struct session *s, uint32_t n)
{
    buf_clear(&p->plain);
    buf_reserve(&p->plain, (size_t)n * TIME_VARINT_MAX + 2);
    take_column(p, f, n);
    uint8_t *to = p->plain.p;
    to = f->type == FIELD_I64 ? put_times(p, f, s, n, to) : put_numbers(p, n, to);
    p->plain.n = (size_t)(to - p->plain.p);
}

void pack_rows(struct packer *p, const struct table *t, const struct shelf *sh, uint32_t from, uint32_t n, struct buf *out)
{
    for (uint32_t i = 0; i < n; i++)
        p->row[i] = t->row(sh, from + i);
    for (unsigned k = 0; k < t->nfields; k++) {
        pack_column(p, &t->fields[k], sh->s, n);
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
static inline uint64_t read_time(struct bytes *in, uint64_t guess, unsigned tick)
{
    uint64_t code = bytes_uleb(in);
    if (code >= CODE_DIFF)
        return guess + ((uint64_t)unzigzag(code - CODE_DIFF) << tick);
    if (code == CODE_WHOLE)
        return guess + (uint64_t)unzigzag(bytes_uleb(in));
    return (uint64_t)(code == CODE_NONE ? NS_NONE : NS_OPEN);
}

static int read_times(struct bytes *in, size_t at, void **rows, uint32_t n)
{
    unsigned tick = bytes_u8(in);
    uint64_t last = 0;
    if (tick > TICK_MAX)
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t v = read_time(in, last, tick);
        last = (ns_t)v == NS_NONE || (ns_t)v == NS_OPEN ? last : v;
        memcpy((uint8_t *)rows[i] + at, &v, sizeof v);
    }
    return 0;
}

/* The same of a field that has a guess of its own. */
static int read_guessed(const struct field *f, const struct session *s, struct bytes *in, void **rows, uint32_t n)
{
    unsigned tick = bytes_u8(in);
    if (tick > TICK_MAX)
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t v = read_time(in, f->guess(s, rows[i]), tick);
        memcpy((uint8_t *)rows[i] + f->at, &v, sizeof v);
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
    struct bytes b = *in;
    if (type == FIELD_I64 && bytes_u8(&b) > TICK_MAX)
        return false;
    uint8_t zero = type == FIELD_I64 ? CODE_DIFF : 0;
    return bytes_left(&b) == n && n && *b.p == zero && !memcmp(b.p, b.p + 1, n - 1);
}

int unpack_rows(struct packer *p, const struct table *t, const struct session *s, struct bytes *in, void **rows, uint32_t n)
{
    for (unsigned k = 0; k < t->nfields; k++) {
        const struct field *f = &t->fields[k];
        struct bytes plain;
        if (unpack_bytes(p, in, (size_t)n * 2 * VARINT_MAX + 1, &plain) < 0)
            return -1;
        if (!f->guess && all_zero(&plain, f->type, n))
            continue;
        int rc = f->guess ? read_guessed(f, s, &plain, rows, n) : readers[f->type](&plain, f->at, rows, n);
        if (rc < 0 || bytes_bad(&plain) || bytes_left(&plain))
            return -1;
    }
    return 0;
}
