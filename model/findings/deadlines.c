#include "model/findings/deadlines.h"

/* Start functions of the goroutine in which a context's timer ends it; func1 and func3 of the same are CancelFuncs. */
static const char *const timers[] = {"context.WithDeadlineCause.func2", "context.WithDeadline.func2"};

static bool is_timer(const struct session *s, str_id name)
{
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
        if (str_is(s, name, timers[i]))
            return true;
    return false;
}

static void find_timers(const struct session *s, deadlines *out, struct map *by_g)
{
    uint8_t *timer = mem_calloc(s->groups.n + 1, 1);
    for (uint32_t i = 0; i < s->groups.n; i++)
        timer[i] = is_timer(s, s->groups.v[i].name);
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (!timer[g->group] || g->created == NS_NONE)
            continue;
        map_put(by_g, i, (uint32_t)out->n);
        *vec_push(out) = (struct deadline){g->created, i, true};
    }
    mem_free(timer);
}

void deadlines_make(const struct session *s, deadlines *out)
{
    struct map by_g = {0};
    find_timers(s, out, &by_g);
    for (size_t i = 0; i < s->ctx.cancels.n; i++) {
        uint32_t at = map_get(&by_g, s->ctx.cancels.v[i].g);
        if (at != MAP_NONE)
            out->v[at].unheard = false;
    }
    map_release(&by_g);
}
