#include "tui/chain.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/cancels.h"

static const char *const end_words[WAKE_ENDS] = {
    [WAKE_GOES_ON] = "",
    [WAKE_NOBODY] = "end of trace: nobody woke it",
    [WAKE_NETWORK] = "netpoll: the network answered",
    [WAKE_TIMER] = "a timer or the runtime woke it",
    [WAKE_SYSCALL] = "the system call returned",
    [WAKE_AT_WORK] = "was at work all that time, it did not wait",
    [WAKE_CREATED] = "was started by a timer",
    [WAKE_GC] = "the garbage collector woke it",
    [WAKE_START] = "since before the trace: not known",
    [WAKE_UNKNOWN] = "what woke it is not known",
    [WAKE_FURTHER] = "further back",
};

const char *chain_end(enum wake_end end)
{
    return end_words[end];
}

static int goroutine(struct grid *g, int x, int y, int max, enum role role, int64_t id, struct str name)
{
    int used = grid_printf(g, x, y, max, role, "G%lld", (long long)id);
    if (name.n && max - used > 4)
        used += 1 + part_name(g, x + used + 1, y, max - used - 1, role, name);
    return used;
}

static void draw_wait(struct grid *g, int x, int y, int w, const struct wake_link *l, bool first)
{
    char reason[64], text[400], file[256];
    struct str base = name_file(l->file);
    text_visible(reason, sizeof reason, l->reason.p, l->reason.n);
    text_visible(file, sizeof file, base.p, base.n);
    const char *what = *reason ? reason : l->share == SHARE_SYSCALL ? "syscall" : "waiting";
    snprintf(text, sizeof text, base.n ? "%s %s:%u" : "%s", what, file, l->line);
    part_duration(g, x, y, 7, ROLE_TEXT, l->t1 - l->t0);
    part_share(g, x + 8, y, 2, (enum share)l->share);
    int tw = grid_width(text, strlen(text)), room = w - 11;
    int used = goroutine(g, x + 11, y, room - tw - 2 > 12 ? room - tw - 2 : 12, first ? ROLE_STRONG : ROLE_TEXT, l->id, l->name);
    if (used + 2 < room)
        grid_right(g, x + 11 + used + 2, y, room - used - 2, ROLE_DIM, text);
}

/* "62.7 µs after its own wake": how long the waker was at work before. Returns columns used at the right. */
static int draw_after(struct grid *g, int x, int y, int w, const struct wake_link *l, const struct wake_link *next)
{
    char text[64], len[24];
    if (!next || w < 76 || next->g != l->by || next->t1 > l->t1)
        return 0;
    text_duration(len, l->t1 - next->t1);
    snprintf(text, sizeof text, "%s after its own wake", len);
    int n = grid_width(text, strlen(text));
    grid_text(g, x + w - n, y, n, ROLE_DIM, text);
    return n + 2;
}

static void draw_waker(struct grid *g, int x, int y, int w, const struct wake_link *l, const struct wake_link *next)
{
    grid_glyph(g, x + 5, y, ROLE_BORDER, GLYPH_VRULE);
    w -= draw_after(g, x, y, w, l, next);
    int at = 8;
    if (l->edge != IDX_NONE) {
        const struct mark_look *look = &mark_looks[l->mark];
        grid_glyph(g, x + 5, y, (enum role)look->role, (enum glyph)look->glyph);
        at += grid_printf(g, x + at, y, w - at, (enum role)look->text_role, "woken by %s %s ",
                          l->mark == MARK_DEADLINE ? "its deadline" : "cancel", l->grade < GRADE_COUNT ? grade_signs[l->grade] : "");
    } else {
        at += grid_text(g, x + at, y, w - at, ROLE_DIM, "woken by ");
    }
    at += goroutine(g, x + at, y, w - at - 18 > 8 ? w - at - 18 : w - at, ROLE_DIM, l->by_id, l->by_func.n ? l->by_func : l->by_name);
    part_place(g, x + at + 1, y, w - at - 1, ROLE_DIM, l->by_file, l->by_line, false);
}

static void draw_root(struct grid *g, int x, int y, int w, const struct wake_link *l)
{
    int at = 8, room = w - at - grid_width(end_words[l->end], strlen(end_words[l->end])) - 1; /* the cause is whole, the name gives way */
    grid_text(g, x, y, 5, ROLE_DIM, "root");
    grid_glyph(g, x + 5, y, ROLE_BORDER, GLYPH_HRULE);
    if (l->by != IDX_NONE)
        at += 1 + goroutine(g, x + at, y, room > 8 ? room : 8, ROLE_TEXT, l->by_id, l->by_name);
    grid_text(g, x + at, y, w - at, ROLE_STRONG, end_words[l->end]);
}

int chain_draw(struct grid *g, int x, int y, int w, int rows, const struct wake_link *links, int n)
{
    int room = rows / 2, at = 0; /* two rows a link */
    if (n <= 0 || room < 1)
        return 0;
    for (int i = 0; i < n && at + 1 < rows; i++) {
        bool last = i + 1 == n;
        if (!last && i > 0 && i >= room - 2 && n > room) { /* the middle goes */
            int gone = n - 1 - i;
            grid_printf(g, x + 8, y + at, w - 8, ROLE_DIM, "%d more link%s", gone, gone == 1 ? "" : "s");
            grid_glyph(g, x + 5, y + at, ROLE_BORDER, GLYPH_VRULE);
            at++;
            i = n - 2;
            continue;
        }
        draw_wait(g, x, y + at++, w, &links[i], i == 0);
        if (last)
            draw_root(g, x, y + at++, w, &links[i]);
        else
            draw_waker(g, x, y + at++, w, &links[i], &links[i + 1]);
    }
    return at;
}
