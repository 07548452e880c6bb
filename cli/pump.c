#include "cli/pump.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/out.h"
#include "importers/importer.h"

static bool stopped(const struct pump *p)
{
    return __atomic_load_n(&p->progress->stop, __ATOMIC_RELAXED);
}

/* Between blocks as well as between batches: what is made of events takes memory too. */
static int take_bounded(void *ctx, const struct event_block *b, struct err *e)
{
    struct pump *p = ctx;
    p->events += b->n;
    if (builder_check_memory(p->builder, e) < 0)
        return err_where(e, "after %" PRIu64 " events", p->events);
    return p->sink.block(p->sink.ctx, b, e);
}

int pump_run(struct pump *p, struct err *e)
{
    struct builder b;
    struct err import_err = ERR_INIT, sink_err = ERR_INIT;
    struct source_opts so = {.follow = p->follow, .progress = p->progress};
    int rc = 0;
    builder_init(&b, p->dict, p->progress, p->max_memory ? (struct event_sink){p, take_bounded} : p->sink, p->threads);
    p->builder = &b;
    b.max_memory = p->max_memory;
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
