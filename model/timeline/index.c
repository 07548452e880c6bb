#include "model/timeline/index.h"

#include "model/chunk_cache.h"

/* Forgets who is idle when. */
static void index_clear(struct tl_index *x)
{
    for (size_t i = 0; i < x->changes.n; i++)
        vec_free(&x->changes.v[i].v);
    vec_free(&x->changes);
    vec_free(&x->idle);
    vec_free(&x->pending);
    vec_free(&x->busy);
    vec_free(&x->busy_open);
    x->segments = x->regrouped = x->breaks = 0;
    x->goroutines = 0;
}

static void index_free(void *data)
{
    struct tl_index *x = data;
    index_clear(x);
    vec_free(&x->late);
    vec_free(&x->moved);
    if (x->sheets_free)
        x->sheets_free(x->sheets);
    pthread_mutex_destroy(&x->lock);
    mem_free(x);
}

static void change(struct tl_index *x, size_t segment, uint32_t group, unsigned share, int32_t delta)
{
    if (segment >= x->changes.n)
        return;
    struct changes *c = &x->changes.v[segment];
    uint32_t *hint = &c->hint[(group * 11 + share) % CHANGE_HINTS];
    if (*hint < c->v.n && c->v.v[*hint].group == group && c->v.v[*hint].share == share) {
        c->v.v[*hint].delta += delta;
        return;
    }
    /* Those that share a hint do not pile up as long as they are few. */
    for (size_t i = c->v.n; i-- > 0 && c->v.n - i <= 16;)
        if (c->v.v[i].group == group && c->v.v[i].share == share) {
            c->v.v[i].delta += delta;
            *hint = (uint32_t)i;
            return;
        }
    *hint = (uint32_t)c->v.n;
    *vec_push(&c->v) = (struct change){.group = group, .delta = delta, .share = (uint8_t)share};
}

/* The first segment in [from, to] behind a break that comes at or after the end of segment `from` - 1; `to` when none does. */
static size_t behind_break(const struct session *s, size_t from, size_t to)
{
    if (!s->breaks.n || from >= s->segments.n)
        return to;
    ns_t b = break_in(s, s->segments.v[from].t0, INT64_MAX);
    size_t at = from;
    while (b != NS_NONE && at < to && at < s->segments.n && s->segments.v[at].t0 < b)
        at++;
    return b == NS_NONE || at >= s->segments.n ? to : at;
}

/* One more (sign 1) or less that is idle through segments [from, to), told to be in `share`. */
static void stretch(struct tl_index *x, const struct session *s, uint32_t group, unsigned share, size_t from, size_t to, int32_t sign)
{
    if (from >= to || share >= SHARE_COUNT)
        return;
    size_t cut = share == SHARE_UNKNOWN ? to : behind_break(s, from, to);
    if (cut > from) {
        change(x, from, group, share, sign);
        change(x, cut, group, share, -sign);
    }
    if (cut < to) {
        change(x, cut, group, SHARE_UNKNOWN, sign);
        change(x, to, group, SHARE_UNKNOWN, -sign);
    }
}

/* What a run tells of the goroutine's state since its run before, breaks aside. */
static unsigned told_before(const struct session *s, const struct run *r)
{
    if (r->class_in != CLASS_NONE && r->class_in < s->known.classes)
        return session_class(s, r->class_in)->share;
    return born_unknown(session_g(s, r->track)) ? SHARE_UNKNOWN : SHARE_DEAD;
}

static void add_busy(struct tl_index *x, const struct session *s, gidx g, unsigned share, size_t from, size_t to)
{
    if (share != SHARE_RUNNING && share != SHARE_SYSCALL)
        return;
    size_t cut = behind_break(s, from, to);
    if (cut <= from)
        return;
    if (cut == SIZE_MAX)
        *vec_push(&x->busy_open) = (uint32_t)x->busy.n;
    *vec_push(&x->busy) = (struct busy){.g = g, .from = (uint32_t)from, .to = cut >= UINT32_MAX ? UINT32_MAX : (uint32_t)cut};
}

static void close_busy(struct tl_index *x, gidx g)
{
    for (size_t i = 0; i < x->busy_open.n; i++) {
        struct busy *b = &x->busy.v[x->busy_open.v[i]];
        if (b->g != g)
            continue;
        b->to = b->from; /* what it was is told anew by the run that comes now */
        x->busy_open.v[i] = x->busy_open.v[--x->busy_open.n];
        return;
    }
}

/* Counts (sign 1) or takes away all idle stretches of a goroutine in a group, as far as it is indexed. */
static void replay(struct tl_index *x, const struct session *s, gidx g, uint32_t group, int32_t sign)
{
    const struct idle *d = &x->idle.v[g];
    size_t since = 0;
    for (uint32_t i = 0; i < x->segments; i++) {
        const struct run *r = run_of_g(s, i, g);
        if (!r)
            continue;
        stretch(x, s, group, told_before(s, r), since, i, sign);
        since = i + 1;
    }
    if (d->share != RESTATES)
        stretch(x, s, group, d->share, d->since, SIZE_MAX, sign);
}

static void add_goroutines(struct tl_index *x, const struct session *s)
{
    for (; x->goroutines < s->goroutines.n; x->goroutines++) {
        *vec_push(&x->idle) = (struct idle){.group = session_g(s, x->goroutines)->group, .share = RESTATES};
        *vec_push(&x->pending) = x->goroutines;
    }
}

static void change_group(struct tl_index *x, const struct session *s, gidx g)
{
    struct idle *d = &x->idle.v[g];
    uint32_t to = session_g(s, g)->group;
    if (d->group == to)
        return;
    replay(x, s, g, d->group, -1);
    replay(x, s, g, to, 1);
    d->group = to;
}

static void add_late(struct tl_index *x, uint32_t group, uint32_t segment, int32_t delta)
{
    for (size_t i = x->late.n; i-- > 0 && x->late.n - i <= 16;)
        if (x->late.v[i].group == group && x->late.v[i].segment == segment) {
            x->late.v[i].delta += delta;
            return;
        }
    *vec_push(&x->late) = (struct late){.group = group, .segment = segment, .delta = delta};
}

static void add_regroups(struct tl_index *x, const struct session *s)
{
    for (; x->regroups < s->regroups.n; x->regroups++) {
        const struct regroup *r = &s->regroups.v[x->regroups];
        if (r->g >= s->goroutines.n)
            continue;
        if (r->from == IDX_NONE)
            add_late(x, r->to, r->segment, 1);
        else if (r->to == IDX_NONE)
            add_late(x, r->from, r->segment, -1);
        else
            *vec_push(&x->moved) = *r;
    }
}

static void add_run(struct tl_index *x, const struct session *s, size_t segment, const struct run *r)
{
    if (r->track >= x->goroutines)
        return;
    struct idle *d = &x->idle.v[r->track];
    unsigned told = told_before(s, r);
    change_group(x, s, r->track);
    if (d->share != RESTATES) {
        stretch(x, s, d->group, d->share, d->since, SIZE_MAX, -1);
        if (d->share == SHARE_RUNNING || d->share == SHARE_SYSCALL)
            close_busy(x, r->track);
        *vec_push(&x->pending) = r->track;
    }
    stretch(x, s, d->group, told, d->since, segment, 1);
    if (d->since < segment)
        add_busy(x, s, r->track, told, d->since, segment);
    d->since = (uint32_t)segment + 1;
    d->share = RESTATES;
}

/* Those who had no later run are in their last state up to the end. */
static int settle(struct tl_index *x, struct session *s, struct err *e)
{
    for (size_t i = 0; i < x->pending.n; i++) {
        gidx g = x->pending.v[i];
        struct idle *d = &x->idle.v[g];
        unsigned share;
        ns_t since;
        if (share_final(s, g, &since, &share, e) < 0)
            return -1;
        d->share = (uint8_t)share;
        stretch(x, s, d->group, share, d->since, SIZE_MAX, 1);
        add_busy(x, s, g, share, d->since, SIZE_MAX);
    }
    x->pending.n = 0;
    return 0;
}

int index_idle(struct tl_index *x, struct session *s, struct err *e)
{
    if (x->segments == s->segments.n && x->goroutines == s->goroutines.n && x->breaks == s->breaks.n && x->regrouped == s->regroups.n)
        return 0;
    if (x->breaks != s->breaks.n)
        index_clear(x);
    x->breaks = s->breaks.n;
    while (x->changes.n < s->segments.n + 1)
        *vec_push(&x->changes) = (struct changes){0};
    add_goroutines(x, s);
    for (; x->regrouped < s->regroups.n; x->regrouped++)
        if (s->regroups.v[x->regrouped].g < x->goroutines)
            change_group(x, s, s->regroups.v[x->regrouped].g);
    for (; x->segments < s->segments.n; x->segments++) {
        const struct segment *seg = &s->segments.v[x->segments];
        for (uint32_t i = 0; i < seg->nruns; i++)
            add_run(x, s, x->segments, &s->runs.v[seg->run0 + i]);
    }
    if (settle(x, s, e) == 0)
        return 0;
    index_clear(x);
    return -1;
}

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static struct tl_index *index_of(struct session *s)
{
    pthread_mutex_lock(&making);
    struct cache_extra *extra = cache_extra(s->cache);
    if (!extra->data) {
        struct tl_index *x = mem_calloc(1, sizeof *x);
        pthread_mutex_init(&x->lock, NULL);
        *extra = (struct cache_extra){.data = x, .free = index_free};
    }
    pthread_mutex_unlock(&making);
    return extra->data;
}

struct tl_index *index_lock(struct session *s)
{
    struct tl_index *x = index_of(s);
    pthread_mutex_lock(&x->lock);
    add_regroups(x, s);
    return x;
}

void index_unlock(struct tl_index *x)
{
    pthread_mutex_unlock(&x->lock);
}
