/* The UI on a real terminal: waits for keys, signals and the import; takes in all input before it draws; at most 60 frames
 * a second.
 */
#include "tui/app_parts.h"
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MS = 16, TICK_MS = 100 /* progress while something runs */, IMPORT_FRAME_MS = 50, ROUNDS = 64 };

struct loop {
    struct app *app;
    struct terminal *term;
    struct input *input;
    int in, out, tty; /* tty: opened here, or -1 */
    int signals;
    bool dirty, woken, sync, gone;
    bool busy; /* an import or a job ran when the last frame was drawn */
    int64_t last_frame;
    int gap; /* ms between frames at least: FRAME_MS, but 0 for tests, which wait for each frame and measure it, not the pause */
};

static int exit_signal;

int tui_exit_signal(void)
{
    return exit_signal;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Never closed: the import may be about to write to it when the UI ends. */
static int wake_pipe[2] = {-1, -1};

/* From any thread: the import has published something, a job is over. A full pipe says the same. */
static void wake(void *ctx)
{
    (void)ctx;
    ssize_t n = write(wake_pipe[1], "", 1);
    (void)n;
}

static void session_wake(struct session *s, void (*fn)(void *))
{
    pthread_rwlock_wrlock(&s->lock);
    s->wake = fn;
    pthread_rwlock_unlock(&s->lock);
}

static int open_fds(struct loop *l, struct err *e)
{
    l->tty = -1;
    l->in = STDIN_FILENO;
    l->out = STDOUT_FILENO;
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        return 0;
    l->tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (l->tty < 0) {
        err_set(e, ERR_USAGE, "there is no terminal: /dev/tty: %s", strerror(errno));
        return err_hint(e, "`ctxscope overview FILE` prints text");
    }
    l->in = isatty(STDIN_FILENO) ? STDIN_FILENO : l->tty;
    l->out = isatty(STDOUT_FILENO) ? STDOUT_FILENO : l->tty;
    return 0;
}

static int open_terminal(struct loop *l, enum backend backend, struct err *e)
{
    l->term = term_open(backend, l->in, l->out, e);
    if (!l->term)
        return -1;
    l->input = input_open(l->in, l->term->name, e);
    if (l->input)
        return 0;
    term_close(l->term);
    l->term = NULL;
    return -1;
}

static void close_terminal(struct loop *l)
{
    input_close(l->input);
    term_close(l->term);
    l->input = NULL;
    l->term = NULL;
}

/* The back end was not known before the settings were read, or :set has changed it. */
static int change_backend(struct loop *l, struct err *e)
{
    struct app *app = l->app;
    bool mouse = l->term->mouse;
    app->new_backend = false;
    close_terminal(l);
    if (open_terminal(l, (enum backend)app->set.backend, e) < 0) {
        app->set.backend = BACKEND_AUTO;
        if (open_terminal(l, BACKEND_AUTO, e) < 0)
            return -1;
        app_error(app, e);
    }
    app->term = l->term;
    term_mouse(l->term, mouse);
    settings_apply_theme(app);
    return 0;
}

static void suspend(struct loop *l)
{
    struct err e = ERR_INIT;
    l->app->suspend = false;
    input_stop(l->input);
    term_leave(l->term);
    signals_stop();
    if (term_enter(l->term, &e) < 0)
        l->gone = true;
    input_start(l->input);
    l->dirty = true;
}

static void on_signal(struct loop *l, int sig)
{
    switch (sig) {
    case SIGWINCH: term_resized(l->term); break;
    case SIGTSTP: l->app->suspend = true; break;
    case SIGCONT:
        term_again(l->term);
        input_start(l->input);
        term_resized(l->term);
        break;
    case SIGINT: app_command(l->app, CMD_STOP, ""); break;
    default: exit_signal = sig; l->app->quit = true;
    }
    l->dirty = true;
}

/* Standard input may be the trace: the editor gets the terminal itself. */
static int call_editor(const struct loop *l, const struct editor_call *call)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t all;
    pid_t pid;
    int status = 0;
    sigfillset(&all);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, l->in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, l->out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, l->out, STDERR_FILENO);
    int rc = posix_spawnp(&pid, call->argv[0], &files, &attr, call->argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    while (rc == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return rc;
}

/* The editor has the terminal until it ends; what was meant for it is not for us. */
static void edit_source(struct loop *l)
{
    struct err e = ERR_INIT;
    struct editor_call call;
    l->app->source.go = false;
    source_argv(l->app, &call);
    input_stop(l->input);
    term_leave(l->term);
    int rc = call_editor(l, &call);
    if (term_enter(l->term, &e) < 0)
        l->gone = true;
    input_start(l->input);
    term_resized(l->term);
    for (int sig; (sig = signals_next());)
        if (sig == SIGTERM || sig == SIGHUP)
            on_signal(l, sig);
    if (rc)
        app_message(l->app, ROLE_ERROR, "%s: %s", call.argv[0], strerror(rc));
    mem_free(call.words);
    l->dirty = true;
}

static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

static bool done(const struct loop *l)
{
    return l->gone || l->app->quit;
}

/* The terminal is about to change hands: what follows is typed for whom it goes to. */
static bool away(const struct loop *l)
{
    return l->app->suspend || l->app->new_backend || l->app->source.go;
}

/* Everything that was typed, in bounded rounds, for a paste may be long. */
static void drain(struct loop *l)
{
    for (int i = 0; i < ROUNDS && !done(l); i++) {
        struct input_event ev;
        enum input_result r = INPUT_NOTHING;
        while (!done(l) && !away(l) && (r = input_next(l->input, now_ms(), &ev)) == INPUT_EVENT) {
            app_input(l->app, &ev);
            l->dirty = true;
        }
        l->gone |= r == INPUT_GONE;
        if (done(l) || away(l) || !readable(l->in))
            return;
        l->gone |= !input_fill(l->input, now_ms());
    }
}

/* CTXSCOPE_SYNC=1: tells a test that the screen shows all that was typed. */
static void mark(struct loop *l)
{
    struct buf b = {0};
    if (!l->sync || input_wait(l->input, now_ms()) >= 0 || readable(l->in))
        return;
    buf_printf(&b, "\033]777;idle;view=%s;rows=%d;import=%d\a", app_view(l->app)->name, l->app->rows, app_import_percent(l->app));
    term_raw(l->term, b.p, b.n);
    buf_release(&b);
}

static bool busy(const struct loop *l)
{
    return l->app->job || app_importing(l->app);
}

static void frame(struct loop *l)
{
    l->busy = busy(l);
    app_progress(l->app);
    app_frame(l->app);
    l->last_frame = now_ms();
    l->dirty = false;
    l->gone |= l->term->failed;
    mark(l);
}

static int least(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int timeout(const struct loop *l)
{
    int64_t now = now_ms();
    int t = input_wait(l->input, now);
    if (l->dirty)
        t = least(t, (int)(l->last_frame + l->gap > now ? l->last_frame + l->gap - now : 0));
    int64_t since = now - l->last_frame;
    if (l->woken)
        t = least(t, (int)(since < IMPORT_FRAME_MS ? IMPORT_FRAME_MS - since : 0));
    if (l->busy)
        t = least(t, busy(l) ? TICK_MS : 0);
    return t;
}

static void take_wakes(struct loop *l)
{
    char bytes[256];
    while (read(wake_pipe[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
        ;
    jobs_poll(l->app);
}

static int turn(struct loop *l, struct err *e)
{
    struct pollfd p[] = {{.fd = l->in, .events = POLLIN}, {.fd = l->signals, .events = POLLIN}, {.fd = wake_pipe[0], .events = POLLIN}};
    int n = poll(p, 3, timeout(l));
    if (n < 0 && errno != EINTR)
        return err_set(e, ERR_INTERNAL, "poll: %s", strerror(errno));
    if (n > 0 && p[2].revents) {
        take_wakes(l);
        l->woken = true;
    }
    if (n > 0 && p[0].revents)
        l->gone |= !input_fill(l->input, now_ms());
    drain(l);
    for (int sig; (sig = signals_next());)
        on_signal(l, sig);
    if (l->app->new_backend && !done(l) && change_backend(l, e) < 0)
        return -1;
    if (l->app->suspend && !done(l))
        suspend(l);
    if (l->app->source.go && !done(l))
        edit_source(l);
    int64_t now = now_ms();
    /* What the import publishes is worth twenty frames a second, keys sixty; its end is told at once. */
    l->dirty |= l->woken && now - l->last_frame >= IMPORT_FRAME_MS;
    l->dirty |= l->busy && (!busy(l) || now - l->last_frame >= TICK_MS);
    if (l->dirty && !done(l) && now - l->last_frame >= l->gap) {
        l->woken = false;
        frame(l);
    }
    return 0;
}

static int run(struct loop *l, struct err *e)
{
    l->dirty = true;
    l->gap = l->sync ? 0 : FRAME_MS;
    l->last_frame = now_ms() - FRAME_MS;
    while (!done(l))
        if (turn(l, e) < 0)
            return -1;
    return 0;
}

static int begin(struct loop *l, struct session *s, const struct tui_opts *o, struct err *e)
{
    if (open_fds(l, e) < 0)
        return -1;
    l->signals = signals_begin();
    if (l->signals < 0 || (wake_pipe[0] < 0 && pipe2(wake_pipe, O_NONBLOCK | O_CLOEXEC) < 0))
        return err_set(e, ERR_INTERNAL, "no pipe: %s", strerror(errno));
    if (open_terminal(l, BACKEND_AUTO, e) < 0)
        return -1;
    struct app *app = app_new(s, o, view_slots, view_slots_n, l->term, e);
    l->app = app;
    if (!app)
        return -1;
    app->wake = wake;
    if (app->set.backend != BACKEND_AUTO && change_backend(l, e) < 0)
        return -1;
    return app_begin(app, o, e);
}

int tui_run(struct session *s, const struct tui_opts *o, struct err *e)
{
    const char *sync = getenv("CTXSCOPE_SYNC");
    struct loop l = {.tty = -1, .signals = -1, .sync = sync && !strcmp(sync, "1")};
    exit_signal = 0;
    int rc = begin(&l, s, o, e);
    if (rc == 0) {
        session_wake(s, wake);
        rc = run(&l, e);
        jobs_stop(l.app); /* one that reads for long would hold back who writes */
        session_wake(s, NULL);
    }
    app_free(l.app);
    if (l.term)
        close_terminal(&l);
    if (l.signals >= 0)
        signals_end();
    if (l.tty >= 0)
        close(l.tty);
    return rc;
}
