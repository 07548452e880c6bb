/* What a rule works with.
 *
 * A rule looks at the session and reports sightings, one for each goroutine, burst or range that is wrong. Sightings with the same
 * subject, statement and cause become one finding, which keeps the worst one's numbers and the worst PROOF_KEPT proofs. When all are
 * in, the rule goes over its findings (rule_first) and says each in one sentence (finding_say).
 *
 *     struct sighting x = sighting_of(g, wait.t0, wait.t1);
 *     x.function = ...; x.frame = ...; x.weight = (double)(x.t1 - x.t0);
 *     sighting_prove(&x, PROOF_SPAN, id, t0, t1, g);
 *     rule_report(r, &x);
 *
 * Runs under the session's read lock. Times are of the trace's clock.
 */
#ifndef MODEL_FINDINGS_ENGINE_H
#define MODEL_FINDINGS_ENGINE_H

#include "base/map.h"
#include "model/findings/findings.h"
#include "model/timeline/timeline.h"

#define MS 1000000.0 /* ns; thresholds are doubles */
#define SECOND 1000000000.0

enum { SIGHTING_PROOFS = 4 };
struct sighting {
    str_id function;   /* subject; 0 unknown */
    frame_id frame;    /* statement; 0 unknown */
    const char *cause; /* static text; parts findings of one subject and statement */
    uint8_t severity, confidence;
    bool also;      /* speaks of goroutine g in [t0, t1): a more telling rule that does so too takes it over */
    uint32_t count; /* subjects; 0: one of a goroutine that was counted already */
    gidx g;
    uint32_t ctx;
    ns_t t0, t1;
    double weight; /* the worst comes first */
    double numbers[NUMBERS_COUNT];
    unsigned nproofs;
    struct proof proofs[SIGHTING_PROOFS];
};

/* What a finding keeps while its rule is at work. */
struct finding_side {
    uint32_t next;             /* finding of the same subject and statement, other cause; IDX_NONE */
    double weight;             /* of its worst sighting */
    double proofs[PROOF_KEPT]; /* weight of each proof, falling */
};

/* Goroutines that a rule spoke of, for `also`. */
struct claim {
    ns_t t0, t1;
    uint32_t finding, next; /* next claim on the same goroutine; IDX_NONE */
};

struct work; /* model/findings/work.h */

struct rule_run {
    struct session *s;
    const struct rule_settings *st;
    struct findings *out;
    uint16_t rule;
    const struct rule_limits *limits; /* of this rule */
    size_t first;                     /* this rule's findings begin here in out->list */
    VEC(struct finding_side) side;    /* by index in out->list */
    struct map groups;                /* of this rule: (function, frame) -> first finding */
    VEC(struct claim) claims;
    struct map claimed; /* gidx -> last claim */
    struct map idle;    /* frame -> 1 waits by design as the settings say, 0 not */
    struct work *work;  /* made by the first rule that asks; NULL */
    struct map lines;   /* (function, line) -> the frame that stands for it */
    bool (*stop)(void *);
    void *stop_ctx;
    unsigned asked;
};

static inline double limit(const struct rule_run *r, enum rule_key key)
{
    return r->limits->v[key];
}

/* One of the current rule's severity, CONF_CERTAIN, count 1, numbers absent. */
struct sighting sighting_of(const struct rule_run *r, gidx g, ns_t t0, ns_t t1);
void sighting_prove(struct sighting *x, enum proof_table table, int64_t id, ns_t t0, ns_t t1, gidx g);
/* Proof that g was in one state. */
void sighting_prove_span(struct sighting *x, const struct session *s, gidx g, ns_t t0, ns_t t1);
void rule_report(struct rule_run *r, const struct sighting *x);
/* This rule's findings so far: r->out->list.v[r->first .. r->out->list.n). */
static inline struct finding *rule_findings(const struct rule_run *r, size_t *n)
{
    *n = r->out->list.n - r->first;
    return *n ? r->out->list.v + r->first : NULL;
}
void finding_say(struct finding *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Asked now and then in long loops: -1 with *e when the user wants to stop. */
int rule_pause(struct rule_run *r, struct err *e);

/* --- names ------------------------------------------------------------------------------------------------------------ */

/* One frame for all of a statement: calls on one line differ in their pc. rule_report does so by itself. */
frame_id statement(struct rule_run *r, frame_id f);
/* The author's statement of a stack; 0. */
frame_id statement_of(struct rule_run *r, stack_id stack);
/* The function of a frame; 0. */
str_id frame_func(const struct session *s, frame_id f);
bool str_is(const struct session *s, str_id id, const char *text);
bool str_begins(const struct session *s, str_id id, const char *text);
/* Whose work a goroutine, or what a stack tells, is; 0 unknown. */
str_id function_of_g(struct rule_run *r, gidx g);
str_id function_of_stack(const struct session *s, stack_id stack);
/* It waits there by design: the table, or the settings' [idle]. */
bool waits_by_design(struct rule_run *r, gidx g, stack_id stack);
/* The goroutine of a group (IDX_NONE: of all but the runtime's) that was ready longest in all; IDX_NONE: none was. */
gidx most_ready(const struct session *s, uint32_t group);
/* Whether some frame of the stack is of this function. */
bool stack_has(const struct session *s, stack_id stack, const char *function);
/* "main.f (main.go:12)", "main.f" or "an unknown function"; for sentences. */
struct place_text {
    char s[320];
};
struct place_text place_of(const struct session *s, str_id function, frame_id frame);
struct duration_text {
    char s[24];
};
struct duration_text duration_of(double ns);
/* "1 goroutine", "12 goroutines". */
struct duration_text count_of(uint64_t n, const char *one);

#define RULE(symbol, ...) int judge_##symbol(struct rule_run *r, struct err *e);
#define LATER(symbol, ...)
#include "model/findings/rules.def"
#undef RULE
#undef LATER

#endif
