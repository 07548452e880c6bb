/* Every importer wins its own samples alone, and what nobody reads is named with what to try. */
#include <string.h>

#include "importers/guess.h"
#include "importers/importer.h"
#include "tests/lib/check.h"

struct sample {
    const char *importer; /* NULL: nobody's */
    const char *says;     /* what the error names */
    const char *bytes;
    size_t n;
};
#define BYTES(text) text, sizeof text - 1

static const struct sample samples[] = {
    {"go-trace", NULL, BYTES("go 1.22 trace\0\0\0\1\1\0\0\0")},
    {"go-trace", NULL, BYTES("go 1.23 trace\0\0\0")},
    {"go-trace", NULL, BYTES("go 1.25 trace\0\0\0\1\1\0")},
    {"go-trace", NULL, BYTES("go 1.26 trace\0\0\0\1\1\0")},
    {"go-trace", NULL, BYTES("go 1.99 trace\0\0\0\1\1\0")},
    {"go-trace", NULL, BYTES("go 1.2")},
    {NULL, "go build -debug-trace", BYTES("[\n{\"name\":\"Running build command\",\"ph\":\"B\",\"ts\":1795324103589779.2,\"pid\":0}\n")},
    {NULL, "Chrome", BYTES("{\"traceEvents\":[]}")},
    {NULL, "JSON", BYTES("  {\"a\": 1}")},
    {NULL, "ELF", BYTES("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0")},
    {NULL, "SQLite", BYTES("SQLite format 3\0\x10\0\1\1\0@  ")},
    {NULL, "pprof", BYTES("\x0a\x04\x08\x03\x10\x04\x0a\x04\x08\x05\x10\x02\x12\x02\x0a\x00")},
    {NULL, "pprof", BYTES("\x5a\x04\x08\x01\x10\x02\x60\x80\x80\x20\x0a\x04\x08\x03\x10\x04\x0a\x04\x08\x05\x10\x02")},
    {NULL, "goroutine dump", BYTES("goroutine 1 [running]:\nmain.main()\n")},
    {NULL, "goroutine dump", BYTES("SIGQUIT: quit\nPC=0x472441 m=0 sigcode=0\n")},
    {NULL, "goroutine dump", BYTES("panic: oops\n\ngoroutine 7 [running]:\n")},
    {NULL, "zip", BYTES("PK\3\4\24\0\0\0\10\0")},
    {NULL, "packed twice", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3")},
    {NULL, "xz", BYTES("\xfd\x37\x7a\x58\x5a\0\0\4")},
    {NULL, "perf", BYTES("PERFILE2h\0\0\0\0\0\0\0")},
    {NULL, "capture", BYTES("\xd4\xc3\xb2\xa1\2\0\4\0")},
    {NULL, "zero bytes", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0")},
    {NULL, "plain text", BYTES("hello, this is no trace\nbut text: gr\xc3\xbc\xc3\x9f dich\n")},
    {NULL, "unknown", BYTES("\x93\x01\xff\xfe\0\0\x81garbage")},
    {NULL, "unknown", BYTES("\x80")},
};

static void check_sample(const struct sample *s)
{
    struct err e = ERR_INIT;
    const uint8_t *p = (const uint8_t *)s->bytes;
    const struct importer *best = importer_for(p, s->n, &e);
    if (!s->importer) {
        CHECK(!best && e.kind == ERR_INPUT && strstr(e.what, s->says) && e.hint[0], "%s: %s; %s", s->says, e.what, e.hint);
        return;
    }
    CHECK(best && !strcmp(best->name, s->importer), "%s", s->importer);
    int most = 0, with = 0;
    for (const struct importer *const *i = importer_list(); *i; i++) {
        int score = (*i)->score(p, s->n);
        CHECK(score >= 0 && score <= 100);
        with = score == most ? with + 1 : score > most ? 1 : with;
        most = score > most ? score : most;
    }
    CHECK(with == 1, "%d importers tie on a sample of %s", with, s->importer);
}

static void each_importer_has_a_sample(void)
{
    for (const struct importer *const *i = importer_list(); *i; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof samples / sizeof *samples; k++)
            found = found || (samples[k].importer && !strcmp(samples[k].importer, (*i)->name));
        CHECK(found, "no sample of %s", (*i)->name);
        CHECK((*i)->name[0] && (*i)->title[0] && (*i)->import);
    }
}

static void random_heads_have_a_guess(void)
{
    uint8_t head[300];
    for (unsigned i = 0; i < 20000; i++) {
        size_t n = 1 + below(sizeof head);
        for (size_t k = 0; k < n; k++)
            head[k] = (uint8_t)(below(4) ? below(16) : rnd());
        CHECK(guess_format(head, n)->what[0]);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        check_sample(&samples[i]);
    each_importer_has_a_sample();
    random_heads_have_a_guess();
    return check_done();
}
