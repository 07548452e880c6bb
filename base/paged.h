/* A growing array whose items never move, so that one thread may append while others read what was handed over to them. */
#ifndef BASE_PAGED_H
#define BASE_PAGED_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

enum { PAGED_SHIFT = 12, PAGED_SIZE = 1 << PAGED_SHIFT, PAGED_PAGES = 1 << 14 };
#define PAGED_MAX ((uint32_t)PAGED_SIZE * PAGED_PAGES) /* 67,108,864 items */

/* The table of pages is one allocation of PAGED_PAGES pointers, made at the first push (untouched pages cost nothing). */
#define PAGED(type)                                                                                                                        \
    struct {                                                                                                                               \
        type **page;                                                                                                                       \
        uint32_t n;                                                                                                                        \
    }
#define paged_at(a, i) (&(a)->page[(uint32_t)(i) >> PAGED_SHIFT][(uint32_t)(i) & (PAGED_SIZE - 1)])
/* Appends a zeroed item and evaluates to its pointer, which stays valid. The caller checks n < PAGED_MAX first. */
#define paged_push(a)                                                                                                                      \
    ((void)((a)->page ? (void)0 : (void)((a)->page = mem_calloc(PAGED_PAGES, sizeof *(a)->page))),                                         \
     (void)((a)->page[(a)->n >> PAGED_SHIFT] ? (void)0                                                                                     \
                                             : (void)((a)->page[(a)->n >> PAGED_SHIFT] = mem_calloc(PAGED_SIZE, sizeof **(a)->page))),     \
     (a)->n++, paged_at(a, (a)->n - 1))
#define paged_free(a)                                                                                                                      \
    do {                                                                                                                                   \
        for (size_t i_ = 0; (a)->page && i_ < PAGED_PAGES && (a)->page[i_]; i_++)                                                          \
            mem_free((a)->page[i_]);                                                                                                       \
        mem_free((a)->page);                                                                                                               \
        (a)->page = NULL;                                                                                                                  \
        (a)->n = 0;                                                                                                                        \
    } while (0)

#endif
