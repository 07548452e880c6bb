/* Names, files and texts of a trace that mean something to whom the answer goes: escape sequences, formulas, markup, commands of CI,
 * broken UTF-8. Every command in every form passes on what it shows, and nothing that acts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

#include "base/buf.h"
#include "base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/mktrace.h"
#include "tests/lib/vt.h"

static const char *const evils[] = {
    "=evil|' /C calc'!A0", "+evil",       "@evil(1)",     "-evil+2",           "<evil a=\"'&\">]]></evil>", "evil\n::error file=x::y",
    "evil\033]0;title\a",  "evil\033[2J", "evil\xff\xfe", "evil\342\200\256x", "evil\",\"x\":1,\"",         "evil\ttab\r\nline",
    "%0Aevil::warning::z",
};
enum { EVILS = sizeof evils / sizeof *evils };

/* Each name is a goroutine that waits under a cancel for long (a slow one, then a leak), has a task, a region, a log, a label. */
static void write_trace(const char *path)
{
    struct mktrace *mk = mk_new(23);
    uint64_t t = 1000;
    mk_generation(mk, 1);
    struct mk_batch *b = mk_batch(mk, 1, 0);
    MK(b, t++, ProcStatus, 0, WIRE_P_RUNNING);
    MK(b, t++, GoStatus, 1, 1, WIRE_G_RUNNING);
    for (uint64_t i = 0; i < EVILS; i++, t += 2000000000) {
        uint64_t name = mk_string(mk, evils[i]), start = mk_stack(mk, evils[i], evils[i], i + 1),
                 here = mk_stack(mk, evils[i], evils[i], i + 100);
        const struct mk_frame sends[] = {
            {1, mk_string(mk, "runtime.chansend1"), mk_string(mk, "runtime/chan.go"), 161},
            {10 + i, name, name, i + 200},
        };
        uint64_t stuck = mk_stack_frames(mk, sends, 2);
        MK(b, t + 1, GoCreate, 100 + i, start, here);
        MK(b, t + 2, UserTaskBegin, 10 + i, 0, name, here);
        MK(b, t + 3, UserRegionBegin, 10 + i, name, here);
        MK(b, t + 4, UserLog, 10 + i, name, name, here);
        MK(b, t + 5, GoLabel, name);
        MK(b, t + 6, GoBlock, mk_string(mk, "sleep"), here);
        MK(b, t + 7, GoStart, 100 + i, 1);
        MK(b, t + 8, GoBlock, mk_string(mk, "select"), here);
        MK(b, t + 1000, GoUnblock, 1, 1 + 4 * i, 0);
        MK(b, t + 1001, GoStart, 1, 2 + 4 * i);
        MK(b, t + 1002, GoUnblock, 100 + i, 2, mk_stack(mk, "context.(*cancelCtx).cancel", "context/context.go", 500));
        MK(b, t + 1003, GoBlock, mk_string(mk, "sleep"), here);
        MK(b, t + 1004, GoStart, 100 + i, 3);
        MK(b, t + 1005, GoBlock, mk_string(mk, "chan send"), stuck);
        MK(b, t + 1900000000, GoUnblock, 1, 3 + 4 * i, 0);
        MK(b, t + 1900000001, GoStart, 1, 4 + 4 * i);
        MK(b, t + 1900000400, UserRegionEnd, 10 + i, name, here);
        MK(b, t + 1900000401, UserTaskEnd, 10 + i, here);
    }
    mk_end(mk);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(mk->out.p, 1, mk->out.n, f) == mk->out.n && fclose(f) == 0, "cannot write %s", path);
    mk_free(mk);
}

/* ---- running the program ---- */

static const char *program;

static int run(const char *const *args, struct buf *out)
{
    int to[2];
    CHECK(pipe(to) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(to[1], 1);
        close(to[0]);
        close(to[1]);
        execv(program, (char *const *)(uintptr_t)args);
        _exit(127);
    }
    close(to[1]);
    buf_clear(out);
    for (ssize_t n = 1; n > 0; out->n += (size_t)n) {
        buf_reserve(out, 65536);
        n = read(to[0], out->p + out->n, 65536);
        n = n < 0 ? 0 : n;
    }
    close(to[0]);
    buf_str(out);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- what each form must be ---- */

static const char *valid_text(const struct buf *b, const char *allowed)
{
    static char why[80];
    for (size_t i = 0, len; i < b->n; i += len) {
        uint32_t cp = text_decode((const char *)b->p + i, b->n - i, &len);
        bool replaced = cp == 0xfffd && !(len == 3 && b->p[i] == 0xef);
        bool bidi = (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
        if (replaced || bidi || cp == 0x7f || (cp < 0x20 && !(cp && strchr(allowed, (int)cp)))) {
            snprintf(why, sizeof why, "U+%04X at byte %zu", cp, i);
            return why;
        }
    }
    return NULL;
}

static const char *good_json(const struct buf *b)
{
    static char why[200];
    const char *bad = valid_text(b, "\n");
    if (bad)
        return bad;
    yajl_val v = yajl_tree_parse((const char *)b->p, why, sizeof why);
    if (!v)
        return why[0] ? why : "no JSON";
    yajl_tree_free(v);
    return NULL;
}

/* No cell that a spreadsheet takes for a formula; negative numbers are none. */
static const char *good_csv(const struct buf *b)
{
    static char why[120];
    const char *bad = valid_text(b, "\r\n\t"), *p = (const char *)b->p;
    bool quoted = false, begins = true;
    for (size_t i = 0; !bad && i < b->n; i++) {
        if (p[i] == '"' && begins && !quoted && strchr("=+-@\t\r", p[i + 1])) {
            snprintf(why, sizeof why, "a formula at byte %zu: %.30s", i, p + i);
            return why;
        }
        if (!quoted && begins && (strchr("=+@", p[i]) || (p[i] == '-' && (p[i + 1] < '0' || p[i + 1] > '9')))) {
            snprintf(why, sizeof why, "a formula at byte %zu: %.30s", i, p + i);
            return why;
        }
        begins = !quoted && (p[i] == ',' || p[i] == '\n');
        quoted ^= p[i] == '"';
    }
    return quoted && !bad ? "an open quote" : bad;
}

static const char *good_tsv(const struct buf *b)
{
    return valid_text(b, "\t\n");
}

static const char *good_text(const struct buf *b)
{
    return valid_text(b, "\n");
}

/* Markup: what stands between < and > is an element with attributes in quotes, & begins an entity. */
static const char *good_xml(const struct buf *b)
{
    static char why[120];
    const char *p = (const char *)b->p, *bad = valid_text(b, "\n\t");
    int depth = 0;
    bool tag = false, quoted = false;
    for (size_t i = 0; !bad && i < b->n; i++) {
        bool entity = p[i] != '&' || strcspn(p + i, ";") < 8;
        bool fits = !quoted ? (p[i] != '<' || !tag) && (p[i] != '>' || tag) : p[i] != '<';
        if (!entity || !fits) {
            snprintf(why, sizeof why, "markup at byte %zu: %.40s", i, p + i);
            return why;
        }
        if (!tag && p[i] == '<' && p[i + 1] != '?')
            depth += p[i + 1] == '/' ? -1 : 1;
        if (tag && !quoted && p[i] == '>' && p[i - 1] == '/')
            depth--;
        tag = quoted || (p[i] == '<' ? true : p[i] == '>' ? false : tag);
        quoted ^= tag && p[i] == '"';
    }
    return bad ? bad : depth ? "elements that are not closed" : NULL;
}

/* One command of the runner's a line, none of the trace's own. */
static const char *good_github(const struct buf *b)
{
    static char why[120];
    const char *bad = valid_text(b, "\n");
    for (const char *line = (const char *)b->p; !bad && line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        bool ours = !strncmp(line, "::error", 7) || !strncmp(line, "::warning", 9) || !strncmp(line, "::notice", 8);
        if (!ours) {
            snprintf(why, sizeof why, "a line %.60s", line);
            return why;
        }
    }
    return bad;
}

static const struct form {
    const char *args[4];
    const char *(*judge)(const struct buf *b);
} forms[] = {{{"--format", "json"}, good_json}, {{"--format", "csv"}, good_csv}, {{"--format", "text"}, good_text}};
static const struct form check_forms[] = {{{"--sarif"}, good_json}, {{"--junit"}, good_xml}, {{"--github"}, good_github}};

static unsigned shown;

static void one(const char *path, const char *const *command, const struct form *form)
{
    const char *args[16] = {program};
    unsigned n = 1;
    struct buf out = {0};
    while (*command)
        args[n++] = *command++;
    for (unsigned i = 0; form->args[i]; i++)
        args[n++] = form->args[i];
    args[n++] = path;
    if (!strcmp(args[1], "query"))
        args[n++] = "select name, reason, func, file from span";
    int code = run(args, &out);
    const char *bad = form->judge(&out);
    CHECK(code == 0 || code == 1, "%s %s %s: exit %d", args[1], args[2], args[3] ? args[3] : "", code);
    CHECK(!bad, "%s %s %s: %s", args[1], args[2], args[3] ? args[3] : "", bad);
    CHECK(out.n > 0, "%s %s: no answer", args[1], args[2]);
    shown += strstr(buf_str(&out), "evil") != NULL;
    buf_release(&out);
}

int main(void)
{
    static const char *const commands[][4] = {{"overview"},
                                              {"goroutines"},
                                              {"goroutine", "103"},
                                              {"lanes", "--by", "goroutines"},
                                              {"contexts"},
                                              {"wake", "103"},
                                              {"heatmap"},
                                              {"findings"},
                                              {"check"},
                                              {"wake", "--task", "12"},
                                              {"tasks"},
                                              {"query"}};
    char dir[] = "/tmp/ctxscope-hostile-XXXXXX", path[64];
    program = getenv("CTXSCOPE");
    if (!program || !mkdtemp(dir))
        return 1;
    setenv("XDG_CACHE_HOME", dir, 1);
    snprintf(path, sizeof path, "%s/trace", dir);
    write_trace(path);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
            one(path, commands[i], &forms[k]);
    one(path, (const char *[]){"events", NULL}, &(struct form){{"--format", "tsv"}, good_tsv});
    one(path, (const char *[]){"events", NULL}, &(struct form){{"--format", "csv"}, good_csv});
    one(path, (const char *[]){"events", NULL}, &(struct form){{"--format", "json"}, good_json});
    for (size_t k = 0; k < sizeof check_forms / sizeof *check_forms; k++)
        one(path, (const char *[]){"check", NULL}, &check_forms[k]);
    CHECK(shown > 30, "only %u answers show the names", shown);
    char command[96];
    if (getenv("KEEP"))
        return check_done();
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return check_done() | (system(command) != 0);
}
