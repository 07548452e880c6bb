/* Numbers as people read them: durations keep their column however long they are. */
#include <string.h>

#include "base/text.h"
#include "tests/lib/check.h"

static void test_durations_fit_seven_columns(void)
{
    static const struct {
        int64_t ns;
        const char *column, *sentence;
    } cases[] = {
        {0, "   0 ns", "0 ns"},
        {482000000, " 482 ms", "482 ms"},
        {999600, "1.00 ms", "1.00 ms"},
        {9999LL * 1000000000, "9999  s", "9999 s"},
        {9999499999999, "9999  s", "9999 s"},
        {9999500000000, "  2h47m", "2h47m"},
        {10000LL * 1000000000, "  2h47m", "2h47m"},
        {3LL * 3600 * 1000000000, "  3h00m", "3h00m"},
        {359969LL * 1000000000, " 99h59m", "99h59m"},
        {359970LL * 1000000000, "  4d04h", "4d04h"},
        {86400LL * 1000000000 * 999, "999d00h", "999d00h"},
        {86400LL * 1000000000 * 1000, "  1000d", "1000d"},
        {INT64_MAX, "106752d", "106752d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char column[16], sentence[24];
        text_duration7(column, cases[i].ns);
        text_duration(sentence, cases[i].ns);
        CHECK(!strcmp(column, cases[i].column), "%lld ns: \"%s\"", (long long)cases[i].ns, column);
        CHECK(!strcmp(sentence, cases[i].sentence), "%lld ns: \"%s\"", (long long)cases[i].ns, sentence);
    }
    for (int64_t ns = 1; ns < INT64_MAX / 3; ns = ns * 3 / 2 + 1) {
        char column[16];
        text_duration7(column, ns);
        int columns = 0;
        for (const char *p = column; *p; p++)
            columns += (*p & 0xc0) != 0x80;
        CHECK(columns == 7, "%lld ns: \"%s\"", (long long)ns, column);
    }
}

static void test_negative_durations(void)
{
    char text[24];
    text_duration(text, -20000LL * 1000000000);
    CHECK(!strcmp(text, "-5h33m"), "\"%s\"", text);
    text_duration(text, INT64_MIN);
    CHECK(!strcmp(text, "-106752d"), "\"%s\"", text);
}

int main(void)
{
    test_durations_fit_seven_columns();
    test_negative_durations();
    return check_done();
}
