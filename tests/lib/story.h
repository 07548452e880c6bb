/* A trace told as a story: one thread, one proc, goroutines by number, each step a nanosecond-exact event (mktrace does the rest).
 *
 *     struct story *y = story_new(26);
 *     at(y, 1000); starts(y, 2, "main.worker", "main.main:9");         // the running goroutine (first: 1, main.main) starts another
 *     at(y, 2000); blocks(y, "select", "main.main:12"); runs(y, 2);
 *     struct session *s = story_end(y);                                // frees y; load_free
 *
 * A stack is "func:line|func:line", leaf first; "" none. Steps follow one another by 10 ns unless at() says when.
 */
#ifndef TESTS_LIB_STORY_H
#define TESTS_LIB_STORY_H

#include "model/session.h"
#include "tests/lib/mktrace.h"

struct story;
struct story *story_new(int version);
struct story *story_new_at(int version, uint64_t t);
/* What was told, as a session; NULL: it could not be read (said on stderr). */
struct session *story_end(struct story *y);
/* The same as a file; frees y. */
void story_write(struct story *y, const char *path);
/* Several stories, one session. */
struct session *story_end_all(struct story *const *stories, size_t n);

/* What must hold of any session: cancels and their edges hang together, parts add up. */
void story_whole(const struct session *s);

void at(struct story *y, uint64_t t);
/* Goroutine g in a state before the trace began; the first step only. stack: of GoStatusStack, "" none. */
void was(struct story *y, int g, enum wire_gstatus state, const char *stack);
void starts(struct story *y, int g, const char *func, const char *stack);
/* A timer's goroutine: nobody's. No goroutine may run. */
void timer_starts(struct story *y, int g, const char *func);
void runs(struct story *y, int g);
void blocks(struct story *y, const char *reason, const char *stack);
void stops(struct story *y, const char *reason);
void wakes(struct story *y, int g, const char *stack);
/* A syscall of the running one, from now to then. */
void calls(struct story *y, uint64_t then, const char *stack);
void logs(struct story *y, const char *category, const char *text, const char *stack);
void ends(struct story *y);
/* The generation ends; each goroutine's state is told again in the next. */
void next_generation(struct story *y);

#endif
