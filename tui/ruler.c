#include "tui/ruler.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

static const ns_t SECOND = 1000000000;

/* Digits of a second that a cell of this width needs: 0..9. */
static int fraction_digits(ns_t cell)
{
    int digits = 0;
    for (ns_t unit = SECOND; unit > cell && digits < 9; unit /= 10)
        digits++;
    return digits;
}

static void wall_time(char out[32], ns_t wall, ns_t cell)
{
    time_t s = (time_t)(wall / SECOND);
    ns_t ns = wall % SECOND;
    if (ns < 0)
        ns += SECOND, s--;
    struct tm tm;
    char hms[16], frac[16];
    if (!localtime_r(&s, &tm) || !strftime(hms, sizeof hms, "%H:%M:%S", &tm)) {
        snprintf(out, 32, "?");
        return;
    }
    int digits = fraction_digits(cell);
    snprintf(frac, sizeof frac, "%09lld", (long long)ns);
    snprintf(out, 32, digits ? "%s.%.*s" : "%s", hms, digits, frac);
}

void ruler_time(char out[32], const struct ruler_clock *c, ns_t t, ns_t cell)
{
    if (c->wall != NS_NONE)
        wall_time(out, c->wall + (t - c->base), cell);
    else if (t == c->base)
        snprintf(out, 32, "0");
    else
        text_time(out, t - c->base, cell);
}

/* The least of 1, 2, 5 times a power of ten that is at least want. */
static ns_t nice_step(ns_t want)
{
    static const ns_t steps[] = {1, 2, 5};
    for (ns_t k = 1;; k *= 10)
        for (unsigned i = 0; i < 3; i++)
            if (steps[i] * k >= want || k > INT64_MAX / 50)
                return steps[i] * k;
}

static ns_t first_multiple(ns_t t, ns_t step)
{
    ns_t q = t / step * step;
    return q < t ? q + step : q;
}

int ruler_ticks(const struct ruler_clock *c, ns_t t0, ns_t cell, int n, int avoid0, int avoid1, struct ruler_tick out[RULER_TICKS])
{
    if (n <= 0 || cell <= 0 || cell > INT64_MAX / 64 / RULER_MIN_CELLS)
        return 0;
    ns_t step = nice_step(RULER_MIN_CELLS * cell), end = t0 + n * cell;
    ns_t shift = c->base; /* round numbers of what is shown, not of the trace's clock */
    if (c->wall != NS_NONE)
        shift = c->base - c->wall % step;
    ns_t at = shift + first_multiple(t0 - shift, step), first = NS_NONE;
    char label[32];
    ruler_time(label, c, end, step);
    bool offsets = c->wall == NS_NONE && grid_width(label, strlen(label)) > 9;
    int count = 0, free = 0;
    for (; at < end && count < RULER_TICKS; at += step) {
        struct ruler_tick *k = &out[count];
        k->x = (int)((at - t0) / cell);
        k->t = at;
        if (first == NS_NONE || !offsets) {
            ruler_time(k->label, c, at, step);
        } else {
            char d[24];
            text_duration(d, at - first);
            snprintf(k->label, sizeof k->label, "+%s", d);
        }
        if (first == NS_NONE)
            first = at;
        int w = 1 + grid_width(k->label, strlen(k->label));
        bool hits = k->x < avoid1 && k->x + w > avoid0;
        if (k->x < free || k->x + w > n || hits)
            continue;
        free = k->x + w + 1;
        count++;
    }
    return count;
}

void ruler_draw(struct grid *g, int x, int y, int n, const struct ruler_tick *ticks, int nticks)
{
    for (int i = 0; i < nticks; i++) {
        grid_glyph(g, x + ticks[i].x, y, ROLE_BORDER, GLYPH_TICK);
        grid_text(g, x + ticks[i].x + 1, y, n - ticks[i].x - 1, ROLE_DIM, ticks[i].label);
    }
}
