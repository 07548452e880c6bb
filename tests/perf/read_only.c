/* Reads traces with nobody listening: what the importer alone costs. Prints events and CPU seconds; `make bench` sets it
 * beside Go's own reader, which only reads, too. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "importers/importer.h"

static int ignore(void *ctx, const struct event_block *b, struct err *e)
{
    (void)ctx;
    (void)b;
    (void)e;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static struct dict dict;
        struct source_info info = {0};
        struct progress progress = {0};
        struct builder b;
        struct err e = ERR_INIT;
        dict_init(&dict);
        builder_init(&b, &dict, &progress, (struct event_sink){NULL, ignore}, 1);
        b.source = &info;
        int rc = import_source(argv[i], &(struct source_opts){.progress = &progress}, &b, false, &e);
        if (builder_finish(&b, &e) < 0 || rc < 0) {
            err_print(&e, stderr, 1);
            return 2;
        }
        struct rusage u;
        getrusage(RUSAGE_SELF, &u);
        double cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
        printf("%s: %" PRIu64 " events, %" PRIu64 " bytes, %.3f CPU s so far, %ld MiB peak\n", argv[i], info.events, info.bytes, cpu,
               u.ru_maxrss / 1024);
        dict_release(&dict);
    }
    return 0;
}
