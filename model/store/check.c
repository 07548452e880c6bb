/* Whether a session that came from a file hangs together: readers index arrays by what it says without looking again. */
#include <string.h>

#include "model/store/tables.h"

static bool or_none(uint32_t id, uint32_t n)
{
    return id < n || id == IDX_NONE;
}

static const char *check_stacks(const struct session *s)
{
    uint32_t nstr = s->dict.strings.n, nframes = s->dict.frames.n;
    for (uint32_t i = 1; i < nframes; i++) {
        const struct frame *f = session_frame(s, i);
        if (f->func >= nstr || f->file >= nstr)
            return "frames";
    }
    for (uint32_t i = 1; i < s->dict.stacks.n; i++) {
        const struct stack *st = session_stack(s, i);
        for (uint32_t k = 0; k < st->n; k++)
            if (st->frames[k] >= nframes)
                return "stacks";
    }
    return NULL;
}

/* Times that are summed: none is negative, and together they are no longer than the session. */
static bool times_fit(const struct session *s, const ns_t *ns)
{
    uint64_t whole = (uint64_t)s->t1 - (uint64_t)s->t0, sum = 0;
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        if (ns[i] < 0 || (uint64_t)ns[i] > whole - sum)
            return false;
        sum += (uint64_t)ns[i];
    }
    return true;
}

static const char *check_goroutines(const struct session *s)
{
    uint32_t nstr = s->dict.strings.n, n = s->goroutines.n;
    for (uint32_t i = 0; i < n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (!or_none(g->creator, n) || g->create_stack >= s->dict.stacks.n || g->name >= nstr || g->group >= s->groups.n ||
            g->last_state >= G_STATES || g->last_share > SHARE_DEAD || !times_fit(s, g->ns))
            return "goroutines";
    }
    for (size_t i = 0; i < s->groups.n; i++)
        if (s->groups.v[i].name >= nstr || s->groups.v[i].frame >= s->dict.frames.n)
            return "groups";
    return NULL;
}

static const char *check_small(const struct session *s)
{
    uint32_t nstr = s->dict.strings.n, nstacks = s->dict.stacks.n, ng = s->goroutines.n;
    for (size_t i = 0; i < s->procs.n; i++)
        if (s->procs.v[i].last_state >= P_STATES)
            return "procs";
    for (size_t i = 0; i < s->tasks.n; i++)
        if (s->tasks.v[i].name >= nstr || !or_none(s->tasks.v[i].g, ng) || s->tasks.v[i].stack >= nstacks)
            return "tasks";
    for (size_t i = 0; i < s->ranges.n; i++)
        if (s->ranges.v[i].name >= nstr || s->ranges.v[i].t1 < s->ranges.v[i].t0 || (i && s->ranges.v[i].t0 < s->ranges.v[i - 1].t0))
            return "ranges";
    for (size_t i = 0; i < s->waits.n; i++)
        if (s->waits.v[i].stack >= nstacks || s->waits.v[i].class >= s->dict.nclasses || s->waits.v[i].group >= s->groups.n)
            return "waits";
    for (size_t i = 0; i < s->regroups.n; i++) {
        const struct regroup *r = &s->regroups.v[i];
        if (r->g >= ng || !or_none(r->from, (uint32_t)s->groups.n) || !or_none(r->to, (uint32_t)s->groups.n) || r->segment > s->segments.n)
            return "regroups";
    }
    for (size_t i = 1; i < s->breaks.n; i++)
        if (s->breaks.v[i] < s->breaks.v[i - 1])
            return "breaks";
    return NULL;
}

/* --- contexts and facts ------------------------------------------------------------------------------------------------- */

static bool within(const struct session *s, ns_t t)
{
    return t >= s->t0 && t <= s->t1;
}

static bool within_or_none(const struct session *s, ns_t t)
{
    return t == NS_NONE || within(s, t);
}

/* The edges of a cancel are its own, rise, and are as many as it says; so all lists of edges end. */
static bool edges_fit(const struct session *s, uint32_t i)
{
    const struct cancel *c = &s->ctx.cancels.v[i];
    uint32_t n = 0, last = IDX_NONE;
    for (uint32_t e = c->first; e != IDX_NONE; e = s->ctx.edges.v[e].next) {
        if (e >= s->ctx.edges.n || (last != IDX_NONE && e <= last) || s->ctx.edges.v[e].cancel != i)
            return false;
        last = e;
        n++;
    }
    return n > 0 && n == c->edges;
}

static bool cancel_fits(const struct session *s, uint32_t i)
{
    const struct cancel *c = &s->ctx.cancels.v[i];
    return within(s, c->t0) && within(s, c->t1) && c->t0 <= c->t1 && (i == 0 || s->ctx.cancels.v[i - 1].t0 <= c->t0) &&
           or_none(c->g, s->goroutines.n) && c->stack < s->dict.stacks.n && c->site < s->dict.frames.n &&
           or_none(c->ctx, (uint32_t)s->ctx.contexts.n) && (c->via == IDX_NONE || c->via < i) && c->by < CANCEL_BY_COUNT &&
           c->grade < GRADE_COUNT && edges_fit(s, i);
}

static bool edge_fits(const struct session *s, uint32_t i)
{
    const struct cancel_edge *e = &s->ctx.edges.v[i];
    if (!within(s, e->t) || (i && s->ctx.edges.v[i - 1].t > e->t) || !within_or_none(s, e->run) || !within_or_none(s, e->exit))
        return false;
    uint64_t left = (uint64_t)s->t1 - (uint64_t)e->t, whole = (uint64_t)s->t1 - (uint64_t)s->t0;
    const ns_t parts[] = {e->sched, e->running, e->blocked};
    for (unsigned k = 0; k < 3; k++) {
        if (parts[k] < 0 || (uint64_t)parts[k] > left)
            return false;
        left -= (uint64_t)parts[k];
    }
    return (e->run == NS_NONE || e->run >= e->t) && (e->exit == NS_NONE || e->exit >= e->t) && e->cancel < s->ctx.cancels.n &&
           or_none(e->next, (uint32_t)s->ctx.edges.n) && or_none(e->ctx, (uint32_t)s->ctx.contexts.n) && e->g < s->goroutines.n &&
           e->stack < s->dict.stacks.n && e->wait_stack < s->dict.stacks.n && e->then < s->dict.stacks.n &&
           (e->waited == NS_NONE || (e->waited >= 0 && (uint64_t)e->waited <= whole)) && e->kind < EDGE_KIND_COUNT && e->how < EXIT_COUNT &&
           (e->how == EXIT_OPEN) == (e->exit == NS_NONE) && e->grade < GRADE_COUNT && e->then_share < SHARE_COUNT;
}

static bool ctx_fits(const struct session *s, const struct ctx *c)
{
    uint32_t n = (uint32_t)s->ctx.contexts.n, nstr = s->dict.strings.n, nstacks = s->dict.stacks.n, nframes = s->dict.frames.n;
    return or_none(c->parent, n) && or_none(c->root_of_cancel, n) && or_none(c->cancel, (uint32_t)s->ctx.cancels.n) &&
           within_or_none(s, c->created) && within(s, c->mentioned) && within_or_none(s, c->cancelled) &&
           or_none(c->owner, s->goroutines.n) && or_none(c->canceller, s->goroutines.n) && c->stack < nstacks &&
           c->cancel_stack < nstacks && c->site < nframes && c->cancel_site < nframes && c->key < nstr && c->foreign < nstr &&
           c->cause < nstr && or_none(c->task, (uint32_t)s->tasks.n) && c->kind < CTX_KIND_COUNT && c->by < CANCEL_BY_COUNT &&
           c->grade < GRADE_COUNT;
}

/* No context is its own ancestor: each walk up ends at a root, or at one from which an earlier walk ended. */
static bool tree_fits(const struct ctx_model *m)
{
    uint32_t *walk = mem_calloc(m->contexts.n, sizeof *walk); /* 1 + the walk that met it; 0 none */
    bool fits = true;
    for (uint32_t i = 0; i < m->contexts.n && fits; i++) {
        uint32_t at = i;
        for (; at != IDX_NONE && !walk[at]; at = m->contexts.v[at].parent)
            walk[at] = i + 1;
        fits = at == IDX_NONE || walk[at] != i + 1;
    }
    mem_free(walk);
    return fits;
}

static const char *check_contexts(const struct session *s)
{
    const struct ctx_model *m = &s->ctx;
    for (uint32_t i = 0; i < m->edges.n; i++)
        if (!edge_fits(s, i))
            return "cancel edges";
    for (uint32_t i = 0; i < m->cancels.n; i++)
        if (!cancel_fits(s, i))
            return "cancels";
    for (uint32_t i = 0; i < m->contexts.n; i++)
        if (!ctx_fits(s, &m->contexts.v[i]))
            return "contexts";
    for (uint32_t i = 0; i < m->users.n; i++) {
        const struct ctx_user *u = &m->users.v[i];
        if (u->ctx >= m->contexts.n || u->g >= s->goroutines.n || !or_none(u->edge, (uint32_t)m->edges.n) ||
            (i && m->users.v[i - 1].ctx > u->ctx) || !within_or_none(s, u->first_done) || !within(s, u->last))
            return "users of contexts";
    }
    return !m->contexts.n || tree_fits(m) ? NULL : "contexts";
}

static const char *check_facts(const struct session *s)
{
    for (size_t i = 0; i < s->facts.syscalls.n; i++) {
        const struct long_syscall *c = &s->facts.syscalls.v[i];
        if (!within(s, c->t0) || (c->t1 != NS_OPEN && (!within(s, c->t1) || c->t1 < c->t0)) || c->g >= s->goroutines.n ||
            c->stack >= s->dict.stacks.n)
            return "syscalls";
    }
    for (size_t i = 0; i < s->facts.preempts.n; i++) {
        const struct preempt_run *r = &s->facts.preempts.v[i];
        if (!within(s, r->t0) || !within(s, r->t1) || r->t1 < r->t0 || r->running < 0 || r->running > r->t1 - r->t0 ||
            r->g >= s->goroutines.n || r->stack >= s->dict.stacks.n)
            return "preemptions";
    }
    return NULL;
}

static const char *check_chunks(const struct session *s, uint32_t chunks)
{
    for (size_t i = 0; i < s->chunks.n; i++) {
        const struct chunk_ref *c = &s->chunks.v[i];
        if (!c->id || c->id > chunks || c->segment >= s->segments.n || c->rows > CHUNK_ROWS || c->stream >= STREAMS || c->level > 62 ||
            !c->span || c->span > s->segments.n - c->segment || (c->span > 1 && c->stream != STREAM_LOD_G && c->stream != STREAM_LOD_SET) ||
            c->t1 < c->t0 || c->hi < c->lo || c->bytes > BLOB_MAX)
            return "directory";
    }
    return NULL;
}

/* The rows of a run lie in its chunk and, when they are many, in the stream's next ones of the same segment. */
static bool run_fits(const struct session *s, const struct segment *seg, const struct run *r, enum stream stream)
{
    uint64_t rows = (uint64_t)r->rows_hi << 16 | r->rows_lo, end = (uint64_t)seg->chunk0 + seg->nchunks;
    if (!rows || r->chunk < seg->chunk0 || r->chunk >= end || r->row >= s->chunks.v[r->chunk].rows)
        return false;
    uint64_t left = rows + r->row;
    for (uint64_t c = r->chunk; c < end && s->chunks.v[c].stream == stream; c++) {
        if (left <= s->chunks.v[c].rows)
            return true;
        if (s->chunks.v[c].rows == 0)
            return false;
        left -= s->chunks.v[c].rows;
    }
    return false;
}

static bool runs_fit(const struct session *s, const struct segment *seg, const struct run *runs, uint32_t n, enum stream stream)
{
    uint32_t ntracks = stream == STREAM_G ? s->goroutines.n : (uint32_t)s->procs.n;
    for (uint32_t i = 0; i < n; i++) {
        const struct run *r = &runs[i];
        if (r->track >= ntracks || (i && r->track <= runs[i - 1].track) || (r->class_in != CLASS_NONE && r->class_in >= s->dict.nclasses))
            return false;
        if (!run_fits(s, seg, r, stream))
            return false;
    }
    return true;
}

static const char *check_segments(const struct session *s)
{
    uint64_t run = 0, prun = 0, chunk = 0, events = 0;
    ns_t t = s->t0;
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *seg = &s->segments.v[i];
        if (seg->t0 != t || seg->t1 < seg->t0 || seg->run0 != run || seg->prun0 != prun || seg->chunk0 < chunk || seg->level > 62)
            return "segments";
        for (; chunk < seg->chunk0 && chunk < s->chunks.n; chunk++)
            if (s->chunks.v[chunk].span == 1)
                return "directory";
        run += seg->nruns;
        prun += seg->npruns;
        chunk += seg->nchunks;
        events += seg->events;
        if (run > s->runs.n || prun > s->pruns.n || chunk > s->chunks.n)
            return "segments";
        for (uint32_t k = seg->chunk0; k < chunk; k++)
            if (s->chunks.v[k].segment != i || s->chunks.v[k].span != 1)
                return "directory";
        const struct run *runs = s->runs.v ? s->runs.v + seg->run0 : NULL, *pruns = s->pruns.v ? s->pruns.v + seg->prun0 : NULL;
        if (!runs_fit(s, seg, runs, seg->nruns, STREAM_G) || !runs_fit(s, seg, pruns, seg->npruns, STREAM_P))
            return "runs";
        t = seg->t1;
    }
    for (; chunk < s->chunks.n; chunk++)
        if (s->chunks.v[chunk].span == 1)
            return "directory";
    if (s->t1 != t || run != s->runs.n || prun != s->pruns.n || events != s->events)
        return "segments";
    return NULL;
}

static const char *check_counts(const struct session *s)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < EV_KINDS; i++) {
        if (s->by_kind[i] > s->events - sum)
            return "counts of events";
        sum += s->by_kind[i];
    }
    return s->events > (uint64_t)s->segments.n * BLOCK_EVENTS * 8 ? "counts of events" : NULL;
}

int store_check(const struct session *s, uint32_t chunks, struct err *e)
{
    const char *bad = s->t1 < s->t0 || (s->t0 < 0 && s->t1 > INT64_MAX + s->t0) ? "times" : NULL;
    if (!bad)
        bad = check_counts(s);
    if (!bad)
        bad = check_stacks(s);
    if (!bad)
        bad = check_goroutines(s);
    if (!bad)
        bad = check_small(s);
    if (!bad)
        bad = check_contexts(s);
    if (!bad)
        bad = check_facts(s);
    if (!bad)
        bad = check_chunks(s, chunks);
    if (!bad)
        bad = check_segments(s);
    return bad ? store_damaged(NULL, e, bad) : 0;
}
