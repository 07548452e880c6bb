/* A session of trace files, as the program makes it: read, ordered, encoded into a private store. */
#ifndef TESTS_LIB_LOAD_H
#define TESTS_LIB_LOAD_H

#include "base/err.h"
#include "model/session.h"

/* threads: 1, or 2 to encode on a thread of its own. Damaged files give what is whole. NULL with *e when nothing could be read. */
struct session *load_session(const char *const *paths, size_t n, int threads, struct err *e);
/* The same into a session of the caller's (with a store), which others may read meanwhile. 0 or -1. */
int load_into(struct session *s, const char *const *paths, size_t n, int threads, struct err *e);
/* Frees it and its store. */
void load_free(struct session *s);

#endif
