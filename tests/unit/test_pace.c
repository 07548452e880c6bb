/* An import's progress as it is shown: steady although its bytes are read by the generation, and right from the first second. */
#include <math.h>

#include "tests/lib/check.h"
#include "tui/pace.h"

enum { MB = 1000000 };

/* 100 MB in four generations, each read at once; 5 bytes an event, 10 MB a second. packing: bytes of the file to those unpacked. */
static void steady(double packing, const char *what)
{
    struct pace p = {0};
    double last = 0, most_step = 0;
    for (int i = 0; i <= 1000; i++) {
        double seconds = i / 100.0, bytes = seconds * 10 * MB, read = (floor(bytes / (25 * MB)) + 1) * 25 * MB;
        read = read > 100 * MB ? 100 * MB : read;
        const struct progress in = {.bytes_done = (uint64_t)(read * packing),
                                    .bytes_total = (uint64_t)(100 * MB * packing),
                                    .unpacked = (uint64_t)read,
                                    .ordered = (uint64_t)bytes,
                                    .events = (uint64_t)(bytes / 5)};
        pace_step(&p, 1 + (int64_t)(seconds * 1e9), &in);
        double step = p.share - last;
        CHECK(step >= 0 && p.share <= 1, "%s: it goes back at %.2f s", what, seconds);
        most_step = step > most_step ? step : most_step;
        last = p.share;
        if (seconds < 0.2)
            CHECK(!p.left, "%s: nothing is known at %.2f s", what, seconds);
        if (seconds >= 0.3 && seconds < 9.5) {
            CHECK(fabs(p.left - (10 - seconds)) < 0.1, "%s: at %.2f s %.2f s are left", what, seconds, p.left);
            CHECK(fabs(p.rate - 2 * MB) < 0.01 * MB, "%s: at %.2f s %.0f events a second", what, seconds, p.rate);
        }
    }
    CHECK(most_step < 0.01, "%s: it jumps by %.3f", what, most_step);
    CHECK(p.share > 0.99, "%s: it ends at %.3f", what, p.share);
}

static void odd_imports(void)
{
    struct pace p = {0};
    pace_step(&p, 0,
              &(struct progress){.bytes_done = 6 * MB, .unpacked = 6 * MB, .ordered = 3 * MB, .events = 1000}); /* a pipe, no clock */
    CHECK(p.share == 0 && p.rate == 0 && p.left == 0 && p.done == 3 * MB, "%f %f", p.share, p.rate);
    p = (struct pace){0};
    pace_step(&p, 1, &(struct progress){.bytes_total = 10}); /* nothing read */
    pace_step(&p, 1000000001, &(struct progress){.bytes_total = 10});
    CHECK(p.share == 0 && p.left == 0 && p.rate == 0, "%f", p.left);
    pace_step(&p, 2000000001,
              &(struct progress){.bytes_done = 20, .bytes_total = 10, .unpacked = 20, .ordered = 20, .events = 4}); /* grew */
    CHECK(p.share == 1 && p.left == 0, "%f", p.share);
    pace_step(&p, 3000000001, &(struct progress){.bytes_done = 5, .bytes_total = 10, .unpacked = 5, .ordered = 5, .events = 8}); /* next */
    CHECK(p.share == .5, "the next file begins anew: %f", p.share);
    pace_step(&p, 5000000001, &(struct progress){.bytes_done = 5, .bytes_total = 10, .unpacked = 5, .ordered = 5, .events = 10});
    CHECK(fabs(p.left - 2) < .01 && fabs(p.rate - 2) < .01, "%f s left, %f", p.left, p.rate);
}

int main(void)
{
    steady(1, "plain");
    steady(.2, "packed");
    odd_imports();
    return check_done();
}
