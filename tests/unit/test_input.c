/* Bytes of terminals become the keys that they stand for: Esc, function keys, the mouse, pastes. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tui/input.h"

static struct input *in;
static int64_t now = 1000;

/* What comes out of the bytes, as names parted by blanks: "j", "C-x", "press(3,4)", "paste(a)". */
static const char *names(const char *bytes, size_t n)
{
    static char out[1024];
    struct input_event ev;
    size_t at = 0;
    out[0] = 0;
    input_push(in, bytes, n, now);
    for (enum input_result r; (r = input_next(in, now, &ev)) == INPUT_EVENT || r == INPUT_PENDING;) {
        if (r == INPUT_PENDING) {
            CHECK(input_wait(in, now) > 0 && input_wait(in, now) <= ESC_MS, "waits %d ms", input_wait(in, now));
            now += ESC_MS;
            continue;
        }
        static const char *const kinds[] = {"press", "drag", "release", "double"};
        char key[32];
        key_name(key, ev.key);
        const char *gap = at ? " " : "";
        if (ev.kind == INPUT_MOUSE)
            at += (size_t)snprintf(out + at, sizeof out - at, "%s%s(%d,%d)", gap, kinds[ev.mouse], ev.x, ev.y);
        else if (ev.kind == INPUT_PASTE)
            at += (size_t)snprintf(out + at, sizeof out - at, "%spaste(%s)", gap, key);
        else
            at += (size_t)snprintf(out + at, sizeof out - at, "%s%s", gap, key);
    }
    return out;
}

static void are(const char *bytes, const char *want)
{
    const char *got = names(bytes, strlen(bytes));
    CHECK(!strcmp(got, want), "\"%s\" gives \"%s\", wanted \"%s\"", *bytes == 033 ? bytes + 1 : bytes, got, want);
}

static void test_keys(void)
{
    are("jG +:", "j G Space + :");
    are("\r\t\x7f\x08", "Enter Tab Backspace Backspace");
    are("\x12\x03\x1a\x0f", "C-r C-c C-z C-o");
    are("é漢", "é 漢");
    are("\033[A\033[B\033OC\033[D", "Up Down Right Left");
    are("\033[5~\033[6~\033[H\033[F\033[1~\033[4~", "PgUp PgDn Home End Home End");
    are("\033[Z\033OP\033[1;2D\033[1;5C", "S-Tab F1 S-Left C-Right");
    are("\033x", "M-x");
    are("\033", "Esc");
    are("\033\033", "Esc");
}

static void test_mouse(void)
{
    are("\033[<0;11;5M\033[<32;12;5M\033[<0;301;5m", "press(10,4) drag(11,4) release(300,4)");
    are("\033[<64;1;1M\033[<65;1;1M\033[<80;1;1M\033[<81;3;1M", "WheelUp WheelDown C-WheelUp C-WheelDown");
    now += 10000;
    are("\033[<0;5;5M\033[<0;5;5m\033[<0;5;5M\033[<0;5;5m\033[<0;5;5M", "press(4,4) release(4,4) double(4,4) release(4,4) press(4,4)");
    are("\033[<2;5;5M\033[<66;5;5M", "");
    are("\033[<0;5M\033[<0;5;5;5M\033[<0;5;5~j", "j");
}

static void test_pastes_are_text(void)
{
    are("a\033[200~q:x\r\033[201~b", "a paste(q) paste(:) paste(x) paste(Enter) b");
    are("\033[200~q", "paste(q)");
    now += PASTE_MS + 1;
    are("j", "j"); /* the end was lost: not for ever */
}

/* Sequences that no keyboard sends, answers of terminals: gone without a trace, and the next key is a key. */
static void test_foreign_sequences(void)
{
    static const char *const gone[] = {"\033[~",
                                       "\033[;;;;;;;;;;;;;;;;;;;;1~",
                                       "\033[99999999999~",
                                       "\033[1;2;3;4;5;6;7;8;9;10A",
                                       "\033]52;c;AAAA\a",
                                       "\033P1$r0m\033\\",
                                       "\233"
                                       "5~",
                                       "\377\376",
                                       "\033[999;999;999z"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        char bytes[128];
        now += 1000;
        snprintf(bytes, sizeof bytes, "%sj", gone[i]);
        const char *got = names(bytes, strlen(bytes)), *last = strrchr(got, ' ');
        CHECK(!strcmp(last ? last + 1 : got, "j"), "case %zu gives \"%s\"", i, got);
    }
    now += 1000;
    names("\033]0;a title without end", 23);
    now += 1000;
    are("j", "j");
}

static void test_odd_bytes(void)
{
    struct input_event ev;
    for (int i = 0; i < 20000; i++) {
        char b[8];
        for (size_t k = 0; k < sizeof b; k++)
            b[k] = (char)(below(4) ? rnd() : (uint64_t) "\033[<;M~O]"[below(8)]);
        input_push(in, b, sizeof b, now);
        for (int n = 0; n < 100 && input_next(in, now += ESC_MS, &ev) != INPUT_NOTHING; n++)
            CHECK(ev.x >= 0 && ev.y >= 0, "mouse at %d,%d", ev.x, ev.y);
    }
}

int main(void)
{
    in = input_open_bytes("xterm-256color");
    CHECK(in, "no keys of xterm-256color");
    if (!in)
        return check_done();
    test_keys();
    test_mouse();
    test_pastes_are_text();
    test_foreign_sequences();
    test_odd_bytes();
    input_close(in);
    return check_done();
}
