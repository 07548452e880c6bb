/* The app's inside, shared by its files: app.c, begin.c (where it opens, places by name), events.c (keys, mouse), commands.c,
 * copy.c, source.c (the editor), export.c, places.c (undo, back, bookmarks), placetext.c, kept.c (bookmarks and notes on disk), prompt.c,
 * overlay.c (help, settings), frame.c (what surrounds a view), settings.c, jobs.c, loop.c (a real terminal), picture.c (none).
 */
#ifndef TUI_APP_PARTS_H
#define TUI_APP_PARTS_H

#include <stdatomic.h>
#include <stdio.h>

#include "base/arena.h"
#include "tui/app.h"
#include "tui/input.h"
#include "tui/pace.h"
#include "tui/term.h"
#include "tui/tui.h"

enum { VIEWS_MAX = 16, MIN_COLS = 60, MIN_ROWS = 15, PROMPT_MAX = 1024, BOOKMARKS = 128, HITS_MAX = 64 };

/* A view with its tab; key: the command that shows it, CMD_NONE when only drilling leads there. */
struct view_slot {
    const struct view *view;
    enum cmd key;
};
/* The program's views: views.def. */
extern const struct view_slot view_slots[];
extern const size_t view_slots_n;

/* Where the user is: what undo, back, C-o and bookmarks bring back. Never changed once made; lives as long as the app. */
struct place {
    struct nav nav;
    const void *state;        /* of nav.view, state_size bytes */
    const struct place *back; /* where the drill began; NULL: at the top */
};
typedef VEC(const struct place *) place_list;

enum prompt_kind { PROMPT_NONE, PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_NOTE, PROMPT_REASON, PROMPT_KINDS };
typedef VEC(char *) text_list; /* owned texts */
void text_list_release(text_list *l);
struct prompt {
    enum prompt_kind kind;
    char text[PROMPT_MAX]; /* valid UTF-8, no control characters */
    size_t n, at;          /* length; the cursor's byte */
    text_list history[PROMPT_KINDS];
    size_t browse;         /* index into history; its length: the new line */
    char kept[PROMPT_MAX]; /* the new line while browsing */
    text_list choices;     /* of completion, while Tab goes round */
    size_t choice, word;   /* the next one; where the completed word begins */
};

/* Text over the view: help, settings. */
struct overlay_line {
    char *left;  /* owned; keys or names; NULL: right is a heading */
    char *right; /* owned */
};
struct overlay_row { /* a piece of a line's right part */
    uint32_t line, from, n;
};
struct overlay {
    bool open, help;
    char title[64];
    VEC(struct overlay_line) lines;
    VEC(struct overlay_row) rows; /* as wrapped at the last frame's width */
    int top;                      /* first row shown */
};

/* What the user made of the trace, kept in its state file (model/store/state.h). */
struct user_note {
    char *at, *text; /* owned; at: a place as text ("g=104"), "" the whole trace */
};
struct kept {
    bool wanted, tried, resume; /* resume: go where the last session ended */
    struct state *file;         /* NULL: nothing is kept */
    char why[256];              /* why not; "" */
    VEC(struct user_note) notes;
};

/* The user's editor, and what to call it with. */
struct editor_call {
    char *words; /* owned; of $EDITOR */
    char at[16], dashes[4];
    char *argv[24]; /* NULL-terminated */
};

/* A place on screen that a click acts on. */
struct hit {
    int x0, x1, y;
    enum cmd cmd;
};

struct app_regex { /* NULL: the text is none */
    uint32_t text;
    struct regex *re;
};

struct app {
    struct session *s;
    const struct view_slot *slots;
    size_t nslots;
    struct terminal *term;
    struct grid grid;

    struct settings {
        char theme[64];
        int glyphs;  /* enum glyph_set, -1: by the terminal */
        int depth;   /* enum depth, -1: by the terminal */
        int backend; /* enum backend */
        int mouse;
        char source_roots[1024]; /* folders parted by colons */
    } set;
    struct keymap keys;
    struct theme theme;
    struct palette palette;
    const char *theme_dirs[5];                /* NULL-terminated */
    const struct tui_setting *theme_settings; /* [theme] of the configuration */
    size_t ntheme_settings;

    struct nav nav;
    void *state[VIEWS_MAX], *data[VIEWS_MAX];
    bool started[VIEWS_MAX]; /* init was called */
    const struct place *back;
    const struct place *last;   /* the place made last, used again while nothing moves */
    const struct place *before; /* while a command runs: where it began */
    place_list undo, redo, jumps;
    const struct place *bookmarks[BOOKMARKS];
    struct arena places;
    struct kept kept;

    text_list texts; /* app_text: number - 1 */
    VEC(struct app_regex) regexes;
    VEC(struct kept_lens *) lenses; /* nav.lens - 1; tui/lens.h */
    struct prompt prompt;
    struct overlay overlay;
    enum cmd waits; /* BOOKMARK, JUMP: for its letter; OPEN_SOURCE: for y */
    struct {
        char *path; /* owned; that the user was asked about */
        uint32_t line;
        bool go; /* confirmed: the loop calls the editor */
    } source;
    char message[512];
    enum role message_role;
    struct verdicts *verdicts; /* findings, tui/verdicts.h */
    struct app_job *job;
    bool job_replaced;                                     /* while one is stopped: by another one, not by the user */
    struct groupings *groupings;                           /* tui/grouping.c; NULL: not asked for yet */
    struct range_keeper *range;                            /* tui/range.c; NULL: none was marked */
    const char *ignore_file;                               /* borrowed; NULL: ignores are not kept */
    char *goto_text;                                       /* a place that the import has not reached yet */
    enum { WINDOW_NONE, WINDOW_MARK, WINDOW_SHOW } window; /* of --window: still to be marked, to be shown */
    ns_t window_from, window_to;                           /* since the start; NS_OPEN: to the end */
    struct hit hits[HITS_MAX];
    size_t nhits;
    struct rect view_rect; /* of the last frame */
    int rows;              /* rows from the trace, of the last frame */

    const struct place *drag_before; /* where a drag with the mouse began */
    bool clock_fixed, quit, suspend, new_backend, too_small, import_told;
    struct pace pace; /* of the import, as of the last frame */
    FILE *log;
    void (*wake)(void *); /* from any thread: there is something to do; NULL: nobody waits */
    void *wake_ctx;
};

/* app.c */
struct app *app_new(struct session *s, const struct tui_opts *o, const struct view_slot *slots, size_t nslots, struct terminal *term,
                    struct err *e);
void app_free(struct app *app);
const struct view *app_view(const struct app *app);
/* Nothing is selected, all is shown. */
void nav_nothing(struct nav *nav);
/* Puts an error where messages go. */
void app_error(struct app *app, const struct err *e);

/* events.c */
void app_input(struct app *app, const struct input_event *ev);

/* commands.c */
/* Runs a command as its key would; arg "" for none. */
void app_command(struct app *app, enum cmd cmd, const char *arg);
/* A command of the shown view; false: not its own. */
bool view_command(struct app *app, enum cmd cmd, const char *arg);
/* The prompt's line was entered. */
void app_entered(struct app *app, enum prompt_kind kind, const char *text);

/* begin.c */
/* --view, --where, --window and --goto, once views can be shown. */
int app_begin(struct app *app, const struct tui_opts *o, struct err *e);
/* "t=1.23s,g=104,view=timeline" (model/goto.h, and views): 0; GOTO_LATER: not there yet, an import runs; -1 with *e. */
int app_goto(struct app *app, const char *text, struct err *e);
/* The same with messages; a place that is not read yet is gone to when it is. */
void goto_command(struct app *app, const char *text);
/* The import went on. */
void app_progress(struct app *app);
/* The window of --window, once it was read and the view has a layout. True: nav was changed. Without the session's lock. */
bool begin_window(struct app *app);

/* playback.c: keys parted by blanks, and resize:WxH, click:X,Y, dclick:X,Y, drag:X,Y,X,Y; a frame and no job after each. -1
 * with *e when a word is no key. */
int app_keys(struct app *app, const char *keys, struct err *e);

/* places.c */
/* A place of its own; nav and state are copied. */
const struct place *place_make(struct app *app, const struct nav *nav, const void *state, const struct place *back);
const struct place *place_now(struct app *app);
void place_show(struct app *app, const struct place *p);
/* After something that may have moved: the place before goes to undo if it differs. */
void place_moved(struct app *app, const struct place *before);
/* After load has clamped: forgets undo steps that lead to where we are. */
void place_settle(struct app *app);
bool place_command(struct app *app, enum cmd cmd);
void place_letter(struct app *app, keycode letter);
void places_release(struct app *app);

/* placetext.c */
/* Appends a place as lines "key=value"; a new one from such text, or NULL when it is none of this session. */
void place_put(struct app *app, const struct place *p, struct buf *out);
const struct place *place_get(struct app *app, const char *text);

/* kept.c */
/* Once the import is over: reads what is kept of this trace. */
void kept_poll(struct app *app);
void kept_bookmark(struct app *app, int letter);
/* The note of the selection, NULL. */
const char *kept_note(struct app *app);
/* Asks for it, and takes what was entered ("" forgets it). */
void note_open(struct app *app);
void note_entered(struct app *app, const char *text);
/* Lists bookmarks and notes. */
void notes_list(struct app *app);
/* Keeps where the user is, and closes. */
void kept_release(struct app *app);

/* source.c */
void source_command(struct app *app);
void source_answer(struct app *app, keycode k);
void source_argv(struct app *app, struct editor_call *call);

/* export.c */
void export_command(struct app *app, const char *path);

/* judged.c */
void ignore_command(struct app *app, const char *reason);
void ignore_entered(struct app *app, const char *reason);
void findings_here(struct app *app);

/* copy.c */
/* What is selected, as text. */
void copy_selection(struct app *app);

/* prompt.c */
void prompt_open(struct app *app, enum prompt_kind kind, const char *text);
void prompt_key(struct app *app, keycode key);
void prompt_insert(struct app *app, uint32_t cp);
void prompt_draw(struct app *app, int y);
void prompt_release(struct prompt *p);

/* overlay.c */
void overlay_open(struct app *app, const char *title);
/* left NULL: a heading. Copies. */
void overlay_add(struct app *app, const char *left, const char *right);
bool overlay_command(struct app *app, enum cmd cmd);
void overlay_draw(struct app *app, struct rect r);
void overlay_close(struct app *app);
void help_open(struct app *app);

/* frame.c */
void app_frame(struct app *app);
bool frame_click(struct app *app, int x, int y);
bool app_importing(const struct app *app);
/* 0..100. */
int app_import_percent(const struct app *app);

/* settings.c */
struct setting {
    const char *name, *sentence;
    const char *const *values; /* NULL-terminated; NULL: names of themes, or a file */
    int (*set)(struct app *app, const char *value, struct err *e);
    void (*get)(const struct app *app, char out[64]);
};
extern const struct setting settings[];
extern const size_t settings_n;
int setting_set(struct app *app, const char *name, const char *value, struct err *e);
void settings_command(struct app *app, const char *arg);
void settings_apply_theme(struct app *app);
/* Names of themes: calls add for each. */
void theme_each(const struct app *app, void (*add)(void *ctx, const char *name), void *ctx);

/* jobs.c */
struct app_job;
bool jobs_stop(struct app *app); /* true: one ran */
/* What runs looks at this rather than at its job's stop. */
void jobs_stop_by(struct app *app, int32_t *stop);
void jobs_poll(struct app *app); /* calls done of a finished one */
void jobs_wait(struct app *app); /* until none runs */
/* What runs, and how far it is (0..1, -1 unknown); NULL: nothing. */
const char *jobs_what(const struct app *app, double *share);

#endif
