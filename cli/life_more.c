#include "cli/life_more.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/stack.h"
#include "model/ctx/ctx.h"
#include "model/life_graph.h"

static const char *node_name(const struct life_graph *g, unsigned node)
{
    if (node == LIFE_START)
        return g->older ? "before" : "created";
    return node == LIFE_END ? "ended" : share_names[node];
}

static int make(const struct life *l, struct life_graph *g, struct err *e)
{
    return life_graph(l->s, l->g, l->w.t0, l->w.t1, UINT64_MAX, g, e);
}

int graph_text(struct page *p, const struct life *l, struct err *e)
{
    struct life_graph g;
    if (make(l, &g, e) < 0)
        return -1;
    if (!g.spans)
        return 0;
    page_end(p);
    page_rule(p, "from, to", "times");
    for (unsigned from = LIFE_NODES; from-- > 0;) /* how it began first */
        for (unsigned to = 0; to < LIFE_NODES; to++) {
            if (!g.moves[from][to])
                continue;
            page_put(p, " ");
            page_left(p, node_name(&g, from), 12);
            page_left(p, node_name(&g, to), p->width - 22);
            page_count(p, g.moves[from][to], 8);
            page_end(p);
        }
    return 0;
}

int graph_json(struct json *j, const struct life *l, struct err *e)
{
    struct life_graph g;
    json_array(j, "moves");
    int rc = make(l, &g, e);
    for (unsigned from = LIFE_NODES; rc == 0 && from-- > 0;)
        for (unsigned to = 0; to < LIFE_NODES; to++) {
            if (!g.moves[from][to])
                continue;
            json_line(j);
            json_object(j, NULL);
            json_str(j, "from", node_name(&g, from));
            json_str(j, "to", node_name(&g, to));
            json_uint(j, "count", g.moves[from][to]);
            json_object_end(j);
        }
    json_array_end(j);
    return rc;
}

/* A use that has a part in the window. */
static bool in_window(const struct life *l, const struct ctx_user *u)
{
    const struct ctx_model *m = &l->s->ctx;
    return u->g == l->g && u->ctx < m->contexts.n && m->contexts.v[u->ctx].mentioned < l->w.t1 && u->last >= l->w.t0;
}

static void text_time_of(struct page *p, const struct life *l, ns_t t, int w)
{
    char text[32] = "-";
    if (t != NS_NONE)
        text_time(text, t - l->s->t0, 1000);
    page_right(p, text, w);
}

/* "orders.go:26". */
static void text_site(struct page *p, const struct session *s, frame_id f, int w)
{
    char place[300] = "";
    if (f) {
        struct str file = session_str(s, session_frame(s, f)->file);
        size_t skip = file.n;
        while (skip > 0 && file.p[skip - 1] != '/')
            skip--;
        size_t n = text_visible(place, 250, file.p + skip, file.n - skip);
        snprintf(place + n, sizeof place - n, ":%u", session_frame(s, f)->line);
    }
    page_left(p, place, w);
}

void contexts_of_text(struct page *p, const struct life *l)
{
    const struct ctx_model *m = &l->s->ctx;
    bool any = false;
    for (size_t i = 0; i < m->users.n; i++) {
        const struct ctx_user *u = &m->users.v[i];
        if (!in_window(l, u))
            continue;
        if (!any) {
            page_end(p);
            page_rule(p, "context, kind, where it was made", "first Done      woken  cancelled");
        }
        any = true;
        const struct ctx *c = &m->contexts.v[u->ctx];
        char id[32];
        snprintf(id, sizeof id, "%s%" PRIu64, c->grade < GRADE_COUNT ? grade_signs[c->grade] : "", c->id);
        page_right(p, id, 9);
        page_put(p, " ");
        page_left(p, c->kind < CTX_KIND_COUNT && ctx_kind_words[c->kind] ? ctx_kind_words[c->kind] : "unknown", 11);
        text_site(p, l->s, c->site, p->width - 56);
        text_time_of(p, l, u->first_done, 11);
        text_time_of(p, l, u->edge < m->edges.n ? m->edges.v[u->edge].t : NS_NONE, 11);
        text_time_of(p, l, c->cancelled, 11);
        page_end(p);
    }
}

void contexts_of_json(struct json *j, const struct life *l)
{
    const struct ctx_model *m = &l->s->ctx;
    json_array(j, "contexts");
    for (size_t i = 0; i < m->users.n; i++) {
        const struct ctx_user *u = &m->users.v[i];
        if (!in_window(l, u))
            continue;
        const struct ctx *c = &m->contexts.v[u->ctx];
        json_line(j);
        json_object(j, NULL);
        json_uint(j, "id", c->id);
        json_str(j, "kind", c->kind < CTX_KIND_COUNT ? ctx_kind_words[c->kind] : NULL);
        json_bool(j, "owner", c->owner == l->g);
        json_time(j, "first_done_ns", u->first_done, l->s->t0);
        json_time(j, "wake_ns", u->edge < m->edges.n ? m->edges.v[u->edge].t : NS_NONE, l->s->t0);
        json_time(j, "cancelled_ns", c->cancelled, l->s->t0);
        json_stack(j, "stack", l->s, c->stack);
        json_object_end(j);
    }
    json_array_end(j);
}
