#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "tui/term.h"

/* For the loop: it ends, draws anew, stops. */
static const int told[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { TOLD = sizeof told / sizeof *told, CRASHES = sizeof crashes / sizeof *crashes };

static int pipe_fds[2] = {-1, -1};
static struct sigaction before_told[TOLD], before_crash[CRASHES];
static char *alt_stack;
static int fail_slot = -1;

static void on_told(int sig)
{
    int saved = errno;
    unsigned char b = (unsigned char)sig;
    ssize_t n = write(pipe_fds[1], &b, 1);
    (void)n;
    errno = saved;
}

/* The terminal first; then as if this handler had never been. A fault happens again by itself. */
static void on_crash(int sig, siginfo_t *info, void *context)
{
    (void)context;
    term_emergency();
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &before_crash[i], NULL);
    if (!info || info->si_code <= 0)
        raise(sig);
}

static void on_no_memory(void *ctx)
{
    (void)ctx;
    term_emergency();
}

static void catch_told(int sig, struct sigaction *before)
{
    struct sigaction sa = {.sa_handler = on_told, .sa_flags = SA_RESTART};
    sigemptyset(&sa.sa_mask);
    sigaction(sig, &sa, before);
}

static void own_stack(void)
{
    enum { SIZE = 1 << 16 };
    if (!alt_stack)
        alt_stack = mem_alloc(SIZE, 1);
    stack_t st = {.ss_sp = alt_stack, .ss_size = SIZE};
    sigaltstack(&st, NULL);
}

int signals_begin(void)
{
    static bool at_exit;
    if (pipe2(pipe_fds, O_NONBLOCK | O_CLOEXEC) < 0)
        return -1;
    if (!at_exit)
        atexit(term_emergency);
    at_exit = true;
    own_stack();
    fail_slot = mem_at_fail(on_no_memory, NULL);
    for (size_t i = 0; i < TOLD; i++)
        catch_told(told[i], &before_told[i]);
    struct sigaction sa = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&sa.sa_mask);
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &sa, &before_crash[i]);
    return pipe_fds[0];
}

void signals_end(void)
{
    for (size_t i = 0; i < TOLD; i++)
        sigaction(told[i], &before_told[i], NULL);
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &before_crash[i], NULL);
    mem_at_fail_remove(fail_slot);
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    mem_free(alt_stack);
    alt_stack = NULL;
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    pipe_fds[0] = pipe_fds[1] = -1;
}

int signals_next(void)
{
    unsigned char b;
    return read(pipe_fds[0], &b, 1) == 1 ? b : 0;
}

void signals_stop(void)
{
    signal(SIGTSTP, SIG_DFL);
    signal(SIGCONT, SIG_DFL);
    kill(0, SIGTSTP); /* the whole job, as the terminal would do it */
    catch_told(SIGTSTP, NULL);
    catch_told(SIGCONT, NULL);
}
