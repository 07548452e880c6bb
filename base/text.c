#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

enum { REPLACEMENT = 0xFFFD };

uint32_t text_decode(const char *s, size_t n, size_t *len)
{
    utf8proc_int32_t cp;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)s, n > 4 ? 4 : (utf8proc_ssize_t)n, &cp);
    if (used <= 0) {
        *len = 1;
        return REPLACEMENT;
    }
    *len = (size_t)used;
    return (uint32_t)cp;
}

size_t text_encode(char out[4], uint32_t cp)
{
    utf8proc_ssize_t n =
        utf8proc_codepoint_valid((utf8proc_int32_t)cp) ? utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out) : 0;
    if (n > 0)
        return (size_t)n;
    memcpy(out, "\xEF\xBF\xBD", 3);
    return 3;
}

int text_is_unsafe(uint32_t cp)
{
    if (cp < 0x20 || cp == 0x7f)
        return 1;
    if (cp < 0x7f)
        return 0;
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_CC: /* C1 */
    case UTF8PROC_CATEGORY_CF: /* bidi controls, zero width, tags, soft hyphen */
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return 1;
    default: return 0;
    }
}

/* What is shown in place of an unsafe code point. */
static uint32_t visible_cp(uint32_t cp)
{
    if (cp < 0x20)
        return 0x2400 + cp;
    if (cp == 0x7f)
        return 0x2421;
    return text_is_unsafe(cp) ? REPLACEMENT : cp;
}

static int decoded_badly(uint32_t cp, size_t len)
{
    return cp == REPLACEMENT && len == 1;
}

size_t text_visible(char *out, size_t size, const char *s, size_t n)
{
    size_t at = 0;
    for (size_t i = 0, len; i < n; i += len) {
        char enc[4];
        size_t m = text_encode(enc, visible_cp(text_decode(s + i, n - i, &len)));
        if (at + m >= size)
            break;
        memcpy(out + at, enc, m);
        at += m;
    }
    if (size)
        out[at] = 0;
    return at;
}

size_t text_valid(char *out, size_t size, const char *s, size_t n)
{
    size_t at = 0;
    for (size_t i = 0, len; i < n; i += len) {
        char enc[4];
        size_t m = text_encode(enc, text_decode(s + i, n - i, &len));
        if (at + m >= size)
            break;
        memcpy(out + at, enc, m);
        at += m;
    }
    if (size)
        out[at] = 0;
    return at;
}

size_t text_tsv(char *out, size_t size, const char *s, size_t n)
{
    size_t at = 0;
    for (size_t i = 0, len; i < n; i += len) {
        char enc[4 * 4 + 1];
        uint32_t cp = text_decode(s + i, n - i, &len);
        size_t m = 0;
        if (cp == '\t')
            m = (size_t)snprintf(enc, sizeof enc, "\\t");
        else if (cp == '\n')
            m = (size_t)snprintf(enc, sizeof enc, "\\n");
        else if (cp == '\\')
            m = (size_t)snprintf(enc, sizeof enc, "\\\\");
        else if (text_is_unsafe(cp) || decoded_badly(cp, len))
            for (size_t k = 0; k < len; k++)
                m += (size_t)snprintf(enc + m, sizeof enc - m, "\\x%02X", (unsigned char)s[i + k]);
        else
            m = text_encode(enc, cp);
        if (at + m >= size)
            break;
        memcpy(out + at, enc, m);
        at += m;
    }
    if (size)
        out[at] = 0;
    return at;
}

int text_width_cp(uint32_t cp)
{
    int w = wcwidth((wchar_t)cp);
    return w < 0 ? 1 : w;
}

static const struct {
    int64_t ns;
    const char *name, *pad;
} units[] = {{1, "ns", "ns"}, {1000, "µs", "µs"}, {1000000, "ms", "ms"}, {1000000000, "s", " s"}};

/* Three significant digits of ns; *unit is an index into units. 999.6 µs must become 1.00 ms, never 1000 µs. */
static void three_digits(char out[16], int64_t ns, unsigned *unit)
{
    double v = fabs((double)ns);
    unsigned u = 0;
    while (u < 3 && v >= 999.5)
        v /= 1000, u++;
    if (u == 0)
        snprintf(out, 16, "%.0f", v);
    else if (v < 9.995)
        snprintf(out, 16, "%.2f", v);
    else if (v < 99.95)
        snprintf(out, 16, "%.1f", v);
    else
        snprintf(out, 16, "%.0f", v);
    *unit = u;
}

/* From 10,000 s on seconds need more columns than a table has; hours and days are also what a reader then thinks in. */
static const int64_t second = 1000000000, long_from = 9999500000000;

/* "2h46m", "99h59m", "41d15h", "106751d": the two largest units, rounded to the smaller, in at most 7 columns. */
static void long_duration(char out[16], int64_t ns)
{
    int64_t minutes = (ns / second + 30) / 60, hours = (ns / second + 1800) / 3600, days = (ns / second + 43200) / 86400;
    if (minutes < 6000)
        snprintf(out, 16, "%" PRId64 "h%02" PRId64 "m", minutes / 60, minutes % 60);
    else if (hours < 24000)
        snprintf(out, 16, "%" PRId64 "d%02" PRId64 "h", hours / 24, hours % 24);
    else
        snprintf(out, 16, "%" PRId64 "d", days);
}

void text_duration7(char out[16], int64_t ns)
{
    char num[16];
    unsigned u;
    if (ns >= long_from) {
        long_duration(num, ns);
        snprintf(out, 16, "%7.8s", num);
        return;
    }
    three_digits(num, ns, &u);
    snprintf(out, 16, "%4.7s %s", num, units[u].pad);
}

void text_duration(char out[24], int64_t ns)
{
    char num[16];
    unsigned u;
    int64_t size = ns < 0 ? ns == INT64_MIN ? INT64_MAX : -ns : ns;
    if (size >= long_from) {
        long_duration(num, size);
        snprintf(out, 24, "%s%.12s", ns < 0 ? "-" : "", num);
        return;
    }
    three_digits(num, ns, &u);
    snprintf(out, 24, "%s%.12s %s", ns < 0 ? "-" : "", num, units[u].name);
}

void text_time(char out[32], int64_t ns, int64_t cell)
{
    double v = (double)ns;
    unsigned u = 0;
    while (u < 3 && fabs(v) >= 1000)
        v /= 1000, u++;
    int digits = 0;
    double c = cell > 0 ? (double)cell / (double)units[u].ns : 1;
    while (digits < 9 && c < 0.9999 && digits < (int)(3 * u))
        c *= 10, digits++;
    snprintf(out, 32, "%.*f %s", digits, v, units[u].name);
}

void text_count(char out[16], uint64_t n)
{
    static const char suffix[] = "kMGTPE";
    if (n <= 9999) {
        snprintf(out, 16, "%" PRIu64, n);
        return;
    }
    double v = (double)n;
    int s = -1;
    while (v >= 999.5 && s < 5)
        v /= 1000, s++;
    snprintf(out, 16, v < 9.995 ? "%.2f%c" : v < 99.95 ? "%.1f%c" : "%.0f%c", v, suffix[s]);
}

void text_bytes(char out[16], uint64_t n)
{
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double v = (double)n;
    unsigned u = 0;
    while (v >= 999.5 && u < 6)
        v /= 1000, u++;
    snprintf(out, 16, u == 0 || v >= 99.95 ? "%.0f %s" : "%.1f %s", v, names[u]);
}

void text_brief(char out[16], int64_t ns)
{
    static const struct {
        int64_t unit;
        const char *c;
    } steps[] = {{1000000000, "s"}, {1000000, "m"}, {1000, "µ"}, {1, "n"}};
    for (int i = 0; i < 4; i++) {
        double v = (double)ns / (double)steps[i].unit;
        if (v < .0995 && i < 3)
            continue;
        if (v < .995)
            snprintf(out, 16, ".%d%s", (int)(v * 10 + .5), steps[i].c);
        else
            snprintf(out, 16, "%.0f%s", v, steps[i].c);
        return;
    }
}
