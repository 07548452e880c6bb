/* A growing array of any type: VEC(struct span) spans = {0}; *vec_push(&spans) = s; vec_free(&spans); */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>
#include <string.h>

#include "base/mem.h"

#define VEC(type)                                                                                                                          \
    struct {                                                                                                                               \
        type *v;                                                                                                                           \
        size_t n, cap;                                                                                                                     \
    }

/* Makes room for at least `want` items in all. */
#define vec_reserve(a, want)                                                                                                               \
    do {                                                                                                                                   \
        size_t want_ = (want);                                                                                                             \
        if (want_ > (a)->cap) {                                                                                                            \
            size_t cap_ = (a)->cap ? (a)->cap * 2 : 16;                                                                                    \
            while (cap_ < want_)                                                                                                           \
                cap_ *= 2;                                                                                                                 \
            (a)->v = mem_realloc((a)->v, cap_, sizeof *(a)->v);                                                                            \
            (a)->cap = cap_;                                                                                                               \
        }                                                                                                                                  \
    } while (0)

/* Appends one uninitialised item and evaluates to a pointer to it; the pointer holds until the next push. */
#define vec_push(a)                                                                                                                        \
    (((a)->n == (a)->cap ? (void)((a)->v = mem_realloc((a)->v, ((a)->cap = (a)->cap ? (a)->cap * 2 : 16), sizeof *(a)->v)) : (void)0),     \
     &(a)->v[(a)->n++])

#define vec_free(a)                                                                                                                        \
    do {                                                                                                                                   \
        mem_free((a)->v);                                                                                                                  \
        (a)->v = NULL;                                                                                                                     \
        (a)->n = (a)->cap = 0;                                                                                                             \
    } while (0)

#endif
