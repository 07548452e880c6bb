/* Recorded programs with known faults, and their healthy twins: all that a trace can show is found, and nothing else is said.
 *
 * test-timeout: 300
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "model/findings/findings.h"
#include "tests/lib/check.h"
#include "tests/lib/load.h"

#define LABELS "tests/data/findings/labels.tsv"
static const char *const versions[] = {"go1.22", "go1.23", "go1.24", "go1.25", "go1.26", "go1.26-ctx"};

enum { KIND, CASE, VARIANT, RULE, FUNCS, FILE_, LINE, COUNT, NUMS, COLUMNS };
struct label {
    const char *c[COLUMNS];
};
typedef VEC(struct label) labels;

struct score {
    unsigned recordings, expected, hit, false_alarms;
};

static void read_labels(labels *out)
{
    static char text[1 << 16];
    FILE *f = fopen(LABELS, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    CHECK(n > 0 && n < sizeof text - 1, "%s: %s", LABELS, strerror(errno));
    if (f)
        fclose(f);
    for (char *line = strtok(text, "\n"), *next; line; line = next) {
        next = strtok(NULL, "\n");
        struct label l = {{0}};
        if (line[0] == '#')
            continue;
        for (unsigned k = 0; k < COLUMNS; k++)
            l.c[k] = line ? strsep(&line, "\t") : "";
        *vec_push(out) = l;
    }
}

static bool same_text(struct str a, const char *b, size_t n)
{
    return a.n == n && !memcmp(a.p, b, n);
}

static bool same_function(const struct session *s, const struct finding *f, const char *names)
{
    struct str have = session_str(s, f->function);
    for (size_t n; *names; names += n + (names[n] == ' ')) {
        n = strcspn(names, " ");
        if (same_text(have, names, n))
            return true;
    }
    return false;
}

static bool fits(const struct session *s, const struct finding *f, const struct label *l)
{
    if (strcmp(rules[f->rule].name, l->c[RULE]) != 0 || (l->c[FUNCS][0] && !same_function(s, f, l->c[FUNCS])))
        return false;
    if (!l->c[LINE][0])
        return true;
    return f->frame && session_frame(s, f->frame)->line == (uint32_t)atoi(l->c[LINE]);
}

static void check_numbers(const struct finding *f, const struct label *l, const char *where)
{
    char key[64];
    double lo, hi;
    if (!l->c[NUMS][0] || sscanf(l->c[NUMS], "%63[^=]=%lf-%lf", key, &lo, &hi) != 3)
        return;
    for (unsigned i = 0; i < NUMBERS_COUNT; i++) {
        double v = number_is_time((enum number)i) ? f->numbers[i] / 1e6 : f->numbers[i];
        if (!strcmp(number_keys[i], key))
            CHECK(v >= lo && v <= hi, "%s: %s of %s is %f, not %f to %f", where, key, l->c[RULE], v, lo, hi);
    }
}

static bool take_expected(const struct session *s, const struct findings *all, const struct label *l, bool *used, const char *where)
{
    uint32_t count = 0, found = 0;
    unsigned lo = 0, hi = UINT32_MAX;
    for (size_t i = 0; i < all->list.n; i++) {
        const struct finding *f = &all->list.v[i];
        if (used[i] || !fits(s, f, l))
            continue;
        used[i] = true;
        found++;
        count += f->count;
        check_numbers(f, l, where);
    }
    if (l->c[COUNT][0])
        sscanf(l->c[COUNT], "%u-%u", &lo, &hi);
    CHECK(found && count >= lo && count <= hi, "%s: %s of %s: found %u times, count %u, not %u to %u", where, l->c[RULE], l->c[FUNCS],
          found, count, lo, hi);
    return found && count >= lo && count <= hi;
}

static bool is_of(const struct label *l, const char *name, const char *variant)
{
    return !strcmp(l->c[CASE], name) && !strcmp(l->c[VARIANT], variant);
}

static bool allowed(const labels *list, const char *name, const char *variant, const char *rule)
{
    for (size_t i = 0; i < list->n; i++)
        if (is_of(&list->v[i], name, variant) && strcmp(list->v[i].c[KIND], "expect") != 0 && !strcmp(list->v[i].c[RULE], rule))
            return true;
    return false;
}

static void compare(const struct session *s, const struct findings *all, const labels *list, const char *name, const char *variant,
                    const char *where, struct score *sum)
{
    bool *used = mem_calloc(all->list.n + 1, sizeof *used);
    for (size_t i = 0; i < list->n; i++) {
        int rule = rule_find(list->v[i].c[RULE]);
        if (!is_of(&list->v[i], name, variant) || strcmp(list->v[i].c[KIND], "expect") != 0)
            continue;
        CHECK(rule >= 0, "%s: there is no rule %s", where, list->v[i].c[RULE]);
        if (rule < 0 || !rules[rule].judge)
            continue; /* its evidence cannot be read yet */
        sum->expected++;
        sum->hit += take_expected(s, all, &list->v[i], used, where);
    }
    for (size_t i = 0; i < all->list.n; i++) {
        const struct finding *f = &all->list.v[i];
        if (used[i] || f->severity == SEV_INFO || allowed(list, name, variant, rules[f->rule].name))
            continue;
        sum->false_alarms++;
        CHECK(false, "%s: false alarm: %s: %s", where, rules[f->rule].name, f->message);
    }
    mem_free(used);
}

static void set_all(struct rule_settings *st, const labels *list, const char *name)
{
    struct err e = ERR_INIT;
    for (size_t i = 0; i < list->n; i++) {
        const char *const *c = list->v[i].c;
        if (strcmp(c[KIND], "set") != 0 || strcmp(c[CASE], name) != 0)
            continue;
        int rc = strcmp(c[VARIANT], "sla") ? rule_set(st, c[VARIANT] + strlen("rule "), c[RULE], c[FUNCS], &e)
                                           : rule_set_sla(st, c[RULE], c[FUNCS], &e);
        CHECK(rc == 0, "%s: %s", name, e.what);
    }
}

static void judge(const char *path, const labels *list, const char *name, const char *variant, struct score *sum)
{
    struct err e = ERR_INIT;
    struct rule_settings st;
    struct findings found;
    struct session *s = load_session(&path, 1, 1, &e);
    CHECK(s != NULL, "%s: %s", path, e.what);
    if (!s)
        return;
    rule_settings_init(&st);
    set_all(&st, list, name);
    sum->recordings++;
    if (findings_make(s, &st, NULL, NULL, &found, &e) == 0) {
        compare(s, &found, list, name, variant, path, sum);
        findings_release(&found);
    } else {
        CHECK(false, "%s: %s", path, e.what);
    }
    rule_settings_free(&st);
    load_free(s);
}

static void judge_case(const char *name, const labels *list, struct score *sum)
{
    static const char *const folders[] = {"findings", "corpus"}, *const variants[] = {"fault", "healthy"};
    char path[512];
    for (size_t v = 0; v < sizeof versions / sizeof *versions; v++)
        for (size_t f = 0; f < 2; f++)
            for (size_t k = 0; k < 2; k++) {
                snprintf(path, sizeof path, "tests/data/%s/%s/%s.%s.trace.zst", folders[f], versions[v], name, variants[k]);
                if (access(path, R_OK) == 0)
                    judge(path, list, name, variants[k], sum);
            }
}

int main(void)
{
    labels list = {0};
    struct score sum = {0};
    read_labels(&list);
    for (size_t i = 0; i < list.n; i++)
        if (i == 0 || strcmp(list.v[i].c[CASE], list.v[i - 1].c[CASE]) != 0)
            judge_case(list.v[i].c[CASE], &list, &sum);
    printf("%u recordings: %u of %u faults found, %u false alarms\n", sum.recordings, sum.hit, sum.expected, sum.false_alarms);
    CHECK(sum.recordings >= 80 && sum.expected >= 40, "too few recordings were seen");
    vec_free(&list);
    return check_done();
}
