#include "tui/names.h"

#include <stdio.h>
#include <string.h>

#include "tui/grid.h"

/* Where the import path ends: after the last '/' that stands before a receiver or type arguments, which may hold paths too. */
static size_t path_end(const char *s, size_t n)
{
    size_t end = 0;
    for (size_t i = 0; i < n && s[i] != '(' && s[i] != '['; i++)
        if (s[i] == '/')
            end = i + 1;
    return end;
}

/* Type arguments say little and are long: "Map[go.shape.string]" becomes "Map[]". An open bracket that never closes stays. */
static void drop_type_arguments(char *s)
{
    char *open = strchr(s, '[');
    char *close = open ? strrchr(open, ']') : NULL;
    if (!close)
        return;
    char *w = open;
    int depth = 0;
    for (const char *r = open; r <= close; r++) {
        depth -= *r == ']' && depth > 0;
        if (depth == 0)
            *w++ = *r;
        depth += *r == '[';
    }
    memmove(w, close + 1, strlen(close + 1) + 1);
}

const char *name_plain(char out[NAME_MAX_BYTES], struct str name)
{
    static const char unknown[] = "(unknown)", entry[] = "runtime.main";
    if (!name.n)
        return memcpy(out, unknown, sizeof unknown);
    if (name.n == sizeof entry - 1 && !memcmp(name.p, entry, name.n))
        name = (struct str){"main.main", 9};
    size_t skip = path_end(name.p, name.n);
    text_visible(out, NAME_MAX_BYTES, name.p + skip, name.n - skip);
    drop_type_arguments(out);
    return out;
}

static bool fits(const char *s, int width)
{
    return grid_width(s, strlen(s)) <= width;
}

/* "a.(*T).f" -> "a.T.f". */
static void drop_star(char *s)
{
    char *open = strstr(s, "(*");
    char *close = open ? strchr(open, ')') : NULL;
    if (!close)
        return;
    memmove(close, close + 1, strlen(close + 1) + 1);
    memmove(open, open + 2, strlen(open + 2) + 1);
}

static void drop_first(char *s)
{
    char *dot = strchr(s, '.');
    if (dot && dot[1])
        memmove(s, dot + 1, strlen(dot + 1) + 1);
}

/* Whether s[0..n) is what the compiler adds to a closure's name: func1, 1, gowrap2, deferwrap1. */
static bool is_closure_part(const char *s, size_t n)
{
    static const char *const words[] = {"func", "gowrap", "deferwrap", ""};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        size_t k = strlen(words[i]);
        if (n <= k || memcmp(s, words[i], k) != 0)
            continue;
        while (k < n && s[k] >= '0' && s[k] <= '9')
            k++;
        if (k == n)
            return true;
    }
    return false;
}

/* Where the closure's tail begins (at its first character, after the dot), or the end of s. */
static char *closure_tail(char *s)
{
    char *tail = s + strlen(s);
    for (char *end = tail; end > s;) {
        char *dot = end - 1;
        while (dot > s && *dot != '.')
            dot--;
        if (*dot != '.' || !is_closure_part(dot + 1, (size_t)(end - dot - 1)))
            break;
        tail = dot + 1;
        end = dot;
    }
    return tail;
}

/* The first bytes of s that fill at most `width` columns. */
static size_t head_bytes(const char *s, int width)
{
    size_t at = 0, n = strlen(s), len;
    for (int w = 0; at < n; at += len) {
        w += text_width_cp(text_decode(s + at, n - at, &len));
        if (w > width)
            break;
    }
    return at;
}

/* The last bytes of s that fill about `width` columns: where they begin. */
static const char *tail_start(const char *s, int width)
{
    const char *p = s + strlen(s);
    for (int w = 0; p > s && w < width; w++)
        do
            p--;
        while (p > s && ((unsigned char)*p & 0xc0) == 0x80);
    return p;
}

/* Head, ellipsis, tail; the tail is kept whole while it leaves room for a character before it. */
static void cut_middle(char *out, const char *body, const char *tail, int width, const char *ellipsis)
{
    int tw = grid_width(tail, strlen(tail));
    if (tw > width - 2) {
        tail = tail_start(tail, width - 2 > 0 ? width - 2 : 0);
        tw = grid_width(tail, strlen(tail));
    }
    char text[NAME_MAX_BYTES];
    size_t n = head_bytes(body, width - tw - 1 > 0 ? width - tw - 1 : 0);
    snprintf(text, sizeof text, "%.*s%s%s", (int)n, body, ellipsis, tail);
    memcpy(out, text, sizeof text);
}

/* The name no longer fits without receiver: method alone, with its closure. */
static void shorten_body(char *s, int width, const char *ellipsis)
{
    char body[NAME_MAX_BYTES], tail[NAME_MAX_BYTES];
    char *t = closure_tail(s);
    snprintf(tail, sizeof tail, "%s", t);
    if (t > s)
        t[-(*t != 0)] = 0;
    const char *dot = strrchr(s, '.');
    snprintf(body, sizeof body, "%s", dot && dot[1] ? dot + 1 : s);
    snprintf(s, NAME_MAX_BYTES, "%.255s%s%.255s", body, *tail ? "." : "", tail);
    if (fits(s, width))
        return;
    if (!*tail) {
        const char *from = tail_start(body, width / 4 > 2 ? width / 4 : 2);
        snprintf(tail, sizeof tail, "%s", from);
        body[from - body] = 0;
    }
    cut_middle(s, body, tail, width, ellipsis);
}

const char *name_short(char out[NAME_MAX_BYTES], struct str name, int width, const char *ellipsis)
{
    name_plain(out, name);
    bool mine = !strncmp(out, "main.", 5) && strcmp(out, "main.main") != 0;
    if (mine)
        drop_first(out);
    if (fits(out, width) || !name.n)
        return out;
    drop_star(out);
    if (fits(out, width))
        return out;
    if (!mine)
        drop_first(out);
    if (!fits(out, width))
        shorten_body(out, width, ellipsis);
    return out;
}

struct str name_file(struct str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/' || path.p[i - 1] == '\\')
            return (struct str){path.p + i, path.n - i};
    return path;
}

bool name_is_std(struct str func)
{
    static const char *const roots[] = {
        "runtime",  "internal", "sync",    "context", "net",    "os",     "io",           "bufio",   "time",    "syscall", "fmt",
        "encoding", "crypto",   "reflect", "strings", "bytes",  "sort",   "database/sql", "log",     "testing", "path",    "compress",
        "archive",  "go",       "hash",    "iter",    "slices", "maps",   "unicode",      "strconv", "errors",  "math",    "regexp",
        "html",     "text",     "mime",    "image",   "embed",  "expvar", "plugin",       "vendor"};
    size_t first = 0;
    while (first < func.n && func.p[first] != '.' && func.p[first] != '/')
        first++;
    for (unsigned i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t k = strlen(roots[i]);
        size_t n = strchr(roots[i], '/') ? k : first;
        if (n == k && func.n > k && !memcmp(func.p, roots[i], k))
            return true;
    }
    return false;
}
