/* The Overview's picture. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/spark.h"
#include "tui/views/overview.h"

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
    if (spark_specs[k].keep > 1 && d->peak[k] <= spark_specs[k].least)
        return false;
    for (unsigned j = 0; j < SPARKS; j++)
        before += j != k && spark_specs[j].keep < spark_specs[k].keep && (d->peak[j] > spark_specs[j].least || spark_specs[j].keep <= 1);
    before += HEAP_KEEP < spark_specs[k].keep && d->heap_peak > 0;
    return before < d->l.nsparks;
}

static bool heap_shown(const struct overview_data *d)
{
    int before = 0;
    for (unsigned j = 0; j < SPARKS; j++)
        before += spark_specs[j].keep < HEAP_KEEP && (d->peak[j] > spark_specs[j].least || spark_specs[j].keep <= 1);
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
        enum role label =
            spark_specs[k].role >= ROLE_FILL_CHAN && spark_specs[k].role <= ROLE_FILL_SLEEP ? ROLE_DIM : (enum role)spark_specs[k].role;
        grid_text(g, 1, y, OV_LABEL - 2, label, spark_specs[k].label);
        spark_draw(g, OV_LABEL, y, d->n, rows, (enum role)spark_specs[k].role, d->values[k], d->peak[k]);
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

void overview_mark_row(struct grid *g, int x, int y, int w, bool selected)
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
        overview_mark_row(g, r.x, y, r.w, overview_pane(d, st) == PANE_BLOCKED && st->at[PANE_BLOCKED] == i);
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
        overview_mark_row(g, r.x, y, r.w, overview_pane(d, st) == PANE_RUNNING && st->at[PANE_RUNNING] == i);
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
        overview_mark_row(g, r.x, y, r.w, overview_pane(d, st) == PANE_LATENCY && st->at[PANE_LATENCY] == i);
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

/* Sources, what was read. Returns the row behind. */
static int draw_facts(const struct overview_data *d, struct grid *g, struct rect r)
{
    char ev[16], gs[16], alive[16], bytes[16], p50[24], p99[24], starts[16], lived[16];
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

/* What is left of the side after the answers goes to who runs, and on tall screens to who waits for a processor. */
static void draw_side(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r)
{
    int end = r.y + r.h, y = draw_facts(d, g, r);
    int answers = 2 + !d->deadlines.exact + 2 + 1 + overview_unjudged_rows(d), room = end - y - answers;
    int most = r.h >= 40 ? room / 3 : room / 2, want = d->ncancels ? d->ncancels + 1 : 2;
    int cancels = want < most ? want : most < 2 ? 2 : most;
    overview_draw_cancels(d, st, g, (struct rect){r.x, y, r.w, cancels});
    y = overview_draw_deadlines(d, g, (struct rect){r.x, y + cancels, r.w, 3});
    y = overview_draw_clocks(d, g, (struct rect){r.x, y, r.w, 2});
    y = overview_draw_unjudged(d, g, (struct rect){r.x, y, r.w, end - y});
    int half = r.h >= 40 ? (end - y) / 2 : 0;
    if (half > 2)
        draw_latency(d, st, g, (struct rect){r.x, y, r.w, half});
    if (end - y - half > 1)
        draw_running(d, st, g, (struct rect){r.x, y + half, r.w, end - y - half});
}

static void draw_narrow(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r, int lists)
{
    int h = r.y + r.h - lists, left = r.w * 40 / 80, w = r.w - left - 1;
    draw_blocked(d, st, g, (struct rect){r.x, lists, left, h});
    int upper = h >= 8 ? (h + 1) / 2 : h >= 5 ? h - 1 : h, want = d->ncancels + 1;
    upper = d->ncancels && want < upper ? want : upper;
    if (d->ncancels)
        overview_draw_cancels(d, st, g, (struct rect){r.x + left + 1, lists, w, upper});
    else
        draw_running(d, st, g, (struct rect){r.x + left + 1, lists, w, upper});
    struct rect rest = {r.x + left + 1, lists + upper, w, h - upper - 1};
    if (rest.h >= 2 && d->ncancels)
        draw_running(d, st, g, rest);
    else if (rest.h >= 2)
        draw_latency(d, st, g, rest);
    if (rest.h >= 0)
        overview_draw_unjudged_line(d, g, (struct rect){rest.x, r.y + r.h - 1, w, 1});
}

void overview_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct overview_data *d = data;
    const struct overview_state *st = state;
    (void)nav;
    int top = draw_notes(d, g, r.y);
    if (!d->any || !d->read) {
        grid_text(g, 1, top, r.w - 2, ROLE_DIM,
                  d->importing ? "figures come when the first stretch of the trace is read" : "the trace holds no events");
        return;
    }
    int y = overview_draw_wrong(d, st, g, (struct rect){r.x, top, d->l.left, 0});
    int lists = draw_sparks(d, g, y), end = r.y + r.h;
    if (!d->l.side) {
        draw_narrow(d, st, g, r, lists);
        return;
    }
    draw_side(d, st, g, (struct rect){r.x + d->l.left + 1, top, d->l.side, end - top});
    draw_blocked(d, st, g, (struct rect){r.x, lists, d->l.left, end - lists});
}
