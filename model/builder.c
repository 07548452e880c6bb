#include "model/builder.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"

const struct note_spec note_specs[NOTE_COUNT] = {
#define NOTE(id, name, severity, sentence) [NOTE_##id] = {name, NOTE_##severity, sentence},
#include "model/notes.def"
#undef NOTE
};
const char *const note_severity_names[3] = {"info", "loss", "error"};

enum { QUEUE_BLOCKS = 3 };

/* Blocks go round: free -> filled by the importer -> taken by the sink -> free. */
struct builder_queue {
    struct event_sink sink;
    struct source_info *source; /* of the current block; NULL until builder_begin_source */
    char before[SOURCE_PATH];
    struct event_block blocks[QUEUE_BLOCKS];
    unsigned put, taken; /* blocks handed over / done; put - taken <= QUEUE_BLOCKS - 1 */
    bool threaded, closed, failed;
    struct err err;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
};

static void *consume(void *arg)
{
    struct builder_queue *q = arg;
    pthread_mutex_lock(&q->lock);
    for (;;) {
        while (q->taken == q->put && !q->closed)
            pthread_cond_wait(&q->changed, &q->lock);
        if (q->taken == q->put)
            break;
        struct event_block *blk = &q->blocks[q->taken % QUEUE_BLOCKS];
        bool skip = q->failed;
        pthread_mutex_unlock(&q->lock);
        struct err e = ERR_INIT;
        int rc = skip ? 0 : q->sink.block(q->sink.ctx, blk, &e);
        pthread_mutex_lock(&q->lock);
        if (rc < 0) {
            q->failed = true;
            q->err = e;
        }
        q->taken++;
        pthread_cond_signal(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

static void start_block(struct builder *b)
{
    struct event_block *blk = &b->queue->blocks[b->queue->threaded ? b->queue->put % QUEUE_BLOCKS : 0];
    if (!blk->ev)
        blk->ev = mem_alloc(BLOCK_EVENTS, sizeof *blk->ev);
    blk->n = 0;
    blk->next = 0;
    blk->first_of_source = false;
    b->cur = blk;
    b->at = blk->ev;
    b->end = blk->ev + BLOCK_EVENTS;
}

void builder_init(struct builder *b, struct dict *d, struct progress *p, struct event_sink sink, int threads)
{
    *b = (struct builder){.dict = d, .progress = p, .last_t = NS_NONE};
    struct builder_queue *q = b->queue = mem_calloc(1, sizeof *q);
    q->sink = sink;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, NULL);
    q->threaded = threads > 1 && pthread_create(&q->thread, NULL, consume, q) == 0;
    start_block(b);
}

/* Gives the current block away and takes a free one. */
static int hand_over(struct builder *b, bool last_of_generation)
{
    struct builder_queue *q = b->queue;
    struct event_block *blk = b->cur;
    blk->n = (size_t)(b->at - blk->ev);
    blk->last_of_generation = last_of_generation;
    blk->ng = b->dict->g_ids.n;
    blk->nm = b->dict->m_ids.n;
    blk->np = b->dict->p_ids.n;
    blk->names = dict_sizes(b->dict);
    if (blk->n)
        b->last_t = blk->ev[blk->n - 1].t;
    __atomic_fetch_add(&b->progress->events, blk->n, __ATOMIC_RELAXED);
    struct source_info *source = q->source ? q->source : b->source;
    if (source)
        source->events += blk->n;
    if (!q->threaded) {
        if (!q->failed && q->sink.block(q->sink.ctx, blk, &q->err) < 0)
            q->failed = true;
        q->put++;
        q->taken++;
    } else {
        pthread_mutex_lock(&q->lock);
        q->put++;
        pthread_cond_signal(&q->changed);
        while (q->put - q->taken > QUEUE_BLOCKS - 1)
            pthread_cond_wait(&q->changed, &q->lock);
        b->failed = q->failed;
        pthread_mutex_unlock(&q->lock);
    }
    b->failed = b->failed || q->failed;
    start_block(b);
    return b->failed ? -1 : 0;
}

void builder_begin_source(struct builder *b)
{
    struct builder_queue *q = b->queue;
    if (b->at > b->cur->ev)
        hand_over(b, true);
    if (q->source)
        snprintf(q->before, sizeof q->before, "%s", q->source->path);
    q->source = b->source;
    b->cur->first_of_source = true;
}

const char *builder_source_before(const struct builder *b)
{
    return b->queue->before;
}

struct event *builder_next_block(struct builder *b)
{
    if (hand_over(b, false) < 0 || builder_stopped(b))
        return NULL;
    return b->at++;
}

uint32_t builder_ext(struct builder *b, struct event_ext **out)
{
    struct event_block *blk = b->cur;
    if (blk->next == blk->ext_cap) {
        blk->ext_cap = blk->ext_cap ? blk->ext_cap * 2 : 1024;
        blk->ext = mem_realloc(blk->ext, blk->ext_cap, sizeof *blk->ext);
    }
    *out = &blk->ext[blk->next];
    memset(*out, 0, sizeof **out);
    return (uint32_t)blk->next++;
}

int builder_generation(struct builder *b)
{
    /* Small generations share a block: a segment a generation would cost more than its rows. The first one is shown at once. */
    size_t n = (size_t)(b->at - b->cur->ev);
    if (n == 0 || (n < BLOCK_EVENTS / 8 && b->queue->put > 0))
        return b->failed ? -1 : 0;
    return hand_over(b, true);
}

int builder_flush(struct builder *b)
{
    if (b->at == b->cur->ev || b->failed)
        return b->failed ? -1 : 0;
    return hand_over(b, true);
}

int builder_check_memory(const struct builder *b, struct err *e)
{
    struct rusage ru;
    char used[16], allowed[16];
    if (!b->max_memory || getrusage(RUSAGE_SELF, &ru) < 0 || (uint64_t)ru.ru_maxrss * 1024 <= b->max_memory)
        return 0;
    text_bytes(used, (uint64_t)ru.ru_maxrss * 1024);
    text_bytes(allowed, b->max_memory);
    err_set(e, ERR_LIMIT, "the import needs more memory than --max-memory allows: %s used, %s allowed", used, allowed);
    return err_hint(e, "allow more, or leave --max-memory out: an import needs some 100 MB and a few times the largest generation");
}

void builder_note(struct builder *b, enum note_id id, const char *fmt, ...)
{
    struct note *n = &b->source->notes[id];
    if (n->count++)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(n->first, sizeof n->first, fmt, ap);
    va_end(ap);
}

int builder_finish(struct builder *b, struct err *e)
{
    struct builder_queue *q = b->queue;
    if (!b->failed && b->at > b->cur->ev)
        hand_over(b, true);
    if (q->threaded) {
        pthread_mutex_lock(&q->lock);
        q->closed = true;
        pthread_cond_broadcast(&q->changed);
        pthread_mutex_unlock(&q->lock);
        pthread_join(q->thread, NULL);
    }
    int rc = q->failed ? -1 : 0;
    if (rc < 0 && e->kind == ERR_NONE)
        *e = q->err;
    for (unsigned i = 0; i < QUEUE_BLOCKS; i++) {
        mem_free(q->blocks[i].ev);
        mem_free(q->blocks[i].ext);
    }
    pthread_mutex_destroy(&q->lock);
    pthread_cond_destroy(&q->changed);
    mem_free(q);
    b->queue = NULL;
    return rc;
}
