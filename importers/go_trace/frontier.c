#include "importers/go_trace/frontier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The generation's bytes have 64 zero bytes behind them and an event has at most 51, so a decode may run over a batch's
 * end; it is found out afterwards. */
static inline uint64_t uleb(const uint8_t **pp, bool *bad)
{
    const uint8_t *p = *pp;
    uint64_t v = *p++;
    if (v < 0x80) {
        *pp = p;
        return v;
    }
    v &= 0x7f;
    for (unsigned shift = 7; shift < 70; shift += 7) {
        uint8_t c = *p++;
        if (shift == 63 && c > 1)
            break;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80) {
            *pp = p;
            return v;
        }
    }
    *bad = true;
    *pp = p;
    return 0;
}

uint64_t cursor_offset(const struct cursor *c, const struct generation *g)
{
    const struct batch *b = &g->batches.v[c->batch];
    return b->at + (uint64_t)(c->p - (g->bytes.p + b->off));
}

static int unreadable(struct frontier *f, const struct cursor *c, const struct generation *g, const char *what)
{
    f->at = cursor_offset(c, g);
    f->unknown = !wire_specs[c->type].name;
    snprintf(f->why, sizeof f->why, "%s (event %u)", what, c->type);
    return -1;
}

static bool enter_batch(struct cursor *c, const struct generation *g, uint32_t index)
{
    for (; index != UINT32_MAX; index = g->batches.v[index].next) {
        const struct batch *b = &g->batches.v[index];
        if (!b->n)
            continue;
        c->batch = index;
        c->p = g->bytes.p + b->off;
        c->end = c->p + b->n;
        c->t = generation_ns(g, b->time);
        return true;
    }
    return false;
}

/* The thread's next batch; what is behind counts as done. */
static bool next_batch(struct frontier *f, struct cursor *c, const struct generation *g)
{
    f->used += g->batches.v[c->batch].n;
    if (f->ordered)
        __atomic_store_n(f->ordered, g->start + f->used, __ATOMIC_RELAXED);
    return enter_batch(c, g, g->batches.v[c->batch].next);
}

/* Decodes the next event of a cursor. 1; 0 when its batches are used up; -1. */
static inline int cursor_next(struct frontier *f, struct cursor *c, const struct generation *g)
{
    if (c->p == c->end && !next_batch(f, c, g))
        return 0;
    const uint8_t *p = c->p;
    bool bad = false;
    c->type = *p++;
    const struct wire_spec *spec = &wire_specs[c->type];
    if (!spec->timed)
        return unreadable(f, c, g, spec->name ? "an event that cannot stand in a batch of events" : "an unknown event");
    uint64_t dt = uleb(&p, &bad);
    for (unsigned i = 0; i < spec->nargs; i++)
        c->arg[i] = uleb(&p, &bad);
    if (bad || p > c->end)
        return unreadable(f, c, g, bad ? "a number of more than 10 bytes" : "an event runs over its batch's end");
    c->p = p;
    int64_t d = generation_ns(g, dt);
    c->t = c->t > INT64_MAX / 2 - d ? INT64_MAX / 2 : c->t + d;
    return 1;
}

static void swap(struct frontier *f, size_t i, size_t j)
{
    struct cursor *c = f->heap.v[i];
    f->heap.v[i] = f->heap.v[j];
    f->heap.v[j] = c;
}

static size_t sift_up(struct frontier *f, size_t i)
{
    while (i > 0 && f->heap.v[(i - 1) / 2]->t > f->heap.v[i]->t) {
        swap(f, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
    return i;
}

static void sift_down(struct frontier *f, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < f->heap.n; child++)
            if (f->heap.v[child]->t < f->heap.v[least]->t)
                least = child;
        if (least == i)
            return;
        swap(f, i, least);
        i = least;
    }
}

static void heap_remove(struct frontier *f, size_t i)
{
    for (; i > 0; i = (i - 1) / 2)
        swap(f, i, (i - 1) / 2);
    swap(f, 0, f->heap.n - 1);
    f->heap.n--;
    if (f->heap.n)
        sift_down(f, 0);
}

int frontier_init(struct frontier *f, const struct generation *g)
{
    f->heap.n = 0;
    f->cursors.n = 0;
    f->why[0] = 0;
    f->unknown = false;
    f->used = 0;
    vec_reserve(&f->cursors, g->lists.n + 1);
    f->cursors.n = g->lists.n;
    for (size_t i = 0; i < g->lists.n; i++) {
        struct cursor *c = &f->cursors.v[i];
        *c = (struct cursor){.m = g->lists.v[i].m};
        if (!enter_batch(c, g, g->lists.v[i].first))
            continue;
        if (cursor_next(f, c, g) < 0)
            return -1;
        *vec_push(&f->heap) = c;
        sift_up(f, f->heap.n - 1);
    }
    return 0;
}

int frontier_next(struct frontier *f, size_t i, const struct generation *g)
{
    int rc = cursor_next(f, f->heap.v[i], g);
    if (rc < 0)
        return -1;
    if (rc == 0)
        heap_remove(f, i);
    else if (i == 0 || sift_up(f, i) == i)
        sift_down(f, i);
    return 0;
}

static int by_time_then_place(const void *a, const void *b)
{
    const struct cursor *x = *(const struct cursor *const *)a, *y = *(const struct cursor *const *)b;
    return x->t != y->t ? (x->t < y->t ? -1 : 1) : 0;
}

void frontier_sort(struct frontier *f)
{
    size_t n = f->heap.n;
    if (n > 256) {
        qsort(f->heap.v, n, sizeof *f->heap.v, by_time_then_place); /* glibc's is a merge sort, so stable */
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct cursor *c = f->heap.v[i];
        size_t j = i;
        for (; j > 0 && f->heap.v[j - 1]->t > c->t; j--)
            f->heap.v[j] = f->heap.v[j - 1];
        f->heap.v[j] = c;
    }
}

void frontier_release(struct frontier *f)
{
    vec_free(&f->cursors);
    vec_free(&f->heap);
}
