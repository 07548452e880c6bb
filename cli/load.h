/* Opening what a command line names: a store given directly, one found in the cache, or an import on a thread of its own.
 *
 *     struct load *l = load_open(o, paths, n, &e);   // the session can be read at once, under its lock
 *     if (l && load_wait(l, &e) == 0) ...            // text commands wait for the end
 *     load_close(l);
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "cli/options.h"
#include "model/session.h"

struct load;

enum load_from { FROM_STORE, FROM_CACHE, FROM_IMPORT };

/* paths are borrowed until load_close. NULL with *e when nothing can be opened; an import's own errors come from load_wait. */
struct load *load_open(const struct opts *o, const char *const *paths, size_t n, struct err *e);
/* A regular file that begins as a store does. */
bool load_is_store(const char *path);
struct session *load_session(struct load *l);
enum load_from load_from(const struct load *l);
/* The store's file; NULL when there is none that stays. */
const char *load_store_path(const struct load *l);
/* Seconds that the import took; negative when none ran. */
double load_seconds(const struct load *l);
/* Waits for the import, with progress on standard error where that is a terminal. 0; 1: stopped by the user, what was read
 * until then can be used; -1 with *e. --strict: sources that were cut or damaged are an error here. */
int load_wait(struct load *l, struct err *e);
/* Whether the import is over after at most this many milliseconds. */
bool load_over(struct load *l, int milliseconds);
/* Stops an import that still runs, frees all. */
void load_close(struct load *l);

/* What most commands do: open, wait, say notes, run body under the session's read lock. Returns the exit code or -1. */
int load_and(struct opts *o, const char *const *paths, size_t n, int (*body)(struct opts *o, struct load *l, void *ctx, struct err *e),
             void *ctx, struct err *e);

#endif
