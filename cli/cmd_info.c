/* info: where things lie, what can be read, what the program is made of; of sources: what each is and where its store lies. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>
#include <xxhash.h>
#include <yajl/yajl_version.h>
#include <zlib.h>
#include <zstd.h>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/page.h"
#include "importers/source.h"
#include "importers/importer.h"
#include "model/store/store.h"

enum { ITEMS = 64, VALUE = 1100 };

/* Facts as title and value, in sections; printed as text or JSON alike. */
struct info {
    struct item {
        const char *section, *name;
        char value[VALUE]; /* empty: unknown */
        bool number;
    } items[ITEMS];
    unsigned n;
};

static void add(struct info *x, const char *section, const char *name, const char *value)
{
    if (x->n == ITEMS)
        return;
    struct item *it = &x->items[x->n++];
    *it = (struct item){.section = section, .name = name};
    snprintf(it->value, sizeof it->value, "%s", value ? value : "");
}

static void add_number(struct info *x, const char *section, const char *name, long v)
{
    char text[32];
    snprintf(text, sizeof text, "%ld", v);
    add(x, section, name, text);
    x->items[x->n - 1].number = true;
}

static void add_folder(struct info *x, const char *name, const char *variable, const char *below_home)
{
    char path[VALUE] = "";
    const char *base = getenv(variable), *home = getenv("HOME");
    if (base && base[0] == '/')
        snprintf(path, sizeof path, "%s/ctxscope", base);
    else if (home && home[0] == '/')
        snprintf(path, sizeof path, "%s/%s/ctxscope", home, below_home);
    add(x, "paths", name, path);
}

static void add_paths(struct info *x)
{
    struct err e = ERR_INIT;
    add(x, "paths", "cache", cache_dir(&e));
    add_folder(x, "config", "XDG_CONFIG_HOME", ".config");
    add_folder(x, "state", "XDG_STATE_HOME", ".local/state");
    add(x, "paths", "themes", CTXSCOPE_PREFIX "/share/ctxscope/themes");
}

/* SQLite is the store's alone: asked in its own words. */
static void add_sqlite(struct info *x)
{
    struct err e = ERR_INIT;
    struct session *s = session_new();
    struct query *q = query_open(s, "select sqlite_version()", &(struct query_limits){0}, &e);
    if (q && query_step(q, &e) == 1) {
        char text[64];
        struct str v = query_text(q, 0);
        snprintf(text, sizeof text, "%.*s", (int)v.n, v.p);
        add(x, "libraries", "sqlite", text);
    } else {
        add(x, "libraries", "sqlite", NULL);
    }
    if (q)
        query_close(q);
    session_free(s);
}

static void add_libraries(struct info *x)
{
    char text[64] = "";
    add_sqlite(x);
    add(x, "libraries", "zstd", ZSTD_versionString());
    add(x, "libraries", "zlib", zlibVersion());
    add(x, "libraries", "utf8proc", utf8proc_version());
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof text)
        pcre2_config(PCRE2_CONFIG_VERSION, text);
    add(x, "libraries", "pcre2", text);
    unsigned v = XXH_versionNumber();
    snprintf(text, sizeof text, "%u.%u.%u", v / 10000, v / 100 % 100, v % 100);
    add(x, "libraries", "xxhash", text);
    int y = yajl_version();
    snprintf(text, sizeof text, "%d.%d.%d", y / 10000, y / 100 % 100, y % 100);
    add(x, "libraries", "yajl", text);
}

static void add_program(struct info *x)
{
    add(x, "program", "version", CTXSCOPE_VERSION);
    add_number(x, "program", "store_schema", STORE_SCHEMA);
    add_number(x, "program", "importer_version", IMPORTER_VERSION);
    for (const struct importer *const *i = importer_list(); *i; i++)
        add(x, "formats", (*i)->name, (*i)->title);
}

static int add_source(struct info *x, const char *path, struct err *e)
{
    struct err none = ERR_INIT;
    struct buf store = {0};
    char key[33];
    size_t n;
    struct source *src = source_open(path, &(struct source_opts){0}, e);
    if (!src)
        return -1;
    const uint8_t *head = source_peek(src, 4096, &n, e);
    const struct importer *i = NULL;
    bool is_store = head && store_is_store(head, n);
    if (head && !is_store)
        i = importer_for(head, n, e);
    source_close(src);
    if (!head || (!i && !is_store))
        return err_source(e, path);
    add(x, path, "format", is_store ? "store" : i->name);
    if (!is_store && cache_dir(&none) && cache_key(&path, 1, "", key, &none) == 0) {
        cache_path(key, &store);
        add(x, path, "store", buf_str(&store));
        add(x, path, "imported", access(buf_str(&store), R_OK) == 0 ? "yes" : "no");
    }
    buf_release(&store);
    return 0;
}

static void print_json(const struct info *x, struct out *out)
{
    const char *section = NULL;
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    for (unsigned i = 0; i < x->n; i++) {
        const struct item *it = &x->items[i];
        if (!section || strcmp(section, it->section)) {
            if (section)
                json_object_end(&j);
            json_line(&j);
            section = it->section;
            json_key_text(&j, section, strlen(section));
            json_object(&j, NULL);
        }
        if (it->number)
            json_int(&j, it->name, strtol(it->value, NULL, 10));
        else
            json_str(&j, it->name, it->value[0] ? it->value : NULL);
    }
    if (section)
        json_object_end(&j);
    json_object_end(&j);
    json_finish(&j);
}

static void print_text(const struct info *x, const struct opts *o, struct out *out)
{
    const char *section = NULL;
    struct page p;
    page_init(&p, o, out);
    for (unsigned i = 0; i < x->n; i++) {
        const struct item *it = &x->items[i];
        if (!section || strcmp(section, it->section)) {
            page_printf(&p, "%s:", it->section);
            page_end(&p);
            section = it->section;
        }
        page_put(&p, "  ");
        page_left(&p, it->name, 18);
        page_put(&p, it->value[0] ? it->value : "(none)");
        page_end(&p);
    }
}

int cmd_info(struct opts *o, struct err *e)
{
    struct info *x = mem_calloc(1, sizeof *x);
    int rc = 0;
    if (!o->words.n) {
        add_program(x);
        add_paths(x);
        add_libraries(x);
    }
    for (size_t i = 0; i < o->words.n && rc == 0; i++)
        rc = add_source(x, o->words.v[i], e);
    if (rc == 0 && o->format == FORMAT_JSON)
        print_json(x, out_stdout());
    else if (rc == 0)
        print_text(x, o, out_stdout());
    mem_free(x);
    return rc;
}
