#include "model/ctx/ctx.h"

#include "model/ctx/traits.h"
#include "model/session.h"
#include "model/timeline/timeline.h"

#define WORD2(id, word) word,
const char *const grade_signs[GRADE_COUNT] = {
#define X(id, sign, word) sign,
    GRADES(X)
#undef X
};
const char *const grade_words[GRADE_COUNT] = {
#define X(id, sign, word) word,
    GRADES(X)
#undef X
};
const char *const cancel_by_words[CANCEL_BY_COUNT] = {CANCEL_BYS(WORD2)};
const char *const edge_kind_words[EDGE_KIND_COUNT] = {EDGE_KINDS(WORD2)};
const char *const exit_words[EXIT_COUNT] = {EXITS(WORD2)};
const char *const ctx_kind_words[CTX_KIND_COUNT] = {CTX_KINDS(WORD2)};

static ns_t since(ns_t t, ns_t t0)
{
    return t == NS_NONE ? NS_NONE : (ns_t)((uint64_t)t - (uint64_t)t0);
}

ns_t edge_to_run(const struct cancel_edge *e)
{
    return since(e->run, e->t);
}

ns_t edge_to_exit(const struct cancel_edge *e)
{
    return since(e->exit, e->t);
}

/* --- what stacks say ---------------------------------------------------------------------------------------------------- */

/* Readers share one table of traits: each call holds its lock for the look at one stack. */
static struct traits *lock_traits(const struct session *s)
{
    struct session *own = (struct session *)(uintptr_t)s; /* what is built when first asked for is nobody's to see */
    pthread_mutex_lock(&own->index_lock);
    if (!own->traits)
        own->traits = mem_calloc(1, sizeof *own->traits);
    return own->traits;
}

static void unlock_traits(const struct session *s)
{
    pthread_mutex_unlock(&((struct session *)(uintptr_t)s)->index_lock);
}

typedef uint32_t find_frame(struct traits *r, const struct dict *d, const struct stack *st);

static frame_id frame_of(const struct session *s, stack_id id, find_frame *find)
{
    const struct stack *st = session_stack(s, id);
    uint32_t at = find(lock_traits(s), &s->dict, st);
    unlock_traits(s);
    return at < st->n ? st->frames[at] : 0;
}

static unsigned traits_of_func(const struct session *s, str_id func)
{
    unsigned trait = traits_of(lock_traits(s), &s->dict, func);
    unlock_traits(s);
    return trait;
}

frame_id stack_site(const struct session *s, stack_id id)
{
    return frame_of(s, id, stack_site_at);
}

frame_id stack_waiting(const struct session *s, stack_id id)
{
    return frame_of(s, id, stack_waiter);
}

frame_id stack_subject(const struct session *s, stack_id id)
{
    return frame_of(s, id, stack_subject_at);
}

bool frame_is_context(const struct session *s, frame_id f)
{
    return f && traits_of_func(s, session_frame(s, f)->func) & FN_CONTEXT;
}

bool wait_is_idle(const struct session *s, stack_id wait)
{
    bool idle = stack_is_idle(lock_traits(s), &s->dict, session_stack(s, wait));
    unlock_traits(s);
    return idle;
}

/* --- subjects ----------------------------------------------------------------------------------------------------------- */

/* What the goroutine's own stacks say: the last wait's, else the last syscall's. */
static frame_id subject_by_stack(struct session *s, gidx g)
{
    static const uint8_t states[] = {G_WAITING, G_SYSCALL};
    struct span span;
    struct err e = {0};
    for (unsigned i = 0; i < sizeof states; i++) {
        int got = tl_span_before(s, g, s->t1, states[i], &span, &e);
        if (got > 0 && span.stack)
            return stack_subject(s, span.stack);
    }
    return 0;
}

static frame_id start_frame(const struct session *s, gidx g)
{
    return s->groups.v[session_g(s, g)->group].frame;
}

frame_id goroutine_subject(struct session *s, gidx g)
{
    frame_id start = start_frame(s, g);
    unsigned trait = start ? traits_of_func(s, session_frame(s, start)->func) : FN_LAUNCHER;
    if (!(trait & FN_LAUNCHER))
        return start;
    pthread_mutex_lock(&s->index_lock);
    uint32_t known = map_get(&s->subjects, g);
    pthread_mutex_unlock(&s->index_lock);
    if (known != MAP_NONE)
        return known;
    frame_id f = subject_by_stack(s, g);
    f = f ? f : start;
    if (__atomic_load_n(&s->importing, __ATOMIC_ACQUIRE))
        return f; /* more may be known later */
    pthread_mutex_lock(&s->index_lock);
    map_put(&s->subjects, g, f);
    pthread_mutex_unlock(&s->index_lock);
    return f;
}
