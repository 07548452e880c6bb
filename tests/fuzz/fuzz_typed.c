/* Texts that people type, and texts from files on their way to the screen: the filter language, durations, sizes, and that
 * what is made visible holds nothing unsafe. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/text.h"
#include "model/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void visible_is_safe(const char *s, size_t n)
{
    char out[256];
    size_t len = text_visible(out, sizeof out, s, n);
    if (len >= sizeof out || out[len])
        abort();
    for (size_t i = 0, used; i < len; i += used) {
        uint32_t cp = text_decode(out + i, len - i, &used);
        if (text_is_unsafe(cp))
            abort();
    }
    len = text_tsv(out, sizeof out, s, n);
    for (size_t i = 0, used; i < len; i += used) {
        uint32_t cp = text_decode(out + i, len - i, &used);
        if (text_is_unsafe(cp))
            abort();
    }
    text_valid(out, sizeof out, s, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    char *s = mem_alloc(n + 1, 1);
    memcpy(s, data, n);
    s[n] = 0;
    struct err e = ERR_INIT;
    struct filter *f = filter_parse(s, &e);
    if (!f && e.kind == ERR_NONE)
        abort(); /* a refusal says why */
    filter_free(f);
    int64_t ns;
    uint64_t bytes;
    parse_duration(s, n, &ns);
    parse_size(s, n, &bytes);
    parse_int(s, n, &ns);
    visible_is_safe(s, n);
    mem_free(s);
    return 0;
}
