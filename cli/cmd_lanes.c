/* lanes: the timeline's rows. JSON and CSV give the exact nanoseconds of each share in each cell; text draws them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/goroutines.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/page.h"
#include "tui/lane.h"

enum { CELLS_JSON = 100, CELLS_MAX = 100000, TEXT_LANES = 40, LABEL = 34 };

struct row {
    struct lane lane;
    struct str name;  /* start function; empty for procs and threads */
    char id[32];      /* "G12", "P3"; of groups the count */
    int64_t number;   /* Go's id; of a group how many goroutines */
    bool unsigned_id; /* a thread's */
    ns_t weight;      /* order of groups: time running */
};
struct lanes {
    struct session *s;
    struct tl_window w;
    struct tl_cell *cells; /* of one lane */
    VEC(struct row) rows;
    size_t all; /* before --limit */
    enum by by;
};

/* ---- which lanes ---- */

static void add_groups(struct lanes *l)
{
    struct session *s = l->s;
    for (uint32_t i = 0; i < s->groups.n; i++) {
        const struct group *g = &s->groups.v[i];
        if (!g->n)
            continue;
        struct row *r = vec_push(&l->rows);
        *r = (struct row){.lane = {LANE_GROUP, i}, .name = session_str(s, g->name), .number = g->n, .weight = g->ns[SHARE_RUNNING]};
        text_count(r->id, g->n);
    }
}

static int add_goroutines(struct lanes *l, const struct opts *o, struct err *e)
{
    struct chosen_list c;
    if (chosen_make(&c, o, l->s, NULL, e) < 0)
        return -1;
    for (size_t i = 0; i < c.rows.n; i++) {
        const struct goroutine *g = session_g(l->s, c.rows.v[i].g);
        struct row *r = vec_push(&l->rows);
        *r = (struct row){.lane = {LANE_G, c.rows.v[i].g}, .name = session_str(l->s, g->name), .number = g->id};
        snprintf(r->id, sizeof r->id, "G%" PRId64, g->id);
    }
    l->all = (size_t)c.passed;
    chosen_release(&c);
    return 0;
}

static void add_procs(struct lanes *l)
{
    for (uint32_t i = 0; i < l->s->procs.n; i++) {
        struct row *r = vec_push(&l->rows);
        *r = (struct row){.lane = {LANE_P, i}, .number = l->s->procs.v[i].id};
        snprintf(r->id, sizeof r->id, "P%" PRId64, r->number);
    }
}

static void add_threads(struct lanes *l)
{
    for (uint32_t i = 0; i < l->s->threads.n; i++) {
        struct row *r = vec_push(&l->rows);
        *r = (struct row){.lane = {LANE_M, i}, .number = (int64_t)l->s->threads.v[i].id, .unsigned_id = true};
        snprintf(r->id, sizeof r->id, "M%" PRIu64, l->s->threads.v[i].id);
    }
}

static int by_weight(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    return a->weight != b->weight ? (a->weight > b->weight ? -1 : 1) : a->lane.id < b->lane.id ? -1 : a->lane.id > b->lane.id;
}

static int by_number(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int make_rows(struct lanes *l, const struct opts *o, struct err *e)
{
    switch (l->by) {
    case BY_GROUPS: add_groups(l); break;
    case BY_PROCS: add_procs(l); break;
    case BY_THREADS: add_threads(l); break;
    case BY_GOROUTINES: return add_goroutines(l, o, e);
    }
    l->all = l->rows.n;
    if (l->rows.n)
        qsort(l->rows.v, l->rows.n, sizeof *l->rows.v, l->by == BY_GROUPS ? by_weight : by_number);
    if (l->rows.n > opt_limit(o))
        l->rows.n = (size_t)opt_limit(o);
    return 0;
}

static ns_t cell_sum(const struct tl_cell *c, unsigned share)
{
    return c->ns[0][share] + c->ns[1][share];
}

/* ---- JSON ---- */

static void json_shares(struct json *j, const struct lanes *l)
{
    json_object(j, "ns");
    for (unsigned k = 0; k < SHARE_COUNT; k++) {
        bool any = false;
        for (uint32_t i = 0; i < l->w.n && !any; i++)
            any = cell_sum(&l->cells[i], k) != 0;
        if (!any)
            continue;
        json_array(j, share_names[k]);
        for (uint32_t i = 0; i < l->w.n; i++)
            json_int(j, NULL, cell_sum(&l->cells[i], k));
        json_array_end(j);
    }
    json_object_end(j);
}

static void json_row(struct json *j, const struct lanes *l, const struct row *r)
{
    static const char *const ids[] = {[BY_GROUPS] = "goroutines", [BY_GOROUTINES] = "g", [BY_PROCS] = "p", [BY_THREADS] = "m"};
    json_line(j);
    json_object(j, NULL);
    if (r->unsigned_id)
        json_uint(j, ids[l->by], (uint64_t)r->number);
    else
        json_int(j, ids[l->by], r->number);
    if (r->name.n)
        json_text(j, "name", r->name.p, r->name.n);
    else if (l->by == BY_GROUPS || l->by == BY_GOROUTINES)
        json_null(j, "name");
    json_shares(j, l);
    json_object_end(j);
}

static int print_json(struct lanes *l, struct out *out, struct err *e)
{
    struct json j;
    int rc = 0;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_str(&j, "by", option_words(TYPE_WORD_BY)[l->by]);
    json_int(&j, "t0_ns", l->w.t0 - l->s->t0);
    json_int(&j, "cell_ns", l->w.cell);
    json_uint(&j, "cells", l->w.n);
    json_array(&j, "lanes");
    for (size_t i = 0; i < l->rows.n && rc == 0 && !out_failed(out); i++) {
        rc = tl_cells(l->s, l->rows.v[i].lane, &l->w, l->cells, e);
        if (rc == 0)
            json_row(&j, l, &l->rows.v[i]);
    }
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
    return rc;
}

/* ---- CSV: a line for each cell with anything in it ---- */

static void csv_cell(struct csv *c, const struct lanes *l, const struct row *r, uint32_t i)
{
    ns_t sum = 0;
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        sum += cell_sum(&l->cells[i], k);
    if (!sum)
        return;
    if (r->unsigned_id)
        csv_uint(c, (uint64_t)r->number);
    else
        csv_int(c, r->number);
    csv_text(c, r->name.p ? r->name.p : "", r->name.n);
    csv_int(c, l->w.t0 + (ns_t)i * l->w.cell - l->s->t0);
    csv_int(c, l->w.cell);
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        csv_int(c, cell_sum(&l->cells[i], k));
    csv_end(c);
}

static int print_csv(struct lanes *l, struct out *out, struct err *e)
{
    static const char *const ids[] = {[BY_GROUPS] = "goroutines", [BY_GOROUTINES] = "g", [BY_PROCS] = "p", [BY_THREADS] = "m"};
    struct csv c;
    int rc = 0;
    csv_init(&c, out, false);
    csv_str(&c, ids[l->by]);
    csv_str(&c, "name");
    csv_str(&c, "t_ns");
    csv_str(&c, "cell_ns");
    for (unsigned k = 0; k < SHARE_COUNT; k++) {
        char name[32];
        snprintf(name, sizeof name, "%s_ns", share_names[k]);
        csv_str(&c, name);
    }
    csv_end(&c);
    for (size_t i = 0; i < l->rows.n && rc == 0 && !out_failed(out); i++) {
        rc = tl_cells(l->s, l->rows.v[i].lane, &l->w, l->cells, e);
        for (uint32_t k = 0; rc == 0 && k < l->w.n; k++)
            csv_cell(&c, l, &l->rows.v[i], k);
    }
    csv_release(&c);
    return rc;
}

/* ---- text ---- */

/* Glyphs and choice are those of the terminal view. */
static void put_glyph(struct page *p, const struct grid *g, uint8_t glyph)
{
    char text[5];
    if (glyph == LANE_BLANK) {
        page_to(p, p->col + 1);
        return;
    }
    text[text_encode(text, grid_glyph_cp(g, (enum glyph)glyph))] = 0;
    page_raw(p, text, 1);
}

/* How much of cell i lies within the trace. */
static ns_t covered(const struct lanes *l, uint32_t i)
{
    ns_t from = l->w.t0 + (ns_t)i * l->w.cell, to = from + l->w.cell;
    from = from > l->s->t0 ? from : l->s->t0;
    to = to < l->s->t1 ? to : l->s->t1;
    return to > from ? to - from : 0;
}

static void text_states(struct page *p, const struct lanes *l)
{
    struct grid g;
    grid_init(&g, 1, 1, p->utf8 ? GLYPHS_UTF8 : GLYPHS_ASCII);
    for (uint32_t i = 0; i < l->w.n; i++) {
        const struct tl_cell *c = &l->cells[i];
        ns_t within = covered(l, i);
        struct lane_cell cell = l->by == BY_GOROUTINES ? lane_choose(c, within / 2) : lane_busy(c, within, l->by == BY_THREADS);
        put_glyph(p, &g, within ? cell.glyph : LANE_BLANK);
    }
    grid_release(&g);
}

/* A group: how many of its goroutines were active, that is not waiting. */
static double active(const struct tl_cell *c, ns_t cell)
{
    return (double)lane_active(c) / (double)cell;
}

static void text_group(struct page *p, const struct lanes *l)
{
    double most = 0;
    for (uint32_t i = 0; i < l->w.n; i++)
        most = active(&l->cells[i], l->w.cell) > most ? active(&l->cells[i], l->w.cell) : most;
    for (uint32_t i = 0; i < l->w.n; i++) {
        double a = active(&l->cells[i], l->w.cell);
        page_level(p, lane_level(a, most));
    }
}

static void text_row(struct page *p, const struct lanes *l, const struct row *r)
{
    page_put(p, " ");
    page_name(p, l->by == BY_PROCS || l->by == BY_THREADS ? (struct str){r->id, strlen(r->id)} : r->name, LABEL - 11);
    page_right(p, l->by == BY_PROCS || l->by == BY_THREADS ? "" : r->id, 8);
    page_raw(p, p->utf8 ? " │" : " |", 2);
    if (l->by == BY_GROUPS)
        text_group(p, l);
    else
        text_states(p, l);
    page_end(p);
}

static void text_ruler(struct page *p, const struct lanes *l)
{
    uint32_t step = l->w.n >= 40 ? l->w.n / (l->w.n / 20) : l->w.n;
    for (uint32_t i = 0; i + 8 <= l->w.n || i == 0; i += step) {
        char text[32];
        ns_t t = l->w.t0 + (ns_t)i * l->w.cell - l->s->t0;
        text_time(text, t < 0 ? 0 : t, l->w.cell); /* the first cell may begin before the trace */
        page_to(p, LABEL + (int)i);
        page_printf(p, "%s%s", p->utf8 ? "╷" : "|", text);
    }
    page_end(p);
}

static void text_legend(struct page *p, const struct lanes *l)
{
    char cell[24];
    text_duration(cell, l->w.cell);
    page_printf(p, " a cell is %s", cell);
    if (l->by == BY_GROUPS)
        page_put(p, "; height: active goroutines, of the row's most");
    else if (l->by != BY_GOROUTINES)
        page_put(p, "; height: share of the time that a goroutine ran there");
    page_end(p);
    if (l->by != BY_GOROUTINES)
        return;
    struct grid g;
    grid_init(&g, 1, 1, p->utf8 ? GLYPHS_UTF8 : GLYPHS_ASCII);
    page_put(p, " ");
    for (unsigned k = 0; k < SHARE_COUNT; k++) {
        if (share_looks[k].full == LANE_BLANK)
            continue;
        if (p->col + 4 + (int)strlen(share_names[k]) > p->width) {
            page_end(p);
            page_put(p, " ");
        }
        put_glyph(p, &g, share_looks[k].full);
        page_printf(p, " %s  ", share_names[k]);
    }
    grid_release(&g);
    page_end(p);
}

static int print_text(struct lanes *l, struct page *p, const struct opts *o, struct err *e)
{
    size_t most = (size_t)opt_number(o, OPT_LIMIT, TEXT_LANES);
    text_ruler(p, l);
    for (size_t i = 0; i < l->rows.n && i < most && !out_failed(p->out); i++) {
        if (tl_cells(l->s, l->rows.v[i].lane, &l->w, l->cells, e) < 0)
            return -1;
        text_row(p, l, &l->rows.v[i]);
    }
    if (l->all > most) {
        page_printf(p, " %s %zu more: --limit, --where", page_ellipsis(p), l->all - most);
        page_end(p);
    }
    text_legend(p, l);
    return 0;
}

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct lanes l = {.s = load_session(ld), .by = (enum by)opt_number(o, OPT_BY, BY_GROUPS)};
    struct page p;
    (void)ctx;
    page_init(&p, o, out_stdout());
    uint64_t n = opt_number(o, OPT_CELLS, o->format == FORMAT_TEXT ? (uint64_t)(p.width - LABEL) : CELLS_JSON);
    if (n < 1 || n > CELLS_MAX) {
        err_set(e, ERR_USAGE, "--cells %" PRIu64 ": out of range", n);
        return err_hint(e, "from 1 to %d", CELLS_MAX);
    }
    l.w = window_cover(window_of(o, l.s), (uint32_t)n);
    l.cells = mem_calloc(l.w.n, sizeof *l.cells);
    int rc = make_rows(&l, o, e);
    if (rc == 0)
        rc = o->format == FORMAT_JSON  ? print_json(&l, out_stdout(), e)
             : o->format == FORMAT_CSV ? print_csv(&l, out_stdout(), e)
                                       : print_text(&l, &p, o, e);
    mem_free(l.cells);
    vec_free(&l.rows);
    return rc;
}

int cmd_lanes(struct opts *o, struct err *e)
{
    if (opt_given(o, OPT_WHERE) && opt_number(o, OPT_BY, BY_GROUPS) != BY_GOROUTINES) {
        err_set(e, ERR_USAGE, "--where chooses goroutines, but the lanes are %s",
                option_words(TYPE_WORD_BY)[opt_number(o, OPT_BY, BY_GROUPS)]);
        return err_hint(e, "add --by goroutines");
    }
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
