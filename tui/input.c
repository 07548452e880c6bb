/* The only file that knows libtermkey: bytes to keys. */
#include "tui/input.h"

#include <errno.h>
#include <string.h>
#include <termkey.h>
#include <unistd.h>

#include "base/mem.h"
#include "tui/keybytes.h"

enum { CHUNK = 1024, TK_BUFFER = 8 * CHUNK };

enum { TK_FLAGS = TERMKEY_FLAG_NOTERMIOS | TERMKEY_FLAG_CTRLC | TERMKEY_FLAG_UTF8 | TERMKEY_FLAG_NOSTART | TERMKEY_FLAG_EINTR };

struct input {
    TermKey *tk;
    int fd; /* -1: none */
    struct keybytes bytes;
    bool pasting, gone;
    int64_t pasted; /* ms: when the last of a paste came */
    bool pending;   /* a key has begun */
    int64_t since;  /* ms: when */
    int64_t press;  /* ms: of the last press, for double clicks */
    int press_x, press_y;
};

/* libtermkey takes terminfo's kmous for the prefix of X10 reports; xterm's entry has had the SGR prefix there since ncurses
 * 6.1, and every click would become typed junk. */
static const char *fix_mouse(const char *name, const char *value, void *data)
{
    (void)data;
    return !strcmp(name, "key_mouse") ? "\033[M" : value;
}

static struct input *new_input(TermKey *tk, int fd)
{
    struct input *in = mem_calloc(1, sizeof *in);
    in->tk = tk;
    in->fd = fd;
    in->press = INT64_MIN / 2;
    termkey_hook_terminfo_getstr(tk, fix_mouse, NULL);
    termkey_set_canonflags(tk, TERMKEY_CANON_DELBS);
    termkey_set_buffer_size(tk, TK_BUFFER);
    termkey_start(tk);
    return in;
}

struct input *input_open(int fd, const char *term, struct err *e)
{
    TermKey *tk = termkey_new(fd, TK_FLAGS);
    if (tk)
        return new_input(tk, fd);
    err_set(e, ERR_USAGE, "the keys of TERM=%.80s are not known", term);
    err_hint(e, "TERM=xterm-256color fits most terminals");
    return NULL;
}

struct input *input_open_bytes(const char *term)
{
    TermKey *tk = termkey_new_abstract(term, TK_FLAGS);
    return tk ? new_input(tk, -1) : NULL;
}

void input_close(struct input *in)
{
    if (!in)
        return;
    termkey_destroy(in->tk);
    mem_free(in);
}

void input_stop(struct input *in)
{
    termkey_stop(in->tk);
}

void input_start(struct input *in)
{
    in->pending = in->pasting = false;
    termkey_start(in->tk);
}

void input_push(struct input *in, const void *bytes, size_t n, int64_t now)
{
    uint8_t sound[CHUNK + KEYBYTES_HELD];
    for (const uint8_t *p = bytes; n > 0;) {
        size_t k = n < CHUNK ? n : CHUNK;
        termkey_push_bytes(in->tk, (const char *)sound, keybytes_pass(&in->bytes, p, k, now, sound));
        p += k;
        n -= k;
    }
}

bool input_fill(struct input *in, int64_t now)
{
    uint8_t bytes[CHUNK];
    ssize_t n = read(in->fd, bytes, sizeof bytes);
    if (n > 0)
        input_push(in, bytes, (size_t)n, now);
    in->gone |= n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
    return !in->gone;
}

static const struct {
    TermKeySym sym;
    keycode key;
} syms[] = {
    {TERMKEY_SYM_UP, KC_UP},         {TERMKEY_SYM_DOWN, KC_DOWN},
    {TERMKEY_SYM_LEFT, KC_LEFT},     {TERMKEY_SYM_RIGHT, KC_RIGHT},
    {TERMKEY_SYM_PAGEUP, KC_PGUP},   {TERMKEY_SYM_PAGEDOWN, KC_PGDN},
    {TERMKEY_SYM_HOME, KC_HOME},     {TERMKEY_SYM_END, KC_END},
    {TERMKEY_SYM_FIND, KC_HOME}, /* \e[1~ and \e[4~ */
    {TERMKEY_SYM_SELECT, KC_END},    {TERMKEY_SYM_INSERT, KC_INS},
    {TERMKEY_SYM_DELETE, KC_DEL},    {TERMKEY_SYM_TAB, KC_TAB},
    {TERMKEY_SYM_ENTER, KC_ENTER},   {TERMKEY_SYM_ESCAPE, KC_ESC},
    {TERMKEY_SYM_KPENTER, KC_ENTER}, {TERMKEY_SYM_BACKSPACE, KC_BACKSPACE},
    {TERMKEY_SYM_DEL, KC_BACKSPACE}, {TERMKEY_SYM_KPPLUS, '+'},
    {TERMKEY_SYM_KPMINUS, '-'},      {TERMKEY_SYM_KPMULT, '*'},
    {TERMKEY_SYM_KPDIV, '/'},        {TERMKEY_SYM_SPACE, ' '},
    {TERMKEY_SYM_HELP, KC_F1},
};

static keycode modifiers(const TermKeyKey *k)
{
    return (k->modifiers & TERMKEY_KEYMOD_CTRL ? (keycode)KM_CTRL : 0) | (k->modifiers & TERMKEY_KEYMOD_ALT ? (keycode)KM_META : 0) |
           (k->modifiers & TERMKEY_KEYMOD_SHIFT ? (keycode)KM_SHIFT : 0);
}

static keycode keysym(const TermKeyKey *k)
{
    for (size_t i = 0; i < sizeof syms / sizeof *syms; i++)
        if (syms[i].sym == k->code.sym)
            return syms[i].key | modifiers(k);
    return KC_NONE;
}

static bool is_key(struct input_event *ev, keycode key)
{
    *ev = (struct input_event){.kind = INPUT_KEY, .key = key};
    return key != KC_NONE;
}

static bool mouse_event(struct input *in, const TermKeyKey *k, int64_t now, struct input_event *ev)
{
    TermKeyMouseEvent what;
    int button, line, col;
    if (termkey_interpret_mouse(in->tk, k, &what, &button, &line, &col) != TERMKEY_RES_KEY || line < 1 || col < 1)
        return false;
    int x = col - 1, y = line - 1;
    if (button == 4 || button == 5) {
        *ev = (struct input_event){INPUT_KEY, (button == 4 ? KC_WHEEL_UP : KC_WHEEL_DOWN) | modifiers(k), MOUSE_PRESS, x, y};
        return what == TERMKEY_MOUSE_PRESS;
    }
    if (button > 1 || (button == 0 && what != TERMKEY_MOUSE_RELEASE) || what == TERMKEY_MOUSE_UNKNOWN)
        return false;
    enum mouse_kind kind = what == TERMKEY_MOUSE_PRESS ? MOUSE_PRESS : what == TERMKEY_MOUSE_DRAG ? MOUSE_DRAG : MOUSE_RELEASE;
    if (kind == MOUSE_PRESS) {
        bool twice = now - in->press <= DOUBLE_MS && x == in->press_x && y == in->press_y;
        in->press = twice ? INT64_MIN / 2 : now;
        in->press_x = x;
        in->press_y = y;
        kind = twice ? MOUSE_DOUBLE : MOUSE_PRESS;
    }
    *ev = (struct input_event){INPUT_MOUSE, KC_NONE, kind, x, y};
    return true;
}

/* \e[200~ and \e[201~ around pasted text. */
static void unknown_csi(struct input *in, const TermKeyKey *k)
{
    long args[16];
    size_t n = sizeof args / sizeof *args;
    unsigned long cmd;
    if (termkey_interpret_csi(in->tk, k, args, &n, &cmd) != TERMKEY_RES_KEY || cmd != '~' || n < 1)
        return;
    if (args[0] == 200)
        in->pasting = true;
    else if (args[0] == 201)
        in->pasting = false;
}

/* Some terminals send ^H for Backspace. */
static keycode character(const TermKeyKey *k)
{
    keycode key = (keycode)(k->code.codepoint & 0x1fffff) | modifiers(k);
    return key == ('h' | KM_CTRL) ? (keycode)KC_BACKSPACE : key;
}

static bool translate(struct input *in, const TermKeyKey *k, int64_t now, struct input_event *ev)
{
    switch (k->type) {
    case TERMKEY_TYPE_UNICODE: return is_key(ev, character(k));
    case TERMKEY_TYPE_FUNCTION:
        return k->code.number >= 1 && k->code.number <= 12 && is_key(ev, (keycode)(KC_F1 + k->code.number - 1) | modifiers(k));
    case TERMKEY_TYPE_KEYSYM: return is_key(ev, keysym(k));
    case TERMKEY_TYPE_MOUSE: return mouse_event(in, k, now, ev);
    case TERMKEY_TYPE_UNKNOWN_CSI: unknown_csi(in, k); return false;
    default: return false; /* answers to questions that nobody asked */
    }
}

/* ms since when something unfinished waits; -1: nothing does. */
static int64_t unfinished(const struct input *in)
{
    return in->pending ? in->since : in->bytes.state == KB_ESC ? in->bytes.last : -1;
}

int input_wait(const struct input *in, int64_t now)
{
    int64_t left = unfinished(in) + ESC_MS - now;
    return unfinished(in) < 0 ? -1 : left > 0 ? (int)left : 0;
}

/* The next key of libtermkey; what is unfinished for too long counts as it is. */
static TermKeyResult next_key(struct input *in, int64_t now, TermKeyKey *k)
{
    uint8_t esc;
    TermKeyResult r = termkey_getkey(in->tk, k);
    if (r == TERMKEY_RES_AGAIN && !in->pending) {
        in->pending = true;
        in->since = now;
    }
    if (r != TERMKEY_RES_AGAIN)
        in->pending = false;
    if (r == TERMKEY_RES_KEY || unfinished(in) < 0)
        return r;
    if (now - unfinished(in) < ESC_MS)
        return TERMKEY_RES_AGAIN;
    if (!in->pending && keybytes_late(&in->bytes, &esc))
        termkey_push_bytes(in->tk, (const char *)&esc, 1);
    in->pending = false;
    return termkey_getkey_force(in->tk, k);
}

enum input_result input_next(struct input *in, int64_t now, struct input_event *ev)
{
    for (;;) {
        TermKeyKey k;
        TermKeyResult r = next_key(in, now, &k);
        if (r == TERMKEY_RES_AGAIN)
            return INPUT_PENDING;
        if (r != TERMKEY_RES_KEY)
            return in->gone || r == TERMKEY_RES_EOF ? INPUT_GONE : INPUT_NOTHING;
        if (in->pasting && now - in->pasted > PASTE_MS)
            in->pasting = false;
        in->pasted = now;
        if (!translate(in, &k, now, ev))
            continue;
        if (in->pasting && ev->kind == INPUT_KEY)
            ev->kind = INPUT_PASTE;
        return INPUT_EVENT;
    }
}
