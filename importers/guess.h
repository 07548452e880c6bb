/* What bytes that no importer wants look like, to say more than "unknown format". */
#ifndef IMPORTERS_GUESS_H
#define IMPORTERS_GUESS_H

#include <stddef.h>
#include <stdint.h>

struct guess {
    const char *what; /* "a goroutine dump" */
    const char *hint; /* what to try */
};

/* Never NULL. */
const struct guess *guess_format(const uint8_t *head, size_t n);

#endif
