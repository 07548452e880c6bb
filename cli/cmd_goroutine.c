/* goroutine ID: all that is known of one: totals, who created it, what it waited for and where, its spans. */
#include <inttypes.h>
#include <string.h>

#include "base/parse.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/json.h"
#include "cli/life_more.h"
#include "cli/load.h"
#include "cli/overview.h"
#include "cli/reasons.h"
#include "cli/stack.h"

/* ---- JSON ---- */

static void json_name(struct json *j, const char *key, struct str s)
{
    if (s.n)
        json_text(j, key, s.p, s.n);
    else
        json_null(j, key);
}

static void json_creators(struct json *j, const struct session *s, gidx g)
{
    gidx chain[CREATORS_MAX], of = g;
    unsigned n = life_creators(s, g, chain);
    json_array(j, "creators");
    for (unsigned i = 0; i < n; of = chain[i++]) {
        json_line(j);
        json_object(j, NULL);
        json_int(j, "g", session_g(s, chain[i])->id);
        json_name(j, "name", session_str(s, session_g(s, chain[i])->name));
        json_time(j, "t_ns", session_g(s, of)->created, s->t0);
        json_stack(j, "stack", s, session_g(s, of)->create_stack);
        json_object_end(j);
    }
    json_array_end(j);
}

struct span_json {
    struct json *j;
    const struct session *s;
    uint64_t left;
};

static bool json_span(void *ctx, const struct span *sp)
{
    struct span_json *x = ctx;
    struct json *j = x->j;
    if (!x->left--)
        return false;
    json_line(j);
    json_object(j, NULL);
    json_time(j, "t0_ns", sp->t0, x->s->t0);
    json_time(j, "t1_ns", sp->open ? NS_OPEN : sp->t1, x->s->t0);
    json_str(j, "state", gstate_names[sp->state]);
    json_name(j, "reason", life_reason(x->s, sp->class));
    if (sp->by < x->s->goroutines.n)
        json_int(j, "by", session_g(x->s, sp->by)->id);
    else
        json_null(j, "by");
    json_stack(j, "stack", x->s, sp->stack);
    json_object_end(j);
    return !out_failed(j->out);
}

static void json_places(struct json *j, const struct life *l)
{
    json_array(j, "stacks");
    for (size_t i = 0; i < l->places.n; i++) {
        const struct life_place *p = &l->places.v[i];
        if (!p->stack)
            continue;
        json_line(j);
        json_object(j, NULL);
        json_str(j, "state", share_names[p->share]);
        json_name(j, "reason", life_reason(l->s, p->class));
        json_uint(j, "count", p->count);
        json_int(j, "ns", p->ns);
        json_stack(j, "stack", l->s, p->stack);
        json_object_end(j);
    }
    json_array_end(j);
}

static int print_json(const struct opts *o, struct life *l, struct out *out, struct err *e)
{
    struct json j;
    struct reasons r;
    const struct goroutine *g = session_g(l->s, l->g);
    reasons_init(&r, l->s, l->w);
    int rc = reasons_sum(&r, l->g, e);
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_int(&j, "g", g->id);
    json_name(&j, "name", session_str(l->s, g->name));
    json_time(&j, "created_ns", g->created, l->s->t0);
    json_time(&j, "ended_ns", g->ended, l->s->t0);
    json_bool(&j, "system", g->system);
    json_int(&j, "running_ns", l->ns[SHARE_RUNNING]);
    json_int(&j, "runnable_ns", l->ns[SHARE_RUNNABLE]);
    json_int(&j, "waiting_ns", waiting_of(l->ns));
    json_int(&j, "syscall_ns", l->ns[SHARE_SYSCALL]);
    json_int(&j, "unknown_ns", l->ns[SHARE_UNKNOWN]);
    reasons_json(&r, &j, "wait_by_reason");
    kinds_json(l->ns, &j, "wait_by_kind");
    json_str(&j, "last_state", g->last_state == G_UNDETERMINED ? NULL : gstate_names[g->last_state]);
    json_creators(&j, l->s, l->g);
    json_places(&j, l);
    rc = rc == 0 ? graph_json(&j, l, e) : rc;
    contexts_of_json(&j, l);
    json_array(&j, "spans");
    struct span_json x = {&j, l->s, opt_limit(o)};
    if (rc == 0)
        rc = spans_each(l->s, l->g, l->w.t0, l->w.t1, json_span, &x, e);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
    reasons_release(&r);
    return rc;
}

/* ---- CSV: the spans ---- */

struct span_csv {
    struct csv c;
    const struct session *s;
    uint64_t left;
};

static bool csv_span(void *ctx, const struct span *sp)
{
    struct span_csv *x = ctx;
    if (!x->left--)
        return false;
    struct str reason = life_reason(x->s, sp->class);
    frame_id own = stack_own_frame(x->s, sp->stack);
    const struct frame *f = own ? session_frame(x->s, own) : NULL;
    csv_time(&x->c, sp->t0, x->s->t0);
    csv_time(&x->c, sp->open ? NS_OPEN : sp->t1, x->s->t0);
    csv_str(&x->c, gstate_names[sp->state]);
    csv_text(&x->c, reason.p, reason.n);
    if (sp->by < x->s->goroutines.n)
        csv_int(&x->c, session_g(x->s, sp->by)->id);
    else
        csv_none(&x->c);
    struct str func = f ? session_str(x->s, f->func) : (struct str){"", 0}, file = f ? session_str(x->s, f->file) : (struct str){"", 0};
    csv_text(&x->c, func.p, func.n);
    csv_text(&x->c, file.p, file.n);
    if (f)
        csv_uint(&x->c, f->line);
    else
        csv_none(&x->c);
    csv_end(&x->c);
    return !out_failed(x->c.out);
}

static int print_csv(const struct opts *o, struct life *l, struct out *out, struct err *e)
{
    static const char *const header[] = {"t0_ns", "t1_ns", "state", "reason", "by", "function", "file", "line", NULL};
    struct span_csv x = {.s = l->s, .left = opt_limit(o)};
    csv_init(&x.c, out, false);
    csv_header(&x.c, header);
    int rc = spans_each(l->s, l->g, l->w.t0, l->w.t1, csv_span, &x, e);
    csv_release(&x.c);
    return rc;
}

/* ---- the command ---- */

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct session *s = load_session(ld);
    int64_t id = *(const int64_t *)ctx;
    gidx g = session_find_g(s, id);
    struct life l;
    if (g == IDX_NONE) {
        err_set(e, ERR_USAGE, "there is no goroutine %" PRId64, id);
        err_source(e, s->sources.n ? s->sources.v[0]->path : "");
        return err_hint(e, "ctxscope goroutines lists them");
    }
    uint8_t *chosen;
    if (chosen_set(&chosen, o, s, e) < 0)
        return -1;
    bool fits = !chosen || chosen[g];
    mem_free(chosen);
    if (!fits) {
        err_set(e, ERR_USAGE, "goroutine %" PRId64 " does not fit --where %s", id, opt_text(o, OPT_WHERE));
        return err_hint(e, "leave --where out, or list those that fit with ctxscope goroutines");
    }
    int rc = life_make(&l, s, g, window_of(o, s), e);
    if (rc == 0)
        rc = o->format == FORMAT_JSON  ? print_json(o, &l, out_stdout(), e)
             : o->format == FORMAT_CSV ? print_csv(o, &l, out_stdout(), e)
                                       : life_text(o, &l, out_stdout(), e);
    life_release(&l);
    return rc;
}

static bool is_id(const char *word, int64_t *id)
{
    size_t skip = (word[0] == 'g' || word[0] == 'G') && word[1];
    return word[skip] >= '0' && word[skip] <= '9' && parse_int(word + skip, strlen(word + skip), id) == 0;
}

/* ID before or behind the sources. */
int cmd_goroutine(struct opts *o, struct err *e)
{
    int64_t id = 0;
    size_t last = o->words.n - 1;
    if (is_id(o->words.v[0], &id))
        return load_and(o, o->words.v + 1, last, print, &id, e);
    if (is_id(o->words.v[last], &id))
        return load_and(o, o->words.v, last, print, &id, e);
    err_set(e, ERR_USAGE, "%s: that is no goroutine's number", o->words.v[0]);
    return err_hint(e, "ctxscope goroutine 104 trace.out");
}
