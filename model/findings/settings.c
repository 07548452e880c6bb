/* What users set: thresholds, service levels, ignores, functions that wait by design. Each refusal says what was wrong and what
 * there is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "model/findings/findings.h"

const struct rule_key_spec rule_keys[RULE_KEY_COUNT] = {
#define X(id, key, unit_, meaning_) [KEY_##id] = {.name = key, .meaning = meaning_, .unit = unit_},
    RULE_KEYS(X)
#undef X
};

/* Words that mean a rule's key as well. */
static const struct {
    const char *rule, *word, *key;
} aliases[] = {{"test-flaky-slow", "over", "max"}};

void rule_settings_init(struct rule_settings *st)
{
    memset(st, 0, sizeof *st);
    for (unsigned i = 0; i < nrules; i++)
        *vec_push(&st->limits) = rules[i].limits;
}

void rule_settings_free(struct rule_settings *st)
{
    for (size_t i = 0; i < st->sla.n; i++)
        mem_free(st->sla.v[i].layer);
    for (size_t i = 0; i < st->ignores.n; i++) {
        mem_free(st->ignores.v[i].rule);
        mem_free(st->ignores.v[i].function);
        mem_free(st->ignores.v[i].reason);
    }
    for (size_t i = 0; i < st->idle.n; i++)
        mem_free(st->idle.v[i]);
    vec_free(&st->limits);
    vec_free(&st->sla);
    vec_free(&st->ignores);
    vec_free(&st->idle);
}

void rule_value_text(char out[32], enum rule_key key, double v)
{
    char text[24];
    if (isnan(v))
        text[0] = 0;
    else if (rule_keys[key].unit != UNIT_DURATION)
        snprintf(text, sizeof text, "%.6g", v);
    else if (v >= 1e9)
        snprintf(text, sizeof text, "%.6gs", v / 1e9);
    else if (v >= 1e6)
        snprintf(text, sizeof text, "%.6gms", v / 1e6);
    else if (v >= 1e3)
        snprintf(text, sizeof text, "%.6gus", v / 1e3);
    else
        snprintf(text, sizeof text, "%.0fns", v);
    snprintf(out, 32, "%s", text);
}

/* The keys that a rule has, for a hint. */
static void list_keys(unsigned rule, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    for (unsigned k = 0; k < RULE_KEY_COUNT; k++)
        if (!isnan(rules[rule].limits.v[k]) && n < size)
            n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "", rule_keys[k].name);
}

static int find_rule(const char *name, struct err *e)
{
    int i = rule_find(name);
    if (i >= 0)
        return i;
    err_set(e, ERR_USAGE, "there is no rule %s", name);
    return err_hint(e, "ctxscope check --rules lists them");
}

static const char *meant(const char *rule, const char *key)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (!strcmp(aliases[i].rule, rule) && !strcmp(aliases[i].word, key))
            return aliases[i].key;
    return key;
}

static int find_key(unsigned rule, const char *word, struct err *e)
{
    char list[ERR_TEXT / 2];
    const char *key = meant(rules[rule].name, word);
    for (int k = 0; k < RULE_KEY_COUNT; k++)
        if (!strcmp(rule_keys[k].name, key) && !isnan(rules[rule].limits.v[k]))
            return k;
    list_keys(rule, list, sizeof list);
    err_set(e, ERR_USAGE, "rule %s has no key %s", rules[rule].name, word);
    return list[0] ? err_hint(e, "its keys: %s", list) : err_hint(e, "it has none");
}

static int parse_value(enum rule_key key, const char *text, double *out, struct err *e)
{
    static const char *const wanted[] = {"a duration, as 50ms or 1.5s", "a whole number", "a part of 1, as 0.05 or 5%"};
    int64_t n;
    char *end;
    enum setting_unit unit = rule_keys[key].unit;
    if (unit == UNIT_DURATION && parse_duration(text, strlen(text), &n) == 0 && n >= 0) {
        *out = (double)n;
        return 0;
    }
    if (unit == UNIT_COUNT && parse_int(text, strlen(text), &n) == 0 && n >= 0) {
        *out = (double)n;
        return 0;
    }
    if (unit == UNIT_SHARE && text[0] >= '0' && text[0] <= '9') {
        double v = strtod(text, &end);
        if (!strcmp(end, "%")) {
            v /= 100;
            end++;
        }
        if (!*end && v >= 0 && v <= 1) {
            *out = v;
            return 0;
        }
    }
    err_set(e, ERR_USAGE, "%s = %s: that is not %s", rule_keys[key].name, text, wanted[unit]);
    return err_hint(e, "%s: %s", rule_keys[key].name, rule_keys[key].meaning);
}

int rule_set(struct rule_settings *st, const char *rule, const char *key, const char *value, struct err *e)
{
    int i = find_rule(rule, e), k = i < 0 ? -1 : find_key((unsigned)i, key, e);
    double v = 0;
    if (k < 0 || parse_value((enum rule_key)k, value, &v, e) < 0)
        return -1;
    st->limits.v[i].v[k] = v;
    return 0;
}

int rule_set_sla(struct rule_settings *st, const char *layer, const char *duration, struct err *e)
{
    int64_t ns;
    if (parse_duration(duration, strlen(duration), &ns) < 0 || ns <= 0) {
        err_set(e, ERR_USAGE, "%s = %s: that is no service level", layer, duration);
        return err_hint(e, "give the longest time that this function or region may take, as 800ms");
    }
    for (size_t i = 0; i < st->sla.n; i++)
        if (!strcmp(st->sla.v[i].layer, layer)) {
            st->sla.v[i].limit = ns;
            return 0;
        }
    *vec_push(&st->sla) = (struct sla){mem_strdup(layer), ns};
    return 0;
}

int rule_ignore(struct rule_settings *st, const char *rule, const char *function, const char *reason, struct err *e)
{
    if (strcmp(rule, "*") != 0 && find_rule(rule, e) < 0)
        return -1;
    if (!reason[0]) {
        err_set(e, ERR_USAGE, "%s %s: an ignore needs a reason", rule, function);
        return err_hint(e, "write it as RULE FUNCTION = why it is no fault");
    }
    *vec_push(&st->ignores) = (struct ignore){mem_strdup(rule), mem_strdup(function), mem_strdup(reason)};
    return 0;
}

void rule_idle(struct rule_settings *st, const char *function)
{
    *vec_push(&st->idle) = mem_strdup(function);
}
