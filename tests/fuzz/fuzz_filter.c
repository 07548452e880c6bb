/* Filters and regular expressions that a person or a file gives, run over names from hostile traces: a filter is refused with a
 * reason or judges every goroutine, the same each time; an expression matches within its text or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "model/filter.h"
#include "model/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct session *few(void)
{
    static const char *const names[] = {"main.main", "net/http.(*conn).serve", "caf\xC3\xA9\xFF\x01\x80",
                                        "",          "a b c \"x\" ((",         "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"};
    struct session *s = session_new();
    s->t1 = 1000000;
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
        *paged_push(&s->goroutines) = (struct goroutine){.id = i,
                                                         .created = i % 2 ? NS_NONE : i,
                                                         .ended = i % 3 ? NS_OPEN : 1000 + i,
                                                         .creator = i % 2 ? IDX_NONE : 1,
                                                         .name = dict_string(&s->dict, names[i], strlen(names[i])),
                                                         .last_state = (uint8_t)(i % G_STATES),
                                                         .ns = {i * 100, 5, i % 2 ? INT64_MAX : 0}};
    return s;
}

static void filter(struct session *s, const char *text)
{
    struct err e = ERR_INIT;
    struct filter *f = filter_parse(text, &e);
    if (!f && (e.kind != ERR_USAGE || !e.what[0] || !e.where[0]))
        abort();
    for (gidx g = 0; f && g < s->goroutines.n; g++)
        if (filter_match(f, s, g) != filter_match(f, s, g))
            abort();
    filter_free(f);
}

static void expression(const char *pattern, size_t np, const char *text, size_t n, unsigned flags)
{
    struct err e = ERR_INIT;
    struct regex *re = regex_new(pattern, np, flags, &e);
    if (!re && (e.kind != ERR_USAGE || !e.what[0]))
        abort();
    size_t at = 0, len = 0;
    for (size_t from = 0; re && regex_find(re, text, n, from, &at, &len) == 1; from = at + len + (len == 0))
        if (at > n || len > n - at || at + len + (len == 0) <= from)
            break; /* a look-behind or \K may go back, never out */
    if (re && (at > n || len > n - at))
        abort();
    regex_free(re);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct session *s;
    if (!s)
        s = few();
    if (n < 2 || n > 2048)
        return 0;
    char *text = mem_alloc(n, 1);
    memcpy(text, data + 1, n - 1);
    text[n - 1] = 0;
    filter(s, text);
    const char *part = memchr(text, '\n', n - 1);
    size_t np = part ? (size_t)(part - text) : n - 1;
    expression(text, np, part ? part + 1 : "aaaa\xFF", part ? n - 2 - np : 5, data[0] & 7);
    mem_free(text);
    return 0;
}
