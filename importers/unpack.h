/* Unpacking of compressed streams, recognised by their first bytes: gzip (any number of members) and zstd (any number of
 * frames, window at most 128 MiB). One step at a time; memory is bounded by the window.
 */
#ifndef IMPORTERS_UNPACK_H
#define IMPORTERS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNPACK_WINDOW_LOG = 27, UNPACK_MAGIC = 4 };

struct unpacker;

/* What one step works on; it moves both ends forward. */
struct unpack_step {
    const uint8_t *in;
    size_t in_n;
    uint8_t *out;
    size_t out_n;
};

/* The unpacker for a stream that begins with these bytes, or NULL: not compressed. Freed with unpacker_free. */
struct unpacker *unpacker_new(const uint8_t *head, size_t n);
/* "gzip", "zstd". */
const char *unpacker_name(const struct unpacker *u);
/* Unpacks what fits. 0; -1 when the data is damaged: unpacker_why says how, what came out before is sound. */
int unpacker_run(struct unpacker *u, struct unpack_step *s);
const char *unpacker_why(const struct unpacker *u);
/* True between two members or frames: the stream may end here. */
bool unpacker_at_edge(const struct unpacker *u);
void unpacker_free(struct unpacker *u);

#endif
