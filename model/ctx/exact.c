/* Context events become contexts and users. See model/ctx/exact.h. */
#include "model/ctx/exact_private.h"

struct exact *exact_new(struct session *s)
{
    struct exact *x = mem_calloc(1, sizeof *x);
    x->s = s;
    return x;
}

void exact_free(struct exact *x)
{
    if (!x)
        return;
    vec_free(&x->ops);
    vec_free(&x->own);
    vec_free(&x->made);
    vec_free(&x->asked);
    vec_free(&x->last_root);
    map_release(&x->of_id);
    map_release(&x->asked_of);
    map_release(&x->user_of);
    intern_release(&x->texts);
    mem_free(x);
}

void exact_bad(struct exact *x, struct str text)
{
    if (x->malformed < UINT32_MAX)
        x->malformed++;
    if (x->malformed != 1)
        return;
    snprintf(x->first, sizeof x->first, "%.*s", text.n < 150 ? (int)text.n : 150, text.p);
    x->first_epoch = x->epoch;
}

static uint32_t text(struct exact *x, struct str s)
{
    uint32_t id = s.n ? intern_put(&x->texts, s.p, s.n) : 0;
    return id == UINT32_MAX ? 0 : id;
}

void exact_log(struct exact *x, const struct event *e, const struct event_ext *ext)
{
    struct exact_line l;
    struct str category = session_str(x->s, ext->s[0]), message = session_str(x->s, ext->s[1]);
    if (category.n != strlen(EXACT_CATEGORY) || memcmp(category.p, EXACT_CATEGORY, category.n) != 0 || !exact_parse(message, &l)) {
        exact_bad(x, message);
        return;
    }
    *vec_push(&x->ops) = (struct exact_op){.t = e->t,
                                           .id = l.id,
                                           .ref = l.ref.id,
                                           .n = l.n,
                                           .err_calls = l.err_calls,
                                           .value_calls = l.value_calls,
                                           .left = l.left,
                                           .g = e->g,
                                           .stack = e->stack,
                                           .key = text(x, l.key),
                                           .foreign = text(x, l.foreign),
                                           .cause = text(x, l.cause),
                                           .what = l.what,
                                           .kind = l.kind,
                                           .flags = l.ref.flags,
                                           .by = l.by,
                                           .has_deadline = l.has_deadline};
}

void exact_break(struct exact *x)
{
    *vec_push(&x->ops) = (struct exact_op){.what = 0};
}

/* --- applying, under the write lock --------------------------------------------------------------------------------- */

static struct ctx *at(const struct exact *x, uint32_t c)
{
    return &x->s->ctx.contexts.v[c];
}

static uint32_t count(uint64_t n)
{
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static ns_t later(ns_t t, int64_t d)
{
    ns_t sum;
    if (__builtin_add_overflow(t, d, &sum) || sum == NS_NONE)
        return d < 0 ? NS_NONE + 1 : NS_OPEN;
    return sum;
}

static uint32_t add(struct exact *x, uint64_t id, ns_t t)
{
    struct ctx_model *m = &x->s->ctx;
    if (m->contexts.n >= EXACT_MAX) {
        exact_bad(x, (struct str){.p = "(too many contexts)", .n = 19});
        return IDX_NONE;
    }
    uint32_t c = (uint32_t)m->contexts.n;
    map_put(&x->of_id, id, c);
    *vec_push(&x->own) = (struct exact_own){.epoch = x->epoch};
    *vec_push(&m->contexts) = (struct ctx){.id = id,
                                           .created = NS_NONE,
                                           .mentioned = t,
                                           .deadline = NS_NONE,
                                           .asked = NS_NONE,
                                           .cancelled = NS_NONE,
                                           .parent = IDX_NONE,
                                           .cancel = IDX_NONE,
                                           .root_of_cancel = IDX_NONE,
                                           .owner = IDX_NONE,
                                           .canceller = IDX_NONE,
                                           .task = IDX_NONE,
                                           .grade = GRADE_EXACT};
    return c;
}

/* The context of an id, made when this is its first mention; IDX_NONE when no more are kept. */
static uint32_t of(struct exact *x, uint64_t id, ns_t t)
{
    uint32_t c = map_get(&x->of_id, id);
    if (c == MAP_NONE)
        return add(x, id, t);
    x->own.v[c].epoch = x->epoch;
    return c;
}

struct ctx_user *exact_user(struct exact *x, uint32_t c, gidx g, ns_t t)
{
    if (g == IDX_NONE)
        return NULL;
    uint64_t key = (uint64_t)c << 32 | g;
    uint32_t u = map_get(&x->user_of, key);
    if (u == MAP_NONE) {
        u = (uint32_t)x->s->ctx.users.n;
        map_put(&x->user_of, key, u);
        *vec_push(&x->s->ctx.users) = (struct ctx_user){.ctx = c, .g = g, .first_done = NS_NONE, .last = t, .edge = IDX_NONE};
    }
    struct ctx_user *user = &x->s->ctx.users.v[u];
    user->last = t > user->last ? t : user->last;
    return user;
}

/* Hostile chains of values are not followed for ever. */
enum { UP_MAX = 256, CYCLE_MAX = 4096 };

uint32_t exact_up(const struct exact *x, uint32_t c)
{
    for (unsigned i = 0; i < UP_MAX; i++) {
        if (at(x, c)->ref & REF_WITHOUT)
            return IDX_NONE;
        c = at(x, c)->parent;
        if (c == IDX_NONE || at(x, c)->kind != CTX_VALUE)
            return c;
    }
    return IDX_NONE;
}

/* Whether c lies above p, or is p. Only what was named before it was described can: then it has children. */
static bool cycle(const struct exact *x, uint32_t c, uint32_t p)
{
    if (c == p)
        return true;
    if (!at(x, c)->children)
        return false;
    for (unsigned i = 0; p != IDX_NONE; i++, p = at(x, p)->parent)
        if (p == c || i == CYCLE_MAX)
            return true;
    return false;
}

static const struct exact_made *made(struct exact *x, stack_id stack)
{
    while (x->made.n <= stack)
        *vec_push(&x->made) = (struct exact_made){0};
    struct exact_made *m = &x->made.v[stack];
    if (m->judged)
        return m;
    *m = (struct exact_made){.judged = 1, .site = ctx_site(x->s, stack)};
    m->std = frame_is_std(x->s, m->site);
    const struct stack *st = session_stack(x->s, stack);
    for (uint32_t i = 0; stack && i < st->n && !m->timeout; i++) {
        struct str f = session_str(x->s, session_frame(x->s, st->frames[i])->func);
        m->timeout = f.n >= 19 && !memcmp(f.p, "context.WithTimeout", 19);
    }
    return m;
}

static uint8_t kind(char letter, bool timeout)
{
    switch (letter) {
    case 'd': return timeout ? CTX_TIMEOUT : CTX_DEADLINE;
    case 'v': return CTX_VALUE;
    case 'a': return CTX_AFTERFUNC;
    default: return CTX_CANCEL;
    }
}

/* + and = : who c is. Its creation comes with a stack of its own. */
static void describe(struct exact *x, const struct exact_op *o, uint32_t c)
{
    uint32_t p = o->ref ? of(x, o->ref, o->t) : IDX_NONE; /* may move the arrays */
    if (p != IDX_NONE && cycle(x, c, p)) {
        exact_bad(x, (struct str){.p = "(a context above itself)", .n = 24});
        p = IDX_NONE;
    }
    struct ctx *ctx = at(x, c);
    struct exact_own *own = &x->own.v[c];
    own->described = true;
    own->key = o->key;
    own->foreign = o->foreign;
    ctx->parent = p;
    ctx->ref = o->flags;
    ctx->kind = kind(o->kind, false);
    if (o->has_deadline)
        ctx->deadline = later(o->t, o->left);
    if (p == IDX_NONE)
        return;
    at(x, p)->children += at(x, p)->children < UINT32_MAX;
    if (ctx->kind != CTX_DEADLINE && !(ctx->ref & REF_WITHOUT))
        ctx->deadline = at(x, p)->deadline;
}

static void take_asked(struct exact *x, const struct exact_op *o, struct ctx *ctx)
{
    uint32_t i = map_get(&x->asked_of, o->g);
    if (i == MAP_NONE || x->asked.v[i].t == NS_NONE)
        return;
    if (x->asked.v[i].ref == o->ref && o->kind == 'c')
        ctx->asked = x->asked.v[i].t;
    x->asked.v[i].t = NS_NONE;
}

static void apply_made(struct exact *x, const struct exact_op *o)
{
    uint32_t c = map_get(&x->of_id, o->id);
    if (c != MAP_NONE && x->own.v[c].epoch != x->epoch)
        c = MAP_NONE; /* another process numbers anew */
    if (c != MAP_NONE && x->own.v[c].described) {
        exact_bad(x, (struct str){.p = "(a context made twice)", .n = 22});
        return;
    }
    if (c == MAP_NONE)
        c = add(x, o->id, o->t);
    if (c == IDX_NONE)
        return;
    describe(x, o, c);
    struct ctx *ctx = at(x, c);
    const struct exact_made *m = made(x, o->stack);
    ctx->created = o->t;
    ctx->owner = o->g;
    ctx->stack = o->stack;
    ctx->site = m->site;
    ctx->std = m->std;
    ctx->kind = kind(o->kind, m->timeout);
    take_asked(x, o, ctx);
    (void)exact_user(x, c, o->g, o->t);
    struct ctx_user *u = ctx->parent == IDX_NONE ? NULL : exact_user(x, ctx->parent, o->g, o->t);
    if (u)
        u->derived++;
}

/* An id of a source before that is described otherwise: another process. */
static bool other_process(const struct exact *x, const struct exact_op *o, uint32_t c)
{
    if (x->own.v[c].epoch == x->epoch || !x->own.v[c].described)
        return false;
    uint8_t was = at(x, c)->kind == CTX_TIMEOUT ? CTX_DEADLINE : at(x, c)->kind;
    uint64_t parent = at(x, c)->parent == IDX_NONE ? 0 : at(x, at(x, c)->parent)->id;
    return was != kind(o->kind, false) || parent != o->ref;
}

static void apply_again(struct exact *x, const struct exact_op *o)
{
    uint32_t c = map_get(&x->of_id, o->id);
    c = c == MAP_NONE || other_process(x, o, c) ? add(x, o->id, o->t) : of(x, o->id, o->t);
    if (c != IDX_NONE && !x->own.v[c].described)
        describe(x, o, c);
}

static gidx *root_slot(struct exact *x, gidx g)
{
    while (x->last_root.n <= g)
        *vec_push(&x->last_root) = 0;
    return &x->last_root.v[g];
}

/* Whose cancel came down to c: its parent's root, else what this goroutine cancelled last. */
static uint32_t root_above(struct exact *x, uint32_t c, gidx g)
{
    uint32_t up = exact_up(x, c);
    if (up != IDX_NONE && at(x, up)->root_of_cancel != IDX_NONE)
        return at(x, up)->root_of_cancel;
    return g == IDX_NONE || !*root_slot(x, g) ? IDX_NONE : *root_slot(x, g) - 1;
}

static void apply_cancelled(struct exact *x, const struct exact_op *o)
{
    uint32_t c = of(x, o->id, o->t);
    if (c == IDX_NONE)
        return;
    if (at(x, c)->cancelled != NS_NONE) {
        exact_bad(x, (struct str){.p = "(a context cancelled twice)", .n = 27});
        return;
    }
    struct ctx *ctx = at(x, c);
    ctx->cancelled = o->t;
    ctx->by = o->by;
    ctx->canceller = o->g;
    ctx->cancel_stack = o->stack;
    ctx->cancel_site = made(x, o->stack)->site;
    ctx->children_at_cancel = count(o->n);
    ctx->err_calls = count(o->err_calls > ctx->err_calls ? o->err_calls : ctx->err_calls);
    ctx->value_calls = count(o->value_calls > ctx->value_calls ? o->value_calls : ctx->value_calls);
    x->own.v[c].cause = o->cause;
    ctx->root_of_cancel = o->by == BY_PARENT ? root_above(x, c, o->g) : c;
    if (o->by != BY_PARENT && o->g != IDX_NONE)
        *root_slot(x, o->g) = c + 1;
}

static void apply_done(struct exact *x, const struct exact_op *o)
{
    uint32_t c = of(x, o->id, o->t);
    struct ctx_user *u = c == IDX_NONE ? NULL : exact_user(x, c, o->g, o->t);
    if (u && u->first_done == NS_NONE)
        u->first_done = o->t;
}

/* The calls since the count was last told are put down to who tells it now. */
static void apply_err(struct exact *x, const struct exact_op *o)
{
    uint32_t c = of(x, o->id, o->t);
    if (c == IDX_NONE)
        return;
    uint32_t n = count(o->n), before = at(x, c)->err_calls;
    struct ctx_user *u = exact_user(x, c, o->g, o->t);
    if (n <= before)
        return;
    at(x, c)->err_calls = n;
    if (u)
        u->err_calls += n - before;
}

static void apply_value(struct exact *x, const struct exact_op *o)
{
    uint32_t c = o->ref ? of(x, o->ref, o->t) : IDX_NONE;
    if (c == IDX_NONE)
        return;
    uint32_t n = count(o->n);
    at(x, c)->value_calls = n > at(x, c)->value_calls ? n : at(x, c)->value_calls;
    (void)exact_user(x, c, o->g, o->t);
}

static void apply_asked(struct exact *x, const struct exact_op *o)
{
    uint32_t i = map_get(&x->asked_of, o->g);
    if (i == MAP_NONE) {
        i = (uint32_t)x->asked.n;
        map_put(&x->asked_of, o->g, i);
        (void)vec_push(&x->asked);
    }
    x->asked.v[i] = (struct exact_asked){.ref = o->ref, .t = later(o->t, o->left)};
}

static void apply_without(struct exact *x, const struct exact_op *o)
{
    uint32_t c = o->ref ? of(x, o->ref, o->t) : IDX_NONE;
    if (c != IDX_NONE)
        (void)exact_user(x, c, o->g, o->t);
}

static void apply_break(struct exact *x, const struct exact_op *o)
{
    (void)o;
    x->epoch++;
}

static const struct {
    char what;
    void (*apply)(struct exact *x, const struct exact_op *o);
} applies[] = {{'+', apply_made},  {'=', apply_again}, {'x', apply_cancelled}, {'d', apply_done}, {'e', apply_err},
               {'v', apply_value}, {'s', apply_asked}, {'w', apply_without},   {0, apply_break}};

void exact_publish(struct exact *x)
{
    for (size_t i = 0; i < x->ops.n; i++)
        for (size_t k = 0; k < sizeof applies / sizeof *applies; k++)
            if (applies[k].what == x->ops.v[i].what) {
                applies[k].apply(x, &x->ops.v[i]);
                x->any |= applies[k].what != 0;
                break;
            }
    x->ops.n = 0;
    x->s->ctx.malformed = x->malformed;
    x->s->ctx.exact |= x->any;
}
