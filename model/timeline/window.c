/* Cell widths and windows: arithmetic only. */
#include "model/timeline/timeline.h"

enum { WIDTH_BITS = 50, CELLS_MAX = 4096 };
#define WIDTH_MAX ((ns_t)1 << WIDTH_BITS) /* 13 days a cell; CELLS_MAX of them still fit */

/* m * 2^j with m of 4..7, j >= 1, and 2, 4, 6 below. */
ns_t tl_cell_width(ns_t want)
{
    if (want <= 8)
        return want <= 2 ? 2 : (want + 1) & ~(ns_t)1;
    if (want >= WIDTH_MAX)
        return WIDTH_MAX;
    int top = 63 - __builtin_clzll((unsigned long long)want - 1);
    ns_t step = (ns_t)1 << (top - 2);
    step = step < 2 ? 2 : step;
    return (want + step - 1) / step * step;
}

ns_t tl_zoom(ns_t cell, int steps)
{
    for (; steps > 0 && cell < WIDTH_MAX; steps--)
        cell = tl_cell_width(cell * 2);
    for (; steps < 0 && cell > 2; steps++)
        cell = tl_cell_width(cell / 2);
    return tl_cell_width(cell);
}

static ns_t clamp128(__int128 v, __int128 lo, __int128 hi)
{
    return (ns_t)(v < lo ? lo : v > hi ? hi : v);
}

struct tl_window tl_window_at(ns_t t, ns_t cell, uint32_t n, uint32_t at)
{
    struct tl_window w = {.cell = tl_cell_width(cell), .n = n > CELLS_MAX ? CELLS_MAX : n};
    ns_t rest = t % w.cell;
    __int128 first = ((__int128)t - (rest < 0 ? rest + w.cell : rest)) / w.cell - at;
    ns_t i = clamp128(first, INT64_MIN / w.cell, INT64_MAX / w.cell - (ns_t)w.n);
    w.t0 = i * w.cell;
    return w;
}
