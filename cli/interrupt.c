#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static int32_t *volatile target;
static volatile sig_atomic_t seen;

static void on_signal(int sig)
{
    (void)sig;
    seen = 1;
    int32_t *flag = target;
    if (flag)
        __atomic_store_n(flag, 1, __ATOMIC_RELAXED);
}

void interrupt_catch(int32_t *flag)
{
    static const int signals[] = {SIGINT, SIGTERM};
    target = flag;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction sa = {.sa_handler = flag ? on_signal : SIG_DFL, .sa_flags = (int)SA_RESETHAND};
        struct sigaction was;
        sigemptyset(&sa.sa_mask);
        /* A shell that started us in the background, or nohup, may have set signals aside: leave them so. */
        if (sigaction(signals[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
            sigaction(signals[i], &sa, NULL);
    }
}

bool interrupt_seen(void)
{
    return seen != 0;
}
