/* SQL functions of our own: what Debian's SQLite lacks and traces need. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/text.h"
#include "model/store/query_private.h"

/* --- regexp(pattern, text), as the operator REGEXP calls it ------------------------------------------------------------ */

enum { MATCH_STEPS = 100000, MATCH_DEPTH = 1000, PATTERN_MAX = 4096 };

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

static void pattern_free(void *arg)
{
    struct pattern *p = arg;
    pcre2_code_free(p->code);
    pcre2_match_data_free(p->match);
    pcre2_match_context_free(p->limits);
    mem_free(p);
}

static struct pattern *pattern_new(sqlite3_context *ctx, sqlite3_value *text)
{
    int code;
    size_t where;
    const char *s = (const char *)sqlite3_value_text(text);
    int n = sqlite3_value_bytes(text);
    if (!s || n > PATTERN_MAX) {
        sqlite3_result_error(ctx, s ? "the regular expression is too long" : "no regular expression", -1);
        return NULL;
    }
    pcre2_code *re =
        pcre2_compile((PCRE2_SPTR)s, (size_t)n, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &where, NULL);
    if (!re) {
        char why[128], line[256];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
        sqlite3_snprintf(sizeof line, line, "regular expression, column %d: %s", (int)where + 1, why);
        sqlite3_result_error(ctx, line, -1);
        return NULL;
    }
    struct pattern *p = mem_calloc(1, sizeof *p);
    p->code = re;
    p->match = pcre2_match_data_create(1, NULL);
    p->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(p->limits, MATCH_STEPS);
    pcre2_set_depth_limit(p->limits, MATCH_DEPTH);
    pcre2_jit_compile(re, PCRE2_JIT_COMPLETE); /* without it matching is slower, not wrong */
    return p;
}

static void regexp(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc;
    const char *text = (const char *)sqlite3_value_text(argv[1]);
    struct pattern *p = sqlite3_get_auxdata(ctx, 0), *made = NULL;
    if (!text)
        return; /* NULL matches nothing */
    if (!p && !(p = made = pattern_new(ctx, argv[0])))
        return;
    int rc = pcre2_match(p->code, (PCRE2_SPTR)text, (size_t)sqlite3_value_bytes(argv[1]), 0, 0, p->match, p->limits);
    if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH)
        sqlite3_result_int(ctx, rc >= 0);
    else
        sqlite3_result_error(ctx, "the regular expression takes too many steps on a text", -1);
    if (made)
        sqlite3_set_auxdata(ctx, 0, made, pattern_free);
}

/* --- median(x), percentile(x, p) --------------------------------------------------------------------------------------- */

/* The numbers seen so far, in memory of SQLite's, so that its bound holds for them. */
struct numbers {
    double *v;
    uint64_t n, cap;
    double share; /* 0 … 1 */
    bool failed;
};

static void numbers_add(sqlite3_context *ctx, struct numbers *a, double x)
{
    if (a->n == a->cap) {
        uint64_t cap = a->cap ? a->cap + a->cap / 2 : 1024;
        double *v = sqlite3_realloc64(a->v, cap * sizeof *v);
        if (!v) {
            a->failed = true;
            sqlite3_result_error_nomem(ctx);
            return;
        }
        a->v = v;
        a->cap = cap;
    }
    a->v[a->n++] = x;
}

static void percentile_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct numbers *a = sqlite3_aggregate_context(ctx, sizeof *a);
    if (!a || a->failed || sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    double p = argc > 1 ? sqlite3_value_double(argv[1]) : 50;
    if (!(p >= 0 && p <= 100)) {
        a->failed = true;
        sqlite3_result_error(ctx, "percentile: the second argument is a number from 0 to 100", -1);
        return;
    }
    a->share = p / 100;
    numbers_add(ctx, a, sqlite3_value_double(argv[0]));
}

/* The k-th least of v[0..n), by parting; v is changed. */
static double kth(double *v, uint64_t n, uint64_t k)
{
    uint64_t lo = 0, hi = n - 1;
    while (lo < hi) {
        double pivot = v[lo + (hi - lo) / 2];
        uint64_t i = lo, j = hi;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            double x = v[i];
            v[i++] = v[j];
            v[j--] = x;
        }
        if (k <= j)
            hi = j;
        else
            lo = j + 1;
    }
    return v[k];
}

/* Linear between the two nearest, as SQLite's own percentile. */
static void percentile_final(sqlite3_context *ctx)
{
    struct numbers *a = sqlite3_aggregate_context(ctx, 0);
    if (!a || !a->n || a->failed) {
        if (a)
            sqlite3_free(a->v);
        return;
    }
    double at = a->share * (double)(a->n - 1);
    uint64_t k = (uint64_t)at;
    double x = kth(a->v, a->n, k), y = k + 1 < a->n ? kth(a->v, a->n, k + 1) : x;
    sqlite3_result_double(ctx, x + (y - x) * (at - (double)k));
    sqlite3_free(a->v);
}

/* --- duration(ns) ------------------------------------------------------------------------------------------------------ */

static void duration(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    char text[24];
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    text_duration(text, sqlite3_value_int64(argv[0]));
    sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

int functions_register(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_create_function_v2(db, "regexp", 2, flags, NULL, regexp, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "median", 1, flags, NULL, NULL, percentile_step, percentile_final, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "percentile", 2, flags, NULL, NULL, percentile_step, percentile_final, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "duration", 1, flags, NULL, duration, NULL, NULL, NULL);
    return rc;
}
