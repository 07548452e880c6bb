/* A generation's tables, which give ids their meaning: strings, stacks, samples, clock. */
#include "importers/go_trace/generation.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "importers/go_trace/wire.h"

enum { LOOK_AHEAD = 64 };

void generation_clear(struct generation *g)
{
    struct generation keep = *g;
    map_clear(&keep.list_of_m);
    keep.bytes.n = keep.batches.n = keep.lists.n = keep.tables.n = keep.samples.n = 0;
    keep.gen = keep.min_time = keep.snap_time = keep.snap_mono = keep.snap_sec = keep.snap_nsec = keep.start = keep.end = keep.loss_at =
        keep.table_bytes = 0;
    keep.ns_per_tick = 0;
    keep.has_snapshot = false;
    keep.state = GENERATION_WHOLE;
    keep.why[0] = 0;
    *g = keep;
}

void generation_release(struct generation *g)
{
    buf_release(&g->bytes);
    vec_free(&g->batches);
    vec_free(&g->lists);
    vec_free(&g->tables);
    vec_free(&g->samples);
    vec_free(&g->frames);
    id_table_release(&g->strings);
    id_table_release(&g->stacks);
    map_release(&g->list_of_m);
}

void generation_lose(struct generation *g, enum generation_state state, uint64_t at, const char *fmt, ...)
{
    va_list ap;
    if (g->state != GENERATION_WHOLE)
        return;
    g->state = state;
    g->loss_at = at;
    va_start(ap, fmt);
    vsnprintf(g->why, sizeof g->why, fmt, ap);
    va_end(ap);
}

str_id generation_missing_string(struct generation *g, struct builder *b, uint64_t id)
{
    builder_note(b, NOTE_MISSING_STRING, "string %" PRIu64 " of generation %" PRIu64, id, g->gen);
    str_id v = dict_string(b->dict, "?", 1);
    id_table_put(&g->strings, id, v);
    return v;
}

stack_id generation_missing_stack(struct generation *g, struct builder *b, uint64_t id)
{
    builder_note(b, NOTE_MISSING_STACK, "stack %" PRIu64 " of generation %" PRIu64, id, g->gen);
    id_table_put(&g->stacks, id, 0);
    return 0;
}

/* ---- tables ---- */

static int bad_table(struct generation *g, const struct batch *bt, const char *what)
{
    generation_lose(g, GENERATION_DAMAGED, bt->at, "%s", what);
    return -1;
}

static int add_strings(struct generation *g, const struct batch *bt, struct bytes in, struct builder *b)
{
    while (bytes_left(&in)) {
        if (bytes_u8(&in) != WIRE_String)
            return bad_table(g, bt, "not a string");
        uint64_t id = bytes_uleb(&in), n = bytes_uleb(&in);
        if (n > WIRE_STRING_MAX)
            return bad_table(g, bt, "a string above the limit of 1024 bytes");
        struct str s = bytes_take(&in, n);
        if (bytes_bad(&in))
            return bad_table(g, bt, "a string is cut off");
        str_id name = dict_string(b->dict, s.p, s.n);
        if (!name && s.n)
            builder_note(b, NOTE_TOO_MANY, "strings");
        id_table_put(&g->strings, id, name);
    }
    return 0;
}

struct raw_frame {
    uint64_t func, file, line;
};

/* In one generation a pc's first description wins, as Go's reader has it. */
static frame_id frame_of(struct generation *g, struct builder *b, struct map *by_pc, uint64_t pc, const struct raw_frame *raw)
{
    uint32_t known = map_get(by_pc, pc);
    if (known != MAP_NONE)
        return known;
    frame_id id = dict_frame(b->dict, &(struct frame){.pc = pc,
                                                      .func = generation_string(g, b, raw->func),
                                                      .file = generation_string(g, b, raw->file),
                                                      .line = (uint32_t)(raw->line > UINT32_MAX ? UINT32_MAX : raw->line)});
    map_put(by_pc, pc, id);
    return id;
}

static int add_stacks(struct generation *g, const struct batch *bt, struct bytes in, struct builder *b, struct map *by_pc)
{
    while (bytes_left(&in)) {
        if (bytes_u8(&in) != WIRE_Stack)
            return bad_table(g, bt, "not a stack");
        uint64_t id = bytes_uleb(&in), n = bytes_uleb(&in);
        if (n > WIRE_FRAMES_MAX)
            return bad_table(g, bt, "a stack above the limit of 128 frames");
        g->frames.n = 0;
        for (uint64_t i = 0; i < n && !bytes_bad(&in); i++) {
            uint64_t pc = bytes_uleb(&in);
            struct raw_frame raw = {.func = bytes_uleb(&in)};
            raw.file = bytes_uleb(&in);
            raw.line = bytes_uleb(&in);
            if (!bytes_bad(&in))
                *vec_push(&g->frames) = frame_of(g, b, by_pc, pc, &raw);
        }
        if (bytes_bad(&in))
            return bad_table(g, bt, "a stack is cut off");
        stack_id stack = dict_stack(b->dict, g->frames.v, (uint32_t)g->frames.n);
        if (!stack && g->frames.n)
            builder_note(b, NOTE_TOO_MANY, "stacks");
        id_table_put(&g->stacks, id, stack);
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

static int set_sync(struct generation *g, int version, const struct batch *bt, struct bytes in)
{
    uint64_t time = bt->time;
    while (bytes_left(&in)) {
        uint8_t kind = bytes_u8(&in);
        if (kind == WIRE_Frequency && g->ns_per_tick == 0) {
            uint64_t freq = bytes_uleb(&in);
            if (freq == 0)
                return bad_table(g, bt, "a clock frequency of 0");
            g->ns_per_tick = 1.0 / ((double)freq / 1e9);
        } else if (kind == WIRE_ClockSnapshot && version >= 25 && !g->has_snapshot) {
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

/* Parses the batches of one kind. */
static void parse_tables(struct generation *g, int version, uint8_t kind, struct map *by_pc, struct builder *b)
{
    for (size_t i = 0; i < g->tables.n; i++) {
        const struct batch *bt = &g->tables.v[i];
        if (g->bytes.p[bt->off] != kind)
            continue;
        struct bytes in = bytes_of(g->bytes.p + bt->off + 1, bt->n - 1);
        if (kind == WIRE_Strings)
            add_strings(g, bt, in, b);
        else if (kind == WIRE_Stacks)
            add_stacks(g, bt, in, b, by_pc);
        else if (kind == WIRE_CPUSamples)
            add_samples(g, bt, in);
        else if (kind == WIRE_Frequency)
            set_sync(g, version, bt, bytes_of(g->bytes.p + bt->off, bt->n));
        else
            set_sync(g, version, bt, in);
    }
}

static uint64_t bytes_of_kind(const struct generation *g, uint8_t kind)
{
    uint64_t n = 1;
    for (size_t i = 0; i < g->tables.n; i++)
        n += g->bytes.p[g->tables.v[i].off] == kind ? g->tables.v[i].n : 0;
    return n;
}

static void set_clock(struct generation *g, int version, double ns_per_tick, struct builder *b)
{
    parse_tables(g, version, version >= 25 ? WIRE_Sync : WIRE_Frequency, NULL, b);
    if (g->ns_per_tick == 0) {
        generation_lose(g, GENERATION_DAMAGED, g->start, "a generation does not tell its clock's frequency");
        g->ns_per_tick = ns_per_tick;
    }
}

void generation_read_tables(struct generation *g, int version, double ns_per_tick, struct builder *b)
{
    struct map by_pc = {0};
    buf_reserve(&g->bytes, LOOK_AHEAD);
    memset(g->bytes.p + g->bytes.n, 0, LOOK_AHEAD);
    set_clock(g, version, ns_per_tick, b);
    /* Strings before stacks, whatever the file's order, since stacks name strings. */
    id_table_begin(&g->strings, bytes_of_kind(g, WIRE_Strings));
    parse_tables(g, version, WIRE_Strings, NULL, b);
    id_table_begin(&g->stacks, bytes_of_kind(g, WIRE_Stacks));
    parse_tables(g, version, WIRE_Stacks, &by_pc, b);
    map_release(&by_pc);
    parse_tables(g, version, WIRE_CPUSamples, NULL, b);
    for (size_t i = 0; i < g->samples.n; i++)
        g->samples.v[i].t = generation_ns(g, (uint64_t)g->samples.v[i].t);
    if (g->samples.n)
        qsort(g->samples.v, g->samples.n, sizeof *g->samples.v, by_time);
}
