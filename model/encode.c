/* The encoder: blocks of events become segments of a session. See model/encode_private.h for the steps. */
#include "model/encode_private.h"

#include "model/store/store.h"

struct encoder *encoder_new(struct session *s)
{
    struct encoder *enc = mem_calloc(1, sizeof *enc);
    enc->s = s;
    enc->codec = codec_new();
    enc->ctx = ctx_collect_new(s);
    enc->facts = facts_new();
    return enc;
}

void encoder_free(struct encoder *enc)
{
    if (!enc)
        return;
    codec_free(enc->codec);
    ctx_collect_free(enc->ctx);
    facts_free(enc->facts);
    buf_release(&enc->blob);
    for (size_t i = 0; i < enc->groups.n; i++)
        mem_free(enc->groups.v[i].latency);
    lod_sets_release(&enc->sets);
    span_release(enc);
    map_release(&enc->group_of_name);
    map_release(&enc->task_of_id);
    for (unsigned i = 0; i < STREAMS; i++)
        vec_free(&enc->list[i]);
    for (unsigned i = 0; i < LOD_LEVELS; i++) {
        vec_free(&enc->g_rows[i].row);
        vec_free(&enc->g_rows[i].values);
    }
    vec_free(&enc->set_rows.row);
    vec_free(&enc->set_rows.values);
#define X(name) vec_free(&enc->name);
    ENCODER_VECTORS(X)
#undef X
    mem_free(enc);
}

int encode_put(struct encoder *enc, struct chunk_ref ref, struct err *e)
{
    if (store_put(enc->s->store, &ref, enc->blob.p, enc->blob.n, e) < 0)
        return err_add(e, "while storing segment %u", ref.segment);
    *vec_push(&enc->chunks) = ref;
    return 0;
}

static void widen(struct chunk_ref *ref, ns_t t0, ns_t t1)
{
    ref->t0 = t0 < ref->t0 ? t0 : ref->t0;
    ref->t1 = t1 > ref->t1 ? t1 : ref->t1;
}

/* Least and greatest time and track of rows [at, at + n) of a track stream. Time rises within a track, so the ends of the runs
 * tell: `run` is the track of the first row, and is moved on to that of the row after the last. */
static void fill_ref(const struct event *ev, uint32_t at, uint32_t n, const struct run **run, struct chunk_ref *ref)
{
    uint32_t end = at + n;
    ref->t0 = ev[at].t;
    ref->t1 = ev[end - 1].t;
    ref->lo = ev[at].res;
    ref->hi = ev[end - 1].res;
    while (at < end) {
        const struct run *r = *run;
        uint32_t run_end = r->chunk * CHUNK_ROWS + r->row + ((uint32_t)r->rows_hi << 16 | r->rows_lo);
        uint32_t to = run_end < end ? run_end : end;
        widen(ref, ev[at].t, ev[to - 1].t);
        at = to;
        *run += at == run_end;
    }
}

static struct chunk_ref new_ref(const struct encoder *enc, enum stream stream, uint32_t rows)
{
    return (struct chunk_ref){.segment = enc->segment, .span = 1, .rows = (uint16_t)rows, .stream = (uint8_t)stream};
}

/* run: the runs of the rows, whose chunks are still counted from the first one. */
static int write_tracks(struct encoder *enc, enum stream stream, const struct event *ev, size_t n, const struct run *run, struct err *e)
{
    for (size_t at = 0; at < n; at += CHUNK_ROWS) {
        uint32_t rows = n - at < CHUNK_ROWS ? (uint32_t)(n - at) : CHUNK_ROWS;
        struct chunk_ref ref = new_ref(enc, stream, rows);
        fill_ref(ev, (uint32_t)at, rows, &run, &ref);
        buf_clear(&enc->blob);
        codec_chunk(enc->codec, stream, ev + at, NULL, rows, NULL, &enc->blob);
        if (encode_put(enc, ref, e) < 0)
            return -1;
    }
    return 0;
}

static int write_side(struct encoder *enc, enum stream stream, struct err *e)
{
    const uint32_t *order = enc->list[stream].v;
    size_t n = enc->list[stream].n;
    for (size_t at = 0; at < n; at += CHUNK_ROWS) {
        uint32_t rows = n - at < CHUNK_ROWS ? (uint32_t)(n - at) : CHUNK_ROWS;
        struct chunk_ref ref = new_ref(enc, stream, rows);
        ref.t0 = enc->ev[order[at]].t;
        ref.t1 = enc->ev[order[at + rows - 1]].t;
        buf_clear(&enc->blob);
        codec_chunk(enc->codec, stream, enc->ev, order + at, rows, enc->b->ext, &enc->blob);
        if (encode_put(enc, ref, e) < 0)
            return -1;
    }
    return 0;
}

/* Runs counted chunks from their stream's first one. */
static void place_runs(struct run *runs, size_t n, size_t first_chunk)
{
    for (size_t i = 0; i < n; i++)
        runs[i].chunk += (uint32_t)first_chunk;
}

static int write_chunks(struct encoder *enc, struct err *e)
{
    enc->chunks.n = 0;
    size_t before = enc->s->chunks.n;
    enc->seg.chunk0 = (uint32_t)before;
    if (write_tracks(enc, STREAM_G, enc->rows.v, enc->rows.n, enc->runs.v, e) < 0)
        return -1;
    size_t g_chunks = enc->chunks.n;
    if (write_tracks(enc, STREAM_P, enc->prows.v, enc->prows.n, enc->pruns.v, e) < 0)
        return -1;
    place_runs(enc->runs.v, enc->runs.n, before);
    place_runs(enc->pruns.v, enc->pruns.n, before + g_chunks);
    for (enum stream st = STREAM_MARK; st <= STREAM_SAMPLE; st++)
        if (write_side(enc, st, e) < 0)
            return -1;
    if (lod_write(enc, e) < 0)
        return -1;
    enc->seg.nchunks = (uint32_t)enc->chunks.n;
    return span_write(enc, e);
}

static void begin(struct encoder *enc, const struct event_block *b)
{
    enc->b = b;
    enc->ev = b->ev;
    enc->segment = (uint32_t)enc->s->segments.n;
    ns_t last = b->ev[b->n - 1].t;
    if (!enc->begun)
        enc->t0 = enc->t1 = b->ev[0].t;
    enc->seg = (struct segment){.t0 = enc->t1, .t1 = last, .events = (uint32_t)b->n, .last_of_generation = b->last_of_generation};
    enc->breaks = b->first_of_source && enc->begun;
    enc->break_t = enc->t1;
    enc->begun = true;
    enc->t1 = last;
    enc->site_list.n = enc->regroups.n = 0;
    enc->with_stack = 0;
}

static int take_block(void *ctx, const struct event_block *b, struct err *e)
{
    struct encoder *enc = ctx;
    if (b->n == 0)
        return 0;
    if (enc->begun && b->ev[0].t < enc->t1)
        return err_set(e, ERR_INTERNAL, "events came out of order");
    begin(enc, b);
    if (enc->breaks)
        encode_publish_break(enc);
    encode_scan(enc);
    encode_groups(enc);
    encode_procs(enc);
    encode_goroutines(enc);
    if (write_chunks(enc, e) < 0)
        return -1;
    encode_publish(enc);
    return 0;
}

struct event_sink encoder_sink(struct encoder *enc)
{
    return (struct event_sink){.ctx = enc, .block = take_block};
}
