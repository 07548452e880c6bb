/* contexts: the tree by creating statement, or each context with its life. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/contexts.h"
#include "cli/csv.h"
#include "cli/goroutines.h"
#include "cli/load.h"
#include "model/ctx/tree.h"

static const char *const via_words[] = {[REF_TODO] = "todo", [REF_WITHOUT] = "withoutcancel", [REF_FOREIGN] = "foreign"};

/* Expected times come from messages that are written right before their event is stamped. */
enum { DEADLINE_ERROR_NS = 1000 };

/* What the command line chooses of the list. */
struct choice {
    const struct session *s;
    struct window w;
    bool windowed;
    uint8_t *chosen; /* goroutines of --where; NULL: all */
    bool used;       /* by one of them */
};

static bool is_used(void *ctx, const struct context_user *u)
{
    struct choice *c = ctx;
    c->used = u->g < c->s->goroutines.n && c->chosen[u->g];
    return !c->used;
}

/* In the window by its making; of a chosen goroutine that owns or uses it. */
static bool chosen(struct choice *c, const struct context_row *r)
{
    ns_t t = r->created != NS_NONE ? r->created : r->cancelled != NS_NONE ? r->cancelled : c->w.t0;
    if (c->windowed && (t < c->w.t0 || t >= c->w.t1))
        return false;
    if (!c->chosen || (r->owner < c->s->goroutines.n && c->chosen[r->owner]))
        return true;
    c->used = false;
    context_users(c->s, r, is_used, c);
    return c->used;
}

/* ---- JSON ---- */

struct users_json {
    struct json *j;
    const struct session *s;
};

static bool json_user(void *ctx, const struct context_user *u)
{
    struct users_json *x = ctx;
    json_object(x->j, NULL);
    json_g(x->j, "g", x->s, u->g);
    json_time(x->j, "first_done_ns", u->first_done, x->s->t0);
    json_time(x->j, "wake_ns", u->wake, x->s->t0);
    json_time(x->j, "run_ns", u->run, x->s->t0);
    json_time(x->j, "exit_ns", u->exit, x->s->t0);
    json_object_end(x->j);
    return !out_failed(x->j->out);
}

static void json_via(struct json *j, uint8_t ref)
{
    json_array(j, "via");
    for (unsigned bit = REF_TODO; bit <= REF_FOREIGN; bit <<= 1)
        if (ref & bit)
            json_str(j, NULL, via_words[bit]);
    json_array_end(j);
}

static void json_id(struct json *j, const char *key, uint64_t id)
{
    if (id)
        json_uint(j, key, id);
    else
        json_null(j, key);
}

/* The context that was told: what an inferred one does not have. */
static void json_exact(struct json *j, const struct session *s, const struct context_row *r)
{
    json_via(j, r->ref);
    json_time(j, "asked_ns", r->asked, s->t0);
    json_str_id(j, "key", s, r->key);
    json_str_id(j, "foreign", s, r->foreign);
    json_id(j, "root_of_cancel", r->root);
    json_uint(j, "children", r->children);
    json_uint(j, "err_calls", r->err_calls);
    json_uint(j, "value_calls", r->value_calls);
    json_bool(j, "standard_library", r->std);
}

static void json_row(struct json *j, const struct session *s, const struct context_row *r)
{
    json_object(j, NULL);
    json_uint(j, "id", r->id);
    json_id(j, "parent", r->parent);
    json_str(j, "kind", ctx_kind_words[r->kind]);
    json_str(j, "evidence", grade_words[r->grade]);
    json_frame(j, "site", s, r->site);
    json_time(j, "created_ns", r->created, s->t0);
    json_time(j, "deadline_ns", r->deadline, s->t0);
    json_time(j, "cancelled_ns", r->cancelled, s->t0);
    json_str(j, "by", cancel_by_words[r->by]);
    json_str_id(j, "cause", s, r->cause);
    json_g(j, "canceller_g", s, r->canceller);
    json_g(j, "owner_g", s, r->owner);
    json_frame(j, "cancel_site", s, r->cancel_site);
    if (r->ctx != IDX_NONE)
        json_exact(j, s, r);
    json_id(j, "task", r->task < s->tasks.n ? s->tasks.v[r->task].id : 0);
    json_str_id(j, "name", s, r->name);
    json_array(j, "users");
    context_users(s, r, json_user, &(struct users_json){j, s});
    json_array_end(j);
    json_object_end(j);
}

static void print_json(const struct opts *o, struct choice *choice, struct out *out)
{
    struct json j;
    const struct session *s = choice->s;
    uint64_t left = opt_limit(o);
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "contexts");
    for (size_t i = 0; i < context_rows(s) && left && !out_failed(out); i++) {
        struct context_row r = context_row(s, i);
        if (!chosen(choice, &r))
            continue;
        json_line(&j);
        json_row(&j, s, &r);
        left--;
    }
    json_line(&j);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

/* ---- CSV ---- */

static void csv_str_id(struct csv *c, const struct session *s, str_id id)
{
    struct str text = session_str(s, id);
    csv_text(c, text.p, text.n);
}

static void csv_g(struct csv *c, const struct session *s, gidx g)
{
    if (g < s->goroutines.n)
        csv_int(c, session_g(s, g)->id);
    else
        csv_none(c);
}

static void csv_frame(struct csv *c, const struct session *s, frame_id f)
{
    const struct frame *fr = f && f < s->known.frames ? session_frame(s, f) : NULL;
    csv_str_id(c, s, fr ? fr->func : 0);
    csv_str_id(c, s, fr ? fr->file : 0);
    if (fr)
        csv_uint(c, fr->line);
    else
        csv_none(c);
}

static bool count_user(void *ctx, const struct context_user *u)
{
    uint32_t *n = ctx;
    n[0]++;
    n[1] += u->edge != IDX_NONE;
    return true;
}

static void csv_row(struct csv *c, const struct session *s, const struct context_row *r)
{
    uint32_t users[2] = {0};
    context_users(s, r, count_user, users);
    csv_uint(c, r->id);
    if (r->parent)
        csv_uint(c, r->parent);
    else
        csv_none(c);
    csv_str(c, ctx_kind_words[r->kind]);
    csv_str(c, grade_words[r->grade]);
    csv_frame(c, s, r->site);
    csv_time(c, r->created, s->t0);
    csv_time(c, r->deadline, s->t0);
    csv_time(c, r->cancelled, s->t0);
    csv_str(c, cancel_by_words[r->by]);
    csv_str_id(c, s, r->cause);
    csv_g(c, s, r->canceller);
    csv_g(c, s, r->owner);
    csv_uint(c, users[0]);
    csv_uint(c, users[1]);
    csv_end(c);
}

static void print_csv(const struct opts *o, struct choice *choice, struct out *out)
{
    static const char *const header[] = {"id",          "parent",     "kind",        "evidence",     "function", "file",
                                         "line",        "created_ns", "deadline_ns", "cancelled_ns", "by",       "cause",
                                         "canceller_g", "owner_g",    "users",       "woken",        NULL};
    struct csv c;
    const struct session *s = choice->s;
    uint64_t left = opt_limit(o);
    csv_init(&c, out, false);
    csv_header(&c, header);
    for (size_t i = 0; i < context_rows(s) && left && !out_failed(out); i++) {
        struct context_row r = context_row(s, i);
        if (!chosen(choice, &r))
            continue;
        csv_row(&c, s, &r);
        left--;
    }
    csv_release(&c);
}

/* ---- text: the tree ---- */

/* Whether level k's line goes on below node n: its ancestor there has a further sibling. */
static bool goes_on(const struct ctx_tree *t, uint32_t n, uint32_t level)
{
    while (t->nodes.v[n].level > level)
        n = t->nodes.v[n].parent;
    return t->nodes.v[n].next != IDX_NONE;
}

enum { LEVELS_SHOWN = 12 };

static void text_branch(struct page *p, const struct ctx_tree *t, uint32_t n)
{
    uint32_t level = t->nodes.v[n].level;
    if (level > LEVELS_SHOWN)
        page_printf(p, "%*s%" PRIu32 " ", 2 * LEVELS_SHOWN - 4, "", level);
    for (uint32_t k = 1; level <= LEVELS_SHOWN && k < level; k++)
        page_raw(p, goes_on(t, n, k) ? (p->utf8 ? "│ " : "| ") : "  ", 2);
    if (level)
        page_raw(p, t->nodes.v[n].next != IDX_NONE ? (p->utf8 ? "├ " : "|-") : (p->utf8 ? "└ " : "`-"), 2);
}

static void number(struct page *p, uint32_t n, int width)
{
    if (n)
        page_count(p, n, width);
    else
        page_right(p, p->utf8 ? "·" : ".", width);
}

static void text_ns(struct page *p, ns_t v, int width)
{
    if (v == NS_NONE)
        page_right(p, p->utf8 ? "–  " : "-  ", width);
    else
        page_duration(p, v, width);
}

static void node_label(char out[64], const struct tree_node *n)
{
    static const char *const roots[] = {"older than the trace", "Background"};
    if (n->kind == TREE_ROOT)
        snprintf(out, 64, "%s", roots[1]);
    else if (n->kind == TREE_BURST)
        snprintf(out, 64, n->dl ? "deadlines fired, made: unknown" : "cancel called: unknown where");
    else if (n->kind == TREE_WAITER)
        snprintf(out, 64, "waited: unknown where");
    else
        snprintf(out, 64, "%s, %s", ctx_kind_words[n->ctx_kind] ? ctx_kind_words[n->ctx_kind] : "unknown kind", roots[0]);
}

/* "Serve:33 +2v", in the columns up to `to`. */
static void text_place(struct page *p, const struct session *s, const struct tree_node *n, int to)
{
    char values[24] = "", label[64];
    if (n->values)
        snprintf(values, sizeof values, " +%" PRIu32 "v", n->values);
    int room = to - p->col - (int)strlen(values) - 2;
    room = room > 6 ? room : 6;
    if (n->kind == TREE_TASK && n->name)
        page_text(p, session_str(s, n->name), room);
    else if (n->site)
        page_site(p, s, n->site, room);
    else {
        node_label(label, n);
        page_left(p, label, room);
    }
    page_put(p, values);
    page_to(p, to);
}

/* Columns of an exact tree; those without `narrow` need 110 columns. */
enum { WIDE = 110 };
static const struct {
    const char *word;
    uint8_t width, narrow, is_ns;
    uint16_t at; /* in struct tree_node: ns_t or uint32_t */
} exact_cols[] = {
#define COL(word, width, narrow, is_ns, field)                                                                                             \
    {                                                                                                                                      \
        word, width, narrow, is_ns, offsetof(struct tree_node, field)                                                                      \
    }
    COL("×N", 6, 1, 0, n),     COL("asked", 9, 1, 1, asked), COL("left", 9, 1, 1, left), COL("ok", 6, 0, 0, ok),
    COL("dl", 6, 1, 0, dl),    COL("par", 6, 0, 0, par),     COL("none", 6, 1, 0, none), COL("p50", 10, 0, 1, p50),
    COL("p99", 10, 1, 1, p99), COL("never", 6, 1, 0, never), COL("deaf", 5, 0, 0, deaf),
#undef COL
};
enum { EXACT_COLS = sizeof exact_cols / sizeof *exact_cols };

static bool shown(const struct page *p, size_t col)
{
    return exact_cols[col].narrow || p->width >= WIDE;
}

static int exact_place(const struct page *p)
{
    int place = p->width;
    for (size_t i = 0; i < EXACT_COLS; i++)
        place -= shown(p, i) ? exact_cols[i].width : 0;
    return place;
}

static void text_exact_row(struct page *p, const struct session *s, const struct ctx_tree *t, uint32_t i, int place)
{
    const struct tree_node *n = &t->nodes.v[i];
    text_branch(p, t, i);
    text_place(p, s, n, place);
    for (size_t c = 0; c < EXACT_COLS; c++) {
        if (!shown(p, c))
            continue;
        const char *field = (const char *)n + exact_cols[c].at;
        if (exact_cols[c].is_ns)
            text_ns(p, *(const ns_t *)(const void *)field, exact_cols[c].width);
        else
            number(p, *(const uint32_t *)(const void *)field, exact_cols[c].width);
    }
    page_end(p);
}

static void text_exact_head(struct page *p, int place)
{
    page_left(p, "= exact", place);
    for (size_t i = 0; i < EXACT_COLS; i++)
        if (shown(p, i))
            page_right(p, i == 0 && !p->utf8 ? "N" : exact_cols[i].word, exact_cols[i].width);
    page_end(p);
}

static void text_inferred_row(struct page *p, const struct session *s, const struct ctx_tree *t, uint32_t i, int place)
{
    const struct tree_node *n = &t->nodes.v[i];
    char depth[16] = "";
    text_branch(p, t, i);
    text_place(p, s, n, place);
    number(p, n->n, 7);
    number(p, n->edges, 7);
    if (n->edges)
        snprintf(depth, sizeof depth, n->depth_min == n->depth_max ? "%u" : "%u-%u", n->depth_min, n->depth_max);
    page_right(p, depth, 8);
    text_ns(p, n->run_p99, 10);
    text_ns(p, n->p99, 10);
    number(p, n->never, 7);
    page_put(p, n->kind == TREE_TASK ? " task" : n->kind == TREE_BURST ? " cancel" : " waits");
    page_end(p);
}

static void text_inferred_head(struct page *p, const struct session *s, int place)
{
    char bursts[64];
    snprintf(bursts, sizeof bursts, "~ inferred from %zu cancels", s->ctx.cancels.n);
    page_left(p, bursts, place);
    page_right(p, p->utf8 ? "×N" : "N", 7);
    page_right(p, "edges", 7);
    page_right(p, "depth", 8);
    page_right(p, "run p99", 10);
    page_right(p, "exit p99", 10);
    page_right(p, "never", 7);
    page_end(p);
}

static void text_unknown(struct page *p)
{
    static const char *const lines[] = {
        "the tree        parents, kinds, deadlines: the stack of a cancel shows how many levels, not which",
        "silent cancels  a cancel that wakes nobody leaves no event",
        "lost cancels    a context that nobody cancels leaves no event",
        "who set a timer the goroutine of a fired deadline has no creator",
        "The exact tree needs context events in the trace: user logs of category ctxscope/1 (docs/contexts.md).",
    };
    page_end(p);
    page_rule(p, "what this trace cannot say", "");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        page_put(p, i < 4 ? " ? " : " ");
        page_put(p, lines[i]);
        page_end(p);
    }
}

static void print_text(const struct opts *o, struct session *s, struct out *out)
{
    struct page p;
    struct ctx_tree t;
    struct window w = window_of(o, s);
    bool all = !opt_given(o, OPT_WINDOW);
    uint64_t left = opt_limit(o);
    page_init(&p, o, out);
    ctx_tree_make(s, all ? NS_NONE : w.t0, all ? NS_NONE : w.t1, &t);
    int place = t.exact ? exact_place(&p) : p.width - 56;
    if (t.exact)
        text_exact_head(&p, place);
    else
        text_inferred_head(&p, s, place);
    for (uint32_t i = t.exact ? 0 : 1; i < t.nodes.n && left && !out_failed(out); i++, left--)
        (t.exact ? text_exact_row : text_inferred_row)(&p, s, &t, i, place);
    if (!t.exact)
        text_unknown(&p);
    else if (s->ctx.malformed)
        page_printf(&p, "%" PRIu64 " context events could not be read", s->ctx.malformed), page_end(&p);
    ctx_tree_release(&t);
}

/* ---- one context ---- */

static ns_t late(const struct context_step *k)
{
    return k->t == NS_NONE || k->expected == NS_NONE ? NS_NONE : k->t - k->expected;
}

static void steps_json(const struct session *s, const struct context_row *r, const context_steps *steps, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "contexts");
    json_row(&j, s, r);
    json_array_end(&j);
    if (r->deadline != NS_NONE)
        json_int(&j, "deadline_error_ns", DEADLINE_ERROR_NS);
    else
        json_null(&j, "deadline_error_ns");
    json_array(&j, "steps");
    for (size_t i = 0; i < steps->n; i++) {
        const struct context_step *k = &steps->v[i];
        json_line(&j);
        json_object(&j, NULL);
        json_time(&j, "t_ns", k->t, s->t0);
        json_str(&j, "what", k->what);
        json_g(&j, "g", s, k->g);
        json_frame(&j, "at", s, k->at);
        json_time(&j, "expected_ns", k->expected, s->t0);
        json_time(&j, "late_ns", late(k), 0);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

static void steps_head(struct page *p, const struct session *s, const struct context_row *r)
{
    char text[24];
    page_printf(p, "context %" PRIu64 "  %s  %s", r->id, ctx_kind_words[r->kind] ? ctx_kind_words[r->kind] : "unknown kind",
                grade_words[r->grade]);
    if (r->parent)
        page_printf(p, "  below %" PRIu64, r->parent);
    if (r->deadline != NS_NONE && r->created != NS_NONE) {
        text_duration(text, r->deadline - r->created);
        page_printf(p, "  %s left when made", text);
    }
    page_end(p);
    if (r->site)
        page_put(p, "made at "), page_frame(p, s, r->site, p->width - 8), page_end(p);
    if (r->by == BY_DEADLINE && r->deadline == NS_NONE)
        page_put(p, "When it was due is not told: the trace has no event of its making."), page_end(p);
    page_rule(p, "steps", "");
}

static void steps_text(const struct opts *o, const struct session *s, const struct context_row *r, const context_steps *steps,
                       struct out *out)
{
    struct page p;
    char at[24];
    page_init(&p, o, out);
    steps_head(&p, s, r);
    for (size_t i = 0; i < steps->n && !out_failed(out); i++) {
        const struct context_step *k = &steps->v[i];
        if (k->t == NS_NONE)
            snprintf(at, sizeof at, "not told");
        else
            text_duration(at, k->t - s->t0);
        page_right(&p, at, 10);
        if (late(k) == NS_NONE)
            page_right(&p, "", 12);
        else {
            page_right(&p, k->t < k->expected ? "-" : "+", 3);
            page_duration(&p, k->t < k->expected ? k->expected - k->t : k->t - k->expected, 9);
        }
        page_put(&p, "  ");
        page_left(&p, k->what, 34);
        if (k->g != IDX_NONE)
            page_g(&p, s, k->g, 24);
        page_put(&p, " ");
        page_frame(&p, s, k->at, p.width - p.col);
        page_end(&p);
    }
    if (r->deadline != NS_NONE)
        page_put(&p, "  The deadline is known to about 1 µs: its event is stamped right after it was read."), page_end(&p);
}

static int print_one(const struct opts *o, struct session *s, uint64_t id, struct err *e)
{
    for (size_t i = 0; i < context_rows(s); i++) {
        struct context_row r = context_row(s, i);
        if (r.id != id)
            continue;
        context_steps steps = {0};
        int rc = context_steps_make(s, &r, &steps, e);
        if (rc == 0 && o->format == FORMAT_JSON)
            steps_json(s, &r, &steps, out_stdout());
        else if (rc == 0)
            steps_text(o, s, &r, &steps, out_stdout());
        vec_free(&steps);
        return rc;
    }
    err_set(e, ERR_USAGE, "there is no context %" PRIu64, id);
    return err_hint(e, "ctxscope contexts --json lists them");
}

/* The tree sums all contexts of a place: parts of it would say something else. */
static int refuse_tree(struct err *e)
{
    err_set(e, ERR_USAGE, "contexts: --where chooses from the list of contexts, and text is the tree of their places");
    return err_hint(e, "add --json or --format csv");
}

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct session *s = load_session(ld);
    struct choice c = {.s = s, .w = window_of(o, s), .windowed = opt_given(o, OPT_WINDOW)};
    (void)ctx;
    if (opt_given(o, OPT_ID))
        return print_one(o, s, opt_number(o, OPT_ID, 0), e);
    if (chosen_set(&c.chosen, o, s, e) < 0)
        return -1;
    int rc = 0;
    if (o->format == FORMAT_JSON)
        print_json(o, &c, out_stdout());
    else if (o->format == FORMAT_CSV)
        print_csv(o, &c, out_stdout());
    else if (c.chosen)
        rc = refuse_tree(e);
    else
        print_text(o, s, out_stdout());
    mem_free(c.chosen);
    return rc;
}

int cmd_contexts(struct opts *o, struct err *e)
{
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
