#include "base/map.h"

#include "base/mem.h"

static void map_init_slots(struct map *m, size_t cap)
{
    m->slots = mem_alloc(cap, sizeof *m->slots);
    m->mask = cap - 1;
    m->n = 0;
    for (size_t i = 0; i < cap; i++)
        m->slots[i].value = MAP_NONE;
}

static struct map_slot *find(const struct map *m, uint64_t key)
{
    size_t i = hash_u64(key) & m->mask;
    while (m->slots[i].value != MAP_NONE && m->slots[i].key != key)
        i = (i + 1) & m->mask;
    return &m->slots[i];
}

static void grow(struct map *m)
{
    struct map old = *m;
    map_init_slots(m, (old.mask + 1) * 2);
    for (size_t i = 0; i <= old.mask; i++)
        if (old.slots[i].value != MAP_NONE) {
            *find(m, old.slots[i].key) = old.slots[i];
            m->n++;
        }
    mem_free(old.slots);
}

void map_put(struct map *m, uint64_t key, uint32_t value)
{
    if (!m->slots)
        map_init_slots(m, 64);
    else if (m->n * 3 > m->mask * 2)
        grow(m);
    struct map_slot *s = find(m, key);
    m->n += s->value == MAP_NONE;
    *s = (struct map_slot){.key = key, .value = value};
}

bool map_remove(struct map *m, uint64_t key)
{
    if (!m->slots)
        return false;
    struct map_slot *s = find(m, key);
    if (s->value == MAP_NONE)
        return false;
    /* Backward-shift deletion: close the gap so that probes stay unbroken. */
    size_t hole = (size_t)(s - m->slots);
    for (size_t i = (hole + 1) & m->mask; m->slots[i].value != MAP_NONE; i = (i + 1) & m->mask) {
        size_t home = hash_u64(m->slots[i].key) & m->mask;
        if (((i - home) & m->mask) >= ((i - hole) & m->mask)) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    }
    m->slots[hole].value = MAP_NONE;
    m->n--;
    return true;
}

void map_clear(struct map *m)
{
    if (!m->slots)
        return;
    for (size_t i = 0; i <= m->mask; i++)
        m->slots[i].value = MAP_NONE;
    m->n = 0;
}

void map_release(struct map *m)
{
    mem_free(m->slots);
    *m = (struct map){0};
}
