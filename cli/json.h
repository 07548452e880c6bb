/* JSON to an out, by yajl's generator. Always valid UTF-8; unknown is null. A field is a key and its value in one call;
 * inside arrays the key is NULL. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <yajl/yajl_gen.h>

#include "base/buf.h"
#include "cli/out.h"
#include "model/types.h"

struct json {
    struct out *out;
    yajl_gen gen;
    struct buf text; /* scratch */
};

void json_init(struct json *j, struct out *out);
/* Ends the document with a newline and frees. */
void json_finish(struct json *j);

void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
/* A line break between rows, so that a long document can be read and compared by lines. */
void json_line(struct json *j);

void json_int(struct json *j, const char *key, int64_t v);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_real(struct json *j, const char *key, double v); /* not finite: null */
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);
void json_text(struct json *j, const char *key, const char *p, size_t n);
void json_str(struct json *j, const char *key, const char *s); /* NULL: null */
/* A key that comes from the input. */
void json_key_text(struct json *j, const char *p, size_t n);
/* Time t of the trace's clock as ns since t0; NS_NONE and NS_OPEN: null. */
void json_time(struct json *j, const char *key, ns_t t, ns_t t0);

#endif
