/* Ordering: the batches of many threads -> one total order, generation by generation.
 *
 * Timestamps of different threads may disagree, so an event goes only when the runtime's own sequence numbers and states
 * allow it; time merely says whom to try first. What is known of goroutines, procs, threads, GC and tasks is kept over
 * generations. One handler per event, found in a table made from events.def.
 */
#ifndef IMPORTERS_GO_TRACE_ORDER_H
#define IMPORTERS_GO_TRACE_ORDER_H

#include "importers/go_trace/generation.h"

struct order;
struct order *order_new(struct builder *b);
void order_free(struct order *o);

enum order_result {
    ORDER_WHOLE,
    ORDER_STOPPED,       /* by the user or the sink */
    ORDER_BROKEN,        /* an event cannot be ordered or read; what came before was delivered */
    ORDER_UNKNOWN_EVENT, /* the same, for an event that this program does not know */
};
struct order_end {
    const char *why; /* borrowed until the next call */
    uint64_t at;     /* offset of the event in the unpacked file */
};

/* Delivers the generation's Sync event, then all its events to the builder. *end is filled when it breaks. */
enum order_result order_generation(struct order *o, struct generation *g, struct order_end *end);
/* After a break: the next generation is taken as a first one, with all states undetermined before it. */
void order_restart(struct order *o);
/* The Sync event that ends a trace. -1: stopped. */
int order_final_sync(struct order *o);
/* Wire events seen, by type. */
const uint64_t *order_counts(const struct order *o);
/* True when the first generation began while a GC was at work. */
bool order_started_in_gc(const struct order *o);
/* The least header version that writes all events seen, and the first event above `version`. */
int order_newest_event(const struct order *o);

#endif
