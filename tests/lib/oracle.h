/* The timeline by brute force: keeps every event as the importer gave it, and the spans that follow from them, and sums them
 * span by span. It knows nothing of segments, runs, chunks or sums, which is what makes it a judge of them.
 */
#ifndef TESTS_LIB_ORACLE_H
#define TESTS_LIB_ORACLE_H

#include "base/vec.h"
#include "model/session.h"
#include "model/timeline/timeline.h"

struct oracle_span {
    ns_t t0, t1;
    gidx g;
    uint16_t m, p;  /* EV_NO_MP: none, or it is no running or syscall */
    ns_t p_until;   /* the proc was taken away (syscalls); else t1 */
    uint32_t event; /* index of the event that began it; UINT32_MAX: none did */
    uint8_t share;
    uint8_t open;
};

struct oracle {
    struct session *s;
    VEC(struct event) ev; /* res: index into ext where has_ext */
    VEC(struct event_ext) ext;
    VEC(uint8_t) has_ext;
    VEC(ns_t) breaks;
    VEC(struct oracle_span) spans; /* by goroutine, then time */
    VEC(uint32_t) first;           /* by gidx: first of its spans; one more at the end */
    struct event_sink to;          /* handed on to */
    const uint8_t *chosen;         /* borrowed, by gidx; NULL: all */
};

/* More segments than events would make: at most so many events in each; 0: as they come. */
extern uint32_t oracle_split;
/* Sits before the encoder's sink. */
struct event_sink oracle_sink(struct oracle *o, struct session *s, struct event_sink to);
/* After the import. */
void oracle_finish(struct oracle *o);
void oracle_release(struct oracle *o);
/* Sums of a lane in a window; of the chosen goroutines only when o->chosen is set. */
void oracle_cells(const struct oracle *o, struct lane lane, const struct tl_window *w, struct tl_cell *out);

/* Sessions with their oracle. */
struct watched {
    struct session *s;
    struct oracle o;
};
/* Of trace files; false with *e. */
bool watched_load(struct watched *w, const char *const *paths, size_t n, struct err *e);
/* Of about n random events in `blocks` blocks (segments), of goroutines that do what goroutines do and, when odd, what they do
 * not. */
bool watched_random(struct watched *w, uint32_t blocks, uint32_t n, uint32_t goroutines, bool odd, struct err *e);
void watched_free(struct watched *w);

#endif
