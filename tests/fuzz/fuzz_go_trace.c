/* Any bytes: the importer ends, what it delivers holds together, errors say what and what to try. */
// fuzz-seeds: tests/data/real/gotest-context.trace tests/data/corpus/go1.2[2356]/*.trace.zst
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct reading r;
    reading_bytes(&r, data, n, false, NULL, NULL);
    if (r.tally.wrong[0]) {
        fprintf(stderr, "%s\n", r.tally.wrong);
        abort();
    }
    if (r.rc < 0 && (r.e.kind == ERR_NONE || !r.e.what[0] || !r.e.hint[0])) {
        fprintf(stderr, "an error that says nothing: \"%s\"; \"%s\"\n", r.e.what, r.e.hint);
        abort();
    }
    /* An event has at least two bytes, a Sync at least a generation; a switch makes three of one. */
    if (r.tally.seen > 3 * n + 2)
        abort();
    reading_release(&r);
    return 0;
}
