#include "base/err.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;
    if (e->kind != ERR_NONE)
        return -1;
    memset(e, 0, sizeof *e);
    e->kind = kind;
    va_start(ap, fmt);
    vsnprintf(e->what, sizeof e->what, fmt, ap);
    va_end(ap);
    return -1;
}

int err_add(struct err *e, const char *fmt, ...)
{
    va_list ap;
    if (e->ncauses >= ERR_CAUSES)
        return -1;
    va_start(ap, fmt);
    vsnprintf(e->cause[e->ncauses++], ERR_TEXT, fmt, ap);
    va_end(ap);
    return -1;
}

int err_source(struct err *e, const char *name)
{
    if (!e->source[0])
        snprintf(e->source, sizeof e->source, "%s", name);
    return -1;
}

int err_where(struct err *e, const char *fmt, ...)
{
    va_list ap;
    if (e->where[0])
        return -1;
    va_start(ap, fmt);
    vsnprintf(e->where, sizeof e->where, fmt, ap);
    va_end(ap);
    return -1;
}

int err_hint(struct err *e, const char *fmt, ...)
{
    va_list ap;
    if (e->hint[0])
        return -1;
    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
    return -1;
}

void err_clear(struct err *e)
{
    memset(e, 0, sizeof *e);
}

static void put_part(FILE *to, const char *before, const char *text)
{
    char safe[ERR_TEXT * 4];
    if (!text[0])
        return;
    text_visible(safe, sizeof safe, text, strlen(text));
    fprintf(to, "%s%s", before, safe);
}

void err_print(const struct err *e, FILE *to, int verbose)
{
    fputs("ctxscope: ", to);
    if (e->source[0]) {
        put_part(to, "", e->source);
        fputs(": ", to);
    }
    put_part(to, "", e->what[0] ? e->what : "unknown error");
    put_part(to, "; ", e->where);
    put_part(to, "; ", e->hint);
    fputc('\n', to);
    for (unsigned i = 0; verbose && i < e->ncauses; i++) {
        put_part(to, "  ", e->cause[i]);
        fputc('\n', to);
    }
}

int err_exit_code(const struct err *e)
{
    return e->kind == ERR_NONE || e->kind == ERR_CANCEL ? 0 : e->kind == ERR_INTERNAL ? 3 : 2;
}
