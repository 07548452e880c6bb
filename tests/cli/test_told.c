/* Findings of a hostile program, in every form: names that would end an element, an annotation or a string, or move the cursor,
 * stay text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include "cli/told.h"
#include "tests/lib/check.h"

#define EVIL "main.f\"]]><failure>'&\033[31m\r\n::error::x%0A\\ \xff\xe2\x80\xae"

static char text[1 << 17];

/* What a writer prints of one hostile finding. */
static const char *written(void (*write_tale)(const struct tale *, struct out *), const struct tale *t)
{
    char path[] = "/tmp/ctxscope-told.XXXXXX";
    static struct out out;
    struct err e = ERR_INIT;
    int fd = mkstemp(path);
    out_init(&out, fd, "told");
    write_tale(t, &out);
    CHECK(out_finish(&out, &e) == 0, "%s", e.what);
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    close(fd);
    unlink(path);
    return text;
}

static bool plain(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 && *s != '\n' && *s != '\t')
            return false;
    return true;
}

static size_t count(const char *s, const char *what)
{
    size_t n = 0;
    for (; (s = strstr(s, what)); s += strlen(what))
        n++;
    return n;
}

static void check_json(const char *s, const char *what)
{
    yajl_handle h = yajl_alloc(NULL, NULL, NULL);
    bool ok = yajl_parse(h, (const unsigned char *)s, strlen(s)) == yajl_status_ok && yajl_complete_parse(h) == yajl_status_ok;
    CHECK(ok && plain(s), "%s is no JSON", what);
    yajl_free(h);
}

int main(void)
{
    struct tale t = {.fail_on = SEV_WARNING};
    struct told f = {.rule = (uint16_t)rule_find("goroutine-leak"),
                     .severity = SEV_ERROR,
                     .function = EVIL,
                     .file = "/src/" EVIL ".go",
                     .line = 7,
                     .count = 1,
                     .message = "1 goroutine of " EVIL};
    for (unsigned i = 0; i < NUMBERS_COUNT; i++)
        f.numbers[i] = 0.0 / 0.0;
    for (unsigned tests = 0; tests < 2; tests++) {
        struct told_session s = {.name = tests ? EVIL : NULL, .path = "/traces/" EVIL, .error = tests ? EVIL : NULL};
        t.tests = tests;
        *vec_push(&s.list) = f;
        s.by_severity[SEV_ERROR] = 1;
        *vec_push(&t.sessions) = s;
        const char *xml = written(tale_junit, &t);
        CHECK(plain(xml) && count(xml, "<failure ") == 1 && count(xml, "</failure>") == 1 && count(xml, "<failure>") == 0, "%s", xml);
        const char *lines = written(tale_github, &t);
        CHECK(plain(lines) && count(lines, "\n") == 1 + tests && count(lines, "\n::error::x") == 0, "%s", lines);
        check_json(written(tale_json, &t), "JSON");
        check_json(written(tale_sarif, &t), "SARIF");
        tale_release(&t);
    }
    return check_done();
}
