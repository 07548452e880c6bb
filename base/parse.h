/* Texts that people type: durations as Go writes them, sizes, whole numbers. Each returns 0, or -1 when the text is not
 * wholly such a value or does not fit; *out is set only on 0.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stddef.h>
#include <stdint.h>

/* "1.5s", "300ms", "1m30s", "-2h", "12.4µs" (or us), "0": nanoseconds. A number without unit is refused, as in Go. */
int parse_duration(const char *s, size_t n, int64_t *ns);
/* "4096", "256M", "1.5GiB", "10 MB": bytes. K M G T are powers of 1024, kB MB GB TB of 1000. */
int parse_size(const char *s, size_t n, uint64_t *bytes);
/* A decimal number with an optional sign. */
int parse_int(const char *s, size_t n, int64_t *out);

#endif
