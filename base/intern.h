/* Interning: equal byte strings get one small id. Ids count from 1; 0 is the empty string.
 * Bytes are kept as they came (not validated). Readable from other threads while one thread adds:
 * an id that was handed over under a lock stays valid and its bytes never move.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

enum { INTERN_BLOCK = 4096, INTERN_BLOCKS = 4096 };

struct intern {
    struct str *block[INTERN_BLOCKS]; /* id / INTERN_BLOCK, id % INTERN_BLOCK: never reallocated */
    uint32_t n;                       /* ids in use are 0..n-1; n >= 1 after the first call */
    struct arena bytes;
    uint32_t *slots; /* open addressing, ids + 1 */
    size_t mask;
};

/* The id of the n bytes at p (copied when new). At most 16,777,216 strings: then UINT32_MAX, and nothing is added. */
uint32_t intern_put(struct intern *t, const void *p, size_t n);
/* The id when already there, else UINT32_MAX. */
uint32_t intern_find(const struct intern *t, const void *p, size_t n);
/* Bytes of an id; an unknown id gives the empty string. Also NUL-terminated. */
static inline struct str intern_get(const struct intern *t, uint32_t id)
{
    if (id >= __atomic_load_n(&t->n, __ATOMIC_RELAXED))
        return (struct str){.p = "", .n = 0};
    return t->block[id / INTERN_BLOCK][id % INTERN_BLOCK];
}
void intern_release(struct intern *t);

#endif
