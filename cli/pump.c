#include "cli/pump.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/text.h"
#include "cli/out.h"
#include "importers/importer.h"

static bool stopped(const struct pump *p)
{
    return __atomic_load_n(&p->progress->stop, __ATOMIC_RELAXED);
}

/* Between blocks the process is asked how much it has used at most. */
static int take_bounded(void *ctx, const struct event_block *b, struct err *e)
{
    struct pump *p = ctx;
    struct rusage ru;
    char used[16], allowed[16];
    p->events += b->n;
    if (getrusage(RUSAGE_SELF, &ru) < 0 || (uint64_t)ru.ru_maxrss * 1024 <= p->max_memory)
        return p->sink.block(p->sink.ctx, b, e);
    text_bytes(used, (uint64_t)ru.ru_maxrss * 1024);
    text_bytes(allowed, p->max_memory);
    err_set(e, ERR_LIMIT, "the import has used %s of memory, and --max-memory allows %s", used, allowed);
    err_where(e, "after %" PRIu64 " events", p->events);
    return err_hint(e, "allow more, or leave --max-memory out");
}

int pump_run(struct pump *p, struct err *e)
{
    struct builder b;
    struct err import_err = ERR_INIT, sink_err = ERR_INIT;
    struct source_opts so = {.follow = p->follow, .progress = p->progress};
    int rc = 0;
    builder_init(&b, p->dict, p->progress, p->max_memory ? (struct event_sink){p, take_bounded} : p->sink, p->threads);
    for (size_t i = 0; i < p->n && rc == 0 && !stopped(p); i++) {
        b.source = p->infos[i];
        b.source->dropped_from_byte = -1;
        snprintf(b.source->path, sizeof b.source->path, "%s", p->paths[i]);
        rc = import_source(p->paths[i], &so, &b, p->strict, &import_err);
    }
    /* An error of the sink is the cause, whatever the importer says of being stopped. */
    if (builder_finish(&b, &sink_err) < 0) {
        *e = sink_err;
        return -1;
    }
    if (rc < 0) {
        *e = import_err;
        return -1;
    }
    return stopped(p) ? err_set(e, ERR_CANCEL, "stopped") : 0;
}

void pump_say_notes(struct source_info *const *infos, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (unsigned k = 0; k < NOTE_COUNT; k++) {
            const struct note *note = &infos[i]->notes[k];
            if (!note->count)
                continue;
            if (note_specs[k].severity == NOTE_INFO)
                say_more("%s: %s (%s)", infos[i]->path, note_specs[k].sentence, note->first);
            else
                say("%s: %s; %s", infos[i]->path, note_specs[k].sentence, note->first);
        }
}
