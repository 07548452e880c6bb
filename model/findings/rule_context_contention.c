/* context-contention: waits for the mutex of a context, that is a lock of package sync right above frames of package context. */
#include "model/findings/engine.h"
#include "model/findings/waits.h"

/* Whether the first frame that is not of the runtime or a lock is of package context. */
static bool is_context_lock(const struct session *s, const struct wait_site *w)
{
    const struct stack *k = session_stack(s, w->stack);
    if (wait_kind_of(s, w->class, w->stack) != WAIT_LOCK)
        return false;
    for (uint32_t i = 0; i < k->n; i++) {
        str_id f = frame_func(s, k->frames[i]);
        if (!str_begins(s, f, "runtime.") && !str_begins(s, f, "sync.") && !str_begins(s, f, "internal/"))
            return frame_is_context(s, k->frames[i]);
    }
    return false;
}

static ns_t blocked_time(const struct session *s)
{
    ns_t sum = 0;
    for (uint32_t i = 0; i < s->groups.n; i++)
        for (unsigned k = SHARE_CHAN; k <= SHARE_OTHER && !s->groups.v[i].system; k++)
            sum += s->groups.v[i].ns[k];
    return sum;
}

int judge_context_contention(struct rule_run *r, struct err *e)
{
    const struct session *s = r->s;
    const struct wait_site *worst = NULL;
    ns_t sum = 0, all = blocked_time(s);
    uint64_t waits = 0;
    (void)e;
    for (size_t i = 0; i < s->waits.n; i++) {
        const struct wait_site *w = &s->waits.v[i];
        if (!w->ns || !is_context_lock(s, w))
            continue;
        sum += w->ns;
        waits += w->count;
        worst = !worst || w->ns > worst->ns ? w : worst;
    }
    if (!worst || (double)sum <= limit(r, KEY_OVER) || (double)sum <= limit(r, KEY_SHARE) * (double)all)
        return 0;
    struct sighting x = sighting_of(r, IDX_NONE, s->t0, s->t1);
    x.function = function_of_stack(s, worst->stack);
    x.frame = stack_site(s, worst->stack);
    x.count = waits > UINT32_MAX ? UINT32_MAX : (uint32_t)waits;
    x.numbers[NUM_WAITED] = (double)sum;
    x.numbers[NUM_SHARE] = all ? (double)sum / (double)all : 0;
    sighting_prove(&x, PROOF_WAIT, worst - s->waits.v, s->t0, s->t1, IDX_NONE);
    rule_report(r, &x);
    size_t n;
    struct finding *f = rule_findings(r, &n);
    finding_say(f, "%s for the lock of a context took %s in all, %.1f %% of all blocked time; most of it at %s", count_of(waits, "wait").s,
                duration_of((double)sum).s, 100 * x.numbers[NUM_SHARE], place_of(s, x.function, x.frame).s);
    return 0;
}
