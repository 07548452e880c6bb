/* The second pass over a block, track by track: what each proc and goroutine did, and what that adds to all sums.
 *
 * A goroutine is alive and of unknown state from the session's start to its first transition, unless that is its creation.
 * Whoever was met first only as some event's goroutine was counted as such until then; its creation takes that back.
 */
#include "model/encode_private.h"

/* --- procs ---------------------------------------------------------------------------------------------------------- */

static void sort_procs(struct encoder *enc)
{
    uint32_t at = 0;
    for (size_t p = 0; p < enc->procs.n; p++) {
        enc->procs.v[p].at = at;
        at += enc->procs.v[p].n;
    }
    vec_reserve(&enc->prows, at);
    enc->prows.n = at;
    for (size_t i = 0; i < enc->list[STREAM_P].n; i++) {
        const struct event *e = &enc->ev[enc->list[STREAM_P].v[i]];
        enc->prows.v[enc->procs.v[e->res].at++] = *e;
    }
}

static void proc_until(struct eproc *p, ns_t t)
{
    ns_add(&p->pub.ns[p->pub.last_state], ns_between(p->settled, t));
    p->settled = t;
}

static void walk_proc(struct encoder *enc, struct eproc *p)
{
    p->cut0 = (uint32_t)enc->cuts.n;
    for (uint32_t i = p->at - p->n; i < p->at; i++) {
        const struct event *e = &enc->prows.v[i];
        const struct event_class *c = &enc->s->dict.classes[e->class];
        p->pub.transitions++;
        if (c->restates)
            continue;
        if (!p->born && c->from == P_NOTEXIST) {
            p->pub.ns[P_UNDETERMINED] = 0;
            p->settled = e->t;
        }
        p->born = true;
        proc_until(p, e->t);
        p->pub.last_state = c->to;
        p->pub.since = e->t;
        p->class = e->class;
        *vec_push(&enc->cuts) = e->t;
    }
    p->cuts = (uint32_t)enc->cuts.n - p->cut0;
    proc_until(p, enc->seg.t1);
}

static void add_prun(struct encoder *enc, uint32_t track, const struct eproc *p)
{
    uint32_t at = p->at - p->n;
    *vec_push(&enc->pruns) = (struct run){.track = track,
                                          .chunk = at / CHUNK_ROWS, /* counted from the stream's first one for now */
                                          .row = (uint16_t)(at % CHUNK_ROWS),
                                          .rows_hi = (uint16_t)(p->n >> 16),
                                          .rows_lo = (uint16_t)p->n,
                                          .class_in = p->class,
                                          .t_in = p->pub.since};
}

void encode_procs(struct encoder *enc)
{
    enc->cuts.n = enc->pruns.n = 0;
    sort_procs(enc);
    for (size_t i = 0; i < enc->procs.n; i++) {
        struct eproc *p = &enc->procs.v[i];
        if (p->settled == NS_NONE)
            p->settled = enc->t0;
        if (p->n)
            add_prun(enc, (uint32_t)i, p);
        walk_proc(enc, p);
    }
}

/* The first time after t in this block at which the proc changed its state, or NS_OPEN. */
static ns_t next_cut(const struct encoder *enc, const struct eproc *p, ns_t t)
{
    const ns_t *v = enc->cuts.v + p->cut0;
    uint32_t lo = 0, hi = p->cuts;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (v[mid] <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->cuts ? v[lo] : NS_OPEN;
}

/* --- goroutines ----------------------------------------------------------------------------------------------------- */

/* What is being walked. */
struct walk {
    struct encoder *enc;
    struct goroutine *g;
    struct hot *h;
    struct egroup *group;
    struct lod_slot *slot;
    ns_t from; /* the span's part in this segment begins here */
};

static void add_place(struct encoder *enc, enum lane_kind kind, uint32_t id, ns_t a, ns_t b, enum share share)
{
    struct lod_slot *slot = lod_slot_of(&enc->sets, kind, id);
    if (slot)
        lod_span_add(&enc->sets, slot, a, b, share);
}

static void add_running(struct walk *w, ns_t a, ns_t b)
{
    struct encoder *enc = w->enc;
    enum share share = w->g->system ? SHARE_SYSTEM : SHARE_RUNNING;
    if (w->h->m != EV_NO_MP) {
        ns_add(&enc->threads.v[w->h->m].busy, b - a);
        add_place(enc, LANE_M, w->h->m, a, b, share);
    }
    if (w->h->p != EV_NO_MP) {
        struct proc *p = &enc->procs.v[w->h->p].pub;
        ns_add(&p->busy, b - a);
        if (w->g->system)
            ns_add(&p->busy_system, b - a);
        add_place(enc, LANE_P, w->h->p, a, b, share);
    }
}

/* A proc is in a syscall with its goroutine until it is taken away. */
static void add_syscall(struct walk *w, ns_t a, ns_t b)
{
    struct encoder *enc = w->enc;
    if (w->h->m != EV_NO_MP)
        add_place(enc, LANE_M, w->h->m, a, b, SHARE_SYSCALL);
    if (w->h->p == EV_NO_MP)
        return;
    ns_t cut = next_cut(enc, &enc->procs.v[w->h->p], a);
    add_place(enc, LANE_P, w->h->p, a, cut < b ? cut : b, SHARE_SYSCALL);
    if (cut <= b)
        w->h->p = EV_NO_MP;
}

/* The state lasted up to t. */
static inline void until(struct walk *w, ns_t t)
{
    enum share share = w->h->share;
    ns_add(&w->g->ns[share], ns_between(w->from, t));
    if (w->slot)
        lod_span_add(&w->enc->sets, w->slot, w->from, t, share);
    if (share == SHARE_RUNNING)
        add_running(w, w->from, t);
    else if (share == SHARE_SYSCALL)
        add_syscall(w, w->from, t);
}

/* 1 + the index of the site; what it sums is published when a wait there ends. */
static uint32_t wait_began(struct encoder *enc, const struct goroutine *g, const struct event *e)
{
    uint32_t *site = &enc->site_of.v[e->stack];
    if (!*site) {
        *vec_push(&enc->waits) = (struct wait_site){.stack = e->stack, .class = e->class, .group = g->group};
        *vec_push(&enc->site_changed) = 0;
        *site = (uint32_t)enc->waits.n;
    }
    enc->waits.v[*site - 1].count++;
    return *site;
}

static void wait_ended(struct encoder *enc, uint32_t site, ns_t d)
{
    ns_add(&enc->waits.v[site - 1].ns, d);
    if (enc->site_changed.v[site - 1])
        return;
    enc->site_changed.v[site - 1] = 1;
    *vec_push(&enc->site_list) = site - 1;
}

static void add_latency(struct egroup *group, ns_t d)
{
    if (!group->latency)
        group->latency = mem_calloc(1, sizeof *group->latency);
    hist_add(group->latency, d);
    group->latency_changed = true;
}

/* It was counted as alive and unknown since the session's start, and now it turns out not to have been born yet. */
static void uncount(struct walk *w, gidx idx)
{
    struct encoder *enc = w->enc;
    ns_t d = w->g->ns[SHARE_UNKNOWN];
    ns_add(&w->group->pub.ns[SHARE_UNKNOWN], -d);
    ns_add(&enc->total[SHARE_UNKNOWN], -d);
    w->g->ns[SHARE_UNKNOWN] = 0;
    if (enc->segment)
        *vec_push(&enc->regroups) = (struct regroup){.g = idx, .from = w->g->group, .to = IDX_NONE, .segment = enc->segment};
}

/* The first transition that says a state, or NULL. */
static const struct event *first_telling(const struct encoder *enc, const struct hot *h)
{
    for (uint32_t i = h->at - h->n; i < h->at; i++) {
        const struct event *e = &enc->rows.v[i];
        if (!enc->s->dict.classes[e->class].restates)
            return e;
    }
    return NULL;
}

static void count_member(struct walk *w, gidx idx, bool unknown)
{
    struct encoder *enc = w->enc;
    w->h->flags |= HOT_COUNTED;
    w->group->pub.n++;
    if (!unknown)
        return;
    ns_t d = ns_between(enc->t0, enc->seg.t0);
    ns_add(&w->g->ns[SHARE_UNKNOWN], d);
    ns_add(&w->group->pub.ns[SHARE_UNKNOWN], d);
    ns_add(&enc->total[SHARE_UNKNOWN], d);
    if (enc->segment)
        *vec_push(&enc->regroups) = (struct regroup){.g = idx, .from = IDX_NONE, .to = w->g->group, .segment = enc->segment};
}

/* Its state at the segment's start, with everything before it settled. */
static void enter(struct walk *w, gidx idx)
{
    struct hot *h = w->h;
    struct encoder *enc = w->enc;
    bool counted = h->flags & HOT_COUNTED;
    if (counted && h->share != SHARE_DEAD) {
        ns_add(&w->g->ns[h->share], ns_between(h->settled, enc->seg.t0));
        w->group->count[h->share]--;
    }
    if (!(h->flags & HOT_BORN)) {
        const struct event *e = first_telling(enc, h);
        bool born_here = e && enc->s->dict.classes[e->class].from == G_NOTEXIST;
        if (!counted)
            count_member(w, idx, !born_here);
        else if (born_here)
            uncount(w, idx);
        h->share = born_here ? SHARE_DEAD : SHARE_UNKNOWN;
        if (!counted && !born_here)
            h->since = enc->t0;
        if (born_here)
            w->g->created = e->t;
    }
    w->from = enc->seg.t0;
}

static void leave(struct walk *w, gidx idx)
{
    struct hot *h = w->h;
    w->g->last_share = h->share;
    h->settled = w->enc->seg.t1;
    if (h->share == SHARE_DEAD)
        return;
    until(w, w->enc->seg.t1);
    if (h->share == SHARE_RUNNABLE && ns_between(h->since, h->settled) >= FACT_LATENCY_MIN)
        facts_stay(w->enc, idx, SHARE_RUNNABLE, h->since, h->settled, h->stack);
    w->group->after[h->share]++;
    if (h->m != EV_NO_MP || h->p != EV_NO_MP)
        *vec_push(&w->enc->placed) = idx;
}

__attribute__((noinline)) static void step_ctx(struct walk *w, const struct event *e, const struct event_class *c)
{
    const struct hot *h = w->h;
    ctx_step(w->enc->ctx, &(struct ctx_step){.g = e->res,
                                             .e = e,
                                             .to = c,
                                             .from = h->flags & HOT_BORN && h->share != SHARE_UNKNOWN ? h->class : CLASS_NONE,
                                             .from_share = h->share,
                                             .since = h->since,
                                             .from_stack = h->stack});
}

static void note_preemption(struct walk *w, const struct event *e, const struct event_class *c, uint8_t was)
{
    struct hot *h = w->h;
    bool preempted = was == SHARE_RUNNING && w->enc->preempts[e->class];
    if ((preempted || h->flags & HOT_PREEMPTED) && !w->g->system)
        h->flags = (uint8_t)((h->flags & ~HOT_PREEMPTED) | (facts_preempt(w->enc, e->res, was, h->since, e, c) ? HOT_PREEMPTED : 0));
}

/* The facts that rules ask of single goroutines. Both are rare: the test for them is what costs. */
static inline void note_facts(struct walk *w, const struct event *e, const struct event_class *c, uint8_t was)
{
    const struct hot *h = w->h;
    if (ns_between(h->since, e->t) >= FACT_LATENCY_MIN && (was == SHARE_RUNNABLE || was == SHARE_SYSCALL))
        facts_stay(w->enc, e->res, was, h->since, e->t, h->stack);
    if (w->enc->preempts[e->class] | (h->flags & HOT_PREEMPTED))
        note_preemption(w, e, c, was);
}

static inline void one_transition(struct walk *w, const struct event *e, const struct event_class *c)
{
    struct hot *h = w->h;
    struct encoder *enc = w->enc;
    uint8_t was = h->share;
    note_facts(w, e, c, was);
    if (was != SHARE_DEAD)
        until(w, e->t);
    if (enc->own.on)
        lod_own_add(&enc->sets, &enc->own, e->t, was, c->share);
    if (h->site)
        wait_ended(enc, h->site, ns_between(h->since, e->t));
    h->site = c->to == G_WAITING && e->stack ? wait_began(enc, w->g, e) : 0;
    if (was == SHARE_RUNNABLE && c->share == SHARE_RUNNING && w->g->group < LOD_GROUPS)
        add_latency(w->group, ns_between(h->since, e->t));
    bool placed = c->share == SHARE_RUNNING || c->share == SHARE_SYSCALL;
    h->m = placed ? e->m : EV_NO_MP;
    h->p = placed ? e->p : EV_NO_MP;
    h->share = c->share;
    h->since = w->from = e->t;
    h->class = e->class;
    h->stack = e->stack;
    h->flags |= HOT_BORN;
    w->g->last_state = c->to;
    if (c->to == G_NOTEXIST)
        w->g->ended = e->t;
    else if (was == SHARE_DEAD)
        w->g->ended = NS_OPEN;
    if (c->from == G_NOTEXIST && w->g->creator == IDX_NONE) {
        w->g->creator = e->g;
        w->g->create_stack = e->stack;
    }
}

static void add_run(struct encoder *enc, gidx idx, const struct hot *h)
{
    uint32_t at = h->at - h->n;
    *vec_push(&enc->runs) = (struct run){.track = idx,
                                         .chunk = at / CHUNK_ROWS, /* counted from the stream's first one for now */
                                         .row = (uint16_t)(at % CHUNK_ROWS),
                                         .rows_hi = (uint16_t)(h->n >> 16),
                                         .rows_lo = (uint16_t)h->n,
                                         .class_in = h->class,
                                         .t_in = h->flags & HOT_BORN ? h->since : NS_NONE};
}

static void walk_rows(struct walk *w)
{
    struct encoder *enc = w->enc;
    const struct event *e = enc->rows.v + (w->h->at - w->h->n), *end = enc->rows.v + w->h->at;
    if (e == end)
        return;
    if (w->g->first == NS_NONE)
        w->g->first = e->t;
    w->g->last = end[-1].t;
    w->g->transitions += w->h->n;
    bool watched = enc->seen.v[e->res] & WATCHED;
    for (; e < end; e++) {
        const struct event_class *c = &enc->s->dict.classes[e->class];
        if (c->restates)
            continue;
        if (watched)
            step_ctx(w, e, c);
        one_transition(w, e, c);
    }
    if (watched && !ctx_watched(enc->ctx, end[-1].res))
        enc->seen.v[end[-1].res] &= (uint8_t)~WATCHED;
}

/* A short run in which a goroutine is created or ends has no sums of its own. */
static bool wants_own(const struct encoder *enc, const struct hot *h)
{
    if (h->n >= LOD_SMALL_RUN)
        return true;
    for (uint32_t i = h->at - h->n; i < h->at; i++) {
        const struct event_class *c = &enc->s->dict.classes[enc->rows.v[i].class];
        if (c->from == G_NOTEXIST || c->to == G_NOTEXIST)
            return false;
    }
    return h->n > 0;
}

static void group_times(struct egroup *group, const struct goroutine *g)
{
    if (g->first != NS_NONE && (group->pub.first == NS_NONE || g->first < group->pub.first))
        group->pub.first = g->first;
    if (g->last != NS_NONE && (group->pub.last == NS_NONE || g->last > group->pub.last))
        group->pub.last = g->last;
}

static void walk_goroutine(struct encoder *enc, size_t i)
{
    gidx idx = enc->touched.v[i];
    struct walk w = {.enc = enc, .g = &enc->fresh.v[i], .h = &enc->hot.v[idx]};
    w.group = &enc->groups.v[w.g->group];
    w.group->changed = true;
    w.slot = lod_slot_of(&enc->sets, LANE_GROUP, w.g->group);
    if (w.h->n)
        add_run(enc, idx, w.h);
    enter(&w, idx);
    ns_t before[SHARE_COUNT];
    memcpy(before, w.g->ns, sizeof before);
    lod_own_begin(enc, w.h->share, wants_own(enc, w.h));
    walk_rows(&w);
    leave(&w, idx);
    if (enc->own.on)
        lod_own_end(enc, idx);
    else if (w.h->n)
        w.h->unfed = enc->segment + 1;
    for (unsigned s = 0; s < SHARE_COUNT; s++) {
        ns_t d = ns_between(before[s], w.g->ns[s]);
        ns_add(&w.group->pub.ns[s], d);
        ns_add(&enc->total[s], d);
    }
    group_times(w.group, w.g);
    w.h->n = 0;
}

static void sort_goroutines(struct encoder *enc)
{
    uint32_t at = 0;
    for (size_t i = 0; i < enc->touched.n; i++) {
        struct hot *h = &enc->hot.v[enc->touched.v[i]];
        h->at = at;
        at += h->n;
    }
    vec_reserve(&enc->rows, at);
    enc->rows.n = at;
    for (size_t i = 0; i < at; i++) {
        const struct event *e = &enc->ev[enc->list[STREAM_G].v[i]];
        enc->rows.v[enc->hot.v[e->res].at++] = *e;
    }
}

/* Those who were not touched stay as they are through the whole segment. */
static void add_steady(struct encoder *enc)
{
    ns_t d = ns_between(enc->seg.t0, enc->seg.t1);
    for (size_t i = 0; i < enc->groups.n; i++) {
        struct egroup *group = &enc->groups.v[i];
        uint32_t alive = 0;
        for (unsigned s = 0; s < SHARE_COUNT; s++) {
            uint32_t n = group->count[s];
            alive += n + group->after[s];
            if (n) {
                ns_t sum = (ns_t)((uint64_t)d * n);
                ns_add(&group->pub.ns[s], sum);
                ns_add(&enc->total[s], sum);
                group->changed = true;
                lod_steady(enc, (uint32_t)i, (enum share)s, n);
            }
            group->count[s] += group->after[s];
            group->after[s] = 0;
        }
        group->changed |= group->pub.alive != alive;
        group->pub.alive = alive;
    }
}

/* Sets that will have rows: to choose the level of the sums by. */
static uint32_t count_sets(struct encoder *enc)
{
    uint32_t sets = 1;
    for (size_t i = 0; i < enc->touched.n; i++)
        enc->groups.v[enc->fresh.v[i].group].touched = true;
    for (size_t i = 0; i < enc->groups.n; i++) {
        bool any = enc->groups.v[i].touched;
        for (unsigned s = 0; s < SHARE_COUNT && !any; s++)
            any = enc->groups.v[i].count[s] > 0;
        sets += any && i < LOD_GROUPS;
        enc->groups.v[i].touched = false;
    }
    sets += (uint32_t)(enc->procs.n < LOD_PROCS ? enc->procs.n : LOD_PROCS);
    return sets + (uint32_t)(enc->threads.n < LOD_THREADS ? enc->threads.n : LOD_THREADS);
}

void encode_goroutines(struct encoder *enc)
{
    enc->runs.n = enc->placed.n = 0;
    sort_goroutines(enc);
    lod_begin(enc, count_sets(enc));
    for (size_t i = 0; i < enc->touched.n; i++)
        walk_goroutine(enc, i);
    facts_block(enc);
    add_steady(enc);
}

/* --- a further source ----------------------------------------------------------------------------------------------- */

static void break_goroutine(struct encoder *enc, gidx idx)
{
    struct hot *h = &enc->hot.v[idx];
    if (!(h->flags & HOT_COUNTED) || h->share == SHARE_DEAD)
        return;
    struct goroutine *g = session_g(enc->s, idx);
    if (h->site)
        wait_ended(enc, h->site, ns_between(h->since, enc->break_t));
    ns_add(&g->ns[h->share], ns_between(h->settled, enc->break_t));
    struct egroup *group = &enc->groups.v[g->group];
    group->count[h->share]--;
    group->count[SHARE_UNKNOWN]++;
    h->share = SHARE_UNKNOWN;
    h->settled = h->since = enc->break_t;
    h->site = h->stack = 0;
    h->m = h->p = EV_NO_MP;
    g->last_share = SHARE_UNKNOWN;
}

void encode_break(struct encoder *enc)
{
    for (gidx g = 0; g < enc->s->goroutines.n; g++)
        break_goroutine(enc, g);
    for (size_t i = 0; i < enc->procs.n; i++) {
        enc->procs.v[i].pub.last_state = P_UNDETERMINED;
        enc->procs.v[i].pub.since = enc->break_t;
    }
}
