/* The k-th smallest against sorting: random, equal, sorted, few. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/select.h"
#include "tests/lib/check.h"

static int ascending(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* kind: 0 random, 1 few different, 2 all equal, 3 sorted, 4 falling */
static void one(size_t n, int kind)
{
    int64_t *v = mem_alloc(n, sizeof *v), *sorted = mem_alloc(n, sizeof *v), *w = mem_alloc(n, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = kind == 0 ? (int64_t)rnd() : kind == 1 ? below(4) : kind == 2 ? 7 : kind == 3 ? (int64_t)i : -(int64_t)i;
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, ascending);
    for (int i = 0; i < 5; i++) {
        size_t k = i == 0 ? 0 : i == 1 ? n - 1 : below((uint32_t)n);
        memcpy(w, v, n * sizeof *v);
        int64_t got = select_nth(w, n, k);
        CHECK(got == sorted[k], "kind %d, %zu of %zu", kind, k, n);
        qsort(w, n, sizeof *w, ascending);
        CHECK(!memcmp(w, sorted, n * sizeof *w), "kind %d: the numbers are still the same", kind);
    }
    mem_free(v);
    mem_free(sorted);
    mem_free(w);
}

int main(void)
{
    for (int kind = 0; kind < 5; kind++)
        for (size_t n = 1; n < 3000; n = n * 2 + below(3))
            one(n, kind);
    return check_done();
}
