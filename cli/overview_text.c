/* The overview for people, at 80 columns and more. Each section is a function; a section with nothing to say is left out. */
#include "cli/overview.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/goroutines.h"
#include "cli/page.h"
#include "cli/summary.h"
#include "model/timeline/timeline.h"
#include "tui/names.h"

enum { ROWS = 6, CURVE_MAX = 160 };

struct overview {
    struct session *s;
    struct summary m;
    struct page p;
    size_t rows; /* of each list, at most */
    bool limited;
};

static struct str file_of(const struct session *s, frame_id f)
{
    return f && f < s->known.frames ? session_str(s, session_frame(s, f)->file) : (struct str){"", 0};
}

static uint32_t line_of(const struct session *s, frame_id f)
{
    return f && f < s->known.frames ? session_frame(s, f)->line : 0;
}

static void put_plural(struct page *p, uint64_t n, const char *one)
{
    char digits[32];
    page_printf(p, "%s %s%s", page_number(digits, n), one, n == 1 ? "" : "s");
}

/* ---- what it is ---- */

/* The file's end says more than its beginning. */
static void put_path(struct page *p, const char *path, int width)
{
    char safe[SOURCE_PATH];
    size_t n = text_visible(safe, sizeof safe, path, strlen(path));
    const char *from = safe;
    int columns = 0;
    for (size_t i = 0, len; i < n; i += len)
        columns += text_width_cp(text_decode(safe + i, n - i, &len));
    if (columns > width) {
        page_put(p, page_ellipsis(p));
        for (size_t len; columns > width - 1; from += len)
            columns -= text_width_cp(text_decode(from, n - (size_t)(from - safe), &len));
    }
    page_put(p, from);
}

static void put_source(struct overview *v, const struct source_info *src)
{
    struct page *p = &v->p;
    char size[16], what[96];
    text_bytes(size, src->bytes);
    int n = snprintf(what, sizeof what, "  %s %s, %s%s", !strcmp(src->format, "go-trace") ? "trace of Go" : src->format, src->version, size,
                     src->complete ? "" : ", cut or damaged");
    put_path(p, src->path, p->width - n);
    page_put(p, what);
    page_end(p);
}

static void put_part(struct overview *v, const struct opts *o)
{
    char from[32], to[32];
    if (opt_given(o, OPT_WHERE)) {
        page_printf(&v->p, "Of that only goroutines with %s", opt_text(o, OPT_WHERE));
        page_end(&v->p);
    }
    if (!opt_given(o, OPT_WINDOW))
        return;
    text_time(from, v->m.w.t0 - v->s->t0, (v->m.w.t1 - v->m.w.t0) / 1000 + 1);
    text_time(to, v->m.w.t1 - v->s->t0, (v->m.w.t1 - v->m.w.t0) / 1000 + 1);
    page_printf(&v->p, "Of that only %s to %s: ", from, to);
    put_plural(&v->p, v->m.events, "event");
    page_end(&v->p);
}

static void put_head(struct overview *v, const struct opts *o)
{
    struct page *p = &v->p;
    struct session *s = v->s;
    char took[24], wall[WALL_CLOCK_TEXT], digits[32];
    for (size_t i = 0; i < s->sources.n; i++)
        put_source(v, s->sources.v[i]);
    text_duration(took, s->t1 - s->t0);
    page_printf(p, "%s", took);
    if (s->wall_t0 != NS_NONE) {
        wall_clock_text(wall, s->wall_t0);
        if (wall[0])
            page_printf(p, " from %.19s UTC", wall);
    }
    page_put(p, ", ");
    put_plural(p, s->events, "event");
    page_end(p);
    put_part(v, o);
    put_plural(p, v->m.goroutines, "goroutine");
    page_printf(p, " (%" PRIu64 " the runtime's own)", v->m.system);
    page_printf(p, ", %s alive at the end", page_number(digits, v->m.alive));
    page_end(p);
}

static void put_items(struct overview *v)
{
    const struct {
        uint64_t n;
        const char *one;
    } items[] = {{v->s->procs.n, "proc"},
                 {v->s->threads.n, "thread"},
                 {v->m.by_kind[EV_TASK_BEGIN], "task"},
                 {v->m.by_kind[EV_REGION_BEGIN], "region"},
                 {v->m.by_kind[EV_LOG], "log line"},
                 {v->m.by_kind[EV_STACK_SAMPLE], "CPU sample"}};
    struct page *p = &v->p;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        char digits[32];
        if (!items[i].n)
            continue;
        int columns = (int)(strlen(page_number(digits, items[i].n)) + strlen(items[i].one) + 3);
        page_put(p, p->col ? "," : "");
        if (p->col + columns > p->width)
            page_end(p);
        page_put(p, p->col ? " " : "");
        put_plural(p, items[i].n, items[i].one);
    }
    if (p->col)
        page_end(p);
}

/* ---- what was odd ---- */

static void put_notes(struct overview *v)
{
    for (size_t i = 0; i < v->s->sources.n; i++) {
        const struct source_info *src = v->s->sources.v[i];
        for (unsigned k = 0; k < NOTE_COUNT; k++) {
            const struct note *n = &src->notes[k];
            if (!n->count)
                continue;
            page_printf(&v->p, "%s %s", note_specs[k].severity == NOTE_INFO ? "-" : "!", note_specs[k].sentence);
            if (n->count > 1)
                page_printf(&v->p, " (%" PRIu64 " times)", n->count);
            page_end(&v->p);
            page_printf(&v->p, "  %s", n->first);
            page_end(&v->p);
        }
    }
}

/* ---- where the time went ---- */

static const char *const share_titles[SHARE_COUNT] = {
    [SHARE_RUNNING] = "running",
    [SHARE_RUNNABLE] = "runnable (waits for a proc)",
    [SHARE_SYSCALL] = "syscall",
    [SHARE_CHAN] = "channel, select",
    [SHARE_SYNC] = "locks, wait groups",
    [SHARE_NETWORK] = "network",
    [SHARE_SLEEP] = "sleep",
    [SHARE_SYSTEM] = "for the runtime",
    [SHARE_OTHER] = "other waits",
    [SHARE_UNKNOWN] = "state not told",
};

static void put_shares(struct overview *v)
{
    struct page *p = &v->p;
    double sum = 0, most = 0;
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        sum += (double)v->m.total[i];
        most = (double)v->m.total[i] > most ? (double)v->m.total[i] : most;
    }
    if (sum <= 0)
        return;
    page_end(p);
    page_rule(p, "time of all goroutines (not the runtime's own)", "share      total");
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        if (!v->m.total[i])
            continue;
        page_put(p, " ");
        page_left(p, share_titles[i], 29);
        page_bar(p, (double)v->m.total[i] / most, p->width - 52);
        page_percent(p, (double)v->m.total[i] / sum, 9);
        page_duration(p, v->m.total[i], 11);
        page_end(p);
    }
}

/* ---- over time ---- */

struct curve {
    const char *title;
    uint32_t shares; /* bit per share */
};
static const struct curve curves[] = {
    {"running", 1u << SHARE_RUNNING}, {"runnable", 1u << SHARE_RUNNABLE},
    {"syscall", 1u << SHARE_SYSCALL}, {"chan, locks", 1u << SHARE_CHAN | 1u << SHARE_SYNC},
    {"network", 1u << SHARE_NETWORK}, {"sleep", 1u << SHARE_SLEEP},
};

static void put_curve(struct page *p, const struct curve *c, const struct tl_window *w, const struct tl_cell *cells)
{
    double most = 0, level[CURVE_MAX];
    for (uint32_t i = 0; i < w->n; i++) {
        level[i] = 0;
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            if (c->shares & (1u << k))
                level[i] += (double)(cells[i].ns[0][k] + cells[i].ns[1][k]) / (double)w->cell;
        most = level[i] > most ? level[i] : most;
    }
    if (most < 0.005)
        return;
    page_put(p, " ");
    page_left(p, c->title, 14);
    for (uint32_t i = 0; i < w->n; i++)
        page_level(p, level[i] <= 0 ? 0 : 1 + (int)(level[i] / most * 7.0 + 0.5));
    page_to(p, p->width - 8);
    char text[16];
    if (most < 9.95)
        snprintf(text, sizeof text, "%.1f", most);
    else
        text_count(text, (uint64_t)(most + 0.5));
    page_right(p, text, 7);
    page_end(p);
}

/* Times below the curves, one every so many cells. */
static void put_axis(struct page *p, const struct tl_window *w, ns_t t0)
{
    uint32_t step = w->n / 4 ? w->n / 4 : 1;
    for (uint32_t i = 0; i + 7 < w->n || i == 0; i += step) {
        char text[32];
        ns_t t = w->t0 + (ns_t)i * w->cell - t0;
        page_to(p, 15 + (int)i);
        text_time(text, t < 0 ? 0 : t, w->cell * step);
        page_printf(p, "%s%s", p->utf8 ? "╵" : "|", text);
    }
    page_end(p);
}

static int put_curves(struct overview *v, struct err *e)
{
    struct session *s = v->s;
    struct tl_cell cells[CURVE_MAX];
    struct lane all = {LANE_ALL, 0};
    if (v->m.w.t1 - v->m.w.t0 < 1000)
        return 0;
    struct tl_window w = window_cover(v->m.w, (uint32_t)v->p.width - 24);
    if ((v->m.chosen ? tl_lanes_of(s, &all, 1, v->m.chosen, &w, cells, e) : tl_cells(s, all, &w, cells, e)) < 0)
        return -1;
    page_end(&v->p);
    page_rule(&v->p, "goroutines over time (mean of each cell)", "peak");
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        put_curve(&v->p, &curves[i], &w, cells);
    put_axis(&v->p, &w, s->t0);
    return 0;
}

/* ---- where they waited, ran, queued ---- */

static void put_waits(struct overview *v)
{
    struct page *p = &v->p;
    struct session *s = v->s;
    if (!v->m.waits.n)
        return;
    page_end(p);
    page_rule(p, "most blocked: goroutine, where, what for", "times   in all");
    for (size_t i = 0; i < v->m.waits.n && i < v->rows; i++) {
        const struct wait_place *w = &v->m.waits.v[i];
        int name = (p->width - 40) / 2 + 4;
        page_put(p, " ");
        page_name(p, session_str(s, s->groups.v[w->group].name), name);
        page_put(p, " ");
        page_place(p, file_of(s, w->frame), line_of(s, w->frame), p->width - 30 - name);
        page_put(p, " ");
        page_left(p, share_names[w->share], 9);
        page_count(p, w->count, 7);
        page_duration(p, w->ns, 9);
        page_end(p);
    }
}

static void put_running(struct overview *v)
{
    struct page *p = &v->p;
    struct session *s = v->s;
    if (!v->m.running.n)
        return;
    double sum = (double)v->m.total[SHARE_RUNNING] + (double)v->m.system_running;
    page_end(p);
    page_rule(p, "most running: start function", "goroutines  share   in all");
    for (size_t i = 0; i < v->m.running.n && i < v->rows; i++) {
        const struct group_sum *g = &v->m.running.v[i];
        page_put(p, " ");
        page_name(p, session_str(s, s->groups.v[g->group].name), p->width - 35);
        page_count(p, g->n, 15);
        page_percent(p, sum > 0 ? (double)g->running / sum : 0, 8);
        page_duration(p, g->running, 10);
        page_end(p);
    }
}

static void put_latency(struct overview *v)
{
    struct page *p = &v->p;
    struct session *s = v->s;
    if (!v->m.latency.n)
        return;
    page_end(p);
    page_rule(p, "longest waits for a proc: start function", "starts   median     99 %  longest");
    for (size_t i = 0; i < v->m.latency.n && i < (v->limited ? v->rows : ROWS / 2 + 1); i++) {
        const struct group_sum *g = &v->m.latency.v[i];
        page_put(p, " ");
        page_name(p, session_str(s, s->groups.v[g->group].name), p->width - 39);
        page_count(p, g->latency->count, 9);
        page_duration(p, hist_quantile(g->latency, 0.5), 9);
        page_duration(p, hist_quantile(g->latency, 0.99), 9);
        page_duration(p, hist_quantile(g->latency, 1), 9);
        page_end(p);
    }
}

static void put_pauses(struct overview *v, const char *title, const struct pauses *x)
{
    struct page *p = &v->p;
    char all[24], longest[24], at[24], digits[32];
    double length = (double)(v->m.w.t1 - v->m.w.t0);
    page_left(p, title, 11);
    if (!x->n) {
        page_put(p, "never");
        page_end(p);
        return;
    }
    text_duration(all, x->ns);
    text_duration(longest, x->longest);
    text_duration(at, x->longest_at - v->s->t0);
    page_printf(p, "%s %s, %s", page_number(digits, x->n), x->n == 1 ? "time" : "times", all);
    if (length > 0)
        page_printf(p, " (%.*f %%)", (double)x->ns / length < 0.0995 ? 1 : 0, 100.0 * (double)x->ns / length);
    page_printf(p, ", longest %s at %s", longest, at);
    page_end(p);
}

static void put_machine(struct overview *v)
{
    struct page *p = &v->p;
    char own[24];
    page_end(p);
    page_rule(p, "procs, garbage collection, stops of the world", NULL);
    if (v->m.capacity > 0) {
        text_duration(own, v->m.system_running);
        page_left(p, " procs", 11);
        page_printf(p, "busy %.0f %% of the time", 100.0 * (double)v->m.busy / (double)v->m.capacity);
        page_printf(p, "; the runtime's own goroutines ran %s", own);
        page_end(p);
    }
    put_pauses(v, " GC marked", &v->m.mark);
    put_pauses(v, " STW", &v->m.stw);
}

/* One sentence where the figures speak for themselves. */
static void put_remarks(struct overview *v)
{
    const ns_t *t = v->m.total;
    if (t[SHARE_RUNNABLE] > t[SHARE_RUNNING] && t[SHARE_RUNNING] > 0) {
        page_printf(&v->p, "! goroutines stood ready without a proc %.3g times as long as they ran",
                    (double)t[SHARE_RUNNABLE] / (double)t[SHARE_RUNNING]);
        page_end(&v->p);
    }
}

/* ---- what is wrong ---- */

static void put_finding(struct overview *v, const struct finding *f)
{
    struct page *p = &v->p;
    int name = (p->width - 38) / 2;
    page_put(p, " ");
    page_left(p, severity_words[f->severity], 8);
    page_left(p, rules[f->rule].name, 20);
    page_name(p, session_str(v->s, f->function), name);
    page_put(p, " ");
    page_place(p, file_of(v->s, f->frame), line_of(v->s, f->frame), p->width - 38 - name);
    page_count(p, f->count, 8);
    page_end(p);
}

/* The worst, ignored ones left out; the command findings says more. */
static void put_findings(struct overview *v, const struct findings *f)
{
    char title[96];
    size_t shown = 0, n = 0;
    for (unsigned k = 0; k < SEVERITIES; k++)
        n += f->by_severity[k];
    page_end(&v->p);
    snprintf(title, sizeof title, "findings: %" PRIu32 " error%s, %" PRIu32 " warning%s, %" PRIu32 " info", f->by_severity[SEV_ERROR],
             f->by_severity[SEV_ERROR] == 1 ? "" : "s", f->by_severity[SEV_WARNING], f->by_severity[SEV_WARNING] == 1 ? "" : "s",
             f->by_severity[SEV_INFO]);
    page_rule(&v->p, title, n ? "count" : NULL);
    for (size_t i = 0; i < f->list.n && shown < ROWS; i++) {
        if (f->list.v[i].ignored)
            continue;
        put_finding(v, &f->list.v[i]);
        shown++;
    }
    page_printf(&v->p, " %zu rules found nothing, %zu were not judged for want of evidence", f->judged_clean.n, f->not_judged.n);
    page_end(&v->p);
}

int overview_text(const struct opts *o, struct session *s, const struct summary *m, const struct findings *f, struct out *out,
                  struct err *e)
{
    struct overview v = {.s = s, .m = *m, .rows = (size_t)opt_number(o, OPT_LIMIT, ROWS), .limited = opt_given(o, OPT_LIMIT)};
    page_init(&v.p, o, out);
    put_head(&v, o);
    put_items(&v);
    put_notes(&v);
    put_remarks(&v);
    if (!m->events)
        return 0;
    if (f)
        put_findings(&v, f);
    put_shares(&v);
    int rc = put_curves(&v, e);
    put_waits(&v);
    put_running(&v);
    put_latency(&v);
    if (!m->part)
        overview_cancels(&v.p, s, v.rows);
    put_machine(&v);
    return rc;
}
