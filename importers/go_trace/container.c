/* Batches off the source, into generations. */
#include "importers/go_trace/container.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "importers/go_trace/wire.h"

enum { IO_BYTES = 1 << 16, IDLE_MS = 300 };

void container_init(struct container *c, struct source *src, int version)
{
    memset(c, 0, sizeof *c);
    c->src = src;
    c->version = version;
    c->io = mem_alloc(IO_BYTES, 1);
    c->io_off = source_offset(src);
}

void container_release(struct container *c)
{
    generation_release(&c->gen);
    buf_release(&c->pending_data);
    mem_free(c->io);
}

/* Makes at least one byte available; 0 at the end, -1 on error. */
static int io_fill(struct container *c, struct err *e)
{
    if (c->io_pos < c->io_len)
        return 1;
    if (c->eof)
        return 0;
    c->io_off += c->io_len;
    c->io_pos = c->io_len = 0;
    int64_t n = source_read(c->src, c->io, IO_BYTES, e);
    if (n < 0)
        return -1;
    c->io_len = (size_t)n;
    c->eof = n == 0;
    return n > 0;
}

static uint64_t io_offset(const struct container *c)
{
    return c->io_off + c->io_pos;
}

enum read_result { READ_OK, READ_EOF, READ_BAD, READ_ERROR };

static enum read_result io_byte(struct container *c, uint8_t *out, struct err *e)
{
    int rc = io_fill(c, e);
    if (rc <= 0)
        return rc < 0 ? READ_ERROR : READ_EOF;
    *out = c->io[c->io_pos++];
    return READ_OK;
}

static enum read_result io_uleb(struct container *c, uint64_t *out, struct err *e)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint8_t byte = 0;
        enum read_result r = io_byte(c, &byte, e);
        if (r != READ_OK)
            return r;
        if (shift == 63 && byte > 1)
            return READ_BAD;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = v;
            return READ_OK;
        }
    }
    return READ_BAD;
}

static enum read_result io_bytes(struct container *c, uint8_t *p, size_t n, struct err *e)
{
    while (n) {
        int rc = io_fill(c, e);
        if (rc <= 0)
            return rc < 0 ? READ_ERROR : READ_EOF;
        size_t part = c->io_len - c->io_pos < n ? c->io_len - c->io_pos : n;
        memcpy(p, c->io + c->io_pos, part);
        c->io_pos += part;
        p += part;
        n -= part;
    }
    return READ_OK;
}

/* ---- batches ---- */

struct header {
    uint8_t type; /* WIRE_EventBatch, WIRE_ExperimentalBatch, WIRE_EndOfGeneration */
    uint64_t gen, m, time, size;
};

/* READ_EOF with why empty: the file ends before the header. */
static enum read_result read_header(struct container *c, struct header *h, char why[120], struct err *e)
{
    uint8_t experiment;
    enum read_result r = io_byte(c, &h->type, e);
    if (r != READ_OK || (h->type == WIRE_EndOfGeneration && c->version >= 26))
        return r;
    if (h->type != WIRE_EventBatch && !(h->type == WIRE_ExperimentalBatch && c->version >= 23)) {
        snprintf(why, 120, "expected a batch, found byte %u", h->type);
        return READ_BAD;
    }
    if (h->type == WIRE_ExperimentalBatch)
        r = io_byte(c, &experiment, e);
    uint64_t *const fields[] = {&h->gen, &h->m, &h->time, &h->size};
    for (unsigned i = 0; i < 4 && r == READ_OK; i++)
        r = io_uleb(c, fields[i], e);
    if (r != READ_OK)
        snprintf(why, 120, "%s", r == READ_BAD ? "a number of more than 10 bytes in a batch header" : "the file ends in a batch header");
    else if (h->size > WIRE_BATCH_MAX)
        snprintf(why, 120, "a batch claims %" PRIu64 " bytes; the limit is %d", h->size, WIRE_BATCH_MAX);
    else if (h->gen == 0)
        snprintf(why, 120, "a batch of generation 0");
    return r == READ_OK && why[0] ? READ_BAD : r;
}

/* Sorts a batch whose data lies at g->bytes[off..] into the generation's lists. */
static void add_batch(struct container *c, struct batch bt, uint8_t type, struct builder *b)
{
    struct generation *g = &c->gen;
    /* 0 counts as not told, as in Go's reader. */
    if (!g->min_time || bt.time < g->min_time)
        g->min_time = bt.time;
    if (!__atomic_load_n(&b->progress->events, __ATOMIC_RELAXED))
        density_add(&b->progress->density, bt.time, bt.n);
    uint8_t first = bt.n ? g->bytes.p[bt.off] : 0;
    if (type == WIRE_ExperimentalBatch) {
        builder_note(b, NOTE_EXPERIMENT_SKIPPED, "batch of %u bytes at byte %" PRIu64, bt.n, bt.at);
        g->bytes.n = bt.off;
        return;
    }
    if (first == WIRE_Strings || first == WIRE_Stacks || first == WIRE_CPUSamples ||
        first == (c->version >= 25 ? WIRE_Sync : WIRE_Frequency)) {
        *vec_push(&g->tables) = bt;
        g->table_bytes += bt.n;
        return;
    }
    uint32_t index = (uint32_t)g->batches.n;
    bt.next = UINT32_MAX;
    *vec_push(&g->batches) = bt;
    uint32_t list = map_get(&g->list_of_m, bt.m);
    if (list == MAP_NONE) {
        map_put(&g->list_of_m, bt.m, (uint32_t)g->lists.n);
        *vec_push(&g->lists) = (struct batch_list){.m = bt.m, .first = index, .last = index};
        return;
    }
    g->batches.v[g->lists.v[list].last].next = index;
    g->lists.v[list].last = index;
}

/* The batch that ended the generation before it begins this one. */
static void take_pending(struct container *c, struct builder *b)
{
    struct generation *g = &c->gen;
    g->gen = c->pending_gen;
    g->start = c->pending.at;
    struct batch bt = c->pending;
    bt.off = g->bytes.n;
    buf_put(&g->bytes, c->pending_data.p, c->pending_data.n);
    c->has_pending = false;
    add_batch(c, bt, WIRE_EventBatch, b);
    g->end = bt.at + bt.n;
}

static void keep_pending(struct container *c, const struct batch *bt, uint64_t gen)
{
    struct generation *g = &c->gen;
    c->has_pending = true;
    c->pending = *bt;
    c->pending_gen = gen;
    buf_clear(&c->pending_data);
    buf_put(&c->pending_data, g->bytes.p + bt->off, bt->n);
    g->bytes.n = bt->off;
}

enum step { STEP_ERROR = -1, STEP_END, STEP_MORE };

/* The file ended or became unreadable before a whole batch: no batch can be found behind that. */
static enum step no_batch(struct container *c, enum read_result r, uint64_t at, const char *why)
{
    struct generation *g = &c->gen;
    c->ended = true;
    if (r == READ_ERROR)
        return STEP_ERROR;
    if (!g->start)
        g->start = at;
    generation_lose(g, r == READ_EOF ? GENERATION_CUT : GENERATION_DAMAGED, at, "%s", why);
    return STEP_END;
}

static enum step end_of_file(struct container *c, uint64_t at)
{
    c->ended = true;
    if (c->version >= 26 && c->gen.gen)
        generation_lose(&c->gen, GENERATION_CUT, at, "the file ends inside a generation");
    return STEP_END;
}

static enum step end_of_generation(struct container *c, uint64_t at)
{
    if (!c->gen.gen)
        return no_batch(c, READ_BAD, at, "the end of a generation that did not begin");
    c->gen.end = io_offset(c);
    return STEP_END;
}

static bool has_clock(const struct container *c)
{
    for (size_t i = 0; i < c->gen.tables.n; i++)
        if (c->gen.bytes.p[c->gen.tables.v[i].off] == (c->version >= 25 ? WIRE_Sync : WIRE_Frequency))
            return true;
    return false;
}

/* A file that is followed does not grow. Before 1.26 nothing marks a generation's end, but the runtime writes its strings last, when
 * every thread has given up its events: then it is whole, and is not held back until the next one begins. */
static bool ends_here(struct container *c, struct builder *b)
{
    const struct generation *g = &c->gen;
    if (c->io_pos < c->io_len || c->eof || !source_idle(c->src, IDLE_MS))
        return false;
    builder_flush(b);
    if (c->version >= 26 || !g->gen || !c->last_strings || !has_clock(c))
        return false;
    c->closed = g->gen;
    return true;
}

/* A batch of a generation that was taken for whole: Go's runtime writes none. Strings that nothing named are no loss. */
static enum step late_batch(struct container *c, const struct batch *bt, uint64_t at)
{
    struct generation *g = &c->gen;
    if (!c->late_at && !c->last_strings)
        c->late_at = at;
    g->bytes.n = bt->off;
    return STEP_MORE;
}

/* Sorts a read batch into its generation: this one, or (before 1.26) the next, which ends this one. */
static enum step place_batch(struct container *c, const struct header *h, const struct batch *bt, uint64_t at, struct builder *b)
{
    struct generation *g = &c->gen;
    c->last_strings = h->type == WIRE_EventBatch && bt->n && g->bytes.p[bt->off] == WIRE_Strings;
    if (!g->gen && c->closed && h->gen == c->closed)
        return late_batch(c, bt, at);
    if (!g->gen) {
        g->gen = h->gen;
        g->start = at;
    }
    if (h->gen == g->gen + 1 && c->version < 26 && h->type == WIRE_EventBatch) {
        keep_pending(c, bt, h->gen);
        return STEP_END;
    }
    if (h->gen != g->gen) {
        char why[120];
        snprintf(why, sizeof why, "a batch of generation %" PRIu64 " lies inside generation %" PRIu64, h->gen, g->gen);
        g->bytes.n = bt->off;
        return no_batch(c, READ_BAD, at, why);
    }
    add_batch(c, *bt, h->type, b);
    g->end = bt->at + bt->n;
    if (g->bytes.n + BATCH_COST * (g->batches.n + g->tables.n) > GENERATION_MAX)
        return no_batch(c, READ_BAD, at, "a generation above the limit of 512 MiB");
    if (g->table_bytes > TABLES_MAX)
        return no_batch(c, READ_BAD, at, "strings, stacks and samples of a generation above the limit of 64 MiB");
    return STEP_MORE;
}

static enum step read_batch(struct container *c, struct builder *b, struct err *e)
{
    struct generation *g = &c->gen;
    struct header h = {0};
    char why[120] = "";
    if (ends_here(c, b))
        return STEP_END;
    uint64_t at = io_offset(c);
    enum read_result r = read_header(c, &h, why, e);
    if (r == READ_EOF && !why[0])
        return end_of_file(c, at);
    if (r != READ_OK)
        return no_batch(c, r, at, why);
    if (h.type == WIRE_EndOfGeneration)
        return end_of_generation(c, at);
    struct batch bt = {.m = h.m, .time = h.time, .off = g->bytes.n, .n = (uint32_t)h.size, .at = io_offset(c)};
    buf_reserve(&g->bytes, h.size);
    r = io_bytes(c, g->bytes.p + g->bytes.n, h.size, e);
    if (r != READ_OK) {
        snprintf(why, sizeof why, "the file ends inside a batch of %" PRIu64 " bytes", h.size);
        return no_batch(c, r, at, why);
    }
    g->bytes.n += h.size;
    return place_batch(c, &h, &bt, at, b);
}

int container_next(struct container *c, struct builder *b, struct err *e)
{
    struct generation *g = &c->gen;
    generation_clear(g);
    if (c->ended && !c->has_pending)
        return 0;
    if (c->has_pending)
        take_pending(c, b);
    enum step step = STEP_MORE;
    while (!c->ended && (step = read_batch(c, b, e)) == STEP_MORE) {
        if (builder_stopped(b))
            return 0;
        if (builder_check_memory(b, e) < 0)
            return err_where(e, "generation %" PRIu64 ", byte %" PRIu64, g->gen, io_offset(c));
    }
    if (step == STEP_ERROR)
        return -1;
    if (!g->gen && g->state == GENERATION_WHOLE)
        return 0;
    generation_read_tables(g, c->version, c->last_ns_per_tick, b);
    c->last_ns_per_tick = g->ns_per_tick;
    return 1;
}
