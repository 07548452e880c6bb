/* Private to model/timeline: sums of many sets at once, segment by segment, from LOD rows or from event rows. */
#ifndef MODEL_TIMELINE_SETS_H
#define MODEL_TIMELINE_SETS_H

#include "model/timeline/index.h"
#include "model/timeline/lod_rows.h"

/* Sets that are summed in one pass: groups and all goroutines; procs and threads. */
enum set_family { FAMILY_GROUPS, FAMILY_PROCS };

struct sets {
    struct session *s;
    struct tl_index *x; /* locked */
    const struct class_shares *cs;
    struct halves h;
    enum set_family family;
    /* Rows to add to, by id; NULL: not wanted. `all` only of the groups' family. */
    sum_t **group, **proc, **thread;
    sum_t *all;
    bool rows_only;        /* wanted sets have no LOD rows: see LOD_GROUPS in model/lod.h */
    const uint8_t *chosen; /* by gidx: only these count; NULL: all. Procs and threads with rows_only only. */
    struct err *e;
};

/* Sums segment i from its event rows. idle: counts of all groups in this segment, [groups + 1][SHARE_COUNT], the last of all. */
int sets_rows(struct sets *j, uint32_t i, const int64_t *idle);
/* Sums a range of LOD chunks of one level that cover [t0, t1). */
int sets_lod(struct sets *j, struct lod_range range, unsigned level, ns_t t0, ns_t t1);
/* Adds what the LOD rows of segments [from, to) lack or have too much, for they were written before all was known. */
int sets_mend(struct sets *j, uint32_t from, uint32_t to);

/* All segments of the window. */
int sets_sum(struct sets *j);

#endif
