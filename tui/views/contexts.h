/* The Contexts view's insides: the tree by the statements that made contexts, and one context's life on the clock. */
#ifndef TUI_VIEWS_CONTEXTS_H
#define TUI_VIEWS_CONTEXTS_H

#include "model/ctx/tree.h"
#include "tui/members.h"
#include "tui/sites.h"
#include "tui/table.h"
#include "tui/views/edge_list.h"

enum ccol {
#define CCOL(id, title, w, wide, from, right) CCOL_##id,
#include "tui/views/contexts.def"
#undef CCOL
    CCOLS
};
enum contexts_pane { CONTEXTS_TREE, CONTEXTS_BELOW };
enum { FOLD_NODES = 1024, LIFE_USERS = 40, LIFE_CELLS = 160, LABEL_MOST = 58 };

STATE_BEGIN
struct contexts_state {
    struct table_state table;
    uint32_t item;                    /* of the row's contexts or bursts, worst first */
    uint16_t pane;                    /* enum contexts_pane */
    uint16_t begun;                   /* a row was chosen */
    uint32_t seen;                    /* nav.ctx that was last brought into view */
    struct edge_list_state list;      /* users of the context, or edges of the row */
    uint32_t folded[FOLD_NODES / 32]; /* bit per node */
};
STATE_END

/* A goroutine that used the context, as its life is drawn. */
struct life_user {
    int64_t id;
    gidx g;
    struct str name;
    bool owner, woken;
    int done; /* cell of its first Done, -1 none in sight */
    struct lane_cell cells[LIFE_CELLS];
    ns_t run, exit; /* since the cancel; NS_NONE */
    bool blocked;   /* between them mostly */
    uint32_t edge;
};
struct life {
    bool any;
    struct ctx ctx;
    struct site_frame site, cancel_site;
    ns_t t0, t1; /* created or first mentioned; cancelled or the trace's end */
    int64_t owner;
    uint64_t parent, root; /* ids; 0 none */
    int w, log;            /* cells of the linear part, of the logarithmic one */
    int nusers;
    uint32_t all; /* users in all */
    struct life_user users[LIFE_USERS];
};

/* A row as it is drawn. */
struct crow {
    uint32_t node;
    struct site_frame at;
    struct str name;
    uint32_t bars; /* bit per level: a line goes on there */
    bool last, folded;
};

struct contexts_data {
    struct ctx_tree tree;
    struct session_mark mark;
    ns_t from, to; /* the range that it was made of */
    size_t built;  /* contexts, edges and tasks then */
    bool made;
    VEC(uint32_t) rows; /* nodes that show */
    struct table_col cols[CCOLS];
    struct table_layout layout;
    struct rect r;
    int body, pane; /* rows of the tree without its header; of the pane with its rule */
    VEC(struct crow) shown;
    uint32_t node;       /* chosen; IDX_NONE */
    VEC(uint32_t) items; /* of the node, worst first */
    uint32_t items_of;
    struct life life;
    struct edge_list list;
    struct ruler_clock clock;
    uint32_t ncontexts, ncancels;
    bool importing, ranged;
};

int contexts_load(struct app *app, struct nav *nav, void *state, void *data, struct session *s, struct rect r, struct err *e);
void contexts_draw(const struct nav *nav, const void *state, const void *data, struct grid *g, struct rect r);
/* Where a context's users are among session.ctx.users: sorted by context once the import is over, before anywhere. */
void contexts_users(const struct session *s, uint32_t ctx, uint32_t *from, uint32_t *to);
/* One context's life, in w columns. Under session_read. 0, or -1 with *e. */
int life_load(struct life *l, struct session *s, uint32_t ctx, int w, int label, struct err *e);
void life_draw(const struct life *l, const struct contexts_state *st, const struct ruler_clock *clock, struct grid *g, struct rect r,
               int label);
static inline int contexts_label(int w)
{
    return w >= 160 ? 41 : w >= 110 ? 33 : 24;
}
/* Rows of the pane that the life takes, with its rule; the reactions below the place get the rest when that is worth it. */
static inline int contexts_life_rows(const struct contexts_data *d)
{
    int want = 3 + (d->life.all > (uint32_t)LIFE_USERS ? LIFE_USERS : (int)d->life.all) + 1, half = d->pane * 3 / 5;
    int rows = want < half ? want : half;
    return d->list.n && d->pane - rows >= 5 ? rows : d->pane;
}
static inline bool contexts_folded(const struct contexts_state *st, uint32_t node)
{
    return node < FOLD_NODES && (st->folded[node / 32] >> (node % 32) & 1);
}
static inline const struct tree_node *contexts_node(const struct contexts_data *d)
{
    return d->node < d->tree.nodes.n ? &d->tree.nodes.v[d->node] : NULL;
}

#endif
