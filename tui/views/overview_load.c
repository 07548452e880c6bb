/* What the Overview shows of the session, read for one frame. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/spark.h"
#include "tui/views/overview.h"

const struct spark_spec spark_specs[SPARKS] = {
    {"running", {SHARE_RUNNING}, 1, ROLE_G_RUNNING, 0, 0},
    {"runnable", {SHARE_RUNNABLE}, 1, ROLE_G_RUNNABLE, 1, 0},
    {"chan, lock", {SHARE_CHAN, SHARE_SYNC}, 2, ROLE_FILL_CHAN, 2, 0},
    {"network", {SHARE_NETWORK}, 1, ROLE_FILL_NETWORK, 3, 0},
    {"syscall", {SHARE_SYSCALL}, 1, ROLE_G_SYSCALL, 5, 0},
    {"sleep", {SHARE_SLEEP}, 1, ROLE_FILL_SLEEP, 6, 0},
    {"wait untold", {SHARE_OTHER, SHARE_UNKNOWN}, 2, ROLE_G_UNKNOWN, 7, .5},
};

/* Goroutine-nanoseconds of the program in `fine` cells: all of them without the runtime's own. */
static int read_cells(struct session *s, const struct tl_window *fine, struct tl_cell *sum, struct err *e)
{
    if (tl_cells(s, (struct lane){LANE_ALL, 0}, fine, sum, e) < 0)
        return -1;
    struct tl_cell *one = mem_alloc(fine->n, sizeof *one);
    int rc = 0;
    for (uint32_t k = 0; rc == 0 && k < s->groups.n; k++) {
        if (!s->groups.v[k].system || !s->groups.v[k].n)
            continue;
        rc = tl_cells(s, (struct lane){LANE_GROUP, k}, fine, one, e);
        for (uint32_t i = 0; rc == 0 && i < fine->n; i++)
            for (unsigned j = 0; j < 2 * SHARE_COUNT; j++)
                sum[i].ns[j / SHARE_COUNT][j % SHARE_COUNT] -= one[i].ns[j / SHARE_COUNT][j % SHARE_COUNT];
    }
    mem_free(one);
    return rc;
}

static void read_spark(struct overview_data *d, const struct tl_window *fine, const struct tl_cell *cells, unsigned k, int per)
{
    double *v = mem_calloc(fine->n, sizeof *v);
    for (uint32_t i = 0; i < fine->n; i++)
        for (unsigned j = 0; j < spark_specs[k].n; j++)
            v[i] += (double)(cells[i].ns[0][spark_specs[k].share[j]] + cells[i].ns[1][spark_specs[k].share[j]]) / (double)fine->cell;
    d->values[k] = arena_alloc(&d->arena, (size_t)d->n * sizeof(double));
    spark_peaks(v, d->n, per, d->values[k]);
    d->peak[k] = 0;
    for (int i = 0; i < d->n; i++)
        d->peak[k] = d->values[k][i] > d->peak[k] ? d->values[k][i] : d->peak[k];
    mem_free(v);
}

static int read_heap(struct overview_data *d, struct session *s, struct err *e)
{
    int64_t *v = mem_calloc((size_t)d->n, sizeof *v);
    d->heap = arena_alloc(&d->arena, (size_t)d->n * sizeof *d->heap);
    d->heap_peak = 0;
    int rc = tl_metric(s, "/memory/classes/heap/objects:bytes", &d->w, v, e);
    for (int i = 0; i < d->n; i++) {
        d->heap[i] = rc == 0 && v[i] != NS_NONE && d->w.t0 + d->w.cell * i < s->t1 ? (double)v[i] : 0;
        d->heap_peak = d->heap[i] > d->heap_peak ? d->heap[i] : d->heap_peak;
    }
    mem_free(v);
    return rc;
}

static int read_time(struct overview_data *d, struct session *s, struct err *e)
{
    int per = d->importing ? 1 : OV_FINE / d->n;
    per = per < 1 ? 1 : per;
    uint32_t n = (uint32_t)(d->n * per);
    ns_t cell = tl_cell_width((s->t1 - s->t0) / n + 1);
    struct tl_window fine = tl_window_at(s->t0, cell, n, 0);
    while (fine.t0 + fine.cell * n < s->t1)
        fine = tl_window_at(s->t0, tl_cell_width(fine.cell + 1), n, 0);
    d->w = (struct tl_window){fine.t0, fine.cell * per, (uint32_t)d->n};
    struct tl_cell *cells = mem_alloc(n, sizeof *cells);
    int rc = read_cells(s, &fine, cells, e);
    for (unsigned k = 0; rc == 0 && k < SPARKS; k++)
        read_spark(d, &fine, cells, k, per);
    mem_free(cells);
    d->gc = arena_alloc(&d->arena, (size_t)d->n);
    gcband_cells(s, &d->w, d->gc);
    d->ngc = d->nstw = 0;
    for (size_t i = 0; i < s->ranges.n; i++)
        s->ranges.v[i].stw ? d->nstw++ : d->ngc++;
    return rc < 0 ? rc : read_heap(d, s, e);
}

static int by_running(const void *a, const void *b)
{
    const struct run_item *x = a, *y = b;
    return x->ns != y->ns ? (x->ns < y->ns ? 1 : -1) : (x->group > y->group) - (x->group < y->group);
}

static int by_p99(const void *a, const void *b)
{
    const struct run_item *x = a, *y = b;
    return x->p99 != y->p99 ? (x->p99 < y->p99 ? 1 : -1) : (x->group > y->group) - (x->group < y->group);
}

static int keep_best(struct run_item *items, size_t n, int (*order)(const void *, const void *), struct run_item *out)
{
    if (n)
        qsort(items, n, sizeof *items, order);
    int kept = (int)(n < OV_ROWS ? n : OV_ROWS);
    if (kept)
        memcpy(out, items, (size_t)kept * sizeof *out);
    return kept;
}

static void read_groups(struct overview_data *d, const struct session *s)
{
    struct run_item *run = mem_calloc(s->groups.n + 1, sizeof *run), *late = mem_calloc(s->groups.n + 1, sizeof *late);
    struct hist all = {.count = 0};
    struct run_item runtime = {.group = IDX_NONE, .name = {"(runtime)", 9}}; /* all of it in one line */
    size_t nrun = 0, nlate = 0;
    memset(all.n, 0, sizeof all.n);
    d->all_running = 0;
    d->alive = d->lived = 0;
    for (uint32_t i = 0; i < s->groups.n; i++) {
        const struct group *g = range_group(d->range, s, i);
        d->alive += g->alive;
        d->lived += g->n;
        d->all_running += g->ns[SHARE_RUNNING];
        if (g->system) {
            runtime.ns += g->ns[SHARE_RUNNING];
            continue;
        }
        struct run_item it = {.group = i, .name = session_str(s, g->name), .ns = g->ns[SHARE_RUNNING], .p50 = NS_NONE, .p99 = NS_NONE};
        if (g->ns[SHARE_RUNNING])
            run[nrun++] = it;
        if (!g->latency)
            continue;
        for (unsigned k = 0; k < HIST_BUCKETS; k++)
            all.n[k] += g->latency->n[k];
        all.count += g->latency->count;
        it.count = g->latency->count;
        it.p50 = hist_quantile(g->latency, .5);
        it.p99 = hist_quantile(g->latency, .99);
        late[nlate++] = it;
    }
    if (runtime.ns)
        run[nrun++] = runtime;
    d->nrunning = keep_best(run, nrun, by_running, d->running);
    d->nlatency = keep_best(late, nlate, by_p99, d->latency);
    d->p50 = hist_quantile(&all, .5);
    d->p99 = hist_quantile(&all, .99);
    d->starts = all.count;
    mem_free(run);
    mem_free(late);
}

/* What was lost or odd while reading, the worst first. */
static void read_notes(struct overview_data *d, const struct session *s)
{
    d->nnotes = 0;
    for (int severity = NOTE_ERROR; severity >= NOTE_INFO; severity--)
        for (unsigned k = 0; k < NOTE_COUNT; k++) {
            struct overview_note note = {note_specs[k].name, note_specs[k].sentence, 0, (uint8_t)severity, ""};
            for (size_t i = 0; (int)note_specs[k].severity == severity && i < s->sources.n; i++) {
                const struct note *n = &s->sources.v[i]->notes[k];
                if (!note.count && n->count)
                    memcpy(note.first, n->first, sizeof note.first);
                note.count += n->count;
            }
            if (note.count && d->nnotes < OV_NOTES)
                d->notes[d->nnotes++] = note;
        }
}

static void read_session(struct overview_data *d, const struct session *s)
{
    d->events = s->events;
    d->goroutines = s->goroutines.n;
    d->procs = s->procs.n;
    d->threads = s->threads.n;
    d->tasks = s->tasks.n;
    d->logs = s->by_kind[EV_LOG];
    d->samples = s->by_kind[EV_STACK_SAMPLE];
    d->sources = s->sources.n;
    d->snapshots = s->clock_snapshots;
    d->wall = s->wall_t0;
    d->bytes = d->generations = 0;
    d->complete = true;
    for (size_t i = 0; i < s->sources.n; i++) {
        const struct source_info *in = s->sources.v[i];
        d->bytes += in->bytes;
        d->generations += in->generations;
        d->complete &= in->complete;
        if (i)
            continue;
        struct str base = name_file((struct str){in->path, strlen(in->path)});
        snprintf(d->source, sizeof d->source, "%.*s", (int)(base.n < 200 ? base.n : 200), base.p);
        snprintf(d->version, sizeof d->version, "%s %s", in->format, in->version);
    }
}

static void layout(struct overview_data *d, struct rect r)
{
    struct ov_layout *l = &d->l;
    d->r = r;
    *l = (struct ov_layout){.left = r.w, .heap = true};
    if (r.w >= 110) {
        l->left = r.w * 31 / 50;
        l->side = r.w - l->left - 1;
    }
    d->n = l->left - OV_LABEL - OV_PEAK;
    d->n = d->n < 10 ? 10 : d->n;
    l->spark_rows = r.h >= 32 ? 2 : 1;
}

/* How many sparklines there is room for: lists keep a good third. */
static void choose_sparks(struct overview_data *d)
{
    struct ov_layout *l = &d->l;
    int notes = d->nnotes && d->notes[0].severity > NOTE_INFO ? d->nnotes : 0;
    int wrong = overview_wrong_layout(d, d->r.h);
    int room = d->r.h - notes - wrong - 3 - (d->r.h >= 20 ? 7 : 4), most = room / l->spark_rows;
    l->nsparks = most < 2 ? 2 : most;
}

int overview_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct overview_data *d = data;
    struct session_mark mark = session_mark(s);
    int n = d->n;
    (void)state;
    layout(d, r);
    d->importing = mark.importing;
    d->any = s->t1 > s->t0 && s->segments.n;
    d->clock = (struct ruler_clock){s->t0, nav->wall ? s->wall_t0 : NS_NONE};
    read_notes(d, s);
    read_session(d, s);
    d->range_state = range_get(app, nav, s, &d->range);
    range_text(d->range_text, nav, d->range_state);
    d->range_t0 = nav->range0;
    d->range_t1 = nav->range1;
    bool same = d->read && session_mark_same(&mark, &d->mark), again = !same || range_version(d->range) != d->range_version;
    overview_read_verdict(d, app, s, again);
    choose_sparks(d);
    if (!d->any)
        return 0;
    if (again) {
        d->nwaits = site_waits_in(s, d->range, IDX_NONE, d->waits, OV_ROWS);
        read_groups(d, s);
        d->range_version = range_version(d->range);
    }
    if (same && n == d->n)
        return 0;
    arena_release(&d->arena);
    d->read = false;
    if (read_time(d, s, e) < 0)
        return -1;
    d->mark = mark;
    d->read = true;
    return 0;
}
