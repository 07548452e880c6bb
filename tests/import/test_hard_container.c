/* Hard cases of the container: limits, headers, cuts, damage.
 *
 * test-timeout: 180 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/hard_case.h"

/* ---- the container ---- */

static void batch_above_the_limit(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_raw_batch(mk, WIRE_EventBatch, 1, 1, 30, NULL, 0);
    mk->out.n--; /* its size, 0 */
    buf_uleb(&mk->out, WIRE_BATCH_MAX + 1);
    case_expect(mk, "claims 65537 bytes", RUNNING_1);
}

static void number_of_more_than_ten_bytes(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    buf_put(&mk->out, "\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
    case_expect(mk, "more than 10 bytes in a batch header", RUNNING_1);

    mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    buf_put(&a->data, (const uint8_t[]){WIRE_HeapAlloc, 0}, 2);
    buf_put(&a->data, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10);
    mk_end(mk);
    case_expect(mk, "more than 10 bytes", RUNNING_1);
}

static void event_over_the_end_of_its_batch(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    buf_put(&a->data, (const uint8_t[]){WIRE_GoStop, 1, 0x80}, 3);
    mk_end(mk);
    case_expect(mk, "runs over its batch's end", RUNNING_1);
}

/* Kinds that make up batches cannot stand among events. */
static void structure_among_events(void)
{
    static const uint8_t kinds[] = {WIRE_EventBatch, WIRE_String, WIRE_CPUSample, WIRE_Frequency, WIRE_Sync, WIRE_EndOfGeneration, 0, 255};
    for (size_t i = 0; i < sizeof kinds; i++) {
        struct mktrace *mk = case_begin(23);
        struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
        buf_put(&a->data, (const uint8_t[]){kinds[i], 1, 1, 1, 1}, 5);
        mk_end(mk);
        case_expect(mk, "event", RUNNING_1);
    }
}

static void gap_between_generations(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    mk_generation(mk, 3);
    case_running(mk, 1, 20, 0, 1);
    mk_end(mk);
    case_expect(mk, "generation 3 lies inside generation 1", RUNNING_1);
}

static void end_of_generation_is_missing(void)
{
    struct mktrace *mk = case_begin(26);
    case_running(mk, 1, 10, 0, 1);
    mk_end_open(mk);
    case_expect(mk, "ends inside a generation", RUNNING_1);

    mk = case_begin(26);
    case_running(mk, 1, 10, 0, 1);
    mk_end_open(mk);
    mk_generation(mk, 2);
    case_running(mk, 1, 20, 0, 1);
    mk_end(mk);
    case_expect(mk, "generation 2 lies inside generation 1", RUNNING_1);
}

/* What lies behind a whole trace is told, and takes nothing of it away. */
static void bytes_behind_the_trace(void)
{
    struct mktrace *mk = case_begin(22);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    buf_put(&mk->out, "HTTP/1.1 200", 12);
    case_expect(mk, "trailing-bytes", RUNNING_1);
}

static void no_clock(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, ProcStatus, 0, WIRE_P_IDLE);
    mk_raw_batch(mk, WIRE_EventBatch, 1, 1, 10, a->data.p, a->data.n);
    case_expect(mk, "frequency", "");
}

static void nothing_behind_the_header(void)
{
    struct mktrace *mk = mk_new(22);
    case_expect(mk, NULL, "");
    mk = mk_new(22);
    mk->out.n = 7;
    case_expect(mk, "no Go trace header", "");
}

static void newer_header_with_known_events(void)
{
    struct mktrace *mk = case_begin(31);
    case_running(mk, 1, 10, 0, 1);
    mk_end(mk);
    case_expect(mk, NULL, RUNNING_1);
}

static void newer_header_with_unknown_events(void)
{
    struct mktrace *mk = case_begin(31);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    buf_put(&a->data, (const uint8_t[]){99, 1, 2}, 3);
    mk_end(mk);
    case_expect(mk, "Go 1.31 writes events that this version does not know", RUNNING_1);
}

static void older_header_with_newer_events(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoCreateBlocked, 2, 0, 0);
    mk_end(mk);
    case_expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 G2:none>waiting\n");
}

static void experiments(void)
{
    struct mktrace *mk = case_begin(23);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, HeapObjectAlloc, 4096, 7);
    mk_raw_batch(mk, WIRE_ExperimentalBatch, 1, 1, 10, "\xff\xff opaque", 9);
    mk_end(mk);
    case_expect(mk, NULL, RUNNING_1 "13 m1 p0 g1 Experimental 'HeapObjectAlloc' 4096\n");
}

static void absurd_ids(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = mk_batch(mk, UINT64_MAX - 1, 10);
    MK(a, 11, ProcStatus, 1ull << 40, WIRE_P_RUNNING);
    MK(a, 12, GoStatus, INT64_MAX, UINT64_MAX - 1, WIRE_G_RUNNING);
    MK(a, 13, GoCreate, 4000000, 0, 0);
    MK(a, 14, GoCreate, 1ull << 62, 0, 0);
    mk_end(mk);
    case_expect(mk, NULL,
                "11 m-2 p- g- P1099511627776:?>running\n12 m-2 p1099511627776 g- G9223372036854775807:?>running\n"
                "13 m-2 p1099511627776 g9223372036854775807 G4000000:none>runnable\n"
                "14 m-2 p1099511627776 g9223372036854775807 G4611686018427387904:none>runnable\n");
}

static void goroutine_that_is_created_twice(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoCreate, 2, 0, 0);
    MK(a, 14, GoCreate, 2, 0, 0);
    mk_end(mk);
    case_expect(mk, "which exists", RUNNING_1 "13 m1 p0 g1 G2:none>runnable\n");
}

/* An event that needs a proc on a thread that has none. */
static void event_without_its_proc(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = mk_batch(mk, 1, 10);
    MK(a, 11, HeapAlloc, 1);
    mk_end(mk);
    case_expect(mk, "HeapAlloc without a thread and a proc", "");
}

static void syscall_out_of_sequence(void)
{
    struct mktrace *mk = case_begin(22);
    struct mk_batch *a = case_running(mk, 1, 10, 0, 1);
    MK(a, 13, GoSyscallBegin, 7, 0);
    mk_end(mk);
    case_expect(mk, "sequence 7 after 0", RUNNING_1);
}

/* ---- cuts ---- */

/* Three generations with a bit of everything; ends[i]: bytes when generation i was whole. */
static struct mktrace *some_of_everything(int version, size_t ends[3])
{
    struct mktrace *mk = mk_new(version);
    mk->sec = 1795324103;
    mk->snapshot = 15;
    mk->mono = 77;
    for (uint64_t gen = 1; gen <= 3; gen++) {
        uint64_t t = gen * 1000;
        mk_generation(mk, gen);
        struct mk_batch *a = case_running(mk, 1, t, 0, 1);
        MK(a, t + 10, UserRegionBegin, 0, mk_string(mk, "region"), mk_stack(mk, "main.main", "main.go", 3));
        MK(a, t + 11, UserTaskBegin, gen, 0, mk_string(mk, "task"), 0);
        MK(a, t + 12, GoCreate, 10 + gen, mk_stack(mk, "main.work", "main.go", 30), mk_stack(mk, "main.main", "main.go", 4));
        MK(a, t + 13, UserLog, gen, mk_string(mk, "key"), mk_string(mk, "value"), 0);
        MK(a, t + 14, UserRegionEnd, 0, mk_string(mk, "region"), 0);
        MK(a, t + 20, HeapAlloc, 4096 * gen);
        struct mk_batch *b = mk_batch(mk, 2, t);
        MK(b, t + 1, ProcStatus, 1, WIRE_P_RUNNING);
        if (gen > 1)
            MK(b, t + 2, GoStatus, 9 + gen, WIRE_NO_THREAD, WIRE_G_WAITING);
        MK(b, t + 30, GoStart, 10 + gen, 1);
        MK(b, t + 40, GoBlock, mk_string(mk, "chan receive"), mk_stack(mk, "main.work", "main.go", 31));
        mk_sample(mk, t + 35, 2, 1, 10 + gen, mk_stack(mk, "main.hot", "main.go", 40));
        mk_end(mk);
        ends[gen - 1] = mk->out.n;
    }
    return mk;
}

static void cut_at_every_byte(void)
{
    static const int versions[] = {22, 23, 25, 26};
    struct reading *r = calloc(1, sizeof *r);
    for (size_t v = 0; v < 4; v++) {
        size_t ends[3];
        uint64_t whole[3] = {0}, all = 0;
        struct mktrace *mk = some_of_everything(versions[v], ends);
        reading_bytes(r, mk->out.p, mk->out.n, true, NULL, NULL);
        CHECK(r->rc == 0 && r->info.generations == 3 && reading_losses(r) == 0, "1.%d: %s", versions[v], r->e.what);
        all = r->tally.seen;
        case_print_notes(r);
        reading_release(r);
        for (size_t n = WIRE_HEADER + 1; n < mk->out.n; n++) {
            if (n % CHECK_EVERY && n != ends[0] && n != ends[1])
                continue;
            reading_bytes(r, mk->out.p, n, false, NULL, NULL);
            CHECK(!r->tally.wrong[0], "1.%d cut at %zu: %s", versions[v], n, r->tally.wrong);
            unsigned before = n >= ends[1] ? 2 : n >= ends[0];
            if (n == ends[0] || n == ends[1]) {
                whole[before] = r->tally.seen - 1; /* without the final Sync */
                CHECK(r->rc == 0 && r->info.generations == before && reading_losses(r) == 0, "1.%d cut at %zu: %s", versions[v], n,
                      r->e.what);
            } else {
                CHECK(r->rc < 0 || (!r->info.complete && reading_losses(r) > 0), "1.%d cut at %zu is not told", versions[v], n);
            }
            CHECK(r->tally.seen >= whole[before] && r->tally.seen <= all, "1.%d cut at %zu: %" PRIu64 " events", versions[v], n,
                  r->tally.seen);
            CHECK(before == 0 || r->rc == 0, "1.%d cut at %zu: %s", versions[v], n, r->e.what);
            reading_release(r);
        }
        mk_free(mk);
    }
    free(r);
}

/* Any byte may be any other: what comes out still holds together. */
static void flipped_bytes(void)
{
    struct reading *r = calloc(1, sizeof *r);
    size_t ends[3];
    struct mktrace *mk = some_of_everything(26, ends);
    for (unsigned i = 0; i < 1500 / CHECK_EVERY; i++) {
        uint8_t *p = &mk->out.p[WIRE_HEADER + below((uint32_t)mk->out.n - WIRE_HEADER)], keep = *p;
        *p = (uint8_t)rnd();
        reading_bytes(r, mk->out.p, mk->out.n, false, NULL, NULL);
        CHECK(!r->tally.wrong[0], "%s", r->tally.wrong);
        reading_release(r);
        *p = keep;
    }
    mk_free(mk);
    free(r);
}

/* Many threads wait for what never comes while one goes on: that would take for ever, so it ends. */
static void threads_that_wait_for_ever(void)
{
    struct mktrace *mk = case_begin(22);
    for (uint64_t m = 2; m < 20002; m++) {
        struct mk_batch *b = mk_batch(mk, m, 1);
        MK(b, 1, GoStart, 5, 1);
    }
    for (unsigned k = 0; k < 20; k++) {
        struct mk_batch *a = mk_batch(mk, 1, 10 + k);
        for (unsigned i = 0; i < 16000; i++)
            MK(a, 10 + k, ProcStatus, 0, WIRE_P_IDLE);
    }
    mk_end(mk);
    struct reading *r = calloc(1, sizeof *r);
    reading_bytes(r, mk->out.p, mk->out.n, false, NULL, NULL);
    CHECK(case_noted(r, "wait for one another"), "%" PRIu64 " events", r->tally.seen);
    reading_release(r);
    free(r);
    mk_free(mk);
}

#define CASES(X)                                                                                                                           \
    X(batch_above_the_limit)                                                                                                               \
    X(number_of_more_than_ten_bytes)                                                                                                       \
    X(event_over_the_end_of_its_batch)                                                                                                     \
    X(structure_among_events)                                                                                                              \
    X(gap_between_generations)                                                                                                             \
    X(end_of_generation_is_missing)                                                                                                        \
    X(bytes_behind_the_trace)                                                                                                              \
    X(no_clock)                                                                                                                            \
    X(nothing_behind_the_header)                                                                                                           \
    X(newer_header_with_known_events)                                                                                                      \
    X(newer_header_with_unknown_events)                                                                                                    \
    X(older_header_with_newer_events)                                                                                                      \
    X(experiments)                                                                                                                         \
    X(absurd_ids)                                                                                                                          \
    X(goroutine_that_is_created_twice)                                                                                                     \
    X(event_without_its_proc)                                                                                                              \
    X(syscall_out_of_sequence)                                                                                                             \
    X(cut_at_every_byte)                                                                                                                   \
    X(flipped_bytes)                                                                                                                       \
    X(threads_that_wait_for_ever)

HARD_CASES(CASES)
