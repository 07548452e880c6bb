#include "base/mem.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_CLEANUPS = 8 };
static struct {
    void (*fn)(void *);
    void *ctx;
} cleanups[MAX_CLEANUPS];
static pthread_mutex_t cleanups_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long fail_after;

void mem_fail_after(unsigned long n)
{
    __atomic_store_n(&fail_after, n, __ATOMIC_RELAXED);
}

#ifdef CTXSCOPE_FAULTS
__attribute__((constructor)) static void fail_as_told(void)
{
    const char *n = getenv("CTXSCOPE_FAIL_ALLOC");
    if (n)
        mem_fail_after(strtoul(n, NULL, 10));
}
#endif

int mem_at_fail(void (*fn)(void *ctx), void *ctx)
{
    int slot = -1;
    pthread_mutex_lock(&cleanups_lock);
    for (int i = 0; i < MAX_CLEANUPS && slot < 0; i++)
        if (!cleanups[i].fn) {
            cleanups[i].fn = fn;
            cleanups[i].ctx = ctx;
            slot = i;
        }
    pthread_mutex_unlock(&cleanups_lock);
    return slot;
}

void mem_at_fail_remove(int slot)
{
    if (slot < 0 || slot >= MAX_CLEANUPS)
        return;
    pthread_mutex_lock(&cleanups_lock);
    cleanups[slot].fn = NULL;
    pthread_mutex_unlock(&cleanups_lock);
}

void mem_run_cleanups(void)
{
    /* No lock: this is the way out, and a lock held by a stopped thread must not hang it. */
    for (int i = MAX_CLEANUPS - 1; i >= 0; i--) {
        void (*fn)(void *) = cleanups[i].fn;
        cleanups[i].fn = NULL;
        if (fn)
            fn(cleanups[i].ctx);
    }
}

static _Noreturn void die_of_memory(size_t n, size_t size)
{
    char line[160];
    mem_run_cleanups();
    int len = snprintf(line, sizeof line,
                       "ctxscope: out of memory; could not get %zu x %zu bytes; close other programs or use --max-memory\n", n, size);
    if (len > 0 && write(STDERR_FILENO, line, (size_t)len) < 0)
        _exit(3);
    _exit(3);
}

/* True when this allocation is to fail, by injection or by overflow of n*size. */
static int refused(size_t n, size_t size)
{
    if (size && n > (size_t)PTRDIFF_MAX / size)
        return 1;
    unsigned long left = __atomic_load_n(&fail_after, __ATOMIC_RELAXED);
    if (!left)
        return 0;
    return __atomic_sub_fetch(&fail_after, 1, __ATOMIC_RELAXED) == 0;
}

void *mem_calloc(size_t n, size_t size)
{
    void *p = refused(n, size) ? NULL : calloc(n ? n : 1, size ? size : 1);
    if (!p)
        die_of_memory(n, size);
    return p;
}

void *mem_alloc(size_t n, size_t size)
{
    size_t bytes = n * size;
    void *p = refused(n, size) ? NULL : malloc(bytes ? bytes : 1);
    if (!p)
        die_of_memory(n, size);
    return p;
}

void *mem_realloc(void *old, size_t n, size_t size)
{
    size_t bytes = n * size;
    void *p = refused(n, size) ? NULL : realloc(old, bytes ? bytes : 1);
    if (!p)
        die_of_memory(n, size);
    return p;
}

char *mem_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(mem_alloc(n, 1), s, n);
}

void mem_free(void *p)
{
    free(p);
}
