/* An arena: many small allocations, one release. Pointers stay valid until then. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used, size; /* of the head block */
    size_t total;      /* bytes held, for memory accounting */
};

/* n bytes aligned to 8, uninitialised, never NULL; owned by the arena. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
/* A NUL-terminated copy of n bytes. */
char *arena_copy(struct arena *a, const void *p, size_t n) __attribute__((returns_nonnull));
/* Empties the arena; a later use starts anew. */
void arena_release(struct arena *a);

#endif
