/* The pump: imports the sources of a command line, one after another, into a sink. */
#ifndef CLI_PUMP_H
#define CLI_PUMP_H

#include "base/vec.h"
#include "importers/source.h"
#include "model/builder.h"

struct pump {
    const char *const *paths; /* borrowed */
    size_t n;
    int threads; /* 1 or 2 */
    bool strict, follow;
    uint64_t max_memory; /* bytes; 0: no bound */
    struct dict *dict;   /* borrowed */
    struct progress *progress;
    struct source_info *const *infos; /* borrowed, n of them, zeroed; filled as sources are read */
    struct event_sink sink;
    uint64_t events;               /* private: taken by the sink */
    const struct builder *builder; /* private */
};

/* Runs to the end. 0; -1 with *e of the sink or of a source, ERR_CANCEL when progress->stop was set. */
int pump_run(struct pump *p, struct err *e);

/* Notes on standard error of what was lost from the sources. */
void pump_say_notes(struct source_info *const *infos, size_t n);

#endif
