#include "tui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

const char *const backend_names[BACKENDS] = {"auto", "direct", "ncurses", "null"};

/* Buttons, drags and the wheel, in the form without limits; pastes are told from typing. */
#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

/* What a crash needs; written before the terminal changes, read by signal handlers. */
static struct {
    volatile sig_atomic_t active;
    int in, out;
    struct termios saved;
} rescue;

static bool is_console(const char *name)
{
    return !strncmp(name, "linux", 5);
}

void term_send(struct terminal *t, const void *p, size_t n)
{
    const char *at = p;
    while (n && !t->failed) {
        ssize_t k = write(t->out, at, n);
        if (k > 0) {
            at += k;
            n -= (size_t)k;
            t->bytes += (uint64_t)k;
        } else if (k < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = t->out, .events = POLLOUT}, 1, 1000);
        } else if (k < 0 && errno != EINTR) {
            t->failed = true;
        }
    }
}

static void send_str(struct terminal *t, const char *s)
{
    t->ops->write(t, s, strlen(s));
}

static bool size_of(int fd, int *w, int *h)
{
    struct winsize ws;
    if (ioctl(fd, TIOCGWINSZ, &ws) < 0 || !ws.ws_col || !ws.ws_row)
        return false;
    *w = ws.ws_col;
    *h = ws.ws_row;
    return true;
}

enum depth term_depth(const struct term_facts *f)
{
    const char *no = getenv("NO_COLOR"), *ct = getenv("COLORTERM");
    if ((no && *no) || f->colours < 8)
        return DEPTH_MONO;
    if (ct && (!strcmp(ct, "truecolor") || !strcmp(ct, "24bit")) && f->ansi)
        return DEPTH_TRUE;
    return f->colours >= 256 ? DEPTH_256 : f->colours >= 16 ? DEPTH_16 : DEPTH_8;
}

enum glyph_set term_glyphs(void)
{
    const char *name = getenv("TERM");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 || text_width_cp(0x2500) != 1)
        return GLYPHS_ASCII;
    return name && is_console(name) ? GLYPHS_CONSOLE : GLYPHS_UTF8;
}

struct terminal *term_open_null(int w, int h)
{
    struct terminal *t = mem_calloc(1, sizeof *t);
    *t = (struct terminal){.ops = &term_null, .in = -1, .out = -1, .name = "null", .w = w, .h = h, .depth = DEPTH_256, .dirty = true};
    return t;
}

/* The modes that both back ends share; the back end itself has the screen. */
static void modes_on(struct terminal *t)
{
    if (!is_console(t->name))
        send_str(t, PASTE_ON);
    if (t->mouse)
        send_str(t, MOUSE_ON);
}

static void modes_off(struct terminal *t)
{
    if (t->mouse)
        send_str(t, MOUSE_OFF);
    if (!is_console(t->name))
        send_str(t, PASTE_OFF);
}

int term_enter(struct terminal *t, struct err *e)
{
    t->failed = false;
    if (t->ops == &term_null)
        return 0;
    if (tcgetattr(t->in, &rescue.saved) < 0) {
        err_set(e, ERR_USAGE, "this is no terminal: %s", strerror(errno));
        return err_hint(e, "`ctxscope overview FILE` prints text");
    }
    rescue.in = t->in;
    rescue.out = t->out;
    rescue.active = 1;
    size_of(t->out, &t->w, &t->h);
    if (t->ops->open(t, e) < 0) {
        term_emergency();
        return -1;
    }
    modes_on(t);
    t->dirty = true;
    return 0;
}

void term_again(struct terminal *t)
{
    struct err e = ERR_INIT;
    if (t->ops == &term_null)
        return;
    t->ops->close(t);
    if (t->ops->open(t, &e) < 0)
        t->failed = true;
    else
        modes_on(t);
    t->dirty = true;
}

void term_leave(struct terminal *t)
{
    if (t->ops == &term_null)
        return;
    modes_off(t);
    t->ops->close(t);
    tcsetattr(t->in, TCSADRAIN, &rescue.saved);
    rescue.active = 0;
}

struct terminal *term_open(enum backend backend, int in, int out, struct err *e)
{
    const char *name = getenv("TERM");
    struct term_facts f;
    if (term_facts(&f, name ? name : "", out, e) < 0)
        return NULL;
    struct terminal *t = mem_calloc(1, sizeof *t);
    *t = (struct terminal){.in = in, .out = out, .name = name, .w = 80, .h = 24, .depth = term_depth(&f), .mouse = !is_console(name)};
    bool direct = backend == BACKEND_DIRECT || (backend == BACKEND_AUTO && f.ansi && f.colours >= 256);
    t->ops = direct ? &term_direct : &term_ncurses;
    if (term_enter(t, e) < 0) {
        mem_free(t);
        return NULL;
    }
    return t;
}

void term_close(struct terminal *t)
{
    if (!t)
        return;
    term_leave(t);
    screen_release(&t->old);
    screen_release(&t->new);
    buf_release(&t->buf);
    mem_free(t);
}

bool term_resized(struct terminal *t)
{
    int w = t->w, h = t->h;
    if (t->ops == &term_null || !size_of(t->out, &w, &h))
        return false;
    bool changed = w != t->w || h != t->h;
    t->w = w;
    t->h = h;
    t->ops->resize(t);
    t->dirty = true;
    return changed;
}

void term_show(struct terminal *t, const struct grid *g, const struct palette *p)
{
    screen_resolve(&t->new, g, p);
    bool all = t->dirty || t->old.w != g->w || t->old.h != g->h;
    if (all)
        screen_resize(&t->old, g->w, g->h);
    t->ops->show(t, all);
    struct screen swap = t->old;
    t->old = t->new;
    t->new = swap;
    t->dirty = false;
}

void term_raw(struct terminal *t, const void *p, size_t n)
{
    t->ops->write(t, p, n);
}

void term_mouse(struct terminal *t, bool on)
{
    if (t->ops != &term_null && on != t->mouse)
        send_str(t, on ? MOUSE_ON : MOUSE_OFF);
    t->mouse = on;
}

void term_emergency(void)
{
    static const char off[] = MOUSE_OFF PASTE_OFF "\033[?2026l\033[?1l\033>\033[0m\033[?25h\033[?1049l";
    if (!rescue.active)
        return;
    rescue.active = 0;
    ssize_t n = write(rescue.out, off, sizeof off - 1);
    (void)n;
    tcsetattr(rescue.in, TCSANOW, &rescue.saved);
}
