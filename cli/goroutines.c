#include "cli/goroutines.h"

#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "cli/overview.h"
#include "model/filter.h"

struct window window_of(const struct opts *o, const struct session *s)
{
    struct window w = {s->t0, s->t1};
    if (!opt_given(o, OPT_WINDOW))
        return w;
    struct window asked = o->value[OPT_WINDOW].window;
    ns_t length = s->t1 - s->t0;
    if (asked.t0 != NS_NONE)
        w.t0 = asked.t0 < length ? s->t0 + asked.t0 : s->t1;
    if (asked.t1 != NS_OPEN)
        w.t1 = asked.t1 < length ? s->t0 + asked.t1 : s->t1;
    return w;
}

struct tl_window window_cover(struct window w, uint32_t n)
{
    ns_t length = w.t1 > w.t0 ? w.t1 - w.t0 : 1, cell = tl_cell_width((length + n - 1) / n);
    struct tl_window out = tl_window_at(w.t0, cell, n, 0);
    while (out.t0 + (ns_t)n * out.cell < w.t1)
        out = tl_window_at(w.t0, cell = tl_zoom(cell, 1), n, 0);
    uint64_t cells = ((uint64_t)(w.t1 - out.t0) + (uint64_t)out.cell - 1) / (uint64_t)out.cell;
    out.n = cells < 1 ? 1 : cells > n ? n : (uint32_t)cells;
    return out;
}

int spans_each(struct session *s, gidx g, ns_t t0, ns_t t1, bool (*fn)(void *, const struct span *), void *ctx, struct err *e)
{
    enum { SPANS = 256 };
    struct span spans[SPANS];
    for (;;) {
        long n = tl_spans(s, g, t0, t1, spans, SPANS, e);
        for (long i = 0; i < n; i++)
            if (!fn(ctx, &spans[i]))
                return 0;
        if (n < SPANS || spans[n - 1].t1 <= t0)
            return n < 0 ? -1 : 0;
        t0 = spans[n - 1].t1;
    }
}

struct sums {
    ns_t t0, t1, *ns;
};

static bool add_span(void *ctx, const struct span *sp)
{
    struct sums *x = ctx;
    ns_t from = sp->t0 > x->t0 ? sp->t0 : x->t0, to = sp->t1 < x->t1 ? sp->t1 : x->t1;
    if (sp->share < SHARE_COUNT && to > from)
        x->ns[sp->share] += to - from;
    return true;
}

int window_sums(struct session *s, gidx g, ns_t t0, ns_t t1, ns_t ns[SHARE_COUNT], struct err *e)
{
    struct sums x = {t0, t1, ns};
    memset(ns, 0, SHARE_COUNT * sizeof *ns);
    return spans_each(s, g, t0, t1, add_span, &x, e);
}

static ns_t life_within(const struct session *s, const struct goroutine *g, struct window w)
{
    ns_t from = g->created == NS_NONE ? s->t0 : g->created, to = g->ended == NS_OPEN ? s->t1 : g->ended;
    from = from > w.t0 ? from : w.t0;
    to = to < w.t1 ? to : w.t1;
    return to > from ? to - from : 0;
}

/* ---- sorting ---- */

static int64_t key_g(const struct session *s, const struct chosen *c)
{
    return session_g(s, c->g)->id;
}
static int64_t key_created(const struct session *s, const struct chosen *c)
{
    return session_g(s, c->g)->created;
}
static int64_t key_ended(const struct session *s, const struct chosen *c)
{
    return session_g(s, c->g)->ended;
}
static int64_t key_life(const struct session *s, const struct chosen *c)
{
    (void)s;
    return c->life;
}
static int64_t key_transitions(const struct session *s, const struct chosen *c)
{
    return session_g(s, c->g)->transitions;
}
static int64_t key_waiting(const struct session *s, const struct chosen *c)
{
    (void)s;
    return waiting_of(c->ns);
}

/* Fields that order rows: a function, or a share. */
static const struct sort_key {
    int64_t (*key)(const struct session *, const struct chosen *);
    uint8_t share;
    bool sorts;
} sort_keys[FF_COUNT] = {
    [FF_G] = {key_g, 0, true},
    [FF_CREATED] = {key_created, 0, true},
    [FF_ENDED] = {key_ended, 0, true},
    [FF_LIFE] = {key_life, 0, true},
    [FF_TRANSITIONS] = {key_transitions, 0, true},
    [FF_WAITING] = {key_waiting, 0, true},
    [FF_RUNNING] = {NULL, SHARE_RUNNING, true},
    [FF_RUNNABLE] = {NULL, SHARE_RUNNABLE, true},
    [FF_SYSCALL] = {NULL, SHARE_SYSCALL, true},
    [FF_CHAN] = {NULL, SHARE_CHAN, true},
    [FF_SYNC] = {NULL, SHARE_SYNC, true},
    [FF_NETWORK] = {NULL, SHARE_NETWORK, true},
    [FF_SLEEP] = {NULL, SHARE_SLEEP, true},
    [FF_UNKNOWN] = {NULL, SHARE_UNKNOWN, true},
};

static struct {
    const struct session *s;
    const struct sort_key *key;
    bool least_first;
} order; /* qsort has no context; printing is one thread's */

static int64_t key_of(const struct chosen *c)
{
    return order.key->key ? order.key->key(order.s, c) : c->ns[order.key->share];
}

static int compare(const void *pa, const void *pb)
{
    const struct chosen *a = pa, *b = pb;
    int64_t ka = key_of(a), kb = key_of(b);
    if (ka != kb)
        return (ka < kb) == order.least_first ? -1 : 1;
    return a->g < b->g ? -1 : a->g > b->g;
}

static const char *field_at(unsigned i)
{
    return i < FF_COUNT ? filter_fields[i].name : NULL;
}

static int find_key(const char *name, const struct sort_key **out, struct err *e)
{
    for (unsigned i = 0; i < FF_COUNT; i++)
        if (!strcmp(filter_fields[i].name, name) && sort_keys[i].sorts) {
            *out = &sort_keys[i];
            return 0;
        }
    const char *near = suggest(name, field_at);
    err_set(e, ERR_USAGE, "--sort %s: there is no such field to sort by", name);
    return near ? err_hint(e, "did you mean %s?", near) : err_hint(e, "for example running, waiting, life, created, g");
}

static int sort_rows(struct chosen_list *l, const struct session *s, const char *by, struct err *e)
{
    if (!by)
        return 0;
    order.s = s;
    order.least_first = by[0] == '-';
    if (find_key(by + (by[0] == '-'), &order.key, e) < 0)
        return -1;
    if (l->rows.n)
        qsort(l->rows.v, l->rows.n, sizeof *l->rows.v, compare);
    return 0;
}

/* ---- choosing ---- */

static int choose_one(struct chosen_list *l, struct session *s, gidx i, struct window w, bool windowed, struct err *e)
{
    const struct goroutine *g = session_g(s, i);
    ns_t life = life_within(s, g, w);
    if (windowed && !life)
        return 0;
    struct chosen *c = vec_push(&l->rows);
    c->g = i;
    c->life = life;
    if (windowed)
        return window_sums(s, i, w.t0, w.t1, c->ns, e);
    memcpy(c->ns, g->ns, sizeof c->ns);
    return 0;
}

static int choose(struct chosen_list *l, const struct opts *o, struct session *s, struct filter *f, struct err *e)
{
    struct window w = window_of(o, s);
    bool windowed = opt_given(o, OPT_WINDOW);
    for (gidx i = 0; i < s->goroutines.n; i++)
        if ((!f || filter_match(f, s, i)) && choose_one(l, s, i, w, windowed, e) < 0)
            return -1;
    return 0;
}

static void end_filter(struct filter *f)
{
    if (f && filter_gave_up(f))
        say("the filter's pattern was too costly for %llu names; they count as not matching", (unsigned long long)filter_gave_up(f));
    filter_free(f);
}

int chosen_set(uint8_t **out, const struct opts *o, struct session *s, struct err *e)
{
    *out = NULL;
    if (!opt_given(o, OPT_WHERE))
        return 0;
    struct filter *f = filter_parse(opt_text(o, OPT_WHERE), e);
    if (!f)
        return -1;
    *out = mem_calloc(s->goroutines.n + 1, 1);
    for (gidx g = 0; g < s->goroutines.n; g++)
        (*out)[g] = filter_match(f, s, g);
    end_filter(f);
    return 0;
}

bool chosen_event(const struct session *s, const uint8_t *chosen, const struct event *ev)
{
    const struct event_class *c = session_class(s, ev->class);
    if (!chosen || (ev->g < s->goroutines.n && chosen[ev->g]))
        return true;
    return c->kind == EV_STATE_TRANSITION && c->resource == RES_GOROUTINE && ev->res < s->goroutines.n && chosen[ev->res];
}

int chosen_make(struct chosen_list *l, const struct opts *o, struct session *s, const char *sort, uint64_t limit, struct err *e)
{
    struct filter *f = NULL;
    memset(l, 0, sizeof *l);
    if (opt_given(o, OPT_WHERE) && !(f = filter_parse(opt_text(o, OPT_WHERE), e)))
        return -1;
    int rc = choose(l, o, s, f, e);
    end_filter(f);
    if (rc == 0)
        rc = sort_rows(l, s, opt_given(o, OPT_SORT) ? opt_text(o, OPT_SORT) : sort, e);
    l->passed = l->rows.n;
    if (l->rows.n > limit)
        l->rows.n = (size_t)limit;
    if (rc < 0)
        chosen_release(l);
    return rc;
}

void chosen_release(struct chosen_list *l)
{
    vec_free(&l->rows);
}
