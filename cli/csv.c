#include "cli/csv.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

void csv_init(struct csv *c, struct out *out, bool tabs)
{
    *c = (struct csv){.out = out, .tabs = tabs};
}

void csv_release(struct csv *c)
{
    buf_release(&c->text);
}

static void cell(struct csv *c)
{
    if (c->begun)
        out_putc(c->out, c->tabs ? '\t' : ',');
    c->begun = true;
}

void csv_header(struct csv *c, const char *const *names)
{
    for (; *names; names++)
        csv_str(c, *names);
    csv_end(c);
}

/* Spreadsheets run a cell that begins so; the apostrophe makes it text again. */
static bool is_formula(const char *p, size_t n)
{
    return n && strchr("=+-@\t\r", p[0]) && p[0];
}

static void put_quoted(struct csv *c, const char *p, size_t n)
{
    bool quote = false, formula = is_formula(p, n);
    for (size_t i = 0; i < n; i++)
        quote |= strchr(",\"\r\n", p[i]) != NULL; /* NUL too */
    if (quote)
        out_putc(c->out, '"');
    if (formula)
        out_putc(c->out, '\'');
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '"')
            out_putc(c->out, '"');
        out_putc(c->out, p[i]);
    }
    if (quote)
        out_putc(c->out, '"');
}

/* Nearly all text is such that nothing has to be done: printable ASCII without what a line is made of. */
static bool is_plain(const struct csv *c, const char *p, size_t n)
{
    static const bool special[256] = {['\\'] = true, ['"'] = true, [','] = true};
    if (!c->tabs && is_formula(p, n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (p[i] < ' ' || p[i] > '~' || special[(unsigned char)p[i]])
            return false;
    return true;
}

void csv_text(struct csv *c, const char *p, size_t n)
{
    size_t room = n * 4 + 1; /* a byte becomes \xNN or a character of three */
    cell(c);
    if (is_plain(c, p, n)) {
        out_put(c->out, p, n);
        return;
    }
    buf_clear(&c->text);
    buf_reserve(&c->text, room);
    char *s = (char *)c->text.p;
    if (c->tabs)
        out_put(c->out, s, text_tsv(s, room, p, n));
    else
        put_quoted(c, s, text_visible(s, room, p, n));
}

void csv_str(struct csv *c, const char *s)
{
    if (s)
        csv_text(c, s, strlen(s));
    else
        csv_none(c);
}

void csv_int(struct csv *c, int64_t v)
{
    cell(c);
    out_int(c->out, v);
}

void csv_uint(struct csv *c, uint64_t v)
{
    cell(c);
    out_uint(c->out, v);
}

void csv_real(struct csv *c, double v)
{
    cell(c);
    out_printf(c->out, "%.15g", v);
}

void csv_none(struct csv *c)
{
    cell(c);
}

void csv_time(struct csv *c, ns_t t, ns_t t0)
{
    if (t == NS_NONE || t == NS_OPEN)
        csv_none(c);
    else
        csv_int(c, t - t0);
}

void csv_end(struct csv *c)
{
    out_puts(c->out, c->tabs ? "\n" : "\r\n");
    c->begun = false;
}
