/* Decoding of LOD rows. Hostile input, as in model/chunk.c. */
#include "base/bytes.h"
#include "model/chunk_format.h"

static int damaged(struct err *e)
{
    err_set(e, ERR_INPUT, "a chunk of sums in the store is damaged");
    return err_hint(e, "remove the store and import again");
}

static int read_buckets(const struct decoder *d, struct bytes *in, struct lod *out)
{
    struct lod_row *row = out->row;
    int64_t run_bucket = 0;
    for (uint32_t r = 0; r < d->nruns; r++)
        for (uint32_t i = 0; i < d->run_rows[r]; i++, row++) {
            uint64_t code = bytes_uleb(in);
            row->track = d->run_track[r];
            if (i == 0) {
                run_bucket = row->bucket = (int64_t)((uint64_t)run_bucket + (uint64_t)unzigzag(code));
                continue;
            }
            row->bucket = (int64_t)((uint64_t)row[-1].bucket + code + 1);
            if (row->bucket <= row[-1].bucket)
                return -1;
        }
    return 0;
}

static int read_masks(const struct decoder *d, struct bytes *in, struct lod *out)
{
    uint32_t mask = 0, values = 0;
    for (uint32_t i = 0; i < d->rows; i++) {
        uint64_t code = bytes_uleb(in);
        if (code > UINT32_MAX)
            return -1;
        mask ^= (uint32_t)code;
        if ((mask >> LOD_END_SHIFT) > SHARE_DEAD || (mask & ~(uint32_t)LOD_SHARES & ((1u << LOD_END_SHIFT) - 1)))
            return -1;
        out->row[i].mask = mask;
        out->row[i].value = values;
        values += (uint32_t)__builtin_popcount(mask & LOD_SHARES);
    }
    out->values = mem_alloc(values, sizeof *out->values);
    return 0;
}

static int read_values(const struct decoder *dec, struct bytes *in, struct lod *out)
{
    ns_t *v = out->values;
    struct lod_state st = {0};
    unsigned tick = bytes_u8(in);
    if (tick > TICK_MAX)
        return -1;
    for (uint32_t i = 0; i < dec->rows; i++) {
        if (i == 0 || out->row[i].track != out->row[i - 1].track)
            lod_state_run(&st);
        for (uint32_t mask = out->row[i].mask & LOD_SHARES; mask; mask &= mask - 1) {
            ns_t *was = &st.last[__builtin_ctz(mask)];
            uint64_t code = bytes_uleb(in);
            uint64_t d = code ? (uint64_t)unzigzag(code - 1) << tick : (uint64_t)unzigzag(bytes_uleb(in));
            *was = *v++ = (ns_t)((uint64_t)*was + d);
        }
    }
    return 0;
}

int decoder_lod(struct decoder *d, const void *blob, size_t n, struct lod *out, struct err *e)
{
    static int (*const read[LOD_COLS])(const struct decoder *, struct bytes *, struct lod *) = {read_buckets, read_masks, read_values};
    *out = (struct lod){0};
    struct bytes in = bytes_of(blob, n);
    if (decoder_head(d, &in, LOD_MAGIC, CHUNK_ROWS, e) < 0)
        return -1;
    out->rows = d->rows;
    out->row = mem_calloc(d->rows, sizeof *out->row);
    for (unsigned i = 0; i < LOD_COLS; i++) {
        struct column c;
        struct bytes plain;
        if (decoder_column(&in, &c, e) != 1 || c.id != i || decoder_plain(d, &c, (uint64_t)d->rows * SHARE_COUNT * 11 + 1, &plain, e) < 0 ||
            read[i](d, &plain, out) < 0 || bytes_bad(&plain) || bytes_left(&plain)) {
            lod_release(out);
            return e->kind == ERR_NONE ? damaged(e) : -1;
        }
    }
    if (bytes_left(&in) || (d->rows && !d->nruns)) {
        lod_release(out);
        return damaged(e);
    }
    return 0;
}

int lod_decode(const void *blob, size_t n, struct lod *out, struct err *e)
{
    struct decoder d;
    decoder_init(&d);
    int rc = decoder_lod(&d, blob, n, out, e);
    decoder_release(&d);
    return rc;
}

void lod_release(struct lod *l)
{
    mem_free(l->row);
    mem_free(l->values);
    *l = (struct lod){0};
}
