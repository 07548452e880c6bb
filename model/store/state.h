/* What a person makes of a trace: bookmarks, notes, where they were. Kept apart from the store, which can be made anew: one
 * SQLite file per content, $XDG_STATE_HOME/ctxscope/KEY.db (else $HOME/.local/state), 0600 in a folder 0700. Texts in it are
 * read back as hostile as any.
 */
#ifndef MODEL_STORE_STATE_H
#define MODEL_STORE_STATE_H

#include "base/err.h"
#include "model/session.h"

struct state;

enum state_kind { STATE_BOOKMARK, STATE_NOTE, STATE_PLACE, STATE_KINDS };
enum { STATE_TEXT_MAX = 64 << 10, STATE_ITEMS_MAX = 10000 }; /* longer texts, and more items of a kind, are neither kept nor read */

/* The key of what a session was made from, whatever its files are called: by the content hashes of its sources. Under
 * session_read. -1 when one is not known: an import still runs, was stopped, or follows a growing file. */
int state_key(const struct session *s, char key[33]);
/* NULL with *e when nothing can be kept: no folder, no permission, a file that is none of ours, a newer one. */
struct state *state_open(const char *key, struct err *e);
void state_close(struct state *st);
/* Keeps text under (kind, name), in place of what was there; NULL forgets it. It is on disk when this returns. 0 or -1 with *e. */
int state_put(struct state *st, enum state_kind kind, const char *name, const char *text, struct err *e);
/* Calls item for each of a kind, by name. 0 or -1 with *e. */
int state_each(struct state *st, enum state_kind kind, void (*item)(void *ctx, const char *name, const char *text), void *ctx,
               struct err *e);

#endif
