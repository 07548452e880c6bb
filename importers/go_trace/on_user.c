/* What programs and the heap tell: metrics, labels, tasks, regions, logs, experiments. */
#include "importers/go_trace/order_state.h"

#include <inttypes.h>
#include <string.h>

enum verdict on_heap_metric(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MP(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[cu->type == WIRE_HeapAlloc ? C_HEAP_ALLOC : C_HEAP_GOAL], 0, &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    return DONE;
}

enum verdict on_label(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_LABEL], 0, &x))
        return STOPPED;
    x->s[0] = generation_string(o->gen, o->b, cu->arg[0]);
    return DONE;
}

enum verdict on_task_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    if (map_get(&o->task_of, cu->arg[0]) != MAP_NONE)
        return broken(o, "task %" PRIu64 " begins twice", cu->arg[0]);
    NEED_MPG(c);
    struct task_state t = {.parent = cu->arg[1], .name = generation_string(o->gen, o->b, cu->arg[2])};
    uint32_t slot = o->free_tasks.n ? o->free_tasks.v[--o->free_tasks.n] : (uint32_t)o->tasks.n;
    if (slot == o->tasks.n)
        (void)vec_push(&o->tasks);
    o->tasks.v[slot] = t;
    map_put(&o->task_of, cu->arg[0], slot);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_TASK_BEGIN], stack_of(o, cu->arg[3]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    x->v[1] = t.parent;
    x->s[0] = t.name;
    return DONE;
}

/* An end may come twice, without a begin, or generations later: name and parent are kept as text and id. */
enum verdict on_task_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct task_state t = {0};
    uint32_t slot = map_get(&o->task_of, cu->arg[0]);
    if (slot != MAP_NONE) {
        t = o->tasks.v[slot];
        map_remove(&o->task_of, cu->arg[0]);
        *vec_push(&o->free_tasks) = slot;
    }
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_TASK_END], stack_of(o, cu->arg[1]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    x->v[1] = t.parent;
    x->s[0] = t.name;
    return DONE;
}

static enum verdict put_region(struct order *o, const struct cursor *cu, struct ctx c, struct region r)
{
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[cu->type == WIRE_UserRegionBegin ? C_REGION_BEGIN : C_REGION_END], stack_of(o, cu->arg[2]), &x))
        return STOPPED;
    x->v[0] = r.task;
    x->s[0] = r.name;
    return DONE;
}

enum verdict on_region_begin(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct region r = {.task = cu->arg[0], .name = generation_string(o->gen, o->b, cu->arg[1])};
    struct order_g *g = &o->gs.v[c.g];
    if (!g->status)
        return broken(o, "UserRegionBegin on a goroutine that is gone");
    if (!g->regions)
        g->regions = mem_calloc(1, sizeof *g->regions);
    *vec_push(g->regions) = r;
    return put_region(o, cu, c, r);
}

/* An end with nothing open is fine (it began before the trace); one that is not the innermost is misuse. */
enum verdict on_region_end(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct region r = {.task = cu->arg[0], .name = generation_string(o->gen, o->b, cu->arg[1])};
    struct order_g *g = &o->gs.v[c.g];
    if (g->regions && g->regions->n) {
        struct region *top = &g->regions->v[g->regions->n - 1];
        if (top->task != r.task || top->name != r.name)
            return broken(o, "a region of goroutine %" PRId64 " ends that is not its innermost one", g->id);
        g->regions->n--;
    }
    return put_region(o, cu, c, r);
}

enum verdict on_log(struct order *o, const struct cursor *cu, struct ctx c)
{
    NEED_MPG(c);
    struct event_ext *x;
    if (!put_ext(o, cu, c, o->fixed[C_LOG], stack_of(o, cu->arg[3]), &x))
        return STOPPED;
    x->v[0] = cu->arg[0];
    x->s[0] = generation_string(o->gen, o->b, cu->arg[1]);
    x->s[1] = generation_string(o->gen, o->b, cu->arg[2]);
    return DONE;
}

enum verdict on_experimental(struct order *o, const struct cursor *cu, struct ctx c)
{
    if (c.m == NONE)
        return needs(o, cu, "a thread");
    const char *name = wire_specs[cu->type].name;
    struct event_ext *x;
    if (!put_ext(o, cu, c, class_of(o, EV_EXPERIMENTAL, RES_NONE, 0, 0, dict_string(o->b->dict, name, strlen(name))), 0, &x))
        return STOPPED;
    for (unsigned i = 0; i < wire_specs[cu->type].nargs; i++)
        x->v[i] = cu->arg[i];
    return DONE;
}
