#include "tests/lib/load.h"

#include <stdio.h>
#include <string.h>

#include "importers/importer.h"
#include "model/store/store.h"

static int read_sources(struct session *s, struct builder *b, const char *const *paths, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct source_info *info = mem_calloc(1, sizeof *info);
        const char *base = strrchr(paths[i], '/'); /* pictures do not depend on where the tests run */
        snprintf(info->path, sizeof info->path, "%s", base ? base + 1 : paths[i]);
        *vec_push(&s->sources) = info;
        b->source = info;
        if (import_source(paths[i], &(struct source_opts){.progress = &s->progress}, b, false, e) < 0)
            return -1;
    }
    return 0;
}

int load_into(struct session *s, const char *const *paths, size_t n, int threads, struct err *e)
{
    struct encoder *enc = encoder_new(s);
    struct builder b;
    builder_init(&b, &s->dict, &s->progress, encoder_sink(enc), threads);
    int rc = read_sources(s, &b, paths, n, e);
    if (builder_finish(&b, e) < 0)
        rc = -1;
    if (encoder_finish(enc, e) < 0)
        rc = -1;
    encoder_free(enc);
    return rc;
}

struct session *load_session(const char *const *paths, size_t n, int threads, struct err *e)
{
    struct session *s = session_new();
    s->store = store_create(NULL, e);
    if (s->store && load_into(s, paths, n, threads, e) == 0)
        return s;
    load_free(s);
    return NULL;
}

void load_free(struct session *s)
{
    struct store *store = s->store;
    session_free(s);
    store_close(store);
}
