/* A play of goroutines, written as a trace: who creates, runs, blocks, wakes whom, and when. One proc: one goroutine runs at a time;
 * who is to act runs first, and whoever ran before is taken off. Times are ns from the start, and may only rise.
 *
 *     struct scene *sc = scene_new();                              // main.main runs as goroutine 1
 *     scene_go(sc, 10, 1, 5, "main.worker", "main.run main.go:3"); // 1 creates 5 there
 *     scene_block(sc, 20, 5, "select", "runtime.selectgo select.go:1 < main.worker main.go:9");
 *     scene_wake(sc, 30, 1, 5, "context.(*cancelCtx).cancel context.go:5 < main.run main.go:4");
 *     scene_quit(sc, 40, 5);                                       // ended
 *     struct session *s = scene_play(sc, 50);                      // the trace lasts until 50; frees sc
 */
#ifndef TESTS_LIB_SCENE_H
#define TESTS_LIB_SCENE_H

#include "model/session.h"
#include "tests/lib/mktrace.h"

enum { SCENE_GS = 4096 };
struct scene {
    struct mktrace *mk;
    struct mk_batch *b;
    uint64_t now;
    uint64_t running; /* 0 none */
    uint64_t seq[SCENE_GS];
    uint8_t state[SCENE_GS]; /* 0 none, r ready, R runs, w waits, s syscall */
    struct map stacks;       /* hash of the text -> id */
    struct map pcs;          /* of a frame's text -> pc */
};

struct scene *scene_new(void);
/* Stacks are text: frames "function file:line", leaf first, parted by " < ". */
/* start: a function, or a frame as in a stack. */
void scene_go(struct scene *sc, uint64_t t, uint64_t by, uint64_t g, const char *start, const char *stack);
void scene_run(struct scene *sc, uint64_t t, uint64_t g);
void scene_preempt(struct scene *sc, uint64_t t, uint64_t g);
void scene_block(struct scene *sc, uint64_t t, uint64_t g, const char *reason, const char *stack);
/* by 0: nobody, as a timer or the network. */
void scene_wake(struct scene *sc, uint64_t t, uint64_t by, uint64_t g, const char *stack);
void scene_quit(struct scene *sc, uint64_t t, uint64_t g);
void scene_syscall(struct scene *sc, uint64_t t, uint64_t g, const char *stack);
void scene_return(struct scene *sc, uint64_t t, uint64_t g);
/* Tasks, regions and logs of goroutine g. */
void scene_task(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, uint64_t parent, const char *name);
void scene_task_end(struct scene *sc, uint64_t t, uint64_t g, uint64_t task);
void scene_region(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, const char *name);
void scene_region_end(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, const char *name);
void scene_log(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, const char *category, const char *text);
void scene_stop_world(struct scene *sc, uint64_t t, uint64_t g, uint64_t until, const char *why);
/* Ends the trace at t and reads it; NULL when that fails, which a check has told. */
struct session *scene_play(struct scene *sc, uint64_t t);

#endif
