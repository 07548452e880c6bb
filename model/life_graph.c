#include "model/life_graph.h"

#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 4096 };

static bool stops(const struct span *sp)
{
    return sp->state == G_WAITING || sp->state == G_SYSCALL;
}

/* The row of a span's kind: classes of one word are one kind, whatever they begin from. */
static struct life_wait *wait_of(const struct session *s, struct life_graph *l, const struct span *sp)
{
    str_id why = session_class_name(s, sp->class);
    for (unsigned i = 0; i < l->nwaits; i++) {
        struct life_wait *w = &l->waits[i];
        bool rest = w->class == CLASS_NONE && i + 1 == LIFE_WAITS;
        if (rest || (w->share == sp->share && session_class_name(s, w->class) == why))
            return w;
    }
    struct life_wait *w = &l->waits[l->nwaits++];
    *w = (struct life_wait){.class = l->nwaits == LIFE_WAITS ? (class_id)CLASS_NONE : sp->class, .share = sp->share};
    return w;
}

static void add(const struct session *s, struct life_graph *l, const struct span *sp, ns_t t0, ns_t t1, unsigned *from,
                struct life_wait **stop)
{
    ns_t a = sp->t0 > t0 ? sp->t0 : t0, b = sp->t1 < t1 ? sp->t1 : t1;
    if (sp->share >= SHARE_COUNT)
        return;
    bool begins = sp->t0 >= t0;
    l->spans++;
    l->ns[sp->share] += b - a;
    l->visits[sp->share]++;
    if (begins)
        l->moves[*from][sp->share]++;
    if (*stop && begins) {
        (*stop)->ready += sp->share == SHARE_RUNNABLE;
        (*stop)->straight += sp->share != SHARE_RUNNABLE;
    }
    *stop = stops(sp) ? wait_of(s, l, sp) : NULL;
    if (*stop) {
        (*stop)->n++;
        (*stop)->ns += b - a;
        (*stop)->open = sp->open || sp->t1 > t1;
    }
    *from = sp->share;
}

static int by_time(const void *a, const void *b)
{
    const struct life_wait *x = a, *y = b;
    return x->ns != y->ns ? (x->ns < y->ns ? 1 : -1) : (x->share > y->share) - (x->share < y->share);
}

int life_graph(struct session *s, gidx g, ns_t t0, ns_t t1, uint64_t max, struct life_graph *l, struct err *e)
{
    if (g >= s->goroutines.n)
        return memset(l, 0, sizeof *l), 0;
    struct span *buf = mem_alloc(AT_ONCE, sizeof *buf);
    unsigned from = LIFE_START;
    struct life_wait *stop = NULL;
    bool first = true;
    long n = AT_ONCE;
    memset(l, 0, sizeof *l);
    for (ns_t at = t0; n == AT_ONCE && l->spans < max; at = buf[n - 1].t1) {
        n = tl_spans(s, g, at, t1, buf, AT_ONCE, e);
        for (long i = 0; i < n; i++) {
            if (first)
                l->older = buf[i].t0 < t0 || buf[i].class == CLASS_NONE;
            first = false;
            add(s, l, &buf[i], t0, t1, &from, &stop);
        }
        if (n <= 0)
            break;
    }
    mem_free(buf);
    l->cut = n == AT_ONCE;
    l->alive = !first && session_g(s, g)->ended > t1;
    if (!first && !l->alive && !l->cut)
        l->moves[from][LIFE_END]++;
    if (l->nwaits)
        qsort(l->waits, l->nwaits, sizeof *l->waits, by_time);
    return n < 0 ? -1 : 0;
}
