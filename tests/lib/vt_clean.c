/* Which bytes a screen program may send; see vt_unclean. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/vt.h"

static char found[160];

static const char *refuse(const char *what, const unsigned char *at, size_t left, size_t offset)
{
    int n = snprintf(found, sizeof found, "%s at byte %zu:", what, offset);
    for (size_t i = 0; i < left && i < 16; i++)
        n += snprintf(found + n, sizeof found - (size_t)n, " %02x", at[i]);
    return found;
}

/* Modes: cursor keys, origin, autowrap, blink, cursor, alternate screen, mouse, focus, paste, synchronized output. */
static bool mode_known(const unsigned char *s, size_t n)
{
    static const int known[] = {1, 3, 4, 6, 7, 12, 25, 47, 1000, 1002, 1003, 1004, 1006, 1034, 1047, 1048, 1049, 2004, 2026};
    for (size_t i = 0; i < n;) {
        int v = 0;
        for (; i < n && s[i] != ';'; i++)
            v = v * 10 + (s[i] - '0');
        i++;
        bool ok = false;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            ok |= known[k] == v;
        if (!ok)
            return false;
    }
    return true;
}

/* Length of the CSI sequence at s, which begins after ESC [; 0: not a kind that a screen program needs. */
static size_t csi_length(const unsigned char *s, size_t n)
{
    size_t i = 0;
    while (i < n && ((s[i] >= '0' && s[i] <= '9') || strchr(";:?>!", s[i])) && s[i])
        i++;
    if (i == n)
        return n; /* cut by the end of what was read */
    if (s[i] == 'h' || s[i] == 'l')
        return *s == '?' ? mode_known(s + 1, i - 1) ? i + 1 : 0 : i + 1;
    if (s[i] == 'c') /* the Linux console's cursor; without ? it would be a question to the terminal */
        return i && *s == '?' ? i + 1 : 0;
    if (s[i] == 'c')
        return *s == '?' && i > 1 ? i + 1 : 0; /* shape of the Linux console's cursor */
    if (s[i] == 'p')
        return i && s[i - 1] == '!' ? i + 1 : 0; /* soft reset */
    if (s[i] == 't')
        return i >= 2 && !memcmp(s, "22", 2) ? i + 1 : i >= 2 && !memcmp(s, "23", 2) ? i + 1 : 0; /* title kept, brought back */
    return strchr("ABCDEFGHJKLMPSTXZ@bdfgmr", s[i]) && s[i] ? i + 1 : 0;
}

static size_t escape_length(const unsigned char *s, size_t n)
{
    static const char idle[] = "]777;idle";
    if (n < 2)
        return n;
    if (s[1] == '[') {
        size_t k = csi_length(s + 2, n - 2);
        return k || n == 2 ? 2 + k : 0;
    }
    if (s[1] == '(' || s[1] == ')')
        return n < 3 || strchr("B0A", s[2]) ? 3 : 0;
    if (s[1] == ']' && n >= sizeof idle && !memcmp(s + 1, idle, sizeof idle - 1)) {
        const unsigned char *bell = memchr(s, '\a', n);
        return bell ? (size_t)(bell - s) + 1 : n;
    }
    return strchr("78=>MDEH", s[1]) && s[1] ? 2 : 0;
}

/* Bidirectional controls, line separators, and C1 as UTF-8. */
static bool hostile_utf8(const unsigned char *s, size_t n)
{
    if (n >= 2 && s[0] == 0xc2 && s[1] < 0xa0)
        return true;
    return n >= 3 && s[0] == 0xe2 &&
           ((s[1] == 0x80 && (s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae))) ||
            (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

static size_t utf8_length(const unsigned char *s, size_t n)
{
    size_t len = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 : *s >= 0xe0 && *s < 0xf0 ? 3 : *s >= 0xf0 && *s < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < len && i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

const char *vt_unclean(const char *bytes, size_t n)
{
    const unsigned char *s = (const unsigned char *)bytes;
    for (size_t i = 0, len; i < n; i += len) {
        size_t left = n - i;
        if (s[i] == 033) {
            len = escape_length(s + i, left);
            if (!len)
                return refuse("an escape sequence", s + i, left, i);
        } else if (s[i] < ' ' || s[i] == 0x7f) {
            len = 1;
            if (!strchr("\r\n\b\t\016\017", s[i]) || !s[i]) /* SO and SI shift line drawing in and out */
                return refuse("a control character", s + i, left, i);
        } else {
            len = utf8_length(s + i, left);
            if (!len)
                return refuse("invalid UTF-8", s + i, left, i);
            if (hostile_utf8(s + i, left))
                return refuse("an invisible control", s + i, left, i);
        }
    }
    return NULL;
}
