/* export: the trace in another form, for other programs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
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

static int to_sqlite(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    const char *path = ctx;
    (void)o;
    if (store_export_sqlite(load_session(l), path, e) < 0)
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

static int csv_table(const struct opts *o, struct session *s, const char *folder, const char *table, struct err *e)
{
    char path[NAME + 80], sql[128];
    struct query_limits lim = {.seconds = 1e9};
    struct out *out = mem_calloc(1, sizeof *out);
    snprintf(path, sizeof path, "%s/%s.csv", folder, table);
    snprintf(sql, sizeof sql, "select * from \"%s\"", table);
    int fd = create(path, e), rc = -1;
    struct query *q = fd >= 0 ? query_open(s, sql, &lim, e) : NULL;
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
    if (rc < 0 && fd >= 0)
        unlink(path); /* nothing half-written is left behind */
    mem_free(out);
    return rc;
}

/* Names of what can be queried, out of the schema's text: "CREATE TABLE name(" and "CREATE VIRTUAL TABLE name". */
static bool next_table(const char **at, char name[64])
{
    for (const char *p; (p = strstr(*at, "TABLE ")) != NULL;) {
        p += 6;
        size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789");
        *at = p + n;
        if (!n || n >= 64)
            continue;
        memcpy(name, p, n);
        name[n] = 0;
        return true;
    }
    return false;
}

static int to_csv(struct opts *o, struct load *l, void *ctx, struct err *e)
{
    const char *folder = ctx;
    struct buf ddl = {0};
    char name[64];
    int rc = 0;
    if (mkdir(folder, 0700) < 0) {
        err_set(e, ERR_IO, "the folder cannot be made: %s", strerror(errno));
        err_source(e, folder);
        return err_hint(e, "name another with --output");
    }
    store_schema(&ddl);
    for (const char *at = buf_str(&ddl); rc == 0 && next_table(&at, name);)
        rc = csv_table(o, load_session(l), folder, name, e);
    buf_release(&ddl);
    if (rc == 0)
        out_printf(out_stdout(), "%s\n", folder);
    return rc;
}

int cmd_export(struct opts *o, struct err *e)
{
    static const struct {
        const char *ending;
        int (*write)(struct opts *, struct load *, void *, struct err *);
    } kinds[] = {[TO_SQLITE] = {".sqlite", to_sqlite}, [TO_CSV] = {".csv", to_csv}};
    char path[NAME];
    if (!opt_given(o, OPT_TO)) {
        err_set(e, ERR_USAGE, "export needs --to");
        return err_hint(e, "--to sqlite or --to csv");
    }
    enum to to = (enum to)opt_number(o, OPT_TO, TO_SQLITE);
    default_name(path, o->words.v[0], kinds[to].ending);
    if (opt_given(o, OPT_OUTPUT))
        snprintf(path, sizeof path, "%s", opt_text(o, OPT_OUTPUT));
    if (refuse_existing(path, e) < 0)
        return -1;
    return load_and(o, o->words.v, o->words.n, kinds[to].write, path, e);
}
