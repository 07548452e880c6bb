/* What a goroutine waited for, in the runtime's own words: time by reason. */
#ifndef CLI_REASONS_H
#define CLI_REASONS_H

#include "cli/goroutines.h"
#include "cli/json.h"

struct reasons {
    struct session *s;
    struct window w;
    ns_t *by_class; /* of one goroutine; cleared when it was printed */
    VEC(class_id) seen;
    ns_t untold; /* waits whose beginning, and so whose reason, lies before the trace */
};

/* w: only time within it counts. */
void reasons_init(struct reasons *r, struct session *s, struct window w);
void reasons_release(struct reasons *r);
/* Sums the waits of goroutine g. 0, or -1 with *e. */
int reasons_sum(struct reasons *r, gidx g, struct err *e);
/* As an object under `key`; what no reason was told of is "unknown". They add up to the time waiting. */
void reasons_json(struct reasons *r, struct json *j, const char *key);
/* Time by kind of wait (chan, sync, …) of ns[], as an object. */
void kinds_json(const ns_t ns[SHARE_COUNT], struct json *j, const char *key);

#endif
