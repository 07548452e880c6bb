/* What cancels cost those who look: the heat map, the edges of its fullest cell, the tree, the findings. Prints milliseconds of CPU.
 *
 *     bench_contexts TRACE
 */
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "model/ctx/heat.h"
#include "model/ctx/tree.h"
#include "model/findings/findings.h"
#include "tests/lib/load.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double time_heat(struct session *s, double *list)
{
    struct heat_ask ask = {.rows = HEAT_BY_FUNCTION, .cols = 20, .steps = 3, .t0 = NS_NONE, .t1 = NS_NONE};
    struct heat h;
    double t = now();
    heat_make(s, &ask, &h);
    double took = now() - t;
    uint32_t at = 0;
    for (uint32_t i = 1; i < h.nrows * h.ncols; i++)
        at = h.counts[i] > h.counts[at] ? i : at;
    uint32_t *out = mem_alloc(s->ctx.edges.n + 1, sizeof *out);
    t = now();
    if (h.nrows)
        heat_edges(s, &ask, &h, at / h.ncols, at % h.ncols, out, (uint32_t)s->ctx.edges.n);
    *list = now() - t;
    mem_free(out);
    heat_release(&h);
    return took;
}

static double time_tree(struct session *s)
{
    struct ctx_tree tree;
    double t = now();
    ctx_tree_make(s, NS_NONE, NS_NONE, &tree);
    t = now() - t;
    ctx_tree_release(&tree);
    return t;
}

static double time_findings(struct session *s, struct err *e)
{
    struct rule_settings st;
    struct findings f = {.evidence = 0};
    rule_settings_init(&st);
    double t = now();
    int rc = findings_make(s, &st, NULL, NULL, &f, e);
    t = now() - t;
    if (rc == 0)
        findings_release(&f);
    rule_settings_free(&st);
    return rc == 0 ? t : -1;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    const char *path = argc > 1 ? argv[1] : "tests/data/demo/payd-ctx.trace.zst";
    struct session *s = load_session(&path, 1, 2, &e);
    if (!s) {
        printf("%s: %s %s\n", path, e.what, e.where);
        return 1;
    }
    double list, heat = time_heat(s, &list), tree = time_tree(s), found = time_findings(s, &e);
    printf("%s: %zu edges: heat map %.2f ms, a cell's edges %.2f ms, tree %.2f ms, findings %.2f ms\n", path, s->ctx.edges.n, heat, list,
           tree, found);
    load_free(s);
    return 0;
}
