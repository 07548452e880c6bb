/* goroutine ID: all that is known of one: totals, who created it, what it waited for and where, its spans. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/goroutines.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/overview.h"
#include "cli/stack.h"

enum { CREATORS_MAX = 32, TEXT_SPANS = 40, TEXT_STACKS = 8, TEXT_FRAMES = 12 };

/* Time in spans of one class that began with one stack. */
struct place {
    class_id class;
    uint8_t share;
    stack_id stack;
    uint64_t count;
    ns_t ns;
};
struct life {
    struct session *s;
    gidx g;
    struct window w;
    ns_t ns[SHARE_COUNT];
    VEC(struct place) places; /* most time first */
    struct map by_place;
    uint64_t spans;
};

static ns_t within(const struct window *w, const struct span *sp)
{
    ns_t from = sp->t0 > w->t0 ? sp->t0 : w->t0, to = sp->t1 < w->t1 ? sp->t1 : w->t1;
    return to > from ? to - from : 0;
}

static bool add(void *ctx, const struct span *sp)
{
    struct life *l = ctx;
    uint64_t key = (uint64_t)sp->class << 32 | sp->stack;
    uint32_t at = map_get(&l->by_place, key);
    l->spans++;
    if (sp->share >= SHARE_COUNT)
        return true;
    l->ns[sp->share] += within(&l->w, sp);
    if (at == MAP_NONE) {
        at = (uint32_t)l->places.n;
        map_put(&l->by_place, key, at);
        *vec_push(&l->places) = (struct place){sp->class, sp->share, sp->stack, 0, 0};
    }
    l->places.v[at].count++;
    l->places.v[at].ns += within(&l->w, sp);
    return true;
}

static int by_ns(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;
    return a->ns != b->ns ? (a->ns > b->ns ? -1 : 1) : 0;
}

static int life_make(struct life *l, struct session *s, gidx g, struct window w, struct err *e)
{
    *l = (struct life){.s = s, .g = g, .w = w};
    int rc = spans_each(s, g, w.t0, w.t1, add, l, e);
    if (l->places.n)
        qsort(l->places.v, l->places.n, sizeof *l->places.v, by_ns);
    return rc;
}

static void life_release(struct life *l)
{
    vec_free(&l->places);
    map_release(&l->by_place);
}

/* The goroutine's creators, nearest first. */
static unsigned creators_of(const struct session *s, gidx g, gidx out[CREATORS_MAX])
{
    unsigned n = 0;
    for (gidx c = session_g(s, g)->creator; c < s->goroutines.n && n < CREATORS_MAX; c = session_g(s, c)->creator) {
        if (c == g || (n && c == out[n - 1])) /* damaged input may go round */
            break;
        out[n++] = c;
    }
    return n;
}

/* Before the first transition there is no class. */
static str_id reason_id(const struct session *s, class_id c)
{
    return c < s->dict.nclasses ? session_class(s, c)->name : 0;
}

static struct str reason_of(const struct session *s, class_id c)
{
    return session_str(s, reason_id(s, c));
}

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
    unsigned n = creators_of(s, g, chain);
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

/* Of all classes with one reason: the runtime's own words. */
static void json_reasons(struct json *j, const struct life *l)
{
    json_object(j, "wait_by_reason");
    for (size_t i = 0; i < l->places.n; i++) {
        const struct place *p = &l->places.v[i];
        struct str name = reason_of(l->s, p->class);
        ns_t sum = 0;
        bool first = true;
        if (p->share < SHARE_CHAN || p->share > SHARE_OTHER)
            continue;
        for (size_t k = 0; k < l->places.n; k++) {
            const struct place *q = &l->places.v[k];
            if (q->share < SHARE_CHAN || q->share > SHARE_OTHER || reason_id(l->s, q->class) != reason_id(l->s, p->class))
                continue;
            first = first && k >= i;
            sum += q->ns;
        }
        if (!first)
            continue;
        json_key_text(j, name.n ? name.p : "not told", name.n ? name.n : 8);
        json_int(j, NULL, sum);
    }
    json_object_end(j);
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
    json_name(j, "reason", reason_of(x->s, sp->class));
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
        const struct place *p = &l->places.v[i];
        if (!p->stack)
            continue;
        json_line(j);
        json_object(j, NULL);
        json_str(j, "state", share_names[p->share]);
        json_name(j, "reason", reason_of(l->s, p->class));
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
    const struct goroutine *g = session_g(l->s, l->g);
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
    json_reasons(&j, l);
    json_str(&j, "last_state", g->last_state == G_UNDETERMINED ? NULL : gstate_names[g->last_state]);
    json_creators(&j, l->s, l->g);
    json_places(&j, l);
    json_array(&j, "spans");
    struct span_json x = {&j, l->s, opt_limit(o)};
    int rc = spans_each(l->s, l->g, l->w.t0, l->w.t1, json_span, &x, e);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
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
    struct str reason = reason_of(x->s, sp->class);
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

/* ---- text ---- */

static void text_when(struct page *p, const struct session *s, const struct goroutine *g)
{
    char a[24], b[24];
    text_duration(a, g->created - s->t0);
    text_duration(b, g->ended - s->t0);
    if (g->created == NS_NONE)
        page_put(p, "older than the trace");
    else
        page_printf(p, "created at %s", a);
    if (g->ended == NS_OPEN)
        page_printf(p, ", alive at the end (%s)", g->last_state == G_UNDETERMINED ? "state not told" : gstate_names[g->last_state]);
    else
        page_printf(p, ", ended at %s", b);
    page_printf(p, "%s; %" PRIu32 " changes of state", g->system ? "; the runtime's own" : "", g->transitions);
    page_end(p);
}

static void text_totals(struct page *p, const struct life *l)
{
    ns_t sum = 0;
    for (unsigned i = 0; i < SHARE_COUNT; i++)
        sum += l->ns[i];
    page_end(p);
    page_rule(p, "time", "share      total");
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        if (!l->ns[i])
            continue;
        page_put(p, " ");
        page_left(p, share_names[i], 12);
        page_bar(p, (double)l->ns[i] / (double)sum, p->width - 35);
        page_percent(p, (double)l->ns[i] / (double)sum, 9);
        page_duration(p, l->ns[i], 11);
        page_end(p);
    }
}

static void text_creators(struct page *p, const struct session *s, gidx g)
{
    gidx chain[CREATORS_MAX], of = g;
    unsigned n = creators_of(s, g, chain);
    if (!n)
        return;
    page_end(p);
    page_rule(p, "created by, where", "at");
    for (unsigned i = 0; i < n; of = chain[i++]) {
        char id[24], at[24] = "";
        snprintf(id, sizeof id, "G%" PRId64, session_g(s, chain[i])->id);
        if (session_g(s, of)->created != NS_NONE)
            text_duration(at, session_g(s, of)->created - s->t0);
        page_right(p, id, 9);
        page_put(p, " ");
        page_name(p, session_str(s, session_g(s, chain[i])->name), (p->width - 20) / 2 - 6);
        page_put(p, " ");
        page_stack_place(p, s, session_g(s, of)->create_stack, (p->width - 20) / 2 + 5);
        page_right(p, at, 9);
        page_end(p);
    }
}

static void text_stacks(struct page *p, const struct life *l)
{
    size_t shown = 0;
    for (size_t i = 0; i < l->places.n && shown < TEXT_STACKS; i++) {
        const struct place *x = &l->places.v[i];
        char reason[128], total[24];
        struct str r = reason_of(l->s, x->class);
        if (!x->stack || !x->ns || x->share == SHARE_RUNNING || x->share == SHARE_RUNNABLE)
            continue;
        if (!shown++) {
            page_end(p);
            page_rule(p, "where it waited", "times      total");
        }
        text_visible(reason, sizeof reason, r.p, r.n);
        text_duration(total, x->ns);
        page_put(p, " ");
        page_left(p, reason[0] ? reason : share_names[x->share], p->width - 22);
        page_count(p, x->count, 8);
        page_right(p, total, 12);
        page_end(p);
        page_stack(p, l->s, x->stack, 3, TEXT_FRAMES);
    }
}

struct span_text {
    struct page *p;
    const struct session *s;
    uint64_t left;
};

static bool text_span(void *ctx, const struct span *sp)
{
    struct span_text *x = ctx;
    struct page *p = x->p;
    char reason[128], at[32], by[32] = "";
    struct str r = reason_of(x->s, sp->class);
    if (!x->left--)
        return false;
    text_visible(reason, sizeof reason, r.p, r.n);
    text_time(at, sp->t0 - x->s->t0, 1);
    page_right(p, at, 15);
    page_duration(p, sp->t1 - sp->t0, 9);
    page_printf(p, "%s ", sp->open ? "+" : " ");
    page_left(p, gstate_names[sp->state], 9);
    page_left(p, reason, 16);
    if (sp->by < x->s->goroutines.n && session_g(x->s, sp->by)->id >= 0)
        snprintf(by, sizeof by, "by G%" PRId64, session_g(x->s, sp->by)->id);
    page_left(p, sp->state == G_RUNNABLE ? by : "", 9);
    page_stack_place(p, x->s, sp->stack, p->width - p->col);
    page_end(p);
    return !out_failed(p->out);
}

static int print_text(const struct opts *o, struct life *l, struct out *out, struct err *e)
{
    struct page p;
    const struct goroutine *g = session_g(l->s, l->g);
    page_init(&p, o, out);
    page_printf(&p, "goroutine %" PRId64 "  ", g->id);
    page_name(&p, session_str(l->s, g->name), p.width - p.col);
    page_end(&p);
    text_when(&p, l->s, g);
    text_creators(&p, l->s, l->g);
    text_totals(&p, l);
    text_stacks(&p, l);
    page_end(&p);
    page_rule(&p, "spans: begins, takes, state, why, where", NULL);
    struct span_text x = {&p, l->s, opt_number(o, OPT_LIMIT, TEXT_SPANS)};
    uint64_t most = x.left;
    int rc = spans_each(l->s, l->g, l->w.t0, l->w.t1, text_span, &x, e);
    if (l->spans > most) {
        page_printf(&p, " %s %" PRIu64 " more spans: --limit, --window", page_ellipsis(&p), l->spans - most);
        page_end(&p);
    }
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
                                       : print_text(o, &l, out_stdout(), e);
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
