#include "tests/lib/hard_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/event_text.h"

static const char *current; /* name of the case */

struct listing {
    struct buf brief, full;
    uint64_t syncs;
};

static void put_id(struct buf *out, char kind, bool none, int64_t id)
{
    if (none)
        buf_printf(out, " %c-", kind);
    else
        buf_printf(out, " %c%" PRId64, kind, id);
}

static const char *state(const struct event_class *c, uint8_t s)
{
    static const char *const g[] = {"?", "none", "runnable", "running", "waiting", "syscall"}, *const p[] = {"?", "none", "running",
                                                                                                             "idle"};
    return c->resource == RES_PROC ? p[s] : g[s];
}

static void put_text(struct buf *out, const struct dict *d, str_id id)
{
    struct str s = dict_str(d, id);
    buf_puts(out, " '");
    buf_put(out, s.p, s.n);
    buf_puts(out, "'");
}

static void put_transition(struct buf *out, const struct dict *d, const struct event *e, const struct event_class *c)
{
    bool p = c->resource == RES_PROC;
    put_id(out, p ? 'P' : 'G', false, p ? *paged_at(&d->p_ids, e->res) : *paged_at(&d->g_ids, e->res));
    buf_printf(out, ":%s>%s", state(c, c->from), state(c, c->to));
    if (c->name)
        put_text(out, d, c->name);
}

static void put_rest(struct buf *out, const struct dict *d, const struct event *e, const struct event_ext *x, const struct event_class *c)
{
    buf_printf(out, " %s", event_kind_names[c->kind]);
    if (c->name)
        put_text(out, d, c->name);
    uint32_t scope = x ? x->res : e->res;
    if (c->kind == EV_RANGE_BEGIN || c->kind == EV_RANGE_END || c->kind == EV_RANGE_ACTIVE) {
        if (c->resource != RES_NONE)
            put_id(out, c->resource == RES_PROC ? 'P' : 'G', false,
                   c->resource == RES_PROC ? *paged_at(&d->p_ids, scope) : *paged_at(&d->g_ids, scope));
        if (x)
            buf_printf(out, " %" PRIu64 "/%" PRIu64, x->v[0], x->v[1]);
        return;
    }
    if (c->kind == EV_STACK_SAMPLE)
        return;
    buf_printf(out, " %" PRIu64, x->v[0]);
    if (c->kind == EV_TASK_BEGIN || c->kind == EV_TASK_END)
        buf_printf(out, " in %" PRIu64, x->v[1]);
    for (unsigned i = 0; i < 2; i++)
        if (x->s[i])
            put_text(out, d, x->s[i]);
}

static void list(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x)
{
    struct listing *l = ctx;
    const struct dict *d = t->dict;
    const struct event_class *c = &d->classes[e->class];
    l->syncs += c->kind == EV_SYNC;
    event_text(&l->full, d, e, x, l->syncs);
    if (c->kind == EV_SYNC)
        return;
    buf_printf(&l->brief, "%" PRId64, e->t);
    put_id(&l->brief, 'm', e->m == EV_NO_MP, e->m == EV_NO_MP ? 0 : (int64_t)*paged_at(&d->m_ids, e->m));
    put_id(&l->brief, 'p', e->p == EV_NO_MP, e->p == EV_NO_MP ? 0 : *paged_at(&d->p_ids, e->p));
    put_id(&l->brief, 'g', e->g == IDX_NONE, e->g == IDX_NONE ? 0 : *paged_at(&d->g_ids, e->g));
    if (c->kind == EV_STATE_TRANSITION)
        put_transition(&l->brief, d, e, c);
    else
        put_rest(&l->brief, d, e, x, c);
    buf_putc(&l->brief, '\n');
}

static void dump(const char *suffix, const void *p, size_t n)
{
    char path[512];
    if (!getenv("MKTRACE_DUMP"))
        return;
    snprintf(path, sizeof path, "%s/%s.%s", getenv("MKTRACE_DUMP"), current, suffix);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
        abort();
}

bool case_noted(const struct reading *r, const char *what)
{
    for (unsigned i = 0; i < NOTE_COUNT; i++)
        if (r->info.notes[i].count && (!strcmp(note_specs[i].name, what) || strstr(r->info.notes[i].first, what)))
            return true;
    return r->rc < 0 && strstr(r->e.what, what);
}

void case_print_notes(const struct reading *r)
{
    if (r->rc < 0)
        printf("  error: %s; %s; %s\n", r->e.what, r->e.where, r->e.hint);
    for (unsigned i = 0; i < NOTE_COUNT; i++)
        if (r->info.notes[i].count)
            printf("  note %s: %s\n", note_specs[i].name, r->info.notes[i].first);
}

void case_expect(struct mktrace *mk, const char *loss, const char *lines)
{
    struct listing l = {0};
    struct reading *r = calloc(1, sizeof *r);
    reading_bytes(r, mk->out.p, mk->out.n, false, list, &l);
    CHECK(!r->tally.wrong[0], "%s: %s", current, r->tally.wrong);
    CHECK(!strcmp(buf_str(&l.brief), lines), "%s\n%s-- expected:\n%s", current, buf_str(&l.brief), lines);
    if (!loss)
        CHECK(r->rc == 0 && reading_losses(r) == 0 && r->info.complete && r->info.dropped_from_byte == -1, "%s: something was lost",
              current);
    else
        CHECK(case_noted(r, loss) && (r->rc < 0 || !r->info.complete), "%s: nobody says \"%s\"", current, loss);
    if (check_failures)
        case_print_notes(r);
    dump("trace", mk->out.p, mk->out.n);
    dump(loss ? "broken" : "ours", l.full.p, l.full.n);
    reading_release(r);
    free(r);
    buf_release(&l.brief);
    buf_release(&l.full);
    mk_free(mk);
}

struct mk_batch *case_running(struct mktrace *mk, uint64_t m, uint64_t t, uint64_t p, uint64_t g)
{
    struct mk_batch *b = mk_batch(mk, m, t);
    MK(b, t + 1, ProcStatus, p, WIRE_P_RUNNING);
    MK(b, t + 2, GoStatus, g, m, WIRE_G_RUNNING);
    return b;
}

struct mktrace *case_begin(int version)
{
    struct mktrace *mk = mk_new(version);
    mk_generation(mk, 1);
    return mk;
}

const char *case_name(void)
{
    return current;
}

int cases_run(const struct hard_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        current = cases[i].name;
        cases[i].run();
    }
    return check_done();
}
