/* What Go's own reader says of a trace: NAME.expect.json beside it, perhaps packed. */
#ifndef TESTS_LIB_ANSWERS_H
#define TESTS_LIB_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>
#include <yajl/yajl_tree.h>

#include "base/buf.h"

/* All bytes of a file, unpacked; false when it is not there. */
bool read_file(const char *path, struct buf *out);

struct answers {
    char trace[1024];  /* path */
    char events[1024]; /* path of the listing of all events, or "" */
    yajl_val json;
};
/* Loads FILE.expect.json or FILE.expect.json.zst; false with a text in why when it, or its trace, cannot be read. */
bool answers_load(struct answers *a, const char *expect_path, char why[256]);
void answers_release(struct answers *a);
/* Fields of the top level; absent: 0, "". */
int64_t answer_int(const struct answers *a, const char *field);
const char *answer_text(const struct answers *a, const char *field);
/* A count inside a field's object. */
int64_t answer_count(const struct answers *a, const char *object, const char *key);
size_t answer_keys(const struct answers *a, const char *object);
/* A header of the formats that name Go 1.22 and later. */
bool answer_is_v2(const struct answers *a);

/* Calls fn for each path below root that ends in .expect.json or .expect.json.zst, sorted. False: no such folder. */
bool answers_each(const char *root, void (*fn)(const char *expect_path, void *ctx), void *ctx);
/* The folder of other projects' traces: ../shared/traces/peer, below CTXSCOPE_SHARED when set. */
const char *peer_traces(void);

#endif
