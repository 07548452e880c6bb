/* Findings as SARIF 2.1.0. Files below the working folder are named from there (%SRCROOT%), others by their whole path; what has no
 * place in the source points to the trace. Ignored findings are suppressed results. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "cli/told.h"

static const char *const levels[SEVERITIES] = {"note", "warning", "error"};

/* A path as a URI reference. */
static void put_uri(struct json *j, const char *path)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf b = {0};
    if (path[0] == '/')
        buf_puts(&b, "file://");
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("-._~/!$&'()*+,;=@", *c);
        if (plain) {
            buf_putc(&b, (char)*c);
            continue;
        }
        buf_putc(&b, '%');
        buf_putc(&b, hex[*c >> 4]);
        buf_putc(&b, hex[*c & 15]);
    }
    json_object(j, "artifactLocation");
    json_str(j, "uri", buf_str(&b));
    if (path[0] != '/')
        json_str(j, "uriBaseId", "%SRCROOT%");
    json_object_end(j);
    buf_release(&b);
}

static void put_text(struct json *j, const char *key, const char *text)
{
    json_object(j, key);
    json_str(j, "text", text);
    json_object_end(j);
}

static void put_rule(struct json *j, const struct rule *r)
{
    json_line(j);
    json_object(j, NULL);
    json_str(j, "id", r->name);
    put_text(j, "shortDescription", r->about);
    json_object(j, "help");
    char text[1024];
    snprintf(text, sizeof text, "%s It is a false alarm if %s.", r->advice, r->wrong_if);
    json_str(j, "text", text);
    json_object_end(j);
    json_object(j, "defaultConfiguration");
    json_str(j, "level", levels[r->severity]);
    json_object_end(j);
    json_object_end(j);
}

static void put_location(struct json *j, const struct told_session *s, const struct told *f)
{
    char buf[4096];
    const char *path = told_path(f, buf, sizeof buf);
    json_array(j, "locations");
    json_object(j, NULL);
    json_object(j, "physicalLocation");
    put_uri(j, path ? path : s->path);
    if (path && f->line) {
        json_object(j, "region");
        json_uint(j, "startLine", f->line);
        json_object_end(j);
    }
    json_object_end(j);
    if (f->function) {
        json_array(j, "logicalLocations");
        json_object(j, NULL);
        json_str(j, "fullyQualifiedName", f->function);
        json_str(j, "kind", "function");
        json_object_end(j);
        json_array_end(j);
    }
    json_object_end(j);
    json_array_end(j);
}

/* Stays the same from run to run, as long as the fault does. */
static void put_fingerprint(struct json *j, const struct told *f)
{
    char text[1024];
    snprintf(text, sizeof text, "%s %s %s", rules[f->rule].name, f->function ? f->function : "", f->cause ? f->cause : "");
    json_object(j, "partialFingerprints");
    json_str(j, "ruleFunctionCause/v1", text);
    json_object_end(j);
}

static void put_properties(struct json *j, const struct told_session *s, const struct told *f)
{
    json_object(j, "properties");
    if (s->name)
        json_str(j, "test", s->name);
    json_str(j, "confidence", confidence_words[f->confidence]);
    json_uint(j, "count", f->count);
    json_int(j, "t0_ns", f->t0);
    json_int(j, "t1_ns", f->t1);
    for (unsigned i = 0; i < NUMBERS_COUNT; i++)
        if (!isnan(f->numbers[i]))
            json_real(j, number_keys[i], number_is_time((enum number)i) ? f->numbers[i] / 1e6 : f->numbers[i]);
    json_object_end(j);
}

static void put_result(struct json *j, const struct told_session *s, const struct told *f)
{
    json_line(j);
    json_object(j, NULL);
    json_str(j, "ruleId", rules[f->rule].name);
    json_uint(j, "ruleIndex", f->rule);
    json_str(j, "level", levels[f->severity]);
    put_text(j, "message", f->message);
    put_location(j, s, f);
    put_fingerprint(j, f);
    if (f->ignored) {
        json_array(j, "suppressions");
        json_object(j, NULL);
        json_str(j, "kind", "external");
        json_str(j, "justification", f->reason);
        json_object_end(j);
        json_array_end(j);
    }
    put_properties(j, s, f);
    json_object_end(j);
}

static void put_tool(struct json *j)
{
    json_object(j, "tool");
    json_object(j, "driver");
    json_str(j, "name", "ctxscope");
    json_str(j, "version", CTXSCOPE_VERSION);
    json_array(j, "rules");
    for (unsigned i = 0; i < nrules; i++)
        put_rule(j, &rules[i]);
    json_array_end(j);
    json_object_end(j);
    json_object_end(j);
}

/* Rules that were not judged are told, so that nobody takes their silence for innocence. */
static void put_invocation(struct json *j, const struct tale *t)
{
    json_line(j);
    json_array(j, "invocations");
    json_object(j, NULL);
    json_bool(j, "executionSuccessful", true);
    json_array(j, "toolExecutionNotifications");
    for (size_t i = 0; i < t->sessions.n; i++) {
        const struct told_session *s = &t->sessions.v[i];
        char text[512];
        for (size_t k = 0; k < s->not_judged.n && i == 0; k++) {
            snprintf(text, sizeof text, "rule %s was not judged: it needs %s", rules[s->not_judged.v[k]].name,
                     evidence_how[rules[s->not_judged.v[k]].needs]);
            json_object(j, NULL);
            json_str(j, "level", "note");
            put_text(j, "message", text);
            json_object_end(j);
        }
        if (!s->error)
            continue;
        snprintf(text, sizeof text, "%.200s: %.200s", s->path, s->error);
        json_object(j, NULL);
        json_str(j, "level", "error");
        put_text(j, "message", text);
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
    json_array_end(j);
}

void tale_sarif(const struct tale *t, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_str(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_str(&j, "version", "2.1.0");
    json_array(&j, "runs");
    json_object(&j, NULL);
    put_tool(&j);
    put_invocation(&j, t);
    json_str(&j, "columnKind", "unicodeCodePoints");
    json_array(&j, "results");
    for (size_t i = 0; i < t->sessions.n; i++)
        for (size_t k = 0; k < t->sessions.v[i].list.n; k++)
            put_result(&j, &t->sessions.v[i], &t->sessions.v[i].list.v[k]);
    json_line(&j);
    json_array_end(&j);
    json_object_end(&j);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}
