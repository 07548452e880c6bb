/* The k-th smallest of n numbers, without sorting them. */
#ifndef BASE_SELECT_H
#define BASE_SELECT_H

#include <stddef.h>
#include <stdint.h>

/* The number that would stand at index k < n if v were sorted. v is reordered. Linear on average, whatever the order and however many
 * are equal. */
int64_t select_nth(int64_t *v, size_t n, size_t k);

#endif
