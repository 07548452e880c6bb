/* The event: what importers hand to the model, 32 bytes, in the trace's total order (t rises strictly).
 *
 * An event's constant part (kind, states, reason or name) is interned as its *class*; ids are dense indexes; what few
 * kinds need more lies in a side array. So an importer writes 32 bytes an event straight into the builder's block.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "model/types.h"

/* Kinds, named as golang.org/x/exp/trace names them. Append only: the numbers are in stores. */
#define EVENT_KINDS(X)                                                                                                                     \
    X(SYNC, "Sync")                                                                                                                        \
    X(METRIC, "Metric")                                                                                                                    \
    X(LABEL, "Label")                                                                                                                      \
    X(STACK_SAMPLE, "StackSample")                                                                                                         \
    X(RANGE_BEGIN, "RangeBegin")                                                                                                           \
    X(RANGE_ACTIVE, "RangeActive")                                                                                                         \
    X(RANGE_END, "RangeEnd")                                                                                                               \
    X(TASK_BEGIN, "TaskBegin")                                                                                                             \
    X(TASK_END, "TaskEnd")                                                                                                                 \
    X(REGION_BEGIN, "RegionBegin")                                                                                                         \
    X(REGION_END, "RegionEnd")                                                                                                             \
    X(LOG, "Log")                                                                                                                          \
    X(STATE_TRANSITION, "StateTransition")                                                                                                 \
    X(EXPERIMENTAL, "Experimental")
enum event_kind {
#define X(id, name) EV_##id,
    EVENT_KINDS(X)
#undef X
        EV_KINDS
};
extern const char *const event_kind_names[EV_KINDS];

/* What the event is about (transition: whose state; range: whose range). */
enum resource { RES_NONE, RES_GOROUTINE, RES_PROC, RES_THREAD };

struct event_class {
    uint8_t kind;     /* enum event_kind */
    uint8_t resource; /* enum resource */
    uint8_t from, to; /* enum gstate or pstate, transitions only */
    str_id name;      /* reason of a transition; name of a range, metric or region; else 0 */
    /* derived by class_put */
    uint8_t share;    /* enum share of `to`, for goroutine transitions */
    uint8_t restates; /* transition with from == to: begins nothing, ends nothing */
};

struct event {
    ns_t t;
    gidx g;          /* goroutine the event happened on; IDX_NONE */
    uint32_t res;    /* by kind: see below */
    stack_id stack;  /* stack of the event */
    stack_id stack2; /* transition: stack of the resource when it differs (GoCreate: of the new goroutine); else 0 */
    uint16_t m, p;   /* dense thread and proc index; 0xffff = none */
    class_id class;
    uint16_t pad;
};
_Static_assert(sizeof(struct event) == 32, "an event is half a cache line");
#define EV_NO_MP 0xffffu

/* res by kind:
 *   transition     gidx or pidx of the resource
 *   range          gidx or pidx of the scope, IDX_NONE for global ones (GC); RANGE_END of a sweep: attributes in ext
 *   all else       index into the block's ext array, or IDX_NONE
 * A STACK_SAMPLE has g, m, p as they were when sampled. */
struct event_ext {
    uint64_t v[4]; /* metric: value | task: id, parent | region: task | log: task | sync: n clock snapshot parts:
                      mono ns, wall sec, wall nsec, has snapshot | experimental: raw args */
    str_id s[3];   /* log: category, message | task begin/end, region: name | label: label | experimental: name */
    uint32_t res;  /* range: the scope, when ext is used by a range end (sweep: v[0] swept, v[1] reclaimed bytes) */
};
#define RANGE_HAS_EXT 1u /* event.pad of a RANGE_END whose `res` is an ext index */

#endif
