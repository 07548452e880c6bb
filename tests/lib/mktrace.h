/* A small writer of v2 traces, to build hard cases by name.
 *
 *     struct mktrace *mk = mk_new(22);
 *     mk_generation(mk, 1);
 *     struct mk_batch *m1 = mk_batch(mk, 1, 0);           // of thread 1, from time 0
 *     MK(m1, 1, ProcStatus, 0, WIRE_P_RUNNING);           // at time 1; names and arguments as in events.def
 *     MK(m1, 2, GoStatus, 5, 1, WIRE_G_RUNNING);
 *     MK(m1, 3, GoBlock, mk_string(mk, "select"), mk_stack(mk, "main.run", "main.go", 7));
 *     mk_end(mk);
 *     … mk->out is the file …
 *     mk_free(mk);
 *
 * Times are ticks; the clock has mk->frequency of them a second, 10^9 unless changed. Nothing stops a wrong trace.
 */
#ifndef TESTS_LIB_MKTRACE_H
#define TESTS_LIB_MKTRACE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"
#include "importers/go_trace/wire.h"

struct mk_batch {
    uint64_t m, time;
    uint64_t last; /* time of the last event */
    struct buf data;
};

struct mktrace {
    int version;
    uint64_t gen, frequency;
    uint64_t mono, sec, nsec, snapshot; /* clock snapshot at time `snapshot`, written with 1.25 and later when sec != 0 */
    bool clock_last;                    /* the clock's batch comes last in a generation, as before 1.26; else first */
    struct buf out;                     /* the file so far */
    VEC(struct mk_batch *) batches;     /* of the generation being built, in file order */
    struct buf strings, stacks, samples;
    VEC(char *) names; /* id - 1 */
    uint64_t nstacks;
};

struct mktrace *mk_new(int version);
void mk_free(struct mktrace *mk);

void mk_generation(struct mktrace *mk, uint64_t gen);
/* A batch of thread m (WIRE_NO_THREAD: none) that begins at time. Valid until mk_end. */
struct mk_batch *mk_batch(struct mktrace *mk, uint64_t m, uint64_t time);
/* One event. t must not be before the batch's last one. */
void mk_event(struct mk_batch *b, uint64_t t, unsigned type, const uint64_t *args, size_t n);
#define MK(b, t, name, ...)                                                                                                                \
    mk_event(b, t, WIRE_##name, (const uint64_t[]){0, ##__VA_ARGS__} + 1,                                                                  \
             sizeof((const uint64_t[]){0, ##__VA_ARGS__}) / sizeof(uint64_t) - 1)
/* Ids in the generation being built; equal texts get one id. */
uint64_t mk_string(struct mktrace *mk, const char *text);
/* A stack of one frame. Each call makes a new one. */
uint64_t mk_stack(struct mktrace *mk, const char *func, const char *file, uint64_t line);
struct mk_frame {
    uint64_t pc, func, file, line;
};
uint64_t mk_stack_frames(struct mktrace *mk, const struct mk_frame *f, size_t n);
void mk_sample(struct mktrace *mk, uint64_t t, uint64_t m, uint64_t p, uint64_t g, uint64_t stack);
/* Writes the generation: clock, events, samples, stacks, strings, end byte. */
void mk_end(struct mktrace *mk);
/* The same without the end byte of 1.26. */
void mk_end_open(struct mktrace *mk);
/* Any batch, as it is: type is WIRE_EventBatch or, with an experiment, WIRE_ExperimentalBatch. */
void mk_raw_batch(struct mktrace *mk, uint8_t type, uint64_t gen, uint64_t m, uint64_t time, const void *data, size_t n);

#endif
