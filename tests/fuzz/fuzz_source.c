/* Any file, packed or not: a source gives bytes to its end, peeking changes nothing, damage is told, memory is bounded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "importers/importer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ENOUGH = 1 << 22 }; /* of a bomb */

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void read_all(struct source *s, const uint8_t *data, size_t n)
{
    static uint8_t buf[100000], first[64];
    struct err e = ERR_INIT;
    size_t peeked = 0;
    uint64_t total = 0;
    const uint8_t *head = source_peek(s, sizeof first, &peeked, &e);
    check(head != NULL, "cannot peek");
    size_t keep = peeked < sizeof first ? peeked : sizeof first;
    memcpy(first, head, keep);
    importer_for(head, peeked, &(struct err){0});
    int64_t got;
    while (total < ENOUGH && (got = source_read(s, buf, 1 + total % (sizeof buf - 1), &e)) > 0) {
        check(total || !memcmp(buf, first, (size_t)got < keep ? (size_t)got : keep), "what was peeked at is not what comes");
        total += (uint64_t)got;
        check(source_offset(s) == total, "the offset is wrong");
    }
    check(total >= ENOUGH || total >= keep, "less than was peeked at");
    bool packed = (n >= 3 && !memcmp(data, "\x1f\x8b\x08", 3)) || (n >= 4 && !memcmp(data, "\x28\xb5\x2f\xfd", 4)) ||
                  (n >= 4 && (data[0] & 0xf0) == 0x50 && !memcmp(data + 1, "\x2a\x4d\x18", 3));
    check(packed || (total == n && !source_damage(s)), "plain bytes are not given as they are");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    struct err e = ERR_INIT;
    int fd = memfd_create("source", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct source *s = source_open(path, &(struct source_opts){0}, &e);
    check((s != NULL) == (n > 0), "an empty file opens, or another does not");
    if (s)
        read_all(s, data, n);
    source_close(s);
    close(fd);
    return 0;
}
