/* A source: where bytes come from. Unwraps gzip and zstd by content, reads files, stdin and growing files,
 * sequentially and with bounded memory. Offsets are of the unpacked bytes.
 */
#ifndef IMPORTERS_SOURCE_H
#define IMPORTERS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/builder.h"

struct source;

struct source_opts {
    bool follow;               /* wait for more at the end of a growing regular file, until progress->stop */
    struct progress *progress; /* bytes_done/bytes_total are kept up to date; may be NULL */
};

/* Opens PATH ("-": stdin). Errors: no such file, a directory, no permission, empty file (each with a hint). */
struct source *source_open(const char *path, const struct source_opts *o, struct err *e);
const char *source_name(const struct source *s); /* as the user gave it; "-" is "standard input" */
/* Up to n bytes into p; returns the count, 0 at the end, -1 on error. A damaged or cut compressed stream delivers what was
 * unpacked before the damage, then sets *damaged text via source_damage and gives 0. */
int64_t source_read(struct source *s, void *p, size_t n, struct err *e);
/* The first bytes without consuming them: at most 64 KiB; *n is set to the count available. Borrowed until source_read. */
const uint8_t *source_peek(struct source *s, size_t want, size_t *n, struct err *e);
/* Of a source that is followed: true when the file has not grown for so long, and all that was read from it was taken. False at once
 * when there is more, when it was stopped, and for any other source. */
bool source_idle(const struct source *s, unsigned milliseconds);
/* Offset in unpacked bytes of the next source_read. */
uint64_t source_offset(const struct source *s);
/* Non-NULL when unpacking met damage: what and at which offset of the file as it lies. */
const char *source_damage(const struct source *s);
/* XXH3-128 in hex of all bytes as they lie, and how many these are. What the importer left unread of a regular file is read for
 * it. False when the end was not reached: stopped, followed, unreadable, or a pipe that still flows. */
bool source_hash(struct source *s, char hex[33], uint64_t *bytes);
void source_close(struct source *s);

#endif
