#include "tests/lib/answers.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "importers/source.h"

bool read_file(const char *path, struct buf *out)
{
    struct err e = ERR_INIT;
    struct source *s = source_open(path, &(struct source_opts){0}, &e);
    if (!s)
        return false;
    int64_t n;
    do {
        buf_reserve(out, 1 << 16);
        n = source_read(s, out->p + out->n, 1 << 16, &e);
        out->n += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    source_close(s);
    return n == 0;
}

/* base + suffix, or that + ".zst", whichever is there. */
static bool find(char out[1024], const char *base, int n, const char *suffix)
{
    snprintf(out, 1024, "%.*s%s", n, base, suffix);
    if (access(out, R_OK) == 0)
        return true;
    snprintf(out, 1024, "%.*s%s.zst", n, base, suffix);
    if (access(out, R_OK) == 0)
        return true;
    out[0] = 0;
    return false;
}

bool answers_load(struct answers *a, const char *expect_path, char why[256])
{
    const char *end = strstr(expect_path, ".expect.json");
    struct buf text = {0};
    *a = (struct answers){0};
    snprintf(why, 256, "no trace beside %.200s", expect_path);
    if (!end || !find(a->trace, expect_path, (int)(end - expect_path), ""))
        return false;
    find(a->events, expect_path, (int)(end - expect_path), ".events.txt");
    char error[160] = "cannot be read";
    if (read_file(expect_path, &text))
        a->json = yajl_tree_parse(buf_str(&text), error, sizeof error);
    buf_release(&text);
    if (!a->json)
        snprintf(why, 256, "%.90s: %.150s", expect_path, error);
    return a->json != NULL;
}

void answers_release(struct answers *a)
{
    yajl_tree_free(a->json);
    a->json = NULL;
}

int64_t answer_int(const struct answers *a, const char *field)
{
    const char *path[] = {field, NULL};
    yajl_val v = yajl_tree_get(a->json, path, yajl_t_number);
    return v ? strtoll(YAJL_GET_NUMBER(v), NULL, 10) : 0;
}

const char *answer_text(const struct answers *a, const char *field)
{
    const char *path[] = {field, NULL};
    yajl_val v = yajl_tree_get(a->json, path, yajl_t_string);
    return v ? YAJL_GET_STRING(v) : "";
}

int64_t answer_count(const struct answers *a, const char *object, const char *key)
{
    const char *path[] = {object, key, NULL};
    yajl_val v = yajl_tree_get(a->json, path, yajl_t_number);
    return v ? strtoll(YAJL_GET_NUMBER(v), NULL, 10) : 0;
}

size_t answer_keys(const struct answers *a, const char *object)
{
    const char *path[] = {object, NULL};
    yajl_val v = yajl_tree_get(a->json, path, yajl_t_object);
    return v ? YAJL_GET_OBJECT(v)->len : 0;
}

bool answer_is_v2(const struct answers *a)
{
    const char *version = answer_text(a, "go_version");
    return !strncmp(version, "1.2", 3) && atoi(version + 2) >= 22;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), k = strlen(with);
    return n >= k && !strcmp(s + n - k, with);
}

bool answers_each(const char *root, void (*fn)(const char *expect_path, void *ctx), void *ctx)
{
    if (access(root, R_OK | X_OK) != 0)
        return false;
    char copy[1024];
    snprintf(copy, sizeof copy, "%s", root);
    char *const roots[] = {copy, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    for (FTSENT *f; walk && (f = fts_read(walk));)
        if (f->fts_info == FTS_F && (ends(f->fts_name, ".expect.json") || ends(f->fts_name, ".expect.json.zst")))
            fn(f->fts_path, ctx);
    if (walk)
        fts_close(walk);
    return true;
}

const char *peer_traces(void)
{
    static char path[1024];
    const char *shared = getenv("CTXSCOPE_SHARED");
    snprintf(path, sizeof path, "%s/traces/peer", shared ? shared : "../shared");
    return path;
}
