#include "tui/marks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

const struct mark_look mark_looks[MARK_KINDS] = {
#define MARK(id, glyph, role, text_role, counted, word) {GLYPH_##glyph, ROLE_##role, ROLE_##text_role, counted, word},
#include "tui/marks.def"
#undef MARK
};

static bool is_context_log(const struct session *s, const struct mark *m)
{
    static const char own[] = "ctxscope/";
    struct str category = session_str(s, m->s[0]);
    return category.n >= sizeof own - 1 && !memcmp(category.p, own, sizeof own - 1);
}

enum mark_kind mark_kind_of(const struct session *s, const struct mark *m)
{
    switch (m->kind) {
    case EV_LOG: return is_context_log(s, m) ? MARK_KINDS : MARK_LOG;
    case EV_TASK_BEGIN:
    case EV_REGION_BEGIN: return MARK_TASK;
    case EV_STACK_SAMPLE: return MARK_SAMPLE;
    default: return MARK_KINDS;
    }
}

/* The most important kind of a cell, MARK_KINDS when it is empty. */
static unsigned top(const struct mark_cell *c)
{
    unsigned k = 0;
    while (k < MARK_KINDS && !c->n[k])
        k++;
    return k;
}

/* How many alike marks stand in the cells that the count of cell i would cover, and the count's text. */
static uint64_t covered_count(const struct mark_cell *cells, int n, int i, unsigned kind, char text[16])
{
    uint64_t sum = cells[i].n[kind];
    text_count(text, sum);
    for (int j = i + 1; sum > 1 && j < n && j - i <= (int)strlen(text) && top(&cells[j]) == kind; j++) {
        sum += cells[j].n[kind];
        text_count(text, sum);
    }
    return sum;
}

/* Whether [from, to) holds no mark that is as important as kind and not alike. */
static bool room(const struct mark_cell *cells, int n, int from, int to, unsigned kind)
{
    if (to > n)
        return false;
    for (int j = from; j < to; j++)
        if (top(&cells[j]) < kind)
            return false;
    return true;
}

static int draw_one(struct grid *g, int x, int y, int n, const struct mark_cell *cells, int i, bool heights)
{
    unsigned kind = top(&cells[i]);
    const struct mark_look *look = &mark_looks[kind];
    char text[16];
    uint64_t count = covered_count(cells, n, i, kind, text);
    grid_glyph(g, x + i, y, look->role, look->glyph);
    if (count < 2 || !look->counted)
        return i + 1;
    int w = (int)strlen(text), blank = heights && g->glyphs == GLYPHS_ASCII;
    if (room(cells, n, i + 1, i + 1 + w + blank, kind)) {
        grid_text(g, x + i + 1, y, w, look->text_role, text);
        if (blank)
            grid_text(g, x + i + 1 + w, y, 1, look->text_role, " ");
        return i + 1 + w + blank;
    }
    text_count(text, cells[i].n[kind]);
    if (cells[i].n[kind] > 1) {
        grid_text(g, x + i, y, 1, look->role, cells[i].n[kind] > 9 ? "+" : text);
        grid_flags(g, (struct rect){x + i, y, 1, 1}, CELL_REVERSE);
    }
    return i + 1;
}

bool marks_crowded(const struct mark_cell *cells, int n, int living)
{
    int held = 0;
    for (int i = 0; i < n; i++)
        held += top(&cells[i]) == MARK_LOG || top(&cells[i]) == MARK_TASK;
    return held && 3 * held > living;
}

bool marks_thin(struct mark_cell *cells, int n, int living)
{
    bool crowded = marks_crowded(cells, n, living), left = false;
    for (int i = 0; i < n; i++) {
        if (crowded)
            cells[i].n[MARK_LOG] = cells[i].n[MARK_TASK] = 0;
        left |= top(&cells[i]) < MARK_KINDS;
    }
    return left;
}

void marks_density(struct grid *g, int x, int y, int n, const struct mark_cell *cells)
{
    uint32_t most = 0;
    for (int i = 0; i < n; i++)
        most = cells[i].n[MARK_LOG] + cells[i].n[MARK_TASK] > most ? cells[i].n[MARK_LOG] + cells[i].n[MARK_TASK] : most;
    for (int i = 0; i < n; i++) {
        struct mark_cell rest = cells[i];
        uint32_t held = rest.n[MARK_LOG] + rest.n[MARK_TASK];
        rest.n[MARK_LOG] = rest.n[MARK_TASK] = rest.n[MARK_SAMPLE] = 0;
        if (top(&rest) < MARK_KINDS)
            draw_one(g, x + i, y, 1, &rest, 0, false);
        else if (held)
            grid_level(g, x + i, y, ROLE_DIM, (int)(1 + 7 * sqrt((double)held / (double)most)));
    }
}

static uint32_t cancels_in(const struct mark_cell *c)
{
    return c->n[MARK_DEADLINE] + c->n[MARK_CANCEL] + c->n[MARK_UNSEEN];
}

/* The kind that most of a cell's cancels are of. */
static const struct mark_look *cancel_look(const struct mark_cell *c)
{
    return &mark_looks[2 * c->n[MARK_DEADLINE] > cancels_in(c) ? MARK_DEADLINE : MARK_CANCEL];
}

bool marks_storm(const struct mark_cell *cells, int n, int living)
{
    int held = 0;
    for (int i = 0; i < n; i++)
        held += cancels_in(&cells[i]) > 0;
    return held > 1 && 3 * held > living;
}

void marks_storm_draw(struct grid *g, int x, int y, int n, const struct mark_cell *cells)
{
    uint32_t most = 1;
    for (int i = 0; i < n; i++)
        most = cancels_in(&cells[i]) > most ? cancels_in(&cells[i]) : most;
    for (int i = 0; i < n; i++)
        if (cancels_in(&cells[i]))
            grid_level(g, x + i, y, (enum role)cancel_look(&cells[i])->role,
                       (int)(1 + 7 * sqrt((double)cancels_in(&cells[i]) / (double)most)));
        else if (cells[i].n[MARK_LOG] + cells[i].n[MARK_TASK])
            grid_level(g, x + i, y, ROLE_DIM, 1);
}

void marks_storm_tint(struct grid *g, int x, int y, int n, const struct mark_cell *cells)
{
    for (int i = 0; i < n; i++) {
        struct cell *c = grid_at(g, x + i, y);
        if (c && cancels_in(&cells[i]) && c->ch != ' ')
            c->role = cancel_look(&cells[i])->role;
    }
}

void marks_samples(struct grid *g, int x, int y, int n, const struct mark_cell *cells)
{
    for (int i = 0; i < n; i++)
        if (top(&cells[i]) == MARK_SAMPLE)
            grid_glyph(g, x + i, y, (enum role)mark_looks[MARK_SAMPLE].role, (enum glyph)mark_looks[MARK_SAMPLE].glyph);
}

void marks_draw(struct grid *g, int x, int y, int n, const struct mark_cell *cells, bool heights, bool samples)
{
    for (int i = 0; i < n;) {
        unsigned k = top(&cells[i]);
        i = k == MARK_KINDS || (k == MARK_SAMPLE && !samples) ? i + 1 : draw_one(g, x, y, n, cells, i, heights);
    }
}

int marks_counts(struct grid *g, int x, int y, int max, const struct mark_cell *sum)
{
    int at = 0;
    for (unsigned k = 0; k < MARK_KINDS; k++) {
        char text[16];
        text_count(text, sum->n[k]);
        int w = 1 + (int)strlen(text);
        if (!sum->n[k] || at + w > max)
            continue;
        grid_glyph(g, x + at, y, mark_looks[k].role, mark_looks[k].glyph);
        grid_text(g, x + at + 1, y, w - 1, mark_looks[k].text_role, text);
        at += w + 1;
    }
    return at;
}
