/* One goroutine's life within a window: its sums, where it spent them, who created it. */
#ifndef CLI_LIFE_H
#define CLI_LIFE_H

#include "base/map.h"
#include "cli/goroutines.h"
#include "cli/page.h"

enum { CREATORS_MAX = 32 };

/* Time in spans of one class that began with one stack. */
struct life_place {
    class_id class;
    uint8_t share;
    stack_id stack;
    uint64_t count;
    ns_t ns;
};
struct life {
    struct session *s;
    gidx g;
    struct window w;
    ns_t ns[SHARE_COUNT];
    VEC(struct life_place) places; /* most time first */
    struct map by_place;
    uint64_t spans;
};

/* 0, or -1 with *e; release it in either case. */
int life_make(struct life *l, struct session *s, gidx g, struct window w, struct err *e);
void life_release(struct life *l);
/* The goroutine's creators, nearest first; how many. */
unsigned life_creators(const struct session *s, gidx g, gidx out[CREATORS_MAX]);
/* The runtime's word for why; empty before the first transition. */
struct str life_reason(const struct session *s, class_id c);

/* As text (cli/life_text.c). */
int life_text(const struct opts *o, struct life *l, struct out *out, struct err *e);

#endif
