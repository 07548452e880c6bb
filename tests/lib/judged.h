/* A scene judged by all rules, and what is expected of it.
 *
 *     struct judged j = judge_scene(sc, 5 * S, "slow-cancel over 20ms");
 *     const struct finding *f = expect_finding(&j, "slow-cancel", "main.worker", 1);
 *     expect_silent(&j, "goroutine-leak");
 *     judged_free(&j);
 */
#ifndef TESTS_LIB_JUDGED_H
#define TESTS_LIB_JUDGED_H

#include "model/findings/findings.h"
#include "tests/lib/scene.h"

#define US 1000ull
#define MSEC 1000000ull
#define S 1000000000ull

struct judged {
    const char *name; /* of the case: who made it */
    struct session *s;
    struct rule_settings st;
    struct findings f;
};

/* settings: "rule key value", "sla LAYER DURATION", "idle FUNCTION" or "ignore RULE FUNCTION REASON", parted by "; "; may be NULL. */
struct judged judge_named(const char *name, struct scene *sc, uint64_t end, const char *settings);
#define judge_scene(sc, end, settings) judge_named(__func__, sc, end, settings)
/* The finding; NULL, after a complaint, when there is none or its count is another. function NULL: any. */
const struct finding *expect_finding(const struct judged *j, const char *rule, const char *function, uint32_t count);
/* Judged, and nothing of at least a warning (quiet) or nothing at all (silent). */
void expect_quiet(const struct judged *j, const char *rule);
void expect_silent(const struct judged *j, const char *rule);
void expect_not_judged(const struct judged *j, const char *rule);
void judged_free(struct judged *j);

#endif
