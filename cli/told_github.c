/* Findings as GitHub's workflow commands: ::error file=...,line=...,title=...::message
 * Percent, line ends, and in properties colons and commas are escaped as its runner unescapes them. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/told.h"

static void put(struct out *out, const char *text, bool property)
{
    char safe[4];
    for (size_t n = strlen(text), len; n; text += len, n -= len) {
        uint32_t cp = text_decode(text, n, &len);
        if (cp == '%' || cp == '\r' || cp == '\n' || (property && (cp == ':' || cp == ',')))
            out_printf(out, "%%%02X", cp);
        else if (text_is_unsafe(cp))
            out_puts(out, "\xef\xbf\xbd");
        else
            out_put(out, safe, text_encode(safe, cp));
    }
}

static void put_finding(struct out *out, const struct told_session *s, const struct told *f)
{
    static const char *const words[] = {"notice", "warning", "error"};
    char buf[4096];
    const char *path = told_path(f, buf, sizeof buf);
    out_printf(out, "::%s ", words[f->severity]);
    if (path) {
        out_puts(out, "file=");
        put(out, path, true);
        if (f->line)
            out_printf(out, ",line=%" PRIu32, f->line);
        out_puts(out, ",");
    }
    out_puts(out, "title=");
    put(out, rules[f->rule].name, true);
    if (s->name) {
        out_puts(out, " in ");
        put(out, s->name, true);
    }
    out_puts(out, "::");
    put(out, f->message, false);
    out_puts(out, "%0A");
    put(out, rules[f->rule].advice, false);
    out_putc(out, '\n');
}

void tale_github(const struct tale *t, struct out *out)
{
    for (size_t i = 0; i < t->sessions.n; i++) {
        const struct told_session *s = &t->sessions.v[i];
        if (s->error) {
            out_puts(out, "::error title=ctxscope::");
            put(out, s->path, false);
            out_puts(out, ": ");
            put(out, s->error, false);
            out_putc(out, '\n');
        }
        for (size_t k = 0; k < s->list.n; k++)
            if (!s->list.v[k].ignored)
                put_finding(out, s, &s->list.v[k]);
    }
}
