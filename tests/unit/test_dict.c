/* Goroutine ids to indexes: dense, far apart, negative, and both kinds mixed; each id keeps its index. */
#include "model/dict.h"
#include "tests/lib/check.h"

static int64_t nth(unsigned kind, uint32_t i)
{
    switch (kind) {
    case 0: return 1 + (int64_t)i;                                        /* one after the other */
    case 1: return (int64_t)i * DICT_PAGE;                                /* a page each */
    case 2: return INT64_MIN + (int64_t)i * 3;                            /* odd */
    case 3: return i % 2 ? (int64_t)i : (int64_t)(i * 0x9e3779b97f4aull); /* both */
    default: return 900000000000 + (int64_t)(i ^ 5);                      /* of a program that runs for long */
    }
}

int main(void)
{
    enum { N = 20000 };
    for (unsigned kind = 0; kind < 5; kind++) {
        struct dict d;
        dict_init(&d);
        for (uint32_t i = 0; i < N; i++) {
            CHECK(dict_find_goroutine(&d, nth(kind, i)) == IDX_NONE, "kind %u: %u is there already", kind, i);
            CHECK(dict_goroutine(&d, nth(kind, i)) == i, "kind %u: %u is new", kind, i);
            uint32_t old = below(i + 1);
            CHECK(dict_goroutine(&d, nth(kind, old)) == old, "kind %u: %u changed", kind, old);
        }
        for (uint32_t i = 0; i < N; i++)
            CHECK(dict_find_goroutine(&d, nth(kind, i)) == i && *paged_at(&d.g_ids, i) == nth(kind, i), "kind %u: %u", kind, i);
        CHECK(d.g_ids.n == N, "kind %u: %u ids", kind, d.g_ids.n);
        /* Sparse ids do not take a page each. */
        CHECK(d.g_page.n <= 16 + N / 64 + 1, "kind %u: %zu pages", kind, d.g_page.n);
        dict_release(&d);
    }
    return check_done();
}
