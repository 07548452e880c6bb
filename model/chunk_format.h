/* What the encoder and the decoder of chunks share; private to model/chunk*.c and model/lod.c. */
#ifndef MODEL_CHUNK_FORMAT_H
#define MODEL_CHUNK_FORMAT_H

#include <string.h>

#include "model/chunk.h"

enum { CHUNK_MAGIC = 0xc7, LOD_MAGIC = 0xc8, CHUNK_VERSION = 3, RUNS_COLUMN = 0xff };
enum { CODING_RAW, CODING_ZSTD };
enum lod_col { LOD_BUCKET, LOD_MASK, LOD_VALUE, LOD_COLS };

#define NO_TRACK (IDX_NONE - 1) /* side streams: no goroutine is "the track itself" */
#define PAIR_NONE 0xffffffffu   /* thread and proc: none */
enum { TICK_MAX = 15 };
enum { CLASS_START = DICT_CLASSES, STACK_GUESSES = 512 };

/* What tends to follow: learnt while coding a chunk, the same way on both sides. */
struct predict {
    uint16_t class_after[DICT_CLASSES + 1]; /* [CLASS_START]: first of a run */
    uint32_t stack_after[STACK_GUESSES];
};

static inline void predict_reset(struct predict *p)
{
    memset(p, 0, sizeof *p);
}

static inline uint32_t *predict_stack(struct predict *p, uint32_t class, uint32_t stack)
{
    return &p->stack_after[((class * 0x9e3779b1u) ^ (stack * 0x85ebca6bu)) >> 23];
}

/* LOD rows: buckets and sums are deltas from the row before. */
struct lod_state {
    bool first;
    int64_t bucket, run_bucket;
    uint32_t mask;
    ns_t last[SHARE_COUNT];
};

static inline void lod_state_run(struct lod_state *st)
{
    st->first = true;
    memset(st->last, 0, sizeof st->last);
}

/* A decoder's scratch: the zstd context, a column's plain bytes, and where the rows' runs lie. */
struct decoder {
    void *z; /* ZSTD_DCtx */
    struct buf plain;
    struct predict *predict;
    uint32_t rows, nruns;
    uint32_t *run_track, *run_rows;
    uint32_t run_cap;
};
void decoder_init(struct decoder *d);
void decoder_release(struct decoder *d);
/* Adds the wanted columns that out has not yet. out->rows is 0 before the first call. */
int decoder_chunk(struct decoder *d, const void *blob, size_t n, uint32_t want, struct chunk *out, struct err *e);
int decoder_lod(struct decoder *d, const void *blob, size_t n, struct lod *out, struct err *e);

/* A column frame in a blob. */
struct column {
    uint8_t id, coding;
    uint64_t plain;
    struct str bytes;
};
/* Reads head and runs; the cursor then stands at the first column. rows at most max_rows. */
int decoder_head(struct decoder *d, struct bytes *in, uint8_t magic, uint32_t max_rows, struct err *e);
/* 1 a column, 0 the end, -1 damaged. */
int decoder_column(struct bytes *in, struct column *c, struct err *e);
/* The plain bytes of a column of at most `max` bytes, valid until the next call; an empty cursor and -1 when damaged. */
int decoder_plain(struct decoder *d, const struct column *c, uint64_t max, struct bytes *out, struct err *e);

#endif
