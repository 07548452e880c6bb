/* The Overview's answers: what is wrong, how cancels went, what became of deadlines, and what could not be judged. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/overview.h"

/* ---- reading */

static void read_wrong(struct overview_data *d, struct app *app, const struct session *s)
{
    const struct err *failed;
    d->f = app_findings(app, &failed);
    snprintf(d->failed, sizeof d->failed, "%s", failed ? failed->what : "");
    d->nwrong = 0;
    d->wrong_all = 0;
    for (uint32_t i = 0; d->f && i < d->f->list.n; i++) {
        const struct finding *f = &d->f->list.v[i];
        if (f->ignored)
            continue;
        d->wrong_all++;
        if (d->nwrong < OV_WRONG)
            d->wrong[d->nwrong++] = (struct ov_wrong){i, session_str(s, f->function), site_frame(s, f->frame)};
    }
}

static bool in_range(const struct overview_data *d, ns_t t)
{
    return d->range_state <= RANGE_OPEN || (t >= d->range_t0 && t < d->range_t1);
}

/* Only a context's own deadline counts; one that a parent's came before, or that was inherited, can never fire. */
static void read_deadlines(struct overview_data *d, const struct session *s)
{
    struct ov_deadlines *o = &d->deadlines;
    *o = (struct ov_deadlines){.exact = s->ctx.exact != 0};
    if (!o->exact) {
        for (size_t i = 0; i < s->ctx.cancels.n; i++)
            o->expired += s->ctx.cancels.v[i].by == BY_DEADLINE && in_range(d, s->ctx.cancels.v[i].t0);
        if (d->range_state <= RANGE_OPEN && s->ctx.deadlines_fired > o->expired)
            o->expired = s->ctx.deadlines_fired;
        return;
    }
    for (size_t i = 0; i < s->ctx.contexts.n; i++) {
        const struct ctx *c = &s->ctx.contexts.v[i];
        bool own = (c->kind == CTX_TIMEOUT || c->kind == CTX_DEADLINE) && c->asked == NS_NONE && c->deadline != NS_NONE;
        if (!own || !in_range(d, c->cancelled != NS_NONE ? c->cancelled : c->deadline))
            continue;
        if (c->cancelled == NS_NONE)
            c->deadline < s->t1 ? o->lost++ : o->open++;
        else if (c->by == BY_DEADLINE)
            o->expired++;
        else if (c->by == BY_PARENT)
            o->cancelled++;
        else
            o->met++;
    }
}

static void read_cancels(struct overview_data *d, struct session *s)
{
    bool range = d->range_state > RANGE_OPEN;
    const struct heat_ask ask = {.rows = HEAT_BY_FUNCTION,
                                 .to = HEAT_TO_EXIT,
                                 .cols = 16,
                                 .steps = 2,
                                 .t0 = range ? d->range_t0 : NS_NONE,
                                 .t1 = range ? d->range_t1 : NS_NONE};
    struct heat h;
    d->ncancels = 0;
    heat_make(s, &ask, &h);
    for (uint32_t i = 0; i < h.nrows && d->ncancels < OV_ROWS; i++) {
        const struct heat_row *row = &h.rows[i];
        d->cancels[d->ncancels++] = (struct ov_cancel){site_frame(s, (frame_id)row->key), row->n, row->never, row->p99};
    }
    heat_release(&h);
}

/* Which evidence is missing, how many rules want it, and the first of them. */
static void read_unjudged(struct overview_data *d)
{
    memset(d->unjudged, 0, sizeof d->unjudged);
    for (size_t i = 0; d->f && i < d->f->not_judged.n; i++) {
        const struct rule *r = &rules[d->f->not_judged.v[i]];
        struct ov_unjudged *u = &d->unjudged[r->needs];
        if (!u->n++)
            u->first = r->name;
    }
}

void overview_read_verdict(struct overview_data *d, struct app *app, struct session *s, bool again)
{
    read_wrong(d, app, s);
    read_unjudged(d);
    if (!again)
        return;
    read_deadlines(d, s);
    read_cancels(d, s);
}

/* How many findings, and how many of them with their proof: a third of the rows, the first three with it. */
int overview_wrong_layout(struct overview_data *d, int rows)
{
    struct ov_layout *l = &d->l;
    int budget = rows / 3, used = 1;
    l->wrong = l->proofs = 0;
    if (!d->nwrong)
        return 2;
    while (l->wrong < d->nwrong && used < budget) {
        used++;
        l->wrong++;
        if (used < budget && (l->wrong <= 3 || rows >= 30)) {
            used++;
            l->proofs++;
        }
    }
    return used;
}

/* ---- drawing */

/* A finding's sentence without what stands in the line above it: "7 goroutines at F (x.go:95): waits to …". */
static const char *proof_of(const struct finding *f, const struct ov_wrong *w)
{
    char place[300];
    struct str file = name_file(w->at.file);
    const char *message = f->message ? f->message : "", *at;
    if (!file.n || (size_t)snprintf(place, sizeof place, "(%.*s:%u)", (int)file.n, file.p, w->at.line) >= sizeof place)
        return message;
    at = strstr(message, place);
    at = at ? at + strlen(place) : message;
    return at + strspn(at, ":, ");
}

static void draw_none(const struct overview_data *d, struct grid *g, int x, int y, int w)
{
    if (d->failed[0])
        grid_printf(g, x, y, w, ROLE_ERROR, "could not be judged: %s", d->failed);
    else if (d->importing)
        grid_text(g, x, y, w, ROLE_DIM, "judged when the import is done");
    else if (!d->f)
        grid_text(g, x, y, w, ROLE_DIM, "judging");
    else
        grid_printf(g, x, y, w, ROLE_TEXT, "nothing found by %zu rules; %zu could not be judged", d->f->judged_clean.n, d->f->not_judged.n);
}

int overview_draw_wrong(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r)
{
    int y = r.y, end = r.x + r.w;
    char right[32] = "";
    if (d->wrong_all > (uint32_t)d->l.wrong)
        snprintf(right, sizeof right, "%d of %u", d->l.wrong, d->wrong_all);
    part_rule(g, r.x, y++, r.w, "what is wrong", ROLE_STRONG, right);
    if (!d->nwrong) {
        draw_none(d, g, r.x + 2, y, r.w - 3);
        return y + 1;
    }
    for (int i = 0; i < d->l.wrong; i++) {
        const struct ov_wrong *w = &d->wrong[i];
        const struct finding *f = &d->f->list.v[w->finding];
        const struct finding_look *look = &finding_looks[f->severity];
        char count[16];
        text_count(count, f->count);
        grid_glyph(g, r.x + 1, y, (enum role)look->role, (enum glyph)look->glyph);
        grid_right(g, r.x + 2, y, 6, ROLE_TEXT, count);
        grid_glyph(g, r.x + 8, y, ROLE_DIM, GLYPH_TIMES);
        int x = r.x + 10;
        x += grid_text(g, x, y, end - x - 10, f->severity == SEV_ERROR ? (enum role)look->role : ROLE_TEXT, rules[f->rule].name) + 2;
        struct str name = w->function.n ? w->function : w->at.func;
        if (name.n && x < end - 11)
            part_where(g, x, y, end - x - 11, ROLE_TEXT, name, w->at.file, w->at.line, false);
        grid_right(g, end - 10, y, 9, f->confidence == CONF_CERTAIN ? ROLE_DIM : ROLE_WARNING, confidence_words[f->confidence]);
        overview_mark_row(g, r.x, y++, r.w, overview_pane(d, st) == PANE_WRONG && st->at[PANE_WRONG] == i);
        if (i < d->l.proofs)
            grid_text(g, r.x + 10, y++, r.w - 11, ROLE_DIM, proof_of(f, w));
    }
    return y;
}

void overview_draw_cancels(const struct overview_data *d, const struct overview_state *st, struct grid *g, struct rect r)
{
    part_rule(g, r.x, r.y, r.w, d->range_state > RANGE_OPEN ? "cancels in the range" : "cancel to exit", ROLE_STRONG, "p99");
    if (!d->ncancels && r.h > 1)
        grid_text(g, r.x + 2, r.y + 1, r.w - 4, ROLE_DIM, "no cancel woke anybody here");
    for (int i = 0; i < d->ncancels && i + 1 < r.h; i++) {
        const struct ov_cancel *c = &d->cancels[i];
        int y = r.y + 1 + i;
        char count[16], never[16];
        text_count(count, c->n);
        text_count(never, c->never);
        grid_glyph(g, r.x + 1, y, ROLE_MARK_CANCEL, GLYPH_CANCEL);
        part_name(g, r.x + 3, y, r.w - 20, ROLE_TEXT, c->at.func);
        grid_right(g, r.x + r.w - 17, y, 5, ROLE_DIM, count);
        grid_glyph(g, r.x + r.w - 12, y, ROLE_DIM, GLYPH_TIMES);
        if (c->never)
            grid_printf(g, r.x + r.w - 10, y, 10, ROLE_ERROR, "%3s never", never);
        else
            part_duration(g, r.x + r.w - 9, y, 8, ROLE_TEXT, c->p99);
        overview_mark_row(g, r.x, y, r.w, overview_pane(d, st) == PANE_CANCEL && st->at[PANE_CANCEL] == i);
    }
}

/* Words part by two blanks where there is room. */
static int outcome(struct grid *g, int x, int y, int end, const char *word, uint64_t n, bool known, enum role role)
{
    int gap = g->w < 160 ? 1 : 2;
    char count[16] = "?";
    if (known)
        text_count(count, n);
    x += grid_printf(g, x, y, end - x, ROLE_DIM, "%s ", word);
    return x + grid_text(g, x, y, end - x, known && n ? role : ROLE_DIM, count) + gap;
}

int overview_draw_deadlines(const struct overview_data *d, struct grid *g, struct rect r)
{
    const struct ov_deadlines *o = &d->deadlines;
    int y = r.y, x = r.x + 2, end = r.x + r.w - 1;
    part_rule(g, r.x, y++, r.w, "deadlines", ROLE_STRONG, "");
    x = outcome(g, x, y, end, "met", o->met, o->exact, ROLE_TEXT);
    x = outcome(g, x, y, end, "expired", o->expired, true, ROLE_MARK_DEADLINE_TEXT);
    x = outcome(g, x, y, end, "cancelled", o->cancelled, o->exact, ROLE_TEXT);
    x = outcome(g, x, y, end, "lost", o->lost, o->exact, ROLE_ERROR);
    if (o->exact && o->open)
        outcome(g, x, y, end, "open", o->open, true, ROLE_TEXT);
    y++;
    if (!o->exact)
        grid_text(g, r.x + 2, y++, r.w - 3, ROLE_DIM, "? = cannot be told without context events");
    return y;
}

int overview_draw_clocks(const struct overview_data *d, struct grid *g, struct rect r)
{
    char wall[40], count[16];
    int y = r.y;
    part_rule(g, r.x, y++, r.w, "clocks", ROLE_STRONG, "error");
    text_count(count, d->snapshots);
    if (d->wall != NS_NONE) {
        struct ruler_clock c = {0, d->wall};
        ruler_time(wall, &c, 0, 1000000);
        grid_printf(g, r.x + 2, y, r.w - 12, ROLE_TEXT, "0 is %s, %s snapshots", wall, count);
    } else {
        grid_text(g, r.x + 2, y, r.w - 12, ROLE_TEXT, "the trace's own; wall time is not told");
    }
    grid_right(g, r.x, y, r.w - 1, ROLE_DIM, "reference");
    return y + 1;
}

int overview_unjudged_rows(const struct overview_data *d)
{
    int rows = 0;
    for (unsigned i = 0; i < EVIDENCES; i++)
        rows += d->unjudged[i].n > 0;
    return rows;
}

int overview_draw_unjudged(const struct overview_data *d, struct grid *g, struct rect r)
{
    int y = r.y;
    part_rule(g, r.x, y++, r.w, "not judged", ROLE_STRONG, "needs");
    for (unsigned i = 0; i < EVIDENCES && y < r.y + r.h; i++) {
        const struct ov_unjudged *u = &d->unjudged[i];
        int half = r.w / 2 - 3;
        if (!u->n)
            continue;
        int x = r.x + 2 + grid_text(g, r.x + 2, y, half, ROLE_TEXT, u->first);
        if (u->n > 1)
            grid_printf(g, x, y, r.x + 2 + half - x, ROLE_DIM, " +%u", u->n - 1);
        /* The evidence may be there, and the rule not. */
        const char *how = d->f->evidence >> i & 1 ? "not in this version" : evidence_how[i];
        grid_right(g, r.x + half + 3, y++, r.w - half - 4, ROLE_KEY, how);
    }
    return y;
}

void overview_draw_unjudged_line(const struct overview_data *d, struct grid *g, struct rect r)
{
    unsigned ctx = d->unjudged[EVID_CTX].n;
    if (d->f && d->f->not_judged.n)
        grid_printf(g, r.x + 1, r.y, r.w - 2, ROLE_DIM, "not judged: %u need context events, %zu other", ctx, d->f->not_judged.n - ctx);
}
