/* Regular expressions that people type, over text from files: both may be hostile, so matching has bounds, and text need not be
 * valid UTF-8. PCRE2 with its compiler to machine code: about 50 ns for a name.
 */
#ifndef MODEL_REGEX_H
#define MODEL_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct regex;

enum {
    REGEX_LITERAL = 1, /* no expression: the text as it stands */
    REGEX_WHOLE = 2,   /* must match from end to end */
    REGEX_SMART = 4,   /* capitals count only when the pattern has some */
    REGEX_PATTERN_MAX = 4096
};

/* NULL with *e (ERR_USAGE; where: the column, in characters, from 1) when it is none. Owned by the caller. */
struct regex *regex_new(const char *pattern, size_t n, unsigned flags, struct err *e);
void regex_free(struct regex *re);

/* 1 it matches, 0 it does not, -1 it took too many steps. A regex serves one thread at a time. */
int regex_match(struct regex *re, const char *text, size_t n);
/* The first match at or after `from`: also sets *at and *len (which may be 0). For highlighting. */
int regex_find(struct regex *re, const char *text, size_t n, size_t from, size_t *at, size_t *len);

#endif
