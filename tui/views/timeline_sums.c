/* Groups of which a filter leaves many: their cells are summed member by member on the worker, and kept for the window. */
#include <string.h>

#include "tui/views/timeline.h"

enum { BATCH = 32 }; /* members for each hold of the session's lock */

/* What the worker gets and gives back. */
struct sum_job {
    struct timeline_sums *owner;
    struct session *s;
    struct tl_window w;
    struct session_mark mark;
    uint32_t filter;
    VEC(gidx) members; /* of all groups, one after another */
    VEC(struct {
        uint32_t group;
        size_t end; /* into members */
        struct tl_cell *cells;
    })
    groups;
};

static void job_free(struct sum_job *j)
{
    for (size_t i = 0; i < j->groups.n; i++)
        mem_free(j->groups.v[i].cells);
    vec_free(&j->groups);
    vec_free(&j->members);
    mem_free(j);
}

static void sums_clear(struct timeline_sums *a)
{
    for (size_t i = 0; i < a->v.n; i++)
        mem_free(a->v.v[i].cells);
    a->v.n = 0;
}

void timeline_sums_release(struct timeline_sums *a)
{
    sums_clear(a);
    vec_free(&a->v);
}

void timeline_sums_window(struct timeline_sums *a, const struct tl_window *w, const struct session_mark *mark, uint32_t filter)
{
    a->nwant = 0;
    if (window_same(&a->w, w) && session_mark_same(&a->mark, mark) && a->filter == filter)
        return;
    sums_clear(a);
    a->w = *w;
    a->mark = *mark;
    a->filter = filter;
    a->tried = false;
}

const struct tl_cell *timeline_sums_get(const struct timeline_sums *a, uint32_t group)
{
    for (size_t i = 0; i < a->v.n; i++)
        if (a->v.v[i].group == group)
            return a->v.v[i].cells;
    return NULL;
}

void timeline_sums_want(struct timeline_sums *a, uint32_t group)
{
    if (a->nwant < SUMS_WANTED)
        a->want[a->nwant++] = group;
}

static void add(struct tl_cell *sum, const struct tl_cell *cells, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (unsigned k = 0; k < 2 * SHARE_COUNT; k++)
            sum[i].ns[k / SHARE_COUNT][k % SHARE_COUNT] += cells[i].ns[k / SHARE_COUNT][k % SHARE_COUNT];
}

static int sum_batch(struct sum_job *j, size_t from, size_t to, struct tl_cell *sum, struct tl_cell *one, struct err *e)
{
    int rc = 0;
    session_read(j->s);
    for (size_t i = from; i < to && rc == 0; i++) {
        rc = tl_cells(j->s, (struct lane){LANE_G, j->members.v[i]}, &j->w, one, e);
        if (rc == 0)
            add(sum, one, j->w.n);
    }
    session_done(j->s);
    return rc;
}

static int run(struct job *job, void *arg, struct err *e)
{
    struct sum_job *j = arg;
    struct tl_cell *one = mem_alloc(j->w.n, sizeof *one);
    size_t at = 0;
    int rc = 0;
    job->total = j->members.n;
    for (size_t g = 0; g < j->groups.n && rc == 0; g++)
        while (at < j->groups.v[g].end && rc == 0) {
            size_t to = at + BATCH < j->groups.v[g].end ? at + BATCH : j->groups.v[g].end;
            rc = job->stop ? err_set(e, ERR_CANCEL, "stopped") : sum_batch(j, at, to, j->groups.v[g].cells, one, e);
            at = to;
            job->done = at;
        }
    mem_free(one);
    return rc;
}

static void done(struct app *app, void *arg, int rc, const struct err *e)
{
    struct sum_job *j = arg;
    struct timeline_sums *a = j->owner;
    bool same = window_same(&a->w, &j->w) && session_mark_same(&a->mark, &j->mark) && a->filter == j->filter;
    a->running = false;
    for (size_t i = 0; rc == 0 && same && i < j->groups.n; i++) {
        *vec_push(&a->v) = (struct group_cells){j->groups.v[i].group, j->groups.v[i].cells};
        j->groups.v[i].cells = NULL;
        a->fresh = true;
    }
    if (rc < 0 && e->kind != ERR_CANCEL)
        app_message(app, ROLE_ERROR, "%s", e->what);
    if (rc < 0 && e->kind == ERR_CANCEL && same)
        a->tried = true; /* the user stopped it: not again for this window */
    job_free(j);
}

void timeline_sums_start(struct timeline_sums *a, struct app *app, const struct timeline_rows *rows, struct session *s)
{
    if (!a->nwant || a->tried || a->running)
        return;
    struct sum_job *j = mem_calloc(1, sizeof *j);
    const struct members *m = &rows->members;
    *j = (struct sum_job){.owner = a, .s = s, .w = a->w, .mark = a->mark, .filter = a->filter};
    for (int k = 0; k < a->nwant; k++) {
        uint32_t group = a->want[k];
        for (uint32_t i = m->start[group]; i < m->start[group + 1]; i++)
            if (member_passes(&rows->filter, m, i) && m->begin[i] < window_end(&a->w) && m->end[i] > a->w.t0)
                *vec_push(&j->members) = m->g[i];
        size_t g = j->groups.n;
        (void)vec_push(&j->groups);
        j->groups.v[g].group = group;
        j->groups.v[g].end = j->members.n;
        j->groups.v[g].cells = mem_calloc(a->w.n, sizeof *j->groups.v[g].cells);
    }
    a->running = true;
    app_job(app, "summing what the filter leaves", run, done, j);
}
