/* Traces that are hard to order or hard to believe, one small one for each rule. A line of the expected text is an event:
 * time, thread, proc, goroutine, and what happened; "?" is undetermined, "none" does not exist. Sync events are left out.
 *
 *     static void go_unblock_by_nobody(void) { struct mktrace *mk = case_begin(22); …; case_expect(mk, NULL, "11 m1 …\n"); }
 *     #define CASES(X) X(go_unblock_by_nobody) …
 *     HARD_CASES(CASES)
 *
 * MKTRACE_DUMP=FOLDER writes each trace and our listing there, to be compared with what Go's reader makes of it. */
#ifndef TESTS_LIB_HARD_CASE_H
#define TESTS_LIB_HARD_CASE_H

#include "tests/lib/mktrace.h"
#include "tests/lib/reading.h"

/* Reads the trace, compares the listing, frees mk. loss: part of a note or error that must be there; NULL: nothing may be lost. */
void case_expect(struct mktrace *mk, const char *loss, const char *lines);
/* Whether a note or the error says so. */
bool case_noted(const struct reading *r, const char *what);
void case_print_notes(const struct reading *r);
const char *case_name(void);

/* A trace whose first generation has begun. */
struct mktrace *case_begin(int version);
/* Thread m runs goroutine g on proc p since time t. */
struct mk_batch *case_running(struct mktrace *mk, uint64_t m, uint64_t t, uint64_t p, uint64_t g);
#define RUNNING_1 "11 m1 p- g- P0:?>running\n12 m1 p0 g- G1:?>running\n"

struct hard_case {
    const char *name;
    void (*run)(void);
};
/* Runs all; what main returns. */
int cases_run(const struct hard_case *cases, size_t n);

#define HARD_CASE_ROW(name) {#name, name},
#define HARD_CASES(CASES)                                                                                                                  \
    int main(void)                                                                                                                         \
    {                                                                                                                                      \
        static const struct hard_case cases[] = {CASES(HARD_CASE_ROW)};                                                                    \
        return cases_run(cases, sizeof cases / sizeof *cases);                                                                             \
    }

#endif
