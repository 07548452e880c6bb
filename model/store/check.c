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
        bad = check_chunks(s, chunks);
    if (!bad)
        bad = check_segments(s);
    return bad ? store_damaged(NULL, e, bad) : 0;
}
