/* Findings as they are told: freed from their session, so that a folder of traces can be judged one after another and told at once. */
#ifndef CLI_TOLD_H
#define CLI_TOLD_H

#include "base/arena.h"
#include "cli/config.h"
#include "cli/load.h"
#include "cli/page.h"
#include "model/findings/findings.h"

struct told_proof {
    uint8_t table; /* enum proof_table */
    int64_t id, g; /* g: -1 none */
    ns_t t0, t1;   /* since the session's start */
};

struct told {
    uint16_t rule; /* index into rules[] */
    uint8_t severity, confidence;
    bool ignored;
    bool has_g;
    int64_t g;
    const char *function, *file; /* NULL unknown */
    uint32_t line;               /* 0 unknown */
    uint32_t count;
    ns_t t0, t1; /* since the session's start */
    const char *cause, *message, *reason;
    double numbers[NUMBERS_COUNT];
    VEC(struct told_proof) proof;
    VEC(uint16_t) also;
};

/* One session's findings. Of a folder there are several: one for each trace, that is for each test. */
struct told_session {
    const char *name;  /* of the test; NULL: no folder */
    const char *path;  /* first source */
    const char *error; /* it could not be read; NULL */
    uint32_t evidence;
    uint32_t by_severity[SEVERITIES]; /* ignored ones left out */
    double seconds;                   /* that the trace covers */
    VEC(struct told) list;
    VEC(uint16_t) not_judged, clean;
};

struct tale {
    VEC(struct told_session) sessions;
    bool tests; /* of a folder: a session is a test */
    enum severity fail_on;
    struct arena texts;
};
void tale_release(struct tale *t);

/* Judges a session that is loaded, not under its lock; adds it to the tale. --window, --where and --limit choose. 0, -1 with *e. */
int told_add(struct tale *t, struct session *s, const struct opts *o, const struct config *c, const char *name, const char *path,
             struct err *e);
/* Opens sources as one session and adds it. 0, EXIT_STOPPED, or -1 with *e. */
int told_load(struct tale *t, const struct opts *o, const struct config *c, const char *const *paths, size_t n, const char *name,
              struct err *e);
/* A trace of a folder that could not be read. */
void told_add_error(struct tale *t, const char *name, const char *path, const struct err *why);

/* Findings at or above the threshold that are not ignored. */
static inline bool told_fails(const struct tale *t, const struct told *f)
{
    return !f->ignored && f->severity >= t->fail_on;
}
bool session_fails(const struct tale *t, const struct told_session *s);
uint32_t tale_count(const struct tale *t, enum severity severity);

/* The writers. Each prints all. */
void tale_json(const struct tale *t, struct out *out);
void tale_csv(const struct tale *t, struct out *out);
void tale_text(const struct tale *t, struct page *p);  /* each at length: `findings` */
void tale_lines(const struct tale *t, struct page *p); /* one line each, as compilers do: `check` */
void tale_sarif(const struct tale *t, struct out *out);
void tale_junit(const struct tale *t, struct out *out);
void tale_github(const struct tale *t, struct out *out);

/* A finding's file from here: below the working folder without that, else as it is. */
const char *told_path(const struct told *f, char *buf, size_t size);

#endif
