/* tasks: latency by type, the tree of user tasks, and whatever logs say that a key has a value. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/goroutines.h"
#include "cli/load.h"
#include "cli/stack.h"
#include "cli/wake.h"
#include "model/tasks.h"

enum { TEXT_TASKS = 40 };

/* Tasks as a tree: depth first, each with its level. */
struct row {
    uint32_t task, level;
};
struct tree {
    struct session *s;
    VEC(struct row) rows;
    VEC(uint32_t) first, next; /* by task: children, siblings; IDX_NONE */
    uint32_t roots;
};

static bool in_window(const struct session *s, const struct task *t, struct window w)
{
    ns_t a = t->t0 == NS_NONE ? s->t0 : t->t0, b = t->t1 == NS_OPEN ? s->t1 : t->t1;
    return a < w.t1 && b >= w.t0;
}

/* Numbers of hostile traces may go in circles: a parent must have begun, or been met, before. */
static uint32_t parent_of(const struct session *s, const struct map *of_id, uint32_t i)
{
    uint32_t p = s->tasks.v[i].parent ? map_get(of_id, s->tasks.v[i].parent) : MAP_NONE;
    return p == MAP_NONE || p >= i ? IDX_NONE : p;
}

static void tree_make(struct tree *t, struct session *s, struct window w)
{
    struct map of_id = {0};
    uint32_t n = (uint32_t)s->tasks.n;
    *t = (struct tree){.s = s, .roots = IDX_NONE};
    for (uint32_t i = 0; i < n; i++) {
        map_put(&of_id, s->tasks.v[i].id, i);
        *vec_push(&t->first) = IDX_NONE;
        *vec_push(&t->next) = IDX_NONE;
    }
    for (uint32_t i = n; i-- > 0;) {
        uint32_t p = parent_of(s, &of_id, i), *head = p == IDX_NONE ? &t->roots : &t->first.v[p];
        t->next.v[i] = *head;
        *head = i;
    }
    VEC(struct row) todo = {0};
    if (t->roots != IDX_NONE)
        *vec_push(&todo) = (struct row){t->roots, 0};
    while (todo.n) {
        struct row r = todo.v[--todo.n];
        if (t->next.v[r.task] != IDX_NONE)
            *vec_push(&todo) = (struct row){t->next.v[r.task], r.level};
        if (t->first.v[r.task] != IDX_NONE)
            *vec_push(&todo) = (struct row){t->first.v[r.task], r.level + 1};
        if (in_window(s, &s->tasks.v[r.task], w))
            *vec_push(&t->rows) = r;
    }
    vec_free(&todo);
    map_release(&of_id);
}

static void tree_release(struct tree *t)
{
    vec_free(&t->rows);
    vec_free(&t->first);
    vec_free(&t->next);
}

static ns_t took(const struct task *t)
{
    return t->t0 == NS_NONE || t->t1 == NS_OPEN ? NS_NONE : t->t1 - t->t0;
}

/* ---- JSON, CSV ---- */

static void json_ns(struct json *j, const char *key, ns_t v)
{
    json_time(j, key, v, 0);
}

static void json_type(struct json *j, const struct session *s, const struct task_type *t)
{
    json_line(j);
    json_object(j, NULL);
    json_str_id(j, "name", s, t->name);
    json_uint(j, "n", t->n);
    json_uint(j, "open", t->open);
    json_ns(j, "p50_ns", t->p50);
    json_ns(j, "p95_ns", t->p95);
    json_ns(j, "p99_ns", t->p99);
    json_ns(j, "max_ns", t->max);
    if (t->slowest < s->tasks.n)
        json_uint(j, "slowest", s->tasks.v[t->slowest].id);
    else
        json_null(j, "slowest");
    json_object_end(j);
}

static void json_task(struct json *j, const struct session *s, const struct task *t)
{
    json_line(j);
    json_object(j, NULL);
    json_uint(j, "id", t->id);
    if (t->parent)
        json_uint(j, "parent", t->parent);
    else
        json_null(j, "parent");
    json_str_id(j, "name", s, t->name);
    json_g(j, "g", s, t->g);
    json_time(j, "t0_ns", t->t0, s->t0);
    json_time(j, "t1_ns", t->t1, s->t0);
    json_ns(j, "ns", took(t));
    json_stack(j, "stack", s, t->stack);
    json_object_end(j);
}

static void print_json(const struct tree *t, const task_types *types, uint64_t limit, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "types");
    for (size_t i = 0; i < types->n; i++)
        json_type(&j, t->s, &types->v[i]);
    json_array_end(&j);
    json_array(&j, "tasks");
    for (size_t i = 0; i < t->rows.n && i < limit && !out_failed(out); i++)
        json_task(&j, t->s, &t->s->tasks.v[t->rows.v[i].task]);
    json_line(&j);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

static void print_csv(const struct tree *t, uint64_t limit, struct out *out)
{
    static const char *const header[] = {"id", "parent", "name", "g", "t0_ns", "t1_ns", "ns", NULL};
    struct csv c;
    csv_init(&c, out, false);
    csv_header(&c, header);
    for (size_t i = 0; i < t->rows.n && i < limit && !out_failed(out); i++) {
        const struct task *k = &t->s->tasks.v[t->rows.v[i].task];
        struct str name = session_str(t->s, k->name);
        csv_uint(&c, k->id);
        if (k->parent)
            csv_uint(&c, k->parent);
        else
            csv_none(&c);
        csv_text(&c, name.p, name.n);
        if (k->g < t->s->goroutines.n)
            csv_int(&c, session_g(t->s, k->g)->id);
        else
            csv_none(&c);
        csv_time(&c, k->t0, t->s->t0);
        csv_time(&c, k->t1, t->s->t0);
        csv_time(&c, took(k), 0);
        csv_end(&c);
    }
    csv_release(&c);
}

/* ---- text ---- */

static void text_ns(struct page *p, ns_t v, int width)
{
    if (v == NS_NONE)
        page_right(p, p->utf8 ? "–  " : "-  ", width);
    else
        page_duration(p, v, width);
}

static void text_types(struct page *p, const struct session *s, const task_types *types)
{
    static const struct {
        const char *word;
        int width;
    } cols[] = {{"n", 7}, {"open", 7}, {"p50", 9}, {"p95", 9}, {"p99", 9}, {"max", 9}, {"slowest", 10}};
    page_left(p, " latency by type", p->width - 60);
    for (size_t i = 0; i < sizeof cols / sizeof *cols; i++)
        page_right(p, cols[i].word, cols[i].width);
    page_end(p);
    for (size_t i = 0; i < types->n; i++) {
        const struct task_type *t = &types->v[i];
        char slowest[32] = "";
        page_put(p, " ");
        page_text(p, session_str(s, t->name), p->width - 61);
        page_count(p, t->n, 7);
        page_count(p, t->open, 7);
        text_ns(p, t->p50, 9);
        text_ns(p, t->p95, 9);
        text_ns(p, t->p99, 9);
        text_ns(p, t->max, 9);
        if (t->slowest < s->tasks.n)
            snprintf(slowest, sizeof slowest, "#%" PRIu64, s->tasks.v[t->slowest].id);
        page_right(p, slowest, 10);
        page_end(p);
    }
}

static void text_task(struct page *p, const struct session *s, const struct row *r)
{
    const struct task *t = &s->tasks.v[r->task];
    char id[32], at[24] = "before";
    snprintf(id, sizeof id, "#%" PRIu64, t->id);
    if (t->t0 != NS_NONE)
        text_duration(at, t->t0 - s->t0);
    page_right(p, id, 9);
    page_right(p, at, 11);
    if (took(t) == NS_NONE)
        page_right(p, "open", 10);
    else
        page_duration(p, took(t), 10);
    page_printf(p, " %*s", (int)(r->level < 10 ? 2 * r->level : 20), "");
    page_text(p, session_str(s, t->name), (p->width - p->col) / 2 > 8 ? (p->width - p->col) / 2 : 8);
    page_put(p, " ");
    page_g(p, s, t->g, p->width - p->col);
    page_end(p);
}

static void print_text(const struct opts *o, const struct tree *t, const task_types *types, struct out *out)
{
    struct page p;
    uint64_t limit = opt_number(o, OPT_LIMIT, TEXT_TASKS);
    page_init(&p, o, out);
    if (!t->s->tasks.n) {
        page_put(&p, "The trace has no user tasks (trace.NewTask of runtime/trace makes them).");
        page_end(&p);
        return;
    }
    text_types(&p, t->s, types);
    page_end(&p);
    page_rule(&p, "tasks", "");
    for (size_t i = 0; i < t->rows.n && i < limit && !out_failed(out); i++)
        text_task(&p, t->s, &t->rows.v[i]);
    if (t->rows.n > limit)
        page_printf(&p, "  %zu tasks in all; --limit shows more", t->rows.n), page_end(&p);
}

/* ---- a key and its value ---- */

struct search {
    struct session *s;
    struct str key, value;
    VEC(struct mark) logs;
};

static int search_logs(struct search *k, struct window w, struct err *e)
{
    enum { ROOM = 8192 };
    struct mark *v = mem_alloc(ROOM, sizeof *v);
    long n = ROOM;
    for (ns_t t = w.t0; n == ROOM && t < w.t1;) {
        n = tl_marks(k->s, 1u << EV_LOG, t, w.t1, v, ROOM, e);
        for (long i = 0; i < n; i++)
            if (log_has(session_str(k->s, v[i].s[0]), session_str(k->s, v[i].s[1]), k->key, k->value))
                *vec_push(&k->logs) = v[i];
        if (n > 0)
            t = v[n - 1].t + 1;
    }
    mem_free(v);
    return n < 0 ? -1 : 0;
}

static void search_json(const struct search *k, const struct lens *l, uint64_t limit, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_text(&j, "key", k->key.p, k->key.n);
    json_text(&j, "value", k->value.p, k->value.n);
    json_array(&j, "goroutines");
    for (gidx g = 0; g < k->s->goroutines.n; g++)
        if (l->g[g])
            json_int(&j, NULL, session_g(k->s, g)->id);
    json_array_end(&j);
    json_array(&j, "logs");
    for (size_t i = 0; i < k->logs.n && i < limit && !out_failed(out); i++) {
        const struct mark *m = &k->logs.v[i];
        json_line(&j);
        json_object(&j, NULL);
        json_time(&j, "t_ns", m->t, k->s->t0);
        json_g(&j, "g", k->s, m->g);
        if (m->task)
            json_uint(&j, "task", m->task);
        else
            json_null(&j, "task");
        json_str_id(&j, "category", k->s, m->s[0]);
        json_str_id(&j, "message", k->s, m->s[1]);
        json_object_end(&j);
    }
    json_line(&j);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

static void search_text(const struct opts *o, const struct search *k, const struct lens *l, struct out *out)
{
    struct page p;
    char at[24];
    uint64_t limit = opt_number(o, OPT_LIMIT, TEXT_TASKS);
    page_init(&p, o, out);
    page_printf(&p, "%zu logs, %" PRIu32 " goroutines", k->logs.n, l->n);
    page_end(&p);
    for (size_t i = 0; i < k->logs.n && i < limit && !out_failed(out); i++) {
        const struct mark *m = &k->logs.v[i];
        struct str category = session_str(k->s, m->s[0]), message = session_str(k->s, m->s[1]);
        text_duration(at, m->t - k->s->t0);
        page_right(&p, at, 10);
        page_put(&p, " ");
        page_g(&p, k->s, m->g, 24);
        page_put(&p, " ");
        page_text(&p, category, 12);
        page_put(&p, " ");
        page_text(&p, message, p.width - p.col);
        page_end(&p);
    }
    if (k->logs.n > limit)
        page_printf(&p, "  %zu logs in all; --limit shows more", k->logs.n), page_end(&p);
}

static int print_search(const struct opts *o, struct session *s, const char *pair, struct err *e)
{
    const char *eq = strchr(pair, '=');
    if (!eq || eq == pair) {
        err_set(e, ERR_USAGE, "--key wants KEY=VALUE, not %s", pair);
        return err_hint(e, "ctxscope tasks --key id=42 trace.out");
    }
    struct search k = {.s = s, .key = {pair, (size_t)(eq - pair)}, .value = {eq + 1, strlen(eq + 1)}};
    struct lens l;
    if (search_logs(&k, window_of(o, s), e) < 0 || lens_of_value(s, k.key, k.value, &l, e) < 0) {
        vec_free(&k.logs);
        return -1;
    }
    if (o->format == FORMAT_JSON)
        search_json(&k, &l, opt_limit(o), out_stdout());
    else
        search_text(o, &k, &l, out_stdout());
    lens_release(&l);
    vec_free(&k.logs);
    return 0;
}

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct session *s = load_session(ld);
    struct window w = window_of(o, s);
    struct tree t;
    task_types types = {0};
    (void)ctx;
    if (opt_given(o, OPT_KEY))
        return print_search(o, s, opt_text(o, OPT_KEY), e);
    if (!opt_given(o, OPT_WINDOW))
        w = (struct window){s->t0, s->t1 < INT64_MAX ? s->t1 + 1 : s->t1};
    task_types_make(s, w.t0, w.t1, &types);
    tree_make(&t, s, w);
    if (o->format == FORMAT_JSON)
        print_json(&t, &types, opt_limit(o), out_stdout());
    else if (o->format == FORMAT_CSV)
        print_csv(&t, opt_limit(o), out_stdout());
    else
        print_text(o, &t, &types, out_stdout());
    tree_release(&t);
    vec_free(&types);
    return 0;
}

int cmd_tasks(struct opts *o, struct err *e)
{
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
