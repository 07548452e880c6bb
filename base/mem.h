/* Memory: allocation that either succeeds or ends the program in good order.
 *
 * A program that streams bounded input has no useful answer to "no memory" in
 * the middle of a decode step, so callers are spared the check: on failure the
 * registered clean-ups run (restore the terminal, unlink a half-written store),
 * one line goes to stderr and the process exits with 3. Sizes that come from a
 * file are never passed here unchecked: see the limits in base/bytes.h users.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Returns zeroed memory for n items of the given size; never NULL. Owned by the caller, freed with mem_free. */
void *mem_calloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/* As malloc/realloc of n*size bytes with overflow check; never NULL. */
void *mem_alloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
void mem_free(void *p);

/* Registers fn(ctx) to run before the process ends for want of memory; returns a slot for mem_at_fail_remove. At most 8. */
int mem_at_fail(void (*fn)(void *ctx), void *ctx);
void mem_at_fail_remove(int slot);
/* Runs and clears the clean-ups; safe to call from a fatal-signal path only where the hooks are. */
void mem_run_cleanups(void);

/* Fault injection for tests: the nth allocation from now fails (0: never). Also set from $CTXSCOPE_FAIL_ALLOC in
 * builds for tests (CTXSCOPE_FAULTS: DEBUG, SANITIZE). */
void mem_fail_after(unsigned long n);

#endif
