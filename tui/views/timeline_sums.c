/* Groups that have no lane in the session, and many members: their cells are summed on the worker, and kept for the window. */
#include <string.h>

#include "tui/views/timeline.h"

/* What the worker gets and gives back. */
struct sum_job {
    struct timeline_sums *owner;
    struct session *s;
    struct tl_window w;
    uint64_t number;
    uint32_t groups[SUMS_WANTED], ngroups;
    uint32_t *set; /* by gidx: index into groups, IDX_NONE */
    struct tl_sets *sums;
};

static void job_free(struct sum_job *j)
{
    tl_sets_free(j->sums);
    mem_free(j->set);
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

void timeline_sums_window(struct timeline_sums *a, const struct tl_window *w, const struct session_mark *mark, uint32_t filter,
                          uint64_t grouping)
{
    a->nwant = 0;
    if (a->number && window_same(&a->w, w) && session_mark_same(&a->mark, mark) && a->filter == filter && a->grouping == grouping)
        return;
    a->number++;
    a->grouping = grouping;
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

static int run(struct job *job, void *arg, struct err *e)
{
    struct sum_job *j = arg;
    int rc = 1;
    session_read(j->s);
    j->sums = tl_sets_new(j->s, &j->w, j->set, j->ngroups);
    session_done(j->s);
    while (rc == 1 && !job->stop) {
        uint64_t done, total;
        session_read(j->s);
        rc = tl_sets_step(j->sums, e);
        session_done(j->s);
        tl_sets_progress(j->sums, &done, &total);
        job->total = total;
        job->done = done;
    }
    return rc == 1 ? err_set(e, ERR_CANCEL, "stopped") : rc;
}

static void done(struct app *app, void *arg, int rc, const struct err *e)
{
    struct sum_job *j = arg;
    struct timeline_sums *a = j->owner;
    bool same = a->number == j->number;
    a->running = 0;
    for (uint32_t i = 0; rc == 0 && same && i < j->ngroups; i++) {
        struct tl_cell *cells = mem_alloc(j->w.n, sizeof *cells);
        tl_sets_cells(j->sums, i, cells);
        *vec_push(&a->v) = (struct group_cells){j->groups[i], cells};
        a->fresh = true;
    }
    if (rc < 0 && e->kind != ERR_CANCEL)
        app_message(app, ROLE_ERROR, "%s", e->what);
    /* what the user stopped is not begun again for this window */
    a->tried |= rc < 0 && same && (e->kind != ERR_CANCEL || !app_job_replaced(app));
    job_free(j);
}

/* Which goroutines to sum for which of the wanted groups: those that pass the filter and live in the window. */
static uint32_t *choose(const struct timeline_sums *a, const struct timeline_rows *rows, const struct session *s)
{
    const struct members *m = &rows->members;
    uint32_t *set = mem_alloc(s->goroutines.n + 1, sizeof *set);
    memset(set, 0xff, s->goroutines.n * sizeof *set);
    for (int k = 0; k < a->nwant; k++)
        for (uint32_t i = m->start[a->want[k]]; i < m->start[a->want[k] + 1]; i++)
            if (member_passes(&rows->filter, m, i) && m->begin[i] < window_end(&a->w) && m->end[i] > a->w.t0)
                set[m->g[i]] = (uint32_t)k;
    return set;
}

void timeline_sums_start(struct timeline_sums *a, struct app *app, const struct timeline_rows *rows, struct session *s)
{
    if (a->mark.importing)
        return;
    if (a->running && a->running != a->number) /* of another window: of no use any more */
        app_stop_job(app);
    if (!a->nwant || a->tried || app_job_runs(app))
        return;
    struct sum_job *j = mem_calloc(1, sizeof *j);
    *j = (struct sum_job){.owner = a, .s = s, .w = a->w, .number = a->number, .ngroups = (uint32_t)a->nwant};
    memcpy(j->groups, a->want, (size_t)a->nwant * sizeof *a->want);
    j->set = choose(a, rows, s);
    a->running = a->number;
    app_job(app, "summing groups", run, done, j);
}
