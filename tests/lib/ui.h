/* The program on the test's terminal. */
#ifndef TESTS_LIB_UI_H
#define TESTS_LIB_UI_H

#include "tests/lib/check.h"
#include "tests/lib/vt.h"

#define UI_SAMPLE "tests/data/demo/payd-ctx.trace.zst"

enum { UI_MS = 20000 }; /* until a frame counts as missing; generous, for sanitizers and busy machines */

/* Starts $CTXSCOPE with the arguments (NULL-terminated) on a terminal as o says, as if for the first time: what it kept of what
 * the user did is forgotten. */
struct vt *ui_start(const struct vt_opts *o, const char *const args[]);
/* The same, but it may remember. */
struct vt *ui_again(const struct vt_opts *o, const char *const args[]);
/* The sample at a size, its import done. */
struct vt *ui_open(int cols, int rows);
/* Sends keys and waits for the frame after them. */
void ui_press(struct vt *vt, const char *keys);
/* Quits and checks that all is as it was: exit 0, the screen left, the tty's settings back, cursor there, no mouse, clean bytes. */
void ui_quit(struct vt *vt);
/* The terminal is as a shell wants it. */
void ui_restored(struct vt *vt, const char *after);

#define UI_HAS(vt, text) CHECK(vt_has(vt, text), "'%s' is not on the screen:\n%s", text, vt_text(vt))
#define UI_HAS_NOT(vt, text) CHECK(!vt_has(vt, text), "'%s' is on the screen:\n%s", text, vt_text(vt))

#endif
