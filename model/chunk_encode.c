/* Encoding of event rows: one pass over the rows writes all columns at once, then each column is compressed when that
 * has paid lately. Hot: at 130,000 rows a block this is a third of the encoder thread's time.
 */
#include "model/chunk_format.h"

#include <string.h>
#include <zstd.h>

enum {
    LEVEL = 1,       /* higher levels save nothing on such columns */
    WORTH = 8,       /* a column is compressed when it shrinks to so many sixteenths: what shrinks less costs most of the work */
    WORTH_MORE = 15, /* the same of times and runs where goroutines are many and their runs short: there they are most of the bytes */
    SHORT_RUN = 16,  /* rows */
    RETRY = 32,      /* one that did not is tried again after so many chunks */
    PLAIN_MIN = 64,  /* shorter columns are stored as they are */
    PAIR_SLOTS = 1024,
    VARINT_MAX = 10
};

struct pair_slot {
    uint32_t pair;  /* m << 16 | p */
    uint32_t stamp; /* chunk in which it was put */
    uint32_t index;
};

struct codec {
    ZSTD_CCtx *z;
    uint8_t *col[COL_COUNT]; /* CHUNK_ROWS rows each */
    size_t len[COL_COUNT];
    uint8_t wait[STREAMS + 1][COL_COUNT]; /* chunks to go before compression is tried again; last row: LOD */
    uint32_t pairs[CHUNK_ROWS];
    uint32_t npairs, stamp;
    struct pair_slot slots[PAIR_SLOTS];
    struct predict predict;
    struct buf runs, run_rows; /* of the chunk: steps from track to track; rows */
    uint8_t runs_wait[STREAMS + 1];
    uint8_t *lod[LOD_COLS];
    size_t lod_cap[LOD_COLS];
};

struct codec *codec_new(void)
{
    struct codec *c = mem_calloc(1, sizeof *c);
    c->z = ZSTD_createCCtx();
    /* Two varints a row at most (sparse columns), or a code a row and two for its pair. */
    for (unsigned i = 0; i < COL_COUNT; i++)
        c->col[i] = mem_alloc(CHUNK_ROWS + 1, 2 * VARINT_MAX + 1);
    return c;
}

void codec_free(struct codec *c)
{
    if (!c)
        return;
    ZSTD_freeCCtx(c->z);
    for (unsigned i = 0; i < COL_COUNT; i++)
        mem_free(c->col[i]);
    for (unsigned i = 0; i < LOD_COLS; i++)
        mem_free(c->lod[i]);
    buf_release(&c->runs);
    buf_release(&c->run_rows);
    mem_free(c);
}

static uint32_t pair_index(struct codec *c, uint32_t pair)
{
    struct pair_slot *s = &c->slots[(pair * 0x9e3779b1u) >> 22];
    if (s->pair != pair || s->stamp != c->stamp) {
        *s = (struct pair_slot){.pair = pair, .stamp = c->stamp, .index = c->npairs};
        c->pairs[c->npairs++] = pair;
    }
    return s->index;
}

/* Where each dense column is being written. */
struct heads {
    uint8_t *t, *class, *g, *mp, *stack, *stack2;
};

struct row_state {
    uint32_t actor, pair, stack2_row;
    ns_t run_t;    /* first time of the run before */
    unsigned tick; /* see model/chunk.h, t */
};

static inline uint8_t *put(uint8_t *p, uint64_t v)
{
    if (v < 0x80) {
        *p++ = (uint8_t)v;
        return p;
    }
    return uleb_put(p, v);
}

static inline uint8_t *put_ticks(uint8_t *p, uint64_t d, unsigned tick)
{
    uint64_t n = d >> tick;
    if (n << tick == d && n != UINT64_MAX)
        return put(p, n + 1);
    return put(put(p, 0), d);
}

static inline uint8_t *put_signed_ticks(uint8_t *p, int64_t d, unsigned tick)
{
    uint64_t n = zigzag(d >> tick);
    if (((uint64_t)d & ((1ull << tick) - 1)) == 0 && n != UINT64_MAX)
        return put(p, n + 1);
    return put(put(p, 0), zigzag(d));
}

static inline uint8_t *put_actor(uint8_t *p, uint32_t g, uint32_t track, uint32_t *last)
{
    if (g == track)
        return put(p, 0);
    if (g == IDX_NONE)
        return put(p, 1);
    if (g == *last)
        return put(p, 2);
    p = put(p, zigzag((int64_t)g - (int64_t)*last) + 3);
    *last = g;
    return p;
}

/* The rows of one run: order[0..n) or ev[0..n). track is IDX_NONE - 1 for side streams, whose rows are all one run. */
static void put_run(struct codec *c, struct heads *h, struct row_state *st, const struct event *ev, const uint32_t *order, uint32_t row0,
                    uint32_t n, uint32_t track)
{
    ns_t t = 0;
    uint32_t class = CLASS_START, stack = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct event *e = order ? &ev[order[i]] : &ev[i];
        if (i == 0) {
            h->t = put_signed_ticks(h->t, (int64_t)((uint64_t)e->t - (uint64_t)st->run_t), st->tick);
            st->run_t = e->t;
        } else {
            h->t = put_ticks(h->t, (uint64_t)e->t - (uint64_t)t, st->tick);
        }
        t = e->t;
        uint16_t *next = &c->predict.class_after[class];
        class = e->class;
        h->class = put(h->class, *next == class ? 0 : class + 1u);
        *next = (uint16_t) class;
        h->g = put_actor(h->g, e->g, track, &st->actor);
        uint32_t pair = (uint32_t)e->m << 16 | e->p;
        h->mp = put(h->mp, pair == st->pair ? 0 : pair_index(c, pair) + 1);
        st->pair = pair;
        uint32_t *guess = predict_stack(&c->predict, class, stack);
        stack = e->stack;
        h->stack = put(h->stack, *guess == stack ? 0 : (uint64_t)stack + 1);
        *guess = stack;
        if (e->stack2) {
            h->stack2 = put(put(h->stack2, row0 + i - st->stack2_row), e->stack2);
            st->stack2_row = row0 + i + 1;
        }
    }
}

static void put_pairs(struct codec *c, struct heads *h)
{
    for (uint32_t i = 0; i < c->npairs; i++) {
        h->mp = put(h->mp, ((c->pairs[i] >> 16) + 1) & 0xffff);
        h->mp = put(h->mp, (c->pairs[i] + 1) & 0xffff);
    }
}

/* Values of side rows, sparse. Their number is small: plain code. */
static uint64_t side_value(enum stream stream, const struct event *e, const struct event_ext *ext, enum chunk_col col)
{
    const struct event_ext *x = NULL;
    if (stream != STREAM_RANGE || (e->pad & RANGE_HAS_EXT))
        x = e->res == IDX_NONE || !ext ? NULL : &ext[e->res];
    if (col == COL_RES) {
        if (stream == STREAM_RANGE)
            return (uint64_t)(x ? x->res : e->res) + 1 == (uint64_t)IDX_NONE + 1 ? 0 : (uint64_t)(x ? x->res : e->res) + 1;
        return x ? 1 : 0;
    }
    if (!x)
        return 0;
    if (stream == STREAM_RANGE && col == COL_V3)
        return 1;
    return col <= COL_V3 ? x->v[col - COL_V0] : x->s[col - COL_S0];
}

static void put_side(struct codec *c, enum stream stream, const struct event *ev, const uint32_t *order, uint32_t n,
                     const struct event_ext *ext)
{
    for (enum chunk_col col = COL_RES; col <= COL_S2; col++) {
        uint8_t *p = c->col[col];
        uint32_t from = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint64_t v = side_value(stream, order ? &ev[order[i]] : &ev[i], ext, col);
            if (!v)
                continue;
            p = put(put(p, i - from), v);
            from = i + 1;
        }
        c->len[col] = (size_t)(p - c->col[col]);
    }
}

/* Compresses a column when that pays; appends its header and bytes. */
static void put_column(struct codec *c, uint8_t id, uint8_t *wait, const uint8_t *p, size_t n, unsigned worth, struct buf *out)
{
    buf_reserve(out, 2 + 2 * VARINT_MAX + ZSTD_compressBound(n));
    size_t packed = 0;
    bool try = n >= PLAIN_MIN && *wait == 0;
    if (*wait)
        --*wait;
    uint8_t *head = out->p + out->n;
    if (try) {
        /* The header's length is known only after: compress to where the longest header would end, then move down. */
        uint8_t *room = head + 2 + 2 * VARINT_MAX;
        packed = ZSTD_compressCCtx(c->z, room, ZSTD_compressBound(n), p, n, LEVEL);
        if (ZSTD_isError(packed) || packed > n / 16 * worth) {
            packed = 0;
            *wait = RETRY - 1;
        }
    }
    size_t stored = packed ? packed : n;
    const uint8_t *from = packed ? head + 2 + 2 * VARINT_MAX : p;
    head[0] = id;
    head[1] = packed ? CODING_ZSTD : CODING_RAW;
    uint8_t *to = uleb_put(uleb_put(head + 2, n), stored);
    memmove(to, from, stored);
    out->n = (size_t)(to + stored - out->p);
}

static void put_head(struct codec *c, unsigned stream, uint8_t magic, uint32_t rows, uint32_t nruns, struct buf *out)
{
    uint8_t head[2] = {magic, CHUNK_VERSION};
    buf_put(out, head, sizeof head);
    buf_uleb(out, rows);
    buf_uleb(out, nruns);
    if (!nruns)
        return;
    buf_put(&c->runs, c->run_rows.p, c->run_rows.n);
    put_column(c, RUNS_COLUMN, &c->runs_wait[stream], c->runs.p, c->runs.n, WORTH_MORE, out);
}

static void clear_runs(struct codec *c)
{
    buf_clear(&c->runs);
    buf_clear(&c->run_rows);
}

static uint32_t put_track_rows(struct codec *c, struct heads *h, struct row_state *st, const struct event *ev, const uint32_t *order,
                               uint32_t n)
{
    uint32_t nruns = 0, last = 0;
    for (uint32_t i = 0; i < n;) {
        uint32_t track = ev[order ? order[i] : i].res, j = i + 1;
        while (j < n && ev[order ? order[j] : j].res == track)
            j++;
        buf_uleb(&c->runs, track - last);
        buf_uleb(&c->run_rows, j - i);
        last = track;
        nruns++;
        put_run(c, h, st, order ? ev : ev + i, order ? order + i : NULL, i, j - i, track);
        i = j;
    }
    return nruns;
}

enum { TICK_SAMPLES = 64 };

/* The largest tick that seven of eight are multiples of; with[i]: how many are of 2^i and no more. */
static unsigned tick_from(const uint32_t with[TICK_MAX + 1], uint32_t seen)
{
    uint32_t sum = 0;
    for (unsigned tick = TICK_MAX; tick > 0; tick--) {
        sum += with[tick];
        if (sum * 8 >= seen * 7 && seen)
            return tick;
    }
    return 0;
}

/* The tick of most deltas, by a sample. */
static unsigned tick_of(const struct event *ev, const uint32_t *order, uint32_t n)
{
    uint32_t with[TICK_MAX + 1] = {0}, seen = 0;
    for (uint32_t i = 1; i < n; i += 1 + n / TICK_SAMPLES) {
        uint64_t d = (uint64_t)ev[order ? order[i] : i].t - (uint64_t)ev[order ? order[i - 1] : i - 1].t;
        with[__builtin_ctzll(d | 1ull << TICK_MAX)]++;
        seen++;
    }
    return tick_from(with, seen);
}

void codec_chunk(struct codec *c, enum stream stream, const struct event *ev, const uint32_t *order, uint32_t n,
                 const struct event_ext *ext, struct buf *out)
{
    bool track = stream == STREAM_G || stream == STREAM_P;
    struct heads h = {c->col[COL_T], c->col[COL_CLASS], c->col[COL_G], c->col[COL_M], c->col[COL_STACK], c->col[COL_STACK2]};
    struct row_state st = {.pair = PAIR_NONE, .tick = tick_of(ev, order, n)};
    h.t = put(h.t, st.tick);
    c->npairs = 0;
    c->stamp++;
    clear_runs(c);
    predict_reset(&c->predict);
    memset(c->len, 0, sizeof c->len);
    uint32_t nruns = 0;
    if (track)
        nruns = put_track_rows(c, &h, &st, ev, order, n);
    else
        put_run(c, &h, &st, ev, order, 0, n, NO_TRACK);
    put_pairs(c, &h);
    if (!track)
        put_side(c, stream, ev, order, n, ext);
    c->len[COL_T] = (size_t)(h.t - c->col[COL_T]);
    c->len[COL_CLASS] = (size_t)(h.class - c->col[COL_CLASS]);
    c->len[COL_G] = (size_t)(h.g - c->col[COL_G]);
    c->len[COL_M] = (size_t)(h.mp - c->col[COL_M]);
    c->len[COL_STACK] = (size_t)(h.stack - c->col[COL_STACK]);
    c->len[COL_STACK2] = (size_t)(h.stack2 - c->col[COL_STACK2]);
    put_head(c, stream, CHUNK_MAGIC, n, nruns, out);
    bool short_runs = (uint64_t)nruns * SHORT_RUN > n;
    for (unsigned i = 0; i < COL_COUNT; i++) {
        bool more = i == COL_T && short_runs;
        uint8_t always = 0;
        if (c->len[i])
            put_column(c, (uint8_t)i, more ? &always : &c->wait[stream][i], c->col[i], c->len[i], more ? WORTH_MORE : WORTH, out);
    }
}

void chunk_encode(enum stream stream, const struct event *ev, const uint32_t *order, uint32_t n, const struct event_ext *ext,
                  struct buf *out)
{
    struct codec *c = codec_new();
    codec_chunk(c, stream, ev, order, n, ext, out);
    codec_free(c);
}

/* --- LOD rows ------------------------------------------------------------------------------------------------------- */

static void lod_reserve(struct codec *c, enum lod_col col, size_t n)
{
    if (n <= c->lod_cap[col])
        return;
    c->lod[col] = mem_realloc(c->lod[col], n, 1);
    c->lod_cap[col] = n;
}

static uint32_t lod_put_runs(struct codec *c, const struct lod *l)
{
    uint32_t nruns = 0, last = 0;
    for (uint32_t i = 0; i < l->rows;) {
        uint32_t track = l->row[i].track, j = i + 1;
        while (j < l->rows && l->row[j].track == track)
            j++;
        buf_uleb(&c->runs, track - last);
        buf_uleb(&c->run_rows, j - i);
        last = track;
        nruns++;
        i = j;
    }
    return nruns;
}

/* The tick of most sums, by a sample. */
static unsigned lod_tick(const struct lod *l)
{
    uint32_t with[TICK_MAX + 1] = {0}, seen = 0;
    for (uint32_t i = 0; i < l->rows; i += 1 + l->rows / TICK_SAMPLES) {
        if (!(l->row[i].mask & LOD_SHARES))
            continue;
        unsigned zeros = (unsigned)__builtin_ctzll((uint64_t)l->values[l->row[i].value] | 1ull << TICK_MAX);
        with[zeros]++;
        seen++;
    }
    return tick_from(with, seen);
}

void codec_lod(struct codec *c, const struct lod *l, struct buf *out)
{
    lod_reserve(c, LOD_BUCKET, (size_t)l->rows * VARINT_MAX + 1);
    lod_reserve(c, LOD_MASK, (size_t)l->rows * VARINT_MAX + 1);
    lod_reserve(c, LOD_VALUE, (size_t)l->rows * SHARE_COUNT * (VARINT_MAX + 1) + 1);
    uint8_t *b = c->lod[LOD_BUCKET], *m = c->lod[LOD_MASK], *v = c->lod[LOD_VALUE];
    struct lod_state st = {0};
    unsigned tick = lod_tick(l);
    *v++ = (uint8_t)tick;
    for (uint32_t i = 0; i < l->rows; i++) {
        const struct lod_row *r = &l->row[i];
        if (i == 0 || r->track != l->row[i - 1].track)
            lod_state_run(&st);
        b = put(b, st.first ? zigzag((int64_t)((uint64_t)r->bucket - (uint64_t)st.run_bucket))
                            : (uint64_t)r->bucket - (uint64_t)st.bucket - 1);
        if (st.first)
            st.run_bucket = r->bucket;
        st.first = false;
        st.bucket = r->bucket;
        m = put(m, r->mask ^ st.mask);
        st.mask = r->mask;
        const ns_t *value = &l->values[r->value];
        for (uint32_t mask = r->mask & LOD_SHARES; mask; mask &= mask - 1, value++) {
            ns_t *was = &st.last[__builtin_ctz(mask)];
            v = put_signed_ticks(v, (int64_t)((uint64_t)*value - (uint64_t)*was), tick);
            *was = *value;
        }
    }
    clear_runs(c);
    uint32_t nruns = lod_put_runs(c, l);
    put_head(c, STREAMS, LOD_MAGIC, l->rows, nruns, out);
    put_column(c, LOD_BUCKET, &c->wait[STREAMS][LOD_BUCKET], c->lod[LOD_BUCKET], (size_t)(b - c->lod[LOD_BUCKET]), WORTH, out);
    put_column(c, LOD_MASK, &c->wait[STREAMS][LOD_MASK], c->lod[LOD_MASK], (size_t)(m - c->lod[LOD_MASK]), WORTH, out);
    put_column(c, LOD_VALUE, &c->wait[STREAMS][LOD_VALUE], c->lod[LOD_VALUE], (size_t)(v - c->lod[LOD_VALUE]), WORTH, out);
}

void lod_encode(const struct lod *l, struct buf *out)
{
    struct codec *c = codec_new();
    codec_lod(c, l, out);
    codec_free(c);
}
