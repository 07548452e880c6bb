/* Contexts of recorded programs: what their lines say, read again here in the plainest way, is what the session holds; and edges,
 * users and bursts agree with each other. */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/ctx/tree.h"
#include "model/timeline/timeline.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"

static const char *what;

struct line {
    ns_t t;
    gidx g;
    char text[300];
};

struct lines {
    const struct session *s;
    VEC(struct line) v;
};

static int take(void *ctx, const struct event *ev, const struct event_ext *ext)
{
    struct lines *l = ctx;
    if (session_class(l->s, ev->class)->kind != EV_LOG || !ext)
        return 0;
    struct str category = session_str(l->s, ext->s[0]), message = session_str(l->s, ext->s[1]);
    if (category.n == 10 && !memcmp(category.p, "ctxscope/1", 10)) {
        struct line *k = vec_push(&l->v);
        k->t = ev->t;
        k->g = ev->g;
        snprintf(k->text, sizeof k->text, "%.*s", (int)message.n, message.p);
    }
    return 0;
}

static const struct ctx *find(const struct session *s, uint64_t id)
{
    for (size_t lo = 0, hi = s->ctx.contexts.n; lo < hi;) { /* ids rise with few exceptions */
        size_t mid = lo + (hi - lo) / 2;
        if (s->ctx.contexts.v[mid].id == id)
            return &s->ctx.contexts.v[mid];
        if (s->ctx.contexts.v[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (size_t i = 0; i < s->ctx.contexts.n; i++)
        if (s->ctx.contexts.v[i].id == id)
            return &s->ctx.contexts.v[i];
    CHECK(0, "%s: no context %" PRIu64, what, id);
    return NULL;
}

static bool kind_is(char letter, uint8_t kind)
{
    switch (letter) {
    case 'c': return kind == CTX_CANCEL;
    case 'd': return kind == CTX_DEADLINE || kind == CTX_TIMEOUT;
    case 'v': return kind == CTX_VALUE;
    default: return kind == CTX_AFTERFUNC;
    }
}

static void made(const struct session *s, const struct line *l, bool created)
{
    uint64_t id, parent;
    char ref[64], kind;
    if (sscanf(l->text + 2, "%" SCNu64 " %63s %c", &id, ref, &kind) != 3)
        return;
    parent = strtoull(ref + strspn(ref, "twx"), NULL, 10);
    const struct ctx *c = find(s, id);
    if (!c)
        return;
    uint64_t have = c->parent == IDX_NONE ? 0 : s->ctx.contexts.v[c->parent].id;
    CHECK(have == parent && kind_is(kind, c->kind), "%s: \"%s\": parent %" PRIu64 ", kind %u", what, l->text, have, c->kind);
    CHECK(!!strchr(ref, 't') == !!(c->ref & REF_TODO) && !!strchr(ref, 'w') == !!(c->ref & REF_WITHOUT) &&
              !!strchr(ref, 'x') == !!(c->ref & REF_FOREIGN),
          "%s: %s", what, l->text);
    if (!created)
        return;
    CHECK(c->created == l->t && c->owner == l->g && c->site, "%s: \"%s\": made at another time, by another or nowhere", what, l->text);
    const char *d = strstr(l->text, " d=");
    if (d && kind == 'd')
        CHECK(c->deadline == l->t + strtoll(d + 3, NULL, 10), "%s: %s", what, l->text);
}

static void cancelled(const struct session *s, const struct line *l)
{
    uint64_t id;
    char by;
    if (sscanf(l->text + 2, "%" SCNu64 " %c", &id, &by) != 2)
        return;
    const struct ctx *c = find(s, id);
    if (!c)
        return;
    CHECK(c->cancelled == l->t && c->canceller == l->g &&
              c->by == (by == 'e'   ? BY_EXPLICIT
                        : by == 'd' ? BY_DEADLINE
                                    : BY_PARENT),
          "%s: %s", what, l->text);
    if (by == 'p' && c->root_of_cancel != IDX_NONE) {
        const struct ctx *r = &s->ctx.contexts.v[c->root_of_cancel];
        CHECK(r->by != BY_PARENT && r->cancelled != NS_NONE && r->cancelled <= c->cancelled, "%s: %s: its root is %" PRIu64, what, l->text,
              r->id);
    }
    CHECK(by != 'p' || c->root_of_cancel != IDX_NONE, "%s: %s: whose cancel it was is not known", what, l->text);
}

static void users(const struct session *s)
{
    const struct ctx_model *m = &s->ctx;
    uint32_t joined = 0;
    for (size_t i = 0; i < m->users.n; i++) {
        const struct ctx_user *u = &m->users.v[i];
        CHECK(!i || m->users.v[i - 1].ctx <= u->ctx, "%s: users are not sorted", what);
        if (u->edge == IDX_NONE)
            continue;
        joined++;
        CHECK(m->edges.v[u->edge].g == u->g && m->edges.v[u->edge].ctx == u->ctx, "%s: user %zu has another's edge", what, i);
    }
    uint32_t wakes = 0, exact = 0;
    for (size_t i = 0; i < m->edges.n; i++) {
        const struct cancel_edge *e = &m->edges.v[i];
        const struct cancel *b = &m->cancels.v[e->cancel];
        exact += e->ctx != IDX_NONE;
        wakes += e->ctx != IDX_NONE && e->kind == EDGE_WAKE;
        if (e->ctx == IDX_NONE)
            continue;
        const struct ctx *c = &m->contexts.v[e->ctx];
        CHECK(c->cancelled <= e->t && c->canceller == b->g, "%s: edge %zu comes before its cancel, or from another", what, i);
        CHECK(e->grade == GRADE_EXACT && b->ctx != IDX_NONE && m->contexts.v[b->ctx].root_of_cancel == c->root_of_cancel,
              "%s: edge %zu: not its burst's context", what, i);
    }
    CHECK(joined == wakes, "%s: %u users were woken, %u edges woke", what, joined, wakes);
    CHECK(exact == m->edges.n, "%s: %u of %zu edges have a context", what, exact, m->edges.n);
}

static void tree(struct session *s)
{
    struct ctx_tree t;
    uint32_t n = 0, values = 0, have_values = 0;
    ctx_tree_make(s, NS_NONE, NS_NONE, &t);
    for (uint32_t i = 0; i < t.nodes.n; i++) {
        const struct tree_node *k = &t.nodes.v[i];
        n += k->n;
        values += k->values;
        CHECK(k->ok + k->dl + k->par + k->none == k->n && k->nitems == k->n, "%s: node %u", what, i);
        CHECK(i == 0 ? k->parent == IDX_NONE : k->parent < i && k->level == t.nodes.v[k->parent].level + 1,
              "%s: node %u is not below its parent", what, i);
        for (uint32_t x = 0; x < k->nitems; x++)
            CHECK(s->ctx.contexts.v[t.items.v[k->first_item + x]].kind == CTX_VALUE ||
                      s->ctx.contexts.v[t.items.v[k->first_item + x]].site == k->site,
                  "%s: node %u holds a context of another place", what, i);
    }
    for (size_t i = 0; i < s->ctx.contexts.n; i++)
        have_values += s->ctx.contexts.v[i].kind == CTX_VALUE;
    CHECK(n + values == s->ctx.contexts.n && values == have_values, "%s: the tree has %u + %u contexts", what, n, values);
    ctx_tree_release(&t);
}

static void tasks(const struct session *s)
{
    uint32_t n = 0, joined = 0;
    for (size_t i = 0; i < s->ctx.contexts.n; i++) {
        const struct ctx *c = &s->ctx.contexts.v[i];
        struct str key = session_str(s, c->key);
        bool is = c->created != NS_NONE && key.n == 21 && !memcmp(key.p, "trace.traceContextKey", 21);
        n += is;
        joined += c->task != IDX_NONE;
        CHECK(c->task == IDX_NONE || (is && s->tasks.v[c->task].g == c->owner && s->tasks.v[c->task].t0 <= c->created),
              "%s: a context has another's task", what);
    }
    CHECK(n == joined, "%s: %u contexts of tasks, %u joined", what, n, joined);
}

static bool judge(const char *path)
{
    struct err e = ERR_INIT;
    what = path;
    struct session *s = load_session(&path, 1, 1, &e);
    CHECK(s, "%s: %s", path, e.what);
    if (!s)
        return false;
    session_read(s);
    struct lines l = {.s = s};
    CHECK(tl_events(s, s->t0, s->t1, take, &l, &e) == 0, "%s: %s", path, e.what);
    CHECK(s->ctx.malformed == 0 && s->ctx.exact == (l.v.n > 0), "%s: %" PRIu64 " lines could not be read", path,
          (uint64_t)s->ctx.malformed);
    for (size_t i = 0; i < l.v.n && check_failures < 20; i++) {
        if (l.v.v[i].text[0] == '+' || l.v.v[i].text[0] == '=')
            made(s, &l.v.v[i], l.v.v[i].text[0] == '+');
        else if (l.v.v[i].text[0] == 'x')
            cancelled(s, &l.v.v[i]);
    }
    if (s->ctx.exact) {
        users(s);
        tree(s);
        tasks(s);
    }
    bool any = s->ctx.exact;
    vec_free(&l.v);
    session_done(s);
    load_free(s);
    return any;
}

int main(void)
{
    static const char *const globs[] = {"tests/data/demo/payd-ctx.trace.zst", "tests/data/corpus/go1.26-ctx/*.trace.zst"};
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        glob_t g;
        CHECK(glob(globs[i], 0, NULL, &g) == 0, "no %s", globs[i]);
        for (size_t k = 0; k < g.gl_pathc; k++)
            CHECK(judge(g.gl_pathv[k]), "%s has no context events", g.gl_pathv[k]);
        globfree(&g);
    }
    glob_t more;
    if (getenv("CONTEXTS") && glob(getenv("CONTEXTS"), 0, NULL, &more) == 0) { /* further recordings, by a pattern */
        for (size_t k = 0; k < more.gl_pathc; k++)
            (void)judge(more.gl_pathv[k]);
        globfree(&more);
    }
    return check_done();
}
