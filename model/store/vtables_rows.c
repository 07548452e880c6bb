/* The tables of event rows. */
#include "model/store/vtab_rows.h"
#include "model/store/vtables.h"

#define COMMON_STACK                                                                                                                       \
    {"stack", INTEGER, ROW_STACK, "stack.id of the event's stack", 0, 0}, {"func", TEXT, ROW_FUNC, "function of its leaf frame", 0, 0},    \
        {"file", TEXT, ROW_FILE, "file of its leaf frame", 0, 0},                                                                          \
    {                                                                                                                                      \
        "line", INTEGER, ROW_LINE, "line of its leaf frame", 0, 0                                                                          \
    }
#define C(name, type, what, sentence)                                                                                                      \
    {                                                                                                                                      \
        name, type, ROW_##what, sentence, 0, 0                                                                                             \
    }
#define TIME C("t", INTEGER, T, "when, ns since the session's start")
#define ACTOR C("g", INTEGER, G, "goroutine on which it happened; NULL none")
#define MP C("m", INTEGER, M, "thread on which it happened"), C("p", INTEGER, P, "proc on which it happened")
#define N(a) (sizeof a / sizeof *a)

static const struct vcolumn event_cols[] = {
    TIME,
    C("kind", TEXT, KIND,
      "Sync Metric Label StackSample RangeBegin RangeActive RangeEnd TaskBegin TaskEnd RegionBegin RegionEnd Log StateTransition "
      "Experimental"),
    ACTOR,
    MP,
    C("resource", TEXT, RESOURCE, "what it is about: goroutine, proc; NULL neither"),
    C("about", INTEGER, ABOUT, "number of the goroutine or proc that it is about"),
    C("from_state", TEXT, FROM, "transitions: state before"),
    C("to_state", TEXT, TO, "transitions: state after"),
    C("reason", TEXT, REASON, "transitions: why"),
    C("name", TEXT, NAME, "of the range, metric, task, region, label or experiment; category of a log"),
    C("value", INTEGER, VALUE, "metrics: the value"),
    C("task", INTEGER, TASK, "tasks, regions, logs: the task's number"),
    C("text", TEXT, TEXT, "logs: the message"),
    COMMON_STACK,
    C("stack2", INTEGER, STACK2, "creations: stack.id of the new goroutine's stack"),
};
static const struct rows event_rows = {(1u << (STREAM_SAMPLE + 1)) - 1, ~0u, NULL, ROW_BY_ACTOR};
const struct vtable vtable_event = {
    "event", "all events of the trace in their total order", event_cols, N(event_cols), &way_rows, &event_rows, "t", NULL, "g", "kind",
    true};

static const struct vcolumn link_cols[] = {
    TIME,
    C("kind", TEXT, LINK, "create or unblock"),
    C("g", INTEGER, TRACK, "the goroutine that was created or unblocked"),
    C("by", INTEGER, G, "the goroutine that did it; NULL: none (a timer, the network)"),
    MP,
    C("reason", TEXT, REASON, "as the trace words it"),
    COMMON_STACK,
    C("stack2", INTEGER, STACK2, "creations: stack.id of the new goroutine's stack"),
};
static const struct rows link_rows = {1u << STREAM_G, 1u << EV_STATE_TRANSITION, class_is_link, ROW_BY_TRACK};
const struct vtable vtable_link = {
    "link", "who created or unblocked whom", link_cols, N(link_cols), &way_rows, &link_rows, "t", NULL, "g", NULL, true};

static const struct vcolumn sample_cols[] = {TIME, C("g", INTEGER, G, "goroutine that ran"), MP, COMMON_STACK};
static const struct rows sample_rows = {1u << STREAM_SAMPLE, 1u << EV_STACK_SAMPLE, NULL, ROW_BY_ACTOR};
const struct vtable vtable_sample = {"sample", "CPU samples", sample_cols, N(sample_cols), &way_rows, &sample_rows,
                                     "t",      NULL,          "g",         NULL,           true};

static const struct vcolumn log_cols[] = {
    TIME,
    ACTOR,
    C("task", INTEGER, TASK, "the task's number; NULL none"),
    C("category", TEXT, NAME, "category"),
    C("message", TEXT, TEXT, "message"),
    MP,
    COMMON_STACK,
};
static const struct rows log_rows = {1u << STREAM_MARK, 1u << EV_LOG, NULL, ROW_BY_ACTOR};
const struct vtable vtable_log = {"log", "user logs (runtime/trace.Log)", log_cols, N(log_cols), &way_rows, &log_rows, "t", NULL, "g", NULL,
                                  true};

static const struct vcolumn metric_cols[] = {TIME, C("name", TEXT, NAME, "metric, e.g. /memory/classes/heap/objects:bytes"),
                                             C("value", INTEGER, VALUE, "value")};
static const struct rows metric_rows = {1u << STREAM_METRIC, 1u << EV_METRIC, NULL, ROW_NO_KEY};
const struct vtable vtable_metric = {
    "metric", "samples of the runtime's metrics", metric_cols, N(metric_cols), &way_rows, &metric_rows, "t", NULL, NULL, NULL, true};

static const struct vcolumn label_cols[] = {TIME, ACTOR, C("label", TEXT, NAME, "label"), MP};
static const struct rows label_rows = {1u << STREAM_MARK, 1u << EV_LABEL, NULL, ROW_BY_ACTOR};
const struct vtable vtable_label = {"label",    "labels that the runtime gave to goroutines (GC workers)",
                                    label_cols, N(label_cols),
                                    &way_rows,  &label_rows,
                                    "t",        NULL,
                                    "g",        NULL,
                                    true};
