/* How tables over arrays are written down: for the files that hold such tables. */
#ifndef MODEL_STORE_VTAB_LIST_MACROS_H
#define MODEL_STORE_VTAB_LIST_MACROS_H

#include <stddef.h>

#include "model/store/vtab_list.h"

/* M: a member of the row's struct; R: the row's number; O: shown by the table's own function. */
#define M(type, member, name, format, coltype, sentence)                                                                                   \
    {                                                                                                                                      \
        name, coltype, format, sentence, offsetof(struct type, member), FIELD_OF(((struct type *)0)->member)                               \
    }
#define R(name, sentence)                                                                                                                  \
    {                                                                                                                                      \
        name, INTEGER, L_ROW, sentence, 0, 0                                                                                               \
    }
#define O(what, name, coltype, sentence)                                                                                                   \
    {                                                                                                                                      \
        name, coltype, L_OWN + what, sentence, 0, 0                                                                                        \
    }
#define S(type, member, name, sentence)                                                                                                    \
    {                                                                                                                                      \
        name, TEXT, L_CHARS, sentence, offsetof(struct type, member), 0                                                                    \
    }
#define N(a) (sizeof a / sizeof *a)
#define TABLE(id, sentence, list, key)                                                                                                     \
    const struct vtable vtable_##id = {#id, sentence, id##_cols, N(id##_cols), &way_list, list, NULL, NULL, key, NULL, false}

/* Counting and reaching the rows of an array. */
#define VEC_ROWS(id, member)                                                                                                               \
    static uint32_t id##_count(const struct sight *v)                                                                                      \
    {                                                                                                                                      \
        return (uint32_t)v->s->member.n;                                                                                                   \
    }                                                                                                                                      \
    static const void *id##_row(const struct sight *v, uint32_t i)                                                                         \
    {                                                                                                                                      \
        return &v->s->member.v[i];                                                                                                         \
    }
#define PAGED_ROWS(id, member)                                                                                                             \
    static uint32_t id##_count(const struct sight *v)                                                                                      \
    {                                                                                                                                      \
        return v->s->member.n;                                                                                                             \
    }                                                                                                                                      \
    static const void *id##_row(const struct sight *v, uint32_t i)                                                                         \
    {                                                                                                                                      \
        return paged_at(&v->s->member, i);                                                                                                 \
    }

#endif
