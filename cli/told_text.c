/* Findings for people. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/told.h"

/* Text from column `at` on, broken at blanks. */
static void put_wrapped(struct page *p, const char *text, int at)
{
    char word[512];
    while (*text) {
        size_t n = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), text);
        if (p->col > at && p->col + 1 + (int)n > p->width)
            page_end(p);
        if (p->col < at)
            page_to(p, at);
        else if (p->col > at)
            page_put(p, " ");
        page_put(p, word);
        text += n;
        text += strspn(text, " ");
    }
    page_end(p);
}

static void put_labelled(struct page *p, const char *label, const char *text)
{
    page_put(p, "  ");
    page_left(p, label, 9);
    put_wrapped(p, text, 11);
}

static void add(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(char *to, size_t size, const char *format, ...)
{
    size_t n = strlen(to);
    va_list ap;
    va_start(ap, format);
    vsnprintf(to + n, size - n, format, ap);
    va_end(ap);
}

static void put_numbers(struct page *p, const struct told *f)
{
    char text[512] = "", name[32], d[24];
    for (unsigned i = 0; i < NUMBERS_COUNT; i++) {
        if (isnan(f->numbers[i]))
            continue;
        size_t n = strlen(number_keys[i]);
        if (number_is_time((enum number)i)) {
            snprintf(name, sizeof name, "%.*s", (int)(n - 3), number_keys[i]);
            text_duration(d, (int64_t)f->numbers[i]);
        } else {
            snprintf(name, sizeof name, "%s", number_keys[i]);
            snprintf(d, sizeof d, "%.4g", f->numbers[i]);
        }
        for (char *c = name; *c; c++)
            *c = *c == '_' ? ' ' : *c;
        add(text, sizeof text, "%s%s %s", text[0] ? ", " : "", name, d);
    }
    if (text[0])
        put_labelled(p, "numbers", text);
}

static void put_proof(struct page *p, const struct told *f)
{
    char text[512] = "", d[24];
    for (size_t i = 0; i < f->proof.n && i < 6; i++) {
        const struct told_proof *q = &f->proof.v[i];
        text_duration(d, q->t0 < 0 ? 0 : q->t0);
        if (q->g >= 0)
            add(text, sizeof text, "%sg%" PRId64 " from %s", i ? "; " : "", q->g, d);
        else
            add(text, sizeof text, "%s%s %" PRId64 " at %s", i ? "; " : "", proof_table_words[q->table], q->id, d);
    }
    if (f->proof.n > 6)
        add(text, sizeof text, "; and %zu more", f->proof.n - 6);
    if (text[0])
        put_labelled(p, "proof", text);
}

static void put_also(struct page *p, const struct told *f)
{
    char text[256] = "";
    for (size_t i = 0; i < f->also.n; i++)
        add(text, sizeof text, "%s%s", i ? ", " : "", rules[f->also.v[i]].name);
    if (text[0])
        put_labelled(p, "also", text);
}

static void put_finding(struct page *p, const struct told *f)
{
    const struct rule *r = &rules[f->rule];
    char title[96];
    snprintf(title, sizeof title, "%s: %s (%s)", severity_words[f->severity], r->name, confidence_words[f->confidence]);
    page_rule(p, title, f->ignored ? "ignored" : NULL);
    put_wrapped(p, f->message, 2);
    put_numbers(p, f);
    put_proof(p, f);
    put_also(p, f);
    if (f->ignored)
        put_labelled(p, "ignored", f->reason);
    put_labelled(p, "do", r->advice);
    put_labelled(p, "wrong if", r->wrong_if);
    page_end(p);
}

/* Rules that were not judged, by the evidence that they need. */
static void put_not_judged(struct page *p, const struct told_session *s)
{
    for (unsigned k = 0; k < EVIDENCES; k++) {
        char text[1024] = "";
        for (size_t i = 0; i < s->not_judged.n; i++)
            if (rules[s->not_judged.v[i]].needs == k)
                add(text, sizeof text, "%s%s", text[0] ? ", " : "", rules[s->not_judged.v[i]].name);
        if (!text[0])
            continue;
        page_printf(p, "not judged without %s (%s):", evidence_how[k], evidence_words[k]);
        page_end(p);
        put_wrapped(p, text, 2);
    }
}

static void put_sum(struct page *p, const struct tale *t)
{
    uint32_t ignored = 0, n = 0;
    for (size_t i = 0; i < t->sessions.n; i++)
        for (size_t k = 0; k < t->sessions.v[i].list.n; k++)
            ignored += t->sessions.v[i].list.v[k].ignored;
    for (unsigned k = SEVERITIES; k-- > 0;) {
        uint32_t c = tale_count(t, (enum severity)k);
        n += c;
        if (c)
            page_printf(p, "%s%" PRIu32 " %s%s", p->col ? ", " : "", c, severity_words[k], c == 1 || k == SEV_INFO ? "" : "s");
    }
    page_put(p, n ? "" : "nothing found");
    if (ignored)
        page_printf(p, ", %" PRIu32 " ignored", ignored);
    if (t->sessions.n == 1)
        page_printf(p, "; %zu rules judged and clean, %zu not judged", t->sessions.v[0].clean.n, t->sessions.v[0].not_judged.n);
    page_end(p);
}

void tale_text(const struct tale *t, struct page *p)
{
    for (size_t i = 0; i < t->sessions.n; i++)
        for (size_t k = 0; k < t->sessions.v[i].list.n; k++)
            put_finding(p, &t->sessions.v[i].list.v[k]);
    put_sum(p, t);
    if (t->sessions.n)
        put_not_judged(p, &t->sessions.v[0]);
}

/* As compilers write them, so that editors find the place. */
static void put_line(struct page *p, const struct told_session *s, const struct told *f)
{
    char buf[4096];
    const char *path = told_path(f, buf, sizeof buf);
    page_printf(p, "%s", path ? path : s->path);
    if (f->line)
        page_printf(p, ":%" PRIu32, f->line);
    page_printf(p, ": %s: ", severity_words[f->severity]);
    page_printf(p, "%s", f->message);
    page_printf(p, " [%s, %s]", rules[f->rule].name, confidence_words[f->confidence]);
    if (f->ignored)
        page_printf(p, " ignored: %s", f->reason);
    page_end(p);
}

static void put_test(struct page *p, const struct tale *t, const struct told_session *s)
{
    page_printf(p, "%s %s", s->error ? "error" : session_fails(t, s) ? "FAIL" : "ok", s->name);
    if (s->error)
        page_printf(p, ": %s", s->error);
    page_end(p);
}

void tale_lines(const struct tale *t, struct page *p)
{
    for (size_t i = 0; i < t->sessions.n; i++) {
        const struct told_session *s = &t->sessions.v[i];
        if (t->tests)
            put_test(p, t, s);
        for (size_t k = 0; k < s->list.n; k++)
            put_line(p, s, &s->list.v[k]);
    }
    put_sum(p, t);
}
