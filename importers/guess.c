#include "importers/guess.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

static bool starts(const uint8_t *p, size_t n, const char *with)
{
    size_t k = strlen(with);
    return n >= k && !memcmp(p, with, k);
}

static bool has(const uint8_t *p, size_t n, const char *what)
{
    return memmem(p, n, what, strlen(what)) != NULL;
}

static bool at(const uint8_t *p, size_t n, size_t where, const char *what)
{
    return n >= where && starts(p + where, n - where, what);
}

static bool is_json(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && (p[i] == ' ' || p[i] == '\n' || p[i] == '\r' || p[i] == '\t'))
        i++;
    return i < n && (p[i] == '{' || p[i] == '[');
}

/* `go build -debug-trace` writes an array of Chrome trace events. */
static bool is_chrome_trace(const uint8_t *p, size_t n)
{
    return is_json(p, n) && (has(p, n, "\"ph\":") || has(p, n, "\"traceEvents\""));
}

static bool is_elf(const uint8_t *p, size_t n)
{
    return starts(p, n, "\177ELF");
}

static bool is_packed(const uint8_t *p, size_t n)
{
    return starts(p, n, "\x1f\x8b") || starts(p, n, "\x28\xb5\x2f\xfd");
}

static bool is_other_packing(const uint8_t *p, size_t n)
{
    return starts(p, n, "BZh") ||
           starts(p, n,
                  "\xfd"
                  "7zXZ") ||
           starts(p, n, "\x04\x22\x4d\x18");
}

static bool is_zip(const uint8_t *p, size_t n)
{
    return starts(p, n, "PK\3\4") || starts(p, n, "PK\5\6");
}

static bool is_tar(const uint8_t *p, size_t n)
{
    return at(p, n, 257, "ustar");
}

static bool is_sqlite(const uint8_t *p, size_t n)
{
    return n >= 16 && !memcmp(p, "SQLite format 3", 16);
}

static bool is_dump(const uint8_t *p, size_t n)
{
    return starts(p, n, "goroutine ") || has(p, n, "\ngoroutine ") || starts(p, n, "SIGQUIT: quit");
}

static bool is_perf(const uint8_t *p, size_t n)
{
    return starts(p, n, "PERFILE2");
}

static bool is_pcap(const uint8_t *p, size_t n)
{
    return starts(p, n, "\xd4\xc3\xb2\xa1") || starts(p, n, "\xa1\xb2\xc3\xd4") || starts(p, n, "\x0a\x0d\x0d\x0a");
}

/* A pprof profile is a protobuf message without magic: fields 1 to 14 with their wire types, from the first byte on. */
static bool is_pprof(const uint8_t *p, size_t n)
{
    static const uint8_t wire_type[16] = {9, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 2, 0, 2, 0, 2};
    struct bytes in = bytes_of(p, n);
    unsigned fields = 0;
    while (bytes_left(&in)) {
        uint64_t tag = bytes_uleb(&in), v;
        if (tag >> 3 > 15 || (tag & 7) != wire_type[tag >> 3])
            return false;
        v = bytes_uleb(&in);
        if (in.overlong)
            return false;
        if ((tag & 7) == 2)
            bytes_take(&in, v);
        fields += !bytes_bad(&in);
    }
    return fields >= 2;
}

static bool is_text(const uint8_t *p, size_t n)
{
    for (size_t i = 0, len; i < n; i += len) {
        uint32_t cp = text_decode((const char *)p + i, n - i, &len);
        if ((cp == 0xfffd && (n - i > 4 || i == 0)) || (cp < 0x20 && !strchr("\t\n\r\f\033", (int)cp)) || cp == 0)
            return false;
    }
    return n > 0;
}

static bool is_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

static bool is_anything(const uint8_t *p, size_t n)
{
    (void)p;
    (void)n;
    return true;
}

#define HOW "a trace comes from runtime/trace, `go test -trace FILE` or /debug/pprof/trace"
/* The first that fits is told. */
static const struct {
    bool (*fits)(const uint8_t *p, size_t n);
    struct guess guess;
} guesses[] = {
    {is_chrome_trace, {"JSON in Chrome's trace format, as `go build -debug-trace` writes it", "open it in a Chrome trace viewer; " HOW}},
    {is_json, {"JSON", HOW}},
    {is_elf, {"a program (ELF)", "run it with tracing on; " HOW}},
    {is_sqlite, {"an SQLite database", "a store of ctxscope is opened by its own name or with --store"}},
    {is_packed, {"packed twice", "unpack it once"}},
    {is_other_packing, {"packed with bzip2, xz or lz4", "unpack it first; gzip and zstd are read as they are"}},
    {is_zip, {"a zip archive", "unpack it and give the trace in it"}},
    {is_tar, {"a tar archive", "unpack it and give the trace in it"}},
    {is_perf, {"a recording of Linux perf", HOW}},
    {is_pcap, {"a packet capture", HOW}},
    {is_dump, {"a goroutine dump", "this version reads traces only; " HOW}},
    {is_zero, {"nothing but zero bytes", "the file was not written to its end; record it again"}},
    {is_text, {"plain text", HOW}},
    {is_pprof, {"a pprof profile", "this version reads traces only; open it with `go tool pprof`"}},
    {is_anything, {"an unknown format", HOW}},
};

const struct guess *guess_format(const uint8_t *head, size_t n)
{
    size_t i = 0;
    while (!guesses[i].fits(head, n))
        i++;
    return &guesses[i].guess;
}
