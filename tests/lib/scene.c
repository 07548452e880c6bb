#include "tests/lib/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/check.h"
#include "tests/lib/load.h"

enum { FRAMES = 64 };

struct scene *scene_new(void)
{
    struct scene *sc = mem_calloc(1, sizeof *sc);
    sc->mk = mk_new(22);
    mk_generation(sc->mk, 1);
    sc->b = mk_batch(sc->mk, 1, 0);
    MK(sc->b, 1, ProcStatus, 0, WIRE_P_RUNNING);
    MK(sc->b, 2, GoStatus, 1, 1, WIRE_G_RUNNING);
    sc->now = 2;
    sc->running = 1;
    sc->state[1] = 'R';
    return sc;
}

static uint64_t at(struct scene *sc, uint64_t t)
{
    if (t + 1000 < sc->now) {
        fprintf(stderr, "the scene went back from %llu to %llu\n", (unsigned long long)sc->now, (unsigned long long)t);
        abort();
    }
    sc->now = t > sc->now ? t : sc->now + 1; /* several events may be told of one moment */
    return sc->now;
}

static uint64_t hash_text(const char *text)
{
    uint64_t h = 1469598103934665603u;
    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * 1099511628211u;
    return h;
}

/* "function file:line" */
static struct mk_frame frame_of(struct scene *sc, const char *text, size_t n)
{
    char buf[512], *file, *line;
    snprintf(buf, sizeof buf, "%.*s", (int)n, text);
    file = strrchr(buf, ' ');
    line = strrchr(buf, ':');
    if (!file || !line || line < file) {
        fprintf(stderr, "no frame: %s\n", buf);
        abort();
    }
    uint64_t key = hash_text(buf);
    uint32_t pc = map_get(&sc->pcs, key);
    if (pc == MAP_NONE)
        map_put(&sc->pcs, key, pc = 0x1000 + (uint32_t)sc->pcs.n);
    *file++ = *line++ = 0;
    return (struct mk_frame){pc, mk_string(sc->mk, buf), mk_string(sc->mk, file), strtoull(line, NULL, 10)};
}

static uint64_t stack_of(struct scene *sc, const char *text)
{
    struct mk_frame f[FRAMES];
    size_t n = 0;
    if (!text || !*text)
        return 0;
    uint32_t known = map_get(&sc->stacks, hash_text(text));
    if (known != MAP_NONE)
        return known;
    for (const char *p = text; p && n < FRAMES;) {
        const char *end = strstr(p, " < ");
        f[n++] = frame_of(sc, p, end ? (size_t)(end - p) : strlen(p));
        p = end ? end + 3 : NULL;
    }
    uint64_t id = mk_stack_frames(sc->mk, f, n);
    map_put(&sc->stacks, hash_text(text), (uint32_t)id);
    return id;
}

void scene_preempt(struct scene *sc, uint64_t t, uint64_t g)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), GoStop, mk_string(sc->mk, "preempted"), 0);
    sc->state[g] = 'r';
    sc->running = 0;
}

void scene_run(struct scene *sc, uint64_t t, uint64_t g)
{
    if (sc->running == g)
        return;
    if (sc->running)
        scene_preempt(sc, t, sc->running);
    MK(sc->b, at(sc, t), GoStart, g, ++sc->seq[g]);
    sc->state[g] = 'R';
    sc->running = g;
}

void scene_go(struct scene *sc, uint64_t t, uint64_t by, uint64_t g, const char *start, const char *stack)
{
    char text[300];
    scene_run(sc, t, by);
    snprintf(text, sizeof text, strchr(start, ' ') ? "%s" : "%s main.go:1", start);
    MK(sc->b, at(sc, t), GoCreate, g, stack_of(sc, text), stack_of(sc, stack));
    sc->state[g] = 'r';
}

void scene_block(struct scene *sc, uint64_t t, uint64_t g, const char *reason, const char *stack)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), GoBlock, mk_string(sc->mk, reason), stack_of(sc, stack));
    sc->state[g] = 'w';
    sc->running = 0;
}

void scene_wake(struct scene *sc, uint64_t t, uint64_t by, uint64_t g, const char *stack)
{
    if (by)
        scene_run(sc, t, by);
    else if (sc->running)
        scene_preempt(sc, t, sc->running);
    MK(sc->b, at(sc, t), GoUnblock, g, ++sc->seq[g], stack_of(sc, stack));
    sc->state[g] = 'r';
}

void scene_quit(struct scene *sc, uint64_t t, uint64_t g)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), GoDestroy);
    sc->state[g] = 0;
    sc->running = 0;
}

void scene_syscall(struct scene *sc, uint64_t t, uint64_t g, const char *stack)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), GoSyscallBegin, 1, stack_of(sc, stack));
    sc->state[g] = 's';
}

void scene_return(struct scene *sc, uint64_t t, uint64_t g)
{
    MK(sc->b, at(sc, t), GoSyscallEnd);
    sc->state[g] = 'R';
}

void scene_task(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, uint64_t parent, const char *name)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), UserTaskBegin, task, parent, mk_string(sc->mk, name), 0);
}

void scene_task_end(struct scene *sc, uint64_t t, uint64_t g, uint64_t task)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), UserTaskEnd, task, 0);
}

void scene_region(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, const char *name)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), UserRegionBegin, task, mk_string(sc->mk, name), 0);
}

void scene_region_end(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, const char *name)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), UserRegionEnd, task, mk_string(sc->mk, name), 0);
}

void scene_log(struct scene *sc, uint64_t t, uint64_t g, uint64_t task, const char *category, const char *text)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), UserLog, task, mk_string(sc->mk, category), mk_string(sc->mk, text), 0);
}

void scene_stop_world(struct scene *sc, uint64_t t, uint64_t g, uint64_t until, const char *why)
{
    scene_run(sc, t, g);
    MK(sc->b, at(sc, t), STWBegin, mk_string(sc->mk, why), 0);
    MK(sc->b, at(sc, until), STWEnd);
}

struct session *scene_play(struct scene *sc, uint64_t t)
{
    char path[512];
    const char *dir = getenv("TMPDIR"), *one = path;
    struct err e = ERR_INIT;
    if (sc->state[1] == 'w')
        scene_wake(sc, t, 0, 1, NULL);
    scene_run(sc, t, 1); /* the last event: main does something */
    MK(sc->b, at(sc, t), UserLog, 0, mk_string(sc->mk, "scene"), mk_string(sc->mk, "end"), 0);
    mk_end(sc->mk);
    snprintf(path, sizeof path, "%s/scene-XXXXXX", dir ? dir : "/tmp");
    int fd = mkstemp(path);
    bool written = fd >= 0 && write(fd, sc->mk->out.p, sc->mk->out.n) == (ssize_t)sc->mk->out.n;
    if (fd >= 0)
        close(fd);
    struct session *s = written ? load_session(&one, 1, 1, &e) : NULL;
    unlink(path);
    CHECK(s != NULL, "the scene cannot be read: %s; %s", e.what, e.where);
    mk_free(sc->mk);
    map_release(&sc->stacks);
    map_release(&sc->pcs);
    mem_free(sc);
    return s;
}
