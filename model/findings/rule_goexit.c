/* goexit: goroutines that ended by runtime.Goexit. Their end has no stack, but what their deferred calls did has: a cancel, a wake, a
 * block below runtime.Goexit. A test that fails or skips in its own goroutine is no news. */
#include "model/findings/engine.h"

struct search {
    struct rule_run *r;
    const uint8_t *yes; /* by stack */
    struct map seen;    /* goroutines */
};

static bool is_goexit(const struct session *s, const struct stack *k, const uint8_t *frame_is)
{
    bool has = false;
    for (uint32_t i = 0; i < k->n; i++)
        has |= frame_is[k->frames[i]];
    return has && !str_is(s, frame_func(s, k->frames[k->n - 1]), "testing.tRunner");
}

/* yes[stack]; the number of such stacks. */
static size_t mark_stacks(const struct session *s, uint8_t *yes)
{
    uint8_t *frame_is = mem_calloc(s->dict.frames.n + 1, 1);
    size_t frames = 0, n = 0;
    for (uint32_t i = 1; i < s->dict.frames.n; i++)
        frames += frame_is[i] = str_is(s, session_frame(s, i)->func, "runtime.Goexit");
    for (uint32_t i = 1; frames && i < s->dict.stacks.n; i++)
        n += yes[i] = is_goexit(s, session_stack(s, i), frame_is);
    mem_free(frame_is);
    return n;
}

/* The caller of Goexit. */
static frame_id caller(const struct session *s, stack_id stack)
{
    const struct stack *k = session_stack(s, stack);
    for (uint32_t i = 0; i + 1 < k->n; i++)
        if (str_is(s, frame_func(s, k->frames[i]), "runtime.Goexit"))
            return k->frames[i + 1];
    return 0;
}

static int take(void *ctx, const struct event *ev, const struct event_ext *ext)
{
    struct search *f = ctx;
    struct session *s = f->r->s;
    (void)ext;
    if (!f->yes[ev->stack] || ev->g >= s->goroutines.n || map_get(&f->seen, ev->g) != MAP_NONE)
        return 0;
    map_put(&f->seen, ev->g, 1);
    struct sighting x = sighting_of(f->r, ev->g, ev->t, ev->t);
    x.function = function_of_stack(s, ev->stack);
    x.frame = caller(s, ev->stack);
    sighting_prove(&x, PROOF_GOROUTINE, session_g(s, ev->g)->id, ev->t, ev->t, ev->g);
    rule_report(f->r, &x);
    return f->r->stop && f->r->stop(f->r->stop_ctx);
}

int judge_goexit(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    uint8_t *yes = mem_calloc(s->dict.stacks.n + 1, 1);
    struct search f = {.r = r, .yes = yes};
    size_t n;
    int rc = 0;
    if (mark_stacks(s, yes)) /* rare: a pass over all events */
        rc = tl_events(r->s, s->t0, s->t1, take, &f, e);
    mem_free(yes);
    map_release(&f.seen);
    struct finding *list = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++)
        finding_say(&list[i], "%s of %s ended by runtime.Goexit", count_of(list[i].count, "goroutine").s,
                    place_of(s, list[i].function, list[i].frame).s);
    return rc < 0 ? -1 : 0;
}
