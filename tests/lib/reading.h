/* A trace read into a tally, from a file or from bytes in memory. */
#ifndef TESTS_LIB_READING_H
#define TESTS_LIB_READING_H

#include "importers/importer.h"
#include "tests/lib/tally.h"

struct reading {
    struct dict dict;
    struct source_info info;
    struct progress progress;
    struct tally tally;
    struct err e;
    int rc;
};

/* Large: reserve it on the heap. limit: events that the tally counts. each may be NULL. */
void reading_file(struct reading *r, const char *path, uint64_t limit,
                  void (*each)(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x), void *ctx);
void reading_bytes(struct reading *r, const void *p, size_t n, bool strict,
                   void (*each)(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x), void *ctx);
/* Notes of kinds that mean something was lost. */
uint64_t reading_losses(const struct reading *r);
void reading_release(struct reading *r);

#endif
