/* The grammar of `ctxscope/1`, one line at a time. Fields are parted by single blanks and come in one order; the last one may hold
 * blanks, for types (struct { … }) and causes have them.
 *
 *     + ID REF KIND [d=NS] [x=TYPE] [k=TYPE]      made          = …: the same, described again
 *     x ID BY n=N [E=N] [V=N] [c=TYPE[:TEXT]]     cancelled     d ID: first Done of a goroutine     e ID n=N: Err
 *     v REF n=N h=N [miss] k=TYPE                 Value         s REF d=NS: later deadline asked    w REF: WithoutCancel
 */
#include "model/ctx/exact.h"

struct at {
    const char *p, *end;
    bool bad;
};

static bool take(struct at *a, const char *word)
{
    size_t n = strlen(word);
    if (a->bad || (size_t)(a->end - a->p) < n || memcmp(a->p, word, n) != 0)
        return false;
    a->p += n;
    return true;
}

static void need(struct at *a, const char *word)
{
    if (!take(a, word))
        a->bad = true;
}

static uint64_t number(struct at *a)
{
    uint64_t v = 0;
    const char *from = a->p;
    for (; a->p < a->end && *a->p >= '0' && *a->p <= '9'; a->p++)
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(*a->p - '0'), &v))
            a->bad = true;
    if (a->p == from || (a->p - from > 1 && *from == '0'))
        a->bad = true;
    return v;
}

static int64_t signed_number(struct at *a)
{
    bool minus = take(a, "-");
    uint64_t v = number(a);
    if (v > (uint64_t)INT64_MAX)
        a->bad = true;
    return a->bad ? 0 : minus ? -(int64_t)v : (int64_t)v;
}

static uint64_t id(struct at *a)
{
    uint64_t v = number(a);
    if (v == 0)
        a->bad = true;
    return v;
}

static struct exact_ref ref(struct at *a)
{
    static const char letters[] = "twx"; /* in the order of enum ctx_ref_flags */
    struct exact_ref r = {0};
    for (const char *at; a->p < a->end && *a->p && (at = strchr(letters, *a->p)) != NULL; a->p++)
        r.flags |= (uint8_t)(1u << (at - letters));
    r.id = number(a);
    return r;
}

/* The rest of the line; empty is a defect. */
static struct str rest(struct at *a)
{
    struct str s = {.p = a->p, .n = (size_t)(a->end - a->p)};
    if (s.n == 0)
        a->bad = true;
    a->p = a->end;
    return s;
}

/* A type that " k=" may follow. */
static struct str foreign(struct at *a)
{
    struct str s = rest(a);
    for (size_t i = 0; i + 3 <= s.n; i++)
        if (!memcmp(s.p + i, " k=", 3)) {
            a->p = s.p + i;
            s.n = i;
            break;
        }
    if (s.n == 0)
        a->bad = true;
    return s;
}

static void described(struct at *a, struct exact_line *l)
{
    l->id = id(a);
    need(a, " ");
    l->ref = ref(a);
    need(a, " ");
    l->kind = a->p < a->end ? *a->p++ : 0;
    if (!l->kind || !strchr("cdva", l->kind))
        a->bad = true;
    if (take(a, " d=")) {
        l->has_deadline = true;
        l->left = signed_number(a);
    }
    if (take(a, " x="))
        l->foreign = foreign(a);
    if (take(a, " k="))
        l->key = rest(a);
}

static void cancelled(struct at *a, struct exact_line *l)
{
    static const uint8_t by[] = {['e'] = BY_EXPLICIT, ['d'] = BY_DEADLINE, ['p'] = BY_PARENT};
    l->id = id(a);
    need(a, " ");
    unsigned char c = a->p < a->end ? (unsigned char)*a->p++ : 0;
    l->by = c < sizeof by ? by[c] : BY_UNKNOWN;
    if (l->by == BY_UNKNOWN)
        a->bad = true;
    need(a, " n=");
    l->n = number(a);
    if (take(a, " E="))
        l->err_calls = number(a);
    if (take(a, " V="))
        l->value_calls = number(a);
    if (take(a, " c="))
        l->cause = rest(a);
}

static void done(struct at *a, struct exact_line *l)
{
    l->id = id(a);
}

static void err_called(struct at *a, struct exact_line *l)
{
    l->id = id(a);
    need(a, " n=");
    l->n = number(a);
}

static void value_called(struct at *a, struct exact_line *l)
{
    l->ref = ref(a);
    need(a, " n=");
    l->n = number(a);
    need(a, " h=");
    (void)number(a);
    (void)take(a, " miss");
    need(a, " k=");
    l->key = rest(a);
}

static void later(struct at *a, struct exact_line *l)
{
    l->ref = ref(a);
    need(a, " d=");
    l->has_deadline = true;
    l->left = signed_number(a);
}

static void without(struct at *a, struct exact_line *l)
{
    l->ref = ref(a);
}

static const struct {
    char what;
    void (*read)(struct at *a, struct exact_line *l);
} lines[] = {{'+', described},  {'=', described},    {'x', cancelled}, {'d', done},
             {'e', err_called}, {'v', value_called}, {'s', later},     {'w', without}};

bool exact_parse(struct str text, struct exact_line *out)
{
    *out = (struct exact_line){0};
    if (text.n < 3 || text.n > EXACT_LINE_MAX || text.p[1] != ' ')
        return false;
    struct at a = {.p = text.p + 2, .end = text.p + text.n};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i].what == text.p[0]) {
            out->what = text.p[0];
            lines[i].read(&a, out);
            if (!out->id)
                out->id = out->ref.id;
            return !a.bad && a.p == a.end;
        }
    return false;
}
