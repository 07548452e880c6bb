#include "cli/window.h"

#include <string.h>

#include "base/parse.h"

static int bad(struct err *e, const char *text, const char *at, const char *what)
{
    err_set(e, ERR_USAGE, "--window %s: %s", text, what);
    err_where(e, "at column %zu", (size_t)(at - text) + 1);
    return err_hint(e, "write it as 1.2s..1.4s, ..300ms, 2s.. or 1.2s+5ms");
}

/* A bound's text, blanks around it left out; an empty one gives `otherwise`. */
static int bound(const char *text, const char *p, const char *end, ns_t otherwise, ns_t *out, struct err *e)
{
    while (p < end && *p == ' ')
        p++;
    while (end > p && end[-1] == ' ')
        end--;
    if (p == end) {
        *out = otherwise;
        return 0;
    }
    if (parse_duration(p, (size_t)(end - p), out) < 0)
        return bad(e, text, p, "that is no duration (a unit is needed: ns, us, ms, s, m, h)");
    if (*out < 0)
        return bad(e, text, p, "times count from the start of the trace, so they are never negative");
    return 0;
}

int window_parse(const char *text, struct window *w, struct err *e)
{
    const char *end = text + strlen(text), *dots = strstr(text, ".."), *plus = strchr(text, '+');
    if (!dots && !plus)
        return bad(e, text, end, "two times are needed, parted by ..");
    if (plus && dots)
        return bad(e, text, plus > dots ? plus : dots, "either .. or +, not both");
    const char *second = dots ? dots + 2 : plus + 1;
    if (bound(text, text, dots ? dots : plus, NS_NONE, &w->t0, e) < 0 || bound(text, second, end, NS_OPEN, &w->t1, e) < 0)
        return -1;
    if (plus) {
        if (w->t1 == NS_OPEN)
            return bad(e, text, second, "a length is missing after +");
        if (__builtin_add_overflow(w->t0 == NS_NONE ? 0 : w->t0, w->t1, &w->t1))
            return bad(e, text, second, "that is too long");
    }
    if (w->t1 <= (w->t0 == NS_NONE ? 0 : w->t0))
        return bad(e, text, second, "it ends before it begins");
    return 0;
}
