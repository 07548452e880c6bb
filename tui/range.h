/* The marked range: while it is set, all tables and totals speak of it only. Its sums are exact and made by the worker. */
#ifndef TUI_RANGE_H
#define TUI_RANGE_H

#include "model/session.h"
#include "tui/app.h"
#include "tui/members.h"

/* What a goroutine did within the range. */
struct range_g {
    ns_t ns[SHARE_COUNT]; /* adds up to its life within the range */
    uint32_t transitions;
    uint8_t last;  /* share where the range ends, SHARE_DEAD: ended, or not yet created */
    uint8_t lived; /* in the range, however short */
};
struct range_sums {
    uint64_t version; /* no two are alike */
    ns_t t0, t1;
    struct session_mark mark; /* of the session when they were made */
    struct range_g *g;        /* by gidx */
    struct group *groups;     /* by group: as the session's, but n, alive, ns and latency are of the range; starts within it */
    uint32_t ng, ngroups;
    VEC(struct wait_site) waits; /* as the session's; count: waits that the range has a part of */
    ns_t total[SHARE_COUNT];
};

enum range_state {
    RANGE_NONE,
    RANGE_OPEN,    /* one end is set */
    RANGE_LATER,   /* summed when the import has ended */
    RANGE_SUMMING, /* the worker does it */
    RANGE_STOPPED, /* the user stopped it */
    RANGE_READY
};
/* What is marked, and its sums (NULL unless RANGE_READY), valid until the next call; has the worker make them. Under
 * session_read. */
enum range_state range_get(struct app *app, const struct nav *nav, struct session *s, const struct range_sums **sums);
/* Figures of a group or goroutine: of the range, of the whole trace with r NULL. */
const struct group *range_group(const struct range_sums *r, const struct session *s, uint32_t group);
const ns_t *range_ns(const struct range_sums *r, const struct session *s, gidx g);
/* What is kept of a range is good while this is the same; 0: of the whole trace. */
static inline uint64_t range_version(const struct range_sums *r)
{
    return r ? r->version : 0;
}
/* Whether it lived within the range; of the whole trace all did. */
static inline bool range_lived(const struct range_sums *r, gidx g)
{
    return !r || (g < r->ng && r->g[g].lived);
}
/* Where goroutines waited: of the range, of the whole trace with r NULL. *n: how many. */
const struct wait_site *range_waits(const struct range_sums *r, const struct session *s, size_t *n);

/* What v does: sets one end at the cursor, then the other, then takes the range away. */
void range_toggle(struct app *app, struct nav *nav);
/* Takes away what is marked; false: nothing was. */
bool range_clear(struct nav *nav);
/* "range 301 ms", and what is to be known of its sums: "range 301 ms, being summed"; "" without one. */
void range_text(char out[64], const struct nav *nav, enum range_state state);
void range_release(struct app *app);

#endif
