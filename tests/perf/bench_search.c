/* Search over a trace: the first hit, hits one after the other, all counted; with the decoded chunks forgotten before each.
 * Prints milliseconds of CPU.
 *
 *     bench_search TRACE PATTERN…
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model/search.h"
#include "model/timeline/index.h"
#include "tests/lib/load.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int one(struct session *s, const char *pattern, struct err *e)
{
    struct hit hit = {0};
    struct search_counts counts;
    tl_forget(s);
    double t = now();
    struct search *se = search_new(s, pattern, strlen(pattern), REGEX_SMART, e);
    if (!se)
        return -1;
    int rc = search_step(se, 1e9, &hit, e);
    double first = now() - t, last_hit, all;
    tl_forget(s);
    t = now();
    search_from(se, INT64_MAX, -1, IDX_NONE);
    search_step(se, 1e9, &hit, e);
    last_hit = now() - t;
    tl_forget(s);
    t = now();
    while ((rc = search_count(se, 10, &counts, e)) == SEARCH_MORE)
        ;
    all = now() - t;
    uint64_t n = 0;
    for (unsigned k = 0; k < SEARCH_KIND_COUNT; k++)
        n += counts.hits[k];
    printf("  %-28s first %8.2f ms, last %8.2f ms, all %8.2f ms, %" PRIu64 " hits\n", pattern, first, last_hit, all, n);
    search_free(se);
    return rc;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    const char *path = argc > 1 ? argv[1] : "tests/data/demo/payd.trace.zst";
    struct session *s = load_session(&path, 1, 2, &e);
    int rc = s ? 0 : -1;
    if (s)
        printf("%s: %" PRIu64 " events\n", path, s->events);
    for (int i = 2; i < argc && rc == 0; i++)
        rc = one(s, argv[i], &e);
    if (rc < 0)
        err_print(&e, stderr, 1);
    if (s)
        load_free(s);
    return rc < 0 ? 2 : 0;
}
