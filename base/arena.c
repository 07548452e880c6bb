#include "base/arena.h"

#include <string.h>

#include "base/mem.h"

struct arena_block {
    struct arena_block *next;
    max_align_t data[];
};

enum { ARENA_BLOCK = 64 << 10 };

void *arena_alloc(struct arena *a, size_t n)
{
    n = (n + 7) & ~(size_t)7;
    if (a->size - a->used < n) {
        size_t size = n > ARENA_BLOCK ? n : ARENA_BLOCK;
        struct arena_block *b = mem_alloc(1, sizeof *b + size);
        b->next = a->head;
        a->head = b;
        a->used = 0;
        a->size = size;
        a->total += size;
    }
    void *p = (char *)a->head->data + a->used;
    a->used += n;
    return p;
}

char *arena_copy(struct arena *a, const void *p, size_t n)
{
    char *s = arena_alloc(a, n + 1);
    if (n)
        memcpy(s, p, n);
    s[n] = 0;
    return s;
}

void arena_release(struct arena *a)
{
    for (struct arena_block *b = a->head, *next; b; b = next) {
        next = b->next;
        mem_free(b);
    }
    *a = (struct arena){0};
}
