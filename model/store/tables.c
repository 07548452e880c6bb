#include "model/store/tables.h"

#include <stddef.h>
#include <string.h>

/* FN: a member under another name; F: under its own. */
#define FG(type, member, name, sentence, guess)                                                                                            \
    {                                                                                                                                      \
        name, FIELD_OF(((struct type *)0)->member), offsetof(struct type, member), sentence, guess                                         \
    }
#define FN(type, member, name, sentence) FG(type, member, name, sentence, NULL)
#define F(type, member, sentence) FN(type, member, #member, sentence)

#define SHARE_FIELD(id, name, role) , FN(SHARE_OWNER, ns[SHARE_##id], "ns_" name, "ns in share " name)

static const struct field frame_fields[] = {
    F(frame, pc, "program counter"),
    F(frame, func, "string: function"),
    F(frame, file, "string: file"),
    F(frame, line, "line"),
};
static const struct field stack_fields[] = {
    F(stack, n, "number of its frames in stack_frame"),
    F(stack, used, "some event refers to it"),
};
struct stack_frame {
    uint32_t frame;
};
static const struct field stack_frame_fields[] = {
    F(stack_frame, frame, "frame; leaf first, stack after stack"),
};
static const struct field class_fields[] = {
    F(event_class, kind, "event kind, as numbered in model/event.h"),
    F(event_class, resource, "0 none, 1 goroutine, 2 proc, 3 thread"),
    F(event_class, from, "state before"),
    F(event_class, to, "state after"),
    F(event_class, name, "string: reason, or name of the range or metric"),
};
/* The times in its states add up to a goroutine's life, which begins and ends with a transition. */
static uint64_t life_began(const struct session *s, const void *row)
{
    const struct goroutine *g = row;
    return (uint64_t)(g->created == NS_NONE ? s->t0 : g->created);
}
static uint64_t life_ended(const struct session *s, const void *row)
{
    const struct goroutine *g = row;
    uint64_t t = life_began(s, row);
    for (unsigned i = 0; i < SHARE_COUNT; i++)
        t += (uint64_t)g->ns[i];
    return t;
}
static uint64_t last_seen(const struct session *s, const void *row)
{
    const struct goroutine *g = row;
    return (uint64_t)(g->ended == NS_OPEN ? s->t1 : g->ended);
}
#define SHARE_OWNER goroutine
static const struct field goroutine_fields[] = {
    F(goroutine, id, "as Go numbers it"),
    F(goroutine, created, "when; unknown: the least integer"),
    F(goroutine, creator, "index of the goroutine that created it; 4294967295 unknown"),
    F(goroutine, create_stack, "stack: the creator's"),
    F(goroutine, name, "string: start function"),
    F(goroutine, group, "grp"),
    F(goroutine, transitions, "how often its state changed"),
    F(goroutine, last_state, "state at the end"),
    F(goroutine, last_share, "share at the end"),
    F(goroutine, system, "the runtime's own") SHARES(SHARE_FIELD),
    FG(goroutine, ended, "ended", "when; alive at the end: the largest integer", life_ended),
    FG(goroutine, first, "first", "first transition", life_began),
    FG(goroutine, last, "last", "last transition", last_seen),
};
#undef SHARE_OWNER
#define SHARE_OWNER group
static const struct field group_fields[] = {
    F(group, name, "string: start function"),     F(group, frame, "frame of the start function"),
    F(group, system, "the runtime's own"),        F(group, n, "goroutines"),
    F(group, alive, "of these alive at the end"), F(group, first, "first transition of one"),
    F(group, last, "last transition of one"),     F(group, peak, "most goroutines alive at once, times 256") SHARES(SHARE_FIELD),
};
static const struct field proc_fields[] = {
    F(proc, id, "as Go numbers it"),
    FN(proc, ns[0], "ns_undetermined", "ns in no known state"),
    FN(proc, ns[1], "ns_notexist", "ns not existing"),
    FN(proc, ns[2], "ns_running", "ns running"),
    FN(proc, ns[3], "ns_idle", "ns idle"),
    F(proc, busy, "ns in which a goroutine ran on it"),
    F(proc, busy_system, "of that the runtime's own"),
    F(proc, transitions, "how often its state changed"),
    F(proc, last_state, "state at the end"),
    F(proc, since, "since when"),
};
_Static_assert(P_STATES == 4, "proc_fields names each state");
static const struct field thread_fields[] = {
    FN(thread, id, "id", "as Go numbers it"),
    F(thread, events, "events that happened on it"),
    F(thread, busy, "ns in which a goroutine ran on it"),
};
static const struct field task_fields[] = {
    F(task, id, "as Go numbers it"),
    F(task, parent, "task: its parent's number"),
    F(task, name, "string"),
    F(task, g, "goroutine that began it"),
    F(task, t0, "begin; before the trace: the least integer"),
    F(task, t1, "end; no end seen: the largest integer"),
    F(task, stack, "stack of its begin"),
};
static const struct field range_fields[] = {
    F(range, t0, "begin"),
    F(range, t1, "end"),
    F(range, name, "string"),
    F(range, stw, "the world is stopped"),
    F(range, active, "it had begun before the trace"),
};
static const struct field wait_fields[] = {
    F(wait_site, stack, "stack: where"),
    F(wait_site, class, "class of the transition into the wait"),
    F(wait_site, group, "grp of the first goroutine seen there"),
    F(wait_site, count, "waits"),
    F(wait_site, ns, "ns waited in all"),
};
static const struct field regroup_fields[] = {
    F(regroup, g, "goroutine"),
    F(regroup, from, "grp before"),
    F(regroup, to, "grp after"),
    F(regroup, segment, "segments before this one count it in `from`"),
};
struct brk {
    ns_t t;
};
static const struct field break_fields[] = {
    F(brk, t, "last event of a source that another one follows"),
};
/* Most cancels have one edge; a woken goroutine runs when it was runnable, and answers when it ran; most end with that; it had waited
 * but once. */
static uint64_t cancel_begins(const struct session *s, const void *row)
{
    const struct cancel *c = row;
    return c->first < s->ctx.edges.n ? (uint64_t)s->ctx.edges.v[c->first].t : 0;
}
static uint64_t cancel_ends(const struct session *s, const void *row)
{
    (void)s;
    return (uint64_t)((const struct cancel *)row)->t0;
}
static uint64_t edge_begins(const struct session *s, const void *row)
{
    const struct cancel_edge *e = row;
    ns_t ended = e->g < s->goroutines.n ? session_g(s, e->g)->ended : NS_OPEN;
    return (uint64_t)(ended == NS_OPEN ? s->t1 : ended) - (uint64_t)e->sched - (uint64_t)e->running - (uint64_t)e->blocked;
}
static uint64_t edge_runs(const struct session *s, const void *row)
{
    const struct cancel_edge *e = row;
    (void)s;
    return (uint64_t)e->t + (uint64_t)e->sched;
}
static uint64_t edge_exits(const struct session *s, const void *row)
{
    const struct cancel_edge *e = row;
    (void)s;
    return (uint64_t)e->t + (uint64_t)e->sched + (uint64_t)e->running + (uint64_t)e->blocked;
}
static uint64_t edge_waited(const struct session *s, const void *row)
{
    const struct cancel_edge *e = row;
    return e->g < s->goroutines.n ? (uint64_t)session_g(s, e->g)->ns[SHARE_CHAN] : 0;
}
static const struct field cancel_fields[] = {
    F(cancel, first, "cancel_edge: the first"),
    FG(cancel, t0, "t0", "first edge", cancel_begins),
    FG(cancel, t1, "t1", "last edge", cancel_ends),
    F(cancel, g, "goroutine that called cancel, or the timer's"),
    F(cancel, stack, "stack of the first edge"),
    F(cancel, site, "frame: the caller; 0: a timer"),
    F(cancel, ctx, "ctx that was cancelled; 4294967295 unknown"),
    F(cancel, edges, "number of edges"),
    F(cancel, via, "cancel of a foreign parent that led to it; 4294967295 none"),
    F(cancel, by, "1 explicit, 2 deadline, 3 parent"),
    F(cancel, grade, "0 exact, 1 inferred, 2 possible"),
    F(cancel, depth, "greatest of its edges"),
    F(cancel, foreign, "ran in a watcher of a foreign parent"),
};
static const struct field cancel_edge_fields[] = {
    F(cancel_edge, cancel, "cancel"),
    F(cancel_edge, g, "goroutine that was woken or started"),
    F(cancel_edge, sched, "ns runnable until it answered"),
    F(cancel_edge, running, "ns running"),
    F(cancel_edge, blocked, "ns waiting or in syscalls"),
    FG(cancel_edge, t, "t", "woken or started", edge_begins),
    FG(cancel_edge, run, "run", "first ran; not by the end: the least integer", edge_runs),
    FG(cancel_edge, exit, "exit", "answered; not by the end: the least integer", edge_exits),
    F(cancel_edge, next, "next edge of the same cancel; 4294967295 none"),
    F(cancel_edge, ctx, "ctx that it listened to; 4294967295 unknown"),
    F(cancel_edge, stack, "stack of the waker"),
    F(cancel_edge, wait_stack, "stack: where it waited"),
    F(cancel_edge, then, "stack: where it blocked longest until it answered"),
    FG(cancel_edge, waited, "waited", "ns it had waited; the least integer: since before the trace", edge_waited),
    F(cancel_edge, depth, "levels below the cancelled context; 1: on it itself"),
    F(cancel_edge, kind, "0 wake, 1 afterfunc, 2 watcher"),
    F(cancel_edge, how, "0 open, 1 ended, 2 again, 3 left"),
    F(cancel_edge, grade, "0 exact, 1 inferred, 2 possible"),
    F(cancel_edge, then_share, "share of the longest block"),
    F(cancel_edge, unobserved, "its times are lower bounds"),
};
static const struct field ctx_fields[] = {
    F(ctx, id, "as the events number it"),
    F(ctx, created, "when; unknown: the least integer"),
    F(ctx, mentioned, "first event that names it"),
    F(ctx, deadline, "effective one; none: the least integer"),
    F(ctx, asked, "later one that was asked for; none: the least integer"),
    F(ctx, cancelled, "when; not by the end: the least integer"),
    F(ctx, parent, "ctx; 4294967295: a root, or not told"),
    F(ctx, cancel, "cancel; 4294967295 none"),
    F(ctx, root_of_cancel, "ctx whose cancel ended it; 4294967295 unknown"),
    F(ctx, children, "contexts derived from it"),
    F(ctx, children_at_cancel, "children when it was cancelled"),
    F(ctx, err_calls, "calls of Err"),
    F(ctx, value_calls, "calls of Value"),
    F(ctx, owner, "goroutine that made it; 4294967295 unknown"),
    F(ctx, canceller, "goroutine that cancelled it; 4294967295 none"),
    F(ctx, stack, "stack: where it was made"),
    F(ctx, cancel_stack, "stack: where it was cancelled"),
    F(ctx, site, "frame: the user's, where it was made"),
    F(ctx, cancel_site, "frame: the user's, where it was cancelled"),
    F(ctx, key, "string: type of a value's key"),
    F(ctx, foreign, "string: type of the foreign parent in between"),
    F(ctx, cause, "string"),
    F(ctx, task, "task; 4294967295 none"),
    F(ctx, kind, "as numbered in model/ctx/ctx.h"),
    F(ctx, ref, "how its parent was reached: 1 TODO, 2 WithoutCancel, 4 foreign"),
    F(ctx, by, "0 unknown, 1 explicit, 2 deadline, 3 parent"),
    F(ctx, grade, "0 exact, 1 inferred, 2 possible"),
    F(ctx, depth, "WithValue contexts in a row up from here"),
    F(ctx, std, "made inside the standard library"),
};
static const struct field ctx_user_fields[] = {
    F(ctx_user, ctx, "ctx"),
    F(ctx_user, g, "goroutine"),
    F(ctx_user, first_done, "first call of Done; never: the least integer"),
    F(ctx_user, last, "its last event on it"),
    F(ctx_user, edge, "cancel_edge: its wake; 4294967295 none"),
    F(ctx_user, err_calls, "calls of Err"),
    F(ctx_user, derived, "contexts that it derived from it"),
};
static const struct field long_syscall_fields[] = {
    F(long_syscall, t0, "begin"),
    F(long_syscall, t1, "end; still in it at the end: the largest integer"),
    F(long_syscall, g, "goroutine"),
    F(long_syscall, stack, "stack"),
};
static const struct field preempt_run_fields[] = {
    F(preempt_run, t0, "begin"),    F(preempt_run, t1, "end"),        F(preempt_run, running, "ns running within it"),
    F(preempt_run, g, "goroutine"), F(preempt_run, n, "preemptions"), F(preempt_run, stack, "stack of the last one"),
};
static const struct field segment_fields[] = {
    F(segment, t0, "begin"),
    F(segment, t1, "end"),
    F(segment, events, "events in it"),
    F(segment, run0, "first run"),
    F(segment, nruns, "number of runs"),
    F(segment, prun0, "first proc run"),
    F(segment, npruns, "number of proc runs"),
    F(segment, chunk0, "first chunk"),
    F(segment, nchunks, "number of chunks"),
    F(segment, level, "finest LOD level of sets"),
    F(segment, last_of_generation, "a generation ends with it"),
};
static const struct field directory_fields[] = {
    F(chunk_ref, t0, "first time"),
    F(chunk_ref, t1, "last time"),
    F(chunk_ref, id, "chunk: its blob"),
    F(chunk_ref, segment, "segment"),
    F(chunk_ref, lo, "first track"),
    F(chunk_ref, hi, "last track"),
    F(chunk_ref, bytes, "size of the blob"),
    F(chunk_ref, rows, "rows"),
    F(chunk_ref, stream, "0 goroutines, 1 procs, 2 marks, 3 metrics, 4 ranges, 5 samples, 6 LOD of goroutines, 7 LOD of sets"),
    F(chunk_ref, level, "log2 of the LOD bucket in ns"),
    F(chunk_ref, span, "segments that it covers"),
};
static const struct field run_fields[] = {
    F(run, track, "goroutine or proc"),
    F(run, chunk, "row of the directory"),
    F(run, row, "first row in the chunk"),
    F(run, rows_hi, "rows / 65536"),
    F(run, rows_lo, "rows % 65536"),
    F(run, class_in, "class of the state it came in with; 65535 none"),
    F(run, t_in, "since when"),
};

/* Accessors of an array that grows by vec_push, and of one that grows by paged_push. */
#define VEC_TABLE(id, member)                                                                                                              \
    static uint32_t id##_count(const struct shelf *sh)                                                                                     \
    {                                                                                                                                      \
        return (uint32_t)sh->member.n;                                                                                                     \
    }                                                                                                                                      \
    static void *id##_row(const struct shelf *sh, uint32_t i)                                                                              \
    {                                                                                                                                      \
        return &sh->member.v[i];                                                                                                           \
    }                                                                                                                                      \
    static void *id##_add(struct shelf *sh)                                                                                                \
    {                                                                                                                                      \
        void *p = vec_push(&sh->member);                                                                                                   \
        return memset(p, 0, sizeof *sh->member.v);                                                                                         \
    }
#define PAGED_TABLE(id, member)                                                                                                            \
    static uint32_t id##_count(const struct shelf *sh)                                                                                     \
    {                                                                                                                                      \
        return sh->member.n;                                                                                                               \
    }                                                                                                                                      \
    static void *id##_row(const struct shelf *sh, uint32_t i)                                                                              \
    {                                                                                                                                      \
        return paged_at(&sh->member, i);                                                                                                   \
    }                                                                                                                                      \
    static void *id##_add(struct shelf *sh)                                                                                                \
    {                                                                                                                                      \
        return sh->member.n < PAGED_MAX ? (void *)paged_push(&sh->member) : NULL;                                                          \
    }
PAGED_TABLE(frame, s->dict.frames)
PAGED_TABLE(stack, s->dict.stacks)
PAGED_TABLE(goroutine, s->goroutines)
VEC_TABLE(stack_frame, stack_frames)
VEC_TABLE(group, s->groups)
VEC_TABLE(proc, s->procs)
VEC_TABLE(thread, s->threads)
VEC_TABLE(task, s->tasks)
VEC_TABLE(range, s->ranges)
VEC_TABLE(wait, s->waits)
VEC_TABLE(regroup, s->regroups)
VEC_TABLE(brk, s->breaks)
VEC_TABLE(cancel, s->ctx.cancels)
VEC_TABLE(cancel_edge, s->ctx.edges)
VEC_TABLE(ctx, s->ctx.contexts)
VEC_TABLE(ctx_user, s->ctx.users)
VEC_TABLE(long_syscall, s->facts.syscalls)
VEC_TABLE(preempt_run, s->facts.preempts)
VEC_TABLE(segment, s->segments)
VEC_TABLE(directory, s->chunks)
VEC_TABLE(run, s->runs)
VEC_TABLE(prun, s->pruns)

static uint32_t class_count(const struct shelf *sh)
{
    return sh->s->dict.nclasses;
}
static void *class_row(const struct shelf *sh, uint32_t i)
{
    return &sh->s->dict.classes[i];
}
static void *class_add(struct shelf *sh)
{
    struct dict *d = &sh->s->dict;
    return d->nclasses < DICT_CLASSES ? &d->classes[d->nclasses++] : NULL;
}

#define TABLE(id, name, fields, packed, first, type, sentence)                                                                             \
    {                                                                                                                                      \
        name, sentence, fields, sizeof fields / sizeof *fields, packed, first, sizeof(type), id##_count, id##_row, id##_add                \
    }
const struct table store_tables[] = {
    TABLE(frame, "frame", frame_fields, true, 1, struct frame, "frames of stacks, from 1"),
    TABLE(stack, "stack", stack_fields, true, 1, struct stack, "stacks, from 1"),
    TABLE(stack_frame, "stack_frame", stack_frame_fields, true, 0, uint32_t, "the frames of stacks"),
    TABLE(class, "class", class_fields, false, 0, struct event_class, "event classes: what is constant in an event"),
    TABLE(group, "grp", group_fields, false, 0, struct group, "goroutines by start function; 0: unknown"),
    TABLE(proc, "proc", proc_fields, false, 0, struct proc, "procs (P)"),
    TABLE(thread, "thread", thread_fields, false, 0, struct thread, "threads (M)"),
    TABLE(range, "range", range_fields, false, 0, struct range, "GC phases and stops of the world that the timeline draws"),
    TABLE(goroutine, "goroutine", goroutine_fields, true, 0, struct goroutine, "goroutines"),
    TABLE(task, "task", task_fields, true, 0, struct task, "user tasks"),
    TABLE(wait, "wait", wait_fields, true, 0, struct wait_site, "where goroutines waited"),
    TABLE(regroup, "regroup", regroup_fields, true, 0, struct regroup, "goroutines whose start function became known late"),
    TABLE(brk, "break", break_fields, true, 0, struct brk, "where one source ends and the next begins"),
    TABLE(cancel_edge, "cancel_edge", cancel_edge_fields, true, 0, struct cancel_edge, "whom they woke, and what that one did then"),
    TABLE(cancel, "cancel", cancel_fields, true, 0, struct cancel, "calls of cancel that woke or started somebody"),
    TABLE(ctx, "ctx", ctx_fields, true, 0, struct ctx, "contexts"),
    TABLE(ctx_user, "ctx_user", ctx_user_fields, true, 0, struct ctx_user, "who used which context"),
    TABLE(long_syscall, "long_syscall", long_syscall_fields, true, 0, struct long_syscall, "the longest syscalls"),
    TABLE(preempt_run, "preempt_run", preempt_run_fields, true, 0, struct preempt_run, "goroutines preempted again and again"),
    TABLE(segment, "segment", segment_fields, true, 0, struct segment, "stretches of time, each with chunks of its own"),
    TABLE(directory, "directory", directory_fields, true, 0, struct chunk_ref, "what lies in which chunk"),
    TABLE(run, "run", run_fields, true, 0, struct run, "rows of one goroutine in one segment"),
    TABLE(prun, "prun", run_fields, true, 0, struct run, "rows of one proc in one segment"),
};
const unsigned store_ntables = sizeof store_tables / sizeof *store_tables;

#define S(member, name, sentence)                                                                                                          \
    {                                                                                                                                      \
        name, offsetof(struct session, member), sentence                                                                                   \
    }
#define SHARE_SCALAR(id, name, role) S(total_ns[SHARE_##id], "ns_" name, "ns of all goroutines in share " name),
#define KIND_SCALAR(id, name) S(by_kind[EV_##id], "events_" name, "events of kind " name),
const struct scalar store_scalars[] = {S(t0, "t0", "time of the first event, of the trace's clock"),
                                       S(t1, "t1", "time of the last event"),
                                       S(wall_t0, "wall_t0", "wall clock at t0, ns since 1970; unknown: the least integer"),
                                       S(events, "events", "events in all"),
                                       S(distinct_stacks, "distinct_stacks", "stacks that events refer to"),
                                       S(events_with_stack, "events_with_stack", "events that have a stack"),
                                       S(clock_snapshots, "clock_snapshots", "clock snapshots"),
                                       S(regions_open, "regions_open", "regions without an end"),
                                       S(ctx.deadlines_fired, "deadlines_fired", "timers of contexts that fired"),
                                       S(ctx.lock_handoffs, "lock_handoffs", "unblocks inside cancel that hand on its lock"),
                                       S(ctx.malformed, "ctx_malformed", "context events that could not be read"),
                                       S(ctx.exact, "ctx_exact", "1: the trace holds context events"),
                                       S(facts.nsyscalls, "long_syscalls", "syscalls of 100 ms and more"),
                                       S(facts.npreempts, "preempt_runs", "runs of 10 preemptions and more"),
                                       S(facts.idle_wait, "idle_wait", "ns in which somebody was runnable for long and a proc idle"),
                                       S(facts.runnable_wait, "runnable_wait", "ns in which somebody was runnable for long"),
                                       S(facts.runqueue_max, "runqueue_max", "most goroutines runnable at once"),
                                       SHARES(SHARE_SCALAR) EVENT_KINDS(KIND_SCALAR)};
const unsigned store_nscalars = sizeof store_scalars / sizeof *store_scalars;

uint64_t field_get(const struct field *f, const void *row)
{
    const uint8_t *p = (const uint8_t *)row + f->at;
    switch (f->type) {
    case FIELD_U8: return *p;
    case FIELD_BOOL: return *(const bool *)p;
    case FIELD_U16: return *(const uint16_t *)(const void *)p;
    case FIELD_U32: return *(const uint32_t *)(const void *)p;
    default: return *(const uint64_t *)(const void *)p;
    }
}

bool field_set(const struct field *f, void *row, uint64_t v)
{
    uint8_t *p = (uint8_t *)row + f->at;
    switch (f->type) {
    case FIELD_U8: *p = (uint8_t)v; return v <= UINT8_MAX;
    case FIELD_BOOL: *(bool *)p = v != 0; return v <= 1;
    case FIELD_U16: *(uint16_t *)(void *)p = (uint16_t)v; return v <= UINT16_MAX;
    case FIELD_U32: *(uint32_t *)(void *)p = (uint32_t)v; return v <= UINT32_MAX;
    default: *(uint64_t *)(void *)p = v; return true;
    }
}
