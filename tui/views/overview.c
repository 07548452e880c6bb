/* The Overview: what the trace is about at a glance. Goroutines by state over time, who blocks, who runs, who waits for a
 * processor, what was lost while reading.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "tui/app.h"
#include "tui/grouping.h"
#include "tui/range.h"
#include "tui/ruler.h"
#include "tui/sites.h"
#include "tui/spark.h"

enum { OV_ROWS = 24, OV_FINE = 2048, OV_NOTES = 4, OV_LABEL = 15, OV_PEAK = 9 };
enum pane { PANE_BLOCKED, PANE_RUNNING, PANE_LATENCY, PANES };

STATE_BEGIN
struct overview_state {
    uint8_t pane;
    uint8_t at[PANES];
};
STATE_END

/* States that are drawn together. Order is the order on screen; the last ones go first when rows are short. */
static const struct spark_spec {
    const char *label;
    uint8_t share[3], n, role, keep; /* keep: smaller stays longer */
    double least;                    /* peaks below are not worth a row */
} specs[] = {
    {"running", {SHARE_RUNNING}, 1, ROLE_G_RUNNING, 0, 0},
    {"runnable", {SHARE_RUNNABLE}, 1, ROLE_G_RUNNABLE, 1, 0},
    {"chan, lock", {SHARE_CHAN, SHARE_SYNC}, 2, ROLE_FILL_CHAN, 2, 0},
    {"network", {SHARE_NETWORK}, 1, ROLE_FILL_NETWORK, 3, 0},
    {"syscall", {SHARE_SYSCALL}, 1, ROLE_G_SYSCALL, 5, 0},
    {"sleep", {SHARE_SLEEP}, 1, ROLE_FILL_SLEEP, 6, 0},
    {"wait untold", {SHARE_OTHER, SHARE_UNKNOWN}, 2, ROLE_G_UNKNOWN, 7, .5},
};
enum { SPARKS = sizeof specs / sizeof *specs, HEAP_KEEP = 4 };

struct run_item {
    uint32_t group;
    struct str name;
    ns_t ns, p50, p99;
    uint64_t count;
};

struct overview_data {
    bool any, importing;
    struct session_mark mark;
    enum range_state range_state;   /* with a range marked, the lists and counts are its; the sparklines show all of time */
    const struct range_sums *range; /* NULL: none, or not summed yet */
    uint64_t range_version;
    char range_text[64];
    ns_t range_t0, range_t1;
    int n; /* columns of the sparklines */
    bool read;
    struct tl_window w; /* n columns */
    struct ruler_clock clock;
    double *values[SPARKS], peak[SPARKS];
    double *heap, heap_peak;
    uint8_t *gc;
    size_t ngc, nstw;
    struct arena arena;
    struct site_wait waits[OV_ROWS];
    int nwaits;
    struct run_item running[OV_ROWS], latency[OV_ROWS];
    int nrunning, nlatency;
    ns_t all_running, p50, p99;
    uint64_t starts;
    struct overview_note {
        const char *name, *sentence;
        uint64_t count;
        uint8_t severity;
        char first[160];
    } notes[OV_NOTES];
    int nnotes;
    /* of the session */
    uint64_t events, goroutines, tasks, logs, samples, alive, lived;
    size_t procs, threads, sources;
    int64_t wall;
    char source[256], version[32];
    uint64_t bytes, generations, snapshots;
    bool complete;
    struct rect r;
    struct ov_layout {
        int left, side, spark_rows, nsparks, lists_y, lists_h;
        bool heap;
    } l;
};

/* ---- reading */

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
        for (unsigned j = 0; j < specs[k].n; j++)
            v[i] += (double)(cells[i].ns[0][specs[k].share[j]] + cells[i].ns[1][specs[k].share[j]]) / (double)fine->cell;
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
    int room = d->r.h - notes - 3 - (d->r.h >= 20 ? 7 : 6), most = room / l->spark_rows;
    l->nsparks = most < 2 ? 2 : most;
}

static int load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
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
    choose_sparks(d);
    d->range_state = range_get(app, nav, s, &d->range);
    range_text(d->range_text, nav, d->range_state);
    d->range_t0 = nav->range0;
    d->range_t1 = nav->range1;
    if (!d->any)
        return 0;
    bool same = d->read && session_mark_same(&mark, &d->mark);
    if (!same || range_version(d->range) != d->range_version) {
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

/* ---- drawing */

static int draw_notes(const struct overview_data *d, struct grid *g, int y)
{
    for (int i = 0; i < d->nnotes && d->notes[i].severity > NOTE_INFO; i++) {
        const struct overview_note *n = &d->notes[i];
        enum role role = n->severity == NOTE_ERROR ? ROLE_ERROR : ROLE_WARNING;
        char count[16];
        text_count(count, n->count);
        grid_glyph(g, 1, y, role, n->severity == NOTE_ERROR ? GLYPH_ERROR : GLYPH_WARNING);
        int x = 3 + grid_printf(g, 3, y, d->r.w - 4, role, "%s", n->name);
        x += grid_text(g, x, y, d->r.w - x, ROLE_DIM, "  ");
        if (n->count > 1)
            x += grid_printf(g, x, y, d->r.w - x - 1, ROLE_TEXT, "%s, the first: ", count);
        grid_text(g, x, y++, d->r.w - x - 1, ROLE_TEXT, *n->first ? n->first : n->sentence);
    }
    return y;
}

static void draw_peak(struct grid *g, int x, int y, double peak)
{
    char text[16];
    text_count(text, (uint64_t)(peak + .95)); /* a mean of 6.4 means that there were 7 at some moment */
    grid_right(g, x, y, OV_PEAK - 2, ROLE_TEXT, text);
}

/* Which sparklines show: those that hold anything, the dearest first when rows are short. */
static bool spark_shown(const struct overview_data *d, unsigned k)
{
    int before = 0;
    if (specs[k].keep > 1 && d->peak[k] <= specs[k].least)
        return false;
    for (unsigned j = 0; j < SPARKS; j++)
        before += j != k && specs[j].keep < specs[k].keep && (d->peak[j] > specs[j].least || specs[j].keep <= 1);
    before += HEAP_KEEP < specs[k].keep && d->heap_peak > 0;
    return before < d->l.nsparks;
}

static bool heap_shown(const struct overview_data *d)
{
    int before = 0;
    for (unsigned j = 0; j < SPARKS; j++)
        before += specs[j].keep < HEAP_KEEP && (d->peak[j] > specs[j].least || specs[j].keep <= 1);
    return d->heap_peak > 0 && before < d->l.nsparks;
}

/* Where the marked range lies on the axis of the sparklines, rows [y0, y1). */
static void tint_range(const struct overview_data *d, struct grid *g, int y0, int y1)
{
    if (d->range_state <= RANGE_OPEN)
        return;
    ns_t a = (d->range_t0 - d->w.t0) / d->w.cell, b = (d->range_t1 - 1 - d->w.t0) / d->w.cell;
    a = a < 0 ? 0 : a;
    b = b >= d->n ? d->n - 1 : b;
    if (a <= b)
        grid_tint(g, (struct rect){OV_LABEL + (int)a, y0, (int)(b - a) + 1, y1 - y0}, TINT_RANGE);
}

static int draw_sparks(const struct overview_data *d, struct grid *g, int y)
{
    int top = y + 1;
    int rows = d->l.spark_rows, px = OV_LABEL + d->n;
    part_rule(g, 0, y++, d->l.left, "goroutines over time", ROLE_STRONG, "peak");
    for (unsigned k = 0; k < SPARKS; k++) {
        if (!spark_shown(d, k))
            continue;
        y += rows - 1;
        enum role label = specs[k].role >= ROLE_FILL_CHAN && specs[k].role <= ROLE_FILL_SLEEP ? ROLE_DIM : (enum role)specs[k].role;
        grid_text(g, 1, y, OV_LABEL - 2, label, specs[k].label);
        spark_draw(g, OV_LABEL, y, d->n, rows, (enum role)specs[k].role, d->values[k], d->peak[k]);
        draw_peak(g, px, y, d->peak[k]);
        y++;
    }
    if (heap_shown(d)) {
        char text[16];
        text_bytes(text, (uint64_t)d->heap_peak);
        grid_text(g, 1, y, OV_LABEL - 2, ROLE_DIM, "heap");
        spark_draw(g, OV_LABEL, y, d->n, 1, ROLE_DIM, d->heap, d->heap_peak);
        grid_right(g, px, y++, OV_PEAK - 2, ROLE_TEXT, text);
    }
    char gc[16], stw[16];
    text_count(gc, d->ngc);
    text_count(stw, d->nstw);
    grid_printf(g, 1, y, OV_LABEL - 1, ROLE_DIM, "GC %s STW %s", gc, stw);
    gcband_draw(g, OV_LABEL, y++, d->n, d->gc);
    struct ruler_tick ticks[RULER_TICKS];
    int n = ruler_ticks(&d->clock, d->w.t0, d->w.cell, d->n, -1, -1, ticks);
    ruler_draw(g, OV_LABEL, y++, d->n, ticks, n);
    tint_range(d, g, top, y);
    return y;
}

static void mark_row(struct grid *g, int x, int y, int w, bool selected)
{
    if (!selected)
        return;
    grid_tint(g, (struct rect){x, y, w, 1}, TINT_SELECTION);
    grid_glyph(g, x, y, ROLE_STRONG, GLYPH_SELECTED);
}

/* The range's figures are not there yet: a list says so instead of showing other ones. */
static bool unsummed(const struct overview_data *d, struct grid *g, struct rect r)
{
    if (d->range_state <= RANGE_OPEN || d->range)
        return false;
    grid_text(g, r.x + 2, r.y + 1, r.w - 4, ROLE_DIM, d->range_text);
    return true;
}

static void draw_blocked(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r)
{
    part_rule(g, r.x, r.y, r.w, d->range ? "most blocked in the range" : "most blocked", ROLE_STRONG, "total");
    if (unsummed(d, g, r))
        return;
    if (!d->nwaits)
        grid_text(g, r.x + 2, r.y + 1, r.w - 4, ROLE_DIM, "nobody waited, but by design");
    for (int i = 0; i < d->nwaits && i + 1 < r.h; i++) {
        const struct site_wait *w = &d->waits[i];
        int y = r.y + 1 + i;
        part_share(g, r.x + 1, y, 1, (enum share)w->share);
        part_where(g, r.x + 3, y, r.w - 13, ROLE_TEXT, w->name, w->at.file, w->at.line, true);
        part_duration(g, r.x + r.w - 9, y, 8, ROLE_TEXT, w->ns);
        mark_row(g, r.x, y, r.w, st->pane == PANE_BLOCKED && st->at[PANE_BLOCKED] == i);
    }
}

static void draw_running(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r)
{
    part_rule(g, r.x, r.y, r.w, d->range ? "most running in the range" : "most running", ROLE_STRONG, "total");
    if (unsummed(d, g, r))
        return;
    for (int i = 0; i < d->nrunning && i + 1 < r.h; i++) {
        const struct run_item *it = &d->running[i];
        int y = r.y + 1 + i;
        grid_glyph(g, r.x + 1, y, ROLE_G_RUNNING, GLYPH_RUNNING);
        part_name(g, r.x + 3, y, r.w - 20, it->group == IDX_NONE ? ROLE_DIM : ROLE_TEXT, it->name);
        part_percent(g, r.x + r.w - 16, y, 6, ROLE_DIM, (double)it->ns / (double)(d->all_running > 0 ? d->all_running : 1));
        part_duration(g, r.x + r.w - 9, y, 8, ROLE_TEXT, it->ns);
        mark_row(g, r.x, y, r.w, st->pane == PANE_RUNNING && st->at[PANE_RUNNING] == i);
    }
}

static void draw_latency(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r)
{
    static const ns_t slow = 100000000;
    part_rule(g, r.x, r.y, r.w, d->range ? "ready, in the range" : "ready, not yet running", ROLE_STRONG, "p99");
    if (unsummed(d, g, r))
        return;
    if (!d->nlatency)
        grid_text(g, r.x + 2, r.y + 1, r.w - 4, ROLE_DIM, "nobody had to wait for a processor");
    for (int i = 0; i < d->nlatency && i + 1 < r.h; i++) {
        const struct run_item *it = &d->latency[i];
        int y = r.y + 1 + i;
        char count[16];
        text_count(count, it->count);
        grid_glyph(g, r.x + 1, y, ROLE_G_RUNNABLE, GLYPH_RUNNABLE);
        part_name(g, r.x + 3, y, r.w - 20, ROLE_TEXT, it->name);
        grid_right(g, r.x + r.w - 17, y, 6, ROLE_DIM, count);
        grid_glyph(g, r.x + r.w - 11, y, ROLE_DIM, GLYPH_TIMES);
        part_duration(g, r.x + r.w - 9, y, 8, it->p99 > slow ? ROLE_WARNING : ROLE_TEXT, it->p99);
        mark_row(g, r.x, y, r.w, st->pane == PANE_LATENCY && st->at[PANE_LATENCY] == i);
    }
}

static int fact(struct grid *g, struct rect r, int y, const char *name, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
static int fact(struct grid *g, struct rect r, int y, const char *name, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    grid_text(g, r.x + 2, y, 12, ROLE_DIM, name);
    grid_text(g, r.x + 14, y, r.w - 15, ROLE_TEXT, text);
    return y + 1;
}

static size_t add_count(char text[128], size_t used, uint64_t n, const char *what)
{
    char count[16];
    if (!n)
        return used;
    text_count(count, n);
    return used + (size_t)snprintf(text + used, 128 - used, "%s%s %s", used ? ", " : "", count, what);
}

/* Sources, clock, what was read. Returns the row behind. */
static int draw_facts(const struct overview_data *d, struct grid *g, struct rect r)
{
    char ev[16], gs[16], alive[16], bytes[16], p50[24], p99[24], starts[16], lived[16], wall[40] = "";
    int y = r.y;
    part_rule(g, r.x, y++, r.w, "session", ROLE_STRONG, "");
    text_count(ev, d->events);
    text_count(gs, d->goroutines);
    text_count(alive, d->alive);
    text_count(lived, d->lived);
    text_bytes(bytes, d->bytes);
    text_count(starts, d->starts);
    y = fact(g, r, y, d->sources > 1 ? "sources" : "source", d->sources > 1 ? "%s and %zu more" : "%s", d->source, d->sources - 1);
    y = fact(g, r, y, "", "%s, %s%s", d->version, bytes, d->complete || d->importing ? "" : ", not whole");
    y = fact(g, r, y, "events", "%s in %llu generation%s", ev, (unsigned long long)d->generations, d->generations == 1 ? "" : "s");
    if (d->range_state <= RANGE_OPEN)
        y = fact(g, r, y, "goroutines", "%s, %s alive at the end", gs, alive);
    else if (d->range)
        y = fact(g, r, y, "goroutines", "%s of %s, %s alive at its end", lived, gs, alive);
    else
        y = fact(g, r, y, "goroutines", "%s", gs);
    y = fact(g, r, y, "processors", "%zu procs, %zu threads", d->procs, d->threads);
    char marks[128] = "";
    size_t used = 0;
    used = add_count(marks, used, d->tasks, "tasks");
    used = add_count(marks, used, d->logs, "logs");
    used = add_count(marks, used, d->samples, "CPU samples");
    if (used)
        y = fact(g, r, y, "marks", "%s", marks);
    if (d->wall != NS_NONE) {
        struct ruler_clock c = {0, d->wall};
        ruler_time(wall, &c, 0, 1000000);
        y = fact(g, r, y, "clock", "0 is %s, exact", wall);
    } else {
        y = fact(g, r, y, "clock", "the trace's own; wall time is not told");
    }
    bool known = d->range_state <= RANGE_OPEN || d->range;
    if (known && d->starts && d->p99 != NS_NONE) {
        text_duration(p50, d->p50);
        text_duration(p99, d->p99);
        y = fact(g, r, y, "ready", r.w > 60 ? "p50 %s, p99 %s until running, of %s starts" : "p50 %s, p99 %s until running", p50, p99,
                 starts);
    }
    for (int i = 0; i < d->nnotes; i++)
        if (d->notes[i].severity == NOTE_INFO)
            y = fact(g, r, y, "note", "%s", *d->notes[i].first ? d->notes[i].first : d->notes[i].sentence);
    return y;
}

static void draw_wide(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r, int top, int lists)
{
    const struct ov_layout *l = &d->l;
    struct rect side = {r.x + l->left + 1, top, l->side, 0};
    int end = r.y + r.h, y = draw_facts(d, g, side) + 1;
    int half = (end - y) / 2;
    draw_latency(d, st, g, (struct rect){side.x, y, side.w, half});
    draw_running(d, st, g, (struct rect){side.x, y + half, side.w, end - y - half});
    draw_blocked(d, st, g, (struct rect){r.x, lists, l->left, end - lists});
}

static void draw_narrow(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r, int lists)
{
    int h = r.y + r.h - lists, left = r.w * 40 / 80, w = r.w - left - 1;
    draw_blocked(d, st, g, (struct rect){r.x, lists, left, h});
    int upper = h >= 8 ? (h + 1) / 2 : h;
    draw_running(d, st, g, (struct rect){r.x + left + 1, lists, w, upper});
    if (h - upper >= 2)
        draw_latency(d, st, g, (struct rect){r.x + left + 1, lists + upper, w, h - upper});
}

static void draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct overview_data *d = data;
    const struct overview_state *st = state;
    (void)nav;
    int y = draw_notes(d, g, r.y);
    if (!d->any || !d->read) {
        grid_text(g, 1, y, r.w - 2, ROLE_DIM,
                  d->importing ? "figures come when the first stretch of the trace is read" : "the trace holds no events");
        return;
    }
    int lists = draw_sparks(d, g, y);
    if (d->l.side)
        draw_wide(d, st, g, r, y, lists);
    else
        draw_narrow(d, st, g, r, lists);
}

static int pane_n(const struct overview_data *d, unsigned pane)
{
    return pane == PANE_BLOCKED ? d->nwaits : pane == PANE_RUNNING ? d->nrunning : d->nlatency;
}

/* Enter: the group that the line speaks of, on the timeline. */
static void drill(struct app *app, struct nav *nav, const struct overview_state *st, const struct overview_data *d)
{
    int at = st->at[st->pane];
    if (at >= pane_n(d, st->pane))
        return;
    nav->g = IDX_NONE;
    nav->by = GROUPING_START;
    nav->group = st->pane == PANE_BLOCKED ? d->waits[at].group : st->pane == PANE_RUNNING ? d->running[at].group : d->latency[at].group;
    app_show(app, VIEW_ID_TIMELINE, true);
}

static void move(struct overview_state *st, const struct overview_data *d, int by)
{
    int n = pane_n(d, st->pane), at = st->at[st->pane] + by;
    at = at >= n ? n - 1 : at;
    st->at[st->pane] = (uint8_t)(at < 0 ? 0 : at);
}

static bool command(struct app *app, enum cmd cmd, const char *arg, struct nav *nav, void *state, void *data, struct session *s)
{
    struct overview_state *st = state;
    (void)arg;
    (void)s;
    switch (cmd) {
    case CMD_DOWN: move(st, data, 1); return true;
    case CMD_UP: move(st, data, -1); return true;
    case CMD_FIRST: move(st, data, -OV_ROWS); return true;
    case CMD_LAST: move(st, data, OV_ROWS); return true;
    case CMD_NEXT_PANE: st->pane = (uint8_t)((st->pane + 1) % PANES); return true;
    case CMD_PREV_PANE: st->pane = (uint8_t)((st->pane + PANES - 1) % PANES); return true;
    case CMD_DRILL: drill(app, nav, st, data); return true;
    default: return false;
    }
}

static void release(void *data)
{
    arena_release(&((struct overview_data *)data)->arena);
}

static int rows(const void *data)
{
    const struct overview_data *d = data;
    return d->any && d->read ? d->nwaits + d->nrunning + d->nlatency : 0;
}

static const struct hint hints[] = {
    {CMD_DRILL, "on the timeline"}, {CMD_DOWN, "choose"},       {CMD_NEXT_PANE, "next list"},
    {CMD_VIEW_2, "timeline"},       {CMD_VIEW_6, "goroutines"}, {CMD_NONE, NULL},
};

const struct view overview_view = {
    .name = "overview",
    .title = "Overview",
    .tab = "Over",
    .state_size = sizeof(struct overview_state),
    .data_size = sizeof(struct overview_data),
    .data_release = release,
    .load = load,
    .draw = draw,
    .command = command,
    .hints = hints,
    .rows = rows,
};
