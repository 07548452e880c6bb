#include "base/select.h"

static void swap(int64_t *a, int64_t *b)
{
    int64_t t = *a;
    *a = *b;
    *b = t;
}

int64_t select_nth(int64_t *v, size_t n, size_t k)
{
    size_t lo = 0, hi = n; /* the answer lies in [lo, hi) */
    uint64_t seed = 0x9e3779b97f4a7c15u;
    while (hi - lo > 1) {
        /* A pivot that nobody can foresee from the data's order; always the same one, so that results do not depend on chance. */
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        int64_t pivot = v[lo + seed % (hi - lo)];
        size_t less = lo, at = lo, more = hi; /* [lo, less) below the pivot, [less, at) equal, [more, hi) above */
        while (at < more) {
            if (v[at] < pivot)
                swap(&v[less++], &v[at++]);
            else if (v[at] > pivot)
                swap(&v[at], &v[--more]);
            else
                at++;
        }
        if (k < less)
            hi = less;
        else if (k >= more)
            lo = more;
        else
            return pivot;
    }
    return v[lo];
}
