#include "tui/sites.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "tui/range.h"
#include "tui/wake.h"

struct site_frame site_frame(const struct session *s, frame_id f)
{
    if (!f)
        return (struct site_frame){{"", 0}, {"", 0}, 0, false};
    const struct frame *fr = session_frame(s, f);
    struct str func = session_str(s, fr->func);
    return (struct site_frame){func, session_str(s, fr->file), fr->line, name_is_std(func)};
}

int site_stack(const struct session *s, stack_id stack, struct site_frame *out, int max)
{
    static const char runtime[] = "runtime.";
    const struct stack *st = session_stack(s, stack);
    int n = 0;
    for (uint32_t i = 0; stack && i < st->n && n < max; i++) {
        out[n] = site_frame(s, st->frames[i]);
        bool own = out[n].func.n > sizeof runtime && !memcmp(out[n].func.p, runtime, sizeof runtime - 1);
        n += !own || i + 1 == st->n;
    }
    return n;
}

/* Functions that wait by design, found anywhere in the stack: what is listed as most blocked should be news. */
static const char *const idle[] = {
    "net.(*TCPListener).Accept",
    "net.(*UnixListener).Accept",
    "net/http.(*persistConn).readLoop",
    "net/http.(*persistConn).writeLoop",
    "net/http.(*connReader).backgroundRead",
    "net/http.(*conn).serve.idle",
    "os/signal.loop",
    "os/signal.signal_recv",
    "runtime.ReadTrace",
    "runtime/trace.",
    "runtime/pprof.profileWriter",
    "database/sql.(*DB).connectionOpener",
    "runtime.traceStartReadCPU",
    "runtime.(*traceAdvancerState)",
    "runtime.bgsweep",
    "runtime.bgscavenge",
    "runtime.forcegchelper",
    "runtime.runfinq",
    "runtime.runFinalizers",
    "runtime.runCleanups",
    "runtime.gcBgMarkWorker",
    "runtime.ensureSigM",
    "google.golang.org/grpc/internal/transport.(*loopyWriter).run",
    "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run",
};

static bool is_idle(const struct session *s, stack_id id)
{
    const struct stack *st = session_stack(s, id);
    for (uint32_t i = 0; id && i < st->n; i++) {
        struct str f = session_str(s, session_frame(s, st->frames[i])->func);
        for (unsigned k = 0; k < sizeof idle / sizeof *idle; k++)
            if (f.n >= strlen(idle[k]) && !memcmp(f.p, idle[k], strlen(idle[k])))
                return true;
    }
    return false;
}

static int by_ns(const void *a, const void *b)
{
    const struct wait_site *x = *(const struct wait_site *const *)a, *y = *(const struct wait_site *const *)b;
    if (x->ns != y->ns)
        return x->ns < y->ns ? 1 : -1;
    return (x > y) - (x < y);
}

int site_waits(const struct session *s, uint32_t group, struct site_wait *out, int max)
{
    return site_waits_in(s, NULL, group, out, max);
}

int site_waits_in(const struct session *s, const struct range_sums *r, uint32_t group, struct site_wait *out, int max)
{
    size_t all;
    const struct wait_site *waits = range_waits(r, s, &all);
    const struct wait_site **best = mem_alloc((size_t)max + 1, sizeof *best);
    int n = 0;
    for (size_t i = 0; i < all; i++) {
        const struct wait_site *w = &waits[i];
        bool mine = group == IDX_NONE ? w->group < s->groups.n && !s->groups.v[w->group].system : w->group == group;
        if (!mine || (n == max && w->ns <= best[n - 1]->ns) || (group == IDX_NONE && is_idle(s, w->stack)))
            continue;
        best[n < max ? n++ : n - 1] = w;
        qsort(best, (size_t)n, sizeof *best, by_ns);
    }
    for (int i = 0; i < n; i++) {
        const struct event_class *c = session_class(s, best[i]->class);
        struct str name = best[i]->group < s->groups.n ? session_str(s, s->groups.v[best[i]->group].name) : (struct str){"", 0};
        out[i] = (struct site_wait){site_frame(s, frame_of_interest(s, best[i]->stack)),
                                    session_str(s, c->name),
                                    name,
                                    best[i]->group,
                                    best[i]->count,
                                    best[i]->ns,
                                    c->share};
    }
    mem_free(best);
    return n;
}

static int by_count(const void *a, const void *b)
{
    const struct site_creator *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

int site_creators(const struct session *s, const struct members *m, uint32_t group, struct site_creator *out, int max)
{
    return site_creators_in(s, NULL, m, group, out, max);
}

int site_creators_in(const struct session *s, const struct range_sums *r, const struct members *m, uint32_t group, struct site_creator *out,
                     int max)
{
    struct map at = {0};
    VEC(struct site_creator) all = {0};
    for (uint32_t i = m->start[group]; i < m->start[group + 1]; i++) {
        const struct goroutine *g = session_g(s, m->g[i]);
        if (g->creator == IDX_NONE || !range_lived(r, m->g[i]))
            continue;
        uint32_t k = map_get(&at, g->create_stack);
        if (k == MAP_NONE) {
            k = (uint32_t)all.n;
            map_put(&at, g->create_stack, k);
            const struct goroutine *by = session_g(s, g->creator);
            *vec_push(&all) =
                (struct site_creator){by->id, session_str(s, by->name), site_frame(s, frame_of_interest(s, g->create_stack)), 0};
        }
        all.v[k].count++;
    }
    if (all.n)
        qsort(all.v, all.n, sizeof *all.v, by_count);
    int n = (int)all.n < max ? (int)all.n : max;
    if (n)
        memcpy(out, all.v, (size_t)n * sizeof *out);
    vec_free(&all);
    map_release(&at);
    return n;
}

int site_starts(const struct session *s, const struct range_sums *r, const struct members *m, uint32_t group, struct site_creator *out,
                int max)
{
    uint32_t *count = mem_calloc(s->groups.n + 1, sizeof *count);
    struct site_creator *all = mem_alloc(s->groups.n + 1, sizeof *all);
    size_t n = 0;
    for (uint32_t i = m->start[group]; i < m->start[group + 1]; i++)
        if (range_lived(r, m->g[i]) && session_g(s, m->g[i])->group < s->groups.n)
            count[session_g(s, m->g[i])->group]++;
    for (uint32_t i = 0; i < s->groups.n; i++) {
        const struct group *g = &s->groups.v[i];
        if (count[i])
            all[n++] = (struct site_creator){i, session_str(s, g->name), site_frame(s, g->frame), count[i]};
    }
    if (n)
        qsort(all, n, sizeof *all, by_count);
    n = n < (size_t)max ? n : (size_t)max;
    if (n)
        memcpy(out, all, n * sizeof *out);
    mem_free(all);
    mem_free(count);
    return (int)n;
}

void site_draw_waits(struct grid *g, int x, int y, int w, int rows, const struct site_wait *waits, int n)
{
    for (int i = 0; i < n && i < rows; i++) {
        char reason[64];
        text_visible(reason, sizeof reason, waits[i].reason.p, waits[i].reason.n);
        part_duration(g, x, y + i, 7, ROLE_TEXT, waits[i].ns);
        part_share(g, x + 9, y + i, 2, (enum share)waits[i].share);
        grid_text(g, x + 12, y + i, 12, ROLE_TEXT, *reason ? reason : waits[i].share == SHARE_SYSCALL ? "syscall" : "waiting");
        part_count(g, x + 24, y + i, 6, ROLE_DIM, waits[i].count);
        grid_glyph(g, x + 30, y + i, ROLE_DIM, GLYPH_TIMES);
        int room = w - 33 < 66 ? w - 33 : 66;
        part_where(g, x + 33, y + i, room, ROLE_TEXT, waits[i].at.func, waits[i].at.file, waits[i].at.line, false);
    }
}

void site_draw_creators(struct grid *g, int x, int y, int w, int rows, const struct site_creator *c, int n)
{
    for (int i = 0; i < n && i < rows; i++) {
        part_count(g, x, y + i, 5, ROLE_TEXT, c[i].count);
        grid_glyph(g, x + 5, y + i, ROLE_DIM, GLYPH_TIMES);
        part_where(g, x + 8, y + i, w - 8, ROLE_TEXT, c[i].name, c[i].at.file, c[i].at.line, false);
    }
}
