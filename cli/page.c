#include "cli/page.h"

#include <inttypes.h>
#include <langinfo.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "tui/names.h"

enum { WIDTH_MIN = 60, WIDTH_MAX = 140, WIDTH_PLAIN = 80 };

static int terminal_width(void)
{
    struct winsize ws;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0)
        return WIDTH_PLAIN;
    return ws.ws_col < WIDTH_MIN ? WIDTH_MIN : ws.ws_col > WIDTH_MAX ? WIDTH_MAX : ws.ws_col;
}

void page_init(struct page *p, const struct opts *o, struct out *out)
{
    uint64_t glyphs = opt_number(o, OPT_GLYPHS, CHOICE_AUTO);
    bool utf8 = glyphs == CHOICE_AUTO ? !strcmp(nl_langinfo(CODESET), "UTF-8") : glyphs == CHOICE_UTF8;
    *p = (struct page){.out = out, .utf8 = utf8, .width = terminal_width()};
}

static int width_of(const char *s)
{
    int w = 0;
    for (size_t i = 0, n = strlen(s), len; i < n; i += len)
        w += text_width_cp(text_decode(s + i, n - i, &len));
    return w;
}

/* Before anything but blanks is written. */
static void put_blanks(struct page *p)
{
    for (; p->blanks; p->blanks--)
        out_putc(p->out, ' ');
}

void page_raw(struct page *p, const char *s, int columns)
{
    put_blanks(p);
    out_puts(p->out, s);
    p->col += columns;
}

/* Characters that a terminal without UTF-8 cannot show become ?, but µ becomes u. */
static void put_safe(struct page *p, const char *s, size_t n)
{
    for (size_t i = 0, len; i < n; i += len) {
        uint32_t cp = text_decode(s + i, n - i, &len);
        if (cp == ' ') {
            p->blanks++;
            p->col++;
            continue;
        }
        put_blanks(p);
        if (p->utf8 && !text_is_unsafe(cp) && !(cp == 0xFFFD && len == 1)) {
            out_put(p->out, s + i, len);
            p->col += text_width_cp(cp);
            continue;
        }
        char safe[8];
        if (p->utf8)
            text_visible(safe, sizeof safe, s + i, len);
        else
            snprintf(safe, sizeof safe, "%c", cp < 0x80 && !text_is_unsafe(cp) ? (char)cp : cp == 0xb5 ? 'u' : '?');
        out_puts(p->out, safe);
        p->col++;
    }
}

void page_put(struct page *p, const char *s)
{
    put_safe(p, s, strlen(s));
}

void page_printf(struct page *p, const char *fmt, ...)
{
    char text[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    page_put(p, text);
}

void page_to(struct page *p, int col)
{
    if (p->col < col) {
        p->blanks += col - p->col;
        p->col = col;
    }
}

const char *page_ellipsis(const struct page *p)
{
    return p->utf8 ? "…" : "~";
}

/* The longest beginning of s that takes at most `width` columns; returns its bytes. */
static size_t fit(const char *s, int width)
{
    size_t i = 0;
    for (size_t n = strlen(s), len; i < n; i += len) {
        width -= text_width_cp(text_decode(s + i, n - i, &len));
        if (width < 0)
            break;
    }
    return i;
}

void page_left(struct page *p, const char *s, int width)
{
    int to = p->col + width;
    if (width_of(s) <= width) {
        page_put(p, s);
    } else if (width > 0) {
        put_safe(p, s, fit(s, width - 1));
        page_put(p, page_ellipsis(p));
    }
    page_to(p, to);
}

void page_right(struct page *p, const char *s, int width)
{
    int w = width_of(s);
    if (w < width)
        page_to(p, p->col + width - w);
    page_left(p, s, w < width ? w : width);
}

void page_end(struct page *p)
{
    out_putc(p->out, '\n');
    p->col = p->blanks = 0;
}

static void put_line(struct page *p, int to)
{
    while (p->col < to)
        page_raw(p, p->utf8 ? "─" : "-", 1);
}

void page_rule(struct page *p, const char *label, const char *right)
{
    put_line(p, 2);
    page_printf(p, " %s ", label);
    if (right && right[0]) {
        put_line(p, p->width - 4 - width_of(right));
        page_printf(p, " %s ", right);
    }
    put_line(p, p->width);
    page_end(p);
}

void page_level(struct page *p, int level)
{
    static const char *const levels[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char ascii[] = " ..::-=+#";
    level = level < 0 ? 0 : level > 8 ? 8 : level;
    if (level == 0)
        page_to(p, p->col + 1);
    else
        page_raw(p, p->utf8 ? levels[level] : (char[2]){ascii[level], 0}, 1);
}

void page_bar(struct page *p, double fraction, int width)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int to = p->col + width;
    double clean = fraction > 0 ? fraction < 1 ? fraction : 1 : 0; /* NaN too */
    int parts = (int)lround(clean * width * 8);
    for (; parts >= 8; parts -= 8)
        page_raw(p, p->utf8 ? "█" : "#", 1);
    if (parts > 0 && p->col < to && (p->utf8 || parts >= 4)) {
        page_raw(p, p->utf8 ? eighths[parts] : "=", 1);
    }
    page_to(p, to);
}

void page_name(struct page *p, struct str name, int width)
{
    char text[NAME_MAX_BYTES];
    page_left(p, name_short(text, name, width, page_ellipsis(p)), width);
}

void page_place(struct page *p, struct str file, uint32_t line, int width)
{
    char text[512], safe[400];
    struct str base = name_file(file);
    text_visible(safe, sizeof safe, base.p, base.n);
    if (!base.n)
        text[0] = 0;
    else if (line)
        snprintf(text, sizeof text, "%s:%" PRIu32, safe, line);
    else
        snprintf(text, sizeof text, "%s", safe);
    page_left(p, text, width);
}

void page_duration(struct page *p, ns_t ns, int width)
{
    char text[24];
    if (ns == 0)
        snprintf(text, sizeof text, "%s", p->utf8 ? "–  " : "-  ");
    else
        text_duration7(text, ns);
    page_right(p, text, width);
}

void page_count(struct page *p, uint64_t n, int width)
{
    char text[16];
    text_count(text, n);
    page_right(p, text, width);
}

const char *page_number(char out[32], uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n), at = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

void page_percent(struct page *p, double share, int width)
{
    char text[16] = "";
    if (share > 0 && share < 0.0005)
        snprintf(text, sizeof text, "<0.1 %%");
    else if (isfinite(share))
        snprintf(text, sizeof text, share > 0 && share < 0.0095 ? "%.1f %%" : "%.0f %%", share * 100);
    page_right(p, text, width);
}
