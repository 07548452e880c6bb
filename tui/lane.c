#include "tui/lane.h"

#include <math.h>

/* The runtime's own waits are blank: nothing that a program's author could do anything about. A wait whose reason the trace
 * does not tell (it began before) is drawn as a faint wire: the goroutine is there. */
const struct share_look share_looks[SHARE_COUNT] = {
    [SHARE_RUNNING] = {GLYPH_RUNNING, GLYPH_BRIEF, ROLE_G_RUNNING, ROLE_G_RUNNING, "running"},
    [SHARE_RUNNABLE] = {GLYPH_RUNNABLE, GLYPH_BRIEF_RUNNABLE, ROLE_G_RUNNABLE, ROLE_G_RUNNABLE, "runnable"},
    [SHARE_SYSCALL] = {GLYPH_SYSCALL, GLYPH_BRIEF_SYSCALL, ROLE_G_SYSCALL, ROLE_G_SYSCALL, "syscall"},
    [SHARE_CHAN] = {GLYPH_CHAN, GLYPH_CHAN, ROLE_G_CHAN, ROLE_FILL_CHAN, "waiting"},
    [SHARE_SYNC] = {GLYPH_SYNC, GLYPH_SYNC, ROLE_G_SYNC, ROLE_FILL_SYNC, "waiting"},
    [SHARE_NETWORK] = {GLYPH_NETWORK, GLYPH_NETWORK, ROLE_G_NETWORK, ROLE_FILL_NETWORK, "waiting"},
    [SHARE_SLEEP] = {GLYPH_SLEEP, GLYPH_SLEEP, ROLE_G_SLEEP, ROLE_FILL_SLEEP, "waiting"},
    [SHARE_SYSTEM] = {LANE_BLANK, LANE_BLANK, ROLE_G_SYSTEM, ROLE_FILL_SLEEP, "waiting"},
    [SHARE_OTHER] = {GLYPH_SLEEP, GLYPH_SLEEP, ROLE_G_SYSTEM, ROLE_FILL_SLEEP, "waiting"},
    [SHARE_UNKNOWN] = {GLYPH_UNKNOWN, GLYPH_UNKNOWN, ROLE_G_UNKNOWN, ROLE_FILL_SLEEP, "unknown"},
};

static const struct lane_cell blank = {LANE_BLANK, ROLE_TEXT};

static ns_t both(const struct tl_cell *c, enum share s)
{
    return c->ns[0][s] + c->ns[1][s];
}

static ns_t half_active(const ns_t ns[SHARE_COUNT])
{
    return ns[SHARE_RUNNING] + ns[SHARE_RUNNABLE] + ns[SHARE_SYSCALL];
}

ns_t lane_active(const struct tl_cell *c)
{
    return half_active(c->ns[0]) + half_active(c->ns[1]);
}

ns_t lane_alive(const struct tl_cell *c)
{
    ns_t sum = 0;
    for (unsigned s = 0; s < SHARE_COUNT; s++)
        sum += both(c, s);
    return sum;
}

/* The share with most time, among the active ones or among all others; SHARE_DEAD when none has any. Ties go to the first
 * of the table. */
static enum share longest(const struct tl_cell *c, bool active)
{
    enum share best = SHARE_DEAD;
    ns_t most = 0;
    for (unsigned s = 0; s < SHARE_COUNT; s++)
        if (share_is_active(s) == active && both(c, s) > most)
            most = both(c, s), best = s;
    return best;
}

struct lane_cell lane_choose(const struct tl_cell *c, ns_t half)
{
    enum share act = longest(c, true);
    if (act == SHARE_DEAD) {
        enum share wait = longest(c, false);
        return wait == SHARE_DEAD ? blank : (struct lane_cell){share_looks[wait].full, share_looks[wait].role};
    }
    const struct share_look *look = &share_looks[act];
    ns_t left = half_active(c->ns[0]), right = half_active(c->ns[1]);
    bool low = act == SHARE_RUNNABLE;
    if (10 * (left + right) >= 9 * 2 * half)
        return (struct lane_cell){look->full, look->role};
    if (10 * left >= 9 * half && 10 * right <= half)
        return (struct lane_cell){low ? GLYPH_LEFT_LOW : GLYPH_LEFT_HALF, look->role};
    if (10 * right >= 9 * half && 10 * left <= half)
        return (struct lane_cell){low ? GLYPH_RIGHT_LOW : GLYPH_RIGHT_HALF, look->role};
    if (left + right >= half)
        return (struct lane_cell){look->full, look->role};
    return (struct lane_cell){look->brief, look->role};
}

int lane_level(double value, double max)
{
    if (value <= 0)
        return 0;
    double v = max > 0 ? round(8 * value / max) : 8;
    return v < 1 ? 1 : v > 8 ? 8 : (int)v;
}

static struct lane_cell level_cell(int level, enum role role)
{
    return level ? (struct lane_cell){(uint8_t)(GLYPH_LEVEL1 + level - 1), (uint8_t)role} : blank;
}

struct lane_cell lane_group(const struct tl_cell *c, ns_t covered, uint64_t peak256)
{
    enum share act = longest(c, true), wait = longest(c, false);
    if (covered <= 0 || (act == SHARE_DEAD && wait == SHARE_DEAD))
        return blank;
    int level = lane_level(256 * (double)lane_alive(c) / (double)covered, (double)peak256);
    bool active = wait == SHARE_DEAD || (act != SHARE_DEAD && both(c, act) >= both(c, wait));
    return level_cell(level, active ? share_looks[act].role : share_looks[wait].fill);
}

struct lane_cell lane_runtime(const struct tl_cell *c, ns_t covered, uint64_t peak256)
{
    if (covered <= 0)
        return blank;
    return level_cell(lane_level(256 * (double)lane_active(c) / (double)covered, (double)peak256), ROLE_GC_MARK);
}

struct lane_cell lane_busy(const struct tl_cell *c, ns_t covered, bool thread)
{
    ns_t calls = both(c, SHARE_SYSCALL), user = both(c, SHARE_RUNNING) + (thread ? 0 : calls), sys = both(c, SHARE_SYSTEM);
    if (covered <= 0 || user + sys + calls <= 0)
        return blank;
    if (user + sys <= 0)
        return (struct lane_cell){GLYPH_BRIEF_SYSCALL, ROLE_G_SYSCALL};
    double share = (double)(user + sys) / (double)covered;
    int level = share >= .9 ? 8 : lane_level(share, 1);
    return level_cell(level == 8 && share < .9 ? 7 : level, sys > user ? ROLE_GC_MARK : ROLE_G_RUNNING);
}
