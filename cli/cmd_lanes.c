/* lanes: the timeline's rows. JSON and CSV give the exact nanoseconds of each share in each cell; text draws them. */
#include <inttypes.h>

#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/json.h"
#include "cli/lanes.h"
#include "cli/load.h"

enum { CELLS_JSON = 100, CELLS_MAX = 100000 };

static const char *const ids[] = {[BY_GROUPS] = "goroutines", [BY_GOROUTINES] = "g", [BY_PROCS] = "p", [BY_THREADS] = "m"};

/* ---- JSON ---- */

static void json_shares(struct json *j, const struct lanes *l, const struct tl_cell *cells)
{
    json_object(j, "ns");
    for (unsigned k = 0; k < SHARE_COUNT; k++) {
        bool any = false;
        for (uint32_t i = 0; i < l->w.n && !any; i++)
            any = lanes_sum(&cells[i], k) != 0;
        if (!any)
            continue;
        json_array(j, share_names[k]);
        for (uint32_t i = 0; i < l->w.n; i++)
            json_int(j, NULL, lanes_sum(&cells[i], k));
        json_array_end(j);
    }
    json_object_end(j);
}

static void json_row(struct json *j, const struct lanes *l, const struct lane_row *r, const struct tl_cell *cells)
{
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
    json_shares(j, l, cells);
    json_object_end(j);
}

static int print_json(struct lanes *l, struct out *out, struct err *e)
{
    struct json j;
    bool good = true;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_str(&j, "by", option_words(TYPE_WORD_BY)[l->by]);
    json_int(&j, "t0_ns", l->w.t0 - l->s->t0);
    json_int(&j, "cell_ns", l->w.cell);
    json_uint(&j, "cells", l->w.n);
    json_array(&j, "lanes");
    for (size_t i = 0; i < l->rows.n && good && !out_failed(out); i++) {
        const struct tl_cell *cells = lanes_cells(l, i, e);
        good = cells != NULL;
        if (good)
            json_row(&j, l, &l->rows.v[i], cells);
    }
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
    return good ? 0 : -1;
}

/* ---- CSV: a line for each cell with anything in it ---- */

static void csv_cell(struct csv *c, const struct lanes *l, const struct lane_row *r, const struct tl_cell *cells, uint32_t i)
{
    ns_t sum = 0;
    for (unsigned k = 0; k < SHARE_COUNT; k++)
        sum += lanes_sum(&cells[i], k);
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
        csv_int(c, lanes_sum(&cells[i], k));
    csv_end(c);
}

static int print_csv(struct lanes *l, struct out *out, struct err *e)
{
    struct csv c;
    bool good = true;
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
    for (size_t i = 0; i < l->rows.n && good && !out_failed(out); i++) {
        const struct tl_cell *cells = lanes_cells(l, i, e);
        good = cells != NULL;
        for (uint32_t k = 0; good && k < l->w.n; k++)
            csv_cell(&c, l, &l->rows.v[i], cells, k);
    }
    csv_release(&c);
    return good ? 0 : -1;
}

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct session *s = load_session(ld);
    struct lanes l;
    struct page p;
    (void)ctx;
    page_init(&p, o, out_stdout());
    uint64_t n = opt_number(o, OPT_CELLS, o->format == FORMAT_TEXT ? (uint64_t)(p.width - LANES_LABEL) : CELLS_JSON);
    if (n < 1 || n > CELLS_MAX) {
        err_set(e, ERR_USAGE, "--cells %" PRIu64 ": out of range", n);
        return err_hint(e, "from 1 to %d", CELLS_MAX);
    }
    if (lanes_make(&l, o, s, window_cover(window_of(o, s), (uint32_t)n), e) < 0)
        return -1;
    int rc = o->format == FORMAT_JSON  ? print_json(&l, out_stdout(), e)
             : o->format == FORMAT_CSV ? print_csv(&l, out_stdout(), e)
                                       : lanes_text(&l, &p, o, e);
    lanes_release(&l);
    return rc;
}

int cmd_lanes(struct opts *o, struct err *e)
{
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
