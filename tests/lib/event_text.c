#include "tests/lib/event_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

/* As Go's %q, for what occurs in traces. */
static void put_quoted(struct buf *out, struct str s)
{
    buf_putc(out, '"');
    for (size_t i = 0, len; i < s.n; i += len) {
        uint32_t cp = text_decode(s.p + i, s.n - i, &len);
        uint8_t c = (uint8_t)s.p[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c >= 7 && c <= 13)
            buf_printf(out, "\\%c", "abtnvfr"[c - 7]);
        else if (c < 0x20 || c == 0x7f || (c >= 0x80 && cp == 0xfffd && len == 1))
            buf_printf(out, "\\x%02x", c);
        else
            buf_put(out, s.p + i, len);
    }
    buf_putc(out, '"');
}

static void put_named(struct buf *out, const struct dict *d, const char *key, str_id id)
{
    buf_printf(out, " %s=", key);
    put_quoted(out, dict_str(d, id));
}

static void put_stack(struct buf *out, const struct dict *d, const char *title, stack_id id)
{
    const struct stack *s = paged_at(&d->stacks, id);
    if (!id)
        return;
    buf_printf(out, "\n%s=\n", title);
    for (uint32_t i = 0; i < s->n; i++) {
        const struct frame *f = paged_at(&d->frames, s->frames[i]);
        struct str func = dict_str(d, f->func), file = dict_str(d, f->file);
        buf_putc(out, '\t');
        buf_put(out, func.p, func.n);
        buf_printf(out, " @ 0x%" PRIx64 "\n\t\t", f->pc);
        buf_put(out, file.p, file.n);
        buf_printf(out, ":%" PRIu32 "\n", f->line);
    }
}

static int64_t g_id(const struct dict *d, gidx g)
{
    return g == IDX_NONE ? -1 : *paged_at(&d->g_ids, g);
}

static void put_resource(struct buf *out, const struct dict *d, uint8_t resource, uint32_t res)
{
    if (resource == RES_GOROUTINE)
        buf_printf(out, "Goroutine(%" PRId64 ")", g_id(d, res));
    else if (resource == RES_PROC)
        buf_printf(out, "Proc(%" PRId64 ")", *paged_at(&d->p_ids, res));
    else
        buf_puts(out, "None");
}

static void put_range(struct buf *out, const struct dict *d, const struct event *e, const struct event_ext *x, const struct event_class *c)
{
    put_named(out, d, "Name", c->name);
    buf_puts(out, " Scope=");
    put_resource(out, d, c->resource, x ? x->res : e->res);
    if (c->kind == EV_RANGE_END && x)
        buf_printf(out, " Attributes=[\"bytes swept\"=Value{Uint64(%" PRIu64 ")} \"bytes reclaimed\"=Value{Uint64(%" PRIu64 ")}]", x->v[0],
                   x->v[1]);
    else if (c->kind == EV_RANGE_END)
        buf_puts(out, " Attributes=[]");
}

static void put_sync(struct buf *out, const struct event_ext *x, uint64_t n)
{
    char day[32], fraction[16] = "";
    buf_printf(out, " N=%" PRIu64, n);
    if (!x || !x->v[3])
        return;
    time_t sec = (time_t)x->v[1];
    struct tm tm;
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", gmtime_r(&sec, &tm));
    if (x->v[2]) {
        snprintf(fraction, sizeof fraction, ".%09" PRIu64, x->v[2]);
        for (size_t i = strlen(fraction); fraction[i - 1] == '0'; i--)
            fraction[i - 1] = 0;
    }
    buf_printf(out, " Trace=%" PRIu64 " Mono=%" PRIu64 " Wall=%s%sZ", x->v[3] - 1, x->v[0], day, fraction);
}

static void put_transition(struct buf *out, const struct dict *d, const struct event *e, const struct event_class *c)
{
    if (c->resource == RES_PROC)
        buf_printf(out, " ProcID=%" PRId64 " %s->%s", *paged_at(&d->p_ids, e->res), pstate_names[c->from], pstate_names[c->to]);
    else
        buf_printf(out, " GoID=%" PRId64 " %s->%s", g_id(d, e->res), gstate_names[c->from], gstate_names[c->to]);
    put_named(out, d, "Reason", c->name);
    bool own = c->resource == RES_GOROUTINE && (c->from == G_RUNNING || c->from == G_UNDETERMINED || c->from == c->to);
    put_stack(out, d, "TransitionStack", own ? e->stack : e->stack2);
}

void event_text(struct buf *out, const struct dict *d, const struct event *e, const struct event_ext *x, uint64_t sync)
{
    const struct event_class *c = &d->classes[e->class];
    buf_printf(out, "M=%" PRId64, e->m == EV_NO_MP ? -1 : (int64_t)*paged_at(&d->m_ids, e->m));
    buf_printf(out, " P=%" PRId64, e->p == EV_NO_MP ? -1 : *paged_at(&d->p_ids, e->p));
    buf_printf(out, " G=%" PRId64 " %s Time=%" PRId64, g_id(d, e->g), event_kind_names[c->kind], e->t);
    switch (c->kind) {
    case EV_METRIC:
        put_named(out, d, "Name", c->name);
        buf_printf(out, " Value=Value{Uint64(%" PRIu64 ")}", x->v[0]);
        break;
    case EV_LABEL:
        put_named(out, d, "Label", x->s[0]);
        buf_printf(out, " Resource=Goroutine(%" PRId64 ")", g_id(d, e->g));
        break;
    case EV_RANGE_BEGIN:
    case EV_RANGE_ACTIVE:
    case EV_RANGE_END: put_range(out, d, e, x, c); break;
    case EV_TASK_BEGIN:
    case EV_TASK_END:
        buf_printf(out, " ID=%" PRIu64 " Parent=%" PRIu64, x->v[0], x->v[1] ? x->v[1] : UINT64_MAX);
        put_named(out, d, "Type", x->s[0]);
        break;
    case EV_REGION_BEGIN:
    case EV_REGION_END:
        buf_printf(out, " Task=%" PRIu64, x->v[0]);
        put_named(out, d, "Type", x->s[0]);
        break;
    case EV_LOG:
        buf_printf(out, " Task=%" PRIu64, x->v[0]);
        put_named(out, d, "Category", x->s[0]);
        put_named(out, d, "Message", x->s[1]);
        break;
    case EV_STATE_TRANSITION: put_transition(out, d, e, c); break;
    case EV_SYNC: put_sync(out, x, sync); break;
    default: break;
    }
    put_stack(out, d, "Stack", e->stack);
    buf_putc(out, '\n');
}
