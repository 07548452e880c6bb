/* overview: what a trace holds. The JSON and CSV are the contract's; the text is in overview_text.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/commands.h"
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

static void put_times(struct json *j, const struct session *s)
{
    char wall[WALL_CLOCK_TEXT] = "";
    json_int(j, "t0_ns", 0);
    json_int(j, "t1_ns", s->t1 - s->t0);
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

static void put_counts(struct json *j, const struct session *s)
{
    json_object(j, "events_by_kind");
    for (unsigned i = 0; i < EV_KINDS; i++)
        if (s->by_kind[i])
            json_uint(j, event_kind_names[i], s->by_kind[i]);
    json_object_end(j);
    json_line(j);
    json_uint(j, "goroutines", s->goroutines.n);
    json_uint(j, "procs", s->procs.n);
    json_uint(j, "threads", s->threads.n);
    json_uint(j, "tasks", s->tasks.n);
    json_uint(j, "regions", s->by_kind[EV_REGION_BEGIN]);
    json_uint(j, "logs", s->by_kind[EV_LOG]);
    json_uint(j, "stack_samples", s->by_kind[EV_STACK_SAMPLE]);
    json_uint(j, "distinct_stacks", s->distinct_stacks);
    json_line(j);
    json_object(j, "total_ns");
    json_int(j, "running", s->total_ns[SHARE_RUNNING]);
    json_int(j, "runnable", s->total_ns[SHARE_RUNNABLE]);
    json_int(j, "waiting", waiting_of(s->total_ns));
    json_int(j, "syscall", s->total_ns[SHARE_SYSCALL]);
    json_int(j, "unknown", s->total_ns[SHARE_UNKNOWN]);
    json_object_end(j);
    json_line(j);
    json_uint(j, "regions_open", s->regions_open);
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

static void print_json(const struct load *l, const struct session *s, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "sources");
    for (size_t i = 0; i < s->sources.n; i++)
        put_source(&j, s->sources.v[i]);
    json_array_end(&j);
    put_times(&j, s);
    put_counts(&j, s);
    json_null(&j, "cancel");
    json_null(&j, "findings");
    json_line(&j);
    put_import(&j, l, s);
    json_object_end(&j);
    json_finish(&j);
}

/* The numbers, one a line. */
static void print_csv(const struct session *s, struct out *out)
{
    static const char *const header[] = {"name", "value", NULL};
    struct csv c;
    csv_init(&c, out, false);
    csv_header(&c, header);
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {{"t1_ns", (uint64_t)(s->t1 - s->t0)},
                {"events", s->events},
                {"goroutines", s->goroutines.n},
                {"procs", s->procs.n},
                {"threads", s->threads.n},
                {"tasks", s->tasks.n},
                {"regions", s->by_kind[EV_REGION_BEGIN]},
                {"logs", s->by_kind[EV_LOG]},
                {"stack_samples", s->by_kind[EV_STACK_SAMPLE]},
                {"distinct_stacks", s->distinct_stacks}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        csv_str(&c, rows[i].name);
        csv_uint(&c, rows[i].value);
        csv_end(&c);
    }
    for (unsigned i = 0; i < SHARE_COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_ns", share_names[i]);
        csv_str(&c, name);
        csv_int(&c, s->total_ns[i]);
        csv_end(&c);
    }
    csv_release(&c);
}

static int print(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    struct session *s = load_session(l);
    (void)ctx;
    if (o->format == FORMAT_JSON)
        print_json(l, s, out_stdout());
    else if (o->format == FORMAT_CSV)
        print_csv(s, out_stdout());
    else
        return overview_text(o, s, out_stdout(), e);
    return 0;
}

int cmd_overview(struct opts *o, struct err *e)
{
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
