#include "cli/lanes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { BATCH_CELLS = 1 << 15 }; /* cells summed at once when only some goroutines count: some 5 MB, and as much again */

/* ---- which lanes ---- */

static void add_group(struct lanes *l, uint32_t i, uint64_t n, ns_t running)
{
    if (!n)
        return;
    struct lane_row *r = vec_push(&l->rows);
    *r = (struct lane_row){
        .lane = {LANE_GROUP, i}, .name = session_str(l->s, l->s->groups.v[i].name), .number = (int64_t)n, .weight = running};
    text_count(r->id, n);
}

/* With --where: those that have a chosen goroutine, which alone count. */
static void add_groups(struct lanes *l)
{
    struct session *s = l->s;
    uint64_t *n = mem_calloc(s->groups.n + 1, sizeof *n);
    ns_t *running = mem_calloc(s->groups.n + 1, sizeof *running);
    for (gidx g = 0; g < s->goroutines.n && l->chosen; g++) {
        const struct goroutine *go = session_g(s, g);
        if (!l->chosen[g] || go->group >= s->groups.n)
            continue;
        n[go->group]++;
        running[go->group] += go->ns[SHARE_RUNNING];
    }
    for (uint32_t i = 0; i < s->groups.n; i++)
        if (l->chosen)
            add_group(l, i, n[i], running[i]);
        else
            add_group(l, i, s->groups.v[i].n, s->groups.v[i].ns[SHARE_RUNNING]);
    mem_free(n);
    mem_free(running);
}

static int add_goroutines(struct lanes *l, const struct opts *o, struct err *e)
{
    struct chosen_list c;
    if (chosen_make(&c, o, l->s, NULL, UINT64_MAX, e) < 0)
        return -1;
    for (size_t i = 0; i < c.rows.n; i++) {
        const struct goroutine *g = session_g(l->s, c.rows.v[i].g);
        struct lane_row *r = vec_push(&l->rows);
        *r = (struct lane_row){.lane = {LANE_G, c.rows.v[i].g}, .name = session_str(l->s, g->name), .number = g->id};
        snprintf(r->id, sizeof r->id, "G%" PRId64, g->id);
    }
    chosen_release(&c);
    return 0;
}

static void add_procs(struct lanes *l)
{
    for (uint32_t i = 0; i < l->s->procs.n; i++) {
        struct lane_row *r = vec_push(&l->rows);
        *r = (struct lane_row){.lane = {LANE_P, i}, .number = l->s->procs.v[i].id};
        snprintf(r->id, sizeof r->id, "P%" PRId64, r->number);
    }
}

static void add_threads(struct lanes *l)
{
    for (uint32_t i = 0; i < l->s->threads.n; i++) {
        struct lane_row *r = vec_push(&l->rows);
        *r = (struct lane_row){.lane = {LANE_M, i}, .number = (int64_t)l->s->threads.v[i].id, .unsigned_id = true};
        snprintf(r->id, sizeof r->id, "M%" PRIu64, l->s->threads.v[i].id);
    }
}

static int by_weight(const void *pa, const void *pb)
{
    const struct lane_row *a = pa, *b = pb;
    return a->weight != b->weight ? (a->weight > b->weight ? -1 : 1) : a->lane.id < b->lane.id ? -1 : a->lane.id > b->lane.id;
}

static int by_number(const void *pa, const void *pb)
{
    const struct lane_row *a = pa, *b = pb;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int add_rows(struct lanes *l, const struct opts *o, struct err *e)
{
    switch (l->by) {
    case BY_GROUPS: add_groups(l); break;
    case BY_PROCS: add_procs(l); break;
    case BY_THREADS: add_threads(l); break;
    case BY_GOROUTINES: return add_goroutines(l, o, e);
    }
    if (l->rows.n)
        qsort(l->rows.v, l->rows.n, sizeof *l->rows.v, l->by == BY_GROUPS ? by_weight : by_number);
    return 0;
}

int lanes_make(struct lanes *l, const struct opts *o, struct session *s, struct tl_window w, struct err *e)
{
    *l = (struct lanes){.s = s, .w = w, .by = (enum by)opt_number(o, OPT_BY, BY_GROUPS)};
    if (l->by != BY_GOROUTINES && chosen_set(&l->chosen, o, s, e) < 0)
        return -1;
    int rc = add_rows(l, o, e);
    l->all = l->rows.n;
    if (l->rows.n > opt_limit(o))
        l->rows.n = (size_t)opt_limit(o);
    l->at_once = l->chosen && w.n < BATCH_CELLS ? BATCH_CELLS / w.n : 1;
    l->cells = mem_calloc(l->at_once * w.n, sizeof *l->cells);
    if (rc < 0)
        lanes_release(l);
    return rc;
}

void lanes_release(struct lanes *l)
{
    mem_free(l->cells);
    mem_free(l->chosen);
    vec_free(&l->rows);
}

/* ---- cells ---- */

static int fill(struct lanes *l, struct err *e)
{
    size_t n = l->have_to - l->have_from;
    struct lane *lanes = mem_calloc(n, sizeof *lanes);
    for (size_t i = 0; i < n; i++)
        lanes[i] = l->rows.v[l->have_from + i].lane;
    int rc = l->chosen ? tl_lanes_of(l->s, lanes, n, l->chosen, &l->w, l->cells, e) : tl_lanes(l->s, lanes, n, &l->w, l->cells, e);
    mem_free(lanes);
    return rc;
}

const struct tl_cell *lanes_cells(struct lanes *l, size_t i, struct err *e)
{
    if (i < l->have_from || i >= l->have_to) {
        l->have_from = i;
        l->have_to = l->rows.n - i < l->at_once ? l->rows.n : i + l->at_once;
        if (fill(l, e) < 0) {
            l->have_to = l->have_from;
            return NULL;
        }
    }
    return l->cells + (i - l->have_from) * l->w.n;
}
