/* The session's names: strings, frames, stacks, event classes, and the ids of goroutines, procs and threads.
 *
 * One thread (the importer's) adds; others may read any id that was handed over to them under a lock: items never move.
 * Everything is interned by content, so a stack that occurs in each of 718 generations is kept once.
 */
#ifndef MODEL_DICT_H
#define MODEL_DICT_H

#include "base/intern.h"
#include "base/map.h"
#include "base/paged.h"
#include "base/vec.h"
#include "model/event.h"
#include "model/types.h"

struct frame {
    uint64_t pc;
    str_id func, file;
    uint32_t line;
};

struct stack {
    const frame_id *frames; /* leaf first; owned by the dict */
    uint32_t n;
    uint32_t used; /* some event refers to it: such stacks are what "distinct stacks" counts */
};

enum { DICT_CLASSES = 4096, STACK_FRAMES_MAX = 1024, DICT_PAGE = 4096 };

struct dict {
    struct intern strings;
    PAGED(struct frame) frames; /* [0] is unused */
    PAGED(struct stack) stacks; /* [0] is the empty stack */
    struct intern frame_keys, stack_keys;
    struct arena stack_bytes;
    struct event_class classes[DICT_CLASSES];
    uint32_t nclasses;
    struct map class_ids;  /* packed class -> id */
    PAGED(int64_t) g_ids;  /* gidx -> goroutine id */
    PAGED(uint64_t) m_ids; /* midx -> thread id */
    PAGED(int64_t) p_ids;  /* pidx -> proc id */
    struct map m_map, p_map;
    /* Goroutine id -> gidx. Ids are handed out one after the other, so pages of neighbouring ids are dense: the number of an id's
     * page leads to it, an id without a page lies in g_map. */
    struct map g_pages, g_map;
    VEC(gidx *) g_page; /* of DICT_PAGE ids each */
};

/* How much there is of each. What lies below is whole and never changes, so that threads that are told sizes may read it while the
 * importer's thread appends. */
struct dict_sizes {
    uint32_t strings, frames, stacks, classes;
};
static inline struct dict_sizes dict_sizes(const struct dict *d)
{
    return (struct dict_sizes){d->strings.n, d->frames.n, d->stacks.n, d->nclasses};
}

void dict_init(struct dict *d);
void dict_release(struct dict *d);

str_id dict_string(struct dict *d, const void *p, size_t n);
static inline struct str dict_str(const struct dict *d, str_id id)
{
    return intern_get(&d->strings, id);
}
frame_id dict_frame(struct dict *d, const struct frame *f);
/* n frame ids, leaf first, at most STACK_FRAMES_MAX (more are cut at the root end). n == 0 gives 0. */
stack_id dict_stack(struct dict *d, const frame_id *frames, uint32_t n);
/* The class's id; fills the derived fields. When DICT_CLASSES are in use (hostile input) names collapse to one class per
 * (kind, resource, from, to) named "?". */
class_id dict_class(struct dict *d, struct event_class c);
/* Dense indexes; new ids are appended. UINT32_MAX when PAGED_MAX goroutines are in use; threads and procs: at most
 * 65,534 each, further ones share the last index. */
gidx dict_goroutine(struct dict *d, int64_t id);
midx dict_thread(struct dict *d, uint64_t id);
pidx dict_proc(struct dict *d, int64_t id);
gidx dict_find_goroutine(const struct dict *d, int64_t id);

/* The root frame of a stack (a goroutine's start function), or 0. */
frame_id dict_root_frame(const struct dict *d, stack_id id);

#endif
