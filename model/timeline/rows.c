#include "model/timeline/rows.h"

int rows_damaged(struct err *e)
{
    err_set(e, ERR_INPUT, "the store's directory of chunks is damaged");
    return err_hint(e, "remove the store and import again");
}

uint32_t segment_at(const struct session *s, ns_t t)
{
    size_t lo = 0, hi = s->segments.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->segments.v[mid].t1 < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (uint32_t)lo;
}

static const struct run *run_find(const struct run *runs, uint32_t n, uint32_t track)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (runs[mid].track < track)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && runs[lo].track == track ? &runs[lo] : NULL;
}

const struct run *run_of_g(const struct session *s, uint32_t segment, gidx g)
{
    const struct segment *seg = &s->segments.v[segment];
    return run_find(s->runs.v + seg->run0, seg->nruns, g);
}

const struct run *run_of_p(const struct session *s, uint32_t segment, pidx p)
{
    const struct segment *seg = &s->segments.v[segment];
    return run_find(s->pruns.v + seg->prun0, seg->npruns, p);
}

int piece_get(struct session *s, enum stream stream, const struct run *r, uint32_t i, uint32_t want, struct piece *out, struct err *e)
{
    uint32_t row = r->row, left = run_rows(r);
    *out = (struct piece){.chunk = r->chunk};
    for (;; out->chunk++, row = 0) {
        if (out->chunk >= s->chunks.n || s->chunks.v[out->chunk].stream != stream || row >= s->chunks.v[out->chunk].rows)
            return rows_damaged(e);
        uint32_t here = s->chunks.v[out->chunk].rows - row;
        here = here < left ? here : left;
        if (i < here) {
            out->from = row;
            out->to = row + here;
            out->skip = i;
            break;
        }
        i -= here;
        left -= here;
        if (!left)
            return rows_damaged(e);
    }
    out->c = chunk_get(s, out->chunk, want, e);
    return out->c ? 0 : -1;
}

void cursor_init(struct cursor *c, struct session *s, gidx g, uint32_t want, struct err *e)
{
    *c = (struct cursor){.s = s, .g = g, .want = want | COLBIT(T) | COLBIT(CLASS), .e = e};
}

void cursor_release(struct cursor *c)
{
    piece_put(c->s, &c->piece);
    c->run = NULL;
}

/* Pins the piece that holds run_row. */
static int load(struct cursor *c)
{
    if (c->piece.c && c->run_row >= c->piece_row && c->run_row - c->piece_row < c->piece.to - c->piece.from)
        return 1;
    piece_put(c->s, &c->piece);
    if (piece_get(c->s, STREAM_G, c->run, c->run_row, c->want, &c->piece, c->e) < 0) {
        c->run = NULL;
        return -1;
    }
    /* Where in the run the piece begins: the first one at r->row, the others at row 0 of their chunk. */
    uint32_t begins = 0, row = c->run->row;
    for (uint32_t k = c->run->chunk; k < c->piece.chunk; k++, row = 0)
        begins += c->s->chunks.v[k].rows - row;
    c->piece_row = begins;
    return 1;
}

static bool restates(const struct cursor *c)
{
    return session_class(c->s, cursor_class(c))->restates;
}

/* To the nearest earlier (dir -1) or later run of the goroutine, at its last or first row. */
static int step_run(struct cursor *c, int dir)
{
    const struct session *s = c->s;
    cursor_release(c);
    const struct goroutine *g = session_g(s, c->g);
    for (int64_t i = (int64_t)c->segment + dir; i >= 0 && i < (int64_t)s->segments.n; i += dir) {
        const struct segment *seg = &s->segments.v[i];
        if (dir < 0 ? seg->t1 < g->first : seg->t0 > g->last)
            return 0;
        c->run = run_of_g(s, (uint32_t)i, c->g);
        if (!c->run || !run_rows(c->run))
            continue;
        c->segment = (uint32_t)i;
        c->run_row = dir < 0 ? run_rows(c->run) - 1 : 0;
        return load(c);
    }
    c->run = NULL;
    return 0;
}

static int step_row(struct cursor *c, int dir)
{
    if (dir < 0 ? c->run_row == 0 : c->run_row + 1 >= run_rows(c->run))
        return step_run(c, dir);
    c->run_row += (uint32_t)dir;
    return load(c);
}

/* Goes on in a direction until it stands on a row that begins a span. */
static int settle(struct cursor *c, int rc, int dir)
{
    while (rc == 1 && restates(c))
        rc = step_row(c, dir);
    if (rc != 1)
        cursor_release(c);
    return rc;
}

int cursor_next(struct cursor *c)
{
    return settle(c, c->run ? step_row(c, 1) : 0, 1);
}

int cursor_prev(struct cursor *c)
{
    return settle(c, c->run ? step_row(c, -1) : 0, -1);
}

/* Stands on the last row at or before t, restating or not. */
static int seek_row(struct cursor *c, ns_t t)
{
    const struct session *s = c->s;
    cursor_release(c);
    if (!s->segments.n || c->g >= s->goroutines.n || session_g(s, c->g)->first == NS_NONE)
        return 0;
    t -= t == INT64_MAX;
    c->segment = segment_at(s, t);
    if (c->segment == s->segments.n || !(c->run = run_of_g(s, c->segment, c->g)))
        return step_run(c, -1);
    uint32_t lo = 0, hi = run_rows(c->run);
    while (lo < hi) { /* first row after t */
        c->run_row = lo + (hi - lo) / 2;
        if (load(c) < 0)
            return -1;
        uint32_t last = c->piece_row + (c->piece.to - c->piece.from), k;
        k = c->piece_row + row_at(c->piece.c->t, c->piece.from, c->piece.to, t + 1) - c->piece.from;
        if (k > c->piece_row && k < last)
            lo = hi = k;
        else if (k == last)
            lo = last;
        else
            hi = c->piece_row;
    }
    if (lo == 0)
        return step_run(c, -1);
    c->run_row = lo - 1;
    return load(c);
}

int cursor_seek(struct cursor *c, ns_t t)
{
    return settle(c, seek_row(c, t), -1);
}

static int first_row(struct cursor *c)
{
    c->segment = segment_at(c->s, session_g(c->s, c->g)->first);
    if (c->segment == c->s->segments.n)
        return 0;
    c->run = run_of_g(c->s, c->segment, c->g);
    c->run_row = 0;
    return c->run && run_rows(c->run) ? load(c) : step_run(c, 1);
}

int cursor_after(struct cursor *c, ns_t t)
{
    int rc = seek_row(c, t);
    if (rc < 0)
        return rc;
    if (rc == 1)
        return settle(c, step_row(c, 1), 1);
    if (!c->s->segments.n || c->g >= c->s->goroutines.n || session_g(c->s, c->g)->first == NS_NONE)
        return 0;
    /* All its rows are after t: from the segment of its first one. */
    return settle(c, first_row(c), 1);
}
