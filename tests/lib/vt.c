#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "tests/lib/vt.h"

struct vt {
    int fd;       /* the pty's master */
    int from, to; /* pipes from and to the session leader */
    pid_t leader, program;
    bool ended, stopped;
    int status;
    int cols, rows;
    VTerm *vterm;
    VTermScreen *screen;
    bool altscreen, cursor, mouse;
    struct termios before;
    char *raw;
    size_t n, cap;
    size_t scanned; /* bytes of raw searched for marks */
    size_t since;   /* where raw stood at the last input */
    size_t marks;   /* bytes of marks since then */
    size_t seen;    /* marks ever, and how many at the last input */
    size_t seen_at_input;
    struct vt_mark mark;
    char *text;
    bool collects; /* keys wait in: */
    char keys[2048];
    size_t nkeys;
};

static void die(const char *what)
{
    printf("FAIL the test's terminal: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the session leader, in place of a shell ---- */

static void set_env(const struct vt_opts *o)
{
    setenv("TERM", o->term ? o->term : "xterm-256color", 1);
    if (!o->no_sync)
        setenv("CTXSCOPE_SYNC", "1", 1);
    for (const char *const *e = o->env; e && *e; e++) {
        const char *eq = strchr(*e, '=');
        char name[64];
        snprintf(name, sizeof name, "%.*s", eq ? (int)(eq - *e) : 63, *e);
        if (eq)
            setenv(name, eq + 1, 1);
        else
            unsetenv(name);
    }
}

static void redirect(const char *path, int flags, int to)
{
    if (!path)
        return;
    int fd = open(path, flags, 0600);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(126);
    close(fd);
}

static _Noreturn void be_program(const struct vt_opts *o, const char *const argv[])
{
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(2, getpid());
    signal(SIGTTOU, SIG_DFL);
    set_env(o);
    redirect(o->stdin_path, O_RDONLY, 0);
    redirect(o->stdout_path, O_WRONLY | O_CREAT | O_TRUNC, 1);
    char *args[32];
    size_t n = 0;
    for (; argv[n] && n < 31; n++)
        args[n] = strdup(argv[n]);
    args[n] = NULL;
    execv(args[0], args);
    dprintf(2, "cannot run %s: %s\n", args[0], strerror(errno));
    _exit(127);
}

/* Tells each change of the program's state through the pipe; a stopped one goes on when a byte comes back. */
static _Noreturn void be_leader(const struct vt_opts *o, const char *const argv[], int to, int from)
{
    signal(SIGTTOU, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
    pid_t pid = fork();
    if (!pid)
        be_program(o, argv);
    setpgid(pid, pid);
    tcsetpgrp(2, pid);
    int told[2] = {(int)pid, 0};
    if (write(to, told, sizeof told) < 0)
        _exit(1);
    for (;;) {
        int status;
        char go;
        if (waitpid(pid, &status, WUNTRACED) < 0)
            _exit(1);
        if (WIFSTOPPED(status))
            tcsetpgrp(2, getpid());
        told[1] = status;
        if (write(to, told, sizeof told) < 0 || !WIFSTOPPED(status) || read(from, &go, 1) != 1)
            break;
        tcsetpgrp(2, pid);
        kill(-pid, SIGCONT);
    }
    kill(-pid, SIGKILL);
    _exit(0);
}

/* ---- the terminal ---- */

static void send_bytes(struct vt *vt, const char *s, size_t n)
{
    while (n) {
        ssize_t k = write(vt->fd, s, n);
        if (k < 0 && errno != EINTR && errno != EAGAIN)
            return;
        if (k > 0) {
            s += k;
            n -= (size_t)k;
        }
    }
}

/* Keys that are typed together are sent in one piece, or a frame, and its mark, could come between them. */
static void on_output(const char *s, size_t n, void *ctx)
{
    struct vt *vt = ctx;
    if (vt->collects && vt->nkeys + n <= sizeof vt->keys) {
        memcpy(vt->keys + vt->nkeys, s, n);
        vt->nkeys += n;
        return;
    }
    send_bytes(vt, s, n);
}

static int on_prop(VTermProp prop, VTermValue *v, void *ctx)
{
    struct vt *vt = ctx;
    if (prop == VTERM_PROP_ALTSCREEN)
        vt->altscreen = v->boolean;
    else if (prop == VTERM_PROP_CURSORVISIBLE)
        vt->cursor = v->boolean;
    else if (prop == VTERM_PROP_MOUSE)
        vt->mouse = v->number != VTERM_PROP_MOUSE_NONE;
    return 1;
}

static void screen_init(struct vt *vt)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_prop};
    vt->vterm = vterm_new(vt->rows, vt->cols);
    vterm_set_utf8(vt->vterm, 1);
    vterm_output_set_callback(vt->vterm, on_output, vt);
    vt->screen = vterm_obtain_screen(vt->vterm);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
    vterm_screen_reset(vt->screen, 1);
    vt->cursor = true;
}

static void note_input(struct vt *vt)
{
    vt->since = vt->n;
    vt->marks = 0;
    vt->seen_at_input = vt->seen;
}

struct vt *vt_start(const struct vt_opts *o, const char *const argv[])
{
    struct vt *vt = calloc(1, sizeof *vt);
    int up[2], down[2], slave;
    struct winsize size = {.ws_row = (unsigned short)o->rows, .ws_col = (unsigned short)o->cols};
    if (!vt || pipe2(up, O_CLOEXEC) < 0 || pipe2(down, O_CLOEXEC) < 0 || openpty(&vt->fd, &slave, NULL, NULL, &size) < 0)
        die("cannot make a pty");
    vt->cols = o->cols;
    vt->rows = o->rows;
    fflush(stdout);
    vt->leader = fork();
    if (vt->leader < 0)
        die("cannot fork");
    if (!vt->leader) {
        close(vt->fd);
        if (login_tty(slave) < 0)
            _exit(125);
        be_leader(o, argv, up[1], down[0]);
    }
    tcgetattr(slave, &vt->before);
    close(slave);
    close(up[1]);
    close(down[0]);
    vt->from = up[0];
    vt->to = down[1];
    int told[2];
    if (read(vt->from, told, sizeof told) != sizeof told)
        die("no program");
    vt->program = told[0];
    screen_init(vt);
    note_input(vt);
    return vt;
}

void vt_free(struct vt *vt)
{
    if (!vt)
        return;
    if (!vt->ended)
        kill(vt->program, SIGKILL);
    close(vt->to);
    close(vt->fd);
    kill(vt->leader, SIGKILL);
    waitpid(vt->leader, NULL, 0);
    close(vt->from);
    vterm_free(vt->vterm);
    free(vt->raw);
    free(vt->text);
    free(vt);
}

/* ---- what comes in ---- */

static void find_marks(struct vt *vt)
{
    static const char head[] = "\033]777;idle";
    enum { HEAD = sizeof head - 1 };
    for (;;) {
        char *at = vt->scanned < vt->n ? memmem(vt->raw + vt->scanned, vt->n - vt->scanned, head, HEAD) : NULL;
        char *end = at ? memchr(at, '\a', vt->n - (size_t)(at - vt->raw)) : NULL;
        if (!end) {
            size_t keep = at ? vt->n - (size_t)(at - vt->raw) : HEAD;
            vt->scanned = vt->n > vt->scanned + keep ? vt->n - keep : vt->scanned;
            return;
        }
        vt->mark = (struct vt_mark){.rows = -1, .import = -1};
        *end = 0;
        char *field;
        if ((field = strstr(at, "view=")))
            sscanf(field, "view=%31[^;]", vt->mark.view);
        if ((field = strstr(at, "rows=")))
            sscanf(field, "rows=%d", &vt->mark.rows);
        if ((field = strstr(at, "import=")))
            sscanf(field, "import=%d", &vt->mark.import);
        *end = '\a';
        vt->seen++;
        vt->marks += (size_t)(end + 1 - at);
        vt->scanned = (size_t)(end + 1 - vt->raw);
    }
}

static bool take_output(struct vt *vt)
{
    char buf[65536];
    ssize_t n = read(vt->fd, buf, sizeof buf);
    if (n <= 0)
        return false;
    if (vt->n + (size_t)n > vt->cap) {
        vt->cap = (vt->n + (size_t)n) * 2;
        vt->raw = realloc(vt->raw, vt->cap + 1);
        if (!vt->raw)
            die("memory");
    }
    memcpy(vt->raw + vt->n, buf, (size_t)n);
    vt->n += (size_t)n;
    find_marks(vt);
    vterm_input_write(vt->vterm, buf, (size_t)n);
    return true;
}

static void take_status(struct vt *vt)
{
    int told[2];
    if (read(vt->from, told, sizeof told) != sizeof told) {
        vt->ended = true;
        return;
    }
    vt->status = told[1];
    vt->stopped = WIFSTOPPED(told[1]);
    vt->ended = !vt->stopped;
}

/* Takes in what is there, waiting at most so long for something. False: nothing came. */
static bool step(struct vt *vt, int ms)
{
    struct pollfd p[2] = {{.fd = vt->fd, .events = POLLIN}, {.fd = vt->ended ? -1 : vt->from, .events = POLLIN}};
    if (poll(p, 2, ms < 0 ? 0 : ms) <= 0)
        return false;
    bool some = p[0].revents && take_output(vt);
    if (p[1].revents) {
        take_status(vt);
        some = true;
    }
    return some;
}

static bool pending_within(struct vt *vt, int ms)
{
    struct pollfd p = {.fd = vt->fd, .events = POLLIN};
    return poll(&p, 1, ms) > 0 && (p.revents & POLLIN);
}

static bool pending(struct vt *vt)
{
    return pending_within(vt, 0);
}

/* The mark may be of a frame that was on its way when the key was sent (a job ended, the findings were judged): what follows it at
 * once is waited for. No test depends on how long this is, only its chance to see a frame too early does. */
enum { QUIET_MS = 40 };

bool vt_sync(struct vt *vt, int ms)
{
    int64_t until = now_ms() + ms;
    while (vt->seen == vt->seen_at_input || pending(vt)) {
        if (vt->ended && !pending(vt))
            return false;
        step(vt, (int)(until - now_ms()));
        if (now_ms() >= until)
            break;
    }
    while (!vt->ended && now_ms() < until && pending_within(vt, QUIET_MS))
        step(vt, 0);
    return vt->seen > vt->seen_at_input;
}

/* The counts of findings in the first line: until they are there a frame may come that no key asked for. */
static bool judged(struct vt *vt)
{
    const char *row = vt_row(vt, 0), *utf8 = strstr(row, "✗");
    if (utf8)
        return true;
    for (const char *p = strstr(row, " X"); p; p = strstr(p + 1, " X"))
        if (p[2] >= '0' && p[2] <= '9')
            return true;
    return false;
}

bool vt_settle(struct vt *vt, int ms)
{
    int64_t until = now_ms() + ms;
    while (now_ms() < until) {
        if (!vt_sync(vt, (int)(until - now_ms())))
            return false;
        if (vt->mark.import >= 100 && judged(vt))
            return true;
        vt->seen_at_input = vt->seen;
    }
    return false;
}

bool vt_wait(struct vt *vt, const char *text, int ms)
{
    int64_t until = now_ms() + ms;
    while (!vt_has(vt, text)) {
        if (now_ms() >= until || (vt->ended && !pending(vt)))
            return false;
        step(vt, (int)(until - now_ms()));
    }
    return true;
}

void vt_pump(struct vt *vt, int ms)
{
    int64_t until = now_ms() + ms;
    for (int64_t left = ms; left > 0; left = until - now_ms())
        if (!step(vt, (int)left) && vt->ended)
            return;
}

int vt_end(struct vt *vt, int ms)
{
    int64_t until = now_ms() + ms;
    while (!vt->ended && now_ms() < until)
        step(vt, (int)(until - now_ms()));
    while (pending(vt) && take_output(vt))
        ;
    return vt->ended ? vt->status : -1;
}

bool vt_stopped(struct vt *vt, int ms)
{
    int64_t until = now_ms() + ms;
    while (!vt->ended && !vt->stopped && now_ms() < until)
        step(vt, (int)(until - now_ms()));
    while (pending(vt) && take_output(vt))
        ;
    return vt->stopped;
}

struct vt_mark vt_mark(const struct vt *vt)
{
    return vt->mark;
}

/* ---- what goes out ---- */

static const struct {
    const char *name;
    VTermKey key;
    uint32_t ch;
} key_names[] = {
    {"Up", VTERM_KEY_UP, 0},        {"Down", VTERM_KEY_DOWN, 0},      {"Left", VTERM_KEY_LEFT, 0},
    {"Right", VTERM_KEY_RIGHT, 0},  {"PgUp", VTERM_KEY_PAGEUP, 0},    {"PgDn", VTERM_KEY_PAGEDOWN, 0},
    {"Home", VTERM_KEY_HOME, 0},    {"End", VTERM_KEY_END, 0},        {"Tab", VTERM_KEY_TAB, 0},
    {"Enter", VTERM_KEY_ENTER, 0},  {"Esc", VTERM_KEY_ESCAPE, 0},     {"Backspace", VTERM_KEY_BACKSPACE, 0},
    {"Space", VTERM_KEY_NONE, ' '}, {"F1", VTERM_KEY_FUNCTION(1), 0}, {"F2", VTERM_KEY_FUNCTION(2), 0},
};

static void send_key(struct vt *vt, const char *name, size_t n)
{
    VTermModifier mod = VTERM_MOD_NONE;
    for (; n > 2 && name[1] == '-' && strchr("CSM", name[0]); name += 2, n -= 2)
        mod |= name[0] == 'C' ? VTERM_MOD_CTRL : name[0] == 'S' ? VTERM_MOD_SHIFT : VTERM_MOD_ALT;
    for (size_t i = 0; i < sizeof key_names / sizeof *key_names; i++)
        if (strlen(key_names[i].name) == n && !memcmp(key_names[i].name, name, n)) {
            if (key_names[i].key)
                vterm_keyboard_key(vt->vterm, key_names[i].key, mod);
            else
                vterm_keyboard_unichar(vt->vterm, key_names[i].ch, mod);
            return;
        }
    if (mod && n == 1)
        vterm_keyboard_unichar(vt->vterm, (unsigned char)*name, mod);
    else
        on_output(name, n, vt);
}

static void send_keys(struct vt *vt)
{
    send_bytes(vt, vt->keys, vt->nkeys);
    vt->nkeys = 0;
}

void vt_keys(struct vt *vt, const char *keys)
{
    note_input(vt);
    vt->collects = true;
    for (size_t n; *keys; keys += n) {
        keys += strspn(keys, " ");
        n = strcspn(keys, " ");
        if (n)
            send_key(vt, keys, n);
        if (n == 3 && !memcmp(keys, "Esc", 3))
            send_keys(vt); /* with what follows it would be another key */
    }
    send_keys(vt);
    vt->collects = false;
}

void vt_send(struct vt *vt, const void *bytes, size_t n)
{
    note_input(vt);
    on_output(bytes, n, vt);
}

void vt_click(struct vt *vt, int x, int y, int button)
{
    note_input(vt);
    vt->collects = true;
    vterm_mouse_move(vt->vterm, y, x, VTERM_MOD_NONE);
    vterm_mouse_button(vt->vterm, button, true, VTERM_MOD_NONE);
    vterm_mouse_button(vt->vterm, button, false, VTERM_MOD_NONE);
    send_keys(vt);
    vt->collects = false;
}

void vt_resize(struct vt *vt, int cols, int rows)
{
    note_input(vt);
    vt->cols = cols;
    vt->rows = rows;
    vterm_set_size(vt->vterm, rows, cols);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    ioctl(vt->fd, TIOCSWINSZ, &size);
}

void vt_signal(struct vt *vt, int sig)
{
    kill(vt->program, sig);
}

void vt_continue(struct vt *vt)
{
    note_input(vt);
    vt->stopped = false;
    if (write(vt->to, "c", 1) != 1)
        die("the session leader is gone");
}

/* ---- what is seen ---- */

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    return n;
}

static size_t put_row(struct vt *vt, int y, char *out)
{
    size_t n = 0, end = 0;
    for (int x = 0; x < vt->cols; x++) {
        VTermScreenCell cell;
        if (!vterm_screen_get_cell(vt->screen, (VTermPos){.row = y, .col = x}, &cell) || cell.chars[0] == (uint32_t)-1)
            continue;
        /* Behind the first 0 nothing is set. */
        n += put_utf8(out + n, cell.chars[0] ? cell.chars[0] : ' ');
        for (int i = 1; cell.chars[0] && i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            n += put_utf8(out + n, cell.chars[i]);
        if (cell.chars[0] && cell.chars[0] != ' ')
            end = n;
    }
    out[end] = 0;
    return end;
}

static char *text_room(struct vt *vt)
{
    free(vt->text);
    vt->text = malloc((size_t)vt->rows * ((size_t)vt->cols * VTERM_MAX_CHARS_PER_CELL * 4 + 2) + 1);
    if (!vt->text)
        die("memory");
    return vt->text;
}

const char *vt_row(struct vt *vt, int y)
{
    char *text = text_room(vt);
    if (y < 0 || y >= vt->rows)
        *text = 0;
    else
        put_row(vt, y, text);
    return text;
}

const char *vt_text(struct vt *vt)
{
    char *text = text_room(vt);
    size_t n = 0;
    for (int y = 0; y < vt->rows; y++) {
        n += put_row(vt, y, text + n);
        text[n++] = '\n';
    }
    text[n] = 0;
    return text;
}

bool vt_has(struct vt *vt, const char *text)
{
    return strstr(vt_text(vt), text) != NULL;
}

static int colour(VTermColor c)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c))
        return -1;
    return VTERM_COLOR_IS_INDEXED(&c) ? c.indexed.idx : 0x1000000 | c.rgb.red << 16 | c.rgb.green << 8 | c.rgb.blue;
}

struct vt_cell vt_cell(struct vt *vt, int x, int y)
{
    VTermScreenCell c;
    if (x < 0 || y < 0 || x >= vt->cols || y >= vt->rows || !vterm_screen_get_cell(vt->screen, (VTermPos){.row = y, .col = x}, &c))
        return (struct vt_cell){0};
    return (struct vt_cell){.ch = c.chars[0],
                            .bold = c.attrs.bold,
                            .reverse = c.attrs.reverse,
                            .underline = c.attrs.underline != 0,
                            .fg = colour(c.fg),
                            .bg = colour(c.bg)};
}

bool vt_altscreen(const struct vt *vt)
{
    return vt->altscreen;
}
bool vt_cursor_visible(const struct vt *vt)
{
    return vt->cursor;
}
bool vt_mouse_on(const struct vt *vt)
{
    return vt->mouse;
}

bool vt_tty_restored(struct vt *vt)
{
    struct termios t;
    return tcgetattr(vt->fd, &t) == 0 && t.c_lflag == vt->before.c_lflag && t.c_iflag == vt->before.c_iflag &&
           t.c_oflag == vt->before.c_oflag && !memcmp(t.c_cc, vt->before.c_cc, sizeof t.c_cc);
}

const char *vt_raw(const struct vt *vt, size_t *n)
{
    *n = vt->n;
    return vt->raw;
}

size_t vt_bytes(const struct vt *vt)
{
    return vt->n - vt->since - vt->marks;
}
