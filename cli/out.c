#include "cli/out.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

void out_init(struct out *o, int fd, const char *name)
{
    o->fd = fd;
    o->error = 0;
    o->name = name;
    o->n = 0;
}

static void write_all(struct out *o, const char *p, size_t n)
{
    while (n && !o->error) {
        ssize_t w = write(o->fd, p, n);
        if (w < 0 && errno != EINTR)
            o->error = errno;
        if (w > 0) {
            p += w;
            n -= (size_t)w;
        }
    }
}

void out_flush(struct out *o)
{
    write_all(o, o->buf, o->n);
    o->n = 0;
}

void out_put(struct out *o, const void *p, size_t n)
{
    if (n > sizeof o->buf - o->n) {
        out_flush(o);
        if (n >= sizeof o->buf) {
            write_all(o, p, n);
            return;
        }
    }
    memcpy(o->buf + o->n, p, n);
    o->n += n;
}

void out_puts(struct out *o, const char *s)
{
    out_put(o, s, strlen(s));
}

void out_putc(struct out *o, char c)
{
    if (o->n == sizeof o->buf)
        out_flush(o);
    o->buf[o->n++] = c;
}

void out_printf(struct out *o, const char *fmt, ...)
{
    char line[4096];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n > 0)
        out_put(o, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

/* printf is most of the cost of printing millions of rows. */
void out_uint(struct out *o, uint64_t u)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + u % 10);
    while (u /= 10);
    out_put(o, digits + at, sizeof digits - at);
}

void out_int(struct out *o, int64_t v)
{
    if (v < 0)
        out_putc(o, '-');
    out_uint(o, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

int out_finish(struct out *o, struct err *e)
{
    out_flush(o);
    if (!o->error)
        return 0;
    if (o->error == EPIPE && o->fd == STDOUT_FILENO) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    err_set(e, ERR_IO, "cannot write: %s", strerror(o->error));
    err_source(e, o->name);
    return err_hint(e, o->error == ENOSPC ? "the answer is cut; make room and run it again" : "the answer is cut or missing");
}

struct out *out_stdout(void)
{
    static struct out out;
    static bool made;
    if (!made) {
        out_init(&out, STDOUT_FILENO, "standard output");
        made = true;
    }
    return &out;
}

static FILE *stream;
static unsigned verbosity;

FILE *say_stream(void)
{
    return stream ? stream : stderr;
}

void say_to(const char *log, unsigned verbose, struct err *e)
{
    verbosity = verbose;
    if (!log)
        return;
    int fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    stream = fd < 0 ? NULL : fdopen(fd, "a");
    if (stream) {
        setvbuf(stream, NULL, _IOLBF, 0);
        return;
    }
    err_set(e, ERR_IO, "cannot open the log: %s", strerror(errno));
    err_source(e, log);
    err_hint(e, "name a file that can be written");
}

static void say_v(const char *fmt, va_list ap)
{
    char text[2048], safe[4096];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    text_visible(safe, sizeof safe, text, len);
    fprintf(say_stream(), "ctxscope: %s\n", safe);
}

void say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say_v(fmt, ap);
    va_end(ap);
}

void say_more(const char *fmt, ...)
{
    va_list ap;
    if (!verbosity)
        return;
    va_start(ap, fmt);
    say_v(fmt, ap);
    va_end(ap);
}
