/* What a simulated scheduler did is what comes out of its trace, whatever the threads' clocks say: every state of every
 * goroutine and proc, in order, and nothing is lost.
 *
 * SIMULATION_DUMP=FOLDER writes each trace and our listing there, to be compared with what Go's reader makes of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/event_text.h"
#include "tests/lib/reading.h"
#include "tests/lib/simulate.h"

struct outcome {
    VEC(struct buf) goroutines; /* by id - 1 */
    struct buf procs[4];
    struct buf listing;
    uint64_t syncs;
};

static void take(void *ctx, const struct tally *t, const struct event *e, const struct event_ext *x)
{
    struct outcome *o = ctx;
    const struct event_class *c = &t->dict->classes[e->class];
    o->syncs += c->kind == EV_SYNC;
    if (getenv("SIMULATION_DUMP"))
        event_text(&o->listing, t->dict, e, x, o->syncs);
    if (c->kind != EV_STATE_TRANSITION || c->from == c->to)
        return;
    if (c->resource == RES_PROC) {
        buf_putc(&o->procs[*paged_at(&t->dict->p_ids, e->res) & 3], c->to == P_RUNNING ? 'R' : 'i');
        return;
    }
    size_t g = (size_t)*paged_at(&t->dict->g_ids, e->res) - 1;
    while (o->goroutines.n <= g)
        *vec_push(&o->goroutines) = (struct buf){0};
    buf_putc(&o->goroutines.v[g], "?-rRws"[c->to]);
}

static void dump(unsigned n, const char *suffix, const struct buf *b)
{
    char path[512];
    if (!getenv("SIMULATION_DUMP"))
        return;
    snprintf(path, sizeof path, "%s/sim%u.%s", getenv("SIMULATION_DUMP"), n, suffix);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(b->p, 1, b->n, f) != b->n || fclose(f) != 0)
        abort();
}

static void compare(unsigned n, const char *what, size_t id, struct buf *ours, struct buf *truth)
{
    CHECK(!strcmp(buf_str(ours), buf_str(truth)), "simulation %u, %s %zu:\n  ours:  %s\n  truth: %s\n", n, what, id, buf_str(ours),
          buf_str(truth));
}

static void check_one(unsigned n)
{
    static const int versions[] = {22, 23, 25, 26};
    struct simulation s;
    struct outcome o = {0};
    struct buf none = {0};
    struct reading *r = calloc(1, sizeof *r);
    simulate(&s, versions[n % 4], 1 + below(4), 20 + below(400), n % 3 ? below(3000) : 0);
    reading_bytes(r, s.mk->out.p, s.mk->out.n, true, take, &o);
    CHECK(r->rc == 0 && r->info.complete && reading_losses(r) == 0, "simulation %u: %s; %s", n, r->e.what,
          r->info.notes[NOTE_BROKEN_ORDER].first);
    CHECK(!r->tally.wrong[0], "simulation %u: %s", n, r->tally.wrong);
    if (r->rc == 0) {
        CHECK(o.goroutines.n <= s.goroutines.n);
        for (size_t g = 0; g < s.goroutines.n; g++)
            compare(n, "goroutine", g + 1, g < o.goroutines.n ? &o.goroutines.v[g] : &none, &s.goroutines.v[g]);
        for (size_t p = 0; p < 4; p++)
            compare(n, "proc", p, &o.procs[p], &s.procs[p]);
    }
    dump(n, "trace", &s.mk->out);
    dump(n, r->rc == 0 ? "ours" : "broken", &o.listing);
    reading_release(r);
    free(r);
    for (size_t g = 0; g < o.goroutines.n; g++)
        buf_release(&o.goroutines.v[g]);
    vec_free(&o.goroutines);
    for (size_t p = 0; p < 4; p++)
        buf_release(&o.procs[p]);
    buf_release(&o.listing);
    buf_release(&none);
    simulation_release(&s);
}

int main(void)
{
    unsigned n = getenv("SIMULATIONS") ? (unsigned)atoi(getenv("SIMULATIONS")) : 400;
    for (unsigned i = 0; i < n && check_failures < 20; i++)
        check_one(i);
    return check_done();
}
