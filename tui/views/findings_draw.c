#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/findings.h"

const struct finding_look finding_looks[SEVERITIES] = {
    [SEV_INFO] = {GLYPH_INFO, ROLE_INFO}, [SEV_WARNING] = {GLYPH_WARNING, ROLE_WARNING}, [SEV_ERROR] = {GLYPH_ERROR, ROLE_ERROR}};

struct cells {
    const struct findings_data *d;
    const struct findings_state *st;
};

/* Doubt is printed, certainty is dim. */
static void draw_sure(struct grid *g, int x, int y, int w, const struct finding *f)
{
    static const char *const words[CONFIDENCES] = {"?maybe", "~likely", "certain"};
    grid_text(g, x, y, w, f->confidence == CONF_CERTAIN ? ROLE_DIM : ROLE_WARNING, words[f->confidence]);
}

static void draw_worst(struct grid *g, int x, int y, int w, const struct finding *f)
{
    double v;
    bool ns;
    char text[24];
    if (!finding_worst(f, &v, &ns)) {
        grid_glyph(g, x + w - 4, y, ROLE_DIM, GLYPH_ZERO);
        return;
    }
    if (ns) {
        part_duration(g, x, y, w, ROLE_TEXT, (ns_t)v);
        return;
    }
    if (v < 1)
        part_percent(g, x, y, w, ROLE_TEXT, v);
    else {
        text_count(text, (uint64_t)v);
        grid_right(g, x, y, w, ROLE_TEXT, text);
    }
}

static void draw_when(const struct findings_data *d, struct grid *g, int x, int y, int w, const struct finding *f)
{
    char a[32], b[32];
    ns_t cell = 10000000;
    if (f->t0 == NS_NONE)
        return;
    ruler_time(a, &d->clock, f->t0, cell);
    if (f->t1 == NS_NONE || f->t1 == NS_OPEN || f->t1 <= f->t0) {
        grid_text(g, x, y, w, ROLE_DIM, a);
        return;
    }
    ruler_time(b, &d->clock, f->t1, cell);
    grid_printf(g, x, y, w, ROLE_DIM, "%s to %s", a, b);
}

static void draw_cell(void *ctx, long i, int col, struct grid *g, int x, int y, int w, bool selected)
{
    const struct cells *c = ctx;
    const struct frow *row = &c->d->shown.v[i - (long)c->st->table.top];
    const struct finding *f = &c->d->f->list.v[row->finding];
    enum role look = f->ignored ? ROLE_DIM : (enum role)finding_looks[f->severity].role;
    switch ((enum fcol)col) {
    case FCOL_SEVERITY: grid_glyph(g, x, y, look, (enum glyph)finding_looks[f->severity].glyph); break;
    case FCOL_RULE: grid_text(g, x, y, w, f->severity == SEV_ERROR ? look : selected ? ROLE_STRONG : ROLE_TEXT, rules[f->rule].name); break;
    case FCOL_WHERE:
        if (row->function.n)
            part_where(g, x, y, w, selected ? ROLE_STRONG : ROLE_TEXT, row->function, row->at.file, row->at.line, false);
        else if (row->at.func.n)
            part_where(g, x, y, w, ROLE_DIM, row->at.func, row->at.file, row->at.line, false);
        break;
    case FCOL_N: part_count(g, x, y, w, ROLE_TEXT, f->count); break;
    case FCOL_WORST: draw_worst(g, x, y, w, f); break;
    case FCOL_WHEN: draw_when(c->d, g, x, y, w, f); break;
    case FCOL_SURE:
        if (f->ignored)
            grid_text(g, x, y, w, ROLE_DIM, "ignored");
        else
            draw_sure(g, x, y, w, f);
        break;
    default: break;
    }
}

/* Silence is never shown as health: which rules could not be judged, and what they need. */
static void draw_not_judged(const struct findings *f, struct grid *g, struct rect r)
{
    int x = r.x + 1, end = r.x + r.w - 1;
    x += grid_text(g, x, r.y, 2, ROLE_WARNING, "? ");
    x += grid_printf(g, x, r.y, end - x, ROLE_TEXT, "%zu rules not judged: ", f->not_judged.n);
    for (size_t i = 0; i < f->not_judged.n && x < end; i++) {
        const struct rule *rule = &rules[f->not_judged.v[i]];
        x += grid_printf(g, x, r.y, end - x, ROLE_DIM, "%s%s (%s)", i ? ", " : "", rule->name, evidence_words[rule->needs]);
    }
}

/* --- the detail ------------------------------------------------------------------------------------------------------ */

/* The bytes of text that make a line of at most w columns: up to a blank, or all when a word is longer. */
static size_t line_of(const char *text, int w)
{
    size_t n = strlen(text), fit = 0;
    for (size_t i = 1; i <= n; i++) {
        if (text[i] && text[i] != ' ')
            continue;
        if (grid_width(text, i) > w)
            break;
        fit = i;
    }
    return fit ? fit : n;
}

/* Text in lines of at most w columns; at most `rows`. Returns the rows used. */
static int draw_wrapped(struct grid *g, int x, int y, int w, int rows, enum role role, const char *text)
{
    int used = 0;
    while (*text && used < rows) {
        size_t n = used + 1 < rows ? line_of(text, w) : strlen(text);
        grid_textn(g, x, y + used++, w, role, text, n);
        text += n;
        text += strspn(text, " ");
    }
    return used;
}

static int draw_numbers(const struct finding *f, struct grid *g, int x, int y, int w)
{
    int at = x;
    for (unsigned i = 0; i < NUMBERS_COUNT; i++) {
        char text[24], name[32];
        if (isnan(f->numbers[i]))
            continue;
        snprintf(name, sizeof name, "%s", number_keys[i]);
        size_t n = strlen(name);
        bool ms = n > 3 && !strcmp(name + n - 3, "_ms");
        if (ms) {
            name[n - 3] = 0;
            text_duration(text, (int64_t)f->numbers[i]);
        } else {
            snprintf(text, sizeof text, "%.4g", f->numbers[i]);
        }
        for (char *p = name; *p; p++)
            *p = *p == '_' ? ' ' : *p;
        at += grid_text(g, at, y, x + w - at, ROLE_DIM, name) + 1;
        at += grid_text(g, at, y, x + w - at, ROLE_TEXT, text) + 2;
    }
    return at > x;
}

static void draw_proof(const struct findings_data *d, const struct findings_state *st, struct grid *g, int x, int y, int w, int rows)
{
    for (int i = 0; i < (int)d->proof.n && i < rows; i++) {
        const struct fproof *p = &d->proof.v[i];
        uint32_t k = st->proof_top + (uint32_t)i;
        bool at = st->pane == FINDINGS_PROOF && k == st->proof;
        char t[32], id[32];
        int c = x;
        if (at) {
            grid_tint(g, (struct rect){x - 1, y + i, w, 1}, TINT_SELECTION);
            grid_glyph(g, x - 1, y + i, ROLE_STRONG, GLYPH_SELECTED);
        }
        snprintf(id, sizeof id, "%2u", k + 1);
        c += grid_text(g, c, y + i, 4, ROLE_DIM, id) + 1;
        if (p->g >= 0)
            snprintf(id, sizeof id, "G%lld", (long long)p->g);
        else
            snprintf(id, sizeof id, "%s %lld", proof_table_words[p->p.table], (long long)p->p.id);
        grid_text(g, c, y + i, 12, at ? ROLE_STRONG : ROLE_TEXT, id);
        c += 9;
        if (p->ctx) {
            snprintf(id, sizeof id, "#%llu", (unsigned long long)p->ctx);
            grid_text(g, c, y + i, 8, ROLE_DIM, id);
            c += 8;
        }
        if (p->p.t0 != NS_NONE) {
            ruler_time(t, &d->clock, p->p.t0, 100000);
            grid_right(g, c, y + i, 10, ROLE_TEXT, t);
        }
        c += 10;
        if (p->p.t0 != NS_NONE && p->p.t1 != NS_NONE && p->p.t1 != NS_OPEN && p->p.t1 > p->p.t0)
            part_duration(g, c, y + i, 9, ROLE_TEXT, p->p.t1 - p->p.t0);
        c += 10;
        if (p->at.func.n && x + w - c > 12)
            part_where(g, c, y + i, x + w - c - 1, ROLE_DIM, p->at.func, p->at.file, p->at.line, false);
    }
}

static void draw_advice(const struct finding *f, struct grid *g, int x, int y, int w, int rows)
{
    const struct rule *rule = &rules[f->rule];
    int end = y + rows;
    if (rule->advice && y < end) {
        grid_text(g, x, y++, w, ROLE_DIM, "what to do");
        y += draw_wrapped(g, x, y, w, end - y, ROLE_TEXT, rule->advice);
    }
    if (rule->wrong_if && y + 1 < end) {
        grid_text(g, x, y++, w, ROLE_DIM, "a false alarm if");
        y += draw_wrapped(g, x, y, w, end - y, ROLE_TEXT, rule->wrong_if);
    }
    if (f->also.n && y + 1 < end) {
        grid_text(g, x, y++, w, ROLE_DIM, "also");
        int c = x;
        for (size_t i = 0; i < f->also.n && c < x + w; i++)
            c += grid_printf(g, c, y, x + w - c, ROLE_TEXT, "%s%s", i ? ", " : "", rules[f->also.v[i]].name);
    }
}

static void draw_detail(const struct findings_data *d, const struct findings_state *st, struct grid *g, struct rect r)
{
    const struct finding *f = d->sel;
    char left[96];
    snprintf(left, sizeof left, "%s", rules[f->rule].name);
    part_rule(g, r.x, r.y, r.w, left, (enum role)finding_looks[f->severity].role,
              st->pane == FINDINGS_PROOF ? "Enter timeline  Esc list" : "Enter proof");
    int y = r.y + 1, end = r.y + r.h;
    if (f->message)
        y += draw_wrapped(g, r.x + 1, y, r.w - 2, 3, ROLE_STRONG, f->message);
    if (f->ignored && y < end)
        grid_printf(g, r.x + 1, y++, r.w - 2, ROLE_DIM, "ignored: %s", f->reason ? f->reason : "");
    if (y < end)
        y += draw_numbers(f, g, r.x + 1, y, r.w - 2);
    if (y >= end)
        return;
    int left_w = r.w * 11 / 20, rows = end - y;
    grid_printf(g, r.x + 1, y, left_w, ROLE_DIM, "proof, %zu rows, worst first", f->proof.n);
    draw_proof(d, st, g, r.x + 1, y + 1, left_w - 1, rows - 1);
    draw_advice(f, g, r.x + left_w + 2, y, r.w - left_w - 3, rows);
}

static void draw_waiting(const struct findings_data *d, struct grid *g, struct rect r)
{
    const char *text = d->failed[0] ? d->failed : d->importing ? "findings are judged when the import is over" : "judging ...";
    grid_text(g, r.x + 2, r.y + 1, r.w - 4, d->failed[0] ? ROLE_ERROR : ROLE_DIM, text);
}

void findings_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r)
{
    const struct findings_data *d = data;
    const struct findings_state *st = state;
    struct cells c = {d, st};
    (void)nav;
    if (!d->f) {
        draw_waiting(d, g, r);
        return;
    }
    struct table_state t = st->table;
    t.sort = 255;
    if (d->f->list.n)
        table_draw(&t, findings_cols, &d->layout, g, (struct rect){r.x, r.y, r.w, d->body + 1}, (long)d->f->list.n, draw_cell, &c);
    else
        grid_printf(g, r.x + 1, r.y, r.w - 2, ROLE_TEXT, "nothing found by the %zu rules that could be judged", d->f->judged_clean.n);
    draw_not_judged(d->f, g, (struct rect){r.x, r.y + d->body + 1, r.w, 1});
    if (d->sel)
        draw_detail(d, st, g, (struct rect){r.x, r.y + d->body + 2, r.w, d->pane});
}
