/* What the chunk codec gives back is what was put in, for rows of all kinds; a damaged blob is refused, never believed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/chunk.h"
#include "tests/lib/check.h"

static const uint32_t ALL = (1u << COL_COUNT) - 1;

static uint32_t make_rows(enum stream stream, struct event *ev, uint32_t n, struct event_ext *ext)
{
    bool track = stream == STREAM_G || stream == STREAM_P;
    uint32_t classes = 1 + below(below(4) ? 20 : DICT_CLASSES), res = below(100), next = 0;
    unsigned tick = below(2) ? 0 : below(20); /* the clock's step, most of the time */
    ns_t t = (ns_t)(rnd() >> (1 + below(60)));
    for (uint32_t i = 0; i < n; i++) {
        if (track && !below(1 + below(30)) && i) {
            res += 1 + below(below(3) ? 3 : 100000);
            t = (ns_t)(rnd() >> (1 + below(40))) >> tick << tick;
        }
        t += (ns_t)(below(3) ? below(1000) : below(1u << 30)) << (below(20) ? tick : 0);
        ev[i] = (struct event){.t = t, .class = (class_id)below(classes), .res = res};
        ev[i].g = below(3) ? res : below(2) ? IDX_NONE : below(1000000);
        ev[i].m = below(10) ? (uint16_t)below(3) : (uint16_t)below(65536);
        ev[i].p = below(10) ? (uint16_t)below(3) : (uint16_t)below(65536);
        ev[i].stack = below(2) ? below(30) : below(1u << 31);
        ev[i].stack2 = below(20) ? 0 : below(1u << 31);
        if (track)
            continue;
        bool has = below(2);
        ev[i].res = has ? next : stream == STREAM_RANGE && below(2) ? below(100) : IDX_NONE;
        ev[i].pad = has && stream == STREAM_RANGE ? RANGE_HAS_EXT : 0;
        if (has)
            ext[next++] = (struct event_ext){.v = {rnd() >> below(64), below(2) ? rnd() : 0, 0, stream == STREAM_RANGE ? 0 : below(3)},
                                             .s = {below(5), 0, below(1u << 31)},
                                             .res = below(2) ? IDX_NONE : below(1000)};
    }
    return next;
}

static void same_side(enum stream stream, const struct event *e, const struct event_ext *ext, const struct chunk *c, uint32_t i)
{
    bool has = stream == STREAM_RANGE ? e->pad == RANGE_HAS_EXT : e->res != IDX_NONE;
    uint32_t res = stream != STREAM_RANGE ? has ? 0 : IDX_NONE : has ? ext[e->res].res : e->res;
    CHECK(c->res[i] == res, "res of row %u is %u, not %u", i, c->res[i], res);
    for (unsigned k = 0; k < 4; k++) {
        uint64_t want = has ? stream == STREAM_RANGE && k == 3 ? 1 : ext[e->res].v[k] : 0;
        CHECK(c->v[k][i] == want, "v%u of row %u", k, i);
        if (k < 3)
            CHECK(c->s[k][i] == (has ? ext[e->res].s[k] : 0), "s%u of row %u", k, i);
    }
}

static void round_trip(struct codec *codec, enum stream stream)
{
    uint32_t n = below(3) ? below(50) : 1 + below(CHUNK_ROWS);
    struct event *ev = mem_calloc(n + 1, sizeof *ev);
    struct event_ext *ext = mem_calloc(n + 1, sizeof *ext);
    make_rows(stream, ev, n, ext);
    struct buf blob = {0};
    codec_chunk(codec, stream, ev, NULL, n, ext, &blob);
    struct chunk c;
    struct err e = ERR_INIT;
    CHECK(chunk_decode(blob.p, blob.n, ALL, &c, &e) == 0, "stream %d, %u rows: %s", stream, n, e.what);
    CHECK(c.rows == n, "%u rows, not %u", c.rows, n);
    for (uint32_t i = 0; i < c.rows && check_failures < 10; i++) {
        CHECK(c.t[i] == ev[i].t && c.class[i] == ev[i].class && c.g[i] == ev[i].g, "t, class or g of row %u", i);
        CHECK(c.m[i] == ev[i].m && c.p[i] == ev[i].p, "m or p of row %u", i);
        CHECK(c.stack[i] == ev[i].stack && c.stack2[i] == ev[i].stack2, "stacks of row %u", i);
        if (stream == STREAM_G || stream == STREAM_P)
            CHECK(c.res[i] == ev[i].res, "track of row %u", i);
        else
            same_side(stream, &ev[i], ext, &c, i);
    }
    chunk_release(&c);
    mem_free(ev);
    mem_free(ext);
    buf_release(&blob);
}

/* A row a bucket, tracks ascending. */
static struct lod make_lod(void)
{
    uint32_t n = 1 + below(3000), track = below(10), values = 0;
    struct lod l = {.rows = n, .row = mem_calloc(n, sizeof *l.row), .values = mem_calloc(n * SHARE_COUNT, sizeof *l.values)};
    int64_t bucket = (int64_t)rnd() >> 20;
    for (uint32_t i = 0; i < n; i++) {
        if (i && !below(50)) {
            track += 1 + below(1u << 20);
            bucket -= below(500);
        }
        bucket += 1 + (below(4) ? 0 : below(100));
        l.row[i] = (struct lod_row){.bucket = bucket, .track = track, .value = values};
        l.row[i].mask = (below(5) ? 3 : below(LOD_SHARES + 1)) | below(SHARE_DEAD + 1) << LOD_END_SHIFT;
        for (unsigned k = (unsigned)__builtin_popcount(l.row[i].mask & LOD_SHARES); k; k--)
            l.values[values++] = (ns_t)(rnd() >> (1 + below(63)));
    }
    return l;
}

static void lod_round_trip(struct codec *codec)
{
    struct lod l = make_lod(), back;
    struct buf blob = {0};
    struct err e = ERR_INIT;
    codec_lod(codec, &l, &blob);
    CHECK(lod_decode(blob.p, blob.n, &back, &e) == 0 && back.rows == l.rows, "lod: %s", e.what);
    for (uint32_t i = 0; i < back.rows && check_failures < 10; i++) {
        CHECK(!memcmp(&back.row[i], &l.row[i], sizeof *l.row), "lod row %u", i);
        for (int k = __builtin_popcount(l.row[i].mask & LOD_SHARES); k--;)
            CHECK(back.values[back.row[i].value + (uint32_t)k] == l.values[l.row[i].value + (uint32_t)k], "lod value of row %u", i);
    }
    lod_release(&back);
    lod_release(&l);
    buf_release(&blob);
}

/* Any outcome but a crash (sanitizers) or rows out of order. */
static void damaged_blob(struct codec *codec)
{
    struct event ev[200];
    struct event_ext ext[200];
    struct buf blob = {0};
    enum stream stream = (enum stream)below(STREAM_LOD_G);
    make_rows(stream, ev, 200, ext);
    codec_chunk(codec, stream, ev, NULL, 200, ext, &blob);
    for (uint32_t k = 1 + below(3); k; k--)
        blob.p[below(below(2) ? 40 : (uint32_t)blob.n)] = (uint8_t)rnd();
    if (!below(3))
        blob.n = below((uint32_t)blob.n);
    struct chunk c;
    struct err e = ERR_INIT;
    if (chunk_decode(blob.p, blob.n, ALL, &c, &e) == 0)
        chunk_release(&c);
    else
        CHECK(e.kind == ERR_INPUT && !c.t, "a refused chunk has an error and no columns");
    buf_release(&blob);
}

int main(void)
{
    struct codec *codec = codec_new();
    for (unsigned i = 0; i < 600 && check_failures < 10; i++) {
        round_trip(codec, (enum stream)(i % STREAM_LOD_G));
        lod_round_trip(codec);
    }
    for (unsigned i = 0; i < 5000 && check_failures < 10; i++)
        damaged_blob(codec);
    codec_free(codec);
    return check_done();
}
