/* budget-exceeded: layers with a service level (settings, [sla]) that took longer, or were entered with less time left.
 *
 * A layer is a region, a task or a goroutine's start function of that name. The time left comes from logs of the program: text with
 * `layer=NAME` and one of left=, left_ms=, budget_left=, remaining_ms= ... (a Go duration, or a number with the unit in the key).
 */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "model/findings/engine.h"
#include "model/tasks.h"

static const char too_long[] = "it took longer than its service level",
                  too_late[] = "it was entered with less time left than its service level";

static const struct sla *sla_of(const struct rule_run *r, struct str name)
{
    for (size_t i = 0; i < r->st->sla.n; i++)
        if (strlen(r->st->sla.v[i].layer) == name.n && !memcmp(r->st->sla.v[i].layer, name.p, name.n))
            return &r->st->sla.v[i];
    return NULL;
}

/* --- took longer --- */

struct stretch {
    str_id name;
    ns_t t0, t1;
    gidx g;
    stack_id stack;
    int64_t task; /* Go's id; -1: a region or goroutine */
};

static void judge_stretch(struct rule_run *r, const struct stretch *k)
{
    const struct session *s = r->s;
    const struct sla *l = sla_of(r, session_str(s, k->name));
    ns_t t0 = k->t0 == NS_NONE ? s->t0 : k->t0, t1 = k->t1 == NS_OPEN ? s->t1 : k->t1;
    if (!l || t1 - t0 <= l->limit)
        return;
    struct sighting x = sighting_of(r, k->g, t0, t1);
    x.function = k->name;
    x.cause = too_long;
    x.weight = x.numbers[NUM_TOOK] = (double)(t1 - t0);
    x.numbers[NUM_SLA] = (double)l->limit;
    if (k->g != IDX_NONE)
        sighting_prove_span(&x, s, k->g, t0, t1);
    if (k->task >= 0)
        sighting_prove(&x, PROOF_TASK, k->task, t0, t1, k->g);
    rule_report(r, &x);
}

static int judge_stretches(struct rule_run *r, struct err *e)
{
    struct session *s = r->s;
    regions list = {0};
    if (regions_make(s, &list, e) < 0)
        return -1;
    for (size_t i = 0; i < list.n; i++)
        judge_stretch(r, &(struct stretch){list.v[i].name, list.v[i].t0, list.v[i].t1, list.v[i].g, list.v[i].stack, -1});
    vec_free(&list);
    for (size_t i = 0; i < s->tasks.n; i++) {
        const struct task *t = &s->tasks.v[i];
        judge_stretch(r, &(struct stretch){t->name, t->t0, t->t1, t->g, t->stack, (int64_t)t->id});
    }
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (g->name && sla_of(r, session_str(s, g->name)))
            judge_stretch(r, &(struct stretch){g->name, g->created, g->ended, i, g->create_stack, -1});
    }
    return 0;
}

/* --- entered with too little --- */

static const struct {
    const char *suffix;
    double ns;
} units[] = {{"_ms", 1e6}, {"_us", 1e3}, {"_ns", 1}, {"_s", 1e9}};
static const char *const left_keys[] = {"left", "budget_left", "time_left", "remaining", "budget", "deadline_in"};

static bool is_left_key(struct str key)
{
    for (size_t i = 0; i < sizeof left_keys / sizeof *left_keys; i++)
        if (strlen(left_keys[i]) == key.n && !memcmp(left_keys[i], key.p, key.n))
            return true;
    return false;
}

/* key=value: the time left in ns. */
static bool parse_left(struct str key, struct str value, double *ns)
{
    int64_t d;
    double scale = 0;
    char text[32];
    for (size_t i = 0; i < sizeof units / sizeof *units && scale == 0; i++) {
        size_t n = strlen(units[i].suffix);
        if (key.n > n && !memcmp(key.p + key.n - n, units[i].suffix, n)) {
            key.n -= n;
            scale = units[i].ns;
        }
    }
    if (!is_left_key(key) || value.n == 0 || value.n >= sizeof text)
        return false;
    memcpy(text, value.p, value.n);
    text[value.n] = 0;
    if (scale == 0) {
        if (parse_duration(text, value.n, &d) < 0)
            return false;
        *ns = (double)d;
        return true;
    }
    char *end;
    *ns = strtod(text, &end) * scale;
    return !*end;
}

struct budget {
    struct str layer;
    double left;
    bool has;
};

/* Words of the text that are key=value. */
static struct budget parse_log(struct str text)
{
    struct budget b = {.has = false};
    for (size_t i = 0; i < text.n;) {
        size_t n = 0, eq = 0;
        for (; i + n < text.n && text.p[i + n] != ' ' && text.p[i + n] != ','; n++)
            if (!eq && text.p[i + n] == '=')
                eq = n;
        if (eq) {
            struct str key = {text.p + i, eq}, value = {text.p + i + eq + 1, n - eq - 1};
            if (key.n == 5 && !memcmp(key.p, "layer", 5))
                b.layer = value;
            else if (parse_left(key, value, &b.left))
                b.has = true;
        }
        i += n + 1;
    }
    return b;
}

/* The layer's name as an id: some region, task or goroutine has it; else 0. */
static str_id name_id(const struct session *s, struct str name)
{
    for (str_id i = 1; i < s->dict.strings.n; i++) {
        struct str t = session_str(s, i);
        if (t.n == name.n && !memcmp(t.p, name.p, name.n))
            return i;
    }
    return 0;
}

static void judge_log(struct rule_run *r, const struct mark *m)
{
    const struct session *s = r->s;
    struct budget b = parse_log(session_str(s, m->s[1]));
    if (!b.has)
        return;
    struct str layer = b.layer.n ? b.layer : session_str(s, m->s[0]);
    const struct sla *l = sla_of(r, layer);
    if (!l || b.left >= limit(r, KEY_SHARE) * (double)l->limit)
        return;
    struct sighting x = sighting_of(r, m->g, m->t, m->t);
    x.function = name_id(s, layer);
    x.cause = too_late;
    x.weight = (double)l->limit - b.left;
    x.numbers[NUM_BUDGET_LEFT] = b.left;
    x.numbers[NUM_SLA] = (double)l->limit;
    sighting_prove(&x, PROOF_LOG, m->t - s->t0, m->t, m->t, m->g);
    rule_report(r, &x);
}

enum { MARKS = 4096 };

static int judge_logs(struct rule_run *r, struct err *e)
{
    struct session *s = r->s;
    struct mark *m = mem_alloc(MARKS, sizeof *m);
    ns_t from = s->t0;
    long n;
    while ((n = tl_marks(s, 1u << EV_LOG, from, s->t1 + 1, m, MARKS, e)) > 0) {
        for (long i = 0; i < n; i++)
            judge_log(r, &m[i]);
        from = m[n - 1].t + 1; /* an event's time is its own */
        if (n < MARKS)
            break;
    }
    mem_free(m);
    return n < 0 ? -1 : 0;
}

int judge_budget_exceeded(struct rule_run *r, struct err *e)
{
    size_t n;
    if (judge_stretches(r, e) < 0 || judge_logs(r, e) < 0)
        return -1;
    struct finding *f = rule_findings(r, &n);
    for (size_t i = 0; i < n; i++, f++) {
        const char *layer = place_of(r->s, f->function, 0).s;
        if (f->cause == too_long)
            finding_say(f, "%s took longer than its service level of %s, %s, up to %s", layer, duration_of(f->numbers[NUM_SLA]).s,
                        count_of(f->count, "time").s, duration_of(f->numbers[NUM_TOOK]).s);
        else
            finding_say(f, "%s was entered with too little time left, %s, once with %s; its service level is %s", layer,
                        count_of(f->count, "time").s, duration_of(f->numbers[NUM_BUDGET_LEFT]).s, duration_of(f->numbers[NUM_SLA]).s);
    }
    return 0;
}
