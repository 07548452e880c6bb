/* A growing byte buffer, used for text and for encoded columns. Always NUL-terminated after a buf_put* of text. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct buf {
    uint8_t *p; /* owned; release with buf_release */
    size_t n, cap;
};

void buf_grow(struct buf *b, size_t more);
static inline void buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->n < more)
        buf_grow(b, more);
}
void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The text so far, NUL-terminated; borrowed until the next change. */
const char *buf_str(struct buf *b);
void buf_clear(struct buf *b);
void buf_release(struct buf *b);

/* Unsigned LEB128. The caller has reserved 10 bytes. */
static inline uint8_t *uleb_put(uint8_t *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}

static inline void buf_uleb(struct buf *b, uint64_t v)
{
    buf_reserve(b, 10);
    b->n = (size_t)(uleb_put(b->p + b->n, v) - b->p);
}

static inline uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static inline int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#endif
