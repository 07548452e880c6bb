/* An event as golang.org/x/exp/trace prints it (Event.String), so that its listings can be compared line by line. */
#ifndef TESTS_LIB_EVENT_TEXT_H
#define TESTS_LIB_EVENT_TEXT_H

#include "base/buf.h"
#include "model/builder.h"

/* Appends the text, ending with a newline. sync: how many Sync events there were with this one. x may be NULL. */
void event_text(struct buf *out, const struct dict *d, const struct event *e, const struct event_ext *x, uint64_t sync);

#endif
