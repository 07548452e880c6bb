/* What a unit test needs: CHECK counts what does not hold and goes on; random numbers come from a seed that a failure prints.
 *
 *     int main(void) { CHECK(1 + 1 == 2, "sums: %d", 1 + 1); return check_done(); }
 *
 * A test that cannot run where it is prints a line "skip: why" and goes on or returns 0. */
#ifndef TESTS_LIB_CHECK_H
#define TESTS_LIB_CHECK_H

#include <stdint.h>

/* The message is a literal format with its arguments, or nothing. */
#define CHECK(cond, ...) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond, " " __VA_ARGS__))

extern int check_failures;

void check_failed(const char *file, int line, const char *cond, const char *format, ...) __attribute__((format(printf, 4, 5)));
void check_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* 0 when all held, else 1: what main returns. */
int check_done(void);

/* Sanitizers make a test several times as slow: long ones then do one round in CHECK_EVERY. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CHECK_EVERY = 4 };
#else
enum { CHECK_EVERY = 1 };
#endif

/* xorshift64 from the seed 1, or from $CHECK_SEED: the same numbers in every run. */
uint64_t rnd(void);
/* 0 … n - 1; n > 0. */
uint32_t below(uint32_t n);

#endif
