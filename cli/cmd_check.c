/* check: findings for CI. The exit code says whether there are any at or above the threshold; a folder holds one trace for each test. */
#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/told.h"
#include "importers/importer.h"

enum { DEPTH_MAX = 6, TESTS_MAX = 20000, PATH_SIZE = 4096 };

/* --- --rules --- */

static void put_keys(struct page *p, const struct rule_settings *st, unsigned rule)
{
    char value[32];
    for (unsigned k = 0; k < RULE_KEY_COUNT; k++) {
        if (isnan(rules[rule].limits.v[k]))
            continue;
        rule_value_text(value, (enum rule_key)k, st->limits.v[rule].v[k]);
        page_printf(p, "%s%s = %s", p->col > 38 ? ", " : "", rule_keys[k].name, value);
    }
}

static void rules_text(const struct opts *o, const struct rule_settings *st)
{
    struct page p;
    page_init(&p, o, out_stdout());
    for (unsigned i = 0; i < nrules; i++) {
        page_left(&p, rules[i].name, 23);
        page_left(&p, severity_words[rules[i].severity], 8);
        page_left(&p, evidence_words[rules[i].needs], 7);
        put_keys(&p, st, i);
        page_end(&p);
        page_printf(&p, "    %s%s", rules[i].about, rules[i].judge ? "" : " (not judged yet)");
        page_end(&p);
    }
    page_end(&p);
    for (unsigned k = 0; k < RULE_KEY_COUNT; k++) {
        page_left(&p, rule_keys[k].name, 8);
        page_put(&p, rule_keys[k].meaning);
        page_end(&p);
    }
}

static void rules_json(const struct rule_settings *st)
{
    struct json j;
    char value[32];
    json_init(&j, out_stdout());
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "rules");
    for (unsigned i = 0; i < nrules; i++) {
        json_line(&j);
        json_object(&j, NULL);
        json_str(&j, "rule", rules[i].name);
        json_str(&j, "severity", severity_words[rules[i].severity]);
        json_str(&j, "needs", evidence_words[rules[i].needs]);
        json_bool(&j, "judged", rules[i].judge != NULL);
        json_object(&j, "keys");
        for (unsigned k = 0; k < RULE_KEY_COUNT; k++)
            if (!isnan(rules[i].limits.v[k])) {
                rule_value_text(value, (enum rule_key)k, st->limits.v[i].v[k]);
                json_str(&j, rule_keys[k].name, value);
            }
        json_object_end(&j);
        json_str(&j, "about", rules[i].about);
        json_str(&j, "advice", rules[i].advice);
        json_str(&j, "wrong_if", rules[i].wrong_if);
        json_object_end(&j);
    }
    json_line(&j);
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

/* --- a folder --- */

typedef VEC(char *) paths;

/* Whether an importer takes it, as its first bytes tell. */
static bool is_trace(const char *path)
{
    struct err e = ERR_INIT;
    struct source_opts so = {0};
    size_t n = 0;
    struct source *src = source_open(path, &so, &e);
    const uint8_t *head = src ? source_peek(src, IMPORTER_HEAD, &n, &e) : NULL;
    bool yes = head && importer_for(head, n, &e);
    if (src)
        source_close(src);
    return yes;
}

static void find_traces(paths *list, const char *folder, unsigned depth)
{
    struct dirent **names;
    char path[PATH_SIZE];
    struct stat st;
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        bool hidden = names[i]->d_name[0] == '.';
        free(names[i]);
        if (hidden || list->n >= TESTS_MAX || lstat(path, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
            find_traces(list, path, depth + 1);
        else if (S_ISREG(st.st_mode) && (load_is_store(path) || is_trace(path)))
            *vec_push(list) = mem_strdup(path);
    }
    if (n >= 0)
        free(names);
}

/* The test's name: the path below the folder, without endings that only say what the file is. */
static void test_name(char *out, size_t size, const char *path, size_t folder)
{
    static const char *const endings[] = {".zst", ".gz", ".ctxs", ".out", ".trace", "/trace"};
    path += folder;
    path += strspn(path, "/");
    snprintf(out, size, "%s", path);
    for (unsigned i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(out), len = strlen(endings[i]);
        if (n > len && !strcmp(out + n - len, endings[i]))
            out[n - len] = 0;
    }
}

/* A trace that cannot be read is told as an error of its test; the others are judged all the same. */
static int judge_tests(struct tale *t, const struct opts *o, const struct config *c, const char *folder, struct err *e)
{
    paths list = {0};
    char name[PATH_SIZE];
    int rc = 0;
    find_traces(&list, folder, 0);
    if (!list.n) {
        err_set(e, ERR_INPUT, "the folder holds no trace");
        err_source(e, folder);
        rc = err_hint(e, "name a folder in which go test -trace left a file for each test");
    }
    for (size_t i = 0; i < list.n && rc == 0; i++) {
        struct err why = ERR_INIT;
        const char *one = list.v[i];
        test_name(name, sizeof name, one, strlen(folder));
        rc = told_load(t, o, c, &one, 1, name, &why);
        if (rc < 0 && (why.kind == ERR_USAGE || why.kind == ERR_INTERNAL))
            *e = why;
        else if (rc < 0) {
            told_add_error(t, name, one, &why);
            rc = 0;
        }
    }
    for (size_t i = 0; i < list.n; i++)
        mem_free(list.v[i]);
    vec_free(&list);
    return rc;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int judge(struct tale *t, const struct opts *o, const struct config *c, struct err *e)
{
    bool folders = false;
    for (size_t i = 0; i < o->words.n; i++)
        folders |= is_folder(o->words.v[i]);
    if (!folders)
        return told_load(t, o, c, o->words.v, o->words.n, NULL, e);
    t->tests = true;
    for (size_t i = 0; i < o->words.n; i++) {
        const char *word = o->words.v[i];
        int rc = is_folder(word) ? judge_tests(t, o, c, word, e) : told_load(t, o, c, &word, 1, word, e);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- the answer --- */

static void print(const struct opts *o, const struct tale *t)
{
    struct page p;
    if (opt_given(o, OPT_SARIF)) {
        tale_sarif(t, out_stdout());
    } else if (opt_given(o, OPT_JUNIT)) {
        tale_junit(t, out_stdout());
    } else if (opt_given(o, OPT_GITHUB)) {
        tale_github(t, out_stdout());
    } else if (o->format == FORMAT_JSON) {
        tale_json(t, out_stdout());
    } else if (o->format == FORMAT_CSV) {
        tale_csv(t, out_stdout());
    } else {
        page_init(&p, o, out_stdout());
        tale_lines(t, &p);
    }
}

/* Of one trace: some finding at or above the threshold. Of tests: more than --fail-share of them have one; a trace that cannot be
 * read is one of them. */
static bool fails(const struct opts *o, const struct tale *t)
{
    size_t bad = 0;
    for (size_t i = 0; i < t->sessions.n; i++)
        bad += t->sessions.v[i].error || session_fails(t, &t->sessions.v[i]);
    double share = (double)opt_number(o, OPT_FAIL_SHARE, 0) / 100;
    return t->tests ? (double)bad > share * (double)t->sessions.n : bad > 0;
}

static int check_words(const struct opts *o, struct err *e)
{
    int kinds = opt_given(o, OPT_SARIF) + opt_given(o, OPT_JUNIT) + opt_given(o, OPT_GITHUB);
    kinds += opt_given(o, OPT_FORMAT) || opt_given(o, OPT_JSON);
    if (kinds > 1) {
        err_set(e, ERR_USAGE, "--sarif, --junit, --github and --format exclude each other");
        return err_hint(e, "run check again for the other form: the import is kept");
    }
    if (opt_number(o, OPT_FAIL_SHARE, 0) > 100) {
        err_set(e, ERR_USAGE, "--fail-share %" PRIu64 ": out of range", opt_number(o, OPT_FAIL_SHARE, 0));
        return err_hint(e, "percent: from 0 to 100");
    }
    if (o->words.n || opt_given(o, OPT_RULES))
        return 0;
    err_set(e, ERR_USAGE, "check needs a trace, or a folder of traces");
    return err_hint(e, "see ctxscope check --help");
}

int cmd_check(struct opts *o, struct err *e)
{
    struct config c;
    struct tale t = {.fail_on = (enum severity)opt_number(o, OPT_FAIL_ON, SEV_WARNING)};
    if (check_words(o, e) < 0)
        return -1;
    int rc = config_read(&c, o, e);
    if (rc == 0 && opt_given(o, OPT_RULES)) {
        if (o->format == FORMAT_JSON)
            rules_json(&c.rules);
        else
            rules_text(o, &c.rules);
    } else if (rc == 0 && (rc = judge(&t, o, &c, e)) == 0) {
        print(o, &t);
        rc = fails(o, &t);
    }
    tale_release(&t);
    config_release(&c);
    return rc;
}
