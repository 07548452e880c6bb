/* The session's life, and the indexes that readers build when they first need them. */
#include "model/session.h"

#include "model/chunk.h"
#include "model/ctx/traits.h"

enum { CACHE_BYTES = 64 << 20 };

struct session *session_new(void)
{
    struct session *s = mem_calloc(1, sizeof *s);
    /* Readers that follow one another without a gap must not keep the encoder out; so reading does not nest. */
    pthread_rwlockattr_t attr;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&s->lock, &attr);
    pthread_rwlockattr_destroy(&attr);
    pthread_mutex_init(&s->index_lock, NULL);
    dict_init(&s->dict);
    s->known = dict_sizes(&s->dict);
    s->wall_t0 = NS_NONE;
    s->cache = cache_new(CACHE_BYTES);
    return s;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    cache_free(s->cache);
    dict_release(&s->dict);
    for (size_t i = 0; i < s->sources.n; i++)
        mem_free(s->sources.v[i]);
    for (size_t i = 0; i < s->groups.n; i++)
        mem_free(s->groups.v[i].latency);
    vec_free(&s->sources);
    paged_free(&s->goroutines);
    vec_free(&s->groups);
    vec_free(&s->procs);
    vec_free(&s->threads);
    vec_free(&s->tasks);
    vec_free(&s->ranges);
    vec_free(&s->waits);
    vec_free(&s->regroups);
    vec_free(&s->breaks);
    vec_free(&s->ctx.cancels);
    vec_free(&s->ctx.edges);
    vec_free(&s->ctx.contexts);
    vec_free(&s->ctx.users);
    vec_free(&s->facts.syscalls);
    vec_free(&s->facts.preempts);
    vec_free(&s->segments);
    vec_free(&s->chunks);
    vec_free(&s->runs);
    vec_free(&s->pruns);
    map_release(&s->g_index);
    vec_free(&s->lod_spans);
    if (s->traits)
        traits_release(s->traits);
    mem_free(s->traits);
    map_release(&s->subjects);
    pthread_mutex_destroy(&s->index_lock);
    pthread_rwlock_destroy(&s->lock);
    mem_free(s);
}

gidx session_find_g(struct session *s, int64_t id)
{
    pthread_mutex_lock(&s->index_lock);
    for (; s->g_indexed < s->goroutines.n; s->g_indexed++)
        map_put(&s->g_index, (uint64_t)session_g(s, s->g_indexed)->id, s->g_indexed);
    uint32_t g = map_get(&s->g_index, (uint64_t)id);
    pthread_mutex_unlock(&s->index_lock);
    return g == MAP_NONE ? IDX_NONE : g;
}

/* By span, then segment: where (segment, span) is or belongs. */
static size_t span_at(const struct session *s, uint32_t segment, uint32_t span)
{
    size_t lo = 0, hi = s->lod_spans.n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct lod_span *l = &s->lod_spans.v[mid];
        if (l->span < span || (l->span == span && l->segment < segment))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void index_chunk(struct session *s, uint32_t chunk)
{
    const struct chunk_ref *ref = &s->chunks.v[chunk];
    if (ref->span <= 1)
        return;
    size_t at = span_at(s, ref->segment, ref->span);
    struct lod_span *l = at < s->lod_spans.n ? &s->lod_spans.v[at] : NULL;
    if (!l || l->segment != ref->segment || l->span != ref->span) {
        (void)vec_push(&s->lod_spans);
        l = &s->lod_spans.v[at];
        memmove(l + 1, l, (s->lod_spans.n - 1 - at) * sizeof *l);
        *l = (struct lod_span){.segment = ref->segment, .span = ref->span, .chunk0 = chunk};
    }
    l->nchunks = chunk + 1 - l->chunk0;
}

bool session_lod(struct session *s, uint32_t segment, uint32_t span, struct lod_span *out)
{
    pthread_mutex_lock(&s->index_lock);
    for (; s->chunk_indexed < s->chunks.n; s->chunk_indexed++)
        index_chunk(s, s->chunk_indexed);
    size_t at = span_at(s, segment, span);
    bool found = at < s->lod_spans.n && s->lod_spans.v[at].segment == segment && s->lod_spans.v[at].span == span;
    if (found)
        *out = s->lod_spans.v[at];
    pthread_mutex_unlock(&s->index_lock);
    return found;
}
