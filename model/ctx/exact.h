/* Private to model/ctx: contexts as a program's own events tell them (user logs of category `ctxscope/1`).
 *
 * One line is one fact about a context: made, described again, cancelled, Done, Err, Value called. Lines are read as they come
 * (exact_log) and applied to session.ctx in one go (exact_publish), so that readers see whole blocks. What needs the end of the
 * trace (which burst and which edges belong to which cancel, value chains, tasks, texts) is done by exact_finish.
 *
 * Cost: a context is a struct ctx and 48 bytes while the import runs, a user a struct ctx_user and some 32 bytes of index: a
 * million contexts with two users each need 300 MB. More than EXACT_MAX contexts are counted as malformed.
 */
#ifndef MODEL_CTX_EXACT_H
#define MODEL_CTX_EXACT_H

#include "model/session.h"

enum { EXACT_MAX = 1 << 23, EXACT_LINE_MAX = 1024 };
#define EXACT_CATEGORY "ctxscope/1"

/* --- a line (model/ctx/exact_parse.c) --- */
struct exact_ref {
    uint64_t id;   /* 0: Background, TODO, or nothing of ours */
    uint8_t flags; /* enum ctx_ref_flags */
};
struct exact_line {
    char what; /* + = x d e v s w */
    struct exact_ref ref;
    uint64_t id; /* of v, s, w: the ref's */
    char kind;   /* c d v a of + and = */
    uint8_t by;  /* enum cancel_by of x */
    bool has_deadline;
    int64_t left; /* + = s: ns to the deadline (asked for) at the event's time */
    uint64_t n;   /* x: children; e, v: calls */
    uint64_t err_calls, value_calls;
    struct str foreign, key, cause; /* borrowed from the text; empty: not told */
};
/* Whether the text is a line of the grammar, wholly. */
bool exact_parse(struct str text, struct exact_line *out);

/* --- the import's side; called by the collector in the encoder's thread --- */
struct exact;
struct exact *exact_new(struct session *s);
void exact_free(struct exact *x);
/* A log whose category begins with "ctxscope/"; e's ext record. What cannot be read is counted and stays a plain log. */
void exact_log(struct exact *x, const struct event *e, const struct event_ext *ext);
/* A further source begins: ids that are created again are another process's. */
void exact_break(struct exact *x);
/* Under the write lock. */
void exact_publish(struct exact *x);
/* Under the write lock, after the last block, when session.ctx.cancels and edges are complete (edges sorted by t, cancel.first and
 * edge.next set): sets cancel.ctx, by, grade, edge.ctx, grade, ctx.cancel, user.edge; sorts users. Does nothing without lines. */
void exact_finish(struct exact *x);

/* Whether a function with this name in this file is the standard library's: its package is one of Go's, and the file lies in the
 * package's folder below GOROOT/src, or is named by the package alone (-trimpath). */
bool frame_is_std(const struct session *s, frame_id f);
/* The statement that made a context: the first frame from the leaf outside package context; 0 none. */
frame_id ctx_site(const struct session *s, stack_id id);

#endif
