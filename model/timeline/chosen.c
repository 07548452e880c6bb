/* Cells of lanes as far as chosen goroutines made them: a group is the sum of its chosen members, goroutine by goroutine (so their
 * own sums of buckets help); procs and threads are walked row by row, for the kept sums do not say who ran. Nothing is kept.
 */
#include "model/timeline/sets.h"

struct choice {
    struct session *s;
    const struct lane *lanes;
    size_t n;
    const uint8_t *chosen;
    struct halves h;
    const struct class_shares *cs;
    sum_t *rows; /* [n][sums_size] */
    struct err *e;
};

static sum_t *row_of(const struct choice *c, size_t lane)
{
    return c->rows + lane * sums_size(&c->h);
}

/* Segments of the window in which the goroutine was not alive are left out. Its first and last transition say so, not its
 * creation and end: in odd traces goroutines come to life again. */
static int add_goroutine(const struct choice *c, gidx g, sum_t *row)
{
    const struct session *s = c->s;
    const struct goroutine *go = session_g(s, g);
    bool told = go->first != NS_NONE, born = told && !born_unknown(go), dead = told && go->last_share == SHARE_DEAD;
    uint32_t from = segment_at(s, born && go->first > c->h.t0 ? go->first : c->h.t0), to = from;
    while (to < s->segments.n && s->segments.v[to].t0 < c->h.t1 && (!dead || s->segments.v[to].t0 <= go->last))
        to++;
    return sum_goroutine(c->s, c->cs, &c->h, g, from, to, 1, row, c->e);
}

static int add_members(const struct choice *c, size_t lane)
{
    const struct lane *l = &c->lanes[lane];
    int rc = 0;
    if (l->kind == LANE_G)
        return l->id < c->s->goroutines.n && c->chosen[l->id] ? add_goroutine(c, l->id, row_of(c, lane)) : 0;
    for (gidx g = 0; g < c->s->goroutines.n && rc == 0; g++)
        if (c->chosen[g] && (l->kind == LANE_ALL || session_g(c->s, g)->group == l->id))
            rc = add_goroutine(c, g, row_of(c, lane));
    return rc;
}

static bool on_procs(const struct lane *l, const struct session *s)
{
    return l->kind == LANE_P ? l->id < s->procs.n : l->kind == LANE_M && l->id < s->threads.n;
}

/* All procs and threads that are asked for, in one walk. */
static int add_procs(const struct choice *c, struct tl_index *x)
{
    struct session *s = c->s;
    struct sets j = {.s = s, .x = x, .cs = c->cs, .h = c->h, .family = FAMILY_PROCS, .rows_only = true, .chosen = c->chosen, .e = c->e};
    bool any = false;
    j.group = mem_calloc(s->groups.n + 1, sizeof *j.group);
    j.proc = mem_calloc(s->procs.n + 1, sizeof *j.proc);
    j.thread = mem_calloc(s->threads.n + 1, sizeof *j.thread);
    for (size_t i = 0; i < c->n; i++) {
        if (!on_procs(&c->lanes[i], s))
            continue;
        *(c->lanes[i].kind == LANE_P ? &j.proc[c->lanes[i].id] : &j.thread[c->lanes[i].id]) = row_of(c, i);
        any = true;
    }
    int rc = any ? sets_sum(&j) : 0;
    mem_free(j.group);
    mem_free(j.proc);
    mem_free(j.thread);
    return rc;
}

int tl_lanes_of(struct session *s, const struct lane *lanes, size_t n, const uint8_t *chosen, const struct tl_window *w,
                struct tl_cell *out, struct err *e)
{
    struct class_shares cs;
    struct choice c = {.s = s, .lanes = lanes, .n = n, .chosen = chosen, .cs = &cs, .e = e};
    if (tl_window_check(w, e) < 0)
        return -1;
    struct tl_index *x = index_lock(s);
    class_shares(s, &cs);
    c.h = halves_of(w);
    c.rows = mem_calloc(n ? n * sums_size(&c.h) : 1, sizeof *c.rows);
    int rc = add_procs(&c, x);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (lanes[i].kind != LANE_P && lanes[i].kind != LANE_M)
            rc = add_members(&c, i);
    for (size_t i = 0; i < n && rc == 0; i++)
        sums_resolve(&c.h, row_of(&c, i), out + i * w->n);
    mem_free(c.rows);
    index_unlock(x);
    return rc;
}
