/* Findings as JSON and CSV: the contract's. */
#include <math.h>
#include <stdio.h>

#include "cli/csv.h"
#include "cli/json.h"
#include "cli/told.h"

static double number_told(enum number n, double v)
{
    return number_is_time(n) ? v / 1e6 : v;
}

static void put_numbers(struct json *j, const struct told *f)
{
    json_object(j, "numbers");
    for (unsigned i = 0; i < NUMBERS_COUNT; i++)
        if (!isnan(f->numbers[i]))
            json_real(j, number_keys[i], number_told((enum number)i, f->numbers[i]));
    json_object_end(j);
}

static void put_proof(struct json *j, const struct told *f)
{
    json_array(j, "proof");
    for (size_t i = 0; i < f->proof.n; i++) {
        const struct told_proof *p = &f->proof.v[i];
        json_object(j, NULL);
        json_str(j, "table", proof_table_words[p->table]);
        json_int(j, "id", p->id);
        if (p->g >= 0)
            json_int(j, "g", p->g);
        json_int(j, "t0_ns", p->t0);
        json_int(j, "t1_ns", p->t1);
        json_object_end(j);
    }
    json_array_end(j);
}

static void put_finding(struct json *j, const struct told_session *s, const struct told *f)
{
    const struct rule *r = &rules[f->rule];
    json_line(j);
    json_object(j, NULL);
    if (s->name)
        json_str(j, "test", s->name);
    json_str(j, "rule", r->name);
    json_str(j, "severity", severity_words[f->severity]);
    json_str(j, "confidence", confidence_words[f->confidence]);
    if (f->has_g)
        json_int(j, "goroutine", f->g);
    else
        json_null(j, "goroutine");
    json_str(j, "function", f->function);
    json_str(j, "file", f->file);
    if (f->line)
        json_uint(j, "line", f->line);
    else
        json_null(j, "line");
    json_uint(j, "count", f->count);
    json_int(j, "t0_ns", f->t0);
    json_int(j, "t1_ns", f->t1);
    json_str(j, "cause", f->cause);
    json_str(j, "message", f->message);
    put_numbers(j, f);
    put_proof(j, f);
    json_array(j, "also");
    for (size_t i = 0; i < f->also.n; i++)
        json_str(j, NULL, rules[f->also.v[i]].name);
    json_array_end(j);
    json_str(j, "advice", r->advice);
    json_str(j, "wrong_if", r->wrong_if);
    if (f->ignored)
        json_str(j, "reason", f->reason);
    json_object_end(j);
}

static void put_list(struct json *j, const char *key, const struct tale *t, bool ignored)
{
    json_array(j, key);
    for (size_t i = 0; i < t->sessions.n; i++)
        for (size_t k = 0; k < t->sessions.v[i].list.n; k++)
            if (t->sessions.v[i].list.v[k].ignored == ignored)
                put_finding(j, &t->sessions.v[i], &t->sessions.v[i].list.v[k]);
    json_line(j);
    json_array_end(j);
}

static void put_evidence(struct json *j, uint32_t evidence)
{
    json_array(j, "evidence");
    for (unsigned i = 0; i < EVIDENCES; i++)
        if (evidence & (1u << i))
            json_str(j, NULL, evidence_words[i]);
    json_array_end(j);
}

static void put_rules(struct json *j, const struct told_session *s)
{
    json_array(j, "not_judged");
    for (size_t i = 0; i < s->not_judged.n; i++) {
        json_object(j, NULL);
        json_str(j, "rule", rules[s->not_judged.v[i]].name);
        json_str(j, "needs", evidence_words[rules[s->not_judged.v[i]].needs]);
        json_object_end(j);
    }
    json_array_end(j);
    json_line(j);
    json_array(j, "clean");
    for (size_t i = 0; i < s->clean.n; i++)
        json_str(j, NULL, rules[s->clean.v[i]].name);
    json_array_end(j);
}

static void put_tests(struct json *j, const struct tale *t)
{
    json_array(j, "tests");
    for (size_t i = 0; i < t->sessions.n; i++) {
        const struct told_session *s = &t->sessions.v[i];
        json_line(j);
        json_object(j, NULL);
        json_str(j, "name", s->name);
        json_str(j, "path", s->path);
        json_str(j, "unreadable", s->error);
        json_bool(j, "failed", s->error || session_fails(t, s));
        json_object(j, "findings");
        for (unsigned k = SEVERITIES; k-- > 0;)
            json_uint(j, severity_words[k], s->by_severity[k]);
        json_object_end(j);
        json_object_end(j);
    }
    json_line(j);
    json_array_end(j);
    json_line(j);
}

void tale_json(const struct tale *t, struct out *out)
{
    struct json j;
    uint32_t evidence = 0;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    for (size_t i = 0; i < t->sessions.n; i++)
        evidence |= t->sessions.v[i].evidence;
    put_evidence(&j, evidence);
    if (t->tests)
        put_tests(&j, t);
    put_list(&j, "findings", t, false);
    put_list(&j, "ignored", t, true);
    if (t->sessions.n)
        put_rules(&j, &t->sessions.v[0]);
    json_object_end(&j);
    json_finish(&j);
}

void tale_csv(const struct tale *t, struct out *out)
{
    static const char *const header[] = {"test", "rule",  "severity", "confidence", "goroutine", "function", "file",
                                         "line", "count", "t0_ns",    "t1_ns",      "message",   "ignored",  NULL};
    struct csv c;
    csv_init(&c, out, false);
    csv_header(&c, header);
    for (size_t i = 0; i < t->sessions.n; i++)
        for (size_t k = 0; k < t->sessions.v[i].list.n; k++) {
            const struct told *f = &t->sessions.v[i].list.v[k];
            csv_str(&c, t->sessions.v[i].name);
            csv_str(&c, rules[f->rule].name);
            csv_str(&c, severity_words[f->severity]);
            csv_str(&c, confidence_words[f->confidence]);
            if (f->has_g)
                csv_int(&c, f->g);
            else
                csv_none(&c);
            csv_str(&c, f->function);
            csv_str(&c, f->file);
            if (f->line)
                csv_uint(&c, f->line);
            else
                csv_none(&c);
            csv_uint(&c, f->count);
            csv_int(&c, f->t0);
            csv_int(&c, f->t1);
            csv_str(&c, f->message);
            csv_str(&c, f->ignored ? f->reason : NULL);
            csv_end(&c);
        }
    csv_release(&c);
}
