/* How a file's bytes lie in time, as far as the importer has read the headers of its parts: what a view can draw before the first
 * events are there. One writer, any readers; each number is atomic, all together may be a moment's mixture.
 */
#ifndef MODEL_DENSITY_H
#define MODEL_DENSITY_H

#include <stdbool.h>
#include <stdint.h>

enum { DENSITY_CELLS = 256 };
struct density {
    uint64_t t0, step; /* in the file's ticks; step 0: nothing yet */
    uint64_t bytes[DENSITY_CELLS];
};

/* So many bytes at a moment. Cells become twice as wide when time runs out of them. */
void density_add(struct density *d, uint64_t ticks, uint64_t bytes);
/* The bytes of n equal parts of the time seen so far; false when there are none. */
bool density_parts(const struct density *d, uint64_t *out, uint32_t n);

#endif
