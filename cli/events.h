/* Printing events one by one, whatever gives them. */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "cli/csv.h"
#include "cli/json.h"
#include "cli/options.h"
#include "model/event.h"

struct events_printer {
    enum format format;
    struct window window;
    uint64_t left;           /* events that may still be printed */
    const struct dict *dict; /* borrowed */
    struct out *out;
    ns_t t0;      /* time of the first event; NS_NONE before it */
    bool done;    /* nothing further is wanted */
    bool at_once; /* who reads waits for each block */
    struct json json;
    struct csv csv;
};

void events_begin(struct events_printer *p, enum format format, struct window w, uint64_t limit, const struct dict *d, struct out *out);
/* false: nothing further is wanted. ext: the event's side record or NULL. */
bool events_put(struct events_printer *p, const struct event *ev, const struct event_ext *ext);
void events_end(struct events_printer *p);

#endif
