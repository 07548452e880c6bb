#include "cli/options.h"

#include <string.h>

enum { WORD_MAX = 31 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* How many letters must be put in, left out or changed, two swapped neighbours counting once. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[WORD_MAX + 1][WORD_MAX + 1];
    unsigned na = (unsigned)strlen(a), nb = (unsigned)strlen(b);
    if (na > WORD_MAX || nb > WORD_MAX)
        return WORD_MAX;
    for (unsigned i = 0; i <= na; i++)
        for (unsigned j = 0; j <= nb; j++) {
            if (!i || !j) {
                rows[i][j] = i + j;
                continue;
            }
            rows[i][j] = least(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && rows[i - 2][j - 2] + 1 < rows[i][j])
                rows[i][j] = rows[i - 2][j - 2] + 1;
        }
    return rows[na][nb];
}

const char *suggest(const char *word, const char *(*at)(unsigned i))
{
    const char *best = NULL;
    unsigned best_d = WORD_MAX;
    for (unsigned i = 0; at(i); i++) {
        unsigned d = distance(word, at(i));
        if (d < best_d && d <= 1 + strlen(word) / 4 && d < strlen(at(i)))
            best = at(i), best_d = d;
    }
    return best;
}
