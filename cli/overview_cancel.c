/* The overview's part on cancels: who ended contexts, and how soon those whom it woke had answered. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "cli/overview.h"
#include "cli/page.h"

/* Cancels of one statement; of timers: all. */
struct caller {
    frame_id site; /* 0: a timer, or a watcher of a foreign parent */
    uint8_t by;
    uint64_t calls, woken, open;
    VEC(ns_t) took; /* to the exit, rising */
};
struct callers {
    VEC(struct caller) v;
    struct map of_site;
};

static int by_length(const void *a, const void *b)
{
    ns_t x = *(const ns_t *)a, y = *(const ns_t *)b;
    return x < y ? -1 : x > y;
}

static int by_woken(const void *a, const void *b)
{
    const struct caller *x = a, *y = b;
    return x->woken != y->woken ? (x->woken > y->woken ? -1 : 1) : x->site < y->site ? -1 : x->site > y->site;
}

static struct caller *caller_of(struct callers *all, const struct cancel *c)
{
    uint64_t key = (uint64_t)c->by << 32 | c->site;
    uint32_t at = map_get(&all->of_site, key);
    if (at == MAP_NONE) {
        at = (uint32_t)all->v.n;
        map_put(&all->of_site, key, at);
        *vec_push(&all->v) = (struct caller){.site = c->site, .by = c->by};
    }
    return &all->v.v[at];
}

static void gather(struct callers *all, const struct ctx_model *m)
{
    for (size_t i = 0; i < m->cancels.n; i++)
        caller_of(all, &m->cancels.v[i])->calls++;
    for (size_t i = 0; i < m->edges.n; i++) {
        const struct cancel_edge *e = &m->edges.v[i];
        struct caller *c = caller_of(all, &m->cancels.v[e->cancel]);
        ns_t took = edge_to_exit(e);
        c->woken++;
        if (took == NS_NONE)
            c->open++;
        else
            *vec_push(&c->took) = took;
    }
    for (size_t i = 0; i < all->v.n; i++)
        if (all->v.v[i].took.n)
            qsort(all->v.v[i].took.v, all->v.v[i].took.n, sizeof(ns_t), by_length);
    if (all->v.n)
        qsort(all->v.v, all->v.n, sizeof *all->v.v, by_woken);
}

static void release(struct callers *all)
{
    for (size_t i = 0; i < all->v.n; i++)
        vec_free(&all->v.v[i].took);
    vec_free(&all->v);
    map_release(&all->of_site);
}

static void put_took(struct page *p, const ns_t *v, size_t n, size_t rank, int width)
{
    if (n)
        page_duration(p, v[rank < n ? rank : n - 1], width);
    else
        page_right(p, "-", width);
}

static void put_caller(struct page *p, const struct session *s, const struct caller *c)
{
    int name = (p->width - 49) / 2 + 3;
    page_put(p, " ");
    if (c->site) {
        const struct frame *f = session_frame(s, c->site);
        page_name(p, session_str(s, f->func), name);
        page_put(p, " ");
        page_place(p, session_str(s, f->file), f->line, p->width - 40 - name);
    } else {
        page_left(p, c->by == BY_DEADLINE ? "(a deadline fired)" : "(a foreign parent ended)", p->width - 39);
    }
    page_count(p, c->calls, 7);
    page_count(p, c->woken, 8);
    put_took(p, c->took.v, c->took.n, c->took.n / 2, 9);
    put_took(p, c->took.v, c->took.n, c->took.n * 99 / 100, 9);
    page_count(p, c->open, 5);
    page_end(p);
}

void overview_cancels(struct page *p, const struct session *s, size_t rows)
{
    const struct ctx_model *m = &s->ctx;
    struct callers all = {.of_site = {0}};
    char digits[3][32];
    if (!m->cancels.n && !m->deadlines_fired)
        return;
    page_end(p);
    if (!m->cancels.n) {
        page_rule(p, "cancels", NULL);
        page_printf(p, " deadlines fired: %s, which woke nobody", page_number(digits[2], m->deadlines_fired));
        page_end(p);
        return;
    }
    gather(&all, m);
    page_rule(p, "cancels: who called, where", "calls   woken   median     99 % open");
    for (size_t i = 0; i < all.v.n && i < rows; i++)
        put_caller(p, s, &all.v.v[i]);
    page_printf(p, " %s woken or started by %s; deadlines fired: %s", page_number(digits[0], m->edges.n),
                page_number(digits[1], m->cancels.n), page_number(digits[2], m->deadlines_fired));
    page_end(p);
    release(&all);
}
