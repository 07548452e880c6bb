/* Several traces of one process, one that is packed, one that still grows: what the builder's consumer sees of them. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

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

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/sources-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return 1;
    test_in_turn();
    test_break_inside();
    test_packed_and_cut();
    test_follow();
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return check_done() | (system(command) != 0);
}
