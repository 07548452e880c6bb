/* User tasks, regions and logs (runtime/trace): the second rung of evidence. Under session_read. */
#ifndef MODEL_TASKS_H
#define MODEL_TASKS_H

#include "model/session.h"

/* Latency of the tasks of one type. Open ones, and those that began before the trace, count in `open` only. */
struct task_type {
    str_id name;
    uint32_t n, open;
    ns_t p50, p95, p99, max; /* NS_NONE when n is 0 */
    uint32_t slowest;        /* index into session.tasks; IDX_NONE */
};
typedef VEC(struct task_type) task_types;
/* Tasks that end in [t0, t1), and open ones that began before t1; by name. Exact quantiles: the least latency that so large a share
 * does not exceed. */
void task_types_make(const struct session *s, ns_t t0, ns_t t1, task_types *out);

/* A region on one goroutine; t0 NS_NONE: began before the trace; t1 NS_OPEN. */
struct region {
    ns_t t0, t1;
    gidx g;
    str_id name;
    uint32_t task;   /* index into session.tasks; IDX_NONE: none */
    uint32_t parent; /* the region around it on the same goroutine; IDX_NONE */
    stack_id stack;
};
typedef VEC(struct region) regions;
/* All, by t0 (those without one first); reads the marks once. An end closes the innermost open region of its name and task. */
int regions_make(struct session *s, regions *out, struct err *e);

/* A request: what served one task, or one context. lens[g] = 1 for each goroutine that worked for it; released with mem_free.
 * Goroutines that did a region, log, task event or context event of it (or of a task below it), and those they created meanwhile. */
struct lens {
    uint8_t *g;  /* [session.goroutines.n], by gidx */
    uint32_t n;  /* goroutines in it */
    ns_t t0, t1; /* of the task or context; NS_OPEN */
    gidx main;   /* whose critical path ends it: the task's or context's owner */
};
int lens_of_task(struct session *s, uint32_t task, struct lens *out, struct err *e);
int lens_of_ctx(struct session *s, uint32_t ctx, struct lens *out, struct err *e);
/* By a request id: goroutines with a log or profiler label in which `key` has this value ("key=value" in the text, or category key). */
int lens_of_value(struct session *s, struct str key, struct str value, struct lens *out, struct err *e);
/* Whether a log says that key is value: its category is the key and its text the value, or its text has the word key=value. */
bool log_has(struct str category, struct str text, struct str key, struct str value);
void lens_release(struct lens *l);

#endif
