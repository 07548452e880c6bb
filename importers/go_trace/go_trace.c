/* The importer of Go execution traces, wire format v2 (headers 1.22 to 1.26). See docs/formats.md. */
#include "importers/go_trace/go_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "importers/go_trace/container.h"
#include "importers/go_trace/order.h"
#include "importers/go_trace/wire.h"

int go_trace_header(const uint8_t *head, size_t n)
{
    if (n < WIRE_HEADER || memcmp(head, "go 1.", 5) != 0)
        return -1;
    int minor = 0;
    size_t i = 5;
    for (; i < 8 && head[i] >= '0' && head[i] <= '9'; i++)
        minor = minor * 10 + (head[i] - '0');
    if (i == 5 || n - i < 6 || memcmp(head + i, " trace", 6) != 0)
        return -1;
    for (i += 6; i < WIRE_HEADER; i++)
        if (head[i])
            return -1;
    return minor;
}

static int score(const uint8_t *head, size_t n)
{
    return go_trace_header(head, n) >= 0 ? 100 : n >= 5 && !memcmp(head, "go 1.", 5) ? 50 : 0;
}

struct reading {
    struct container container;
    struct order *order;
    struct builder *b;
    uint64_t whole; /* generations */
    bool lost;      /* something was dropped */
    char why[160];  /* the first loss */
};

static uint64_t events_so_far(const struct builder *b)
{
    return b->source->events + (uint64_t)(b->at - b->cur->ev);
}

/* Something was lost: one note says what was kept, which bytes are dropped (to 0: all the rest), and why. */
static void note_loss(struct reading *r, enum note_id id, uint64_t from, uint64_t to, const char *why)
{
    struct source_info *info = r->b->source;
    char range[64];
    if (!r->lost) {
        snprintf(r->why, sizeof r->why, "%s", why);
        info->dropped_from_byte = (int64_t)from;
    }
    r->lost = true;
    info->complete = false;
    snprintf(range, sizeof range, to ? "bytes %" PRIu64 " to %" PRIu64 : "from byte %" PRIu64, from, to);
    builder_note(r->b, id, "kept %" PRIu64 " events, whole generations: %" PRIu64 "; dropped %s: %s", events_so_far(r->b), r->whole, range,
                 why);
}

/* Several sources are one process seen in turn: each begins after the one before has ended. */
static int check_start(const struct reading *r, struct err *e)
{
    const struct builder *b = r->b;
    ns_t starts = generation_ns(&r->container.gen, r->container.gen.min_time);
    if (events_so_far(b) || b->last_t == NS_NONE || starts > b->last_t)
        return 0;
    char late[24];
    text_duration(late, b->last_t - starts);
    err_set(e, ERR_INPUT, "begins %s before the end of %s", late, builder_source_before(b));
    return err_hint(e, "name traces of one process in order of time, or open each alone; overlapping ones are not merged yet");
}

static bool names_missing(const struct reading *r)
{
    const struct note *notes = r->b->source->notes;
    return notes[NOTE_MISSING_STRING].count || notes[NOTE_MISSING_STACK].count;
}

enum next { NEXT_ERROR = -1, NEXT_GO_ON, NEXT_END };

/* Later generations build on the states of this one. Where it broke, the next one is taken as a first one. */
static enum next after_break(struct reading *r, const struct order_end *end)
{
    const struct container *c = &r->container;
    bool cut = c->gen.state == GENERATION_CUT;
    char why[360];
    snprintf(why, sizeof why, "%s%s%s", end->why, cut ? "; " : "", cut ? c->gen.why : "");
    note_loss(r, cut ? NOTE_CUT_GENERATION : NOTE_BROKEN_ORDER, end->at, c->ended ? 0 : c->gen.end, why);
    if (c->ended && !c->has_pending)
        return NEXT_END;
    order_restart(r->order);
    builder_begin_source(r->b);
    return r->b->failed ? NEXT_END : NEXT_GO_ON;
}

static enum next refuse_newer(const struct reading *r, const struct order_end *end, struct err *e)
{
    err_set(e, ERR_INPUT, "Go 1.%d writes events that this version does not know: %s", r->container.version, end->why);
    err_where(e, "byte %" PRIu64, end->at);
    err_hint(e, "update ctxscope");
    return NEXT_ERROR;
}

static enum next one_generation(struct reading *r, struct err *e)
{
    struct generation *g = &r->container.gen;
    struct order_end end;
    enum note_id loss = g->state == GENERATION_CUT ? NOTE_CUT_GENERATION : NOTE_DAMAGED_GENERATION;
    if (g->ns_per_tick == 0) { /* no time, no events */
        note_loss(r, loss, g->start, 0, g->why);
        return NEXT_END;
    }
    if (check_start(r, e) < 0)
        return NEXT_ERROR;
    if (r->container.late_at) {
        char why[80];
        snprintf(why, sizeof why, "more of generation %" PRIu64 " came when it had been taken for whole", r->container.closed);
        note_loss(r, NOTE_DAMAGED_GENERATION, r->container.late_at, g->start, why);
        r->container.late_at = 0;
        order_restart(r->order);
        builder_begin_source(r->b);
    }
    enum order_result result = order_generation(r->order, g, &end);
    r->b->source->generations++;
    if (result == ORDER_STOPPED)
        return NEXT_END;
    if (result == ORDER_UNKNOWN_EVENT && r->container.version > WIRE_VERSION_KNOWN)
        return refuse_newer(r, &end, e);
    if (result != ORDER_WHOLE)
        return after_break(r, &end);
    bool whole = g->state == GENERATION_WHOLE;
    if (g->state == GENERATION_DAMAGED && g->loss_at == g->end) { /* what lies behind it is no trace; it may be whole itself */
        whole = !names_missing(r);
        loss = whole ? NOTE_TRAILING_BYTES : loss;
    }
    r->whole += whole;
    if (g->state != GENERATION_WHOLE)
        note_loss(r, loss, g->loss_at, r->container.ended ? 0 : g->end, g->why);
    return builder_generation(r->b) < 0 ? NEXT_END : NEXT_GO_ON;
}

static int read_all(struct reading *r, struct err *e)
{
    enum next next = NEXT_GO_ON;
    int rc = 1;
    while (next == NEXT_GO_ON && !builder_stopped(r->b) && (rc = container_next(&r->container, r->b, e)) > 0)
        next = one_generation(r, e);
    if (rc < 0 || next == NEXT_ERROR)
        return -1;
    if (!builder_stopped(r->b) && events_so_far(r->b))
        order_final_sync(r->order);
    return 0;
}

static void fill_info(struct reading *r, struct source *s, int version)
{
    struct source_info *info = r->b->source;
    const uint64_t *counts = order_counts(r->order);
    for (unsigned i = 0; i < 256; i++) {
        info->wire_by_type[i] = counts[i];
        info->wire_events += counts[i];
    }
    info->bytes = source_offset(s);
    if (order_started_in_gc(r->order))
        builder_note(r->b, NOTE_TRACE_STARTS_IN_GC, "a mark phase was active when tracing began");
    if (order_newest_event(r->order) > version)
        builder_note(r->b, NOTE_EVENT_NOT_IN_VERSION, "header 1.%d, events of 1.%d", version, order_newest_event(r->order));
    if (names_missing(r) || info->notes[NOTE_TOO_MANY].count) {
        r->lost = true;
        info->complete = false;
    }
    const char *damage = source_damage(s);
    if (damage) {
        r->lost = true;
        info->complete = false;
        if (info->dropped_from_byte < 0)
            info->dropped_from_byte = (int64_t)info->bytes;
        builder_note(r->b, NOTE_UNPACK_FAILED, "%s", damage);
    }
}

static int check_version(struct builder *b, int version, struct err *e)
{
    if (version < 0) {
        err_set(e, ERR_INPUT, "the header is no Go trace header");
        return err_hint(e, "the file is cut or damaged at its very start; record it again");
    }
    if (version < WIRE_VERSION_MIN) {
        err_set(e, ERR_INPUT, "a trace of the old format, Go 1.%d", version);
        return err_hint(e, "this version reads traces of Go 1.22 and newer; open it with `go tool trace`");
    }
    if (version > WIRE_VERSION_KNOWN)
        builder_note(b, NOTE_NEWER_VERSION, "header 1.%d, known up to 1.%d", version, WIRE_VERSION_KNOWN);
    return 0;
}

/* Not one event came out. */
static int nothing_read(struct reading *r, int version, struct err *e)
{
    if (!r->lost) {
        builder_note(r->b, NOTE_NO_EVENTS, "nothing behind the header");
        return 0;
    }
    if (version > WIRE_VERSION_KNOWN) {
        err_set(e, ERR_INPUT, "Go 1.%d writes traces that this version cannot read", version);
        return err_hint(e, "update ctxscope");
    }
    err_set(e, ERR_INPUT, "nothing of the trace can be read: %s", r->why[0] ? r->why : "it cannot be unpacked");
    if (r->b->source->dropped_from_byte >= 0)
        err_where(e, "byte %" PRId64, r->b->source->dropped_from_byte);
    return err_hint(e, "a trace is whole only when tracing was stopped and its file closed; record it again");
}

static int import(struct source *s, struct builder *b, bool strict, struct err *e)
{
    size_t n;
    const uint8_t *head = source_peek(s, WIRE_HEADER, &n, e);
    if (!head)
        return -1;
    int version = go_trace_header(head, n);
    uint8_t skipped[WIRE_HEADER];
    if (check_version(b, version, e) < 0 || source_read(s, skipped, sizeof skipped, e) < 0)
        return -1;
    struct source_info *info = b->source;
    snprintf(info->format, sizeof info->format, "go-trace");
    snprintf(info->version, sizeof info->version, "1.%d", version);
    info->complete = true;
    info->dropped_from_byte = -1;

    struct reading r = {.b = b, .order = order_new(b)};
    container_init(&r.container, s, version);
    int rc = read_all(&r, e);
    fill_info(&r, s, version);
    if (rc == 0 && events_so_far(b) == 0 && !builder_stopped(b))
        rc = nothing_read(&r, version, e);
    if (rc == 0 && strict && r.lost) {
        err_set(e, ERR_INPUT, "the trace is cut or damaged");
        if (info->dropped_from_byte >= 0)
            err_where(e, "byte %" PRId64, info->dropped_from_byte);
        rc = err_hint(e, "without --strict what is whole is kept");
    }
    container_release(&r.container);
    order_free(r.order);
    return rc;
}

const struct importer go_trace_importer = {
    .name = "go-trace", .title = "Go execution traces, format of Go 1.22 and newer", .score = score, .import = import};
