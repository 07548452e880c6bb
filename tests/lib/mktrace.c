#include "tests/lib/mktrace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mktrace *mk_new(int version)
{
    struct mktrace *mk = mem_calloc(1, sizeof *mk);
    char header[WIRE_HEADER + 1] = {0};
    mk->version = version;
    mk->frequency = 1000000000;
    mk->clock_last = version < 26;
    snprintf(header, sizeof header, "go 1.%d trace", version);
    buf_put(&mk->out, header, WIRE_HEADER);
    return mk;
}

static void forget(struct mktrace *mk)
{
    for (size_t i = 0; i < mk->batches.n; i++) {
        buf_release(&mk->batches.v[i]->data);
        mem_free(mk->batches.v[i]);
    }
    for (size_t i = 0; i < mk->names.n; i++)
        mem_free(mk->names.v[i]);
    mk->batches.n = mk->names.n = 0;
    mk->nstacks = 0;
    mk->strings.n = mk->stacks.n = mk->samples.n = 0;
}

void mk_free(struct mktrace *mk)
{
    forget(mk);
    vec_free(&mk->batches);
    vec_free(&mk->names);
    buf_release(&mk->out);
    buf_release(&mk->strings);
    buf_release(&mk->stacks);
    buf_release(&mk->samples);
    mem_free(mk);
}

void mk_generation(struct mktrace *mk, uint64_t gen)
{
    forget(mk);
    mk->gen = gen;
}

struct mk_batch *mk_batch(struct mktrace *mk, uint64_t m, uint64_t time)
{
    struct mk_batch *b = mem_calloc(1, sizeof *b);
    *b = (struct mk_batch){.m = m, .time = time, .last = time};
    *vec_push(&mk->batches) = b;
    return b;
}

static void put_byte(struct buf *b, unsigned byte)
{
    buf_put(b, &(uint8_t){(uint8_t)byte}, 1);
}

void mk_event(struct mk_batch *b, uint64_t t, unsigned type, const uint64_t *args, size_t n)
{
    if (n != wire_specs[type].nargs || t < b->last) {
        fprintf(stderr, "mktrace: %s has %u arguments, not %zu, or its time goes back\n", wire_specs[type].name, wire_specs[type].nargs, n);
        abort();
    }
    put_byte(&b->data, type);
    buf_uleb(&b->data, t - b->last);
    for (size_t i = 0; i < n; i++)
        buf_uleb(&b->data, args[i]);
    b->last = t;
}

uint64_t mk_string(struct mktrace *mk, const char *text)
{
    for (size_t i = 0; i < mk->names.n; i++)
        if (!strcmp(mk->names.v[i], text))
            return i + 1;
    *vec_push(&mk->names) = mem_strdup(text);
    put_byte(&mk->strings, WIRE_String);
    buf_uleb(&mk->strings, mk->names.n);
    buf_uleb(&mk->strings, strlen(text));
    buf_put(&mk->strings, text, strlen(text));
    return mk->names.n;
}

uint64_t mk_stack_frames(struct mktrace *mk, const struct mk_frame *f, size_t n)
{
    put_byte(&mk->stacks, WIRE_Stack);
    buf_uleb(&mk->stacks, ++mk->nstacks);
    buf_uleb(&mk->stacks, n);
    for (size_t i = 0; i < n; i++) {
        buf_uleb(&mk->stacks, f[i].pc);
        buf_uleb(&mk->stacks, f[i].func);
        buf_uleb(&mk->stacks, f[i].file);
        buf_uleb(&mk->stacks, f[i].line);
    }
    return mk->nstacks;
}

uint64_t mk_stack(struct mktrace *mk, const char *func, const char *file, uint64_t line)
{
    uint64_t name = mk_string(mk, func);
    return mk_stack_frames(mk, &(struct mk_frame){0x1000 * name + line, name, mk_string(mk, file), line}, 1);
}

void mk_sample(struct mktrace *mk, uint64_t t, uint64_t m, uint64_t p, uint64_t g, uint64_t stack)
{
    const uint64_t fields[] = {t, m, p, g, stack};
    put_byte(&mk->samples, WIRE_CPUSample);
    for (size_t i = 0; i < 5; i++)
        buf_uleb(&mk->samples, fields[i]);
}

void mk_raw_batch(struct mktrace *mk, uint8_t type, uint64_t gen, uint64_t m, uint64_t time, const void *data, size_t n)
{
    put_byte(&mk->out, type);
    if (type == WIRE_ExperimentalBatch)
        put_byte(&mk->out, 1);
    buf_uleb(&mk->out, gen);
    buf_uleb(&mk->out, m);
    buf_uleb(&mk->out, time);
    buf_uleb(&mk->out, n);
    if (n)
        buf_put(&mk->out, data, n);
}

static uint64_t start_of(const struct mktrace *mk)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < mk->batches.n; i++)
        if (mk->batches.v[i]->time < least)
            least = mk->batches.v[i]->time;
    return least == UINT64_MAX ? 1 : least;
}

static void put_clock(struct mktrace *mk)
{
    struct buf b = {0};
    if (mk->version >= 25)
        put_byte(&b, WIRE_Sync);
    put_byte(&b, WIRE_Frequency);
    buf_uleb(&b, mk->frequency);
    uint64_t start = start_of(mk);
    if (mk->version >= 25 && mk->sec) {
        const uint64_t fields[] = {mk->snapshot > start ? mk->snapshot - start : 0, mk->mono, mk->sec, mk->nsec};
        put_byte(&b, WIRE_ClockSnapshot);
        for (size_t i = 0; i < 4; i++)
            buf_uleb(&b, fields[i]);
    }
    mk_raw_batch(mk, WIRE_EventBatch, mk->gen, WIRE_NO_THREAD, start, b.p, b.n);
    buf_release(&b);
}

/* A table, in as many batches as its entries need; entries never cross a batch here because tests keep them small. */
static void put_table(struct mktrace *mk, uint8_t kind, const struct buf *entries)
{
    struct buf b = {0};
    if (!entries->n)
        return;
    put_byte(&b, kind);
    buf_put(&b, entries->p, entries->n);
    mk_raw_batch(mk, WIRE_EventBatch, mk->gen, WIRE_NO_THREAD, start_of(mk), b.p, b.n);
    buf_release(&b);
}

void mk_end_open(struct mktrace *mk)
{
    if (!mk->clock_last)
        put_clock(mk);
    for (size_t i = 0; i < mk->batches.n; i++) {
        const struct mk_batch *b = mk->batches.v[i];
        mk_raw_batch(mk, WIRE_EventBatch, mk->gen, b->m, b->time, b->data.p, b->data.n);
    }
    put_table(mk, WIRE_CPUSamples, &mk->samples);
    put_table(mk, WIRE_Stacks, &mk->stacks);
    put_table(mk, WIRE_Strings, &mk->strings);
    if (mk->clock_last)
        put_clock(mk);
}

void mk_end(struct mktrace *mk)
{
    mk_end_open(mk);
    if (mk->version >= 26)
        put_byte(&mk->out, WIRE_EndOfGeneration);
}
