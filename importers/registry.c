#include <stdio.h>
#include <string.h>

#include "importers/guess.h"
#include "importers/importer.h"

#define IMPORTER(it) extern const struct importer it;
#include "importers/registry.def"
#undef IMPORTER

static const struct importer *const importers[] = {
#define IMPORTER(it) &it,
#include "importers/registry.def"
#undef IMPORTER
    NULL,
};

const struct importer *const *importer_list(void)
{
    return importers;
}

const struct importer *importer_for(const uint8_t *head, size_t n, struct err *e)
{
    const struct importer *best = NULL;
    int most = 0;
    for (const struct importer *const *i = importers; *i; i++) {
        int score = (*i)->score(head, n);
        if (score > most) {
            most = score;
            best = *i;
        }
    }
    if (best)
        return best;
    const struct guess *g = guess_format(head, n);
    err_set(e, ERR_INPUT, "not a Go trace: it looks like %s", g->what);
    err_hint(e, "%s", g->hint);
    return NULL;
}

/* Nothing came out: why. */
static int no_bytes(const struct source *s, const struct builder *b, struct err *e)
{
    if (builder_stopped(b))
        return err_set(e, ERR_CANCEL, "stopped");
    if (source_damage(s)) {
        err_set(e, ERR_INPUT, "cannot be unpacked");
        err_where(e, "%s", source_damage(s));
        return err_hint(e, "copy or record it again");
    }
    err_set(e, ERR_INPUT, "no bytes");
    return err_hint(e, "the program that should write it wrote nothing");
}

static int import_opened(struct source *s, struct builder *b, bool strict, struct err *e)
{
    size_t n = 0;
    const uint8_t *head = source_peek(s, IMPORTER_HEAD, &n, e);
    if (!head)
        return -1;
    if (n == 0)
        return no_bytes(s, b, e);
    const struct importer *i = importer_for(head, n, e);
    return i ? i->import(s, b, strict, e) : -1;
}

int import_source(const char *path, const struct source_opts *o, struct builder *b, bool strict, struct err *e)
{
    struct source *s = source_open(path, o, e);
    if (!s)
        return -1;
    snprintf(b->source->path, sizeof b->source->path, "%s", source_name(s));
    builder_begin_source(b);
    int rc = import_opened(s, b, strict, e);
    if (rc < 0)
        err_source(e, source_name(s));
    else if (!source_hash(s, b->source->content_hash, &b->source->file_bytes))
        b->source->content_hash[0] = 0;
    source_close(s);
    return rc;
}
