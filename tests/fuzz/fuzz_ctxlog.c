/* Context events of a hostile program, a line each: whatever they say, contexts form a forest, indexes point at what is there, and
 * users are sorted. */
#include <stdlib.h>
#include <string.h>

#include "model/ctx/exact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void forest(const struct ctx_model *m)
{
    uint32_t *root = mem_calloc(m->contexts.n + 1, sizeof *root);
    for (uint32_t c = 0; c < m->contexts.n; c++) {
        uint32_t steps = 0;
        for (uint32_t p = m->contexts.v[c].parent; p != IDX_NONE; p = m->contexts.v[p].parent)
            if (p >= m->contexts.n || ++steps > m->contexts.n)
                abort();
        uint32_t r = m->contexts.v[c].root_of_cancel;
        if ((r != IDX_NONE && r >= m->contexts.n) || m->contexts.v[c].kind >= CTX_KIND_COUNT || m->contexts.v[c].by >= CANCEL_BY_COUNT)
            abort();
        if (m->contexts.v[c].parent != IDX_NONE)
            root[m->contexts.v[c].parent]++;
    }
    for (uint32_t c = 0; c < m->contexts.n; c++)
        if (root[c] != m->contexts.v[c].children)
            abort();
    mem_free(root);
}

static void users(const struct ctx_model *m)
{
    for (size_t i = 0; i < m->users.n; i++)
        if (m->users.v[i].ctx >= m->contexts.n || (i && m->users.v[i - 1].ctx > m->users.v[i].ctx) ||
            (m->users.v[i].edge != IDX_NONE && m->users.v[i].edge >= m->edges.n))
            abort();
}

/* Every waiter that goroutine 0 or 1 could have woken after a line. */
static void edge(struct session *s, gidx g, ns_t t)
{
    uint32_t b = (uint32_t)s->ctx.cancels.n, e = (uint32_t)s->ctx.edges.n;
    *vec_push(&s->ctx.edges) = (struct cancel_edge){.t = t, .cancel = b, .next = IDX_NONE, .ctx = IDX_NONE, .g = 7 + g};
    *vec_push(&s->ctx.cancels) = (struct cancel){.t0 = t, .t1 = t, .g = g, .ctx = IDX_NONE, .first = e, .edges = 1, .via = IDX_NONE};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct session *s = session_new();
    *vec_push(&s->sources) = mem_calloc(1, sizeof(struct source_info));
    struct exact *x = exact_new(s);
    str_id category = dict_string(&s->dict, EXACT_CATEGORY, strlen(EXACT_CATEGORY));
    ns_t t = 0;
    for (size_t from = 0; from < n; t += 2) {
        const uint8_t *nl = memchr(data + from, '\n', n - from);
        size_t len = nl ? (size_t)(nl - data) - from : n - from;
        struct event e = {.t = t, .g = (gidx)(len % 3 == 2 ? IDX_NONE : len % 3)};
        struct event_ext ext = {.s = {category, dict_string(&s->dict, data + from, len)}};
        exact_log(x, &e, &ext);
        if (len == 0)
            exact_break(x);
        if (len && data[from] == 'x')
            edge(s, e.g, t + 1);
        if (t % 16 == 0)
            exact_publish(x);
        from += len + 1;
    }
    exact_finish(x);
    forest(&s->ctx);
    users(&s->ctx);
    exact_free(x);
    session_free(s);
    return 0;
}
