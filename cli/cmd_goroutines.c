/* goroutines: one row each, with the time in each state. */
#include <inttypes.h>

#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/goroutines.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/overview.h"
#include "cli/page.h"
#include "cli/reasons.h"

static const char *last_state(const struct goroutine *g)
{
    return g->last_state == G_UNDETERMINED ? NULL : gstate_names[g->last_state];
}

static int json_row(struct json *j, const struct session *s, const struct chosen *c, struct reasons *r, struct err *e)
{
    const struct goroutine *g = session_g(s, c->g);
    struct str name = session_str(s, g->name);
    if (waiting_of(c->ns) && reasons_sum(r, c->g, e) < 0)
        return -1;
    json_line(j);
    json_object(j, NULL);
    json_int(j, "g", g->id);
    if (name.n)
        json_text(j, "name", name.p, name.n);
    else
        json_null(j, "name");
    json_time(j, "created_ns", g->created, s->t0);
    json_time(j, "ended_ns", g->ended, s->t0);
    if (g->creator < s->goroutines.n)
        json_int(j, "creator", session_g(s, g->creator)->id);
    else
        json_null(j, "creator");
    json_int(j, "running_ns", c->ns[SHARE_RUNNING]);
    json_int(j, "runnable_ns", c->ns[SHARE_RUNNABLE]);
    json_int(j, "waiting_ns", waiting_of(c->ns));
    json_int(j, "syscall_ns", c->ns[SHARE_SYSCALL]);
    json_int(j, "unknown_ns", c->ns[SHARE_UNKNOWN]);
    reasons_json(r, j, "wait_by_reason");
    kinds_json(c->ns, j, "wait_by_kind");
    json_str(j, "last_state", last_state(g));
    json_object_end(j);
    return 0;
}

static int print_json(struct session *s, const struct chosen_list *l, struct window w, struct out *out, struct err *e)
{
    struct reasons r;
    int rc = 0;
    reasons_init(&r, s, w);
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "goroutines");
    for (size_t i = 0; i < l->rows.n && rc == 0 && !out_failed(out); i++)
        rc = json_row(&j, s, &l->rows.v[i], &r, e);
    json_line(&j);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
    reasons_release(&r);
    return rc;
}

static void csv_row(struct csv *c, const struct session *s, const struct chosen *row)
{
    const struct goroutine *g = session_g(s, row->g);
    struct str name = session_str(s, g->name);
    csv_int(c, g->id);
    csv_text(c, name.p, name.n);
    csv_time(c, g->created, s->t0);
    csv_time(c, g->ended, s->t0);
    if (g->creator < s->goroutines.n)
        csv_int(c, session_g(s, g->creator)->id);
    else
        csv_none(c);
    csv_int(c, waiting_of(row->ns));
    for (unsigned i = 0; i < SHARE_COUNT; i++)
        csv_int(c, row->ns[i]);
    csv_str(c, last_state(g));
    csv_end(c);
}

static void print_csv(const struct session *s, const struct chosen_list *l, struct out *out)
{
    static const char *const first[] = {"g", "name", "created_ns", "ended_ns", "creator", "waiting_ns"};
    struct csv c;
    csv_init(&c, out, false);
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        csv_str(&c, first[i]);
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_ns", share_names[i]);
        csv_str(&c, name);
    }
    csv_str(&c, "last_state");
    csv_end(&c);
    for (size_t i = 0; i < l->rows.n && !out_failed(out); i++)
        csv_row(&c, s, &l->rows.v[i]);
    csv_release(&c);
}

static void text_row(struct page *p, const struct session *s, const struct chosen *c)
{
    const struct goroutine *g = session_g(s, c->g);
    char id[24];
    snprintf(id, sizeof id, "%" PRId64, g->id);
    page_right(p, id, 8);
    page_put(p, " ");
    page_name(p, session_str(s, g->name), p->width - 57);
    page_put(p, " ");
    page_left(p, g->ended != NS_OPEN ? "ended" : g->last_state == G_UNDETERMINED ? "?" : gstate_names[g->last_state], 8);
    page_duration(p, c->ns[SHARE_RUNNING], 9);
    page_duration(p, c->ns[SHARE_RUNNABLE], 10);
    page_duration(p, waiting_of(c->ns), 10);
    page_duration(p, c->ns[SHARE_SYSCALL], 10);
    page_end(p);
}

static void print_text(const struct opts *o, const struct session *s, const struct chosen_list *l, struct out *out)
{
    struct page p;
    page_init(&p, o, out);
    page_printf(&p, "%8s ", "g");
    page_left(&p, "start function", p.width - 57);
    page_put(&p, " state   ");
    page_right(&p, "running", 9);
    page_right(&p, "runnable", 10);
    page_right(&p, "waiting", 10);
    page_right(&p, "syscall", 10);
    page_end(&p);
    for (size_t i = 0; i < l->rows.n && !out_failed(out); i++)
        text_row(&p, s, &l->rows.v[i]);
    if (l->rows.n < l->passed)
        say("%zu of %" PRIu64 " goroutines; --limit gives more", l->rows.n, l->passed);
}

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct session *s = load_session(ld);
    struct chosen_list l;
    (void)ctx;
    if (chosen_make(&l, o, s, o->format == FORMAT_TEXT ? "running" : NULL, opt_limit(o), e) < 0)
        return -1;
    int rc = 0;
    if (o->format == FORMAT_JSON)
        rc = print_json(s, &l, window_of(o, s), out_stdout(), e);
    else if (o->format == FORMAT_CSV)
        print_csv(s, &l, out_stdout());
    else
        print_text(o, s, &l, out_stdout());
    chosen_release(&l);
    return rc;
}

int cmd_goroutines(struct opts *o, struct err *e)
{
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
