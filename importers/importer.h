/* An importer reads one format. The registry (registry.def) lists them; each scores the head of a source 0-100, the best wins. */
#ifndef IMPORTERS_IMPORTER_H
#define IMPORTERS_IMPORTER_H

#include "importers/source.h"
#include "model/builder.h"

/* Bytes that a score may look at. */
enum { IMPORTER_HEAD = 4096 };

struct importer {
    const char *name;  /* "go-trace" */
    const char *title; /* one line for help and docs */
    /* 0 = not mine .. 100 = certain. head holds at least the first 64 bytes when there are as many. */
    int (*score)(const uint8_t *head, size_t n);
    /* Reads the source to its end into b. 0 when done (with notes in b->source when odd), -1 with *e when nothing could be
     * read at all, or on an error of the sink. strict: any loss is an error. */
    int (*import)(struct source *s, struct builder *b, bool strict, struct err *e);
};

/* The importer for a head, or NULL with *e saying what the bytes look like (JSON, ELF, pprof, text …) and what to try. */
const struct importer *importer_for(const uint8_t *head, size_t n, struct err *e);
/* All importers, NULL-terminated. */
const struct importer *const *importer_list(void);

/* Opens, sniffs and imports one source. b->source is filled. */
int import_source(const char *path, const struct source_opts *o, struct builder *b, bool strict, struct err *e);

#endif
