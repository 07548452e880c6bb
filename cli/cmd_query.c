/* query: SQL over a trace, read-only, fenced by the store. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/page.h"
#include "cli/query.h"
#include "model/store/store.h"

/* Rows go to a printer; text keeps the first ones to see how wide columns are. */
struct table_out {
    enum format format;
    struct query *q;
    int columns;
    struct out *out;
    struct json json;
    struct csv csv;
    uint64_t rows;
};

static void json_cell(struct json *j, struct query *q, int i)
{
    struct str s;
    switch (query_type(q, i)) {
    case QT_NULL: json_null(j, NULL); break;
    case QT_INT: json_int(j, NULL, query_int(q, i)); break;
    case QT_REAL: json_real(j, NULL, query_real(q, i)); break;
    case QT_TEXT:
    case QT_BLOB:
        s = query_text(q, i);
        json_text(j, NULL, s.p, s.n);
        break;
    }
}

static void csv_cell(struct csv *c, struct query *q, int i)
{
    struct str s;
    switch (query_type(q, i)) {
    case QT_NULL: csv_none(c); break;
    case QT_INT: csv_int(c, query_int(q, i)); break;
    case QT_REAL: csv_real(c, query_real(q, i)); break;
    case QT_TEXT:
    case QT_BLOB:
        s = query_text(q, i);
        csv_text(c, s.p, s.n);
        break;
    }
}

static void begin(struct table_out *t)
{
    if (t->format != FORMAT_JSON) {
        csv_init(&t->csv, t->out, t->format == FORMAT_TSV);
        for (int i = 0; i < t->columns; i++)
            csv_str(&t->csv, query_column_name(t->q, i));
        csv_end(&t->csv);
        return;
    }
    json_init(&t->json, t->out);
    json_object(&t->json, NULL);
    json_int(&t->json, "schema", 1);
    json_array(&t->json, "columns");
    for (int i = 0; i < t->columns; i++)
        json_str(&t->json, NULL, query_column_name(t->q, i));
    json_array_end(&t->json);
    json_array(&t->json, "rows");
}

static void row(struct table_out *t)
{
    if (t->format != FORMAT_JSON) {
        for (int i = 0; i < t->columns; i++)
            csv_cell(&t->csv, t->q, i);
        csv_end(&t->csv);
        return;
    }
    json_line(&t->json);
    json_array(&t->json, NULL);
    for (int i = 0; i < t->columns; i++)
        json_cell(&t->json, t->q, i);
    json_array_end(&t->json);
}

static void end(struct table_out *t)
{
    if (t->format != FORMAT_JSON) {
        csv_release(&t->csv);
        return;
    }
    json_array_end(&t->json);
    json_object_end(&t->json);
    json_finish(&t->json);
}

/* ---- text: aligned columns ---- */

enum { LOOK_AHEAD = 1000, CELL_MAX = 60 };

struct text_table {
    struct page p;
    struct query *q;
    int columns;
    int *width;
    bool *right;
    VEC(char *) cells; /* of the rows looked at, row by row; NULL: nothing */
};

static char *text_cell(struct query *q, int i)
{
    char text[1024];
    struct str s;
    switch (query_type(q, i)) {
    case QT_NULL: return NULL;
    case QT_INT: snprintf(text, sizeof text, "%lld", (long long)query_int(q, i)); break;
    case QT_REAL: snprintf(text, sizeof text, "%.6g", query_real(q, i)); break;
    case QT_TEXT:
    case QT_BLOB:
        s = query_text(q, i);
        text_visible(text, sizeof text, s.p, s.n);
        break;
    }
    return mem_strdup(text);
}

static int columns_of(const char *s)
{
    int w = 0;
    for (size_t i = 0, n = strlen(s), len; i < n; i += len)
        w += text_width_cp(text_decode(s + i, n - i, &len));
    return w;
}

static void take_row(struct text_table *t, bool measure)
{
    for (int i = 0; i < t->columns; i++) {
        char *cell = text_cell(t->q, i);
        *vec_push(&t->cells) = cell;
        int w = cell ? columns_of(cell) : 4;
        w = w > CELL_MAX ? CELL_MAX : w;
        if (measure && w > t->width[i])
            t->width[i] = w;
        if (measure && (query_type(t->q, i) == QT_INT || query_type(t->q, i) == QT_REAL))
            t->right[i] = true;
    }
}

static void print_cells(struct text_table *t)
{
    for (size_t at = 0; at < t->cells.n; at++) {
        int i = (int)(at % (size_t)t->columns);
        const char *cell = t->cells.v[at] ? t->cells.v[at] : "null";
        if (t->right[i])
            page_right(&t->p, cell, t->width[i]);
        else if (i + 1 == t->columns)
            page_put(&t->p, cell);
        else
            page_left(&t->p, cell, t->width[i]);
        if (i + 1 < t->columns)
            page_put(&t->p, "  ");
        else
            page_end(&t->p);
        mem_free(t->cells.v[at]);
    }
    t->cells.n = 0;
}

static void print_titles(struct text_table *t)
{
    for (int i = 0; i < t->columns; i++) {
        const char *name = query_column_name(t->q, i);
        if (t->right[i])
            page_right(&t->p, name, t->width[i]);
        else
            page_left(&t->p, name, i + 1 == t->columns ? columns_of(name) : t->width[i]);
        page_put(&t->p, i + 1 < t->columns ? "  " : "");
    }
    page_end(&t->p);
}

static int print_text(const struct opts *o, struct query *q, struct out *out, struct err *e)
{
    struct text_table t = {.q = q, .columns = query_columns(q)};
    uint64_t rows = 0, limit = opt_limit(o);
    int rc = 0;
    if (t.columns <= 0)
        return 0;
    page_init(&t.p, o, out);
    t.width = mem_calloc((size_t)t.columns, sizeof *t.width);
    t.right = mem_calloc((size_t)t.columns, sizeof *t.right);
    for (int i = 0; i < t.columns; i++)
        t.width[i] = columns_of(query_column_name(q, i));
    while (rows < LOOK_AHEAD && rows < limit && (rc = query_step(q, e)) > 0) {
        take_row(&t, true);
        rows++;
    }
    print_titles(&t);
    print_cells(&t);
    while (rc >= 0 && rows >= LOOK_AHEAD && rows < limit && !out_failed(out) && (rc = query_step(q, e)) > 0) {
        take_row(&t, false);
        print_cells(&t);
        rows++;
    }
    mem_free(t.width);
    mem_free(t.right);
    vec_free(&t.cells);
    return rc < 0 ? -1 : 0;
}

int query_print(const struct opts *o, struct query *q, enum format format, struct out *out, struct err *e)
{
    struct table_out t = {.format = format, .q = q, .columns = query_columns(q), .out = out};
    uint64_t limit = opt_limit(o);
    int rc = 0;
    if (format == FORMAT_TEXT)
        return print_text(o, q, out, e);
    begin(&t);
    while (t.rows < limit && !out_failed(out) && (rc = query_step(q, e)) > 0) {
        row(&t);
        t.rows++;
    }
    end(&t);
    return rc < 0 ? -1 : 0;
}

static int print(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    int32_t stop = 0;
    struct query_limits lim = {.stop = &stop};
    interrupt_catch(&stop);
    struct query *q = query_open(load_session(l), ctx, &lim, e);
    int rc = q ? query_print(o, q, o->format, out_stdout(), e) : -1;
    if (q)
        query_close(q);
    interrupt_catch(NULL);
    if (interrupt_seen()) {
        err_clear(e);
        say("stopped; the rows above are not all");
        return EXIT_STOPPED;
    }
    if (rc < 0 && e->kind != ERR_NONE) {
        err_source(e, "query");
        err_hint(e, "ctxscope schema prints what can be asked");
    }
    return rc;
}

int cmd_query(struct opts *o, struct err *e)
{
    char sql[1 << 16];
    size_t last = o->words.n - 1;
    int n = snprintf(sql, sizeof sql, "%s", o->words.v[last]);
    if (n < 0 || (size_t)n >= sizeof sql) {
        err_set(e, ERR_LIMIT, "the query is longer than 64 KiB");
        return err_hint(e, "make it shorter");
    }
    return load_and(o, o->words.v, last, print, sql, e);
}
