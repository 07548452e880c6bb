/* overview: what a trace holds. The JSON and CSV are the contract's; the text is in overview_text.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/config.h"
#include "cli/csv.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/overview.h"
#include "importers/go_trace/wire.h"

static void put_notes(struct json *j, const struct source_info *src)
{
    json_array(j, "notes");
    for (unsigned i = 0; i < NOTE_COUNT; i++) {
        if (!src->notes[i].count)
            continue;
        json_object(j, NULL);
        json_str(j, "name", note_specs[i].name);
        json_str(j, "severity", note_severity_names[note_specs[i].severity]);
        json_uint(j, "count", src->notes[i].count);
        json_str(j, "first", src->notes[i].first);
        json_object_end(j);
    }
    json_array_end(j);
}

static void put_source(struct json *j, const struct source_info *src)
{
    json_object(j, NULL);
    json_str(j, "path", src->path);
    json_str(j, "format", src->format[0] ? src->format : NULL);
    json_str(j, "version", src->version[0] ? src->version : NULL);
    json_uint(j, "events", src->events);
    json_uint(j, "bytes", src->bytes);
    json_bool(j, "complete", src->complete);
    json_uint(j, "generations", src->generations);
    json_uint(j, "wire_events", src->wire_events);
    json_object(j, "wire_by_type");
    for (unsigned i = 0; i < 256; i++)
        if (src->wire_by_type[i] && wire_specs[i].name)
            json_uint(j, wire_specs[i].name, src->wire_by_type[i]);
    json_object_end(j);
    if (src->dropped_from_byte >= 0)
        json_int(j, "dropped_from_byte", src->dropped_from_byte);
    else
        json_null(j, "dropped_from_byte");
    put_notes(j, src);
    json_object_end(j);
    json_line(j);
}

void wall_clock_text(char out[WALL_CLOCK_TEXT], ns_t wall)
{
    time_t sec = (time_t)(wall / 1000000000);
    struct tm tm;
    char date[32];
    out[0] = 0;
    if (wall < 0 || !gmtime_r(&sec, &tm) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm))
        return;
    snprintf(out, WALL_CLOCK_TEXT, "%s.%09" PRId64 "Z", date, wall % 1000000000);
}

static void put_times(struct json *j, const struct session *s, const struct summary *m)
{
    char wall[WALL_CLOCK_TEXT] = "";
    json_int(j, "t0_ns", m->w.t0 - s->t0);
    json_int(j, "t1_ns", m->w.t1 - s->t0);
    if (s->wall_t0 != NS_NONE)
        wall_clock_text(wall, s->wall_t0);
    json_str(j, "wall_start", wall[0] ? wall : NULL);
}

ns_t waiting_of(const ns_t ns[SHARE_COUNT])
{
    ns_t sum = 0;
    for (unsigned i = SHARE_CHAN; i <= SHARE_OTHER; i++)
        sum += ns[i];
    return sum;
}

/* What is known of the whole only. */
static void put_whole(struct json *j, const char *key, const struct summary *m, uint64_t v)
{
    if (m->part)
        json_null(j, key);
    else
        json_uint(j, key, v);
}

static void put_counts(struct json *j, const struct session *s, const struct summary *m)
{
    json_object(j, "events_by_kind");
    for (unsigned i = 0; i < EV_KINDS; i++)
        if (m->by_kind[i])
            json_uint(j, event_kind_names[i], m->by_kind[i]);
    json_object_end(j);
    json_line(j);
    json_uint(j, "goroutines", m->goroutines);
    put_whole(j, "procs", m, s->procs.n);
    put_whole(j, "threads", m, s->threads.n);
    put_whole(j, "tasks", m, s->tasks.n);
    json_uint(j, "regions", m->by_kind[EV_REGION_BEGIN]);
    json_uint(j, "logs", m->by_kind[EV_LOG]);
    json_uint(j, "stack_samples", m->by_kind[EV_STACK_SAMPLE]);
    put_whole(j, "distinct_stacks", m, s->distinct_stacks);
    json_line(j);
    json_object(j, "total_ns");
    json_int(j, "running", m->all[SHARE_RUNNING]);
    json_int(j, "runnable", m->all[SHARE_RUNNABLE]);
    json_int(j, "waiting", waiting_of(m->all));
    json_int(j, "syscall", m->all[SHARE_SYSCALL]);
    json_int(j, "unknown", m->all[SHARE_UNKNOWN]);
    json_object_end(j);
    json_line(j);
    put_whole(j, "regions_open", m, s->regions_open);
}

static void put_cancel(struct json *j, const struct session *s, const struct summary *m)
{
    const struct ctx_model *c = &s->ctx;
    uint64_t exact = 0;
    if (m->part) {
        json_null(j, "cancel");
        return;
    }
    for (size_t i = 0; i < c->contexts.n; i++)
        exact += c->contexts.v[i].grade == GRADE_EXACT;
    json_object(j, "cancel");
    json_uint(j, "bursts", c->cancels.n);
    json_uint(j, "edges", c->edges.n);
    json_uint(j, "deadlines_fired", c->deadlines_fired);
    json_object(j, "contexts");
    json_uint(j, "exact", exact);
    json_uint(j, "inferred", c->contexts.n - exact);
    json_object_end(j);
    json_object_end(j);
}

/* Only what was seen: a reopened store tells nothing of its import. */
static void put_import(struct json *j, const struct load *l, const struct session *s)
{
    double seconds = load_seconds(l);
    struct rusage ru;
    struct stat st;
    json_object(j, "import");
    if (seconds > 0) {
        json_real(j, "seconds", seconds);
        json_uint(j, "events_per_second", (uint64_t)((double)s->events / seconds));
        getrusage(RUSAGE_SELF, &ru);
        json_int(j, "peak_rss_bytes", (int64_t)ru.ru_maxrss * 1024);
    } else {
        json_null(j, "seconds");
        json_null(j, "events_per_second");
        json_null(j, "peak_rss_bytes");
    }
    if (load_store_path(l) && stat(load_store_path(l), &st) == 0)
        json_int(j, "store_bytes", st.st_size);
    else
        json_null(j, "store_bytes");
    json_object_end(j);
}

/* NULL: of a part of the trace nothing is judged. */
static void put_findings(struct json *j, const struct findings *f)
{
    if (!f) {
        json_null(j, "findings");
        return;
    }
    json_object(j, "findings");
    for (unsigned k = SEVERITIES; k-- > 0;)
        json_uint(j, severity_words[k], f->by_severity[k]);
    json_object_end(j);
}

static void print_json(const struct load *l, const struct session *s, const struct summary *m, const struct findings *f, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "sources");
    for (size_t i = 0; i < s->sources.n; i++)
        put_source(&j, s->sources.v[i]);
    json_array_end(&j);
    put_times(&j, s, m);
    put_counts(&j, s, m);
    put_cancel(&j, s, m);
    put_findings(&j, f);
    json_line(&j);
    put_import(&j, l, s);
    json_object_end(&j);
    json_finish(&j);
}

/* The numbers, one a line. */
static void print_csv(const struct session *s, const struct summary *m, struct out *out)
{
    static const char *const header[] = {"name", "value", NULL};
    struct csv c;
    const struct {
        const char *name;
        uint64_t value;
        bool whole; /* known of the whole only */
    } rows[] = {{"t0_ns", (uint64_t)(m->w.t0 - s->t0), false},
                {"t1_ns", (uint64_t)(m->w.t1 - s->t0), false},
                {"events", m->events, false},
                {"goroutines", m->goroutines, false},
                {"procs", s->procs.n, true},
                {"threads", s->threads.n, true},
                {"tasks", s->tasks.n, true},
                {"regions", m->by_kind[EV_REGION_BEGIN], false},
                {"logs", m->by_kind[EV_LOG], false},
                {"stack_samples", m->by_kind[EV_STACK_SAMPLE], false},
                {"distinct_stacks", s->distinct_stacks, true},
                {"cancel_bursts", s->ctx.cancels.n, true},
                {"cancel_edges", s->ctx.edges.n, true},
                {"deadlines_fired", s->ctx.deadlines_fired, true}};
    csv_init(&c, out, false);
    csv_header(&c, header);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].whole && m->part)
            continue;
        csv_str(&c, rows[i].name);
        csv_uint(&c, rows[i].value);
        csv_end(&c);
    }
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_ns", share_names[i]);
        csv_str(&c, name);
        csv_int(&c, m->all[i]);
        csv_end(&c);
    }
    csv_release(&c);
}

/* The rules take the read lock themselves, each for as long as it needs it. */
static int judge(struct session *s, const struct config *c, struct findings *f, struct err *e)
{
    session_done(s);
    int rc = findings_make(s, &c->rules, NULL, NULL, f, e);
    session_read(s);
    return rc;
}

static int print(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    struct session *s = load_session(l);
    struct summary m;
    struct findings found = {0}, *f = NULL;
    if (summary_make(&m, o, s, e) < 0)
        return -1;
    int rc = 0;
    if (!m.part && o->format != FORMAT_CSV) {
        rc = judge(s, ctx, &found, e);
        f = &found;
    }
    if (rc < 0)
        ;
    else if (o->format == FORMAT_JSON)
        print_json(l, s, &m, f, out_stdout());
    else if (o->format == FORMAT_CSV)
        print_csv(s, &m, out_stdout());
    else
        rc = overview_text(o, s, &m, f, out_stdout(), e);
    findings_release(&found);
    summary_release(&m, s);
    return rc;
}

int cmd_overview(struct opts *o, struct err *e)
{
    struct config c;
    int rc = config_read(&c, o, e);
    if (rc == 0)
        rc = load_and(o, o->words.v, o->words.n, print, &c, e);
    config_release(&c);
    return rc;
}
