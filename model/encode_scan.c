/* The first pass over a block, in time order: counts, streams, who was seen, whose start function was told. */
#include "model/encode_private.h"

static uint8_t route_of(const struct event_class *c)
{
    switch (c->kind) {
    case EV_METRIC: return STREAM_METRIC;
    case EV_STACK_SAMPLE: return STREAM_SAMPLE;
    case EV_RANGE_BEGIN:
    case EV_RANGE_ACTIVE:
    case EV_RANGE_END: return STREAM_RANGE;
    case EV_STATE_TRANSITION: return c->resource == RES_GOROUTINE ? STREAM_G : c->resource == RES_PROC ? STREAM_P : ROUTE_NONE;
    default: return STREAM_MARK;
    }
}

static bool is_preempted(const struct encoder *enc, const struct event_class *c)
{
    struct str reason = dict_str(&enc->s->dict, c->name);
    return c->from == G_RUNNING && c->to == G_RUNNABLE && reason.n == 9 && !memcmp(reason.p, "preempted", 9);
}

static void add_routes(struct encoder *enc)
{
    for (; enc->nroutes < enc->b->names.classes; enc->nroutes++) {
        const struct event_class *c = &enc->s->dict.classes[enc->nroutes];
        enc->route[enc->nroutes] = route_of(c);
        if (c->restates)
            continue;
        if (enc->route[enc->nroutes] == STREAM_P)
            enc->queues[enc->nroutes] = (int8_t)((c->to == P_IDLE) - (c->from == P_IDLE));
        if (enc->route[enc->nroutes] != STREAM_G)
            continue;
        enc->queues[enc->nroutes] = (int8_t)((c->to == G_RUNNABLE) - (c->from == G_RUNNABLE));
        enc->preempts[enc->nroutes] = is_preempted(enc, c);
    }
}

/* Room for ids below n; what is new is zero. */
#define room(a, want)                                                                                                                      \
    do {                                                                                                                                   \
        size_t n_ = (want);                                                                                                                \
        if ((a)->n < n_) {                                                                                                                 \
            vec_reserve(a, n_);                                                                                                            \
            memset((a)->v + (a)->n, 0, (n_ - (a)->n) * sizeof *(a)->v);                                                                    \
            (a)->n = n_;                                                                                                                   \
        }                                                                                                                                  \
    } while (0)

static void add_room(struct encoder *enc)
{
    const struct event_block *b = enc->b;
    uint32_t had = (uint32_t)enc->hot.n;
    room(&enc->hot, b->ng);
    for (uint32_t g = had; g < b->ng; g++)
        enc->hot.v[g] = (struct hot){.m = EV_NO_MP, .p = EV_NO_MP, .class = CLASS_NONE, .share = SHARE_UNKNOWN};
    room(&enc->seen, b->ng);
    room(&enc->touched_bits, b->ng / 64 + 1);
    for (size_t m = enc->threads.n; m < b->nm; m++)
        *vec_push(&enc->threads) = (struct thread){.id = *paged_at(&enc->s->dict.m_ids, m)};
    for (size_t p = enc->procs.n; p < b->np; p++)
        *vec_push(&enc->procs) =
            (struct eproc){.pub = {.id = *paged_at(&enc->s->dict.p_ids, p), .since = NS_NONE}, .settled = NS_NONE, .class = CLASS_NONE};
    for (unsigned i = 0; i < STREAMS; i++) {
        enc->list[i].n = 0;
        vec_reserve(&enc->list[i], i == STREAM_G ? b->n : 64);
    }
}

static void use_stack(struct encoder *enc, stack_id stack)
{
    room(&enc->stack_used, (size_t)stack + 1);
    room(&enc->site_of, (size_t)stack + 1);
    enc->stack_used.v[stack] = (uint8_t)(1 | ctx_stack(enc->ctx, stack) << 1);
    *vec_push(&enc->new_stacks) = stack;
}

/* A stack of n frames may have lost its root: the runtime records no deeper ones. */
enum { STACK_CUT = 128 };

static void name_from(struct encoder *enc, gidx g, stack_id id)
{
    const struct stack *stack = paged_at(&enc->s->dict.stacks, id);
    if (stack->n == 0 || stack->n >= STACK_CUT)
        return;
    frame_id root = stack->frames[stack->n - 1];
    if (!paged_at(&enc->s->dict.frames, root)->func)
        return;
    enc->seen.v[g] |= NAMED;
    *vec_push(&enc->named) = g;
    *vec_push(&enc->named) = root;
    encode_touch(enc, g);
}

/* Whose stacks an event carries. A status speaks of the resource, an unblock and a creation of who did it; a CPU sample may
 * end in the runtime's own frames. */
static void learn_names(struct encoder *enc, const struct event *e, const struct event_class *c)
{
    bool transition = c->kind == EV_STATE_TRANSITION && c->resource == RES_GOROUTINE;
    if (transition && e->stack2 && !(enc->seen.v[e->res] & NAMED))
        name_from(enc, e->res, e->stack2);
    if (!e->stack || c->kind == EV_STACK_SAMPLE)
        return;
    bool status = transition && (c->restates || c->from == G_UNDETERMINED);
    gidx g = status ? e->res : e->g;
    if (g != IDX_NONE && !(enc->seen.v[g] & NAMED))
        name_from(enc, g, e->stack);
}

static void see(struct encoder *enc, gidx g)
{
    enc->seen.v[g] |= SEEN;
    encode_touch(enc, g);
}

void encode_touch(struct encoder *enc, gidx g)
{
    enc->touched_bits.v[g / 64] |= 1ull << (g % 64);
}

/* What the collector of contexts wants to be told of. */
static void scan_ctx(struct encoder *enc, const struct event *e, const struct event_ext *x)
{
    unsigned says = ctx_scan(enc->ctx, e, x);
    if (says & CTX_SOURCE)
        enc->seen.v[e->g] |= SOURCE;
    if (says & CTX_WATCHED)
        enc->seen.v[e->res] |= WATCHED;
}

/* A goroutine that is new, or within a call of cancel. */
static void see_actor(struct encoder *enc, const struct event *e)
{
    if (!(enc->seen.v[e->g] & SEEN))
        see(enc, e->g);
    if (enc->seen.v[e->g] & SOURCE && !ctx_follow(enc->ctx, e))
        enc->seen.v[e->g] &= (uint8_t)~SOURCE;
}

/* named: the start functions of all whom the event speaks of are known. */
static inline void scan_stacks(struct encoder *enc, const struct event *e, bool named)
{
    if (e->stack >= enc->stack_used.n || !enc->stack_used.v[e->stack])
        use_stack(enc, e->stack);
    if (e->stack2 && (e->stack2 >= enc->stack_used.n || !enc->stack_used.v[e->stack2]))
        use_stack(enc, e->stack2);
    if (!named)
        learn_names(enc, e, &enc->s->dict.classes[e->class]);
    if ((enc->stack_used.v[e->stack] | enc->stack_used.v[e->stack2]) > 1)
        scan_ctx(enc, e, NULL);
}

/* Per goroutine and proc the number of its rows, and which events they are. */
static void scan_events(struct encoder *enc)
{
    const struct event *ev = enc->ev;
    uint32_t *g_list = enc->list[STREAM_G].v, n_g = 0;
    int64_t queue = enc->runqueue, queue_max = enc->runqueue_max;
    for (uint32_t i = 0; i < enc->b->n; i++) {
        const struct event *e = &ev[i];
        enc->class_n[e->class]++;
        unsigned seen = e->g != IDX_NONE ? enc->seen.v[e->g] : SEEN | NAMED;
        if ((seen & (SEEN | SOURCE)) != SEEN)
            see_actor(enc, e);
        if (e->m != EV_NO_MP)
            enc->threads.v[e->m].events++;
        unsigned route = enc->route[e->class];
        if (route == STREAM_G) {
            unsigned other = enc->seen.v[e->res];
            seen &= other;
            if (!(other & SEEN))
                see(enc, e->res);
            if (enc->hot.v[e->res].n++ == 0)
                encode_touch(enc, e->res);
            g_list[n_g++] = i;
            queue += enc->queues[e->class];
            queue_max = queue > queue_max ? queue : queue_max;
        } else if (route == STREAM_P) {
            enc->procs.v[e->res].n++;
            *vec_push(&enc->list[STREAM_P]) = i;
            if (enc->queues[e->class])
                facts_idle(enc->facts, e->t, enc->queues[e->class]);
        } else if (route != ROUTE_NONE) {
            *vec_push(&enc->list[route]) = i;
            if (enc->s->dict.classes[e->class].kind == EV_LOG && e->res != IDX_NONE)
                scan_ctx(enc, e, &enc->b->ext[e->res]);
        }
        enc->with_stack += e->stack != 0;
        if (e->stack | e->stack2)
            scan_stacks(enc, e, seen & NAMED);
    }
    enc->list[STREAM_G].n = n_g;
    enc->runqueue = queue;
    enc->runqueue_max = queue_max;
}

void encode_scan(struct encoder *enc)
{
    add_routes(enc);
    add_room(enc);
    enc->named.n = enc->new_stacks.n = 0;
    memset(enc->class_n, 0, sizeof enc->class_n);
    if (enc->stack_used.n == 0) {
        room(&enc->stack_used, 1);
        room(&enc->site_of, 1);
        enc->stack_used.v[0] = 1; /* the empty one is none */
    }
    scan_events(enc);
}
