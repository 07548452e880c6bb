/* Places of contexts in the source: what made them, and whether that is the standard library. */
#include "model/ctx/exact.h"

static bool begins(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && !memcmp(s.p, prefix, n);
}

/* Packages through which a call passes on its way to context. */
static bool carries(struct str func)
{
    return begins(func, "context.") || begins(func, "sync.") || begins(func, "runtime.") || begins(func, "internal/");
}

frame_id ctx_site(const struct session *s, stack_id id)
{
    frame_id other = 0;
    const struct stack *st = session_stack(s, id);
    for (uint32_t i = 0; id && i < st->n; i++) {
        struct str func = session_str(s, session_frame(s, st->frames[i])->func);
        if (!carries(func))
            return st->frames[i];
        if (!other && !begins(func, "context.") && !begins(func, "runtime."))
            other = st->frames[i];
    }
    return other;
}

/* First elements of the standard library's import paths. */
static const char *const std_roots[] = {
#define STD(name) name,
#include "model/ctx/std.def"
#undef STD
};

/* "net/http.(*conn).serve" -> "net/http": up to the first dot behind the last slash that comes before any bracket. */
static struct str package_of(struct str func)
{
    size_t from = 0, n = 0;
    while (n < func.n && func.p[n] != '(' && func.p[n] != '[') {
        if (func.p[n] == '/')
            from = n + 1;
        n++;
    }
    size_t dot = from;
    while (dot < n && func.p[dot] != '.')
        dot++;
    return (struct str){.p = func.p, .n = dot};
}

static bool is_root(struct str package)
{
    size_t n = 0;
    while (n < package.n && package.p[n] != '/')
        n++;
    for (size_t i = 0; i < sizeof std_roots / sizeof *std_roots; i++)
        if (strlen(std_roots[i]) == n && !memcmp(std_roots[i], package.p, n))
            return true;
    return false;
}

bool frame_is_std(const struct session *s, frame_id f)
{
    if (!f)
        return false;
    struct str package = package_of(session_str(s, session_frame(s, f)->func)), file = session_str(s, session_frame(s, f)->file);
    if (!package.n || !is_root(package))
        return false;
    size_t dir = file.n;
    while (dir && file.p[dir - 1] != '/' && file.p[dir - 1] != '\\')
        dir--;
    if (!dir || dir - 1 < package.n || memcmp(file.p + dir - 1 - package.n, package.p, package.n) != 0)
        return false;
    size_t before = dir - 1 - package.n;
    return before == 0 || (before >= 4 && !memcmp(file.p + before - 4, "src", 3) &&
                           (before < 5 || file.p[before - 5] == '/' || file.p[before - 5] == '\\'));
}
