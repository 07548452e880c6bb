/* events: every event in the trace's own order. From a trace the lines come while it is read, and no store is made. */
#include <inttypes.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/detail.h"
#include "cli/events.h"
#include "cli/interrupt.h"
#include "cli/goroutines.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/pump.h"

struct place {
    int64_t g, p;
    uint64_t m;
    bool has_m;
};

static struct place place_of(const struct dict *d, const struct event *ev)
{
    return (struct place){
        .g = ev->g < d->g_ids.n ? *paged_at(&d->g_ids, ev->g) : -1,
        .p = ev->p < d->p_ids.n ? *paged_at(&d->p_ids, ev->p) : -1,
        .m = ev->m < d->m_ids.n ? *paged_at(&d->m_ids, ev->m) : 0,
        .has_m = ev->m < d->m_ids.n,
    };
}

static void put_m(struct csv *c, const struct place *at)
{
    if (at->has_m)
        csv_uint(c, at->m);
    else
        csv_int(c, -1);
}

static void put_cell(struct csv *c, const struct detail *d)
{
    if (d->type == DETAIL_UINT)
        csv_uint(c, d->u);
    else if (d->type == DETAIL_TEXT)
        csv_text(c, d->s.p, d->s.n);
    else
        csv_none(c);
}

/* The contract's columns: ts kind g p m, then what the kind has. */
static void print_tsv(struct events_printer *p, const struct event *ev, const struct details *o)
{
    struct place at = place_of(p->dict, ev);
    csv_int(&p->csv, ev->t);
    csv_str(&p->csv, event_kind_names[p->dict->classes[ev->class].kind]);
    csv_int(&p->csv, at.g);
    csv_int(&p->csv, at.p);
    put_m(&p->csv, &at);
    for (unsigned i = 0; i < o->n; i++)
        put_cell(&p->csv, &o->d[i]);
    csv_end(&p->csv);
}

/* Every column in every line. */
static void print_csv(struct events_printer *p, const struct event *ev, const struct details *o)
{
    const struct detail *by_column[DETAIL_COLUMN_COUNT] = {NULL};
    struct place at = place_of(p->dict, ev);
    csv_int(&p->csv, ev->t);
    csv_str(&p->csv, event_kind_names[p->dict->classes[ev->class].kind]);
    csv_int(&p->csv, at.g);
    csv_int(&p->csv, at.p);
    put_m(&p->csv, &at);
    for (unsigned i = 0; i < o->n; i++)
        by_column[o->d[i].column] = &o->d[i];
    for (unsigned i = 0; i < DETAIL_COLUMN_COUNT; i++)
        if (by_column[i])
            put_cell(&p->csv, by_column[i]);
        else
            csv_none(&p->csv);
    csv_end(&p->csv);
}

static void json_place(struct json *j, const struct place *at)
{
    if (at->g >= 0)
        json_int(j, "g", at->g);
    else
        json_null(j, "g");
    if (at->p >= 0)
        json_int(j, "p", at->p);
    else
        json_null(j, "p");
    if (at->has_m)
        json_uint(j, "m", at->m);
    else
        json_null(j, "m");
}

static void print_json(struct events_printer *p, const struct event *ev, const struct details *o)
{
    struct json *j = &p->json;
    struct place at = place_of(p->dict, ev);
    json_line(j);
    json_object(j, NULL);
    json_int(j, "t_ns", ev->t - p->t0);
    json_str(j, "kind", event_kind_names[p->dict->classes[ev->class].kind]);
    json_place(j, &at);
    for (unsigned i = 0; i < o->n; i++) {
        const char *key = detail_column_names[o->d[i].column];
        if (o->d[i].type == DETAIL_UINT)
            json_uint(j, key, o->d[i].u);
        else if (o->d[i].type == DETAIL_TEXT)
            json_text(j, key, o->d[i].s.p, o->d[i].s.n);
        else
            json_null(j, key);
    }
    json_object_end(j);
}

void events_begin(struct events_printer *p, enum format format, struct window w, uint64_t limit, const struct dict *d, struct out *out)
{
    *p = (struct events_printer){.format = format, .window = w, .left = limit, .dict = d, .out = out, .t0 = NS_NONE};
    if (format == FORMAT_JSON) {
        json_init(&p->json, out);
        json_object(&p->json, NULL);
        json_int(&p->json, "schema", 1);
        json_array(&p->json, "events");
    } else {
        csv_init(&p->csv, out, format == FORMAT_TSV);
    }
    if (format != FORMAT_CSV)
        return;
    static const char *const place[] = {"t", "kind", "g", "p", "m"};
    for (unsigned i = 0; i < sizeof place / sizeof *place; i++)
        csv_str(&p->csv, place[i]);
    for (unsigned i = 0; i < DETAIL_COLUMN_COUNT; i++)
        csv_str(&p->csv, detail_column_names[i]);
    csv_end(&p->csv);
}

bool events_put(struct events_printer *p, const struct event *ev, const struct event_ext *ext)
{
    static void (*const print[])(struct events_printer *, const struct event *,
                                 const struct details *) = {[FORMAT_TSV] = print_tsv, [FORMAT_CSV] = print_csv, [FORMAT_JSON] = print_json};
    struct details o;
    if (p->t0 == NS_NONE)
        p->t0 = ev->t;
    ns_t t = ev->t - p->t0;
    if (!p->left || out_failed(p->out) || (p->window.t1 != NS_OPEN && t >= p->window.t1))
        return false;
    if (t < p->window.t0) /* NS_NONE is less than all */
        return true;
    p->left--;
    details_of(p->dict, ev, ext, &o);
    print[p->format](p, ev, &o);
    return true;
}

void events_end(struct events_printer *p)
{
    if (p->format != FORMAT_JSON) {
        csv_release(&p->csv);
        return;
    }
    json_array_end(&p->json);
    json_object_end(&p->json);
    json_finish(&p->json);
}

/* Straight from the importer. */
static int take_block(void *ctx, const struct event_block *b, struct err *e)
{
    struct events_printer *p = ctx;
    for (size_t i = 0; i < b->n; i++) {
        const struct event *ev = &b->ev[i];
        enum event_kind kind = p->dict->classes[ev->class].kind;
        bool plain = kind == EV_STATE_TRANSITION ||
                     ((kind == EV_RANGE_BEGIN || kind == EV_RANGE_ACTIVE || kind == EV_RANGE_END) && !(ev->pad & RANGE_HAS_EXT));
        if (!events_put(p, ev, plain || ev->res >= b->next ? NULL : &b->ext[ev->res])) {
            p->done = true;
            return err_set(e, ERR_CANCEL, "enough was printed");
        }
    }
    if (p->at_once)
        out_flush(p->out);
    return 0;
}

static int stream(struct opts *o, struct events_printer *p, struct dict *d, struct err *e)
{
    struct progress progress = {0};
    struct source_info *info = mem_calloc(o->words.n, sizeof *info), **infos = mem_calloc(o->words.n, sizeof *infos);
    for (size_t i = 0; i < o->words.n; i++)
        infos[i] = &info[i];
    struct pump pump = {.paths = o->words.v,
                        .n = o->words.n,
                        .threads = (int)opt_number(o, OPT_THREADS, 2),
                        .max_memory = opt_number(o, OPT_MAX_MEMORY, 0),
                        .strict = opt_given(o, OPT_STRICT),
                        .follow = opt_given(o, OPT_FOLLOW),
                        .dict = d,
                        .progress = &progress,
                        .infos = infos,
                        .sink = {p, take_block}};
    interrupt_catch(&progress.stop);
    int rc = pump_run(&pump, e);
    interrupt_catch(NULL);
    if (rc < 0 && p->done && !interrupt_seen()) {
        err_clear(e);
        rc = 0;
    }
    if (rc == 0 || e->kind == ERR_CANCEL)
        pump_say_notes(infos, o->words.n);
    mem_free(infos);
    mem_free(info);
    return rc;
}

static int stream_all(struct opts *o, struct err *e)
{
    struct events_printer p;
    struct dict d;
    struct window w = opt_given(o, OPT_WINDOW) ? o->value[OPT_WINDOW].window : (struct window){NS_NONE, NS_OPEN};
    dict_init(&d);
    events_begin(&p, o->format, w, opt_limit(o), &d, out_stdout());
    p.at_once = opt_given(o, OPT_FOLLOW);
    int rc = stream(o, &p, &d, e);
    events_end(&p);
    dict_release(&d);
    if (rc < 0 && e->kind == ERR_CANCEL) {
        say("stopped; the events above are those read so far");
        err_clear(e);
        return EXIT_STOPPED;
    }
    return rc;
}

/* ---- from a session: a store, or when a filter has to know all goroutines ---- */

struct picked {
    struct events_printer p;
    const uint8_t *chosen; /* by gidx; NULL: all */
    const struct session *s;
};

static int take_event(void *ctx, const struct event *ev, const struct event_ext *ext)
{
    struct picked *x = ctx;
    if (!chosen_event(x->s, x->chosen, ev))
        return 0;
    return !events_put(&x->p, ev, ext);
}

static int from_session(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    struct session *s = load_session(l);
    struct window w = window_of(o, s), all = {NS_NONE, NS_OPEN};
    struct picked x = {.s = s};
    uint8_t *chosen;
    (void)ctx;
    int rc = chosen_set(&chosen, o, s, e);
    x.chosen = chosen;
    if (rc == 0) {
        bool to_end = w.t1 == s->t1;
        events_begin(&x.p, o->format, all, opt_limit(o), &s->dict, out_stdout());
        x.p.t0 = s->t0;
        /* A window ends before its t1; the last event belongs to what goes to the end. */
        rc = tl_events(s, w.t0, to_end ? w.t1 : w.t1 - 1, take_event, &x, e);
        events_end(&x.p);
    }
    mem_free(chosen);
    return rc;
}

int cmd_events(struct opts *o, struct err *e)
{
    if (opt_given(o, OPT_WHERE) || load_is_store(o->words.v[0]))
        return load_and(o, o->words.v, o->words.n, from_session, NULL, e);
    return stream_all(o, e);
}
