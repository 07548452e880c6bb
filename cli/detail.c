#include "cli/detail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *const detail_column_names[DETAIL_COLUMN_COUNT] = {
#define X(id, name) name,
    DETAIL_COLUMNS(X)
#undef X
};

static void put(struct details *o, enum detail_column c, enum detail_type type, uint64_t u, struct str s)
{
    o->d[o->n++] = (struct detail){.column = (uint8_t)c, .type = (uint8_t)type, .u = u, .s = s};
}

static void put_uint(struct details *o, enum detail_column c, uint64_t u)
{
    put(o, c, DETAIL_UINT, u, (struct str){"", 0});
}

static void put_str(struct details *o, enum detail_column c, struct str s)
{
    put(o, c, DETAIL_TEXT, 0, s);
}

static void put_cstr(struct details *o, enum detail_column c, const char *s)
{
    put_str(o, c, (struct str){s, strlen(s)});
}

static void put_resource(struct details *o, const struct dict *d, enum resource kind, uint32_t index)
{
    int n = 0;
    if (kind == RES_GOROUTINE && index < d->g_ids.n)
        n = snprintf(o->text, sizeof o->text, "g%" PRId64, *paged_at(&d->g_ids, index));
    else if (kind == RES_PROC && index < d->p_ids.n)
        n = snprintf(o->text, sizeof o->text, "p%" PRId64, *paged_at(&d->p_ids, index));
    else if (kind == RES_THREAD && index < d->m_ids.n)
        n = snprintf(o->text, sizeof o->text, "m%" PRIu64, *paged_at(&d->m_ids, index));
    put_str(o, DETAIL_RESOURCE, (struct str){o->text, (size_t)n});
}

struct kind_args {
    const struct dict *d;
    const struct event *ev;
    const struct event_class *class;
    const struct event_ext *ext; /* never NULL */
    bool has_ext;
};

static void of_transition(struct details *o, const struct kind_args *a)
{
    const char *const *names = a->class->resource == RES_PROC ? pstate_names : gstate_names;
    put_resource(o, a->d, a->class->resource, a->ev->res);
    put_cstr(o, DETAIL_FROM, names[a->class->from]);
    put_cstr(o, DETAIL_TO, names[a->class->to]);
    put_str(o, DETAIL_REASON, dict_str(a->d, a->class->name));
}

static void of_range(struct details *o, const struct kind_args *a)
{
    bool ext = a->has_ext && (a->ev->pad & RANGE_HAS_EXT);
    put_str(o, DETAIL_NAME, dict_str(a->d, a->class->name));
    put_resource(o, a->d, a->class->resource, ext ? a->ext->res : a->ev->res);
    if (!ext)
        return;
    put_uint(o, DETAIL_SWEPT, a->ext->v[0]);
    put_uint(o, DETAIL_RECLAIMED, a->ext->v[1]);
}

static void of_metric(struct details *o, const struct kind_args *a)
{
    put_str(o, DETAIL_NAME, dict_str(a->d, a->class->name));
    put_uint(o, DETAIL_VALUE, a->ext->v[0]);
}

static void of_label(struct details *o, const struct kind_args *a)
{
    put_str(o, DETAIL_NAME, dict_str(a->d, a->ext->s[0]));
}

static void of_task(struct details *o, const struct kind_args *a)
{
    put_uint(o, DETAIL_TASK, a->ext->v[0]);
    put_uint(o, DETAIL_PARENT, a->ext->v[1]);
    put_str(o, DETAIL_NAME, dict_str(a->d, a->ext->s[0]));
}

static void of_region(struct details *o, const struct kind_args *a)
{
    put_uint(o, DETAIL_TASK, a->ext->v[0]);
    put_str(o, DETAIL_NAME, dict_str(a->d, a->ext->s[0]));
}

static void of_log(struct details *o, const struct kind_args *a)
{
    put_uint(o, DETAIL_TASK, a->ext->v[0]);
    put_str(o, DETAIL_CATEGORY, dict_str(a->d, a->ext->s[0]));
    put_str(o, DETAIL_MESSAGE, dict_str(a->d, a->ext->s[1]));
}

static void of_sync(struct details *o, const struct kind_args *a)
{
    bool has = a->has_ext && a->ext->v[3];
    put(o, DETAIL_MONO, has ? DETAIL_UINT : DETAIL_NONE, a->ext->v[0], (struct str){"", 0});
    put(o, DETAIL_WALL, has ? DETAIL_UINT : DETAIL_NONE, a->ext->v[1] * 1000000000u + a->ext->v[2], (struct str){"", 0});
}

static void of_experiment(struct details *o, const struct kind_args *a)
{
    put_str(o, DETAIL_NAME, dict_str(a->d, a->class->name));
    for (unsigned i = 0; i < 4; i++)
        put_uint(o, (enum detail_column)(DETAIL_ARG0 + i), a->ext->v[i]);
}

static void (*const of_kind[EV_KINDS])(struct details *, const struct kind_args *) = {
    [EV_SYNC] = of_sync,
    [EV_METRIC] = of_metric,
    [EV_LABEL] = of_label,
    [EV_RANGE_BEGIN] = of_range,
    [EV_RANGE_ACTIVE] = of_range,
    [EV_RANGE_END] = of_range,
    [EV_TASK_BEGIN] = of_task,
    [EV_TASK_END] = of_task,
    [EV_REGION_BEGIN] = of_region,
    [EV_REGION_END] = of_region,
    [EV_LOG] = of_log,
    [EV_STATE_TRANSITION] = of_transition,
    [EV_EXPERIMENTAL] = of_experiment,
};

void details_of(const struct dict *d, const struct event *ev, const struct event_ext *ext, struct details *out)
{
    static const struct event_ext nothing;
    const struct event_class *c = &d->classes[ev->class];
    struct kind_args a = {d, ev, c, ext ? ext : &nothing, ext != NULL};
    out->n = 0;
    if (c->kind < EV_KINDS && of_kind[c->kind])
        of_kind[c->kind](out, &a);
}
