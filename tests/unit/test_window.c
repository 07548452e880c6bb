/* Cell widths and windows: the narrowest allowed width is found, zooming in undoes zooming out, and a window holds the time
 * it was made for, also at the ends of time. */
#include "model/timeline/timeline.h"
#include "tests/lib/check.h"

static bool allowed(ns_t w)
{
    if (w == 2 || w == 4 || w == 6)
        return true;
    while (w > 14 && w % 2 == 0)
        w /= 2;
    return w == 8 || w == 10 || w == 12 || w == 14;
}

static void widths(void)
{
    ns_t w = 2;
    for (ns_t want = 1; want < 5000; want++) {
        while (w < want)
            do
                w++;
            while (!allowed(w));
        CHECK(tl_cell_width(want) == w, "%lld: %lld, not %lld", (long long)want, (long long)tl_cell_width(want), (long long)w);
    }
    for (int i = 0; i < 100000; i++) {
        ns_t want = (ns_t)(rnd() >> (1 + below(63)));
        w = tl_cell_width(want);
        CHECK(allowed(w), "%lld is no width", (long long)w);
        CHECK(w >= want || w == (ns_t)1 << 50, "%lld is below %lld", (long long)w, (long long)want);
        CHECK(w <= 2 || w - w / 4 <= want || want > (ns_t)1 << 50, "%lld is too wide for %lld", (long long)w, (long long)want);
        CHECK(tl_cell_width(w) == w, "%lld is not its own width", (long long)w);
    }
}

static void zooms(void)
{
    for (int i = 0; i < 20000; i++) {
        ns_t w = tl_cell_width((ns_t)(rnd() >> (14 + below(49)))), out = tl_zoom(w, 1), in = tl_zoom(w, -1);
        CHECK(out > w || w == (ns_t)1 << 50, "out of %lld is %lld", (long long)w, (long long)out);
        CHECK(out <= 2 * w && in >= w / 2 && (in < w || w == 2), "%lld in %lld out %lld", (long long)w, (long long)in, (long long)out);
        if (w > 14 && w < (ns_t)1 << 44)
            CHECK(tl_zoom(out, -1) == w && tl_zoom(tl_zoom(w, 5), -5) == w, "%lld out and in again", (long long)w);
    }
    CHECK(tl_zoom(2, -3) == 2 && tl_zoom((ns_t)1 << 50, 3) == (ns_t)1 << 50, "the ends hold");
}

static void windows(void)
{
    for (int i = 0; i < 100000; i++) {
        ns_t t = (ns_t)(rnd() << below(3)), width = (ns_t)(rnd() >> (1 + below(63)));
        uint32_t n = 1 + below(500), at = below(n);
        struct tl_window w = tl_window_at(t, width, n, at);
        __int128 end = (__int128)w.t0 + (__int128)w.cell * w.n, lo = (__int128)w.t0 + (__int128)w.cell * at;
        CHECK(w.n == n && w.t0 % w.cell == 0 && allowed(w.cell), "begins at a multiple");
        CHECK(end <= INT64_MAX, "ends within time");
        __int128 room = (__int128)w.cell * n; /* nearer to the ends of time it is moved */
        if (t > INT64_MIN + room + w.cell && t < INT64_MAX - room - w.cell)
            CHECK(t >= lo && t < lo + w.cell, "cell %u holds %lld", at, (long long)t);
    }
}

int main(void)
{
    widths();
    zooms();
    windows();
    return check_done();
}
