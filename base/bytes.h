/* The one bounded cursor through which input bytes pass.
 *
 * Reads never go past the end: they return 0 and set short_read (or overlong for
 * a varint of more than 10 bytes). Ask once, after the record.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p; /* not terminated, not validated; borrowed from the cursor's bytes */
    size_t n;
};

struct bytes {
    const uint8_t *p, *end;
    bool short_read; /* the data ended inside a value */
    bool overlong;   /* a varint had more than 10 bytes or more than 64 bits */
};

static inline struct bytes bytes_of(const void *p, size_t n)
{
    return (struct bytes){.p = p, .end = (const uint8_t *)p + n};
}

static inline size_t bytes_left(const struct bytes *b)
{
    return (size_t)(b->end - b->p);
}

static inline bool bytes_bad(const struct bytes *b)
{
    return b->short_read || b->overlong;
}

static inline uint8_t bytes_u8(struct bytes *b)
{
    if (b->p == b->end) {
        b->short_read = true;
        return 0;
    }
    return *b->p++;
}

uint64_t bytes_uleb_slow(struct bytes *b);

/* Unsigned LEB128, at most 64 bits. One-byte values, the bulk of every trace, stay inline. */
static inline uint64_t bytes_uleb(struct bytes *b)
{
    if (b->p < b->end && *b->p < 0x80)
        return *b->p++;
    return bytes_uleb_slow(b);
}

/* The next n bytes, or an empty str and short_read. */
static inline struct str bytes_take(struct bytes *b, uint64_t n)
{
    if (n > bytes_left(b)) {
        b->p = b->end;
        b->short_read = true;
        return (struct str){.p = "", .n = 0};
    }
    struct str s = {.p = (const char *)b->p, .n = (size_t)n};
    b->p += n;
    return s;
}

#endif
