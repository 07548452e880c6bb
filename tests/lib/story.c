#include "tests/lib/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/check.h"
#include "tests/lib/load.h"

enum { G_MAX = 1 << 18 };

struct story {
    struct mktrace *mk;
    struct mk_batch *b;
    uint64_t t, gen, p_seq;
    int running; /* 0 none */
    int last;    /* greatest goroutine */
    struct {
        uint8_t state; /* enum wire_gstatus; 0: not there */
        uint64_t seq;
    } * g;
    struct {
        char *text;
        uint64_t id, gen;
    } * stacks; /* known in this generation: equal texts are one stack */
    size_t nstacks;
};

static void begin_generation(struct story *y)
{
    mk_generation(y->mk, ++y->gen);
    y->b = mk_batch(y->mk, 1, y->t);
    y->p_seq = 0;
    MK(y->b, ++y->t, ProcStatus, 0, WIRE_P_RUNNING);
}

struct story *story_new(int version)
{
    return story_new_at(version, 0);
}

struct story *story_new_at(int version, uint64_t t)
{
    struct story *y = mem_calloc(1, sizeof *y);
    y->t = t;
    y->mk = mk_new(version);
    y->g = mem_calloc(G_MAX, sizeof *y->g);
    begin_generation(y);
    y->running = y->last = 1;
    y->g[1].state = WIRE_G_RUNNING;
    MK(y->b, ++y->t, GoStatus, 1, 1, WIRE_G_RUNNING);
    return y;
}

void at(struct story *y, uint64_t t)
{
    y->t = t;
}

static uint64_t now(struct story *y)
{
    uint64_t t = y->t;
    y->t += 10;
    if (y->b->data.n > WIRE_BATCH_MAX - 64) /* a further batch of the same thread */
        y->b = mk_batch(y->mk, 1, t - 1);
    return t;
}

static size_t frames_of(struct story *y, char *text, struct mk_frame *f)
{
    size_t n = 0;
    for (char *p = text, *end; p && *p && n < WIRE_FRAMES_MAX; p = end) {
        end = strchr(p, '|');
        if (end)
            *end++ = 0;
        char *colon = strrchr(p, ':');
        uint64_t line = colon ? (uint64_t)atoi(colon + 1) : 1;
        if (colon)
            *colon = 0;
        uint64_t func = mk_string(y->mk, p);
        f[n++] = (struct mk_frame){0x1000 * func + line, func, mk_string(y->mk, "/src/main.go"), line};
    }
    return n;
}

static uint64_t stack(struct story *y, const char *text)
{
    struct mk_frame f[WIRE_FRAMES_MAX];
    if (!*text)
        return 0;
    for (size_t i = 0; i < y->nstacks; i++)
        if (y->stacks[i].gen == y->gen && !strcmp(y->stacks[i].text, text))
            return y->stacks[i].id;
    char *copy = strdup(text);
    uint64_t id = mk_stack_frames(y->mk, f, frames_of(y, copy, f));
    free(copy);
    y->stacks = mem_realloc(y->stacks, y->nstacks + 1, sizeof *y->stacks);
    y->stacks[y->nstacks].text = strdup(text);
    y->stacks[y->nstacks].gen = y->gen;
    y->stacks[y->nstacks++].id = id;
    return id;
}

static void need(struct story *y, bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "story: at %llu: %s\n", (unsigned long long)y->t, what);
    abort();
}

static void is_there(struct story *y, int g, enum wire_gstatus state)
{
    y->g[g].state = (uint8_t)state;
    y->last = g > y->last ? g : y->last;
}

void was(struct story *y, int g, enum wire_gstatus state, const char *text)
{
    uint64_t t = now(y);
    is_there(y, g, state);
    if (*text)
        MK(y->b, t, GoStatusStack, (uint64_t)g, WIRE_NO_THREAD, state, stack(y, text));
    else
        MK(y->b, t, GoStatus, (uint64_t)g, WIRE_NO_THREAD, state);
}

void starts(struct story *y, int g, const char *func, const char *text)
{
    need(y, y->running, "nobody runs");
    is_there(y, g, WIRE_G_RUNNABLE);
    MK(y->b, now(y), GoCreate, (uint64_t)g, stack(y, func), stack(y, text));
}

void timer_starts(struct story *y, int g, const char *func)
{
    need(y, !y->running, "somebody runs");
    is_there(y, g, WIRE_G_RUNNABLE);
    MK(y->b, now(y), GoCreate, (uint64_t)g, stack(y, func), 0);
}

void runs(struct story *y, int g)
{
    need(y, !y->running && y->g[g].state == WIRE_G_RUNNABLE, "it cannot run");
    y->running = g;
    y->g[g].state = WIRE_G_RUNNING;
    MK(y->b, now(y), GoStart, (uint64_t)g, ++y->g[g].seq);
}

static void leaves(struct story *y, enum wire_gstatus state)
{
    need(y, y->running, "nobody runs");
    y->g[y->running].state = (uint8_t)state;
    y->running = 0;
}

void blocks(struct story *y, const char *reason, const char *text)
{
    leaves(y, WIRE_G_WAITING);
    MK(y->b, now(y), GoBlock, mk_string(y->mk, reason), stack(y, text));
}

void stops(struct story *y, const char *reason)
{
    leaves(y, WIRE_G_RUNNABLE);
    MK(y->b, now(y), GoStop, mk_string(y->mk, reason), 0);
}

void wakes(struct story *y, int g, const char *text)
{
    need(y, y->g[g].state == WIRE_G_WAITING, "it does not wait");
    y->g[g].state = WIRE_G_RUNNABLE;
    MK(y->b, now(y), GoUnblock, (uint64_t)g, ++y->g[g].seq, stack(y, text));
}

void calls(struct story *y, uint64_t then, const char *text)
{
    need(y, y->running, "nobody runs");
    MK(y->b, now(y), GoSyscallBegin, ++y->p_seq, stack(y, text));
    at(y, then);
    MK(y->b, now(y), GoSyscallEnd);
}

void logs(struct story *y, const char *category, const char *text, const char *st)
{
    MK(y->b, now(y), UserLog, 0, mk_string(y->mk, category), mk_string(y->mk, text), stack(y, st));
}

void ends(struct story *y)
{
    leaves(y, 0);
    MK(y->b, now(y), GoDestroy);
}

void next_generation(struct story *y)
{
    mk_end(y->mk);
    begin_generation(y);
    y->t += 10;
    for (int g = 1; g <= y->last; g++) {
        if (!y->g[g].state)
            continue;
        y->g[g].seq = 0;
        MK(y->b, now(y), GoStatus, (uint64_t)g, g == y->running ? 1 : WIRE_NO_THREAD, y->g[g].state);
    }
}

static void write_file(const char *path, const struct buf *out)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(out->p, 1, out->n, f) != out->n || fclose(f) != 0)
        abort();
}

static void forget(struct story *y)
{
    for (size_t i = 0; i < y->nstacks; i++)
        free(y->stacks[i].text);
    mem_free(y->stacks);
    mem_free(y->g);
    mk_free(y->mk);
    mem_free(y);
}

void story_write(struct story *y, const char *path)
{
    mk_end(y->mk);
    write_file(path, &y->mk->out);
    forget(y);
}

struct session *story_end_all(struct story *const *stories, size_t n)
{
    char paths[4][64];
    const char *p[4];
    struct err e = {0};
    for (size_t i = 0; i < n && i < 4; i++) {
        int fd;
        snprintf(paths[i], sizeof paths[i], "/tmp/ctxscope-story-XXXXXX");
        if ((fd = mkstemp(paths[i])) < 0)
            abort();
        close(fd);
        story_write(stories[i], paths[i]);
        p[i] = paths[i];
    }
    struct session *s = load_session(p, n, 1, &e);
    if (!s)
        fprintf(stderr, "story: %s; %s\n", e.what, e.where);
    for (size_t i = 0; s && i < s->sources.n; i++)
        for (unsigned k = 0; k < NOTE_COUNT; k++)
            if (s->sources.v[i]->notes[k].count && note_specs[k].severity != NOTE_INFO)
                fprintf(stderr, "story: %s: %s\n", note_specs[k].sentence, s->sources.v[i]->notes[k].first);
    for (size_t i = 0; i < n; i++)
        unlink(paths[i]);
    return s;
}

struct session *story_end(struct story *y)
{
    return story_end_all(&y, 1);
}

void story_whole(const struct session *s)
{
    const struct ctx_model *m = &s->ctx;
    uint32_t edges = 0;
    for (uint32_t c = 0; c < m->cancels.n; c++) {
        uint32_t n = 0;
        for (uint32_t e = m->cancels.v[c].first; e != IDX_NONE; e = m->edges.v[e].next, n++)
            CHECK(m->edges.v[e].cancel == c, "edge %u of cancel %u", e, c);
        CHECK(n == m->cancels.v[c].edges, "cancel %u: %u edges, said to be %u", c, n, m->cancels.v[c].edges);
        edges += n;
    }
    CHECK(edges == m->edges.n, "%u of %zu", edges, m->edges.n);
    for (uint32_t i = 0; i < m->edges.n; i++) {
        const struct cancel_edge *e = &m->edges.v[i];
        ns_t end = e->exit == NS_NONE ? s->t1 : e->exit;
        CHECK(e->unobserved || e->sched + e->running + e->blocked == end - e->t,
              "edge %u: %" PRId64 " + %" PRId64 " + %" PRId64 " of %" PRId64, i, e->sched, e->running, e->blocked, end - e->t);
    }
}
