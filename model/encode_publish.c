/* What readers see, changed only here, under the session's write lock. Side events (tasks, ranges, syncs, regions) are applied
 * here too: they are few, and what they change is the session's own.
 */
#include <stdlib.h>

#include "model/encode_private.h"

/* --- side events ---------------------------------------------------------------------------------------------------- */

static void take_sync(struct encoder *enc, const struct event *e)
{
    struct session *s = enc->s;
    if (e->res == IDX_NONE)
        return;
    const struct event_ext *x = &enc->b->ext[e->res];
    if (!x->v[3])
        return;
    s->clock_snapshots++;
    if (s->wall_t0 != NS_NONE || x->v[1] > INT64_MAX / 1000000000 - 1 || x->v[2] >= 1000000000)
        return;
    /* The snapshot was taken at v[3] - 1 of the trace's clock. */
    ns_t wall = (ns_t)(x->v[1] * 1000000000 + x->v[2]);
    s->wall_t0 = ns_between(ns_between(enc->t0, (ns_t)(x->v[3] - 1)), wall);
}

static struct task *task_of(struct encoder *enc, const struct event *e, const struct event_ext *x)
{
    struct session *s = enc->s;
    uint32_t at = map_get(&enc->task_of_id, x->v[0]);
    if (at != MAP_NONE)
        return &s->tasks.v[at];
    map_put(&enc->task_of_id, x->v[0], (uint32_t)s->tasks.n);
    struct task *t = vec_push(&s->tasks);
    *t = (struct task){.id = x->v[0], .parent = x->v[1], .name = x->s[0], .g = e->g, .t0 = NS_NONE, .t1 = NS_OPEN};
    return t;
}

static void take_task(struct encoder *enc, const struct event *e, bool begins)
{
    if (e->res == IDX_NONE)
        return;
    const struct event_ext *x = &enc->b->ext[e->res];
    struct task *t = task_of(enc, e, x);
    if (!begins) {
        t->t1 = e->t;
        return;
    }
    *t = (struct task){.id = x->v[0], .parent = x->v[1], .name = x->s[0], .g = e->g, .t0 = e->t, .t1 = NS_OPEN, .stack = e->stack};
}

static void take_region(struct encoder *enc, const struct event *e, bool begins)
{
    if (e->g == IDX_NONE)
        return;
    while (enc->regions.n <= e->g)
        *vec_push(&enc->regions) = 0;
    uint16_t *open = &enc->regions.v[e->g];
    if (begins && *open < UINT16_MAX) {
        ++*open;
        enc->s->regions_open++;
    } else if (!begins && *open) {
        --*open;
        enc->s->regions_open--;
    }
}

static void take_marks(struct encoder *enc)
{
    for (size_t i = 0; i < enc->list[STREAM_MARK].n; i++) {
        const struct event *e = &enc->ev[enc->list[STREAM_MARK].v[i]];
        switch (enc->s->dict.classes[e->class].kind) {
        case EV_SYNC: take_sync(enc, e); break;
        case EV_TASK_BEGIN: take_task(enc, e, true); break;
        case EV_TASK_END: take_task(enc, e, false); break;
        case EV_REGION_BEGIN: take_region(enc, e, true); break;
        case EV_REGION_END: take_region(enc, e, false); break;
        default: break;
        }
    }
}

/* --- ranges --------------------------------------------------------------------------------------------------------- */

static bool begins_with(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && !memcmp(s.p, prefix, n);
}

/* When there are twice as many as are kept, the shorter half goes. */
static int by_length(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    ns_t dx = x->t1 - x->t0, dy = y->t1 - y->t0;
    return dx > dy ? -1 : dx < dy;
}

static int by_begin(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    return x->t0 < y->t0 ? -1 : x->t0 > y->t0;
}

static void trim_ranges(struct session *s)
{
    if (s->ranges.n <= SESSION_RANGES)
        return;
    qsort(s->ranges.v, s->ranges.n, sizeof *s->ranges.v, by_length);
    s->ranges.n = SESSION_RANGES;
    qsort(s->ranges.v, s->ranges.n, sizeof *s->ranges.v, by_begin);
}

static void close_range(struct encoder *enc, struct range r, ns_t t)
{
    struct session *s = enc->s;
    r.t1 = t;
    size_t at = s->ranges.n;
    (void)vec_push(&s->ranges);
    for (; at > 0 && s->ranges.v[at - 1].t0 > r.t0; at--)
        s->ranges.v[at] = s->ranges.v[at - 1];
    s->ranges.v[at] = r;
    if (s->ranges.n >= 2 * SESSION_RANGES)
        trim_ranges(s);
}

static size_t open_range(const struct encoder *enc, str_id name)
{
    size_t i = 0;
    while (i < enc->open_ranges.n && enc->open_ranges.v[i].name != name)
        i++;
    return i;
}

static void take_range(struct encoder *enc, const struct event *e, const struct event_class *c, bool stw)
{
    size_t at = open_range(enc, c->name);
    bool open = at < enc->open_ranges.n;
    struct range r = {.t0 = e->t, .name = c->name, .stw = stw};
    if (c->kind == EV_RANGE_ACTIVE || c->kind == EV_RANGE_END) {
        r.t0 = enc->s->breaks.n ? enc->s->breaks.v[enc->s->breaks.n - 1] : enc->t0;
        r.active = 1;
    }
    if (c->kind == EV_RANGE_END) {
        close_range(enc, open ? enc->open_ranges.v[at] : r, e->t);
        if (open)
            enc->open_ranges.v[at] = enc->open_ranges.v[--enc->open_ranges.n];
    } else if (!open) {
        *vec_push(&enc->open_ranges) = r;
    } else if (c->kind == EV_RANGE_BEGIN) {
        close_range(enc, enc->open_ranges.v[at], e->t);
        enc->open_ranges.v[at] = r;
    }
}

static void take_ranges(struct encoder *enc)
{
    for (size_t i = 0; i < enc->list[STREAM_RANGE].n; i++) {
        const struct event *e = &enc->ev[enc->list[STREAM_RANGE].v[i]];
        const struct event_class *c = &enc->s->dict.classes[e->class];
        bool stw = begins_with(dict_str(&enc->s->dict, c->name), "stop-the-world");
        if (stw || begins_with(dict_str(&enc->s->dict, c->name), "GC concurrent mark"))
            take_range(enc, e, c, stw);
    }
}

static void close_ranges(struct encoder *enc, ns_t t)
{
    for (size_t i = 0; i < enc->open_ranges.n; i++)
        close_range(enc, enc->open_ranges.v[i], t);
    enc->open_ranges.n = 0;
}

/* --- tables --------------------------------------------------------------------------------------------------------- */

/* Appends the items of `from` from index `at` on. */
#define append_from(to, from, at)                                                                                                          \
    do {                                                                                                                                   \
        size_t at_ = (at), n_ = (from)->n - at_;                                                                                           \
        vec_reserve(to, (to)->n + n_);                                                                                                     \
        if (n_)                                                                                                                            \
            memcpy((to)->v + (to)->n, (from)->v + at_, n_ * sizeof *(from)->v);                                                            \
        (to)->n += n_;                                                                                                                     \
    } while (0)
#define append(to, from) append_from(to, from, 0)

static void publish_goroutines(struct encoder *enc)
{
    struct session *s = enc->s;
    for (size_t i = 0; i < enc->touched.n; i++) {
        if (enc->touched.v[i] >= s->goroutines.n)
            *paged_push(&s->goroutines) = enc->fresh.v[i];
        else
            *session_g(s, enc->touched.v[i]) = enc->fresh.v[i];
    }
}

static void publish_group(struct encoder *enc, size_t i)
{
    struct egroup *from = &enc->groups.v[i];
    struct group *to = &enc->s->groups.v[i];
    struct hist *latency = to->latency;
    *to = from->pub;
    to->latency = latency;
    if (from->latency_changed) {
        if (!latency)
            to->latency = mem_alloc(1, sizeof *to->latency);
        *to->latency = *from->latency;
    }
    from->changed = from->latency_changed = false;
}

static void publish_tables(struct encoder *enc)
{
    struct session *s = enc->s;
    while (s->groups.n < enc->groups.n)
        *vec_push(&s->groups) = (struct group){.name = 0};
    for (size_t i = 0; i < enc->groups.n; i++)
        if (enc->groups.v[i].changed)
            publish_group(enc, i);
    vec_reserve(&s->procs, enc->procs.n);
    s->procs.n = enc->procs.n;
    for (size_t i = 0; i < enc->procs.n; i++) {
        s->procs.v[i] = enc->procs.v[i].pub;
        enc->procs.v[i].n = 0;
    }
    vec_reserve(&s->threads, enc->threads.n);
    s->threads.n = enc->threads.n;
    if (s->threads.n)
        memcpy(s->threads.v, enc->threads.v, s->threads.n * sizeof *s->threads.v);
    append_from(&s->waits, &enc->waits, s->waits.n);
    for (size_t i = 0; i < enc->site_list.n; i++) {
        uint32_t site = enc->site_list.v[i];
        s->waits.v[site] = enc->waits.v[site];
        enc->site_changed.v[site] = 0;
    }
}

static void publish_segment(struct encoder *enc)
{
    struct session *s = enc->s;
    enc->seg.run0 = (uint32_t)s->runs.n;
    enc->seg.nruns = (uint32_t)enc->runs.n;
    enc->seg.prun0 = (uint32_t)s->pruns.n;
    enc->seg.npruns = (uint32_t)enc->pruns.n;
    append(&s->runs, &enc->runs);
    append(&s->pruns, &enc->pruns);
    append(&s->chunks, &enc->chunks);
    append(&s->regroups, &enc->regroups);
    *vec_push(&s->segments) = enc->seg;
}

static void publish_counts(struct encoder *enc)
{
    struct session *s = enc->s;
    s->t0 = enc->t0;
    s->t1 = enc->t1;
    s->known = enc->b->names;
    s->events += enc->b->n;
    for (uint32_t c = 0; c < enc->nroutes; c++) {
        s->by_class[c] += enc->class_n[c];
        s->by_kind[s->dict.classes[c].kind] += enc->class_n[c];
    }
    s->distinct_stacks += enc->new_stacks.n;
    for (size_t i = 0; i < enc->new_stacks.n; i++)
        paged_at(&s->dict.stacks, enc->new_stacks.v[i])->used = 1;
    s->events_with_stack += enc->with_stack;
    memcpy(s->total_ns, enc->total, sizeof s->total_ns);
}

void encode_publish(struct encoder *enc)
{
    struct session *s = enc->s;
    pthread_rwlock_wrlock(&s->lock);
    take_marks(enc);
    take_ranges(enc);
    publish_goroutines(enc);
    publish_tables(enc);
    publish_segment(enc);
    publish_counts(enc);
    ctx_publish(enc->ctx);
    facts_publish(enc);
    /* Open spans of those who sleep: often enough to be of use, seldom enough to cost nothing. */
    enc->since_settled += enc->b->n;
    if (enc->since_settled / 8 >= s->goroutines.n) {
        encode_settle(enc);
        enc->since_settled = 0;
    }
    pthread_rwlock_unlock(&s->lock);
    if (s->wake)
        s->wake(s->wake_ctx);
}

void encode_settle(struct encoder *enc)
{
    for (gidx g = 0; g < enc->s->goroutines.n; g++) {
        struct hot *h = &enc->hot.v[g];
        if (h->share == SHARE_DEAD || !(h->flags & HOT_COUNTED))
            continue;
        ns_add(&session_g(enc->s, g)->ns[h->share], ns_between(h->settled, enc->t1));
        h->settled = enc->t1;
    }
}

/* --- a further source, the end --------------------------------------------------------------------------------------- */

void encode_publish_break(struct encoder *enc)
{
    pthread_rwlock_wrlock(&enc->s->lock);
    *vec_push(&enc->s->breaks) = enc->break_t;
    encode_break(enc);
    ctx_break(enc->ctx, enc->break_t);
    facts_break(enc);
    close_ranges(enc, enc->break_t);
    if (enc->regions.n)
        memset(enc->regions.v, 0, enc->regions.n * sizeof *enc->regions.v);
    pthread_rwlock_unlock(&enc->s->lock);
}

static void close_waits(struct encoder *enc)
{
    for (gidx g = 0; g < enc->s->goroutines.n; g++) {
        const struct hot *h = &enc->hot.v[g];
        if (h->site)
            ns_add(&enc->waits.v[h->site - 1].ns, ns_between(h->since, enc->t1));
    }
    if (enc->waits.n)
        memcpy(enc->s->waits.v, enc->waits.v, enc->waits.n * sizeof *enc->waits.v);
}

int encoder_finish(struct encoder *enc, struct err *e)
{
    (void)e;
    struct session *s = enc->s;
    pthread_rwlock_wrlock(&s->lock);
    s->known = dict_sizes(&s->dict); /* nobody appends any more */
    if (enc->begun) {
        encode_settle(enc);
        close_waits(enc);
        close_ranges(enc, enc->t1);
        trim_ranges(s);
        ctx_finish(enc->ctx, enc->t1);
        facts_finish(enc);
    }
    pthread_rwlock_unlock(&s->lock);
    if (s->wake)
        s->wake(s->wake_ctx);
    return 0;
}
