/* A hash map u64 -> u32 with open addressing: goroutine ids to indexes, per-generation ids to session ids. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX /* "absent"; never stored as a value */

struct map_slot {
    uint64_t key;
    uint32_t value; /* MAP_NONE: empty slot */
};

struct map {
    struct map_slot *slots; /* owned */
    size_t n, mask;         /* items; capacity - 1 */
};

/* splitmix64's finalizer: spreads sequential ids. */
static inline uint64_t hash_u64(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    return x;
}

/* The value of key, or MAP_NONE. */
static inline uint32_t map_get(const struct map *m, uint64_t key)
{
    if (!m->slots)
        return MAP_NONE;
    for (size_t i = hash_u64(key) & m->mask;; i = (i + 1) & m->mask) {
        const struct map_slot *s = &m->slots[i];
        if (s->value == MAP_NONE || s->key == key)
            return s->value;
    }
}

/* Adds or replaces. value must not be MAP_NONE. */
void map_put(struct map *m, uint64_t key, uint32_t value);
/* Removes key; true when it was there. */
bool map_remove(struct map *m, uint64_t key);
/* Forgets all items, keeps the memory. */
void map_clear(struct map *m);
void map_release(struct map *m);

#endif
