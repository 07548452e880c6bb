#include "tests/lib/judged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/load.h"

static void set_one(struct judged *j, const char *text, size_t n)
{
    char word[4][128] = {""}, line[512];
    struct err e = ERR_INIT;
    int rc = -1;
    snprintf(line, sizeof line, "%.*s", (int)n, text);
    int words = sscanf(line, "%127s %127s %127s %127[^\n]", word[0], word[1], word[2], word[3]);
    if (!strcmp(word[0], "sla"))
        rc = rule_set_sla(&j->st, word[1], word[2], &e);
    else if (!strcmp(word[0], "ignore"))
        rc = rule_ignore(&j->st, word[1], word[2], word[3], &e);
    else if (!strcmp(word[0], "idle"))
        rc = (rule_idle(&j->st, word[1]), 0);
    else if (words == 3)
        rc = rule_set(&j->st, word[0], word[1], word[2], &e);
    CHECK(rc == 0, "%s: %s: %s", j->name, line, e.what);
}

struct judged judge_named(const char *name, struct scene *sc, uint64_t end, const char *settings)
{
    struct judged j = {.name = name, .s = scene_play(sc, end)};
    struct err e = ERR_INIT;
    if (!j.s)
        exit(check_done());
    rule_settings_init(&j.st);
    for (const char *p = settings; p && *p;) {
        const char *to = strstr(p, "; ");
        set_one(&j, p, to ? (size_t)(to - p) : strlen(p));
        p = to ? to + 2 : NULL;
    }
    CHECK(findings_make(j.s, &j.st, NULL, NULL, &j.f, &e) == 0, "%s: %s", name, e.what);
    return j;
}

static void list_all(const struct judged *j)
{
    for (size_t i = 0; i < j->f.list.n; i++) {
        const struct finding *f = &j->f.list.v[i];
        struct str name = session_str(j->s, f->function);
        printf("  %s: %s %s of %.*s, %u: %s\n", j->name, severity_words[f->severity], rules[f->rule].name, (int)name.n, name.p, f->count,
               f->message ? f->message : "(no message)");
    }
}

const struct finding *expect_finding(const struct judged *j, const char *rule, const char *function, uint32_t count)
{
    int r = rule_find(rule);
    for (size_t i = 0; i < j->f.list.n; i++) {
        const struct finding *f = &j->f.list.v[i];
        struct str name = session_str(j->s, f->function);
        if (f->rule != r || (function && (strlen(function) != name.n || memcmp(function, name.p, name.n) != 0)))
            continue;
        CHECK(f->count == count, "%s: %s counts %u, not %u", j->name, rule, f->count, count);
        CHECK(f->message && f->message[0] && f->proof.n > 0, "%s: %s says nothing or proves nothing", j->name, rule);
        return f->count == count ? f : NULL;
    }
    CHECK(false, "%s: no %s of %s", j->name, rule, function ? function : "anybody");
    list_all(j);
    return NULL;
}

static bool has(const struct judged *j, const char *rule, enum severity least)
{
    int r = rule_find(rule);
    for (size_t i = 0; i < j->f.list.n; i++)
        if (j->f.list.v[i].rule == r && j->f.list.v[i].severity >= least)
            return true;
    return false;
}

static bool not_judged(const struct judged *j, const char *rule)
{
    for (size_t i = 0; i < j->f.not_judged.n; i++)
        if (j->f.not_judged.v[i] == rule_find(rule))
            return true;
    return false;
}

static void expect_none(const struct judged *j, const char *rule, enum severity least)
{
    CHECK(rule_find(rule) >= 0 && !not_judged(j, rule), "%s: %s was not judged", j->name, rule);
    if (has(j, rule, least)) {
        CHECK(false, "%s: %s speaks", j->name, rule);
        list_all(j);
    }
}

void expect_quiet(const struct judged *j, const char *rule)
{
    expect_none(j, rule, SEV_WARNING);
}

void expect_silent(const struct judged *j, const char *rule)
{
    expect_none(j, rule, SEV_INFO);
}

void expect_not_judged(const struct judged *j, const char *rule)
{
    CHECK(not_judged(j, rule), "%s: %s was judged", j->name, rule);
}

void judged_free(struct judged *j)
{
    findings_release(&j->f);
    rule_settings_free(&j->st);
    load_free(j->s);
}
