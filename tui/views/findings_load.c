#include <math.h>
#include <string.h>

#include "tui/views/findings.h"

const struct table_col findings_cols[FCOLS] = {
    [FCOL_SEVERITY] = {"", 1, 0, 0, false, false, false},   [FCOL_RULE] = {"rule", 21, 24, 0, false, false, false},
    [FCOL_WHERE] = {"where", 0, 0, 0, false, false, false}, [FCOL_N] = {"n", 5, 6, 0, true, false, false},
    [FCOL_WORST] = {"worst", 9, 0, 0, true, false, false},  [FCOL_WHEN] = {"when", 22, 24, 110, false, false, false},
    [FCOL_SURE] = {"sure", 8, 9, 0, false, false, false},
};

bool finding_worst(const struct finding *f, double *value, bool *ns)
{
    static const uint8_t by[] = {NUM_CANCEL_TO_EXIT, NUM_OVERRUN, NUM_WAITED, NUM_TOOK, NUM_STW,
                                 NUM_SCHED_P99,      NUM_BLOCKED, NUM_WOKEN,  NUM_SHARE};
    for (size_t i = 0; i < sizeof by; i++) {
        if (isnan(f->numbers[by[i]]))
            continue;
        *value = f->numbers[by[i]];
        *ns = by[i] != NUM_WOKEN && by[i] != NUM_SHARE;
        return true;
    }
    return false;
}

static void load_shown(struct findings_data *d, const struct findings_state *st, const struct session *s)
{
    d->shown.n = 0;
    for (uint32_t i = st->table.top; i < d->f->list.n && (int)d->shown.n < d->body; i++) {
        const struct finding *f = &d->f->list.v[i];
        *vec_push(&d->shown) = (struct frow){i, session_str(s, f->function), site_frame(s, f->frame)};
    }
}

static void proof_of(const struct proof *p, struct session *s, struct fproof *out)
{
    *out = (struct fproof){.p = *p, .g = -1};
    if (p->g < s->goroutines.n)
        out->g = session_g(s, p->g)->id;
    if (p->table == PROOF_EDGE && (uint64_t)p->id < s->ctx.edges.n) {
        const struct cancel_edge *e = &s->ctx.edges.v[p->id];
        out->at = site_frame(s, stack_site(s, e->wait_stack));
        if (e->ctx != IDX_NONE)
            out->ctx = s->ctx.contexts.v[e->ctx].id;
    } else if (p->table == PROOF_CTX && (uint64_t)p->id < s->ctx.contexts.n) {
        out->ctx = s->ctx.contexts.v[p->id].id;
        out->at = site_frame(s, s->ctx.contexts.v[p->id].site);
    } else if (p->g < s->goroutines.n && p->t0 != NS_NONE) {
        struct span sp;
        struct err e = ERR_INIT;
        if (tl_span_at(s, p->g, p->t0, &sp, &e) == 1 && sp.stack)
            out->at = site_frame(s, stack_site(s, sp.stack));
    }
}

static void load_proof(struct findings_data *d, struct findings_state *st, struct session *s)
{
    uint32_t n = (uint32_t)d->sel->proof.n, rows = (uint32_t)(d->proof_rows > 0 ? d->proof_rows : 0);
    if (st->proof >= n)
        st->proof = n ? n - 1 : 0;
    if (st->proof < st->proof_top)
        st->proof_top = st->proof;
    if (rows && st->proof >= st->proof_top + rows)
        st->proof_top = st->proof - rows + 1;
    d->proof.n = 0;
    for (uint32_t i = st->proof_top; i < n && d->proof.n < rows; i++)
        proof_of(&d->sel->proof.v[i], s, vec_push(&d->proof));
}

static void split(struct findings_data *d, struct rect r)
{
    int rows = (int)d->f->list.n, most = r.h * 2 / 5;
    d->body = rows < most ? rows : most;
    d->body = d->body < 1 ? 1 : d->body;
    d->pane = r.h - d->body - 2; /* the header, and the line of what was not judged */
}

int findings_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e)
{
    struct findings_state *st = state;
    struct findings_data *d = data;
    const struct err *failed;
    (void)e;
    d->f = app_findings(app, &failed);
    snprintf(d->failed, sizeof d->failed, "%s", failed ? failed->what : "");
    d->importing = session_mark(s).importing;
    d->r = r;
    d->sel = NULL;
    d->clock = (struct ruler_clock){.base = s->t0, .wall = nav->wall ? s->wall_t0 : NS_NONE};
    if (!d->f)
        return 0;
    split(d, r);
    table_layout(findings_cols, FCOLS, r.w > 254 ? 254 : r.w, &d->layout);
    if (nav->finding != IDX_NONE && nav->finding != st->seen && nav->finding < d->f->list.n)
        st->table.at = nav->finding;
    table_clamp(&st->table, (long)d->f->list.n, d->body);
    load_shown(d, st, s);
    if (st->table.at >= d->f->list.n)
        return 0;
    nav->finding = st->seen = st->table.at;
    d->sel = &d->f->list.v[st->table.at];
    d->sel_at = site_frame(s, d->sel->frame);
    d->proof_rows = d->pane - 6 > 3 ? d->pane - 6 : 3;
    load_proof(d, st, s);
    return 0;
}
