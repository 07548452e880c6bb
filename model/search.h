/* Search: a regular expression over everything that has a name: functions and files of stacks, goroutines, logs, tasks,
 * regions, labels. Each distinct text, frame and stack is judged once; then columns of stack numbers are scanned.
 *
 *     struct search *se = search_new(s, "db.*Query", 9, REGEX_SMART, &e);
 *     search_from(se, cursor, 1, IDX_NONE);
 *     while ((rc = search_step(se, 10, &hit, &e)) == SEARCH_MORE)   // 10 ms at a time, between frames or on a thread
 *         ...;
 *     if (rc == SEARCH_HIT) go_to(hit.t, hit.g);
 *
 * The functions that take an err are called under session_read and may be called while an import runs: what came since the last
 * call is searched too. One thread at a time for each search. Cost: 20 ns a text at the start; then 5 ns an event, decoding
 * included, and nothing where no text matches.
 */
#ifndef MODEL_SEARCH_H
#define MODEL_SEARCH_H

#include "base/err.h"
#include "model/regex.h"
#include "model/session.h"

/* X(id, name): what was hit, most telling first. */
#define SEARCH_KINDS(X)                                                                                                                    \
    X(GOROUTINE, "goroutine")                                                                                                              \
    X(LOG, "log")                                                                                                                          \
    X(TASK, "task")                                                                                                                        \
    X(REGION, "region")                                                                                                                    \
    X(LABEL, "label")                                                                                                                      \
    X(STACK, "stack")                                                                                                                      \
    X(SAMPLE, "CPU sample")
enum search_kind {
#define X(id, name) HIT_##id,
    SEARCH_KINDS(X)
#undef X
        SEARCH_KIND_COUNT
};
extern const char *const search_kind_names[SEARCH_KIND_COUNT];

struct hit {
    ns_t t;
    gidx g;         /* on whose lane it is; IDX_NONE */
    uint8_t kind;   /* enum search_kind */
    str_id text;    /* the text that matched; 0: a goroutine's number */
    stack_id stack; /* the event's; 0 none */
};

struct search;

/* NULL with *e when the pattern is none (see regex_new). flags: REGEX_*. Keeps the session, borrowed. */
struct search *search_new(struct session *s, const char *pattern, size_t n, unsigned flags, struct err *e);
void search_free(struct search *se);

/* Whether a goroutine's number or start function matches; a group's name. */
bool search_goroutine(struct search *se, gidx g);
bool search_group(struct search *se, uint32_t group);
/* Whether a text of the session matches; a stack's functions or files (0 is none). */
bool search_text(struct search *se, str_id text);
bool search_stack(struct search *se, stack_id stack);
/* The first match within a text, for highlighting; see regex_find. */
int search_find(struct search *se, const char *text, size_t n, size_t *at, size_t *len);

enum { SEARCH_NONE, SEARCH_HIT, SEARCH_MORE };
/* The next step looks for the first hit after t (dir 1) or the last before t (dir -1); only those on g unless it is IDX_NONE. */
void search_from(struct search *se, ns_t t, int dir, gidx g);
/* SEARCH_HIT with *out, from where the search goes on; SEARCH_NONE: no further hit (while an import runs: so far);
 * SEARCH_MORE: the time is up, call again; -1 with *e. */
int search_step(struct search *se, double ms, struct hit *out, struct err *e);

/* All hits so far, by kind. A goroutine counts once; an event whose stack matches counts once. */
struct search_counts {
    uint64_t hits[SEARCH_KIND_COUNT];
    uint32_t done, of; /* segments */
};
/* SEARCH_NONE when all is counted (*out is whole), SEARCH_MORE (*out is so far), -1. */
int search_count(struct search *se, double ms, struct search_counts *out, struct err *e);

/* Texts that the expression gave up on; they count as not matching. */
uint64_t search_gave_up(const struct search *se);

#endif
