/* cache ls, cache rm: the stores that are kept. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/overview.h"
#include "cli/page.h"
#include "model/store/store.h"

static void print_json(const struct cache_entry *list, size_t n, struct out *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_array(&j, "stores");
    for (size_t i = 0; i < n; i++) {
        char used[WALL_CLOCK_TEXT];
        wall_clock_text(used, list[i].used * 1000000000);
        json_line(&j);
        json_object(&j, NULL);
        json_str(&j, "key", list[i].key);
        json_str(&j, "source", list[i].source[0] ? list[i].source : NULL);
        json_uint(&j, "bytes", list[i].bytes);
        json_str(&j, "used", used[0] ? used : NULL);
        json_bool(&j, "open", list[i].open);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

static void print_text(const struct opts *o, const struct cache_entry *list, size_t n, struct out *out)
{
    struct page p;
    uint64_t sum = 0;
    char size[16];
    page_init(&p, o, out);
    for (size_t i = 0; i < n; i++) {
        char used[WALL_CLOCK_TEXT];
        wall_clock_text(used, list[i].used * 1000000000);
        text_bytes(size, list[i].bytes);
        sum += list[i].bytes;
        page_put(&p, list[i].key);
        page_right(&p, size, 9);
        page_printf(&p, "  %.10s  %s  ", used, list[i].open ? "open" : "    ");
        page_put(&p, list[i].source[0] ? list[i].source : "?");
        page_end(&p);
    }
    text_bytes(size, sum);
    say_more("%zu stores, %s", n, size);
}

static int list_stores(const struct opts *o, struct err *e)
{
    struct cache_entry *list = NULL;
    size_t n = 0;
    if (cache_list(&list, &n, e) < 0)
        return -1;
    if (o->format == FORMAT_JSON)
        print_json(list, n, out_stdout());
    else
        print_text(o, list, n, out_stdout());
    mem_free(list);
    return 0;
}

static int remove_all(struct err *e)
{
    struct cache_entry *list = NULL;
    size_t n = 0;
    int rc = cache_list(&list, &n, e);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (list[i].open)
            say("%s is open in another program and stays", list[i].key);
        else
            rc = cache_remove(list[i].key, e);
    }
    mem_free(list);
    return rc;
}

static int remove_some(const struct opts *o, struct err *e)
{
    if (opt_given(o, OPT_ALL))
        return remove_all(e);
    if (o->words.n < 2) {
        err_set(e, ERR_USAGE, "cache rm needs keys");
        return err_hint(e, "take them from ctxscope cache ls, or use --all");
    }
    for (size_t i = 1; i < o->words.n; i++)
        if (cache_remove(o->words.v[i], e) < 0)
            return -1;
    return 0;
}

int cmd_cache(struct opts *o, struct err *e)
{
    const char *what = o->words.v[0];
    if (!strcmp(what, "ls"))
        return list_stores(o, e);
    if (!strcmp(what, "rm"))
        return remove_some(o, e);
    err_set(e, ERR_USAGE, "cache %s: no such word", what);
    return err_hint(e, "cache ls, or cache rm KEY...");
}
