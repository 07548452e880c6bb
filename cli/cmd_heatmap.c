/* heatmap: reactions to cancels, counted by row and by latency or time. The cells are those of the terminal view. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/goroutines.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/page.h"
#include "model/ctx/heat.h"
#include "model/filter.h"

enum { CELLS_TIME = 60, CELLS_MAX = 10000, COLUMNS_MAX = 60, LABEL = 26, CELL = 4, TEXT_ROWS = 40 };

struct heatmap {
    struct session *s;
    struct heat_ask ask;
    struct heat heat;
    uint8_t *lens; /* by gidx; NULL: all */
    uint32_t rows; /* to print */
};

/* What a row stands for: a place in code, a depth, or a burst. */
struct stands {
    struct str function, file;
    uint32_t line, depth;
    const struct cancel *burst;
};

static struct stands stands_for(const struct heatmap *h, const struct heat_row *row)
{
    const struct session *s = h->s;
    struct stands out = {.burst = NULL};
    frame_id f = (frame_id)row->key;
    if (h->ask.rows == HEAT_BY_DEPTH) {
        out.depth = (uint32_t)row->key;
        return out;
    }
    if (h->ask.rows == HEAT_BY_BURST) {
        out.burst = &s->ctx.cancels.v[row->key];
        f = out.burst->site;
    }
    if (!f)
        return out;
    const struct frame *frame = session_frame(s, f);
    out.function = session_str(s, frame->func);
    out.file = session_str(s, frame->file);
    out.line = frame->line;
    return out;
}

/* ---- JSON ---- */

static void json_text_or_null(struct json *j, const char *key, struct str s)
{
    if (s.n)
        json_text(j, key, s.p, s.n);
    else
        json_null(j, key);
}

static void json_duration(struct json *j, const char *key, ns_t d)
{
    if (d == NS_NONE)
        json_null(j, key);
    else
        json_int(j, key, d);
}

static void json_row(struct json *j, const struct heatmap *h, const struct heat_row *row)
{
    json_line(j);
    json_object(j, NULL);
    if (h->ask.over_time) {
        json_uint(j, "from_ns", row->key);
        json_uint(j, "n", row->n);
        json_object_end(j);
        return;
    }
    struct stands st = stands_for(h, row);
    if (h->ask.rows == HEAT_BY_DEPTH) {
        json_uint(j, "depth", st.depth);
    } else {
        json_text_or_null(j, "function", st.function);
        json_text_or_null(j, "file", st.file);
        if (st.line)
            json_uint(j, "line", st.line);
        else
            json_null(j, "line");
    }
    if (st.burst) {
        json_uint(j, "cancel", row->key);
        json_time(j, "t_ns", st.burst->t0, h->s->t0);
        json_str(j, "by", cancel_by_words[st.burst->by]);
    }
    json_uint(j, "n", row->n);
    json_uint(j, "cut", row->cut);
    json_duration(j, "p50_ns", row->p50);
    json_duration(j, "p99_ns", row->p99);
    json_object_end(j);
}

static void json_counts(struct json *j, const struct heatmap *h)
{
    json_array(j, "counts");
    for (uint32_t r = 0; r < h->rows; r++) {
        json_line(j);
        json_array(j, NULL);
        for (uint32_t c = 0; c < h->heat.ncols; c++)
            json_uint(j, NULL, h->heat.counts[(size_t)r * h->heat.ncols + c]);
        json_array_end(j);
    }
    json_array_end(j);
}

static void print_json(struct heatmap *h, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_str(&j, "by", h->ask.over_time ? "time" : heat_row_words[h->ask.rows]);
    json_str(&j, "to", heat_to_words[h->ask.to]);
    json_uint(&j, "edges", h->heat.edges);
    json_array(&j, "rows");
    for (uint32_t r = 0; r < h->rows; r++)
        json_row(&j, h, &h->heat.rows[r]);
    json_array_end(&j);
    json_array(&j, "cols");
    for (uint32_t c = 0; c <= h->heat.ncols; c++)
        json_time(&j, NULL, h->heat.bounds[c], h->ask.over_time ? h->s->t0 : 0);
    json_array_end(&j);
    json_counts(&j, h);
    json_array(&j, "never");
    for (uint32_t i = 0; i < (h->ask.over_time ? h->heat.ncols : h->rows); i++)
        json_uint(&j, NULL, h->ask.over_time ? h->heat.never_at[i] : h->heat.rows[i].never);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

/* ---- CSV: a line for each cell with anything in it; `never` and `cut` have no bounds ---- */

static void csv_cell(struct csv *c, const struct heatmap *h, const struct heat_row *row, const char *what, ns_t lo, ns_t hi, uint32_t n)
{
    if (!n)
        return;
    struct stands st = {.burst = NULL};
    if (row && !h->ask.over_time)
        st = stands_for(h, row);
    csv_text(c, st.function.p ? st.function.p : "", st.function.n);
    csv_text(c, st.file.p ? st.file.p : "", st.file.n);
    if (st.line)
        csv_uint(c, st.line);
    else
        csv_none(c);
    if (row)
        csv_uint(c, row->key);
    else
        csv_none(c);
    csv_str(c, what);
    csv_time(c, lo, 0);
    csv_time(c, hi, 0);
    csv_uint(c, n);
    csv_end(c);
}

static void print_csv(struct heatmap *h, struct out *out)
{
    static const char *const names[] = {"function", "file", "line", "key", "what", "from_ns", "to_ns", "edges", NULL};
    const struct heat *heat = &h->heat;
    ns_t base = h->ask.over_time ? h->s->t0 : 0;
    struct csv c;
    csv_init(&c, out, false);
    csv_header(&c, names);
    for (uint32_t r = 0; r < h->rows && !out_failed(out); r++) {
        for (uint32_t k = 0; k < heat->ncols; k++)
            csv_cell(&c, h, &heat->rows[r], "reacted", heat->bounds[k] - base,
                     heat->bounds[k + 1] == NS_OPEN ? NS_OPEN : heat->bounds[k + 1] - base, heat->counts[(size_t)r * heat->ncols + k]);
        csv_cell(&c, h, &heat->rows[r], "never", NS_NONE, NS_NONE, heat->rows[r].never);
        csv_cell(&c, h, &heat->rows[r], "cut", NS_NONE, NS_NONE, heat->rows[r].cut);
    }
    for (uint32_t k = 0; h->ask.over_time && k < heat->ncols; k++)
        csv_cell(&c, h, NULL, "never", heat->bounds[k] - base, heat->bounds[k + 1] - base, heat->never_at[k]);
    csv_release(&c);
}

/* ---- text ---- */

static void text_bound(struct page *p, ns_t ns, int width)
{
    char text[16];
    text_brief(text, ns);
    page_right(p, text, width);
}

static void text_label(struct page *p, const struct heatmap *h, const struct heat_row *row)
{
    struct stands st = stands_for(h, row);
    char text[64];
    if (h->ask.over_time) {
        text_bound(p, (ns_t)row->key, 10);
    } else if (h->ask.rows == HEAT_BY_DEPTH) {
        snprintf(text, sizeof text, "%u below", st.depth);
        page_left(p, text, LABEL - 2);
    } else if (!st.function.n) {
        page_left(p, h->ask.rows == HEAT_BY_SITE || st.burst ? "deadline fired" : "(unknown)", LABEL - 2);
    } else {
        page_name(p, st.function, LABEL - 2 - 7);
        snprintf(text, sizeof text, ":%u", st.line);
        page_left(p, h->ask.rows == HEAT_BY_FUNCTION || h->ask.rows == HEAT_BY_SUBJECT ? "" : text, 7);
    }
    page_to(p, LABEL);
}

static void text_row(struct page *p, const struct heatmap *h, uint32_t r)
{
    const struct heat_row *row = &h->heat.rows[r];
    char text[16];
    page_put(p, " ");
    text_label(p, h, row);
    for (uint32_t c = 0; c < h->heat.ncols; c++) {
        uint32_t n = h->heat.counts[(size_t)r * h->heat.ncols + c];
        text_count(text, n);
        page_right(p, n ? text : "", CELL);
    }
    page_count(p, row->cut, 6);
    page_count(p, row->never, 7);
    page_count(p, row->n, 7);
    page_end(p);
}

static void print_text(struct heatmap *h, struct page *p)
{
    char n[32];
    page_printf(p, " %s edges, cancel %s %s%s", page_number(n, h->heat.edges), p->utf8 ? "→" : ">", heat_to_words[h->ask.to],
                h->s->ctx.exact ? "" : ", ~ inferred from stacks");
    page_end(p);
    if (!h->heat.nrows) {
        page_put(p, " no cancel in this trace woke anybody; one that nobody waits for leaves no event");
        page_end(p);
        return;
    }
    page_printf(p, " %s", heat_row_words[h->ask.rows]);
    page_to(p, LABEL);
    for (uint32_t c = 0; c < h->heat.ncols; c++)
        text_bound(p, h->heat.bounds[c], CELL);
    page_right(p, "cut", 6);
    page_right(p, "never", 7);
    page_right(p, "n", 7);
    page_end(p);
    for (uint32_t r = 0; r < h->rows && !out_failed(p->out); r++)
        text_row(p, h, r);
    if (h->rows < h->heat.nrows) {
        page_printf(p, " %s %u more: --limit", page_ellipsis(p), h->heat.nrows - h->rows);
        page_end(p);
    }
}

/* --where: the goroutines whose reactions count. NULL: all. */
static int make_lens(struct heatmap *h, const struct opts *o, struct err *e)
{
    if (!opt_given(o, OPT_WHERE))
        return 0;
    struct filter *f = filter_parse(opt_text(o, OPT_WHERE), e);
    if (!f)
        return err_add(e, "while reading --where");
    h->lens = mem_calloc(h->s->goroutines.n + 1, 1);
    for (gidx g = 0; g < h->s->goroutines.n; g++)
        h->lens[g] = filter_match(f, h->s, g);
    filter_free(f);
    h->ask.lens = h->lens;
    return 0;
}

static int make(struct heatmap *h, const struct opts *o, struct page *p, struct err *e)
{
    bool time = opt_number(o, OPT_COLS, 0) != 0, text = o->format == FORMAT_TEXT;
    uint64_t cells = opt_number(o, OPT_CELLS, CELLS_TIME);
    uint64_t to = opt_number(o, OPT_TO, TO_EXIT);
    if (to < TO_WAKE) {
        err_set(e, ERR_USAGE, "heatmap --to %s: not a moment of a reaction", option_words(TYPE_WORD_TO)[to]);
        return err_hint(e, "wake, run or exit");
    }
    if (cells < 1 || cells > CELLS_MAX) {
        err_set(e, ERR_USAGE, "--cells %" PRIu64 ": out of range", cells);
        return err_hint(e, "from 1 to %d", CELLS_MAX);
    }
    if (time && text) {
        err_set(e, ERR_USAGE, "--cols time is drawn by the terminal view only");
        return err_hint(e, "as text: leave it out; or --format json or csv");
    }
    int room = (p->width - LABEL - 20) / CELL;
    h->ask = (struct heat_ask){.rows = (enum heat_rows)opt_number(o, OPT_ROWS, HEAT_BY_FUNCTION),
                               .to = to == TO_WAKE  ? HEAT_TO_WAKE
                                     : to == TO_RUN ? HEAT_TO_RUN
                                                    : HEAT_TO_EXIT,
                               .over_time = time,
                               .cols = time   ? (uint32_t)cells
                                       : text ? (uint32_t)room
                                              : COLUMNS_MAX,
                               .steps = text ? 2 : 3,
                               .t0 = NS_NONE,
                               .t1 = NS_NONE};
    if (opt_given(o, OPT_WINDOW)) {
        struct window w = window_of(o, h->s);
        h->ask.t0 = w.t0;
        h->ask.t1 = w.t1;
    }
    return make_lens(h, o, e);
}

static int print(struct opts *o, struct load *ld, void *ctx, struct err *e)
{
    struct heatmap h = {.s = load_session(ld)};
    struct page p;
    (void)ctx;
    page_init(&p, o, out_stdout());
    if (make(&h, o, &p, e) < 0)
        return -1;
    heat_make(h.s, &h.ask, &h.heat);
    uint64_t most = opt_given(o, OPT_LIMIT) ? opt_limit(o) : o->format == FORMAT_TEXT ? TEXT_ROWS : UINT32_MAX;
    h.rows = h.heat.nrows < most ? h.heat.nrows : (uint32_t)most;
    if (o->format == FORMAT_JSON)
        print_json(&h, out_stdout());
    else if (o->format == FORMAT_CSV)
        print_csv(&h, out_stdout());
    else
        print_text(&h, &p);
    heat_release(&h.heat);
    mem_free(h.lens);
    return 0;
}

int cmd_heatmap(struct opts *o, struct err *e)
{
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
