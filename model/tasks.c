/* User tasks, regions, logs, and what served a request. See model/tasks.h. */
#include "model/tasks.h"

#include <stdlib.h>

#include "model/timeline/timeline.h"

/* --- latency by type ------------------------------------------------------------------------------------------------ */

struct took {
    str_id name;
    ns_t ns; /* NS_NONE: no latency, it is open or began before the trace */
    uint32_t task;
};

static int by_name_then_ns(const void *a, const void *b)
{
    const struct took *x = a, *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return x->ns != y->ns ? (x->ns < y->ns ? -1 : 1) : (x->task > y->task) - (x->task < y->task);
}

/* The least value that at least a share q of the n sorted ones do not exceed. */
static ns_t quantile(const struct took *v, size_t n, double q)
{
    size_t i = (size_t)((double)n * q);
    i += (double)i < (double)n * q;
    return v[i ? i - 1 : 0].ns;
}

static void put_type(const struct took *v, size_t n, task_types *out)
{
    struct task_type t = {.name = v->name, .p50 = NS_NONE, .p95 = NS_NONE, .p99 = NS_NONE, .max = NS_NONE, .slowest = IDX_NONE};
    while (t.open < n && v[t.open].ns == NS_NONE) /* they come first */
        t.open++;
    t.n = (uint32_t)n - t.open;
    if (t.n) {
        t.p50 = quantile(v + t.open, t.n, 0.5);
        t.p95 = quantile(v + t.open, t.n, 0.95);
        t.p99 = quantile(v + t.open, t.n, 0.99);
        t.max = v[n - 1].ns;
        t.slowest = v[n - 1].task;
    }
    *vec_push(out) = t;
}

struct named {
    struct str text;
    struct task_type type;
};

static int by_text(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
    int d = n ? memcmp(x->text.p, y->text.p, n) : 0;
    return d ? d : (x->text.n > y->text.n) - (x->text.n < y->text.n);
}

static void sort_types(const struct session *s, task_types *types)
{
    struct named *v = mem_alloc(types->n + 1, sizeof *v);
    for (size_t i = 0; i < types->n; i++)
        v[i] = (struct named){session_str(s, types->v[i].name), types->v[i]};
    if (types->n)
        qsort(v, types->n, sizeof *v, by_text);
    for (size_t i = 0; i < types->n; i++)
        types->v[i] = v[i].type;
    mem_free(v);
}

void task_types_make(const struct session *s, ns_t t0, ns_t t1, task_types *out)
{
    VEC(struct took) all = {0};
    out->n = 0;
    for (uint32_t i = 0; i < s->tasks.n; i++) {
        const struct task *t = &s->tasks.v[i];
        bool open = t->t1 == NS_OPEN, told = !open && t->t0 != NS_NONE;
        bool in = open ? t->t0 < t1 : t->t1 >= t0 && t->t1 < t1;
        if (in)
            *vec_push(&all) = (struct took){t->name, told ? t->t1 - t->t0 : NS_NONE, i};
    }
    if (all.n)
        qsort(all.v, all.n, sizeof *all.v, by_name_then_ns);
    for (size_t i = 0, to; i < all.n; i = to) {
        for (to = i; to < all.n && all.v[to].name == all.v[i].name;)
            to++;
        put_type(&all.v[i], to - i, out);
    }
    vec_free(&all);
    sort_types(s, out);
}

/* --- marks ---------------------------------------------------------------------------------------------------------- */

/* Calls fn for each mark of these kinds in [t0, t1), in order of time. 0, -1 with *e. */
static int marks_each(struct session *s, uint32_t kinds, ns_t t0, ns_t t1, void (*fn)(void *ctx, const struct mark *m), void *ctx,
                      struct err *e)
{
    enum { ROOM = 8192 };
    struct mark *v = mem_alloc(ROOM, sizeof *v);
    long n = ROOM;
    while (n == ROOM && t0 < t1) {
        n = tl_marks(s, kinds, t0, t1, v, ROOM, e);
        for (long i = 0; i < n; i++)
            fn(ctx, &v[i]);
        if (n > 0)
            t0 = v[n - 1].t + 1;
    }
    mem_free(v);
    return n < 0 ? -1 : 0;
}

static void index_tasks(const struct session *s, struct map *of_id)
{
    for (uint32_t i = 0; i < s->tasks.n; i++)
        map_put(of_id, s->tasks.v[i].id, i);
}

/* --- regions -------------------------------------------------------------------------------------------------------- */

struct pairing {
    regions *out;
    struct map task_of; /* id -> index */
    VEC(uint32_t) top;  /* by gidx: 1 + innermost open region; 0 none */
};

static uint32_t *top_of(struct pairing *p, gidx g)
{
    while (p->top.n <= g)
        *vec_push(&p->top) = 0;
    return &p->top.v[g];
}

/* The innermost open region of this name and task; those within it that were not ended stay open. */
static uint32_t ends(const struct pairing *p, uint32_t at, const struct mark *m, uint32_t task)
{
    for (uint32_t i = at; i; i = p->out->v[i - 1].parent == IDX_NONE ? 0 : p->out->v[i - 1].parent + 1)
        if (p->out->v[i - 1].name == m->s[0] && p->out->v[i - 1].task == task)
            return i;
    return 0;
}

static void pair(void *ctx, const struct mark *m)
{
    struct pairing *p = ctx;
    if (m->g == IDX_NONE)
        return;
    uint32_t *top = top_of(p, m->g), task = m->task ? map_get(&p->task_of, m->task) : MAP_NONE;
    struct region r = {.t0 = m->t,
                       .t1 = NS_OPEN,
                       .g = m->g,
                       .name = m->s[0],
                       .task = task == MAP_NONE ? IDX_NONE : task,
                       .parent = *top ? *top - 1 : IDX_NONE,
                       .stack = m->stack};
    if (m->kind == EV_REGION_BEGIN) {
        *vec_push(p->out) = r;
        *top = (uint32_t)p->out->n;
        return;
    }
    uint32_t i = ends(p, *top, m, r.task);
    if (i) {
        p->out->v[i - 1].t1 = m->t;
        *top = p->out->v[i - 1].parent == IDX_NONE ? 0 : p->out->v[i - 1].parent + 1;
        return;
    }
    r.t0 = NS_NONE;
    r.t1 = m->t;
    *vec_push(p->out) = r;
}

struct place {
    ns_t t0;
    uint32_t i;
};

static int by_begin(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->t0 != y->t0)
        return x->t0 < y->t0 ? -1 : 1;
    return x->i < y->i ? -1 : x->i > y->i;
}

/* Those that began before the trace come first; parents keep pointing at theirs. */
static void sort_regions(regions *out)
{
    struct place *p = mem_alloc(out->n + 1, sizeof *p);
    uint32_t *to = mem_alloc(out->n + 1, sizeof *to);
    struct region *v = mem_alloc(out->n + 1, sizeof *v);
    for (uint32_t i = 0; i < out->n; i++)
        p[i] = (struct place){out->v[i].t0, i};
    if (out->n)
        qsort(p, out->n, sizeof *p, by_begin);
    for (uint32_t i = 0; i < out->n; i++)
        to[p[i].i] = i;
    for (uint32_t i = 0; i < out->n; i++) {
        v[i] = out->v[p[i].i];
        v[i].parent = v[i].parent == IDX_NONE ? IDX_NONE : to[v[i].parent];
    }
    memcpy(out->v ? out->v : v, v, out->n * sizeof *v);
    mem_free(p);
    mem_free(to);
    mem_free(v);
}

int regions_make(struct session *s, regions *out, struct err *e)
{
    struct pairing p = {.out = out};
    out->n = 0;
    index_tasks(s, &p.task_of);
    int rc = marks_each(s, 1u << EV_REGION_BEGIN | 1u << EV_REGION_END, s->t0, s->t1 < INT64_MAX ? s->t1 + 1 : s->t1, pair, &p, e);
    map_release(&p.task_of);
    vec_free(&p.top);
    if (out->n)
        sort_regions(out);
    return rc;
}

/* --- lenses --------------------------------------------------------------------------------------------------------- */

static void lens_init(struct session *s, struct lens *l, ns_t t0, ns_t t1, gidx main)
{
    *l = (struct lens){.g = mem_calloc(s->goroutines.n + 1, 1), .t0 = t0, .t1 = t1, .main = main};
}

static void lens_add(const struct session *s, struct lens *l, gidx g)
{
    if (g >= s->goroutines.n || l->g[g])
        return;
    l->g[g] = 1;
    l->n++;
}

/* Whom they created meanwhile, and whom those did, in order of time. */
static int lens_grow(struct session *s, struct lens *l, struct err *e)
{
    struct link *links = mem_alloc(BLOCK_EVENTS, sizeof *links);
    ns_t t0 = l->t0 == NS_NONE ? s->t0 : l->t0, t1 = l->t1 == NS_OPEN ? s->t1 : l->t1;
    long n = 0;
    for (size_t i = 0; i < s->segments.n && n >= 0; i++) {
        ns_t from = i ? s->segments.v[i].t0 + 1 : s->segments.v[i].t0, to = s->segments.v[i].t1 + 1;
        from = from > t0 ? from : t0;
        to = to < t1 ? to : t1;
        n = from < to ? tl_links(s, IDX_NONE, from, to, links, BLOCK_EVENTS, e) : 0;
        for (long k = 0; k < n; k++)
            if (links[k].create && links[k].from < s->goroutines.n && l->g[links[k].from])
                lens_add(s, l, links[k].to);
    }
    mem_free(links);
    return n < 0 ? -1 : 0;
}

/* Which tasks or contexts are `top` or below it: by their parents. in[top] is set. Each is looked at once. */
static void below(uint32_t n, uint32_t top, uint32_t (*parent)(const void *ctx, uint32_t i), const void *ctx, uint8_t *in)
{
    enum { NO = 2, YES = 1, ON = 3 };
    VEC(uint32_t) path = {0};
    in[top] = YES;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        for (; k != IDX_NONE && !in[k]; k = parent(ctx, k)) {
            in[k] = ON;
            *vec_push(&path) = k;
        }
        uint8_t is = k != IDX_NONE && in[k] == YES ? YES : NO;
        while (path.n)
            in[path.v[--path.n]] = is;
    }
    vec_free(&path);
    for (uint32_t i = 0; i < n; i++)
        in[i] = in[i] == YES;
}

struct task_tree {
    const struct session *s;
    struct map of_id;
    uint8_t *in;
    struct lens *lens;
};

static uint32_t task_parent(const void *ctx, uint32_t i)
{
    const struct task_tree *t = ctx;
    uint64_t parent = t->s->tasks.v[i].parent;
    uint32_t p = parent ? map_get(&t->of_id, parent) : MAP_NONE;
    return p == MAP_NONE ? IDX_NONE : p;
}

static void task_mark(void *ctx, const struct mark *m)
{
    struct task_tree *t = ctx;
    uint32_t i = m->task ? map_get(&t->of_id, m->task) : MAP_NONE;
    if (i != MAP_NONE && t->in[i])
        lens_add(t->s, t->lens, m->g);
}

enum { TASK_MARKS = 1u << EV_TASK_BEGIN | 1u << EV_TASK_END | 1u << EV_REGION_BEGIN | 1u << EV_REGION_END | 1u << EV_LOG };

int lens_of_task(struct session *s, uint32_t task, struct lens *out, struct err *e)
{
    const struct task *t = &s->tasks.v[task];
    struct task_tree tree = {.s = s, .in = mem_calloc(s->tasks.n + 1, 1), .lens = out};
    lens_init(s, out, t->t0, t->t1, t->g);
    lens_add(s, out, t->g);
    index_tasks(s, &tree.of_id);
    below((uint32_t)s->tasks.n, task, task_parent, &tree, tree.in);
    ns_t t0 = t->t0 == NS_NONE ? s->t0 : t->t0;
    int rc = marks_each(s, TASK_MARKS, t0, s->t1 < INT64_MAX ? s->t1 + 1 : s->t1, task_mark, &tree, e);
    map_release(&tree.of_id);
    mem_free(tree.in);
    if (rc == 0)
        rc = lens_grow(s, out, e);
    if (rc < 0)
        lens_release(out);
    return rc;
}

static uint32_t ctx_parent(const void *ctx, uint32_t i)
{
    const struct session *s = ctx;
    return s->ctx.contexts.v[i].parent;
}

int lens_of_ctx(struct session *s, uint32_t ctx, struct lens *out, struct err *e)
{
    const struct ctx *c = &s->ctx.contexts.v[ctx];
    uint32_t n = (uint32_t)s->ctx.contexts.n;
    uint8_t *in = mem_calloc(n + 1, 1);
    lens_init(s, out, c->created, c->cancelled == NS_NONE ? NS_OPEN : c->cancelled, c->owner);
    lens_add(s, out, c->owner);
    below(n, ctx, ctx_parent, s, in);
    for (size_t i = 0; i < s->ctx.users.n; i++)
        if (in[s->ctx.users.v[i].ctx])
            lens_add(s, out, s->ctx.users.v[i].g);
    mem_free(in);
    int rc = lens_grow(s, out, e);
    if (rc < 0)
        lens_release(out);
    return rc;
}

static bool parts_words(char c)
{
    return strchr(" \t\n,;&|\"'()[]{}", c) != NULL;
}

bool log_has(struct str category, struct str text, struct str key, struct str value)
{
    if (!key.n)
        return false;
    if (category.n == key.n && !memcmp(category.p, key.p, key.n) && text.n == value.n && !memcmp(text.p, value.p, value.n))
        return true;
    size_t need = key.n + 1 + value.n;
    for (size_t i = 0; i + need <= text.n; i++) {
        const char *p = text.p + i;
        bool whole = (i == 0 || parts_words(p[-1])) && (i + need == text.n || parts_words(p[need]));
        if (whole && p[key.n] == '=' && !memcmp(p, key.p, key.n) && !memcmp(p + key.n + 1, value.p, value.n))
            return true;
    }
    return false;
}

struct value_search {
    struct session *s;
    struct str key, value;
    struct lens *lens;
};

static void value_mark(void *ctx, const struct mark *m)
{
    struct value_search *v = ctx;
    struct str first = session_str(v->s, m->s[0]), second = session_str(v->s, m->s[1]);
    bool fits = m->kind == EV_LOG ? log_has(first, second, v->key, v->value) : log_has((struct str){0}, first, v->key, v->value);
    if (!fits || m->g == IDX_NONE)
        return;
    lens_add(v->s, v->lens, m->g);
    v->lens->t0 = v->lens->t0 == NS_NONE ? m->t : v->lens->t0;
    v->lens->t1 = m->t;
    v->lens->main = m->g;
}

int lens_of_value(struct session *s, struct str key, struct str value, struct lens *out, struct err *e)
{
    struct value_search v = {.s = s, .key = key, .value = value, .lens = out};
    lens_init(s, out, NS_NONE, NS_OPEN, IDX_NONE);
    int rc = marks_each(s, 1u << EV_LOG | 1u << EV_LABEL, s->t0, s->t1 < INT64_MAX ? s->t1 + 1 : s->t1, value_mark, &v, e);
    if (rc == 0 && out->n)
        rc = lens_grow(s, out, e);
    if (rc < 0)
        lens_release(out);
    return rc;
}

void lens_release(struct lens *l)
{
    mem_free(l->g);
    *l = (struct lens){.main = IDX_NONE};
}
