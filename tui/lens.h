/* The request lens: of all goroutines only those that served one task, one context or one request id. Made by the worker and kept
 * as long as the app, so that undo brings it back; nav.lens is its number.
 */
#ifndef TUI_LENS_H
#define TUI_LENS_H

#include "model/tasks.h"
#include "tui/app.h"
#include "tui/sites.h"

/* A piece of the critical path as it is drawn. */
struct lens_piece {
    ns_t t0, t1;
    int64_t g; /* -1: nobody: a timer, the network */
    struct str name;
    struct site_frame at;
    uint8_t share;
    uint32_t rank; /* 0: the longest */
};
struct kept_lens {
    struct lens lens;
    char title[96];              /* "task 729 POST /pay" */
    VEC(struct lens_piece) path; /* back to back in time; they sum to the request's length */
};

/* The lens that nav looks through, NULL: none. */
const struct kept_lens *app_lens(const struct app *app, const struct nav *nav);
/* What goroutines pass: the filter's and the lens's. */
struct member_choice app_choice(const struct app *app, const struct nav *nav);
/* The critical path, its longest pieces in order of time. */
void lens_draw_path(const struct kept_lens *k, struct grid *g, struct rect r);

/* Of the app. r and :lens: "" of the selection, "task=729", "ctx=17", "KEY=VALUE" of a request id, "off". */
void lens_command(struct app *app, const char *arg);
/* True: there was one. */
bool lens_leave(struct app *app);
void lenses_release(struct app *app);

#endif
