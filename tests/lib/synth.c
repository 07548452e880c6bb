#include "tests/lib/synth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/chunk.h"
#include "tests/lib/check.h"

enum { PROCS = 4, THREADS = 6, STRINGS = 60, FRAMES = 40, STACKS = 30 };

struct maker {
    struct synth *y;
    uint8_t *state;  /* by gidx, enum gstate */
    class_id *class; /* of the last transition that changed something; CLASS_NONE none */
    ns_t *since;
    uint8_t pstate[PROCS];
    class_id pclass[PROCS];
    ns_t psince[PROCS];
    uint32_t goroutines, alive_max;
    struct codec *codec;
    ns_t t;
};

static str_id name(struct session *s, const char *what, uint32_t i)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%s %u é\x01", what, i);
    return dict_string(&s->dict, text, (size_t)n);
}

static void fill_dict(struct session *s)
{
    for (uint32_t i = 0; i < FRAMES; i++) {
        struct frame f = {.pc = rnd(), .func = name(s, "pkg.func", i), .file = name(s, "file.go", i / 3), .line = i * 7};
        dict_frame(&s->dict, &f);
    }
    for (uint32_t i = 0; i < STACKS; i++) {
        frame_id frames[20];
        uint32_t n = 1 + below(20);
        for (uint32_t k = 0; k < n; k++)
            frames[k] = 1 + below(FRAMES);
        dict_stack(&s->dict, frames, n);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        dict_thread(&s->dict, 1000 + i);
    for (uint32_t i = 0; i < PROCS; i++)
        dict_proc(&s->dict, i);
}

static stack_id any_stack(struct session *s)
{
    return below(s->dict.stacks.n);
}

static class_id class_of(struct session *s, uint8_t kind, uint8_t resource, uint8_t from, uint8_t to, const char *text)
{
    struct event_class c = {.kind = kind, .resource = resource, .from = from, .to = to, .name = dict_string(&s->dict, text, strlen(text))};
    return dict_class(&s->dict, c);
}

static const char *const reasons[] = {"chan receive", "sync", "network", "sleep", "select", "GC assist"};

/* A state that may follow. */
static uint8_t next_state(uint8_t from)
{
    switch (from) {
    case G_NOTEXIST: return G_RUNNABLE;
    case G_UNDETERMINED: return (uint8_t)(G_RUNNABLE + below(4));
    case G_RUNNABLE: return G_RUNNING;
    case G_RUNNING: return (uint8_t)(below(8) ? below(3) ? G_WAITING : G_RUNNABLE : below(2) ? G_SYSCALL : G_NOTEXIST);
    case G_WAITING: return G_RUNNABLE;
    default: return below(2) ? G_RUNNING : G_RUNNABLE;
    }
}

static void g_event(struct maker *m, struct event *e)
{
    struct session *s = m->y->s;
    uint32_t g = below(m->goroutines);
    uint8_t from = m->state[g], to = below(20) && from != G_NOTEXIST ? next_state(from) : from;
    if (from == G_NOTEXIST && m->class[g] != CLASS_NONE)
        to = from; /* it ended: nothing but restating may follow */
    else if (from == G_NOTEXIST)
        to = G_RUNNABLE;
    if (from == G_UNDETERMINED && to == from)
        to = G_RUNNABLE;
    e->res = g;
    e->g = below(4) ? g : below(2) ? IDX_NONE : below(m->goroutines);
    e->stack = any_stack(s);
    e->stack2 = from == G_NOTEXIST ? any_stack(s) : 0;
    e->class = class_of(s, EV_STATE_TRANSITION, RES_GOROUTINE, from, to, to == G_WAITING ? reasons[below(6)] : "");
    m->state[g] = to;
}

static void p_event(struct maker *m, struct event *e)
{
    uint32_t p = below(PROCS);
    uint8_t from = m->pstate[p], to = below(6) || from == P_UNDETERMINED ? from == P_RUNNING ? P_IDLE : P_RUNNING : from;
    e->res = p;
    e->class = class_of(m->y->s, EV_STATE_TRANSITION, RES_PROC, from, to, "");
    m->pstate[p] = to;
}

static void side_event(struct maker *m, struct event *e)
{
    static const uint8_t kinds[] = {EV_SYNC,         EV_METRIC,    EV_LABEL,       EV_STACK_SAMPLE, EV_RANGE_BEGIN,
                                    EV_RANGE_ACTIVE, EV_RANGE_END, EV_TASK_BEGIN,  EV_TASK_END,     EV_REGION_BEGIN,
                                    EV_REGION_END,   EV_LOG,       EV_EXPERIMENTAL};
    struct session *s = m->y->s;
    uint8_t kind = kinds[below(sizeof kinds)];
    bool range = kind == EV_RANGE_BEGIN || kind == EV_RANGE_ACTIVE || kind == EV_RANGE_END, ext = kind != EV_STACK_SAMPLE && !range;
    static const char *const ranges[] = {"GC concurrent mark phase", "stop-the-world (GC)", "GC mark assist"};
    e->stack = any_stack(s);
    e->res = range ? below(3) : IDX_NONE;
    if (ext) {
        e->res = m->y->next++;
        m->y->ext[e->res] = (struct event_ext){.v = {below(1000), rnd() >> below(60), 0, 0},
                                               .s = {name(s, "text", below(STRINGS)), name(s, "msg", below(STRINGS)), 0},
                                               .res = IDX_NONE};
    }
    uint8_t scope = (uint8_t)(!range ? 0 : e->res == 2 ? RES_GOROUTINE : RES_NONE);
    const char *text = range ? ranges[e->res] : kind == EV_METRIC ? "/gc/heap/live:bytes" : "";
    if (range && scope == RES_NONE)
        e->res = IDX_NONE;
    e->class = class_of(s, kind, scope, 0, 0, text);
}

static void make_event(struct maker *m, struct event *e)
{
    uint32_t dice = below(100);
    m->t += 1 + (below(50) ? below(2000) : below(3000000));
    *e = (struct event){.t = m->t, .g = below(m->goroutines), .res = IDX_NONE, .m = (uint16_t)below(THREADS), .p = (uint16_t)below(PROCS)};
    if (!below(10))
        e->m = e->p = EV_NO_MP;
    if (dice < 80)
        g_event(m, e);
    else if (dice < 88)
        p_event(m, e);
    else
        side_event(m, e);
}

static enum stream stream_of(const struct session *s, const struct event *e)
{
    const struct event_class *c = session_class(s, e->class);
    switch (c->kind) {
    case EV_STATE_TRANSITION: return c->resource == RES_GOROUTINE ? STREAM_G : STREAM_P;
    case EV_METRIC: return STREAM_METRIC;
    case EV_STACK_SAMPLE: return STREAM_SAMPLE;
    case EV_RANGE_BEGIN:
    case EV_RANGE_ACTIVE:
    case EV_RANGE_END: return STREAM_RANGE;
    default: return STREAM_MARK;
    }
}

static const struct event *sorting;
static int by_track(const void *a, const void *b)
{
    const struct event *x = &sorting[*(const uint32_t *)a], *y = &sorting[*(const uint32_t *)b];
    if (x->res != y->res)
        return x->res < y->res ? -1 : 1;
    return x->t < y->t ? -1 : 1;
}

static void put_chunk(struct maker *m, enum stream stream, const struct event *ev, const uint32_t *order, uint32_t n, struct buf *blob)
{
    struct session *s = m->y->s;
    struct err e = ERR_INIT;
    struct chunk_ref ref = {.t0 = INT64_MAX,
                            .t1 = INT64_MIN,
                            .segment = (uint32_t)s->segments.n - 1,
                            .rows = (uint16_t)n,
                            .stream = (uint8_t)stream,
                            .span = 1};
    bool track = stream == STREAM_G || stream == STREAM_P;
    for (uint32_t i = 0; i < n; i++) {
        ns_t t = ev[order[i]].t;
        ref.t0 = t < ref.t0 ? t : ref.t0;
        ref.t1 = t > ref.t1 ? t : ref.t1;
    }
    ref.lo = track ? ev[order[0]].res : 0;
    ref.hi = track ? ev[order[n - 1]].res : 0;
    buf_clear(blob);
    codec_chunk(m->codec, stream, ev, order, n, m->y->ext, blob);
    CHECK(store_put(m->y->st, &ref, blob->p, blob->n, &e) == 0, "%s", e.what);
    *vec_push(&s->chunks) = ref;
    s->segments.v[s->segments.n - 1].nchunks++;
}

static void put_runs(struct maker *m, enum stream stream, const struct event *ev, const uint32_t *order, uint32_t n, uint32_t chunk0)
{
    struct session *s = m->y->s;
    struct segment *seg = &s->segments.v[s->segments.n - 1];
    class_id *class = stream == STREAM_G ? m->class : m->pclass;
    ns_t *since = stream == STREAM_G ? m->since : m->psince;
    for (uint32_t i = 0, j; i < n; i = j) {
        uint32_t track = ev[order[i]].res;
        struct run r = {.track = track,
                        .chunk = chunk0 + i / CHUNK_ROWS,
                        .row = (uint16_t)(i % CHUNK_ROWS),
                        .class_in = class[track],
                        .t_in = since[track]};
        for (j = i; j < n && ev[order[j]].res == track; j++) {
            if (session_class(s, ev[order[j]].class)->restates)
                continue;
            class[track] = ev[order[j]].class;
            since[track] = ev[order[j]].t;
        }
        r.rows_hi = (uint16_t)((j - i) >> 16);
        r.rows_lo = (uint16_t)(j - i);
        if (stream == STREAM_G) {
            *vec_push(&s->runs) = r;
            seg->nruns++;
        } else {
            *vec_push(&s->pruns) = r;
            seg->npruns++;
        }
    }
}

static void put_segment(struct maker *m, const struct event *ev, uint32_t n)
{
    struct session *s = m->y->s;
    uint32_t *order = mem_alloc(n + 1, sizeof *order);
    struct buf blob = {0};
    struct segment *seg = vec_push(&s->segments);
    *seg = (struct segment){.t0 = s->segments.n > 1 ? seg[-1].t1 : ev[0].t,
                            .t1 = ev[n - 1].t,
                            .events = n,
                            .run0 = (uint32_t)s->runs.n,
                            .prun0 = (uint32_t)s->pruns.n,
                            .chunk0 = (uint32_t)s->chunks.n,
                            .level = 1,
                            .last_of_generation = 1};
    for (enum stream st = STREAM_G; st <= STREAM_SAMPLE; st++) {
        uint32_t k = 0, chunk0 = (uint32_t)s->chunks.n;
        for (uint32_t i = 0; i < n; i++)
            if (stream_of(s, &ev[i]) == st)
                order[k++] = i;
        sorting = ev;
        if (st == STREAM_G || st == STREAM_P)
            qsort(order, k, sizeof *order, by_track);
        for (uint32_t i = 0; i < k; i += CHUNK_ROWS)
            put_chunk(m, st, ev, order + i, k - i < CHUNK_ROWS ? k - i : CHUNK_ROWS, &blob);
        if (st == STREAM_G || st == STREAM_P)
            put_runs(m, st, ev, order, k, chunk0);
    }
    buf_release(&blob);
    mem_free(order);
}

static void count_transition(struct session *s, const struct event *e)
{
    const struct event_class *c = session_class(s, e->class);
    struct goroutine *g = session_g(s, e->res);
    g->transitions++;
    g->first = g->first == NS_NONE ? e->t : g->first;
    g->last = e->t;
    g->last_state = c->to;
    g->last_share = c->share;
    if (c->from == G_NOTEXIST && c->to != G_NOTEXIST) {
        g->created = e->t;
        g->creator = e->g;
        g->create_stack = e->stack;
    }
    if (c->to == G_NOTEXIST && c->from != G_NOTEXIST)
        g->ended = e->t;
}

static void fill_tables(struct maker *m)
{
    struct session *s = m->y->s;
    *vec_push(&s->groups) = (struct group){.first = NS_NONE, .last = NS_NONE};
    *vec_push(&s->groups) = (struct group){.name = name(s, "main.worker", 1), .n = 3, .latency = mem_calloc(1, sizeof(struct hist))};
    hist_add(s->groups.v[1].latency, 12345);
    for (uint32_t i = 0; i < m->goroutines; i++) {
        dict_goroutine(&s->dict, 10 + 3 * (int64_t)i);
        struct goroutine *g = paged_push(&s->goroutines);
        *g = (struct goroutine){.id = 10 + 3 * (int64_t)i,
                                .created = NS_NONE,
                                .ended = NS_OPEN,
                                .first = NS_NONE,
                                .last = NS_NONE,
                                .creator = IDX_NONE,
                                .name = name(s, "main.worker", i % 9),
                                .group = i % 2,
                                .last_share = SHARE_UNKNOWN};
        g->ns[below(SHARE_COUNT)] = below(1000);
    }
    for (uint32_t i = 0; i < PROCS; i++)
        *vec_push(&s->procs) = (struct proc){.id = i, .busy = (ns_t)rnd() >> 30};
    for (uint32_t i = 0; i < THREADS; i++)
        *vec_push(&s->threads) = (struct thread){.id = 1000 + i, .events = below(100)};
    for (uint32_t i = 0; i < 100; i++)
        *vec_push(&s->tasks) = (struct task){.id = i,
                                             .parent = i / 2,
                                             .name = name(s, "task", i % 5),
                                             .g = below(m->goroutines),
                                             .t0 = i ? (ns_t)i * 1000 : NS_NONE,
                                             .t1 = i % 2 ? NS_OPEN : (ns_t)i * 2000};
    *vec_push(&s->ranges) = (struct range){.t0 = 5, .t1 = 9, .name = name(s, "gc", 0), .stw = 1};
    struct wait_site *w = memset(vec_push(&s->waits), 0, sizeof *w); /* padding too: tests compare bytes */
    w->stack = w->group = 1;
    w->count = 4;
    w->ns = 99;
    *vec_push(&s->regroups) = (struct regroup){.g = 0, .from = IDX_NONE, .to = 1, .segment = 1};
    struct source_info *src = mem_calloc(1, sizeof *src);
    *src = (struct source_info){.path = "some/trace.out",
                                .format = "go-trace",
                                .version = "1.26",
                                .events = m->y->n,
                                .bytes = 77,
                                .complete = true,
                                .dropped_from_byte = -1};
    src->wire_by_type[3] = 44;
    src->notes[NOTE_CUT_GENERATION] = (struct note){.count = 2, .first = "at byte 12"};
    *vec_push(&s->sources) = src;
}

static void fill_events(struct maker *m, uint32_t segments, uint32_t each)
{
    struct synth *y = m->y;
    struct session *s = y->s;
    for (uint32_t i = 0; i < y->n; i++) {
        make_event(m, &y->ev[i]);
        s->by_kind[session_class(s, y->ev[i].class)->kind]++;
        s->by_class[y->ev[i].class]++;
        if (stream_of(s, &y->ev[i]) == STREAM_G)
            count_transition(s, &y->ev[i]);
    }
    for (uint32_t i = 0; i < segments; i++)
        put_segment(m, y->ev + (size_t)i * each, each);
    s->t0 = y->ev[0].t;
    s->t1 = y->ev[y->n - 1].t;
    s->events = y->n;
    s->known = dict_sizes(&s->dict);
}

struct synth *synth_new(const char *path, uint32_t segments, uint32_t each, uint32_t goroutines)
{
    struct synth *y = mem_calloc(1, sizeof *y);
    struct err e = ERR_INIT;
    y->s = session_new();
    y->st = y->s->store = store_create(path, &e);
    CHECK(y->st, "%s", e.what);
    if (!y->st)
        exit(1);
    y->n = segments * each;
    y->ev = mem_calloc(y->n, sizeof *y->ev);
    y->ext = mem_calloc(y->n, sizeof *y->ext);
    struct maker m = {.y = y, .goroutines = goroutines, .codec = codec_new(), .t = 1000000007};
    m.state = mem_calloc(goroutines, 1);
    m.class = mem_alloc(goroutines, sizeof *m.class);
    m.since = mem_alloc(goroutines, sizeof *m.since);
    for (uint32_t i = 0; i < goroutines; i++) {
        m.state[i] = below(3) ? G_NOTEXIST : G_UNDETERMINED;
        m.class[i] = CLASS_NONE;
        m.since[i] = NS_NONE;
    }
    memset(m.pclass, 0xff, sizeof m.pclass);
    fill_dict(y->s);
    fill_tables(&m);
    fill_events(&m, segments, each);
    codec_free(m.codec);
    mem_free(m.state);
    mem_free(m.class);
    mem_free(m.since);
    return y;
}

void synth_free(struct synth *y)
{
    session_free(y->s);
    store_close(y->st);
    mem_free(y->ev);
    mem_free(y->ext);
    mem_free(y);
}
