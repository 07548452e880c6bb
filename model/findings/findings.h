/* Findings: what is wrong, how sure that is, and the rows that prove it.
 *
 * A rule is one file rule_NAME.c and one row of rules.def. It reads the session (model/ctx/ctx.h, model/facts.h, tables, spans) and
 * calls finding_add. What it lacks evidence for it does not judge: the engine lists it as not judged, with what it needs.
 */
#ifndef MODEL_FINDINGS_FINDINGS_H
#define MODEL_FINDINGS_FINDINGS_H

#include "base/err.h"
#include "base/vec.h"
#include "model/session.h"

enum severity { SEV_INFO, SEV_WARNING, SEV_ERROR, SEVERITIES };
extern const char *const severity_words[SEVERITIES];
enum confidence { CONF_POSSIBLE, CONF_LIKELY, CONF_CERTAIN, CONFIDENCES };
extern const char *const confidence_words[CONFIDENCES];

/* Evidence that a rule may need. X(id, word, how to get it) */
#define EVIDENCE(X)                                                                                                                        \
    X(TRACE, "trace", "a Go execution trace")                                                                                              \
    X(ANNOT, "annot", "tasks, regions or logs of runtime/trace in the trace")                                                              \
    X(CTX, "ctx", "context events in the trace")                                                                                           \
    X(DUMP, "dump", "a goroutine dump or profile")                                                                                         \
    X(PROFILE, "profile", "a pprof profile")                                                                                               \
    X(NET, "net", "a packet capture")                                                                                                      \
    X(STATIC, "static", "reports of go vet")                                                                                               \
    X(SLA, "sla", "a table [sla] in the config")
enum evidence {
#define X(id, word, how) EVID_##id,
    EVIDENCE(X)
#undef X
        EVIDENCES
};
extern const char *const evidence_words[EVIDENCES], *const evidence_how[EVIDENCES];

/* Thresholds: one name for one meaning in all rules. X(id, key, unit, meaning) */
enum setting_unit { UNIT_DURATION, UNIT_COUNT, UNIT_SHARE };
#define RULE_KEYS(X)                                                                                                                       \
    X(OVER, "over", UNIT_DURATION, "longer than this is reported")                                                                         \
    X(MIN, "min", UNIT_COUNT, "so many at least")                                                                                          \
    X(SHARE, "share", UNIT_SHARE, "this part of the whole at least")                                                                       \
    X(DEPTH, "depth", UNIT_COUNT, "so many levels at least")                                                                               \
    X(MAX, "max", UNIT_DURATION, "the longest that is allowed")                                                                            \
    X(GRACE, "grace", UNIT_DURATION, "how long something may outlive its end")
enum rule_key {
#define X(id, key, unit, meaning) KEY_##id,
    RULE_KEYS(X)
#undef X
        RULE_KEY_COUNT
};
struct rule_key_spec {
    const char *name, *meaning;
    enum setting_unit unit;
};
extern const struct rule_key_spec rule_keys[RULE_KEY_COUNT];
/* A rule's thresholds: durations in ns, counts, shares of 1; NAN: the rule has no such key. */
struct rule_limits {
    double v[RULE_KEY_COUNT];
};

enum proof_table {
    PROOF_SPAN,
    PROOF_EDGE,
    PROOF_CANCEL,
    PROOF_CTX,
    PROOF_GOROUTINE,
    PROOF_TASK,
    PROOF_RANGE,
    PROOF_LOG,
    PROOF_WAIT,
    PROOF_TABLES
};
extern const char *const proof_table_words[PROOF_TABLES]; /* names of the SQL tables */
/* A row that proves a finding, and where it lies on the timeline. id: span: goroutine id; else the row's id in that table. */
struct proof {
    uint8_t table;
    int64_t id;
    ns_t t0, t1;
    gidx g; /* IDX_NONE */
};

/* Numbers that findings carry (findings.md). X(id, key); those that end in _ms are kept in ns. */
#define NUMBERS(X)                                                                                                                         \
    X(CANCEL_TO_WAKE, "cancel_to_wake_ms")                                                                                                 \
    X(CANCEL_TO_RUN, "cancel_to_run_ms")                                                                                                   \
    X(CANCEL_TO_EXIT, "cancel_to_exit_ms")                                                                                                 \
    X(SCHED, "sched_ms")                                                                                                                   \
    X(CPU, "cpu_ms")                                                                                                                       \
    X(BLOCKED, "blocked_ms")                                                                                                               \
    X(OVERRUN, "overrun_ms")                                                                                                               \
    X(DEPTH, "depth")                                                                                                                      \
    X(WOKEN, "woken")                                                                                                                      \
    X(RUNQUEUE_MAX, "runqueue_max")                                                                                                        \
    X(SCHED_P99, "sched_p99_ms")                                                                                                           \
    X(POLLS, "polls")                                                                                                                      \
    X(SHARE, "share")                                                                                                                      \
    X(WAITED, "waited_ms")                                                                                                                 \
    X(STW, "stw_ms")                                                                                                                       \
    X(BUDGET_LEFT, "budget_left_ms")                                                                                                       \
    X(TOOK, "took_ms")                                                                                                                     \
    X(SLA, "sla_ms")
enum number {
#define X(id, key) NUM_##id,
    NUMBERS(X)
#undef X
        NUMBERS_COUNT
};
extern const char *const number_keys[NUMBERS_COUNT];
/* Whether it is a duration: kept in ns, told in ms. */
bool number_is_time(enum number n);

struct finding {
    uint16_t rule;      /* index into rules[] */
    uint8_t severity;   /* enum severity: may differ from the rule's */
    uint8_t confidence; /* enum confidence */
    gidx g;             /* worst or first goroutine; IDX_NONE */
    uint32_t ctx;       /* index into session.ctx.contexts; IDX_NONE */
    str_id function;    /* subject: whole name as Go writes it; 0 */
    frame_id frame;     /* statement: file and line; 0 */
    uint32_t count;     /* subjects in it */
    ns_t t0, t1;
    const char *cause;             /* static text, part of what groups findings; NULL none */
    char *message;                 /* one sentence with the numbers; owned */
    double numbers[NUMBERS_COUNT]; /* NAN: absent; of the worst case */
    VEC(struct proof) proof;       /* worst first, at most PROOF_KEPT */
    VEC(uint16_t) also;            /* other rules that speak of the same goroutine and context */
    bool ignored;                  /* by the config's ignores; with: */
    const char *reason;            /* of the ignore; points into the settings */
};
enum { PROOF_KEPT = 20 };

struct rule_run; /* what a rule works with: model/findings/engine.h */
struct rule {
    const char *name;
    uint8_t severity;
    uint8_t needs;                                   /* enum evidence: without it the rule is not judged */
    uint32_t helps;                                  /* bit per evidence with which it would be surer */
    struct rule_limits limits;                       /* defaults; NAN: no such key */
    const char *about;                               /* what it finds, one sentence */
    const char *advice;                              /* what to do, in Go terms */
    const char *wrong_if;                            /* what would show that it is a false alarm */
    int (*judge)(struct rule_run *r, struct err *e); /* NULL: rules of later evidence, never judged yet */
};
extern const struct rule rules[];
extern const unsigned nrules;
/* Index of a rule by its name, or -1. */
int rule_find(const char *name);

/* What a user sets: thresholds, SLA table, ignores, idle functions. Filled from config and command line (cli/config.c). */
struct sla {
    char *layer; /* function or region name */
    ns_t limit;
};
struct ignore {
    char *rule, *function; /* "*" any */
    char *reason;
};
struct rule_settings {
    VEC(struct rule_limits) limits; /* by rule */
    VEC(struct sla) sla;
    VEC(struct ignore) ignores;
    VEC(char *) idle;
};
void rule_settings_init(struct rule_settings *st);
void rule_settings_free(struct rule_settings *st);
/* A value as people write it: "50ms", "100", "0.5". */
void rule_value_text(char out[32], enum rule_key key, double v);
/* `rule` and `key` as in `[rule NAME] key = value`; -1 with *e when there is no such rule, key, or the value is not of its unit. */
int rule_set(struct rule_settings *st, const char *rule, const char *key, const char *value, struct err *e);
int rule_set_sla(struct rule_settings *st, const char *layer, const char *duration, struct err *e);
int rule_ignore(struct rule_settings *st, const char *rule, const char *function, const char *reason, struct err *e);
/* Adds that ignore to a settings file (made when it is not there), in a section [ignore]. -1 with *e when it cannot be written, or
 * would be read back as something else. */
int rule_ignore_write(const char *path, const char *rule, const char *function, const char *reason, struct err *e);
/* Goroutines that wait in this function, or were started with it, wait by design. */
void rule_idle(struct rule_settings *st, const char *function);

struct findings {
    VEC(struct finding) list;         /* severity falling, then rule in the table's order, then count falling */
    VEC(uint16_t) not_judged;         /* rules that lack their evidence */
    VEC(uint16_t) judged_clean;       /* judged, nothing found */
    uint32_t evidence;                /* bit per evidence that is there */
    uint32_t by_severity[SEVERITIES]; /* ignored ones excluded */
};
/* Judges the session by all rules. Takes the read lock itself, rule by rule (readers of a frame are not held up). The import has ended.
 * stop: asked now and then, may be NULL: true ends it early with ERR_CANCEL. 0 or -1 with *e. */
int findings_make(struct session *s, const struct rule_settings *st, bool (*stop)(void *), void *ctx, struct findings *out, struct err *e);
void findings_release(struct findings *f);

#endif
