/* A list of cancel edges: when, who cancelled, whom it woke, and what that one did until it left. Part of several views. */
#ifndef TUI_VIEWS_EDGE_LIST_H
#define TUI_VIEWS_EDGE_LIST_H

#include "tui/app.h"
#include "tui/parts.h"
#include "tui/ruler.h"

/* An edge as the list shows it. Times since the edge. */
struct edge_item {
    uint32_t edge;
    ns_t t, run, exit, sched, running, blocked;
    int64_t g;
    uint64_t ctx; /* 0: not known */
    struct str site, then;
    uint32_t line;
    uint8_t by, how, grade, foreign;
};
struct edge_list {
    uint32_t *edges; /* never first, then the slowest */
    uint32_t n, room;
    struct edge_item *items; /* shown */
    int nitems, rows;
    bool exact;
};
STATE_BEGIN
struct edge_list_state {
    uint32_t at, top;
};
STATE_END

/* Room for n edges. */
uint32_t *edge_list_room(struct edge_list *l, uint32_t n);
/* The list's edges are set: sorts them. Under session_read. */
void edge_list_sort(struct edge_list *l, const struct session *s);
/* Clamps, and reads the rows that show. */
void edge_list_load(struct edge_list *l, struct edge_list_state *st, struct session *s, int rows);
void edge_list_release(struct edge_list *l);
/* Header and rows; rect: the whole. */
void edge_list_draw(const struct edge_list *l, const struct edge_list_state *st, bool focus, const struct ruler_clock *clock,
                    struct grid *g, struct rect r);
/* The timeline at the chosen edge: its goroutine, the moment of the cancel. */
void edge_list_show(struct app *app, struct nav *nav, const struct edge_list *l, const struct edge_list_state *st, struct session *s);
/* A move by rows: clamped by the next load. */
void edge_list_move(struct edge_list_state *st, const struct edge_list *l, long by);

#endif
