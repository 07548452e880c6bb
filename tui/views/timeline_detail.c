/* The pane under the lanes: what the selected goroutine does at the cursor, since when, where, and who woke it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/chain.h"
#include "tui/views/timeline.h"

/* A running goroutine has no stack of its own in the trace: the one of its last stop is shown, and called so. */
static int load_stack(struct timeline_detail *t, struct session *s, gidx g, struct err *e)
{
    struct span sp = t->span;
    bool own = sp.state == G_WAITING || sp.state == G_SYSCALL || sp.by == g;
    for (int i = 0; i < 64 && !(own && sp.stack); i++) {
        int got = tl_span_step(s, g, sp.t0, -1, &sp, e);
        if (got <= 0)
            return got;
        own = sp.state == G_WAITING || sp.state == G_SYSCALL || (sp.state == G_RUNNABLE && sp.by == g);
        t->stack_of_before = true;
    }
    t->before_reason = session_str(s, session_class_name(s, sp.class));
    t->nframes = site_stack(s, sp.stack, t->frames, DETAIL_FRAMES);
    return 0;
}

static int load_totals(struct timeline_data *d, struct session *s, gidx g, struct err *e)
{
    if (d->range)
        memcpy(d->detail.totals, range_ns(d->range, s, g), sizeof d->detail.totals);
    if (d->range_state > RANGE_OPEN)
        return 0;
    struct tl_cell *cells = arena_alloc(&d->frame, d->w.n * sizeof *cells);
    if (tl_cells(s, (struct lane){LANE_G, g}, &d->w, cells, e) < 0)
        return -1;
    for (uint32_t i = 0; i < d->w.n; i++)
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            d->detail.totals[k] += cells[i].ns[0][k] + cells[i].ns[1][k];
    return 0;
}

static int load_goroutine(struct timeline_data *d, struct session *s, gidx g, ns_t at, struct err *e)
{
    struct timeline_detail *t = &d->detail;
    const struct goroutine *go = session_g(s, g);
    t->id = go->id;
    t->name = session_str(s, go->name);
    t->at = at;
    if (go->creator != IDX_NONE) {
        t->has_creator = true;
        t->creator = session_g(s, go->creator)->id;
        t->created_at = site_frame(s, frame_of_interest(s, go->create_stack));
    }
    t->created = go->created;
    t->ended_at = go->ended;
    t->last = s->t1;
    memcpy(t->life, range_ns(d->range, s, g), sizeof t->life);
    int got = tl_span_at(s, g, at, &t->span, e);
    if (got < 0)
        return -1;
    t->alive = got;
    uint32_t edge = cancels_at(&d->cancels, s, g, at, got ? &t->span : NULL);
    t->cancelled = got && edge != IDX_NONE;
    if (t->cancelled)
        cancels_tell(s, edge, &t->told);
    if (d->H >= 45 && load_totals(d, s, g, e) < 0)
        return -1;
    if (!got)
        return 0;
    t->reason = session_str(s, session_class_name(s, t->span.class));
    int n = wake_chain(s, g, at, t->links, d->H >= 35 ? WAKE_LINKS : 1, e);
    if (n < 0)
        return -1;
    t->nlinks = n;
    if (!n)
        t->woken = wake_before(s, g, at, &t->woken_at, &t->woken_by, e);
    if (t->woken < 0)
        return -1;
    if (t->woken && t->woken_by != IDX_NONE) {
        t->woken_id = session_g(s, t->woken_by)->id;
        t->woken_name = session_str(s, session_g(s, t->woken_by)->name);
    }
    return load_stack(t, s, g, e);
}

static int load_lane(struct timeline_data *d, struct session *s, struct row lane, ns_t at, struct err *e)
{
    struct timeline_detail *t = &d->detail;
    int line = timeline_line(&d->lines, &d->rows, s, lane, e);
    if (line < 0)
        return -1;
    bool proc = lane.kind == ROW_PROC;
    t->lane = lane;
    t->busy = d->lines.v.v[line].busy;
    t->id = proc ? s->procs.v[lane.id].id : (int64_t)s->threads.v[lane.id].id;
    gidx g = tl_running_on(s, (struct lane){proc ? LANE_P : LANE_M, lane.id}, at, e);
    t->has_on = g != IDX_NONE && !e->kind;
    if (t->has_on) {
        t->on = session_g(s, g)->id;
        t->on_name = session_str(s, session_g(s, g)->name);
    }
    return e->kind ? -1 : 0;
}

/* Where its goroutines wait is told by start function; for other groups, which functions they run. */
static void load_group(struct timeline_data *d, const struct session *s, uint32_t group)
{
    struct timeline_detail *p = &d->detail;
    const struct grouping *gp = d->rows.gp;
    p->kind = DETAIL_GROUP;
    p->group = *grouping_figures(gp, s, group);
    p->name = grouping_name(gp, s, group);
    p->is_text = gp->of != NULL;
    p->n = d->range && !d->rows.filter.pass ? p->group.n : timeline_group_n(&d->rows, s, group);
    if (p->unsummed)
        return;
    if (gp->of)
        p->nstarts = site_starts(s, d->range, &d->rows.members, group, p->starts, DETAIL_WAITS);
    else
        p->nwaits = site_waits_in(s, d->range, group, p->waits, DETAIL_WAITS);
}

int timeline_detail_load(struct timeline_data *d, struct session *s, const struct nav *nav, const struct timeline_state *st, ns_t t,
                         struct err *e)
{
    struct timeline_detail *p = &d->detail;
    memset(p, 0, sizeof *p);
    p->woken_by = IDX_NONE;
    p->at = t;
    p->ranged = d->range_state > RANGE_OPEN;
    p->unsummed = p->ranged && !d->range;
    if (nav->g != IDX_NONE) {
        p->kind = DETAIL_G;
        return load_goroutine(d, s, nav->g, t, e);
    }
    if (nav_group(nav) != IDX_NONE) {
        load_group(d, s, nav_group(nav));
    } else if (st->on_runtime) {
        p->kind = DETAIL_RUNTIME;
        p->n = d->rows.runtime_n;
    } else if (st->lane.kind != ROW_GAP) {
        bool there = st->lane.kind == ROW_PROC ? st->lane.id < s->procs.n : st->lane.id < s->threads.n;
        p->kind = there ? DETAIL_LANE : DETAIL_NONE;
        return there ? load_lane(d, s, st->lane, t, e) : 0;
    }
    return 0;
}

/* ---- drawing */

/* A text under way through the pane's lines. */
struct pen_at {
    struct grid *g;
    int x, y, left, right, bottom; /* bottom: first row that is not the pane's */
};

static void say(struct pen_at *p, enum role role, const char *text)
{
    if (p->y < p->bottom)
        p->x += grid_text(p->g, p->x, p->y, p->right - p->x, role, text);
}

static void next_line(struct pen_at *p)
{
    p->y++;
    p->x = p->left;
}

/* A time with digits down to `step`, or to a tenth of a cell when that is finer. */
static void say_time(struct pen_at *p, const struct timeline_data *d, enum role role, ns_t t, ns_t step)
{
    char text[32];
    ns_t tenth = d->w.cell / 10;
    step = step < tenth || tenth < 1 ? step : tenth;
    ruler_time(text, &d->clock, t, step > 1 ? step : 1);
    say(p, role, text);
}

static void say_duration(struct pen_at *p, enum role role, ns_t ns)
{
    char text[24];
    text_duration(text, ns);
    say(p, role, text);
}

static void say_goroutine(struct pen_at *p, enum role role, int64_t id, struct str name, int max)
{
    char text[64], plain[NAME_MAX_BYTES], ell[8];
    snprintf(text, sizeof text, "G%lld ", (long long)id);
    say(p, role, text);
    if (name.n)
        say(p, role, name_short(plain, name, max, part_ellipsis(p->g, ell)));
}

static void say_place(struct pen_at *p, enum role role, struct str file, uint32_t line)
{
    if (p->y < p->bottom)
        p->x += part_place(p->g, p->x, p->y, p->right - p->x, role, file, line, false);
}

/* "ended  at 9.31 ms, lived 8.20 ms: running 65.2 µs, chan 7.1 ms". */
static void draw_absent(struct pen_at *p, const struct timeline_data *d)
{
    const struct timeline_detail *t = &d->detail;
    bool gone = t->ended_at != NS_OPEN && t->ended_at <= t->at;
    ns_t begin = t->created != NS_NONE ? t->created : d->clock.base, end = t->ended_at != NS_OPEN ? t->ended_at : t->last;
    ns_t step = (end - begin) / 100;
    say(p, ROLE_STRONG, gone ? "ended" : "not yet created");
    say(p, ROLE_TEXT, gone ? "  at " : ": created at ");
    say_time(p, d, ROLE_TEXT, gone ? t->ended_at : t->created, step);
    next_line(p);
    if (t->unsummed)
        return;
    if (t->ranged) {
        ns_t any = 0;
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            any += t->life[k];
        say(p, ROLE_DIM, any ? "in the range" : "not alive in the range");
    } else {
        say(p, ROLE_DIM, t->ended_at != NS_OPEN ? "lived " : "lives ");
        say_duration(p, ROLE_TEXT, end - begin);
    }
    for (unsigned k = 0; k < SHARE_COUNT; k++) {
        if (!t->life[k])
            continue;
        say(p, ROLE_DIM, "  ");
        say(p, ROLE_DIM, share_names[k]);
        say(p, ROLE_DIM, " ");
        say_duration(p, ROLE_TEXT, t->life[k]);
    }
}

/* "waiting: chan send  2.59 s  13.23 ms → end of trace". */
static void draw_state(struct pen_at *p, const struct timeline_data *d)
{
    const struct timeline_detail *t = &d->detail;
    const struct span *sp = &t->span;
    char arrow[8], reason[64];
    ns_t step = (sp->t1 - sp->t0) / 10;
    if (!t->alive) {
        draw_absent(p, d);
        return;
    }
    say(p, ROLE_STRONG, share_looks[sp->share].word);
    if (sp->state == G_WAITING && t->reason.n) {
        text_visible(reason, sizeof reason, t->reason.p, t->reason.n);
        say(p, ROLE_STRONG, ": ");
        say(p, ROLE_STRONG, reason);
    }
    say(p, ROLE_STRONG, "  ");
    say_duration(p, ROLE_STRONG, sp->t1 - sp->t0);
    say(p, ROLE_TEXT, "  ");
    say_time(p, d, ROLE_TEXT, sp->t0, step);
    say(p, ROLE_TEXT, " ");
    say(p, ROLE_TEXT, part_glyph_text(p->g, GLYPH_RIGHT, arrow));
    say(p, ROLE_TEXT, " ");
    if (!sp->open)
        say_time(p, d, ROLE_TEXT, sp->t1, step);
    else
        say(p, ROLE_TEXT, d->importing ? "so far" : sp->state == G_WAITING ? "end of trace, never woken" : "end of trace");
}

/* Who set it going: of a wait, who ended it; else who woke or created it last. */
static void draw_waker(struct pen_at *p, const struct timeline_data *d)
{
    const struct timeline_detail *t = &d->detail;
    if (!t->alive)
        return;
    if (t->nlinks) {
        const struct wake_link *l = &t->links[0];
        if (l->by == IDX_NONE) {
            say(p, ROLE_DIM, chain_end((enum wake_end)l->end));
            return;
        }
        say(p, ROLE_DIM, "then woken by ");
        say_goroutine(p, ROLE_DIM, l->by_id, l->by_func.n ? l->by_func : l->by_name, 34);
        say(p, ROLE_DIM, " ");
        say_place(p, ROLE_DIM, l->by_file, l->by_line);
        return;
    }
    if (!t->woken)
        return;
    bool created = t->woken_at == t->created;
    say(p, ROLE_DIM, created ? "created by " : "woken by ");
    if (t->woken_by == IDX_NONE)
        say(p, ROLE_DIM, "no goroutine (timer, network or runtime)");
    else
        say_goroutine(p, ROLE_DIM, t->woken_id, t->woken_name, 34);
    say(p, ROLE_DIM, " at ");
    say_time(p, d, ROLE_DIM, t->woken_at, t->span.t1 - t->span.t0);
}

/* "▼= cancelled by G1 main.main main.go:54 at 210.0 ms; ran +50.2 µs, left +301 ms". */
static void draw_cancel(struct pen_at *p, const struct timeline_data *d)
{
    const struct cancel_told *c = &d->detail.told;
    enum role role = mark_looks[c->mark].text_role;
    char text[96];
    if (p->y < p->bottom)
        grid_glyph(p->g, p->x++, p->y, (enum role)mark_looks[c->mark].role, (enum glyph)mark_looks[c->mark].glyph);
    say(p, ROLE_DIM, c->grade);
    say(p, role, c->deadline ? " cancelled by its deadline" : " cancelled by ");
    if (!c->deadline && c->by == IDX_NONE)
        say(p, role, "nobody that the trace names");
    else if (!c->deadline)
        say_goroutine(p, role, c->by_id, p->right - p->left < 100 && c->site.file.n ? (struct str){"", 0} : c->by_name, 34);
    if (c->site.file.n) {
        say(p, role, c->deadline || c->by == IDX_NONE || p->right - p->left >= 100 ? " " : "");
        say_place(p, role, c->site.file, c->site.line);
    }
    say(p, role, " at ");
    say_time(p, d, role, c->edge.t, d->w.cell);
    cancels_reaction(text, &c->edge);
    say(p, role, "; ");
    say(p, role, text);
    if (c->edge.depth > 1) {
        snprintf(text, sizeof text, ", %u levels below", c->edge.depth);
        say(p, ROLE_DIM, text);
    }
}

static void say_before(struct pen_at *p, const struct timeline_detail *t, const char *head)
{
    char reason[64];
    say(p, ROLE_DIM, head);
    text_visible(reason, sizeof reason, t->before_reason.p, t->before_reason.n);
    say(p, ROLE_DIM, *reason ? reason : "syscall");
}

/* "f file:line ← f file:line" over the lines that are left. */
static void draw_stack_wrapped(struct pen_at *p, const struct timeline_detail *t)
{
    if (t->nframes && t->stack_of_before) {
        say_before(p, t, "before: ");
        say(p, ROLE_DIM, ", ");
    }
    for (int i = 0; i < t->nframes && p->y < p->bottom; i++) {
        const struct site_frame *f = &t->frames[i];
        char name[NAME_MAX_BYTES], ell[8], place[NAME_MAX_BYTES + 300], file[256], arrow[8];
        struct str base = name_file(f->file);
        text_visible(file, sizeof file, base.p, base.n);
        snprintf(place, sizeof place, "%s %s:%u", name_short(name, f->func, 34, part_ellipsis(p->g, ell)), file, f->line);
        if (p->x > p->left && p->x + grid_width(place, strlen(place)) + 2 > p->right)
            next_line(p);
        say(p, f->std ? ROLE_DIM : ROLE_TEXT, place);
        if (i + 1 < t->nframes) {
            say(p, ROLE_BORDER, " ");
            say(p, ROLE_BORDER, part_glyph_text(p->g, GLYPH_LEFT, arrow));
            say(p, ROLE_BORDER, " ");
        }
    }
}

static void draw_stack_column(struct grid *g, int x, int y, int w, int rows, const struct timeline_detail *t)
{
    struct pen_at p = {g, x, y, x, x + w, y + rows};
    if (t->nframes && t->stack_of_before)
        say_before(&p, t, "stack before: ");
    else
        say(&p, ROLE_DIM, t->nframes ? "stack" : "no stack in the trace");
    for (int i = 0; i + 1 < rows && i < t->nframes; i++) {
        const struct site_frame *f = &t->frames[i];
        enum role role = f->std ? ROLE_DIM : ROLE_TEXT;
        part_name(g, x, y + 1 + i, w - 22, role, f->func);
        part_place(g, x + w - 21, y + 1 + i, 20, ROLE_DIM, f->file, f->line, true);
    }
}

static void draw_chain(struct grid *g, int x, int y, int w, int rows, const struct timeline_detail *t)
{
    grid_text(g, x, y, w, ROLE_DIM, "why it waited");
    if (t->nlinks)
        chain_draw(g, x, y + 1, w, rows - 1, t->links, t->nlinks);
    else if (t->alive)
        grid_text(g, x, y + 1, w, ROLE_DIM, "it did not wait here");
}

static void draw_totals(struct grid *g, int x, int y, int w, int rows, const struct timeline_data *d)
{
    const ns_t *ns = d->detail.totals;
    const struct timeline_detail *t = &d->detail;
    ns_t all = t->ranged ? d->sum_t1 - d->sum_t0 : d->w.cell * d->w.n;
    grid_text(g, x, y, w, ROLE_DIM,
              t->unsummed ? "time in states: being summed"
              : t->ranged ? "time in states, in the range"
                          : "time in states, in the window");
    int at = 1;
    for (unsigned k = 0; k < SHARE_COUNT && at < rows; k++) {
        if (!ns[k])
            continue;
        part_share(g, x, y + at, 2, (enum share)k);
        grid_text(g, x + 3, y + at, 12, ROLE_TEXT, share_names[k]);
        part_duration(g, x + 14, y + at, 9, ROLE_TEXT, ns[k]);
        part_percent(g, x + 24, y + at, 7, ROLE_DIM, (double)ns[k] / (double)all);
        int cells = w - 36 < 24 ? w - 36 : 24;
        int full = all > 0 && cells > 0 ? (int)((double)cells * (double)ns[k] / (double)all + .5) : 0;
        for (int i = 0; i < full; i++)
            grid_glyph(g, x + 33 + i, y + at, share_looks[k].role, GLYPH_RUNNING);
        at++;
    }
}

static void draw_goroutine(const struct timeline_data *d, struct grid *g, struct rect r)
{
    const struct timeline_detail *t = &d->detail;
    struct pen_at p = {g, r.x + 2, r.y, r.x + 2, r.x + r.w - 2, r.y + r.h};
    draw_state(&p, d);
    if (!t->alive)
        return;
    next_line(&p);
    if (t->cancelled) {
        draw_cancel(&p, d);
        next_line(&p);
    }
    if (r.w < 110 || r.h < 6) {
        int x = p.x;
        if (!t->cancelled)
            draw_waker(&p, d);
        if (p.x > x)
            next_line(&p);
        draw_stack_wrapped(&p, t);
        return;
    }
    int n = r.w < 160 ? 2 : 3, w = (r.w - 4) / n, y = p.y, rows = r.y + r.h - p.y;
    draw_stack_column(g, r.x + 2, y, w - 2, rows, t);
    draw_chain(g, r.x + 2 + w, y, w - 3, rows, t);
    if (n == 3)
        draw_totals(g, r.x + 2 + 2 * w, y, w - 3, rows, d);
}

static void draw_group(const struct timeline_data *d, struct grid *g, struct rect r)
{
    const struct timeline_detail *t = &d->detail;
    struct pen_at p = {g, r.x + 2, r.y, r.x + 2, r.x + r.w - 2, r.y + r.h};
    char text[64], n[16], alive[16];
    text_count(n, t->n);
    text_count(alive, t->group.alive);
    snprintf(text, sizeof text, "%s goroutines", n);
    say(&p, ROLE_STRONG, text);
    if (t->unsummed) {
        say(&p, ROLE_TEXT, ", the range is being summed");
        return;
    }
    snprintf(text, sizeof text, "%s, %s alive at %s end", t->ranged ? " in the range" : "", t->group.alive ? alive : "none",
             t->ranged ? "its" : "the");
    say(&p, ROLE_TEXT, text);
    for (unsigned k = 0; k <= SHARE_SYSCALL; k++) {
        say(&p, ROLE_DIM, "  ");
        say(&p, ROLE_DIM, share_names[k]);
        say(&p, ROLE_DIM, " ");
        say_duration(&p, ROLE_TEXT, t->group.ns[k]);
    }
    if (t->nstarts) {
        grid_text(g, r.x + 2, r.y + 1, 8, ROLE_DIM, "run");
        site_draw_creators(g, r.x + 11, r.y + 1, r.w - 12, r.h - 1, t->starts, t->nstarts);
    }
    if (!t->nwaits)
        return;
    grid_text(g, r.x + 2, r.y + 1, 8, ROLE_DIM, "waits at");
    site_draw_waits(g, r.x + 11, r.y + 1, r.w - 12, r.h - 1, t->waits, t->nwaits);
}

static void draw_lane(const struct timeline_data *d, struct grid *g, struct rect r)
{
    const struct timeline_detail *t = &d->detail;
    struct pen_at p = {g, r.x + 2, r.y, r.x + 2, r.x + r.w - 2, r.y + r.h};
    char text[32];
    snprintf(text, sizeof text, "busy %.0f %%", 100 * t->busy);
    say(&p, ROLE_STRONG, text);
    say(&p, ROLE_TEXT, " of the window");
    next_line(&p);
    say(&p, ROLE_DIM, "at ");
    say_time(&p, d, ROLE_DIM, t->at, d->w.cell);
    say(&p, ROLE_DIM, ": ");
    if (t->has_on)
        say_goroutine(&p, ROLE_TEXT, t->on, t->on_name, 50);
    else
        say(&p, ROLE_DIM, "idle");
}

static void draw_legend(struct grid *g, struct rect r)
{
    static const uint8_t shares[] = {SHARE_RUNNING, SHARE_RUNNABLE, SHARE_CHAN, SHARE_SYNC, SHARE_NETWORK, SHARE_SLEEP, SHARE_SYSCALL};
    static const char *const words[] = {"running", "runnable", "chan, select", "lock", "network", "sleep", "syscall"};
    struct pen_at p = {g, r.x + 2, r.y, r.x + 2, r.x + r.w - 1, r.y + r.h};
    int n = r.w >= 100 ? 2 : 1;
    for (unsigned i = 0; i < sizeof shares; i++) {
        if (p.x + n + 1 + (int)strlen(words[i]) > p.right)
            next_line(&p);
        if (p.y < p.bottom)
            p.x += part_share(g, p.x, p.y, n, shares[i]) + 1;
        say(&p, ROLE_DIM, words[i]);
        p.x += 2;
    }
    next_line(&p);
    for (unsigned k = 0; k < MARK_KINDS && p.y < p.bottom; k++) {
        if (k == MARK_ERROR || k == MARK_WARNING || p.x + 2 + (int)strlen(mark_looks[k].word) > p.right)
            continue;
        grid_glyph(g, p.x, p.y, mark_looks[k].role, mark_looks[k].glyph);
        p.x += 2;
        say(&p, ROLE_DIM, mark_looks[k].word);
        p.x += 2;
    }
    next_line(&p);
    if (p.y >= p.bottom)
        return;
    grid_glyph(g, p.x, p.y, ROLE_G_RUNNING, GLYPH_BRIEF);
    grid_glyph(g, p.x + 1, p.y, ROLE_G_RUNNING, GLYPH_BRIEF);
    p.x += 3;
    say(&p, ROLE_DIM, "ran less than half of the cell");
    next_line(&p);
    say(&p, ROLE_DIM, "group: height = alive, of its own peak; colour = what most of them do");
}

static void draw_progress(const struct timeline_data *d, struct grid *g, struct rect r)
{
    struct pen_at p = {g, r.x + 2, r.y, r.x + 2, r.x + r.w - 2, r.y + r.h};
    char done[16], size[16], text[128], events[16], gs[16], rate[16];
    double share = d->size ? (double)d->done / (double)d->size : 0;
    share = share > 1 ? 1 : share;
    int w = r.w - 40 < 40 ? r.w - 40 : 40;
    for (int i = 0; i < w && d->size; i++)
        grid_glyph(g, p.x + i, p.y, i < (int)(share * w) ? ROLE_G_RUNNING : ROLE_BORDER, i < (int)(share * w) ? GLYPH_RUNNING : GLYPH_EDGE);
    text_bytes(done, d->done);
    text_bytes(size, d->size);
    p.x += d->size ? w + 1 : 0;
    if (d->size)
        snprintf(text, sizeof text, "%.0f %%  %s of %s", 100 * share, done, size);
    else
        snprintf(text, sizeof text, "%s read", done);
    say(&p, ROLE_STRONG, text);
    next_line(&p);
    text_count(events, d->events);
    text_count(gs, d->goroutines);
    text_count(rate, (uint64_t)d->rate);
    snprintf(text, sizeof text, "%s events  %s goroutines", events, gs);
    say(&p, ROLE_TITLE, text);
    if (d->rate > 0) {
        snprintf(text, sizeof text, "  %s ev/s", rate);
        say(&p, ROLE_TITLE, text);
    }
    if (d->left > 0) {
        snprintf(text, sizeof text, "  %.1f s left", d->left);
        say(&p, ROLE_TITLE, text);
    }
    next_line(&p);
    say(&p, ROLE_DIM, "Left of the edge all is final.");
}

/* What the rule says at its right: the filter, the search's hits, how many rows are below. */
static void rule_right(const struct timeline_data *d, struct grid *g, int w, long below, char *out, size_t size)
{
    char all[16], pass[16], down[8];
    size_t n = 0;
    const struct member_filter *f = &d->rows.filter;
    if (f->pass) {
        text_count(all, d->goroutines);
        text_count(pass, f->npass);
        n += (size_t)snprintf(out + n, size - n, "%s: %s of %s", f->filter ? "filter" : "lens", pass, all);
    }
    if (d->find.se && d->hits)
        n += (size_t)snprintf(out + n, size - n, "%s%ld of %ld lanes hit", n ? "  " : "", d->hits, d->total);
    else if (d->find.se)
        n += (size_t)snprintf(out + n, size - n, "%sno lane hits%s", n ? "  " : "", w < 100 ? "" : ": n looks in logs, stacks, tasks");
    if (below > 0 && (!n || w >= 100))
        snprintf(out + n, size - n, "%s%s%ld more rows", n ? "  " : "", part_glyph_text(g, GLYPH_DOWN, down), below);
}

/* The rule: whom the pane speaks of, who created it, how many rows there are below. */
static void draw_rule(const struct nav *nav, const struct timeline_data *d, struct grid *g, struct rect r)
{
    const struct timeline_detail *t = &d->detail;
    char head[NAME_MAX_BYTES + 32], right[160] = "", name[NAME_MAX_BYTES], ell[8], file[256];
    long below = d->total - d->top_row - d->nshown;
    part_ellipsis(g, ell);
    rule_right(d, g, r.w, below, right, sizeof right);
    if (t->kind == DETAIL_GROUP && t->is_text)
        snprintf(name, sizeof name, "%.*s", (int)(t->name.n < 100 ? t->name.n : 100), t->name.p);
    else
        name_short(name, t->name, r.w < 100 ? 30 : 60, ell);
    enum role role = ROLE_STRONG;
    switch (t->kind) {
    case DETAIL_G: snprintf(head, sizeof head, "G%lld %s", (long long)t->id, name); break;
    case DETAIL_GROUP: snprintf(head, sizeof head, "%s", name); break;
    case DETAIL_RUNTIME: snprintf(head, sizeof head, "(runtime)"); break;
    case DETAIL_LANE: snprintf(head, sizeof head, "%s%lld", t->lane.kind == ROW_PROC ? "P" : "M", (long long)t->id); break;
    default:
        snprintf(head, sizeof head, d->importing || d->empty ? "importing" : "nothing selected");
        role = d->importing ? ROLE_STRONG : ROLE_DIM;
    }
    part_rule(g, r.x, r.y, r.w, head, role, right);
    int rw = *right ? grid_width(right, strlen(right)) + 3 : 0, used = 4 + grid_width(head, strlen(head));
    if (!t->has_creator || r.w < 78)
        return;
    struct str base = name_file(t->created_at.file);
    text_visible(file, sizeof file, base.p, base.n);
    char made[400];
    snprintf(made, sizeof made, base.n ? " created by G%lld %s:%u " : " created by G%lld ", (long long)t->creator, file,
             t->created_at.line);
    int w = grid_width(made, strlen(made));
    if (used + w + rw + 6 < r.w)
        grid_text(g, r.x + r.w - 3 - rw - w, r.y, w, ROLE_DIM, made);
    (void)nav;
}

void timeline_detail_draw(const struct nav *nav, const struct timeline_data *d, struct grid *g, struct rect r)
{
    draw_rule(nav, d, g, r);
    struct rect in = {r.x, r.y + 1, r.w, r.h - 1};
    switch (d->detail.kind) {
    case DETAIL_G: draw_goroutine(d, g, in); break;
    case DETAIL_GROUP: draw_group(d, g, in); break;
    case DETAIL_LANE: draw_lane(d, g, in); break;
    case DETAIL_RUNTIME:
        grid_printf(g, in.x + 2, in.y, in.w - 4, ROLE_TEXT, "%llu goroutines of the runtime: garbage collector, sweeper, timers, tracer",
                    (unsigned long long)d->detail.n);
        break;
    case DETAIL_NONE:
        if (d->importing || d->empty)
            draw_progress(d, g, in);
        else if (d->lens)
            lens_draw_path(d->lens, g, (struct rect){in.x + 2, in.y, in.w - 4, in.h});
        else
            draw_legend(g, in);
    }
}
