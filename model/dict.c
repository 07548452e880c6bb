/* The session's names, interned by content. */
#include "model/dict.h"

#include <string.h>

enum { MP_MAX = 65534, DICT_BYTES = 512 << 20 };

void dict_init(struct dict *d)
{
    memset(d, 0, sizeof *d);
    intern_put(&d->strings, "", 0);
    (void)paged_push(&d->frames);
    (void)paged_push(&d->stacks);
    intern_put(&d->frame_keys, "", 0);
    intern_put(&d->stack_keys, "", 0);
}

void dict_release(struct dict *d)
{
    intern_release(&d->strings);
    intern_release(&d->frame_keys);
    intern_release(&d->stack_keys);
    paged_free(&d->frames);
    paged_free(&d->stacks);
    arena_release(&d->stack_bytes);
    map_release(&d->class_ids);
    paged_free(&d->g_ids);
    paged_free(&d->m_ids);
    paged_free(&d->p_ids);
    map_release(&d->g_map);
    map_release(&d->g_pages);
    for (size_t i = 0; i < d->g_page.n; i++)
        mem_free(d->g_page.v[i]);
    vec_free(&d->g_page);
    map_release(&d->m_map);
    map_release(&d->p_map);
}

/* Interns, or only finds once a table holds more bytes than any real trace has: what is packed well could fill all memory. */
static uint32_t put_bounded(struct intern *t, const void *p, size_t n)
{
    return t->bytes.total < DICT_BYTES ? intern_put(t, p, n) : intern_find(t, p, n);
}

str_id dict_string(struct dict *d, const void *p, size_t n)
{
    uint32_t id = put_bounded(&d->strings, p, n);
    return id == UINT32_MAX ? 0 : id;
}

frame_id dict_frame(struct dict *d, const struct frame *f)
{
    unsigned char key[sizeof f->pc + 3 * sizeof(uint32_t)];
    uint32_t rest[3] = {f->func, f->file, f->line};
    memcpy(key, &f->pc, sizeof f->pc);
    memcpy(key + sizeof f->pc, rest, sizeof rest);
    uint32_t id = put_bounded(&d->frame_keys, key, sizeof key);
    if (id == UINT32_MAX)
        return 0;
    if (id == d->frames.n)
        *paged_push(&d->frames) = *f;
    return id;
}

stack_id dict_stack(struct dict *d, const frame_id *frames, uint32_t n)
{
    if (n == 0)
        return 0;
    if (n > STACK_FRAMES_MAX)
        n = STACK_FRAMES_MAX;
    uint32_t id = put_bounded(&d->stack_keys, frames, n * sizeof *frames);
    if (id == UINT32_MAX)
        return 0;
    if (id == d->stacks.n) {
        struct str key = intern_get(&d->stack_keys, id);
        *paged_push(&d->stacks) = (struct stack){.frames = (const frame_id *)(const void *)key.p, .n = n};
    }
    return id;
}

/* A class as one key: 4 x 6 bits are enough for kind, resource and states. */
static uint64_t class_key(const struct event_class *c)
{
    return (uint64_t)c->name << 32 | (uint64_t)c->kind << 24 | (uint64_t)c->resource << 16 | (uint64_t)c->from << 8 | c->to;
}

static uint8_t share_of(const struct dict *d, const struct event_class *c)
{
    switch (c->to) {
    case G_RUNNING: return SHARE_RUNNING;
    case G_RUNNABLE: return SHARE_RUNNABLE;
    case G_SYSCALL: return SHARE_SYSCALL;
    case G_WAITING: {
        struct str s = dict_str(d, c->name);
        return (uint8_t)share_of_reason(s.p, s.n);
    }
    case G_NOTEXIST: return SHARE_DEAD;
    default: return SHARE_UNKNOWN;
    }
}

class_id dict_class(struct dict *d, struct event_class c)
{
    c.share = 0;
    c.restates = 0;
    uint32_t id = map_get(&d->class_ids, class_key(&c));
    if (id != MAP_NONE)
        return (class_id)id;
    /* The last classes are kept for the nameless ones, of which there are few. */
    if (d->nclasses >= DICT_CLASSES - 512 && c.name) {
        c.name = dict_string(d, "?", 1);
        id = map_get(&d->class_ids, class_key(&c));
        if (id != MAP_NONE)
            return (class_id)id;
    }
    if (d->nclasses >= DICT_CLASSES)
        return (class_id)(DICT_CLASSES - 1);
    map_put(&d->class_ids, class_key(&c), d->nclasses);
    c.restates = c.kind == EV_STATE_TRANSITION && c.from == c.to;
    c.share = c.kind == EV_STATE_TRANSITION && c.resource == RES_GOROUTINE ? share_of(d, &c) : SHARE_DEAD;
    d->classes[d->nclasses] = c;
    return (class_id)d->nclasses++;
}

/* The page of an id, NULL when it has none. */
static gidx *page_of(const struct dict *d, int64_t id)
{
    uint32_t page = map_get(&d->g_pages, (uint64_t)id / DICT_PAGE);
    return page == MAP_NONE ? NULL : d->g_page.v[page];
}

/* A page for the id, as long as there are goroutines enough to fill the pages to some part: ids far apart are kept in a map. */
static gidx *add_page(struct dict *d, int64_t id)
{
    enum { FREE_PAGES = 16, FILLED = DICT_PAGE / 64 };
    if (d->g_page.n >= FREE_PAGES + d->g_ids.n / FILLED)
        return NULL;
    gidx *page = mem_alloc(DICT_PAGE, sizeof *page);
    memset(page, 0xff, DICT_PAGE * sizeof *page); /* IDX_NONE */
    map_put(&d->g_pages, (uint64_t)id / DICT_PAGE, (uint32_t)d->g_page.n);
    *vec_push(&d->g_page) = page;
    return page;
}

gidx dict_find_goroutine(const struct dict *d, int64_t id)
{
    const gidx *page = page_of(d, id);
    gidx g = page ? page[(uint64_t)id % DICT_PAGE] : IDX_NONE;
    return g == IDX_NONE ? map_get(&d->g_map, (uint64_t)id) : g;
}

gidx dict_goroutine(struct dict *d, int64_t id)
{
    gidx *page = page_of(d, id);
    if (page && page[(uint64_t)id % DICT_PAGE] != IDX_NONE)
        return page[(uint64_t)id % DICT_PAGE];
    gidx g = map_get(&d->g_map, (uint64_t)id);
    if (g != MAP_NONE || d->g_ids.n >= PAGED_MAX)
        return g;
    g = d->g_ids.n;
    if (page || (page = add_page(d, id)))
        page[(uint64_t)id % DICT_PAGE] = g;
    else
        map_put(&d->g_map, (uint64_t)id, g);
    *paged_push(&d->g_ids) = id;
    return g;
}

midx dict_thread(struct dict *d, uint64_t id)
{
    uint32_t i = map_get(&d->m_map, id);
    if (i != MAP_NONE)
        return i;
    if (d->m_ids.n >= MP_MAX)
        return MP_MAX - 1;
    map_put(&d->m_map, id, d->m_ids.n);
    *paged_push(&d->m_ids) = id;
    return d->m_ids.n - 1;
}

pidx dict_proc(struct dict *d, int64_t id)
{
    uint32_t i = map_get(&d->p_map, (uint64_t)id);
    if (i != MAP_NONE)
        return i;
    if (d->p_ids.n >= MP_MAX)
        return MP_MAX - 1;
    map_put(&d->p_map, (uint64_t)id, d->p_ids.n);
    *paged_push(&d->p_ids) = id;
    return d->p_ids.n - 1;
}

frame_id dict_root_frame(const struct dict *d, stack_id id)
{
    if (id >= d->stacks.n)
        return 0;
    const struct stack *s = paged_at(&d->stacks, id);
    return s->n ? s->frames[s->n - 1] : 0;
}
