#include "cli/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* yajl escapes C0; what else a terminal would obey (DEL, C1, bidi controls …) is escaped here, so that JSON printed on a
 * screen is harmless and still says the same. Outside ASCII there are only strings, and a character is never parted. */
static void print(void *ctx, const char *s, size_t n)
{
    size_t done = 0;
    for (size_t i = 0, len = 1; i < n; i += len) {
        len = 1;
        if ((unsigned char)s[i] < 0x7f)
            continue;
        uint32_t cp = text_decode(s + i, n - i, &len);
        if (!text_is_unsafe(cp))
            continue;
        out_put(ctx, s + done, i - done);
        if (cp > 0xffff)
            out_printf(ctx, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10), 0xdc00 + (cp & 0x3ff));
        else
            out_printf(ctx, "\\u%04x", cp);
        done = i + len;
    }
    out_put(ctx, s + done, n - done);
}

void json_init(struct json *j, struct out *out)
{
    *j = (struct json){.out = out, .gen = yajl_gen_alloc(NULL)};
    yajl_gen_config(j->gen, yajl_gen_print_callback, print, out);
}

void json_finish(struct json *j)
{
    out_putc(j->out, '\n');
    yajl_gen_free(j->gen);
    buf_release(&j->text);
    j->gen = NULL;
}

static void key_of(struct json *j, const char *key)
{
    if (key)
        yajl_gen_string(j->gen, (const unsigned char *)key, strlen(key));
}

void json_object(struct json *j, const char *key)
{
    key_of(j, key);
    yajl_gen_map_open(j->gen);
}

void json_object_end(struct json *j)
{
    yajl_gen_map_close(j->gen);
}

void json_array(struct json *j, const char *key)
{
    key_of(j, key);
    yajl_gen_array_open(j->gen);
}

void json_array_end(struct json *j)
{
    yajl_gen_array_close(j->gen);
}

void json_line(struct json *j)
{
    out_putc(j->out, '\n');
}

void json_int(struct json *j, const char *key, int64_t v)
{
    key_of(j, key);
    yajl_gen_integer(j->gen, v);
}

void json_uint(struct json *j, const char *key, uint64_t v)
{
    char digits[24];
    key_of(j, key);
    yajl_gen_number(j->gen, digits, (size_t)snprintf(digits, sizeof digits, "%" PRIu64, v));
}

void json_real(struct json *j, const char *key, double v)
{
    char digits[40];
    key_of(j, key);
    if (!isfinite(v)) {
        yajl_gen_null(j->gen);
        return;
    }
    int n = snprintf(digits, sizeof digits, "%.15g", v);
    double back = 0;
    if (sscanf(digits, "%lf", &back) != 1 || back < v || back > v)
        n = snprintf(digits, sizeof digits, "%.17g", v);
    yajl_gen_number(j->gen, digits, (size_t)n);
}

void json_bool(struct json *j, const char *key, bool v)
{
    key_of(j, key);
    yajl_gen_bool(j->gen, v);
}

void json_null(struct json *j, const char *key)
{
    key_of(j, key);
    yajl_gen_null(j->gen);
}

/* An invalid byte becomes three. */
void json_key_text(struct json *j, const char *p, size_t n)
{
    buf_clear(&j->text);
    buf_reserve(&j->text, n * 3 + 1);
    size_t len = text_valid((char *)j->text.p, n * 3 + 1, p, n);
    yajl_gen_string(j->gen, j->text.p, len);
}

void json_text(struct json *j, const char *key, const char *p, size_t n)
{
    key_of(j, key);
    json_key_text(j, p, n);
}

void json_str(struct json *j, const char *key, const char *s)
{
    if (s)
        json_text(j, key, s, strlen(s));
    else
        json_null(j, key);
}

void json_time(struct json *j, const char *key, ns_t t, ns_t t0)
{
    if (t == NS_NONE || t == NS_OPEN)
        json_null(j, key);
    else
        json_int(j, key, t - t0);
}
