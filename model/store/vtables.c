/* The tables that show arrays of the session, and the list of all tables. */
#include "model/store/vtables.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

#include "model/store/vtab_list_macros.h"

const struct vtable *const vtables[] = {
#define X(name) &vtable_##name,
    VTABLES(X)
#undef X
};
const unsigned nvtables = sizeof vtables / sizeof *vtables;

static uint32_t find_row(const struct sight *v, int64_t key)
{
    (void)v;
    return key >= 0 && key < IDX_NONE ? (uint32_t)key : IDX_NONE;
}
static void result_ns(sqlite3_context *ctx, ns_t ns)
{
    sqlite3_result_int64(ctx, ns);
}

/* --- goroutine -------------------------------------------------------------------------------------------------------- */

PAGED_ROWS(goroutine, goroutines)
#define SHARE_COL(id, name, role) M(goroutine, ns[SHARE_##id], name "_ns", L_INT, INTEGER, "ns in share " name),
static const struct vcolumn goroutine_cols[] = {
    M(goroutine, id, "g", L_INT, INTEGER, "number, as Go gives it"),
    M(goroutine, name, "name", L_STR, TEXT, "start function; NULL unknown"),
    M(goroutine, created, "created", L_TIME, INTEGER, "when, ns since the session's start; NULL: before the trace"),
    M(goroutine, ended, "ended", L_TIME, INTEGER, "when; NULL: alive at the end"),
    O(0, "life", INTEGER, "ns that it lived within the trace"),
    M(goroutine, creator, "creator", L_G, INTEGER, "number of the goroutine that created it"),
    M(goroutine, create_stack, "create_stack", L_ID, INTEGER, "stack.id: the creator's at the go statement"),
    M(goroutine, create_stack, "create_func", L_FUNC, TEXT, "function of that stack's leaf"),
    M(goroutine, create_stack, "create_file", L_FILE, TEXT, "file of that stack's leaf"),
    M(goroutine, create_stack, "create_line", L_LINE, INTEGER, "line of that stack's leaf"),
    M(goroutine, last_state, "state", L_GSTATE, TEXT, "state at the end"),
    M(goroutine, last_share, "share", L_SHARE, TEXT, "share at the end; NULL: not alive"),
    M(goroutine, system, "system", L_INT, INTEGER, "1: the runtime's own"),
    M(goroutine, group, "grp", L_INT, INTEGER, "grp.id: goroutines of the same start function"),
    M(goroutine, transitions, "transitions", L_INT, INTEGER, "how often its state changed"),
    M(goroutine, first, "first", L_TIME, INTEGER, "first transition"),
    M(goroutine, last, "last", L_TIME, INTEGER, "last transition"),
    O(1, "waiting_ns", INTEGER, "ns waiting, whatever for"),
    SHARES(SHARE_COL)};
static ns_t share_waiting(const ns_t *ns)
{
    uint64_t sum = 0;
    for (unsigned i = SHARE_CHAN; i <= SHARE_OTHER; i++)
        sum += (uint64_t)ns[i];
    return (ns_t)sum;
}
static void goroutine_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct goroutine *g = row;
    (void)c;
    ns_t life = 0;
    for (unsigned i = 0; i < SHARE_COUNT; i++)
        life += g->ns[i];
    result_ns(ctx, what == 0 ? life : share_waiting(g->ns));
}
static uint32_t goroutine_find(const struct sight *v, int64_t key)
{
    return session_find_g(v->s, key);
}
static const struct list goroutine_list = {.count = goroutine_count, .row = goroutine_row, .own = goroutine_own, .find = goroutine_find};
TABLE(goroutine, "goroutines, one row each", &goroutine_list, "g");
#undef SHARE_COL

/* --- grp ---------------------------------------------------------------------------------------------------------------- */

VEC_ROWS(grp, groups)
#define SHARE_COL(id, name, role) M(group, ns[SHARE_##id], name "_ns", L_INT, INTEGER, "ns of all of them in share " name),
static const struct vcolumn grp_cols[] = {R("id", "number, as goroutine.grp names it"),
                                          M(group, name, "name", L_STR, TEXT, "start function; NULL: unknown"),
                                          M(group, frame, "file", L_FRAME_FILE, TEXT, "its file"),
                                          M(group, frame, "line", L_FRAME_LINE, INTEGER, "its line"),
                                          M(group, system, "system", L_INT, INTEGER, "1: the runtime's own"),
                                          M(group, n, "goroutines", L_INT, INTEGER, "how many"),
                                          M(group, alive, "alive", L_INT, INTEGER, "of these alive at the end"),
                                          O(0, "peak", REAL, "most alive at once (mean of a short stretch)"),
                                          M(group, first, "first", L_TIME, INTEGER, "first transition of one"),
                                          M(group, last, "last", L_TIME, INTEGER, "last transition of one"),
                                          O(1, "latency_p50", INTEGER, "ns from runnable to running, median"),
                                          O(2, "latency_p99", INTEGER, "ns from runnable to running, 99th percentile"),
                                          O(3, "waiting_ns", INTEGER, "ns of all of them waiting, whatever for"),
                                          SHARES(SHARE_COL)};
static void grp_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct group *g = row;
    (void)c;
    if (what == 0) {
        sqlite3_result_double(ctx, (double)g->peak / 256);
    } else if (what == 3) {
        result_ns(ctx, share_waiting(g->ns));
    } else if (g->latency) {
        ns_t q = hist_quantile(g->latency, what == 1 ? 0.5 : 0.99);
        if (q != NS_NONE)
            result_ns(ctx, q);
    }
}
static const struct list grp_list = {.count = grp_count, .row = grp_row, .own = grp_own, .find = find_row};
TABLE(grp, "goroutines by start function", &grp_list, "id");

/* --- proc, thread, task ----------------------------------------------------------------------------------------------- */

VEC_ROWS(proc, procs)
static const struct vcolumn proc_cols[] = {
    M(proc, id, "p", L_INT, INTEGER, "number, as Go gives it"),
    M(proc, ns[P_RUNNING], "running_ns", L_INT, INTEGER, "ns running"),
    M(proc, ns[P_IDLE], "idle_ns", L_INT, INTEGER, "ns idle"),
    M(proc, busy, "busy_ns", L_INT, INTEGER, "ns in which a goroutine ran on it"),
    M(proc, busy_system, "busy_system_ns", L_INT, INTEGER, "of that the runtime's own"),
    M(proc, transitions, "transitions", L_INT, INTEGER, "how often its state changed"),
    M(proc, last_state, "state", L_PSTATE, TEXT, "state at the end"),
};
static const struct list proc_list = {.count = proc_count, .row = proc_row};
TABLE(proc, "procs (P)", &proc_list, NULL);

VEC_ROWS(thread, threads)
static const struct vcolumn thread_cols[] = {
    M(thread, id, "m", L_INT, INTEGER, "number, as Go gives it"),
    M(thread, events, "events", L_INT, INTEGER, "events that happened on it"),
    M(thread, busy, "busy_ns", L_INT, INTEGER, "ns in which a goroutine ran on it"),
};
static const struct list thread_list = {.count = thread_count, .row = thread_row};
TABLE(thread, "threads (M)", &thread_list, NULL);

VEC_ROWS(task, tasks)
static const struct vcolumn task_cols[] = {
    M(task, id, "task", L_INT, INTEGER, "number, as Go gives it"),
    M(task, parent, "parent", L_INT, INTEGER, "its parent's number; 0 none"),
    M(task, name, "name", L_STR, TEXT, "type"),
    M(task, g, "g", L_G, INTEGER, "goroutine that began it"),
    M(task, t0, "t0", L_TIME, INTEGER, "begin; NULL: before the trace"),
    M(task, t1, "t1", L_TIME, INTEGER, "end; NULL: none seen"),
    O(0, "dur", INTEGER, "ns from begin to end; NULL unless both were seen"),
    M(task, stack, "stack", L_ID, INTEGER, "stack.id where it began"),
    M(task, stack, "func", L_FUNC, TEXT, "function of that stack's leaf"),
};
static void task_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct task *t = row;
    (void)c, (void)what;
    if (t->t0 != NS_NONE && t->t1 != NS_OPEN)
        result_ns(ctx, (ns_t)((uint64_t)t->t1 - (uint64_t)t->t0));
}
static const struct list task_list = {.count = task_count, .row = task_row, .own = task_own};
TABLE(task, "user tasks (runtime/trace.NewTask)", &task_list, NULL);

VEC_ROWS(wait, waits)
static const struct vcolumn wait_cols[] = {
    O(0, "reason", TEXT, "why"),
    M(wait_site, count, "count", L_INT, INTEGER, "waits that ended there"),
    M(wait_site, ns, "ns", L_INT, INTEGER, "ns waited in all"),
    M(wait_site, group, "grp", L_INT, INTEGER, "grp.id of the first goroutine seen there"),
    M(wait_site, stack, "stack", L_ID, INTEGER, "stack.id"),
    M(wait_site, stack, "func", L_FUNC, TEXT, "function of its leaf"),
    M(wait_site, stack, "file", L_FILE, TEXT, "file of its leaf"),
    M(wait_site, stack, "line", L_LINE, INTEGER, "line of its leaf"),
};
static void wait_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    (void)what;
    result_str(&c->base, ctx, session_class(c->base.v->s, ((const struct wait_site *)row)->class)->name);
}
static const struct list wait_list = {.count = wait_count, .row = wait_row, .own = wait_own};
TABLE(wait, "where goroutines waited, by stack", &wait_list, NULL);

/* --- stacks ----------------------------------------------------------------------------------------------------------- */

PAGED_ROWS(stack, dict.stacks)
static const struct vcolumn stack_cols[] = {
    R("id", "number of the stack within the session"), M(stack, n, "depth", L_INT, INTEGER, "frames"),
    O(0, "func", TEXT, "function of the leaf"),        O(1, "file", TEXT, "file of the leaf"),
    O(2, "line", INTEGER, "line of the leaf"),         O(3, "root", TEXT, "function of the root"),
};
static void stack_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct stack *st = row;
    if (!st->n)
        return;
    result_frame(&c->base, ctx, st->frames[what == 3 ? st->n - 1 : 0], what == 3 ? FRAME_FUNC : (enum frame_part)what);
}
static const struct list stack_list = {.first = 1, .count = stack_count, .row = stack_row, .own = stack_own, .find = find_row};
TABLE(stack, "distinct stacks", &stack_list, "id");

static const struct vcolumn stack_frame_cols[] = {
    R("stack", "stack.id"),     O(0, "depth", INTEGER, "0: the leaf"), O(1, "frame", INTEGER, "frame.id"), O(2, "func", TEXT, "function"),
    O(3, "file", TEXT, "file"), O(4, "line", INTEGER, "line"),
};
static void stack_frame_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct stack *st = row;
    frame_id f = st->frames[c->sub];
    if (what < 2)
        sqlite3_result_int64(ctx, what ? f : c->sub);
    else
        result_frame(&c->base, ctx, f, (enum frame_part)(what - 2));
}
static uint32_t stack_frames(const struct sight *v, uint32_t i)
{
    return session_stack(v->s, i)->n;
}
static const struct list stack_frame_list = {
    .first = 1, .count = stack_count, .row = stack_row, .own = stack_frame_own, .find = find_row, .subs = stack_frames};
TABLE(stack_frame, "frames of stacks, leaf first", &stack_frame_list, "stack");

PAGED_ROWS(frame, dict.frames)
static const struct vcolumn frame_cols[] = {
    R("id", "number of the frame within the session"),     M(frame, func, "func", L_STR, TEXT, "function"),
    M(frame, file, "file", L_STR, TEXT, "file"),           M(frame, line, "line", L_INT, INTEGER, "line"),
    M(frame, pc, "pc", L_INT, INTEGER, "program counter"),
};
static const struct list frame_list = {.first = 1, .count = frame_count, .row = frame_row, .find = find_row};
TABLE(frame, "distinct frames", &frame_list, "id");

static const struct vcolumn func_cols[] = {
    M(frame, func, "func", L_STR, TEXT, "function"),
    M(frame, file, "file", L_STR, TEXT, "file of the first frame seen in it"),
};
/* The first frame of each function stands for it. */
static bool func_there(struct list_cursor *c, uint32_t i)
{
    str_id func = session_frame(c->base.v->s, i)->func;
    if (func >= c->nseen) {
        size_t n = (size_t)func * 2 + 1024;
        c->seen = mem_realloc(c->seen, n, 1);
        memset(c->seen + c->nseen, 0, n - c->nseen);
        c->nseen = n;
    }
    return !c->seen[func]++;
}
static const struct list func_list = {.first = 1, .count = frame_count, .row = frame_row, .there = func_there};
TABLE(func, "functions that occur in stacks", &func_list, NULL);

static const struct vcolumn string_cols[] = {R("id", "number of the string within the session"), O(0, "text", TEXT, "text")};
static uint32_t string_count(const struct sight *v)
{
    return v->s->known.strings;
}
static void string_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    (void)what, (void)row;
    result_str(&c->base, ctx, c->row);
}
static const struct list string_list = {.first = 1, .count = string_count, .own = string_own, .find = find_row};
TABLE(string, "distinct names and texts of the trace", &string_list, "id");

/* --- what was imported ------------------------------------------------------------------------------------------------ */

static const struct vcolumn class_cols[] = {
    R("id", "number of the class within the session"),
    M(event_class, kind, "kind", L_KIND, TEXT, "event kind"),
    O(0, "resource", TEXT, "goroutine, proc, thread; NULL none"),
    O(1, "from_state", TEXT, "transitions: state before"),
    O(2, "to_state", TEXT, "transitions: state after"),
    M(event_class, name, "name", L_STR, TEXT, "reason of a transition; name of a range or metric"),
    O(3, "events", INTEGER, "events of this class"),
};
static uint32_t class_count(const struct sight *v)
{
    return v->s->known.classes;
}
static const void *class_row(const struct sight *v, uint32_t i)
{
    return &v->s->dict.classes[i];
}
static void class_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    static const char *const resources[] = {NULL, "goroutine", "proc", "thread"};
    const struct event_class *k = row;
    uint8_t state = what == 1 ? k->from : k->to;
    if (what == 3)
        sqlite3_result_int64(ctx, (int64_t)c->base.v->s->by_class[c->row]);
    else if (what == 0 && k->resource)
        result_text(ctx, resources[k->resource & 3]);
    else if (what && k->kind == EV_STATE_TRANSITION && k->resource == RES_GOROUTINE && state < G_STATES)
        result_text(ctx, gstate_names[state]);
    else if (what && k->kind == EV_STATE_TRANSITION && k->resource == RES_PROC && state < P_STATES)
        result_text(ctx, pstate_names[state]);
}
static const struct list class_list = {.count = class_count, .row = class_row, .own = class_own};
TABLE(class, "kinds of events by what is constant in them, counted", &class_list, NULL);

static uint32_t source_count(const struct sight *v)
{
    return (uint32_t)v->s->sources.n;
}
static const void *source_row(const struct sight *v, uint32_t i)
{
    return v->s->sources.v[i];
}
static const struct vcolumn source_cols[] = {
    R("id", "number"),
    S(source_info, path, "path", "path as given"),
    S(source_info, format, "format", "go-trace …"),
    S(source_info, version, "version", "of Go, as its header says"),
    M(source_info, events, "events", L_INT, INTEGER, "events"),
    M(source_info, bytes, "bytes", L_INT, INTEGER, "bytes, unpacked"),
    M(source_info, wire_events, "wire_events", L_INT, INTEGER, "events of the wire format"),
    M(source_info, generations, "generations", L_INT, INTEGER, "generations"),
    M(source_info, complete, "complete", L_INT, INTEGER, "1: nothing was lost"),
    O(0, "dropped_from_byte", INTEGER, "first byte that could not be used; NULL: all was"),
};
static void source_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct source_info *src = row;
    (void)c, (void)what;
    if (src->dropped_from_byte >= 0)
        sqlite3_result_int64(ctx, src->dropped_from_byte);
}
static const struct list source_list = {.count = source_count, .row = source_row, .own = source_own};
TABLE(source, "the files that were read", &source_list, NULL);

static const struct vcolumn note_cols[] = {
    O(0, "source", INTEGER, "source.id"),
    O(1, "name", TEXT, "name of the oddity"),
    O(2, "severity", TEXT, "info, loss, error"),
    O(3, "count", INTEGER, "how often"),
    O(4, "first", TEXT, "what the first one was, and where"),
    O(5, "sentence", TEXT, "what it means"),
};
static uint32_t note_count(const struct sight *v)
{
    return (uint32_t)v->s->sources.n * NOTE_COUNT;
}
static bool note_there(struct list_cursor *c, uint32_t i)
{
    return c->base.v->s->sources.v[i / NOTE_COUNT]->notes[i % NOTE_COUNT].count > 0;
}
static void note_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct note *n = &c->base.v->s->sources.v[c->row / NOTE_COUNT]->notes[c->row % NOTE_COUNT];
    const struct note_spec *spec = &note_specs[c->row % NOTE_COUNT];
    char text[sizeof n->first * 3 + 1];
    (void)row;
    switch (what) {
    case 0: sqlite3_result_int64(ctx, c->row / NOTE_COUNT); break;
    case 1: result_text(ctx, spec->name); break;
    case 2: result_text(ctx, note_severity_names[spec->severity]); break;
    case 3: sqlite3_result_int64(ctx, (int64_t)n->count); break;
    case 4:
        text_valid(text, sizeof text, n->first, strnlen(n->first, sizeof n->first));
        sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
        break;
    default: result_text(ctx, spec->sentence);
    }
}
static const struct list note_list = {.count = note_count, .own = note_own, .there = note_there};
TABLE(note, "oddities met by the import", &note_list, NULL);

static const struct vcolumn wire_cols[] = {O(0, "source", INTEGER, "source.id"),
                                           O(1, "type", INTEGER, "number of the wire format's event type"),
                                           O(2, "events", INTEGER, "how many")};
static uint32_t wire_count(const struct sight *v)
{
    return (uint32_t)v->s->sources.n * 256;
}
static bool wire_there(struct list_cursor *c, uint32_t i)
{
    return c->base.v->s->sources.v[i / 256]->wire_by_type[i % 256] > 0;
}
static void wire_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    (void)row;
    uint64_t n = c->base.v->s->sources.v[c->row / 256]->wire_by_type[c->row % 256];
    sqlite3_result_int64(ctx, what == 0 ? c->row / 256 : what == 1 ? c->row % 256 : (int64_t)n);
}
static const struct list wire_list = {.count = wire_count, .own = wire_own, .there = wire_there};
TABLE(wire, "events of the wire format by type", &wire_list, NULL);

VEC_ROWS(segment, segments)
static const struct vcolumn segment_cols[] = {
    R("id", "number"),
    M(segment, t0, "t0", L_TIME, INTEGER, "begin"),
    M(segment, t1, "t1", L_TIME, INTEGER, "end"),
    M(segment, events, "events", L_INT, INTEGER, "events"),
    M(segment, last_of_generation, "last_of_generation", L_INT, INTEGER, "1: a generation of the trace ends with it"),
};
static const struct list segment_list = {.count = segment_count, .row = segment_row, .find = find_row};
TABLE(segment, "stretches of time in which the store keeps events", &segment_list, "id");

VEC_ROWS(chunk, chunks)
static const struct vcolumn chunk_cols[] = {
    M(chunk_ref, id, "id", L_INT, INTEGER, "number of its blob in the store file"),
    M(chunk_ref, segment, "segment", L_INT, INTEGER, "segment.id"),
    M(chunk_ref, stream, "stream", L_STREAM, TEXT, "what it holds"),
    M(chunk_ref, t0, "t0", L_TIME, INTEGER, "first time in it"),
    M(chunk_ref, t1, "t1", L_TIME, INTEGER, "last time in it"),
    M(chunk_ref, rows, "rows", L_INT, INTEGER, "rows"),
    M(chunk_ref, bytes, "bytes", L_INT, INTEGER, "bytes, packed"),
    M(chunk_ref, level, "level", L_INT, INTEGER, "sums: log2 of the bucket in ns"),
};
static const struct list chunk_list = {.count = chunk_count, .row = chunk_row};
TABLE(chunk, "blobs of the store", &chunk_list, NULL);
