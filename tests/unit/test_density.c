/* Bytes over time before there are events: cells widen, nothing is lost, parts add up. */
#include <string.h>

#include "model/density.h"
#include "tests/lib/check.h"

static uint64_t total(const uint64_t *v, uint32_t n)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

static void test_nothing_yet(void)
{
    struct density d = {0};
    uint64_t out[4];
    CHECK(!density_parts(&d, out, 4), "nothing was added");
}

static void test_bytes_stay(void)
{
    struct density d = {0};
    uint64_t sum = 0, out[64];
    for (uint64_t i = 0; i < 5000; i++) {
        uint64_t bytes = 1 + below(65536);
        density_add(&d, 1000000 + i * 777777, bytes);
        sum += bytes;
    }
    density_add(&d, 3, 10); /* before the first: counts to it */
    CHECK(total(d.bytes, DENSITY_CELLS) == sum + 10, "bytes were lost");
    CHECK(density_parts(&d, out, 64) && total(out, 64) == sum + 10, "parts add up to %llu of %llu", (unsigned long long)total(out, 64),
          (unsigned long long)sum + 10);
}

static void test_shape(void)
{
    struct density d = {0};
    uint64_t out[4];
    density_add(&d, 0, 1);
    density_add(&d, 1 << 20, 100);
    density_add(&d, (4 << 20) - 1, 50);
    CHECK(density_parts(&d, out, 4), "there are some");
    CHECK(out[0] == 1 && out[1] == 100 && out[2] == 0 && out[3] == 50, "%llu %llu %llu %llu", (unsigned long long)out[0],
          (unsigned long long)out[1], (unsigned long long)out[2], (unsigned long long)out[3]);
    density_add(&d, UINT64_MAX, 1);
    CHECK(total(d.bytes, DENSITY_CELLS) == 152, "a time of any size has a cell");
}

int main(void)
{
    test_nothing_yet();
    test_bytes_stay();
    test_shape();
    return check_done();
}
