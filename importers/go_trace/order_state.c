#include "importers/go_trace/order_state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- goroutines ---- */

/* Ids are mostly dense: an array then, a map where one would be larger than what it holds is worth. */
static bool is_dense(const struct order *o, int64_t id)
{
    return (uint64_t)id < 8 * (uint64_t)o->gs.n + 65536;
}

static void g_index(struct order *o, int64_t id, uint32_t index)
{
    if (!is_dense(o, id)) {
        map_put(&o->g_map, (uint64_t)id, index);
        return;
    }
    if ((uint64_t)id >= o->g_direct.n) {
        size_t old = o->g_direct.n;
        vec_reserve(&o->g_direct, (size_t)id + 1);
        memset(o->g_direct.v + old, 0, (o->g_direct.cap - old) * sizeof *o->g_direct.v);
        o->g_direct.n = o->g_direct.cap;
    }
    o->g_direct.v[id] = index + 1;
}

static uint32_t g_slot(struct order *o)
{
    if (o->free_gs.n)
        return o->free_gs.v[--o->free_gs.n];
    *vec_push(&o->gs) = (struct order_g){0};
    return (uint32_t)o->gs.n - 1;
}

uint32_t g_begin(struct order *o, int64_t id, uint8_t status)
{
    uint32_t i = g_slot(o);
    struct order_g *g = &o->gs.v[i];
    *g = (struct order_g){.id = id, .idx = dict_goroutine(o->b->dict, id), .status = status, .seq_gen = o->gen->gen, .regions = g->regions};
    if (g->idx == UINT32_MAX) {
        builder_note(o->b, NOTE_TOO_MANY, "goroutine %" PRId64, id);
        g->idx = PAGED_MAX - 1;
    }
    g_index(o, id, i);
    return i;
}

void g_end(struct order *o, uint32_t i)
{
    struct order_g *g = &o->gs.v[i];
    g->status = 0;
    g->assist = g->stw = false;
    if (g->regions)
        g->regions->n = 0;
    if ((uint64_t)g->id < o->g_direct.n && o->g_direct.v[g->id])
        o->g_direct.v[g->id] = 0;
    else
        map_remove(&o->g_map, (uint64_t)g->id);
    *vec_push(&o->ended) = i;
}

/* ---- procs and threads ---- */

/* Rows of threads and procs that the dictionary keeps apart. */
static bool id_map_full(uint32_t n)
{
    return n >= EV_NO_MP - 1;
}

uint32_t p_add(struct order *o, int64_t id)
{
    uint32_t i = (uint32_t)o->ps.n;
    if (id_map_full(o->b->dict->p_ids.n))
        builder_note(o->b, NOTE_TOO_MANY, "procs");
    *vec_push(&o->ps) = (struct order_p){.id = id, .idx = dict_proc(o->b->dict, id), .m = NONE};
    map_put(&o->p_map, (uint64_t)id, i);
    return i;
}

uint32_t m_get(struct order *o, uint64_t id)
{
    uint32_t i = map_get(&o->m_map, id);
    if (i != MAP_NONE)
        return i;
    i = (uint32_t)o->ms.n;
    uint16_t idx = id == WIRE_NO_THREAD ? EV_NO_MP : (uint16_t)dict_thread(o->b->dict, id);
    if (id_map_full(o->b->dict->m_ids.n))
        builder_note(o->b, NOTE_TOO_MANY, "threads");
    *vec_push(&o->ms) = (struct order_m){.id = id, .idx = idx, .g = NONE, .p = NONE};
    map_put(&o->m_map, id, i);
    return i;
}

/* ---- generations ---- */

static void mark_named(struct order *o, uint8_t mark)
{
    for (size_t i = 0; i < o->ms.n; i++)
        if (o->ms.v[i].g != NONE && !o->gs.v[o->ms.v[i].g].status)
            o->gs.v[o->ms.v[i].g].stw = mark;
}

void state_begin_generation(struct order *o)
{
    memset(o->block_class, 0xff, sizeof o->block_class);
    memset(o->stop_class, 0xff, sizeof o->stop_class);
    if (o->ended.n < o->ms.n / 4) /* not yet worth a look at all threads */
        return;
    /* A thread of a broken trace may still name a goroutine that ended: its slot must not become another's. */
    mark_named(o, true);
    for (size_t i = 0; i < o->ended.n; i++)
        if (!o->gs.v[o->ended.v[i]].stw)
            *vec_push(&o->free_gs) = o->ended.v[i];
    mark_named(o, false);
    o->ended.n = 0;
}

static void release_regions(struct order *o)
{
    for (size_t i = 0; i < o->gs.n; i++)
        if (o->gs.v[i].regions) {
            vec_free(o->gs.v[i].regions);
            mem_free(o->gs.v[i].regions);
        }
}

void state_reset(struct order *o)
{
    release_regions(o);
    o->gs.n = o->ps.n = o->ms.n = o->ended.n = o->free_gs.n = o->tasks.n = o->free_tasks.n = 0;
    if (o->g_direct.n)
        memset(o->g_direct.v, 0, o->g_direct.n * sizeof *o->g_direct.v);
    map_clear(&o->g_map);
    map_clear(&o->p_map);
    map_clear(&o->m_map);
    map_clear(&o->task_of);
    o->gc = GC_UNDETERMINED;
    o->gc_seq = 0;
    o->initial_gen = 0;
}

void state_release(struct order *o)
{
    release_regions(o);
    vec_free(&o->gs);
    vec_free(&o->ps);
    vec_free(&o->ms);
    vec_free(&o->ended);
    vec_free(&o->free_gs);
    vec_free(&o->g_direct);
    vec_free(&o->tasks);
    vec_free(&o->free_tasks);
    map_release(&o->g_map);
    map_release(&o->p_map);
    map_release(&o->m_map);
    map_release(&o->task_of);
    frontier_release(&o->frontier);
}

/* ---- what handlers say ---- */

class_id class_of(struct order *o, uint8_t kind, uint8_t resource, uint8_t from, uint8_t to, str_id name)
{
    return dict_class(o->b->dict, (struct event_class){.kind = kind, .resource = resource, .from = from, .to = to, .name = name});
}

class_id reason_class(struct order *o, bool block, uint64_t reason)
{
    uint8_t to = block ? G_WAITING : G_RUNNABLE;
    if (reason >= REASONS)
        return class_of(o, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, to, generation_string(o->gen, o->b, reason));
    class_id *slot = block ? &o->block_class[reason] : &o->stop_class[reason];
    if (*slot == CLASS_UNSET)
        *slot = class_of(o, EV_STATE_TRANSITION, RES_GOROUTINE, G_RUNNING, to, generation_string(o->gen, o->b, reason));
    return *slot;
}

enum verdict broken(struct order *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(o->why, sizeof o->why, fmt, ap);
    va_end(ap);
    return BROKEN;
}

enum verdict needs(struct order *o, const struct cursor *cu, const char *what)
{
    return broken(o, "%s without %s", wire_specs[cu->type].name, what);
}

struct event *put_ext(struct order *o, const struct cursor *cu, struct ctx c, class_id class, stack_id stack, struct event_ext **x)
{
    struct event *e = put(o, cu->t, c, class);
    if (!e)
        return NULL;
    e->res = builder_ext(o->b, x);
    e->stack = stack;
    return e;
}
