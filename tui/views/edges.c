#include "tui/views/edges.h"

#include "tui/wake.h"

static bool failed(struct app *app, long rc, const struct err *e)
{
    if (rc < 0)
        app_message(app, ROLE_ERROR, "%s", e->what);
    return rc < 0;
}

static bool no_goroutine(struct app *app, const struct nav *nav)
{
    if (nav->g == IDX_NONE)
        app_message(app, ROLE_MESSAGE, "this belongs to a goroutine: select one first");
    return nav->g == IDX_NONE;
}

/* Who ended the wait that holds at t; of one that does not wait, who woke or created it last. */
static int find_back(struct session *s, gidx g, ns_t t, ns_t *at, gidx *by, struct err *e)
{
    struct wake_link link;
    int n = wake_chain(s, g, t, &link, 1, e);
    if (n < 0)
        return -1;
    if (n && link.end != WAKE_NOBODY) {
        *at = link.t1;
        *by = link.by;
        return 1;
    }
    return wake_before(s, g, t, at, by, e);
}

static bool back(struct app *app, struct nav *nav, struct session *s)
{
    struct err e = ERR_INIT;
    ns_t at = 0, t = nav->cursor != NS_NONE ? nav->cursor : s->t1 - 1;
    gidx by = IDX_NONE;
    int got = find_back(s, nav->g, t, &at, &by, &e);
    if (failed(app, got, &e))
        return false;
    if (!got || by == IDX_NONE) {
        app_message(app, ROLE_MESSAGE,
                    !got ? "the trace does not tell who set it going: that was before"
                         : "no goroutine woke it: the network, a timer or the runtime did");
        return false;
    }
    nav->g = by;
    nav->cursor = at;
    return true;
}

static bool forth(struct app *app, struct nav *nav, struct session *s)
{
    struct err e = ERR_INIT;
    struct link link;
    ns_t t = nav->cursor != NS_NONE ? nav->cursor : s->t0;
    long got = tl_links(s, nav->g, t, s->t1 + 1, &link, 1, &e);
    if (failed(app, got, &e))
        return false;
    if (!got) {
        app_message(app, ROLE_MESSAGE, "after this it wakes and creates nobody");
        return false;
    }
    nav->g = link.to;
    nav->cursor = link.t;
    return true;
}

bool edge_follow(struct app *app, struct nav *nav, struct session *s, int dir)
{
    if (no_goroutine(app, nav))
        return false;
    return dir < 0 ? back(app, nav, s) : forth(app, nav, s);
}

bool edge_span(struct app *app, struct nav *nav, struct session *s, int dir)
{
    struct span sp;
    struct err e = ERR_INIT;
    if (no_goroutine(app, nav))
        return false;
    ns_t from = nav->cursor != NS_NONE ? nav->cursor : dir > 0 ? s->t0 - 1 : s->t1;
    int got = tl_span_step(s, nav->g, from, dir, &sp, &e);
    if (failed(app, got, &e))
        return false;
    if (!got) {
        app_message(app, ROLE_MESSAGE, dir > 0 ? "this is its last span" : "this is its first span");
        return false;
    }
    nav->cursor = sp.t0;
    return true;
}
