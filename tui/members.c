#include "tui/members.h"

#include "tui/grouping.h"

struct session_mark session_mark(const struct session *s)
{
    return (struct session_mark){.segments = s->segments.n,
                                 .regroups = s->regroups.n,
                                 .goroutines = s->goroutines.n,
                                 .t1 = s->t1,
                                 .importing = __atomic_load_n(&s->importing, __ATOMIC_RELAXED)};
}

bool session_mark_same(const struct session_mark *a, const struct session_mark *b)
{
    return a->segments == b->segments && a->regroups == b->regroups && a->goroutines == b->goroutines && a->t1 == b->t1 &&
           a->importing == b->importing;
}

static void life(const struct session *s, const struct goroutine *g, ns_t *begin, ns_t *end)
{
    if (g->first == NS_NONE && g->created == NS_NONE) {
        *begin = NS_NONE;
        *end = NS_NONE;
        return;
    }
    *begin = g->created == NS_NONE ? s->t0 : g->created;
    *end = g->ended;
}

static void place(struct members *m, const struct session *s, const struct grouping *gp, uint32_t *next)
{
    m->unseen = m->system = 0;
    for (gidx i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        uint32_t at = next[grouping_of(gp, s, i)]++;
        m->g[at] = i;
        life(s, g, &m->begin[at], &m->end[at]);
        m->unseen += m->begin[at] == NS_NONE;
        m->system += g->system;
    }
}

bool members_update(struct members *m, const struct session *s, const struct grouping *gp)
{
    struct session_mark now = session_mark(s);
    if (m->built && session_mark_same(&m->mark, &now) && m->version == gp->version)
        return false;
    uint32_t n = s->goroutines.n, groups = grouping_n(gp, s) ? grouping_n(gp, s) : 1;
    m->start = mem_realloc(m->start, groups + 1, sizeof *m->start);
    m->g = mem_realloc(m->g, n + 1, sizeof *m->g);
    m->begin = mem_realloc(m->begin, n + 1, sizeof *m->begin);
    m->end = mem_realloc(m->end, n + 1, sizeof *m->end);
    uint32_t *next = mem_calloc(groups + 1, sizeof *next);
    for (gidx i = 0; i < n; i++)
        next[grouping_of(gp, s, i) + 1]++;
    for (uint32_t i = 0; i < groups; i++)
        next[i + 1] += next[i];
    for (uint32_t i = 0; i <= groups; i++)
        m->start[i] = next[i];
    place(m, s, gp, next);
    mem_free(next);
    m->ngroups = groups;
    m->mark = now;
    m->version = gp->version;
    m->built = true;
    return true;
}

void members_release(struct members *m)
{
    mem_free(m->start);
    mem_free(m->g);
    mem_free(m->begin);
    mem_free(m->end);
    *m = (struct members){0};
}

void member_filter_release(struct member_filter *f)
{
    filter_free(f->filter);
    mem_free(f->pass);
    mem_free(f->group_pass);
    *f = (struct member_filter){0};
}

bool member_filter_update(struct member_filter *f, const struct members *m, const struct session *s, const struct member_choice *c,
                          bool changed, bool unseen, struct err *e)
{
    if (c->number == f->number && !(changed && c->number))
        return false;
    member_filter_release(f);
    f->number = c->number;
    f->filter = c->number && *c->text ? filter_parse(c->text, e) : NULL;
    if (!f->filter && !c->lens)
        return true;
    f->pass = mem_calloc(s->goroutines.n + 1, 1);
    f->group_pass = mem_calloc(m->ngroups + 1, sizeof *f->group_pass);
    for (uint32_t group = 0; group < m->ngroups; group++)
        for (uint32_t i = m->start[group]; i < m->start[group + 1]; i++) {
            bool yes =
                (unseen || m->begin[i] != NS_NONE) && (!c->lens || c->lens[m->g[i]]) && (!f->filter || filter_match(f->filter, s, m->g[i]));
            f->pass[m->g[i]] = yes;
            f->group_pass[group] += yes;
            f->npass += yes;
        }
    return true;
}
