/* Text from files is hostile: it passes here before a terminal, a log, CSV or JSON sees it. Numbers for people too. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Decodes one UTF-8 code point from s[0..n), n >= 1; sets *len to the bytes used (>= 1).
 * Invalid, overlong, surrogate and out-of-range sequences give 0xFFFD and one byte. */
uint32_t text_decode(const char *s, size_t n, size_t *len);
/* Encodes cp into out[4], returns the number of bytes. */
size_t text_encode(char out[4], uint32_t cp);
/* True for what must not reach a terminal as it is: C0, DEL, C1, bidi controls, line/paragraph separators,
 * zero-width and tag characters, noncharacters. */
int text_is_unsafe(uint32_t cp);
/* Copies s with every unsafe code point and invalid byte replaced by a visible substitute (U+2400 pictures for C0,
 * U+FFFD else); always NUL-terminated valid UTF-8, cut at a character; returns the length written. */
size_t text_visible(char *out, size_t size, const char *s, size_t n);
/* Copies s as it is for machine-readable output: only invalid UTF-8 becomes U+FFFD; NUL-terminated. */
size_t text_valid(char *out, size_t size, const char *s, size_t n);
/* TSV escape of the contract: \t \n \\ and \xNN for each byte of what is unsafe or invalid. */
size_t text_tsv(char *out, size_t size, const char *s, size_t n);
/* Columns of a code point on the terminal: 0, 1 or 2; what wcwidth does not know counts 1. */
int text_width_cp(uint32_t cp);

/* "2.59  s", " 482 ms": 7 columns, 3 significant digits, number right in 4, unit right in 2; from 10,000 s on "  2h46m". */
void text_duration7(char out[16], int64_t ns);
/* "2.59 s", "482 ms", "12.4 µs", "0 ns", "2h46m": for sentences. */
void text_duration(char out[24], int64_t ns);
/* A time on an axis whose cell is `cell` ns wide: unit by size, digits down to the cell, never more: "12.65 ms". */
void text_time(char out[32], int64_t ns, int64_t cell);
/* "4µ", "30µ", ".3m", "1s", "30s": three columns at most below 1,000 s, for axes. */
void text_brief(char out[16], int64_t ns);
/* "9999", "35.2k", "1.20M". */
void text_count(char out[16], uint64_t n);
/* "3.7 MB" in powers of 1000. */
void text_bytes(char out[16], uint64_t n);

#endif
