/* An ignore that is written down: a line of an INI file that people keep in their repository. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "model/findings/findings.h"

/* What the reader of such files takes for one line, and the most that a file may hold (cli/config.c). */
enum { LINE_MAX_BYTES = 190, FILE_MAX_BYTES = 1 << 20 };

static int cannot(struct err *e, const char *path, const char *why)
{
    err_set(e, ERR_IO, "the ignore cannot be written: %s", why);
    return err_source(e, path);
}

/* rule, function and reason as `RULE FUNCTION = REASON`; what would be read back as something else is refused. */
static int put_line(struct buf *out, const char *rule, const char *function, const char *reason, struct err *e)
{
    size_t from = out->n;
    if (function[strcspn(function, "=:;\n\r")] || !*function)
        return err_set(e, ERR_USAGE, "%s is no name that a settings file can hold", *function ? function : "\"\"");
    buf_printf(out, "%s %s = ", rule, function);
    for (const char *p = reason; *p; p++)
        buf_putc(out, *p == ';' ? ',' : (unsigned char)*p < ' ' ? ' ' : *p); /* " ;" begins a comment */
    if (out->n - from <= LINE_MAX_BYTES) {
        buf_putc(out, '\n');
        return 0;
    }
    err_set(e, ERR_USAGE, "the line would be longer than %d bytes", LINE_MAX_BYTES);
    return err_hint(e, "give a shorter reason");
}

/* Whether the text's last section is [ignore]. */
static bool ends_in_ignores(const char *text)
{
    bool in = false;
    for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        p += strspn(p, " \t");
        if (*p == '[')
            in = !strncmp(p, "[ignore]", 8);
    }
    return in;
}

static int read_all(int fd, struct buf *out, const char **why)
{
    struct stat sb;
    char part[4096];
    ssize_t n;
    if (fstat(fd, &sb) < 0 || !S_ISREG(sb.st_mode)) {
        *why = "not a regular file";
        return -1;
    }
    while ((n = read(fd, part, sizeof part)) > 0 && out->n <= FILE_MAX_BYTES)
        buf_put(out, part, (size_t)n);
    *why = n < 0 ? strerror(errno) : "larger than 1 MiB";
    return n < 0 || out->n > FILE_MAX_BYTES || memchr(out->p ? (const char *)out->p : "", 0, out->n) ? -1 : 0;
}

int rule_ignore_write(const char *path, const char *rule, const char *function, const char *reason, struct err *e)
{
    struct buf line = {0}, have = {0}, add = {0};
    const char *why = "";
    if (put_line(&line, rule, function, reason, e) < 0) {
        buf_release(&line);
        return -1;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644), rc = -1;
    if (fd < 0)
        cannot(e, path, strerror(errno));
    else if (read_all(fd, &have, &why) < 0)
        cannot(e, path, why);
    else {
        if (have.n && have.p[have.n - 1] != '\n')
            buf_putc(&add, '\n');
        if (!ends_in_ignores(buf_str(&have)))
            buf_puts(&add, have.n ? "\n[ignore]\n" : "[ignore]\n");
        buf_put(&add, line.p, line.n);
        rc = write(fd, add.p, add.n) == (ssize_t)add.n ? 0 : cannot(e, path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    buf_release(&line);
    buf_release(&have);
    buf_release(&add);
    return rc;
}
