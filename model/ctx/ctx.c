#include "model/ctx/ctx.h"

#include "model/ctx/roles.h"
#include "model/session.h"

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

/* Readers share one table of roles: each call holds its lock for the look at one stack. */
static struct roles *lock_roles(const struct session *s)
{
    struct session *own = (struct session *)(uintptr_t)s; /* what is built when first asked for is nobody's to see */
    pthread_mutex_lock(&own->index_lock);
    if (!own->roles)
        own->roles = mem_calloc(1, sizeof *own->roles);
    return own->roles;
}

static void unlock_roles(const struct session *s)
{
    pthread_mutex_unlock(&((struct session *)(uintptr_t)s)->index_lock);
}

typedef uint32_t find_frame(struct roles *r, const struct dict *d, const struct stack *st);

static frame_id frame_of(const struct session *s, stack_id id, find_frame *find)
{
    const struct stack *st = session_stack(s, id);
    uint32_t at = find(lock_roles(s), &s->dict, st);
    unlock_roles(s);
    return at < st->n ? st->frames[at] : 0;
}

static unsigned role_of_func(const struct session *s, str_id func)
{
    unsigned role = role_of(lock_roles(s), &s->dict, func);
    unlock_roles(s);
    return role;
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
    return f && role_of_func(s, session_frame(s, f)->func) & ROLE_CONTEXT;
}
