/* import: makes the store, and says where it lies and what went into it. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/load.h"

static uint64_t file_size(const char *path)
{
    struct stat st;
    return path && stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void print_json(struct load *l, const struct session *s, struct out *out)
{
    const char *path = load_store_path(l);
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_str(&j, "store", path);
    json_bool(&j, "imported", load_from(l) == FROM_IMPORT);
    json_uint(&j, "events", s->events);
    if (path)
        json_uint(&j, "store_bytes", file_size(path));
    else
        json_null(&j, "store_bytes");
    if (load_seconds(l) >= 0)
        json_real(&j, "seconds", load_seconds(l));
    else
        json_null(&j, "seconds");
    json_object_end(&j);
    json_finish(&j);
}

static void print_text(struct load *l, const struct session *s, struct out *out)
{
    const char *path = load_store_path(l);
    char size[16], took[24], safe[4096];
    text_bytes(size, file_size(path));
    text_duration(took, (int64_t)(load_seconds(l) * 1e9));
    text_visible(safe, sizeof safe, path ? path : "", path ? strlen(path) : 0);
    if (load_from(l) == FROM_IMPORT)
        out_printf(out, "%" PRIu64 " events in %s\n", s->events, took);
    else
        out_printf(out, "%" PRIu64 " events, imported before\n", s->events);
    if (path)
        out_printf(out, "%s  %s\n", safe, size);
}

static int print(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    struct session *s = load_session(l);
    (void)ctx;
    if (load_from(l) == FROM_STORE) {
        err_set(e, ERR_USAGE, "it is a store already");
        err_source(e, o->words.v[0]);
        return err_hint(e, "import takes the trace itself");
    }
    if (!load_store_path(l)) {
        err_set(e, ERR_IO, "the store could not be kept: no folder for the cache can be written");
        return err_hint(e, "say where with --store FILE, or see ctxscope info");
    }
    if (o->format == FORMAT_JSON)
        print_json(l, s, out_stdout());
    else
        print_text(l, s, out_stdout());
    return 0;
}

int cmd_import(struct opts *o, struct err *e)
{
    if (opt_given(o, OPT_NO_CACHE) && !opt_given(o, OPT_STORE)) {
        err_set(e, ERR_USAGE, "import --no-cache keeps nothing");
        return err_hint(e, "say where with --store FILE");
    }
    return load_and(o, o->words.v, o->words.n, print, NULL, e);
}
