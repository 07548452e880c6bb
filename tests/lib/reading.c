#include "tests/lib/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void start(struct reading *r, struct builder *b, uint64_t limit,
                  void (*each)(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x), void *ctx)
{
    memset(r, 0, sizeof *r);
    dict_init(&r->dict);
    tally_init(&r->tally, &r->dict, limit);
    r->tally.each = each;
    r->tally.ctx = ctx;
    builder_init(b, &r->dict, &r->progress, tally_sink(&r->tally), 1);
    b->source = &r->info;
}

static void finish(struct reading *r, struct builder *b)
{
    if (builder_finish(b, &r->e) < 0)
        r->rc = -1;
    tally_finish(&r->tally);
}

void reading_file(struct reading *r, const char *path, uint64_t limit,
                  void (*each)(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x), void *ctx)
{
    struct builder b;
    start(r, &b, limit, each, ctx);
    r->rc = import_source(path, &(struct source_opts){.progress = &r->progress}, &b, false, &r->e);
    finish(r, &b);
}

void reading_bytes(struct reading *r, const void *p, size_t n, bool strict,
                   void (*each)(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x), void *ctx)
{
    struct builder b;
    char path[64];
    int fd = memfd_create("trace", MFD_CLOEXEC);
    if (fd < 0 || write(fd, p, n) != (ssize_t)n)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    start(r, &b, UINT64_MAX, each, ctx);
    r->rc = import_source(path, &(struct source_opts){.progress = &r->progress}, &b, strict, &r->e);
    finish(r, &b);
    close(fd);
}

uint64_t reading_losses(const struct reading *r)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < NOTE_COUNT; i++)
        if (note_specs[i].severity != NOTE_INFO)
            n += r->info.notes[i].count;
    return n;
}

void reading_release(struct reading *r)
{
    tally_release(&r->tally);
    dict_release(&r->dict);
}
