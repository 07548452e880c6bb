#include "model/goto.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "base/text.h"

#define SECOND ((int64_t)1000000000)
#define DAY (86400 * SECOND)

static int no_place(struct err *e, const char *word, size_t n)
{
    char shown[128];
    text_visible(shown, sizeof shown, word, n);
    err_set(e, ERR_USAGE, "\"%.60s\" is no place", shown);
    return err_hint(e, "places are like t=1.23s, g=104, 12:34:56.789");
}

static bool importing(const struct session *s)
{
    return __atomic_load_n(&s->importing, __ATOMIC_ACQUIRE);
}

/* t: since the session's start. */
static int at_time(const struct session *s, ns_t t, struct goto_place *out, struct err *e)
{
    char length[24];
    if (t >= 0 && t <= s->t1 - s->t0) {
        out->t = s->t0 + t;
        return 0;
    }
    if (t >= 0 && importing(s))
        return GOTO_LATER;
    text_duration(length, s->t1 - s->t0);
    return t < 0 ? err_set(e, ERR_USAGE, "the trace begins at 0 s") : err_set(e, ERR_USAGE, "the trace ends at %s", length);
}

static int at_goroutine(struct session *s, int64_t id, struct goto_place *out, struct err *e)
{
    gidx g = session_find_g(s, id);
    if (g == IDX_NONE)
        return importing(s) ? GOTO_LATER : err_set(e, ERR_USAGE, "there is no goroutine %" PRId64, id);
    out->g = g;
    return 0;
}

/* Two digits below `most`, at *p; -1 when there are none. */
static int two_digits(const char *p, const char *end, int most)
{
    if (end - p < 2 || p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return -1;
    int v = (p[0] - '0') * 10 + (p[1] - '0');
    return v < most ? v : -1;
}

/* "12:34", "12:34:56", "12:34:56.789": ns since midnight. 0, or -1 when it is no time of day. */
static int time_of_day(const char *word, size_t n, int64_t *ns)
{
    const char *p = word, *end = word + n;
    int h = two_digits(p, end, 24), m, sec = 0;
    if (h < 0 || end - p < 5 || p[2] != ':' || (m = two_digits(p + 3, end, 60)) < 0)
        return -1;
    p += 5;
    if (p < end) {
        if (*p != ':' || (sec = two_digits(p + 1, end, 60)) < 0)
            return -1;
        p += 3;
    }
    int64_t part = 0, unit = SECOND;
    if (p < end) {
        if (*p++ != '.' || p == end)
            return -1;
        for (; p < end && *p >= '0' && *p <= '9' && unit > 1; p++)
            part += (*p - '0') * (unit /= 10);
        if (p < end)
            return -1;
    }
    *ns = ((h * 60 + m) * 60 + sec) * SECOND + part;
    return 0;
}

/* ns since the midnight before a wall clock time, in this machine's zone. */
static int64_t since_midnight(int64_t wall)
{
    time_t at = (time_t)(wall / SECOND - (wall % SECOND < 0));
    struct tm tm;
    if (!localtime_r(&at, &tm))
        return wall % DAY;
    return ((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * SECOND + (wall - (int64_t)at * SECOND);
}

/* The first such time of day in the trace. */
static int at_wall(const struct session *s, int64_t day_ns, struct goto_place *out, struct err *e)
{
    if (s->wall_t0 == NS_NONE) {
        err_set(e, ERR_USAGE, "the trace does not say what time of day it was");
        return err_hint(e, "traces of Go 1.25 and newer do; name a time since the start, like 1.23s");
    }
    int64_t t = day_ns - since_midnight(s->wall_t0);
    return at_time(s, t < 0 ? t + DAY : t, out, e);
}

int goto_word(struct session *s, const char *word, size_t n, struct goto_place *out, struct err *e)
{
    const char *v = word;
    size_t vn = n;
    int64_t value;
    bool t = n > 2 && !memcmp(word, "t=", 2), g = n > 2 && !memcmp(word, "g=", 2);
    if (t || g) {
        v += 2;
        vn -= 2;
    }
    if (!g && time_of_day(v, vn, &value) == 0)
        return at_wall(s, value, out, e);
    if (!g && parse_duration(v, vn, &value) == 0 && (t || vn > 1 || *v != '0'))
        return at_time(s, value, out, e);
    bool letter = !t && vn > 1 && (*v == 'g' || *v == 'G');
    if (!t && parse_int(v + letter, vn - letter, &value) == 0)
        return at_goroutine(s, value, out, e);
    return no_place(e, word, n);
}

int goto_parse(struct session *s, const char *text, struct goto_place *out, struct err *e)
{
    int later = 0, words = 0;
    *out = GOTO_NOWHERE;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ", \t");
        if (n) {
            int rc = goto_word(s, p, n, out, e);
            if (rc < 0)
                return -1;
            later |= rc;
            words++;
        }
        p += n + (p[n] != 0);
    }
    return words ? later : no_place(e, text, strlen(text));
}

void goto_text(const struct session *s, const struct goto_place *place, struct buf *out)
{
    const char *comma = "";
    if (place->t != NS_NONE) {
        int64_t t = place->t - s->t0, part = llabs(t % SECOND);
        char digits[16];
        int n = snprintf(digits, sizeof digits, ".%09" PRId64, part);
        while (n && (digits[n - 1] == '0' || digits[n - 1] == '.'))
            if (digits[--n] == '.')
                break;
        buf_printf(out, "t=%s%" PRId64 "%.*ss", t < 0 ? "-" : "", (int64_t)llabs(t / SECOND), n, digits);
        comma = ",";
    }
    if (place->g != IDX_NONE && place->g < s->goroutines.n)
        buf_printf(out, "%sg=%" PRId64, comma, session_g(s, place->g)->id);
}
