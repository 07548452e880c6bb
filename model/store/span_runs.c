#include "model/store/vtab_span.h"

static const uint32_t base_cols = COLBIT(T) | COLBIT(CLASS);

static int load(struct span_cursor *c, uint32_t chunk, uint32_t row, uint64_t rows)
{
    struct session *s = c->base.v->s;
    c->rows.c = chunk_get(s, chunk, base_cols | c->cols, &c->base.v->err);
    if (!c->rows.c)
        return -1;
    uint32_t have = c->rows.c->rows;
    c->rows.chunk = chunk;
    c->rows.row = row;
    c->rows.end = row + rows < have ? (uint32_t)(row + rows) : have;
    c->rows.left = rows - (c->rows.end - row);
    return 1;
}

void run_rows_end(struct span_cursor *c)
{
    if (c->rows.c)
        chunk_put(c->base.v->s, c->rows.chunk);
    c->rows.c = NULL;
}

int run_rows_first(struct span_cursor *c, const struct run *r)
{
    uint64_t rows = (uint64_t)r->rows_hi << 16 | r->rows_lo;
    if (c->rows.c && c->rows.chunk == r->chunk) {
        c->rows.row = r->row;
        c->rows.end = r->row + rows < c->rows.c->rows ? (uint32_t)(r->row + rows) : c->rows.c->rows;
        c->rows.left = rows - (c->rows.end - r->row);
        return 1;
    }
    run_rows_end(c);
    return load(c, r->chunk, r->row, rows);
}

int run_rows_more(struct span_cursor *c)
{
    uint64_t left = c->rows.left;
    uint32_t chunk = c->rows.chunk + 1;
    if (!left)
        return 0;
    run_rows_end(c);
    return load(c, chunk, 0, left);
}

void begin_take(const struct span_cursor *c, const struct chunk *k, uint32_t row, struct begin *b)
{
    b->t = k->t[row];
    b->class = k->class[row];
    if (!c->cols)
        return;
    b->whole = 1;
    b->by = k->g ? k->g[row] : IDX_NONE;
    b->stack = k->stack ? k->stack[row] : 0;
    b->stack2 = k->stack2 ? k->stack2[row] : 0;
    b->m = k->m ? k->m[row] : EV_NO_MP;
    b->p = k->p ? k->p[row] : EV_NO_MP;
}

int run_last(struct span_cursor *c, const struct run *r, struct begin *out)
{
    const struct session *s = c->base.v->s;
    *out = (struct begin){.t = r->t_in, .class = r->class_in, .met = 1, .by = IDX_NONE, .m = EV_NO_MP, .p = EV_NO_MP};
    int rc = run_rows_first(c, r);
    for (; rc > 0; rc = run_rows_more(c))
        for (uint32_t i = c->rows.end; i > c->rows.row; i--)
            if (!session_class(s, c->rows.c->class[i - 1])->restates) {
                begin_take(c, c->rows.c, i - 1, out);
                break;
            }
    return rc < 0 ? -1 : 0;
}

uint32_t run_in(const struct sight *v, uint32_t seg, gidx g)
{
    const struct segment *sg = &v->s->segments.v[seg];
    uint32_t lo = sg->run0, hi = sg->run0 + sg->nruns, end = hi;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (v->s->runs.v[mid].track < g)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < end && v->s->runs.v[lo].track == g ? lo : IDX_NONE;
}

uint32_t run_before(const struct sight *v, uint32_t seg, gidx g)
{
    uint32_t run = IDX_NONE;
    while (seg && run == IDX_NONE)
        run = run_in(v, --seg, g);
    return run;
}

int begin_complete(struct span_cursor *c, uint32_t seg, gidx g, struct begin *b)
{
    uint32_t run = run_before(c->base.v, seg, g);
    struct begin found;
    if (run == IDX_NONE)
        return 0;
    struct run r = c->base.v->s->runs.v[run];
    struct run_rows kept = c->rows; /* stays pinned: the walk goes on there */
    c->rows.c = NULL;
    int rc = run_last(c, &r, &found);
    run_rows_end(c);
    c->rows = kept;
    if (rc == 0 && !found.whole && r.class_in != CLASS_NONE && seg) {
        /* Only restating rows there: look further back. */
        uint32_t k = seg;
        while (k && run_in(c->base.v, k - 1, g) != run)
            k--;
        return k ? begin_complete(c, k - 1, g, b) : 0;
    }
    if (rc == 0 && found.whole)
        *b = found;
    return rc;
}
