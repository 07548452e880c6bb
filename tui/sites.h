/* Places in code, for panes: frames with their names, where a group's goroutines waited, who created them. */
#ifndef TUI_SITES_H
#define TUI_SITES_H

#include "tui/members.h"
#include "tui/parts.h"

struct site_frame {
    struct str func, file;
    uint32_t line;
    bool std; /* the standard library's */
};
/* f 0: empty. */
struct site_frame site_frame(const struct session *s, frame_id f);
/* The stack from its leaf on, without the runtime's own frames there; at most max. */
int site_stack(const struct session *s, stack_id stack, struct site_frame *out, int max);

struct site_wait {
    struct site_frame at;
    struct str reason, name; /* name: of the group that was first seen waiting there */
    uint32_t group;
    uint64_t count;
    ns_t ns;
    uint8_t share;
};
/* Where goroutines waited longest, at most max, longest first. group IDX_NONE: all of the program, without those that wait by
 * design (accept loops, idle connections, signal handlers, the runtime's own). */
int site_waits(const struct session *s, uint32_t group, struct site_wait *out, int max);
/* The same within a marked range; r NULL: in the whole trace. */
struct range_sums;
int site_waits_in(const struct session *s, const struct range_sums *r, uint32_t group, struct site_wait *out, int max);

struct site_creator {
    int64_t id; /* of the first creator there */
    struct str name;
    struct site_frame at;
    uint32_t count;
};
/* Who created the members of a group and where, most first. */
int site_creators(const struct session *s, const struct members *m, uint32_t group, struct site_creator *out, int max);
/* Only those that lived within a marked range; r NULL: all. */
int site_creators_in(const struct session *s, const struct range_sums *r, const struct members *m, uint32_t group, struct site_creator *out,
                     int max);

/* Which start functions the members of a group have, most first; those that lived within r (NULL: all). */
int site_starts(const struct session *s, const struct range_sums *r, const struct members *m, uint32_t group, struct site_creator *out,
                int max);

/* Waits "688 s ══ sync 2209× Resolver.Resolve resolver.go:512", one a line from y on, in w columns. */
void site_draw_waits(struct grid *g, int x, int y, int w, int rows, const struct site_wait *waits, int n);
void site_draw_creators(struct grid *g, int x, int y, int w, int rows, const struct site_creator *c, int n);

#endif
