/* One goroutine for people. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/life_more.h"
#include "cli/stack.h"

enum { TEXT_SPANS = 40, TEXT_STACKS = 8, TEXT_FRAMES = 12 };

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
    unsigned n = life_creators(s, g, chain);
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
        const struct life_place *x = &l->places.v[i];
        char reason[128], total[24];
        struct str r = life_reason(l->s, x->class);
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
    struct str r = life_reason(x->s, sp->class);
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

int life_text(const struct opts *o, struct life *l, struct out *out, struct err *e)
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
    if (graph_text(&p, l, e) < 0)
        return -1;
    text_stacks(&p, l);
    contexts_of_text(&p, l);
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
