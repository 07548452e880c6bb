#include "cli/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/interrupt.h"
#include "cli/out.h"
#include "cli/pump.h"
#include "model/chunk.h"
#include "model/store/store.h"

enum { IMPORT_NICE = 5 };

struct load {
    const struct opts *o;
    struct session *s;
    struct pump pump;
    enum load_from from;
    struct buf path; /* of the store's file; empty: none that stays */
    bool by_content; /* its key comes from what is read: a pipe, standard input */
    pthread_t thread;
    bool running; /* the thread has to be joined */
    int rc;       /* of the import */
    struct err err;
    double began, seconds;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct session *load_session(struct load *l)
{
    return l->s;
}

enum load_from load_from(const struct load *l)
{
    return l->from;
}

const char *load_store_path(const struct load *l)
{
    return l->path.n ? (const char *)l->path.p : NULL;
}

double load_seconds(const struct load *l)
{
    return l->seconds;
}

/* Only of regular files: what is read from a pipe is gone. */
bool load_is_store(const char *path)
{
    struct stat st;
    uint8_t head[16];
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    return n > 0 && store_is_store(head, (size_t)n);
}

static void set_path(struct load *l, const char *path)
{
    buf_clear(&l->path);
    buf_puts(&l->path, path);
    buf_str(&l->path);
}

/* With --max-memory decoded chunks get a quarter of it. */
static struct session *new_session(const struct opts *o)
{
    struct session *s = session_new();
    if (opt_given(o, OPT_MAX_MEMORY)) {
        cache_free(s->cache);
        s->cache = cache_new((size_t)opt_number(o, OPT_MAX_MEMORY, 0) / 4);
    }
    return s;
}

static void drop_session(struct load *l)
{
    struct store *st = l->s->store;
    session_free(l->s);
    l->s = NULL;
    if (st)
        store_close(st);
}

/* -1 with *e when the file is no usable store. */
static int open_store(struct load *l, const char *path, struct err *e)
{
    struct store *st = store_open(path, e);
    if (!st)
        return err_source(e, path);
    l->s->store = st;
    if (store_load(st, l->s, e) < 0)
        return err_source(e, path);
    set_path(l, path);
    return 0;
}

/* ---- the import ---- */

/* Its key is that of its content; when that is not known the key it was made with stays. */
static void name_by_content(struct load *l)
{
    struct session *s = l->s;
    const char **hashes = mem_calloc(s->sources.n + 1, sizeof *hashes);
    struct buf path = {0};
    char key[33];
    for (size_t i = 0; i < s->sources.n; i++)
        hashes[i] = s->sources.v[i]->content_hash;
    if (cache_key_content(hashes, s->sources.n, key) == 0) {
        cache_path(key, &path);
        store_rename(s->store, buf_str(&path));
        set_path(l, buf_str(&path));
    }
    buf_release(&path);
    mem_free(hashes);
}

static int import_all(struct load *l, struct err *e)
{
    struct encoder *enc = encoder_new(l->s);
    struct err end = ERR_INIT;
    l->pump.sink = encoder_sink(enc);
    int rc = pump_run(&l->pump, e);
    /* What was read before an error or a stop can still be looked at. */
    if (encoder_finish(enc, &end) < 0 && rc == 0) {
        *e = end;
        rc = -1;
    }
    encoder_free(enc);
    if (rc == 0) {
        session_read(l->s);
        if (l->by_content)
            name_by_content(l);
        rc = store_commit(l->s->store, l->s, e);
        session_done(l->s);
        if (l->path.n && !opt_given(l->o, OPT_STORE))
            cache_trim();
    }
    return rc;
}

/* Beside the terminal view the import steps back, so that keys are answered although it keeps all cores busy. Threads that it
 * starts inherit that; on Linux niceness is a thread's own. */
static void step_back(const struct load *l)
{
    if (l->o->command == COMMAND_UI)
        setpriority(PRIO_PROCESS, (id_t)gettid(), IMPORT_NICE);
}

static void *import_thread(void *arg)
{
    struct load *l = arg;
    struct session *s = l->s;
    step_back(l);
    l->rc = import_all(l, &l->err);
    l->seconds = now() - l->began;
    pthread_rwlock_wrlock(&s->lock);
    if (l->rc < 0)
        s->import_err = l->err;
    __atomic_store_n(&s->importing, false, __ATOMIC_RELEASE);
    pthread_rwlock_unlock(&s->lock);
    if (s->wake)
        s->wake(s->wake_ctx);
    return NULL;
}

/* Only those can be known again; and what opens a pipe to look at it takes its writer away from who wants to read it. */
static bool all_regular(const char *const *paths, size_t n)
{
    struct stat st;
    for (size_t i = 0; i < n; i++)
        if (!strcmp(paths[i], "-") || stat(paths[i], &st) < 0 || !S_ISREG(st.st_mode))
            return false;
    return true;
}

/* Where --store says: never over a file that is no store. */
static int named_store(struct load *l, const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) == 0 && !load_is_store(path)) {
        err_set(e, ERR_USAGE, "it is there already and is no store, so it is not written over");
        err_source(e, path);
        return err_hint(e, "name a new file after --store");
    }
    l->s->store = store_create(path, e);
    if (!l->s->store)
        return err_source(e, path);
    set_path(l, path);
    return 0;
}

static uint64_t size_of(const char *const *paths, size_t n)
{
    uint64_t sum = 0;
    struct stat st;
    for (size_t i = 0; i < n; i++)
        if (stat(paths[i], &st) == 0)
            sum += (uint64_t)st.st_size;
    return sum;
}

/* Another process may be writing it: text commands wait, the terminal view goes on with an import of its own. */
static void wait_for_other(const struct load *l, const char *path)
{
    int32_t stop = 0;
    if (l->o->command == COMMAND_UI)
        return;
    interrupt_catch(&stop);
    if (store_wait(path, &stop) < 0)
        say_more("%s is being written by another process; importing beside it", path);
    interrupt_catch(NULL);
}

/* The store may have been made when a file had another name: they are told as they are named now. */
static void name_sources(struct session *s, const char *const *paths, size_t n)
{
    for (size_t i = 0; i < n && n == s->sources.n; i++)
        snprintf(s->sources.v[i]->path, sizeof s->sources.v[i]->path, "%s", paths[i]);
}

/* The key's store is not there: perhaps that of a file with the same content is. 0: it is now. */
static int adopt(const char *const *paths, size_t n, struct buf *path)
{
    struct buf found = {0};
    int rc = cache_find(paths, n, NULL, &found); /* a signal ends the program: nothing was begun */
    if (rc == 1) {
        say_more("found by its content: %s", buf_str(&found));
        if (cache_adopt(buf_str(&found), buf_str(path)) < 0) {
            buf_clear(path);
            buf_puts(path, buf_str(&found));
        }
    }
    buf_release(&found);
    return rc == 1 ? 0 : -1;
}

/* 0: opened; -1: there is none that can be used. */
static int open_cached(struct load *l, struct buf *where, const char *const *paths, size_t n)
{
    struct err e = ERR_INIT;
    wait_for_other(l, buf_str(where));
    if (access(buf_str(where), F_OK) != 0 && adopt(paths, n, where) < 0)
        return -1;
    const char *path = buf_str(where);
    if (open_store(l, path, &e) == 0) {
        say_more("opened %s", path);
        name_sources(l->s, paths, n);
        l->from = FROM_CACHE;
        return 0;
    }
    say_more("%s: %s; importing again", path, e.what);
    drop_session(l); /* a part may have been read */
    l->s = new_session(l->o);
    return -1;
}

static void begin_cached(struct load *l, const char *path, uint64_t bytes)
{
    struct err e = ERR_INIT;
    /* A store takes about half of its trace. */
    if (store_room(path, bytes, &e) == 0)
        l->s->store = store_create(path, &e);
    if (l->s->store)
        set_path(l, path);
    else
        say_more("no store is kept: %s", e.what);
}

/* Opens the cached store, or begins one there. Whatever is wrong with the cache, the import goes on without it. */
static void cached_store(struct load *l, const char *const *paths, size_t n)
{
    struct err e = ERR_INIT;
    struct buf path = {0};
    char key[33];
    if (opt_given(l->o, OPT_NO_CACHE) || opt_given(l->o, OPT_FOLLOW))
        return;
    l->by_content = !all_regular(paths, n);
    if (!cache_dir(&e) || (l->by_content ? cache_key_random(key) : cache_key(paths, n, "", key, &e)) < 0) {
        say_more("no store is kept: %s", e.what);
        return;
    }
    cache_path(key, &path);
    if (l->by_content || open_cached(l, &path, paths, n) < 0)
        begin_cached(l, buf_str(&path), size_of(paths, n));
    buf_release(&path);
}

static int start_import(struct load *l, const char *const *paths, size_t n, struct err *e)
{
    struct session *s = l->s;
    const struct opts *o = l->o;
    if (!s->store && !(s->store = store_create(NULL, e)))
        return -1;
    for (size_t i = 0; i < n; i++)
        *vec_push(&s->sources) = mem_calloc(1, sizeof **s->sources.v);
    l->pump = (struct pump){.paths = paths,
                            .n = n,
                            .threads = (int)opt_number(o, OPT_THREADS, 2),
                            .max_memory = opt_number(o, OPT_MAX_MEMORY, 0),
                            .strict = opt_given(o, OPT_STRICT),
                            .follow = opt_given(o, OPT_FOLLOW),
                            .dict = &s->dict,
                            .progress = &s->progress,
                            .infos = s->sources.v};
    s->importing = true;
    l->began = now();
    if (pthread_create(&l->thread, NULL, import_thread, l) != 0)
        return err_set(e, ERR_INTERNAL, "no thread could be started");
    l->running = true;
    return 0;
}

static int open_any(struct load *l, const char *const *paths, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (!load_is_store(paths[i]))
            continue;
        if (n == 1)
            return open_store(l, paths[0], e);
        err_set(e, ERR_USAGE, "a store cannot be joined with other sources");
        err_source(e, paths[i]);
        return err_hint(e, "name the store alone, or the traces it was made from");
    }
    l->from = FROM_IMPORT;
    if (opt_given(l->o, OPT_STORE)) {
        if (named_store(l, opt_text(l->o, OPT_STORE), e) < 0)
            return -1;
    } else {
        cached_store(l, paths, n);
    }
    return l->from == FROM_CACHE ? 0 : start_import(l, paths, n, e);
}

struct load *load_open(const struct opts *o, const char *const *paths, size_t n, struct err *e)
{
    struct load *l = mem_calloc(1, sizeof *l);
    l->o = o;
    l->seconds = -1;
    l->s = new_session(o);
    if (open_any(l, paths, n, e) == 0)
        return l;
    load_close(l);
    return NULL;
}

/* ---- waiting ---- */

bool load_over(struct load *l, int milliseconds)
{
    struct timespec t;
    if (!l->running)
        return true;
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t ns = t.tv_nsec + (int64_t)milliseconds * 1000000;
    t.tv_sec += ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    if (pthread_timedjoin_np(l->thread, NULL, &t) != 0)
        return false;
    l->running = false;
    return true;
}

static void print_progress(const struct load *l)
{
    const struct progress *p = &l->s->progress;
    uint64_t done = __atomic_load_n(&p->bytes_done, __ATOMIC_RELAXED), total = __atomic_load_n(&p->bytes_total, __ATOMIC_RELAXED);
    uint64_t events = __atomic_load_n(&p->events, __ATOMIC_RELAXED);
    double took = now() - l->began;
    char a[16], b[16], c[16], d[16], left[24] = "";
    text_bytes(a, done);
    text_bytes(b, total);
    text_count(c, events);
    text_count(d, (uint64_t)((double)events / (took > 0 ? took : 1)));
    if (total > done && done && took > 0.5)
        text_duration(left, (int64_t)(took * (double)(total - done) / (double)done * 1e9));
    fprintf(stderr, "\r\033[K%s", a);
    if (total)
        fprintf(stderr, " of %s, %d %%", b, (int)(100.0 * (double)done / (double)total));
    fprintf(stderr, ", %s events, %s/s", c, d);
    if (left[0])
        fprintf(stderr, ", %s left", left);
    fflush(stderr);
}

static int check_strict(const struct load *l, struct err *e)
{
    if (!opt_given(l->o, OPT_STRICT))
        return 0;
    for (size_t i = 0; i < l->s->sources.n; i++) {
        const struct source_info *src = l->s->sources.v[i];
        if (src->complete && src->dropped_from_byte < 0)
            continue;
        err_set(e, ERR_INPUT, "the trace is cut or damaged");
        err_source(e, src->path);
        if (src->dropped_from_byte >= 0)
            err_where(e, "byte %" PRId64, src->dropped_from_byte);
        return err_hint(e, "without --strict what is whole is kept");
    }
    return 0;
}

int load_wait(struct load *l, struct err *e)
{
    bool show = isatty(STDERR_FILENO) && !opt_given(l->o, OPT_LOG), shown = false;
    interrupt_catch(&l->s->progress.stop);
    for (int i = 0; !load_over(l, 100); i++)
        if (show && i >= 2) {
            print_progress(l);
            shown = true;
        }
    interrupt_catch(NULL);
    if (shown)
        fputs("\r\033[K", stderr);
    if (l->rc < 0 && l->err.kind == ERR_CANCEL)
        return 1;
    if (l->rc < 0) {
        *e = l->err;
        return -1;
    }
    return check_strict(l, e);
}

void load_close(struct load *l)
{
    if (!l)
        return;
    if (l->running) {
        __atomic_store_n(&l->s->progress.stop, 1, __ATOMIC_RELAXED);
        pthread_join(l->thread, NULL);
    }
    drop_session(l);
    buf_release(&l->path);
    mem_free(l);
}

int load_and(struct opts *o, const char *const *paths, size_t n, int (*body)(struct opts *, struct load *, void *, struct err *), void *ctx,
             struct err *e)
{
    struct load *l = load_open(o, paths, n, e);
    if (!l)
        return -1;
    int rc = load_wait(l, e);
    if (rc > 0 && opt_given(o, OPT_FOLLOW)) /* which has no other end */
        rc = 0;
    if (rc > 0) {
        say("stopped after %" PRIu64 " events; nothing was printed", l->s->progress.events);
        rc = EXIT_STOPPED;
    } else if (rc == 0) {
        if (o->command != COMMAND_OVERVIEW && o->command != COMMAND_UI) /* which show them */
            pump_say_notes(l->s->sources.v, l->s->sources.n);
        session_read(l->s);
        rc = body(o, l, ctx, e);
        session_done(l->s);
    }
    load_close(l);
    return rc;
}
