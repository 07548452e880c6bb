/* The container of a v2 trace: batches, sorted into generations.
 *
 * Life: container_init (after the header) -> container_next until it gives 0 -> container_release.
 */
#ifndef IMPORTERS_GO_TRACE_CONTAINER_H
#define IMPORTERS_GO_TRACE_CONTAINER_H

#include "importers/go_trace/generation.h"
#include "importers/source.h"

/* A generation is a second's events or so. More than this in one is no trace but a packed bomb. */
enum {
    GENERATION_MAX = 512 << 20, /* bytes, with BATCH_COST for each batch besides its data */
    BATCH_COST = 128,
    TABLES_MAX = 64 << 20, /* bytes of strings, stacks, samples: what is made of them is larger */
};

struct container {
    struct source *src;    /* borrowed */
    int version;           /* minor: 22.. */
    struct generation gen; /* the current one */
    uint8_t *io;           /* read buffer */
    size_t io_pos, io_len;
    uint64_t io_off;  /* unpacked offset of io[0] */
    bool eof, ended;  /* no more bytes / no more generations */
    bool has_pending; /* the batch that began the next generation (before 1.26) */
    struct batch pending;
    uint64_t pending_gen;
    struct buf pending_data;
    uint64_t closed;         /* number of the generation before, when it was ended because nothing more came (before 1.26) */
    bool last_strings;       /* the last batch read was one of strings */
    uint64_t late_at;        /* more of the closed one came all the same: where; 0 no */
    double last_ns_per_tick; /* of the generation before, for a cut one that does not tell */
};

/* version from the header; the source stands behind it. */
void container_init(struct container *c, struct source *src, int version);
void container_release(struct container *c);
/* Reads the next generation into c->gen with its names interned in b->dict. 1: there is one (see its state); 0: the end;
 * -1: reading failed (I/O). */
int container_next(struct container *c, struct builder *b, struct err *e);

#endif
