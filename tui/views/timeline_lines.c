/* The cells of the Timeline's lanes, read once for a window and kept while it stays. */
#include <string.h>

#include "tui/views/timeline.h"

enum { SUM_MEMBERS = 200 }; /* lanes summed within a frame for a group of which a filter leaves a part */

void timeline_lines_release(struct timeline_lines *l)
{
    arena_release(&l->arena);
    map_release(&l->at);
    vec_free(&l->v);
    owners_release(&l->owners);
    timeline_sums_release(&l->sums);
    mem_free(l->peaks);
    mem_free(l->scratch);
    mem_free(l->sum);
    *l = (struct timeline_lines){0};
}

void timeline_lines_window(struct timeline_lines *l, const struct session *s, const struct tl_window *w, uint32_t filter_text,
                           const struct grouping *gp, enum range_state range_state, const struct range_sums *range)
{
    struct session_mark mark = session_mark(s);
    bool unsummed = range_state > RANGE_OPEN && !range;
    timeline_sums_window(&l->sums, w, &mark, filter_text, gp->version);
    l->range = range;
    if (l->used && !l->sums.fresh && window_same(&l->w, w) && session_mark_same(&l->mark, &mark) && l->filter_text == filter_text &&
        l->range_version == range_version(range) && l->range_unsummed == unsummed && l->grouping == gp->version)
        return;
    l->grouping = gp->version;
    l->range_version = range_version(range);
    l->range_unsummed = unsummed;
    arena_release(&l->arena);
    map_clear(&l->at);
    l->v.n = 0;
    l->owners.read = false;
    l->w = *w;
    l->mark = mark;
    l->filter_text = filter_text;
    l->used = true;
    l->sums.fresh = false;
    if (w->n > l->room) {
        l->room = w->n;
        l->scratch = mem_realloc(l->scratch, w->n, sizeof *l->scratch);
        l->sum = mem_realloc(l->sum, w->n, sizeof *l->sum);
    }
}

/* How much of cell i lies within the trace. */
static ns_t covered(const struct timeline_lines *l, const struct session *s, uint32_t i)
{
    ns_t a = l->w.t0 + l->w.cell * i, b = a + l->w.cell;
    a = a > s->t0 ? a : s->t0;
    b = b < s->t1 ? b : s->t1;
    return b > a ? b - a : 0;
}

static void add_sum(struct timeline_lines *l, const struct tl_cell *cells)
{
    for (uint32_t i = 0; i < l->w.n; i++)
        for (unsigned h = 0; h < 2; h++)
            for (unsigned k = 0; k < SHARE_COUNT; k++)
                l->sum[i].ns[h][k] += cells[i].ns[h][k];
}

static int add_cells(struct timeline_lines *l, struct session *s, struct lane lane, struct err *e)
{
    if (tl_cells(s, lane, &l->w, l->scratch, e) < 0)
        return -1;
    add_sum(l, l->scratch);
    return 0;
}

/* The members of a group that pass the filter and live in the window: few are summed here and now, many by the worker. */
static int sum_members(struct timeline_lines *l, const struct timeline_rows *rows, struct session *s, uint32_t group, bool *pending,
                       struct err *e)
{
    const struct members *m = &rows->members;
    const struct tl_cell *sum = timeline_sums_get(&l->sums, group);
    gidx some[SUM_MEMBERS];
    uint32_t n = 0;
    if (sum) {
        add_sum(l, sum);
        return 0;
    }
    for (uint32_t i = m->start[group]; i < m->start[group + 1]; i++) {
        if (!member_passes(&rows->filter, m, i) || m->begin[i] >= window_end(&l->w) || m->end[i] <= l->w.t0)
            continue;
        if (n == SUM_MEMBERS) {
            timeline_sums_want(&l->sums, group);
            *pending = true;
            return 0;
        }
        some[n++] = m->g[i];
    }
    for (uint32_t i = 0; i < n; i++)
        if (add_cells(l, s, (struct lane){LANE_G, some[i]}, e) < 0)
            return -1;
    return 0;
}

/* The largest number of goroutines alive, times 256. The session knows that of its own groups; of others it is the largest mean
 * in one of PEAK_PARTS parts of the trace, counted when the group is first shown. */
enum { PEAK_PARTS = 4096 };
static uint64_t members_peak(const struct members *m, const struct session *s, uint32_t group)
{
    double *v = mem_calloc(PEAK_PARTS + 2, sizeof *v), part = (double)(s->t1 - s->t0) / PEAK_PARTS, alive = 0, peak = 0;
    for (uint32_t i = m->start[group]; i < m->start[group + 1] && part > 0; i++) {
        if (m->begin[i] == NS_NONE)
            continue;
        /* v[k] is how much the number alive in part k differs from that of the part before; the parts where a life begins and
         * ends count in proportion */
        double a = (double)(m->begin[i] - s->t0) / part, b = (double)((m->end[i] < s->t1 ? m->end[i] : s->t1) - s->t0) / part;
        size_t x = (size_t)a, y = (size_t)b;
        v[x] += (double)x + 1 - a;
        v[x + 1] += a - (double)x;
        v[y] -= (double)y + 1 - b;
        v[y + 1] -= b - (double)y;
    }
    for (size_t i = 0; i < PEAK_PARTS; i++) {
        alive += v[i];
        peak = alive > peak ? alive : peak;
    }
    mem_free(v);
    return (uint64_t)(256 * peak);
}

static uint64_t whole_peak(struct timeline_lines *l, const struct timeline_rows *rows, const struct session *s, uint32_t group)
{
    const struct members *m = &rows->members;
    if (!rows->gp->of)
        return grouping_at(rows->gp, s, group)->peak;
    if (l->peak_version != rows->gp->version || !session_mark_same(&l->peak_mark, &m->mark) || l->npeaks != m->ngroups) {
        l->npeaks = m->ngroups;
        l->peak_version = rows->gp->version;
        l->peak_mark = m->mark;
        l->peaks = mem_realloc(l->peaks, l->npeaks + 1, sizeof *l->peaks);
        memset(l->peaks, 0, l->npeaks * sizeof *l->peaks);
    }
    if (!l->peaks[group])
        l->peaks[group] = members_peak(m, s, group) + 1;
    return l->peaks[group] - 1;
}

static uint64_t group_peak(struct timeline_lines *l, const struct timeline_rows *rows, const struct session *s, uint32_t group)
{
    uint64_t peak = whole_peak(l, rows, s, group);
    uint64_t pass = rows->filter.pass ? 256 * (uint64_t)rows->filter.group_pass[group] : peak;
    return pass < peak ? pass : peak;
}

static int group_sum(struct timeline_lines *l, const struct timeline_rows *rows, struct session *s, uint32_t group, bool *pending,
                     struct err *e)
{
    if (rows->gp->of || (rows->filter.pass && rows->filter.group_pass[group] < grouping_at(rows->gp, s, group)->n))
        return sum_members(l, rows, s, group, pending, e);
    return add_cells(l, s, (struct lane){LANE_GROUP, group}, e);
}

/* l->sum of a row, and the peak that heights are of. */
static int read_row(struct timeline_lines *l, const struct timeline_rows *rows, struct session *s, struct row row, uint64_t *peak,
                    bool *pending, struct err *e)
{
    memset(l->sum, 0, l->w.n * sizeof *l->sum);
    switch (row.kind) {
    case ROW_PROC: return add_cells(l, s, (struct lane){LANE_P, row.id}, e);
    case ROW_THREAD: return add_cells(l, s, (struct lane){LANE_M, row.id}, e);
    case ROW_G:
    case ROW_MEMBER: return add_cells(l, s, (struct lane){LANE_G, row.id}, e);
    case ROW_GROUP: *peak = group_peak(l, rows, s, row.id); return group_sum(l, rows, s, row.id, pending, e);
    case ROW_RUNTIME:
        *peak = 0;
        for (size_t i = 0; i < rows->system.n; i++) {
            *peak += group_peak(l, rows, s, rows->system.v[i]);
            if (group_sum(l, rows, s, rows->system.v[i], pending, e) < 0)
                return -1;
        }
        return 0;
    default: return 0;
    }
}

static void choose(struct timeline_lines *l, const struct session *s, struct row row, uint64_t peak, struct lane_line *line)
{
    for (uint32_t i = 0; i < l->w.n; i++) {
        const struct tl_cell *c = &l->sum[i];
        ns_t ns = covered(l, s, i);
        if (row.kind == ROW_GROUP)
            line->cells[i] = lane_group(c, ns, peak);
        else if (row.kind == ROW_RUNTIME)
            line->cells[i] = lane_runtime(c, ns, peak);
        else if (row.kind == ROW_PROC || row.kind == ROW_THREAD)
            line->cells[i] = lane_busy(c, ns, row.kind == ROW_THREAD);
        else
            line->cells[i] = lane_choose(c, ns / 2);
    }
}

static void add_waiting(struct lane_line *line, const ns_t ns[SHARE_COUNT])
{
    line->running += ns[SHARE_RUNNING];
    line->waiting += ns[SHARE_CHAN] + ns[SHARE_SYNC] + ns[SHARE_NETWORK] + ns[SHARE_SLEEP] + ns[SHARE_OTHER];
}

static void totals(struct timeline_lines *l, const struct session *s, struct row row, struct lane_line *line)
{
    ns_t busy = 0, all = 0;
    for (uint32_t i = 0; i < l->w.n; i++) {
        all += covered(l, s, i);
        for (unsigned h = 0; h < 2; h++) {
            const ns_t *ns = l->sum[i].ns[h];
            add_waiting(line, ns);
            busy += ns[SHARE_RUNNING] + ns[SHARE_SYSTEM] + (row.kind == ROW_PROC ? ns[SHARE_SYSCALL] : 0);
        }
    }
    line->busy = all > 0 ? (double)busy / (double)all : 0;
}

static void range_group_totals(const struct timeline_lines *l, const struct timeline_rows *rows, const struct session *s, uint32_t group,
                               struct lane_line *line)
{
    const struct members *m = &rows->members;
    if (!rows->filter.pass) {
        add_waiting(line, grouping_figures(rows->gp, s, group)->ns);
        line->n += grouping_figures(rows->gp, s, group)->n;
        return;
    }
    for (uint32_t i = m->start[group]; i < m->start[group + 1]; i++)
        if (member_passes(&rows->filter, m, i) && range_lived(l->range, m->g[i])) {
            add_waiting(line, range_ns(l->range, s, m->g[i]));
            line->n++;
        }
}

/* While a range is marked, totals are its. */
static void range_totals(const struct timeline_lines *l, const struct timeline_rows *rows, const struct session *s, struct row row,
                         struct lane_line *line)
{
    bool goroutine = row.kind == ROW_G || row.kind == ROW_MEMBER;
    if (!goroutine && row.kind != ROW_GROUP && row.kind != ROW_RUNTIME)
        return;
    line->running = line->waiting = l->range_unsummed ? NS_NONE : 0;
    if (l->range_unsummed)
        return;
    if (goroutine)
        add_waiting(line, range_ns(l->range, s, row.id));
    else if (row.kind == ROW_GROUP)
        range_group_totals(l, rows, s, row.id, line);
    for (size_t i = 0; row.kind == ROW_RUNTIME && i < rows->system.n; i++)
        range_group_totals(l, rows, s, rows->system.v[i], line);
}

/* Who ran on a proc or thread, cell by cell; runs of the same goroutine are one owner. */
static int read_owners(struct timeline_lines *l, struct session *s, struct row row, struct lane_line *line, struct err *e)
{
    if (!l->owners.read && owners_read(&l->owners, s, &l->w, e) < 0)
        return -1;
    const gidx *cells = owners_of(&l->owners, row.kind == ROW_PROC ? LANE_P : LANE_M, row.id);
    if (!cells)
        return 0;
    line->owners = arena_alloc(&l->arena, l->w.n * sizeof *line->owners);
    gidx last = IDX_NONE;
    for (uint32_t i = 0; i < l->w.n; i++) {
        gidx g = line->cells[i].glyph == LANE_BLANK ? IDX_NONE : cells[i];
        if (g != IDX_NONE && g == last) {
            line->owners[line->nowners - 1].to = (uint16_t)i;
        } else if (g != IDX_NONE) {
            const struct goroutine *go = session_g(s, g);
            line->owners[line->nowners++] = (struct owner){(uint16_t)i, (uint16_t)i, g, go->id, session_str(s, go->name), go->system};
        }
        last = g;
    }
    return 0;
}

int timeline_line(struct timeline_lines *l, const struct timeline_rows *rows, struct session *s, struct row row, struct err *e)
{
    /* a goroutine's lane is the same alone and in its group */
    uint64_t key = (uint64_t)(row.kind == ROW_MEMBER ? ROW_G : row.kind) << 32 | row.id;
    uint32_t at = map_get(&l->at, key);
    if (at != MAP_NONE)
        return (int)at;
    struct lane_line line = {.cells = arena_alloc(&l->arena, l->w.n * sizeof *line.cells)};
    uint64_t peak = 0;
    if (read_row(l, rows, s, row, &peak, &line.pending, e) < 0)
        return -1;
    choose(l, s, row, peak, &line);
    totals(l, s, row, &line);
    if (l->range || l->range_unsummed)
        range_totals(l, rows, s, row, &line);
    if ((row.kind == ROW_PROC || row.kind == ROW_THREAD) && read_owners(l, s, row, &line, e) < 0)
        return -1;
    if (!line.pending) /* else it is asked for again */
        map_put(&l->at, key, (uint32_t)l->v.n);
    *vec_push(&l->v) = line;
    return (int)l->v.n - 1;
}
