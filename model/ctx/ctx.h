/* Contexts, cancels and who listened: what is known of them, from whatever evidence there is.
 *
 * Go's runtime emits no context events. What a plain trace shows is whom a cancel woke: an unblock whose leaf frame is
 * context.(*cancelCtx).cancel is an edge; edges of one call are a burst (struct cancel); what the woken goroutine then did is its
 * reaction. A cancel that woke nobody leaves nothing. User logs of category `ctxscope/1` (a program built with the context overlay)
 * tell each context, exactly. Both fill the same tables; each row says its grade, and what is not known is NS_NONE, IDX_NONE or 0.
 *
 * Written by the encoder (model/ctx/collect.h), published under the session's write lock, kept in the store. Times are of the
 * trace's clock. Rows only grow while an import runs, but a reaction is filled in later: read it again, do not keep copies.
 */
#ifndef MODEL_CTX_CTX_H
#define MODEL_CTX_CTX_H

#include "base/vec.h"
#include "model/types.h"

/* How sure a row is. X(id, char before a value, word in JSON and SQL) */
#define GRADES(X)                                                                                                                          \
    X(EXACT, "=", "exact")                                                                                                                 \
    X(INFERRED, "~", "inferred")                                                                                                           \
    X(POSSIBLE, "?", "possible")
enum grade {
#define X(id, sign, word) GRADE_##id,
    GRADES(X)
#undef X
        GRADE_COUNT
};
extern const char *const grade_signs[GRADE_COUNT];
extern const char *const grade_words[GRADE_COUNT];

/* Who ended it. */
#define CANCEL_BYS(X)                                                                                                                      \
    X(UNKNOWN, NULL)                                                                                                                       \
    X(EXPLICIT, "explicit") /* a call of its CancelFunc, AfterFunc's stop included */                                                      \
    X(DEADLINE, "deadline") /* its own timer fired */                                                                                      \
    X(PARENT, "parent")     /* came down from a parent */
enum cancel_by {
#define X(id, word) BY_##id,
    CANCEL_BYS(X)
#undef X
        CANCEL_BY_COUNT
};
extern const char *const cancel_by_words[CANCEL_BY_COUNT]; /* NULL: unknown */

/* A burst: one call of cancel that woke, or started, somebody. */
struct cancel {
    ns_t t0, t1;     /* first and last edge */
    gidx g;          /* who called; of a deadline: the timer's goroutine */
    stack_id stack;  /* of the first edge */
    frame_id site;   /* the caller's frame below package context; 0: a timer fired, no caller */
    uint32_t ctx;    /* exact: the context that was cancelled; IDX_NONE */
    uint32_t edges;  /* how many */
    uint32_t first;  /* its first edge; further ones by cancel_edge.next */
    uint32_t via;    /* the cancel of a foreign parent that a watcher goroutine carried here; IDX_NONE */
    uint8_t by;      /* enum cancel_by: EXPLICIT, DEADLINE; PARENT: a foreign parent ended, and how is not known */
    uint8_t grade;   /* enum grade */
    uint8_t depth;   /* greatest of its edges */
    uint8_t foreign; /* ran in a watcher of a foreign parent (propagateCancel) */
};

/* Whom an edge set in motion, and how. */
#define EDGE_KINDS(X)                                                                                                                      \
    X(WAKE, "wake")           /* it waited on a channel or in a select */                                                                  \
    X(AFTERFUNC, "afterfunc") /* AfterFunc's function was started */                                                                       \
    X(WATCHER, "watcher")     /* woke the watcher of a foreign parent, which goes on to cancel (cancel.via) */
enum edge_kind {
#define X(id, word) EDGE_##id,
    EDGE_KINDS(X)
#undef X
        EDGE_KIND_COUNT
};
extern const char *const edge_kind_words[EDGE_KIND_COUNT];

/* How a reaction ended. */
#define EXITS(X)                                                                                                                           \
    X(OPEN, "open")   /* not by the end of the trace: `exit` is NS_NONE */                                                                 \
    X(ENDED, "ended") /* the goroutine ended */                                                                                            \
    X(AGAIN, "again") /* it waits again at the same statement */                                                                           \
    X(LEFT, "left")   /* it left the function in which it waited: seen at its next block outside it, so at the latest then */
enum exit_how {
#define X(id, word) EXIT_##id,
    EXITS(X)
#undef X
        EXIT_COUNT
};
extern const char *const exit_words[EXIT_COUNT];

/* One goroutine that a cancel set in motion, with its reaction: cancel -> woken -> runs -> exit. */
struct cancel_edge {
    ns_t t;              /* woken (or started) */
    ns_t run;            /* first ran after it; NS_NONE not by the end */
    ns_t exit;           /* NS_NONE: open at the end of the trace */
    ns_t sched, running; /* of [t, exit or the trace's end): runnable, running */
    ns_t blocked;        /* waiting or in a syscall */
    uint32_t cancel;     /* index of its burst */
    uint32_t next;       /* next edge of the burst, IDX_NONE */
    uint32_t ctx;        /* exact: the context it listened to; IDX_NONE */
    gidx g;              /* who was woken */
    stack_id stack;      /* of the waker */
    stack_id wait_stack; /* where it waited; 0 not told (since before the trace), or AFTERFUNC: nowhere */
    stack_id then;       /* where it blocked longest before its exit; 0 nowhere */
    ns_t waited;         /* how long it had waited when woken; NS_NONE */
    uint8_t depth;       /* levels below the cancelled context: 1 = on it itself */
    uint8_t kind;        /* enum edge_kind */
    uint8_t how;         /* enum exit_how */
    uint8_t grade;
    uint8_t then_share; /* enum share of the longest block */
    uint8_t unobserved; /* a generation was lost or a source ended within the reaction: its times are lower bounds */
};

/* --- contexts ------------------------------------------------------------------------------------------------------- */

#define CTX_KINDS(X)                                                                                                                       \
    X(UNKNOWN, NULL)                                                                                                                       \
    X(BACKGROUND, "background")                                                                                                            \
    X(TODO, "todo")                                                                                                                        \
    X(CANCEL, "cancel")                                                                                                                    \
    X(TIMEOUT, "timeout")                                                                                                                  \
    X(DEADLINE, "deadline")                                                                                                                \
    X(VALUE, "value")                                                                                                                      \
    X(AFTERFUNC, "afterfunc")                                                                                                              \
    X(WITHOUTCANCEL, "withoutcancel")                                                                                                      \
    X(TASK, "task")
enum ctx_kind {
#define X(id, word) CTX_##id,
    CTX_KINDS(X)
#undef X
        CTX_KIND_COUNT
};
extern const char *const ctx_kind_words[CTX_KIND_COUNT];

/* How the parent was reached. */
enum ctx_ref_flags { REF_TODO = 1, REF_WITHOUT = 2 /* through WithoutCancel */, REF_FOREIGN = 4 /* through another type of Context */ };

/* A context. Exact ones come from context events, in order of first mention. */
struct ctx {
    uint64_t id;             /* as the events number it */
    ns_t created;            /* NS_NONE: before the trace (or before its first mention) */
    ns_t mentioned;          /* first event that names it */
    ns_t deadline;           /* effective one at creation, trace clock; NS_NONE none above it or on it */
    ns_t asked;              /* later deadline that was asked for, and not given; NS_NONE */
    ns_t cancelled;          /* NS_NONE: not by the end */
    uint32_t parent;         /* index; IDX_NONE: Background, TODO, or not told */
    uint32_t cancel;         /* burst that its cancel belongs to, IDX_NONE */
    uint32_t root_of_cancel; /* the context whose cancel ended it (itself when explicit or by its own deadline); IDX_NONE */
    uint32_t children;       /* contexts derived from it, as far as seen */
    uint32_t children_at_cancel;
    uint32_t err_calls, value_calls;
    gidx owner; /* who created it; IDX_NONE */
    gidx canceller;
    stack_id stack; /* creation, context's own frames included */
    stack_id cancel_stack;
    frame_id site; /* the user's frame that created it; 0 */
    frame_id cancel_site;
    str_id key;     /* value: type of its key */
    str_id foreign; /* type of the foreign parent in between */
    str_id cause;   /* "type: text", 0: as its Err */
    uint32_t task;  /* index of the user task whose context it is; IDX_NONE */
    uint8_t kind;   /* enum ctx_kind */
    uint8_t ref;    /* enum ctx_ref_flags */
    uint8_t by;     /* enum cancel_by */
    uint8_t grade;
    uint8_t depth; /* value chain: WithValue contexts in a row up from here; saturates */
    uint8_t std;   /* created inside the standard library */
};

/* A goroutine that used a context: called Done, Err or Value on it, or derived from it. The owner is one. */
struct ctx_user {
    uint32_t ctx;
    gidx g;
    ns_t first_done; /* NS_NONE: never called Done */
    ns_t last;       /* its last event on it */
    uint32_t edge;   /* its wake by the context's cancel; IDX_NONE: was not woken by it */
    uint32_t err_calls, derived;
};

struct ctx_model {
    VEC(struct cancel) cancels;    /* by t0 */
    VEC(struct cancel_edge) edges; /* by t */
    VEC(struct ctx) contexts;      /* in order of first mention */
    VEC(struct ctx_user) users;    /* sorted by ctx, then first event, once the import has ended; before: as they came */
    uint64_t deadlines_fired;      /* timers of contexts that fired, those that woke nobody included */
    uint64_t lock_handoffs;        /* unblocks inside cancel that are none: its lock was handed on */
    uint64_t malformed;            /* context events that could not be read */
    uint64_t exact;                /* 1: the trace holds context events */
};

/* --- reading: under the session's read lock --------------------------------------------------------------------------- */
struct session;

static inline bool edge_cut(const struct cancel_edge *e)
{
    return e->how == EXIT_OPEN;
}
/* Time from edge to run / to exit; NS_NONE when it did not. */
ns_t edge_to_run(const struct cancel_edge *e);
ns_t edge_to_exit(const struct cancel_edge *e);

/* A stack's frame that a person wants: the first from the leaf that is not of the standard library, the user's statement; when all
 * are, the first that is not of the runtime, sync, internal or context; 0 none. */
frame_id stack_site(const struct session *s, stack_id id);
/* The frame that waits, whoever wrote it: the first from the leaf outside the runtime; 0 none. */
frame_id stack_waiting(const struct session *s, stack_id id);
/* The first frame from the root that is no launcher (sync.(*WaitGroup).Go.func1, errgroup, singleflight, net/http's serve with a
 * handler above it ...: model/ctx/launchers.def): whose work this is. 0: no stack. */
frame_id stack_subject(const struct session *s, stack_id id);
/* The subject of a goroutine: its start function, or what its stacks say when that is a launcher; 0 unknown. */
frame_id goroutine_subject(struct session *s, gidx g);
/* True when the frame's function is of package context (or the overlay's helper in it). */
bool frame_is_context(const struct session *s, frame_id f);
/* Of the standard library: its package is one of Go's, and its file lies where those do. */
bool frame_is_std(const struct session *s, frame_id f);
/* Waits there by design (accept loops, idle keep-alive, tickers, runtime's own ...: model/ctx/idle.def and the config's [idle]). */
bool wait_is_idle(const struct session *s, stack_id wait);

#endif
