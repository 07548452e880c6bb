#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/regex.h"

#include <pcre2.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Steps are what a hostile pattern costs: 200,000 are about 2 ms. Depth and heap bind only where there is no machine code. */
enum { MATCH_STEPS = 200000, MATCH_DEPTH = 1000, MATCH_KIB = 1024, STACK_MIN = 32 << 10, STACK_MAX = 256 << 10 };

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    pcre2_jit_stack *stack;
};

static bool has_capital(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z' && (i == 0 || p[i - 1] != '\\'))
            return true;
    return false;
}

/* Columns are counted in characters. */
static size_t column(const char *p, size_t n)
{
    size_t col = 1;
    for (size_t i = 0, len; i < n; i += len, col++)
        text_decode(p + i, n - i, &len);
    return col;
}

static int no_regex(struct err *e, const char *pattern, size_t n, int code, size_t at)
{
    char shown[128];
    PCRE2_UCHAR why[120];
    pcre2_get_error_message(code, why, sizeof why);
    text_visible(shown, sizeof shown, pattern, n);
    err_set(e, ERR_USAGE, "regular expression '%.80s': %s", shown, (const char *)why);
    return err_where(e, "at its column %zu", column(pattern, at < n ? at : n));
}

static uint32_t options(const char *pattern, size_t n, unsigned flags)
{
    uint32_t opts = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    opts |= flags & REGEX_LITERAL ? PCRE2_LITERAL : PCRE2_NEVER_BACKSLASH_C | PCRE2_DOTALL;
    opts |= flags & REGEX_WHOLE ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0u;
    return opts | ((flags & REGEX_SMART) && !has_capital(pattern, n) ? PCRE2_CASELESS : 0u);
}

struct regex *regex_new(const char *pattern, size_t n, unsigned flags, struct err *e)
{
    int code;
    PCRE2_SIZE at;
    if (n > REGEX_PATTERN_MAX) {
        err_set(e, ERR_USAGE, "a regular expression of %zu bytes; at most %d are allowed", n, REGEX_PATTERN_MAX);
        return NULL;
    }
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, n, options(pattern, n, flags), &code, &at, NULL);
    if (!compiled) {
        no_regex(e, pattern, n, code, at);
        return NULL;
    }
    struct regex *re = mem_calloc(1, sizeof *re);
    re->code = compiled;
    re->match = pcre2_match_data_create(1, NULL);
    re->limits = pcre2_match_context_create(NULL);
    if (!re->match || !re->limits) {
        err_set(e, ERR_LIMIT, "no memory for a regular expression");
        regex_free(re);
        return NULL;
    }
    pcre2_set_match_limit(re->limits, MATCH_STEPS);
    pcre2_set_depth_limit(re->limits, MATCH_DEPTH);
    pcre2_set_heap_limit(re->limits, MATCH_KIB);
    /* Without machine code matching is slower, not wrong. */
    if (pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) == 0 && (re->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL)))
        pcre2_jit_stack_assign(re->limits, NULL, re->stack);
    return re;
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    pcre2_match_data_free(re->match);
    pcre2_match_context_free(re->limits);
    pcre2_jit_stack_free(re->stack);
    mem_free(re);
}

int regex_find(struct regex *re, const char *text, size_t n, size_t from, size_t *at, size_t *len)
{
    if (from > n)
        return 0;
    int rc = pcre2_match(re->code, (PCRE2_SPTR)text, n, from, 0, re->match, re->limits);
    if (rc == PCRE2_ERROR_NOMATCH)
        return 0;
    if (rc < 0)
        return -1;
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(re->match);
    *at = v[0] < v[1] ? v[0] : v[1]; /* \K may turn them round */
    *len = v[0] < v[1] ? v[1] - v[0] : 0;
    return 1;
}

int regex_match(struct regex *re, const char *text, size_t n)
{
    size_t at, len;
    return regex_find(re, text, n, 0, &at, &len);
}
