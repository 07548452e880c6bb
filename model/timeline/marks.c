/* Marks and metrics: what lies beside the transitions. */
#include "model/timeline/side.h"
#include "model/timeline/timeline.h"

enum { SIDES = 2 };

static bool mark_wanted(const struct side *d, uint32_t kinds)
{
    return kinds >> session_class(d->s, d->c->class[d->row])->kind & 1;
}

static struct mark mark_of(const struct side *d)
{
    const struct chunk *c = d->c;
    uint32_t i = d->row;
    struct mark m = {.t = c->t[i], .kind = session_class(d->s, c->class[i])->kind, .g = c->g[i], .stack = c->stack[i]};
    if (c->res[i] == IDX_NONE) /* no record beside it */
        return m;
    m.s[0] = c->s[0][i];
    m.s[1] = c->s[1][i];
    if (m.kind >= EV_TASK_BEGIN && m.kind <= EV_LOG)
        m.task = c->v[0][i];
    return m;
}

long tl_marks(struct session *s, uint32_t kinds, ns_t t0, ns_t t1, struct mark *out, size_t max, struct err *e)
{
    static const uint32_t cols = COLBIT(G) | COLBIT(STACK) | COLBIT(RES) | COLBIT(V0) | COLBIT(S0) | COLBIT(S1);
    static const enum stream streams[SIDES] = {STREAM_MARK, STREAM_SAMPLE};
    struct side d[SIDES];
    int rc[SIDES];
    size_t n = 0;
    for (int i = 0; i < SIDES; i++)
        rc[i] = side_init(&d[i], s, streams[i], cols, t0, t1, e);
    while (n < max && rc[0] >= 0 && rc[1] >= 0 && (rc[0] || rc[1])) {
        int i = !rc[0] || (rc[1] && side_t(&d[1]) < side_t(&d[0]));
        if (side_t(&d[i]) >= t1)
            break;
        if (mark_wanted(&d[i], kinds))
            out[n++] = mark_of(&d[i]);
        rc[i] = side_next(&d[i]);
    }
    for (int i = 0; i < SIDES; i++)
        side_release(&d[i]);
    return rc[0] < 0 || rc[1] < 0 ? -1 : (long)n;
}

/* The class of a metric's samples; a session has few classes. */
static class_id metric_class(const struct session *s, const char *name)
{
    size_t n = strlen(name);
    for (uint32_t i = 0; i < s->known.classes; i++) {
        const struct event_class *c = &s->dict.classes[i];
        struct str have = session_str(s, c->name);
        if (c->kind == EV_METRIC && have.n == n && !memcmp(have.p, name, n))
            return (class_id)i;
    }
    return CLASS_NONE;
}

static int64_t value_of(const struct side *d)
{
    return (int64_t)d->c->v[0][d->row];
}

/* The last value before t, so that the first cells are not empty: chunks backwards. */
static int value_before(struct session *s, class_id class, ns_t t, int64_t *out, struct err *e)
{
    for (size_t k = s->chunks.n; k--;) {
        const struct chunk_ref *ref = &s->chunks.v[k];
        if (ref->stream != STREAM_METRIC || ref->t0 >= t)
            continue;
        const struct chunk *c = chunk_get(s, (uint32_t)k, COLBIT(T) | COLBIT(CLASS) | COLBIT(V0), e);
        if (!c)
            return -1;
        uint32_t i = row_at(c->t, 0, c->rows, t);
        while (i && c->class[i - 1] != class)
            i--;
        if (i)
            *out = (int64_t)c->v[0][i - 1];
        chunk_put(s, (uint32_t)k);
        if (i)
            return 1;
    }
    return 0;
}

int tl_metric(struct session *s, const char *name, const struct tl_window *w, int64_t *out, struct err *e)
{
    class_id class = metric_class(s, name);
    for (uint32_t i = 0; i < w->n; i++)
        out[i] = NS_NONE;
    if (class == CLASS_NONE)
        return 0;
    int64_t last = NS_NONE;
    struct side d;
    ns_t t1 = w->t0 + w->cell * (ns_t)w->n;
    int rc = value_before(s, class, w->t0, &last, e) < 0 ? -1 : side_init(&d, s, STREAM_METRIC, COLBIT(V0), w->t0, t1, e);
    if (rc < 0)
        return -1;
    for (uint32_t i = 0; i < w->n && rc >= 0; i++) {
        for (; rc == 1 && side_t(&d) < w->t0 + w->cell * (ns_t)(i + 1); rc = side_next(&d))
            if (d.c->class[d.row] == class) {
                last = value_of(&d);
                out[i] = out[i] == NS_NONE || last > out[i] ? last : out[i];
            }
        bool over = w->t0 + w->cell * (ns_t)i > s->t1;
        out[i] = out[i] == NS_NONE && !over ? last : out[i];
    }
    side_release(&d);
    return rc < 0 ? -1 : 0;
}
