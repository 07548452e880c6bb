/* The filter language picks the goroutines that it says; what is no filter is refused with the column; hostile expressions
 * neither hang nor match. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model/filter.h"
#include "model/regex.h"
#include "tests/lib/check.h"

static str_id name(struct session *s, const char *text)
{
    return dict_string(&s->dict, text, strlen(text));
}

static struct goroutine *add(struct session *s, int64_t id, const char *start)
{
    struct goroutine *g = paged_push(&s->goroutines);
    *g = (struct goroutine){.id = id, .created = NS_NONE, .ended = NS_OPEN, .first = 0, .creator = IDX_NONE, .name = name(s, start)};
    return g;
}

/* Five goroutines: letters a to e in what is expected. The session lasts from 1000 to 1000 + 10 s. */
static struct session *five(void)
{
    struct session *s = session_new();
    s->t0 = 1000;
    s->t1 = 1000 + 10000000000;
    struct goroutine *a = add(s, 1, "main.main");
    a->last_state = G_WAITING;
    a->transitions = 5;
    a->ns[SHARE_RUNNING] = 1000000000;
    a->ns[SHARE_CHAN] = 8000000000;
    struct goroutine *b = add(s, 17, "net/http.(*conn).serve");
    b->last_state = G_WAITING;
    b->created = 1000 + 2000000000;
    b->creator = 0;
    b->ns[SHARE_NETWORK] = 7900000000;
    b->ns[SHARE_RUNNING] = 100000000;
    struct goroutine *c = add(s, 104, "main.(*Server).handle.func1");
    c->last_state = G_NOTEXIST;
    c->created = 1000 + 3000000000;
    c->ended = 1000 + 3000000500;
    c->creator = 1;
    c->transitions = 3;
    c->ns[SHARE_RUNNABLE] = 500;
    struct goroutine *d = add(s, 2, "runtime.gcBgMarkWorker");
    d->system = 1;
    d->last_state = G_RUNNING;
    d->ns[SHARE_SYNC] = 20;
    d->ns[SHARE_SLEEP] = 30;
    d->ns[SHARE_SYSCALL] = 5000000;
    struct goroutine *e = add(s, 5, "caf\xC3\xA9.Z\xFF\x01 and (x)");
    e->last_state = G_UNDETERMINED;
    return s;
}

static const struct {
    const char *filter, *expect;
} cases[] = {
    {"main", "ac"},
    {"Main", ""},
    {"Server", "c"},
    {"\"(*conn)\"", "b"},
    {"name ~ ^main", "ac"},
    {"name ~ \"^(main|net/http)\\.\"", "abc"},
    {"name !~ main", "bde"},
    {"name =~ \"(?i)MAIN\"", "ac"},
    {"name = main.main", "a"},
    {"name != main.main", "bcde"},
    {"name = \"main.mai\"", ""},
    {"name ~ caf\xC3\xA9", "e"},
    {"name ~ \"caf.\\.Z\"", "e"},
    {"g = 104", "c"},
    {"g = g104", "c"},
    {"g > 5", "bc"},
    {"g >= 5 and g <= 17", "be"},
    {"creator = 1", "b"},
    {"creator = none", "ade"},
    {"creator != none", "bc"},
    {"state = waiting", "ab"},
    {"state != Waiting", "cde"},
    {"system", "d"},
    {"not system", "abce"},
    {"alive", "abde"},
    {"not not alive and not (system or state = waiting)", "e"},
    {"created > 2s", "c"},
    {"created >= 2s", "bc"},
    {"created < 1h", "bc"},
    {"ended < 4s", "c"},
    {"life < 1us", "c"},
    {"life = 500ns", "c"},
    {"life >= 10s", "ade"},
    {"transitions > 3", "a"},
    {"running > 99ms", "ab"},
    {"runnable > 0", "c"},
    {"syscall >= 5ms", "d"},
    {"waiting = 50ns", "d"},
    {"chan > 1s or network > 1s", "ab"},
    {"sync > 10ns and sleep > 10ns", "d"},
    {"unknown >= 10s", "e"},
    {"main or system and alive", "acd"},
    {"(main or system) and alive", "ad"},
    {"name ~ \".*\" and not name ~ \"\\(\"", "ad"},
};

static void pick(struct session *s)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = ERR_INIT;
        struct filter *f = filter_parse(cases[i].filter, &e);
        CHECK(f != NULL, "%s: %s", cases[i].filter, e.what);
        if (!f)
            continue;
        char got[8] = "";
        for (int round = 0; round < 2; round++) { /* what is remembered answers the same */
            size_t n = 0;
            for (gidx g = 0; g < s->goroutines.n; g++)
                if (filter_match(f, s, g))
                    got[n++] = (char)('a' + g);
            got[n] = 0;
            CHECK(!strcmp(got, cases[i].expect), "%s: %s, not %s", cases[i].filter, got, cases[i].expect);
        }
        CHECK(filter_gave_up(f) == 0, "%s gave up", cases[i].filter);
        filter_free(f);
    }
}

static const struct {
    const char *filter, *where;
} wrong[] = {
    {"", "column 1 "},
    {"running", "column 8 "},
    {"running > ", "column 11 "},
    {"running > 5", "column 11 "},
    {"running ~ x", "column 11 "},
    {"g = x", "column 5 "},
    {"state > waiting", "column 9 "},
    {"state = asleep", "column 9 "},
    {"system = 1", "column 10 "},
    {"(main", "column 6 "},
    {"main)", "column 5 "},
    {"main system", "column 6 "},
    {"and", NULL},
    {"not", "column 4 "},
    {"\"main", "column 1 "},
    {"name < x", "column 8 "},
    {"name ~ \"(\"", "column 2"},
    {"name ~ \"\xC3\xA9\xC3\xA9[\"", "column 4"},
    {"name ~ \"\\C\"", "column"},
    {"transitions > 99999999999999999999", "column 15 "},
};

static void refuse(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = ERR_INIT;
        struct filter *f = filter_parse(wrong[i].filter, &e);
        filter_free(f);
        if (!wrong[i].where)
            continue;
        CHECK(!f && e.kind == ERR_USAGE, "%s is taken for a filter", wrong[i].filter);
        CHECK(strstr(e.where, wrong[i].where), "%s: '%s', not %s", wrong[i].filter, e.where, wrong[i].where);
    }
    char deep[2000];
    struct err e = ERR_INIT;
    memset(deep, '(', sizeof deep - 1);
    deep[sizeof deep - 1] = 0;
    CHECK(!filter_parse(deep, &e) && e.kind == ERR_USAGE, "2,000 open brackets");
    char many[20000] = "alive";
    for (size_t i = 5; i + 10 < sizeof many; i += 9)
        strcpy(many + i, " or alive");
    err_clear(&e);
    CHECK(!filter_parse(many, &e) && e.kind == ERR_USAGE, "2,000 words");
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void hostile(void)
{
    static const char *const patterns[] = {"(a+)+$",      "(a|aa)+$", "(.*)*x", "(a*)*(a*)*(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$",
                                           "(?R)?a|b(?R)"};
    char text[3000];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '!';
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct err e = ERR_INIT;
        double began = seconds();
        struct regex *re = regex_new(patterns[i], strlen(patterns[i]), 0, &e);
        if (!re)
            continue;
        int rc = regex_match(re, text, sizeof text);
        CHECK(rc <= 1 && seconds() - began < 2, "%s: %d in %.2f s", patterns[i], rc, seconds() - began);
        regex_free(re);
    }
}

static void found_at(void)
{
    static const struct {
        const char *pattern, *text;
        unsigned flags;
        int at, len;
    } finds[] = {{"b+", "aabbb", 0, 2, 3},
                 {"b*", "a", 0, 0, 0},
                 {"\xC3\xA9", "x\xC3\xA9", 0, 1, 2},
                 {"a",
                  "\xFF\xFE"
                  "a",
                  0, 2, 1},
                 {"a.b", "a.b axb", REGEX_LITERAL, 0, 3},
                 {"A", "a A", REGEX_SMART, 2, 1},
                 {"a", "A", REGEX_SMART, 0, 1},
                 {"ab", "xab", REGEX_WHOLE, -1, 0},
                 {"\\Sx", "AX x\xC3\xA9x", REGEX_SMART, 0, 2},
                 {"(?=ab\\K)", "ab", 0, -2, 0}};
    for (size_t i = 0; i < sizeof finds / sizeof *finds; i++) {
        struct err e = ERR_INIT;
        struct regex *re = regex_new(finds[i].pattern, strlen(finds[i].pattern), finds[i].flags, &e);
        size_t at = 0, len = 0;
        if (!re && finds[i].at == -2)
            continue; /* newer PCRE2 refuses it */
        int rc = re ? regex_find(re, finds[i].text, strlen(finds[i].text), 0, &at, &len) : -1;
        CHECK(rc == (finds[i].at != -1), "%s in %s: %d %s", finds[i].pattern, finds[i].text, rc, e.what);
        if (rc == 1 && finds[i].at >= 0)
            CHECK((int)at == finds[i].at && (int)len == finds[i].len, "%s in %s: at %zu, %zu long", finds[i].pattern, finds[i].text, at,
                  len);
        regex_free(re);
    }
}

/* As many as a large trace has; printed, not judged. */
static void many(void)
{
    struct session *s = session_new();
    for (uint32_t i = 0; i < 344000; i++) {
        char text[40];
        snprintf(text, sizeof text, "main.worker.func%u", i % 300);
        add(s, i, text)->ns[SHARE_RUNNING] = below(1000);
    }
    struct err e = ERR_INIT;
    struct filter *f = filter_parse("name ~ \"func1.*7$\" and running > 500ns or g = 77", &e);
    double began = seconds();
    uint32_t n = 0;
    for (gidx g = 0; f && g < s->goroutines.n; g++)
        n += filter_match(f, s, g);
    printf("filter: %u of %u goroutines in %.1f ms\n", n, s->goroutines.n, (seconds() - began) * 1e3);
    CHECK(n > 1 && n < s->goroutines.n / 2, "%u match", n);
    filter_free(f);
    session_free(s);
}

int main(void)
{
    struct session *s = five();
    pick(s);
    session_free(s);
    refuse();
    hostile();
    found_at();
    many();
    return check_done();
}
