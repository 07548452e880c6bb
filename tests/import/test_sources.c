/* Several traces of one process, one that is packed, one that still grows: what the builder's consumer sees of them. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include "tests/lib/answers.h"
#include "tests/lib/check.h"
#include "tests/lib/mktrace.h"
#include "tests/lib/reading.h"

static char dir[512];

static const char *path_of(const char *name)
{
    static char path[4][600];
    static unsigned i;
    char *p = path[i++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static const char *save(const char *name, const void *p, size_t n)
{
    const char *path = path_of(name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
        abort();
    return path;
}

/* One generation: goroutine 1 runs from t + 2 to t + 9, waits from then on. */
static void add_generation(struct mktrace *mk, uint64_t gen, uint64_t t)
{
    mk_generation(mk, gen);
    struct mk_batch *a = mk_batch(mk, 1, t);
    MK(a, t + 1, ProcStatus, 0, WIRE_P_IDLE);
    MK(a, t + 2, ProcStart, 0, 1);
    MK(a, t + 3, GoStatus, 1, WIRE_NO_THREAD, WIRE_G_WAITING);
    MK(a, t + 4, GoUnblock, 1, 1, 0);
    MK(a, t + 5, GoStart, 1, 2);
    MK(a, t + 9, GoBlock, mk_string(mk, "select"), mk_stack(mk, "main.wait", "main.go", 9));
    MK(a, t + 10, ProcStop);
    mk_end(mk);
}
enum { EVENTS_PER_GENERATION = 8 }; /* with its Sync */

static struct mktrace *trace_at(uint64_t gen, uint64_t t)
{
    struct mktrace *mk = mk_new(26);
    add_generation(mk, gen, t);
    return mk;
}

/* ---- several sources ---- */

struct blocks {
    uint64_t events, firsts;
    uint64_t at[8]; /* events before each block that is the first of a source */
};

static int count_block(void *ctx, const struct event_block *b, struct err *e)
{
    struct blocks *c = ctx;
    (void)e;
    if (b->first_of_source && c->firsts < 8)
        c->at[c->firsts++] = c->events;
    c->events += b->n;
    return 0;
}

static int import_all(const char *const *paths, size_t n, struct blocks *c, struct source_info *infos, struct err *e)
{
    static struct dict d;
    struct progress progress = {0};
    struct builder b;
    int rc = 0;
    *c = (struct blocks){0};
    dict_init(&d);
    builder_init(&b, &d, &progress, (struct event_sink){c, count_block}, 2);
    for (size_t i = 0; i < n && rc == 0; i++) {
        infos[i] = (struct source_info){0};
        b.source = &infos[i];
        rc = import_source(paths[i], &(struct source_opts){.progress = &progress}, &b, false, e);
    }
    CHECK(builder_finish(&b, e) == 0);
    dict_release(&d);
    return rc;
}

static void test_in_turn(void)
{
    struct mktrace *one = trace_at(1, 100), *two = trace_at(7, 200), *three = trace_at(9, 150);
    save("one", one->out.p, one->out.n);
    save("two", two->out.p, two->out.n);
    save("three", three->out.p, three->out.n);
    struct blocks c;
    static struct source_info infos[3];
    struct err e = ERR_INIT;

    /* One and two follow each other: no block holds events of both, and the second says so. */
    CHECK(import_all((const char *[]){path_of("one"), path_of("two")}, 2, &c, infos, &e) == 0, "%s", e.what);
    CHECK(c.events == 2 * (EVENTS_PER_GENERATION + 1) && c.firsts == 2 && c.at[0] == 0 && c.at[1] == EVENTS_PER_GENERATION + 1,
          "%" PRIu64 " events, %" PRIu64 " sources", c.events, c.firsts);
    CHECK(infos[0].events == infos[1].events && infos[0].complete && infos[1].complete);

    /* Three begins before two has ended: both are named. */
    CHECK(import_all((const char *[]){path_of("one"), path_of("two"), path_of("three")}, 3, &c, infos, &e) < 0);
    CHECK(strstr(e.source, "three") && strstr(e.what, "two") && strstr(e.what, "before the end") && e.hint[0], "%s: %s", e.source, e.what);
    CHECK(c.events == 2 * (EVENTS_PER_GENERATION + 1));
    mk_free(one);
    mk_free(two);
    mk_free(three);
}

/* Where a generation is broken, what was open before it is not known behind it: as with another source. */
static void test_break_inside(void)
{
    struct mktrace *mk = trace_at(1, 100);
    mk_generation(mk, 2);
    struct mk_batch *a = mk_batch(mk, 1, 200);
    MK(a, 201, GoStart, 99, 5);
    mk_end(mk);
    add_generation(mk, 3, 300);
    struct blocks c;
    static struct source_info info;
    struct err e = ERR_INIT;
    CHECK(import_all((const char *[]){save("broken", mk->out.p, mk->out.n)}, 1, &c, &info, &e) == 0, "%s", e.what);
    CHECK(c.firsts == 2 && c.at[1] == EVENTS_PER_GENERATION + 1, "%" PRIu64 " at %" PRIu64, c.firsts, c.at[1]);
    CHECK(!info.complete && info.notes[NOTE_BROKEN_ORDER].count == 1 && info.generations == 3);
    mk_free(mk);
}

/* ---- packed ---- */

static void test_packed_and_cut(void)
{
    struct mktrace *mk = mk_new(26);
    for (uint64_t gen = 1; gen <= 400; gen++)
        add_generation(mk, gen, gen * 100 + below(50));
    struct buf z = {0};
    buf_reserve(&z, ZSTD_compressBound(mk->out.n));
    z.n = ZSTD_compress(z.p, z.cap, mk->out.p, mk->out.n, 1);
    struct reading *r = calloc(1, sizeof *r);
    reading_bytes(r, z.p, z.n, true, NULL, NULL);
    CHECK(r->rc == 0 && r->info.complete && r->info.generations == 400 && r->info.bytes == mk->out.n, "%s", r->e.what);
    reading_release(r);
    for (unsigned i = 0; i < 100; i++) {
        reading_bytes(r, z.p, 5 + below((uint32_t)z.n - 5), false, NULL, NULL);
        CHECK(r->rc < 0 || (!r->info.complete && r->info.notes[NOTE_UNPACK_FAILED].count == 1 && r->info.dropped_from_byte >= 0));
        CHECK(r->rc == 0 || (r->e.what[0] && r->e.hint[0]));
        CHECK(!r->tally.wrong[0], "%s", r->tally.wrong);
        reading_release(r);
    }
    free(r);
    buf_release(&z);
    mk_free(mk);
}

/* ---- growing ---- */

struct writer {
    int fd;
    struct progress *progress;
    bool in_time;
};

/* Writes three generations, each in two pieces, and waits after each until it has come out. */
static void *write_slowly(void *arg)
{
    struct writer *w = arg;
    struct mktrace *mk = mk_new(26);
    size_t at = 0;
    w->in_time = true;
    for (uint64_t gen = 1; gen <= 3; gen++) {
        add_generation(mk, gen, gen * 100);
        size_t half = at + (mk->out.n - at) / 2;
        w->in_time = w->in_time && write(w->fd, mk->out.p + at, half - at) > 0;
        usleep(30000);
        w->in_time = w->in_time && write(w->fd, mk->out.p + half, mk->out.n - half) > 0;
        at = mk->out.n;
        for (unsigned i = 0; i < 2000 && __atomic_load_n(&w->progress->unpacked, __ATOMIC_RELAXED) < at; i++)
            usleep(5000);
    }
    w->in_time = w->in_time && __atomic_load_n(&w->progress->unpacked, __ATOMIC_RELAXED) == at;
    /* Small generations share a block, but the first one is shown at once, not when the trace ends. */
    w->in_time = w->in_time && __atomic_load_n(&w->progress->events, __ATOMIC_RELAXED) >= EVENTS_PER_GENERATION;
    __atomic_store_n(&w->progress->stop, 1, __ATOMIC_RELAXED);
    mk_free(mk);
    return NULL;
}

static void test_follow(void)
{
    struct dict d;
    struct source_info info = {0};
    struct progress progress = {0};
    struct builder b;
    struct blocks c = {0};
    struct err e = ERR_INIT;
    struct writer w = {.fd = open(save("growing", "", 0), O_WRONLY | O_APPEND), .progress = &progress};
    pthread_t thread;
    dict_init(&d);
    builder_init(&b, &d, &progress, (struct event_sink){&c, count_block}, 2);
    b.source = &info;
    pthread_create(&thread, NULL, write_slowly, &w);
    int rc = import_source(path_of("growing"), &(struct source_opts){.follow = true, .progress = &progress}, &b, false, &e);
    pthread_join(thread, NULL);
    CHECK(builder_finish(&b, &e) == 0 && rc == 0, "%s", e.what);
    CHECK(w.in_time, "what was written did not come out while the file grew");
    CHECK(c.events == 3 * EVENTS_PER_GENERATION && info.generations == 3, "%" PRIu64 " events", c.events);
    close(w.fd);
    dict_release(&d);
}

/* Before Go 1.26 nothing marks a generation's end; it is shown when nothing more comes. However the pauses fall, what comes out is
 * what the file gives when it is read at once; but for the Sync at the end, which is there when tracing has ended. */
struct stream {
    uint64_t hash, before, events; /* before: without the last event */
    struct dict *d;
};

static int hash_block(void *ctx, const struct event_block *b, struct err *e)
{
    struct stream *s = ctx;
    (void)e;
    for (size_t i = 0; i < b->n; i++) {
        const struct event *ev = &b->ev[i];
        uint64_t words[] = {(uint64_t)ev->t, s->d->classes[ev->class].kind, ev->g, ev->m, ev->p, ev->class, ev->stack};
        s->before = s->hash;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            s->hash = (s->hash ^ words[k]) * 0x100000001b3u;
    }
    s->events += b->n;
    return 0;
}

struct pieces {
    int fd;
    const uint8_t *p;
    size_t n;
    unsigned pauses;
    uint64_t want; /* events that must have come out while nothing says that the trace has ended */
    bool came;
    struct progress *progress;
};

static void *write_pieces(void *arg)
{
    struct pieces *w = arg;
    size_t at = 0;
    for (unsigned i = 0; i <= w->pauses; i++) {
        size_t to = i == w->pauses ? w->n : at + below((uint32_t)(w->n - at));
        if (write(w->fd, w->p + at, to - at) != (ssize_t)(to - at))
            abort();
        at = to;
        if (i < w->pauses)
            usleep(450000);
    }
    for (unsigned i = 0; i < 1000 && __atomic_load_n(&w->progress->events, __ATOMIC_RELAXED) < w->want; i++)
        usleep(10000);
    w->came = __atomic_load_n(&w->progress->events, __ATOMIC_RELAXED) == w->want;
    __atomic_store_n(&w->progress->stop, 1, __ATOMIC_RELAXED);
    return NULL;
}

static struct stream read_stream(const char *path, struct progress *progress, struct source_info *info, bool follow)
{
    struct dict d;
    struct builder b;
    struct stream s = {.d = &d};
    struct err e = ERR_INIT;
    dict_init(&d);
    builder_init(&b, &d, progress, (struct event_sink){&s, hash_block}, 2);
    *info = (struct source_info){0};
    b.source = info;
    int rc = import_source(path, &(struct source_opts){.follow = follow, .progress = progress}, &b, false, &e);
    CHECK(builder_finish(&b, &e) == 0 && rc == 0, "%s: %s", path, e.what);
    dict_release(&d);
    return s;
}

static void follow_pieces(const char *what, const uint8_t *p, size_t n, unsigned pauses, uint64_t generations)
{
    static struct source_info info, all_info;
    struct progress progress = {0}, all_progress = {0};
    save("whole", p, n);
    struct stream all = read_stream(path_of("whole"), &all_progress, &all_info, false);
    struct pieces w = {.fd = open(save("pieces", "", 0), O_WRONLY | O_APPEND),
                       .p = p,
                       .n = n,
                       .pauses = pauses,
                       .want = all.events - 1,
                       .progress = &progress};
    pthread_t thread;
    pthread_create(&thread, NULL, write_pieces, &w);
    struct stream got = read_stream(path_of("pieces"), &progress, &info, true);
    pthread_join(thread, NULL);
    CHECK(w.came, "%s: the last generation did not come out: %" PRIu64 " events, not %" PRIu64, what, got.events, w.want);
    CHECK(info.generations == generations && all_info.generations == generations && !info.notes[NOTE_DAMAGED_GENERATION].count,
          "%s: %" PRIu64 " generations", what, info.generations);
    CHECK(got.events == all.events - 1 && got.hash == all.before, "%s: %" PRIu64 " events, not %" PRIu64 ", or others", what, got.events,
          all.events - 1);
    close(w.fd);
}

static void test_follow_old(void)
{
    static const char *const real[] = {"tests/data/corpus/go1.22/goexit-in-goroutine.fault.trace.zst",
                                       "tests/data/corpus/go1.24/growth-per-tick.fault.trace.zst"};
    for (size_t i = 0; i < 2; i++) {
        struct buf bytes = {0};
        CHECK(read_file(real[i], &bytes), "%s", real[i]);
        follow_pieces(real[i], bytes.p, bytes.n, 2, 3);
        buf_release(&bytes);
    }
    /* A pause at each generation's end: the next one begins behind it. */
    struct mktrace *mk = mk_new(23);
    mk->clock_last = false; /* as the runtime has it */
    add_generation(mk, 1, 100);
    size_t first = mk->out.n;
    add_generation(mk, 2, 200);
    follow_pieces("made", mk->out.p, mk->out.n, 1, 2);
    follow_pieces("made", mk->out.p, first, 0, 1);
    mk_free(mk);
}

/* More of a generation that was taken for whole is told as a loss, never mixed in. */
static void *write_late(void *arg)
{
    struct pieces *w = arg;
    struct mktrace *mk = mk_new(23), *late = mk_new(23);
    mk->clock_last = late->clock_last = false;
    add_generation(mk, 1, 100);
    CHECK(write(w->fd, mk->out.p, mk->out.n) == (ssize_t)mk->out.n);
    for (unsigned i = 0; i < 1000 && __atomic_load_n(&w->progress->events, __ATOMIC_RELAXED) < EVENTS_PER_GENERATION; i++)
        usleep(10000);
    size_t header = late->out.n;
    add_generation(late, 1, 150);
    add_generation(late, 2, 200);
    CHECK(write(w->fd, late->out.p + header, late->out.n - header) == (ssize_t)(late->out.n - header));
    for (unsigned i = 0; i < 1000 && __atomic_load_n(&w->progress->events, __ATOMIC_RELAXED) < w->want; i++)
        usleep(10000);
    __atomic_store_n(&w->progress->stop, 1, __ATOMIC_RELAXED);
    mk_free(mk);
    mk_free(late);
    return NULL;
}

static void test_follow_late(void)
{
    static struct source_info info;
    struct progress progress = {0};
    struct pieces w = {.fd = open(save("late", "", 0), O_WRONLY | O_APPEND), .want = 2 * EVENTS_PER_GENERATION, .progress = &progress};
    pthread_t thread;
    pthread_create(&thread, NULL, write_late, &w);
    struct stream got = read_stream(path_of("late"), &progress, &info, true);
    pthread_join(thread, NULL);
    CHECK(got.events == 2 * EVENTS_PER_GENERATION && info.generations == 2, "%" PRIu64 " events", got.events);
    CHECK(!info.complete && info.notes[NOTE_DAMAGED_GENERATION].count == 1 && info.dropped_from_byte > 0, "%s",
          info.notes[NOTE_DAMAGED_GENERATION].first);
    close(w.fd);
}

/* Written by a child, so that the memory it takes is not ours. */
static void save_large(const char *name)
{
    enum { BATCHES = 1500, EVENTS = 9000 };
    const char *path = path_of(name);
    pid_t child = fork();
    if (child == 0) {
        struct mktrace *mk = mk_new(26);
        mk_generation(mk, 1);
        for (uint64_t i = 0; i < BATCHES; i++) {
            struct mk_batch *a = mk_batch(mk, i + 1, 100 + i);
            for (unsigned k = 0; k < EVENTS; k++)
                MK(a, 100 + i + k, ProcStatus, i, WIRE_P_IDLE);
        }
        mk_end(mk);
        save(name, mk->out.p, mk->out.n);
        _exit(mk->out.n > 40 << 20 ? 0 : 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0, "%s", path);
}

/* A generation that is larger than what memory there may be is refused while it is read, long before it is whole. */
static void test_memory_bound(void)
{
    save_large("large");
    struct dict d;
    static struct source_info info;
    struct progress progress = {0};
    struct builder b;
    struct blocks c = {0};
    struct err e = ERR_INIT;
    struct rusage before, after;
    dict_init(&d);
    builder_init(&b, &d, &progress, (struct event_sink){&c, count_block}, 1);
    b.source = &info;
    getrusage(RUSAGE_SELF, &before);
    b.max_memory = ((uint64_t)before.ru_maxrss << 10) + (1 << 20);
    CHECK(import_source(path_of("large"), &(struct source_opts){.progress = &progress}, &b, false, &e) < 0 && e.kind == ERR_LIMIT, "%s",
          e.what);
    CHECK(strstr(e.what, "--max-memory") && strstr(e.where, "generation 1, byte ") && e.hint[0] && strstr(e.source, "large"), "%s; %s",
          e.what, e.where);
    CHECK(progress.unpacked < 40 << 20, "%" PRIu64 " bytes were read all the same", progress.unpacked);
    getrusage(RUSAGE_SELF, &after);
    CHECK(builder_finish(&b, &e) == 0 && after.ru_maxrss - before.ru_maxrss < 24 << 10, "%ld KiB more", after.ru_maxrss - before.ru_maxrss);
    dict_release(&d);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/sources-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return 1;
    test_memory_bound(); /* first: what was used before counts */
    test_in_turn();
    test_break_inside();
    test_packed_and_cut();
    test_follow();
    test_follow_old();
    test_follow_late();
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return check_done() | (system(command) != 0);
}
