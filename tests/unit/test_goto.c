/* Places are read as people write them, and a place written out is read back as the same. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/goto.h"
#include "tests/lib/check.h"

static struct session *made(void)
{
    struct session *s = session_new();
    s->t0 = 5000;
    s->t1 = 5000 + 7200000000000;                                                         /* two hours */
    s->wall_t0 = ((int64_t)20000 * 86400 + 23 * 3600 + 30 * 60) * 1000000000 + 250000000; /* 23:30:00.25 UTC */
    for (int64_t id = 100; id < 110; id++)
        *paged_push(&s->goroutines) = (struct goroutine){.id = id};
    return s;
}

enum { NO_T = -1, NO_G = 0 };
static const struct {
    const char *text;
    int64_t t; /* ns since the start */
    int64_t g;
} good[] = {
    {"t=1.23s,g=104", 1230000000, 104},
    {"g=104,t=1.23s", 1230000000, 104},
    {"g=104 t=1m30s", 90000000000, 104},
    {"1.23s", 1230000000, NO_G},
    {"g104", NO_T, 104},
    {"G104", NO_T, 104},
    {"104", NO_T, 104},
    {"g=109", NO_T, 109},
    {"t=0", 0, NO_G},
    {"450ms", 450000000, NO_G},
    {"12.4\xC2\xB5s", 12400, NO_G},
    {"2h", 7200000000000, NO_G},
    {"23:30:01", 750000000, NO_G},
    {"t=23:59", 1739750000000, NO_G},
    {"00:30", 3599750000000, NO_G},
    {"23:30:00.250000001,g105", 1, 105},
    {" , 1s ,", 1000000000, NO_G},
};
static const char *const bad[] = {"",     ",",         "x",           "t=",    "g=",    "t=104",  "g=1.5s",   "g=x",       "104x",
                                  "99",   "g99",       "t=-1s",       "3h",    "t=3h",  "24:00",  "12:60",    "12:34:",    "12:34:5",
                                  "1:23", "12:34:56.", "12:34:56.7x", "01:31", "23:29", "view=x", "\x1b[31m", "t=1s,bogus"};

static void read_places(struct session *s)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct goto_place p;
        struct err e = ERR_INIT;
        int rc = goto_parse(s, good[i].text, &p, &e);
        int64_t t = p.t == NS_NONE ? NO_T : p.t - s->t0, g = p.g == IDX_NONE ? NO_G : session_g(s, p.g)->id;
        CHECK(rc == 0 && t == good[i].t && g == good[i].g, "%s: %d, t %" PRId64 ", g %" PRId64 " %s", good[i].text, rc, t, g, e.what);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct goto_place p;
        struct err e = ERR_INIT;
        CHECK(goto_parse(s, bad[i], &p, &e) == -1 && e.kind == ERR_USAGE && e.what[0] && !strchr(e.what, 27), "'%s' is taken for a place",
              bad[i]);
    }
}

static void read_back(struct session *s)
{
    struct buf b = {0};
    for (int i = 0; i < 100000; i++) {
        struct err e = ERR_INIT;
        struct goto_place p = GOTO_NOWHERE, back;
        if (below(4))
            p.t = s->t0 + (ns_t)(rnd() % (uint64_t)(s->t1 - s->t0 + 1)) / (below(2) ? 1 : 1000000) * (below(2) ? 1 : 1);
        if (p.t == NS_NONE || below(2))
            p.g = below(s->goroutines.n);
        buf_clear(&b);
        goto_text(s, &p, &b);
        CHECK(goto_parse(s, buf_str(&b), &back, &e) == 0 && back.t == p.t && back.g == p.g, "%s: %" PRId64 " %u, not %" PRId64 " %u; %s",
              buf_str(&b), back.t, back.g, p.t, p.g, e.what);
    }
    struct goto_place p = {.t = s->t0 + 1230000000, .g = 4};
    buf_clear(&b);
    goto_text(s, &p, &b);
    CHECK(!strcmp(buf_str(&b), "t=1.23s,g=104"), "%s", buf_str(&b));
    buf_clear(&b);
    p = (struct goto_place){.t = s->t0 + 10000000000, .g = IDX_NONE};
    goto_text(s, &p, &b);
    CHECK(!strcmp(buf_str(&b), "t=10s"), "%s", buf_str(&b));
    buf_release(&b);
}

int main(void)
{
    struct session *s = made();
    struct goto_place p;
    struct err e = ERR_INIT;
    setenv("TZ", "UTC", 1);
    tzset();
    read_places(s);
    read_back(s);
    setenv("TZ", "XXX-02:00", 1); /* two hours ahead of UTC */
    tzset();
    CHECK(goto_parse(s, "01:30:01", &p, &e) == 0 && p.t - s->t0 == 750000000, "in another zone: %s", e.what);
    s->importing = true;
    CHECK(goto_parse(s, "3h", &p, &e) == GOTO_LATER && goto_parse(s, "g7", &p, &e) == GOTO_LATER, "while it is read");
    CHECK(goto_parse(s, "bogus", &p, &e) == -1, "no place is none while it is read");
    s->importing = false;
    s->wall_t0 = NS_NONE;
    err_clear(&e);
    CHECK(goto_parse(s, "23:30:01", &p, &e) == -1 && e.hint[0], "without a wall clock");
    session_free(s);
    return check_done();
}
