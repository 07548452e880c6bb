/* The machine-readable output against Go's own reader, through the program itself: overview and goroutines as JSON, and the
 * order and time of every event, for each v2 trace at hand. test-timeout: 300 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/answers.h"
#include "tests/lib/check.h"

static const char *program;
static unsigned traces;

/* Runs `program args... trace`, standard output into out (NULL: into the hash). Returns the exit code. */
static int run(const char *const *args, const char *trace, struct buf *out, uint64_t *hash, uint64_t *lines);

static uint64_t fnv(uint64_t h, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)p[i]) * 0x100000001b3u;
    return h;
}

/* "ts kind g p m ..." by tabs -> "ts kind gG pP mM" by blanks. */
static uint64_t hash_line(uint64_t h, char *line)
{
    static const char *const before[] = {"", " ", " g", " p", " m"};
    for (unsigned i = 0; i < 5; i++) {
        size_t n = strcspn(line, "\t\n");
        h = fnv(h, before[i], strlen(before[i]));
        h = fnv(h, line, n);
        line += n + (line[n] == '\t');
    }
    return fnv(h, "\n", 1);
}

static void take_output(int fd, struct buf *out, uint64_t *hash, uint64_t *lines)
{
    FILE *f = fdopen(fd, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, f)) > 0) {
        if (out) {
            buf_put(out, line, (size_t)n);
        } else {
            *hash = hash_line(*hash, line);
            ++*lines;
        }
    }
    free(line);
    fclose(f);
}

static int run(const char *const *args, const char *trace, struct buf *out, uint64_t *hash, uint64_t *lines)
{
    const char *argv[16] = {program};
    int pipes[2], status = 0;
    unsigned n = 1;
    for (; args[n - 1]; n++)
        argv[n] = args[n - 1];
    argv[n] = trace;
    if (pipe(pipes) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execv(program, (char **)(uintptr_t)argv);
        _exit(127);
    }
    close(pipes[1]);
    take_output(pipes[0], out, hash, lines);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static yajl_val json_of(const char *const *args, const char *trace)
{
    struct buf out = {0};
    char why[256] = "";
    int code = run(args, trace, &out, NULL, NULL);
    CHECK(code == 0 || (code == 1 && !strcmp(args[0], "check")), "%s %s: exit %d", args[0], trace, code);
    yajl_val v = yajl_tree_parse(buf_str(&out), why, sizeof why);
    CHECK(v != NULL, "%s %s: no JSON: %s", args[0], trace, why);
    buf_release(&out);
    return v;
}

static yajl_val at(yajl_val v, const char *a, const char *b)
{
    const char *path[] = {a, b, NULL};
    return v ? yajl_tree_get(v, path, yajl_t_any) : NULL;
}

/* INT64_MIN when it is not there or is no number. */
static int64_t number(yajl_val v, const char *a, const char *b)
{
    yajl_val x = at(v, a, b);
    return YAJL_IS_NUMBER(x) ? strtoll(YAJL_GET_NUMBER(x), NULL, 10) : INT64_MIN;
}

static void same(const char *trace, const char *what, int64_t ours, int64_t theirs)
{
    CHECK(ours == theirs, "%s: %s is %" PRId64 ", Go's reader says %" PRId64, trace, what, ours, theirs);
}

static void check_overview(const struct answers *a)
{
    static const char *const args[] = {"overview", "--json", "--no-cache", NULL};
    static const struct {
        const char *ours, *sub, *theirs;
    } numbers[] = {{"goroutines", NULL, "goroutines"},
                   {"procs", NULL, "procs"},
                   {"threads", NULL, "threads"},
                   {"tasks", NULL, "tasks"},
                   {"regions", NULL, "region_begins"},
                   {"logs", NULL, "logs"},
                   {"stack_samples", NULL, "stack_samples"},
                   {"distinct_stacks", NULL, "distinct_stacks"},
                   {"total_ns", "running", "total_running_ns"},
                   {"total_ns", "runnable", "total_runnable_ns"},
                   {"total_ns", "waiting", "total_waiting_ns"},
                   {"total_ns", "syscall", "total_syscall_ns"}};
    yajl_val v = json_of(args, a->trace);
    same(a->trace, "schema", number(v, "schema", NULL), 1);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        same(a->trace, numbers[i].theirs, number(v, numbers[i].ours, numbers[i].sub), answer_int(a, numbers[i].theirs));
    same(a->trace, "length", number(v, "t1_ns", NULL), answer_int(a, "last_ts") - answer_int(a, "first_ts"));
    yajl_val kinds = at(v, "events_by_kind", NULL);
    CHECK(YAJL_IS_OBJECT(kinds), "%s: no events_by_kind", a->trace);
    for (size_t i = 0; YAJL_IS_OBJECT(kinds) && i < kinds->u.object.len; i++) {
        const char *kind = kinds->u.object.keys[i];
        same(a->trace, kind, number(v, "events_by_kind", kind), answer_count(a, "events_by_kind", kind));
    }
    same(a->trace, "kinds", YAJL_IS_OBJECT(kinds) ? (int64_t)kinds->u.object.len : -1, (int64_t)answer_keys(a, "events_by_kind"));
    yajl_val sources = at(v, "sources", NULL);
    if (YAJL_IS_ARRAY(sources) && sources->u.array.len == 1)
        same(a->trace, "events", number(sources->u.array.values[0], "events", NULL), answer_int(a, "events"));
    else
        CHECK(0, "%s: not one source", a->trace);
    static const char *const judged[][2] = {{"cancel", "bursts"},  {"cancel", "edges"},     {"cancel", "deadlines_fired"},
                                            {"findings", "error"}, {"findings", "warning"}, {"findings", "info"}};
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++)
        CHECK(number(v, judged[i][0], judged[i][1]) >= 0, "%s: no number in %s.%s", a->trace, judged[i][0], judged[i][1]);
    yajl_val contexts = at(v, "cancel", "contexts");
    CHECK(number(contexts, "exact", NULL) >= 0 && number(contexts, "inferred", NULL) >= 0, "%s: no numbers of contexts", a->trace);
    yajl_tree_free(v);
}

static yajl_val row_of(yajl_val rows, int64_t g)
{
    for (size_t i = 0; YAJL_IS_ARRAY(rows) && i < rows->u.array.len; i++)
        if (number(rows->u.array.values[i], "g", NULL) == g)
            return rows->u.array.values[i];
    return NULL;
}

/* Reasons are the runtime's words; over all traces some of them must turn up. */
static struct {
    const char *word;
    unsigned times;
} reasons[] = {{"select", 0},  {"chan receive", 0}, {"chan send", 0}, {"sync", 0}, {"sync.(*Cond).Wait", 0},
               {"network", 0}, {"sleep", 0},        {"unknown", 0}};

static void note_reason(const char *word)
{
    static const char *const kinds[] = {"chan", "system", "other", "syscall", "running", ""};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        reasons[i].times += !strcmp(reasons[i].word, word);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        CHECK(strcmp(kinds[i], word), "a reason \"%s\"", word);
}

static void check_row(const struct answers *a, yajl_val theirs, yajl_val ours)
{
    static const char *const fields[] = {"running_ns", "runnable_ns", "waiting_ns", "syscall_ns"};
    int64_t g = number(theirs, "g", NULL);
    CHECK(ours != NULL, "%s: goroutine %" PRId64 " is missing", a->trace, g);
    if (!ours)
        return;
    for (size_t i = 0; i < 4; i++)
        CHECK(number(ours, fields[i], NULL) == number(theirs, fields[i], NULL), "%s: g %" PRId64 ": %s is %" PRId64 ", not %" PRId64,
              a->trace, g, fields[i], number(ours, fields[i], NULL), number(theirs, fields[i], NULL));
    CHECK(YAJL_IS_TRUE(at(theirs, "created_in_trace", NULL)) == YAJL_IS_NUMBER(at(ours, "created_ns", NULL)), "%s: g %" PRId64 ": created",
          a->trace, g);
    CHECK(YAJL_IS_TRUE(at(theirs, "ended_in_trace", NULL)) == YAJL_IS_NUMBER(at(ours, "ended_ns", NULL)), "%s: g %" PRId64 ": ended",
          a->trace, g);
    const char *state = YAJL_GET_STRING(at(theirs, "last_state", NULL)), *our_state = YAJL_GET_STRING(at(ours, "last_state", NULL));
    CHECK(state && our_state && !strcmp(state, our_state), "%s: g %" PRId64 ": last state %s, not %s", a->trace, g, our_state, state);
    static const char *const waits[] = {"wait_by_reason", "wait_by_kind"};
    for (size_t k = 0; k < 2; k++) {
        int64_t sum = 0;
        yajl_val parts = at(ours, waits[k], NULL);
        CHECK(YAJL_IS_OBJECT(parts), "%s: g %" PRId64 ": no %s", a->trace, g, waits[k]);
        for (size_t i = 0; YAJL_IS_OBJECT(parts) && i < parts->u.object.len; i++) {
            sum += number(parts, parts->u.object.keys[i], NULL);
            if (k == 0)
                note_reason(parts->u.object.keys[i]);
        }
        CHECK(sum == number(ours, "waiting_ns", NULL), "%s: g %" PRId64 ": %s adds up to %" PRId64, a->trace, g, waits[k], sum);
    }
}

static void check_goroutines(const struct answers *a)
{
    static const char *const args[] = {"goroutines", "--json", "--no-cache", NULL};
    const char *path[] = {"per_goroutine", NULL};
    yajl_val v = json_of(args, a->trace), rows = at(v, "goroutines", NULL);
    yajl_val theirs = yajl_tree_get(a->json, path, yajl_t_array);
    same(a->trace, "goroutines listed", YAJL_IS_ARRAY(rows) ? (int64_t)rows->u.array.len : -1, answer_int(a, "goroutines"));
    for (size_t i = 0; theirs && i < theirs->u.array.len; i++)
        check_row(a, theirs->u.array.values[i], row_of(rows, number(theirs->u.array.values[i], "g", NULL)));
    yajl_tree_free(v);
}

/* Lanes part the same time into cells: by state, all lanes and cells together are the totals. */
static void check_lanes(const struct answers *a, const char *by)
{
    const char *args[] = {"lanes", "--json", "--no-cache", "--cells", "37", "--by", by, NULL};
    static const char *const states[] = {"running", "runnable", "syscall"};
    int64_t sum[4] = {0};
    yajl_val v = json_of(args, a->trace), lanes = at(v, "lanes", NULL);
    CHECK(YAJL_IS_ARRAY(lanes), "%s: no lanes", a->trace);
    for (size_t i = 0; YAJL_IS_ARRAY(lanes) && i < lanes->u.array.len; i++) {
        yajl_val ns = at(lanes->u.array.values[i], "ns", NULL);
        for (size_t k = 0; YAJL_IS_OBJECT(ns) && k < ns->u.object.len; k++) {
            unsigned to = 0;
            while (to < 3 && strcmp(ns->u.object.keys[k], states[to]))
                to++;
            yajl_val cells = ns->u.object.values[k];
            if (!strcmp(ns->u.object.keys[k], "unknown"))
                continue;
            CHECK(YAJL_IS_ARRAY(cells) && (int64_t)cells->u.array.len == number(v, "cells", NULL), "%s: a lane with other cells", a->trace);
            for (size_t c = 0; YAJL_IS_ARRAY(cells) && c < cells->u.array.len; c++)
                sum[to] += strtoll(YAJL_GET_NUMBER(cells->u.array.values[c]), NULL, 10);
        }
    }
    same(a->trace, "running in lanes", sum[0], answer_int(a, "total_running_ns"));
    same(a->trace, "runnable in lanes", sum[1], answer_int(a, "total_runnable_ns"));
    same(a->trace, "syscall in lanes", sum[2], answer_int(a, "total_syscall_ns"));
    same(a->trace, "waiting in lanes", sum[3], answer_int(a, "total_waiting_ns"));
    yajl_tree_free(v);
}

/* Two windows that meet hold what the whole holds. */
static void check_windows(const struct answers *a)
{
    static const char *const fields[] = {"running", "runnable", "waiting", "syscall"};
    int64_t length = answer_int(a, "last_ts") - answer_int(a, "first_ts"), sum[4] = {0};
    char window[64];
    if (length < 10)
        return;
    for (int part = 0; part < 2; part++) {
        snprintf(window, sizeof window, part ? "%" PRId64 "ns.." : "..%" PRId64 "ns", length / 3);
        const char *args[] = {"overview", "--json", "--no-cache", "--window", window, NULL};
        yajl_val v = json_of(args, a->trace);
        for (int i = 0; i < 4; i++)
            sum[i] += number(v, "total_ns", fields[i]);
        yajl_tree_free(v);
    }
    same(a->trace, "running in two windows", sum[0], answer_int(a, "total_running_ns"));
    same(a->trace, "runnable in two windows", sum[1], answer_int(a, "total_runnable_ns"));
    same(a->trace, "waiting in two windows", sum[2], answer_int(a, "total_waiting_ns"));
    same(a->trace, "syscall in two windows", sum[3], answer_int(a, "total_syscall_ns"));
}

static void check_events(const struct answers *a)
{
    static const char *const args[] = {"events", NULL};
    uint64_t hash = 0xcbf29ce484222325u, lines = 0;
    char text[17];
    int code = run(args, a->trace, NULL, &hash, &lines);
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    CHECK(code == 0, "events %s: exit %d", a->trace, code);
    same(a->trace, "lines", (int64_t)lines, answer_int(a, "events"));
    CHECK(!strcmp(text, answer_text(a, "stream_fnv64a")), "%s: the stream's hash is %s, not %s", a->trace, text,
          answer_text(a, "stream_fnv64a"));
}

/* ---- keys: what each answer has, and of which type ---- */

/* A word for each key: its name, a colon, the types that it may have: i whole number, n number, s string, b true or false, 0 null, o
 * object, a array. A key that the contract names is never absent here. */
static const struct shape {
    const char *args[6];
    const char *list; /* NULL: the answer itself */
    const char *keys;
} shapes[] = {
    {{"overview"},
     NULL,
     "schema:i sources:a t0_ns:i t1_ns:i wall_start:s0 events_by_kind:o goroutines:i procs:i threads:i tasks:i regions:i logs:i "
     "stack_samples:i distinct_stacks:i total_ns:o regions_open:i cancel:o findings:o import:o"},
    {{"overview"},
     "sources",
     "path:s format:s version:s events:i bytes:i complete:b generations:i wire_events:i wire_by_type:o dropped_from_byte:i0 notes:a"},
    {{"overview", "--window", "1s..2s"}, NULL, "procs:0 threads:0 tasks:0 distinct_stacks:0 regions_open:0 goroutines:i t0_ns:i"},
    {{"goroutines"},
     "goroutines",
     "g:i name:s0 created_ns:i0 ended_ns:i0 creator:i0 running_ns:i runnable_ns:i waiting_ns:i syscall_ns:i unknown_ns:i wait_by_reason:o "
     "wait_by_kind:o last_state:s0"},
    {{"goroutine", "1"},
     NULL,
     "schema:i g:i name:s0 created_ns:i0 ended_ns:i0 system:b running_ns:i runnable_ns:i waiting_ns:i syscall_ns:i unknown_ns:i "
     "wait_by_reason:o wait_by_kind:o last_state:s0 creators:a stacks:a spans:a"},
    {{"goroutine", "1"}, "spans", "t0_ns:i t1_ns:i0 state:s reason:s0 by:i0 stack:a0"},
    {{"lanes"}, NULL, "schema:i by:s t0_ns:i cell_ns:i cells:i lanes:a"},
    {{"lanes", "--by", "procs"}, "lanes", "p:i ns:o"},
    {{"events", "--limit", "1000"}, "events", "t_ns:i kind:s g:i0 p:i0 m:i0"},
    {{"contexts"},
     "contexts",
     "id:i parent:i0 kind:s0 evidence:s site:o0 created_ns:i0 deadline_ns:i0 cancelled_ns:i0 by:s0 cause:s0 canceller_g:i0 owner_g:i0 "
     "users:a"},
    {{"tasks"}, NULL, "schema:i types:a tasks:a"},
    {{"tasks"}, "tasks", "id:i parent:i0 name:s0 g:i0 t0_ns:i0 t1_ns:i0 ns:i0 stack:a0"},
    {{"tasks"}, "types", "name:s0 n:i open:i p50_ns:i0 p95_ns:i0 p99_ns:i0 max_ns:i0 slowest:i0"},
    {{"heatmap"}, NULL, "schema:i rows:a cols:a counts:a never:a"},
    {{"findings"}, NULL, "schema:i evidence:a findings:a not_judged:a"},
    {{"findings"},
     "findings",
     "rule:s severity:s confidence:s goroutine:i0 function:s0 file:s0 line:i0 count:i t0_ns:i0 t1_ns:i0 message:s numbers:o proof:a "
     "advice:s"},
    {{"findings"}, "not_judged", "rule:s needs:s"},
    {{"check"}, NULL, "schema:i evidence:a findings:a not_judged:a"},
    {{"wake", "1"}, NULL, "schema:i g:i direction:s links:a root:o0"},
};

static char type_of(yajl_val v)
{
    return YAJL_IS_NULL(v)      ? '0'
           : YAJL_IS_STRING(v)  ? 's'
           : YAJL_IS_INTEGER(v) ? 'i'
           : YAJL_IS_NUMBER(v)  ? 'n'
           : YAJL_IS_OBJECT(v)  ? 'o'
           : YAJL_IS_ARRAY(v)   ? 'a'
                                : 'b';
}

static void check_keys(const struct shape *sh, yajl_val v)
{
    char keys[600];
    snprintf(keys, sizeof keys, "%s", sh->keys);
    for (char *word = strtok(keys, " "); word; word = strtok(NULL, " ")) {
        char *types = strchr(word, ':');
        *types++ = 0;
        yajl_val x = at(v, word, NULL);
        CHECK(x != NULL, "%s %s: no key %s", sh->args[0], sh->list ? sh->list : "", word);
        CHECK(!x || strchr(types, type_of(x)), "%s %s: %s is of type %c, not %s", sh->args[0], sh->list ? sh->list : "", word, type_of(x),
              types);
    }
}

static void check_shape(const struct shape *sh, const char *trace)
{
    const char *args[10];
    unsigned n = 0;
    for (; sh->args[n]; n++)
        args[n] = sh->args[n];
    args[n++] = "--json";
    args[n++] = "--no-cache";
    args[n] = NULL;
    yajl_val v = json_of(args, trace), list = sh->list ? at(v, sh->list, NULL) : NULL;
    same(sh->args[0], "schema", number(v, "schema", NULL), 1);
    if (!sh->list)
        check_keys(sh, v);
    CHECK(!sh->list || (YAJL_IS_ARRAY(list) && list->u.array.len > 0), "%s: no %s", sh->args[0], sh->list ? sh->list : "");
    for (size_t i = 0; sh->list && YAJL_IS_ARRAY(list) && i < list->u.array.len && i < 2000; i++)
        check_keys(sh, list->u.array.values[i]);
    yajl_tree_free(v);
}

/* A row a list of counts, a count between two bounds. */
static void check_heatmap(const char *trace)
{
    static const char *const args[] = {"heatmap", "--json", "--no-cache", NULL};
    yajl_val v = json_of(args, trace), rows = at(v, "rows", NULL), cols = at(v, "cols", NULL), counts = at(v, "counts", NULL),
             never = at(v, "never", NULL);
    if (YAJL_IS_ARRAY(rows) && YAJL_IS_ARRAY(cols) && YAJL_IS_ARRAY(counts) && YAJL_IS_ARRAY(never)) {
        same("heatmap", "rows", (int64_t)counts->u.array.len, (int64_t)rows->u.array.len);
        same("heatmap", "never", (int64_t)never->u.array.len, (int64_t)rows->u.array.len);
        for (size_t i = 0; i < counts->u.array.len; i++)
            same("heatmap", "counts", (int64_t)counts->u.array.values[i]->u.array.len, (int64_t)cols->u.array.len - 1);
        for (size_t i = 1; i < cols->u.array.len; i++)
            CHECK(YAJL_GET_INTEGER(cols->u.array.values[i]) > YAJL_GET_INTEGER(cols->u.array.values[i - 1]), "heatmap: bounds do not rise");
    } else {
        CHECK(0, "heatmap: not four arrays");
    }
    yajl_tree_free(v);
}

static void check_shapes(void)
{
    static const char *const trace = "tests/data/demo/payd-ctx.trace.zst";
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_shape(&shapes[i], trace);
    check_heatmap(trace);
}

static void check_trace(const char *expect_path, void *ctx)
{
    struct answers a;
    char why[256] = "";
    (void)ctx;
    if (!answers_load(&a, expect_path, why)) {
        if (strstr(expect_path, ".trace"))
            CHECK(0, "%s: %s", expect_path, why);
        return;
    }
    if (answer_is_v2(&a) && !strcmp(answer_text(&a, "expected"), "ok")) {
        check_overview(&a);
        check_events(&a);
        if (traces++ % CHECK_EVERY == 0) {
            check_goroutines(&a);
            check_lanes(&a, "groups");
            if (answer_int(&a, "goroutines") < 2000)
                check_lanes(&a, "goroutines");
            check_windows(&a);
        }
    }
    answers_release(&a);
}

int main(void)
{
    program = getenv("CTXSCOPE");
    if (!program) {
        printf("FAIL CTXSCOPE names no program\n");
        return 1;
    }
    check_shapes();
    CHECK(answers_each("tests/data", check_trace, NULL));
    CHECK(traces >= 30, "only %u traces", traces);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        CHECK(reasons[i].times, "no goroutine in any trace waits for \"%s\"", reasons[i].word);
    if (!answers_each(peer_traces(), check_trace, NULL))
        check_skip("traces of other projects: no %s", peer_traces());
    printf("%u traces\n", traces);
    return check_done();
}
