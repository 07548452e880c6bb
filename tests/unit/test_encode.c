/* Random streams of events, orderly and hostile ones, through the encoder: whatever it sums is what plain arithmetic over all
 * events gives. Goroutines, groups, procs, runs, and the sums by bucket of every segment and level, with what regroups and
 * breaks say of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/builder.h"
#include "model/chunk.h"
#include "model/lod.h"
#include "model/store/store.h"
#include "model/timeline/timeline.h"
#include "tests/lib/check.h"

enum { G_MAX = 400, P_MAX = 6, M_MAX = 9, FUNCS = 12 };

/* A stay of a goroutine in a state, as plain arithmetic sees it. */
struct stay {
    ns_t t0, t1;
    uint8_t share;
    uint16_t m, p;
    ns_t cut; /* SYSCALL: its proc was taken away then; NS_OPEN never */
};

struct life {
    VEC(struct stay) stays;
    bool seen, born;
    frame_id name;
    uint32_t transitions;
};

struct trial {
    struct session *s;
    struct encoder *enc;
    VEC(struct event) ev;
    VEC(struct event_ext) ext;
    VEC(uint32_t) ends; /* event counts at which segments end */
    struct life life[G_MAX];
    uint32_t ng;
    bool hostile;
    uint8_t state[G_MAX];
    uint8_t pstate[P_MAX];
    class_id last_class;
    ns_t t;
    frame_id start_func[FUNCS];
    stack_id stack_of[FUNCS], deep;
};

/* ---- making events ---- */

static class_id class_of(struct trial *x, uint8_t kind, uint8_t res, uint8_t from, uint8_t to, const char *name)
{
    str_id id = dict_string(&x->s->dict, name, strlen(name));
    return dict_class(&x->s->dict, (struct event_class){.kind = kind, .resource = res, .from = from, .to = to, .name = id});
}

static void make_dict(struct trial *x)
{
    struct dict *d = &x->s->dict;
    static const char *const funcs[FUNCS] = {"main.main",    "main.a",     "main.b",        "runtime.gcBgMarkWorker",
                                             "runtime.main", "net/http.c", "runtime.sweep", "main.d.func1",
                                             "main.e",       "main.f",     "x/y.z",         "main.g"};
    frame_id frames[STACK_FRAMES_MAX];
    for (unsigned i = 0; i < FUNCS; i++) {
        frames[1] = x->start_func[i] = dict_frame(d, &(struct frame){.pc = 100 + i, .func = dict_string(d, funcs[i], strlen(funcs[i]))});
        frames[0] = dict_frame(d, &(struct frame){.pc = 500 + i, .func = dict_string(d, "main.leaf", 9)});
        x->stack_of[i] = dict_stack(d, frames, 2);
    }
    for (unsigned i = 0; i < 128; i++)
        frames[i] = x->start_func[i % FUNCS];
    x->deep = dict_stack(d, frames, 128);
    for (unsigned i = 0; i < G_MAX; i++)
        dict_goroutine(d, 7 + 3 * (int64_t)i);
    for (unsigned i = 0; i < P_MAX; i++)
        dict_proc(d, i);
    for (unsigned i = 0; i < M_MAX; i++)
        dict_thread(d, 1000 + i);
}

static uint8_t next_state(const struct trial *x, uint32_t g)
{
    static const uint8_t after[G_STATES][4] = {
        [G_UNDETERMINED] = {G_WAITING, G_RUNNING, G_RUNNABLE, G_SYSCALL}, [G_NOTEXIST] = {G_RUNNABLE, G_RUNNABLE, G_RUNNABLE, G_WAITING},
        [G_RUNNABLE] = {G_RUNNING, G_RUNNING, G_RUNNING, G_RUNNABLE},     [G_RUNNING] = {G_WAITING, G_RUNNABLE, G_SYSCALL, G_RUNNING},
        [G_WAITING] = {G_RUNNABLE, G_RUNNABLE, G_WAITING, G_RUNNABLE},    [G_SYSCALL] = {G_RUNNING, G_RUNNING, G_RUNNABLE, G_SYSCALL},
    };
    return x->state[g] == G_RUNNING && !below(60) ? G_NOTEXIST : after[x->state[g]][below(4)];
}

static void transition(struct trial *x, struct event *e)
{
    static const char *const reasons[] = {"chan receive", "sync", "network", "sleep", "", "GC mark assist wait for work"};
    uint32_t g = below(4) ? below(x->ng) : below(1 + x->ng / 8);
    uint8_t from = x->state[g], to = next_state(x, g);
    if (x->hostile && !below(6)) {
        from = (uint8_t)below(G_STATES);
        to = (uint8_t)below(G_STATES);
    }
    x->state[g] = to;
    e->res = g;
    e->g = from == G_RUNNING && below(9) ? g : below(3) ? IDX_NONE : below(x->ng);
    e->class = class_of(x, EV_STATE_TRANSITION, RES_GOROUTINE, from, to, to == G_WAITING ? reasons[below(6)] : "");
    uint32_t f = g % FUNCS;
    if (from == G_NOTEXIST && below(4))
        e->stack2 = x->stack_of[f];
    if (e->g == g && !below(5))
        e->stack = below(3) ? x->stack_of[f] : x->deep;
    else if (e->g != IDX_NONE && e->g != g && !below(4) && from != G_UNDETERMINED && from != to)
        e->stack = x->stack_of[e->g % FUNCS];
}

static void proc_event(struct trial *x, struct event *e)
{
    uint32_t p = below(P_MAX);
    uint8_t from = x->pstate[p], to = !below(5) ? from : from == P_RUNNING ? P_IDLE : P_RUNNING;
    if (x->hostile && !below(5))
        to = (uint8_t)below(P_STATES);
    x->pstate[p] = to;
    e->res = p;
    e->class = class_of(x, EV_STATE_TRANSITION, RES_PROC, from, to, "");
}

static void side_event(struct trial *x, struct event *e)
{
    static const uint8_t kinds[] = {EV_METRIC, EV_STACK_SAMPLE, EV_LOG, EV_TASK_BEGIN, EV_TASK_END, EV_REGION_BEGIN, EV_REGION_END};
    uint8_t kind = kinds[below(sizeof kinds)];
    e->g = below(3) ? below(x->ng) : IDX_NONE;
    if (kind != EV_STACK_SAMPLE) {
        e->res = (uint32_t)x->ext.n;
        *vec_push(&x->ext) = (struct event_ext){.v = {below(20), below(20), 0, 0}, .res = IDX_NONE};
    } else if (!below(4)) {
        e->stack = x->stack_of[below(FUNCS)]; /* a sample names nobody */
    }
    e->class = class_of(x, kind, RES_NONE, 0, 0, kind == EV_METRIC ? "/m" : "");
}

static void make_event(struct trial *x, uint64_t pace)
{
    x->t += 1 + (ns_t)(below(200) ? below(3) ? rnd() % pace : 0 : rnd() % (pace * 200));
    struct event e = {.t = x->t, .g = IDX_NONE, .res = IDX_NONE, .m = (uint16_t)below(M_MAX), .p = (uint16_t)below(P_MAX)};
    if (!below(8))
        e.p = EV_NO_MP;
    if (!below(20))
        e.m = EV_NO_MP;
    uint32_t dice = below(100);
    if (dice < 85)
        transition(x, &e);
    else if (dice < 95)
        proc_event(x, &e);
    else
        side_event(x, &e);
    *vec_push(&x->ev) = e;
}

/* ---- plain arithmetic ---- */

static void stay_ends(struct life *l, ns_t t)
{
    if (l->stays.n)
        l->stays.v[l->stays.n - 1].t1 = t;
}

static void first_seen(struct trial *x, uint32_t g)
{
    struct life *l = &x->life[g];
    if (l->seen)
        return;
    l->seen = true;
    *vec_push(&l->stays) =
        (struct stay){.t0 = x->ev.v[0].t, .t1 = NS_OPEN, .share = SHARE_UNKNOWN, .m = EV_NO_MP, .p = EV_NO_MP, .cut = NS_OPEN};
}

static void learn(struct trial *x, uint32_t g, stack_id stack)
{
    const struct stack *k = paged_at(&x->s->dict.stacks, stack);
    if (g != IDX_NONE && stack && !x->life[g].name && k->n < 128)
        x->life[g].name = k->frames[k->n - 1];
}

static void plain_transition(struct trial *x, const struct event *e, const struct event_class *c)
{
    struct life *l = &x->life[e->res];
    l->transitions++;
    learn(x, e->res, e->stack2);
    if (c->restates)
        return;
    if (!l->born && c->from == G_NOTEXIST)
        l->stays.n = 0;
    l->born = true;
    stay_ends(l, e->t);
    bool placed = c->share == SHARE_RUNNING || c->share == SHARE_SYSCALL;
    *vec_push(&l->stays) = (struct stay){
        .t0 = e->t, .t1 = NS_OPEN, .share = c->share, .m = placed ? e->m : EV_NO_MP, .p = placed ? e->p : EV_NO_MP, .cut = NS_OPEN};
}

static void plain_cut(struct trial *x, uint32_t p, ns_t t)
{
    for (uint32_t g = 0; g < x->ng; g++) {
        struct life *l = &x->life[g];
        struct stay *last = l->stays.n ? &l->stays.v[l->stays.n - 1] : NULL;
        if (last && last->share == SHARE_SYSCALL && last->p == p && last->cut == NS_OPEN)
            last->cut = t;
    }
}

static void plain_break(struct trial *x, ns_t t)
{
    for (uint32_t g = 0; g < x->ng; g++) {
        struct life *l = &x->life[g];
        if (!l->stays.n || l->stays.v[l->stays.n - 1].share == SHARE_DEAD)
            continue;
        stay_ends(l, t);
        *vec_push(&l->stays) = (struct stay){.t0 = t, .t1 = NS_OPEN, .share = SHARE_UNKNOWN, .m = EV_NO_MP, .p = EV_NO_MP, .cut = NS_OPEN};
    }
}

static void plain_event(struct trial *x, const struct event *e)
{
    const struct event_class *c = session_class(x->s, e->class);
    bool of_g = c->kind == EV_STATE_TRANSITION && c->resource == RES_GOROUTINE;
    if (e->g != IDX_NONE)
        first_seen(x, e->g);
    if (of_g) {
        first_seen(x, e->res);
        plain_transition(x, e, c);
    } else if (c->kind == EV_STATE_TRANSITION && !c->restates) {
        plain_cut(x, e->res, e->t);
    }
    if (c->kind != EV_STACK_SAMPLE)
        learn(x, of_g && (c->restates || c->from == G_UNDETERMINED) ? e->res : e->g, e->stack);
}

/* ---- comparing ---- */

static ns_t end_of(const struct trial *x, const struct stay *y)
{
    return y->t1 == NS_OPEN ? x->s->t1 : y->t1;
}

static void check_goroutines(struct trial *x)
{
    uint32_t seen = 0;
    for (uint32_t g = 0; g < x->ng; g++) {
        const struct life *l = &x->life[g];
        ns_t ns[SHARE_COUNT] = {0};
        if (g >= x->s->goroutines.n) {
            CHECK(!l->seen, "g%u is missing", g);
            continue;
        }
        const struct goroutine *y = session_g(x->s, g);
        seen += l->seen;
        for (size_t i = 0; i < l->stays.n; i++)
            if (l->stays.v[i].share != SHARE_DEAD)
                ns[l->stays.v[i].share] += end_of(x, &l->stays.v[i]) - l->stays.v[i].t0;
        if (!l->seen)
            ns[SHARE_UNKNOWN] = x->s->t1 - x->s->t0;
        CHECK(!memcmp(ns, y->ns, sizeof ns), "g%u: nanoseconds", g);
        CHECK(y->transitions == l->transitions, "g%u: transitions", g);
        str_id name = l->name ? session_frame(x->s, l->name)->func : 0;
        CHECK(y->name == name && x->s->groups.v[y->group].name == name, "g%u: name", g);
        CHECK(y->system ==
                  (name && !strncmp(session_str(x->s, name).p, "runtime.", 8) && strcmp(session_str(x->s, name).p, "runtime.main")),
              "g%u: system", g);
    }
    CHECK(seen > 0);
}

/* Sums of a goroutine over the buckets of a segment, the part of it that is known now. */
static void add_stays(const struct trial *x, const struct segment *seg, uint8_t level, uint32_t g, ns_t (*sum)[SHARE_COUNT], int sign)
{
    int64_t first = seg->t0 >> level;
    for (size_t i = 0; i < x->life[g].stays.n; i++) {
        const struct stay *y = &x->life[g].stays.v[i];
        ns_t a = y->t0 > seg->t0 ? y->t0 : seg->t0, b = end_of(x, y) < seg->t1 ? end_of(x, y) : seg->t1;
        for (; y->share != SHARE_DEAD && a < b;) {
            ns_t edge = ((a >> level) + 1) << level, to = edge < b ? edge : b;
            sum[(a >> level) - first][y->share] += sign * (to - a);
            a = to;
        }
    }
}

static void add_unknown(const struct segment *seg, uint8_t level, ns_t (*sum)[SHARE_COUNT], int sign)
{
    for (ns_t a = seg->t0; a < seg->t1;) {
        ns_t edge = ((a >> level) + 1) << level, to = edge < seg->t1 ? edge : seg->t1;
        sum[(a >> level) - (seg->t0 >> level)][SHARE_UNKNOWN] += sign * (to - a);
        a = to;
    }
}

/* A set's stored sums, with the left-out buckets filled. False: none are stored at this level. */
static bool stored_set(struct trial *x, uint32_t segment, uint8_t level, uint32_t track, ns_t (*sum)[SHARE_COUNT], uint32_t n)
{
    const struct segment *seg = &x->s->segments.v[segment];
    bool level_there = false;
    for (uint32_t i = seg->chunk0; i < seg->chunk0 + seg->nchunks; i++) {
        const struct chunk_ref *ref = &x->s->chunks.v[i];
        if (ref->stream != STREAM_LOD_SET || ref->level != level)
            continue;
        level_there = true;
        CHECK(ref->segment == segment && ref->span == 1 && ref->t0 == seg->t0 && ref->t1 == seg->t1, "chunk of sums");
        if (track < ref->lo || track > ref->hi)
            continue;
        struct err e = ERR_INIT;
        const struct lod *l = lod_get(x->s, i, &e);
        CHECK(l, "%s", e.what);
        uint32_t at = 0;
        const struct lod_row *row = NULL;
        for (uint32_t b = 0; b < n; b++) {
            while (at < l->rows && (l->row[at].track < track || (l->row[at].track == track && l->row[at].bucket < (seg->t0 >> level) + b)))
                at++;
            if (at < l->rows && l->row[at].track == track && l->row[at].bucket == (seg->t0 >> level) + b)
                row = &l->row[at];
            if (!row)
                continue;
            const ns_t *v = &l->values[row->value];
            for (uint32_t mask = row->mask & LOD_SHARES; mask; mask &= mask - 1)
                sum[b][__builtin_ctz(mask)] += *v++;
        }
        lod_put(x->s, i);
    }
    return level_there;
}

/* What a set's stored sums are to be, after the corrections that regroups tell. */
static void check_group(struct trial *x, uint32_t segment, uint8_t level, uint32_t group, bool all, uint32_t n)
{
    static ns_t sum[LOD_BUCKETS + 3][SHARE_COUNT], want[LOD_BUCKETS + 3][SHARE_COUNT];
    const struct session *s = x->s;
    const struct segment *seg = &s->segments.v[segment];
    memset(sum, 0, n * sizeof *sum);
    memset(want, 0, n * sizeof *want);
    if (!stored_set(x, segment, level, (uint32_t)(all ? LANE_ALL : LANE_GROUP) << LOD_KIND_SHIFT | (all ? 0 : group), sum, n))
        return;
    for (size_t i = 0; i < s->regroups.n; i++) {
        const struct regroup *r = &s->regroups.v[i];
        if (segment >= r->segment)
            continue;
        bool leaves = r->from != IDX_NONE && (all ? r->to == IDX_NONE : r->from == group);
        bool comes = r->to != IDX_NONE && (all ? r->from == IDX_NONE : r->to == group);
        /* Not known to be anywhere, or born only later: it counted, or was to count, as unknown. */
        bool unknown = r->from == IDX_NONE || r->to == IDX_NONE;
        if (leaves && unknown)
            add_unknown(seg, level, sum, -1);
        else if (leaves)
            add_stays(x, seg, level, r->g, sum, -1);
        if (comes && unknown)
            add_unknown(seg, level, sum, 1);
        else if (comes)
            add_stays(x, seg, level, r->g, sum, 1);
    }
    for (uint32_t g = 0; g < s->goroutines.n; g++)
        if (all || session_g(s, g)->group == group)
            add_stays(x, seg, level, g, want, 1);
    CHECK(!memcmp(sum, want, n * sizeof *sum), "segment %u, level %u: %s %u", segment, level, all ? "all" : "group", group);
}

static void check_place(struct trial *x, uint32_t segment, uint8_t level, enum lane_kind kind, uint32_t id, uint32_t n)
{
    static ns_t sum[LOD_BUCKETS + 3][SHARE_COUNT], want[LOD_BUCKETS + 3][2];
    const struct segment *seg = &x->s->segments.v[segment];
    memset(sum, 0, n * sizeof *sum);
    memset(want, 0, n * sizeof *want);
    if (!stored_set(x, segment, level, (uint32_t)kind << LOD_KIND_SHIFT | id, sum, n))
        return;
    for (uint32_t g = 0; g < x->s->goroutines.n; g++)
        for (size_t i = 0; i < x->life[g].stays.n; i++) {
            const struct stay *y = &x->life[g].stays.v[i];
            if ((kind == LANE_P ? y->p : y->m) != id)
                continue;
            ns_t a = y->t0 > seg->t0 ? y->t0 : seg->t0, b = end_of(x, y) < seg->t1 ? end_of(x, y) : seg->t1;
            if (kind == LANE_P && y->share == SHARE_SYSCALL && y->cut < b)
                b = y->cut;
            for (; a < b;) {
                ns_t edge = ((a >> level) + 1) << level, to = edge < b ? edge : b;
                want[(a >> level) - (seg->t0 >> level)][y->share == SHARE_SYSCALL] += to - a;
                a = to;
            }
        }
    for (uint32_t b = 0; b < n; b++)
        CHECK(sum[b][SHARE_RUNNING] + sum[b][SHARE_SYSTEM] == want[b][0] && sum[b][SHARE_SYSCALL] == want[b][1],
              "segment %u, level %u, bucket %u: %s %u", segment, level, b, kind == LANE_P ? "proc" : "thread", id);
}

static uint8_t share_at(const struct trial *x, uint32_t g, ns_t t)
{
    for (size_t i = 0; i < x->life[g].stays.n; i++) {
        const struct stay *y = &x->life[g].stays.v[i];
        if (y->t0 <= t && t < end_of(x, y))
            return y->share;
    }
    return SHARE_DEAD;
}

/* A goroutine's stored rows filled out as model/lod.h says. */
static void check_own(struct trial *x, uint32_t segment, uint8_t level, const struct lod *l, uint32_t from, uint32_t to, uint32_t n)
{
    static ns_t sum[LOD_BUCKETS + 3][SHARE_COUNT], want[LOD_BUCKETS + 3][SHARE_COUNT];
    const struct segment *seg = &x->s->segments.v[segment];
    uint32_t g = l->row[from].track, at = from;
    uint8_t share = share_at(x, g, seg->t0);
    memset(sum, 0, n * sizeof *sum);
    memset(want, 0, n * sizeof *want);
    for (uint32_t b = 0; b < n; b++) {
        int64_t bucket = (seg->t0 >> level) + b;
        if (at < to && l->row[at].bucket == bucket) {
            const ns_t *v = &l->values[l->row[at].value];
            for (uint32_t mask = l->row[at].mask & LOD_SHARES; mask; mask &= mask - 1)
                sum[b][__builtin_ctz(mask)] += *v++;
            share = (uint8_t)(l->row[at++].mask >> LOD_END_SHIFT);
            continue;
        }
        ns_t a = bucket << level, z = (bucket + 1) << level;
        a = a < seg->t0 ? seg->t0 : a;
        z = z > seg->t1 ? seg->t1 : z;
        if (share != SHARE_DEAD && z > a)
            sum[b][share] += z - a;
    }
    CHECK(at == to, "segment %u, level %u, g%u: a row outside of the segment", segment, level, g);
    add_stays(x, seg, level, g, want, 1);
    CHECK(!memcmp(sum, want, n * sizeof *sum), "segment %u, level %u, g%u", segment, level, g);
}

static bool wants_rows(const struct trial *x, uint32_t segment, uint32_t g, uint32_t n)
{
    uint32_t i = segment ? x->ends.v[segment - 1] : 0;
    bool edge = false, tells = false;
    for (; i < x->ends.v[segment]; i++) {
        const struct event *e = &x->ev.v[i];
        const struct event_class *c = session_class(x->s, e->class);
        if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE || e->res != g)
            continue;
        edge |= c->from == G_NOTEXIST || c->to == G_NOTEXIST;
        tells |= !c->restates;
    }
    return tells && (n >= LOD_SMALL_RUN || !edge);
}

static uint32_t rows_of(const struct run *r)
{
    return (uint32_t)r->rows_hi << 16 | r->rows_lo;
}

static unsigned own_levels, own_left_out;

static void check_goroutine_sums(struct trial *x, uint32_t segment, uint8_t level, uint32_t n)
{
    const struct segment *seg = &x->s->segments.v[segment];
    bool have[G_MAX] = {0}, level_there = false;
    for (uint32_t i = seg->chunk0; i < seg->chunk0 + seg->nchunks; i++) {
        const struct chunk_ref *ref = &x->s->chunks.v[i];
        if (ref->stream != STREAM_LOD_G || ref->level != level)
            continue;
        struct err e = ERR_INIT;
        const struct lod *l = lod_get(x->s, i, &e);
        CHECK(l, "%s", e.what);
        level_there = true;
        for (uint32_t a = 0, b; a < l->rows; a = b) {
            for (b = a + 1; b < l->rows && l->row[b].track == l->row[a].track; b++)
                continue;
            have[l->row[a].track] = true;
            check_own(x, segment, level, l, a, b, n);
        }
        lod_put(x->s, i);
    }
    own_levels += level_there;
    own_left_out += !level_there;
    for (uint32_t i = seg->run0; level_there && i < seg->run0 + seg->nruns; i++) {
        const struct run *r = &x->s->runs.v[i];
        CHECK(have[r->track] == wants_rows(x, segment, r->track, rows_of(r)), "segment %u, level %u: g%u has rows: %d", segment, level,
              r->track, have[r->track]);
    }
}

static void check_sums(struct trial *x, uint32_t segment)
{
    const struct segment *seg = &x->s->segments.v[segment];
    if (seg->events < LOD_EVENTS_MIN)
        return;
    for (unsigned k = 0; k < LOD_LEVELS; k++) {
        uint8_t level = (uint8_t)(seg->level + k * LOD_LEVEL_STEP);
        uint32_t n = (uint32_t)((seg->t1 >> level) - (seg->t0 >> level)) + 1;
        CHECK(n <= LOD_BUCKETS + 2, "%u buckets", n);
        for (uint32_t g = 0; g < x->s->groups.n; g++)
            check_group(x, segment, level, g, false, n);
        check_group(x, segment, level, 0, true, n);
        for (uint32_t p = 0; p < P_MAX; p++)
            check_place(x, segment, level, LANE_P, p, n);
        for (uint32_t m = 0; m < M_MAX; m++)
            check_place(x, segment, level, LANE_M, m, n);
        check_goroutine_sums(x, segment, level, n);
    }
}

/* Runs hold the rows of their tracks, all of them, and know the state before. */
static void check_runs(struct trial *x)
{
    class_id class[G_MAX];
    uint32_t at = 0;
    memset(class, 0xff, sizeof class);
    for (uint32_t i = 0; i < x->s->segments.n; i++) {
        const struct segment *seg = &x->s->segments.v[i];
        uint32_t rows = 0, want = 0, before[G_MAX] = {0};
        class_id in[G_MAX];
        memcpy(in, class, sizeof in);
        for (; at < x->ends.v[i]; at++) {
            const struct event_class *c = session_class(x->s, x->ev.v[at].class);
            if (c->kind != EV_STATE_TRANSITION || c->resource != RES_GOROUTINE)
                continue;
            want++;
            before[x->ev.v[at].res]++;
            if (!c->restates)
                class[x->ev.v[at].res] = x->ev.v[at].class;
        }
        for (uint32_t k = seg->run0; k < seg->run0 + seg->nruns; k++) {
            const struct run *r = &x->s->runs.v[k];
            const struct chunk_ref *ref = &x->s->chunks.v[r->chunk];
            rows += rows_of(r);
            CHECK(rows_of(r) == before[r->track] && r->class_in == in[r->track], "segment %u: run of g%u", i, r->track);
            CHECK(ref->stream == STREAM_G && ref->segment == i && r->row < ref->rows && r->track >= ref->lo && r->track <= ref->hi,
                  "segment %u: run of g%u lies elsewhere", i, r->track);
            CHECK(k == seg->run0 || r[-1].track < r->track);
        }
        CHECK(rows == want, "segment %u: %u rows in runs, not %u", i, rows, want);
    }
}

/* ---- a whole stream ---- */

static void feed(struct trial *x, uint32_t from, bool first_of_source)
{
    struct err e = ERR_INIT;
    struct event_sink sink = encoder_sink(x->enc);
    struct event_block b = {.ev = x->ev.v + from,
                            .n = x->ev.n - from,
                            .ext = x->ext.v,
                            .next = x->ext.n,
                            .ng = x->ng,
                            .nm = M_MAX,
                            .np = P_MAX,
                            .names = dict_sizes(&x->s->dict),
                            .first_of_source = first_of_source};
    CHECK(sink.block(sink.ctx, &b, &e) == 0, "%s", e.what);
    *vec_push(&x->ends) = (uint32_t)x->ev.n;
}

static void make_blocks(struct trial *x, unsigned blocks)
{
    uint64_t pace = 1 + rnd() % (1ull << below(24));
    x->t = below(2) ? (ns_t)below(1000) : (ns_t)(rnd() >> (2 + below(20)));
    for (unsigned i = 0; i < blocks; i++) {
        uint32_t from = (uint32_t)x->ev.n, n = below(3) ? LOD_EVENTS_MIN + below(20000) : 1 + below(3000);
        bool breaks = i && !below(6);
        if (breaks) {
            plain_break(x, x->t);
            x->t += (ns_t)below(1000000);
            memset(x->state, G_UNDETERMINED, sizeof x->state);
        }
        if (!below(4))
            pace = 1 + rnd() % (1ull << below(24));
        for (uint32_t k = 0; k < n; k++)
            make_event(x, pace);
        for (uint32_t k = from; k < x->ev.n; k++)
            plain_event(x, &x->ev.v[k]);
        feed(x, from, i == 0 || breaks);
    }
}

static void trial_free(struct trial *x)
{
    struct store *st = x->s->store;
    for (unsigned i = 0; i < G_MAX; i++)
        vec_free(&x->life[i].stays);
    vec_free(&x->ev);
    vec_free(&x->ext);
    vec_free(&x->ends);
    encoder_free(x->enc);
    session_free(x->s);
    store_close(st);
    mem_free(x);
}

static void one_stream(bool hostile)
{
    struct err e = ERR_INIT;
    struct trial *x = mem_calloc(1, sizeof *x);
    x->s = session_new();
    x->s->store = store_create(NULL, &e);
    CHECK(x->s->store, "%s", e.what);
    x->enc = encoder_new(x->s);
    x->ng = 1 + below(below(2) ? 20 : G_MAX);
    x->hostile = hostile;
    for (uint32_t g = 0; g < x->ng; g++)
        x->state[g] = below(3) ? G_UNDETERMINED : G_NOTEXIST;
    make_dict(x);
    make_blocks(x, 1 + below(5));
    CHECK(encoder_finish(x->enc, &e) == 0, "%s", e.what);
    CHECK(x->s->t0 == x->ev.v[0].t && x->s->t1 == x->ev.v[x->ev.n - 1].t && x->s->events == x->ev.n);
    check_goroutines(x);
    check_runs(x);
    for (uint32_t i = 0; i < x->s->segments.n; i++)
        check_sums(x, i);
    trial_free(x);
}

static void histogram(void)
{
    struct hist *h = mem_calloc(1, sizeof *h);
    CHECK(hist_quantile(h, 0.5) == NS_NONE);
    for (unsigned i = 0; i < 1000; i++) {
        ns_t d = (ns_t)(rnd() >> (1 + below(63)));
        memset(h, 0, sizeof *h);
        hist_add(h, d);
        ns_t q = hist_quantile(h, 0.5);
        CHECK(q > d || q == INT64_MAX, "%" PRId64 " counts as below %" PRId64, d, q);
        CHECK((double)q <= (double)d * 1.1251 + 1, "%" PRId64 " counts as %" PRId64, d, q);
    }
    memset(h, 0, sizeof *h);
    for (ns_t d = 1; d <= 1000; d++)
        hist_add(h, d * 1000);
    ns_t p50 = hist_quantile(h, 0.5), p99 = hist_quantile(h, 0.99);
    CHECK(p50 >= 500000 && p50 < 570000 && p99 >= 990000 && p99 < 1120000, "p50 %" PRId64 ", p99 %" PRId64, p50, p99);
    mem_free(h);
}

int main(void)
{
    histogram();
    for (unsigned i = 0; i < 60 && check_failures < 20; i++)
        one_stream(i % 2);
    CHECK(own_levels > 20, "%u levels with goroutines' sums, %u without", own_levels, own_left_out);
    return check_done();
}
