#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/check.h"

enum { SHOWN = 50 };

int check_failures;
static uint64_t seed, first;

void check_failed(const char *file, int line, const char *cond, const char *format, ...)
{
    if (++check_failures > SHOWN)
        return;
    printf("FAIL %s:%d: %s:", file, line, cond);
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

void check_skip(const char *format, ...)
{
    printf("skip: ");
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

int check_done(void)
{
    if (check_failures)
        printf("%d checks failed; CHECK_SEED=%llu\n", check_failures, (unsigned long long)(first ? first : 1));
    return check_failures != 0;
}

static void seed_init(void)
{
    const char *given = getenv("CHECK_SEED");
    first = given ? strtoull(given, NULL, 10) : 1;
    seed = first ? first : 1;
}

uint64_t rnd(void)
{
    if (!seed)
        seed_init();
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

uint32_t below(uint32_t n)
{
    return (uint32_t)(rnd() % n);
}
