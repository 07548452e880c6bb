/* The lanes that a command line asks for: groups, goroutines, procs or threads, in order, and their cells. */
#ifndef CLI_LANES_H
#define CLI_LANES_H

#include "cli/goroutines.h"
#include "cli/page.h"

struct lane_row {
    struct lane lane;
    struct str name;  /* start function; empty for procs and threads */
    char id[32];      /* "G12", "P3"; of groups the count */
    int64_t number;   /* Go's id; of a group how many goroutines */
    bool unsigned_id; /* a thread's */
    ns_t weight;      /* order of groups: time running */
};
struct lanes {
    struct session *s;
    struct tl_window w;
    enum by by;
    VEC(struct lane_row) rows;
    size_t all; /* before --limit */
    /* private */
    uint8_t *chosen;       /* goroutines of --where; NULL: all */
    struct tl_cell *cells; /* of rows [have_from, have_to) */
    size_t have_from, have_to, at_once;
};

/* Of --by, --where, --window and --limit. Under the session's read lock. 0, or -1 with *e and nothing to release. */
int lanes_make(struct lanes *l, const struct opts *o, struct session *s, struct tl_window w, struct err *e);
/* The w.n cells of row i, valid until the next call; NULL with *e. Quickest in order of rows. */
const struct tl_cell *lanes_cells(struct lanes *l, size_t i, struct err *e);
void lanes_release(struct lanes *l);
static inline ns_t lanes_sum(const struct tl_cell *c, unsigned share)
{
    return c->ns[0][share] + c->ns[1][share];
}

/* As rows of characters (cli/lanes_text.c). LANES_LABEL: columns left of them. */
enum { LANES_LABEL = 34 };
int lanes_text(struct lanes *l, struct page *p, const struct opts *o, struct err *e);

#endif
