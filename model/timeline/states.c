/* The state of a goroutine where it has no rows; and what sums come to. */
#include "model/timeline/sums.h"

void class_shares(const struct session *s, struct class_shares *out)
{
    memset(out->of, RESTATES, sizeof out->of);
    for (uint32_t i = 0; i < s->known.classes; i++) {
        const struct event_class *c = session_class(s, (class_id)i);
        if (c->kind == EV_STATE_TRANSITION && !c->restates)
            out->of[i] = c->share;
    }
}

void sums_resolve(const struct halves *h, const sum_t *row, struct tl_cell *out)
{
    sum_t whole[SHARE_COUNT] = {0};
    const sum_t *steps = row + (size_t)h->n * SHARE_COUNT;
    for (uint32_t i = 0; i < h->n; i++, row += SHARE_COUNT, steps += SHARE_COUNT)
        for (unsigned k = 0; k < SHARE_COUNT; k++) {
            whole[k] += steps[k];
            out[i / 2].ns[i % 2][k] = (ns_t)(row[k] + whole[k] * (uint64_t)h->half);
        }
}

ns_t break_in(const struct session *s, ns_t t0, ns_t t1)
{
    for (size_t i = 0; i < s->breaks.n; i++)
        if (s->breaks.v[i] >= t0 && s->breaks.v[i] < t1)
            return s->breaks.v[i];
    return NS_NONE;
}

unsigned share_before(const struct session *s, const struct run *r, uint32_t segment)
{
    if (r->class_in == CLASS_NONE || r->class_in >= s->known.classes)
        return r->track < s->goroutines.n && born_unknown(session_g(s, r->track)) ? SHARE_UNKNOWN : SHARE_DEAD;
    unsigned share = session_class(s, r->class_in)->share;
    ns_t at = s->segments.v[segment].t0;
    if (share < SHARE_DEAD && s->breaks.n && at < INT64_MAX && break_in(s, r->t_in, at + 1) != NS_NONE)
        return SHARE_UNKNOWN;
    return share;
}

int share_final(struct session *s, gidx g, ns_t *since, unsigned *share, struct err *e)
{
    const struct goroutine *go = session_g(s, g);
    *since = go->first == NS_NONE ? s->t0 : go->last;
    *share = go->first == NS_NONE ? (unsigned)SHARE_UNKNOWN : go->last_share;
    if (!s->breaks.n || go->first == NS_NONE)
        return 0;
    /* After a break the goroutine's row says "unknown"; what it was before lies in the chunks. */
    struct cursor c;
    cursor_init(&c, s, g, 0, e);
    int rc = cursor_seek(&c, INT64_MAX);
    if (rc == 1) {
        *since = cursor_t(&c);
        *share = session_class(s, cursor_class(&c))->share;
    }
    cursor_release(&c);
    return rc < 0 ? -1 : 0;
}
