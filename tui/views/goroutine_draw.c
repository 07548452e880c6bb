/* How the goroutine page is drawn from what was loaded. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/chain.h"
#include "tui/views/goroutine.h"

static void time_text(char out[32], const struct page_data *d, ns_t t)
{
    ruler_time(out, &d->clock, t, d->w.cell / 10 + 1);
}

static void draw_head(const struct page_data *d, struct grid *g, struct rect r)
{
    char from[32], to[32], len[24], arrow[8], id[32];
    snprintf(id, sizeof id, "G%lld ", (long long)d->go.id);
    int x = 1 + grid_text(g, 1, r.y, r.w - 2, ROLE_STRONG, id);
    x += part_name(g, x, r.y, r.w / 2, ROLE_STRONG, d->name);
    time_text(from, d, d->begin);
    time_text(to, d, d->end);
    text_duration(len, d->end - d->begin);
    grid_printf(g, x + 2, r.y, r.w - x - 3, ROLE_TEXT, "%s %s %s, %s", d->go.created == NS_NONE ? "older than the trace" : from,
                part_glyph_text(g, GLYPH_RIGHT, arrow), d->go.ended == NS_OPEN ? "alive at the end" : to, len);
}

/* "created by G1 main.main main.go:50 ← G0 …", up to main. */
static void draw_creators(const struct page_data *d, struct grid *g, struct rect r)
{
    int y = r.y + 1, end = r.w - 1;
    if (!d->ncreators) {
        grid_text(g, 1, y, end, ROLE_DIM, d->go.created == NS_NONE ? "created before the trace began" : "created by the runtime");
        return;
    }
    int x = 1 + grid_text(g, 1, y, end, ROLE_DIM, "created by ");
    for (int i = 0; i < d->ncreators && x + 12 < end; i++) {
        const struct creator *c = &d->creators[i];
        if (i) {
            grid_glyph(g, x + 1, y, ROLE_BORDER, GLYPH_LEFT);
            x += 3;
        }
        x += grid_printf(g, x, y, end - x, ROLE_TEXT, "G%lld ", (long long)c->id);
        x += part_name(g, x, y, end - x < 36 ? end - x : 36, ROLE_TEXT, c->name);
        x += 1 + part_place(g, x + 1, y, end - x - 1, ROLE_DIM, c->at.file, c->at.line, false);
    }
    if (d->creators_go_on && x + 4 < end)
        grid_glyph(g, x + 1, y, ROLE_DIM, GLYPH_ELLIPSIS);
}

static void draw_lane(const struct page_data *d, const struct nav *nav, struct grid *g, struct rect r)
{
    int n = (int)d->w.n, y = r.y + 2;
    for (int i = 0; i < n; i++)
        if (d->cells[i].glyph != LANE_BLANK)
            grid_glyph(g, 1 + i, y, (enum role)d->cells[i].role, (enum glyph)d->cells[i].glyph);
    for (int i = 0; i < n; i++)
        if (d->marks[i] < MARK_KINDS)
            grid_glyph(g, 1 + i, y, (enum role)mark_looks[d->marks[i]].role, (enum glyph)mark_looks[d->marks[i]].glyph);
    struct ruler_tick ticks[RULER_TICKS];
    int nticks = ruler_ticks(&d->clock, d->w.t0, d->w.cell, n, -1, -1, ticks);
    ruler_draw(g, 1, y + 1, n, ticks, nticks);
    if (d->range_state > RANGE_OPEN && d->sum_t0 < d->sum_t1) {
        int a = (int)((d->sum_t0 - d->w.t0) / d->w.cell), b = (int)((d->sum_t1 - 1 - d->w.t0) / d->w.cell);
        grid_tint(g, (struct rect){1 + a, y, b - a + 1, 2}, TINT_RANGE);
    }
    if (d->at < 0)
        return;
    const struct page_row *row = &d->rows.v[d->at];
    ns_t a = row->t0 > d->w.t0 ? row->t0 - d->w.t0 : 0, b = row->t1 - d->w.t0;
    int x0 = (int)(a / d->w.cell), x1 = (int)((b - 1) / d->w.cell);
    grid_tint(g, (struct rect){1 + x0, y, (x1 < n ? x1 : n - 1) - x0 + 1, 1}, TINT_SELECTION);
    if (nav->cursor >= d->w.t0 && nav->cursor < d->w.t0 + d->w.cell * n)
        grid_tint(g, (struct rect){1 + (int)((nav->cursor - d->w.t0) / d->w.cell), y, 1, 1}, TINT_CURSOR);
}

/* Times in states, the longest first. */
static void draw_totals(const struct page_data *d, struct grid *g, int x, int y, int w, int rows)
{
    bool done[SHARE_COUNT] = {false};
    ns_t all = d->sum_t1 - d->sum_t0;
    bool ranged = d->range_state > RANGE_OPEN, unsummed = ranged && d->range_state != RANGE_READY;
    part_rule(g, x, y, w, ranged ? "time in states, in the range" : "time in states", ROLE_STRONG, d->part ? "" : "times");
    if (unsummed || all <= 0) {
        grid_text(g, x + 2, y + 1, w - 3, ROLE_DIM, all <= 0 ? "it did not live in the range" : "the range is being summed");
        return;
    }
    for (int i = 1; i <= rows; i++) {
        unsigned best = SHARE_COUNT;
        for (unsigned k = 0; k < SHARE_COUNT; k++)
            if (!done[k] && d->ns[k] && (best == SHARE_COUNT || d->ns[k] > d->ns[best]))
                best = k;
        if (best == SHARE_COUNT)
            return;
        done[best] = true;
        part_share(g, x + 2, y + i, 2, (enum share)best);
        grid_text(g, x + 5, y + i, 10, ROLE_TEXT, share_names[best]);
        part_duration(g, x + 15, y + i, 8, ROLE_TEXT, d->ns[best]);
        part_percent(g, x + 24, y + i, 6, ROLE_DIM, (double)d->ns[best] / (double)all);
        int bar = w - 42 < 40 ? w - 42 : 40, full = bar > 0 ? (int)((double)bar * (double)d->ns[best] / (double)all + .5) : 0;
        for (int k = 0; k < full && k < bar; k++)
            grid_glyph(g, x + 32 + k, y + i, share_looks[best].role, GLYPH_RUNNING);
        if (!d->part)
            part_count(g, x + w - 9, y + i, 7, ROLE_DIM, d->counts[best]);
    }
}

/* "43 short: running 21×, syscall 20×". */
static void draw_folded(const struct page_data *d, struct grid *g, int x, int y, int w, const struct page_row *row)
{
    uint32_t n[SHARE_COUNT] = {0};
    char text[256];
    int used = snprintf(text, sizeof text, "%u short:", row->n);
    for (uint32_t i = 0; i < row->n; i++)
        n[d->spans[row->first + i].share]++;
    for (int k = 0; k < 3; k++) {
        unsigned best = 0;
        for (unsigned s = 1; s < SHARE_COUNT; s++)
            best = n[s] > n[best] ? s : best;
        if (!n[best])
            break;
        char times[8];
        used += snprintf(text + used, sizeof text - (size_t)used, "%s %s %u%s", k ? "," : "", share_names[best], n[best],
                         part_glyph_text(g, GLYPH_TIMES, times));
        n[best] = 0;
    }
    grid_text(g, x, y, w, ROLE_DIM, text);
}

static void draw_span(const struct page_data *d, struct grid *g, int y, int w, const struct page_row *row, const struct page_shown *p)
{
    const struct span *sp = &d->spans[row->first];
    char text[NAME_MAX_BYTES], reason[64];
    ruler_time(text, &d->clock, row->t0 > d->begin ? row->t0 : d->begin, (d->end - d->begin) / 500000 + 1);
    grid_right(g, 2, y, 13, ROLE_TEXT, text);
    part_duration(g, 16, y, 8, ROLE_TEXT, row->t1 - row->t0);
    if (row->n > 1) {
        draw_folded(d, g, 28, y, w - 29, row);
        return;
    }
    part_share(g, 25, y, 2, (enum share)sp->share);
    if (p->mark < MARK_KINDS)
        grid_glyph(g, 24, y, (enum role)mark_looks[p->mark].role, (enum glyph)mark_looks[p->mark].glyph);
    text_visible(reason, sizeof reason, p->reason.p, p->reason.n);
    const char *word = share_looks[sp->share].word;
    bool told = *reason && (sp->state == G_WAITING || sp->state == G_RUNNABLE);
    snprintf(text, sizeof text, told ? "%s: %s" : "%s", word, reason);
    int used = grid_text(g, 28, y, w - 30, ROLE_TEXT, text), room = w - 30 - used - 2;
    if (room > 10)
        part_place(g, 28 + used + 2, y, room, ROLE_DIM, p->at.file, p->at.line, true);
}

static void draw_list(const struct page_data *d, struct grid *g, struct rect r)
{
    char right[64], n[16];
    const struct page_layout *l = &d->l;
    text_count(n, d->transitions);
    bool ranged = d->range_state > RANGE_OPEN;
    if (ranged && d->range_state != RANGE_READY)
        snprintf(n, sizeof n, "?");
    snprintf(right, sizeof right, "%s spans%s%s", n, ranged ? " in the range" : "", d->part ? ", those around the cursor" : "");
    part_rule(g, r.x, l->list_y, l->list_w, "spans", ROLE_STRONG, right);
    for (int i = 0; i < d->nshown; i++) {
        long at = (long)d->top + i;
        int y = l->list_y + 1 + i;
        if (at == d->at) {
            grid_tint(g, (struct rect){r.x, y, l->list_w, 1}, TINT_SELECTION);
            grid_glyph(g, r.x, y, ROLE_STRONG, GLYPH_SELECTED);
        }
        draw_span(d, g, y, l->list_w, &d->rows.v[at], &d->shown[i]);
        bool outside = d->rows.v[at].t1 <= d->sum_t0 || d->rows.v[at].t0 >= d->sum_t1;
        for (int k = r.x + 1; outside && k < l->list_w; k++)
            grid_at(g, k, y)->role = ROLE_BORDER;
    }
}

/* "why did it wait 10.8 ms in select?", or where it stood. */
static void draw_pane(const struct page_data *d, struct grid *g, struct rect r)
{
    const struct page_layout *l = &d->l;
    int x = l->wide ? l->side_x : r.x, w = l->wide ? l->side_w : r.w, y = l->pane_y, end = l->pane_y + l->pane_h;
    char title[200], len[24], reason[64];
    text_visible(reason, sizeof reason, d->reason.p, d->reason.n);
    text_duration(len, d->span.t1 - d->span.t0);
    if (!d->has_span)
        snprintf(title, sizeof title, "not alive then");
    else if (d->nlinks)
        snprintf(title, sizeof title, "why did it wait %s in %s?", len, *reason ? reason : "syscall");
    else
        snprintf(title, sizeof title, "%s for %s", share_looks[d->span.share].word, len);
    part_rule(g, x, y++, w, title, ROLE_STRONG, "");
    if (d->nlinks)
        y += chain_draw(g, x, y, w - 1, l->wide ? (end - y) / 2 : end - y, d->links, d->nlinks);
    if (l->wide && d->nframes) {
        if (d->nlinks)
            y++;
        bool own = d->span.state == G_WAITING || d->span.state == G_SYSCALL;
        part_rule(g, x, y++, w, own ? "stack" : "stack of its last stop", ROLE_STRONG, "");
    }
    for (int i = 0; i < d->nframes && y < end; i++, y++) {
        const struct site_frame *f = &d->frames[i];
        int used = part_name(g, x + 2, y, w - 26, f->std ? ROLE_DIM : ROLE_TEXT, f->func);
        part_place(g, x + 3 + used, y, w - used - 5, ROLE_DIM, f->file, f->line, true);
    }
}

void page_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct page_data *d = data;
    (void)state;
    if (!d->any) {
        grid_text(g, 1, r.y, r.w - 2, ROLE_DIM, "no goroutine is selected");
        return;
    }
    draw_head(d, g, r);
    draw_creators(d, g, r);
    draw_lane(d, nav, g, r);
    if (d->l.life_h)
        page_graph_draw(&d->life, g, (struct rect){r.x, r.y + 4, d->l.wide ? d->l.list_w : r.w, d->l.life_h},
                        d->range_state > RANGE_OPEN ? "life, in the range" : "life");
    if (d->l.totals_h)
        draw_totals(d, g, d->l.wide ? d->l.side_x : r.x, d->l.totals_y, d->l.wide ? d->l.side_w : r.w, d->l.totals_h);
    draw_list(d, g, r);
    if (d->l.wide || !d->l.kin_h)
        draw_pane(d, g, r);
    if (d->l.kin_h)
        page_kin_draw(&d->life, &d->clock, g,
                      (struct rect){d->l.wide ? d->l.side_x : r.x, d->l.kin_y, d->l.wide ? d->l.side_w : r.w, d->l.kin_h});
}
