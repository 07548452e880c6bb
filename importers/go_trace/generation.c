/* Reading generations: batches off the source, then the tables that give ids their meaning. */
#include "importers/go_trace/generation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "importers/go_trace/wire.h"

enum { IO_BYTES = 1 << 18, LOOK_AHEAD = 64, DENSE_IDS_MAX = 1 << 22 };

void container_init(struct container *c, struct source *src, int version)
{
    memset(c, 0, sizeof *c);
    c->src = src;
    c->version = version;
    c->io = mem_alloc(IO_BYTES, 1);
    c->io_off = source_offset(src);
}

static void id_table_clear(struct id_table *t)
{
    t->dense.n = 0;
    map_clear(&t->sparse);
}

static void generation_clear(struct generation *g)
{
    struct generation keep = *g;
    id_table_clear(&keep.strings);
    id_table_clear(&keep.stacks);
    map_clear(&keep.list_of_m);
    keep.bytes.n = keep.batches.n = keep.lists.n = keep.tables.n = keep.samples.n = 0;
    keep.gen = keep.min_time = keep.snap_time = keep.snap_mono = keep.snap_sec = keep.snap_nsec = 0;
    keep.ns_per_tick = 0;
    keep.has_snapshot = keep.cut = false;
    keep.why[0] = 0;
    *g = keep;
}

void container_release(struct container *c)
{
    struct generation *g = &c->gen;
    buf_release(&g->bytes);
    vec_free(&g->batches);
    vec_free(&g->lists);
    vec_free(&g->tables);
    vec_free(&g->samples);
    vec_free(&g->strings.dense);
    vec_free(&g->stacks.dense);
    map_release(&g->strings.sparse);
    map_release(&g->stacks.sparse);
    map_release(&g->list_of_m);
    buf_release(&c->pending_data);
    vec_free(&c->frames);
    mem_free(c->io);
}

/* ---- ids ---- */

static void id_put(struct id_table *t, uint64_t id, uint32_t value)
{
    if (id >= DENSE_IDS_MAX || id > t->dense.n * 8 + 65536) {
        map_put(&t->sparse, id, value);
        return;
    }
    if (id >= t->dense.n) {
        vec_reserve(&t->dense, (size_t)id + 1);
        memset(t->dense.v + t->dense.n, 0, ((size_t)id + 1 - t->dense.n) * sizeof *t->dense.v);
        t->dense.n = (size_t)id + 1;
    }
    t->dense.v[id] = value + 1;
}

/* The session id + 1, or 0 when the generation's tables do not have it. */
static uint32_t id_get(const struct id_table *t, uint64_t id)
{
    if (id < t->dense.n && t->dense.v[id])
        return t->dense.v[id];
    uint32_t v = map_get(&t->sparse, id);
    return v == MAP_NONE ? 0 : v + 1;
}

str_id generation_string(struct generation *g, struct builder *b, uint64_t id)
{
    if (id == 0)
        return 0;
    uint32_t v = id_get(&g->strings, id);
    if (v)
        return v - 1;
    builder_note(b, NOTE_MISSING_STRING, "string %" PRIu64 " of generation %" PRIu64, id, g->gen);
    v = dict_string(b->dict, "?", 1);
    id_put(&g->strings, id, v);
    return v;
}

stack_id generation_stack(struct generation *g, struct builder *b, uint64_t id)
{
    if (id == 0)
        return 0;
    uint32_t v = id_get(&g->stacks, id);
    if (v)
        return v - 1;
    builder_note(b, NOTE_MISSING_STACK, "stack %" PRIu64 " of generation %" PRIu64, id, g->gen);
    id_put(&g->stacks, id, 0);
    return 0;
}

/* ---- bytes off the source ---- */

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

static enum read_result read_header(struct container *c, struct header *h, struct generation *g, struct err *e)
{
    uint8_t experiment;
    enum read_result r = io_byte(c, &h->type, e);
    if (r != READ_OK)
        return r;
    if (h->type == WIRE_EndOfGeneration && c->version >= 26)
        return READ_OK;
    if (h->type != WIRE_EventBatch && !(h->type == WIRE_ExperimentalBatch && c->version >= 23)) {
        snprintf(g->why, sizeof g->why, "expected a batch, found byte %u", h->type);
        return READ_BAD;
    }
    if (h->type == WIRE_ExperimentalBatch && (r = io_byte(c, &experiment, e)) != READ_OK)
        return r == READ_EOF ? READ_BAD : r;
    uint64_t *const fields[] = {&h->gen, &h->m, &h->time, &h->size};
    for (unsigned i = 0; i < 4; i++)
        if ((r = io_uleb(c, fields[i], e)) != READ_OK) {
            snprintf(g->why, sizeof g->why, r == READ_BAD ? "a batch header's number is too long" : "the file ends in a batch header");
            return r == READ_EOF ? READ_BAD : r;
        }
    if (h->size > WIRE_BATCH_MAX) {
        snprintf(g->why, sizeof g->why, "a batch claims %" PRIu64 " bytes; the limit is %d", h->size, WIRE_BATCH_MAX);
        return READ_BAD;
    }
    if (h->gen == 0) {
        snprintf(g->why, sizeof g->why, "a batch of generation 0");
        return READ_BAD;
    }
    return READ_OK;
}

/* Sorts a batch whose data lies at g->bytes[off..] into the generation's lists. */
static void add_batch(struct container *c, struct batch bt, uint8_t type, struct builder *b)
{
    struct generation *g = &c->gen;
    /* 0 counts as not told, as in Go's reader. */
    if (!g->min_time || bt.time < g->min_time)
        g->min_time = bt.time;
    uint8_t first = bt.n ? g->bytes.p[bt.off] : 0;
    if (type == WIRE_ExperimentalBatch) {
        builder_note(b, NOTE_EXPERIMENT_SKIPPED, "batch of %u bytes at byte %" PRIu64, bt.n, bt.at);
        g->bytes.n = bt.off;
        return;
    }
    if (first == WIRE_Strings || first == WIRE_Stacks || first == WIRE_CPUSamples ||
        first == (c->version >= 25 ? WIRE_Sync : WIRE_Frequency)) {
        *vec_push(&g->tables) = bt;
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

static void cut(struct generation *g, const char *why)
{
    g->cut = true;
    if (!g->why[0])
        snprintf(g->why, sizeof g->why, "%s", why);
}

/* Reads one batch. 1: go on; 0: the generation ends here (whole, or cut with g->why); -1 error. */
static int read_batch(struct container *c, struct builder *b, struct err *e)
{
    struct generation *g = &c->gen;
    struct header h = {0};
    uint64_t at = io_offset(c);
    enum read_result r = read_header(c, &h, g, e);
    if (r == READ_ERROR)
        return -1;
    if (r == READ_EOF) {
        c->ended = true;
        if (c->version >= 26 && g->gen)
            cut(g, "the file ends inside a generation");
        return 0;
    }
    if (r == READ_OK && h.type == WIRE_EndOfGeneration) {
        g->end = io_offset(c);
        return 0;
    }
    struct batch bt = {.m = h.m, .time = h.time, .off = g->bytes.n, .n = (uint32_t)h.size, .at = io_offset(c)};
    if (r == READ_OK) {
        buf_reserve(&g->bytes, h.size + LOOK_AHEAD);
        r = io_bytes(c, g->bytes.p + g->bytes.n, h.size, e);
        if (r == READ_ERROR)
            return -1;
        if (r == READ_EOF)
            snprintf(g->why, sizeof g->why, "the file ends inside a batch of %" PRIu64 " bytes", h.size);
    }
    if (r != READ_OK) {
        c->ended = true;
        if (!g->start)
            g->start = at;
        cut(g, "damaged batch header");
        return 0;
    }
    g->bytes.n += h.size;
    if (!g->gen) {
        g->gen = h.gen;
        g->start = at;
    }
    if (h.gen == g->gen + 1 && c->version < 26 && h.type == WIRE_EventBatch) {
        keep_pending(c, &bt, h.gen);
        return 0;
    }
    if (h.gen != g->gen) {
        c->ended = true;
        snprintf(g->why, sizeof g->why, "a batch of generation %" PRIu64 " lies inside generation %" PRIu64, h.gen, g->gen);
        cut(g, "");
        g->bytes.n = bt.off;
        return 0;
    }
    add_batch(c, bt, h.type, b);
    g->end = bt.at + bt.n;
    return 1;
}

/* ---- tables ---- */

static int bad_table(struct generation *g, const struct batch *bt, const char *what)
{
    if (!g->cut) {
        g->cut = true;
        snprintf(g->why, sizeof g->why, "%s in the batch at byte %" PRIu64, what, bt->at);
    }
    return -1;
}

static int add_strings(struct container *c, const struct batch *bt, struct bytes in, struct builder *b)
{
    while (bytes_left(&in)) {
        if (bytes_u8(&in) != WIRE_String)
            return bad_table(&c->gen, bt, "not a string");
        uint64_t id = bytes_uleb(&in), n = bytes_uleb(&in);
        if (n > WIRE_STRING_MAX)
            return bad_table(&c->gen, bt, "a string above the limit of 1024 bytes");
        struct str s = bytes_take(&in, n);
        if (bytes_bad(&in))
            return bad_table(&c->gen, bt, "a string is cut off");
        id_put(&c->gen.strings, id, dict_string(b->dict, s.p, s.n));
    }
    return 0;
}

struct raw_frame {
    uint64_t func, file, line;
};

/* In one generation a pc's first description wins, as Go's reader has it. */
static frame_id frame_of(struct container *c, struct builder *b, struct map *by_pc, uint64_t pc, const struct raw_frame *raw)
{
    uint32_t known = map_get(by_pc, pc);
    if (known != MAP_NONE)
        return known;
    frame_id id = dict_frame(b->dict, &(struct frame){.pc = pc,
                                                      .func = generation_string(&c->gen, b, raw->func),
                                                      .file = generation_string(&c->gen, b, raw->file),
                                                      .line = (uint32_t)(raw->line > UINT32_MAX ? UINT32_MAX : raw->line)});
    map_put(by_pc, pc, id);
    return id;
}

static int add_stacks(struct container *c, const struct batch *bt, struct bytes in, struct builder *b, struct map *by_pc)
{
    while (bytes_left(&in)) {
        if (bytes_u8(&in) != WIRE_Stack)
            return bad_table(&c->gen, bt, "not a stack");
        uint64_t id = bytes_uleb(&in), n = bytes_uleb(&in);
        if (n > WIRE_FRAMES_MAX)
            return bad_table(&c->gen, bt, "a stack above the limit of 128 frames");
        c->frames.n = 0;
        for (uint64_t i = 0; i < n && !bytes_bad(&in); i++) {
            uint64_t pc = bytes_uleb(&in);
            struct raw_frame raw = {.func = bytes_uleb(&in)};
            raw.file = bytes_uleb(&in);
            raw.line = bytes_uleb(&in);
            if (!bytes_bad(&in))
                *vec_push(&c->frames) = frame_of(c, b, by_pc, pc, &raw);
        }
        if (bytes_bad(&in))
            return bad_table(&c->gen, bt, "a stack is cut off");
        id_put(&c->gen.stacks, id, dict_stack(b->dict, c->frames.v, (uint32_t)c->frames.n));
    }
    return 0;
}

static int add_samples(struct generation *g, const struct batch *bt, struct bytes in)
{
    while (bytes_left(&in)) {
        if (bytes_u8(&in) != WIRE_CPUSample)
            return bad_table(g, bt, "not a CPU sample");
        struct cpu_sample s = {.t = (int64_t)bytes_uleb(&in)};
        s.m = bytes_uleb(&in);
        s.p = bytes_uleb(&in);
        s.g = bytes_uleb(&in);
        s.stack = bytes_uleb(&in);
        if (bytes_bad(&in))
            return bad_table(g, bt, "a CPU sample is cut off");
        *vec_push(&g->samples) = s;
    }
    return 0;
}

static int set_sync(struct container *c, const struct batch *bt, struct bytes in)
{
    struct generation *g = &c->gen;
    uint64_t time = bt->time;
    while (bytes_left(&in)) {
        uint8_t kind = bytes_u8(&in);
        if (kind == WIRE_Frequency && g->ns_per_tick == 0) {
            uint64_t freq = bytes_uleb(&in);
            if (freq == 0)
                return bad_table(g, bt, "a clock frequency of 0");
            g->ns_per_tick = 1.0 / ((double)freq / 1e9);
        } else if (kind == WIRE_ClockSnapshot && c->version >= 25 && !g->has_snapshot) {
            time += bytes_uleb(&in);
            g->has_snapshot = true;
            g->snap_time = time;
            g->snap_mono = bytes_uleb(&in);
            g->snap_sec = bytes_uleb(&in);
            g->snap_nsec = bytes_uleb(&in);
        } else {
            return bad_table(g, bt, "neither frequency nor clock snapshot, or one of them twice,");
        }
        if (bytes_bad(&in))
            return bad_table(g, bt, "a clock entry is cut off");
    }
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct cpu_sample *x = a, *y = b;
    return x->t < y->t ? -1 : x->t > y->t;
}

/* Parses the batches of one kind. Strings come before stacks, whatever the file's order, since stacks name strings. */
static void parse_tables(struct container *c, struct builder *b, uint8_t kind, struct map *by_pc)
{
    struct generation *g = &c->gen;
    for (size_t i = 0; i < g->tables.n; i++) {
        const struct batch *bt = &g->tables.v[i];
        if (g->bytes.p[bt->off] != kind)
            continue;
        struct bytes in = bytes_of(g->bytes.p + bt->off + 1, bt->n - 1);
        if (kind == WIRE_Strings)
            add_strings(c, bt, in, b);
        else if (kind == WIRE_Stacks)
            add_stacks(c, bt, in, b, by_pc);
        else if (kind == WIRE_CPUSamples)
            add_samples(g, bt, in);
        else if (kind == WIRE_Frequency)
            set_sync(c, bt, bytes_of(g->bytes.p + bt->off, bt->n));
        else
            set_sync(c, bt, in);
    }
}

static void finish_tables(struct container *c, struct builder *b)
{
    struct generation *g = &c->gen;
    struct map by_pc = {0};
    buf_reserve(&g->bytes, LOOK_AHEAD);
    memset(g->bytes.p + g->bytes.n, 0, LOOK_AHEAD);
    parse_tables(c, b, c->version >= 25 ? WIRE_Sync : WIRE_Frequency, &by_pc);
    parse_tables(c, b, WIRE_Strings, &by_pc);
    parse_tables(c, b, WIRE_Stacks, &by_pc);
    parse_tables(c, b, WIRE_CPUSamples, &by_pc);
    map_release(&by_pc);
    if (g->ns_per_tick == 0) {
        cut(g, "the generation does not tell its clock's frequency");
        g->ns_per_tick = c->last_ns_per_tick;
    }
    c->last_ns_per_tick = g->ns_per_tick;
    for (size_t i = 0; i < g->samples.n; i++)
        g->samples.v[i].t = generation_ns(g, (uint64_t)g->samples.v[i].t);
    if (g->samples.n)
        qsort(g->samples.v, g->samples.n, sizeof *g->samples.v, by_time);
}

int container_next(struct container *c, struct builder *b, struct err *e)
{
    struct generation *g = &c->gen;
    generation_clear(g);
    if (c->ended && !c->has_pending)
        return 0;
    if (c->has_pending)
        take_pending(c, b);
    int rc = 1;
    while (!c->ended && (rc = read_batch(c, b, e)) > 0)
        if (builder_stopped(b))
            return 0;
    if (rc < 0)
        return -1;
    if (!g->gen && !g->cut)
        return 0;
    finish_tables(c, b);
    return 1;
}
