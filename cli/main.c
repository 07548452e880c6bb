/* ctxscope: the entry. Makes the process safe, reads the command line, runs one command, says what went wrong. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/out.h"

/* A file opened while 0, 1 or 2 is closed would take its number, and answers would be written into it. The stand-in is
 * open the wrong way round, so that using it fails as it should. */
static void fill_standard_files(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(3);
}

/* Traces hold secrets: no core dumps, and what we write is the user's alone. Numbers keep their decimal point. */
static void harden(void)
{
    struct rlimit none = {0, 0};
    fill_standard_files();
    setrlimit(RLIMIT_CORE, &none);
    umask(077);
    setlocale(LC_CTYPE, "");
    /* A reader that leaves and a bound on file size are errors of write, told as such. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static int print_version(void)
{
    out_puts(out_stdout(), "ctxscope " CTXSCOPE_VERSION "\n");
    return 0;
}

static int dispatch(struct opts *o, struct err *e)
{
    if (opt_given(o, OPT_GENERATE)) {
        generate_print(out_stdout(), (enum generate)opt_number(o, OPT_GENERATE, 0));
        return 0;
    }
    if (opt_given(o, OPT_HELP)) {
        help_print(out_stdout(), o->command);
        return 0;
    }
    if (opt_given(o, OPT_VERSION))
        return print_version();
    if (opts_check(o, e) < 0)
        return -1;
    say_to(opt_text(o, OPT_LOG), o->value[OPT_VERBOSE].count, e);
    return e->kind == ERR_NONE ? commands[o->command].run(o, e) : -1;
}

int main(int argc, char **argv)
{
    struct opts o;
    struct err e = ERR_INIT;
    harden();
    int code = opts_parse(&o, argc, argv, &e);
    if (code == 0)
        code = dispatch(&o, &e);
    if (code >= 0 && out_finish(out_stdout(), &e) < 0)
        code = -1;
    if (code < 0) {
        err_print(&e, say_stream(), (int)o.value[OPT_VERBOSE].count);
        code = err_exit_code(&e);
    }
    opts_release(&o);
    return code;
}
