/* The terminal: shows grids, knows sizes and colours, and is put back as it was whatever happens.
 *
 * Back ends: direct (own escape sequences, for terminals of 256 colours and more), ncurses (all others), null (none: tests).
 * One terminal can be open at a time, for signal handlers must find it.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "tui/screen.h"

enum backend { BACKEND_AUTO, BACKEND_DIRECT, BACKEND_NCURSES, BACKEND_NULL, BACKENDS };
extern const char *const backend_names[BACKENDS]; /* "auto", "direct", "ncurses", "null" */

/* What the terminfo entry says. */
struct term_facts {
    int colours;
    bool ansi; /* moves and colours with the sequences that the direct back end writes */
};

struct terminal;
struct term_ops {
    const char *name;
    int (*open)(struct terminal *t, struct err *e);
    void (*close)(struct terminal *t); /* leaves the screen; the terminal is as it was */
    void (*resize)(struct terminal *t);
    /* Sends what differs between t->old and t->new; all when t->old is to be ignored. */
    void (*show)(struct terminal *t, bool all);
    void (*write)(struct terminal *t, const void *p, size_t n); /* bytes as they are, after what was shown */
};

struct terminal {
    const struct term_ops *ops;
    int in, out;      /* borrowed fds */
    const char *name; /* TERM */
    int w, h;
    enum depth depth; /* deepest colour that it shows */
    bool mouse;
    bool dirty; /* the next frame is sent whole */
    struct screen old, new;
    struct buf buf; /* of the direct back end */
    void *own;      /* of the ncurses back end */
    uint64_t bytes; /* sent by the direct back end, and raw ones */
    bool failed;    /* a write failed: the terminal is gone */
};

/* Opens fds in and out as a terminal. -1 with *e: TERM unknown, not a terminal. */
struct terminal *term_open(enum backend backend, int in, int out, struct err *e);
/* A terminal that is none, of a given size. */
struct terminal *term_open_null(int w, int h);
void term_close(struct terminal *t);
/* Asks the terminal for its size; true when it changed. The next frame is sent whole. */
bool term_resized(struct terminal *t);
/* Shows a grid of the terminal's size. */
void term_show(struct terminal *t, const struct grid *g, const struct palette *p);
/* Bytes that are no picture: the idle mark, the clipboard. */
void term_raw(struct terminal *t, const void *p, size_t n);
void term_mouse(struct terminal *t, bool on);
/* Leaves the screen for the shell, and comes back. */
void term_leave(struct terminal *t);
int term_enter(struct terminal *t, struct err *e);
/* After a stop that nobody announced (SIGSTOP and SIGCONT): sets the modes again. */
void term_again(struct terminal *t);
/* What shall be used where nothing is set, from TERM, COLORTERM, NO_COLOR and the locale. */
enum depth term_depth(const struct term_facts *f);
enum glyph_set term_glyphs(void);
/* From a signal handler of a crash: puts the terminal back, whatever state it is in. */
void term_emergency(void);

/* Asks terminfo (term_curses.c). -1 with *e when the entry is unknown. */
int term_facts(struct term_facts *f, const char *name, int out, struct err *e);
extern const struct term_ops term_direct, term_ncurses, term_null;

/* For back ends: writes all of it, waiting where the terminal is slow. */
void term_send(struct terminal *t, const void *p, size_t n);

#endif
