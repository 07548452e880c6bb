#include "cli/pump.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/out.h"
#include "importers/importer.h"

/* Sources that follow one another in time are one session; what runs at the same time would be two programs. */
static int take_block(void *ctx, const struct event_block *b, struct err *e)
{
    struct pump *p = ctx;
    for (size_t i = 0; p->n > 1 && i < b->n; i++) {
        if (b->ev[i].t > p->last_t) {
            p->last_t = b->ev[i].t;
            continue;
        }
        err_set(e, ERR_INPUT, "its time goes back behind the end of the source before it");
        err_source(e, p->paths[__atomic_load_n(&p->reading, __ATOMIC_RELAXED)]);
        return err_hint(e, "name sources in order of time; open traces of different programs one by one");
    }
    return p->sink.block(p->sink.ctx, b, e);
}

static bool stopped(const struct pump *p)
{
    return __atomic_load_n(&p->progress->stop, __ATOMIC_RELAXED);
}

int pump_run(struct pump *p, struct err *e)
{
    struct builder b;
    struct err import_err = ERR_INIT, sink_err = ERR_INIT;
    struct source_opts so = {.follow = p->follow, .progress = p->progress};
    int rc = 0;
    p->last_t = NS_NONE;
    builder_init(&b, p->dict, p->progress, (struct event_sink){p, take_block}, p->threads);
    for (size_t i = 0; i < p->n && rc == 0 && !stopped(p); i++) {
        __atomic_store_n(&p->reading, i, __ATOMIC_RELAXED);
        b.source = &p->infos[i];
        p->infos[i].dropped_from_byte = -1;
        snprintf(p->infos[i].path, sizeof p->infos[i].path, "%s", p->paths[i]);
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

void pump_say_notes(const struct source_info *infos, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (unsigned k = 0; k < NOTE_COUNT; k++) {
            const struct note *note = &infos[i].notes[k];
            if (!note->count)
                continue;
            if (note_specs[k].severity == NOTE_INFO)
                say_more("%s: %s (%s)", infos[i].path, note_specs[k].sentence, note->first);
            else
                say("%s: %s; %s", infos[i].path, note_specs[k].sentence, note->first);
        }
}
