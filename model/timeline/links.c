/* Links: a creation or an unblock is a row of the goroutine it was done to, so they are looked for segment by segment. */
#include <stdlib.h>

#include "model/timeline/rows.h"
#include "model/timeline/timeline.h"

enum link_kind { LINK_NONE, LINK_CREATE, LINK_UNBLOCK };

static enum link_kind link_kind(const struct event_class *c)
{
    if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE || c->restates)
        return LINK_NONE;
    if (c->from == G_NOTEXIST)
        return LINK_CREATE;
    return c->from == G_WAITING && c->to == G_RUNNABLE ? LINK_UNBLOCK : LINK_NONE;
}

struct found {
    VEC(struct link) links;
    gidx actor;
    ns_t t0, t1;
};

/* Which classes are links: a byte per class, so that the scan looks at nothing else. */
static void link_classes(const struct session *s, uint8_t kinds[DICT_CLASSES])
{
    for (uint32_t i = 0; i < DICT_CLASSES; i++)
        kinds[i] = i < s->known.classes ? (uint8_t)link_kind(&s->dict.classes[i]) : (uint8_t)LINK_NONE;
}

static int scan(struct session *s, uint32_t chunk, const uint8_t *kinds, struct found *f, struct err *e)
{
    const struct chunk *c = chunk_get(s, chunk, COLBIT(T) | COLBIT(CLASS) | COLBIT(G) | COLBIT(RES) | COLBIT(STACK), e);
    if (!c)
        return -1;
    for (uint32_t i = 0; i < c->rows; i++)
        if (kinds[c->class[i]] != LINK_NONE && c->t[i] >= f->t0 && c->t[i] < f->t1 && (f->actor == IDX_NONE || c->g[i] == f->actor))
            *vec_push(&f->links) = (struct link){
                .t = c->t[i], .from = c->g[i], .to = c->res[i], .create = kinds[c->class[i]] == LINK_CREATE, .stack = c->stack[i]};
    chunk_put(s, chunk);
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    return (x->t > y->t) - (x->t < y->t);
}

long tl_links(struct session *s, gidx actor, ns_t t0, ns_t t1, struct link *out, size_t max, struct err *e)
{
    uint8_t kinds[DICT_CLASSES];
    struct found f = {.actor = actor, .t0 = t0, .t1 = t1};
    size_t n = 0;
    int rc = 0;
    link_classes(s, kinds);
    for (uint32_t i = segment_at(s, t0); i < s->segments.n && n < max && rc == 0; i++) {
        const struct segment *seg = &s->segments.v[i];
        if (seg->t0 >= t1)
            break;
        f.links.n = 0;
        for (uint32_t k = seg->chunk0; k < seg->chunk0 + seg->nchunks && k < s->chunks.n && rc == 0; k++)
            if (s->chunks.v[k].stream == STREAM_G && s->chunks.v[k].t1 >= t0 && s->chunks.v[k].t0 < t1)
                rc = scan(s, k, kinds, &f, e);
        if (f.links.n)
            qsort(f.links.v, f.links.n, sizeof *f.links.v, by_time);
        for (size_t k = 0; k < f.links.n && n < max; k++)
            out[n++] = f.links.v[k];
    }
    vec_free(&f.links);
    return rc < 0 ? -1 : (long)n;
}
