#include "model/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/chunk.h"

const char *const search_kind_names[SEARCH_KIND_COUNT] = {
#define X(id, name) name,
    SEARCH_KINDS(X)
#undef X
};

/* Goroutines that match, by the time they are first there. */
struct born {
    ns_t t;
    gidx g;
};

struct search {
    struct session *s;
    struct regex *re;
    uint64_t gave_up;
    /* judged so far, by id; 1 matches */
    VEC(uint8_t) texts, frames, stacks;
    uint32_t texts_hit, stacks_hit;
    VEC(struct born) born;
    uint32_t goroutines; /* born is of so many, and of so many segments */
    size_t born_segments;
    /* where the next step begins */
    ns_t t;
    int dir;
    gidx g;
    /* hits of one segment, in no order, gathered up to `chunk` of it */
    VEC(struct hit) hits;
    uint32_t segment, chunk;
    bool whole, counting;
    gidx gathered_g; /* for which goroutine */
    struct search_counts counts;
    uint32_t count_segment, count_chunk;
};

struct search *search_new(struct session *s, const char *pattern, size_t n, unsigned flags, struct err *e)
{
    struct regex *re = regex_new(pattern, n, flags, e);
    if (!re)
        return NULL;
    struct search *se = mem_calloc(1, sizeof *se);
    se->s = s;
    se->re = re;
    se->segment = UINT32_MAX;
    search_from(se, INT64_MIN, 1, IDX_NONE);
    return se;
}

void search_free(struct search *se)
{
    if (!se)
        return;
    regex_free(se->re);
    vec_free(&se->texts);
    vec_free(&se->frames);
    vec_free(&se->stacks);
    vec_free(&se->born);
    vec_free(&se->hits);
    mem_free(se);
}

uint64_t search_gave_up(const struct search *se)
{
    return se->gave_up;
}

/* --- judging, each thing once -------------------------------------------------------------------------------------------- */

static bool matches(struct search *se, const char *p, size_t n)
{
    int rc = regex_match(se->re, p, n);
    se->gave_up += rc < 0;
    return rc > 0;
}

static void judge_texts(struct search *se, uint32_t upto)
{
    while (se->texts.n <= upto) {
        struct str text = session_str(se->s, (str_id)se->texts.n);
        bool hit = se->texts.n > 0 && matches(se, text.p, text.n);
        *vec_push(&se->texts) = hit;
        se->texts_hit += hit;
    }
}

bool search_text(struct search *se, str_id text)
{
    if (text >= se->texts.n)
        judge_texts(se, text);
    return se->texts.v[text];
}

static bool frame_hit(struct search *se, frame_id f)
{
    while (se->frames.n <= f) {
        const struct frame *frame = session_frame(se->s, (frame_id)se->frames.n);
        bool hit = se->frames.n > 0 && (search_text(se, frame->func) || search_text(se, frame->file));
        *vec_push(&se->frames) = hit;
    }
    return se->frames.v[f];
}

bool search_stack(struct search *se, stack_id stack)
{
    while (se->stacks.n <= stack) {
        const struct stack *st = session_stack(se->s, (stack_id)se->stacks.n);
        bool hit = false;
        for (uint32_t i = 0; i < st->n && !hit; i++)
            hit = frame_hit(se, st->frames[i]);
        *vec_push(&se->stacks) = hit;
        se->stacks_hit += hit;
    }
    return se->stacks.v[stack];
}

/* A goroutine's number is looked for as "g104". */
bool search_goroutine(struct search *se, gidx g)
{
    const struct goroutine *go = session_g(se->s, g);
    char text[32];
    if (search_text(se, go->name))
        return true;
    int n = snprintf(text, sizeof text, "g%" PRId64, go->id);
    return matches(se, text, (size_t)n);
}

bool search_group(struct search *se, uint32_t group)
{
    return search_text(se, se->s->groups.v[group].name);
}

int search_find(struct search *se, const char *text, size_t n, size_t *at, size_t *len)
{
    return regex_find(se->re, text, n, 0, at, len);
}

static int by_time(const void *a, const void *b)
{
    const struct born *x = a, *y = b;
    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return (x->g > y->g) - (x->g < y->g);
}

/* What came since the last call. With further segments the names of goroutines may have changed: they are judged anew. */
static void judge_all(struct search *se)
{
    struct session *s = se->s;
    judge_texts(se, s->known.strings - 1);
    if (s->known.stacks)
        search_stack(se, s->known.stacks - 1);
    if (se->goroutines == s->goroutines.n && !__atomic_load_n(&s->importing, __ATOMIC_ACQUIRE))
        return;
    se->born.n = 0;
    for (se->goroutines = 0; se->goroutines < s->goroutines.n; se->goroutines++) {
        const struct goroutine *g = session_g(s, se->goroutines);
        if (search_goroutine(se, se->goroutines))
            *vec_push(&se->born) = (struct born){g->created != NS_NONE ? g->created
                                                 : g->first != NS_NONE ? g->first
                                                                       : s->t0,
                                                 se->goroutines};
    }
    if (se->born.n)
        qsort(se->born.v, se->born.n, sizeof *se->born.v, by_time);
}

/* --- hits of a chunk ----------------------------------------------------------------------------------------------------- */

static enum search_kind kind_of_mark(uint8_t kind)
{
    switch (kind) {
    case EV_TASK_BEGIN:
    case EV_TASK_END: return HIT_TASK;
    case EV_REGION_BEGIN:
    case EV_REGION_END: return HIT_REGION;
    case EV_LABEL: return HIT_LABEL;
    case EV_LOG: return HIT_LOG;
    default: return HIT_STACK;
    }
}

static void add_hit(struct search *se, struct hit hit)
{
    if (se->counting)
        se->counts.hits[hit.kind]++;
    else if (se->g == IDX_NONE || hit.g == se->g)
        *vec_push(&se->hits) = hit;
}

static bool stack_matches(const struct search *se, stack_id stack)
{
    return stack < se->stacks.n && se->stacks.v[stack];
}

/* The first frame's text that matches. */
static str_id text_of_stack(struct search *se, stack_id stack)
{
    const struct stack *st = session_stack(se->s, stack);
    for (uint32_t i = 0; i < st->n; i++) {
        const struct frame *f = session_frame(se->s, st->frames[i]);
        if (search_text(se, f->func))
            return f->func;
        if (search_text(se, f->file))
            return f->file;
    }
    return 0;
}

/* Rows whose stack matches, of any stream; a transition's second stack belongs to whom it happened to. */
static void scan_stacks(struct search *se, enum stream stream, const struct chunk *c)
{
    for (uint32_t i = 0; i < c->rows; i++) {
        stack_id stack = stack_matches(se, c->stack[i]) ? c->stack[i] : c->stack2 && stack_matches(se, c->stack2[i]) ? c->stack2[i] : 0;
        if (!stack)
            continue;
        bool second = c->stack2 && stack != c->stack[i];
        gidx g = stream == STREAM_G && (second || c->g[i] == IDX_NONE) ? c->res[i] : c->g[i];
        enum search_kind kind = stream == STREAM_SAMPLE ? HIT_SAMPLE : HIT_STACK;
        add_hit(se, (struct hit){
                        .t = c->t[i], .g = g, .kind = (uint8_t)kind, .text = se->counting ? 0 : text_of_stack(se, stack), .stack = stack});
    }
}

static void scan_marks(struct search *se, const struct chunk *c)
{
    for (uint32_t i = 0; i < c->rows; i++) {
        enum search_kind kind = kind_of_mark(session_class(se->s, c->class[i])->kind);
        str_id text = kind == HIT_STACK ? 0 : search_text(se, c->s[0][i]) ? c->s[0][i] : search_text(se, c->s[1][i]) ? c->s[1][i] : 0;
        if (!text && !stack_matches(se, c->stack[i]))
            continue;
        if (!text) {
            kind = HIT_STACK;
            text = se->counting ? 0 : text_of_stack(se, c->stack[i]);
        }
        add_hit(se, (struct hit){.t = c->t[i], .g = c->g[i], .kind = (uint8_t)kind, .text = text, .stack = c->stack[i]});
    }
}

static bool any_stack(const struct search *se, const struct chunk *c)
{
    for (uint32_t i = 0; i < c->rows; i++)
        if (stack_matches(se, c->stack[i]) || (c->stack2 && stack_matches(se, c->stack2[i])))
            return true;
    return false;
}

/* First the columns of stacks alone; the rest only where one matches. */
static int scan_chunk(struct search *se, uint32_t k, struct err *e)
{
    enum stream stream = (enum stream)se->s->chunks.v[k].stream;
    bool marks = stream == STREAM_MARK, track = stream == STREAM_G;
    if (stream >= STREAM_LOD_G || stream == STREAM_METRIC || (!se->stacks_hit && !(marks && se->texts_hit)))
        return 0;
    uint32_t rest = COLBIT(T) | COLBIT(CLASS) | COLBIT(G) | COLBIT(RES) | COLBIT(STACK);
    uint32_t first = marks ? rest | COLBIT(S0) | COLBIT(S1) : COLBIT(STACK) | (track ? COLBIT(STACK2) : 0u);
    const struct chunk *c = chunk_get(se->s, k, first, e);
    if (!c)
        return -1;
    if (marks) {
        scan_marks(se, c);
    } else if (any_stack(se, c)) {
        const struct chunk *all = chunk_get(se->s, k, first | rest, e);
        if (!all) {
            chunk_put(se->s, k);
            return -1;
        }
        scan_stacks(se, stream, all);
        chunk_put(se->s, k);
    }
    chunk_put(se->s, k);
    return 0;
}

/* --- stepping ------------------------------------------------------------------------------------------------------------ */

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

void search_from(struct search *se, ns_t t, int dir, gidx g)
{
    se->t = t;
    se->dir = dir;
    se->g = g;
}

/* Gathers the segment's hits, going on where it stopped. 1 whole, 0 time is up, -1. */
static int gather(struct search *se, uint32_t segment, double until, struct err *e)
{
    const struct segment *seg = &se->s->segments.v[segment];
    if (se->segment != segment || se->gathered_g != se->g) {
        se->segment = segment;
        se->gathered_g = se->g;
        se->chunk = 0;
        se->hits.n = 0;
    }
    while (se->chunk < seg->nchunks) {
        uint32_t k = seg->chunk0 + se->chunk++;
        if (k < se->s->chunks.n && scan_chunk(se, k, e) < 0)
            return -1;
        if (now_ms() > until && se->chunk < seg->nchunks)
            return 0;
    }
    return 1;
}

static bool better(const struct search *se, ns_t t, const struct hit *best)
{
    if (se->dir > 0)
        return t > se->t && (!best || t < best->t);
    return t < se->t && (!best || t > best->t);
}

/* The first goroutine in the direction, if it comes before `best`. */
static struct hit *nearer_goroutine(struct search *se, struct hit *best, struct hit *room)
{
    size_t lo = 0, hi = se->born.n;
    while (lo < hi) { /* first after t, or first at or after t */
        size_t mid = lo + (hi - lo) / 2;
        if (se->dir > 0 ? se->born.v[mid].t <= se->t : se->born.v[mid].t < se->t)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (size_t i = lo; se->dir > 0 ? i < se->born.n : i-- > 0; i += se->dir > 0) {
        const struct born *b = &se->born.v[i];
        if (se->g != IDX_NONE && b->g != se->g)
            continue;
        /* At the same time as an event's hit (its creation) the goroutine is the better answer. */
        if (!better(se, b->t, best) && !(best && best->t == b->t))
            return best;
        str_id name = session_g(se->s, b->g)->name;
        *room = (struct hit){.t = b->t, .g = b->g, .kind = HIT_GOROUTINE, .text = search_text(se, name) ? name : 0};
        return room;
    }
    return best;
}

static struct hit *nearest(struct search *se)
{
    struct hit *best = NULL;
    for (size_t i = 0; i < se->hits.n; i++)
        if (better(se, se->hits.v[i].t, best))
            best = &se->hits.v[i];
    return best;
}

/* The segment in which the search goes on: that of the next time in its direction, or the last one. */
static uint32_t next_segment(const struct search *se)
{
    const struct session *s = se->s;
    ns_t t = se->dir > 0 ? se->t + (se->t < INT64_MAX) : se->t - (se->t > INT64_MIN);
    uint32_t lo = 0, hi = (uint32_t)s->segments.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->segments.v[mid].t1 < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->segments.n ? lo : (uint32_t)s->segments.n - 1;
}

static int give(struct search *se, const struct hit *hit, struct hit *out)
{
    if (!hit)
        return SEARCH_NONE;
    *out = *hit;
    se->t = out->t;
    return SEARCH_HIT;
}

int search_step(struct search *se, double ms, struct hit *out, struct err *e)
{
    const struct session *s = se->s;
    double until = now_ms() + ms;
    struct hit room;
    judge_all(se);
    if (!s->segments.n || (!se->stacks_hit && !se->texts_hit))
        return give(se, nearer_goroutine(se, NULL, &room), out);
    for (int64_t i = next_segment(se); i >= 0 && i < (int64_t)s->segments.n; i += se->dir) {
        int rc = gather(se, (uint32_t)i, until, e);
        if (rc < 1)
            return rc < 0 ? -1 : SEARCH_MORE;
        struct hit *best = nearest(se);
        if (best)
            return give(se, nearer_goroutine(se, best, &room), out);
        /* No event up to here: a goroutine in this stretch is the answer; else start from the next segment. */
        struct hit *g = nearer_goroutine(se, NULL, &room);
        if (g && (se->dir > 0 ? g->t <= s->segments.v[i].t1 : i == 0 || g->t > s->segments.v[i].t0))
            return give(se, g, out);
        se->t = se->dir > 0 ? s->segments.v[i].t1 : i ? s->segments.v[i].t0 + 1 : INT64_MIN;
        if (se->dir > 0 && i + 1 == (int64_t)s->segments.n)
            break;
    }
    return give(se, nearer_goroutine(se, NULL, &room), out);
}

int search_count(struct search *se, double ms, struct search_counts *out, struct err *e)
{
    const struct session *s = se->s;
    double until = now_ms() + ms;
    int rc = 0;
    judge_all(se);
    se->counting = true;
    bool stop = false;
    for (; se->count_segment < s->segments.n && rc == 0 && !stop; stop = now_ms() > until) {
        const struct segment *seg = &s->segments.v[se->count_segment];
        if (se->count_chunk < seg->nchunks && seg->chunk0 + se->count_chunk < s->chunks.n)
            rc = scan_chunk(se, seg->chunk0 + se->count_chunk++, e);
        else {
            se->count_segment++;
            se->count_chunk = 0;
        }
    }
    se->counting = false;
    *out = se->counts;
    out->hits[HIT_GOROUTINE] = se->born.n;
    out->done = se->count_segment;
    out->of = (uint32_t)s->segments.n;
    return rc < 0 ? -1 : se->count_segment < s->segments.n ? SEARCH_MORE : SEARCH_NONE;
}
