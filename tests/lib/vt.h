/* A terminal for end-to-end tests: the program runs on a pty as a shell's job would, libvterm shows what a terminal would.
 *
 *     struct vt *vt = vt_start(&(struct vt_opts){.cols = 80, .rows = 24}, (const char *[]){path, "trace.out", NULL});
 *     CHECK(vt_sync(vt, 5000), "no frame");
 *     vt_keys(vt, "j j Enter");
 *     CHECK(vt_sync(vt, 1000) && vt_has(vt, "waiting"), "%s", vt_text(vt));
 *     vt_free(vt);
 *
 * Between vt and the program stands a session leader that does what a shell does: gives the program its own process group,
 * hands it the terminal, takes note when it stops or ends. So ^Z, SIGTTOU and orphaned groups behave as in life. */
#ifndef TESTS_LIB_VT_H
#define TESTS_LIB_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vt;

struct vt_opts {
    int cols, rows;
    const char *term;       /* $TERM; NULL: xterm-256color */
    const char *stdin_path; /* file that is the program's stdin in place of the terminal; NULL */
    const char *stdout_path;
    bool no_sync;           /* do not set CTXSCOPE_SYNC=1 */
    const char *const *env; /* further "NAME=value", or "NAME" to take one away; NULL-terminated; may be NULL */
};

/* What the program says when it is idle: ESC ] 777 ; idle ; view=NAME ; rows=N ; import=PERCENT BEL. */
struct vt_mark {
    char view[32];
    int rows, import;
};

struct vt_cell {
    uint32_t ch;
    bool bold, reverse, underline;
    int fg, bg; /* 0..255 of the palette, 0x1rrggbb, or -1 for the terminal's own */
};

struct vt *vt_start(const struct vt_opts *o, const char *const argv[]);
/* Kills the program if it still runs. */
void vt_free(struct vt *vt);

/* Keys as in tui/commands.def, parted by blanks: "j j Enter C-r PgDn / m a i n". */
void vt_keys(struct vt *vt, const char *keys);
void vt_send(struct vt *vt, const void *bytes, size_t n);
/* Press and release of a button (1 left; 4, 5 wheel) at a cell from 0; sends nothing unless the program asked for the mouse. */
void vt_click(struct vt *vt, int x, int y, int button);
void vt_resize(struct vt *vt, int cols, int rows);
/* To the program alone. */
void vt_signal(struct vt *vt, int sig);

/* Waits for an idle mark that came after the last keys, click, resize or start. False: none within the time, or it ended. */
bool vt_sync(struct vt *vt, int ms);
/* The same, until the mark says that the import is done. */
bool vt_settle(struct vt *vt, int ms);
/* Waits until the text is on the screen. */
bool vt_wait(struct vt *vt, const char *text, int ms);
/* Takes in what comes for so long. */
void vt_pump(struct vt *vt, int ms);
struct vt_mark vt_mark(const struct vt *vt);

/* Waits until the program has ended: its wait status, or -1 when it did not. */
int vt_end(struct vt *vt, int ms);
/* Waits until it is stopped (^Z). */
bool vt_stopped(struct vt *vt, int ms);
/* What a shell's fg does. */
void vt_continue(struct vt *vt);

/* Row y as UTF-8 without trailing blanks; the whole screen, rows ended by newlines. Valid until the next call. */
const char *vt_row(struct vt *vt, int y);
const char *vt_text(struct vt *vt);
bool vt_has(struct vt *vt, const char *text);
struct vt_cell vt_cell(struct vt *vt, int x, int y);
bool vt_altscreen(const struct vt *vt);
bool vt_cursor_visible(const struct vt *vt);
bool vt_mouse_on(const struct vt *vt);
/* The tty has the settings that it had before the program started. */
bool vt_tty_restored(struct vt *vt);

/* Everything that the program ever wrote; and how much of it since the last keys, click, resize or start, idle marks left out. */
const char *vt_raw(const struct vt *vt, size_t *n);
size_t vt_bytes(const struct vt *vt);
/* NULL when the bytes are text and the few sequences that a well-behaved screen program needs (CSI of the usual kinds, charset
 * shifts, modes that it may set, the idle mark); else what was found, and where. Titles, clipboard, device control, C1, bidi
 * controls and stray control characters are not among them. */
const char *vt_unclean(const char *bytes, size_t n);

#endif
