/* Groups of goroutines: by start function as the session has them, or by what else groupings.def names.
 *
 * Goroutines of the runtime's own are one group of their own in all but the first. A group's number stays while a session
 * grows, except by task and state, where goroutines change their group.
 */
#ifndef TUI_GROUPING_H
#define TUI_GROUPING_H

#include "tui/app.h"
#include "tui/range.h"

enum grouping_by {
#define GROUPING(id, title, sentence) GROUPING_##id,
#include "tui/groupings.def"
#undef GROUPING
    GROUPINGS
};
struct grouping_spec {
    const char *title, *sentence;
};
extern const struct grouping_spec grouping_specs[GROUPINGS];

struct grouping {
    enum grouping_by by;
    uint64_t version; /* another one whenever a goroutine of an unchanged session belongs to another group */
    /* NULL and none: the session's groups. */
    uint32_t *of; /* by gidx */
    uint32_t ng;
    VEC(struct group) groups, in_range; /* without peak and latency */
    const struct str *names;
    const struct range_sums *range; /* that the figures are of, NULL: of the whole trace */
};

/* The grouping that nav asks for, brought up to date; valid until the next call. The worker reads the tasks. Under session_read. */
const struct grouping *grouping_get(struct app *app, const struct nav *nav, struct session *s, const struct range_sums *range,
                                    enum range_state range_state);
/* How many groups; one of them, with its figures of the whole trace; figures of the marked range if there is one. */
uint32_t grouping_n(const struct grouping *gp, const struct session *s);
const struct group *grouping_at(const struct grouping *gp, const struct session *s, uint32_t group);
const struct group *grouping_figures(const struct grouping *gp, const struct session *s, uint32_t group);
struct str grouping_name(const struct grouping *gp, const struct session *s, uint32_t group);
/* The group of a goroutine; one that is not there yet counts to the first. */
uint32_t grouping_of(const struct grouping *gp, const struct session *s, gidx g);
/* What S does: the next grouping; the selected goroutine stays so. */
void grouping_next(struct app *app, struct nav *nav);
/* The selected group of the grouping that nav asks for; IDX_NONE: none. */
uint32_t nav_group(const struct nav *nav);
void nav_set_group(struct nav *nav, uint32_t group);
void grouping_release(struct app *app);

#endif
