/* The encoder: blocks of events become segments of a session. See model/encode_private.h for the steps. */
#include "model/encode_private.h"

#include "model/store/store.h"

struct encoder *encoder_new(struct session *s)
{
    struct encoder *enc = mem_calloc(1, sizeof *enc);
    enc->s = s;
    enc->codec = codec_new();
    return enc;
}

void encoder_free(struct encoder *enc)
{
    if (!enc)
        return;
    codec_free(enc->codec);
    buf_release(&enc->blob);
    for (size_t i = 0; i < enc->groups.n; i++)
        mem_free(enc->groups.v[i].latency);
    for (uint32_t i = 0; enc->sets.slots && i < LOD_SLOTS; i++) {
        mem_free(enc->sets.slots[i].ns);
        mem_free(enc->sets.slots[i].step);
    }
    mem_free(enc->sets.slots);
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

/* Least and greatest time and track of the rows. */
static void fill_ref(const struct encoder *enc, const uint32_t *order, uint32_t n, bool track, struct chunk_ref *ref)
{
    ref->t0 = ref->t1 = enc->ev[order[0]].t;
    for (uint32_t i = 1; i < n; i++) {
        ns_t t = enc->ev[order[i]].t;
        ref->t0 = t < ref->t0 ? t : ref->t0;
        ref->t1 = t > ref->t1 ? t : ref->t1;
    }
    if (track) {
        ref->lo = enc->ev[order[0]].res;
        ref->hi = enc->ev[order[n - 1]].res;
    }
}

static int write_stream(struct encoder *enc, enum stream stream, const uint32_t *order, size_t n, struct err *e)
{
    bool track = stream == STREAM_G || stream == STREAM_P;
    for (size_t at = 0; at < n; at += CHUNK_ROWS) {
        uint32_t rows = n - at < CHUNK_ROWS ? (uint32_t)(n - at) : CHUNK_ROWS;
        struct chunk_ref ref = {.segment = enc->segment, .span = 1, .rows = (uint16_t)rows, .stream = (uint8_t)stream};
        fill_ref(enc, order + at, rows, track, &ref);
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
    place_runs(enc->runs.v, enc->runs.n, before);
    if (write_stream(enc, STREAM_G, enc->order.v, enc->order.n, e) < 0)
        return -1;
    place_runs(enc->pruns.v, enc->pruns.n, before + enc->chunks.n);
    if (write_stream(enc, STREAM_P, enc->porder.v, enc->porder.n, e) < 0)
        return -1;
    for (enum stream st = STREAM_MARK; st <= STREAM_SAMPLE; st++)
        if (write_stream(enc, st, enc->list[st].v, enc->list[st].n, e) < 0)
            return -1;
    if (lod_write(enc, e) < 0)
        return -1;
    enc->seg.nchunks = (uint32_t)enc->chunks.n;
    return 0;
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
