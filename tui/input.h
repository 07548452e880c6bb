/* What comes from the keyboard and the mouse, as events. */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include "tui/keymap.h"

enum input_kind {
    INPUT_KEY,   /* key; the wheel is a key too, with the place of the mouse in x, y */
    INPUT_MOUSE, /* button 1: x, y, mouse */
    INPUT_PASTE, /* key: a character of pasted text, never a command */
};
struct input_event {
    enum input_kind kind;
    keycode key;
    enum mouse_kind mouse;
    int x, y;
};

enum input_result {
    INPUT_NOTHING, /* nothing more now */
    INPUT_EVENT,
    INPUT_PENDING, /* the beginning of a key, or Esc: ask again in input_wait ms */
    INPUT_GONE,    /* the terminal is gone */
};

enum {
    ESC_MS = 25, /* so long after Esc the rest of a key may come */
    DOUBLE_MS = 400,
    PASTE_MS = 1000, /* a paste whose end was lost is over when nothing came for so long */
};

struct input;
/* Reads fd, whose modes the back end has set. -1 … NULL with *e. */
struct input *input_open(int fd, const char *term, struct err *e);
/* No terminal: bytes come by input_push. */
struct input *input_open_bytes(const char *term);
void input_close(struct input *in);
/* After the terminal was left (input_stop) and entered again (input_start). */
void input_stop(struct input *in);
void input_start(struct input *in);
/* Takes in what the terminal has; call it when poll says readable. False: the terminal is gone. */
bool input_fill(struct input *in, int64_t now);
/* At most some kilobytes at once, between calls of input_next. */
void input_push(struct input *in, const void *bytes, size_t n, int64_t now);
/* ms until what is pending counts as it is; -1: nothing is pending. */
int input_wait(const struct input *in, int64_t now);
/* The next event. now: ms of any clock that goes on evenly. */
enum input_result input_next(struct input *in, int64_t now, struct input_event *ev);

#endif
