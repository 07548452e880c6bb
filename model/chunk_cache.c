/* The cache of decoded chunks: least recently used go first, pinned ones stay.
 *
 * One lock over look-up, read and decode: a decode takes about 50 us, and readers are few (the screen and at most one job).
 * A chunk is decoded column by column as callers ask; columns that a caller holds never move.
 */
#include "model/chunk_cache.h"

#include <pthread.h>

#include "model/chunk_format.h"
#include "model/store/store.h"

struct entry {
    struct chunk chunk;
    struct lod lod;
    uint32_t index, pins;
    size_t bytes;
    struct entry *newer, *older; /* ring through cache.ring */
};

struct cache {
    pthread_mutex_t lock;
    size_t max_bytes, bytes;
    VEC(struct entry *) at; /* by chunk index */
    struct entry ring;      /* .newer is the oldest, .older the newest */
    struct decoder decoder;
    struct buf blob;
    struct cache_extra extra;
};

struct cache *cache_new(size_t max_bytes)
{
    struct cache *c = mem_calloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->max_bytes = max_bytes;
    c->ring.newer = c->ring.older = &c->ring;
    decoder_init(&c->decoder);
    return c;
}

static void unlink_entry(struct entry *en)
{
    en->older->newer = en->newer;
    en->newer->older = en->older;
}

static void link_newest(struct cache *c, struct entry *en)
{
    en->older = c->ring.older;
    en->newer = &c->ring;
    en->older->newer = en;
    c->ring.older = en;
}

static void drop(struct cache *c, struct entry *en)
{
    unlink_entry(en);
    c->bytes -= en->bytes;
    c->at.v[en->index] = NULL;
    chunk_release(&en->chunk);
    lod_release(&en->lod);
    mem_free(en);
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    if (c->extra.free)
        c->extra.free(c->extra.data);
    while (c->ring.newer != &c->ring)
        drop(c, c->ring.newer);
    vec_free(&c->at);
    decoder_release(&c->decoder);
    buf_release(&c->blob);
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
}

struct cache_extra *cache_extra(struct cache *c)
{
    return &c->extra;
}

static void evict_to(struct cache *c, size_t most)
{
    for (struct entry *en = c->ring.newer; en != &c->ring && c->bytes > most;) {
        struct entry *newer = en->newer;
        if (!en->pins)
            drop(c, en);
        en = newer;
    }
}

static void evict(struct cache *c)
{
    evict_to(c, c->max_bytes);
}

void cache_drop(struct cache *c)
{
    pthread_mutex_lock(&c->lock);
    evict_to(c, 0);
    pthread_mutex_unlock(&c->lock);
}

static struct entry *entry_of(struct cache *c, uint32_t index)
{
    while (c->at.n <= index)
        *vec_push(&c->at) = NULL;
    struct entry *en = c->at.v[index];
    if (en) {
        unlink_entry(en);
    } else {
        en = c->at.v[index] = mem_calloc(1, sizeof *en);
        en->index = index;
        en->bytes = sizeof *en;
        c->bytes += en->bytes;
    }
    link_newest(c, en);
    return en;
}

static int foreign(struct err *e)
{
    err_set(e, ERR_INPUT, "a chunk of the store is damaged: it names what the store does not hold");
    return err_hint(e, "remove the store and import again");
}

static bool all_below(const uint32_t *v, uint32_t rows, uint32_t n, bool none)
{
    for (uint32_t i = 0; v && i < rows; i++)
        if (v[i] >= n && !(none && v[i] == IDX_NONE))
            return false;
    return true;
}

static bool all_below16(const uint16_t *v, uint32_t rows, size_t n)
{
    for (uint32_t i = 0; v && i < rows; i++)
        if (v[i] >= n && v[i] != EV_NO_MP)
            return false;
    return true;
}

/* Ids of a foreign blob are checked once, when decoded; those of an import still running are our own. */
static int check_ids(struct session *s, const struct chunk_ref *ref, const struct chunk *c, uint32_t added, struct err *e)
{
    if (__atomic_load_n(&s->importing, __ATOMIC_ACQUIRE))
        return 0;
    uint32_t n = c->rows, ng = s->goroutines.n, nstacks = s->known.stacks, nstr = s->known.strings;
    /* Tracks are goroutines or procs; rows of side streams have 0 or none. */
    uint32_t nres = ref->stream == STREAM_P ? (uint32_t)s->procs.n : ref->stream == STREAM_G ? ng : 1;
    bool ok = c->rows == ref->rows;
    if (added & COLBIT(CLASS))
        for (uint32_t i = 0; i < n; i++)
            ok = ok && c->class[i] < s->known.classes;
    if (added & COLBIT(G))
        ok = ok && all_below(c->g, n, ng, true);
    if (added & COLBIT(M))
        ok = ok && all_below16(c->m, n, s->threads.n) && all_below16(c->p, n, s->procs.n);
    if (added & COLBIT(STACK))
        ok = ok && all_below(c->stack, n, nstacks, false);
    if (added & COLBIT(STACK2))
        ok = ok && all_below(c->stack2, n, nstacks, false);
    if ((added & COLBIT(RES)) && ref->stream != STREAM_RANGE)
        ok = ok && all_below(c->res, n, nres, true);
    for (unsigned i = 0; i < 3; i++)
        if (added & (COLBIT(S0) << i))
            ok = ok && all_below(c->s[i], n, nstr, false);
    return ok ? 0 : foreign(e);
}

/* Bytes that the columns of `cols` take. */
static size_t column_bytes(uint32_t cols, uint32_t rows)
{
    static const uint8_t size[COL_COUNT] = {
#define X(id, name, type, sentence) sizeof(type),
        CHUNK_COLS(X)
#undef X
    };
    size_t sum = 0;
    for (unsigned i = 0; i < COL_COUNT; i++)
        if (cols & (1u << i))
            sum += size[i];
    return sum * rows;
}

static int load_chunk(struct session *s, struct entry *en, uint32_t want, struct err *e)
{
    struct cache *c = s->cache;
    const struct chunk_ref *ref = &s->chunks.v[en->index];
    uint32_t had = en->chunk.have;
    if (store_get(s->store, ref->id, &c->blob, e) < 0 || decoder_chunk(&c->decoder, c->blob.p, c->blob.n, want, &en->chunk, e) < 0)
        return -1;
    uint32_t added = en->chunk.have & ~had;
    if (check_ids(s, ref, &en->chunk, added, e) < 0) {
        en->chunk.have = had;
        return -1;
    }
    size_t more = column_bytes(added, en->chunk.rows);
    en->bytes += more;
    c->bytes += more;
    return 0;
}

const struct chunk *chunk_get(struct session *s, uint32_t index, uint32_t want, struct err *e)
{
    struct cache *c = s->cache;
    pthread_mutex_lock(&c->lock);
    struct entry *en = entry_of(c, index);
    int rc = want & ~en->chunk.have ? load_chunk(s, en, want, e) : 0;
    en->pins += rc == 0;
    evict(c);
    pthread_mutex_unlock(&c->lock);
    return rc < 0 ? NULL : &en->chunk;
}

void chunk_put(struct session *s, uint32_t index)
{
    pthread_mutex_lock(&s->cache->lock);
    s->cache->at.v[index]->pins--;
    pthread_mutex_unlock(&s->cache->lock);
}

static int load_lod(struct session *s, struct entry *en, struct err *e)
{
    struct cache *c = s->cache;
    if (store_get(s->store, s->chunks.v[en->index].id, &c->blob, e) < 0 || decoder_lod(&c->decoder, c->blob.p, c->blob.n, &en->lod, e) < 0)
        return -1;
    size_t values = en->lod.rows ? en->lod.row[en->lod.rows - 1].value + SHARE_COUNT : 0;
    size_t more = en->lod.rows * sizeof *en->lod.row + values * sizeof *en->lod.values;
    en->bytes += more;
    c->bytes += more;
    return 0;
}

const struct lod *lod_get(struct session *s, uint32_t index, struct err *e)
{
    struct cache *c = s->cache;
    pthread_mutex_lock(&c->lock);
    struct entry *en = entry_of(c, index);
    int rc = en->lod.row ? 0 : load_lod(s, en, e);
    en->pins += rc == 0;
    evict(c);
    pthread_mutex_unlock(&c->lock);
    return rc < 0 ? NULL : &en->lod;
}

void lod_put(struct session *s, uint32_t index)
{
    chunk_put(s, index);
}
