#include "tests/lib/oracle.h"

#include <stdlib.h>

#include "importers/importer.h"
#include "model/store/store.h"
#include "tests/lib/check.h"

/* --- recording --------------------------------------------------------------------------------------------------------- */

uint32_t oracle_split;

/* As blocks of at most oracle_split events, of which ids and side records are those of the whole. */
static int hand_on(struct oracle *o, const struct event_block *b, struct err *e)
{
    size_t most = oracle_split ? oracle_split : BLOCK_EVENTS;
    for (size_t at = 0; at < b->n; at += most) {
        struct event_block part = *b;
        part.ev = b->ev + at;
        part.n = b->n - at < most ? b->n - at : most;
        part.last_of_generation = b->last_of_generation && at + part.n == b->n;
        part.first_of_source = b->first_of_source && at == 0;
        if (o->to.block(o->to.ctx, &part, e) < 0)
            return -1;
    }
    return 0;
}

static int take(void *ctx, const struct event_block *b, struct err *e)
{
    struct oracle *o = ctx;
    if (b->first_of_source && o->ev.n)
        *vec_push(&o->breaks) = o->ev.v[o->ev.n - 1].t;
    for (size_t i = 0; i < b->n; i++) {
        struct event ev = b->ev[i];
        const struct event_class *c = session_class(o->s, ev.class);
        bool side = c->kind != EV_STATE_TRANSITION && (c->kind < EV_RANGE_BEGIN || c->kind > EV_RANGE_END);
        bool has = side ? ev.res != IDX_NONE : c->kind == EV_RANGE_END && (ev.pad & RANGE_HAS_EXT);
        if (has) {
            *vec_push(&o->ext) = b->ext[ev.res];
            ev.res = (uint32_t)o->ext.n - 1;
        }
        *vec_push(&o->ev) = ev;
        *vec_push(&o->has_ext) = has;
    }
    return hand_on(o, b, e);
}

struct event_sink oracle_sink(struct oracle *o, struct session *s, struct event_sink to)
{
    *o = (struct oracle){.s = s, .to = to};
    return (struct event_sink){.ctx = o, .block = take};
}

void oracle_release(struct oracle *o)
{
    vec_free(&o->ev);
    vec_free(&o->ext);
    vec_free(&o->has_ext);
    vec_free(&o->breaks);
    vec_free(&o->spans);
    vec_free(&o->first);
}

/* --- spans ------------------------------------------------------------------------------------------------------------- */

struct building {
    struct oracle *o;
    VEC(struct oracle_span) open; /* by gidx; share SHARE_DEAD: not alive; event UINT32_MAX and t0 NS_NONE: not met yet */
};

static void close_span(struct building *b, struct oracle_span *sp, ns_t t, bool open)
{
    sp->t1 = t;
    sp->open = open;
    sp->p_until = sp->p_until < t ? sp->p_until : t;
    if (sp->share < SHARE_DEAD && sp->t1 > sp->t0)
        *vec_push(&b->o->spans) = *sp;
    sp->share = SHARE_DEAD;
}

static void on_goroutine(struct building *b, uint32_t i, const struct event *ev, const struct event_class *c)
{
    while (b->open.n <= ev->res)
        *vec_push(&b->open) = (struct oracle_span){.t0 = NS_NONE, .share = SHARE_DEAD};
    struct oracle_span *sp = &b->open.v[ev->res];
    if (c->restates)
        return;
    if (sp->t0 == NS_NONE && c->from != G_NOTEXIST)
        *sp = (struct oracle_span){
            .t0 = b->o->s->t0, .g = ev->res, .m = EV_NO_MP, .p = EV_NO_MP, .event = UINT32_MAX, .share = SHARE_UNKNOWN};
    close_span(b, sp, ev->t, false);
    bool busy = c->share == SHARE_RUNNING || c->share == SHARE_SYSCALL;
    *sp = (struct oracle_span){.t0 = ev->t,
                               .g = ev->res,
                               .m = busy ? ev->m : EV_NO_MP,
                               .p = busy ? ev->p : EV_NO_MP,
                               .p_until = INT64_MAX,
                               .event = i,
                               .share = c->share};
}

static void on_proc(struct building *b, const struct event *ev, const struct event_class *c)
{
    for (size_t g = 0; g < b->open.n && !c->restates; g++) {
        struct oracle_span *sp = &b->open.v[g];
        if (sp->share == SHARE_SYSCALL && sp->p == ev->res && sp->p_until == INT64_MAX && sp->t0 < ev->t)
            sp->p_until = ev->t;
    }
}

static void on_break(struct building *b, ns_t t)
{
    for (size_t g = 0; g < b->open.n; g++) {
        struct oracle_span *sp = &b->open.v[g];
        if (sp->share == SHARE_DEAD)
            continue;
        close_span(b, sp, t, false);
        *sp = (struct oracle_span){.t0 = t, .g = (gidx)g, .m = EV_NO_MP, .p = EV_NO_MP, .event = UINT32_MAX, .share = SHARE_UNKNOWN};
    }
}

static int by_goroutine(const void *a, const void *b)
{
    const struct oracle_span *x = a, *y = b;
    if (x->g != y->g)
        return x->g < y->g ? -1 : 1;
    return (x->t0 > y->t0) - (x->t0 < y->t0);
}

static void close_all(struct building *b)
{
    struct session *s = b->o->s;
    for (size_t g = 0; g < b->open.n; g++)
        close_span(b, &b->open.v[g], s->t1, true);
    for (gidx g = 0; g < s->goroutines.n; g++) /* those only seen */
        if (g >= b->open.n || b->open.v[g].t0 == NS_NONE) {
            struct oracle_span sp = {.t0 = s->t0, .g = g, .m = EV_NO_MP, .p = EV_NO_MP, .event = UINT32_MAX, .share = SHARE_UNKNOWN};
            close_span(b, &sp, s->t1, true);
        }
}

void oracle_finish(struct oracle *o)
{
    struct building b = {.o = o};
    size_t next = 0;
    for (size_t i = 0; i < o->ev.n; i++) {
        const struct event *ev = &o->ev.v[i];
        const struct event_class *c = session_class(o->s, ev->class);
        if (next < o->breaks.n && i && ev->t > o->breaks.v[next])
            on_break(&b, o->breaks.v[next++]);
        if (c->kind == EV_STATE_TRANSITION && c->resource == RES_GOROUTINE)
            on_goroutine(&b, (uint32_t)i, ev, c);
        else if (c->kind == EV_STATE_TRANSITION && c->resource == RES_PROC)
            on_proc(&b, ev, c);
    }
    close_all(&b);
    vec_free(&b.open);
    if (o->spans.n)
        qsort(o->spans.v, o->spans.n, sizeof *o->spans.v, by_goroutine);
    for (size_t i = 0; i < o->spans.n; i++)
        while (o->first.n <= o->spans.v[i].g)
            *vec_push(&o->first) = (uint32_t)i;
    while (o->first.n <= o->s->goroutines.n)
        *vec_push(&o->first) = (uint32_t)o->spans.n;
}

/* --- sums -------------------------------------------------------------------------------------------------------------- */

static void add(const struct tl_window *w, struct tl_cell *out, unsigned share, ns_t a, ns_t b)
{
    ns_t half = w->cell / 2, end = w->t0 + w->cell * (ns_t)w->n;
    a = a < w->t0 ? w->t0 : a;
    b = b > end ? end : b;
    while (a < b) {
        ns_t i = (a - w->t0) / half, to = w->t0 + (i + 1) * half;
        to = to < b ? to : b;
        out[i / 2].ns[i % 2][share] += to - a;
        a = to;
    }
}

static void add_span(const struct oracle *o, struct lane lane, const struct tl_window *w, struct tl_cell *out, const struct oracle_span *sp)
{
    const struct goroutine *g = session_g(o->s, sp->g);
    bool busy = sp->share == SHARE_RUNNING || sp->share == SHARE_SYSCALL;
    unsigned as = sp->share == SHARE_RUNNING && g->system ? (unsigned)SHARE_SYSTEM : sp->share;
    switch (lane.kind) {
    case LANE_G:
        if (sp->g == lane.id)
            add(w, out, sp->share, sp->t0, sp->t1);
        break;
    case LANE_GROUP:
        if (g->group == lane.id)
            add(w, out, sp->share, sp->t0, sp->t1);
        break;
    case LANE_ALL: add(w, out, sp->share, sp->t0, sp->t1); break;
    case LANE_M:
        if (busy && sp->m == lane.id)
            add(w, out, as, sp->t0, sp->t1);
        break;
    case LANE_P:
        if (busy && sp->p == lane.id)
            add(w, out, as, sp->t0, sp->share == SHARE_SYSCALL ? sp->p_until : sp->t1);
        break;
    }
}

void oracle_cells(const struct oracle *o, struct lane lane, const struct tl_window *w, struct tl_cell *out)
{
    memset(out, 0, w->n * sizeof *out);
    size_t from = 0, to = o->spans.n;
    if (lane.kind == LANE_G) {
        from = o->first.v[lane.id];
        to = o->first.v[lane.id + 1];
    }
    for (size_t i = from; i < to; i++)
        if (!o->chosen || o->chosen[o->spans.v[i].g])
            add_span(o, lane, w, out, &o->spans.v[i]);
}

/* --- sessions ---------------------------------------------------------------------------------------------------------- */

struct import {
    struct encoder *enc;
    struct builder b;
};

static bool begin(struct watched *w, struct import *im, struct err *e)
{
    *w = (struct watched){.s = session_new()};
    w->s->store = store_create(NULL, e);
    if (!w->s->store)
        return false;
    im->enc = encoder_new(w->s);
    builder_init(&im->b, &w->s->dict, &w->s->progress, oracle_sink(&w->o, w->s, encoder_sink(im->enc)), 1);
    return true;
}

static bool finish(struct watched *w, struct import *im, bool ok, struct err *e)
{
    ok = builder_finish(&im->b, e) == 0 && ok;
    ok = encoder_finish(im->enc, e) == 0 && ok;
    encoder_free(im->enc);
    if (ok)
        oracle_finish(&w->o);
    return ok;
}

static void new_source(struct watched *w, struct import *im)
{
    struct source_info *info = mem_calloc(1, sizeof *info);
    *vec_push(&w->s->sources) = info;
    im->b.source = info;
}

bool watched_load(struct watched *w, const char *const *paths, size_t n, struct err *e)
{
    struct import im;
    if (!begin(w, &im, e))
        return false;
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        new_source(w, &im);
        ok = import_source(paths[i], &(struct source_opts){.progress = &w->s->progress}, &im.b, false, e) == 0;
    }
    return finish(w, &im, ok, e);
}

void watched_free(struct watched *w)
{
    struct store *store = w->s->store;
    oracle_release(&w->o);
    session_free(w->s);
    store_close(store);
}

/* --- random events ----------------------------------------------------------------------------------------------------- */

enum { R_PROCS = 5, R_THREADS = 7, R_STACKS = 12, R_NAMES = 6 };

struct random_world {
    struct session *s;
    struct builder *b;
    uint32_t n;
    uint8_t *state;
    ns_t t;
    bool odd;
    uint8_t pstate[R_PROCS];
    stack_id stacks[R_STACKS];
};

static class_id class_of(struct random_world *r, uint8_t kind, uint8_t resource, unsigned from, unsigned to, const char *name)
{
    struct event_class c = {
        .kind = kind, .resource = resource, .from = (uint8_t)from, .to = (uint8_t)to, .name = dict_string(&r->s->dict, name, strlen(name))};
    return dict_class(&r->s->dict, c);
}

static void make_stacks(struct random_world *r)
{
    for (uint32_t i = 0; i < R_STACKS; i++) {
        char func[32] = "main.f0";
        func[6] = (char)('0' + i % R_NAMES);
        struct frame leaf = {.pc = 100 + i, .func = dict_string(&r->s->dict, "main.leaf", 9), .line = i};
        struct frame root = {.pc = 1 + i % R_NAMES, .func = dict_string(&r->s->dict, func, 7), .line = 1};
        frame_id frames[2] = {dict_frame(&r->s->dict, &leaf), dict_frame(&r->s->dict, &root)};
        r->stacks[i] = dict_stack(&r->s->dict, frames, 2);
    }
}

static unsigned next_state(const struct random_world *r, unsigned from)
{
    static const uint8_t usual[G_STATES][4] = {
        [G_UNDETERMINED] = {G_RUNNABLE, G_RUNNING, G_WAITING, G_SYSCALL}, [G_NOTEXIST] = {G_RUNNABLE, G_RUNNABLE, G_RUNNABLE, G_RUNNABLE},
        [G_RUNNABLE] = {G_RUNNING, G_RUNNING, G_RUNNING, G_RUNNABLE},     [G_RUNNING] = {G_WAITING, G_RUNNABLE, G_SYSCALL, G_WAITING},
        [G_WAITING] = {G_RUNNABLE, G_RUNNABLE, G_RUNNABLE, G_WAITING},    [G_SYSCALL] = {G_RUNNING, G_RUNNING, G_RUNNABLE, G_SYSCALL},
    };
    if (r->odd && !below(50))
        return below(G_STATES);
    return from == G_RUNNING && !below(20) ? (unsigned)G_NOTEXIST : usual[from][below(4)];
}

static void g_event(struct random_world *r, struct event *ev)
{
    static const char *const reasons[] = {"chan receive", "sync", "network", "sleep", "select", "GC sweep wait"};
    /* A few goroutines do most; some live far apart. */
    uint32_t g = below(4) ? below(1 + r->n / 20) : below(r->n);
    unsigned from = r->state[g], to;
    if (from == G_STATES) /* not met yet: older than the trace, or created now */
        from = below(2) ? G_UNDETERMINED : G_NOTEXIST;
    to = next_state(r, from);
    r->state[g] = (uint8_t)to;
    ev->class = class_of(r, EV_STATE_TRANSITION, RES_GOROUTINE, from, to, to == G_WAITING ? reasons[below(6)] : "");
    ev->res = dict_goroutine(&r->s->dict, 1 + (int64_t)g);
    ev->g = below(3) ? ev->res : below(3) ? dict_goroutine(&r->s->dict, 1 + (int64_t)below(r->n)) : IDX_NONE;
    ev->stack = below(3) ? r->stacks[below(R_STACKS)] : 0;
    ev->stack2 = from == G_NOTEXIST && below(4) ? r->stacks[below(R_STACKS)] : 0;
}

static void p_event(struct random_world *r, struct event *ev)
{
    uint32_t p = below(R_PROCS);
    unsigned from = r->pstate[p], to = below(6) ? (from == P_RUNNING ? P_IDLE : P_RUNNING) : from;
    if (from == P_UNDETERMINED)
        to = P_RUNNING;
    r->pstate[p] = (uint8_t)to;
    ev->class = class_of(r, EV_STATE_TRANSITION, RES_PROC, from, to, "");
    ev->res = dict_proc(&r->s->dict, p);
}

static void side_event(struct random_world *r, struct event *ev)
{
    static const uint8_t kinds[] = {EV_SYNC, EV_METRIC, EV_LABEL, EV_STACK_SAMPLE, EV_TASK_BEGIN, EV_TASK_END, EV_LOG, EV_REGION_BEGIN};
    uint8_t kind = kinds[below(sizeof kinds)];
    static const char *const metrics[] = {"/sched/gomaxprocs:threads", "/memory/classes/heap/objects:bytes"};
    bool ranges = !below(4);
    struct event_ext *x;
    if (ranges)
        kind = (uint8_t)(EV_RANGE_BEGIN + 2 * below(2));
    ev->class = class_of(r, kind, ranges ? RES_GOROUTINE : RES_NONE, 0, 0,
                         kind == EV_METRIC ? metrics[below(2)]
                         : ranges          ? "GC mark assist"
                                           : "");
    ev->res = ranges && below(2) ? dict_goroutine(&r->s->dict, 1) : IDX_NONE;
    ev->stack = below(3) ? 0 : r->stacks[below(R_STACKS)];
    if (kind == EV_RANGE_BEGIN || kind == EV_STACK_SAMPLE || (kind == EV_RANGE_END && below(2)))
        return;
    uint32_t scope = ev->res;
    ev->res = builder_ext(r->b, &x);
    *x = (struct event_ext){.v = {1 + below(1000), below(2) ? below(50) : 0}};
    if (kind == EV_RANGE_END) {
        ev->pad = RANGE_HAS_EXT;
        x->res = scope;
    } else if (kind != EV_METRIC) {
        x->s[0] = dict_string(&r->s->dict, "alpha", 5);
        x->s[1] = kind == EV_LOG ? dict_string(&r->s->dict, "a message", 9) : 0;
    }
}

static void one_event(struct random_world *r)
{
    struct event *ev = builder_next(r->b);
    r->t += 1 + (below(40) ? below(900) : below(200000));
    *ev = (struct event){.t = r->t, .g = IDX_NONE, .res = IDX_NONE};
    ev->m = (uint16_t)(below(20) ? dict_thread(&r->s->dict, 100 + below(R_THREADS)) : EV_NO_MP);
    ev->p = (uint16_t)(below(10) ? dict_proc(&r->s->dict, below(R_PROCS)) : EV_NO_MP);
    if (!below(30))
        side_event(r, ev);
    else if (!below(10))
        p_event(r, ev);
    else
        g_event(r, ev);
}

bool watched_random(struct watched *w, uint32_t blocks, uint32_t n, uint32_t goroutines, bool odd, struct err *e)
{
    struct import im;
    if (!begin(w, &im, e))
        return false;
    struct random_world r = {.s = w->s, .b = &im.b, .n = goroutines, .odd = odd, .t = below(2) ? (ns_t)below(100000) : (ns_t)(rnd() >> 2)};
    r.state = mem_alloc(goroutines, 1);
    memset(r.state, G_STATES, goroutines);
    new_source(w, &im);
    make_stacks(&r);
    for (uint32_t i = 0; i < blocks; i++) {
        for (uint32_t k = n / blocks / 2 + below(n / blocks + 1); k; k--)
            one_event(&r);
        builder_generation(&im.b);
    }
    mem_free(r.state);
    return finish(w, &im, true, e);
}
