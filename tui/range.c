#include "tui/range.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "model/lod.h"
#include "model/timeline/timeline.h"
#include "tui/app_parts.h"

/* The app's sums, and the job that makes them. */
struct range_keeper {
    struct range_sums *sums; /* the last made */
    struct range_sums *making;
    uint64_t version; /* of the one made last */
    bool stopped;     /* by the user, those of t0, t1 */
    ns_t t0, t1;
};

static void sums_free(struct range_sums *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->ngroups; i++)
        mem_free(r->groups[i].latency);
    mem_free(r->groups);
    mem_free(r->g);
    vec_free(&r->waits);
    mem_free(r);
}

/* --- making them, on the worker ------------------------------------------------------------------------------------------ */

struct range_job {
    struct range_keeper *keeper;
    struct session *s;
    struct range_sums *sums;
    struct map sites; /* stack and class of a wait -> index into waits */
};

static void begin(struct range_sums *r, const struct session *s)
{
    r->ng = s->goroutines.n;
    r->ngroups = (uint32_t)s->groups.n;
    r->g = mem_calloc(r->ng + 1, sizeof *r->g);
    r->groups = mem_calloc(r->ngroups + 1, sizeof *r->groups);
    for (uint32_t i = 0; i < r->ng; i++)
        r->g[i].last = SHARE_DEAD;
    for (uint32_t i = 0; i < r->ngroups; i++) {
        r->groups[i] = s->groups.v[i];
        r->groups[i].n = r->groups[i].alive = 0;
        r->groups[i].latency = NULL;
        memset(r->groups[i].ns, 0, sizeof r->groups[i].ns);
    }
}

static void add_wait(struct range_job *j, const struct tl_stay *st, uint32_t group)
{
    if (!st->stack)
        return;
    uint64_t key = (uint64_t)st->stack << 16 | st->class;
    uint32_t at = map_get(&j->sites, key);
    if (at == MAP_NONE) {
        at = (uint32_t)j->sums->waits.n;
        map_put(&j->sites, key, at);
        *vec_push(&j->sums->waits) = (struct wait_site){.stack = st->stack, .class = st->class, .group = group};
    }
    j->sums->waits.v[at].count++;
    j->sums->waits.v[at].ns += st->t1 - st->t0;
}

static void add_stay(void *ctx, const struct tl_stay *st)
{
    struct range_job *j = ctx;
    struct range_sums *r = j->sums;
    const struct goroutine *go = session_g(j->s, st->g);
    struct range_g *g = &r->g[st->g];
    struct group *group = &r->groups[go->group < r->ngroups ? go->group : 0];
    ns_t ns = st->t1 - st->t0;
    group->n += !g->lived;
    g->lived = 1;
    g->ns[st->share] += ns;
    group->ns[st->share] += ns;
    r->total[st->share] += ns;
    g->transitions += !st->open;
    g->last = st->next;
    if (st->open)
        group->alive++;
    if (st->class != CLASS_NONE && session_class(j->s, st->class)->to == G_WAITING)
        add_wait(j, st, go->group);
    if (st->share == SHARE_RUNNABLE && st->next == SHARE_RUNNING && !st->open && go->group < LOD_GROUPS) {
        if (!group->latency)
            group->latency = mem_calloc(1, sizeof *group->latency);
        hist_add(group->latency, st->t1 - st->since);
    }
}

static int run(struct job *job, void *arg, struct err *e)
{
    struct range_job *j = arg;
    session_read(j->s);
    begin(j->sums, j->s);
    struct tl_walk *w = tl_walk_new(j->s, j->sums->t0, j->sums->t1);
    session_done(j->s);
    int rc = 1;
    while (rc == 1 && !job->stop) {
        uint64_t done, total;
        session_read(j->s);
        rc = tl_walk_step(w, add_stay, j, e);
        session_done(j->s);
        tl_walk_progress(w, &done, &total);
        job->total = total;
        job->done = done;
    }
    tl_walk_free(w);
    return rc == 1 ? err_set(e, ERR_CANCEL, "stopped") : rc;
}

static void done(struct app *app, void *arg, int rc, const struct err *e)
{
    struct range_job *j = arg;
    struct range_keeper *k = j->keeper;
    k->making = NULL;
    if (rc == 0) {
        sums_free(k->sums);
        k->sums = j->sums;
    } else {
        k->stopped = e->kind != ERR_CANCEL || !app_job_replaced(app);
        if (e->kind != ERR_CANCEL)
            app_message(app, ROLE_ERROR, "%s", e->what);
        sums_free(j->sums);
    }
    map_release(&j->sites);
    mem_free(j);
}

static void start(struct app *app, struct range_keeper *k, struct session *s, const struct session_mark *mark)
{
    struct range_job *j = mem_calloc(1, sizeof *j);
    j->keeper = k;
    j->s = s;
    j->sums = mem_calloc(1, sizeof *j->sums);
    j->sums->version = ++k->version;
    j->sums->t0 = k->t0;
    j->sums->t1 = k->t1;
    j->sums->mark = *mark;
    k->making = j->sums;
    app_job(app, "summing the range", run, done, j);
}

/* --- asking for them ------------------------------------------------------------------------------------------------------ */

static bool are_of(const struct range_sums *r, const struct nav *nav, const struct session_mark *mark)
{
    return r && r->t0 == nav->range0 && r->t1 == nav->range1 && session_mark_same(&r->mark, mark);
}

enum range_state range_get(struct app *app, const struct nav *nav, struct session *s, const struct range_sums **sums)
{
    struct session_mark mark = session_mark(s);
    struct range_keeper *k = app->range;
    *sums = NULL;
    if (nav->range0 == NS_NONE || nav->range1 == NS_NONE) {
        if (k && k->making && !mark.importing)
            app_stop_job(app);
        return nav->range0 == NS_NONE ? RANGE_NONE : RANGE_OPEN;
    }
    if (!k)
        k = app->range = mem_calloc(1, sizeof *k);
    if (are_of(k->sums, nav, &mark)) {
        *sums = k->sums;
        return RANGE_READY;
    }
    if (mark.importing)
        return RANGE_LATER;
    if (k->t0 != nav->range0 || k->t1 != nav->range1) {
        k->t0 = nav->range0;
        k->t1 = nav->range1;
        k->stopped = false;
    }
    if (k->stopped)
        return RANGE_STOPPED;
    /* A job of an older range is in the way, and stops; any other one ends first. */
    if (k->making && !are_of(k->making, nav, &mark))
        app_stop_job(app);
    if (!app_job_runs(app))
        start(app, k, s, &mark);
    return RANGE_SUMMING;
}

const struct group *range_group(const struct range_sums *r, const struct session *s, uint32_t group)
{
    return r && group < r->ngroups ? &r->groups[group] : &s->groups.v[group];
}

const ns_t *range_ns(const struct range_sums *r, const struct session *s, gidx g)
{
    return r && g < r->ng ? r->g[g].ns : session_g(s, g)->ns;
}

const struct wait_site *range_waits(const struct range_sums *r, const struct session *s, size_t *n)
{
    *n = r ? r->waits.n : s->waits.n;
    return r ? r->waits.v : s->waits.v;
}

/* --- marking it ----------------------------------------------------------------------------------------------------------- */

bool range_clear(struct nav *nav)
{
    bool any = nav->range0 != NS_NONE;
    nav->range0 = nav->range1 = NS_NONE;
    return any;
}

void range_toggle(struct app *app, struct nav *nav)
{
    if (nav->range0 != NS_NONE && nav->range1 != NS_NONE) {
        range_clear(nav);
        app_message(app, ROLE_MESSAGE, "the range is gone; tables speak of the whole trace again");
        return;
    }
    if (nav->cursor == NS_NONE) {
        app_message(app, ROLE_MESSAGE, "a range is marked on the Timeline, between two moments");
        return;
    }
    if (nav->range0 == NS_NONE) {
        nav->range0 = nav->cursor;
        app_message(app, ROLE_MESSAGE, "move to the other end, then v again");
        return;
    }
    if (nav->cursor == nav->range0) {
        range_clear(nav);
        app_message(app, ROLE_MESSAGE, "both ends are the same moment: no range is marked");
        return;
    }
    ns_t a = nav->range0, b = nav->cursor;
    nav->range0 = a < b ? a : b;
    nav->range1 = a < b ? b : a;
}

void range_text(char out[64], const struct nav *nav, enum range_state state)
{
    static const char *const more[] = {
        [RANGE_LATER] = ", summed when the import ends", [RANGE_SUMMING] = ", being summed", [RANGE_STOPPED] = ", not summed: stopped"};
    char length[24];
    out[0] = 0;
    if (nav->range0 == NS_NONE || nav->range1 == NS_NONE)
        return;
    text_duration(length, nav->range1 - nav->range0);
    snprintf(out, 64, "range %s%s", length, state < sizeof more / sizeof *more && more[state] ? more[state] : "");
}

void range_release(struct app *app)
{
    if (app->range)
        sums_free(app->range->sums);
    mem_free(app->range);
    app->range = NULL;
}
