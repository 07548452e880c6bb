/* Findings as JUnit XML, as Jenkins' schema has it. Of one trace a test case is a rule; of a folder of traces, a test. A rule that
 * lacks its evidence is skipped: silence and innocence are never mixed up. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/told.h"

/* What XML 1.0 cannot hold, or a terminal would obey, is replaced. */
static void put(struct out *out, const char *text)
{
    char c[4];
    for (size_t n = strlen(text), len; n; text += len, n -= len) {
        uint32_t cp = text_decode(text, n, &len);
        switch (cp) {
        case '&': out_puts(out, "&amp;"); break;
        case '<': out_puts(out, "&lt;"); break;
        case '>': out_puts(out, "&gt;"); break;
        case '"': out_puts(out, "&quot;"); break;
        case '\n': out_puts(out, "&#10;"); break;
        case '\t': out_puts(out, "&#9;"); break;
        default: out_put(out, text_is_unsafe(cp) ? "\xef\xbf\xbd" : c, text_is_unsafe(cp) ? 3 : text_encode(c, cp));
        }
    }
}

static void put_attribute(struct out *out, const char *name, const char *value)
{
    out_printf(out, " %s=\"", name);
    put(out, value);
    out_putc(out, '"');
}

static void put_failure(struct out *out, const struct told *f)
{
    char buf[4096];
    const char *path = told_path(f, buf, sizeof buf);
    out_puts(out, "      <failure");
    put_attribute(out, "message", f->message);
    put_attribute(out, "type", rules[f->rule].name);
    out_putc(out, '>');
    put(out, path ? path : f->function ? f->function : "no place known");
    if (path && f->line)
        out_printf(out, ":%" PRIu32, f->line);
    out_printf(out, "\n%s, %s\n", severity_words[f->severity], confidence_words[f->confidence]);
    put(out, rules[f->rule].advice);
    out_puts(out, "</failure>\n");
}

static void begin_case(struct out *out, const char *class, const char *name, double seconds)
{
    out_puts(out, "    <testcase");
    put_attribute(out, "classname", class);
    put_attribute(out, "name", name);
    out_printf(out, " time=\"%.3f\">\n", seconds);
}

static void put_rule_case(const struct tale *t, struct out *out, const struct told_session *s, uint16_t rule)
{
    begin_case(out, "ctxscope", rules[rule].name, 0);
    for (size_t i = 0; i < s->not_judged.n; i++)
        if (s->not_judged.v[i] == rule) {
            out_puts(out, "      <skipped message=\"not judged: it needs ");
            put(out, evidence_how[rules[rule].needs]);
            out_puts(out, "\"/>\n");
        }
    for (size_t i = 0; i < s->list.n; i++)
        if (s->list.v[i].rule == rule && told_fails(t, &s->list.v[i]))
            put_failure(out, &s->list.v[i]);
    out_puts(out, "    </testcase>\n");
}

static void put_test_case(const struct tale *t, struct out *out, const struct told_session *s)
{
    begin_case(out, "ctxscope", s->name, s->seconds);
    if (s->error) {
        out_puts(out, "      <error");
        put_attribute(out, "message", s->error);
        put_attribute(out, "type", "unreadable");
        out_putc(out, '>');
        put(out, s->path);
        out_puts(out, "</error>\n");
    }
    for (size_t i = 0; i < s->list.n; i++)
        if (told_fails(t, &s->list.v[i]))
            put_failure(out, &s->list.v[i]);
    out_puts(out, "    </testcase>\n");
}

static bool rule_fails(const struct tale *t, const struct told_session *s, uint16_t rule)
{
    for (size_t i = 0; i < s->list.n; i++)
        if (s->list.v[i].rule == rule && told_fails(t, &s->list.v[i]))
            return true;
    return false;
}

static void put_counts(const struct tale *t, struct out *out)
{
    uint32_t tests = 0, failures = 0, errors = 0, skipped = 0;
    for (size_t i = 0; i < t->sessions.n; i++) {
        const struct told_session *s = &t->sessions.v[i];
        errors += s->error != NULL;
        tests += t->tests ? 1 : nrules;
        skipped += t->tests ? 0 : (uint32_t)s->not_judged.n;
        for (uint16_t r = 0; !t->tests && r < nrules; r++)
            failures += rule_fails(t, s, r);
        failures += t->tests && session_fails(t, s);
    }
    out_printf(out, " tests=\"%" PRIu32 "\" failures=\"%" PRIu32 "\" errors=\"%" PRIu32 "\" skipped=\"%" PRIu32 "\"", tests, failures,
               errors, skipped);
}

void tale_junit(const struct tale *t, struct out *out)
{
    out_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"ctxscope\"");
    put_counts(t, out);
    out_puts(out, ">\n");
    for (size_t i = 0; i < t->sessions.n; i++) {
        for (uint16_t r = 0; !t->tests && r < nrules; r++)
            put_rule_case(t, out, &t->sessions.v[i], r);
        if (t->tests)
            put_test_case(t, out, &t->sessions.v[i]);
    }
    out_puts(out, "  </testsuite>\n</testsuites>\n");
}
