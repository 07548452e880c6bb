#include "cli/life.h"

#include <stdlib.h>

static ns_t within(const struct window *w, const struct span *sp)
{
    ns_t from = sp->t0 > w->t0 ? sp->t0 : w->t0, to = sp->t1 < w->t1 ? sp->t1 : w->t1;
    return to > from ? to - from : 0;
}

static bool add(void *ctx, const struct span *sp)
{
    struct life *l = ctx;
    uint64_t key = (uint64_t)sp->class << 32 | sp->stack;
    uint32_t at = map_get(&l->by_place, key);
    l->spans++;
    if (sp->share >= SHARE_COUNT)
        return true;
    l->ns[sp->share] += within(&l->w, sp);
    if (at == MAP_NONE) {
        at = (uint32_t)l->places.n;
        map_put(&l->by_place, key, at);
        *vec_push(&l->places) = (struct life_place){sp->class, sp->share, sp->stack, 0, 0};
    }
    l->places.v[at].count++;
    l->places.v[at].ns += within(&l->w, sp);
    return true;
}

static int by_ns(const void *pa, const void *pb)
{
    const struct life_place *a = pa, *b = pb;
    return a->ns != b->ns ? (a->ns > b->ns ? -1 : 1) : 0;
}

int life_make(struct life *l, struct session *s, gidx g, struct window w, struct err *e)
{
    *l = (struct life){.s = s, .g = g, .w = w};
    int rc = spans_each(s, g, w.t0, w.t1, add, l, e);
    if (l->places.n)
        qsort(l->places.v, l->places.n, sizeof *l->places.v, by_ns);
    return rc;
}

void life_release(struct life *l)
{
    vec_free(&l->places);
    map_release(&l->by_place);
}

unsigned life_creators(const struct session *s, gidx g, gidx out[CREATORS_MAX])
{
    unsigned n = 0;
    for (gidx c = session_g(s, g)->creator; c < s->goroutines.n && n < CREATORS_MAX; c = session_g(s, c)->creator) {
        if (c == g || (n && c == out[n - 1])) /* damaged input may go round */
            break;
        out[n++] = c;
    }
    return n;
}

struct str life_reason(const struct session *s, class_id c)
{
    return session_str(s, session_class_name(s, c));
}
