/* export: the trace in another form, for other programs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/goroutines.h"
#include "cli/interrupt.h"
#include "cli/load.h"
#include "cli/query.h"
#include "model/store/store.h"

enum { NAME = 1100 };

/* The output's name when none is given: the first source's own, in the working folder. */
static void default_name(char out[NAME], const char *source, const char *ending)
{
    const char *slash = strrchr(source, '/');
    const char *base = !strcmp(source, "-") ? "trace" : slash ? slash + 1 : source;
    snprintf(out, NAME, "%s%s", base, ending);
}

static int refuse_existing(const char *path, struct err *e)
{
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    err_set(e, ERR_USAGE, "it is there already");
    err_source(e, path);
    return err_hint(e, "name another with --output");
}

static int to_sqlite(const struct opts *o, struct session *s, const struct store_part *part, const char *path, struct err *e)
{
    (void)o;
    if (store_export_sqlite(s, path, part, e) < 0)
        return err_source(e, path);
    out_printf(out_stdout(), "%s\n", path);
    return 0;
}

/* ---- CSV: a file for each table ---- */

static int create(const char *path, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        return fd;
    err_set(e, ERR_IO, "cannot be written: %s", strerror(errno));
    err_source(e, path);
    return err_hint(e, "name another folder with --output");
}

static int csv_table(const struct opts *o, struct session *s, const struct store_part *part, const char *folder, const char *table,
                     struct err *e)
{
    char path[NAME + 80];
    struct query_limits lim = {.seconds = 1e9, .stop = &s->progress.stop};
    struct out *out = mem_calloc(1, sizeof *out);
    snprintf(path, sizeof path, "%s/%s.csv", folder, table);
    int fd = create(path, e), rc = -1;
    struct query *q = fd >= 0 ? query_open_table(s, table, part, &lim, e) : NULL;
    if (q) {
        out_init(out, fd, path);
        rc = query_print(o, q, FORMAT_CSV, out, e);
        if (out_finish(out, e) < 0)
            rc = -1;
        query_close(q);
    }
    if (fd >= 0 && close(fd) < 0 && rc == 0) {
        err_set(e, ERR_IO, "cannot be written: %s", strerror(errno));
        rc = err_source(e, path);
    }
    mem_free(out);
    return rc;
}

/* Nothing half-written is left behind: the folder is ours, for it was made just now. */
static void remove_folder(const char *folder)
{
    char path[NAME + 80];
    const char *name;
    for (unsigned i = 0; (name = store_table(i)); i++) {
        snprintf(path, sizeof path, "%s/%s.csv", folder, name);
        unlink(path);
    }
    rmdir(folder);
}

static int to_csv(const struct opts *o, struct session *s, const struct store_part *part, const char *folder, struct err *e)
{
    const char *name;
    int rc = 0;
    if (mkdir(folder, 0700) < 0) {
        err_set(e, ERR_IO, "the folder cannot be made: %s", strerror(errno));
        err_source(e, folder);
        return err_hint(e, "name another with --output");
    }
    for (unsigned i = 0; rc == 0 && (name = store_table(i)); i++)
        rc = csv_table(o, s, part, folder, name, e);
    if (rc == 0)
        out_printf(out_stdout(), "%s\n", folder);
    else
        remove_folder(folder);
    return rc;
}

static const struct {
    const char *ending;
    int (*write)(const struct opts *, struct session *, const struct store_part *, const char *, struct err *);
} kinds[] = {[TO_SQLITE] = {".sqlite", to_sqlite}, [TO_CSV] = {".csv", to_csv}};

/* Stopped by a signal it leaves nothing half-written. */
static int write_part(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    struct session *s = load_session(l);
    struct window w = window_of(o, s);
    struct store_part part = {.t0 = w.t0, .t1 = w.t1, .limit = opt_limit(o)};
    uint8_t *chosen;
    if (chosen_set(&chosen, o, s, e) < 0)
        return -1;
    part.chosen = chosen;
    interrupt_catch(&s->progress.stop);
    int rc = kinds[opt_number(o, OPT_TO, TO_SQLITE)].write(o, s, &part, ctx, e);
    interrupt_catch(NULL);
    mem_free(chosen);
    if (rc < 0 && interrupt_seen()) {
        err_clear(e);
        say("stopped; nothing was written");
        return EXIT_STOPPED;
    }
    return rc;
}

int cmd_export(struct opts *o, struct err *e)
{
    char path[NAME];
    enum to to = (enum to)opt_number(o, OPT_TO, TO_SQLITE);
    if (!opt_given(o, OPT_TO) || to > TO_CSV) {
        err_set(e, ERR_USAGE, opt_given(o, OPT_TO) ? "export --to %s: not a form to export" : "export needs --to",
                option_words(TYPE_WORD_TO)[to]);
        return err_hint(e, "--to sqlite or --to csv");
    }
    default_name(path, o->words.v[0], kinds[to].ending);
    if (opt_given(o, OPT_OUTPUT))
        snprintf(path, sizeof path, "%s", opt_text(o, OPT_OUTPUT));
    if (refuse_existing(path, e) < 0)
        return -1;
    return load_and(o, o->words.v, o->words.n, write_part, path, e);
}
