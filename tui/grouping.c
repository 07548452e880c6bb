#include "tui/grouping.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "model/timeline/timeline.h"
#include "tui/app_parts.h"
#include "tui/names.h"
#include "tui/wake.h"

const struct grouping_spec grouping_specs[GROUPINGS] = {
#define GROUPING(id, title, sentence) [GROUPING_##id] = {title, sentence},
#include "tui/groupings.def"
#undef GROUPING
};

/* The first two groups of all but the session's own grouping. */
enum { GROUP_OTHERS, GROUP_RUNTIME, GROUP_FIRST };
enum { MARKS_AT_ONCE = 8192 };

/* The app's grouping, and what it is made of. */
struct groupings {
    struct grouping gp;
    struct session_mark mark; /* of the session it was made from */
    uint64_t range;           /* version of the range's sums */
    bool made, ranged;
    struct arena names;
    VEC(struct str) name; /* by group */
    /* tasks: the name of the first one of each goroutine, read by the worker */
    str_id *task_of; /* by gidx; 0: none */
    uint32_t ntask_of;
    struct session_mark task_mark;
    uint64_t task_version;
    bool tasks_read, tasks_stopped, reading;
};

/* --- building -------------------------------------------------------------------------------------------------------------- */

static uint32_t new_group(struct groupings *k, str_id name, frame_id frame, bool system, const char *text)
{
    *vec_push(&k->gp.groups) = (struct group){.name = name, .frame = frame, .system = system, .first = NS_NONE, .last = NS_NONE};
    char *copy = arena_alloc(&k->names, strlen(text) + 1);
    memcpy(copy, text, strlen(text) + 1);
    *vec_push(&k->name) = (struct str){copy, (uint32_t)strlen(text)};
    return (uint32_t)k->gp.groups.n - 1;
}

/* "api.go:40 (*Server).Serve": a go statement, the place before what may be cut. */
static uint32_t site_group(struct groupings *k, const struct session *s, frame_id f)
{
    const struct frame *fr = session_frame(s, f);
    char text[400], name[NAME_MAX_BYTES], file[200];
    struct str base = name_file(session_str(s, fr->file));
    text_visible(file, sizeof file, base.p, base.n);
    name_short(name, session_str(s, fr->func), 60, "~");
    snprintf(text, sizeof text, "%s:%u %s", file, fr->line, name);
    return new_group(k, fr->func, f, false, text);
}

static void by_creator(struct groupings *k, const struct session *s)
{
    struct map stacks = {0}, sites = {0};
    for (gidx i = 0; i < k->gp.ng; i++) {
        stack_id stack = session_g(s, i)->create_stack;
        if (session_g(s, i)->system || !stack)
            continue;
        uint32_t group = map_get(&stacks, stack);
        if (group == MAP_NONE) {
            frame_id f = frame_of_interest(s, stack);
            uint64_t key = f ? (uint64_t)session_frame(s, f)->func << 32 | session_frame(s, f)->line : 0;
            group = f ? map_get(&sites, key) : GROUP_OTHERS;
            if (group == MAP_NONE)
                map_put(&sites, key, group = site_group(k, s, f));
            map_put(&stacks, stack, group);
        }
        k->gp.of[i] = group;
    }
    map_release(&stacks);
    map_release(&sites);
}

static void by_task(struct groupings *k, const struct session *s)
{
    struct map names = {0};
    for (gidx i = 0; i < k->gp.ng; i++) {
        str_id name = i < k->ntask_of ? k->task_of[i] : 0;
        if (!name || session_g(s, i)->system)
            continue;
        uint32_t group = map_get(&names, name);
        if (group == MAP_NONE) {
            struct str text = session_str(s, name);
            char safe[300];
            text_visible(safe, sizeof safe, text.p, text.n);
            map_put(&names, name, group = new_group(k, name, 0, false, safe));
        }
        k->gp.of[i] = group;
    }
    map_release(&names);
}

static void by_state(struct groupings *k, const struct session *s, const struct range_sums *range)
{
    for (unsigned i = 0; i < SHARE_COUNT; i++)
        new_group(k, 0, 0, false, share_names[i]);
    new_group(k, 0, 0, false, range ? "ended, or not yet created" : "ended");
    for (gidx i = 0; i < k->gp.ng; i++) {
        const struct goroutine *g = session_g(s, i);
        uint8_t share = range && i < range->ng ? range->g[i].last : g->ended == NS_OPEN ? g->last_share : (uint8_t)SHARE_DEAD;
        if (!g->system && (g->first != NS_NONE || g->created != NS_NONE))
            k->gp.of[i] = GROUP_FIRST + (share < SHARE_DEAD ? share : SHARE_DEAD);
    }
}

/* What a goroutine adds to its group's figures, of the whole trace and of the range. */
static void add_figures(struct groupings *k, const struct session *s, const struct range_sums *range, gidx i)
{
    const struct goroutine *g = session_g(s, i);
    struct group *group = &k->gp.groups.v[k->gp.of[i]];
    ns_t first = g->created != NS_NONE ? g->created : g->first;
    group->n++;
    group->alive += g->ended == NS_OPEN && first != NS_NONE;
    if (first != NS_NONE && (group->first == NS_NONE || first < group->first))
        group->first = first;
    for (unsigned share = 0; share < SHARE_COUNT; share++)
        group->ns[share] += g->ns[share];
    if (!range || i >= range->ng || !range->g[i].lived)
        return;
    struct group *part = &k->gp.in_range.v[k->gp.of[i]];
    part->n++;
    part->alive += range->g[i].last < SHARE_DEAD;
    for (unsigned share = 0; share < SHARE_COUNT; share++)
        part->ns[share] += range->g[i].ns[share];
}

static const char *others_name(enum grouping_by by)
{
    switch (by) {
    case GROUPING_CREATOR: return "by the runtime, or before the trace";
    case GROUPING_TASK: return "(no task)";
    default: return "only seen";
    }
}

static void make(struct groupings *k, const struct session *s, const struct range_sums *range)
{
    struct grouping *gp = &k->gp;
    arena_release(&k->names);
    k->name.n = gp->groups.n = gp->in_range.n = 0;
    gp->ng = s->goroutines.n;
    gp->of = mem_realloc(gp->of, gp->ng + 1, sizeof *gp->of);
    for (gidx i = 0; i < gp->ng; i++)
        gp->of[i] = session_g(s, i)->system ? GROUP_RUNTIME : GROUP_OTHERS;
    new_group(k, 0, 0, false, others_name(gp->by));
    new_group(k, 0, 0, true, "(runtime)");
    switch (gp->by) {
    case GROUPING_CREATOR: by_creator(k, s); break;
    case GROUPING_TASK: by_task(k, s); break;
    default: by_state(k, s, range);
    }
    for (size_t i = 0; range && i < gp->groups.n; i++) {
        struct group part = gp->groups.v[i];
        *vec_push(&gp->in_range) = part;
    }
    for (gidx i = 0; i < gp->ng; i++)
        add_figures(k, s, range, i);
}

/* --- the task of each goroutine ------------------------------------------------------------------------------------------- */

struct task_job {
    struct groupings *keeper;
    struct session *s;
    struct session_mark mark;
    struct map names; /* task id -> name */
    str_id *task_of;
    uint32_t n;
    ns_t at;
};

static void take_task(struct task_job *j, const struct mark *m)
{
    uint32_t name = m->task && m->g != IDX_NONE && m->g < j->n && !j->task_of[m->g] ? map_get(&j->names, m->task) : MAP_NONE;
    if (name != MAP_NONE)
        j->task_of[m->g] = name;
}

/* Marks from j->at on, so many at once: 1 there are more. */
static int take_marks(struct task_job *j, struct mark *buf, struct err *e)
{
    static const uint32_t kinds = 1u << EV_TASK_BEGIN | 1u << EV_REGION_BEGIN | 1u << EV_LOG;
    long n = tl_marks(j->s, kinds, j->at, j->s->t1 + 1, buf, MARKS_AT_ONCE, e);
    for (long i = 0; i < n; i++)
        take_task(j, &buf[i]);
    if (n == MARKS_AT_ONCE)
        j->at = buf[n - 1].t > j->at ? buf[n - 1].t : j->at + 1;
    return n < 0 ? -1 : n == MARKS_AT_ONCE;
}

static int read_tasks(struct job *job, void *arg, struct err *e)
{
    struct task_job *j = arg;
    struct mark *buf = mem_alloc(MARKS_AT_ONCE, sizeof *buf);
    session_read(j->s);
    j->n = j->s->goroutines.n;
    j->task_of = mem_calloc(j->n + 1, sizeof *j->task_of);
    j->at = j->s->t0;
    for (size_t i = 0; i < j->s->tasks.n; i++)
        map_put(&j->names, j->s->tasks.v[i].id, j->s->tasks.v[i].name);
    job->total = (uint64_t)(j->s->t1 - j->s->t0);
    session_done(j->s);
    int rc = 1;
    while (rc == 1 && !job->stop) {
        session_read(j->s);
        rc = take_marks(j, buf, e);
        session_done(j->s);
        job->done = (uint64_t)(j->at - j->s->t0);
    }
    mem_free(buf);
    return rc == 1 ? err_set(e, ERR_CANCEL, "stopped") : rc;
}

static void tasks_done(struct app *app, void *arg, int rc, const struct err *e)
{
    struct task_job *j = arg;
    struct groupings *k = j->keeper;
    k->reading = false;
    if (rc == 0) {
        mem_free(k->task_of);
        k->task_of = j->task_of;
        k->ntask_of = j->n;
        k->task_mark = j->mark;
        k->tasks_read = true;
        k->task_version++;
        k->made = false;
    } else {
        mem_free(j->task_of);
        k->tasks_stopped = e->kind != ERR_CANCEL || !app_job_replaced(app);
        if (e->kind != ERR_CANCEL)
            app_message(app, ROLE_ERROR, "%s", e->what);
    }
    map_release(&j->names);
    mem_free(j);
}

/* Who began a task is known at once; who else worked for one is read from the marks, when the import has ended. */
static void want_tasks(struct groupings *k, struct app *app, struct session *s, const struct session_mark *mark)
{
    if ((k->tasks_read && session_mark_same(&k->task_mark, mark)) || k->reading || k->tasks_stopped || mark->importing || app_job_runs(app))
        return;
    struct task_job *j = mem_calloc(1, sizeof *j);
    *j = (struct task_job){.keeper = k, .s = s, .mark = *mark};
    k->reading = true;
    app_job(app, "reading who worked for which task", read_tasks, tasks_done, j);
}

/* What makes goroutines change their groups while the session stays. */
static uint64_t version_of(const struct groupings *k)
{
    uint64_t made_of = k->gp.by == GROUPING_TASK ? k->task_version : k->gp.by == GROUPING_STATE ? k->range : 0;
    return made_of << 8 | (k->gp.of ? k->gp.by : GROUPING_START);
}

/* --- asking for it ------------------------------------------------------------------------------------------------------------ */

const struct grouping *grouping_get(struct app *app, const struct nav *nav, struct session *s, const struct range_sums *range,
                                    enum range_state range_state)
{
    struct groupings *k = app->groupings;
    enum grouping_by by = nav->by < GROUPINGS ? nav->by : GROUPING_START;
    struct session_mark mark = session_mark(s);
    if (!k)
        k = app->groupings = mem_calloc(1, sizeof *k);
    if (by == GROUPING_TASK)
        want_tasks(k, app, s, &mark);
    bool ranged = range_state > RANGE_OPEN;
    if (k->made && k->gp.by == by && session_mark_same(&k->mark, &mark) && k->range == range_version(range) && k->ranged == ranged)
        return &k->gp;
    k->gp.by = by;
    k->gp.range = NULL;
    if (by == GROUPING_START || by == GROUPING_NONE) {
        mem_free(k->gp.of);
        k->gp.of = NULL;
        k->gp.ng = 0;
        k->gp.groups.n = k->gp.in_range.n = 0;
    } else {
        make(k, s, range);
    }
    k->gp.range = range;
    k->mark = mark;
    k->range = range_version(range);
    k->ranged = ranged;
    k->made = true;
    k->gp.names = k->name.v;
    k->gp.version = version_of(k);
    return &k->gp;
}

uint32_t grouping_n(const struct grouping *gp, const struct session *s)
{
    return gp->of ? (uint32_t)gp->groups.n : (uint32_t)s->groups.n;
}

const struct group *grouping_at(const struct grouping *gp, const struct session *s, uint32_t group)
{
    return gp->of ? &gp->groups.v[group] : &s->groups.v[group];
}

const struct group *grouping_figures(const struct grouping *gp, const struct session *s, uint32_t group)
{
    if (!gp->of)
        return range_group(gp->range, s, group);
    return gp->range ? &gp->in_range.v[group] : &gp->groups.v[group];
}

struct str grouping_name(const struct grouping *gp, const struct session *s, uint32_t group)
{
    return gp->of ? gp->names[group] : session_str(s, s->groups.v[group].name);
}

uint32_t grouping_of(const struct grouping *gp, const struct session *s, gidx g)
{
    uint32_t group = !gp->of ? session_g(s, g)->group : g < gp->ng ? gp->of[g] : 0;
    return group < grouping_n(gp, s) ? group : 0;
}

void grouping_next(struct app *app, struct nav *nav)
{
    nav->by = (uint8_t)((nav->by + 1) % GROUPINGS);
    nav->set = IDX_NONE;
    if (nav->g == IDX_NONE)
        nav->group = IDX_NONE;
    app_message(app, ROLE_MESSAGE, "%s", grouping_specs[nav->by].sentence);
}

static bool own_groups(const struct nav *nav)
{
    return nav->by != GROUPING_START && nav->by != GROUPING_NONE;
}

uint32_t nav_group(const struct nav *nav)
{
    return own_groups(nav) ? nav->set : nav->group;
}

void nav_set_group(struct nav *nav, uint32_t group)
{
    nav->set = own_groups(nav) ? group : IDX_NONE;
    nav->group = own_groups(nav) ? IDX_NONE : group;
}

void grouping_release(struct app *app)
{
    struct groupings *k = app->groupings;
    if (!k)
        return;
    arena_release(&k->names);
    vec_free(&k->name);
    vec_free(&k->gp.groups);
    vec_free(&k->gp.in_range);
    mem_free(k->gp.of);
    mem_free(k->task_of);
    mem_free(k);
    app->groupings = NULL;
}
