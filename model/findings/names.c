/* Names and places, as rules put them into sentences. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/findings/engine.h"

str_id frame_func(const struct session *s, frame_id f)
{
    return f && f < s->dict.frames.n ? session_frame(s, f)->func : 0;
}

frame_id statement(struct rule_run *r, frame_id f)
{
    if (!f || f >= r->s->dict.frames.n)
        return 0;
    uint64_t key = (uint64_t)session_frame(r->s, f)->func << 32 | session_frame(r->s, f)->line;
    uint32_t known = map_get(&r->lines, key);
    if (known == MAP_NONE)
        map_put(&r->lines, key, known = f);
    return known;
}

frame_id statement_of(struct rule_run *r, stack_id stack)
{
    return stack ? statement(r, stack_site(r->s, stack)) : 0;
}

bool str_is(const struct session *s, str_id id, const char *text)
{
    struct str t = session_str(s, id);
    return t.n == strlen(text) && !memcmp(t.p, text, t.n);
}

bool str_begins(const struct session *s, str_id id, const char *text)
{
    struct str t = session_str(s, id);
    size_t n = strlen(text);
    return t.n >= n && !memcmp(t.p, text, n);
}

str_id function_of_stack(const struct session *s, stack_id stack)
{
    return stack ? frame_func(s, stack_subject(s, stack)) : 0;
}

str_id function_of_g(struct rule_run *r, gidx g)
{
    str_id f = frame_func(r->s, goroutine_subject(r->s, g));
    return f ? f : session_g(r->s, g)->name;
}

gidx most_ready(const struct session *s, uint32_t group)
{
    gidx most = IDX_NONE;
    for (uint32_t i = 0; i < s->goroutines.n; i++) {
        const struct goroutine *g = session_g(s, i);
        if (!g->ns[SHARE_RUNNABLE] || (group == IDX_NONE ? g->system : g->group != group))
            continue;
        if (most == IDX_NONE || g->ns[SHARE_RUNNABLE] > session_g(s, most)->ns[SHARE_RUNNABLE])
            most = i;
    }
    return most;
}

bool stack_has(const struct session *s, stack_id stack, const char *function)
{
    const struct stack *k = session_stack(s, stack);
    for (uint32_t i = 0; i < k->n; i++)
        if (str_is(s, frame_func(s, k->frames[i]), function))
            return true;
    return false;
}

static bool listed_idle(struct rule_run *r, str_id func)
{
    for (size_t i = 0; i < r->st->idle.n; i++)
        if (str_is(r->s, func, r->st->idle.v[i]))
            return true;
    return false;
}

static bool frame_listed(struct rule_run *r, frame_id f)
{
    uint32_t known = map_get(&r->idle, f);
    if (known == MAP_NONE)
        map_put(&r->idle, f, known = listed_idle(r, frame_func(r->s, f)));
    return known;
}

bool waits_by_design(struct rule_run *r, gidx g, stack_id stack)
{
    const struct stack *k = session_stack(r->s, stack);
    if (session_g(r->s, g)->system || wait_is_idle(r->s, stack))
        return true;
    if (!r->st->idle.n)
        return false;
    for (uint32_t i = 0; i < k->n; i++)
        if (frame_listed(r, k->frames[i]))
            return true;
    return listed_idle(r, session_g(r->s, g)->name);
}

struct place_text place_of(const struct session *s, str_id function, frame_id frame)
{
    struct place_text out;
    char name[160] = "", file[120] = "";
    struct str f = session_str(s, function);
    text_visible(name, sizeof name, f.p, f.n);
    if (frame && frame < s->dict.frames.n) {
        struct str path = session_str(s, session_frame(s, frame)->file);
        size_t from = path.n;
        while (from > 0 && path.p[from - 1] != '/')
            from--;
        text_visible(file, sizeof file, path.p + from, path.n - from);
    }
    if (!file[0])
        snprintf(out.s, sizeof out.s, "%s", name[0] ? name : "an unknown function");
    else
        snprintf(out.s, sizeof out.s, "%s (%s:%" PRIu32 ")", name[0] ? name : "an unknown function", file, session_frame(s, frame)->line);
    return out;
}

struct duration_text duration_of(double ns)
{
    struct duration_text out;
    text_duration(out.s, (int64_t)ns);
    return out;
}

struct duration_text count_of(uint64_t n, const char *one)
{
    struct duration_text out;
    snprintf(out.s, sizeof out.s, "%" PRIu64 " %.12s%s", n > 9999999 ? 9999999 : n, one, n == 1 ? "" : "s");
    return out;
}
