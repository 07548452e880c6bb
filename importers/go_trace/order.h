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

/* Delivers the generation's Sync event, then all its events to the builder. 0: whole; -1: an event could not be ordered or
 * read: *why (borrowed, until the next call) says which, *at is its offset in the unpacked file; what came before was
 * delivered. 1: stopped by the user or the sink. */
int order_generation(struct order *o, struct generation *g, const char **why, uint64_t *at);
/* The Sync event that ends a trace. */
int order_final_sync(struct order *o);
/* Wire events seen, by type. */
const uint64_t *order_counts(const struct order *o);
/* True when the first generation began while a GC was at work. */
bool order_started_in_gc(const struct order *o);
/* The least header version that writes all events seen, and the first event above `version`. */
int order_newest_event(const struct order *o);

#endif
