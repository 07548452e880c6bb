/* The catalogue and its words. */
#include <math.h>
#include <string.h>

#include "model/findings/engine.h"

const char *const severity_words[SEVERITIES] = {"info", "warning", "error"};
const char *const confidence_words[CONFIDENCES] = {"possible", "likely", "certain"};
const char *const evidence_words[EVIDENCES] = {
#define X(id, word, how) word,
    EVIDENCE(X)
#undef X
};
const char *const evidence_how[EVIDENCES] = {
#define X(id, word, how) how,
    EVIDENCE(X)
#undef X
};
const char *const proof_table_words[PROOF_TABLES] = {"span", "cancel_edge", "cancel", "ctx",      "goroutine",
                                                     "task", "range",       "log",    "wait_site"};
const char *const number_keys[NUMBERS_COUNT] = {
#define X(id, key) key,
    NUMBERS(X)
#undef X
};

bool number_is_time(enum number n)
{
    size_t len = strlen(number_keys[n]);
    return len > 3 && !strcmp(number_keys[n] + len - 3, "_ms");
}

#define HELPS(id) (1u << EVID_##id)
#define NO NAN
#define LIMITS(over, min, share, depth, max, grace)                                                                                        \
    {                                                                                                                                      \
        {                                                                                                                                  \
            [KEY_OVER] = over, [KEY_MIN] = min, [KEY_SHARE] = share, [KEY_DEPTH] = depth, [KEY_MAX] = max, [KEY_GRACE] = grace             \
        }                                                                                                                                  \
    }
#define ROW(name_, severity_, needs_, helps_, limits_, about_, advice_, wrong_, judge_)                                                    \
    {.name = name_,                                                                                                                        \
     .severity = SEV_##severity_,                                                                                                          \
     .needs = EVID_##needs_,                                                                                                               \
     .helps = helps_,                                                                                                                      \
     .limits = LIMITS limits_,                                                                                                             \
     .about = about_,                                                                                                                      \
     .advice = advice_,                                                                                                                    \
     .wrong_if = wrong_,                                                                                                                   \
     .judge = judge_},
const struct rule rules[] = {
#define RULE(symbol, name, severity, needs, helps, limits, about, advice, wrong)                                                           \
    ROW(name, severity, needs, helps, limits, about, advice, wrong, judge_##symbol)
#define LATER(symbol, name, severity, needs, helps, limits, about, advice, wrong)                                                          \
    ROW(name, severity, needs, helps, limits, about, advice, wrong, NULL)
#include "model/findings/rules.def"
#undef RULE
#undef LATER
};
const unsigned nrules = sizeof rules / sizeof *rules;

int rule_find(const char *name)
{
    for (unsigned i = 0; i < nrules; i++)
        if (!strcmp(rules[i].name, name))
            return (int)i;
    return -1;
}
