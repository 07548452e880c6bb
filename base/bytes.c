#include "base/bytes.h"

uint64_t bytes_uleb_slow(struct bytes *b)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (b->p == b->end) {
            b->short_read = true;
            return 0;
        }
        uint8_t c = *b->p++;
        if (shift == 63 && c > 1)
            break;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return v;
    }
    b->overlong = true;
    return 0;
}
