#include "model/ctx/roles.h"

#include <string.h>

enum how { IS, STARTS };
struct name_rule {
    const char *name;
    uint8_t how;
    uint16_t roles;
};
static const struct name_rule cancel_names[] = {
#define ROLE(id, name, how, role) {name, how, ROLE_##role},
#include "model/ctx/roles.def"
#undef ROLE
};
static const struct name_rule launcher_names[] = {
#define LAUNCHER(id, name, how) {name, how, ROLE_LAUNCHER},
#define SERVER(id, name, how) {name, how, ROLE_LAUNCHER | ROLE_SERVER},
#include "model/ctx/launchers.def"
#undef LAUNCHER
#undef SERVER
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
            return rules[i].roles;
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

static unsigned role_of_package(struct str package)
{
    unsigned roles = 0;
    if (!package.n || !is_std(package))
        return 0;
    roles |= ROLE_STD;
    if (first_is(package, "context"))
        roles |= ROLE_CONTEXT | ROLE_PLUMBING;
    else if ((package.n == 7 && first_is(package, "runtime")) || first_is(package, "internal/runtime"))
        roles |= ROLE_RUNTIME | ROLE_PLUMBING;
    else if (first_is(package, "runtime") || first_is(package, "sync") || first_is(package, "internal"))
        roles |= ROLE_PLUMBING;
    return roles;
}

unsigned role_of_name(struct str func)
{
    return role_of_package(package_of(func)) | first_fit(func, cancel_names, N(cancel_names)) |
           first_fit(func, launcher_names, N(launcher_names));
}

unsigned role_judge(struct roles *r, const struct dict *d, str_id func)
{
    size_t had = r->judged.n;
    if (func >= had) {
        vec_reserve(&r->judged, func + 1);
        vec_reserve(&r->v, func + 1);
        memset(r->judged.v + had, 0, func + 1 - had);
        r->judged.n = r->v.n = func + 1;
    }
    r->judged.v[func] = 1;
    return r->v.v[func] = (uint16_t)role_of_name(dict_str(d, func));
}

void roles_release(struct roles *r)
{
    vec_free(&r->v);
    vec_free(&r->judged);
}

uint32_t stack_waiter(struct roles *r, const struct dict *d, const struct stack *st)
{
    uint32_t i = 0;
    while (i < st->n && role_of_frame(r, d, st->frames[i]) & ROLE_RUNTIME)
        i++;
    return i;
}

uint32_t stack_subject_at(struct roles *r, const struct dict *d, const struct stack *st)
{
    uint32_t server = st->n;
    for (uint32_t i = st->n; i-- > 0;) {
        unsigned role = role_of_frame(r, d, st->frames[i]);
        if (role & ROLE_SERVER && server == st->n)
            server = i; /* its own work, unless somebody else's frame follows */
        if (!(role & ROLE_LAUNCHER) && (server == st->n || !(role & ROLE_STD)))
            return i;
    }
    return server < st->n ? server : st->n ? st->n - 1 : 0;
}

uint32_t stack_site_at(struct roles *r, const struct dict *d, const struct stack *st)
{
    uint32_t second = st->n;
    for (uint32_t i = 0; i < st->n; i++) {
        unsigned role = role_of_frame(r, d, st->frames[i]);
        if (!(role & ROLE_STD))
            return i;
        if (second == st->n && !(role & ROLE_PLUMBING))
            second = i;
    }
    return second;
}
