/* The goroutine page's figures of a whole life: the graph of its states, its contexts, tasks and children. */
#ifndef TUI_VIEWS_GOROUTINE_LIFE_H
#define TUI_VIEWS_GOROUTINE_LIFE_H

#include "model/life_graph.h"
#include "tui/cancels.h"
#include "tui/ruler.h"
#include "tui/sites.h"

/* What a page reads at most: a life of more spans says so. */
enum { LIFE_SPANS = 1 << 15, KIN_CONTEXTS = 16, KIN_TASKS = 8, KIN_CHILDREN = 8 };

struct kin_context {
    uint64_t id;
    const char *kind, *grade; /* kind NULL: unknown */
    struct site_frame site;
    ns_t first_done, cancelled, woken; /* NS_NONE: not */
    enum mark_kind mark;               /* of the wake */
    bool owner;
};
struct kin_task {
    uint64_t id;
    struct str name;
    ns_t t0, t1;
};
struct page_life {
    struct life_graph graph;
    struct str reasons[LIFE_WAITS];
    struct kin_context contexts[KIN_CONTEXTS];
    struct kin_task tasks[KIN_TASKS];
    struct site_creator children[KIN_CHILDREN]; /* by start function, most first */
    uint32_t ncontexts, ntasks, nchildren;      /* in all; kept are at most as many as there is room */
    /* of what */
    gidx g;
    ns_t t0, t1;
    struct session_mark mark;
    bool read;
};
/* Reads it again when it is of another goroutine, stretch of time or state of the session. */
int page_life_load(struct page_life *l, struct session *s, gidx g, ns_t t0, ns_t t1, struct err *e);
/* Rows of the graph with its rule, at most max; 0: there is no room for it in w columns. */
int page_graph_rows(const struct page_life *l, int w, int max);
void page_graph_draw(const struct page_life *l, struct grid *g, struct rect r, const char *title);
/* Contexts, tasks and children, as much as r has room for. Returns rows used. */
int page_kin_draw(const struct page_life *l, const struct ruler_clock *clock, struct grid *g, struct rect r);

#endif
