#include "base/intern.h"

#include <string.h>

#include "base/mem.h"

static uint64_t hash_bytes(const void *p, size_t n)
{
    const unsigned char *s = p;
    uint64_t h = 0x9e3779b97f4a7c15u ^ n;
    for (; n >= 8; s += 8, n -= 8) {
        uint64_t w;
        memcpy(&w, s, 8);
        h = (h ^ w) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    for (; n; s++, n--)
        h = (h ^ *s) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static void append(struct intern *t, struct str s)
{
    uint32_t b = t->n / INTERN_BLOCK;
    if (!t->block[b])
        t->block[b] = mem_calloc(INTERN_BLOCK, sizeof *t->block[b]);
    t->block[b][t->n % INTERN_BLOCK] = s;
    __atomic_store_n(&t->n, t->n + 1, __ATOMIC_RELAXED);
}

static uint32_t *find(const struct intern *t, const void *p, size_t n)
{
    for (size_t i = hash_bytes(p, n) & t->mask;; i = (i + 1) & t->mask) {
        if (!t->slots[i])
            return &t->slots[i];
        struct str s = intern_get(t, t->slots[i] - 1);
        if (s.n == n && !memcmp(s.p, p, n))
            return &t->slots[i];
    }
}

static void rehash(struct intern *t, size_t cap)
{
    mem_free(t->slots);
    t->slots = mem_calloc(cap, sizeof *t->slots);
    t->mask = cap - 1;
    for (uint32_t id = 0; id < t->n; id++) {
        struct str s = intern_get(t, id);
        *find(t, s.p, s.n) = id + 1;
    }
}

uint32_t intern_put(struct intern *t, const void *p, size_t n)
{
    if (!t->slots) {
        append(t, (struct str){.p = "", .n = 0});
        rehash(t, 256);
    }
    uint32_t *slot = find(t, p, n);
    if (*slot)
        return *slot - 1;
    if (t->n >= (uint32_t)INTERN_BLOCK * INTERN_BLOCKS)
        return UINT32_MAX;
    append(t, (struct str){.p = arena_copy(&t->bytes, p, n), .n = n});
    *slot = t->n;
    uint32_t id = t->n - 1;
    if ((size_t)t->n * 3 > t->mask * 2)
        rehash(t, (t->mask + 1) * 2);
    return id;
}

uint32_t intern_find(const struct intern *t, const void *p, size_t n)
{
    if (!t->slots)
        return UINT32_MAX;
    uint32_t slot = *find(t, p, n);
    return slot ? slot - 1 : UINT32_MAX;
}

void intern_release(struct intern *t)
{
    for (size_t i = 0; i < INTERN_BLOCKS && t->block[i]; i++)
        mem_free(t->block[i]);
    arena_release(&t->bytes);
    mem_free(t->slots);
    *t = (struct intern){0};
}
