/* Where answers go: buffered bytes to a file descriptor. The first failure is kept and everything after it dropped, so
 * that printers need not check each line; a long loop asks out_failed. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"

struct out {
    int fd;
    int error;        /* errno of the first failed write; 0 */
    const char *name; /* borrowed */
    size_t n;
    char buf[1 << 16];
};

void out_init(struct out *o, int fd, const char *name);
void out_put(struct out *o, const void *p, size_t n);
void out_puts(struct out *o, const char *s);
void out_putc(struct out *o, char c);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_int(struct out *o, int64_t v);
void out_uint(struct out *o, uint64_t v);
static inline bool out_failed(const struct out *o)
{
    return o->error != 0;
}
void out_flush(struct out *o);
/* Flushes. 0, or -1 with *e saying why not all was written; a reader that went away (EPIPE) ends the process by SIGPIPE,
 * as any filter's does. */
int out_finish(struct out *o, struct err *e);

/* The answer's way out: standard output. Borrowed, one for the process. */
struct out *out_stdout(void);
/* Messages on standard error, or in the file of --log: one line, "ctxscope: ...", made fit to be seen. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, only with -v. */
void say_more(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_to(const char *log, unsigned verbose, struct err *e);
FILE *say_stream(void);

#endif
