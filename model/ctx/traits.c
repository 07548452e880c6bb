#include "model/ctx/traits.h"

#include <string.h>

enum how { IS, STARTS };
struct name_rule {
    const char *name;
    uint8_t how;
    uint16_t traits;
};
static const struct name_rule cancel_names[] = {
#define TRAIT(id, name, how, trait) {name, how, FN_##trait},
#include "model/ctx/cancel.def"
#undef TRAIT
};
static const struct name_rule launcher_names[] = {
#define LAUNCHER(id, name, how) {name, how, FN_LAUNCHER},
#define SERVER(id, name, how) {name, how, FN_LAUNCHER | FN_SERVER},
#include "model/ctx/launchers.def"
#undef LAUNCHER
#undef SERVER
};
static const struct name_rule idle_names[] = {
#define WAITS(id, name, how) {name, how, FN_IDLE},
#define ROOT(id, name, how) {name, how, FN_IDLE_ROOT},
#include "model/ctx/idle.def"
#undef WAITS
#undef ROOT
};
static const char *const std_first[] = {
#define STD(name) name,
#include "model/ctx/std.def"
#undef STD
};
#define N(a) (sizeof a / sizeof *a)

static bool fits(struct str s, const struct name_rule *r)
{
    size_t n = strlen(r->name);
    return s.n >= n && !memcmp(s.p, r->name, n) && (r->how == STARTS || s.n == n);
}

static unsigned first_fit(struct str s, const struct name_rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fits(s, &rules[i]))
            return rules[i].traits;
    return 0;
}

/* The import path: up to the first dot behind the last slash; what stands in brackets are type arguments. */
static struct str package_of(struct str func)
{
    size_t end = 0, slash = 0;
    while (end < func.n && func.p[end] != '[' && func.p[end] != '(') {
        slash = func.p[end] == '/' ? end + 1 : slash;
        end++;
    }
    for (size_t i = slash; i < end; i++)
        if (func.p[i] == '.')
            return (struct str){func.p, i};
    return (struct str){func.p, 0};
}

static bool first_is(struct str package, const char *name)
{
    size_t n = strlen(name);
    return package.n >= n && !memcmp(package.p, name, n) && (package.n == n || package.p[n] == '/');
}

static bool is_std(struct str package)
{
    for (size_t i = 0; i < N(std_first); i++)
        if (first_is(package, std_first[i]))
            return true;
    return false;
}

static unsigned traits_of_package(struct str package)
{
    unsigned traits = 0;
    if (!package.n || !is_std(package))
        return 0;
    traits |= FN_STD;
    if (first_is(package, "context"))
        traits |= FN_CONTEXT | FN_PLUMBING;
    else if ((package.n == 7 && first_is(package, "runtime")) || first_is(package, "internal/runtime"))
        traits |= FN_RUNTIME | FN_PLUMBING;
    else if (first_is(package, "runtime") || first_is(package, "sync") || first_is(package, "internal"))
        traits |= FN_PLUMBING;
    return traits;
}

unsigned traits_of_name(struct str func)
{
    return traits_of_package(package_of(func)) | first_fit(func, cancel_names, N(cancel_names)) |
           first_fit(func, launcher_names, N(launcher_names)) | first_fit(func, idle_names, N(idle_names));
}

unsigned traits_judge(struct traits *r, const struct dict *d, str_id func)
{
    size_t had = r->judged.n;
    if (func >= had) {
        vec_reserve(&r->judged, func + 1);
        vec_reserve(&r->v, func + 1);
        memset(r->judged.v + had, 0, func + 1 - had);
        r->judged.n = r->v.n = func + 1;
    }
    r->judged.v[func] = 1;
    return r->v.v[func] = (uint16_t)traits_of_name(dict_str(d, func));
}

void traits_release(struct traits *r)
{
    vec_free(&r->v);
    vec_free(&r->judged);
}

uint32_t stack_waiter(struct traits *r, const struct dict *d, const struct stack *st)
{
    uint32_t i = 0;
    while (i < st->n && traits_of_frame(r, d, st->frames[i]) & FN_RUNTIME)
        i++;
    return i;
}

uint32_t stack_subject_at(struct traits *r, const struct dict *d, const struct stack *st)
{
    uint32_t server = st->n;
    for (uint32_t i = st->n; i-- > 0;) {
        unsigned trait = traits_of_frame(r, d, st->frames[i]);
        if (trait & FN_SERVER && server == st->n)
            server = i; /* its own work, unless somebody else's frame follows */
        if (!(trait & FN_LAUNCHER) && (server == st->n || !(trait & FN_STD)))
            return i;
    }
    return server < st->n ? server : st->n ? st->n - 1 : 0;
}

uint32_t stack_site_at(struct traits *r, const struct dict *d, const struct stack *st)
{
    uint32_t second = st->n;
    for (uint32_t i = 0; i < st->n; i++) {
        unsigned trait = traits_of_frame(r, d, st->frames[i]);
        if (!(trait & FN_STD))
            return i;
        if (second == st->n && !(trait & FN_PLUMBING))
            second = i;
    }
    return second;
}

static bool same_package(const struct dict *d, frame_id a, frame_id b)
{
    struct str x = package_of(dict_str(d, paged_at(&d->frames, a)->func)), y = package_of(dict_str(d, paged_at(&d->frames, b)->func));
    return x.n == y.n && !memcmp(x.p, y.p, x.n);
}

bool stack_is_idle(struct traits *r, const struct dict *d, const struct stack *st)
{
    bool root = st->n && st->n < STACK_CUT && traits_of_frame(r, d, st->frames[st->n - 1]) & FN_IDLE_ROOT;
    for (uint32_t i = 0; i < st->n; i++) {
        unsigned trait = traits_of_frame(r, d, st->frames[i]);
        if (trait & FN_IDLE)
            return true;
        root = root && (trait & FN_STD || same_package(d, st->frames[i], st->frames[st->n - 1]));
    }
    return root;
}
