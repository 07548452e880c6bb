/* wake ID: why a goroutine waited, link by link back to the root cause; whom it set in motion; the critical path of a stretch. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/goroutines.h"
#include "cli/load.h"
#include "cli/stack.h"
#include "cli/wake.h"
#include "model/goto.h"

enum { TEXT_LINKS = 60 };

struct wake {
    struct session *s;
    gidx g;
    ns_t t;
    bool forward;
    chain_links links;
};

/* --- links ---------------------------------------------------------------------------------------------------------- */

/* A state of its own kind for what is no wait. */
static const char *link_state(const struct chain_link *l)
{
    if (l->end == CHAIN_RAN)
        return "running";
    return l->wait.t0 == l->wait.t1 ? "created" : gstate_names[l->wait.state];
}

static void json_proof(struct json *j, const struct session *s, const struct chain_link *l)
{
    json_array(j, "proof");
    if (l->end == CHAIN_WOKEN || l->end == CHAIN_CREATED) {
        json_object(j, NULL);
        json_str(j, "table", "link");
        json_time(j, "t", l->woken, s->t0);
        json_g(j, "to", s, l->g);
        json_object_end(j);
    }
    json_array_end(j);
}

static void json_link(struct json *j, const struct session *s, const struct chain_link *l)
{
    json_line(j);
    json_object(j, NULL);
    json_g(j, "g", s, l->g);
    json_g_name(j, "name", s, l->g);
    json_str(j, "state", link_state(l));
    json_str_id(j, "reason", s, l->wait.class == CLASS_NONE ? 0 : session_class_name(s, l->wait.class));
    json_time(j, "t0_ns", l->wait.t0, s->t0);
    json_time(j, "t1_ns", l->wait.open ? NS_OPEN : l->wait.t1, s->t0);
    json_int(j, "ns", l->wait.t1 - l->wait.t0);
    json_stack(j, "stack", s, l->end == CHAIN_RAN ? 0 : l->wait.stack);
    json_str(j, "end", chain_end_words[l->end]);
    json_time(j, "woken_ns", l->woken, s->t0);
    json_time(j, "run_ns", l->run, s->t0);
    json_g(j, "by", s, l->by);
    json_g_name(j, "by_name", s, l->by);
    json_stack(j, "by_stack", s, l->by_stack);
    if (l->cancel_edge == IDX_NONE)
        json_null(j, "cancel_edge");
    else
        json_uint(j, "cancel_edge", l->cancel_edge);
    json_proof(j, s, l);
    json_object_end(j);
}

static void print_json(const struct wake *w, uint64_t limit, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_g(&j, "g", w->s, w->g);
    json_str(&j, "direction", w->forward ? "forward" : "back");
    json_array(&j, "links");
    for (size_t i = 0; i < w->links.n && i < limit && !out_failed(out); i++)
        json_link(&j, w->s, &w->links.v[i]);
    json_line(&j);
    json_array_end(&j);
    const struct chain_link *root = w->forward || !w->links.n ? NULL : &w->links.v[w->links.n - 1];
    if (root) {
        json_object(&j, "root");
        json_g(&j, "g", w->s, root->g);
        json_g_name(&j, "name", w->s, root->g);
        json_str(&j, "cause", chain_end_words[root->end]);
        json_object_end(&j);
    } else {
        json_null(&j, "root");
    }
    json_object_end(&j);
    json_finish(&j);
}

static void print_csv(const struct wake *w, uint64_t limit, struct out *out)
{
    static const char *const header[] = {"g", "state", "t0_ns", "t1_ns", "woken_ns", "run_ns", "by", "end", NULL};
    struct csv c;
    csv_init(&c, out, false);
    csv_header(&c, header);
    for (size_t i = 0; i < w->links.n && i < limit && !out_failed(out); i++) {
        const struct chain_link *l = &w->links.v[i];
        csv_int(&c, session_g(w->s, l->g)->id);
        csv_str(&c, link_state(l));
        csv_time(&c, l->wait.t0, w->s->t0);
        csv_time(&c, l->wait.open ? NS_OPEN : l->wait.t1, w->s->t0);
        csv_time(&c, l->woken, w->s->t0);
        csv_time(&c, l->run, w->s->t0);
        if (l->by < w->s->goroutines.n)
            csv_int(&c, session_g(w->s, l->by)->id);
        else
            csv_none(&c);
        csv_str(&c, chain_end_words[l->end]);
        csv_end(&c);
    }
    csv_release(&c);
}

static void text_waker(struct page *p, const struct session *s, const struct chain_link *l)
{
    char at[24];
    text_duration(at, l->woken - s->t0);
    page_to(p, 11);
    page_put(p, l->cancel_edge != IDX_NONE ? "cancelled by " : l->end == CHAIN_CREATED ? "created by " : "woken by ");
    page_g(p, s, l->by, (p->width - p->col - 14) / 2);
    page_put(p, " ");
    page_frame(p, s, stack_own_frame(s, l->by_stack), p->width - p->col - 12);
    page_right(p, at, 11);
    page_end(p);
}

static void text_root(struct page *p, const struct session *s, const struct chain_link *l)
{
    char at[24] = "";
    page_left(p, "root cause", 11);
    page_g(p, s, l->g, 32);
    switch (l->end) {
    case CHAIN_RAN: page_put(p, " was at work all that time"); break;
    case CHAIN_OPEN: page_put(p, " was not woken by the end of the trace"); break;
    case CHAIN_START: page_put(p, " did something before the trace began"); break;
    case CHAIN_WOKEN:
    case CHAIN_CREATED: page_put(p, " …: the chain goes on, --limit shows more"); break;
    default:
        if (l->woken != NS_OPEN)
            text_duration(at, l->woken - s->t0);
        page_printf(p, ": %s, at %s", chain_end_words[l->end], at);
    }
    page_end(p);
}

static void text_link(struct page *p, const struct session *s, const struct chain_link *l)
{
    char words[64];
    if (l->wait.t0 == l->wait.t1 && l->end != CHAIN_RAN)
        page_right(p, "started", 9);
    else
        page_duration(p, l->wait.t1 - l->wait.t0, 9);
    page_put(p, "  ");
    wait_words(words, s, l->wait.class, l->end == CHAIN_RAN ? SHARE_RUNNING : l->wait.share);
    page_g(p, s, l->g, (p->width - 30) / 2);
    page_put(p, " ");
    page_left(p, l->wait.t0 == l->wait.t1 ? "" : words, 14);
    page_put(p, " ");
    page_frame(p, s, l->end == CHAIN_RAN ? 0 : stack_own_frame(s, l->wait.stack), p->width - p->col);
    page_end(p);
}

static void print_text(const struct opts *o, const struct wake *w, uint64_t limit, struct out *out)
{
    struct page p;
    page_init(&p, o, out);
    if (!w->links.n) {
        page_put(&p, w->forward ? "It woke and created nobody." : "It did not wait until then.");
        page_end(&p);
        return;
    }
    char label[80];
    snprintf(label, sizeof label, w->forward ? "whom G%" PRId64 " set in motion" : "why G%" PRId64 " waited", session_g(w->s, w->g)->id);
    page_rule(&p, label, "at");
    for (size_t i = 0; i < w->links.n && i < limit && !out_failed(out); i++) {
        const struct chain_link *l = &w->links.v[i];
        text_link(&p, w->s, l);
        if (l->end == CHAIN_WOKEN || l->end == CHAIN_CREATED)
            text_waker(&p, w->s, l);
    }
    if (w->links.n > limit)
        page_printf(&p, "  … %zu links in all; --limit shows more", w->links.n), page_end(&p);
    if (!w->forward)
        text_root(&p, w->s, &w->links.v[w->links.n - 1]);
}

/* --- what is asked -------------------------------------------------------------------------------------------------- */

static int find_g(struct session *s, int64_t id, gidx *g, struct err *e)
{
    *g = session_find_g(s, id);
    if (*g != IDX_NONE)
        return 0;
    err_set(e, ERR_USAGE, "there is no goroutine %" PRId64, id);
    return err_hint(e, "ctxscope goroutines lists them");
}

static int print_links(const struct opts *o, struct wake *w, struct err *e)
{
    struct window win = window_of(o, w->s);
    uint64_t limit = opt_number(o, OPT_LIMIT, o->format == FORMAT_TEXT ? TEXT_LINKS : CHAIN_MAX);
    int rc = w->forward ? chain_forward(w->s, w->g, w->t == NS_NONE ? win.t0 : w->t, win.t1, CHAIN_MAX, &w->links, e)
                        : chain_back(w->s, w->g, w->t == NS_NONE ? w->s->t1 : w->t, CHAIN_MAX, &w->links, e);
    if (rc == 0 && o->format == FORMAT_JSON)
        print_json(w, limit, out_stdout());
    else if (rc == 0 && o->format == FORMAT_CSV)
        print_csv(w, limit, out_stdout());
    else if (rc == 0)
        print_text(o, w, limit, out_stdout());
    vec_free(&w->links);
    return rc;
}

static int print_path(const struct opts *o, struct session *s, gidx g, ns_t t0, ns_t t1, struct err *e)
{
    path_pieces pieces = {0};
    struct path_of p = {.g = g, .t0 = t0, .t1 = t1, .pieces = &pieces};
    if (critical_path(s, g, t0, t1, CHAIN_MAX, &pieces, e) < 0)
        return -1;
    if (o->format == FORMAT_JSON) {
        struct json j;
        json_init(&j, out_stdout());
        json_object(&j, NULL);
        json_int(&j, "schema", 1);
        path_json(&j, s, &p);
        json_object_end(&j);
        json_finish(&j);
    } else {
        struct page page;
        page_init(&page, o, out_stdout());
        path_text(&page, s, &p, opt_number(o, OPT_LIMIT, TEXT_LINKS));
    }
    vec_free(&pieces);
    return 0;
}

static int print_task(const struct opts *o, struct session *s, uint64_t id, struct err *e)
{
    for (size_t i = 0; i < s->tasks.n; i++) {
        const struct task *t = &s->tasks.v[i];
        if (t->id == id && t->g < s->goroutines.n)
            return print_path(o, s, t->g, t->t0 == NS_NONE ? s->t0 : t->t0, t->t1 == NS_OPEN ? s->t1 : t->t1, e);
    }
    err_set(e, ERR_USAGE, "there is no task %" PRIu64, id);
    return err_hint(e, "ctxscope tasks lists them");
}

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct wake w = {.s = load_session(ld), .t = NS_NONE, .forward = opt_given(o, OPT_FORWARD)};
    if (opt_given(o, OPT_TASK))
        return print_task(o, w.s, opt_number(o, OPT_TASK, 0), e);
    if (find_g(w.s, *(const int64_t *)ctx, &w.g, e) < 0)
        return -1;
    if (opt_given(o, OPT_PATH)) {
        struct window p = o->value[OPT_PATH].window;
        ns_t t0 = p.t0 == NS_NONE ? w.s->t0 : w.s->t0 + p.t0, t1 = p.t1 == NS_OPEN ? w.s->t1 : w.s->t0 + p.t1;
        return print_path(o, w.s, w.g, t0, t1 < w.s->t1 ? t1 : w.s->t1, e);
    }
    struct goto_place place = GOTO_NOWHERE;
    if (opt_given(o, OPT_GOTO) && goto_parse(w.s, opt_text(o, OPT_GOTO), &place, e) < 0)
        return -1;
    w.t = place.t;
    return print_links(o, &w, e);
}

/* ID before or behind the sources; none with --task. */
int cmd_wake(struct opts *o, struct err *e)
{
    int64_t id = 0;
    size_t last = o->words.n - 1;
    if (opt_given(o, OPT_TASK))
        return load_and(o, o->words.v, o->words.n, print, &id, e);
    if (last && word_is_g(o->words.v[0], &id))
        return load_and(o, o->words.v + 1, last, print, &id, e);
    if (last && word_is_g(o->words.v[last], &id))
        return load_and(o, o->words.v, last, print, &id, e);
    if (!last)
        err_set(e, ERR_USAGE, "wake needs a goroutine's number and a trace, or --task N");
    else
        err_set(e, ERR_USAGE, "%s: that is no goroutine's number", o->words.v[0]);
    return err_hint(e, "ctxscope wake 104 trace.out");
}
