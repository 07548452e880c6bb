/* What reaches libtermkey: it reads past its tables on control sequences that no keyboard sends (too many or no numbers,
 * stray C1 bytes) and waits for ever for the end of a string. Here such bytes are taken out before.
 */
#ifndef TUI_KEYBYTES_H
#define TUI_KEYBYTES_H

#include <stddef.h>
#include <stdint.h>

enum { KEYBYTES_HELD = 40 /* a sequence of a keyboard or mouse is never longer */, KEYBYTES_STRING = 1 << 16, KEYBYTES_GAP_MS = 100 };

struct keybytes {
    enum { KB_TEXT, KB_ESC, KB_CSI, KB_STRING, KB_STRING_ESC } state;
    uint8_t held[KEYBYTES_HELD];
    size_t n;      /* bytes held, of a sequence or a character not yet judged */
    size_t want;   /* bytes of the character that is held; 0: none */
    size_t string; /* bytes of a string so far */
    int64_t last;  /* ms: when bytes came last */
};

/* Passes in[0..n), which came at `now` (ms), to out, which has room for n + KEYBYTES_HELD bytes; returns how many. */
size_t keybytes_pass(struct keybytes *k, const uint8_t *in, size_t n, int64_t now, uint8_t *out);
/* Nothing came for a while: an Esc that was held is a key. Returns 0 or 1. */
size_t keybytes_late(struct keybytes *k, uint8_t *out);

#endif
