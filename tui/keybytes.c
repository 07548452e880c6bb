#include "tui/keybytes.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { ESC = 0x1b, NUMBERS = 8, DIGITS = 5 };

/* held is "[", parameters, a final byte: is it a key's or the mouse's, of a shape that libtermkey can take? */
static bool csi_is_sound(const uint8_t *s, size_t n)
{
    uint8_t last = s[n - 1];
    bool mouse = s[1] == '<';
    int number[NUMBERS] = {0};
    size_t at = 0, digits = 0;
    if (n == 2) /* \e[A; \e[M is the mouse of old, whose three bytes follow */
        return last != '~' && last != 'u' && last != 'R' && last != 'y' && last != 'm';
    for (size_t i = mouse ? 2 : 1; i < n - 1; i++) {
        if (s[i] == ';' && digits && at + 1 < NUMBERS) {
            digits = 0;
            at++;
        } else if (s[i] >= '0' && s[i] <= '9' && digits < DIGITS) {
            number[at] = number[at] * 10 + (s[i] - '0');
            digits++;
        } else {
            return false;
        }
    }
    if (mouse)
        return digits && at == 2 && (last == 'M' || last == 'm');
    return digits && last != 'M' && last != 'm' && (number[0] != 27 || last != '~' || at == 2);
}

/* A byte of a character of several; whole and valid ones go on. */
static size_t utf8(struct keybytes *k, uint8_t b, uint8_t *out)
{
    size_t len;
    if (b >= 0xc0) {
        k->want = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        k->n = 0;
    }
    if (!k->want) /* C1, or the rest of nothing */
        return 0;
    k->held[k->n++] = b;
    if (k->n < k->want)
        return 0;
    k->want = 0;
    text_decode((const char *)k->held, k->n, &len);
    if (len != k->n)
        return 0;
    memcpy(out, k->held, k->n);
    return k->n;
}

/* The state before any sequence. */
static size_t text(struct keybytes *k, uint8_t b, uint8_t *out)
{
    k->state = b == ESC ? KB_ESC : KB_TEXT;
    if (b >= 0x80)
        return utf8(k, b, out);
    k->want = 0;
    if (b == ESC)
        return 0;
    *out = b;
    return 1;
}

static size_t after_esc(struct keybytes *k, uint8_t b, uint8_t *out)
{
    if (b == '[') {
        k->state = KB_CSI;
        k->held[0] = b;
        k->n = 1;
        return 0;
    }
    if (b == ']' || b == 'P' || b == 'X' || b == '^' || b == '_') {
        k->state = KB_STRING;
        k->string = 0;
        return 0;
    }
    /* Esc goes on only with what makes a whole key with it, so that it can never begin a sequence that was not judged. Of
     * several in a row one is left; with the beginning of a longer character it goes. */
    size_t n = text(k, b, out + 1);
    if (n == 0) {
        k->state = b == ESC ? KB_ESC : KB_TEXT;
        return 0;
    }
    *out = ESC;
    return 1 + n;
}

static size_t in_csi(struct keybytes *k, uint8_t b, uint8_t *out)
{
    if (b < 0x20 || b > 0x7e)
        return text(k, b, out); /* what was held is no sequence: it goes */
    if (k->n < sizeof k->held)
        k->held[k->n++] = b;
    if (b < 0x40)
        return 0;
    k->state = KB_TEXT;
    if (k->n == sizeof k->held || !csi_is_sound(k->held, k->n))
        return 0;
    *out = ESC;
    memcpy(out + 1, k->held, k->n);
    return 1 + k->n;
}

static size_t in_string(struct keybytes *k, uint8_t b)
{
    if (b == 0x07 || (k->state == KB_STRING_ESC && b == '\\') || ++k->string > KEYBYTES_STRING)
        k->state = KB_TEXT;
    else
        k->state = b == ESC ? KB_STRING_ESC : KB_STRING;
    return 0;
}

size_t keybytes_pass(struct keybytes *k, const uint8_t *in, size_t n, int64_t now, uint8_t *out)
{
    size_t at = 0;
    if (now - k->last > KEYBYTES_GAP_MS && k->state != KB_ESC) /* a sequence comes in one go: this is a new key */
        k->state = KB_TEXT;
    k->last = now;
    for (size_t i = 0; i < n; i++) {
        switch (k->state) {
        case KB_TEXT: at += text(k, in[i], out + at); break;
        case KB_ESC: at += after_esc(k, in[i], out + at); break;
        case KB_CSI: at += in_csi(k, in[i], out + at); break;
        case KB_STRING:
        case KB_STRING_ESC: at += in_string(k, in[i]); break;
        }
    }
    return at;
}

size_t keybytes_late(struct keybytes *k, uint8_t *out)
{
    if (k->state != KB_ESC)
        return 0;
    k->state = KB_TEXT;
    *out = ESC;
    return 1;
}
