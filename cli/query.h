/* Printing a query's rows. */
#ifndef CLI_QUERY_H
#define CLI_QUERY_H

#include "cli/options.h"
#include "cli/out.h"
#include "model/store/store.h"

/* At most --limit rows. 0, or -1 with *e. */
int query_print(const struct opts *o, struct query *q, enum format format, struct out *out, struct err *e);

#endif
