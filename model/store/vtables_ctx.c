/* Tables of contexts and cancels. */
#include "model/ctx/ctx.h"

#include <string.h>

#include "model/store/vtab_list_macros.h"
#include "model/store/vtables.h"

static uint32_t find_row(const struct sight *v, int64_t key)
{
    (void)v;
    return key >= 0 && key < IDX_NONE ? (uint32_t)key : IDX_NONE;
}

static void result_dur(sqlite3_context *ctx, ns_t d)
{
    if (d != NS_NONE)
        sqlite3_result_int64(ctx, d);
}

/* --- cancel ------------------------------------------------------------------------------------------------------------- */

VEC_ROWS(cancel, ctx.cancels)
static const struct vcolumn cancel_cols[] = {
    R("id", "number of the call"),
    M(cancel, t0, "t", L_TIME, INTEGER, "its first edge, ns since the session's start"),
    M(cancel, t1, "t1", L_TIME, INTEGER, "its last edge"),
    M(cancel, by, "by", L_BY, TEXT, "explicit, deadline; parent: a foreign parent ended, and how is not known"),
    M(cancel, g, "g", L_G, INTEGER, "goroutine that called cancel; of a deadline: its timer's"),
    M(cancel, edges, "edges", L_INT, INTEGER, "goroutines that it woke or started"),
    M(cancel, depth, "depth", L_INT, INTEGER, "levels of contexts that it went down, as far as it woke somebody"),
    M(cancel, site, "func", L_FRAME_FUNC, TEXT, "function that called cancel; NULL: a timer"),
    M(cancel, site, "file", L_FRAME_FILE, TEXT, "its file"),
    M(cancel, site, "line", L_FRAME_LINE, INTEGER, "its line"),
    M(cancel, ctx, "ctx", L_ROW_OF, INTEGER, "ctx.id of the context; NULL unknown"),
    M(cancel, via, "via", L_ROW_OF, INTEGER, "cancel.id of the foreign parent's that led to it"),
    M(cancel, foreign, "foreign_parent", L_INT, INTEGER, "1: carried on by a watcher of a foreign parent"),
    M(cancel, grade, "grade", L_GRADE, TEXT, "exact, inferred, possible"),
    M(cancel, stack, "stack", L_ID, INTEGER, "stack.id of the first edge"),
};
static const struct list cancel_list = {.count = cancel_count, .row = cancel_row, .find = find_row};
TABLE(cancel, "calls of cancel, and deadlines that fired, as far as they woke or started somebody", &cancel_list, "id");

/* --- cancel_edge -------------------------------------------------------------------------------------------------------- */

VEC_ROWS(cancel_edge, ctx.edges)
enum {
    EDGE_TO_RUN,
    EDGE_TO_EXIT,
    EDGE_BY,
    EDGE_CANCELLER,
    EDGE_FUNC,
    EDGE_FILE,
    EDGE_LINE,
    EDGE_THEN_FUNC,
    EDGE_THEN_FILE,
    EDGE_THEN_LINE,
    EDGE_THEN
};
static const struct vcolumn cancel_edge_cols[] = {
    R("id", "number of the edge"),
    M(cancel_edge, t, "t", L_TIME, INTEGER, "woken or started, ns since the session's start"),
    M(cancel_edge, g, "g", L_G, INTEGER, "goroutine that was woken or started"),
    M(cancel_edge, kind, "kind", L_EDGE_KIND, TEXT, "wake; afterfunc: started by AfterFunc; watcher: carries on a foreign parent's cancel"),
    M(cancel_edge, cancel, "cancel", L_INT, INTEGER, "cancel.id"),
    O(EDGE_BY, "by", TEXT, "who ended the context, as cancel.by"),
    O(EDGE_CANCELLER, "canceller", INTEGER, "goroutine that called cancel"),
    M(cancel_edge, depth, "depth", L_INT, INTEGER, "levels below the cancelled context; 1: on it itself"),
    M(cancel_edge, waited, "waited", L_DUR, INTEGER, "ns it had waited; NULL: since before the trace, or it did not"),
    M(cancel_edge, run, "run", L_TIME, INTEGER, "first ran; NULL: not by the end"),
    M(cancel_edge, exit, "exit", L_TIME, INTEGER, "when it had answered; NULL: not by the end"),
    O(EDGE_TO_RUN, "to_run", INTEGER, "run - t"),
    O(EDGE_TO_EXIT, "to_exit", INTEGER, "exit - t: the reaction's length"),
    M(cancel_edge, how, "how", L_EXIT, TEXT,
      "ended; again: waits at the same statement; left the function in which it waited; open: no exit by the end"),
    M(cancel_edge, sched, "sched", L_INT, INTEGER, "of the reaction: ns runnable"),
    M(cancel_edge, running, "running", L_INT, INTEGER, "ns running"),
    M(cancel_edge, blocked, "blocked", L_INT, INTEGER, "ns waiting or in syscalls"),
    O(EDGE_FUNC, "func", TEXT, "function whose statement waited"),
    O(EDGE_FILE, "file", TEXT, "its file"),
    O(EDGE_LINE, "line", INTEGER, "its line"),
    O(EDGE_THEN, "then_share", TEXT, "share of the longest block until the exit"),
    O(EDGE_THEN_FUNC, "then_func", TEXT, "function whose statement blocked longest"),
    O(EDGE_THEN_FILE, "then_file", TEXT, "its file"),
    O(EDGE_THEN_LINE, "then_line", INTEGER, "its line"),
    M(cancel_edge, ctx, "ctx", L_ROW_OF, INTEGER, "ctx.id of the context to which it listened; NULL unknown"),
    M(cancel_edge, grade, "grade", L_GRADE, TEXT, "exact, inferred, possible"),
    M(cancel_edge, unobserved, "unobserved", L_INT, INTEGER, "1: not all of it was seen, times are lower bounds"),
    M(cancel_edge, wait_stack, "stack", L_ID, INTEGER, "stack.id: where it waited"),
    M(cancel_edge, then, "then_stack", L_ID, INTEGER, "stack.id: where it blocked longest"),
    M(cancel_edge, stack, "cancel_stack", L_ID, INTEGER, "stack.id of the waker"),
};
static void cancel_edge_own(const struct list_cursor *c, sqlite3_context *ctx, unsigned what, const void *row)
{
    const struct cancel_edge *e = row;
    const struct session *s = c->base.v->s;
    const struct cancel *by = e->cancel < s->ctx.cancels.n ? &s->ctx.cancels.v[e->cancel] : NULL;
    switch (what) {
    case EDGE_TO_RUN: result_dur(ctx, edge_to_run(e)); break;
    case EDGE_TO_EXIT: result_dur(ctx, edge_to_exit(e)); break;
    case EDGE_BY:
        if (by && cancel_by_words[by->by])
            result_text(ctx, cancel_by_words[by->by]);
        break;
    case EDGE_CANCELLER:
        if (by)
            result_g(&c->base, ctx, by->g);
        break;
    case EDGE_THEN:
        if (e->then)
            result_text(ctx, share_names[e->then_share]);
        break;
    case EDGE_FUNC:
    case EDGE_FILE:
    case EDGE_LINE: result_frame(&c->base, ctx, stack_site(s, e->wait_stack), (enum frame_part)(what - EDGE_FUNC)); break;
    default: result_frame(&c->base, ctx, stack_site(s, e->then), (enum frame_part)(what - EDGE_THEN_FUNC)); break;
    }
}
static const struct list cancel_edge_list = {.count = cancel_edge_count, .row = cancel_edge_row, .own = cancel_edge_own, .find = find_row};
TABLE(cancel_edge, "goroutines that a cancel set in motion, and their reactions", &cancel_edge_list, "id");

/* --- ctx ---------------------------------------------------------------------------------------------------------------- */

VEC_ROWS(ctx, ctx.contexts)
static const struct vcolumn ctx_cols[] = {
    R("id", "number of the context"),
    M(ctx, parent, "parent", L_ROW_OF, INTEGER, "ctx.id; NULL: a root, or not told"),
    M(ctx, kind, "kind", L_CTX_KIND, TEXT, "cancel timeout deadline value afterfunc withoutcancel task background todo"),
    M(ctx, grade, "grade", L_GRADE, TEXT, "exact, inferred, possible"),
    M(ctx, created, "created", L_TIME, INTEGER, "when; NULL: before the trace"),
    M(ctx, deadline, "deadline", L_TIME, INTEGER, "effective one; NULL none"),
    M(ctx, asked, "asked", L_TIME, INTEGER, "later deadline that was asked for, and not given"),
    M(ctx, cancelled, "cancelled", L_TIME, INTEGER, "when; NULL: not by the end"),
    M(ctx, by, "by", L_BY, TEXT, "explicit, deadline, parent; NULL unknown"),
    M(ctx, cause, "cause", L_STR, TEXT, "type and text"),
    M(ctx, root_of_cancel, "cancelled_from", L_ROW_OF, INTEGER, "ctx.id of the context whose cancel ended it"),
    M(ctx, cancel, "cancel", L_ROW_OF, INTEGER, "cancel.id"),
    M(ctx, owner, "owner", L_G, INTEGER, "goroutine that made it"),
    M(ctx, canceller, "canceller", L_G, INTEGER, "goroutine that cancelled it"),
    M(ctx, site, "func", L_FRAME_FUNC, TEXT, "function that made it"),
    M(ctx, site, "file", L_FRAME_FILE, TEXT, "its file"),
    M(ctx, site, "line", L_FRAME_LINE, INTEGER, "its line"),
    M(ctx, cancel_site, "cancel_func", L_FRAME_FUNC, TEXT, "function that cancelled it"),
    M(ctx, cancel_site, "cancel_file", L_FRAME_FILE, TEXT, "its file"),
    M(ctx, cancel_site, "cancel_line", L_FRAME_LINE, INTEGER, "its line"),
    M(ctx, children, "children", L_INT, INTEGER, "contexts derived from it"),
    M(ctx, children_at_cancel, "children_at_cancel", L_INT, INTEGER, "children when it was cancelled"),
    M(ctx, err_calls, "err_calls", L_INT, INTEGER, "calls of Err"),
    M(ctx, value_calls, "value_calls", L_INT, INTEGER, "calls of Value"),
    M(ctx, key, "key", L_STR, TEXT, "type of a value's key"),
    M(ctx, foreign, "foreign_parent", L_STR, TEXT, "type of the foreign parent in between"),
    M(ctx, ref, "ref", L_INT, INTEGER, "how the parent was reached: 1 TODO, 2 WithoutCancel, 4 foreign, added"),
    M(ctx, depth, "depth", L_INT, INTEGER, "WithValue contexts in a row up from here"),
    M(ctx, std, "std", L_INT, INTEGER, "1: made inside the standard library"),
    M(ctx, task, "task_row", L_ROW_OF, INTEGER, "row of the user task whose context it is"),
    M(ctx, id, "number", L_INT, INTEGER, "as the events number it"),
    M(ctx, stack, "stack", L_ID, INTEGER, "stack.id: where it was made"),
    M(ctx, cancel_stack, "cancel_stack", L_ID, INTEGER, "stack.id: where it was cancelled"),
};
static const struct list ctx_list = {.count = ctx_count, .row = ctx_row, .find = find_row};
TABLE(ctx, "contexts", &ctx_list, "id");

VEC_ROWS(ctx_user, ctx.users)
static const struct vcolumn ctx_user_cols[] = {
    M(ctx_user, ctx, "ctx", L_INT, INTEGER, "ctx.id"),
    M(ctx_user, g, "g", L_G, INTEGER, "goroutine"),
    M(ctx_user, first_done, "first_done", L_TIME, INTEGER, "its first call of Done; NULL never"),
    M(ctx_user, last, "last", L_TIME, INTEGER, "its last event on the context"),
    M(ctx_user, edge, "edge", L_ROW_OF, INTEGER, "cancel_edge.id: its wake by the context's cancel; NULL: was not woken by it"),
    M(ctx_user, err_calls, "err_calls", L_INT, INTEGER, "calls of Err"),
    M(ctx_user, derived, "derived", L_INT, INTEGER, "contexts that it derived from it"),
};
static const struct list ctx_user_list = {.count = ctx_user_count, .row = ctx_user_row};
TABLE(ctx_user, "goroutines that used a context: Done, Err, Value, or derived from it", &ctx_user_list, NULL);
