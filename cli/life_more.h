/* What `goroutine ID` tells beside sums and spans: the graph of its states, and its contexts. */
#ifndef CLI_LIFE_MORE_H
#define CLI_LIFE_MORE_H

#include "cli/json.h"
#include "cli/life.h"

/* As text; 0, or -1 with *e when the trace cannot be read. */
int graph_text(struct page *p, const struct life *l, struct err *e);
void contexts_of_text(struct page *p, const struct life *l);
/* As members of the object under way: "moves", "contexts". */
int graph_json(struct json *j, const struct life *l, struct err *e);
void contexts_of_json(struct json *j, const struct life *l);

#endif
