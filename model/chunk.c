/* Decoding of event rows. A blob may come from a file that someone else wrote, so every size, count and id is checked
 * here, and what passes is sorted and in range as far as the blob alone can tell (model/chunk_cache.c checks the ids
 * against the session).
 */
#include "model/chunk.h"

#include <zstd.h>

#include "base/bytes.h"
#include "model/chunk_format.h"

static int damaged(struct err *e, const char *what)
{
    err_set(e, ERR_INPUT, "a chunk of the store is damaged: %s", what);
    return err_hint(e, "remove the store and import again");
}

void decoder_init(struct decoder *d)
{
    *d = (struct decoder){.z = ZSTD_createDCtx()};
    d->predict = mem_calloc(1, sizeof *d->predict);
}

void decoder_release(struct decoder *d)
{
    ZSTD_freeDCtx(d->z);
    buf_release(&d->plain);
    mem_free(d->predict);
    mem_free(d->run_track);
    mem_free(d->run_rows);
    *d = (struct decoder){0};
}

int decoder_column(struct bytes *in, struct column *c, struct err *e)
{
    if (!bytes_left(in))
        return 0;
    c->id = bytes_u8(in);
    c->coding = bytes_u8(in);
    c->plain = bytes_uleb(in);
    uint64_t stored = bytes_uleb(in);
    c->bytes = bytes_take(in, stored);
    if (bytes_bad(in) || c->coding > CODING_ZSTD || (c->coding == CODING_RAW && stored != c->plain))
        return damaged(e, "column header");
    return 1;
}

int decoder_plain(struct decoder *d, const struct column *c, uint64_t max, struct bytes *out, struct err *e)
{
    *out = bytes_of("", 0);
    if (c->plain > max)
        return damaged(e, "column size");
    if (c->coding == CODING_RAW) {
        *out = bytes_of(c->bytes.p, c->bytes.n);
        return 0;
    }
    d->plain.n = 0;
    buf_reserve(&d->plain, (size_t)c->plain + 1);
    size_t got = ZSTD_decompressDCtx(d->z, d->plain.p, (size_t)c->plain, c->bytes.p, c->bytes.n);
    if (ZSTD_isError(got) || got != c->plain)
        return damaged(e, "compressed column");
    *out = bytes_of(d->plain.p, got);
    return 0;
}

static void room_for_runs(struct decoder *d, uint32_t n)
{
    if (n <= d->run_cap)
        return;
    d->run_cap = n;
    d->run_track = mem_realloc(d->run_track, n, sizeof *d->run_track);
    d->run_rows = mem_realloc(d->run_rows, n, sizeof *d->run_rows);
}

/* The runs' tracks, then their rows. */
static int read_runs(struct decoder *d, struct bytes *in, uint32_t n, struct err *e)
{
    uint64_t track = 0, sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t step = bytes_uleb(in);
        if (step > UINT32_MAX || (i && !step) || track + step > UINT32_MAX)
            return damaged(e, "runs");
        track += step;
        d->run_track[i] = (uint32_t)track;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint64_t rows = bytes_uleb(in);
        if (rows == 0 || rows > d->rows)
            return damaged(e, "runs");
        sum += rows;
        d->run_rows[i] = (uint32_t)rows;
    }
    return bytes_bad(in) || bytes_left(in) || sum != d->rows ? damaged(e, "runs") : 0;
}

int decoder_head(struct decoder *d, struct bytes *in, uint8_t magic, uint32_t max_rows, struct err *e)
{
    if (bytes_u8(in) != magic || bytes_u8(in) != CHUNK_VERSION)
        return damaged(e, "unknown format");
    uint64_t rows = bytes_uleb(in), nruns = bytes_uleb(in);
    if (bytes_bad(in) || rows > max_rows)
        return damaged(e, "row count");
    if (nruns > rows)
        return damaged(e, "more runs than rows");
    d->rows = (uint32_t)rows;
    d->nruns = (uint32_t)nruns;
    if (!nruns)
        return 0;
    struct column c;
    struct bytes plain;
    if (decoder_column(in, &c, e) != 1 || c.id != RUNS_COLUMN)
        return e->kind == ERR_NONE ? damaged(e, "runs") : -1;
    if (decoder_plain(d, &c, nruns * 2 * 10, &plain, e) < 0)
        return -1;
    room_for_runs(d, d->nruns);
    return read_runs(d, &plain, d->nruns, e);
}

/* Side streams are one run without a track. */
static uint32_t run_count(const struct decoder *d)
{
    return d->nruns ? d->nruns : d->rows > 0;
}
static uint32_t run_rows(const struct decoder *d, uint32_t run)
{
    return d->nruns ? d->run_rows[run] : d->rows;
}

static inline uint64_t read_ticks(struct bytes *in, unsigned tick)
{
    uint64_t n = bytes_uleb(in);
    return n ? (n - 1) << tick : bytes_uleb(in);
}

static inline int64_t read_signed_ticks(struct bytes *in, unsigned tick)
{
    uint64_t n = bytes_uleb(in);
    return n ? (int64_t)((uint64_t)unzigzag(n - 1) << tick) : unzigzag(bytes_uleb(in));
}

static int read_t(struct decoder *d, struct bytes *in, struct chunk *out)
{
    uint64_t run_t = 0, tick = bytes_uleb(in);
    int64_t *t = out->t;
    if (tick > TICK_MAX)
        return -1;
    for (uint32_t r = 0; r < run_count(d); r++) {
        run_t += (uint64_t)read_signed_ticks(in, (unsigned)tick);
        *t = (int64_t)run_t;
        for (uint32_t i = run_rows(d, r); --i; t++) {
            t[1] = (int64_t)((uint64_t)*t + read_ticks(in, (unsigned)tick));
            if (t[1] < *t)
                return -1;
        }
        t++;
    }
    return 0;
}

static int read_class(struct decoder *d, struct bytes *in, struct chunk *out)
{
    uint16_t *class = out->class;
    for (uint32_t r = 0; r < run_count(d); r++) {
        uint32_t last = CLASS_START;
        for (uint32_t i = run_rows(d, r); i; i--) {
            uint64_t code = bytes_uleb(in);
            uint16_t *next = &d->predict->class_after[last];
            if (code > DICT_CLASSES)
                return -1;
            last = code ? (uint32_t)code - 1 : *next;
            *next = *class ++ = (uint16_t)last;
        }
    }
    return 0;
}

static int read_g(struct decoder *d, struct bytes *in, struct chunk *out)
{
    uint32_t *g = out->g;
    int64_t last = 0;
    for (uint32_t r = 0; r < run_count(d); r++) {
        uint32_t track = d->nruns ? d->run_track[r] : NO_TRACK;
        for (uint32_t i = run_rows(d, r); i; i--) {
            uint64_t code = bytes_uleb(in);
            if (code >= 3) {
                last += unzigzag(code - 3);
                if (last < 0 || last >= IDX_NONE)
                    return -1;
            }
            *g++ = code == 0 ? track : code == 1 ? IDX_NONE : (uint32_t)last;
        }
    }
    return 0;
}

static int read_mp(struct decoder *d, struct bytes *in, struct chunk *out)
{
    /* Indexes first, into m; the pairs stand behind them. */
    uint32_t last = 0;
    for (uint32_t i = 0; i < d->rows; i++) {
        uint64_t code = bytes_uleb(in);
        if (code > d->rows)
            return -1;
        last = code ? (uint32_t)code : last;
        out->m[i] = (uint16_t)last;
    }
    uint16_t pair[CHUNK_ROWS + 1][2];
    uint32_t n = 1;
    pair[0][0] = pair[0][1] = EV_NO_MP;
    for (; n <= d->rows && bytes_left(in); n++) {
        pair[n][0] = (uint16_t)(bytes_uleb(in) - 1);
        pair[n][1] = (uint16_t)(bytes_uleb(in) - 1);
    }
    for (uint32_t i = 0; i < d->rows; i++) {
        uint32_t k = out->m[i];
        if (k >= n)
            return -1;
        out->m[i] = pair[k][0];
        out->p[i] = pair[k][1];
    }
    return 0;
}

static int read_stack(struct decoder *d, struct bytes *in, struct chunk *out)
{
    uint32_t row = 0;
    for (uint32_t r = 0; r < run_count(d); r++) {
        uint32_t last = 0;
        for (uint32_t i = run_rows(d, r); i; i--, row++) {
            uint64_t code = bytes_uleb(in);
            uint32_t *guess = predict_stack(d->predict, out->class[row], last);
            if (code > UINT32_MAX)
                return -1;
            last = code ? (uint32_t)(code - 1) : *guess;
            *guess = out->stack[row] = last;
        }
    }
    return 0;
}

/* The next {rows skipped, value}: its row, or rows at the end. */
static uint32_t sparse_next(const struct decoder *d, struct bytes *in, uint32_t row, uint64_t *value)
{
    if (!bytes_left(in))
        return d->rows;
    uint64_t skip = bytes_uleb(in);
    *value = bytes_uleb(in);
    return skip >= d->rows - row ? UINT32_MAX : row + (uint32_t)skip;
}

static int read_sparse32(struct decoder *d, struct bytes *in, uint32_t *to, uint32_t minus)
{
    uint64_t v = 0;
    for (uint32_t row = 0; row < d->rows; row++) {
        row = sparse_next(d, in, row, &v);
        if (row >= d->rows)
            return row == d->rows ? 0 : -1;
        if (v < minus || v > UINT32_MAX)
            return -1;
        to[row] = (uint32_t)v - minus;
    }
    return bytes_left(in) ? -1 : 0;
}

static int read_sparse64(struct decoder *d, struct bytes *in, uint64_t *to)
{
    uint64_t v = 0;
    for (uint32_t row = 0; row < d->rows; row++) {
        row = sparse_next(d, in, row, &v);
        if (row >= d->rows)
            return row == d->rows ? 0 : -1;
        to[row] = v;
    }
    return bytes_left(in) ? -1 : 0;
}

static int read_column(struct decoder *d, enum chunk_col col, struct bytes *in, struct chunk *out)
{
    switch (col) {
    case COL_T: return read_t(d, in, out);
    case COL_CLASS: return read_class(d, in, out);
    case COL_G: return read_g(d, in, out);
    case COL_M: return read_mp(d, in, out);
    case COL_STACK: return read_stack(d, in, out);
    case COL_STACK2: return read_sparse32(d, in, out->stack2, 0);
    case COL_RES: return d->nruns ? -1 : read_sparse32(d, in, out->res, 1);
    case COL_V0:
    case COL_V1:
    case COL_V2:
    case COL_V3: return read_sparse64(d, in, out->v[col - COL_V0]);
    case COL_S0:
    case COL_S1:
    case COL_S2: return read_sparse32(d, in, out->s[col - COL_S0], 0);
    default: return -1;
    }
}

static void fill_res(const struct decoder *d, struct chunk *out)
{
    uint32_t *res = out->res;
    for (uint32_t r = 0; r < d->nruns; r++)
        for (uint32_t i = d->run_rows[r]; i; i--)
            *res++ = d->run_track[r];
    if (!d->nruns)
        memset(res, 0xff, d->rows * sizeof *res);
}

/* Makes the columns of `want` that out lacks, with their defaults. */
static void make_columns(const struct decoder *d, uint32_t want, struct chunk *out)
{
    size_t n = d->rows ? d->rows : 1;
#define MAKE(col, field)                                                                                                                   \
    if ((want & COLBIT(col)) && !out->field)                                                                                               \
        out->field = mem_calloc(n, sizeof *out->field);
    MAKE(T, t)
    MAKE(CLASS, class)
    MAKE(G, g)
    MAKE(M, m)
    MAKE(P, p)
    MAKE(STACK, stack)
    MAKE(STACK2, stack2)
    MAKE(RES, res)
    MAKE(V0, v[0])
    MAKE(V1, v[1])
    MAKE(V2, v[2])
    MAKE(V3, v[3])
    MAKE(S0, s[0])
    MAKE(S1, s[1])
    MAKE(S2, s[2])
#undef MAKE
    if (want & COLBIT(RES))
        fill_res(d, out);
}

/* The columns that must be decoded together: m with p, class before stack. */
static uint32_t closure(uint32_t want, uint32_t have)
{
    if (want & (COLBIT(M) | COLBIT(P)))
        want |= COLBIT(M) | COLBIT(P);
    if (want & COLBIT(STACK))
        want |= COLBIT(CLASS);
    return want & ~have & ((1u << COL_COUNT) - 1);
}

/* Columns without which rows make no sense: damaged when absent. */
static const uint32_t needed = COLBIT(T) | COLBIT(CLASS) | COLBIT(G) | COLBIT(M) | COLBIT(STACK);

int decoder_chunk(struct decoder *d, const void *blob, size_t n, uint32_t want, struct chunk *out, struct err *e)
{
    struct bytes in = bytes_of(blob, n);
    if (decoder_head(d, &in, CHUNK_MAGIC, CHUNK_ROWS, e) < 0)
        return -1;
    if (out->have && out->rows != d->rows)
        return damaged(e, "it changed while open");
    want = closure(want, out->have);
    make_columns(d, want, out);
    if (!out->have) /* others may be reading the columns that are there */
        out->rows = d->rows;
    predict_reset(d->predict);
    uint32_t seen = 0;
    struct column c;
    int rc;
    while ((rc = decoder_column(&in, &c, e)) > 0) {
        if (c.id >= COL_COUNT || (seen >> c.id) != 0)
            return damaged(e, "columns");
        seen |= 1u << c.id;
        struct bytes plain;
        if (!(want & (1u << c.id)))
            continue;
        if (decoder_plain(d, &c, 2 * 10 * ((uint64_t)d->rows + 1), &plain, e) < 0)
            return -1;
        if (read_column(d, (enum chunk_col)c.id, &plain, out) < 0 || bytes_bad(&plain) || bytes_left(&plain))
            return damaged(e, "column");
    }
    if (rc < 0)
        return -1;
    if (d->rows && (want & needed & ~seen))
        return damaged(e, "a column is missing");
    out->have |= want;
    return 0;
}

int chunk_decode(const void *blob, size_t n, uint32_t want, struct chunk *out, struct err *e)
{
    struct decoder d;
    decoder_init(&d);
    *out = (struct chunk){0};
    int rc = decoder_chunk(&d, blob, n, want, out, e);
    if (rc < 0)
        chunk_release(out);
    decoder_release(&d);
    return rc;
}

void chunk_release(struct chunk *c)
{
    mem_free(c->t);
    mem_free(c->class);
    mem_free(c->g);
    mem_free(c->m);
    mem_free(c->p);
    mem_free(c->stack);
    mem_free(c->stack2);
    mem_free(c->res);
    for (unsigned i = 0; i < 4; i++)
        mem_free(c->v[i]);
    for (unsigned i = 0; i < 3; i++)
        mem_free(c->s[i]);
    *c = (struct chunk){0};
}
