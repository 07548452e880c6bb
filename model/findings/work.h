/* Whose work a goroutine does: the user task (runtime/trace) under which it runs at a moment, told by its regions, by tasks that it
 * began, or by what its creator did when it created it. */
#ifndef MODEL_FINDINGS_WORK_H
#define MODEL_FINDINGS_WORK_H

#include "base/map.h"
#include "model/findings/engine.h"
#include "model/tasks.h"

struct held { /* a stretch in which g works for a task */
    gidx g;
    uint32_t task; /* index into session.tasks */
    ns_t t0, t1;
};

struct work {
    const struct session *s;
    VEC(struct held) held; /* by g, then t0 */
    uint32_t *inherited;   /* by g: the task under which it was created; IDX_NONE */
    struct map by_id;      /* task id -> index */
};

/* Made once for all rules; NULL with *e. */
const struct work *rule_work(struct rule_run *r, struct err *e);
void work_free(struct work *w); /* NULL: nothing */
/* Index of the task, IDX_NONE: none that is known. */
uint32_t work_at(const struct work *w, gidx g, ns_t t);
/* Whether g works for a task below another outermost one, too: it serves all. */
bool works_for_others(const struct work *w, gidx g, uint32_t task);
/* The outermost task above. */
uint32_t work_root(const struct work *w, uint32_t task);

#endif
