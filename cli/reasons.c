#include "cli/reasons.h"

#include <string.h>

void reasons_init(struct reasons *r, struct session *s, struct window w)
{
    *r = (struct reasons){.s = s, .w = w, .by_class = mem_calloc((size_t)s->dict.nclasses + 1, sizeof *r->by_class)};
}

void reasons_release(struct reasons *r)
{
    mem_free(r->by_class);
    vec_free(&r->seen);
}

static bool add(void *ctx, const struct span *sp)
{
    struct reasons *r = ctx;
    ns_t from = sp->t0 > r->w.t0 ? sp->t0 : r->w.t0, to = sp->t1 < r->w.t1 ? sp->t1 : r->w.t1;
    if (sp->share < SHARE_CHAN || sp->share > SHARE_OTHER || to <= from)
        return true;
    if (!session_class_name(r->s, sp->class)) {
        r->untold += to - from;
        return true;
    }
    if (!r->by_class[sp->class])
        *vec_push(&r->seen) = sp->class;
    r->by_class[sp->class] += to - from;
    return true;
}

int reasons_sum(struct reasons *r, gidx g, struct err *e)
{
    return spans_each(r->s, g, r->w.t0, r->w.t1, add, r, e);
}

/* Classes of one reason differ in the state before; the reason is said once. */
static ns_t take_reason(struct reasons *r, str_id name)
{
    ns_t sum = 0;
    for (size_t i = 0; i < r->seen.n; i++) {
        if (session_class_name(r->s, r->seen.v[i]) != name)
            continue;
        sum += r->by_class[r->seen.v[i]];
        r->by_class[r->seen.v[i]] = 0;
    }
    return sum;
}

void reasons_json(struct reasons *r, struct json *j, const char *key)
{
    json_object(j, key);
    for (size_t i = 0; i < r->seen.n; i++) {
        str_id name = session_class_name(r->s, r->seen.v[i]);
        struct str text = session_str(r->s, name);
        ns_t sum = take_reason(r, name);
        if (!sum)
            continue;
        json_key_text(j, text.p, text.n);
        json_int(j, NULL, sum);
    }
    if (r->untold)
        json_int(j, "unknown", r->untold);
    json_object_end(j);
    r->seen.n = 0;
    r->untold = 0;
}

void kinds_json(const ns_t ns[SHARE_COUNT], struct json *j, const char *key)
{
    json_object(j, key);
    for (unsigned i = SHARE_CHAN; i <= SHARE_OTHER; i++)
        if (ns[i])
            json_int(j, share_names[i], ns[i]);
    json_object_end(j);
}
