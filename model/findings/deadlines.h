/* Deadlines that fired, as a trace shows them: each starts a goroutine of package context's own. */
#ifndef MODEL_FINDINGS_DEADLINES_H
#define MODEL_FINDINGS_DEADLINES_H

#include "model/findings/engine.h"

struct deadline {
    ns_t t;
    gidx g;       /* the timer's goroutine */
    bool unheard; /* it woke nobody */
};
typedef VEC(struct deadline) deadlines;

/* By time. */
void deadlines_make(const struct session *s, deadlines *out);

#endif
